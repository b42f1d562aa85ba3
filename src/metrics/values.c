/* Which forms of a metric a tally can give, and a single form without a tree. */
#include "metrics/average.h"
#include "metrics/forms.h"

#include <stdio.h>

static const struct {
    limen_average average;
    const char *name;
} average_names[] = {
    {LIMEN_AVERAGE_NONE, "per-label"},  {LIMEN_AVERAGE_MICRO, "micro"},
    {LIMEN_AVERAGE_MACRO, "macro"},     {LIMEN_AVERAGE_WEIGHTED, "weighted"},
    {LIMEN_AVERAGE_SAMPLES, "samples"}, {LIMEN_AVERAGE_WHOLE, "whole"},
};

const char *limen_average_name(limen_average average)
{
    for (size_t i = 0; i < sizeof average_names / sizeof average_names[0]; i++) {
        if (average_names[i].average == average)
            return average_names[i].name;
    }
    return NULL;
}

const char *limen_task_name(limen_task task)
{
    if (task == LIMEN_BINARY)
        return "binary";
    return task == LIMEN_MULTICLASS ? "multiclass" : "multilabel";
}

/* The states of which one is needed for a form. */
static uint32_t states_of_form(const limen_metric_row *row, limen_average average,
                               const limen_compute_options *options)
{
    if (average == LIMEN_AVERAGE_SAMPLES && row->from_samples)
        return LIMEN_SAMPLES;
    if (average == LIMEN_AVERAGE_WHOLE && row->whole) {
        if (row->whole == limen_multiclass_kappa && options->kappa_weights != LIMEN_KAPPA_NONE)
            return LIMEN_CONFUSION;
        return row->from_counts ? LIMEN_STATES_COUNTS : row->metric.states;
    }
    return row->from_counts || row->from_groups ? LIMEN_STATES_COUNTS : row->metric.states;
}

static limen_status needs_states(limen_error *error, const char *metric, uint32_t states)
{
    static const char *const names[LIMEN_STATE_KINDS] = {
        "counts", "confusion", "samples", "scores", "histogram", "ranking", "calibration", "hinge"};
    char list[128];
    size_t length = 0;

    for (int i = 0; i < LIMEN_STATE_KINDS; i++) {
        if (!(states & (1u << i)))
            continue;
        length += (size_t)snprintf(list + length, sizeof list - length, "%s%s",
                                   length ? " or " : "", names[i]);
    }
    return limen_fail(error, LIMEN_ERR_STATE, "%s needs a tally that keeps %s", metric, list);
}

limen_status limen_row_check(const limen_metric_row *row, const limen_tally *tally, int64_t group,
                             limen_average average, const limen_compute_options *options,
                             limen_error *error)
{
    const limen_metric *metric = &row->metric;
    limen_task task = tally->spec.task;
    uint32_t states = states_of_form(row, average, options);

    if (!(metric->tasks & (1u << task)))
        return limen_fail(error, LIMEN_ERR_STATE, "%s is not defined for a %s tally", metric->name,
                          limen_task_name(task));
    if (!(metric->averages & (uint32_t)average) ||
        (average == LIMEN_AVERAGE_WHOLE && row->whole && !(row->whole_tasks & (1u << task))))
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "%s has no %s form for a %s tally",
                          metric->name, limen_average_name(average), limen_task_name(task));
    if (!(tally->spec.states & states))
        return needs_states(error, metric->name, states);
    if (row->from_groups && (tally->spec.groups == 0 || group >= 0))
        return limen_fail(error, LIMEN_ERR_STATE,
                          "%s compares the groups of a tally: make it with groups, and ask for all "
                          "of them",
                          metric->name);
    if (average == LIMEN_AVERAGE_SAMPLES && row->from_samples == limen_samples_fbeta) {
        double beta = metric->parameters & LIMEN_PARAM_BETA ? options->beta : 1.0;

        if (tally->spec.beta != beta)
            return limen_fail(error, LIMEN_ERR_STATE,
                              "the samples average of %s needs a tally made with the same beta",
                              metric->name);
    }
    return LIMEN_OK;
}

static limen_status check_request(const limen_metric *metric, const limen_tally *tally, int64_t set,
                                  int64_t group, limen_average average, limen_error *error)
{
    if (!metric || !tally)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "a metric and a tally must be given");
    if (set < 0 || set >= tally->spec.sets)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "set is %lld: the tally has %lld",
                          (long long)set, (long long)tally->spec.sets);
    if (group < -1 || group >= limen_tally_groups(tally))
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "group is %lld: the tally has %lld",
                          (long long)group, (long long)limen_tally_groups(tally));
    if (!limen_average_name(average))
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "average is %d, which is none", (int)average);
    return LIMEN_OK;
}

typedef struct value_sink {
    double *values;
    unsigned char *defined; /* or NULL */
    limen_zero_division policy;
} value_sink;

static void put_values(const value_sink *sink, int64_t first, const limen_ratio *ratios,
                       int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        sink->values[first + i] = limen_ratio_value(ratios[i], sink->policy);
        if (sink->defined)
            sink->defined[first + i] = ratios[i].defined != 0;
    }
}

/* Per-label values of a row that only has `compute`. */
static limen_status computed_labels(const limen_metric_row *row, const limen_tally *tally,
                                    int64_t set, int64_t group,
                                    const limen_compute_options *options, const value_sink *sink,
                                    limen_error *error)
{
    size_t width = (size_t)tally->spec.width;
    limen_ratio *ratios = limen_new(&tally->allocator, width, sizeof *ratios);
    limen_status status;

    if (!ratios)
        return limen_fail_memory(error, width * sizeof *ratios);
    status = limen_row_values(row, tally, set, group, LIMEN_AVERAGE_NONE, options, ratios, error);
    if (status == LIMEN_OK)
        put_values(sink, 0, ratios, tally->spec.width);
    limen_delete(&tally->allocator, ratios, width, sizeof *ratios);
    return status;
}

limen_status limen_metric_values(const limen_metric *metric, const limen_tally *tally, int64_t set,
                                 int64_t group, limen_average average,
                                 const limen_compute_options *options, double *values,
                                 unsigned char *defined, limen_error *error)
{
    const limen_metric_row *row = (const limen_metric_row *)metric;
    limen_compute_options filled;
    value_sink sink = {values, defined, LIMEN_ZERO};
    limen_ratio ratios[LIMEN_LABEL_BLOCK];
    limen_status status = check_request(metric, tally, set, group, average, error);

    if (status == LIMEN_OK)
        status = limen_options_fill(options, &filled, error);
    if (status == LIMEN_OK)
        status = limen_row_check(row, tally, group, average, &filled, error);
    if (status != LIMEN_OK)
        return status;
    sink.policy = filled.zero_division;
    if (average != LIMEN_AVERAGE_NONE) {
        status = limen_row_values(row, tally, set, group, average, &filled, ratios, error);
        if (status == LIMEN_OK)
            put_values(&sink, 0, ratios, 1);
        return status;
    }
    if (row->compute)
        return computed_labels(row, tally, set, group, &filled, &sink, error);
    for (int64_t first = 0; first < tally->spec.width; first += LIMEN_LABEL_BLOCK) {
        int64_t labels = limen_label_block(tally, first);

        limen_row_block(row, tally, set, group, first, labels, &filled, ratios, NULL);
        put_values(&sink, first, ratios, labels);
    }
    return LIMEN_OK;
}
