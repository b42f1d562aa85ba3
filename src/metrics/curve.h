/* Numbers of a curve: each function goes once over the cuts of a sweep, from the highest threshold
 * down. A rate whose class is empty makes them undefined. */
#ifndef LIMEN_METRICS_CURVE_H
#define LIMEN_METRICS_CURVE_H

#include "metrics/metric.h"
#include "tally/sweep.h"

typedef limen_ratio limen_curve_number(limen_sweep *sweep, const limen_compute_options *options);

limen_curve_number limen_curve_auroc, limen_curve_average_precision, limen_curve_eer,
    limen_curve_log_auc;

/* The best value where another rate keeps options->floor, and the threshold of it: the highest one
 * with that value. Undefined when no cut keeps it. */
limen_curve_number limen_curve_recall_at_precision, limen_curve_recall_at_precision_threshold,
    limen_curve_precision_at_recall, limen_curve_precision_at_recall_threshold,
    limen_curve_sensitivity_at_specificity, limen_curve_sensitivity_at_specificity_threshold,
    limen_curve_specificity_at_sensitivity, limen_curve_specificity_at_sensitivity_threshold;

/* A score as it is shown: a probability where scores are logits. */
double limen_curve_threshold(const limen_tally *tally, double threshold);

/* One against one, as scikit-learn: the mean over pairs of classes that have samples of the mean of
 * both directions; weighted by the share of samples that are of either class. The tally is
 * multiclass and keeps LIMEN_SCORES. Undefined with fewer than two classes. */
limen_status limen_curve_one_vs_one(const limen_tally *tally, int64_t group, int weighted,
                                    limen_ratio *value, limen_error *error);

#endif
