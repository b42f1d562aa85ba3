/* What a decision is worth: likelihood ratios of diagnostics, lift, net benefit, cost. */
#include "metrics/metric.h"

#include <math.h>

static limen_ratio lr_plus(const limen_counts *c, const limen_compute_options *options)
{
    (void)options;
    return limen_ratio_of(c->tp * (c->fp + c->tn), c->fp * (c->tp + c->fn));
}

static limen_ratio lr_minus(const limen_counts *c, const limen_compute_options *options)
{
    (void)options;
    return limen_ratio_of(c->fn * (c->fp + c->tn), c->tn * (c->tp + c->fn));
}

static limen_ratio diagnostic_odds_ratio(const limen_counts *c,
                                         const limen_compute_options *options)
{
    (void)options;
    return limen_ratio_of(c->tp * c->tn, c->fp * c->fn);
}

/* sqrt(fpr) / (sqrt(tpr) + sqrt(fpr)) is the published (sqrt(tpr fpr) - fpr) / (tpr - fpr) without
 * its cancellation where tpr = fpr. */
static limen_ratio prevalence_threshold(const limen_counts *c, const limen_compute_options *options)
{
    limen_ratio tpr = limen_ratio_of(c->tp, c->tp + c->fn);
    limen_ratio fpr = limen_ratio_of(c->fp, c->fp + c->tn);

    (void)options;
    if (!tpr.defined || !fpr.defined)
        return (limen_ratio){0.0, 0};
    return limen_ratio_of(sqrt(fpr.value), sqrt(tpr.value) + sqrt(fpr.value));
}

static limen_ratio lift(const limen_counts *c, const limen_compute_options *options)
{
    (void)options;
    return limen_ratio_of(c->tp * (c->tp + c->fp + c->tn + c->fn),
                          (c->tp + c->fp) * (c->tp + c->fn));
}

static limen_ratio net_benefit(const limen_counts *c, const limen_compute_options *options)
{
    double odds = options->pt / (1.0 - options->pt);

    return limen_ratio_of(c->tp - c->fp * odds, c->tp + c->fp + c->tn + c->fn);
}

static limen_ratio cost(const limen_counts *c, const limen_compute_options *options)
{
    const double *each = options->cost;

    return (limen_ratio){each[0] * c->tp + each[1] * c->fp + each[2] * c->tn + each[3] * c->fn, 1};
}

static const limen_metric_row rows[] = {
    {.metric = {.name = "lr_plus",
                .title = "Positive likelihood ratio",
                .formula = "(tp / (tp + fn)) / (fp / (fp + tn))",
                .help = "How much a positive decision raises the odds: 1 says nothing, 10 much. It "
                        "does not depend on the prevalence. Undefined without false positives, "
                        "where it has no bound, and without positives.",
                .source = "Deeks and Altman 2004; scikit-learn class_likelihood_ratios",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 1,
                .low = 0.0,
                .high = INFINITY},
     .from_counts = lr_plus},
    {.metric = {.name = "lr_minus",
                .title = "Negative likelihood ratio",
                .formula = "(fn / (tp + fn)) / (tn / (fp + tn))",
                .help = "How much a negative decision lowers the odds: 1 says nothing, 0.1 much. "
                        "Undefined without true negatives and without positives.",
                .source = "Deeks and Altman 2004; scikit-learn class_likelihood_ratios",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 0,
                .low = 0.0,
                .high = INFINITY},
     .from_counts = lr_minus},
    {.metric = {.name = "diagnostic_odds_ratio",
                .title = "Diagnostic odds ratio",
                .formula = "(tp tn) / (fp fn)",
                .help = "lr_plus / lr_minus: the odds of a positive decision among positives over "
                        "those among negatives. One number for very different operating points, "
                        "so do not choose a threshold by it. Undefined without false positives "
                        "or without false negatives.",
                .source = "Glas et al. 2003",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 1,
                .low = 0.0,
                .high = INFINITY},
     .from_counts = diagnostic_odds_ratio},
    {.metric = {.name = "prevalence_threshold",
                .title = "Prevalence threshold",
                .formula = "sqrt(fpr) / (sqrt(tpr) + sqrt(fpr))",
                .help = "The prevalence below which precision falls off steeply. A label rarer "
                        "than this yields mostly false alarms. Undefined where tpr and fpr are "
                        "both 0, and without positives or negatives.",
                .source = "Balayla 2020",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 0,
                .low = 0.0,
                .high = 1.0},
     .from_counts = prevalence_threshold},
    {.metric = {.name = "lift",
                .title = "Lift",
                .formula = "tp n / ((tp + fp) (tp + fn))",
                .help = "Precision over prevalence: how many times better than picking at random. "
                        "Its greatest value is 1 / prevalence, so lifts of labels with other "
                        "prevalences do not compare. Undefined where nothing is true or nothing "
                        "is predicted.",
                .source = "Brin et al. 1997",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 1,
                .low = 0.0,
                .high = INFINITY},
     .from_counts = lift},
    {.metric = {.name = "net_benefit",
                .title = "Net benefit",
                .formula = "tp / n - fp / n * pt / (1 - pt)",
                .help = "True positives a sample, less false positives at the exchange rate of "
                        "the threshold probability pt: at pt = 0.1, nine false alarms cancel one "
                        "hit. Compare it with treating all, prevalence - (1 - prevalence) pt / "
                        "(1 - pt), and none, 0. Undefined without samples.",
                .source = "Vickers and Elkin 2006",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 1,
                .low = -INFINITY,
                .high = 1.0,
                .parameters = LIMEN_PARAM_PT},
     .from_counts = net_benefit},
    {.metric = {.name = "cost",
                .title = "Cost",
                .formula = "c_tp tp + c_fp fp + c_tn tn + c_fn fn",
                .help = "The sum of what the decisions cost, not a mean. Without costs given, the "
                        "number of errors. Micro is the sum over labels.",
                .source = "Elkan 2001",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 0,
                .low = -INFINITY,
                .high = INFINITY,
                .parameters = LIMEN_PARAM_COST},
     .from_counts = cost},
};

const limen_metric_rows limen_diagnostic_metrics = LIMEN_METRIC_ROWS(rows);
