/* Ladders from a tally: from its scores, each block a value; else from its histogram, each block a
 * bin. */
#ifndef LIMEN_TUNE_TALLY_FEED_H
#define LIMEN_TUNE_TALLY_FEED_H

#include "tally/state.h"
#include "tune/plan.h"

/* The dtype of the tally's scores, as thresholds have it. */
limen_dtype limen_tally_tune_dtype(const limen_tally *tally);

/* A feed that reads the tally, which lives longer. STATE when it keeps neither state. */
limen_status limen_tally_feed(const limen_tally *tally, limen_feed *feed, limen_error *error);

/* How many different ones there are of n ascending keys. */
int64_t limen_keys_distinct(limen_dtype dtype, const void *keys, int64_t n);

/* The ladder of sorted keys of positives and negatives (ascending; weights NULL: each counts 1),
 * on top of `ladder->count` blocks that are there already. Room must have been made. */
void limen_ladder_merge(limen_ladder *ladder, const void *positives, int64_t positive_count,
                        const double *positive_weights, const void *negatives,
                        int64_t negative_count, const double *negative_weights);

#endif
