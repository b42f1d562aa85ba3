/* Numbers: conversions of dtypes, neighbours, sums that keep their error. */
#ifndef LIMEN_CORE_NUMERIC_H
#define LIMEN_CORE_NUMERIC_H

#include "limen.h"

#include <math.h>
#include <string.h>

/* binary16 and bfloat16 to and from float; rounding to nearest even. Exact to float. */
float limen_half_to_float(uint16_t half);
uint16_t limen_float_to_half(float value);
uint16_t limen_double_to_half(double value); /* rounded once, from the double */

static inline float limen_bfloat_to_float(uint16_t bfloat)
{
    uint32_t bits = (uint32_t)bfloat << 16;
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

uint16_t limen_double_to_bfloat(double value); /* rounded once, from the double */

/* `value` rounded to a float dtype (others: unchanged), as a double. -0.0 becomes 0.0. */
double limen_round_to(limen_dtype dtype, double value);

/* The next greater value of a float dtype: of -inf the lowest finite one, of the greatest finite
 * one +inf; +inf and NaN stay. `value` must be one of the dtype's. Never -0.0. */
double limen_next_up(limen_dtype dtype, double value);
double limen_next_down(limen_dtype dtype, double value);

/* The greatest finite value of a float dtype. */
double limen_greatest(limen_dtype dtype);

/* log(p / (1 - p)): -inf at 0 and below, +inf at 1 and above. */
double limen_logit(double p);

/* An element as a double (64-bit integers above 2^53 are rounded). */
double limen_load_number(limen_dtype dtype, const void *cell);

/* The same of what is known to be float32 or float64, such as weights. */
static inline double limen_load_real(limen_dtype dtype, const void *cell)
{
    float single;
    double value;

    if (dtype == LIMEN_F64) {
        memcpy(&value, cell, sizeof value);
        return value;
    }
    memcpy(&single, cell, sizeof single);
    return (double)single;
}

/* An element of an integer dtype, or of F32 or F64 when it is whole and within int64; returns 0
 * when it is neither. */
int limen_load_integer(limen_dtype dtype, const void *cell, int64_t *value);

/* A double with the error of its sum carried apart (Neumaier 1974). */
typedef struct limen_sum {
    double value, carry;
} limen_sum;

static inline void limen_sum_add(limen_sum *sum, double x)
{
    double total = sum->value + x;

    if (fabs(sum->value) >= fabs(x))
        sum->carry += (sum->value - total) + x;
    else
        sum->carry += (x - total) + sum->value;
    sum->value = total;
}

/* Adds another sum with its carry. */
static inline void limen_sum_join(limen_sum *sum, const limen_sum *other)
{
    double carry = other->carry;

    limen_sum_add(sum, other->value);
    sum->carry += carry;
}

static inline double limen_sum_of(const limen_sum *sum)
{
    return sum->value + sum->carry;
}

/* A sum of numbers of 60 bits behind the point: exact, so in any order. */
typedef struct limen_fixed {
    uint64_t low, high;
} limen_fixed;

static inline void limen_fixed_join(limen_fixed *sum, const limen_fixed *other)
{
    uint64_t low = other->low;

    sum->low += low;
    sum->high += other->high + (sum->low < low);
}

/* Denormals as they are: PyTorch and others let a thread flush them to zero, which moves cuts. */
typedef struct limen_float_mode {
    uint64_t saved;
} limen_float_mode;

limen_float_mode limen_float_mode_enter(void);
void limen_float_mode_leave(limen_float_mode mode);

#endif
