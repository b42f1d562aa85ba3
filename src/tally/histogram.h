/* The state LIMEN_HISTOGRAM: how many positives and negatives of each label lie in each bin of the
 * score, with the least and the greatest score of the bin.
 *
 * Bins ascend with the score. Which bin a score falls in depends on the specification and the dtype
 * alone, never on the data, so that any two tallies of one configuration merge:
 *
 * With given edges, bin 0 is below the first edge and bin i + 1 holds edge i <= score < edge i + 1;
 * edges are rounded to the dtype of the scores (as logits where spec.logits).
 *
 * 16-bit scores have one bin a value, which is exact, whatever spec.bins; decisions have two, 0 and
 * 1.
 *
 * float32 and float64 have spec.bins of them: half are uniform on [0, 1]; a quarter each goes to
 * negative scores and to those above 1, in steps that are fine near [0, 1] and grow with the
 * distance.
 *
 * A NaN that spec.nan lets in is counted apart (limen_bins.below), as no threshold reaches it.
 * Multiclass bins each class against the rest. Memory: O(width x bins) a group; it is taken by
 * create when the spec names the dtype, else by the first update. */
#ifndef LIMEN_TALLY_HISTOGRAM_H
#define LIMEN_TALLY_HISTOGRAM_H

#include "tally/state.h"

/* One bin. least > greatest when it is empty. With given edges the ends are not kept: least is the
 * lower edge (-inf for bin 0) and greatest the dtype's value below the next edge (+inf for the last
 * bin). */
typedef struct limen_bin {
    double positives, negatives; /* whole numbers, or sums of weights */
    double least, greatest;      /* scores */
} limen_bin;

/* Bins of a label, or 0 before the first update when the dtype is open. */
int64_t limen_histogram_bins(const limen_tally *tally);

/* 1 when each non-empty bin holds one value, so that all that follows from the bins is exact. */
int limen_histogram_is_exact(const limen_tally *tally);

/* Bins first <= bin < first + count of a label; group -1 adds all groups, label -1 all labels. The
 * tally keeps LIMEN_HISTOGRAM and the indices are in range. O(count), times groups and labels
 * added. */
void limen_histogram_read(const limen_tally *tally, int64_t group, int64_t label, int64_t first,
                          int64_t count, limen_bin *bins);

/* Positives and negatives whose score is NaN, 0 before the first update; indices as above. */
void limen_histogram_nan(const limen_tally *tally, int64_t group, int64_t label, double *positives,
                         double *negatives);

#endif
