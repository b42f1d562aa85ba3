#include "tally/spec.h"

#include "core/array.h"
#include "core/status.h"
#include "core/threads.h"
#include "tally/state.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_BINS 16384
#define DEFAULT_CALIBRATION_BINS 15

limen_status limen_copy_sized(void *to, size_t size, const void *from, const char *what,
                              limen_error *error)
{
    const unsigned char *bytes = from;
    size_t given;

    if (!from)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "%s is NULL", what);
    memcpy(&given, from, sizeof given);
    if (given < sizeof given)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "size of %s is not set: it is the sizeof of the struct", what);
    for (size_t i = size; i < given; i++) {
        if (bytes[i] != 0)
            return limen_fail(error, LIMEN_ERR_ARGUMENT,
                              "%s has fields that this version does not know; use a newer liblimen",
                              what);
    }
    memset(to, 0, size);
    memcpy(to, from, given < size ? given : size);
    memcpy(to, &size, sizeof size);
    return LIMEN_OK;
}

static limen_status check_dimensions(limen_spec *spec, limen_error *error)
{
    int64_t least = spec->task == LIMEN_MULTICLASS ? 2 : 1;
    double cells;

    if (spec->task != LIMEN_BINARY && spec->task != LIMEN_MULTICLASS &&
        spec->task != LIMEN_MULTILABEL)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "task is %d: it is binary, multiclass or multilabel", (int)spec->task);
    if (spec->task == LIMEN_BINARY && spec->width == 0)
        spec->width = 1;
    if (spec->task == LIMEN_BINARY && spec->width != 1)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "width is %lld: a binary tally has 1; use multilabel for more",
                          (long long)spec->width);
    if (spec->width < least)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "width is %lld: it is at least %lld",
                          (long long)spec->width, (long long)least);
    if (spec->width > INT32_MAX)
        return limen_fail(error, LIMEN_ERR_OVERFLOW, "width is %lld: at most %lld are possible",
                          (long long)spec->width, (long long)INT32_MAX);
    if (spec->sets < 0)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "sets is %lld: it is not negative",
                          (long long)spec->sets);
    if (spec->sets == 0)
        spec->sets = 1;
    if (spec->groups < 0)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "groups is %lld: it is not negative",
                          (long long)spec->groups);
    cells = (double)spec->width * (double)spec->sets * (spec->groups ? (double)spec->groups : 1.0);
    if (cells > (double)(PTRDIFF_MAX / 1024))
        return limen_fail(error, LIMEN_ERR_OVERFLOW,
                          "width x sets x groups is %.0f: too large for memory", cells);
    return LIMEN_OK;
}

static limen_status check_thresholds(const limen_spec *spec, limen_error *error)
{
    int64_t all = spec->sets * spec->width;

    if (spec->threshold_count != 0 && spec->threshold_count != 1 && spec->threshold_count != all)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "threshold_count is %lld: it is 0, 1, or sets x width = %lld",
                          (long long)spec->threshold_count, (long long)all);
    if (spec->threshold_count && !spec->thresholds)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "thresholds is NULL");
    for (int64_t i = 0; i < spec->threshold_count; i++) {
        double threshold = spec->thresholds[i];

        if (isnan(threshold))
            return limen_fail_cell(error, LIMEN_ERR_ARGUMENT, LIMEN_INPUT_NONE, -1, i % spec->width,
                                   "threshold of set %lld, label %lld is NaN: give a number",
                                   (long long)(i / spec->width), (long long)(i % spec->width));
        if (spec->task == LIMEN_MULTICLASS && isinf(threshold))
            return limen_fail_cell(error, LIMEN_ERR_ARGUMENT, LIMEN_INPUT_NONE, -1, i % spec->width,
                                   "offset of set %lld, class %lld is infinite: offsets are finite",
                                   (long long)(i / spec->width), (long long)(i % spec->width));
    }
    return LIMEN_OK;
}

static limen_status check_bins(limen_spec *spec, limen_error *error)
{
    if (spec->bins < 0)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "bins is %lld: it is not negative",
                          (long long)spec->bins);
    if (spec->bin_edges && spec->bins == 0)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "bins is 0: it is the number of bin_edges");
    for (int64_t i = 0; spec->bin_edges && i < spec->bins; i++) {
        if (isnan(spec->bin_edges[i]) || (i && spec->bin_edges[i] <= spec->bin_edges[i - 1]))
            return limen_fail(error, LIMEN_ERR_ARGUMENT,
                              "bin_edges[%lld] is %g: edges are numbers in increasing order",
                              (long long)i, spec->bin_edges[i]);
    }
    if (spec->calibration_bins < 0)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "calibration_bins is %lld: it is not negative",
                          (long long)spec->calibration_bins);
    if (spec->bins == 0)
        spec->bins = DEFAULT_BINS;
    if (spec->calibration_bins == 0)
        spec->calibration_bins = DEFAULT_CALIBRATION_BINS;
    return LIMEN_OK;
}

static limen_status check_choices(limen_spec *spec, limen_error *error)
{
    if (spec->rule != LIMEN_GE && spec->rule != LIMEN_GT)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "rule is %d: it is ge or gt", (int)spec->rule);
    if (spec->nan != LIMEN_NAN_ERROR && spec->nan != LIMEN_NAN_NEGATIVE)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "nan is %d: it is error or negative",
                          (int)spec->nan);
    if (spec->top_k < 0 || spec->top_k > spec->width)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "top_k is %d: it is from 1 to the width",
                          (int)spec->top_k);
    if (spec->top_k > 1 && spec->task != LIMEN_MULTICLASS)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "top_k is %d: it is of multiclass tallies",
                          (int)spec->top_k);
    if (spec->top_labels < 0 || spec->top_labels > spec->width ||
        (spec->top_labels > 0 && spec->task != LIMEN_MULTILABEL))
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "top_labels is %d: it is from 0 to the width, and of multilabel scores",
                          (int)spec->top_labels);
    if (spec->cost_matrix && spec->task != LIMEN_MULTICLASS)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "a cost matrix is of multiclass scores");
    if (spec->top_k == 0)
        spec->top_k = 1;
    if (!(spec->beta >= 0.0) || isinf(spec->beta))
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "beta is %g: it is positive and finite",
                          spec->beta);
    if (spec->beta == 0.0)
        spec->beta = 1.0;
    if (spec->threads < 0)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "threads is %d: it is not negative",
                          (int)spec->threads);
    if (spec->score_dtype != LIMEN_NONE && !limen_dtype_name(spec->score_dtype))
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "score_dtype is %d: no such dtype",
                          (int)spec->score_dtype);
    spec->threads = limen_thread_count(spec->threads);
    spec->logits = spec->logits != 0;
    spec->weighted = spec->weighted != 0;
    spec->has_ignore_index = spec->has_ignore_index != 0;
    if (!spec->has_ignore_index)
        spec->ignore_index = 0;
    return LIMEN_OK;
}

limen_status limen_spec_resolve(const limen_spec *given, limen_spec *spec, limen_error *error)
{
    limen_status status = limen_copy_sized(spec, sizeof *spec, given, "spec", error);

    if (status == LIMEN_OK)
        status = check_dimensions(spec, error);
    if (status == LIMEN_OK)
        status = check_thresholds(spec, error);
    if (status == LIMEN_OK)
        status = check_bins(spec, error);
    if (status == LIMEN_OK)
        status = check_choices(spec, error);
    return status;
}

static limen_status compare_thresholds(const limen_spec *into, const limen_spec *from,
                                       limen_error *error)
{
    for (int64_t i = 0; i < into->sets * into->width; i++) {
        if (into->thresholds[i] != from->thresholds[i])
            return limen_fail_cell(error, LIMEN_ERR_CONFIG, LIMEN_INPUT_NONE, -1, i % into->width,
                                   "thresholds differ at set %lld, label %lld: %.17g and %.17g",
                                   (long long)(i / into->width), (long long)(i % into->width),
                                   into->thresholds[i], from->thresholds[i]);
    }
    return LIMEN_OK;
}

static limen_status compare_edges(const limen_spec *into, const limen_spec *from,
                                  limen_error *error)
{
    if (!into->bin_edges != !from->bin_edges)
        return limen_fail(error, LIMEN_ERR_CONFIG, "bin_edges differ: only one tally has them");
    for (int64_t i = 0; into->bin_edges && i < into->bins; i++) {
        if (into->bin_edges[i] != from->bin_edges[i])
            return limen_fail(error, LIMEN_ERR_CONFIG, "bin_edges[%lld] differs: %.17g and %.17g",
                              (long long)i, into->bin_edges[i], from->bin_edges[i]);
    }
    return LIMEN_OK;
}

/* "counts, scores" */
static const char *state_names(uint32_t states, char names[128])
{
    size_t used = 0;

    for (int i = 0; i < LIMEN_STATE_KINDS; i++) {
        if (states >> i & 1)
            used += (size_t)snprintf(names + used, 128 - used, "%s%s", used ? ", " : "",
                                     limen_state_ops_at(i)->name);
    }
    return names;
}

static limen_status compare_words(const limen_spec *into, const limen_spec *from,
                                  limen_error *error)
{
    static const char *const tasks[] = {"?", "binary", "multiclass", "multilabel"};
    static const char *const rules[] = {"ge", "gt"};
    static const char *const nans[] = {"error", "negative"};
    char names[2][128];

    if (into->task != from->task)
        return limen_fail(error, LIMEN_ERR_CONFIG, "task differs: %s and %s", tasks[into->task],
                          tasks[from->task]);
    if (into->states != from->states)
        return limen_fail(error, LIMEN_ERR_CONFIG, "states differ: %s and %s",
                          state_names(into->states, names[0]), state_names(from->states, names[1]));
    if (into->rule != from->rule)
        return limen_fail(error, LIMEN_ERR_CONFIG, "rule differs: %s and %s", rules[into->rule],
                          rules[from->rule]);
    if (into->nan != from->nan)
        return limen_fail(error, LIMEN_ERR_CONFIG, "nan differs: %s and %s", nans[into->nan],
                          nans[from->nan]);
    return LIMEN_OK;
}

limen_status limen_spec_compare(const limen_spec *into, const limen_spec *from, limen_error *error)
{
    const struct {
        const char *name;
        int64_t into, from;
    } fields[] = {
        {"width", into->width, from->width},
        {"sets", into->sets, from->sets},
        {"logits", into->logits, from->logits},
        {"weighted", into->weighted, from->weighted},
        {"has_ignore_index", into->has_ignore_index, from->has_ignore_index},
        {"ignore_index", into->ignore_index, from->ignore_index},
        {"top_k", into->top_k, from->top_k},
        {"groups", into->groups, from->groups},
        {"bins", into->bins, from->bins},
        {"calibration_bins", into->calibration_bins, from->calibration_bins},
    };
    limen_status status = compare_words(into, from, error);

    if (status != LIMEN_OK)
        return status;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (fields[i].into != fields[i].from)
            return limen_fail(error, LIMEN_ERR_CONFIG, "%s differs: %lld and %lld", fields[i].name,
                              (long long)fields[i].into, (long long)fields[i].from);
    }
    status = compare_thresholds(into, from, error);
    if (status == LIMEN_OK)
        status = compare_edges(into, from, error);
    if (status != LIMEN_OK)
        return status;
    if (into->beta != from->beta)
        return limen_fail(error, LIMEN_ERR_CONFIG, "beta differs: %.17g and %.17g", into->beta,
                          from->beta);
    if (into->score_dtype != LIMEN_NONE && from->score_dtype != LIMEN_NONE &&
        into->score_dtype != from->score_dtype)
        return limen_fail(error, LIMEN_ERR_CONFIG, "score_dtype differs: %s and %s",
                          limen_dtype_name(into->score_dtype), limen_dtype_name(from->score_dtype));
    return LIMEN_OK;
}
