/* The confusion state: a C x C matrix for each group and set. */
#ifndef LIMEN_TALLY_CONFUSION_H
#define LIMEN_TALLY_CONFUSION_H

#include "tally/state.h"

/* Adds tp, fp, tn, fn of classes first <= class < first + classes to `counts`, out of the matrix of
 * one set and group. */
void limen_confusion_add_counts(const limen_tally *tally, int64_t set, int64_t group, int64_t first,
                                int64_t classes, limen_counts *counts);

#endif
