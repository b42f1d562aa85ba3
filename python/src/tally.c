#include "tune.h"

#include "ratio.h"

#include <string.h>

/* Below this many cells an update is over before another thread could use the interpreter lock. */
#define CELLS_WORTH_UNLOCKING 20000

int limen_tally_enter(limen_tally_object *self)
{
    if (self->tally)
        return limen_claim(&self->busy, "Tally");
    PyErr_SetString(PyExc_RuntimeError, "Tally.__init__ was not called");
    return -1;
}

void limen_tally_leave(limen_tally_object *self)
{
    limen_unclaim(&self->busy);
}

/* ---- Life --------------------------------------------------------------------------------- */

static int make(limen_tally_object *self, limen_module *module, const limen_spec *spec,
                PyObject *arrays)
{
    limen_error error;
    limen_status status;

    if (arrays && arrays != Py_None) {
        limen_attached_release(self->attached); /* of an attempt that failed */
        self->attached = PyMem_Calloc(1, sizeof *self->attached);
        if (!self->attached) {
            PyErr_NoMemory();
            return -1;
        }
        if (limen_attached_take(module, spec, arrays, self->attached) < 0)
            return -1;
        status = limen_tally_attach(spec, &self->attached->counts, NULL, &self->tally, &error);
    } else {
        status = limen_tally_create(spec, NULL, &self->tally, &error);
    }
    if (status != LIMEN_OK)
        (void)limen_raise(module, &error);
    return status == LIMEN_OK ? 0 : -1;
}

static int tally_init(PyObject *object, PyObject *args, PyObject *kwargs)
{
    limen_tally_object *self = (limen_tally_object *)object;
    const char *names[SPEC_ARGUMENTS + 1];
    PyObject *values[SPEC_ARGUMENTS + 1];
    limen_owned_spec spec = {0};
    int status = -1;

    if (self->tally) {
        PyErr_SetString(PyExc_RuntimeError, "a Tally is initialised once");
        return -1;
    }
    memcpy(names, limen_spec_names, sizeof limen_spec_names);
    names[SPEC_ARGUMENTS] = "arrays";
    if (limen_arguments_tuple("Tally", names, SPEC_ARGUMENTS + 1, 3, 1, args, kwargs, values) ==
            0 &&
        limen_spec_take(limen_module_of_object(object), values, &spec) == 0)
        status = make(self, limen_module_of_object(object), &spec.spec, values[SPEC_ARGUMENTS]);
    limen_spec_release(&spec);
    return status;
}

static void tally_dealloc(PyObject *object)
{
    limen_tally_object *self = (limen_tally_object *)object;
    PyTypeObject *type = Py_TYPE(object);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);

    limen_tally_destroy(self->tally);
    limen_attached_release(self->attached);
    release(object);
    Py_DECREF(type);
}

/* ---- Changes ------------------------------------------------------------------------------ */

limen_status limen_tally_add(limen_tally *tally, limen_batch *batch, limen_error *error)
{
    const int64_t *shape = batch->scores.shape;
    PyThreadState *thread;
    limen_status status;

    batch->row_offset = limen_tally_samples(tally);
    if (shape[0] * shape[1] * shape[2] < CELLS_WORTH_UNLOCKING)
        return limen_tally_update(tally, batch, error);
    thread = PyEval_SaveThread();
    status = limen_tally_update(tally, batch, error);
    PyEval_RestoreThread(thread);
    return status;
}

static PyObject *tally_update(PyObject *object, PyTypeObject *type, PyObject *const *args,
                              size_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"scores", "targets", "weights", "groups"};
    limen_tally_object *self = (limen_tally_object *)object;
    limen_module *module = PyType_GetModuleState(type);
    PyObject *values[4];
    limen_owned_batch owned;
    limen_error error;
    limen_status status = LIMEN_OK;
    int ready;

    if (limen_arguments("update", names, 4, 4, 2, args, (Py_ssize_t)nargs, kwnames, values) < 0 ||
        limen_tally_enter(self) < 0)
        return NULL;
    memset(&owned, 0, sizeof owned);
    ready = limen_batch_take(module, limen_tally_spec(self->tally), values[0], values[1], values[2],
                             values[3], &owned) == 0;
    if (ready)
        status = limen_tally_add(self->tally, &owned.batch, &error);
    limen_batch_release(&owned);
    limen_tally_leave(self);
    if (!ready)
        return NULL;
    return status == LIMEN_OK ? Py_NewRef(Py_None) : limen_raise(module, &error);
}

static PyObject *tally_merge(PyObject *object, PyTypeObject *type, PyObject *const *args,
                             size_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"other"};
    limen_tally_object *self = (limen_tally_object *)object;
    limen_module *module = PyType_GetModuleState(type);
    PyObject *values[1];
    PyThreadState *thread;
    limen_error error;
    limen_status status;

    if (limen_arguments("merge", names, 1, 1, 1, args, (Py_ssize_t)nargs, kwnames, values) < 0)
        return NULL;
    if (!PyObject_TypeCheck(values[0], type)) {
        PyErr_Format(PyExc_TypeError, "merge() takes another Tally, not %R", values[0]);
        return NULL;
    }
    if (values[0] == object) {
        PyErr_SetString(PyExc_ValueError, "a Tally cannot be merged with itself");
        return NULL;
    }
    if (limen_tally_enter(self) < 0)
        return NULL;
    if (limen_tally_enter((limen_tally_object *)values[0]) < 0) {
        limen_tally_leave(self);
        return NULL;
    }
    thread = PyEval_SaveThread();
    status = limen_tally_merge(self->tally, ((limen_tally_object *)values[0])->tally, &error);
    PyEval_RestoreThread(thread);
    limen_tally_leave((limen_tally_object *)values[0]);
    limen_tally_leave(self);
    return status == LIMEN_OK ? Py_NewRef(Py_None) : limen_raise(module, &error);
}

static PyObject *tally_reset(PyObject *object, PyObject *unused)
{
    limen_tally_object *self = (limen_tally_object *)object;

    (void)unused;
    if (limen_tally_enter(self) < 0)
        return NULL;
    limen_tally_reset(self->tally);
    limen_tally_leave(self);
    Py_RETURN_NONE;
}

/* ---- Reading ------------------------------------------------------------------------------ */

static PyObject *tally_report(PyObject *object, PyTypeObject *type, PyObject *const *args,
                              size_t nargs, PyObject *kwnames)
{
    limen_tally_object *self = (limen_tally_object *)object;
    limen_module *module = PyType_GetModuleState(type);
    PyObject *values[OPTION_ARGUMENTS], *report = NULL;
    limen_owned_options owned = {0};
    limen_result *result;
    limen_error error;

    if (limen_arguments("report", limen_option_names, OPTION_ARGUMENTS, 1, 0, args,
                        (Py_ssize_t)nargs, kwnames, values) < 0 ||
        limen_tally_enter(self) < 0)
        return NULL;
    if (limen_options_take(module, values, limen_tally_spec(self->tally)->width, &owned) == 0) {
        PyThreadState *thread = PyEval_SaveThread();
        limen_status status = limen_compute(self->tally, &owned.options, NULL, &result, &error);

        PyEval_RestoreThread(thread);
        if (status == LIMEN_OK)
            report = limen_result_wrap(module, result);
        else
            (void)limen_raise(module, &error);
    }
    limen_tally_leave(self);
    limen_options_release(&owned);
    return report;
}

/* What metric() is asked for. */
struct request {
    const limen_metric *metric;
    limen_average average;
    int64_t set, group;
};

static int take_request(PyObject *const *values, struct request *request)
{
    static const char *const averages[] = {"none",     "micro",   "macro",
                                           "weighted", "samples", "whole"};
    const char *name = PyUnicode_Check(values[0]) ? PyUnicode_AsUTF8AndSize(values[0], NULL) : NULL;
    int average = limen_choice(values[1], "average", averages, 6);

    if (average < 0)
        return -1;
    *request = (struct request){.metric = name ? limen_metric_find(name) : NULL,
                                .average = (limen_average)(1 << average)};
    if (!request->metric) {
        PyErr_Format(PyExc_ValueError, "there is no metric %R: limen.metric_table() lists them",
                     values[0]);
        return -1;
    }
    if (limen_take_int64(values[2], "set", &request->set) < 0)
        return -1;
    return limen_take_int64(values[3], "group", &request->group);
}

static PyObject *values_of(limen_module *module, const limen_tally *tally,
                           const struct request *request, const limen_compute_options *options)
{
    int64_t count = request->average == LIMEN_AVERAGE_NONE ? limen_tally_spec(tally)->width : 1;
    double *numbers = PyMem_Malloc((size_t)count * sizeof *numbers);
    PyObject *values = NULL;
    PyThreadState *thread;
    limen_status status;
    limen_error error;

    if (!numbers)
        return PyErr_NoMemory();
    thread = PyEval_SaveThread();
    status = limen_metric_values(request->metric, tally, request->set, request->group,
                                 request->average, options, numbers, NULL, &error);
    PyEval_RestoreThread(thread);
    if (status != LIMEN_OK)
        (void)limen_raise(module, &error);
    else if (request->average == LIMEN_AVERAGE_NONE)
        values = limen_numbers(numbers, 'd', 0, (Py_ssize_t)count);
    else
        values = PyFloat_FromDouble(numbers[0]);
    PyMem_Free(numbers);
    return values;
}

static PyObject *tally_metric(PyObject *object, PyTypeObject *type, PyObject *const *args,
                              size_t nargs, PyObject *kwnames)
{
    enum { OWN = 4 };
    const char *names[OWN + OPTION_ARGUMENTS] = {"name", "average", "set", "group"};
    limen_tally_object *self = (limen_tally_object *)object;
    limen_module *module = PyType_GetModuleState(type);
    PyObject *values[OWN + OPTION_ARGUMENTS], *numbers = NULL;
    limen_owned_options owned = {0};
    struct request request;

    memcpy(names + OWN, limen_option_names, sizeof limen_option_names);
    if (limen_arguments("metric", names, OWN + OPTION_ARGUMENTS, 2, 1, args, (Py_ssize_t)nargs,
                        kwnames, values) < 0 ||
        limen_tally_enter(self) < 0)
        return NULL;
    if (take_request(values, &request) == 0 &&
        limen_options_take(module, values + OWN, limen_tally_spec(self->tally)->width, &owned) == 0)
        numbers = values_of(module, self->tally, &request, &owned.options);
    limen_tally_leave(self);
    limen_options_release(&owned);
    return numbers;
}

/* (labels, 4) doubles: tp, fp, tn, fn. */
static PyObject *counts_of(limen_module *module, const limen_tally *tally, int64_t set,
                           int64_t group)
{
    int64_t width = limen_tally_spec(tally)->width;
    limen_counts *counts = PyMem_Malloc((size_t)width * sizeof *counts);
    PyObject *numbers = NULL;
    limen_status status = LIMEN_OK;
    limen_error error;

    if (!counts)
        return PyErr_NoMemory();
    for (int64_t label = 0; label < width && status == LIMEN_OK; label++)
        status = limen_tally_counts(tally, set, group, label, &counts[label], &error);
    if (status == LIMEN_OK)
        numbers = limen_numbers(counts, 'd', (Py_ssize_t)width, 4);
    else
        (void)limen_raise(module, &error);
    PyMem_Free(counts);
    return numbers;
}

static PyObject *confusion_of(limen_module *module, const limen_tally *tally, int64_t set,
                              int64_t group)
{
    const limen_spec *spec = limen_tally_spec(tally);
    int64_t side = spec->task == LIMEN_BINARY ? 2 : spec->width;
    double *matrix = PyMem_Malloc((size_t)(side * side) * sizeof *matrix);
    PyObject *numbers = NULL;
    limen_error error;

    if (!matrix)
        return PyErr_NoMemory();
    if (limen_tally_confusion(tally, set, group, matrix, &error) == LIMEN_OK)
        numbers = limen_numbers(matrix, 'd', (Py_ssize_t)side, (Py_ssize_t)side);
    else
        (void)limen_raise(module, &error);
    PyMem_Free(matrix);
    return numbers;
}

static PyObject *thresholds_of(limen_module *module, const limen_tally *tally, int64_t set,
                               int64_t group)
{
    int64_t width = limen_tally_spec(tally)->width;
    double *thresholds = PyMem_Malloc((size_t)width * sizeof *thresholds);
    PyObject *numbers = NULL;
    limen_error error;

    (void)group;
    if (!thresholds)
        return PyErr_NoMemory();
    if (limen_tally_thresholds(tally, set, thresholds, &error) == LIMEN_OK)
        numbers = limen_numbers(thresholds, 'd', 0, (Py_ssize_t)width);
    else
        (void)limen_raise(module, &error);
    PyMem_Free(thresholds);
    return numbers;
}

/* The three readers of (set, group) differ in what they read alone. */
static PyObject *read_numbers(PyObject *object, PyTypeObject *type, PyObject *const *args,
                              size_t nargs, PyObject *kwnames, const char *function,
                              PyObject *(*read)(limen_module *, const limen_tally *, int64_t,
                                                int64_t))
{
    static const char *const names[] = {"set", "group"};
    limen_tally_object *self = (limen_tally_object *)object;
    limen_module *module = PyType_GetModuleState(type);
    PyObject *values[2], *numbers;
    int64_t set = 0;
    int64_t group = 0;

    if (limen_arguments(function, names, 2, 2, 0, args, (Py_ssize_t)nargs, kwnames, values) < 0 ||
        limen_take_int64(values[0], "set", &set) < 0 ||
        limen_take_int64(values[1], "group", &group) < 0 || limen_tally_enter(self) < 0)
        return NULL;
    numbers = read(module, self->tally, set, group);
    limen_tally_leave(self);
    return numbers;
}

static PyObject *tally_counts(PyObject *object, PyTypeObject *type, PyObject *const *args,
                              size_t nargs, PyObject *kwnames)
{
    return read_numbers(object, type, args, nargs, kwnames, "counts", counts_of);
}

static PyObject *tally_confusion(PyObject *object, PyTypeObject *type, PyObject *const *args,
                                 size_t nargs, PyObject *kwnames)
{
    return read_numbers(object, type, args, nargs, kwnames, "confusion", confusion_of);
}

static PyObject *tally_thresholds(PyObject *object, PyTypeObject *type, PyObject *const *args,
                                  size_t nargs, PyObject *kwnames)
{
    return read_numbers(object, type, args, nargs, kwnames, "thresholds", thresholds_of);
}

enum { TASK, SAMPLES, WIDTH, SETS, WEIGHTED, DTYPE };

static PyObject *property_of(const limen_tally *tally, int property)
{
    static const char *const tasks[] = {"", "binary", "multiclass", "multilabel"};
    const limen_spec *spec = limen_tally_spec(tally);
    const char *dtype = limen_dtype_name(spec->score_dtype);

    switch (property) {
    case TASK:
        return PyUnicode_FromString(tasks[spec->task]);
    case SAMPLES:
        return PyLong_FromLongLong(limen_tally_samples(tally));
    case WIDTH:
        return PyLong_FromLongLong(spec->width);
    case SETS:
        return PyLong_FromLongLong(spec->sets);
    case WEIGHTED:
        return PyBool_FromLong(spec->weighted);
    default:
        return dtype ? PyUnicode_FromString(dtype) : Py_NewRef(Py_None);
    }
}

static PyObject *get_property(PyObject *object, void *property)
{
    limen_tally_object *self = (limen_tally_object *)object;
    PyObject *value;

    if (limen_tally_enter(self) < 0)
        return NULL;
    value = property_of(self->tally, (int)(intptr_t)property);
    limen_tally_leave(self);
    return value;
}

#define FAST(function) \
    (PyCFunction)(void (*)(void))(function), METH_METHOD | METH_FASTCALL | METH_KEYWORDS
#define CLASS(function)                      \
    (PyCFunction)(void (*)(void))(function), \
        METH_CLASS | METH_METHOD | METH_FASTCALL | METH_KEYWORDS

static PyMethodDef methods[] = {
    {"update", FAST(tally_update),
     "update($self, scores, targets, weights=None, groups=None)\n--\n\n"
     "Adds a batch: all of it, or nothing when limen.Error is raised.\n\n"
     "scores: (N, L, ...) multilabel, (N, C, ...) multiclass (or class numbers (N, ...)),\n"
     "(N, ...) binary; float16, bfloat16, float32, float64, or 0/1 decisions of bool or integers.\n"
     "targets: 0/1 of the same shape, or for multiclass class numbers (N, ...).\n"
     "weights: (N,), not negative, when the tally is weighted. groups: (N,), 0..groups-1.\n"
     "Arrays are read in place through the buffer protocol, DLPack or Arrow where strides allow."},
    {"merge", FAST(tally_merge),
     "merge($self, other)\n--\n\n"
     "Adds another Tally of the same configuration; limen.Error names the first field that\n"
     "differs."},
    {"reset", tally_reset, METH_NOARGS, "reset($self)\n--\n\nBack to no samples."},
    {"report", FAST(tally_report),
     "report($self, metrics=None, *, labels=None, zero_division=0, ...)\n--\n\n"
     "Everything that the samples so far tell, as a Result."},
    {"metric", FAST(tally_metric),
     "metric($self, name, average='none', *, set=0, group=0, zero_division=0, ...)\n--\n\n"
     "One metric: a float, or for average 'none' a memoryview with a value a label."},
    {"ratio", FAST(limen_tally_ratio),
     "ratio($self, formula, average='none', zero_division=0, labels='all', set=0)\n--\n\n"
     "A ratio of sums of counts. formula: the weights of tp, fp, tn, fn above the line and below\n"
     "it. labels: which a macro average is over: 'all', those 'occurring' in targets or\n"
     "predictions, or those 'supported' by targets. An average over no label is 0."},
    {"counts", FAST(tally_counts),
     "counts($self, set=0, group=0)\n--\n\ntp, fp, tn, fn a label: a memoryview of shape (L, 4)."},
    {"confusion", FAST(tally_confusion),
     "confusion($self, set=0, group=0)\n--\n\nThe C x C matrix, rows true classes; 2 x 2 for "
     "binary."},
    {"thresholds", FAST(tally_thresholds),
     "thresholds($self, set=0)\n--\n\nThe thresholds that are compared with, in the scores' "
     "precision."},
    {"edge_counts", FAST(limen_tally_method_edge_counts),
     "edge_counts($self, group=0)\n--\n\ntp, fp, tn, fn of each label at each of bin_edges, for "
     "score >= edge: a memoryview\nof shape (L, 4 x edges), edges from the lowest up."},
    {"add_edge_counts", FAST(limen_tally_method_add_edge_counts),
     "add_edge_counts($self, confusion)\n--\n\nAdds the same, of all groups, to int64 memory of "
     "shape (edges, L, 2, 2), rows true\nclasses. The tally is not weighted."},
    {"tune_result", FAST(limen_tally_method_tune),
     "tune_result($self, objective='f1', *, scope='label', ...)\n--\n\n"
     "The best thresholds for what the tally keeps, as a Result."},
    {"curve_columns", FAST(limen_tally_method_curve),
     "curve_columns($self, kind='roc', label=-1, *, group=-1, thin='none', points=0)\n--\n\n"
     "Columns of a curve: a dict of memoryviews."},
    {"reliability_table", FAST(limen_tally_method_reliability),
     "reliability_table($self, label=-1, *, group=-1)\n--\n\n"
     "A memoryview of shape (bins + 1, 5): low, high, weight, confidence, positives."},
    {"to_bytes", limen_tally_method_to_bytes, METH_NOARGS,
     "to_bytes($self)\n--\n\nConfiguration, names and sums as bytes (docs/FORMAT.md)."},
    {"from_bytes", CLASS(limen_tally_method_from_bytes),
     "from_bytes($type, data)\n--\n\nThe Tally that to_bytes wrote, in any process, on any "
     "machine. "
     "limen.Error says where\nbytes are damaged; no number is taken unchecked."},
    {"save", limen_tally_method_save, METH_O,
     "save($self, path)\n--\n\nto_bytes() as a file: all of it or nothing."},
    {"load", CLASS(limen_tally_method_load),
     "load($type, path)\n--\n\nThe Tally that save, or limen --save-tally, wrote."},
    {"__reduce__", limen_tally_method_reduce, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef properties[] = {
    {"task", get_property, NULL, "binary, multiclass or multilabel.", (void *)TASK},
    {"samples", get_property, NULL, "Samples added.", (void *)SAMPLES},
    {"width", get_property, NULL, "Labels or classes.", (void *)WIDTH},
    {"sets", get_property, NULL, "Threshold sets.", (void *)SETS},
    {"weighted", get_property, NULL, "Whether counts are sums of weights.", (void *)WEIGHTED},
    {"labels", limen_tally_get_labels, limen_tally_set_labels_attribute,
     "Names of the labels or classes, or None. Reports have them, and so has what is saved;\n"
     "tallies with other names do not merge.",
     NULL},
    {"dtype", get_property, NULL, "dtype of the scores, None before the first update.",
     (void *)DTYPE},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_init, tally_init},
    {Py_tp_dealloc, tally_dealloc},
    {Py_tp_methods, methods},
    {Py_tp_getset, properties},
    {Py_tp_doc,
     "The sums that every metric is a function of; updated batch by batch, merged across\n"
     "processes."},
    {0, NULL},
};

PyObject *limen_tally_type(PyObject *module)
{
    PyType_Spec spec = {.name = "limen._core.Tally",
                        .basicsize = sizeof(limen_tally_object),
                        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
                        .slots = slots};

    return PyType_FromModuleAndSpec(module, &spec, NULL);
}
