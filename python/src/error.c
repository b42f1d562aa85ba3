#include "core.h"

/* Attributes code ("LIMEN_ERR_SHAPE"), row and column (None when they do not apply). */
PyObject *limen_error_type(PyObject *module)
{
    PyObject *attributes = Py_BuildValue("{s:s,s:O,s:O}", "code", "LIMEN_ERR_ARGUMENT", "row",
                                         Py_None, "column", Py_None);
    PyObject *type;

    (void)module;
    if (!attributes)
        return NULL;
    type = PyErr_NewExceptionWithDoc(
        "limen.Error",
        "What limen refuses: a ValueError with the place.\n\n"
        "code is the name of the library's status, row and column the place in the data,\n"
        "counted from 0, or None where they do not apply.",
        PyExc_ValueError, attributes);
    Py_DECREF(attributes);
    return type;
}

static int set_index(PyObject *exception, const char *name, int64_t value)
{
    PyObject *number = value < 0 ? Py_NewRef(Py_None) : PyLong_FromLongLong(value);
    int failed = !number || PyObject_SetAttrString(exception, name, number) < 0;

    Py_XDECREF(number);
    return failed ? -1 : 0;
}

static PyObject *message_with_place(const limen_error *error)
{
    static const char *const inputs[] = {"", "scores", "targets", "weights", "groups"};
    const char *input = error->input <= LIMEN_INPUT_GROUPS ? inputs[error->input] : "";

    if (error->row >= 0 && error->column >= 0)
        return PyUnicode_FromFormat("%s[%lld, %lld]: %s", input, (long long)error->row,
                                    (long long)error->column, error->message);
    if (error->row >= 0)
        return PyUnicode_FromFormat("%s[%lld]: %s", input, (long long)error->row, error->message);
    return PyUnicode_FromString(error->message);
}

/* Takes over `message`, which may be NULL after a failure. */
static PyObject *raise_message(limen_module *module, const limen_error *error, PyObject *message)
{
    PyObject *exception = NULL, *code;

    if (message)
        exception = PyObject_CallFunctionObjArgs(module->error, message, NULL);
    code = PyUnicode_FromString(limen_status_name(error->code));
    if (exception && code && PyObject_SetAttrString(exception, "code", code) == 0 &&
        set_index(exception, "row", error->row) == 0 &&
        set_index(exception, "column", error->column) == 0)
        PyErr_SetObject(module->error, exception);
    Py_XDECREF(message);
    Py_XDECREF(exception);
    Py_XDECREF(code);
    return NULL;
}

PyObject *limen_raise(limen_module *module, const limen_error *error)
{
    if (error->code == LIMEN_ERR_MEMORY)
        return PyErr_NoMemory();
    return raise_message(module, error, message_with_place(error));
}

PyObject *limen_raise_about(limen_module *module, PyObject *path, const limen_error *error)
{
    PyObject *message;

    if (error->code == LIMEN_ERR_MEMORY)
        return PyErr_NoMemory();
    if (error->row >= 0 && error->column >= 0)
        message = PyUnicode_FromFormat("%S:%lld:%lld: %s", path, (long long)error->row,
                                       (long long)error->column, error->message);
    else
        message = PyUnicode_FromFormat("%S: %s", path, error->message);
    return raise_message(module, error, message);
}
