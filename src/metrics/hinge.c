/* Hinge loss. */
#include "tally/hinge.h"

#include "metrics/average.h"

static limen_ratio mean_loss(const limen_tally *tally, int64_t group, int64_t label,
                             const limen_compute_options *options, double *support)
{
    limen_hinge_sums sums;

    limen_hinge_read(tally, group, label, &sums);
    *support = sums.positives;
    return limen_ratio_of(options->squared ? sums.squared : sums.linear, sums.weight);
}

static limen_status hinge(const limen_tally *tally, int64_t set, int64_t group,
                          limen_average average, const limen_compute_options *options,
                          limen_ratio *values, limen_error *error)
{
    limen_mean mean = {0};
    double support;

    (void)set;
    (void)error;
    if (average == LIMEN_AVERAGE_MICRO) {
        values[0] = mean_loss(tally, group, -1, options, &support);
        return LIMEN_OK;
    }
    for (int64_t label = 0; label < tally->spec.width; label++) {
        limen_ratio value = mean_loss(tally, group, label, options, &support);

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

static limen_status crammer_singer(const limen_tally *tally, int64_t set, int64_t group,
                                   const limen_compute_options *options, limen_ratio *value,
                                   limen_error *error)
{
    double support;

    (void)set;
    (void)error;
    *value = mean_loss(tally, group, LIMEN_CRAMMER_SINGER, options, &support);
    return LIMEN_OK;
}

static const limen_metric_row rows[] = {
    {.metric = {.name = "hinge",
                .title = "Hinge loss",
                .formula = "mean of max(0, 1 - margin)",
                .help = "For scores that are margins, positive ones speaking for the label. The "
                        "margin is the score of a true label and minus that of a false one. The "
                        "whole form of multiclass takes the score of the true class above the "
                        "greatest other one. Squared on request. Undefined without samples.",
                .source =
                    "scikit-learn hinge_loss; Crammer and Singer 2001; torchmetrics HingeLoss",
                .states = LIMEN_HINGE,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS | LIMEN_AVERAGE_WHOLE,
                .higher_is_better = 0,
                .low = 0.0,
                .high = INFINITY,
                .parameters = LIMEN_PARAM_SQUARED,
                .by_default = LIMEN_TASKS_ALL},
     .compute = hinge,
     .whole = crammer_singer,
     .whole_tasks = LIMEN_TASK_MULTICLASS},
};

const limen_metric_rows limen_hinge_metrics = LIMEN_METRIC_ROWS(rows);
