/* Random batches of any dtype and layout beside the plain numbers that they hold, and what a loop
 * over single cells counts in them: the oracle of the tally's tests. */
#ifndef LIMEN_TESTS_PROBLEM_H
#define LIMEN_TESTS_PROBLEM_H

#include "core/array.h"
#include "core/numeric.h"
#include "limen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Random numbers ------------------------------------------------------------------------ */

struct generator {
    uint64_t state;
};

static inline uint64_t random_bits(struct generator *random)
{
    uint64_t z = (random->state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* 0 <= result < n. */
static inline int64_t random_below(struct generator *random, int64_t n)
{
    return (int64_t)(random_bits(random) % (uint64_t)n);
}

static inline double random_unit(struct generator *random)
{
    return (double)(random_bits(random) >> 11) * 0x1p-53;
}

/* ---- Arrays -------------------------------------------------------------------------------- */

enum layout {
    LAYOUT_C,
    LAYOUT_FORTRAN,
    LAYOUT_SLICED,    /* every second column of every third row, not aligned */
    LAYOUT_NEGATIVE,  /* both axes run backwards */
    LAYOUT_BROADCAST, /* one row stands for all: stride 0 */
    LAYOUT_COUNT
};

static inline void store_cell(limen_dtype dtype, void *cell, double value)
{
    int8_t i8 = (int8_t)value;
    int16_t i16 = (int16_t)value;
    int32_t i32 = (int32_t)value;
    int64_t i64 = (int64_t)value;
    uint16_t bits;
    float f32 = (float)value;

    switch (dtype) {
    case LIMEN_F16:
    case LIMEN_BF16:
        bits = dtype == LIMEN_F16 ? limen_double_to_half(value) : limen_double_to_bfloat(value);
        memcpy(cell, &bits, sizeof bits);
        break;
    case LIMEN_F32:
        memcpy(cell, &f32, sizeof f32);
        break;
    case LIMEN_F64:
        memcpy(cell, &value, sizeof value);
        break;
    default:
        if (limen_dtype_size(dtype) == 1)
            memcpy(cell, &i8, 1);
        else if (limen_dtype_size(dtype) == 2)
            memcpy(cell, &i16, 2);
        else if (limen_dtype_size(dtype) == 4)
            memcpy(cell, &i32, 4);
        else
            memcpy(cell, &i64, 8);
    }
}

/* An array in its own memory, which is exactly as large as the layout needs. */
struct stored {
    limen_array array;
    unsigned char *memory;
};

/* Stores rows x columns numbers, row i * extra + k of which is element (i, :, k). */
static inline struct stored store_array(const double *values, int64_t rows, int64_t columns,
                                        int64_t extra, limen_dtype dtype, enum layout layout)
{
    int64_t size = (int64_t)limen_dtype_size(dtype);
    int64_t n = rows / extra;
    struct stored to = {.array = {.dtype = dtype, .shape = {n, columns, extra}}};
    int64_t *stride = to.array.stride;
    size_t offset = 0;
    size_t bytes = (size_t)(rows * columns * size);

    stride[2] = size;
    stride[1] = extra * size;
    stride[0] = columns * extra * size;
    if (layout == LAYOUT_FORTRAN) {
        stride[0] = size;
        stride[1] = n * size;
        stride[2] = n * columns * size;
    } else if (layout == LAYOUT_SLICED) {
        stride[2] = size;
        stride[1] = 2 * extra * size;
        stride[0] = 3 * 2 * columns * extra * size;
        offset = 1;
        bytes = (size_t)(6 * rows * columns * size) + 1;
    } else if (layout == LAYOUT_NEGATIVE && rows && columns) {
        offset = (size_t)((n - 1) * stride[0] + (columns - 1) * stride[1]);
        stride[0] = -stride[0];
        stride[1] = -stride[1];
    } else if (layout == LAYOUT_BROADCAST) {
        stride[0] = 0;
    }
    to.memory = malloc(bytes ? bytes : 1);
    to.array.data = to.memory + offset;
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t column = 0; column < columns; column++)
            store_cell(dtype,
                       to.memory + offset + (row / extra) * stride[0] + column * stride[1] +
                           (row % extra) * stride[2],
                       values[row * columns + column]);
    }
    return to;
}

/* ---- A problem ----------------------------------------------------------------------------- */

struct problem {
    limen_spec spec;
    double *thresholds;
    int64_t rows, columns, extra; /* columns of the scores */
    double *scores, *targets, *weights, *groups;
    struct stored stored_scores, stored_targets, stored_weights, stored_groups;
    limen_batch batch;
};

static inline double *new_numbers(int64_t count)
{
    return calloc((size_t)(count > 0 ? count : 1), sizeof(double));
}

/* Multiples of 1/16 from -0.25 to 1.25, which every dtype has, with many ties; sometimes an
 * infinity or -0.0. */
static inline double random_score(struct generator *random)
{
    static const double odd[] = {INFINITY, -INFINITY, -0.0, 0.0};
    int64_t pick = random_below(random, 60);

    return pick < 4 ? odd[pick] : (double)random_below(random, 25) / 16.0 - 0.25;
}

/* Makes all rows of an array that is broadcast alike. */
static inline void repeat_first(double *values, int64_t rows, int64_t columns, int64_t extra)
{
    for (int64_t row = extra; row < rows; row++)
        memcpy(values + row * columns, values + row % extra * columns,
               (size_t)columns * sizeof *values);
}

static inline void fill_scores(struct problem *problem, struct generator *random, limen_dtype dtype,
                               int nan)
{
    int64_t classes = problem->spec.task == LIMEN_MULTICLASS ? problem->spec.width : 2;

    for (int64_t i = 0; i < problem->rows * problem->columns; i++) {
        problem->scores[i] = limen_dtype_is_float(dtype)
                                 ? random_score(random)
                                 : (double)random_below(random, dtype == LIMEN_BOOL ? 2 : classes);
        if (nan && random_below(random, 40) == 0)
            problem->scores[i] = NAN;
    }
}

static inline void fill_targets(struct problem *problem, struct generator *random, int64_t columns)
{
    const limen_spec *spec = &problem->spec;
    int64_t classes = spec->task == LIMEN_MULTICLASS ? spec->width : 2;

    for (int64_t i = 0; i < problem->rows * columns; i++) {
        problem->targets[i] = (double)random_below(random, classes);
        if (spec->has_ignore_index && random_below(random, 5) == 0)
            problem->targets[i] = (double)spec->ignore_index;
    }
}

/* Fills a struct problem whose spec and shape are set. dtypes and layouts are the caller's; a
 * broadcast needs rows that repeat. */
static inline void make_problem(struct problem *problem, struct generator *random,
                                limen_dtype scores, limen_dtype targets, enum layout score_layout,
                                enum layout target_layout)
{
    const limen_spec *spec = &problem->spec;
    int predicted = spec->task == LIMEN_MULTICLASS && !limen_dtype_is_float(scores);
    int64_t target_columns = spec->task == LIMEN_MULTICLASS ? 1 : spec->width;
    int64_t rows = problem->rows;
    int64_t extra = problem->extra;

    problem->columns = predicted ? 1 : spec->width;
    problem->scores = new_numbers(rows * problem->columns);
    problem->targets = new_numbers(rows * target_columns);
    problem->weights = new_numbers(rows);
    problem->groups = new_numbers(rows);
    fill_scores(problem, random, scores,
                spec->nan == LIMEN_NAN_NEGATIVE && limen_dtype_is_float(scores));
    fill_targets(problem, random, target_columns);
    if (score_layout == LAYOUT_BROADCAST)
        repeat_first(problem->scores, rows, problem->columns, extra);
    if (target_layout == LAYOUT_BROADCAST)
        repeat_first(problem->targets, rows, target_columns, extra);
    for (int64_t row = 0; row < rows; row++) {
        problem->weights[row] = random_below(random, 8) ? random_unit(random) * 3.0 : 0.0;
        problem->groups[row] = spec->groups ? (double)random_below(random, spec->groups) : 0.0;
    }
    problem->stored_scores =
        store_array(problem->scores, rows, problem->columns, extra, scores, score_layout);
    problem->stored_targets =
        store_array(problem->targets, rows, target_columns, extra, targets, target_layout);
    problem->stored_weights = store_array(problem->weights, rows, 1, extra, LIMEN_F64, LAYOUT_C);
    problem->stored_groups = store_array(problem->groups, rows, 1, extra, LIMEN_I32, LAYOUT_C);
    problem->batch = (limen_batch){.size = sizeof problem->batch,
                                   .scores = problem->stored_scores.array,
                                   .targets = problem->stored_targets.array};
    if (spec->weighted)
        problem->batch.weights = problem->stored_weights.array;
    if (spec->groups)
        problem->batch.groups = problem->stored_groups.array;
}

static inline void free_problem(struct problem *problem)
{
    free(problem->thresholds);
    free(problem->scores);
    free(problem->targets);
    free(problem->weights);
    free(problem->groups);
    free(problem->stored_scores.memory);
    free(problem->stored_targets.memory);
    free(problem->stored_weights.memory);
    free(problem->stored_groups.memory);
}

/* sets x width thresholds among the scores' values, now and then infinite. */
static inline void random_thresholds(struct problem *problem, struct generator *random)
{
    limen_spec *spec = &problem->spec;
    int64_t count = spec->sets * spec->width;

    problem->thresholds = new_numbers(count);
    for (int64_t i = 0; i < count; i++) {
        problem->thresholds[i] = (double)random_below(random, 25) / 16.0 - 0.25;
        if (spec->task != LIMEN_MULTICLASS && random_below(random, 12) == 0)
            problem->thresholds[i] = random_below(random, 2) ? INFINITY : -INFINITY;
    }
    spec->thresholds = problem->thresholds;
    spec->threshold_count = count;
}

/* Samples first <= i < first + count of axis 0 of a batch. */
static inline limen_batch part_of(const limen_batch *batch, int64_t first, int64_t count)
{
    limen_batch part = *batch;
    limen_array *arrays[] = {&part.scores, &part.targets, &part.weights, &part.groups};

    for (int i = 0; i < 4; i++) {
        if (!limen_array_present(arrays[i]))
            continue;
        arrays[i]->data = (const unsigned char *)arrays[i]->data + first * arrays[i]->stride[0];
        arrays[i]->shape[0] = count;
    }
    part.row_offset += first * batch->scores.shape[2];
    return part;
}

/* ---- The oracle ---------------------------------------------------------------------------- */

/* The decision on a score, straight from the definition. */
static inline int decide(const limen_spec *spec, limen_dtype dtype, double score, double threshold)
{
    if (!limen_dtype_is_float(dtype))
        return score != 0.0;
    if (isnan(score))
        return 0;
    if (spec->logits)
        threshold = limen_logit(threshold);
    threshold = limen_round_to(dtype, threshold);
    if (isinf(threshold))
        return threshold < 0;
    return spec->rule == LIMEN_GT ? score > threshold : score >= threshold;
}

static inline double threshold_of(const limen_spec *spec, int64_t set, int64_t label)
{
    if (spec->threshold_count == 0)
        return spec->task == LIMEN_MULTICLASS ? 0.0 : 0.5;
    return spec->thresholds[spec->threshold_count == 1 ? 0 : set * spec->width + label];
}

static inline int is_ignored(const limen_spec *spec, double target)
{
    return spec->has_ignore_index && target == (double)spec->ignore_index;
}

/* The weight of a row in a group (-1: any), 0 when it is in another. */
static inline double row_weight(const struct problem *problem, int64_t row, int64_t group)
{
    if (group >= 0 && problem->groups[row] != (double)group)
        return 0.0;
    return problem->spec.weighted ? problem->weights[row] : 1.0;
}

static inline limen_counts count_label(const struct problem *problem, int64_t set, int64_t group,
                                       int64_t label)
{
    const limen_spec *spec = &problem->spec;
    limen_dtype dtype = problem->batch.scores.dtype;
    limen_sum sums[4] = {{0.0, 0.0}};

    for (int64_t row = 0; row < problem->rows; row++) {
        double target = problem->targets[row * spec->width + label];
        double score = problem->scores[row * spec->width + label];
        int decision = decide(spec, dtype, score, threshold_of(spec, set, label));

        if (!is_ignored(spec, target))
            limen_sum_add(&sums[decision * 2 + (target == 1.0)], row_weight(problem, row, group));
    }
    return (limen_counts){.tp = limen_sum_of(&sums[3]),
                          .fp = limen_sum_of(&sums[2]),
                          .fn = limen_sum_of(&sums[1]),
                          .tn = limen_sum_of(&sums[0])};
}

#endif
