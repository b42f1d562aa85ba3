/* One record of delimited text into a row of numbers. */
#ifndef LIMEN_IO_CSV_RECORD_H
#define LIMEN_IO_CSV_RECORD_H

#include "io/csv_columns.h"
#include "io/csv_text.h"

typedef enum limen_csv_kind {
    LIMEN_CSV_SKIP,
    LIMEN_CSV_SCORE,
    LIMEN_CSV_TARGET,
    LIMEN_CSV_WEIGHT,
    LIMEN_CSV_GROUP
} limen_csv_kind;

/* What becomes of a field: its kind, and its place in a row of that kind. */
typedef struct limen_csv_field {
    limen_csv_kind kind;
    int64_t slot;
    int64_t run; /* fields from here on of the same kind, in order; not the header's last */
} limen_csv_field;

typedef struct limen_csv_plan {
    limen_allocator allocator;
    const limen_names *header;
    limen_csv_field *fields; /* one a name of the header */
} limen_csv_plan;

limen_status limen_csv_plan_make(limen_csv_plan *plan, const limen_names *header,
                                 const limen_csv_columns *columns, const limen_allocator *allocator,
                                 limen_error *error);
void limen_csv_plan_release(limen_csv_plan *plan);

/* Where the cells go, and the line that the record begins on. */
typedef struct limen_csv_record {
    double *scores, *weight;
    int64_t *targets, *group;
    int64_t line;
    int64_t newlines; /* within its quotes; starts at 0 */
} limen_csv_record;

/* The record at `at` in the text; *behind is where the next one begins. *more is 1 when the text
 * does not hold all of it. */
limen_status limen_csv_record_read(const limen_csv_plan *plan, limen_csv_text *text, const char *at,
                                   limen_csv_record *record, const char **behind, int *more,
                                   limen_error *error);

#endif
