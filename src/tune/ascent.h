/* Coordinate ascent over the cuts of labels, for pooled counts: one label at a time gets its best
 * cut while the others stay, until none can be improved. A local optimum. */
#ifndef LIMEN_TUNE_ASCENT_H
#define LIMEN_TUNE_ASCENT_H

#include "tune/hull.h"
#include "tune/plan.h"

/* Where a label stands. */
typedef struct limen_stand {
    int64_t index; /* of its cut; -1: it stays where it is */
    double tp, fp;
} limen_stand;

typedef struct limen_ascent {
    const limen_plan *plan;
    const limen_feed *feed;
    const limen_hulls *hulls; /* what restarts begin from */
    limen_totals totals;
    limen_stand *stands; /* a label; in: the first start, out: the best end */
    int restarts;        /* beside the first start */
    int monotone;        /* no conditions, and the objective never rises with false positives */
    limen_point point;   /* out */
    double violation;    /* out: of the conditions on pooled counts */
} limen_ascent;

limen_status limen_ascend(limen_ascent *ascent, limen_error *error);

#endif
