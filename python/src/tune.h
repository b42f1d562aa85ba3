/* What the search takes from Python. */
#ifndef LIMEN_PYTHON_TUNE_H
#define LIMEN_PYTHON_TUNE_H

#include "tally.h"

/* Options of limen_tune with the memory that its pointers point to. Zero before use. */
typedef struct limen_owned_tuning {
    limen_tune_options options;
    limen_constraint *constraints;
    double *costs, *cost_matrix;
    const char **labels;
    PyObject *constraints_owner, *labels_owner;
} limen_owned_tuning;

/* The keyword arguments that make them, in the order of limen_tuning_names. */
enum {
    TUNING_OBJECTIVE,
    TUNING_SCOPE,
    TUNING_AVERAGE,
    TUNING_AT,
    TUNING_TIES,
    TUNING_CONSTRAINTS,
    TUNING_COSTS,
    TUNING_COST_MATRIX,
    TUNING_LABELS,
    TUNING_PARAMETER,
    TUNING_RESTARTS,
    TUNING_SEED,
    TUNING_FBR_TOP,
    TUNING_PLATEAU,
    TUNING_ZERO_DIVISION,
    TUNING_ARGUMENTS
};
extern const char *const limen_tuning_names[TUNING_ARGUMENTS];

/* values as limen_arguments gives them, borrowed while `out` lives. 0, or -1 with an exception;
 * release in either case. */
int limen_tuning_take(limen_module *module, PyObject *const *values, int64_t width,
                      limen_owned_tuning *out);
void limen_tuning_release(limen_owned_tuning *tuning);

/* Tally.tune_result, Tally.curve_columns and Tally.reliability_table. */
PyObject *limen_tally_method_tune(PyObject *object, PyTypeObject *type, PyObject *const *args,
                                  size_t nargs, PyObject *kwnames);
PyObject *limen_tally_method_curve(PyObject *object, PyTypeObject *type, PyObject *const *args,
                                   size_t nargs, PyObject *kwnames);
PyObject *limen_tally_method_reliability(PyObject *object, PyTypeObject *type,
                                         PyObject *const *args, size_t nargs, PyObject *kwnames);

/* The Search type, made for a module. */
PyObject *limen_search_type(PyObject *module);

/* check_thresholds(path): limen.Error unless it is a thresholds file that the command line reads.
 * write_text(path, text): all of the file or nothing. */
PyObject *limen_check_thresholds(PyObject *module, PyObject *path);
PyObject *limen_write_text(PyObject *module, PyObject *const *args, Py_ssize_t nargs);

#endif
