/* Decimal text to double: correctly rounded (to nearest, ties to even), whatever the locale. */
#ifndef LIMEN_IO_NUMBER_H
#define LIMEN_IO_NUMBER_H

#include <stdint.h>
#include <string.h>

/* Reads the longest number at the start of [text, end): an optional sign, digits with at most one
 * point and an optional exponent, or one of inf, infinity and nan in any case. Returns the first
 * byte behind it, or NULL when there is none. Nothing at or behind `end` is read. Overflow gives an
 * infinity, underflow zero. */
const char *limen_number_parse(const char *text, const char *end, double *value);

/* The same on bytes[0, count), which must be that number and no more; blanks (spaces and tabs)
 * around it are allowed. Returns 0 when they are something else. */
int limen_number_read(const char *bytes, size_t count, double *value);

/* As limen_number_read for whole numbers within int64; 1.0 and 1e3 are whole. */
int limen_number_read_integer(const char *bytes, size_t count, int64_t *value);

/* `value` as a whole number; returns 0 when it is not whole or beyond int64. */
int limen_number_whole(double value, int64_t *whole);

#endif
