#include "metrics/average.h"
#include "metrics/groups.h"

#include <math.h>

void limen_mean_add(limen_mean *mean, limen_ratio ratio, double weight, limen_zero_division policy)
{
    if (weight == 0.0)
        return;
    if (ratio.defined) {
        limen_sum_add(&mean->total, weight * ratio.value);
        mean->defined = 1;
    } else if (policy == LIMEN_ONE) {
        limen_sum_add(&mean->total, weight);
    } else if (policy == LIMEN_NAN) {
        mean->poisoned = 1;
    }
    if (ratio.defined || policy != LIMEN_SKIP)
        limen_sum_add(&mean->weight, weight);
}

limen_ratio limen_mean_of(const limen_mean *mean)
{
    if (mean->poisoned || !mean->defined)
        return (limen_ratio){0.0, 0};
    return limen_ratio_of(limen_sum_of(&mean->total), limen_sum_of(&mean->weight));
}

double limen_ratio_value(limen_ratio ratio, limen_zero_division policy)
{
    if (ratio.defined)
        return ratio.value;
    if (policy == LIMEN_ZERO)
        return 0.0;
    return policy == LIMEN_ONE ? 1.0 : (double)NAN;
}

limen_counts limen_pooled_counts(const limen_tally *tally, int64_t set, int64_t group)
{
    limen_counts block[LIMEN_LABEL_BLOCK];
    limen_sum tp = {0}, fp = {0}, tn = {0}, fn = {0};

    for (int64_t first = 0; first < tally->spec.width; first += LIMEN_LABEL_BLOCK) {
        int64_t labels = limen_label_block(tally, first);

        limen_tally_read_counts(tally, set, group, first, labels, block);
        for (int64_t i = 0; i < labels; i++) {
            limen_sum_add(&tp, block[i].tp);
            limen_sum_add(&fp, block[i].fp);
            limen_sum_add(&tn, block[i].tn);
            limen_sum_add(&fn, block[i].fn);
        }
    }
    return (limen_counts){.tp = limen_sum_of(&tp),
                          .fp = limen_sum_of(&fp),
                          .tn = limen_sum_of(&tn),
                          .fn = limen_sum_of(&fn)};
}

void limen_row_block(const limen_metric_row *row, const limen_tally *tally, int64_t set,
                     int64_t group, int64_t first, int64_t labels,
                     const limen_compute_options *options, limen_ratio *ratios, double *supports)
{
    limen_counts block[LIMEN_LABEL_BLOCK];

    if (row->from_groups) {
        limen_groups_block(row, tally, set, first, labels, ratios);
        return;
    }
    limen_tally_read_counts(tally, set, group, first, labels, block);
    for (int64_t i = 0; i < labels; i++) {
        ratios[i] = row->from_counts(&block[i], options);
        if (supports)
            supports[i] = block[i].tp + block[i].fn;
    }
}

static limen_ratio over_labels(const limen_metric_row *row, const limen_tally *tally, int64_t set,
                               int64_t group, limen_average average,
                               const limen_compute_options *options)
{
    limen_ratio ratios[LIMEN_LABEL_BLOCK];
    double supports[LIMEN_LABEL_BLOCK] = {0};
    limen_mean mean = {0};

    for (int64_t first = 0; first < tally->spec.width; first += LIMEN_LABEL_BLOCK) {
        int64_t labels = limen_label_block(tally, first);

        limen_row_block(row, tally, set, group, first, labels, options, ratios, supports);
        for (int64_t i = 0; i < labels; i++)
            limen_mean_add(&mean, ratios[i], average == LIMEN_AVERAGE_WEIGHTED ? supports[i] : 1.0,
                           options->zero_division);
    }
    return limen_mean_of(&mean);
}

static limen_ratio pooled(const limen_metric_row *row, const limen_tally *tally, int64_t set,
                          int64_t group, const limen_compute_options *options)
{
    limen_counts counts;

    if (row->from_groups)
        return limen_groups_pooled(row, tally, set);
    counts = limen_pooled_counts(tally, set, group);
    return row->from_counts(&counts, options);
}

static limen_ratio over_samples(const limen_metric_row *row, const limen_tally *tally, int64_t set,
                                int64_t group, limen_zero_division policy)
{
    limen_sample_sums sums;
    limen_sample_total total;
    limen_mean mean = {0};
    double defined;

    limen_samples_read(tally, set, group, &sums);
    total = row->from_samples(&sums);
    defined = sums.samples - total.undefined;
    limen_mean_add(&mean, limen_ratio_of(total.sum, defined), defined, policy);
    limen_mean_add(&mean, (limen_ratio){0.0, 0}, total.undefined, policy);
    return limen_mean_of(&mean);
}

limen_status limen_row_values(const limen_metric_row *row, const limen_tally *tally, int64_t set,
                              int64_t group, limen_average average,
                              const limen_compute_options *options, limen_ratio *values,
                              limen_error *error)
{
    if (average == LIMEN_AVERAGE_WHOLE && row->whole)
        return row->whole(tally, set, group, options, values, error);
    if (average == LIMEN_AVERAGE_SAMPLES && row->from_samples) {
        values[0] = over_samples(row, tally, set, group, options->zero_division);
        return LIMEN_OK;
    }
    if (row->compute)
        return row->compute(tally, set, group, average, options, values, error);
    if (average == LIMEN_AVERAGE_MICRO) {
        values[0] = pooled(row, tally, set, group, options);
    } else if (average == LIMEN_AVERAGE_NONE) {
        for (int64_t first = 0; first < tally->spec.width; first += LIMEN_LABEL_BLOCK)
            limen_row_block(row, tally, set, group, first, limen_label_block(tally, first), options,
                            values + first, NULL);
    } else {
        values[0] = over_labels(row, tally, set, group, average, options);
    }
    return LIMEN_OK;
}
