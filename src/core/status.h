/* Filling in a limen_error. Every function returns its status, so that a check is one line:
 *     return limen_fail(error, LIMEN_ERR_SHAPE, "scores have %lld columns", n); */
#ifndef LIMEN_CORE_STATUS_H
#define LIMEN_CORE_STATUS_H

#include "limen.h"

#if defined(__GNUC__) || defined(__clang__)
#define LIMEN_PRINTF(text, first) __attribute__((__format__(__printf__, text, first)))
#else
#define LIMEN_PRINTF(text, first)
#endif

/* Without a place. */
limen_status limen_fail(limen_error *error, limen_status code, const char *format, ...)
    LIMEN_PRINTF(3, 4);

/* In an array of a batch; column -1 when the whole row is meant. */
limen_status limen_fail_cell(limen_error *error, limen_status code, limen_input input, int64_t row,
                             int64_t column, const char *format, ...) LIMEN_PRINTF(6, 7);

/* In a text file: line and field from 1, or -1. */
limen_status limen_fail_line(limen_error *error, limen_status code, int64_t line, int64_t field,
                             const char *format, ...) LIMEN_PRINTF(5, 6);

/* In a binary file. */
limen_status limen_fail_byte(limen_error *error, limen_status code, int64_t byte,
                             const char *format, ...) LIMEN_PRINTF(4, 5);

/* "out of memory", with the number of bytes that were not to be had (0: not known). */
limen_status limen_fail_memory(limen_error *error, size_t bytes);

#endif
