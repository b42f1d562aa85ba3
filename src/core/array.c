#include "core/array.h"

#include <string.h>

const char *limen_dtype_name(limen_dtype dtype)
{
    static const char *const names[LIMEN_DTYPE_COUNT] = {
        [LIMEN_BOOL] = "bool",   [LIMEN_U8] = "uint8",      [LIMEN_I8] = "int8",
        [LIMEN_U16] = "uint16",  [LIMEN_I16] = "int16",     [LIMEN_U32] = "uint32",
        [LIMEN_I32] = "int32",   [LIMEN_U64] = "uint64",    [LIMEN_I64] = "int64",
        [LIMEN_F16] = "float16", [LIMEN_BF16] = "bfloat16", [LIMEN_F32] = "float32",
        [LIMEN_F64] = "float64",
    };

    return dtype > LIMEN_NONE && dtype < LIMEN_DTYPE_COUNT ? names[dtype] : NULL;
}

size_t limen_dtype_size(limen_dtype dtype)
{
    static const unsigned char sizes[LIMEN_DTYPE_COUNT] = {
        [LIMEN_BOOL] = 1, [LIMEN_U8] = 1,  [LIMEN_I8] = 1,  [LIMEN_U16] = 2, [LIMEN_I16] = 2,
        [LIMEN_U32] = 4,  [LIMEN_I32] = 4, [LIMEN_U64] = 8, [LIMEN_I64] = 8, [LIMEN_F16] = 2,
        [LIMEN_BF16] = 2, [LIMEN_F32] = 4, [LIMEN_F64] = 8,
    };

    return dtype > LIMEN_NONE && dtype < LIMEN_DTYPE_COUNT ? sizes[dtype] : 0;
}

limen_view limen_view_rows(const limen_view *view, int64_t first, int64_t rows)
{
    limen_view part = *view;

    if (first > 0)
        part.data += first * view->row_stride;
    part.rows = rows;
    return part;
}

int limen_view_is_row_major(const limen_view *view)
{
    return view->columns <= 1 || view->column_stride == (int64_t)limen_dtype_size(view->dtype);
}

int limen_view_is_flat(const limen_view *view)
{
    int64_t row_bytes = view->columns * (int64_t)limen_dtype_size(view->dtype);

    return limen_view_is_row_major(view) && (view->rows <= 1 || view->row_stride == row_bytes);
}

int limen_view_is_column_major(const limen_view *view)
{
    return view->rows <= 1 || view->row_stride == (int64_t)limen_dtype_size(view->dtype);
}

/* One loop an element size, so that the copy of a cell is a single move. */
#define GATHER(type)                                                         \
    do {                                                                     \
        unsigned char *to = out;                                             \
        for (int64_t row = 0; row < view->rows; row++) {                     \
            const unsigned char *from = view->data + row * view->row_stride; \
            for (int64_t column = 0; column < view->columns; column++) {     \
                memcpy(to, from, sizeof(type));                              \
                to += sizeof(type);                                          \
                from += view->column_stride;                                 \
            }                                                                \
        }                                                                    \
    } while (0)

void limen_view_gather(const limen_view *view, void *out)
{
    size_t size = limen_dtype_size(view->dtype);

    if (view->rows == 0 || view->columns == 0)
        return;
    if (limen_view_is_row_major(view)) {
        size_t row_bytes = (size_t)view->columns * size;

        for (int64_t row = 0; row < view->rows; row++)
            memcpy((unsigned char *)out + (size_t)row * row_bytes,
                   view->data + row * view->row_stride, row_bytes);
        return;
    }
    switch (size) {
    case 1:
        GATHER(uint8_t);
        break;
    case 2:
        GATHER(uint16_t);
        break;
    case 4:
        GATHER(uint32_t);
        break;
    default:
        GATHER(uint64_t);
        break;
    }
}

limen_planes limen_planes_of(const limen_array *array)
{
    int64_t first = array->shape[0];
    int64_t extra = array->shape[2];

    if (extra > first)
        return (limen_planes){
            .planes = first, .rows = extra, .plane_step = extra, .row_step = 1, .swapped = 1};
    return (limen_planes){
        .planes = extra, .rows = first, .plane_step = 1, .row_step = extra, .swapped = 0};
}

limen_view limen_plane_view(const limen_planes *planes, const limen_array *array, int64_t plane)
{
    int64_t extra_stride = array->shape[2] == 1 ? 0 : array->stride[2];
    int64_t plane_stride = planes->swapped ? array->stride[0] : extra_stride;

    return (limen_view){
        .data = (const unsigned char *)array->data + (plane ? plane * plane_stride : 0),
        .dtype = array->dtype,
        .rows = planes->rows,
        .columns = array->shape[1],
        .row_stride = planes->swapped ? extra_stride : array->stride[0],
        .column_stride = array->stride[1],
    };
}
