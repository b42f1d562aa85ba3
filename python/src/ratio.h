/* Ratios of counts under torchmetrics' averages, and its guess whether scores are probabilities. */
#ifndef LIMEN_PYTHON_RATIO_H
#define LIMEN_PYTHON_RATIO_H

#include "tally.h"

/* The method Tally.ratio(formula, ...); takes all groups together. */
PyObject *limen_tally_ratio(PyObject *object, PyTypeObject *type, PyObject *const *args,
                            size_t nargs, PyObject *kwnames);

/* The function _core.ratio(counts, formula, ...): the same of rows of tp, fp, tn, fn. */
PyObject *limen_ratio(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);

/* The function _core.are_probabilities(scores): whether none is a NaN or outside [0, 1]. */
PyObject *limen_are_probabilities(PyObject *module, PyObject *object);

#endif
