/* What the given edges of a histogram predict, as numbers and added to counts of another library.
 */
#include "tally.h"

/* The counts of label after label at all edges; PyMem_Free. NULL with an exception. Others may run
 * meanwhile: the tally is claimed. */
static limen_counts *read_edges(limen_module *module, const limen_tally *tally, int64_t group)
{
    const limen_spec *spec = limen_tally_spec(tally);
    limen_counts *counts = PyMem_Malloc((size_t)(spec->width * spec->bins) * sizeof *counts);
    limen_status status = LIMEN_OK;
    PyThreadState *thread;
    limen_error error;

    if (!counts) {
        (void)PyErr_NoMemory();
        return NULL;
    }
    thread = PyEval_SaveThread();
    for (int64_t label = 0; label < spec->width && status == LIMEN_OK; label++)
        status = limen_tally_edge_counts(tally, group, label, counts + label * spec->bins, &error);
    PyEval_RestoreThread(thread);
    if (status == LIMEN_OK)
        return counts;
    PyMem_Free(counts);
    (void)limen_raise(module, &error);
    return NULL;
}

PyObject *limen_tally_method_edge_counts(PyObject *object, PyTypeObject *type,
                                         PyObject *const *args, size_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"group"};
    limen_tally_object *self = (limen_tally_object *)object;
    PyObject *values[1], *numbers = NULL;
    limen_counts *counts;
    int64_t group = 0;

    if (limen_arguments("edge_counts", names, 1, 1, 0, args, (Py_ssize_t)nargs, kwnames, values) <
            0 ||
        limen_take_int64(values[0], "group", &group) < 0 || limen_tally_enter(self) < 0)
        return NULL;
    counts = read_edges(PyType_GetModuleState(type), self->tally, group);
    if (counts) {
        const limen_spec *spec = limen_tally_spec(self->tally);

        numbers = limen_numbers(counts, 'd', (Py_ssize_t)spec->width, (Py_ssize_t)(4 * spec->bins));
        PyMem_Free(counts);
    }
    limen_tally_leave(self);
    return numbers;
}

/* Counts of label after label to matrices of edge after edge. */
static void add_edges(const limen_spec *spec, const limen_counts *counts, int64_t *confusion)
{
    for (int64_t edge = 0; edge < spec->bins; edge++) {
        for (int64_t label = 0; label < spec->width; label++, confusion += 4) {
            const limen_counts *from = &counts[label * spec->bins + edge];

            confusion[0] += (int64_t)from->tn;
            confusion[1] += (int64_t)from->fp;
            confusion[2] += (int64_t)from->fn;
            confusion[3] += (int64_t)from->tp;
        }
    }
}

PyObject *limen_tally_method_add_edge_counts(PyObject *object, PyTypeObject *type,
                                             PyObject *const *args, size_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"confusion"};
    limen_tally_object *self = (limen_tally_object *)object;
    limen_module *module = PyType_GetModuleState(type);
    limen_tensor tensor = {0};
    PyObject *values[1], *done = NULL;
    const limen_spec *spec;
    int64_t *confusion = NULL;
    limen_counts *counts;

    if (limen_arguments("add_edge_counts", names, 1, 1, 1, args, (Py_ssize_t)nargs, kwnames,
                        values) < 0 ||
        limen_tally_enter(self) < 0)
        return NULL;
    spec = limen_tally_spec(self->tally);
    if (spec->weighted)
        PyErr_SetString(PyExc_ValueError, "counts of a weighted tally are no whole numbers");
    else if (limen_counts_take(module, values[0], "confusion", 4 * spec->bins * spec->width,
                               &tensor, &confusion) == 0 &&
             confusion && (counts = read_edges(module, self->tally, -1))) {
        add_edges(spec, counts, confusion);
        PyMem_Free(counts);
        done = Py_NewRef(Py_None);
    } else if (!PyErr_Occurred()) {
        PyErr_SetString(PyExc_TypeError, "confusion must be int64 memory, not None");
    }
    limen_tensor_release(&tensor);
    limen_tally_leave(self);
    return done;
}
