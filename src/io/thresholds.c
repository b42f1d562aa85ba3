#include "io/thresholds.h"

#include "core/buffer.h"
#include "core/numeric.h"
#include "io/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void limen_threshold_label(const limen_threshold_target *target, int64_t index, char *text,
                           size_t size)
{
    if (target->labels)
        (void)snprintf(text, size, "label \"%.80s\"", target->labels[index]);
    else
        (void)snprintf(text, size, "label %lld", (long long)index);
}

int64_t limen_threshold_find(const limen_threshold_target *target, const char *name)
{
    int64_t index;

    for (int64_t i = 0; target->labels && i < target->width; i++)
        if (strcmp(target->labels[i], name) == 0)
            return i;
    if (target->labels || !limen_number_read_integer(name, strlen(name), &index))
        return -1;
    return index >= 0 && index < target->width ? index : -1;
}

static limen_status fail_count(int64_t count, const limen_threshold_target *target,
                               limen_error *error)
{
    return limen_fail(error, LIMEN_ERR_ARGUMENT,
                      "there are %lld thresholds for %lld labels; give one for all or one for each",
                      (long long)count, (long long)target->width);
}

static limen_status read_value(const char *text, size_t length, double *value, limen_error *error)
{
    if (!limen_number_read(text, length, value))
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "threshold \"%.*s\" is no number, and no file that ends in .json or .npy",
                          length < 100 ? (int)length : 100, text);
    if (isnan(*value))
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "a threshold is NaN; use inf to predict none");
    return LIMEN_OK;
}

/* "0.5" or "0.6,0.5,0.8". */
static limen_status read_list(limen_thresholds *thresholds, const char *spec,
                              const limen_threshold_target *target, limen_error *error)
{
    int64_t count = 0;
    const char *at = spec;

    for (;;) {
        size_t length = strcspn(at, ",");
        double value = 0;
        limen_status status = read_value(at, length, &value, error);

        if (status != LIMEN_OK)
            return status;
        if (count < target->width)
            thresholds->values[count] = value;
        count++;
        if (!at[length])
            break;
        at += length + 1;
    }
    for (int64_t i = 1; count == 1 && i < target->width; i++)
        thresholds->values[i] = thresholds->values[0];
    return count == 1 || count == target->width ? LIMEN_OK : fail_count(count, target, error);
}

/* The name before an equals sign, without its quotes; returns what follows the sign, or NULL. */
static const char *split_name(const char *at, limen_buffer *name)
{
    size_t length;

    name->length = 0;
    limen_buffer_add(name, "", 0);
    if (*at != '"') {
        length = strcspn(at, ",=");
        limen_buffer_add(name, at, length);
        return at[length] == '=' ? at + length + 1 : NULL;
    }
    for (at++; *at && !(at[0] == '"' && at[1] != '"'); at++) {
        at += *at == '"';
        limen_buffer_add(name, at, 1);
    }
    return at[0] == '"' && at[1] == '=' ? at + 2 : NULL;
}

struct by_name {
    limen_thresholds *thresholds;
    const limen_threshold_target *target;
    char *given; /* one a label */
    double rest; /* of "*" */
    int has_rest;
};

static limen_status set_by_name(struct by_name *state, const char *name, double value,
                                limen_error *error)
{
    int64_t index = limen_threshold_find(state->target, name);

    if (index < 0 && strcmp(name, "*") == 0) {
        if (state->has_rest)
            return limen_fail(error, LIMEN_ERR_ARGUMENT, "* has two thresholds");
        state->rest = value;
        state->has_rest = 1;
        return LIMEN_OK;
    }
    if (index < 0)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "the data has no label \"%.100s\"%s", name,
                          state->target->labels ? "" : "; it has no names, only numbers from 0");
    if (state->given[index])
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "label \"%.100s\" has two thresholds", name);
    state->given[index] = 1;
    state->thresholds->values[index] = value;
    return LIMEN_OK;
}

static limen_status fill_rest(struct by_name *state, limen_error *error)
{
    for (int64_t i = 0; i < state->target->width; i++) {
        char label[128];

        if (state->given[i])
            continue;
        limen_threshold_label(state->target, i, label, sizeof label);
        if (!state->has_rest)
            return limen_fail(error, LIMEN_ERR_ARGUMENT,
                              "%s has no threshold; name it, or add *=0.5 for the others", label);
        state->thresholds->values[i] = state->rest;
    }
    return LIMEN_OK;
}

static limen_status read_pairs(struct by_name *state, const char *spec, limen_buffer *name,
                               limen_error *error)
{
    const char *at = spec;

    for (;;) {
        limen_status status = LIMEN_OK;
        double value = 0;
        size_t length = 0;

        at = split_name(at, name);
        if (name->failed)
            return limen_fail_memory(error, 0);
        if (!at)
            return limen_fail(error, LIMEN_ERR_ARGUMENT,
                              "\"%.100s\" is not followed by = and a number", name->bytes);
        length = strcspn(at, ",");
        status = read_value(at, length, &value, error);
        if (status == LIMEN_OK)
            status = set_by_name(state, name->bytes, value, error);
        if (status != LIMEN_OK || !at[length])
            return status;
        at += length + 1;
    }
}

/* "joy=0.3,*=0.5". */
static limen_status read_by_name(limen_thresholds *thresholds, const char *spec,
                                 const limen_threshold_target *target, limen_error *error)
{
    const limen_allocator *allocator = &thresholds->allocator;
    struct by_name state = {.thresholds = thresholds, .target = target};
    limen_buffer name;
    limen_status status;

    state.given = limen_new(allocator, (size_t)target->width, 1);
    if (!state.given)
        return limen_fail_memory(error, (size_t)target->width);
    limen_buffer_init(&name, allocator);
    status = read_pairs(&state, spec, &name, error);
    if (status == LIMEN_OK)
        status = fill_rest(&state, error);
    limen_buffer_release(&name);
    limen_delete(allocator, state.given, (size_t)target->width, 1);
    return status;
}

static limen_status copy_numbers(limen_thresholds *thresholds, limen_rows *rows,
                                 const limen_threshold_target *target, limen_error *error)
{
    const limen_npy *npy = &rows->npy;
    int64_t count = npy->shape[0] * npy->shape[1] * npy->shape[2];
    limen_array view;
    limen_status status;

    if (npy->kind != LIMEN_NPY_NUMBER)
        return limen_fail(error, LIMEN_ERR_DTYPE, "thresholds are strings; numbers are wanted");
    if (npy->ndim > 2 || (count != npy->shape[0] && count != npy->shape[1]) ||
        (count != target->width && count != 1))
        return fail_count(count, target, error);
    status = limen_rows_next(rows, npy->shape[0], &view, error);
    for (int64_t i = 0; status == LIMEN_OK && i < target->width; i++) {
        int64_t at = count == 1 ? 0 : i;
        const unsigned char *cell =
            (const unsigned char *)view.data + at * view.stride[npy->shape[0] == count ? 0 : 1];

        thresholds->values[i] = limen_load_number(npy->dtype, cell);
        if (isnan(thresholds->values[i]))
            return limen_fail(error, LIMEN_ERR_ARGUMENT,
                              "threshold %lld is NaN; use inf to predict none", (long long)at);
    }
    return status;
}

static limen_status read_npy(limen_thresholds *thresholds, const char *path,
                             const limen_threshold_target *target, limen_error *error)
{
    limen_rows rows;
    limen_status status = limen_rows_open_file(&rows, path, 0, &thresholds->allocator, error);

    if (status != LIMEN_OK)
        return status;
    status = copy_numbers(thresholds, &rows, target, error);
    limen_rows_close(&rows);
    return status;
}

limen_status limen_thresholds_size(limen_thresholds *thresholds, int64_t width, limen_error *error)
{
    thresholds->values =
        limen_new(&thresholds->allocator, (size_t)width, sizeof *thresholds->values);
    if (!thresholds->values)
        return limen_fail_memory(error, (size_t)width * sizeof *thresholds->values);
    thresholds->info.width = width;
    thresholds->info.values = thresholds->values;
    return LIMEN_OK;
}

static limen_status read_spec(limen_thresholds *thresholds, const char *spec,
                              limen_threshold_target *target, limen_error *error)
{
    if (limen_path_ends(spec, ".json"))
        return limen_thresholds_read_json(thresholds, spec, target, error);
    if (limen_path_ends(spec, ".npy"))
        return read_npy(thresholds, spec, target, error);
    if (strchr(spec, '='))
        return read_by_name(thresholds, spec, target, error);
    return read_list(thresholds, spec, target, error);
}

limen_status limen_thresholds_read(const char *spec, int64_t width, const char *const *labels,
                                   const limen_allocator *allocator, limen_thresholds **thresholds,
                                   const char **file, limen_error *error)
{
    limen_allocator memory = limen_allocator_or_default(allocator);
    limen_threshold_target target = {.width = width, .labels = labels};
    int is_json = limen_path_ends(spec, ".json");
    limen_thresholds *made;
    limen_status status;

    if (file)
        *file = NULL;
    if (width < 0 || (width == 0 && (!is_json || labels)))
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "width is %lld; at least 1 is wanted, or 0 for that of a .json file",
                          (long long)width);
    made = limen_new(&memory, 1, sizeof *made);
    if (!made)
        return limen_fail_memory(error, sizeof *made);
    made->allocator = memory;
    made->info = (limen_thresholds_info){.size = sizeof made->info};
    limen_names_init(&made->names, &memory);
    status = width > 0 ? limen_thresholds_size(made, width, error) : LIMEN_OK;
    if (status == LIMEN_OK)
        status = read_spec(made, spec, &target, error);
    if (status != LIMEN_OK) {
        if (file && (is_json || limen_path_ends(spec, ".npy")) && status != LIMEN_ERR_MEMORY)
            *file = spec;
        limen_thresholds_destroy(made);
        return status;
    }
    *thresholds = made;
    return LIMEN_OK;
}

const limen_thresholds_info *limen_thresholds_describe(const limen_thresholds *thresholds)
{
    return &thresholds->info;
}

void limen_thresholds_destroy(limen_thresholds *thresholds)
{
    limen_allocator allocator;
    size_t width;

    if (!thresholds)
        return;
    allocator = thresholds->allocator;
    width = (size_t)thresholds->info.width;
    limen_names_release(&thresholds->names);
    limen_delete(&allocator, thresholds->values, width, sizeof *thresholds->values);
    limen_delete(&allocator, thresholds->cost_matrix, width * width,
                 sizeof *thresholds->cost_matrix);
    limen_delete(&allocator, thresholds, 1, sizeof *thresholds);
}
