/* Fewer points for the same line. */
#ifndef LIMEN_METRICS_THIN_H
#define LIMEN_METRICS_THIN_H

#include "limen.h"

/* A curve under construction. */
typedef struct limen_curve_line {
    limen_curve_kind kind;
    double positives, negatives;
    limen_curve_point *points;
    int64_t count;
} limen_curve_line;

/* Where a point is drawn; an empty class counts as 1, so that its rate is 0. */
void limen_curve_place(const limen_curve_line *line, const limen_curve_point *point, double *x,
                       double *y);

/* 1 when `middle` is not needed between its neighbours. */
int limen_curve_redundant(limen_curve_kind kind, limen_thin thin, const limen_curve_point *before,
                          const limen_curve_point *middle, const limen_curve_point *after);

/* Keeps `most` points (2 <= most < count) in their order. *distance gets the greatest distance of
 * one that was dropped. Fails for want of memory, and then the line is as before. */
limen_status limen_curve_reduce(limen_curve_line *line, int64_t most, const limen_allocator *a,
                                double *distance, limen_error *error);

#endif
