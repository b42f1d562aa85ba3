/* Histograms of scores: which bin a score falls in, and positives and negatives counted a bin.
 *
 * The bin never falls when the score rises, so that a bin is an interval of scores. Two kinds:
 *     uniform   floor((score - low) * scale) cut to 0 .. bins - 1, as the dtype computes it: for
 *               probabilities, and between any two scores
 *     by key    (key - base) >> shift, cut likewise: for logits and any reals, for all keys between
 *               two scores (a fat bin opened again), and exact for 16-bit scores (shift 0)
 *
 * One pass over a batch is, for each run of a few thousand cells of one label, or of whole rows of
 * L labels with offsets[i] = (label of cell i) * bins:
 *     limen_bins_index(kernels, &bins, scores, offsets, index, n)      vectorised
 *     limen_bins_count(index, flags, valid, counts, n)
 * Weighted counts add weights at counts[2 * index[i] + flags[i]] in place of the second call. */
#ifndef LIMEN_KERNELS_BINS_H
#define LIMEN_KERNELS_BINS_H

#include "kernels/kernels.h"

/* Most bins of the uniform kind: every edge between 0 and 1 is then exact in a float. */
#define LIMEN_BINS_LIMIT (1u << 20)

typedef enum limen_binning { LIMEN_BINS_UNIFORM, LIMEN_BINS_KEY } limen_binning;

typedef struct limen_bins {
    limen_dtype dtype; /* of the scores: F16, BF16, F32 or F64 */
    limen_binning kind;
    uint32_t count;    /* bins, at least 1; uniform: at most LIMEN_BINS_LIMIT */
    double low, scale; /* uniform: numbers of the dtype's arithmetic; finite, scale above 0 */
    int shift;         /* by key */
    uint64_t base;     /* by key: the least key of bin 0; lesser ones fall in it too */
} limen_bins;

/* Uniform bins of the probabilities; count is a power of two. */
limen_bins limen_bins_of_unit(limen_dtype dtype, uint32_t count);

/* Uniform bins from low to high (low <= high, both of the dtype), `most` of them; by key where they
 * are too far apart or too close. */
limen_bins limen_bins_across(limen_dtype dtype, double low, double high, uint32_t most);

/* Bins by key for all scores from low to high (low <= high, both of the dtype), at most `most` of
 * them: the least shift that fits. */
limen_bins limen_bins_between(limen_dtype dtype, double low, double high, uint32_t most);

/* The bin of one score (not NaN). */
uint32_t limen_bins_find(const limen_bins *bins, double score);

/* The least score of the dtype in bins bin and above, that is the cut that takes bin, bin + 1, ...:
 * -inf for bin 0, and NaN (which no score reaches) for bins->count and for bins past +inf. */
double limen_bins_low(const limen_bins *bins, uint32_t bin);

/* index[i] = bin of scores[i], plus offsets[i] unless offsets is NULL. Returns 1 when a score is
 * NaN (its bin is 0). */
int limen_bins_index(const limen_kernels *kernels, const limen_bins *bins, const void *scores,
                     const uint32_t *offsets, uint32_t *index, size_t n);

/* counts[2 * index[i] + flags[i]] += 1 (or valid[i] unless valid is NULL). The caller keeps counts
 * from overflowing. */
void limen_bins_count(const uint32_t *index, const uint8_t *flags, const uint8_t *valid,
                      uint32_t *counts, size_t n);

#endif
