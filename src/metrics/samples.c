/* Metrics of whole rows: a sample's set of labels, true against predicted. */
#include "metrics/forms.h"
#include "metrics/metric.h"

limen_sample_total limen_samples_accuracy(const limen_sample_sums *sums)
{
    return (limen_sample_total){sums->samples - sums->hamming, 0.0};
}

limen_sample_total limen_samples_precision(const limen_sample_sums *sums)
{
    return (limen_sample_total){sums->precision, sums->precision_undefined};
}

limen_sample_total limen_samples_recall(const limen_sample_sums *sums)
{
    return (limen_sample_total){sums->recall, sums->recall_undefined};
}

limen_sample_total limen_samples_fbeta(const limen_sample_sums *sums)
{
    return (limen_sample_total){sums->fbeta, sums->fbeta_undefined};
}

limen_sample_total limen_samples_jaccard(const limen_sample_sums *sums)
{
    return (limen_sample_total){sums->jaccard, sums->jaccard_undefined};
}

limen_sample_total limen_samples_hamming(const limen_sample_sums *sums)
{
    return (limen_sample_total){sums->hamming, 0.0};
}

static limen_status exact_match(const limen_tally *tally, int64_t set, int64_t group,
                                const limen_compute_options *options, limen_ratio *value,
                                limen_error *error)
{
    limen_sample_sums sums;

    (void)options;
    (void)error;
    limen_samples_read(tally, set, group, &sums);
    *value = limen_ratio_of(sums.exact, sums.samples);
    return LIMEN_OK;
}

static const limen_metric_row rows[] = {
    {.metric = {.name = "exact_match",
                .title = "Exact match",
                .formula = "rows right in every label / rows",
                .help = "The share of samples whose set of labels is predicted without any error, "
                        "also called subset accuracy. Strict: it falls with the number of labels. "
                        "Ignored cells do not count; a row of nothing else is left out. Undefined "
                        "without samples.",
                .source = "scikit-learn accuracy_score (multilabel); 1 - zero_one_loss",
                .states = LIMEN_SAMPLES,
                .tasks = LIMEN_TASK_MULTILABEL,
                .averages = LIMEN_AVERAGE_WHOLE,
                .higher_is_better = 1,
                .low = 0.0,
                .high = 1.0,
                .by_default = LIMEN_TASK_MULTILABEL},
     .whole = exact_match,
     .whole_tasks = LIMEN_TASK_MULTILABEL},
};

const limen_metric_rows limen_samples_metrics = LIMEN_METRIC_ROWS(rows);
