#include "core.h"
#include "limen_io.h"

#include <math.h>
#include <string.h>

static PyObject *node_to_python(const limen_node *node);

static PyObject *object_to_dict(const limen_node *node)
{
    PyObject *dict = PyDict_New();

    for (int64_t i = 0; dict && i < limen_node_count(node); i++) {
        const limen_node *child = limen_node_at(node, i);
        PyObject *value = node_to_python(child);

        if (!value || PyDict_SetItemString(dict, limen_node_name(child), value) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(value);
    }
    return dict;
}

static PyObject *array_to_list(const limen_node *node)
{
    int64_t count = limen_node_count(node);
    PyObject *list = PyList_New((Py_ssize_t)count);

    for (int64_t i = 0; list && i < count; i++) {
        PyObject *value = node_to_python(limen_node_at(node, i));

        if (!value || PyList_SetItem(list, (Py_ssize_t)i, value) < 0)
            Py_CLEAR(list);
    }
    return list;
}

static PyObject *node_to_python(const limen_node *node)
{
    switch (limen_node_type(node)) {
    case LIMEN_NODE_OBJECT:
        return object_to_dict(node);
    case LIMEN_NODE_ARRAY:
        return array_to_list(node);
    case LIMEN_NODE_NUMBER:
        return PyFloat_FromDouble(limen_node_number(node));
    case LIMEN_NODE_INTEGER:
        return PyLong_FromDouble(limen_node_number(node));
    case LIMEN_NODE_BOOLEAN:
        return PyBool_FromLong(limen_node_number(node) != 0.0);
    case LIMEN_NODE_STRING:
        return PyUnicode_FromString(limen_node_string(node));
    }
    return Py_NewRef(Py_None);
}

PyObject *limen_numbers(const void *values, char code, Py_ssize_t rows, Py_ssize_t columns)
{
    Py_ssize_t size = code == 'B' ? 1 : 8;
    Py_ssize_t count = (rows > 0 ? rows : 1) * columns;
    char format[2] = {code, '\0'};
    PyObject *bytes = PyBytes_FromStringAndSize(values, count * size);
    PyObject *view = bytes ? PyMemoryView_FromObject(bytes) : NULL;
    PyObject *shaped = NULL;

    Py_XDECREF(bytes);
    if (view && rows > 0 && count > 0)
        shaped = PyObject_CallMethod(view, "cast", "s(nn)", format, rows, columns);
    else if (view)
        shaped = PyObject_CallMethod(view, "cast", "s", format);
    Py_XDECREF(view);
    return shaped;
}

/* ---- limen._core.Result ------------------------------------------------------------------- */

typedef struct result_object {
    PyObject_HEAD limen_result *result;
} result_object;

PyObject *limen_result_wrap(limen_module *module, limen_result *result)
{
    PyTypeObject *type = (PyTypeObject *)module->result_type;
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    result_object *self = (result_object *)allocate(type, 0);

    if (self)
        self->result = result;
    else
        limen_result_destroy(result);
    return (PyObject *)self;
}

static void result_dealloc(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);

    limen_result_destroy(((result_object *)object)->result);
    release(object);
    Py_DECREF(type);
}

static PyObject *result_tree(PyObject *object, PyObject *unused)
{
    (void)unused;
    return node_to_python(limen_result_root(((result_object *)object)->result));
}

static PyObject *result_render(PyObject *object, PyTypeObject *type, PyObject *const *args,
                               size_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"format", "top", "sort", "columns"};
    static const char *const formats[] = {"table", "json", "csv", "markdown", "html"};
    PyObject *values[4], *rendered;
    limen_report_options options = {.size = sizeof options};
    int64_t columns = 0;
    limen_error error;
    size_t length;
    char *text;
    int format;

    if (limen_arguments("render", names, 4, 1, 0, args, (Py_ssize_t)nargs, kwnames, values) < 0)
        return NULL;
    format = limen_choice(values[0], "format", formats, 5);
    if (format < 0 || limen_take_int64(values[1], "top", &options.top) < 0 ||
        limen_take_int64(values[3], "columns", &columns) < 0)
        return NULL;
    options.format = (limen_format)format;
    options.columns = columns > 0 && columns < INT32_MAX ? (int32_t)columns : 0;
    if (values[2] && values[2] != Py_None) {
        options.sort = PyUnicode_AsUTF8AndSize(values[2], NULL);
        if (!options.sort)
            return NULL;
    }
    if (limen_report_render(((result_object *)object)->result, &options, NULL, &text, &length,
                            &error) != LIMEN_OK)
        return limen_raise(PyType_GetModuleState(type), &error);
    rendered = PyUnicode_FromStringAndSize(text, (Py_ssize_t)length);
    limen_report_release(text, length, NULL);
    return rendered;
}

static PyMethodDef result_methods[] = {
    {"tree", result_tree, METH_NOARGS,
     "tree($self)\n--\n\nThe report as dicts, lists and numbers."},
    {"render", (PyCFunction)(void (*)(void))result_render,
     METH_METHOD | METH_FASTCALL | METH_KEYWORDS,
     "render($self, format='table', *, top=0, sort=None, columns=80)\n--\n\n"
     "The report as text: table, json, csv, markdown or html."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot result_slots[] = {
    {Py_tp_dealloc, result_dealloc},
    {Py_tp_methods, result_methods},
    {Py_tp_doc, "What Tally.report computed."},
    {0, NULL},
};

PyObject *limen_result_type(PyObject *module)
{
    PyType_Spec spec = {.name = "limen._core.Result",
                        .basicsize = sizeof(result_object),
                        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                        .slots = result_slots};

    return PyType_FromModuleAndSpec(module, &spec, NULL);
}
