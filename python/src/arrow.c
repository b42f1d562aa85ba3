/* The Arrow C data interface (arrays and streams by PyCapsule). A column is one dimension; a
 * struct, which is what tables and record batches are, has its columns as labels; a fixed-size list
 * its elements. One chunk without nulls is used in place, where its numbers have strides: a column,
 * a fixed-size list, columns at even distances; anything else is copied. */
#include "ingest.h"

#include <math.h>
#include <stddef.h>
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

/* The type of numbers in a column; NONE also for a dictionary, whose numbers are codes. */
static limen_dtype dtype_of_column(const struct ArrowSchema *schema)
{
    return schema->dictionary ? LIMEN_NONE : dtype_of_format(schema->format);
}

static int read_layout(const struct ArrowSchema *schema, const char *argument,
                       struct layout *layout)
{
    const struct ArrowSchema *column = schema;

    *layout = (struct layout){.kind = PRIMITIVE, .columns = 1};
    if (strcmp(schema->format, "+s") == 0) {
        layout->kind = STRUCT;
        layout->columns = schema->n_children;
    } else if (strncmp(schema->format, "+w:", 3) == 0) {
        layout->kind = LIST;
        layout->columns = strtoll(schema->format + 3, NULL, 10);
    } else {
        layout->dtype = dtype_of_column(schema);
    }
    for (int64_t i = 0; layout->kind != PRIMITIVE && i < schema->n_children; i++) {
        column = schema->children[i];
        if (i > 0 && dtype_of_column(column) != layout->dtype) {
            PyErr_Format(PyExc_TypeError,
                         "%s has columns of different types ('%s' is not of the first column's): "
                         "cast them to one",
                         argument, column->name ? column->name : "");
            return -1;
        }
        layout->dtype = dtype_of_column(column);
    }
    if (layout->dtype == LIMEN_NONE) {
        PyErr_Format(PyExc_TypeError, "%s has Arrow type '%s'%s, which is not a number", argument,
                     column->format, column->dictionary ? " with a dictionary" : "");
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

static const void *validity_of(const struct ArrowArray *array)
{
    return array->null_count != 0 ? array->buffers[0] : NULL;
}

/* Where the cells of a chunk's column are, and which of them are null. */
struct column {
    const unsigned char *values;
    const void *own, *parent; /* validity bitmaps or NULL: of the cell, of its row */
    int64_t start, step, parent_start;
};

static struct column column_view(const struct ArrowArray *chunk, const struct layout *layout,
                                 int64_t index)
{
    struct column column = {.step = layout->kind == LIST ? layout->columns : 1};
    const struct ArrowArray *array = column_of(chunk, layout, index, &column.start);

    column.values = array->buffers[1];
    column.own = validity_of(array);
    column.parent = layout->kind == PRIMITIVE ? NULL : validity_of(chunk);
    column.parent_start = chunk->offset;
    if (layout->kind == LIST)
        column.start += index;
    return column;
}

static int is_null(const struct column *column, int64_t row)
{
    return (column->own && !bit_at(column->own, column->start + row * column->step)) ||
           (column->parent && !bit_at(column->parent, column->parent_start + row));
}

/* Whether a chunk is built as its schema says. */
static int check_chunk(const struct ArrowArray *chunk, const struct layout *layout,
                       const char *argument)
{
    int64_t children = layout->kind == STRUCT ? layout->columns : layout->kind == LIST;
    int whole = chunk->length >= 0 && chunk->offset >= 0 && chunk->n_children == children &&
                chunk->n_buffers > 0;

    for (int64_t index = 0; whole && index < layout->columns; index++) {
        int64_t start;

        whole = column_of(chunk, layout, index, &start)->n_buffers == 2;
    }
    if (!whole)
        PyErr_Format(PyExc_ValueError, "%s gave an Arrow array that its schema does not describe",
                     argument);
    return whole ? 0 : -1;
}

/* Whether a chunk has nulls; -1 with an exception where they are refused. */
static int find_null(const struct ArrowArray *chunk, const struct layout *layout,
                     const limen_tensor *request, const char *argument, int64_t first)
{
    int refused = request->nulls == LIMEN_NULLS_REFUSED ||
                  (request->nulls == LIMEN_NULLS_NAN && layout->dtype < LIMEN_F16);

    if (check_chunk(chunk, layout, argument) < 0)
        return -1;
    for (int64_t index = 0; index < layout->columns; index++) {
        struct column column = column_view(chunk, layout, index);

        if (!column.own && !column.parent)
            continue;
        for (int64_t row = 0; row < chunk->length; row++) {
            if (!is_null(&column, row))
                continue;
            if (!refused)
                return 1;
            PyErr_Format(PyExc_ValueError,
                         "%s is null at row %lld, column %lld: fill nulls, or drop their rows",
                         argument, (long long)(first + row), (long long)index);
            return -1;
        }
    }
    return 0;
}

/* One cell of the copy: a number in place of a null, a byte in place of a bit. */
static void write_null(const limen_tensor *request, limen_dtype dtype, unsigned char *to)
{
    static const uint16_t half = 0x7e00;
    double number = request->nulls == LIMEN_NULLS_NAN ? NAN : (double)request->null_value;
    float single = (float)number;

    if (dtype == LIMEN_I64)
        memcpy(to, &request->null_value, sizeof request->null_value);
    else if (dtype == LIMEN_F64)
        memcpy(to, &number, sizeof number);
    else if (dtype == LIMEN_F32)
        memcpy(to, &single, sizeof single);
    else
        memcpy(to, &half, sizeof half);
}

/* Row-major copy of a chunk at `out`, in the tensor's dtype: the column's own, or int64 so that
 * there is room for the number of a null. */
static void copy_chunk(const struct ArrowArray *chunk, const struct layout *layout,
                       const limen_tensor *tensor, unsigned char *out)
{
    size_t size = limen_dtype_size(layout->dtype);
    size_t out_size = limen_dtype_size(tensor->dtype);

    for (int64_t index = 0; index < layout->columns; index++) {
        struct column column = column_view(chunk, layout, index);

        for (int64_t row = 0; row < chunk->length; row++) {
            unsigned char *to = out + (size_t)(row * layout->columns + index) * out_size;
            int64_t cell = column.start + row * column.step;
            const unsigned char *from = column.values + (size_t)cell * size;
            unsigned char bit;

            if ((column.own || column.parent) && is_null(&column, row)) {
                write_null(tensor, tensor->dtype, to);
                continue;
            }
            if (layout->dtype == LIMEN_BOOL) {
                bit = (unsigned char)bit_at(column.values, cell);
                from = &bit;
            }
            if (tensor->dtype == layout->dtype) {
                memcpy(to, from, size);
            } else {
                int64_t whole = (int64_t)limen_cell_number(layout->dtype, from);

                memcpy(to, &whole, sizeof whole);
            }
        }
    }
}

static void set_shape(limen_tensor *tensor, const struct layout *layout, int64_t rows)
{
    tensor->ndim = layout->kind == PRIMITIVE ? 1 : 2;
    tensor->shape[0] = rows;
    tensor->shape[1] = layout->columns;
    limen_tensor_pack(tensor);
}

static const unsigned char *first_cell(const struct ArrowArray *chunk, const struct layout *layout,
                                       int64_t index)
{
    struct column column = column_view(chunk, layout, index);

    return column.values ? column.values + (size_t)column.start * limen_dtype_size(layout->dtype)
                         : NULL;
}

/* Bytes from a column of a table to the next, where that is the same for all of them, as in a
 * frame that was one matrix; 0 where it is not. */
static int64_t spacing(const struct ArrowArray *chunk, const struct layout *layout)
{
    intptr_t start = (intptr_t)first_cell(chunk, layout, 0);
    intptr_t step = (intptr_t)limen_dtype_size(layout->dtype);

    if (layout->columns > 1)
        step = (intptr_t)first_cell(chunk, layout, 1) - start;
    for (int64_t index = 2; index < layout->columns; index++)
        if ((intptr_t)first_cell(chunk, layout, index) != start + step * (intptr_t)index)
            return 0;
    return step;
}

/* In place: a chunk whose values are one strided run, which `owner` keeps alive. */
static int use_in_place(const struct ArrowArray *chunk, const struct layout *layout,
                        PyObject *owner, limen_tensor *tensor)
{
    tensor->dtype = layout->dtype;
    tensor->data = first_cell(chunk, layout, 0);
    set_shape(tensor, layout, chunk->length);
    if (layout->kind == STRUCT) {
        tensor->stride[0] = (int64_t)limen_dtype_size(layout->dtype);
        tensor->stride[1] = spacing(chunk, layout);
    }
    limen_tensor_hold(tensor, owner);
    return 1;
}

static int copy_chunks(struct ArrowArray *const *chunks, int64_t count, int64_t rows,
                       const struct layout *layout, int nulls, limen_tensor *tensor)
{
    int widen = nulls && layout->dtype < LIMEN_F16;
    unsigned char *out;

    if (layout->columns > 0 && rows > PY_SSIZE_T_MAX / layout->columns) {
        PyErr_NoMemory();
        return -1;
    }
    out = limen_tensor_own(tensor, widen ? LIMEN_I64 : layout->dtype, rows * layout->columns);
    if (!out)
        return -1;
    for (int64_t i = 0; i < count; i++) {
        copy_chunk(chunks[i], layout, tensor, out);
        out += (size_t)(chunks[i]->length * layout->columns) * limen_dtype_size(tensor->dtype);
    }
    set_shape(tensor, layout, rows);
    return 1;
}

static int can_stay(const struct layout *layout, struct ArrowArray *const *chunks, int64_t count,
                    int nulls)
{
    return count == 1 && !nulls && layout->dtype != LIMEN_BOOL &&
           (layout->kind != STRUCT || spacing(chunks[0], layout) != 0);
}

/* What a capsule holds, unless it was moved out of it. `release` is where its struct has that
 * pointer. */
static void *open_capsule(PyObject *capsule, const char *name, size_t release, const char *argument)
{
    char *structure = PyCapsule_IsValid(capsule, name) ? PyCapsule_GetPointer(capsule, name) : NULL;
    void *pointer = NULL;

    if (structure)
        memcpy(&pointer, structure + release, sizeof pointer);
    if (pointer)
        return structure;
    if (structure)
        PyErr_Format(PyExc_ValueError, "%s gave an '%s' that was used already", argument, name);
    else
        PyErr_Format(PyExc_TypeError, "%s gave %R where an '%s' capsule is due", argument, capsule,
                     name);
    return NULL;
}

static int take_array(PyObject *pair, const char *argument, limen_tensor *tensor)
{
    struct ArrowSchema *schema;
    struct ArrowArray *array;
    struct layout layout;
    int nulls;

    if (!PyTuple_Check(pair) || PyTuple_Size(pair) != 2) {
        PyErr_Format(PyExc_TypeError, "%s: __arrow_c_array__ gave no pair of capsules", argument);
        return -1;
    }
    schema = open_capsule(PyTuple_GetItem(pair, 0), "arrow_schema",
                          offsetof(struct ArrowSchema, release), argument);
    array = schema ? open_capsule(PyTuple_GetItem(pair, 1), "arrow_array",
                                  offsetof(struct ArrowArray, release), argument)
                   : NULL;
    if (!array || read_layout(schema, argument, &layout) < 0)
        return -1;
    nulls = find_null(array, &layout, tensor, argument, 0);
    if (nulls < 0)
        return -1;
    if (can_stay(&layout, &array, 1, nulls))
        return use_in_place(array, &layout, pair, tensor);
    return copy_chunks(&array, 1, array->length, &layout, nulls, tensor);
}

/* ---- Streams ------------------------------------------------------------------------------ */

struct chunk_list {
    struct ArrowArray **chunks;
    int64_t count, rows;
    int nulls;
};

#define CHUNKS_NAME "limen.chunks"

static void release_chunks(PyObject *capsule)
{
    struct chunk_list *list = PyCapsule_GetPointer(capsule, CHUNKS_NAME);

    for (int64_t i = 0; i < list->count; i++) {
        if (list->chunks[i]->release)
            list->chunks[i]->release(list->chunks[i]);
        PyMem_Free(list->chunks[i]);
    }
    PyMem_Free(list->chunks);
    PyMem_Free(list);
}

/* A list in a capsule, so that one chunk can stay where it is as long as a tensor needs it. */
static PyObject *make_chunks(struct chunk_list **list)
{
    PyObject *capsule;

    *list = PyMem_Calloc(1, sizeof **list);
    if (!*list)
        return PyErr_NoMemory();
    capsule = PyCapsule_New(*list, CHUNKS_NAME, release_chunks);
    if (!capsule)
        PyMem_Free(*list);
    return capsule;
}

static int stream_failed(struct ArrowArrayStream *stream, const char *argument)
{
    const char *why = stream->get_last_error(stream);

    if (!PyErr_Occurred()) /* a producer in Python may have raised its own */
        PyErr_Format(PyExc_ValueError, "%s: the Arrow stream failed: %s", argument, why ? why : "");
    return -1;
}

/* An empty chunk at the end of the list. */
static struct ArrowArray *add_chunk(struct chunk_list *list)
{
    struct ArrowArray **more =
        PyMem_Realloc(list->chunks, (size_t)(list->count + 1) * sizeof *more);
    struct ArrowArray *chunk = more ? PyMem_Calloc(1, sizeof *chunk) : NULL;

    if (more)
        list->chunks = more;
    if (chunk)
        list->chunks[list->count++] = chunk;
    else
        PyErr_NoMemory();
    return chunk;
}

/* All chunks of a stream; -1 with an exception. */
static int read_chunks(struct ArrowArrayStream *stream, const struct layout *layout,
                       const limen_tensor *request, const char *argument, struct chunk_list *list)
{
    for (;;) {
        struct ArrowArray *chunk = add_chunk(list);
        int nulls;

        if (!chunk)
            return -1;
        if (stream->get_next(stream, chunk) != 0)
            return stream_failed(stream, argument);
        if (!chunk->release) { /* the end, not a chunk */
            PyMem_Free(chunk);
            list->count--;
            return 0;
        }
        nulls = find_null(chunk, layout, request, argument, list->rows);
        if (nulls < 0)
            return -1;
        list->nulls |= nulls;
        list->rows += chunk->length;
    }
}

static int take_chunks(struct ArrowArrayStream *stream, const struct ArrowSchema *schema,
                       const char *argument, limen_tensor *tensor)
{
    struct chunk_list *list;
    PyObject *capsule = make_chunks(&list);
    struct layout layout;
    int taken = -1;

    if (!capsule)
        return -1;
    if (read_layout(schema, argument, &layout) == 0 &&
        read_chunks(stream, &layout, tensor, argument, list) == 0)
        taken =
            can_stay(&layout, list->chunks, list->count, list->nulls)
                ? use_in_place(list->chunks[0], &layout, capsule, tensor)
                : copy_chunks(list->chunks, list->count, list->rows, &layout, list->nulls, tensor);
    Py_DECREF(capsule);
    return taken;
}

static int take_stream(PyObject *capsule, const char *argument, limen_tensor *tensor)
{
    struct ArrowArrayStream *stream = open_capsule(
        capsule, "arrow_array_stream", offsetof(struct ArrowArrayStream, release), argument);
    struct ArrowSchema schema = {0};
    int taken;

    if (!stream)
        return -1;
    if (stream->get_schema(stream, &schema) != 0)
        return stream_failed(stream, argument);
    taken = take_chunks(stream, &schema, argument, tensor);
    if (schema.release)
        schema.release(&schema);
    return taken;
}

int limen_take_arrow(limen_module *module, PyObject *object, const char *argument,
                     limen_tensor *tensor)
{
    PyObject *method, *capsules;
    int is_array = limen_attribute(module, object, NAME_ARROW_ARRAY, &method);
    int taken = is_array;

    if (is_array == 0)
        taken = limen_attribute(module, object, NAME_ARROW_STREAM, &method);
    if (taken <= 0)
        return taken;
    capsules = PyObject_CallNoArgs(method);
    Py_DECREF(method);
    if (!capsules && PyErr_ExceptionMatches(PyExc_ImportError)) { /* pandas without pyarrow */
        PyErr_Clear();
        return 0;
    }
    if (!capsules)
        return -1;
    taken =
        is_array ? take_array(capsules, argument, tensor) : take_stream(capsules, argument, tensor);
    Py_DECREF(capsules);
    return taken;
}
