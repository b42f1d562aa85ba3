/* How well scores order the labels of each sample. */
#include "tally/ranking.h"

#include "metrics/metric.h"

#define DEFINE_WHOLE(name, sum)                                                        \
    static limen_status name(const limen_tally *tally, int64_t set, int64_t group,     \
                             const limen_compute_options *options, limen_ratio *value, \
                             limen_error *error)                                       \
    {                                                                                  \
        limen_ranking_sums sums;                                                       \
                                                                                       \
        (void)set;                                                                     \
        (void)options;                                                                 \
        (void)error;                                                                   \
        limen_ranking_read(tally, group, &sums);                                       \
        *value = limen_ratio_of(sums.sum, sums.samples);                               \
        return LIMEN_OK;                                                               \
    }

DEFINE_WHOLE(coverage_error, coverage)
DEFINE_WHOLE(ranking_average_precision, precision)
DEFINE_WHOLE(ranking_loss, loss)

#define RANKING                                                                               \
    .states = LIMEN_RANKING, .tasks = LIMEN_TASK_MULTILABEL, .averages = LIMEN_AVERAGE_WHOLE, \
    .by_default = LIMEN_TASK_MULTILABEL

static const limen_metric_row rows[] = {
    {.metric = {RANKING, .name = "coverage_error", .title = "Coverage error",
                .formula = "mean over samples of the rank of the last true label",
                .help = "How far down the ranked labels one must go to have all true ones; at best "
                        "the mean number of true labels. Labels that tie count as passed together; "
                        "0 for a sample without true labels.",
                .source = "Tsoumakas, Katakis and Vlahavas 2010; scikit-learn coverage_error",
                .higher_is_better = 0, .low = 0.0, .high = INFINITY},
     .whole = coverage_error,
     .whole_tasks = LIMEN_TASK_MULTILABEL},
    {.metric = {RANKING, .name = "lrap", .title = "Label ranking average precision",
                .formula = "mean over samples and true labels of true labels ranked as high / "
                           "labels ranked as high",
                .help = "Whether true labels are ranked above false ones, sample by sample. Labels "
                        "that tie share the lowest rank. 1 for a sample whose labels are all true "
                        "or all false.",
                .source = "scikit-learn label_ranking_average_precision_score",
                .higher_is_better = 1, .low = 0.0, .high = 1.0},
     .whole = ranking_average_precision,
     .whole_tasks = LIMEN_TASK_MULTILABEL},
    {.metric = {RANKING, .name = "ranking_loss", .title = "Label ranking loss",
                .formula = "mean over samples of (true, false) pairs out of order / pairs",
                .help = "The share of pairs of a true and a false label that the scores do not put "
                        "in order; a tie is not in order (torchmetrics breaks ties by position). 0 "
                        "for a sample whose labels are all true or all false.",
                .source = "Tsoumakas, Katakis and Vlahavas 2010; scikit-learn label_ranking_loss",
                .higher_is_better = 0, .low = 0.0, .high = 1.0},
     .whole = ranking_loss,
     .whole_tasks = LIMEN_TASK_MULTILABEL},
};

const limen_metric_rows limen_ranking_metrics = LIMEN_METRIC_ROWS(rows);
