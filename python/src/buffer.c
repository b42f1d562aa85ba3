/* The buffer protocol, and __array__, which gives an object that has it. */
#include "ingest.h"

#include <string.h>

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

/* An exporter says why, but not of what: NumPy has dtypes that no buffer can hold. */
static int buffer_refused(const char *argument)
{
    PyObject *type, *value, *trace;

    if (!PyErr_ExceptionMatches(PyExc_ValueError) && !PyErr_ExceptionMatches(PyExc_BufferError))
        return -1;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_Format(PyExc_TypeError, "%s cannot be read: %S", argument, value);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(trace);
    return -1;
}

int limen_take_buffer(limen_module *module, PyObject *object, const char *argument,
                      limen_tensor *tensor)
{
    Py_buffer *buffer = &tensor->buffer;

    (void)module;
    if (!PyObject_CheckBuffer(object))
        return 0;
    if (PyObject_GetBuffer(object, buffer, PyBUF_RECORDS_RO) < 0)
        return buffer_refused(argument);
    tensor->has_buffer = 1;
    tensor->writable = !buffer->readonly;
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
    for (int axis = 0; axis < buffer->ndim; axis++)
        tensor->shape[axis] = buffer->shape[axis];
    limen_tensor_pack(tensor); /* ctypes gives no strides, though they were asked for */
    for (int axis = 0; buffer->strides && axis < buffer->ndim; axis++)
        tensor->stride[axis] = buffer->strides[axis];
    return 1;
}

/* The last resort for what has neither: a pandas frame without pyarrow, for one. */
int limen_take_numpy(limen_module *module, PyObject *object, const char *argument,
                     limen_tensor *tensor)
{
    PyObject *method, *array;
    int taken = limen_attribute(module, object, NAME_ARRAY, &method);

    if (taken <= 0)
        return taken;
    array = PyObject_CallNoArgs(method);
    Py_DECREF(method);
    if (!array)
        return -1;
    taken = limen_take_buffer(module, array, argument, tensor);
    tensor->writable = 0; /* it may be a copy */
    if (taken == 0)
        PyErr_Format(PyExc_TypeError, "%s: __array__ gave %R, which has no buffer", argument,
                     (PyObject *)Py_TYPE(array));
    Py_DECREF(array);
    return taken > 0 ? 1 : -1;
}
