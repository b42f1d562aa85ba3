/* Thresholds files, by the reader and the writer that the command line has. */
#include "tune.h"

#include "limen_io.h"

PyObject *limen_check_thresholds(PyObject *self, PyObject *path)
{
    limen_thresholds *thresholds;
    PyObject *bytes = NULL;
    limen_status status;
    limen_error error;

    if (!PyUnicode_FSConverter(path, &bytes))
        return NULL;
    status =
        limen_thresholds_read(PyBytes_AsString(bytes), 0, NULL, NULL, &thresholds, NULL, &error);
    Py_DECREF(bytes);
    if (status != LIMEN_OK)
        return limen_raise_about(limen_module_of(self), path, &error);
    limen_thresholds_destroy(thresholds);
    Py_RETURN_NONE;
}

/* A temporary file that is synced and renamed: what was under the name stays until all is there. */
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
