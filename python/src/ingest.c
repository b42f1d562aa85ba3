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

/* Shapes that no memory can have are refused later: until then products may wrap. */
void limen_tensor_pack(limen_tensor *tensor)
{
    uint64_t step = limen_dtype_size(tensor->dtype);

    for (int axis = tensor->ndim - 1; axis >= 0; axis--) {
        tensor->stride[axis] = (int64_t)step;
        step *= (uint64_t)tensor->shape[axis];
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

int64_t limen_tensor_count(const limen_tensor *tensor)
{
    int64_t count = 1;

    for (int axis = 0; axis < tensor->ndim; axis++)
        count *= tensor->shape[axis];
    return count;
}

int limen_tensor_is_packed(const limen_tensor *tensor)
{
    int64_t step = (int64_t)limen_dtype_size(tensor->dtype);

    for (int axis = tensor->ndim - 1; axis >= 0; axis--) {
        if (tensor->shape[axis] > 1 && tensor->stride[axis] != step)
            return 0;
        step *= tensor->shape[axis];
    }
    return 1;
}

/* What a faulty producer could hand over: later code counts on none of it. */
static int check_tensor(const limen_tensor *tensor, const char *argument)
{
    int64_t left = PY_SSIZE_T_MAX / 8; /* so that sizes in bytes fit as well */
    int empty = 0;

    for (int axis = 0; axis < tensor->ndim; axis++) {
        int64_t length = tensor->shape[axis];

        if (length < 0 || length > left) {
            PyErr_Format(PyExc_ValueError, "%s has an impossible shape: dimension %d is %lld",
                         argument, axis, (long long)length);
            return -1;
        }
        empty |= length == 0;
        left /= length > 0 ? length : 1;
    }
    if (!empty && !tensor->data && tensor->dtype != LIMEN_NONE) {
        PyErr_Format(PyExc_ValueError, "%s has elements but no memory", argument);
        return -1;
    }
    return 0;
}

int limen_tensor_take(limen_module *module, PyObject *object, const char *argument,
                      limen_tensor *tensor)
{
    static int (*const sources[])(limen_module *, PyObject *, const char *, limen_tensor *) = {
        limen_take_torch,  limen_take_buffer, limen_take_array, limen_take_arrow,
        limen_take_dlpack, limen_take_numpy,  limen_take_list,
    };

    if (!object || object == Py_None)
        return 0;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        int taken = sources[i](module, object, argument, tensor);

        if (taken != 0)
            return taken < 0 ? -1 : check_tensor(tensor, argument);
    }
    PyErr_Format(
        PyExc_TypeError,
        "%s must be an array (buffer protocol, DLPack or Arrow) or a list of numbers, not %R",
        argument, (PyObject *)Py_TYPE(object));
    return -1;
}

int limen_warn_of_copy(limen_module *module, const char *argument)
{
    PyObject *key = PyUnicode_FromString("device copy");
    int known = key ? PySet_Contains(module->warned, key) : -1;

    if (known == 0 && PySet_Add(module->warned, key) == 0)
        known = PyErr_WarnFormat(
            PyExc_UserWarning, 1,
            "%s is not in the CPU's memory: limen copies it there at each call", argument);
    Py_XDECREF(key);
    return known < 0 || PyErr_Occurred() ? -1 : 0;
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
    int64_t count = limen_tensor_count(tensor);

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
