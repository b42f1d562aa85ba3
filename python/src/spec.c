/* Keyword arguments as the library's option structs. */
#include "tally.h"

#include <math.h>

const char *const limen_spec_names[SPEC_ARGUMENTS] = {
    "task",     "width",        "thresholds", "keep",   "rule", "nan",       "logits",
    "weighted", "ignore_index", "top_k",      "groups", "bins", "bin_edges", "calibration_bins",
    "beta",     "threads",
};

const char *const limen_option_names[OPTION_ARGUMENTS] = {
    "metrics", "labels", "zero_division", "kappa_weights", "multiclass", "normalize", "beta",
    "cost",    "pt",     "max_fpr",       "fpr_range",     "floor",      "squared",
};

/* None, one name, or several. */
static int take_states(PyObject *value, uint32_t *states)
{
    static const char *const words[] = {"counts",    "confusion", "samples",     "scores",
                                        "histogram", "ranking",   "calibration", "hinge"};
    PyObject *list;
    int state = 0;

    *states = LIMEN_COUNTS;
    if (!value || value == Py_None)
        return 0;
    list = PyUnicode_Check(value) ? Py_BuildValue("[O]", value) : PySequence_List(value);
    *states = 0;
    for (Py_ssize_t i = 0; list && state >= 0 && i < PyList_Size(list); i++) {
        state = limen_choice(PyList_GetItem(list, i), "keep", words, 8);
        if (state >= 0)
            *states |= 1u << state;
    }
    Py_XDECREF(list);
    return list && state >= 0 ? 0 : -1;
}

/* One set when the number of values is 1 or the width, else as many as there are widths in it. */
static int count_sets(limen_spec *spec)
{
    int64_t width = spec->width > 0 ? spec->width : 1;

    if (spec->threshold_count <= 1)
        return 0;
    if (spec->threshold_count % width != 0) {
        PyErr_Format(
            PyExc_ValueError,
            "thresholds has %lld values for %lld labels: give one, one a label, or rows of one a "
            "label",
            (long long)spec->threshold_count, (long long)width);
        return -1;
    }
    spec->sets = spec->threshold_count / width;
    return 0;
}

static int take_integers(PyObject *const *values, limen_spec *spec)
{
    int64_t top_k = 0, threads = 0;

    spec->has_ignore_index = values[SPEC_IGNORE_INDEX] && values[SPEC_IGNORE_INDEX] != Py_None;
    if (limen_take_int64(values[SPEC_WIDTH], "width", &spec->width) < 0 ||
        limen_take_int64(values[SPEC_IGNORE_INDEX], "ignore_index", &spec->ignore_index) < 0 ||
        limen_take_int64(values[SPEC_TOP_K], "top_k", &top_k) < 0 ||
        limen_take_int64(values[SPEC_GROUPS], "groups", &spec->groups) < 0 ||
        limen_take_int64(values[SPEC_BINS], "bins", &spec->bins) < 0 ||
        limen_take_int64(values[SPEC_CALIBRATION_BINS], "calibration_bins",
                         &spec->calibration_bins) < 0 ||
        limen_take_int64(values[SPEC_THREADS], "threads", &threads) < 0)
        return -1;
    spec->top_k = top_k > INT32_MAX || top_k < 0 ? INT32_MAX : (int32_t)top_k;
    spec->threads = threads > INT32_MAX || threads < 0 ? 0 : (int32_t)threads;
    return 0;
}

static int take_words(PyObject *const *values, limen_spec *spec)
{
    static const char *const tasks[] = {"", "binary", "multiclass", "multilabel"};
    static const char *const rules[] = {"ge", "gt"};
    static const char *const nans[] = {"error", "negative"};
    int task = limen_choice(values[SPEC_TASK], "task", tasks, 4);
    int rule = limen_choice(values[SPEC_RULE], "rule", rules, 2);
    int nan = limen_choice(values[SPEC_NAN], "nan", nans, 2);

    if (task < 0 || rule < 0 || nan < 0)
        return -1;
    spec->task = (limen_task)task;
    spec->rule = (limen_rule)rule;
    spec->nan = (limen_nan)nan;
    return 0;
}

int limen_spec_take(limen_module *module, PyObject *const *values, limen_owned_spec *out)
{
    limen_spec *spec = &out->spec;
    Py_ssize_t thresholds, edges;

    spec->size = sizeof *spec;
    if (take_words(values, spec) < 0 || take_integers(values, spec) < 0 ||
        take_states(values[SPEC_KEEP], &spec->states) < 0 ||
        limen_take_flag(values[SPEC_LOGITS], "logits", &spec->logits) < 0 ||
        limen_take_flag(values[SPEC_WEIGHTED], "weighted", &spec->weighted) < 0 ||
        limen_take_double(values[SPEC_BETA], "beta", &spec->beta) < 0 ||
        limen_take_doubles(module, values[SPEC_THRESHOLDS], "thresholds", &out->thresholds,
                           &thresholds) < 0 ||
        limen_take_doubles(module, values[SPEC_BIN_EDGES], "bin_edges", &out->bin_edges, &edges) <
            0)
        return -1;
    spec->thresholds = out->thresholds;
    spec->threshold_count = thresholds;
    spec->bin_edges = out->bin_edges;
    if (edges > 0)
        spec->bins = edges;
    return count_sets(spec);
}

void limen_spec_release(limen_owned_spec *spec)
{
    PyMem_Free(spec->thresholds);
    PyMem_Free(spec->bin_edges);
    spec->thresholds = spec->bin_edges = NULL;
}

int limen_take_zero_division(PyObject *value, limen_zero_division *out)
{
    static const char *const words[] = {"0", "1", "nan", "skip"};
    double number;
    int word;

    if (!value || value == Py_None)
        return 0;
    if (PyUnicode_Check(value)) {
        if (PyUnicode_CompareWithASCIIString(value, "warn") == 0)
            return 0; /* scikit-learn's word for 0 */
        word = limen_choice(value, "zero_division", words, 4);
        *out = (limen_zero_division)(word < 0 ? 0 : word);
        return word < 0 ? -1 : 0;
    }
    number = PyFloat_AsDouble(value);
    if (number == -1.0 && PyErr_Occurred())
        return -1;
    if (number != 0.0 && number != 1.0 && !isnan(number)) {
        PyErr_Format(PyExc_ValueError, "zero_division is %R: it is 0, 1, nan or 'skip'", value);
        return -1;
    }
    *out = isnan(number) ? LIMEN_NAN : number == 1.0 ? LIMEN_ONE : LIMEN_ZERO;
    return 0;
}

static int take_fixed(limen_module *module, PyObject *value, const char *argument, double *out,
                      Py_ssize_t wanted)
{
    double *numbers;
    Py_ssize_t count;
    int status = 0;

    if (limen_take_doubles(module, value, argument, &numbers, &count) < 0)
        return -1;
    if (numbers && count != wanted) {
        PyErr_Format(PyExc_ValueError, "%s has %zd values, not %zd", argument, count, wanted);
        status = -1;
    }
    for (Py_ssize_t i = 0; numbers && status == 0 && i < wanted; i++)
        out[i] = numbers[i];
    PyMem_Free(numbers);
    return status;
}

static int take_option_words(PyObject *const *values, limen_compute_options *options)
{
    static const char *const kappas[] = {"none", "linear", "quadratic"};
    static const char *const multiclasses[] = {"ovr", "ovo"};
    static const char *const normalizes[] = {"none", "true", "pred", "all"};
    int kappa = limen_choice(values[OPTION_KAPPA_WEIGHTS], "kappa_weights", kappas, 3);
    int multiclass = limen_choice(values[OPTION_MULTICLASS], "multiclass", multiclasses, 2);
    int normalize = limen_choice(values[OPTION_NORMALIZE], "normalize", normalizes, 4);

    if (kappa < 0 || multiclass < 0 || normalize < 0)
        return -1;
    options->kappa_weights = (limen_kappa_weights)kappa;
    options->multiclass = (limen_multiclass)multiclass;
    options->normalize = (limen_normalize)normalize;
    return 0;
}

int limen_options_take(limen_module *module, PyObject *const *values, int64_t width,
                       limen_owned_options *out)
{
    limen_compute_options *options = &out->options;
    Py_ssize_t metrics, labels;
    double range[2] = {0, 0};

    options->size = sizeof *options;
    if (take_option_words(values, options) < 0 ||
        limen_take_zero_division(values[OPTION_ZERO_DIVISION], &options->zero_division) < 0 ||
        limen_take_names(values[OPTION_METRICS], "metrics", &out->metrics, &metrics,
                         &out->metrics_owner) < 0 ||
        limen_take_names(values[OPTION_LABELS], "labels", &out->labels, &labels,
                         &out->labels_owner) < 0 ||
        limen_take_double(values[OPTION_BETA], "beta", &options->beta) < 0 ||
        take_fixed(module, values[OPTION_COST], "cost", options->cost, 4) < 0 ||
        limen_take_double(values[OPTION_PT], "pt", &options->pt) < 0 ||
        limen_take_double(values[OPTION_MAX_FPR], "max_fpr", &options->max_fpr) < 0 ||
        take_fixed(module, values[OPTION_FPR_RANGE], "fpr_range", range, 2) < 0 ||
        limen_take_double(values[OPTION_FLOOR], "floor", &options->floor) < 0 ||
        limen_take_flag(values[OPTION_SQUARED], "squared", &options->squared) < 0)
        return -1;
    if (out->labels && labels != width) {
        PyErr_Format(PyExc_ValueError, "labels has %zd names for %lld labels", labels,
                     (long long)width);
        return -1;
    }
    options->fpr_low = range[0];
    options->fpr_high = range[1];
    options->metrics = out->metrics;
    options->metric_count = metrics;
    options->labels = out->labels;
    return 0;
}

void limen_options_release(limen_owned_options *options)
{
    PyMem_Free((void *)options->metrics);
    PyMem_Free((void *)options->labels);
    Py_CLEAR(options->metrics_owner);
    Py_CLEAR(options->labels_owner);
    options->metrics = options->labels = NULL;
}
