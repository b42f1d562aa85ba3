/* Averages over labels, and what becomes of 0/0. */
#ifndef LIMEN_METRICS_AVERAGE_H
#define LIMEN_METRICS_AVERAGE_H

#include "metrics/metric.h"

/* Labels that a loop reads at a time; their counts fit on the stack. */
#define LIMEN_LABEL_BLOCK 64

/* Labels of the block that starts at `first`. */
static inline int64_t limen_label_block(const limen_tally *tally, int64_t first)
{
    int64_t left = tally->spec.width - first;

    return left < LIMEN_LABEL_BLOCK ? left : LIMEN_LABEL_BLOCK;
}

/* A weighted mean of ratios, one at a time. A ratio of weight 0 takes no part, whatever it is. */
typedef struct limen_mean {
    limen_sum total, weight;
    int defined;  /* some ratio was */
    int poisoned; /* LIMEN_NAN met 0/0 */
} limen_mean;

void limen_mean_add(limen_mean *mean, limen_ratio ratio, double weight, limen_zero_division policy);

/* Undefined when nothing took part, when each was 0/0, or when LIMEN_NAN met one. */
limen_ratio limen_mean_of(const limen_mean *mean);

/* The value of a ratio under a policy. */
double limen_ratio_value(limen_ratio ratio, limen_zero_division policy);

/* Counts of all labels added up. */
limen_counts limen_pooled_counts(const limen_tally *tally, int64_t set, int64_t group);

/* "binary", ...; "macro", ... (NULL for a value that is none). */
const char *limen_task_name(limen_task task);
const char *limen_average_name(limen_average average);

/* Whether the row has this form for this tally: LIMEN_OK, ARGUMENT for one that it has nowhere,
 * STATE for one that needs another state. Indices are in range and options filled in. */
limen_status limen_row_check(const limen_metric_row *row, const limen_tally *tally, int64_t group,
                             limen_average average, const limen_compute_options *options,
                             limen_error *error);

/* Values of one block of labels, for rows with from_counts (supports, which may be NULL, gets tp +
 * fn) or from_groups. */
void limen_row_block(const limen_metric_row *row, const limen_tally *tally, int64_t set,
                     int64_t group, int64_t first, int64_t labels,
                     const limen_compute_options *options, limen_ratio *ratios, double *supports);

/* The values of a form that has been checked: `width` for LIMEN_AVERAGE_NONE, else one. */
limen_status limen_row_values(const limen_metric_row *row, const limen_tally *tally, int64_t set,
                              int64_t group, limen_average average,
                              const limen_compute_options *options, limen_ratio *values,
                              limen_error *error);

/* *filled = the options with their defaults in place; options may be NULL. Errors: ARGUMENT for a
 * field out of its range. */
limen_status limen_options_fill(const limen_compute_options *options, limen_compute_options *filled,
                                limen_error *error);

#endif
