/* Curves and the reliability table of a tally, as columns. */
#include "tune.h"

#include <math.h>
#include <string.h>

/* ---- Curves ------------------------------------------------------------------------------- */

/* threshold, tp, fp, and x and y of the drawn line; 0/0 is NaN. */
enum { COLUMNS = 5 };

static void fill_columns(const limen_curve *curve, double *columns)
{
    const limen_curve_info *info = limen_curve_describe(curve);
    const limen_curve_point *points = limen_curve_points(curve);
    int64_t count = info->count;

    for (int64_t i = 0; i < count; i++) {
        double tp = points[i].tp, fp = points[i].fp;
        double recall = info->positives > 0 ? tp / info->positives : (double)NAN;
        double fpr = info->negatives > 0 ? fp / info->negatives : (double)NAN;
        double precision = tp + fp > 0 ? tp / (tp + fp) : (double)NAN;

        columns[i] = points[i].threshold;
        columns[count + i] = tp;
        columns[2 * count + i] = fp;
        columns[3 * count + i] = info->kind == LIMEN_CURVE_ROC ? fpr : recall;
        columns[4 * count + i] = info->kind == LIMEN_CURVE_ROC ? recall : precision;
    }
}

static int set_column(PyObject *dict, const char *name, const double *values, int64_t count)
{
    PyObject *view = limen_numbers(values, 'd', 0, (Py_ssize_t)count);
    int status = view ? PyDict_SetItemString(dict, name, view) : -1;

    Py_XDECREF(view);
    return status;
}

static PyObject *curve_to_dict(const limen_curve *curve)
{
    static const char *const roc[COLUMNS] = {"thresholds", "tp", "fp", "fpr", "tpr"};
    static const char *const pr[COLUMNS] = {"thresholds", "tp", "fp", "recall", "precision"};
    const limen_curve_info *info = limen_curve_describe(curve);
    const char *const *names = info->kind == LIMEN_CURVE_ROC ? roc : pr;
    double *columns = PyMem_Malloc((size_t)(info->count * COLUMNS + 1) * sizeof *columns);
    PyObject *dict;

    if (!columns)
        return PyErr_NoMemory();
    fill_columns(curve, columns);
    dict = Py_BuildValue("{s:d,s:d,s:L,s:d}", "positives", info->positives, "negatives",
                         info->negatives, "cuts", (long long)info->cuts, "error", info->error);
    for (int i = 0; dict && i < COLUMNS; i++)
        if (set_column(dict, names[i], columns + i * info->count, info->count) < 0)
            Py_CLEAR(dict);
    PyMem_Free(columns);
    return dict;
}

static int take_curve_options(PyObject *const *values, limen_curve_options *options)
{
    static const char *const kinds[] = {"roc", "pr"};
    static const char *const thins[] = {"none", "equal", "collinear"};
    int kind = limen_choice(values[0], "kind", kinds, 2);
    int thin = limen_choice(values[3], "thin", thins, 3);

    if (kind < 0 || thin < 0)
        return -1;
    *options = (limen_curve_options){.size = sizeof *options,
                                     .kind = (limen_curve_kind)kind,
                                     .thin = (limen_thin)thin,
                                     .group = -1,
                                     .label = -1};
    if (limen_take_int64(values[1], "label", &options->label) < 0 ||
        limen_take_int64(values[2], "group", &options->group) < 0)
        return -1;
    return limen_take_int64(values[4], "points", &options->points);
}

PyObject *limen_tally_method_curve(PyObject *object, PyTypeObject *type, PyObject *const *args,
                                   size_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"kind", "label", "group", "thin", "points"};
    limen_tally_object *self = (limen_tally_object *)object;
    limen_module *module = PyType_GetModuleState(type);
    PyObject *values[5], *dict = NULL;
    limen_curve_options options;
    limen_curve *curve = NULL;
    limen_status status;
    limen_error error;
    PyThreadState *thread;

    if (limen_arguments("curve_columns", names, 5, 2, 0, args, (Py_ssize_t)nargs, kwnames, values) <
            0 ||
        take_curve_options(values, &options) < 0 || limen_tally_enter(self) < 0)
        return NULL;
    thread = PyEval_SaveThread();
    status = limen_curve_create(self->tally, &options, NULL, &curve, &error);
    PyEval_RestoreThread(thread);
    limen_tally_leave(self);
    if (status != LIMEN_OK)
        return limen_raise(module, &error);
    dict = curve_to_dict(curve);
    limen_curve_destroy(curve);
    return dict;
}

/* ---- Reliability -------------------------------------------------------------------------- */

PyObject *limen_tally_method_reliability(PyObject *object, PyTypeObject *type,
                                         PyObject *const *args, size_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"label", "group"};
    limen_tally_object *self = (limen_tally_object *)object;
    limen_module *module = PyType_GetModuleState(type);
    PyObject *values[2], *table = NULL;
    int64_t label = -1, group = -1, count;
    limen_reliability_bin *bins;
    limen_error error;

    if (limen_arguments("reliability_table", names, 2, 1, 0, args, (Py_ssize_t)nargs, kwnames,
                        values) < 0 ||
        limen_take_int64(values[0], "label", &label) < 0 ||
        limen_take_int64(values[1], "group", &group) < 0 || limen_tally_enter(self) < 0)
        return NULL;
    count = limen_tally_spec(self->tally)->calibration_bins + 1;
    bins = PyMem_Calloc((size_t)count, sizeof *bins);
    if (!bins)
        PyErr_NoMemory();
    else if (limen_tally_reliability(self->tally, group, label, bins, &error) != LIMEN_OK)
        (void)limen_raise(module, &error);
    else
        table = limen_numbers(bins, 'd', (Py_ssize_t)count, 5);
    PyMem_Free(bins);
    limen_tally_leave(self);
    return table;
}
