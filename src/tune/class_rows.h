/* The rows of a multiclass tally that keeps LIMEN_SCORES, as doubles side by side. */
#ifndef LIMEN_TUNE_CLASS_ROWS_H
#define LIMEN_TUNE_CLASS_ROWS_H

#include "tally/state.h"

typedef struct limen_class_rows {
    limen_allocator allocator;
    int64_t rows, classes;
    int64_t capacity; /* rows of the tally, those that are ignored included */
    double *scores;   /* rows x classes; NaN where NaN */
    int32_t *actual;
    double *weights;
    limen_dtype dtype; /* of the scores, to which offsets are rounded */
    int single;        /* score and offset are added as floats */
} limen_class_rows;

/* VALUE, with its row and column, for a score that is infinite. */
limen_status limen_class_rows_read(const limen_tally *tally, const limen_allocator *allocator,
                                   limen_class_rows *rows, limen_error *error);
void limen_class_rows_release(limen_class_rows *rows);

#endif
