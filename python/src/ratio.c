/* What limen.torch reads from a tally beyond the library's own metrics: any ratio of sums of
 * counts, under torchmetrics' averages. */
#include "ratio.h"

#include <math.h>

/* ---- Ratios of counts --------------------------------------------------------------------- */

/* The arguments of a ratio, as both forms of it take them. */
enum { RATIO_FORMULA, RATIO_AVERAGE, RATIO_ZERO_DIVISION, RATIO_LABELS, RATIO_ARGUMENTS };

enum average { NONE, MICRO, MACRO, WEIGHTED };
enum present { ALL, OCCURRING, SUPPORTED };

struct request {
    double formula[8]; /* weights of tp, fp, tn, fn above the line, then below it */
    double undefined;  /* what 0/0 is */
    enum average average;
    enum present present; /* which labels a macro average is over */
    int skip;             /* averages leave out what is 0/0 */
};

static double weigh(const double *weights, const limen_counts *counts)
{
    return weights[0] * counts->tp + weights[1] * counts->fp + weights[2] * counts->tn +
           weights[3] * counts->fn;
}

static double divide(const struct request *request, const limen_counts *counts)
{
    double below = weigh(request->formula + 4, counts);

    return below == 0.0 ? request->undefined : weigh(request->formula, counts) / below;
}

/* The weight of a label in a macro or weighted average; 0 leaves it out. */
static double label_weight(const struct request *request, const limen_counts *counts)
{
    double support = counts->tp + counts->fn;

    if (request->skip && weigh(request->formula + 4, counts) == 0.0)
        return 0.0;
    if (request->average == WEIGHTED)
        return support;
    if (request->present == ALL)
        return 1.0;
    return support > 0.0 || (request->present == OCCURRING && counts->fp > 0.0) ? 1.0 : 0.0;
}

/* Micro divides the pooled counts; the others weigh the labels' own ratios. Over no label at all an
 * average is 0, as torchmetrics has it, and NaN where what is 0/0 is left out. */
static double average_of(const struct request *request, const limen_counts *counts, int64_t width)
{
    limen_counts pooled = {0};
    double sum = 0.0, weights = 0.0;

    for (int64_t label = 0; label < width; label++) {
        double weight = label_weight(request, &counts[label]);

        pooled.tp += counts[label].tp;
        pooled.fp += counts[label].fp;
        pooled.tn += counts[label].tn;
        pooled.fn += counts[label].fn;
        if (weight > 0.0)
            sum += weight * divide(request, &counts[label]);
        weights += weight;
    }
    if (request->average == MICRO)
        return divide(request, &pooled);
    return weights > 0.0 ? sum / weights : request->skip ? NAN : 0.0;
}

/* The value of each label, or their average; NULL with an exception. Overwrites the counts, so as
 * to need no other memory. */
static PyObject *reduce(const struct request *request, limen_counts *counts, int64_t width)
{
    double *values = (double *)counts; /* value i overwrites nothing that is read after it */

    if (request->average != NONE)
        return PyFloat_FromDouble(average_of(request, counts, width));
    for (int64_t label = 0; label < width; label++)
        values[label] = divide(request, &counts[label]);
    return limen_numbers(values, 'd', 0, (Py_ssize_t)width);
}

static int take_formula(PyObject *tuple, double *formula)
{
    if (!PyTuple_Check(tuple) || PyTuple_Size(tuple) != 8) {
        PyErr_SetString(PyExc_TypeError,
                        "formula must be a tuple of the weights of tp, fp, tn, fn above and below");
        return -1;
    }
    for (Py_ssize_t i = 0; i < 8; i++)
        formula[i] = PyFloat_AsDouble(PyTuple_GetItem(tuple, i));
    return PyErr_Occurred() ? -1 : 0;
}

static int take_undefined(PyObject *value, struct request *request)
{
    request->skip =
        value && PyUnicode_Check(value) && PyUnicode_CompareWithASCIIString(value, "skip") == 0;
    if (request->skip) {
        request->undefined = NAN;
        return 0;
    }
    return limen_take_double(value, "zero_division", &request->undefined);
}

static int take_request(PyObject *const *values, struct request *request)
{
    static const char *const averages[] = {"none", "micro", "macro", "weighted"};
    static const char *const presences[] = {"all", "occurring", "supported"};
    int average = limen_choice(values[RATIO_AVERAGE], "average", averages, 4);
    int present = average < 0 ? -1 : limen_choice(values[RATIO_LABELS], "labels", presences, 3);

    *request = (struct request){.average = (enum average)average, .present = (enum present)present};
    if (average < 0 || present < 0 || take_formula(values[RATIO_FORMULA], request->formula) < 0)
        return -1;
    return take_undefined(values[RATIO_ZERO_DIVISION], request);
}

/* Of one threshold set, all groups together. */
static PyObject *ratio_of(limen_module *module, const limen_tally *tally, int64_t set,
                          const struct request *request)
{
    int64_t width = limen_tally_spec(tally)->width;
    limen_counts *counts = PyMem_Malloc((size_t)width * sizeof *counts);
    PyObject *answer = NULL;
    limen_status status = LIMEN_OK;
    limen_error error;

    if (!counts)
        return PyErr_NoMemory();
    for (int64_t label = 0; label < width && status == LIMEN_OK; label++)
        status = limen_tally_counts(tally, set, -1, label, &counts[label], &error);
    if (status == LIMEN_OK)
        answer = reduce(request, counts, width);
    else
        (void)limen_raise(module, &error);
    PyMem_Free(counts);
    return answer;
}

PyObject *limen_tally_ratio(PyObject *object, PyTypeObject *type, PyObject *const *args,
                            size_t nargs, PyObject *kwnames)
{
    static const char *const names[RATIO_ARGUMENTS + 1] = {"formula", "average", "zero_division",
                                                           "labels", "set"};
    limen_tally_object *self = (limen_tally_object *)object;
    PyObject *values[RATIO_ARGUMENTS + 1], *answer;
    struct request request;
    int64_t set = 0;

    if (limen_arguments("ratio", names, RATIO_ARGUMENTS + 1, RATIO_ARGUMENTS + 1, 1, args,
                        (Py_ssize_t)nargs, kwnames, values) < 0 ||
        take_request(values, &request) < 0 ||
        limen_take_int64(values[RATIO_ARGUMENTS], "set", &set) < 0 || limen_tally_enter(self) < 0)
        return NULL;
    answer = ratio_of(PyType_GetModuleState(type), self->tally, set, &request);
    limen_tally_leave(self);
    return answer;
}

PyObject *limen_ratio(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[RATIO_ARGUMENTS + 1] = {"counts", "formula", "average",
                                                           "zero_division", "labels"};
    PyObject *values[RATIO_ARGUMENTS + 1], *answer = NULL;
    struct request request;
    double *counts = NULL;
    Py_ssize_t count;

    if (limen_arguments("ratio", names, RATIO_ARGUMENTS + 1, RATIO_ARGUMENTS + 1, 2, args, nargs,
                        kwnames, values) < 0 ||
        take_request(values + 1, &request) < 0 ||
        limen_take_doubles(limen_module_of(module), values[0], "counts", &counts, &count) < 0)
        return NULL;
    if (counts && count % 4 == 0)
        answer = reduce(&request, (limen_counts *)counts, count / 4);
    else
        PyErr_SetString(PyExc_ValueError, "counts must be rows of tp, fp, tn, fn");
    PyMem_Free(counts);
    return answer;
}
