/* What limen.torch needs of a tally beyond the library's own metrics: any ratio of sums of counts
 * under torchmetrics' averages, and its guess whether scores are probabilities. */
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

/* The weight of a label in an average. */
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

/* The value of each label, or their average; NULL with an exception. Overwrites the counts. */
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

/* ---- Probabilities ------------------------------------------------------------------------ */

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__gnu_linux__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

/* As unsigned integers, the floats from +0 to 1 are those up to 1's bits; -0 is the sign bit. */
#define ALL_UNIT(name, type, one, minus_zero)                                 \
    WIDE static int name(const void *cells, int64_t count)                    \
    {                                                                         \
        const type *bits = cells;                                             \
        type outside = 0;                                                     \
                                                                              \
        for (int64_t i = 0; i < count; i++)                                   \
            outside |= (type)((bits[i] > (one)) & (bits[i] != (minus_zero))); \
        return outside == 0;                                                  \
    }
ALL_UNIT(all_unit_f16, uint16_t, 0x3c00u, 0x8000u)
ALL_UNIT(all_unit_bf16, uint16_t, 0x3f80u, 0x8000u)
ALL_UNIT(all_unit_f32, uint32_t, 0x3f800000u, 0x80000000u)
ALL_UNIT(all_unit_f64, uint64_t, 0x3ff0000000000000u, 0x8000000000000000u)

enum { BLOCK = 1 << 14 }; /* cells between two looks at the answer */

static int all_unit_packed(limen_dtype dtype, const unsigned char *cells, int64_t count)
{
    int (*all_unit)(const void *, int64_t) = dtype == LIMEN_F16    ? all_unit_f16
                                             : dtype == LIMEN_BF16 ? all_unit_bf16
                                             : dtype == LIMEN_F32  ? all_unit_f32
                                                                   : all_unit_f64;
    int64_t size = (int64_t)limen_dtype_size(dtype);

    for (int64_t done = 0; done < count; done += BLOCK)
        if (!all_unit(cells + done * size, count - done < BLOCK ? count - done : BLOCK))
            return 0;
    return 1;
}

/* Runs along the last axis are packed where its stride says so; else cell by cell. */
static int all_unit_strided(const limen_tensor *tensor, int axis, const unsigned char *cells)
{
    int64_t size = (int64_t)limen_dtype_size(tensor->dtype);

    if (axis == tensor->ndim)
        return all_unit_packed(tensor->dtype, cells, 1);
    if (axis == tensor->ndim - 1 && tensor->stride[axis] == size)
        return all_unit_packed(tensor->dtype, cells, tensor->shape[axis]);
    for (int64_t i = 0; i < tensor->shape[axis]; i++)
        if (!all_unit_strided(tensor, axis + 1, cells + i * tensor->stride[axis]))
            return 0;
    return 1;
}

static int is_packed(const limen_tensor *tensor)
{
    int64_t step = (int64_t)limen_dtype_size(tensor->dtype);

    for (int axis = tensor->ndim - 1; axis >= 0; axis--) {
        if (tensor->stride[axis] != step && tensor->shape[axis] != 1)
            return 0;
        step *= tensor->shape[axis];
    }
    return 1;
}

PyObject *limen_are_probabilities(PyObject *module, PyObject *object)
{
    limen_tensor tensor = {0};
    int64_t count = 1;
    int answer = 1;
    int taken = limen_tensor_take(limen_module_of(module), object, "scores", &tensor);

    if (taken == 0 && tensor.dtype >= LIMEN_F16) {
        for (int axis = 0; axis < tensor.ndim; axis++)
            count *= tensor.shape[axis];
        if (count > 0)
            answer = is_packed(&tensor) ? all_unit_packed(tensor.dtype, tensor.data, count)
                                        : all_unit_strided(&tensor, 0, tensor.data);
    }
    limen_tensor_release(&tensor);
    return taken < 0 ? NULL : PyBool_FromLong(answer);
}
