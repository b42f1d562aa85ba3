/* A batch against a specification: presence, shapes, dtypes, and the values of weights, groups and
 * cells. */
#ifndef LIMEN_TALLY_BATCH_H
#define LIMEN_TALLY_BATCH_H

#include "tally/state.h"

/* Checks everything but the values of scores and targets. */
limen_status limen_batch_check(const limen_tally *tally, const limen_batch *batch,
                               limen_checked_batch *checked, limen_error *error);

/* The scores alone, for decisions without targets. */
limen_status limen_batch_check_scores(const limen_tally *tally, const limen_batch *batch,
                                      limen_checked_batch *checked, limen_error *error);

/* Looks at every cell in the order of samples and columns: VALUE, with its row, column and input,
 * for the first that has a target outside its domain, a NaN score where that is an error, or an
 * integer score that is no decision. OK when there is none. Slow: for batches in which a kernel has
 * seen something. */
limen_status limen_batch_find_fault(const limen_tally *tally, const limen_checked_batch *checked,
                                    limen_error *error);

/* The same for samples plane, row of the planes and some columns of them, and without a message: 1
 * when there is a fault. */
int limen_batch_has_fault(const limen_tally *tally, const limen_checked_batch *checked,
                          int64_t plane, int64_t row, int64_t rows, int64_t column,
                          int64_t columns);

#endif
