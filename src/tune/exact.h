/* Fractions of 128-bit integers, compared without rounding. */
#ifndef LIMEN_TUNE_EXACT_H
#define LIMEN_TUNE_EXACT_H

#include <stdint.h>

__extension__ typedef __int128 limen_wide;
__extension__ typedef unsigned __int128 limen_uwide;

/* denominator > 0 */
typedef struct limen_fraction {
    limen_wide numerator, denominator;
} limen_fraction;

/* Below, at or above 0 as a is less than, equal to or greater than b. */
int limen_fraction_compare(const limen_fraction *a, const limen_fraction *b);

#endif
