/* The inner loops, once per instruction set. They know runs of contiguous cells, nothing of labels,
 * tallies or metrics; src/tally/ cuts a batch into runs.
 *
 * Every pointer may have any alignment; exactly n elements are read or written; n may be 0. The
 * scalar set is the specification: every other gives the same bytes.
 *
 * Decisions, targets and masks are bytes 0 or 1 ("flags"). */
#ifndef LIMEN_KERNELS_KERNELS_H
#define LIMEN_KERNELS_KERNELS_H

#include "limen.h"

typedef struct limen_kernels {
    const char *name;

    /* out[i] = scores[i] >= cuts[i]; false where either is NaN. cuts have the type of
     * limen_cut_dtype. Returns 1 when a score is NaN. Float dtypes only; NULL for others. */
    int (*decide[LIMEN_DTYPE_COUNT])(const void *scores, const void *cuts, uint8_t *out, size_t n);

    /* out[i] = values[i] != 0. Returns 1 when a value is neither 0 nor 1 (out is then unspecified).
     * All dtypes but F16 and BF16. -0.0 is 0. */
    int (*binary[LIMEN_DTYPE_COUNT])(const void *values, uint8_t *out, size_t n);

    /* The same, but a value equal to `ignore` gives out[i] = valid[i] = 0; elsewhere valid[i] = 1.
     */
    int (*binary_ignore[LIMEN_DTYPE_COUNT])(const void *values, int64_t ignore, uint8_t *out,
                                            uint8_t *valid, size_t n);

    /* to[i] += from[i], bytes that the caller keeps from overflowing. */
    void (*add)(const uint8_t *from, uint8_t *to, size_t n);

    /* to[i] += a[i] & b[i]. */
    void (*add_both)(const uint8_t *a, const uint8_t *b, uint8_t *to, size_t n);

    /* The two above in one pass: both[i] += a[i] & b[i], only[i] += a[i]. */
    void (*add_pair)(const uint8_t *a, const uint8_t *b, uint8_t *both, uint8_t *only, size_t n);

    /* How many of n flags are set, and how many of the pairs are both set. */
    int64_t (*count)(const uint8_t *flags, size_t n);
    int64_t (*count_both)(const uint8_t *a, const uint8_t *b, size_t n);

    /* totals[i] += sums[i]; sums[i] = 0. */
    void (*flush)(uint8_t *sums, int64_t *totals, size_t n);

    /* flags[i] &= mask[i]. */
    void (*mask)(const uint8_t *mask, uint8_t *flags, size_t n);

    /* Index of the first greatest of n >= 1 scores, each with offsets[i] added in the dtype's own
     * arithmetic when offsets is not NULL (F16 and BF16: in float; offsets as limen_cut_dtype). NaN
     * is below everything; *nan is set to 1 when there is one, else left alone. Float dtypes only.
     */
    int64_t (*greatest[LIMEN_DTYPE_COUNT])(const void *scores, const void *offsets, size_t n,
                                           int *nan);
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
