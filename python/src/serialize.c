/* Tallies as bytes and files, and the names that they carry. */
#include "tally.h"

#include "limen_io.h"

#include <string.h>

/* ---- Bytes -------------------------------------------------------------------------------- */

static limen_status append(void *context, const void *bytes, size_t count, limen_error *error)
{
    char **end = context;

    (void)error;
    memcpy(*end, bytes, count);
    *end += count;
    return LIMEN_OK;
}

static PyObject *to_bytes(PyObject *object)
{
    limen_tally_object *self = (limen_tally_object *)object;
    limen_module *module = limen_module_of_object(object);
    PyThreadState *thread;
    PyObject *bytes;
    limen_status status = LIMEN_OK;
    limen_error error;
    char *end;

    if (limen_tally_enter(self) < 0)
        return NULL;
    bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)limen_tally_size(self->tally));
    if (bytes) {
        end = PyBytes_AsString(bytes);
        thread = PyEval_SaveThread();
        status = limen_tally_write(self->tally, append, &end, &error);
        PyEval_RestoreThread(thread);
    }
    limen_tally_leave(self);
    if (status == LIMEN_OK)
        return bytes;
    Py_XDECREF(bytes);
    return limen_raise(module, &error);
}

PyObject *limen_tally_method_to_bytes(PyObject *object, PyObject *unused)
{
    (void)unused;
    return to_bytes(object);
}

/* An object of `type`, a Tally or what derives from it, around a tally, which it takes over. */
static PyObject *wrap(PyTypeObject *type, limen_tally *tally)
{
    PyObject *object = PyType_GenericAlloc(type, 0);

    if (object)
        ((limen_tally_object *)object)->tally = tally;
    else
        limen_tally_destroy(tally);
    return object;
}

PyObject *limen_tally_method_from_bytes(PyObject *class, PyTypeObject *type, PyObject *const *args,
                                        size_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"data"};
    limen_module *module = PyType_GetModuleState(type);
    PyObject *values[1];
    PyThreadState *thread;
    limen_tally *tally = NULL;
    limen_status status;
    limen_error error;
    Py_buffer view;

    if (limen_arguments("from_bytes", names, 1, 1, 1, args, (Py_ssize_t)nargs, kwnames, values) <
            0 ||
        PyObject_GetBuffer(values[0], &view, PyBUF_SIMPLE) < 0)
        return NULL;
    thread = PyEval_SaveThread();
    status = limen_tally_read(view.buf, (size_t)view.len, NULL, &tally, &error);
    PyEval_RestoreThread(thread);
    PyBuffer_Release(&view);
    return status == LIMEN_OK ? wrap((PyTypeObject *)class, tally) : limen_raise(module, &error);
}

/* (type.from_bytes, (bytes,), attributes): for pickle, copy and deepcopy. */
PyObject *limen_tally_method_reduce(PyObject *object, PyObject *unused)
{
    PyObject *bytes = to_bytes(object);
    PyObject *function =
        bytes ? PyObject_GetAttrString((PyObject *)Py_TYPE(object), "from_bytes") : NULL;
    PyObject *attributes = NULL, *reduced = NULL;

    (void)unused;
    if (function) {
        attributes = PyObject_GetAttrString(object, "__dict__");
        if (!attributes && PyErr_ExceptionMatches(PyExc_AttributeError)) {
            PyErr_Clear();
            attributes = Py_NewRef(Py_None);
        }
    }
    if (attributes)
        reduced = Py_BuildValue("(O(O)O)", function, bytes, attributes);
    Py_XDECREF(attributes);
    Py_XDECREF(function);
    Py_XDECREF(bytes);
    return reduced;
}

/* ---- Files -------------------------------------------------------------------------------- */

PyObject *limen_tally_method_save(PyObject *object, PyObject *path)
{
    limen_tally_object *self = (limen_tally_object *)object;
    PyObject *name = NULL;
    PyThreadState *thread;
    limen_status status;
    limen_error error;
    const char *text;

    if (!PyUnicode_FSConverter(path, &name))
        return NULL;
    if (limen_tally_enter(self) < 0) {
        Py_DECREF(name);
        return NULL;
    }
    text = PyBytes_AsString(name);
    thread = PyEval_SaveThread();
    status = limen_tally_save(self->tally, text, NULL, &error);
    PyEval_RestoreThread(thread);
    limen_tally_leave(self);
    Py_DECREF(name);
    if (status == LIMEN_OK)
        Py_RETURN_NONE;
    return limen_raise_about(limen_module_of_object(object), path, &error);
}

PyObject *limen_tally_method_load(PyObject *class, PyTypeObject *type, PyObject *const *args,
                                  size_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"path"};
    PyObject *values[1], *name = NULL;
    PyThreadState *thread;
    limen_tally *tally = NULL;
    limen_status status;
    limen_error error;
    const char *text;

    if (limen_arguments("load", names, 1, 1, 1, args, (Py_ssize_t)nargs, kwnames, values) < 0 ||
        !PyUnicode_FSConverter(values[0], &name))
        return NULL;
    text = PyBytes_AsString(name);
    thread = PyEval_SaveThread();
    status = limen_tally_load(text, NULL, &tally, &error);
    PyEval_RestoreThread(thread);
    Py_DECREF(name);
    if (status == LIMEN_OK)
        return wrap((PyTypeObject *)class, tally);
    return limen_raise_about(PyType_GetModuleState(type), values[0], &error);
}

/* ---- Names -------------------------------------------------------------------------------- */

PyObject *limen_tally_get_labels(PyObject *object, void *unused)
{
    limen_tally_object *self = (limen_tally_object *)object;
    const char *const *labels;
    PyObject *names = NULL;
    int64_t width;

    (void)unused;
    if (limen_tally_enter(self) < 0)
        return NULL;
    labels = limen_tally_labels(self->tally);
    width = limen_tally_spec(self->tally)->width;
    names = labels ? PyTuple_New((Py_ssize_t)width) : Py_NewRef(Py_None);
    for (int64_t i = 0; labels && names && i < width; i++) {
        PyObject *name = PyUnicode_DecodeUTF8(labels[i], (Py_ssize_t)strlen(labels[i]), "replace");

        if (!name || PyTuple_SetItem(names, (Py_ssize_t)i, name) < 0)
            Py_CLEAR(names);
    }
    limen_tally_leave(self);
    return names;
}

int limen_tally_set_labels_attribute(PyObject *object, PyObject *value, void *unused)
{
    limen_tally_object *self = (limen_tally_object *)object;
    PyObject *owner = NULL;
    const char **names = NULL;
    Py_ssize_t count = 0;
    int status = -1;
    limen_error error;

    (void)unused;
    if (limen_take_names(value, "labels", &names, &count, &owner) == 0 &&
        limen_tally_enter(self) == 0) {
        int64_t width = limen_tally_spec(self->tally)->width;

        if (names && count != width)
            PyErr_Format(PyExc_ValueError, "labels has %zd names for %lld labels", count,
                         (long long)width);
        else if (limen_tally_set_labels(self->tally, names, &error) == LIMEN_OK)
            status = 0;
        else
            (void)limen_raise(limen_module_of_object(object), &error);
        limen_tally_leave(self);
    }
    PyMem_Free(names);
    Py_XDECREF(owner);
    return status;
}
