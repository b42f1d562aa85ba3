#include "core/numeric.h"

#include "core/array.h"

#include <float.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

float limen_half_to_float(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
    uint32_t exponent = (half >> 10) & 0x1fu;
    uint32_t fraction = half & 0x3ffu;
    uint32_t bits;
    float value;

    if (exponent == 0)
        return (sign ? -1.0f : 1.0f) * (float)fraction * 0x1p-24f;
    bits = sign | (exponent == 31 ? 0x7f800000u : (exponent + 112) << 23) | fraction << 13;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Rounds a double to `fraction_bits` bits behind the point and exponents down to `lowest` (that of
 * the least normal number), to nearest even; overflow goes to infinity at `limit`. One rounding,
 * where a step through float would be two. */
static double round_binary(double value, int fraction_bits, int lowest, double limit)
{
    int exponent;
    double unit, scaled;

    if (value == 0.0 || isnan(value) || isinf(value))
        return value;
    (void)frexp(value, &exponent);
    exponent -= 1;
    if (exponent < lowest)
        exponent = lowest;
    unit = ldexp(1.0, exponent - fraction_bits);
    scaled = nearbyint(value / unit) * unit;
    return fabs(scaled) >= limit ? copysign(INFINITY, value) : scaled;
}

static double round_to_half(double value)
{
    return round_binary(value, 10, -14, 65536.0);
}

static double round_to_bfloat(double value)
{
    return round_binary(value, 7, -126, 0x1p128);
}

static uint32_t float_bits(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

uint16_t limen_double_to_half(double value)
{
    double rounded = round_to_half(value);
    double size = fabs(rounded);
    uint16_t sign = signbit(value) ? 0x8000u : 0;
    uint32_t bits;

    if (isnan(value))
        return (uint16_t)(sign | 0x7e00u);
    if (isinf(rounded))
        return (uint16_t)(sign | 0x7c00u);
    if (size < 0x1p-14)
        return (uint16_t)(sign | (uint16_t)(size * 0x1p24));
    bits = float_bits((float)size);
    return (uint16_t)(sign | ((bits >> 13) - (112u << 10)));
}

uint16_t limen_float_to_half(float value)
{
    return limen_double_to_half((double)value);
}

uint16_t limen_double_to_bfloat(double value)
{
    if (isnan(value))
        return 0x7fc0u;
    return (uint16_t)(float_bits((float)round_to_bfloat(value)) >> 16);
}

double limen_round_to(limen_dtype dtype, double value)
{
    double rounded = value;

    if (dtype == LIMEN_F16)
        rounded = round_to_half(value);
    else if (dtype == LIMEN_BF16)
        rounded = round_to_bfloat(value);
    else if (dtype == LIMEN_F32)
        rounded = (double)(float)value;
    return rounded == 0.0 ? 0.0 : rounded;
}

double limen_greatest(limen_dtype dtype)
{
    switch (dtype) {
    case LIMEN_F16:
        return 65504.0;
    case LIMEN_BF16:
        return 0x1.fep127;
    case LIMEN_F32:
        return (double)FLT_MAX;
    default:
        return DBL_MAX;
    }
}

/* The neighbour of a 16-bit float with `fraction_bits` bits and least normal exponent `lowest`. */
static double next_up_short(limen_dtype dtype, double value, int fraction_bits, int lowest)
{
    int exponent;
    double unit;

    if (isinf(value))
        return value > 0 ? value : -limen_greatest(dtype);
    if (value >= limen_greatest(dtype))
        return INFINITY;
    (void)frexp(value, &exponent);
    exponent -= 1;
    if (value == 0.0 || exponent < lowest)
        exponent = lowest;
    /* Just above -2^e the spacing is that of the binade below. */
    if (value < 0 && exponent > lowest && value == -ldexp(1.0, exponent))
        exponent -= 1;
    unit = ldexp(1.0, exponent - fraction_bits);
    value += unit;
    return value == 0.0 ? 0.0 : value;
}

double limen_next_up(limen_dtype dtype, double value)
{
    double next;

    if (isnan(value))
        return value;
    switch (dtype) {
    case LIMEN_F16:
        return next_up_short(dtype, value, 10, -14);
    case LIMEN_BF16:
        return next_up_short(dtype, value, 7, -126);
    case LIMEN_F32:
        next = (double)nextafterf((float)value, INFINITY);
        break;
    default:
        next = nextafter(value, INFINITY);
        break;
    }
    return next == 0.0 ? 0.0 : next;
}

double limen_next_down(limen_dtype dtype, double value)
{
    double next = -limen_next_up(dtype, -value);

    return next == 0.0 ? 0.0 : next;
}

double limen_logit(double p)
{
    if (p <= 0.0)
        return -INFINITY;
    if (p >= 1.0)
        return INFINITY;
    return log(p) - log1p(-p);
}

#define LOAD(type)                              \
    do {                                        \
        type element;                           \
        memcpy(&element, cell, sizeof element); \
        return (double)element;                 \
    } while (0)

double limen_load_number(limen_dtype dtype, const void *cell)
{
    uint16_t bits;

    switch (dtype) {
    case LIMEN_BOOL:
    case LIMEN_U8:
        LOAD(uint8_t);
    case LIMEN_I8:
        LOAD(int8_t);
    case LIMEN_U16:
        LOAD(uint16_t);
    case LIMEN_I16:
        LOAD(int16_t);
    case LIMEN_U32:
        LOAD(uint32_t);
    case LIMEN_I32:
        LOAD(int32_t);
    case LIMEN_U64:
        LOAD(uint64_t);
    case LIMEN_I64:
        LOAD(int64_t);
    case LIMEN_F16:
    case LIMEN_BF16:
        memcpy(&bits, cell, sizeof bits);
        return (double)(dtype == LIMEN_F16 ? limen_half_to_float(bits)
                                           : limen_bfloat_to_float(bits));
    case LIMEN_F32:
        LOAD(float);
    case LIMEN_F64:
        LOAD(double);
    default:
        return NAN;
    }
}

int limen_load_integer(limen_dtype dtype, const void *cell, int64_t *value)
{
    double number;

    if (dtype == LIMEN_I64) {
        memcpy(value, cell, sizeof *value);
        return 1;
    }
    if (dtype == LIMEN_U64) {
        uint64_t element;

        memcpy(&element, cell, sizeof element);
        *value = (int64_t)element;
        return element <= INT64_MAX;
    }
    number = limen_load_number(dtype, cell);
    if (!(number >= -0x1p63 && number < 0x1p63) || number != floor(number))
        return 0;
    *value = (int64_t)number;
    return 1;
}

#if defined(__x86_64__)

#define FLUSH_BITS 0x8040u /* MXCSR: flush to zero, denormals are zero */

limen_float_mode limen_float_mode_enter(void)
{
    unsigned mode = _mm_getcsr();

    if (mode & FLUSH_BITS)
        _mm_setcsr(mode & ~FLUSH_BITS);
    return (limen_float_mode){mode};
}

void limen_float_mode_leave(limen_float_mode mode)
{
    if (mode.saved & FLUSH_BITS)
        _mm_setcsr((unsigned)mode.saved);
}

#elif defined(__aarch64__)

#define FLUSH_BITS ((uint64_t)1 << 24) /* FPCR.FZ */

limen_float_mode limen_float_mode_enter(void)
{
    uint64_t mode;

    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    if (mode & FLUSH_BITS)
        __asm__ volatile("msr fpcr, %0" : : "r"(mode & ~FLUSH_BITS));
    return (limen_float_mode){mode};
}

void limen_float_mode_leave(limen_float_mode mode)
{
    if (mode.saved & FLUSH_BITS)
        __asm__ volatile("msr fpcr, %0" : : "r"(mode.saved));
}

#else

limen_float_mode limen_float_mode_enter(void)
{
    return (limen_float_mode){0};
}

void limen_float_mode_leave(limen_float_mode mode)
{
    (void)mode;
}

#endif
