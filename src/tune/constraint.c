#include "tune/constraint.h"

#include "core/status.h"

#include <math.h>
#include <string.h>

/* ---- Looking up ---------------------------------------------------------------------------- */

static limen_status look_up(const limen_constraint *given, limen_condition *condition,
                            limen_error *error)
{
    const char *name = given->metric ? given->metric : "";
    int count = strcmp(name, "predicted_count") == 0;
    const limen_metric *metric = limen_metric_find(count ? "predicted_rate" : name);
    int predicted = metric && strcmp(metric->name, "predicted_rate") == 0;

    *condition = (limen_condition){.metric = (const limen_metric_row *)metric,
                                   .count = count,
                                   .sense = given->sense,
                                   .bound = given->bound,
                                   .label = given->label};
    condition->options = (limen_compute_options){.size = sizeof condition->options,
                                                 .beta = 1.0,
                                                 .pt = 0.5,
                                                 .cost = {0.0, 1.0, 0.0, 1.0},
                                                 .max_fpr = 1.0};
    if (!metric || !condition->metric->from_counts)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "constraint on \"%s\": there is no such metric of the counts; "
                          "\"limen metrics\" lists them, and predicted_count is one more",
                          name);
    if (metric->higher_is_better < 0 && !predicted)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "constraint on %s: it does not change with the threshold", name);
    if (isnan(given->bound) || (given->sense != LIMEN_AT_LEAST && given->sense != LIMEN_AT_MOST))
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "constraint on %s: the bound must be a number, the sense >= or <=", name);
    condition->with_tp = predicted || metric->higher_is_better > 0 ? 1 : -1;
    condition->with_fp = predicted || metric->higher_is_better == 0 ? 1 : -1;
    return LIMEN_OK;
}

limen_status limen_conditions_make(const limen_tune_options *options, int64_t width,
                                   const limen_allocator *allocator, limen_conditions *conditions,
                                   limen_error *error)
{
    limen_conditions made = {.count = options->constraint_count};

    *conditions = (limen_conditions){.all = NULL};
    if (made.count < 0 || (made.count > 0 && !options->constraints))
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "constraint_count does not fit constraints");
    made.all = limen_new(allocator, (size_t)made.count, sizeof *made.all);
    if (!made.all)
        return limen_fail_memory(error, (size_t)made.count * sizeof *made.all);
    for (int64_t i = 0; i < made.count; i++) {
        const limen_constraint *given = &options->constraints[i];
        limen_status status = look_up(given, &made.all[i], error);

        if (status == LIMEN_OK && (given->label < -1 || given->label >= width))
            status = limen_fail(error, LIMEN_ERR_ARGUMENT,
                                "constraint on %s: label %lld is not among the %lld labels",
                                given->metric, (long long)given->label, (long long)width);
        if (status != LIMEN_OK) {
            limen_conditions_release(allocator, &made);
            return status;
        }
    }
    *conditions = made;
    return LIMEN_OK;
}

void limen_conditions_release(const limen_allocator *allocator, limen_conditions *conditions)
{
    limen_delete(allocator, conditions->all, (size_t)conditions->count, sizeof *conditions->all);
    *conditions = (limen_conditions){.all = NULL};
}

/* ---- At a cut -------------------------------------------------------------------------------- */

static double violation_of(const limen_condition *condition, const limen_totals *totals, double tp,
                           double fp, double when_undefined)
{
    limen_counts counts = {tp, fp, totals->negatives - fp, totals->positives - tp};
    double samples = totals->positives + totals->negatives;
    limen_ratio value = condition->count
                            ? (limen_ratio){tp + fp, 1}
                            : condition->metric->from_counts(&counts, &condition->options);
    double short_by;

    if (!value.defined)
        return when_undefined;
    short_by = condition->sense == LIMEN_AT_LEAST ? condition->bound - value.value
                                                  : value.value - condition->bound;
    /* Sums of weights are not exact: what is short by rounding alone is met. */
    if (!(short_by > (totals->whole ? 0.0 : 1e-12 * fmax(1.0, fabs(condition->bound)))))
        return 0.0;
    return condition->count && samples > 0.0 ? short_by / samples : short_by;
}

static int is_about(const limen_conditions *conditions, int64_t i, int64_t label)
{
    int64_t about = conditions->all[i].label;

    return about == label || (about == -1 && !conditions->pooled);
}

double limen_conditions_violation(const limen_conditions *conditions, int64_t label,
                                  const limen_totals *totals, double tp, double fp)
{
    double worst = 0.0;

    for (int64_t i = 0; i < conditions->count; i++)
        if (is_about(conditions, i, label))
            worst = fmax(worst, violation_of(&conditions->all[i], totals, tp, fp, INFINITY));
    return worst;
}

double limen_conditions_bound(const limen_conditions *conditions, int64_t label,
                              const limen_totals *totals, double tp, double fp,
                              double more_positives, double more_negatives)
{
    double worst = 0.0;

    for (int64_t i = 0; i < conditions->count; i++) {
        const limen_condition *condition = &conditions->all[i];
        int wanted = condition->sense == LIMEN_AT_LEAST ? 1 : -1;
        double best_tp = condition->with_tp == wanted ? tp + more_positives : tp;
        double best_fp = condition->with_fp == wanted ? fp + more_negatives : fp;

        /* An undefined corner bounds nothing. */
        if (is_about(conditions, i, label))
            worst = fmax(worst, violation_of(condition, totals, best_tp, best_fp, 0.0));
    }
    return worst;
}

int limen_conditions_apply(const limen_conditions *conditions, int64_t label)
{
    for (int64_t i = 0; i < conditions->count; i++)
        if (is_about(conditions, i, label))
            return 1;
    return 0;
}
