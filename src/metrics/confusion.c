/* One number of all classes or labels. Right, true and predicted samples of each class are enough;
 * only kappa with weights reads the matrix. */
#include "metrics/average.h"
#include "metrics/forms.h"

#include <math.h>

static limen_class_sums class_sums_of(const limen_tally *tally, int64_t set, int64_t group)
{
    limen_counts block[LIMEN_LABEL_BLOCK];
    limen_sum samples = {0}, right = {0}, tp = {0}, tt = {0}, pp = {0};

    for (int64_t first = 0; first < tally->spec.width; first += LIMEN_LABEL_BLOCK) {
        int64_t classes = limen_label_block(tally, first);

        limen_tally_read_counts(tally, set, group, first, classes, block);
        for (int64_t i = 0; i < classes; i++) {
            double actual = block[i].tp + block[i].fn, predicted = block[i].tp + block[i].fp;

            limen_sum_add(&samples, actual);
            limen_sum_add(&right, block[i].tp);
            limen_sum_add(&tp, actual * predicted);
            limen_sum_add(&tt, actual * actual);
            limen_sum_add(&pp, predicted * predicted);
        }
    }
    return (limen_class_sums){limen_sum_of(&samples), limen_sum_of(&right), limen_sum_of(&tp),
                              limen_sum_of(&tt), limen_sum_of(&pp)};
}

/* n^2 less a sum of products: nothing, when all that is left of weights is rounding. */
static double remainder_of(double n, double products)
{
    double left = n * n - products;

    return left <= 1e-13 * n * n ? 0.0 : left;
}

limen_ratio limen_mcc_of_classes(const limen_class_sums *sums)
{
    double n = sums->samples;

    return limen_ratio_of(sums->right * n - sums->tp_products,
                          sqrt(remainder_of(n, sums->tt) * remainder_of(n, sums->pp)));
}

limen_ratio limen_kappa_of_classes(const limen_class_sums *sums)
{
    double n = sums->samples;

    return limen_ratio_of(sums->right * n - sums->tp_products, remainder_of(n, sums->tp_products));
}

LIMEN_WHOLE_FORM(limen_multiclass_accuracy)
{
    limen_counts pooled = limen_pooled_counts(tally, set, group);

    (void)options;
    (void)error;
    *value = limen_ratio_of(pooled.tp, pooled.tp + pooled.fn);
    return LIMEN_OK;
}

LIMEN_WHOLE_FORM(limen_whole_hamming_loss)
{
    limen_counts pooled = limen_pooled_counts(tally, set, group);

    (void)options;
    (void)error;
    if (tally->spec.task == LIMEN_MULTICLASS)
        *value = limen_ratio_of(pooled.fn, pooled.tp + pooled.fn);
    else
        *value =
            limen_ratio_of(pooled.fp + pooled.fn, pooled.tp + pooled.fp + pooled.tn + pooled.fn);
    return LIMEN_OK;
}

LIMEN_WHOLE_FORM(limen_multiclass_balanced_accuracy)
{
    limen_mean mean = {0};

    (void)options;
    (void)error;
    for (int64_t first = 0; first < tally->spec.width; first += LIMEN_LABEL_BLOCK) {
        int64_t classes = limen_label_block(tally, first);
        limen_counts block[LIMEN_LABEL_BLOCK];

        limen_tally_read_counts(tally, set, group, first, classes, block);
        for (int64_t i = 0; i < classes; i++)
            limen_mean_add(&mean, limen_ratio_of(block[i].tp, block[i].tp + block[i].fn), 1.0,
                           LIMEN_SKIP);
    }
    *value = limen_mean_of(&mean);
    return LIMEN_OK;
}

LIMEN_WHOLE_FORM(limen_multiclass_mcc)
{
    limen_class_sums sums = class_sums_of(tally, set, group);

    (void)options;
    (void)error;
    *value = limen_mcc_of_classes(&sums);
    return LIMEN_OK;
}

/* 1 - sum(w observed) / sum(w expected), w = |i - j| or its square. */
static limen_status weighted_kappa(const limen_tally *tally, int64_t set, int64_t group,
                                   limen_kappa_weights weights, limen_ratio *value,
                                   limen_error *error)
{
    int64_t classes = tally->spec.width;
    double *actual = limen_new(&tally->allocator, (size_t)classes * 2, sizeof *actual);
    double *predicted = actual + classes;
    limen_sum observed = {0}, expected = {0}, samples = {0};

    if (!actual)
        return limen_fail_memory(error, (size_t)classes * 2 * sizeof *actual);
    for (int64_t i = 0; i < classes; i++) {
        for (int64_t j = 0; j < classes; j++) {
            double cell = limen_confusion_cell(tally, set, group, i, j);
            double apart = (double)(i > j ? i - j : j - i);

            actual[i] += cell;
            predicted[j] += cell;
            limen_sum_add(&samples, cell);
            limen_sum_add(&observed,
                          weights == LIMEN_KAPPA_LINEAR ? apart * cell : apart * apart * cell);
        }
    }
    for (int64_t i = 0; i < classes; i++) {
        for (int64_t j = 0; j < classes; j++) {
            double apart = (double)(i > j ? i - j : j - i);
            double cell = actual[i] * predicted[j];

            limen_sum_add(&expected,
                          weights == LIMEN_KAPPA_LINEAR ? apart * cell : apart * apart * cell);
        }
    }
    limen_delete(&tally->allocator, actual, (size_t)classes * 2, sizeof *actual);
    *value =
        limen_ratio_of(limen_sum_of(&observed) * limen_sum_of(&samples), limen_sum_of(&expected));
    value->value = 1.0 - value->value;
    return LIMEN_OK;
}

LIMEN_WHOLE_FORM(limen_multiclass_kappa)
{
    limen_class_sums sums;

    if (options->kappa_weights != LIMEN_KAPPA_NONE)
        return weighted_kappa(tally, set, group, options->kappa_weights, value, error);
    sums = class_sums_of(tally, set, group);
    *value = limen_kappa_of_classes(&sums);
    return LIMEN_OK;
}

static const limen_metric_row rows[] = {
    {.metric = {.name = "top_k_accuracy",
                .title = "Top-k accuracy",
                .formula = "samples whose class is among the k greatest scores / n",
                .help = "k is the tally's top_k, 1 unless given; then it is accuracy. Of equal "
                        "scores the lower class comes first. It grows with k: compare with k "
                        "over the number of classes. Undefined without samples.",
                .source = "scikit-learn top_k_accuracy_score (which breaks ties the other way)",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASK_MULTICLASS,
                .averages = LIMEN_AVERAGE_WHOLE,
                .higher_is_better = 1,
                .low = 0.0,
                .high = 1.0},
     .whole = limen_multiclass_accuracy,
     .whole_tasks = LIMEN_TASK_MULTICLASS},
};

const limen_metric_rows limen_confusion_metrics = LIMEN_METRIC_ROWS(rows);
