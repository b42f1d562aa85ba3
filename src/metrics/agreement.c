/* Correlation and agreement: one number from all four counts, meant to be fair under imbalance. */
#include "metrics/forms.h"
#include "metrics/metric.h"

#include <math.h>

/* The four marginals are paired so that the root is exact where all is right or all is wrong. */
static limen_ratio mcc(const limen_counts *c, const limen_compute_options *options)
{
    double predicted = (c->tp + c->fp) * (c->tn + c->fn);
    double actual = (c->tp + c->fn) * (c->tn + c->fp);

    (void)options;
    return limen_ratio_of(c->tp * c->tn - c->fp * c->fn, sqrt(predicted * actual));
}

static limen_ratio kappa(const limen_counts *c, const limen_compute_options *options)
{
    double chance = (c->tp + c->fp) * (c->fp + c->tn) + (c->tp + c->fn) * (c->fn + c->tn);

    (void)options;
    return limen_ratio_of(2.0 * (c->tp * c->tn - c->fp * c->fn), chance);
}

/* Recall and specificity; both need samples of their class. */
typedef struct true_rates {
    double recall, specificity;
    int defined;
} true_rates;

static true_rates true_rates_of(const limen_counts *c)
{
    limen_ratio recall = limen_ratio_of(c->tp, c->tp + c->fn);
    limen_ratio specificity = limen_ratio_of(c->tn, c->tn + c->fp);

    return (true_rates){recall.value, specificity.value, recall.defined && specificity.defined};
}

#define FROM_TRUE_RATES(name, expression)                                                \
    static limen_ratio name(const limen_counts *c, const limen_compute_options *options) \
    {                                                                                    \
        true_rates rates = true_rates_of(c);                                             \
                                                                                         \
        (void)options;                                                                   \
        return (limen_ratio){expression, rates.defined};                                 \
    }

FROM_TRUE_RATES(informedness, rates.recall + rates.specificity - 1.0)
FROM_TRUE_RATES(gmean, sqrt(rates.recall *rates.specificity))
FROM_TRUE_RATES(min_se_sp, fmin(rates.recall, rates.specificity))
FROM_TRUE_RATES(distance01, hypot(1.0 - rates.recall, 1.0 - rates.specificity))

static limen_ratio markedness(const limen_counts *c, const limen_compute_options *options)
{
    limen_ratio ppv = limen_ratio_of(c->tp, c->tp + c->fp);
    limen_ratio npv = limen_ratio_of(c->tn, c->tn + c->fn);

    (void)options;
    return (limen_ratio){ppv.value + npv.value - 1.0, ppv.defined && npv.defined};
}

static limen_ratio fowlkes_mallows(const limen_counts *c, const limen_compute_options *options)
{
    (void)options;
    return limen_ratio_of(c->tp, sqrt((c->tp + c->fp) * (c->tp + c->fn)));
}

static const limen_metric_row rows[] = {
    {.metric = {.name = "mcc",
                .title = "Matthews correlation coefficient",
                .formula = "(tp tn - fp fn) / sqrt((tp + fp) (tp + fn) (tn + fp) (tn + fn))",
                .help = "The correlation of truth and decision: 1 for all right, 0 for no better "
                        "than chance, -1 for all wrong. It is high only when precision, recall, "
                        "specificity and npv all are. The multiclass number is Gorodkin's R_K. "
                        "Undefined where truth or decision is constant; scikit-learn reports 0 "
                        "there.",
                .source = "Matthews 1975; Gorodkin 2004; scikit-learn matthews_corrcoef",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS | LIMEN_AVERAGE_WHOLE,
                .higher_is_better = 1,
                .low = -1.0,
                .high = 1.0,
                .by_default = LIMEN_TASKS_ALL},
     .from_counts = mcc,
     .whole = limen_multiclass_mcc,
     .whole_tasks = LIMEN_TASK_MULTICLASS},
    {.metric = {.name = "kappa",
                .title = "Cohen's kappa",
                .formula = "(po - pe) / (1 - pe); po observed, pe chance agreement",
                .help = "Agreement beyond what the two marginals give by chance. Its greatest "
                        "value depends on the prevalence, so kappas of data sets with other "
                        "prevalences do not compare. Linear or quadratic weights make near misses "
                        "of ordered classes cost less; they need the multiclass matrix. Undefined "
                        "where all samples are in one cell.",
                .source = "Cohen 1960, 1968; scikit-learn cohen_kappa_score",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS | LIMEN_AVERAGE_WHOLE,
                .higher_is_better = 1,
                .low = -1.0,
                .high = 1.0,
                .parameters = LIMEN_PARAM_KAPPA_WEIGHTS,
                .by_default = LIMEN_TASK_MULTICLASS},
     .from_counts = kappa,
     .whole = limen_multiclass_kappa,
     .whole_tasks = LIMEN_TASK_MULTICLASS},
    {.metric = {.name = "informedness",
                .title = "Informedness (Youden's J)",
                .formula = "tp / (tp + fn) + tn / (tn + fp) - 1",
                .help = "Recall minus false positive rate: 0 for a decision made without looking, "
                        "whatever the prevalence. Undefined without positives or without "
                        "negatives.",
                .source = "Youden 1950; Powers 2011",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 1,
                .low = -1.0,
                .high = 1.0},
     .from_counts = informedness},
    {.metric = {.name = "markedness",
                .title = "Markedness",
                .formula = "tp / (tp + fp) + tn / (tn + fn) - 1",
                .help = "Precision plus npv minus 1: informedness with truth and decision "
                        "exchanged. Undefined where all decisions are the same.",
                .source = "Powers 2011",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 1,
                .low = -1.0,
                .high = 1.0},
     .from_counts = markedness},
    {.metric = {.name = "gmean",
                .title = "Geometric mean",
                .formula = "sqrt(tp / (tp + fn) * tn / (tn + fp))",
                .help = "The geometric mean of recall and specificity: 0 as soon as one class is "
                        "never found. Undefined without positives or without negatives.",
                .source = "Kubat and Matwin 1997",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 1,
                .low = 0.0,
                .high = 1.0},
     .from_counts = gmean},
    {.metric = {.name = "min_se_sp",
                .title = "Least of sensitivity and specificity",
                .formula = "min(tp / (tp + fn), tn / (tn + fp))",
                .help = "The worse one of recall and specificity. The threshold where it is "
                        "greatest treats both classes alike. Undefined without positives or "
                        "without negatives.",
                .source = "Jimenez-Valverde and Lobo 2007",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 1,
                .low = 0.0,
                .high = 1.0},
     .from_counts = min_se_sp},
    {.metric = {.name = "distance01",
                .title = "Distance to the perfect ROC point",
                .formula = "sqrt((1 - tpr)^2 + fpr^2)",
                .help = "How far the operating point is from recall 1 at false positive rate 0. "
                        "Undefined without positives or without negatives.",
                .source = "Perkins and Schisterman 2006, who prefer Youden's J",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 0,
                .low = 0.0,
                .high = 1.4142135623730951},
     .from_counts = distance01},
    {.metric = {.name = "fowlkes_mallows",
                .title = "Fowlkes-Mallows index",
                .formula = "tp / sqrt((tp + fp) (tp + fn))",
                .help = "The geometric mean of precision and recall, never below F1. Undefined "
                        "where nothing is true or nothing is predicted.",
                .source = "Fowlkes and Mallows 1983",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 1,
                .low = 0.0,
                .high = 1.0},
     .from_counts = fowlkes_mallows},
};

const limen_metric_rows limen_agreement_metrics = LIMEN_METRIC_ROWS(rows);
