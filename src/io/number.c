#include "io/number.h"

#include "io/digits.h"
#include "io/powers.h"

#include <math.h>

/* The digits of a number, without its sign: mantissa * 10^exponent, where the mantissa holds the
 * first 18 or 19 significant digits. `first` to `last` is the text of all digits, with the point.
 */
struct decimal {
    uint64_t mantissa;
    int64_t exponent;
    int64_t written; /* the part of it behind the "e" */
    int64_t dropped; /* digits that did not fit into the mantissa */
    int truncated;   /* some of those were not 0 */
    const char *first, *last;
};

enum { EXPONENT_LIMIT = 100000 };

static int is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* Appends digits to the mantissa as long as they fit: first up to eight at a time, then singly. */
static const char *read_digits(const char *text, const char *end, struct decimal *decimal)
{
    static const uint64_t powers[] = {1,      10,      100,      1000,     10000,
                                      100000, 1000000, 10000000, 100000000};
    const uint64_t fits_eight = 100000000000u;
    const uint64_t fits_one = 1000000000000000000u;

    while (end - text >= 8 && decimal->mantissa < fits_eight) {
        uint64_t word = limen_load8(text);
        int count = limen_count_digits(word);

        if (count > 0)
            decimal->mantissa = decimal->mantissa * powers[count] + limen_join_digits(word, count);
        text += count;
        if (count < 8)
            return text;
    }
    for (; text < end && is_digit(*text); text++) {
        if (decimal->mantissa < fits_one) {
            decimal->mantissa = decimal->mantissa * 10 + (uint64_t)(*text - '0');
        } else {
            decimal->dropped++;
            decimal->truncated |= *text != '0';
        }
    }
    return text;
}

/* "e-12" and the like; text stays where it is when no digit follows. */
static const char *read_exponent(const char *text, const char *end, int64_t *exponent)
{
    const char *at = text + 1;
    int negative;

    if (text >= end || (*text | 0x20) != 'e')
        return text;
    negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (at >= end || !is_digit(*at))
        return text;
    for (; at < end && is_digit(*at); at++)
        if (*exponent < EXPONENT_LIMIT)
            *exponent = *exponent * 10 + (*at - '0');
    if (negative)
        *exponent = -*exponent;
    return at;
}

static const char *read_decimal(const char *text, const char *end, struct decimal *decimal)
{
    const char *at = read_digits(text, end, decimal);
    int64_t digits = at - text;

    decimal->first = text;
    decimal->exponent = decimal->dropped;
    if (at < end && *at == '.') {
        const char *point = at + 1;

        at = read_digits(point, end, decimal);
        digits += at - point;
        decimal->exponent = decimal->dropped - (at - point);
    }
    if (digits == 0)
        return NULL;
    decimal->last = at;
    at = read_exponent(at, end, &decimal->written);
    decimal->exponent += decimal->written;
    return at;
}

static const double exact_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Both numbers are exact doubles, so one operation rounds once (Clinger 1990). */
static int convert_exact(uint64_t mantissa, int64_t exponent, double *value)
{
    if (mantissa > (uint64_t)1 << 53 || exponent < -22 || exponent > 22)
        return 0;
    *value = exponent < 0 ? (double)mantissa / exact_powers[-exponent]
                          : (double)mantissa * exact_powers[exponent];
    return 1;
}

__extension__ typedef unsigned __int128 uint128;

/* mantissa * 10^exponent from a 128-bit power of five, after Eisel and Lemire. The product is short
 * of the true one by less than two units of its middle word; returns 0 when that leaves the
 * rounding open (nearly never). Within the table's range nothing overflows or is subnormal. */
static int convert_product(uint64_t mantissa, int64_t exponent, double *value)
{
    int zeros, shift;
    const uint64_t *power;
    uint128 high, low;
    uint64_t top, middle, rest, half, bits;
    int64_t binary;

    if (exponent < LIMEN_POWER_LEAST || exponent > LIMEN_POWER_GREATEST)
        return 0;
    zeros = __builtin_clzll(mantissa);
    mantissa <<= zeros;
    power = limen_powers_of_five[exponent - LIMEN_POWER_LEAST];
    high = (uint128)mantissa * power[0];
    low = (uint128)mantissa * power[1];
    high += (uint64_t)(low >> 64);
    top = (uint64_t)(high >> 64);
    middle = (uint64_t)high;

    shift = top >> 63 ? 11 : 10;
    rest = top & (((uint64_t)1 << shift) - 1);
    half = (uint64_t)1 << (shift - 1);
    if ((rest == half && middle == 0) || (rest == half - 1 && middle == UINT64_MAX))
        return 0;
    /* floor(log2(5^q)) is q * 152170 / 65536, rounded down, for all q of the table. */
    binary = ((exponent * 152170) >> 16) - 127 + exponent + 128 - zeros + shift;
    bits = (uint64_t)(binary + 52 + 1023) << 52;
    /* A carry out of the fraction goes into the exponent, as it should. */
    bits += (top >> shift) - ((uint64_t)1 << 52) + (rest >= half);
    memcpy(value, &bits, sizeof bits);
    return 1;
}

/*
 * The slow path: exact, with integers of any size. 800 digits are enough: a number half-way between
 * two doubles has at most 767, so what is beyond counts only as "not zero".
 */
enum { SLOW_DIGITS = 800, LIMBS = 144 };

struct big {
    int count; /* limbs in use; the last is not 0 */
    uint32_t limbs[LIMBS];
};

static void big_multiply_add(struct big *big, uint32_t factor, uint32_t addend)
{
    uint64_t carry = addend;

    for (int i = 0; i < big->count; i++) {
        carry += (uint64_t)big->limbs[i] * factor;
        big->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry)
        big->limbs[big->count++] = (uint32_t)carry;
}

static void big_scale_ten(struct big *big, int64_t power)
{
    for (; power >= 9; power -= 9)
        big_multiply_add(big, 1000000000u, 0);
    for (; power > 0; power--)
        big_multiply_add(big, 10, 0);
}

static int big_bits(const struct big *big)
{
    return 32 * big->count - __builtin_clz(big->limbs[big->count - 1]);
}

static void big_shift_left(struct big *big, int bits)
{
    int words = bits / 32;

    for (int i = bits % 32; i > 0; i--)
        big_multiply_add(big, 2, 0);
    if (words == 0)
        return;
    memmove(big->limbs + words, big->limbs, (size_t)big->count * sizeof big->limbs[0]);
    memset(big->limbs, 0, (size_t)words * sizeof big->limbs[0]);
    big->count += words;
}

static int big_compare(const struct big *a, const struct big *b)
{
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    for (int i = a->count - 1; i >= 0; i--)
        if (a->limbs[i] != b->limbs[i])
            return a->limbs[i] < b->limbs[i] ? -1 : 1;
    return 0;
}

/* a -= b, for a >= b. */
static void big_subtract(struct big *a, const struct big *b)
{
    int64_t borrow = 0;

    for (int i = 0; i < a->count; i++) {
        int64_t difference = (int64_t)a->limbs[i] - (i < b->count ? b->limbs[i] : 0) + borrow;

        a->limbs[i] = (uint32_t)difference;
        borrow = difference < 0 ? -1 : 0;
    }
    while (a->count > 0 && a->limbs[a->count - 1] == 0)
        a->count--;
}

/* All significant digits into `big`; returns the power of ten that goes with it. */
static int64_t gather_digits(const struct decimal *decimal, struct big *big)
{
    int taken = 0;
    int point = 0;
    int sticky = 0;
    int64_t exponent = decimal->written;

    big->count = 0;
    for (const char *at = decimal->first; at < decimal->last; at++) {
        if (*at == '.') {
            point = 1;
            continue;
        }
        if (taken < SLOW_DIGITS) {
            big_multiply_add(big, 10, (uint32_t)(*at - '0'));
            taken += big->count > 0;
            exponent -= point;
        } else {
            sticky |= *at != '0';
            exponent += !point;
        }
    }
    if (sticky) {
        big_multiply_add(big, 10, 1);
        exponent--;
    }
    return exponent;
}

/* numerator / denominator * 2^scale to the nearest double. The quotient is first brought into
 * [2^63, 2^64) and then found bit by bit. */
static double divide(struct big *numerator, struct big *denominator)
{
    int scale = big_bits(numerator) - big_bits(denominator);
    uint64_t quotient = 0;
    uint64_t half, kept, rest;
    int shift = 11;

    if (scale < 0)
        big_shift_left(numerator, -scale);
    else
        big_shift_left(denominator, scale);
    if (big_compare(numerator, denominator) < 0) {
        big_shift_left(numerator, 1);
        scale--;
    }
    for (int bit = 0; bit < 64; bit++) {
        quotient <<= 1;
        if (big_compare(numerator, denominator) >= 0) {
            big_subtract(numerator, denominator);
            quotient |= 1;
        }
        big_shift_left(numerator, 1);
    }
    /* The value is quotient * 2^(scale - 63), a little more when a remainder is left. Subnormals
     * keep fewer bits. */
    if (scale < -1022)
        shift += -1022 - scale;
    if (shift > 64)
        return 0.0;
    half = (uint64_t)1 << (shift - 1);
    kept = shift == 64 ? 0 : quotient >> shift;
    rest = shift == 64 ? quotient : quotient & (2 * half - 1);
    if (rest > half || (rest == half && (numerator->count > 0 || (kept & 1))))
        kept++;
    return ldexp((double)kept, scale - 63 + shift);
}

static double convert_slowly(const struct decimal *decimal)
{
    struct big numerator, denominator = {.count = 1, .limbs = {1}};
    int64_t exponent = gather_digits(decimal, &numerator);
    double magnitude;

    if (numerator.count == 0)
        return 0.0;
    /* The number is within [10^(magnitude - 1), 10^(magnitude + 1)). */
    magnitude = (double)exponent + big_bits(&numerator) * 0.30103;
    if (magnitude > 310)
        return INFINITY;
    if (magnitude < -326)
        return 0.0;
    big_scale_ten(exponent < 0 ? &denominator : &numerator, exponent < 0 ? -exponent : exponent);
    return divide(&numerator, &denominator);
}

static double convert(const struct decimal *decimal)
{
    double value, above;

    if (decimal->mantissa == 0)
        return 0.0;
    if (!decimal->truncated && convert_exact(decimal->mantissa, decimal->exponent, &value))
        return value;
    if (convert_product(decimal->mantissa, decimal->exponent, &value) &&
        (!decimal->truncated ||
         (convert_product(decimal->mantissa + 1, decimal->exponent, &above) && value == above)))
        return value;
    return convert_slowly(decimal);
}

/* `word`, which is in lower case, stands at the start of the text in any case. */
static const char *match_word(const char *text, const char *end, const char *word)
{
    for (; *word; word++, text++)
        if (text >= end || (*text | 0x20) != *word)
            return NULL;
    return text;
}

static const char *read_word(const char *text, const char *end, double *value)
{
    static const struct {
        const char *word;
        double value;
    } words[] = {{"infinity", INFINITY}, {"inf", INFINITY}, {"nan", NAN}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const char *behind = match_word(text, end, words[i].word);

        if (behind) {
            *value = words[i].value;
            return behind;
        }
    }
    return NULL;
}

const char *limen_number_parse(const char *text, const char *end, double *value)
{
    struct decimal decimal = {.mantissa = 0};
    int negative = text < end && *text == '-';
    const char *behind;
    double number;

    if (text < end && (*text == '-' || *text == '+'))
        text++;
    behind = read_decimal(text, end, &decimal);
    if (behind)
        number = convert(&decimal);
    else if (!(behind = read_word(text, end, &number)))
        return NULL;
    *value = negative ? -number : number;
    return behind;
}

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

int limen_number_read(const char *bytes, size_t count, double *value)
{
    const char *end = bytes + count;
    const char *behind;

    while (bytes < end && is_blank(*bytes))
        bytes++;
    while (bytes < end && is_blank(end[-1]))
        end--;
    behind = limen_number_parse(bytes, end, value);
    return behind && behind == end;
}

int limen_number_whole(double value, int64_t *whole)
{
    if (!(value >= -0x1p63 && value < 0x1p63) || value != floor(value))
        return 0;
    *whole = (int64_t)value;
    return 1;
}

int limen_number_read_integer(const char *bytes, size_t count, int64_t *value)
{
    double number;

    return limen_number_read(bytes, count, &number) && limen_number_whole(number, value);
}
