/* Views of arrays, and a batch as a row of two-dimensional planes. */
#ifndef LIMEN_CORE_ARRAY_H
#define LIMEN_CORE_ARRAY_H

#include "limen.h"

/* Present: has a dtype. (An array of no elements may have data NULL.) */
static inline int limen_array_present(const limen_array *array)
{
    return array->dtype != LIMEN_NONE;
}

static inline int limen_dtype_is_float(limen_dtype dtype)
{
    return dtype >= LIMEN_F16 && dtype <= LIMEN_F64;
}

static inline int limen_dtype_is_integer(limen_dtype dtype)
{
    return dtype >= LIMEN_BOOL && dtype <= LIMEN_I64;
}

/* Samples of an array: shape[0] * shape[2]. */
static inline int64_t limen_array_samples(const limen_array *array)
{
    return array->shape[0] * array->shape[2];
}

/* rows x columns elements of one dtype, any strides in bytes. */
typedef struct limen_view {
    const unsigned char *data;
    limen_dtype dtype;
    int64_t rows, columns;
    int64_t row_stride, column_stride;
} limen_view;

static inline const void *limen_view_cell(const limen_view *view, int64_t row, int64_t column)
{
    return view->data + row * view->row_stride + column * view->column_stride;
}

/* Rows first <= row < first + rows of a view. */
limen_view limen_view_rows(const limen_view *view, int64_t first, int64_t rows);

/* Elements of a row lie side by side / of the whole view, row after row. */
int limen_view_is_row_major(const limen_view *view);
int limen_view_is_flat(const limen_view *view);
/* Elements of a column lie side by side. */
int limen_view_is_column_major(const limen_view *view);

/* Copies the view to `out`, row after row without gaps. */
void limen_view_gather(const limen_view *view, void *out);

/* An array with axes (sample, label, extra) is a row of planes over the shorter one of axes 0 and
 * 2; the longer one gives a plane's rows. Row `row` of plane `plane` is sample plane * plane_step +
 * row * row_step. */
typedef struct limen_planes {
    int64_t planes, rows;
    int64_t plane_step, row_step;
    int swapped; /* rows run over axis 2 */
} limen_planes;

limen_planes limen_planes_of(const limen_array *array);

/* One plane of an array that has the samples of `planes`; its axis 2 may be 1 (the value stands for
 * all of its row: weights and groups). */
limen_view limen_plane_view(const limen_planes *planes, const limen_array *array, int64_t plane);

#endif
