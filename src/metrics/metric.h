/* One metric: its public row and the functions that compute its forms. The rows stand in files by
 * what they read (counts.c, confusion.c, samples.c, ...); table.c puts them in order. */
#ifndef LIMEN_METRICS_METRIC_H
#define LIMEN_METRICS_METRIC_H

#include "limen.h"
#include "tally/state.h"

/* A number, or 0/0. value is only read when defined. */
typedef struct limen_ratio {
    double value;
    int defined;
} limen_ratio;

/* A sum of ratios over the samples where they are defined, and how many samples the others are. */
typedef struct limen_sample_total {
    double sum, undefined;
} limen_sample_total;

/* Greatest and least rate of the groups; groups where a rate is 0/0 do not take part. */
typedef struct limen_rate_range {
    double low, high;
    int groups; /* that took part */
} limen_rate_range;

typedef struct limen_group_ranges {
    limen_rate_range predicted_rate, recall, fpr;
} limen_group_ranges;

/* A row has one function for each form that it offers; the others are NULL. Options are filled in
 * (limen_options_fill). */
typedef struct limen_metric_row {
    limen_metric metric; /* first, so that a limen_metric * from the table is a row */

    /* From one label's counts, or pooled ones: the averages none, micro, macro and weighted follow
     * from it. */
    limen_ratio (*from_counts)(const limen_counts *counts, const limen_compute_options *options);

    /* The average over samples. */
    limen_sample_total (*from_samples)(const limen_sample_sums *sums);

    /* One number of the whole tally, for the tasks in whole_tasks (bits 1 << limen_task). */
    limen_status (*whole)(const limen_tally *tally, int64_t set, int64_t group,
                          const limen_compute_options *options, limen_ratio *value,
                          limen_error *error);
    uint32_t whole_tasks;

    /* From the rates of all groups: the averages none, micro and macro follow from it. */
    limen_ratio (*from_groups)(const limen_group_ranges *ranges);

    /* Anything else: the value for one average, `width` values for LIMEN_AVERAGE_NONE. A group that
     * the state does not keep apart is LIMEN_ERR_STATE. */
    limen_status (*compute)(const limen_tally *tally, int64_t set, int64_t group,
                            limen_average average, const limen_compute_options *options,
                            limen_ratio *values, limen_error *error);
} limen_metric_row;

/* The rows of one file. */
typedef struct limen_metric_rows {
    const limen_metric_row *rows;
    int64_t count;
} limen_metric_rows;

/* Every file of rows, in the order of reports: XX(file) stands for limen_<file>_metrics. A new file
 * is one more line here. */
#define LIMEN_METRIC_FILES(XX) \
    XX(counts)                 \
    XX(agreement)              \
    XX(diagnostic)             \
    XX(confusion)              \
    XX(samples)                \
    XX(curves)                 \
    XX(ranking)                \
    XX(calibration)            \
    XX(hinge)                  \
    XX(groups)

#define XX(file) extern const limen_metric_rows limen_##file##_metrics;
LIMEN_METRIC_FILES(XX)
#undef XX

#define LIMEN_METRIC_ROWS(rows)                         \
    {                                                   \
        rows, (int64_t)(sizeof(rows) / sizeof(rows)[0]) \
    }

/* Masks that many rows share. */
#define LIMEN_TASK_BINARY (1u << LIMEN_BINARY)
#define LIMEN_TASK_MULTICLASS (1u << LIMEN_MULTICLASS)
#define LIMEN_TASK_MULTILABEL (1u << LIMEN_MULTILABEL)
#define LIMEN_TASKS_ALL (LIMEN_TASK_BINARY | LIMEN_TASK_MULTICLASS | LIMEN_TASK_MULTILABEL)
#define LIMEN_AVERAGES_LABELS \
    (LIMEN_AVERAGE_NONE | LIMEN_AVERAGE_MICRO | LIMEN_AVERAGE_MACRO | LIMEN_AVERAGE_WEIGHTED)
#define LIMEN_STATES_COUNTS (LIMEN_COUNTS | LIMEN_CONFUSION)

/* numerator / denominator, undefined when the denominator is 0. */
static inline limen_ratio limen_ratio_of(double numerator, double denominator)
{
    if (denominator == 0.0)
        return (limen_ratio){0.0, 0};
    return (limen_ratio){numerator / denominator, 1};
}

#endif
