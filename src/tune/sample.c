#include "tune/sample.h"

#include "core/array.h"
#include "core/numeric.h"
#include "core/status.h"

#include <math.h>
#include <string.h>

#define MOST_ROWS 16384
#define LEAST_ROWS 1024
#define ROWS_AHEAD 8             /* that memory is asked for */
#define CELLS ((int64_t)1 << 19) /* of all labels, unless they have the least */

limen_status limen_sample_create(const limen_allocator *allocator, int64_t width, int64_t rows,
                                 limen_sample *sample, limen_error *error)
{
    size_t cells;

    *sample = (limen_sample){.width = width, .capacity = MOST_ROWS, .step = 1};
    while (sample->capacity > LEAST_ROWS &&
           (sample->capacity > rows || sample->capacity * width > CELLS))
        sample->capacity /= 2;
    sample->limit = sample->capacity;
    cells = (size_t)(sample->capacity * width);
    sample->scores = limen_new_raw(allocator, cells, sizeof(double));
    sample->truth = limen_new_raw(allocator, cells, 1);
    if (sample->scores && sample->truth)
        return LIMEN_OK;
    limen_sample_release(allocator, sample);
    return limen_fail_memory(error, cells * sizeof(double));
}

void limen_sample_release(const limen_allocator *allocator, limen_sample *sample)
{
    size_t cells = (size_t)(sample->capacity * sample->width);

    limen_delete(allocator, sample->scores, cells, sizeof(double));
    limen_delete(allocator, sample->truth, cells, 1);
    *sample = (limen_sample){.width = 0};
}

/* Every other row goes. */
static void thin(limen_sample *sample)
{
    size_t size = limen_dtype_size(sample->dtype);

    for (int64_t label = 0; label < sample->width; label++) {
        unsigned char *scores = sample->scores + (size_t)(label * sample->capacity) * size;
        uint8_t *truth = sample->truth + label * sample->capacity;

        for (int64_t row = 1; row < sample->rows / 2; row++) {
            memcpy(scores + (size_t)row * size, scores + (size_t)(2 * row) * size, size);
            truth[row] = truth[2 * row];
        }
    }
    sample->rows /= 2;
    sample->step *= 2;
}

/* Targets are checked by who counts them. */
static uint8_t truth_of(const limen_view *targets, int64_t row, int64_t label)
{
    double value = limen_load_number(targets->dtype, limen_view_cell(targets, row, label));

    return value == 0.0 ? 0 : value == 1.0 ? 1 : LIMEN_SAMPLE_NOTHING;
}

static void keep(limen_sample *sample, const limen_view *scores, const limen_view *targets,
                 int64_t row)
{
    size_t size = limen_dtype_size(sample->dtype);

    for (int64_t label = 0; label < sample->width; label++) {
        int64_t at = label * sample->capacity + sample->rows;
        const void *cell = limen_view_cell(scores, row, label);
        int number = !isnan(limen_load_number(sample->dtype, cell));

        memcpy(sample->scores + (size_t)at * size, cell, size);
        sample->truth[at] = number ? truth_of(targets, row, label) : LIMEN_SAMPLE_NOTHING;
    }
    sample->rows++;
}

void limen_sample_shrink(limen_sample *sample)
{
    sample->limit = sample->capacity / 4;
    while (sample->rows >= sample->limit)
        thin(sample);
}

void limen_sample_add(limen_sample *sample, const limen_checked_batch *batch)
{
    const limen_planes *planes = &batch->planes;

    sample->dtype = batch->score_dtype;
    while (sample->rows == 0 && sample->step * sample->capacity < batch->samples)
        sample->step *= 2;
    for (int64_t plane = 0; plane < planes->planes && batch->samples > 0; plane++) {
        limen_view scores = limen_plane_view(planes, &batch->batch->scores, plane);
        limen_view targets = limen_plane_view(planes, &batch->batch->targets, plane);
        int64_t row = sample->next;

        for (; row < planes->rows; row += sample->step) {
            if (sample->rows == sample->limit)
                thin(sample);
            if (row + ROWS_AHEAD * sample->step < planes->rows) {
                int64_t next = row + ROWS_AHEAD * sample->step;

                __builtin_prefetch(limen_view_cell(&scores, next, 0));
                __builtin_prefetch(limen_view_cell(&targets, next, 0));
            }
            keep(sample, &scores, &targets, row);
        }
        sample->next = row - planes->rows;
    }
}
