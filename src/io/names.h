/* A list of label or column names, UTF-8, in memory of its own. */
#ifndef LIMEN_IO_NAMES_H
#define LIMEN_IO_NAMES_H

#include "io/rows.h"

typedef struct limen_names {
    limen_allocator allocator;
    char **items;
    int64_t count, capacity;
} limen_names;

void limen_names_init(limen_names *names, const limen_allocator *allocator);
limen_status limen_names_add(limen_names *names, const char *bytes, size_t length,
                             limen_error *error);
void limen_names_release(limen_names *names);

/* The index of a name, or -1. */
int64_t limen_names_find(const limen_names *names, const char *bytes, size_t length);

/* Labels have to be UTF-8, not empty, without control characters, and different from each other;
 * reports and thresholds go by them. */
limen_status limen_names_check(const limen_names *names, limen_error *error);

/* One name a line, LF or CRLF; empty lines at the end are no names. Or an .npy of strings. Does not
 * check the names. */
limen_status limen_names_read_file(limen_names *names, const char *path, limen_error *error);

/* A one-dimensional array of strings, of which `rows` has been opened. */
limen_status limen_names_read_rows(limen_names *names, limen_rows *rows, limen_error *error);

#endif
