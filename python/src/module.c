#include "core.h"
#include "guess.h"
#include "ingest.h"
#include "ratio.h"
#include "tune.h"

#include <stddef.h>
#include <string.h>

limen_module *limen_module_of(PyObject *module)
{
    return PyModule_GetState(module);
}

int limen_attribute(limen_module *module, PyObject *object, int name, PyObject **value)
{
    *value = PyObject_GetAttr(object, module->names[name]);
    if (*value)
        return 1;
    if (!PyErr_ExceptionMatches(PyExc_AttributeError))
        return -1;
    PyErr_Clear();
    return 0;
}

limen_module *limen_module_of_object(PyObject *object)
{
    for (PyTypeObject *type = Py_TYPE(object); type;
         type = (PyTypeObject *)PyType_GetSlot(type, Py_tp_base)) {
        limen_module *module = PyType_GetModuleState(type);

        if (module)
            return module;
        PyErr_Clear();
    }
    return NULL;
}

int limen_claim(int *busy, const char *type)
{
    int free = 0;

    if (__atomic_compare_exchange_n(busy, &free, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return 0;
    PyErr_Format(PyExc_RuntimeError, "another thread is using this %s: give each thread its own",
                 type);
    return -1;
}

void limen_unclaim(int *busy)
{
    __atomic_store_n(busy, 0, __ATOMIC_RELEASE);
}

/* ---- Functions ---------------------------------------------------------------------------- */

static PyObject *words_of(uint32_t bits, const char *const *words, int count, int first)
{
    PyObject *list = PyList_New(0);

    for (int i = 0; list && i < count; i++) {
        PyObject *word = bits >> (i + first) & 1 ? PyUnicode_FromString(words[i]) : NULL;

        if (word && PyList_Append(list, word) < 0)
            Py_CLEAR(list);
        Py_XDECREF(word);
    }
    return list && !PyErr_Occurred() ? list : NULL;
}

static PyObject *describe(const limen_metric *metric)
{
    static const char *const tasks[] = {"binary", "multiclass", "multilabel"};
    static const char *const averages[] = {"none",     "micro",   "macro",
                                           "weighted", "samples", "whole"};
    static const char *const states[] = {"counts",    "confusion", "samples",     "scores",
                                         "histogram", "ranking",   "calibration", "hinge"};
    PyObject *task_list = words_of(metric->tasks, tasks, 3, 1);
    PyObject *state_list = words_of(metric->states, states, 8, 0);
    PyObject *average_list = words_of(metric->averages, averages, 6, 0);
    PyObject *row = NULL;

    if (task_list && average_list && state_list)
        row =
            Py_BuildValue("{s:s,s:s,s:s,s:s,s:s,s:O,s:O,s:O,s:i,s:d,s:d}", "name", metric->name,
                          "title", metric->title, "formula", metric->formula, "help", metric->help,
                          "source", metric->source, "states", state_list, "tasks", task_list,
                          "averages", average_list, "higher_is_better",
                          (int)metric->higher_is_better, "low", metric->low, "high", metric->high);
    Py_XDECREF(task_list);
    Py_XDECREF(average_list);
    Py_XDECREF(state_list);
    return row;
}

static PyObject *metric_table(PyObject *module, PyObject *unused)
{
    PyObject *list = PyList_New(0);

    (void)module;
    (void)unused;
    for (int64_t i = 0; list && i < limen_metric_count(); i++) {
        PyObject *row = describe(limen_metric_at(i));

        if (!row || PyList_Append(list, row) < 0)
            Py_CLEAR(list);
        Py_XDECREF(row);
    }
    return list;
}

static PyObject *cpu_names(PyObject *module, PyObject *unused)
{
    PyObject *list = PyList_New(0);
    const char *name;

    (void)module;
    (void)unused;
    for (int i = 0; list && (name = limen_cpu_at(i)) != NULL; i++) {
        PyObject *text = PyUnicode_FromString(name);

        if (!text || PyList_Append(list, text) < 0)
            Py_CLEAR(list);
        Py_XDECREF(text);
    }
    return list;
}

/* Decisions into fresh bytes, as a memoryview of the shape that the samples have. */
static PyObject *decide(limen_module *module, const limen_spec *spec, int64_t set,
                        const limen_batch *batch)
{
    int64_t samples = batch->scores.shape[0] * batch->scores.shape[2];
    int64_t columns = spec->task == LIMEN_MULTILABEL ? batch->scores.shape[1] : 1;
    char code = spec->task == LIMEN_MULTICLASS ? 'q' : 'B';
    size_t size = code == 'q' ? 8 : 1;
    void *decisions = PyMem_Malloc((size_t)(samples * columns) * size + 1);
    PyObject *view = NULL;
    PyThreadState *thread;
    limen_status status;
    limen_error error;

    if (!decisions)
        return PyErr_NoMemory();
    thread = PyEval_SaveThread();
    status = limen_apply(spec, set, batch, decisions, NULL, &error);
    PyEval_RestoreThread(thread);
    if (status != LIMEN_OK)
        (void)limen_raise(module, &error);
    else if (spec->task == LIMEN_MULTILABEL)
        view = limen_numbers(decisions, code, (Py_ssize_t)samples, (Py_ssize_t)columns);
    else
        view = limen_numbers(decisions, code, 0, (Py_ssize_t)samples);
    PyMem_Free(decisions);
    return view;
}

/* top_labels and cost_matrix: rules for whole rows in place of thresholds. */
static int take_row_rules(limen_module *module, PyObject *top_labels, PyObject *cost_matrix,
                          limen_spec *spec, double **costs)
{
    int64_t top = 0;
    Py_ssize_t cells;

    if (limen_take_int64(top_labels, "top_labels", &top) < 0 ||
        limen_take_doubles(module, cost_matrix, "cost_matrix", costs, &cells) < 0)
        return -1;
    if (top < 0 || top > spec->width) {
        PyErr_Format(PyExc_ValueError, "top_labels is %lld of %lld labels", (long long)top,
                     (long long)spec->width);
        return -1;
    }
    if (*costs && cells != spec->width * spec->width) {
        PyErr_Format(PyExc_ValueError, "cost_matrix has %zd values for %lld classes", cells,
                     (long long)spec->width);
        return -1;
    }
    spec->top_labels = (int32_t)top;
    spec->cost_matrix = *costs;
    return 0;
}

static PyObject *apply(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    enum { OWN = 4 };
    const char *names[OWN + SPEC_ARGUMENTS] = {"scores", "set", "top_labels", "cost_matrix"};
    limen_module *module = limen_module_of(self);
    PyObject *values[OWN + SPEC_ARGUMENTS], *decisions = NULL;
    limen_owned_spec spec = {0};
    limen_owned_batch batch;
    double *costs = NULL;
    int64_t set = 0;

    memcpy(names + OWN, limen_spec_names, sizeof limen_spec_names);
    memset(&batch, 0, sizeof batch);
    if (limen_arguments("apply", names, OWN + SPEC_ARGUMENTS, 1, 1, args, nargs, kwnames, values) <
        0)
        return NULL;
    if (limen_take_int64(values[1], "set", &set) == 0 &&
        limen_spec_take(module, values + OWN, &spec) == 0 &&
        take_row_rules(module, values[2], values[3], &spec.spec, &costs) == 0 &&
        limen_batch_take(module, &spec.spec, values[0], NULL, NULL, NULL, &batch) == 0)
        decisions = decide(module, &spec.spec, set, &batch.batch);
    limen_batch_release(&batch);
    limen_spec_release(&spec);
    PyMem_Free(costs);
    return decisions;
}

/* Where limen would read an object's first element, and its dtype, shape and strides: shows whether
 * a copy is made. */
static PyObject *inspect(PyObject *self, PyObject *object)
{
    limen_tensor tensor = {0};
    PyObject *shape, *strides, *answer = NULL;

    if (limen_tensor_take(limen_module_of(self), object, "object", &tensor) < 0) {
        limen_tensor_release(&tensor);
        return NULL;
    }
    shape = PyTuple_New(tensor.ndim);
    strides = PyTuple_New(tensor.ndim);
    for (int axis = 0; shape && strides && axis < tensor.ndim; axis++) {
        (void)PyTuple_SetItem(shape, axis, PyLong_FromLongLong(tensor.shape[axis]));
        (void)PyTuple_SetItem(strides, axis, PyLong_FromLongLong(tensor.stride[axis]));
    }
    if (shape && strides && !PyErr_Occurred())
        answer = Py_BuildValue("(NsOO)", PyLong_FromVoidPtr((void *)(uintptr_t)tensor.data),
                               limen_dtype_name(tensor.dtype), shape, strides);
    Py_XDECREF(shape);
    Py_XDECREF(strides);
    limen_tensor_release(&tensor);
    return answer;
}

static PyMethodDef functions[] = {
    {"metric_table", metric_table, METH_NOARGS,
     "metric_table($module)\n--\n\nEvery metric: a list of dicts with name, title, formula, help, "
     "source, states, tasks, averages, ..."},
    {"cpu_names", cpu_names, METH_NOARGS,
     "cpu_names($module)\n--\n\nThe kernel sets that this machine can run, slowest first."},
    {"apply", (PyCFunction)(void (*)(void))apply, METH_FASTCALL | METH_KEYWORDS,
     "apply($module, scores, *, task, width=1, thresholds=None, rule='ge', ...)\n--\n\n"
     "Decisions: uint8 of shape (N, L), (N,) for binary; int64 class numbers for multiclass."},
    {"ratio", (PyCFunction)(void (*)(void))limen_ratio, METH_FASTCALL | METH_KEYWORDS,
     "ratio($module, counts, formula, average='none', zero_division=0, labels='all')\n--\n\n"
     "Tally.ratio of counts of shape (L, 4): tp, fp, tn, fn."},
    {"are_probabilities", limen_are_probabilities, METH_O,
     "are_probabilities($module, scores)\n--\n\nWhether no score is NaN or outside [0, 1]."},
    {"add_guessing", (PyCFunction)(void (*)(void))limen_add_guessing, METH_FASTCALL | METH_KEYWORDS,
     "add_guessing($module, probabilities, logits, scores, targets, weights=None, fresh=False)\n"
     "--\n\n"
     "Updates one of two tallies, after a reset if fresh, and returns it: the second when some "
     "score\nis NaN or outside [0, 1], unless both are the same."},
    {"inspect", inspect, METH_O,
     "inspect($module, object)\n--\n\n(address, dtype, shape, strides in bytes) as limen reads the "
     "object."},
    {"check_thresholds", limen_check_thresholds, METH_O,
     "check_thresholds($module, path)\n--\n\nlimen.Error unless it is a thresholds file."},
    {"write_text", (PyCFunction)(void (*)(void))limen_write_text, METH_FASTCALL,
     "write_text($module, path, text)\n--\n\nWrites a file: all of it, or nothing."},
    {NULL, NULL, 0, NULL},
};

/* ---- The module --------------------------------------------------------------------------- */

static int add_names(limen_module *state)
{
    static const char *const texts[NAME_COUNT] = {
#define XX(name, text) text,
        LIMEN_NAME_MAP(XX)
#undef XX
    };

    for (int i = 0; i < NAME_COUNT; i++) {
        state->names[i] = PyUnicode_InternFromString(texts[i]);
        if (!state->names[i])
            return -1;
    }
    return 0;
}

/* The types, and where the module keeps them. */
static const struct module_type {
    const char *name;
    PyObject *(*make)(PyObject *module);
    size_t field;
} types[] = {
    {"Error", limen_error_type, offsetof(limen_module, error)},
    {"Array", limen_array_type, offsetof(limen_module, array_type)},
    {"Tally", limen_tally_type, offsetof(limen_module, tally_type)},
    {"Search", limen_search_type, offsetof(limen_module, search_type)},
    {"Result", limen_result_type, offsetof(limen_module, result_type)},
};
enum { TYPE_COUNT = sizeof types / sizeof *types };

static PyObject **type_field(limen_module *state, size_t index)
{
    return (PyObject **)(void *)((char *)state + types[index].field);
}

static int add_objects(PyObject *module)
{
    limen_module *state = limen_module_of(module);

    state->tensor_types = PyDict_New();
    state->dtypes = PyDict_New();
    state->warned = PySet_New(NULL);
    if (!state->tensor_types || !state->dtypes || !state->warned || add_names(state) < 0)
        return -1;
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        PyObject **type = type_field(state, i);

        *type = types[i].make(module);
        if (!*type || PyModule_AddObjectRef(module, types[i].name, *type) < 0)
            return -1;
    }
    if (PyModule_AddStringConstant(module, "__version__", limen_version()) < 0)
        return -1;
    return PyModule_AddStringConstant(module, "cpu_name", limen_cpu_name());
}

static int traverse(PyObject *module, visitproc visit, void *arg)
{
    limen_module *state = limen_module_of(module);

    for (size_t i = 0; i < TYPE_COUNT; i++)
        Py_VISIT(*type_field(state, i));
    Py_VISIT(state->tensor_types);
    Py_VISIT(state->dtypes);
    Py_VISIT(state->warned);
    return 0;
}

static int clear(PyObject *module)
{
    limen_module *state = limen_module_of(module);

    for (size_t i = 0; i < TYPE_COUNT; i++)
        Py_CLEAR(*type_field(state, i));
    Py_CLEAR(state->tensor_types);
    Py_CLEAR(state->dtypes);
    Py_CLEAR(state->warned);
    for (int i = 0; i < NAME_COUNT; i++)
        Py_CLEAR(state->names[i]);
    return 0;
}

static void release(void *module)
{
    (void)clear(module);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, add_objects},
#ifdef Py_MOD_PER_INTERPRETER_GIL_SUPPORTED
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#ifdef Py_GIL_DISABLED
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "limen._core",
    .m_doc = "The C core of limen.",
    .m_size = sizeof(limen_module),
    .m_methods = functions,
    .m_slots = slots,
    .m_traverse = traverse,
    .m_clear = clear,
    .m_free = release,
};

PyMODINIT_FUNC PyInit__core(void)
{
    return PyModuleDef_Init(&definition);
}
