/* Counts, rates and F-measures: what one label's tp, fp, tn, fn say directly. */
#include "metrics/forms.h"
#include "metrics/metric.h"

#include <math.h>

#define LABELS_AND_SAMPLES (LIMEN_AVERAGES_LABELS | LIMEN_AVERAGE_SAMPLES)
#define LABELS_AND_WHOLE (LIMEN_AVERAGES_LABELS | LIMEN_AVERAGE_WHOLE)
#define COUNTS_OR_SAMPLES (LIMEN_STATES_COUNTS | LIMEN_SAMPLES)

static double total(const limen_counts *c)
{
    return c->tp + c->fp + c->tn + c->fn;
}

/* Most functions below read the counts alone; the table wants one signature. */
#define FROM_COUNTS(name, expression)                                                    \
    static limen_ratio name(const limen_counts *c, const limen_compute_options *options) \
    {                                                                                    \
        (void)options;                                                                   \
        return expression;                                                               \
    }

FROM_COUNTS(tp, limen_ratio_of(c->tp, 1.0))
FROM_COUNTS(fp, limen_ratio_of(c->fp, 1.0))
FROM_COUNTS(fn, limen_ratio_of(c->fn, 1.0))
FROM_COUNTS(tn, limen_ratio_of(c->tn, 1.0))
FROM_COUNTS(support, limen_ratio_of(c->tp + c->fn, 1.0))
FROM_COUNTS(prevalence, limen_ratio_of(c->tp + c->fn, total(c)))
FROM_COUNTS(predicted_rate, limen_ratio_of(c->tp + c->fp, total(c)))
FROM_COUNTS(accuracy, limen_ratio_of(c->tp + c->tn, total(c)))
FROM_COUNTS(hamming_loss, limen_ratio_of(c->fp + c->fn, total(c)))
FROM_COUNTS(precision, limen_ratio_of(c->tp, c->tp + c->fp))
FROM_COUNTS(recall, limen_ratio_of(c->tp, c->tp + c->fn))
FROM_COUNTS(specificity, limen_ratio_of(c->tn, c->tn + c->fp))
FROM_COUNTS(npv, limen_ratio_of(c->tn, c->tn + c->fn))
FROM_COUNTS(fpr, limen_ratio_of(c->fp, c->fp + c->tn))
FROM_COUNTS(fnr, limen_ratio_of(c->fn, c->fn + c->tp))
FROM_COUNTS(fdr, limen_ratio_of(c->fp, c->fp + c->tp))
FROM_COUNTS(false_omission, limen_ratio_of(c->fn, c->fn + c->tn))
FROM_COUNTS(f1, limen_ratio_of(2.0 * c->tp, 2.0 * c->tp + c->fp + c->fn))
FROM_COUNTS(jaccard, limen_ratio_of(c->tp, c->tp + c->fp + c->fn))

static limen_ratio balanced_accuracy(const limen_counts *c, const limen_compute_options *options)
{
    limen_ratio tpr = recall(c, options), tnr = specificity(c, options);

    return (limen_ratio){0.5 * (tpr.value + tnr.value), tpr.defined && tnr.defined};
}

static limen_ratio fbeta(const limen_counts *c, const limen_compute_options *options)
{
    double square = options->beta * options->beta;
    double hits = (1.0 + square) * c->tp;

    return limen_ratio_of(hits, hits + c->fp + square * c->fn);
}

static const limen_metric_row rows[] = {
    {.metric = {.name = "tp",
                .title = "True positives",
                .formula = "tp",
                .help = "Samples that are positive and predicted so. Micro is the sum over labels, "
                        "macro the mean. With sample weights, a sum of weights.",
                .source = "scikit-learn multilabel_confusion_matrix",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 1,
                .low = 0.0,
                .high = INFINITY},
     .from_counts = tp},
    {.metric = {.name = "fp",
                .title = "False positives",
                .formula = "fp",
                .help = "Samples that are negative but predicted positive.",
                .source = "scikit-learn multilabel_confusion_matrix",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 0,
                .low = 0.0,
                .high = INFINITY},
     .from_counts = fp},
    {.metric = {.name = "fn",
                .title = "False negatives",
                .formula = "fn",
                .help = "Samples that are positive but predicted negative.",
                .source = "scikit-learn multilabel_confusion_matrix",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 0,
                .low = 0.0,
                .high = INFINITY},
     .from_counts = fn},
    {.metric = {.name = "tn",
                .title = "True negatives",
                .formula = "tn",
                .help = "Samples that are negative and predicted so. In multiclass every sample of "
                        "another class that is not predicted as this one.",
                .source = "scikit-learn multilabel_confusion_matrix",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 1,
                .low = 0.0,
                .high = INFINITY},
     .from_counts = tn},
    {.metric = {.name = "support",
                .title = "Support",
                .formula = "tp + fn",
                .help = "Positive samples, whatever was predicted. It is the weight of the "
                        "weighted average. A metric of a label with little support is a number "
                        "with a wide interval.",
                .source = "scikit-learn precision_recall_fscore_support",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = -1,
                .low = 0.0,
                .high = INFINITY},
     .from_counts = support},
    {.metric = {.name = "prevalence",
                .title = "Prevalence",
                .formula = "(tp + fn) / n",
                .help = "The share of samples that are positive. Undefined without samples.",
                .source = "epidemiology; also called base rate",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = -1,
                .low = 0.0,
                .high = 1.0},
     .from_counts = prevalence},
    {.metric = {.name = "predicted_rate",
                .title = "Predicted rate",
                .formula = "(tp + fp) / n",
                .help = "The share of samples that are predicted positive, also called selection "
                        "rate. Next to prevalence it tells whether a threshold is too low or too "
                        "high. Undefined without samples.",
                .source = "fairlearn selection_rate",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = -1,
                .low = 0.0,
                .high = 1.0},
     .from_counts = predicted_rate},
    {.metric = {.name = "accuracy",
                .title = "Accuracy",
                .formula = "(tp + tn) / n; multiclass, whole: right samples / n",
                .help = "The share of decisions that are right. Under imbalance it says little: "
                        "predicting none is right as often as the label is absent. Near 1:1 it "
                        "agrees with F1. In multiclass the whole number counts samples, while a "
                        "class's accuracy and the averages are one against the rest, where true "
                        "negatives dominate. Undefined without samples.",
                .source = "scikit-learn accuracy_score (binary, multiclass)",
                .states = COUNTS_OR_SAMPLES,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LABELS_AND_SAMPLES | LIMEN_AVERAGE_WHOLE,
                .higher_is_better = 1,
                .low = 0.0,
                .high = 1.0,
                .by_default = LIMEN_TASK_BINARY | LIMEN_TASK_MULTICLASS},
     .from_counts = accuracy,
     .from_samples = limen_samples_accuracy,
     .whole = limen_multiclass_accuracy,
     .whole_tasks = LIMEN_TASK_MULTICLASS},
    {.metric = {.name = "balanced_accuracy",
                .title = "Balanced accuracy",
                .formula = "(tp / (tp + fn) + tn / (tn + fp)) / 2; multiclass, whole: mean recall",
                .help = "The mean of recall and specificity: 0.5 for any decision made without "
                        "looking, whatever the prevalence. Undefined for a label that has "
                        "positives only or negatives only. The multiclass number is the mean "
                        "recall of the classes that have samples; those without are left out, as "
                        "in scikit-learn.",
                .source = "Brodersen et al. 2010; scikit-learn balanced_accuracy_score",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LABELS_AND_WHOLE,
                .higher_is_better = 1,
                .low = 0.0,
                .high = 1.0,
                .by_default = LIMEN_TASK_BINARY | LIMEN_TASK_MULTICLASS},
     .from_counts = balanced_accuracy,
     .whole = limen_multiclass_balanced_accuracy,
     .whole_tasks = LIMEN_TASK_MULTICLASS},
    {.metric = {.name = "precision",
                .title = "Precision",
                .formula = "tp / (tp + fp)",
                .help = "How many of the predicted positives are right; also called positive "
                        "predictive value. It depends on the prevalence: a rarer label has lower "
                        "precision at the same recall and false positive rate. Undefined where "
                        "nothing is predicted.",
                .source = "scikit-learn precision_score",
                .states = COUNTS_OR_SAMPLES,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LABELS_AND_SAMPLES,
                .higher_is_better = 1,
                .low = 0.0,
                .high = 1.0,
                .by_default = LIMEN_TASKS_ALL},
     .from_counts = precision,
     .from_samples = limen_samples_precision},
    {.metric = {.name = "recall",
                .title = "Recall",
                .formula = "tp / (tp + fn)",
                .help = "How many of the positives are found; also called sensitivity or true "
                        "positive rate. It does not depend on the prevalence. Predicting "
                        "everything has recall 1. Undefined without positives.",
                .source = "scikit-learn recall_score",
                .states = COUNTS_OR_SAMPLES,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LABELS_AND_SAMPLES,
                .higher_is_better = 1,
                .low = 0.0,
                .high = 1.0,
                .by_default = LIMEN_TASKS_ALL},
     .from_counts = recall,
     .from_samples = limen_samples_recall},
    {.metric = {.name = "f1",
                .title = "F1 score",
                .formula = "2 tp / (2 tp + fp + fn)",
                .help = "The harmonic mean of precision and recall; true negatives do not enter. "
                        "Macro treats every label alike and so shows rare ones; micro treats "
                        "every decision alike and follows frequent labels; weighted is by true "
                        "support. The macro value is the mean of the labels' F1, not the F1 of "
                        "mean precision and recall. Undefined where nothing is true or predicted.",
                .source = "van Rijsbergen 1979; scikit-learn f1_score",
                .states = COUNTS_OR_SAMPLES,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LABELS_AND_SAMPLES,
                .higher_is_better = 1,
                .low = 0.0,
                .high = 1.0,
                .by_default = LIMEN_TASKS_ALL},
     .from_counts = f1,
     .from_samples = limen_samples_fbeta},
    {.metric = {.name = "fbeta",
                .title = "F-beta score",
                .formula = "(1 + b^2) tp / ((1 + b^2) tp + fp + b^2 fn)",
                .help = "F1 with recall counted beta times as important as precision: beta 2 "
                        "favours recall, 0.5 precision. The samples average needs a tally that "
                        "was made with the same beta. Undefined where nothing is true or "
                        "predicted.",
                .source = "van Rijsbergen 1979; scikit-learn fbeta_score",
                .states = COUNTS_OR_SAMPLES,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LABELS_AND_SAMPLES,
                .higher_is_better = 1,
                .low = 0.0,
                .high = 1.0,
                .parameters = LIMEN_PARAM_BETA},
     .from_counts = fbeta,
     .from_samples = limen_samples_fbeta},
    {.metric = {.name = "jaccard",
                .title = "Jaccard index",
                .formula = "tp / (tp + fp + fn)",
                .help = "Intersection over union of the true and the predicted samples. For one "
                        "label it orders decisions as F1 does: J = F1 / (2 - F1). Undefined where "
                        "nothing is true or predicted.",
                .source = "Jaccard 1901; scikit-learn jaccard_score",
                .states = COUNTS_OR_SAMPLES,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LABELS_AND_SAMPLES,
                .higher_is_better = 1,
                .low = 0.0,
                .high = 1.0},
     .from_counts = jaccard,
     .from_samples = limen_samples_jaccard},
    {.metric = {.name = "specificity",
                .title = "Specificity",
                .formula = "tn / (tn + fp)",
                .help = "How many of the negatives are left alone; also called true negative rate. "
                        "For a rare label it is near 1 even where most predictions are wrong: "
                        "read precision as well. Undefined without negatives.",
                .source = "Yerushalmy 1947; torchmetrics Specificity",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 1,
                .low = 0.0,
                .high = 1.0,
                .by_default = LIMEN_TASK_BINARY},
     .from_counts = specificity},
    {.metric = {.name = "npv",
                .title = "Negative predictive value",
                .formula = "tn / (tn + fn)",
                .help = "How many of the predicted negatives are right. For a rare label it is "
                        "near 1 by itself. Undefined where everything is predicted positive.",
                .source = "Altman and Bland 1994",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 1,
                .low = 0.0,
                .high = 1.0},
     .from_counts = npv},
    {.metric = {.name = "fpr",
                .title = "False positive rate",
                .formula = "fp / (fp + tn)",
                .help = "How many of the negatives are predicted positive: 1 - specificity. "
                        "Undefined without negatives.",
                .source = "scikit-learn roc_curve",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 0,
                .low = 0.0,
                .high = 1.0},
     .from_counts = fpr},
    {.metric = {.name = "fnr",
                .title = "False negative rate",
                .formula = "fn / (fn + tp)",
                .help = "How many of the positives are missed: 1 - recall. Undefined without "
                        "positives.",
                .source = "scikit-learn det_curve",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 0,
                .low = 0.0,
                .high = 1.0},
     .from_counts = fnr},
    {.metric = {.name = "fdr",
                .title = "False discovery rate",
                .formula = "fp / (fp + tp)",
                .help = "How many of the predicted positives are wrong: 1 - precision. Undefined "
                        "where nothing is predicted.",
                .source = "Benjamini and Hochberg 1995 (there as an expectation)",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 0,
                .low = 0.0,
                .high = 1.0},
     .from_counts = fdr},
    {.metric = {.name = "for",
                .title = "False omission rate",
                .formula = "fn / (fn + tn)",
                .help = "How many of the predicted negatives are wrong: 1 - npv. Undefined where "
                        "everything is predicted positive.",
                .source = "Altman and Bland 1994, as the complement of npv",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LIMEN_AVERAGES_LABELS,
                .higher_is_better = 0,
                .low = 0.0,
                .high = 1.0},
     .from_counts = false_omission},
    {.metric = {.name = "hamming_loss",
                .title = "Hamming loss",
                .formula = "(fp + fn) / n; whole: over all labels; multiclass, whole: 1 - accuracy",
                .help = "The share of decisions that are wrong. With many rare labels it is small "
                        "even for a model that predicts nothing: compare it with the mean "
                        "prevalence. The samples average takes each row's share first, which "
                        "differs where cells are ignored. Undefined without samples.",
                .source = "Schapire and Singer 1999; scikit-learn hamming_loss",
                .states = COUNTS_OR_SAMPLES,
                .tasks = LIMEN_TASKS_ALL,
                .averages = LABELS_AND_SAMPLES | LIMEN_AVERAGE_WHOLE,
                .higher_is_better = 0,
                .low = 0.0,
                .high = 1.0,
                .by_default = LIMEN_TASK_MULTILABEL},
     .from_counts = hamming_loss,
     .from_samples = limen_samples_hamming,
     .whole = limen_whole_hamming_loss,
     .whole_tasks = LIMEN_TASK_MULTICLASS | LIMEN_TASK_MULTILABEL},
};

const limen_metric_rows limen_counts_metrics = LIMEN_METRIC_ROWS(rows);
