/* Nested lists and tuples of numbers. */
#include "ingest.h"

#include <string.h>

static int is_sequence(PyObject *object)
{
    return PyList_Check(object) || PyTuple_Check(object);
}

/* The shape of nested lists, from their first elements. New references: another thread may change
 * a list meanwhile. */
static int list_shape(PyObject *object, const char *argument, limen_tensor *tensor)
{
    PyObject *level = Py_NewRef(object);

    for (tensor->ndim = 0; level && is_sequence(level);) {
        Py_ssize_t length = PySequence_Size(level);
        PyObject *first = NULL;

        if (tensor->ndim == LIMEN_MAX_DIMENSIONS)
            PyErr_Format(PyExc_ValueError, "%s is nested too deeply", argument);
        else if (length > 0)
            first = PySequence_GetItem(level, 0);
        if (tensor->ndim < LIMEN_MAX_DIMENSIONS)
            tensor->shape[tensor->ndim++] = length;
        Py_DECREF(level);
        level = first;
    }
    Py_XDECREF(level);
    return PyErr_Occurred() ? -1 : 0;
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
    walk->fraction |= !PyIndex_Check(object);
    number = PyFloat_AsDouble(object);
    if (number == -1.0 && PyErr_Occurred()) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_Format(PyExc_TypeError,
                         "%s holds %R, which is no number; arrays in a list must be stacked first",
                         walk->argument, object);
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
    struct list_walk walk = {.tensor = tensor, .argument = argument};

    (void)module;
    if (!is_sequence(object))
        return 0;
    if (list_shape(object, argument, tensor) < 0)
        return -1;
    walk.capacity = limen_tensor_count(tensor);
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
