/* The cuts of a label from the highest score down, from either state that keeps scores: what curves
 * are made of. Scores that tie, or share a bin, are one step: a threshold cannot part them. */
#ifndef LIMEN_TALLY_SWEEP_H
#define LIMEN_TALLY_SWEEP_H

#include "tally/histogram.h"
#include "tally/scores.h"

/* What one step adds to the positive side. `score >= threshold` takes this step and all before it.
 *
 * threshold is the least score of the step; with given bin edges it is the edge, and every edge is
 * a step, empty or not. What no threshold reaches (NaN, scores below the lowest edge) comes last,
 * with threshold -inf. */
typedef struct limen_step {
    double positives, negatives; /* whole numbers, or sums of weights */
    double threshold;
} limen_step;

typedef struct limen_sweep {
    double positives, negatives; /* of all steps */
    int exact;                   /* each step is one value of the score */

    /* Inside. */
    const limen_tally *tally;
    limen_score_lists lists;
    int64_t group, label;
    int64_t next_positive, next_negative; /* from the end of the lists, or the next bin */
    int from_scores;
} limen_sweep;

/* Starts a sweep over the cells of a query (scores.h); from LIMEN_SCORES when the tally keeps it,
 * else from LIMEN_HISTOGRAM, which knows no rivals. Fails only for want of memory. */
limen_status limen_sweep_open(const limen_tally *tally, const limen_score_query *query,
                              limen_sweep *sweep, limen_error *error);

/* Writes up to `capacity` steps; returns how many, 0 at the end. */
size_t limen_sweep_next(limen_sweep *sweep, limen_step *steps, size_t capacity);

/* Back to the first step. */
void limen_sweep_rewind(limen_sweep *sweep);

void limen_sweep_close(limen_sweep *sweep);

#endif
