/* The joint choice for pooled counts: what its search and its bound share. */
#ifndef LIMEN_TUNE_MICRO_H
#define LIMEN_TUNE_MICRO_H

#include "core/numeric.h"
#include "tune/ascent.h"
#include "tune/hull.h"
#include "tune/plan.h"

#include <math.h>

typedef struct limen_micro {
    const limen_plan *plan;
    const limen_feed *feed;
    limen_totals totals; /* of all labels */
    limen_hulls hulls;   /* of what can be reached for sure */
    limen_edge *edges;
    int64_t edge_count, edge_capacity;
    double tp, fp;    /* where the walk starts */
    int64_t taken;    /* edges of the best point of the walk */
    limen_point best; /* feasible and defined */
    int found;
    double bound; /* score that no choice of cuts exceeds */
    int bounded;
    int possible;    /* the hulls do not rule out that the conditions are met */
    int constrained; /* the pooled counts are */
    int convex;      /* the objective is: without conditions the walk finds the best */
    int tilted;      /* the objective rewards errors: the upper hulls bound nothing */
    limen_stand *stands;
} limen_micro;

/* Points of one walk: sums of edges from the start. */
typedef struct limen_walk {
    limen_sum tp, fp;
    int64_t next;
} limen_walk;

static inline void limen_walk_start(const limen_micro *m, limen_walk *at)
{
    *at = (limen_walk){{m->tp, 0.0}, {m->fp, 0.0}, 0};
}

static inline void limen_walk_edge(const limen_micro *m, limen_walk *at)
{
    const limen_edge *edge = &m->edges[at->next++];

    limen_sum_add(&at->tp, edge->tp);
    limen_sum_add(&at->fp, edge->fp);
}

/* Edges of one slope are taken whole; one by one where conditions could make a part of them the
 * best that there is. */
static inline void limen_walk_group(const limen_micro *m, limen_walk *at, int one_by_one)
{
    int64_t first = at->next;

    do
        limen_walk_edge(m, at);
    while (!one_by_one && at->next < m->edge_count &&
           limen_edge_compare(&m->edges[first], &m->edges[at->next], m->totals.whole) == 0);
}

static inline limen_point limen_micro_point(const limen_micro *m, double tp, double fp)
{
    return limen_objective_at(&m->plan->aim.objective, &m->totals, fmin(tp, m->totals.positives),
                              fmin(fp, m->totals.negatives));
}

/* Sets the bound from the edges: micro_bound.c. */
void limen_micro_bound(limen_micro *m);

#endif
