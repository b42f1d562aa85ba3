/* Metrics over all thresholds, from every score or from bins. */
#include "metrics/average.h"
#include "metrics/curve.h"

#define STATES (LIMEN_SCORES | LIMEN_HISTOGRAM)

/* The number of one label, or of all pooled for label -1, and the label's support. */
static limen_status number_of(const limen_tally *tally, int64_t group, int64_t label,
                              const limen_compute_options *options, limen_curve_number *number,
                              limen_ratio *value, double *support, limen_error *error)
{
    limen_score_query query = {group, label};
    limen_sweep sweep;
    limen_status status = limen_sweep_open(tally, &query, &sweep, error);

    if (status != LIMEN_OK)
        return status;
    *value = number(&sweep, options);
    *support = sweep.positives;
    limen_sweep_close(&sweep);
    return LIMEN_OK;
}

static limen_status over_labels(const limen_tally *tally, int64_t group, limen_average average,
                                const limen_compute_options *options, limen_curve_number *number,
                                limen_ratio *values, limen_error *error)
{
    limen_mean mean = {0};
    limen_ratio value;
    double support;

    if (average == LIMEN_AVERAGE_MICRO)
        return number_of(tally, group, -1, options, number, values, &support, error);
    for (int64_t label = 0; label < tally->spec.width; label++) {
        limen_status status =
            number_of(tally, group, label, options, number, &value, &support, error);

        if (status != LIMEN_OK)
            return status;
        if (average == LIMEN_AVERAGE_NONE)
            values[label] = value;
        else
            limen_mean_add(&mean, value, average == LIMEN_AVERAGE_WEIGHTED ? support : 1.0,
                           options->zero_division);
    }
    if (average != LIMEN_AVERAGE_NONE)
        values[0] = limen_mean_of(&mean);
    return LIMEN_OK;
}

#define DEFINE_COMPUTE(number)                                                                   \
    static limen_status number(const limen_tally *tally, int64_t set, int64_t group,             \
                               limen_average average, const limen_compute_options *options,      \
                               limen_ratio *values, limen_error *error)                          \
    {                                                                                            \
        (void)set;                                                                               \
        return over_labels(tally, group, average, options, limen_curve_##number, values, error); \
    }

DEFINE_COMPUTE(average_precision)
DEFINE_COMPUTE(eer)
DEFINE_COMPUTE(log_auc)
DEFINE_COMPUTE(recall_at_precision)
DEFINE_COMPUTE(recall_at_precision_threshold)
DEFINE_COMPUTE(precision_at_recall)
DEFINE_COMPUTE(precision_at_recall_threshold)
DEFINE_COMPUTE(sensitivity_at_specificity)
DEFINE_COMPUTE(sensitivity_at_specificity_threshold)
DEFINE_COMPUTE(specificity_at_sensitivity)
DEFINE_COMPUTE(specificity_at_sensitivity_threshold)

static limen_status auroc(const limen_tally *tally, int64_t set, int64_t group,
                          limen_average average, const limen_compute_options *options,
                          limen_ratio *values, limen_error *error)
{
    int averaged = average == LIMEN_AVERAGE_MACRO || average == LIMEN_AVERAGE_WEIGHTED;

    (void)set;
    if (tally->spec.task != LIMEN_MULTICLASS || options->multiclass != LIMEN_OVO || !averaged)
        return over_labels(tally, group, average, options, limen_curve_auroc, values, error);
    if (!(tally->spec.states & LIMEN_SCORES))
        return limen_fail(error, LIMEN_ERR_STATE,
                          "AUROC of one class against one other needs a tally that keeps scores");
    if (options->max_fpr < 1.0)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "max_fpr is not defined for one class against one other: leave it out");
    return limen_curve_one_vs_one(tally, group, average == LIMEN_AVERAGE_WEIGHTED, values, error);
}

/* What rows share. */
#define CURVE .states = STATES, .tasks = LIMEN_TASKS_ALL
#define RATE .averages = LIMEN_AVERAGES_LABELS, .low = 0.0, .high = 1.0
#define THRESHOLD                                                                             \
    .averages = LIMEN_AVERAGE_NONE | LIMEN_AVERAGE_MICRO, .low = -INFINITY, .high = INFINITY, \
    .higher_is_better = -1
#define AT_FLOOR CURVE, RATE, .higher_is_better = 1, .parameters = LIMEN_PARAM_FLOOR
#define AT_FLOOR_THRESHOLD CURVE, THRESHOLD, .parameters = LIMEN_PARAM_FLOOR

static const limen_metric_row rows[] = {
    {.metric = {CURVE, RATE, .name = "auroc", .title = "Area under the ROC curve",
                .formula = "share of (positive, negative) pairs that the score orders, ties half",
                .help =
                    "The chance that a positive scores above a negative. Blind to prevalence: "
                    "with rare positives read the average precision too. max_fpr gives the "
                    "partial area, standardized by McClish. Multiclass: each class against the "
                    "rest, or (macro and weighted, from scores) each pair of classes. Undefined "
                    "without positives or negatives.",
                .source = "scikit-learn roc_auc_score; Hand and Till 2001 for pairs of classes",
                .higher_is_better = 1, .parameters = LIMEN_PARAM_MAX_FPR | LIMEN_PARAM_MULTICLASS,
                .by_default = LIMEN_TASKS_ALL},
     .compute = auroc},
    {.metric = {CURVE, RATE, .name = "average_precision", .title = "Average precision",
                .formula = "sum over cuts of (recall - recall before) * precision",
                .help = "The area under the precision-recall curve as a sum of steps, without "
                        "interpolation. Its floor is the prevalence. Undefined without positives.",
                .source = "scikit-learn average_precision_score", .higher_is_better = 1,
                .by_default = LIMEN_TASKS_ALL},
     .compute = average_precision},
    {.metric = {CURVE, RATE, .name = "eer", .title = "Equal error rate",
                .formula = "(fpr + fnr) / 2 at the cut where they are nearest",
                .help = "The error rate where false positives and false negatives balance. No "
                        "interpolation between cuts; of equal ones the highest cut counts. "
                        "Undefined without positives or negatives.",
                .source = "torchmetrics BinaryEER", .higher_is_better = 0},
     .compute = eer},
    {.metric = {CURVE, RATE, .name = "log_auc", .title = "Area under the ROC curve over log(fpr)",
                .formula = "integral of tpr over log(fpr) from fpr_low to fpr_high, divided by "
                           "log(fpr_high / fpr_low)",
                .help = "Looks at the leftmost part of the ROC curve, for screening. Trapezoids "
                        "between cuts; tpr at the ends by linear interpolation in fpr. Undefined "
                        "without positives or negatives.",
                .source = "torchmetrics LogAUC; Mysinger and Shoichet 2010", .higher_is_better = 1,
                .parameters = LIMEN_PARAM_FPR_RANGE},
     .compute = log_auc},
    {.metric = {AT_FLOOR, .name = "recall_at_precision", .title = "Recall at fixed precision",
                .formula = "greatest recall where precision >= floor",
                .help = "How much is found when at least `floor` of what is predicted must be "
                        "right. Undefined when no cut is that precise.",
                .source = "torchmetrics RecallAtFixedPrecision"},
     .compute = recall_at_precision},
    {.metric = {AT_FLOOR_THRESHOLD, .name = "recall_at_precision_threshold",
                .title = "Threshold of recall at fixed precision",
                .formula = "score >= threshold gives recall_at_precision",
                .help = "The highest threshold with that recall; a probability where scores are "
                        "logits.",
                .source = "torchmetrics RecallAtFixedPrecision"},
     .compute = recall_at_precision_threshold},
    {.metric = {AT_FLOOR, .name = "precision_at_recall", .title = "Precision at fixed recall",
                .formula = "greatest precision where recall >= floor",
                .help = "How much of what is predicted is right when at least `floor` of the "
                        "positives must be found; of equal precisions the greatest recall. "
                        "Undefined without positives.",
                .source = "torchmetrics PrecisionAtFixedRecall"},
     .compute = precision_at_recall},
    {.metric = {AT_FLOOR_THRESHOLD, .name = "precision_at_recall_threshold",
                .title = "Threshold of precision at fixed recall",
                .formula = "score >= threshold gives precision_at_recall",
                .help = "The highest threshold with that precision and recall; a probability where "
                        "scores are logits.",
                .source = "torchmetrics PrecisionAtFixedRecall"},
     .compute = precision_at_recall_threshold},
    {.metric = {AT_FLOOR, .name = "sensitivity_at_specificity",
                .title = "Sensitivity at fixed specificity",
                .formula = "greatest recall where specificity >= floor",
                .help = "Predicting none has specificity 1, so there is always a cut. Undefined "
                        "without positives or negatives.",
                .source = "torchmetrics SensitivityAtSpecificity"},
     .compute = sensitivity_at_specificity},
    {.metric = {AT_FLOOR_THRESHOLD, .name = "sensitivity_at_specificity_threshold",
                .title = "Threshold of sensitivity at fixed specificity",
                .formula = "score >= threshold gives sensitivity_at_specificity",
                .help = "The highest threshold with that sensitivity, +inf for predicting none; a "
                        "probability where scores are logits.",
                .source = "torchmetrics SensitivityAtSpecificity"},
     .compute = sensitivity_at_specificity_threshold},
    {.metric = {AT_FLOOR, .name = "specificity_at_sensitivity",
                .title = "Specificity at fixed sensitivity",
                .formula = "greatest specificity where recall >= floor",
                .help = "How few of the negatives are disturbed when at least `floor` of the "
                        "positives must be found. Undefined without positives or negatives.",
                .source = "torchmetrics SpecificityAtSensitivity"},
     .compute = specificity_at_sensitivity},
    {.metric = {AT_FLOOR_THRESHOLD, .name = "specificity_at_sensitivity_threshold",
                .title = "Threshold of specificity at fixed sensitivity",
                .formula = "score >= threshold gives specificity_at_sensitivity",
                .help = "The highest threshold with that specificity; a probability where scores "
                        "are logits.",
                .source = "torchmetrics SpecificityAtSensitivity"},
     .compute = specificity_at_sensitivity_threshold},
};

const limen_metric_rows limen_curves_metrics = LIMEN_METRIC_ROWS(rows);
