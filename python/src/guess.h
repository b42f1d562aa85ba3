/* torchmetrics' guess whether scores are probabilities or logits. */
#ifndef LIMEN_PYTHON_GUESS_H
#define LIMEN_PYTHON_GUESS_H

#include "tally.h"

/* The function _core.are_probabilities(scores): whether no score is a NaN or outside [0, 1]. */
PyObject *limen_are_probabilities(PyObject *module, PyObject *object);

/* The function _core.add_guessing(probabilities, logits, scores, targets, weights=None,
 * fresh=False): updates one of two tallies, and returns it; the second when some score is no
 * probability, never when both are the same. fresh: resets it before. */
PyObject *limen_add_guessing(PyObject *module, PyObject *const *args, Py_ssize_t nargs,
                             PyObject *kwnames);

#endif
