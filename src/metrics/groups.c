#include "metrics/groups.h"

#include <math.h>

static void range_add(limen_rate_range *range, limen_ratio rate)
{
    if (!rate.defined)
        return;
    if (range->groups == 0 || rate.value < range->low)
        range->low = rate.value;
    if (range->groups == 0 || rate.value > range->high)
        range->high = rate.value;
    range->groups++;
}

static void ranges_add(limen_group_ranges *ranges, const limen_counts *c)
{
    range_add(&ranges->predicted_rate,
              limen_ratio_of(c->tp + c->fp, c->tp + c->fp + c->tn + c->fn));
    range_add(&ranges->recall, limen_ratio_of(c->tp, c->tp + c->fn));
    range_add(&ranges->fpr, limen_ratio_of(c->fp, c->fp + c->tn));
}

void limen_groups_block(const limen_metric_row *row, const limen_tally *tally, int64_t set,
                        int64_t first, int64_t labels, limen_ratio *ratios)
{
    limen_group_ranges ranges[LIMEN_LABEL_BLOCK] = {0};
    limen_counts block[LIMEN_LABEL_BLOCK];

    for (int64_t group = 0; group < tally->spec.groups; group++) {
        limen_tally_read_counts(tally, set, group, first, labels, block);
        for (int64_t i = 0; i < labels; i++)
            ranges_add(&ranges[i], &block[i]);
    }
    for (int64_t i = 0; i < labels; i++)
        ratios[i] = row->from_groups(&ranges[i]);
}

limen_ratio limen_groups_pooled(const limen_metric_row *row, const limen_tally *tally, int64_t set)
{
    limen_group_ranges ranges = {0};

    for (int64_t group = 0; group < tally->spec.groups; group++) {
        limen_counts pooled = limen_pooled_counts(tally, set, group);

        ranges_add(&ranges, &pooled);
    }
    return row->from_groups(&ranges);
}

static limen_ratio difference(const limen_rate_range *range)
{
    return (limen_ratio){range->high - range->low, range->groups > 0};
}

static limen_ratio ratio(const limen_rate_range *range)
{
    return limen_ratio_of(range->low, range->high);
}

static limen_ratio parity_difference(const limen_group_ranges *ranges)
{
    return difference(&ranges->predicted_rate);
}

static limen_ratio parity_ratio(const limen_group_ranges *ranges)
{
    return ratio(&ranges->predicted_rate);
}

static limen_ratio opportunity_difference(const limen_group_ranges *ranges)
{
    return difference(&ranges->recall);
}

static limen_ratio opportunity_ratio(const limen_group_ranges *ranges)
{
    return ratio(&ranges->recall);
}

static limen_ratio fpr_difference(const limen_group_ranges *ranges)
{
    return difference(&ranges->fpr);
}

static limen_ratio fpr_ratio(const limen_group_ranges *ranges)
{
    return ratio(&ranges->fpr);
}

static limen_ratio odds_difference(const limen_group_ranges *ranges)
{
    limen_ratio recall = difference(&ranges->recall), fpr = difference(&ranges->fpr);

    return (limen_ratio){fmax(recall.value, fpr.value), recall.defined && fpr.defined};
}

static limen_ratio odds_ratio(const limen_group_ranges *ranges)
{
    limen_ratio recall = ratio(&ranges->recall), fpr = ratio(&ranges->fpr);

    return (limen_ratio){fmin(recall.value, fpr.value), recall.defined && fpr.defined};
}

#define GROUP_AVERAGES (LIMEN_AVERAGE_NONE | LIMEN_AVERAGE_MICRO | LIMEN_AVERAGE_MACRO)

static const limen_metric_row rows[] = {
    {.metric = {.name = "demographic_parity_difference",
                .title = "Demographic parity difference",
                .formula = "max - min over groups of (tp + fp) / n",
                .help = "How far apart the groups' predicted rates are: 0 when every group is "
                        "selected equally often, whether or not its prevalence is the same. "
                        "Groups without samples are left out; needs groups.",
                .source = "Calders et al. 2009; fairlearn demographic_parity_difference",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = GROUP_AVERAGES,
                .higher_is_better = 0,
                .low = 0.0,
                .high = 1.0,
                .by_default = LIMEN_TASKS_ALL},
     .from_groups = parity_difference},
    {.metric = {.name = "demographic_parity_ratio",
                .title = "Demographic parity ratio",
                .formula = "min / max over groups of (tp + fp) / n",
                .help = "The least predicted rate over the greatest; under 0.8 breaks the "
                        "four-fifths rule. Undefined where no group has a prediction; needs "
                        "groups.",
                .source = "Feldman et al. 2015; fairlearn demographic_parity_ratio",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = GROUP_AVERAGES,
                .higher_is_better = 1,
                .low = 0.0,
                .high = 1.0,
                .by_default = LIMEN_TASKS_ALL},
     .from_groups = parity_ratio},
    {.metric = {.name = "equal_opportunity_difference",
                .title = "Equal opportunity difference",
                .formula = "max - min over groups of tp / (tp + fn)",
                .help = "How far apart the groups' recalls are. A group without positives has no "
                        "recall and is left out; undefined where that is every group; needs "
                        "groups.",
                .source = "Hardt et al. 2016; fairlearn equal_opportunity_difference",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = GROUP_AVERAGES,
                .higher_is_better = 0,
                .low = 0.0,
                .high = 1.0,
                .by_default = LIMEN_TASKS_ALL},
     .from_groups = opportunity_difference},
    {.metric = {.name = "equal_opportunity_ratio",
                .title = "Equal opportunity ratio",
                .formula = "min / max over groups of tp / (tp + fn)",
                .help = "The least recall over the greatest. A group without positives is left "
                        "out; undefined where no group has a true positive; needs groups.",
                .source = "Hardt et al. 2016; fairlearn equal_opportunity_ratio",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = GROUP_AVERAGES,
                .higher_is_better = 1,
                .low = 0.0,
                .high = 1.0},
     .from_groups = opportunity_ratio},
    {.metric = {.name = "fpr_difference",
                .title = "False positive rate difference",
                .formula = "max - min over groups of fp / (fp + tn)",
                .help = "How far apart the groups' false positive rates are, also called "
                        "predictive equality. A group without negatives is left out; undefined "
                        "where that is every group; needs groups.",
                .source = "Corbett-Davies et al. 2017",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = GROUP_AVERAGES,
                .higher_is_better = 0,
                .low = 0.0,
                .high = 1.0},
     .from_groups = fpr_difference},
    {.metric = {.name = "fpr_ratio",
                .title = "False positive rate ratio",
                .formula = "min / max over groups of fp / (fp + tn)",
                .help = "The least false positive rate over the greatest. A group without "
                        "negatives is left out; undefined where no group has a false positive; "
                        "needs groups.",
                .source = "Corbett-Davies et al. 2017",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = GROUP_AVERAGES,
                .higher_is_better = 1,
                .low = 0.0,
                .high = 1.0},
     .from_groups = fpr_ratio},
    {.metric = {.name = "equalized_odds_difference",
                .title = "Equalized odds difference",
                .formula = "max(equal_opportunity_difference, fpr_difference)",
                .help = "The worse one of the two differences: 0 when truth being equal, the "
                        "group does not matter. Undefined where either is; needs groups.",
                .source = "Hardt et al. 2016; fairlearn equalized_odds_difference",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = GROUP_AVERAGES,
                .higher_is_better = 0,
                .low = 0.0,
                .high = 1.0,
                .by_default = LIMEN_TASKS_ALL},
     .from_groups = odds_difference},
    {.metric = {.name = "equalized_odds_ratio",
                .title = "Equalized odds ratio",
                .formula = "min(equal_opportunity_ratio, fpr_ratio)",
                .help = "The worse one of the two ratios. Undefined where either is; needs "
                        "groups.",
                .source = "Hardt et al. 2016; fairlearn equalized_odds_ratio",
                .states = LIMEN_STATES_COUNTS,
                .tasks = LIMEN_TASKS_ALL,
                .averages = GROUP_AVERAGES,
                .higher_is_better = 1,
                .low = 0.0,
                .high = 1.0},
     .from_groups = odds_ratio},
};

const limen_metric_rows limen_groups_metrics = LIMEN_METRIC_ROWS(rows);
