/* Whether probabilities are what they say. */
#include "tally/calibration.h"

#include "metrics/average.h"

/* A number of one label from its sums and bins. */
typedef limen_ratio calibration_number(const limen_tally *tally, const limen_calibration_sums *sums,
                                       const limen_calibration_bin *bins);

/* |share of positives - mean probability| of a bin that is not empty. */
static double bin_gap(const limen_calibration_bin *bin)
{
    return fabs(bin->positives / bin->weight - bin->confidence / bin->weight);
}

static limen_ratio expected_error(const limen_tally *tally, const limen_calibration_sums *sums,
                                  const limen_calibration_bin *bins)
{
    double total = 0.0;

    for (int64_t i = 0; i < limen_calibration_bins(tally); i++) {
        if (bins[i].weight > 0.0)
            total += bin_gap(&bins[i]) * bins[i].weight;
    }
    return limen_ratio_of(total, sums->weight);
}

static limen_ratio squared_error(const limen_tally *tally, const limen_calibration_sums *sums,
                                 const limen_calibration_bin *bins)
{
    double total = 0.0;

    for (int64_t i = 0; i < limen_calibration_bins(tally); i++) {
        if (bins[i].weight > 0.0)
            total += bin_gap(&bins[i]) * bin_gap(&bins[i]) * bins[i].weight;
    }
    if (sums->weight == 0.0)
        return (limen_ratio){0.0, 0};
    return (limen_ratio){sqrt(total / sums->weight), 1};
}

static limen_ratio greatest_error(const limen_tally *tally, const limen_calibration_sums *sums,
                                  const limen_calibration_bin *bins)
{
    double greatest = 0.0;

    for (int64_t i = 0; i < limen_calibration_bins(tally); i++) {
        if (bins[i].weight > 0.0 && bin_gap(&bins[i]) > greatest)
            greatest = bin_gap(&bins[i]);
    }
    return (limen_ratio){greatest, sums->weight > 0.0};
}

static limen_ratio brier_score(const limen_tally *tally, const limen_calibration_sums *sums,
                               const limen_calibration_bin *bins)
{
    (void)tally;
    (void)bins;
    return limen_ratio_of(sums->squares, sums->weight);
}

static limen_ratio log_score(const limen_tally *tally, const limen_calibration_sums *sums,
                             const limen_calibration_bin *bins)
{
    (void)tally;
    (void)bins;
    return limen_ratio_of(sums->log_loss, sums->weight);
}

/* label as limen_calibration_read; `bins` is room for those of a label. */
static limen_ratio number_of(const limen_tally *tally, int64_t group, int64_t label,
                             calibration_number *number, limen_calibration_bin *bins,
                             double *support)
{
    limen_calibration_sums sums;

    limen_calibration_read(tally, group, label, &sums, bins);
    *support = sums.positives;
    return number(tally, &sums, bins);
}

static limen_status over_labels(const limen_tally *tally, int64_t group, limen_average average,
                                const limen_compute_options *options, calibration_number *number,
                                limen_ratio *values, limen_error *error)
{
    size_t count = (size_t)limen_calibration_bins(tally);
    limen_calibration_bin *bins = limen_new_raw(&tally->allocator, count, sizeof *bins);
    limen_mean mean = {0};
    double support;

    if (!bins)
        return limen_fail_memory(error, count * sizeof *bins);
    if (average == LIMEN_AVERAGE_MICRO || average == LIMEN_AVERAGE_WHOLE) {
        int64_t label = average == LIMEN_AVERAGE_MICRO ? -1 : LIMEN_TOP_LABEL;

        values[0] = number_of(tally, group, label, number, bins, &support);
    } else {
        for (int64_t label = 0; label < tally->spec.width; label++) {
            limen_ratio value = number_of(tally, group, label, number, bins, &support);

            if (average == LIMEN_AVERAGE_NONE)
                values[label] = value;
            else
                limen_mean_add(&mean, value, average == LIMEN_AVERAGE_WEIGHTED ? support : 1.0,
                               options->zero_division);
        }
        if (average != LIMEN_AVERAGE_NONE)
            values[0] = limen_mean_of(&mean);
    }
    limen_delete(&tally->allocator, bins, count, sizeof *bins);
    return LIMEN_OK;
}

#define DEFINE_FORMS(name, number)                                                             \
    static limen_status name(const limen_tally *tally, int64_t set, int64_t group,             \
                             limen_average average, const limen_compute_options *options,      \
                             limen_ratio *values, limen_error *error)                          \
    {                                                                                          \
        (void)set;                                                                             \
        return over_labels(tally, group, average, options, number, values, error);             \
    }                                                                                          \
                                                                                               \
    static limen_status name##_whole(const limen_tally *tally, int64_t set, int64_t group,     \
                                     const limen_compute_options *options, limen_ratio *value, \
                                     limen_error *error)                                       \
    {                                                                                          \
        return name(tally, set, group, LIMEN_AVERAGE_WHOLE, options, value, error);            \
    }

DEFINE_FORMS(ece, expected_error)
DEFINE_FORMS(rmsce, squared_error)
DEFINE_FORMS(mce, greatest_error)
DEFINE_FORMS(label_brier, brier_score)
DEFINE_FORMS(log_loss, log_score)

/* Two classes lose the same twice: scikit-learn halves that. */
static limen_status brier_whole(const limen_tally *tally, int64_t set, int64_t group,
                                const limen_compute_options *options, limen_ratio *value,
                                limen_error *error)
{
    limen_status status = label_brier_whole(tally, set, group, options, value, error);

    if (status == LIMEN_OK && tally->spec.width == 2)
        value->value /= 2.0;
    return status;
}

#define CALIBRATION                                        \
    .states = LIMEN_CALIBRATION, .tasks = LIMEN_TASKS_ALL, \
    .averages = LIMEN_AVERAGES_LABELS | LIMEN_AVERAGE_WHOLE, .low = 0.0, .higher_is_better = 0

static const limen_metric_row rows[] = {
    {.metric = {CALIBRATION, .name = "ece", .title = "Expected calibration error",
                .formula = "sum over bins of weight * |share of positives - mean probability|",
                .help = "How far probabilities are from frequencies, on average. Depends on the "
                        "number of bins, which are equally wide. The whole form is of the "
                        "predicted class of each sample; a class's own is against the rest.",
                .source = "Naeini, Cooper and Hauskrecht 2015; torchmetrics CalibrationError l1",
                .high = 1.0, .by_default = LIMEN_TASKS_ALL},
     .compute = ece,
     .whole = ece_whole,
     .whole_tasks = LIMEN_TASK_MULTICLASS},
    {.metric = {CALIBRATION, .name = "rmsce", .title = "Root mean square calibration error",
                .formula = "sqrt(sum over bins of weight * (share of positives - mean "
                           "probability)^2)",
                .help = "As ece, but large gaps weigh more.",
                .source = "torchmetrics CalibrationError l2", .high = 1.0},
     .compute = rmsce,
     .whole = rmsce_whole,
     .whole_tasks = LIMEN_TASK_MULTICLASS},
    {.metric = {CALIBRATION, .name = "mce", .title = "Maximum calibration error",
                .formula = "greatest |share of positives - mean probability| of a bin",
                .help = "The worst bin, however few samples it has.",
                .source = "torchmetrics CalibrationError max", .high = 1.0},
     .compute = mce,
     .whole = mce_whole,
     .whole_tasks = LIMEN_TASK_MULTICLASS},
    {.metric = {CALIBRATION, .name = "brier", .title = "Brier score",
                .formula = "mean of (probability - truth)^2",
                .help = "A proper score: least for true probabilities. The whole form sums over "
                        "the classes of a sample (halved for two classes), so it reaches 2.",
                .source = "Brier 1950; scikit-learn brier_score_loss", .high = 2.0,
                .by_default = LIMEN_TASKS_ALL},
     .compute = label_brier,
     .whole = brier_whole,
     .whole_tasks = LIMEN_TASK_MULTICLASS},
    {.metric = {CALIBRATION, .name = "log_loss", .title = "Log loss",
                .formula = "mean of -log(probability of what is true)",
                .help = "A proper score that punishes certainty gone wrong; probabilities are kept "
                        "from 0 and 1 by the epsilon of the scores' type, so a lost certainty "
                        "costs about 16 in float32 and 36 in float64.",
                .source = "scikit-learn log_loss", .high = INFINITY, .by_default = LIMEN_TASKS_ALL},
     .compute = log_loss,
     .whole = log_loss_whole,
     .whole_tasks = LIMEN_TASK_MULTICLASS},
};

const limen_metric_rows limen_calibration_metrics = LIMEN_METRIC_ROWS(rows);
