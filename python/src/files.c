/* Thresholds files, by the reader and the writer that the command line has. */
#include "tune.h"

#include "limen_io.h"

static PyObject *thresholds_to_tuple(const limen_thresholds_info *info)
{
    static const char *const tasks[] = {"", "binary", "multiclass", "multilabel"};
    PyObject *values = limen_numbers(info->values, 'd', 0, (Py_ssize_t)info->width);
    PyObject *labels = info->labels ? PyList_New((Py_ssize_t)info->width) : Py_NewRef(Py_None);
    PyObject *tuple = NULL;

    for (int64_t i = 0; info->labels && labels && i < info->width; i++) {
        PyObject *name = PyUnicode_FromString(info->labels[i]);

        if (!name || PyList_SetItem(labels, (Py_ssize_t)i, name) < 0)
            Py_CLEAR(labels);
    }
    if (values && labels)
        tuple = Py_BuildValue("(sszOO)", tasks[info->task], info->rule == LIMEN_GE ? "ge" : "gt",
                              limen_dtype_name(info->dtype), values, labels);
    Py_XDECREF(values);
    Py_XDECREF(labels);
    return tuple;
}

PyObject *limen_read_thresholds(PyObject *self, PyObject *path)
{
    limen_module *module = limen_module_of(self);
    PyObject *bytes = NULL, *tuple;
    limen_thresholds *thresholds;
    limen_error error;

    if (!PyUnicode_FSConverter(path, &bytes))
        return NULL;
    if (limen_thresholds_read(PyBytes_AsString(bytes), 0, NULL, NULL, &thresholds, NULL, &error) !=
        LIMEN_OK) {
        tuple = limen_raise_about(module, path, &error);
    } else {
        tuple = thresholds_to_tuple(limen_thresholds_describe(thresholds));
        limen_thresholds_destroy(thresholds);
    }
    Py_DECREF(bytes);
    return tuple;
}

static limen_status write_text(const char *path, const char *text, Py_ssize_t length,
                               limen_error *error)
{
    limen_sink *sink;
    limen_status status = limen_sink_open(path, NULL, &sink, error);

    if (status != LIMEN_OK)
        return status;
    status = limen_sink_write(sink, text, (size_t)length, error);
    if (status == LIMEN_OK)
        return limen_sink_commit(sink, error);
    limen_sink_abort(sink);
    return status;
}

PyObject *limen_write_text(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    limen_module *module = limen_module_of(self);
    PyObject *bytes = NULL;
    limen_status status;
    limen_error error;
    Py_ssize_t length;
    const char *text, *path;
    PyThreadState *thread;

    if (nargs != 2) {
        PyErr_SetString(PyExc_TypeError, "write_text() takes a path and a text");
        return NULL;
    }
    text = PyUnicode_AsUTF8AndSize(args[1], &length);
    if (!text || !PyUnicode_FSConverter(args[0], &bytes))
        return NULL;
    path = PyBytes_AsString(bytes);
    thread = PyEval_SaveThread();
    status = write_text(path, text, length, &error);
    PyEval_RestoreThread(thread);
    if (status != LIMEN_OK)
        (void)limen_raise_about(module, args[0], &error);
    Py_DECREF(bytes);
    return status == LIMEN_OK ? Py_NewRef(Py_None) : NULL;
}
