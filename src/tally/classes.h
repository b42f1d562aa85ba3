/* Multiclass: targets and predictions of a batch as class numbers, for the states that count them.
 *
 * collect checks the whole batch and keeps the predictions where they fit into scratch of fixed
 * size; else the visit, which cannot fail, predicts again, chunk by chunk. */
#ifndef LIMEN_TALLY_CLASSES_H
#define LIMEN_TALLY_CLASSES_H

#include "tally/state.h"

typedef struct limen_classes limen_classes;

/* Rows of a chunk. targets are -1 where ignored; predictions of set s begin at s * stride. */
typedef struct limen_class_rows {
    int64_t rows;
    const int32_t *targets;
    const int32_t *predictions;
    int64_t stride;
    limen_view weights, groups; /* one column; without elements when the tally has none */
} limen_class_rows;

limen_status limen_classes_create(const limen_tally *tally, limen_classes **classes,
                                  limen_error *error);
void limen_classes_destroy(const limen_tally *tally, limen_classes *classes);

limen_status limen_classes_collect(const limen_tally *tally, limen_classes *classes,
                                   const limen_checked_batch *batch, limen_error *error);

/* Predictions of rows of scores of a float dtype for each set, without targets: set after set.
 * Returns 1 when a score is NaN. Not for two threads at once. */
int limen_classes_predict(const limen_tally *tally, limen_classes *classes,
                          const limen_view *scores, int32_t *out);

/* Calls `visit` for every row of the batch of the last collect, in an order that depends on the
 * batch alone. */
void limen_classes_visit(const limen_tally *tally, limen_classes *classes,
                         void (*visit)(void *context, const limen_class_rows *rows), void *context);

#endif
