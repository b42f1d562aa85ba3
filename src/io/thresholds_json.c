/* The limen-thresholds file, version 1:
 *
 *     {"format": "limen-thresholds", "version": 1, "task": "multilabel", "rule": "ge",
 *      "dtype": "float32", "labels": [{"name": "joy", "threshold": 0.5}, ...]}
 *
 * Multiclass has "offset" in place of "threshold"; infinities are the strings "+inf" and "-inf".
 * "top_labels" and "cost_matrix" are rules for whole rows in their place.
 * What else it may hold (objective, intervals, notes) is for people and other programs. */
#include "core/buffer.h"
#include "io/number.h"
#include "io/thresholds.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

static limen_status load_text(const char *path, limen_buffer *text, limen_error *error)
{
    enum { PART = 16 * 1024 };
    limen_file file;
    limen_stream *stream = NULL;
    size_t got = PART;
    limen_status status = limen_file_open(&file, path, error);

    if (status == LIMEN_OK)
        status = limen_stream_open_file(&file, 0, &text->allocator, &stream, error);
    if (status != LIMEN_OK)
        return status;
    while (status == LIMEN_OK && got == PART) {
        char part[PART];

        status = limen_stream_read(stream, part, sizeof part, &got, error);
        if (status == LIMEN_OK)
            limen_buffer_add(text, part, got);
    }
    if (status == LIMEN_OK && text->failed)
        status = limen_fail_memory(error, 0);
    limen_stream_close(stream);
    return status;
}

/* One of a list of words into the value beside it. */
struct word {
    const char *word;
    int value;
};

static limen_status read_word(const json_t *root, const char *key, const struct word *words,
                              int *value, limen_error *error)
{
    const json_t *node = json_object_get(root, key);

    if (!node)
        return LIMEN_OK;
    for (; json_is_string(node) && words->word; words++)
        if (strcmp(json_string_value(node), words->word) == 0) {
            *value = words->value;
            return LIMEN_OK;
        }
    return limen_fail(error, LIMEN_ERR_FORMAT, "\"%s\" is none that this version knows", key);
}

static limen_status read_head(limen_thresholds_info *info, const json_t *root, limen_error *error)
{
    static const struct word tasks[] = {{"binary", LIMEN_BINARY},
                                        {"multiclass", LIMEN_MULTICLASS},
                                        {"multilabel", LIMEN_MULTILABEL},
                                        {NULL, 0}};
    static const struct word rules[] = {{"ge", LIMEN_GE}, {"gt", LIMEN_GT}, {NULL, 0}};
    struct word dtypes[LIMEN_DTYPE_COUNT] = {{NULL, 0}};
    const char *format = json_string_value(json_object_get(root, "format"));
    int task = LIMEN_MULTILABEL;
    int rule = LIMEN_GE;
    int dtype = LIMEN_NONE;
    limen_status status;

    if (!format || strcmp(format, "limen-thresholds") != 0)
        return limen_fail(error, LIMEN_ERR_FORMAT,
                          "is no thresholds file: \"format\" is not \"limen-thresholds\"");
    if (json_integer_value(json_object_get(root, "version")) != 1)
        return limen_fail(error, LIMEN_ERR_UNSUPPORTED,
                          "is a thresholds file of another version than 1");
    for (int i = 1; i < LIMEN_DTYPE_COUNT; i++)
        dtypes[i - 1] = (struct word){limen_dtype_name((limen_dtype)i), i};
    status = read_word(root, "task", tasks, &task, error);
    if (status == LIMEN_OK)
        status = read_word(root, "rule", rules, &rule, error);
    if (status == LIMEN_OK)
        status = read_word(root, "dtype", dtypes, &dtype, error);
    info->from_file = 1;
    info->task = (limen_task)task;
    info->rule = (limen_rule)rule;
    info->dtype = (limen_dtype)dtype;
    return status;
}

static int read_number(const json_t *node, double *value)
{
    if (json_is_number(node)) {
        *value = json_number_value(node);
        return 1;
    }
    return json_is_string(node) &&
           limen_number_read(json_string_value(node), json_string_length(node), value) &&
           isinf(*value);
}

static limen_status read_name(limen_thresholds *thresholds, const json_t *label, int64_t index,
                              limen_error *error)
{
    const json_t *name = json_object_get(label, "name");
    int64_t before = thresholds->names.count;

    if (!name && before == 0)
        return LIMEN_OK;
    if (!json_is_string(name) || before != index)
        return limen_fail(error, LIMEN_ERR_FORMAT,
                          "label %lld has no name, or is the first to have one; name all or none",
                          (long long)index);
    return limen_names_add(&thresholds->names, json_string_value(name), json_string_length(name),
                           error);
}

/* The label of the data that entry `index` of the file is about. */
static limen_status match_label(const limen_thresholds *thresholds,
                                const limen_threshold_target *target, int64_t index, int64_t *place,
                                limen_error *error)
{
    *place = index;
    if (!target->labels || thresholds->names.count == 0)
        return LIMEN_OK;
    *place = limen_threshold_find(target, thresholds->names.items[index]);
    if (*place < 0)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "has a threshold for label \"%.100s\", which the data does not have",
                          thresholds->names.items[index]);
    return LIMEN_OK;
}

static limen_status read_label(limen_thresholds *thresholds, const json_t *label, int64_t index,
                               const limen_threshold_target *target, limen_error *error)
{
    const char *key = thresholds->info.task == LIMEN_MULTICLASS ? "offset" : "threshold";
    int64_t place = 0;
    double value = 0;
    limen_status status = read_name(thresholds, label, index, error);

    if (status == LIMEN_OK)
        status = match_label(thresholds, target, index, &place, error);
    if (status != LIMEN_OK)
        return status;
    if (thresholds->info.top_labels == 0 && !read_number(json_object_get(label, key), &value)) {
        char text[128];

        limen_threshold_label(target, place, text, sizeof text);
        return limen_fail(error, LIMEN_ERR_FORMAT,
                          "%s has no \"%s\" that is a number, \"+inf\" or \"-inf\"", text, key);
    }
    thresholds->values[place] = value;
    return LIMEN_OK;
}

/* "cost_matrix": rows by true classes, in the order of the file's labels. */
static limen_status read_matrix(limen_thresholds *thresholds, const json_t *matrix,
                                const limen_threshold_target *target, limen_error *error)
{
    int64_t width = target->width;
    size_t cells = (size_t)(width * width);

    thresholds->cost_matrix =
        limen_new(&thresholds->allocator, cells, sizeof *thresholds->cost_matrix);
    if (!thresholds->cost_matrix)
        return limen_fail_memory(error, cells * sizeof *thresholds->cost_matrix);
    thresholds->info.cost_matrix = thresholds->cost_matrix;
    for (int64_t i = 0; i < width * width; i++) {
        const json_t *row = json_array_get(matrix, (size_t)(i / width));
        const json_t *cell = json_array_get(row, (size_t)(i % width));
        int64_t actual = 0, predicted = 0;
        limen_status status = match_label(thresholds, target, i / width, &actual, error);

        if (status == LIMEN_OK)
            status = match_label(thresholds, target, i % width, &predicted, error);
        if (status != LIMEN_OK)
            return status;
        if (!json_is_number(cell) || (int64_t)json_array_size(row) != width ||
            (int64_t)json_array_size(matrix) != width)
            return limen_fail(error, LIMEN_ERR_FORMAT,
                              "\"cost_matrix\" is not %lld rows of %lld numbers", (long long)width,
                              (long long)width);
        thresholds->cost_matrix[actual * width + predicted] = json_number_value(cell);
    }
    return LIMEN_OK;
}

/* Rules for whole rows, which make the labels' thresholds void. */
static limen_status check_row_rule(limen_thresholds *thresholds, const json_t *root,
                                   limen_error *error)
{
    const json_t *top = json_object_get(root, "top_labels");
    const json_t *matrix = json_object_get(root, "cost_matrix");
    json_int_t labels = json_integer_value(top);

    if (top && (thresholds->info.task != LIMEN_MULTILABEL || labels < 1 ||
                labels > thresholds->info.width))
        return limen_fail(error, LIMEN_ERR_FORMAT,
                          "\"top_labels\" is a number of labels, from 1 to %lld, of a multilabel "
                          "task",
                          (long long)thresholds->info.width);
    if (matrix && thresholds->info.task != LIMEN_MULTICLASS)
        return limen_fail(error, LIMEN_ERR_FORMAT, "\"cost_matrix\" goes with a multiclass task");
    thresholds->info.top_labels = (int32_t)labels;
    return LIMEN_OK;
}

/* The file's names in the order of the data, and so of the values. */
static void order_names(limen_names *names, const limen_threshold_target *target)
{
    for (int64_t i = 0; target->labels && i < names->count; i++) {
        int64_t found = limen_names_find(names, target->labels[i], strlen(target->labels[i]));
        char *name = names->items[found];

        names->items[found] = names->items[i];
        names->items[i] = name;
    }
}

/* As many labels as the data has, or as there are, where that is asked for. */
static limen_status match_width(limen_thresholds *thresholds, const json_t *labels,
                                limen_threshold_target *target, limen_error *error)
{
    int64_t count = (int64_t)json_array_size(labels);

    if (!json_is_array(labels))
        return limen_fail(error, LIMEN_ERR_FORMAT, "has no array \"labels\"");
    if (count == 0 && target->width == 0)
        return limen_fail(error, LIMEN_ERR_FORMAT, "has no labels");
    if (target->width == 0) {
        target->width = count;
        return limen_thresholds_size(thresholds, count, error);
    }
    if (count != target->width)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "has thresholds for %lld labels, the data has %lld", (long long)count,
                          (long long)target->width);
    return LIMEN_OK;
}

static limen_status read_root(limen_thresholds *thresholds, const json_t *root,
                              limen_threshold_target *target, limen_error *error)
{
    const json_t *labels = json_object_get(root, "labels");
    const json_t *matrix = json_object_get(root, "cost_matrix");
    limen_status status = read_head(&thresholds->info, root, error);

    if (status == LIMEN_OK)
        status = match_width(thresholds, labels, target, error);
    if (status == LIMEN_OK)
        status = check_row_rule(thresholds, root, error);
    for (int64_t i = 0; i < target->width && status == LIMEN_OK; i++)
        status = read_label(thresholds, json_array_get(labels, (size_t)i), i, target, error);
    /* As many labels as the data has, all among its names, and none twice: a perfect match. */
    if (status == LIMEN_OK)
        status = limen_names_check(&thresholds->names, error);
    if (status == LIMEN_OK && matrix)
        status = read_matrix(thresholds, matrix, target, error);
    if (status == LIMEN_OK)
        order_names(&thresholds->names, target);
    if (status == LIMEN_OK && thresholds->names.count > 0)
        thresholds->info.labels = (const char *const *)thresholds->names.items;
    return status;
}

limen_status limen_thresholds_read_json(limen_thresholds *thresholds, const char *path,
                                        limen_threshold_target *target, limen_error *error)
{
    json_error_t fault;
    json_t *root;
    limen_buffer text;
    limen_status status;

    limen_buffer_init(&text, &thresholds->allocator);
    status = load_text(path, &text, error);
    if (status != LIMEN_OK) {
        limen_buffer_release(&text);
        return status;
    }
    root = json_loadb(text.length ? text.bytes : "", text.length, JSON_REJECT_DUPLICATES, &fault);
    limen_buffer_release(&text);
    if (!root)
        return limen_fail_line(error, LIMEN_ERR_FORMAT, fault.line, fault.column,
                               "is not JSON: %.150s", fault.text);
    status = read_root(thresholds, root, target, error);
    json_decref(root);
    return status;
}
