#include "core.h"
#include "ingest.h"

#include <string.h>

static int name_index(const char *const *names, int count, PyObject *name)
{
    for (int i = 0; i < count; i++)
        if (PyUnicode_CompareWithASCIIString(name, names[i]) == 0)
            return i;
    return -1;
}

static int set_keyword(const char *function, const char *const *names, int count, PyObject *name,
                       PyObject *value, PyObject **values)
{
    int index = name_index(names, count, name);

    if (index < 0) {
        PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'", function,
                     name);
        return -1;
    }
    if (values[index]) {
        PyErr_Format(PyExc_TypeError, "%s() got multiple values for argument '%U'", function, name);
        return -1;
    }
    values[index] = value;
    return 0;
}

static int check_required(const char *function, const char *const *names, int required,
                          PyObject *const *values)
{
    for (int i = 0; i < required; i++)
        if (!values[i]) {
            PyErr_Format(PyExc_TypeError, "%s() missing required argument '%s'", function,
                         names[i]);
            return -1;
        }
    return 0;
}

static int check_positional(const char *function, int positional, Py_ssize_t given)
{
    if (given <= positional)
        return 0;
    PyErr_Format(PyExc_TypeError, "%s() takes at most %d positional arguments (%zd given)",
                 function, positional, given);
    return -1;
}

int limen_arguments(const char *function, const char *const *names, int count, int positional,
                    int required, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames,
                    PyObject **values)
{
    Py_ssize_t keywords = kwnames ? PyTuple_Size(kwnames) : 0;

    memset(values, 0, (size_t)count * sizeof *values);
    if (check_positional(function, positional, nargs) < 0)
        return -1;
    for (Py_ssize_t i = 0; i < nargs; i++)
        values[i] = args[i];
    for (Py_ssize_t i = 0; i < keywords; i++)
        if (set_keyword(function, names, count, PyTuple_GetItem(kwnames, i), args[nargs + i],
                        values) < 0)
            return -1;
    return check_required(function, names, required, values);
}

int limen_arguments_tuple(const char *function, const char *const *names, int count, int positional,
                          int required, PyObject *args, PyObject *kwargs, PyObject **values)
{
    Py_ssize_t given = PyTuple_Size(args), position = 0;
    PyObject *name, *value;

    memset(values, 0, (size_t)count * sizeof *values);
    if (check_positional(function, positional, given) < 0)
        return -1;
    for (Py_ssize_t i = 0; i < given; i++)
        values[i] = PyTuple_GetItem(args, i);
    while (kwargs && PyDict_Next(kwargs, &position, &name, &value))
        if (set_keyword(function, names, count, name, value, values) < 0)
            return -1;
    return check_required(function, names, required, values);
}

int limen_choice(PyObject *value, const char *argument, const char *const *words, int count)
{
    PyObject *list, *separator, *joined;

    if (!value || value == Py_None)
        return 0;
    if (PyUnicode_Check(value)) {
        int index = name_index(words, count, value);

        if (index >= 0)
            return index;
    }
    list = PyList_New(0);
    for (int i = 0; list && i < count; i++) {
        PyObject *word = PyUnicode_FromFormat("'%s'", words[i]);

        if (!word || PyList_Append(list, word) < 0)
            Py_CLEAR(list);
        Py_XDECREF(word);
    }
    separator = PyUnicode_FromString(", ");
    joined = list && separator ? PyUnicode_Join(separator, list) : NULL;
    if (joined)
        PyErr_Format(PyExc_ValueError, "%s is %R: it is one of %U", argument, value, joined);
    Py_XDECREF(list);
    Py_XDECREF(separator);
    Py_XDECREF(joined);
    return -1;
}

int limen_take_int64(PyObject *value, const char *argument, int64_t *out)
{
    PyObject *index;
    long long number;

    if (!value || value == Py_None)
        return 0;
    index = PyNumber_Index(value);
    if (!index) {
        PyErr_Format(PyExc_TypeError, "%s must be an integer, not %R", argument, value);
        return -1;
    }
    number = PyLong_AsLongLong(index);
    Py_DECREF(index);
    if (number == -1 && PyErr_Occurred())
        return -1;
    *out = number;
    return 0;
}

int limen_take_double(PyObject *value, const char *argument, double *out)
{
    double number;

    if (!value || value == Py_None)
        return 0;
    number = PyFloat_AsDouble(value);
    if (number == -1.0 && PyErr_Occurred()) {
        PyErr_Format(PyExc_TypeError, "%s must be a number, not %R", argument, value);
        return -1;
    }
    *out = number;
    return 0;
}

int limen_take_flag(PyObject *value, const char *argument, int32_t *out)
{
    int truth;

    (void)argument;
    if (!value || value == Py_None)
        return 0;
    truth = PyObject_IsTrue(value);
    if (truth < 0)
        return -1;
    *out = truth;
    return 0;
}

/* Walks a tensor of any shape in row-major order. */
static void copy_doubles(const limen_tensor *tensor, double *out)
{
    int64_t index[LIMEN_MAX_DIMENSIONS] = {0};
    const unsigned char *cell = tensor->data;
    int64_t count = 1;

    for (int axis = 0; axis < tensor->ndim; axis++)
        count *= tensor->shape[axis];
    for (int64_t i = 0; i < count; i++) {
        if (tensor->dtype == LIMEN_F64)
            memcpy(&out[i], cell, sizeof out[i]);
        else
            out[i] = limen_cell_number(tensor->dtype, cell);
        for (int axis = tensor->ndim - 1; axis >= 0; axis--) {
            cell += tensor->stride[axis];
            if (++index[axis] < tensor->shape[axis])
                break;
            cell -= tensor->stride[axis] * tensor->shape[axis];
            index[axis] = 0;
        }
    }
}

int limen_take_doubles(limen_module *module, PyObject *value, const char *argument, double **out,
                       Py_ssize_t *count)
{
    limen_tensor tensor = {0};
    int64_t total = 1;
    double number;

    *out = NULL;
    *count = 0;
    if (!value || value == Py_None)
        return 0;
    if (PyFloat_Check(value) || PyLong_Check(value)) {
        number = PyFloat_AsDouble(value);
        if (number == -1.0 && PyErr_Occurred())
            return -1;
        tensor.data = &number;
        tensor.dtype = LIMEN_F64;
    } else if (limen_tensor_take(module, value, argument, &tensor) < 0) {
        limen_tensor_release(&tensor);
        return -1;
    }
    for (int axis = 0; axis < tensor.ndim; axis++)
        total *= tensor.shape[axis];
    *out = PyMem_Malloc((size_t)(total > 0 ? total : 1) * sizeof **out);
    if (*out) {
        copy_doubles(&tensor, *out);
        *count = (Py_ssize_t)total;
    } else {
        PyErr_NoMemory();
    }
    limen_tensor_release(&tensor);
    return *out ? 0 : -1;
}

int limen_take_names(PyObject *value, const char *argument, const char ***names, Py_ssize_t *count,
                     PyObject **owner)
{
    PyObject *list;
    Py_ssize_t length;

    *names = NULL;
    *count = 0;
    *owner = NULL;
    if (!value || value == Py_None)
        return 0;
    list = PyUnicode_Check(value) ? NULL : PySequence_List(value);
    if (!list) {
        PyErr_Format(PyExc_TypeError, "%s must be a sequence of names, not %R", argument, value);
        return -1;
    }
    length = PyList_Size(list);
    *names = PyMem_Malloc((size_t)(length > 0 ? length : 1) * sizeof **names);
    for (Py_ssize_t i = 0; *names && i < length; i++) {
        PyObject *text = PyObject_Str(PyList_GetItem(list, i));

        if (text && PyList_SetItem(list, i, text) == 0) /* takes the reference */
            (*names)[i] = PyUnicode_AsUTF8AndSize(text, NULL);
        if (!text || !(*names)[i]) {
            PyMem_Free(*names);
            *names = NULL;
            break;
        }
    }
    if (!*names) {
        if (!PyErr_Occurred())
            PyErr_NoMemory();
        Py_DECREF(list);
        return -1;
    }
    *count = length;
    *owner = list;
    return 0;
}
