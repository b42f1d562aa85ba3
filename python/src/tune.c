/* Searches for thresholds: over arrays, over a tally, and over batches that are replayed. */
#include "tune.h"

#include <string.h>

const char *const limen_tuning_names[TUNING_ARGUMENTS] = {
    "objective",   "scope", "average",     "at",      "ties",
    "constraints", "costs", "cost_matrix", "labels",  "parameter",
    "restarts",    "seed",  "fbr_top",     "plateau", "zero_division",
};

/* ---- Options ------------------------------------------------------------------------------ */

/* One (metric, sense, bound, label); the metric's text belongs to the tuple. */
static int take_constraint(PyObject *tuple, limen_constraint *out)
{
    static const char *const senses[] = {[LIMEN_AT_LEAST] = ">=", [LIMEN_AT_MOST] = "<="};
    int sense;

    *out = (limen_constraint){.label = -1};
    if (!PyTuple_Check(tuple) || PyTuple_Size(tuple) != 4) {
        PyErr_SetString(PyExc_TypeError, "a constraint is a tuple (metric, sense, bound, label)");
        return -1;
    }
    out->metric = PyUnicode_AsUTF8AndSize(PyTuple_GetItem(tuple, 0), NULL);
    sense = limen_choice(PyTuple_GetItem(tuple, 1), "the sense of a constraint", senses, 2);
    if (!out->metric || sense < 0)
        return -1;
    out->sense = (limen_bound)sense;
    if (limen_take_double(PyTuple_GetItem(tuple, 2), "the bound of a constraint", &out->bound) < 0)
        return -1;
    return limen_take_int64(PyTuple_GetItem(tuple, 3), "the label of a constraint", &out->label);
}

static int take_constraints(PyObject *value, limen_owned_tuning *out)
{
    Py_ssize_t count;

    if (!value || value == Py_None)
        return 0;
    out->constraints_owner = PySequence_Tuple(value);
    if (!out->constraints_owner)
        return -1;
    count = PyTuple_Size(out->constraints_owner);
    out->constraints = PyMem_Malloc((size_t)(count + 1) * sizeof *out->constraints);
    if (!out->constraints) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++)
        if (take_constraint(PyTuple_GetItem(out->constraints_owner, i), &out->constraints[i]) < 0)
            return -1;
    out->options.constraints = out->constraints;
    out->options.constraint_count = count;
    return 0;
}

static int take_costs(limen_module *module, PyObject *const *values, int64_t width,
                      limen_owned_tuning *out)
{
    Py_ssize_t costs, cells;

    if (limen_take_doubles(module, values[TUNING_COSTS], "costs", &out->costs, &costs) < 0 ||
        limen_take_doubles(module, values[TUNING_COST_MATRIX], "cost_matrix", &out->cost_matrix,
                           &cells) < 0)
        return -1;
    if (costs % 4 != 0) {
        PyErr_Format(PyExc_ValueError,
                     "costs are of a tp, fp, tn, fn: %zd values are not a "
                     "multiple of 4",
                     costs);
        return -1;
    }
    if (out->cost_matrix && cells != width * width) {
        PyErr_Format(PyExc_ValueError, "cost_matrix has %zd values for %lld classes, not %lld",
                     cells, (long long)width, (long long)(width * width));
        return -1;
    }
    out->options.costs = out->costs;
    out->options.cost_rows = costs / 4;
    out->options.cost_matrix = out->cost_matrix;
    return 0;
}

static int take_words(PyObject *const *values, limen_tune_options *options)
{
    static const char *const scopes[] = {
        [LIMEN_SCOPE_LABEL] = "label",       [LIMEN_SCOPE_GLOBAL] = "global",
        [LIMEN_SCOPE_MICRO] = "micro",       [LIMEN_SCOPE_MACRO] = "macro",
        [LIMEN_SCOPE_WEIGHTED] = "weighted", [LIMEN_SCOPE_SAMPLES] = "samples",
        [LIMEN_SCOPE_PCUT] = "pcut",         [LIMEN_SCOPE_RCUT] = "rcut",
        [LIMEN_SCOPE_FBR] = "fbr",
    };
    static const char *const averages[] = {"micro", "macro"};
    static const char *const places[] = {
        [LIMEN_AT_SCORE] = "score", [LIMEN_AT_MIDPOINT] = "midpoint"};
    static const char *const ties[] = {"default", "highest", "lowest"};
    int scope = limen_choice(values[TUNING_SCOPE], "scope", scopes, 9);
    int average = limen_choice(values[TUNING_AVERAGE], "average", averages, 2);
    int place = limen_choice(values[TUNING_AT], "at", places, 2);
    int tie = limen_choice(values[TUNING_TIES], "ties", ties, 3);
    PyObject *objective = values[TUNING_OBJECTIVE];

    if (scope < 0 || average < 0 || place < 0 || tie < 0)
        return -1;
    options->scope = (limen_scope)scope;
    options->average = average ? LIMEN_AVERAGE_MACRO : LIMEN_AVERAGE_MICRO;
    options->at = (limen_at)place;
    options->ties = (limen_ties)tie;
    if (!objective || objective == Py_None)
        return 0;
    if (!PyUnicode_Check(objective)) {
        PyErr_Format(PyExc_TypeError, "objective must be a name such as 'f1', not %R", objective);
        return -1;
    }
    options->objective = PyUnicode_AsUTF8AndSize(objective, NULL);
    return options->objective ? 0 : -1;
}

static int take_labels(PyObject *value, int64_t width, limen_owned_tuning *out)
{
    Py_ssize_t count;

    if (limen_take_names(value, "labels", &out->labels, &count, &out->labels_owner) < 0)
        return -1;
    if (out->labels && count != width) {
        PyErr_Format(PyExc_ValueError, "labels has %zd names for %lld labels", count,
                     (long long)width);
        return -1;
    }
    out->options.labels = out->labels;
    return 0;
}

int limen_tuning_take(limen_module *module, PyObject *const *values, int64_t width,
                      limen_owned_tuning *out)
{
    limen_tune_options *options = &out->options;
    int64_t restarts = 0, seed = 0;

    options->size = sizeof *options;
    if (take_words(values, options) < 0 || take_constraints(values[TUNING_CONSTRAINTS], out) < 0 ||
        take_costs(module, values, width, out) < 0 ||
        take_labels(values[TUNING_LABELS], width, out) < 0 ||
        limen_take_double(values[TUNING_PARAMETER], "parameter", &options->parameter) < 0 ||
        limen_take_int64(values[TUNING_RESTARTS], "restarts", &restarts) < 0 ||
        limen_take_int64(values[TUNING_SEED], "seed", &seed) < 0 ||
        limen_take_flag(values[TUNING_FBR_TOP], "fbr_top", &options->fbr_top) < 0 ||
        limen_take_flag(values[TUNING_PLATEAU], "plateau", &options->plateau) < 0 ||
        limen_take_zero_division(values[TUNING_ZERO_DIVISION], &options->zero_division) < 0)
        return -1;
    options->restarts = restarts < 0 ? -1 : restarts > INT32_MAX ? INT32_MAX : (int32_t)restarts;
    options->seed = (uint64_t)seed;
    return 0;
}

void limen_tuning_release(limen_owned_tuning *tuning)
{
    PyMem_Free(tuning->constraints);
    PyMem_Free(tuning->costs);
    PyMem_Free(tuning->cost_matrix);
    PyMem_Free((void *)tuning->labels);
    Py_CLEAR(tuning->constraints_owner);
    Py_CLEAR(tuning->labels_owner);
}

/* ---- A tally ------------------------------------------------------------------------------ */

PyObject *limen_tally_method_tune(PyObject *object, PyTypeObject *type, PyObject *const *args,
                                  size_t nargs, PyObject *kwnames)
{
    limen_tally_object *self = (limen_tally_object *)object;
    limen_module *module = PyType_GetModuleState(type);
    PyObject *values[TUNING_ARGUMENTS], *answer = NULL;
    limen_owned_tuning tuning = {0};
    limen_result *result = NULL;
    limen_status status = LIMEN_OK;
    limen_error error;

    if (limen_arguments("tune_result", limen_tuning_names, TUNING_ARGUMENTS, 1, 0, args,
                        (Py_ssize_t)nargs, kwnames, values) < 0 ||
        limen_tally_enter(self) < 0)
        return NULL;
    if (limen_tuning_take(module, values, limen_tally_spec(self->tally)->width, &tuning) == 0) {
        PyThreadState *thread = PyEval_SaveThread();

        status = limen_tune(self->tally, &tuning.options, NULL, &result, &error);
        PyEval_RestoreThread(thread);
        answer =
            status == LIMEN_OK ? limen_result_wrap(module, result) : limen_raise(module, &error);
    }
    limen_tally_leave(self);
    limen_tuning_release(&tuning);
    return answer;
}

/* ---- limen._core.Search ------------------------------------------------------------------- */

typedef struct search_object {
    PyObject_HEAD limen_search *search;
    limen_spec spec; /* without what it points to */
    int64_t rows;    /* of the present pass */
    int busy;
} search_object;

static int enter(search_object *self)
{
    if (self->search)
        return limen_claim(&self->busy, "Search");
    PyErr_SetString(PyExc_RuntimeError, "Search.__init__ was not called");
    return -1;
}

static int search_init(PyObject *object, PyObject *args, PyObject *kwargs)
{
    search_object *self = (search_object *)object;
    limen_module *module = limen_module_of_object(object);
    const char *names[SPEC_ARGUMENTS + TUNING_ARGUMENTS];
    PyObject *values[SPEC_ARGUMENTS + TUNING_ARGUMENTS];
    limen_owned_spec spec = {0};
    limen_owned_tuning tuning = {0};
    limen_error error;
    int status = -1;

    if (self->search) {
        PyErr_SetString(PyExc_RuntimeError, "a Search is initialised once");
        return -1;
    }
    memcpy(names, limen_spec_names, sizeof limen_spec_names);
    memcpy(names + SPEC_ARGUMENTS, limen_tuning_names, sizeof limen_tuning_names);
    if (limen_arguments_tuple("Search", names, SPEC_ARGUMENTS + TUNING_ARGUMENTS, 2, 1, args,
                              kwargs, values) == 0 &&
        limen_spec_take(module, values, &spec) == 0 &&
        limen_tuning_take(module, values + SPEC_ARGUMENTS,
                          spec.spec.width > 0 ? spec.spec.width : 1, &tuning) == 0) {
        self->spec = spec.spec;
        self->spec.thresholds = self->spec.bin_edges = NULL;
        if (limen_search_create(&spec.spec, &tuning.options, NULL, &self->search, &error) ==
            LIMEN_OK)
            status = 0;
        else
            (void)limen_raise(module, &error);
    }
    limen_tuning_release(&tuning);
    limen_spec_release(&spec);
    return status;
}

static void search_dealloc(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);

    limen_search_destroy(((search_object *)object)->search);
    release(object);
    Py_DECREF(type);
}

static PyObject *search_update(PyObject *object, PyTypeObject *type, PyObject *const *args,
                               size_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"scores", "targets", "weights"};
    search_object *self = (search_object *)object;
    limen_module *module = PyType_GetModuleState(type);
    PyObject *values[3];
    limen_owned_batch owned;
    limen_status status = LIMEN_OK;
    limen_error error;
    int ready;

    if (limen_arguments("update", names, 3, 3, 2, args, (Py_ssize_t)nargs, kwnames, values) < 0 ||
        enter(self) < 0)
        return NULL;
    memset(&owned, 0, sizeof owned);
    ready =
        limen_batch_take(module, &self->spec, values[0], values[1], values[2], NULL, &owned) == 0;
    if (ready) {
        PyThreadState *thread = PyEval_SaveThread();

        owned.batch.row_offset = self->rows;
        status = limen_search_update(self->search, &owned.batch, &error);
        if (status == LIMEN_OK)
            self->rows += owned.batch.scores.shape[0] * owned.batch.scores.shape[2];
        PyEval_RestoreThread(thread);
    }
    limen_batch_release(&owned);
    limen_unclaim(&self->busy);
    if (!ready)
        return NULL;
    return status == LIMEN_OK ? Py_NewRef(Py_None) : limen_raise(module, &error);
}

static PyObject *search_next_pass(PyObject *object, PyTypeObject *type, PyObject *const *args,
                                  size_t nargs, PyObject *kwnames)
{
    search_object *self = (search_object *)object;
    limen_status status;
    limen_error error;
    int again = 0;
    PyObject *none[1];
    PyThreadState *thread;

    if (limen_arguments("next_pass", NULL, 0, 0, 0, args, (Py_ssize_t)nargs, kwnames, none) < 0 ||
        enter(self) < 0)
        return NULL;
    thread = PyEval_SaveThread();
    status = limen_search_next_pass(self->search, &again, &error);
    PyEval_RestoreThread(thread);
    if (status == LIMEN_OK)
        self->rows = 0;
    limen_unclaim(&self->busy);
    if (status != LIMEN_OK)
        return limen_raise(PyType_GetModuleState(type), &error);
    return PyBool_FromLong(again);
}

static PyObject *search_outcome(PyObject *object, PyTypeObject *type, PyObject *const *args,
                                size_t nargs, PyObject *kwnames)
{
    search_object *self = (search_object *)object;
    limen_module *module = PyType_GetModuleState(type);
    limen_result *result = NULL;
    PyObject *none[1];
    limen_status status;
    limen_error error;

    if (limen_arguments("outcome", NULL, 0, 0, 0, args, (Py_ssize_t)nargs, kwnames, none) < 0 ||
        enter(self) < 0)
        return NULL;
    status = limen_search_result(self->search, &result, &error);
    limen_unclaim(&self->busy);
    return status == LIMEN_OK ? limen_result_wrap(module, result) : limen_raise(module, &error);
}

#define FAST(function) \
    (PyCFunction)(void (*)(void))(function), METH_METHOD | METH_FASTCALL | METH_KEYWORDS

static PyMethodDef methods[] = {
    {"update", FAST(search_update),
     "update($self, scores, targets, weights=None)\n--\n\n"
     "Adds a batch to the present pass; arrays as for Tally.update."},
    {"next_pass", FAST(search_next_pass),
     "next_pass($self)\n--\n\nEnds a pass; True when the same batches must be given again."},
    {"outcome", FAST(search_outcome), "outcome($self)\n--\n\nThe thresholds, as a Result."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_init, search_init},
    {Py_tp_dealloc, search_dealloc},
    {Py_tp_methods, methods},
    {Py_tp_doc, "The exact search in bounded memory, over batches that are replayed."},
    {0, NULL},
};

PyObject *limen_search_type(PyObject *module)
{
    PyType_Spec spec = {.name = "limen._core.Search",
                        .basicsize = sizeof(search_object),
                        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
                        .slots = slots};

    return PyType_FromModuleAndSpec(module, &spec, NULL);
}
