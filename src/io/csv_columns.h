/* Which columns of a table are meant: names and shell patterns, and the labels they stand for. */
#ifndef LIMEN_IO_CSV_COLUMNS_H
#define LIMEN_IO_CSV_COLUMNS_H

#include "io/names.h"
#include "limen_io.h"

typedef struct limen_selection {
    limen_allocator allocator;
    int64_t *fields; /* of the header, from 0, in label order */
    int64_t count, capacity;
    limen_names labels; /* the columns' names, without the literal ends of a pattern */
    int patterns;       /* all of them were found by patterns */
} limen_selection;

typedef struct limen_csv_columns {
    limen_selection scores, targets, weights, groups;
} limen_csv_columns;

/* Finds the columns that the options ask for. Errors: ARGUMENT (nothing matches, a column is meant
 * twice), SHAPE (numbers of columns that do not go together), MEMORY; all at line 1. On failure
 * there is nothing to release. */
limen_status limen_csv_columns_find(limen_csv_columns *columns, const limen_names *header,
                                    const limen_source_options *options,
                                    const limen_allocator *allocator, limen_error *error);
void limen_csv_columns_release(limen_csv_columns *columns);

#endif
