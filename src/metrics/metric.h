/* One metric: its public row and the function that computes it. The rows stand in files by the
 * state that they read (counts.c, confusion.c, samples.c, ...); table.c puts them in order. */
#ifndef LIMEN_METRICS_METRIC_H
#define LIMEN_METRICS_METRIC_H

#include "limen.h"

/* A number, or 0/0. value is only read when defined. */
typedef struct limen_ratio {
    double value;
    int defined;
} limen_ratio;

typedef struct limen_metric_row {
    limen_metric metric; /* first, so that a limen_metric * from the table is a row */

    /* From one label's counts, or pooled ones: averages follow from it (average.c). NULL for the
     * others. */
    limen_ratio (*from_counts)(const limen_counts *counts, const limen_compute_options *options);

    /* Anything else: the value for one average, `width` values for LIMEN_AVERAGE_NONE. NULL when
     * from_counts says it all. */
    limen_status (*compute)(const limen_tally *tally, int64_t set, int64_t group,
                            limen_average average, const limen_compute_options *options,
                            limen_ratio *values, limen_error *error);
} limen_metric_row;

/* numerator / denominator, undefined when the denominator is 0. */
static inline limen_ratio limen_ratio_of(double numerator, double denominator)
{
    if (denominator == 0.0)
        return (limen_ratio){0.0, 0};
    return (limen_ratio){numerator / denominator, 1};
}

#endif
