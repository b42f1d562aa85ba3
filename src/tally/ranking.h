/* The state LIMEN_RANKING: how well the scores of each sample order its labels, true ones first. */
#ifndef LIMEN_TALLY_RANKING_H
#define LIMEN_TALLY_RANKING_H

#include "tally/state.h"

/* Sums over samples, times their weights. Ignored cells are left out of their row; a row of nothing
 * else does not count. Labels that tie have the rank of the last of them. */
typedef struct limen_ranking_sums {
    double samples;
    double coverage;  /* rank of the last true label, 0 where there is none */
    double precision; /* mean over true labels of true ones among those ranked as high, or 1 where
                         there are only true labels or none */
    double loss;      /* share of (true, false) pairs that are not in order, ties being out of it;
                         0 where there is no pair */
} limen_ranking_sums;

void limen_ranking_read(const limen_tally *tally, int64_t group, limen_ranking_sums *sums);

#endif
