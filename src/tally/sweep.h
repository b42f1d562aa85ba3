/* The cuts of a label from the highest score down, from either state that keeps scores: what curves
 * are made of. Scores that tie, or share a bin, are one step: a threshold cannot part them. */
#ifndef LIMEN_TALLY_SWEEP_H
#define LIMEN_TALLY_SWEEP_H

#include "tally/histogram.h"
#include "tally/scores.h"

/* What one step adds to the positive side. */
typedef struct limen_step {
    double positives, negatives; /* whole numbers, or sums of weights */
    uint64_t place;              /* for limen_sweep_threshold */
} limen_step;

typedef struct limen_sweep {
    double positives, negatives; /* of all steps */

    /* Inside. */
    const limen_tally *tally;
    limen_score_query query;
    int from_scores;
    limen_score_lists lists;
    int64_t positives_left, negatives_left; /* in the lists */
    int64_t bins_left;                      /* and one for the rest */
} limen_sweep;

/* Starts a sweep over the cells of a query (scores.h), from LIMEN_SCORES when the tally keeps it,
 * else from LIMEN_HISTOGRAM. Fails only for want of memory. */
limen_status limen_sweep_open(const limen_tally *tally, const limen_score_query *query,
                              limen_sweep *sweep, limen_error *error);

/* Writes up to `capacity` steps; returns how many, 0 at the end. Every step holds a score, but with
 * given bin edges each edge is a step, empty or not. */
size_t limen_sweep_next(limen_sweep *sweep, limen_step *steps, size_t capacity);

/* The threshold that takes a step and all before it (under the rule ge): the least score of the
 * step, or its edge. -inf for the last step when no threshold reaches it: NaN, and what is below
 * the lowest edge. */
double limen_sweep_threshold(const limen_sweep *sweep, const limen_step *step);

/* Back to the first step. */
void limen_sweep_rewind(limen_sweep *sweep);

void limen_sweep_close(limen_sweep *sweep);

#endif
