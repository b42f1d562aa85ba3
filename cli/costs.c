#include "costs.h"

#include "items.h"
#include "message.h"

#include <stdlib.h>
#include <string.h>

/* ---- Lists ------------------------------------------------------------------------------------
 */

static const char *behind_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

/* "fn=5" into the place of its name. */
static int read_cost(const char *text, double row[4])
{
    static const char *const names[4] = {"tp", "fp", "tn", "fn"};

    for (int k = 0; k < 4; k++) {
        const char *sign = strncmp(text, names[k], 2) == 0 ? behind_blanks(text + 2) : "";

        if (*sign == '=' && parse_number(behind_blanks(sign + 1), &row[k]))
            return 0;
    }
    return say_usage("--cost takes tp, fp, tn and fn with a number, such as fp=1,fn=5; not \"%s\"",
                     text);
}

static int fill_rows(const struct item_list *list, double *costs, int64_t rows)
{
    int status = 0;

    for (int named = 0; named < 2; named++) {
        for (size_t i = 0; i < list->count && !status; i++) {
            const struct item *item = &list->items[i];

            for (int64_t row = 0; row < rows && !status; row++)
                if ((item->label >= 0) == named && (!named || item->label == row))
                    status = read_cost(item->text, costs + 4 * row);
        }
    }
    return status;
}

int costs_read(const struct text_list *lists, int64_t width, const char *const *labels,
               double **costs, int64_t *rows)
{
    struct item_list list;
    int status = items_read("cost", lists, width, labels, &list);

    *costs = NULL;
    *rows = list.count > 0;
    for (size_t i = 0; i < list.count; i++)
        if (list.items[i].label >= 0)
            *rows = width;
    if (!status && *rows) {
        *costs = calloc((size_t)*rows, 4 * sizeof **costs);
        status = *costs ? fill_rows(&list, *costs, *rows) : say_failure("out of memory");
    }
    items_release(&list);
    return status;
}

int costs_read_plain(const char *text, double costs[4])
{
    const struct text_list lists = {&text, 1};
    struct item_list list;
    int status = items_read("cost", &lists, 0, NULL, &list);

    memset(costs, 0, 4 * sizeof *costs);
    if (!status)
        status = fill_rows(&list, costs, 1);
    items_release(&list);
    return status;
}

/* ---- Matrix -----------------------------------------------------------------------------------
 */

static double load_cell(const limen_array *array, int64_t row, int64_t column)
{
    const char *cell =
        (const char *)array->data + row * array->stride[0] + column * array->stride[1];
    float single;
    double number;

    if (array->dtype == LIMEN_F32) {
        memcpy(&single, cell, sizeof single);
        return (double)single;
    }
    memcpy(&number, cell, sizeof number);
    return number;
}

/* Where a column of the file stands among the classes. */
static int place_class(const struct input *input, const limen_source_info *info, const char *path,
                       int64_t column, int64_t *place)
{
    *place = column;
    if (!info->labels || !input->labels)
        return 0;
    for (*place = 0; *place < input->spec.width; ++*place)
        if (strcmp(input->labels[*place], info->labels[column]) == 0)
            return 0;
    return say_failure("%s: no class is called \"%s\"", path, info->labels[column]);
}

static int copy_rows(const limen_array *rows, int64_t first, const struct input *input,
                     const limen_source_info *info, const char *path, double *matrix)
{
    int64_t width = input->spec.width;

    if (first + rows->shape[0] > width)
        return say_failure("%s: more rows than the %lld classes", path, (long long)width);
    for (int64_t i = 0; i < rows->shape[0]; i++) {
        for (int64_t k = 0; k < width; k++) {
            int64_t row, column;
            int status = place_class(input, info, path, first + i, &row);

            if (!status)
                status = place_class(input, info, path, k, &column);
            if (status)
                return status;
            matrix[row * width + column] = load_cell(rows, i, k);
        }
    }
    return 0;
}

static int read_rows(limen_source *source, const struct input *input, const char *path,
                     double *matrix)
{
    const limen_source_info *info = limen_source_describe(source);
    int64_t done = 0;
    int status = 0;

    if (info->width != input->spec.width ||
        (info->scores != LIMEN_F32 && info->scores != LIMEN_F64))
        return say_failure("%s: a matrix of float32 or float64 with %lld columns is wanted, one a "
                           "class",
                           path, (long long)input->spec.width);
    for (;;) {
        limen_batch batch;
        limen_error error;

        if (limen_source_next(source, &batch, &error) != LIMEN_OK)
            return say_error(path, &error);
        if (batch.scores.shape[0] == 0)
            break;
        status = copy_rows(&batch.scores, done, input, info, path, matrix);
        if (status)
            return status;
        done += batch.scores.shape[0];
    }
    if (done < input->spec.width)
        return say_failure("%s: %lld rows for %lld classes", path, (long long)done,
                           (long long)input->spec.width);
    return 0;
}

int cost_matrix_read(const char *path, const struct input *input, double **matrix)
{
    const char *ending = strrchr(path, '.');
    int is_npy = ending && strcmp(ending, ".npy") == 0;
    limen_source_options options = {.size = sizeof options,
                                    .scores = is_npy ? path : NULL,
                                    .table = is_npy ? NULL : path,
                                    .score_columns = is_npy ? NULL : "*",
                                    .without_targets = 1};
    size_t width = (size_t)input->spec.width;
    limen_source *source;
    limen_error error;
    int status;

    *matrix = NULL;
    if (input->spec.task != LIMEN_MULTICLASS)
        return say_usage("--cost-matrix is for a multiclass task; use --cost");
    if (limen_source_open(&options, NULL, &source, NULL, &error) != LIMEN_OK)
        return say_error(path, &error);
    *matrix = calloc(width * width, sizeof **matrix);
    status = *matrix ? read_rows(source, input, path, *matrix) : say_failure("out of memory");
    limen_source_close(source);
    return status;
}
