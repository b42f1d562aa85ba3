/* The Arrow C data interface (arrays and streams by PyCapsule). A column is one dimension; a
 * struct, which is what tables and record batches are, has its columns as labels; a fixed-size list
 * its elements. One chunk of one primitive column or fixed-size list is used in place, anything
 * else is copied. */
#include "ingest.h"

#include <stdlib.h>
#include <string.h>

struct ArrowSchema {
    const char *format, *name, *metadata;
    int64_t flags, n_children;
    struct ArrowSchema **children, *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length, null_count, offset, n_buffers, n_children;
    const void **buffers;
    struct ArrowArray **children, *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

/* What a schema says: `columns` primitive columns of one dtype, as children, as a list, or itself.
 */
struct layout {
    enum { PRIMITIVE, LIST, STRUCT } kind;
    limen_dtype dtype; /* BOOL is a bitmap in Arrow */
    int64_t columns;
};

static limen_dtype dtype_of_format(const char *format)
{
    static const char letters[] = "bCcSsIiLlefg";
    static const limen_dtype dtypes[] = {LIMEN_BOOL, LIMEN_U8,  LIMEN_I8,  LIMEN_U16,
                                         LIMEN_I16,  LIMEN_U32, LIMEN_I32, LIMEN_U64,
                                         LIMEN_I64,  LIMEN_F16, LIMEN_F32, LIMEN_F64};
    const char *found = format[0] && !format[1] ? strchr(letters, format[0]) : NULL;

    return found ? dtypes[found - letters] : LIMEN_NONE;
}

static int read_layout(const struct ArrowSchema *schema, const char *argument,
                       struct layout *layout)
{
    *layout = (struct layout){.kind = PRIMITIVE, .columns = 1};
    if (strcmp(schema->format, "+s") == 0) {
        layout->kind = STRUCT;
        layout->columns = schema->n_children;
    } else if (strncmp(schema->format, "+w:", 3) == 0) {
        layout->kind = LIST;
        layout->columns = strtoll(schema->format + 3, NULL, 10);
    } else {
        layout->dtype = dtype_of_format(schema->format);
    }
    for (int64_t i = 0; layout->kind != PRIMITIVE && i < schema->n_children; i++) {
        limen_dtype dtype = dtype_of_format(schema->children[i]->format);

        if (i > 0 && dtype != layout->dtype) {
            PyErr_Format(
                PyExc_TypeError,
                "%s has columns of different types ('%s' is not of the first column's): cast "
                "them to one",
                argument, schema->children[i]->name ? schema->children[i]->name : "");
            return -1;
        }
        layout->dtype = dtype;
    }
    if (layout->dtype == LIMEN_NONE) {
        PyErr_Format(PyExc_TypeError, "%s has Arrow type '%s', which is not a number", argument,
                     schema->format);
        return -1;
    }
    return 0;
}

/* The array of one column of a chunk, and where it starts in it. */
static const struct ArrowArray *column_of(const struct ArrowArray *chunk,
                                          const struct layout *layout, int64_t column,
                                          int64_t *start)
{
    if (layout->kind == STRUCT) {
        *start = chunk->offset + chunk->children[column]->offset;
        return chunk->children[column];
    }
    if (layout->kind == LIST) {
        *start = chunk->children[0]->offset + chunk->offset * layout->columns;
        return chunk->children[0];
    }
    *start = chunk->offset;
    return chunk;
}

static int bit_at(const void *bitmap, int64_t index)
{
    return ((const unsigned char *)bitmap)[index >> 3] >> (index & 7) & 1;
}

static int refuse_null(const char *argument, int64_t row, int64_t column)
{
    PyErr_Format(PyExc_ValueError,
                 "%s is null at row %lld, column %lld: fill nulls, or drop their rows", argument,
                 (long long)row, (long long)column);
    return -1;
}

static int check_nulls(const struct ArrowArray *array, int64_t start, int64_t count,
                       const char *argument, int64_t row, int64_t column)
{
    if (array->null_count == 0 || !array->n_buffers || !array->buffers[0])
        return 0;
    for (int64_t i = 0; i < count; i++)
        if (!bit_at(array->buffers[0], start + i))
            return refuse_null(argument, row + i, column);
    return 0;
}

static int check_chunk(const struct ArrowArray *chunk, const struct layout *layout,
                       const char *argument, int64_t row)
{
    int64_t arrays = layout->kind == STRUCT ? layout->columns : 1;
    int64_t start;

    if (check_nulls(chunk, chunk->offset, chunk->length, argument, row, 0) < 0)
        return -1;
    for (int64_t column = 0; layout->kind != PRIMITIVE && column < arrays; column++) {
        const struct ArrowArray *array = column_of(chunk, layout, column, &start);
        int64_t count = layout->kind == LIST ? chunk->length * layout->columns : chunk->length;

        if (check_nulls(array, start, count, argument, row, column) < 0)
            return -1;
    }
    return 0;
}

/* Row-major copy of a chunk at `out`. */
static void copy_chunk(const struct ArrowArray *chunk, const struct layout *layout,
                       unsigned char *out)
{
    size_t size = limen_dtype_size(layout->dtype);
    int64_t step = layout->kind == LIST ? layout->columns : 1;

    for (int64_t column = 0; column < layout->columns; column++) {
        int64_t start;
        const struct ArrowArray *array = column_of(chunk, layout, column, &start);
        const unsigned char *values = array->n_buffers > 1 ? array->buffers[1] : NULL;

        if (layout->kind == LIST)
            start += column;
        for (int64_t row = 0; row < chunk->length; row++) {
            unsigned char *to = out + (size_t)(row * layout->columns + column) * size;
            int64_t index = start + row * step;

            if (layout->dtype == LIMEN_BOOL)
                *to = (unsigned char)bit_at(values, index);
            else
                memcpy(to, values + (size_t)index * size, size);
        }
    }
}

static void set_shape(limen_tensor *tensor, const struct layout *layout, int64_t rows)
{
    tensor->dtype = layout->dtype;
    tensor->ndim = layout->kind == PRIMITIVE ? 1 : 2;
    tensor->shape[0] = rows;
    tensor->shape[1] = layout->columns;
    limen_tensor_pack(tensor);
}

/* In place: a chunk with one run of values. */
static int use_in_place(const struct ArrowArray *chunk, const struct layout *layout,
                        PyObject *owner, limen_tensor *tensor)
{
    int64_t start;
    const struct ArrowArray *array = column_of(chunk, layout, 0, &start);
    const unsigned char *values = array->n_buffers > 1 ? array->buffers[1] : NULL;

    set_shape(tensor, layout, chunk->length);
    tensor->data = values ? values + (size_t)start * limen_dtype_size(layout->dtype) : NULL;
    limen_tensor_hold(tensor, owner);
    return 1;
}

static int copy_chunks(struct ArrowArray *const *chunks, int64_t count, int64_t rows,
                       const struct layout *layout, limen_tensor *tensor)
{
    unsigned char *out = limen_tensor_own(tensor, layout->dtype, rows * layout->columns);

    if (!out)
        return -1;
    for (int64_t i = 0; i < count; i++) {
        copy_chunk(chunks[i], layout, out);
        out += (size_t)(chunks[i]->length * layout->columns) * limen_dtype_size(layout->dtype);
    }
    set_shape(tensor, layout, rows);
    return 1;
}

static int take_array(PyObject *pair, const char *argument, limen_tensor *tensor)
{
    PyObject *capsules[2] = {NULL, NULL};
    struct ArrowSchema *schema;
    struct ArrowArray *array;
    struct layout layout;

    if (!PyTuple_Check(pair) || PyTuple_Size(pair) != 2) {
        PyErr_Format(PyExc_TypeError, "%s: __arrow_c_array__ gave no pair of capsules", argument);
        return -1;
    }
    for (int i = 0; i < 2; i++)
        capsules[i] = PyTuple_GetItem(pair, i);
    schema = PyCapsule_GetPointer(capsules[0], "arrow_schema");
    array = schema ? PyCapsule_GetPointer(capsules[1], "arrow_array") : NULL;
    if (!array || read_layout(schema, argument, &layout) < 0 ||
        check_chunk(array, &layout, argument, 0) < 0)
        return -1;
    if (layout.kind != STRUCT && layout.dtype != LIMEN_BOOL)
        return use_in_place(array, &layout, pair, tensor);
    return copy_chunks(&array, 1, array->length, &layout, tensor);
}

struct chunk_list {
    struct ArrowArray **chunks;
    int64_t count, rows;
};

static void release_chunks(struct chunk_list *list)
{
    for (int64_t i = 0; i < list->count; i++) {
        if (list->chunks[i]->release)
            list->chunks[i]->release(list->chunks[i]);
        PyMem_Free(list->chunks[i]);
    }
    PyMem_Free(list->chunks);
}

static int stream_failed(struct ArrowArrayStream *stream, const char *argument)
{
    const char *why = stream->get_last_error(stream);

    PyErr_Format(PyExc_ValueError, "%s: the Arrow stream failed: %s", argument, why ? why : "");
    return -1;
}

/* All chunks of a stream; -1 with an exception. */
static int read_chunks(struct ArrowArrayStream *stream, const struct layout *layout,
                       const char *argument, struct chunk_list *list)
{
    for (;;) {
        struct ArrowArray **more =
            PyMem_Realloc(list->chunks, (size_t)(list->count + 1) * sizeof *more);
        struct ArrowArray *chunk = more ? PyMem_Calloc(1, sizeof *chunk) : NULL;

        if (more)
            list->chunks = more;
        if (!chunk) {
            PyErr_NoMemory();
            return -1;
        }
        list->chunks[list->count++] = chunk;
        if (stream->get_next(stream, chunk) != 0)
            return stream_failed(stream, argument);
        if (!chunk->release) { /* the end, not a chunk */
            PyMem_Free(chunk);
            list->count--;
            return 0;
        }
        if (check_chunk(chunk, layout, argument, list->rows) < 0)
            return -1;
        list->rows += chunk->length;
    }
}

static int take_stream(PyObject *capsule, const char *argument, limen_tensor *tensor)
{
    struct ArrowArrayStream *stream = PyCapsule_GetPointer(capsule, "arrow_array_stream");
    struct ArrowSchema schema = {0};
    struct chunk_list list = {0};
    struct layout layout;
    int taken = -1;

    if (!stream)
        return -1;
    if (stream->get_schema(stream, &schema) != 0)
        return stream_failed(stream, argument);
    if (read_layout(&schema, argument, &layout) == 0 &&
        read_chunks(stream, &layout, argument, &list) == 0)
        taken = copy_chunks(list.chunks, list.count, list.rows, &layout, tensor);
    release_chunks(&list);
    if (schema.release)
        schema.release(&schema);
    return taken;
}

int limen_take_arrow(limen_module *module, PyObject *object, const char *argument,
                     limen_tensor *tensor)
{
    int is_array = PyObject_HasAttrString(object, "__arrow_c_array__");
    PyObject *capsules;
    int taken;

    (void)module;
    if (!is_array && !PyObject_HasAttrString(object, "__arrow_c_stream__"))
        return 0;
    capsules =
        PyObject_CallMethod(object, is_array ? "__arrow_c_array__" : "__arrow_c_stream__", NULL);
    if (!capsules)
        return -1;
    taken =
        is_array ? take_array(capsules, argument, tensor) : take_stream(capsules, argument, tensor);
    Py_DECREF(capsules);
    return taken;
}
