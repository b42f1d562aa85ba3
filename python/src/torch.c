/* PyTorch tensors on the CPU, through six of their own attributes: a quarter of the cost of DLPack,
 * which matters for small batches. Neither torch's headers nor its modules are needed: a tensor is
 * known by its type's module. */
#include "ingest.h"

#include <string.h>

static int is_tensor_type(limen_module *module, PyObject *type)
{
    PyObject *name, *method;
    int found;

    if (limen_attribute(module, type, NAME_MODULE, &name) <= 0)
        return PyErr_Occurred() ? -1 : 0;
    found = PyUnicode_Check(name) &&
            (PyUnicode_CompareWithASCIIString(name, "torch") == 0 ||
             PyUnicode_CompareWithASCIIString(name, "torch.nn.parameter") == 0);
    Py_DECREF(name);
    if (!found)
        return 0;
    found = limen_attribute(module, type, NAME_DATA_PTR, &method);
    Py_XDECREF(method);
    return found;
}

/* Types are looked at once; those that are no tensors are not kept, so that they can go. */
static int is_torch_tensor(limen_module *module, PyObject *object)
{
    PyObject *type = (PyObject *)Py_TYPE(object);
    int found;

    if (PyDict_GetItemWithError(module->tensor_types, type))
        return 1;
    if (PyErr_Occurred())
        return -1;
    found = is_tensor_type(module, type);
    if (found > 0 && PyDict_SetItem(module->tensor_types, type, Py_None) < 0)
        return -1;
    return found;
}

/* "torch.float32" -> LIMEN_F32, NONE for one that we do not read. */
static limen_dtype dtype_by_name(PyObject *dtype)
{
    PyObject *text = PyObject_Str(dtype);
    limen_dtype found = LIMEN_NONE;

    for (limen_dtype each = LIMEN_BOOL; text && each < LIMEN_DTYPE_COUNT; each++) {
        PyObject *name = PyUnicode_FromFormat("torch.%s", limen_dtype_name(each));

        if (name && PyUnicode_Compare(text, name) == 0)
            found = each;
        Py_XDECREF(name);
    }
    Py_XDECREF(text);
    return found;
}

static limen_dtype dtype_of(limen_module *module, PyObject *object, const char *argument)
{
    PyObject *dtype = PyObject_GetAttr(object, module->names[NAME_DTYPE]);
    PyObject *known, *number;
    limen_dtype found;

    if (!dtype)
        return LIMEN_NONE;
    known = PyDict_GetItemWithError(module->dtypes, dtype);
    if (known) {
        Py_DECREF(dtype);
        return (limen_dtype)PyLong_AsLong(known);
    }
    found = PyErr_Occurred() ? LIMEN_NONE : dtype_by_name(dtype);
    if (found == LIMEN_NONE && !PyErr_Occurred())
        PyErr_Format(PyExc_TypeError, "%s has dtype %S, which has no order to compare with",
                     argument, dtype);
    number = found == LIMEN_NONE ? NULL : PyLong_FromLong((long)found);
    if (number)
        (void)PyDict_SetItem(module->dtypes, dtype, number);
    Py_XDECREF(number);
    Py_DECREF(dtype);
    return PyErr_Occurred() ? LIMEN_NONE : found;
}

/* A tuple of integers into `out`; their number, or -1. */
static int take_tuple(PyObject *tuple, int64_t *out)
{
    Py_ssize_t length = tuple ? PyTuple_Size(tuple) : -1;

    if (length > LIMEN_MAX_DIMENSIONS) {
        PyErr_Format(PyExc_ValueError, "%zd dimensions, more than %d", length,
                     LIMEN_MAX_DIMENSIONS);
        length = -1;
    }
    for (Py_ssize_t i = 0; i < length; i++)
        out[i] = PyLong_AsLongLong(PyTuple_GetItem(tuple, i));
    Py_XDECREF(tuple);
    return PyErr_Occurred() ? -1 : (int)length;
}

static int take_cpu_tensor(limen_module *module, PyObject *object, const char *argument,
                           limen_tensor *tensor)
{
    PyObject *const *names = module->names;
    PyObject *pointer;
    int64_t size;

    tensor->dtype = dtype_of(module, object, argument);
    if (tensor->dtype == LIMEN_NONE)
        return -1;
    tensor->ndim = take_tuple(PyObject_GetAttr(object, names[NAME_SHAPE]), tensor->shape);
    if (tensor->ndim < 0 || take_tuple(PyObject_CallMethodObjArgs(object, names[NAME_STRIDE], NULL),
                                       tensor->stride) < 0)
        return -1;
    size = (int64_t)limen_dtype_size(tensor->dtype);
    for (int axis = 0; axis < tensor->ndim; axis++)
        tensor->stride[axis] *= size;
    pointer = PyObject_CallMethodObjArgs(object, names[NAME_DATA_PTR], NULL);
    if (!pointer)
        return -1;
    tensor->data = PyLong_AsVoidPtr(pointer);
    Py_DECREF(pointer);
    limen_tensor_hold(tensor, object);
    return PyErr_Occurred() ? -1 : 1;
}

/* A new reference to a tensor of the same values that lies on the CPU as it reads: the tensor
 * itself, but for other devices and for views that negate when they are read. */
static PyObject *plain_tensor(limen_module *module, PyObject *object, const char *argument)
{
    PyObject *const *names = module->names;
    PyObject *flag = PyObject_GetAttr(object, names[NAME_IS_CPU]);
    int on_cpu = flag ? PyObject_IsTrue(flag) : -1;
    int negated;

    Py_XDECREF(flag);
    if (on_cpu == 0 && limen_warn_of_copy(module, argument) == 0)
        return PyObject_CallMethodObjArgs(object, names[NAME_CPU], NULL);
    if (on_cpu <= 0)
        return NULL;
    flag = PyObject_CallMethodObjArgs(object, names[NAME_IS_NEG], NULL);
    negated = flag ? PyObject_IsTrue(flag) : -1;
    Py_XDECREF(flag);
    if (negated < 0)
        return NULL;
    return negated ? PyObject_CallMethodObjArgs(object, names[NAME_RESOLVE_NEG], NULL)
                   : Py_NewRef(object);
}

int limen_take_torch(limen_module *module, PyObject *object, const char *argument,
                     limen_tensor *tensor)
{
    PyObject *plain;
    int taken;

    if (PyObject_CheckBuffer(object))
        return 0;
    taken = is_torch_tensor(module, object);
    if (taken <= 0)
        return taken;
    plain = plain_tensor(module, object, argument);
    if (!plain)
        return -1;
    tensor->writable = plain == object;
    taken = take_cpu_tensor(module, plain, argument, tensor);
    Py_DECREF(plain);
    return taken;
}
