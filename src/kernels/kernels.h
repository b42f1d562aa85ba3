/* The inner loops, once per instruction set. They know runs of contiguous cells, nothing of labels,
 * tallies or metrics; src/tally/ cuts a batch into runs.
 *
 * Every pointer to void or bytes may have any alignment; exactly n elements are read or written; n
 * may be 0. The scalar set is the specification: every other gives the same bytes.
 *
 * Decisions, targets and masks are bytes 0 or 1 ("flags"). */
#ifndef LIMEN_KERNELS_KERNELS_H
#define LIMEN_KERNELS_KERNELS_H

#include "limen.h"

/* What add_cells has seen. */
enum { LIMEN_CELLS_NAN = 1, LIMEN_CELLS_TARGET = 2 };

/* Elements that split and sift may write behind the last one. */
enum { LIMEN_SPLIT_SLACK = 16 };

/* The scores that sift takes, low <= score < high (no bound above where high is NaN), and their
 * bins as bin has them. */
typedef struct limen_sieve {
    double low, high;
    double least, scale;
    uint32_t bins;
} limen_sieve;

/* A row with more true labels than these is not ranked by counting. */
enum { LIMEN_RANKED = 128 };

/* A row of labels. The rank of one is how many labels have a score at least as high. */
typedef struct limen_row_ranks {
    int ranked; /* 0, and all else, with a NaN or more than LIMEN_RANKED true labels */
    uint32_t labels, true_labels;
    uint32_t coverage;   /* the greatest rank of a true label */
    uint64_t inversions; /* pairs of a true label and a false one with a score at least as high */
    double precision;    /* sum over true labels: rank among the true ones / rank */
} limen_row_ranks;

typedef struct limen_kernels {
    const char *name;

    /* out[i] = scores[i] >= cuts[i]; false where either is NaN. cuts have the type of
     * limen_cut_dtype. Returns 1 when a score is NaN. Float dtypes only; NULL for others. */
    int (*decide[LIMEN_DTYPE_COUNT])(const void *scores, const void *cuts, uint8_t *out, size_t n);

    /* out[i] = values[i] != 0. Returns 1 when a value is neither 0 nor 1 (out is then unspecified).
     * All dtypes but F16 and BF16. -0.0 is 0. */
    int (*binary[LIMEN_DTYPE_COUNT])(const void *values, uint8_t *out, size_t n);

    /* The same, but a value equal to `ignore` gives out[i] = valid[i] = 0; elsewhere valid[i] = 1.
     * An `ignore` that the dtype cannot hold equals nothing. */
    int (*binary_ignore[LIMEN_DTYPE_COUNT])(const void *values, int64_t ignore, uint8_t *out,
                                            uint8_t *valid, size_t n);

    /* Returns 1 when a byte is above 1: for U8 and BOOL targets, which are flags in place once they
     * have been checked, so that nothing need be copied. */
    int (*check)(const uint8_t *values, size_t n);

    /* to[i] += from[i], bytes that the caller keeps from overflowing. */
    void (*add)(const uint8_t *from, uint8_t *to, size_t n);

    /* to[i] += a[i] & b[i]. */
    void (*add_both)(const uint8_t *a, const uint8_t *b, uint8_t *to, size_t n);

    /* The two above in one pass: both[i] += a[i] & b[i], only[i] += a[i]. */
    void (*add_pair)(const uint8_t *a, const uint8_t *b, uint8_t *both, uint8_t *only, size_t n);

    /* decide, check, add and add_pair in one pass over memory, for cells that are forgotten once
     * they are counted: each score is held against `sets` cuts. The cuts of set s begin at s *
     * step, its sums at 2 * s * step: `step` bytes (n of them used) for d & target, then as many
     * for d, with d = score >= cut. all[i] += targets[i]. Returns LIMEN_CELLS_NAN when a score is
     * NaN, and LIMEN_CELLS_TARGET when a target is above 1 (the sums are then unspecified), or
     * both. Float dtypes only. */
    int (*add_cells[LIMEN_DTYPE_COUNT])(const void *scores, const void *cuts,
                                        const uint8_t *targets, uint8_t *all, uint8_t *sums,
                                        size_t step, size_t sets, size_t n);

    /* How many of n flags are set, and how many of the pairs are both set. */
    int64_t (*count)(const uint8_t *flags, size_t n);
    int64_t (*count_both)(const uint8_t *a, const uint8_t *b, size_t n);

    /* totals[i] += sums[i]; sums[i] = 0. */
    void (*flush)(uint8_t *sums, int64_t *totals, size_t n);

    /* flags[i] &= mask[i]. */
    void (*mask)(const uint8_t *mask, uint8_t *flags, size_t n);

    /* Index of the first greatest of n >= 1 scores, each with offsets[i] added in the dtype's own
     * arithmetic when offsets is not NULL (F16 and BF16: in float; offsets as limen_cut_dtype). NaN
     * (of a score or of a sum) is below everything; *nan is set to 1 when there is one, else left
     * alone. Float dtypes only. */
    int64_t (*greatest[LIMEN_DTYPE_COUNT])(const void *scores, const void *offsets, size_t n,
                                           int *nan);

    /* ---- For curves and tuning: sort.h and bins.h say what these are for. Float dtypes only. */

    /* keys[i] = limen_score_key of scores[i], in a uint of the size of the dtype. Returns 1 when a
     * score is NaN (its key is 0, below every other). In place is fine. */
    int (*keys[LIMEN_DTYPE_COUNT])(const void *scores, void *keys, size_t n);

    /* index[i] = (scores[i] - low) * scale cut to 0 .. bins - 1, rounded down; computed in the type
     * of limen_cut_dtype, which low (finite) and scale (above 0, finite) have. bins is at most
     * LIMEN_BINS_LIMIT. Returns 1 when a score is NaN (its index is 0). */
    int (*bin[LIMEN_DTYPE_COUNT])(const void *scores, double low, double scale, uint32_t bins,
                                  uint32_t *index, size_t n);

    /* index[i] = (key - base) >> shift, cut to 0 .. bins - 1; 0 for keys below base. shift
     * is less than the bits of a key. */
    int (*bin_key[LIMEN_DTYPE_COUNT])(const void *scores, uint64_t base, int shift, uint32_t bins,
                                      uint32_t *index, size_t n);

    /* For `count` cuts of the type of limen_cut_dtype: sums[2 * k] += the
     * scores >= cuts[k], sums[2 * k + 1] += those of them whose flag is set. Only where valid is 1,
     * unless it is NULL; no flag is set where it is 0. Returns 1 when a score is NaN. */
    int (*above[LIMEN_DTYPE_COUNT])(const void *scores, const uint8_t *flags, const uint8_t *valid,
                                    const void *cuts, size_t count, int64_t *sums, size_t n);

    /* Writes the scores >= low and not >= high, in the type of limen_cut_dtype and in order, to
     * out[0] or to out[1] by their flag, and how many to counts. Both have room for n and
     * LIMEN_SPLIT_SLACK more, and what lies behind the last one is unspecified. Only where valid
     * is 1, unless it is NULL. */
    void (*split[LIMEN_DTYPE_COUNT])(const void *scores, const uint8_t *flags, const uint8_t *valid,
                                     double low, double high, void *const out[2], size_t counts[2],
                                     size_t n);

    /* Writes 2 * (the bin of a score) + (its flag) for the scores of the sieve, in order, and
     * returns how many; otherwise as split. */
    size_t (*sift[LIMEN_DTYPE_COUNT])(const void *scores, const uint8_t *flags,
                                      const uint8_t *valid, const limen_sieve *sieve, uint32_t *out,
                                      size_t n);

    /* What ranking metrics ask of each of `rows` rows of `labels` scores. Only where valid is 1,
     * unless it is NULL. labels is below 2^32. */
    void (*rank[LIMEN_DTYPE_COUNT])(const void *scores, const uint8_t *flags, const uint8_t *valid,
                                    size_t labels, size_t rows, limen_row_ranks *out);

    /* Writes the keys whose flag is set, in order, and returns how many. `out` has room for n keys,
     * and what lies behind the last one written is unspecified. By log2 of the key's size. */
    size_t (*pick[4])(const void *keys, const uint8_t *flags, void *out, size_t n);
} limen_kernels;

/* The type that cuts for scores of a dtype have: F64 for F64, F32 for F32, F16 and BF16, else NONE.
 */
static inline limen_dtype limen_cut_dtype(limen_dtype scores)
{
    if (scores == LIMEN_F64)
        return LIMEN_F64;
    return scores >= LIMEN_F16 && scores <= LIMEN_F32 ? LIMEN_F32 : LIMEN_NONE;
}

/* The set in use: chosen at the first call (LIMEN_CPU, then the best), the same for ever after. */
const limen_kernels *limen_kernels_select(void);

/* Every set that this machine can run, slowest first; NULL past the last. */
const limen_kernels *limen_kernels_at(int index);

#endif
