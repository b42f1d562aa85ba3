/* The slow look at single cells, once a kernel has seen that something is wrong among them. */
#include "tally/batch.h"

/* A cell as the error names it. */
struct place {
    limen_input input;
    int64_t row, column;
};

static limen_status fail_target(const limen_tally *tally, const limen_array *targets,
                                const void *cell, struct place place, limen_error *error)
{
    const limen_spec *spec = &tally->spec;
    double value = limen_load_number(targets->dtype, cell);
    const char *advice =
        spec->has_ignore_index ? "" : "; use ignore_index for cells that do not count";

    if (spec->task == LIMEN_MULTICLASS)
        return limen_fail_cell(error, LIMEN_ERR_VALUE, place.input, place.row, place.column,
                               "target is %.17g: classes are whole numbers from 0 to %lld%s", value,
                               (long long)(spec->width - 1), advice);
    return limen_fail_cell(error, LIMEN_ERR_VALUE, place.input, place.row, place.column,
                           "target is %.17g: targets are 0 or 1%s", value, advice);
}

static limen_status fail_score(const limen_tally *tally, const limen_array *scores,
                               const void *cell, struct place place, limen_error *error)
{
    double value = limen_load_number(scores->dtype, cell);

    if (limen_dtype_is_float(scores->dtype))
        return limen_fail_cell(error, LIMEN_ERR_VALUE, place.input, place.row, place.column,
                               "score is NaN: remove it, or let NaN be negative");
    if (tally->spec.task == LIMEN_MULTICLASS)
        return limen_fail_cell(error, LIMEN_ERR_VALUE, place.input, place.row, place.column,
                               "predicted class is %.0f: classes are from 0 to %lld", value,
                               (long long)(tally->spec.width - 1));
    return limen_fail_cell(error, LIMEN_ERR_VALUE, place.input, place.row, place.column,
                           "decision is %.0f: integer scores are decisions, 0 or 1", value);
}

static const void *cell_of(const limen_array *array, int64_t i, int64_t column, int64_t k)
{
    return (const unsigned char *)array->data + i * array->stride[0] + column * array->stride[1] +
           k * array->stride[2];
}

enum target { TARGET_GOOD, TARGET_IGNORED, TARGET_BAD };

static enum target judge_target(const limen_spec *spec, limen_dtype dtype, const void *cell)
{
    int64_t classes = spec->task == LIMEN_MULTICLASS ? spec->width : 2;
    int64_t value;

    if (!limen_load_integer(dtype, cell, &value))
        return TARGET_BAD;
    if (spec->has_ignore_index && value == spec->ignore_index)
        return TARGET_IGNORED;
    return value >= 0 && value < classes ? TARGET_GOOD : TARGET_BAD;
}

static int score_is_bad(const limen_spec *spec, limen_dtype dtype, const void *cell)
{
    int64_t classes = spec->task == LIMEN_MULTICLASS ? spec->width : 2;
    int64_t value;

    if (limen_dtype_is_float(dtype))
        return spec->nan == LIMEN_NAN_ERROR && isnan(limen_load_number(dtype, cell));
    return !limen_load_integer(dtype, cell, &value) || value < 0 || value >= classes;
}

/* Columns of sample (i, k): the first column at fault, or -1. */
static int64_t find_in_row(const limen_tally *tally, const limen_batch *batch, int64_t i, int64_t k,
                           int64_t column, int64_t columns, limen_input *input)
{
    const limen_spec *spec = &tally->spec;
    int row_target = spec->task == LIMEN_MULTICLASS;
    int has_targets = limen_array_present(&batch->targets);
    enum target target = TARGET_GOOD;

    for (int64_t j = column; j < column + columns; j++) {
        if (has_targets && (!row_target || j == column))
            target = judge_target(spec, batch->targets.dtype,
                                  cell_of(&batch->targets, i, row_target ? 0 : j, k));
        *input = LIMEN_INPUT_TARGETS;
        if (target == TARGET_BAD)
            return row_target ? 0 : j;
        *input = LIMEN_INPUT_SCORES;
        if (target == TARGET_GOOD &&
            score_is_bad(spec, batch->scores.dtype, cell_of(&batch->scores, i, j, k)))
            return j;
    }
    return -1;
}

limen_status limen_batch_find_fault(const limen_tally *tally, const limen_checked_batch *checked,
                                    limen_error *error)
{
    const limen_batch *batch = checked->batch;
    int64_t extra = batch->scores.shape[2];

    for (int64_t sample = 0; sample < checked->samples; sample++) {
        int64_t i = sample / extra;
        int64_t k = sample % extra;
        struct place place = {LIMEN_INPUT_NONE, checked->row_offset + sample, 0};

        place.column = find_in_row(tally, batch, i, k, 0, batch->scores.shape[1], &place.input);
        if (place.column < 0)
            continue;
        if (place.input == LIMEN_INPUT_SCORES)
            return fail_score(tally, &batch->scores, cell_of(&batch->scores, i, place.column, k),
                              place, error);
        return fail_target(tally, &batch->targets, cell_of(&batch->targets, i, place.column, k),
                           place, error);
    }
    return LIMEN_OK;
}

int limen_batch_has_fault(const limen_tally *tally, const limen_checked_batch *checked,
                          int64_t plane, int64_t row, int64_t rows, int64_t column, int64_t columns)
{
    const limen_planes *planes = &checked->planes;
    limen_input input;

    for (int64_t r = row; r < row + rows; r++) {
        int64_t i = planes->swapped ? plane : r;
        int64_t k = planes->swapped ? r : plane;

        if (find_in_row(tally, checked->batch, i, k, column, columns, &input) >= 0)
            return 1;
    }
    return 0;
}
