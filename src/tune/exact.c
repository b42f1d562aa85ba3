#include "tune/exact.h"

typedef struct product {
    limen_uwide high, low;
} product;

static limen_uwide magnitude(limen_wide x)
{
    return x < 0 ? (limen_uwide)0 - (limen_uwide)x : (limen_uwide)x;
}

/* 128 x 128 bits, by halves as on paper. */
static product multiply(limen_uwide a, limen_uwide b)
{
    const limen_uwide mask = UINT64_MAX;
    limen_uwide a0 = a & mask, a1 = a >> 64, b0 = b & mask, b1 = b >> 64;
    limen_uwide low = a0 * b0, middle = a1 * b0 + (low >> 64);
    limen_uwide other = a0 * b1 + (middle & mask);

    return (product){a1 * b1 + (middle >> 64) + (other >> 64), (other << 64) | (low & mask)};
}

static int compare_products(product a, product b)
{
    if (a.high != b.high)
        return a.high < b.high ? -1 : 1;
    return a.low == b.low ? 0 : a.low < b.low ? -1 : 1;
}

int limen_fraction_compare(const limen_fraction *a, const limen_fraction *b)
{
    int sign_a = (a->numerator > 0) - (a->numerator < 0);
    int sign_b = (b->numerator > 0) - (b->numerator < 0);

    if (sign_a != sign_b)
        return sign_a < sign_b ? -1 : 1;
    return sign_a *
           compare_products(multiply(magnitude(a->numerator), (limen_uwide)b->denominator),
                            multiply(magnitude(b->numerator), (limen_uwide)a->denominator));
}
