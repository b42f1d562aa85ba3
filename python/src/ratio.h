/* Ratios of counts under torchmetrics' averages. */
#ifndef LIMEN_PYTHON_RATIO_H
#define LIMEN_PYTHON_RATIO_H

#include "tally.h"

/* The method Tally.ratio(formula, average, zero_division, labels, set); takes all groups
 * together. */
PyObject *limen_tally_ratio(PyObject *object, PyTypeObject *type, PyObject *const *args,
                            size_t nargs, PyObject *kwnames);

/* The function _core.ratio(counts, formula, ...): the same of rows of tp, fp, tn, fn. */
PyObject *limen_ratio(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);

#endif
