#include "ingest.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static double half_to_double(uint16_t half)
{
    int exponent = half >> 10 & 0x1f;
    double fraction = (half & 0x3ff) / 1024.0;
    double size = exponent == 31  ? (half & 0x3ff ? NAN : INFINITY)
                  : exponent == 0 ? ldexp(fraction, -14)
                                  : ldexp(1.0 + fraction, exponent - 15);

    return half & 0x8000 ? -size : size;
}

double limen_cell_number(limen_dtype dtype, const void *cell)
{
#define LOAD(type)                              \
    do {                                        \
        type element;                           \
        memcpy(&element, cell, sizeof element); \
        return (double)element;                 \
    } while (0)
    uint16_t half;
    uint32_t bits;
    float value;

    switch (dtype) {
    case LIMEN_BOOL:
    case LIMEN_U8:
        LOAD(uint8_t);
    case LIMEN_I8:
        LOAD(int8_t);
    case LIMEN_U16:
        LOAD(uint16_t);
    case LIMEN_I16:
        LOAD(int16_t);
    case LIMEN_U32:
        LOAD(uint32_t);
    case LIMEN_I32:
        LOAD(int32_t);
    case LIMEN_U64:
        LOAD(uint64_t);
    case LIMEN_I64:
        LOAD(int64_t);
    case LIMEN_F32:
        LOAD(float);
    case LIMEN_F64:
        LOAD(double);
    case LIMEN_F16:
        memcpy(&half, cell, sizeof half);
        return half_to_double(half);
    case LIMEN_BF16:
        memcpy(&half, cell, sizeof half);
        bits = (uint32_t)half << 16;
        memcpy(&value, &bits, sizeof value);
        return (double)value;
    default:
        return 0.0;
    }
#undef LOAD
}

void limen_tensor_pack(limen_tensor *tensor)
{
    int64_t step = (int64_t)limen_dtype_size(tensor->dtype);

    for (int axis = tensor->ndim - 1; axis >= 0; axis--) {
        tensor->stride[axis] = step;
        step *= tensor->shape[axis];
    }
}

void *limen_tensor_own(limen_tensor *tensor, limen_dtype dtype, int64_t count)
{
    size_t size = limen_dtype_size(dtype);
    PyObject *bytes;

    if (count < 0 || (uint64_t)count > (uint64_t)PY_SSIZE_T_MAX / size)
        return PyErr_NoMemory();
    bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)((size_t)count * size));
    if (!bytes)
        return NULL;
    Py_XDECREF(tensor->object);
    tensor->object = bytes;
    tensor->dtype = dtype;
    tensor->data = PyBytes_AsString(bytes);
    return PyBytes_AsString(bytes);
}

void limen_tensor_hold(limen_tensor *tensor, PyObject *owner)
{
    PyObject *old = tensor->object;

    tensor->object = Py_NewRef(owner);
    Py_XDECREF(old);
}

void limen_tensor_release(limen_tensor *tensor)
{
    if (tensor->has_buffer)
        PyBuffer_Release(&tensor->buffer);
    tensor->has_buffer = 0;
    Py_CLEAR(tensor->object);
}

int limen_tensor_take(limen_module *module, PyObject *object, const char *argument,
                      limen_tensor *tensor)
{
    static int (*const sources[])(limen_module *, PyObject *, const char *, limen_tensor *) = {
        limen_take_torch, limen_take_buffer, limen_take_dlpack, limen_take_arrow, limen_take_list,
    };

    if (!object || object == Py_None)
        return 0;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        int taken = sources[i](module, object, argument, tensor);

        if (taken != 0)
            return taken < 0 ? -1 : 0;
    }
    PyErr_Format(
        PyExc_TypeError,
        "%s must be an array (buffer protocol, DLPack or Arrow) or a list of numbers, not %R",
        argument, (PyObject *)Py_TYPE(object));
    return -1;
}

/* ---- The buffer protocol ------------------------------------------------------------------ */

/* One character of the struct module's formats, by kind and size of the element. */
static limen_dtype dtype_of_format(const char *format, Py_ssize_t size)
{
    static const limen_dtype by_log2[3][4] = {
        {LIMEN_U8, LIMEN_U16, LIMEN_U32, LIMEN_U64},
        {LIMEN_I8, LIMEN_I16, LIMEN_I32, LIMEN_I64},
        {LIMEN_NONE, LIMEN_F16, LIMEN_F32, LIMEN_F64},
    };
    int log2 = size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : size == 8 ? 3 : -1;
    int kind;

    if (!format)
        return LIMEN_U8;
    if (*format == '@' || *format == '=' || *format == (PY_LITTLE_ENDIAN ? '<' : '>'))
        format++;
    if (log2 < 0 || format[0] == '\0' || format[1] != '\0')
        return LIMEN_NONE;
    if (*format == '?')
        return LIMEN_BOOL;
    kind = strchr("BHILQN", *format)   ? 0
           : strchr("bhilqn", *format) ? 1
           : strchr("efd", *format)    ? 2
                                       : -1;
    return kind < 0 ? LIMEN_NONE : by_log2[kind][log2];
}

int limen_take_buffer(limen_module *module, PyObject *object, const char *argument,
                      limen_tensor *tensor)
{
    Py_buffer *buffer = &tensor->buffer;

    (void)module;
    if (!PyObject_CheckBuffer(object))
        return 0;
    if (PyObject_GetBuffer(object, buffer, PyBUF_RECORDS_RO) < 0)
        return -1;
    tensor->has_buffer = 1;
    tensor->dtype = dtype_of_format(buffer->format, buffer->itemsize);
    if (tensor->dtype == LIMEN_NONE) {
        PyErr_Format(
            PyExc_TypeError,
            "%s has elements of format '%s': they must be bool, integers or floats of 2, 4 or 8 "
            "bytes in native byte order",
            argument, buffer->format);
        return -1;
    }
    if (buffer->ndim > LIMEN_MAX_DIMENSIONS) {
        PyErr_Format(PyExc_ValueError, "%s has %d dimensions, more than %d", argument, buffer->ndim,
                     LIMEN_MAX_DIMENSIONS);
        return -1;
    }
    tensor->data = buffer->buf;
    tensor->ndim = buffer->ndim;
    for (int axis = 0; axis < buffer->ndim; axis++) {
        tensor->shape[axis] = buffer->shape[axis];
        tensor->stride[axis] = buffer->strides[axis];
    }
    return 1;
}

/* ---- Lists -------------------------------------------------------------------------------- */

static int is_sequence(PyObject *object)
{
    return PyList_Check(object) || PyTuple_Check(object);
}

/* The shape of nested lists, from their first elements. */
static int list_shape(PyObject *object, const char *argument, limen_tensor *tensor)
{
    PyObject *level = object;

    for (tensor->ndim = 0; is_sequence(level); tensor->ndim++) {
        if (tensor->ndim == LIMEN_MAX_DIMENSIONS) {
            PyErr_Format(PyExc_ValueError, "%s is nested too deeply", argument);
            return -1;
        }
        tensor->shape[tensor->ndim] = PySequence_Size(level);
        if (tensor->shape[tensor->ndim] == 0) {
            tensor->ndim++;
            break;
        }
        level = PyList_Check(level) ? PyList_GetItem(level, 0) : PyTuple_GetItem(level, 0);
        if (!level)
            return -1;
    }
    return 0;
}

struct list_walk {
    const limen_tensor *tensor;
    const char *argument;
    double *numbers;
    int64_t count, capacity;
    int fraction; /* a float was met */
};

static int add_number(struct list_walk *walk, PyObject *object)
{
    double number;

    if (walk->count == walk->capacity) {
        PyErr_Format(PyExc_ValueError, "%s changed while it was read", walk->argument);
        return -1;
    }
    if (!PyLong_Check(object))
        walk->fraction = 1;
    number = PyFloat_AsDouble(object);
    if (number == -1.0 && PyErr_Occurred()) {
        PyErr_Format(PyExc_TypeError, "%s holds %R, which is no number", walk->argument, object);
        return -1;
    }
    walk->numbers[walk->count++] = number;
    return 0;
}

static int walk_list(struct list_walk *walk, PyObject *object, int depth)
{
    int64_t length = walk->tensor->shape[depth];

    if (!is_sequence(object) || PySequence_Size(object) != length) {
        PyErr_Format(PyExc_ValueError,
                     "%s is ragged: every list at depth %d must have %lld elements", walk->argument,
                     depth, (long long)length);
        return -1;
    }
    for (Py_ssize_t i = 0; i < (Py_ssize_t)length; i++) {
        PyObject *item = PySequence_GetItem(object, i);
        int status = -1;

        if (item && depth + 1 < walk->tensor->ndim)
            status = walk_list(walk, item, depth + 1);
        else if (item)
            status = add_number(walk, item);
        Py_XDECREF(item);
        if (status < 0)
            return -1;
    }
    return 0;
}

/* Whole numbers become int64, anything else float64. */
int limen_take_list(limen_module *module, PyObject *object, const char *argument,
                    limen_tensor *tensor)
{
    struct list_walk walk = {.tensor = tensor, .argument = argument, .capacity = 1};

    (void)module;
    if (!is_sequence(object))
        return 0;
    if (list_shape(object, argument, tensor) < 0)
        return -1;
    for (int axis = 0; axis < tensor->ndim; axis++)
        walk.capacity *= tensor->shape[axis];
    walk.numbers = limen_tensor_own(tensor, LIMEN_F64, walk.capacity);
    if (!walk.numbers || walk_list(&walk, object, 0) < 0)
        return -1;
    if (!walk.fraction && walk.count > 0) {
        for (int64_t i = 0; i < walk.count; i++) {
            int64_t whole = (int64_t)walk.numbers[i];

            memcpy(&walk.numbers[i], &whole, sizeof whole);
        }
        tensor->dtype = LIMEN_I64;
    }
    limen_tensor_pack(tensor);
    return 1;
}

/* ---- As (sample, label, extra) ------------------------------------------------------------ */

/* Copies to a packed tensor of the same shape. */
static int pack_copy(limen_tensor *tensor)
{
    size_t size = limen_dtype_size(tensor->dtype);
    limen_tensor packed = *tensor;
    int64_t index[LIMEN_MAX_DIMENSIONS] = {0};
    const unsigned char *from = tensor->data;
    unsigned char *to;
    int64_t count = 1;

    for (int axis = 0; axis < tensor->ndim; axis++)
        count *= tensor->shape[axis];
    packed.object = NULL;
    packed.has_buffer = 0;
    to = limen_tensor_own(&packed, tensor->dtype, count);
    if (!to)
        return -1;
    for (int64_t i = 0; i < count; i++, to += size) {
        memcpy(to, from, size);
        for (int axis = tensor->ndim - 1; axis >= 0; axis--) {
            from += tensor->stride[axis];
            if (++index[axis] < tensor->shape[axis])
                break;
            from -= tensor->stride[axis] * tensor->shape[axis];
            index[axis] = 0;
        }
    }
    limen_tensor_pack(&packed);
    limen_tensor_release(tensor);
    *tensor = packed;
    return 0;
}

/* Whether axes first.. can be walked as one, with the last one's stride. */
static int collapsible(const limen_tensor *tensor, int first)
{
    for (int axis = first; axis + 1 < tensor->ndim; axis++)
        if (tensor->shape[axis] > 1 &&
            tensor->stride[axis] != tensor->stride[axis + 1] * tensor->shape[axis + 1])
            return 0;
    return 1;
}

int limen_tensor_as_array(limen_tensor *tensor, const char *argument, int label_axis,
                          limen_array *array)
{
    int first = label_axis ? 2 : 1;
    int64_t extra = 1;

    *array = (limen_array){.shape = {0, 1, 1}};
    if (tensor->dtype == LIMEN_NONE)
        return 0;
    if (tensor->ndim == 0) {
        PyErr_Format(PyExc_ValueError, "%s is a single number: it must have a dimension of samples",
                     argument);
        return -1;
    }
    if (tensor->ndim > first && !collapsible(tensor, first) && pack_copy(tensor) < 0)
        return -1;
    for (int axis = first; axis < tensor->ndim; axis++)
        extra *= tensor->shape[axis];
    *array = (limen_array){.data = tensor->data,
                           .dtype = tensor->dtype,
                           .shape = {tensor->shape[0], 1, extra},
                           .stride = {tensor->stride[0], 0, 0}};
    if (label_axis && tensor->ndim > 1) {
        array->shape[1] = tensor->shape[1];
        array->stride[1] = tensor->stride[1];
    }
    if (tensor->ndim > first)
        array->stride[2] = tensor->stride[tensor->ndim - 1];
    return 0;
}
