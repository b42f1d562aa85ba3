/* What the kernel sets share among themselves; nobody else includes this. */
#ifndef LIMEN_KERNELS_SETS_H
#define LIMEN_KERNELS_SETS_H

#include "core/numeric.h"
#include "kernels/kernels.h"

extern const limen_kernels limen_kernels_scalar;

#if defined(__x86_64__)
extern const limen_kernels limen_kernels_avx2;
extern const limen_kernels limen_kernels_avx512;
#elif defined(__aarch64__)
extern const limen_kernels limen_kernels_neon;
#endif

/* The integer dtypes. XX(DTYPE, name, bits of an element, least value, greatest value in int64) */
#define LIMEN_INTEGER_MAP(XX)              \
    XX(BOOL, bool, 8, 0, 1)                \
    XX(U8, u8, 8, 0, UINT8_MAX)            \
    XX(I8, i8, 8, INT8_MIN, INT8_MAX)      \
    XX(U16, u16, 16, 0, UINT16_MAX)        \
    XX(I16, i16, 16, INT16_MIN, INT16_MAX) \
    XX(U32, u32, 32, 0, UINT32_MAX)        \
    XX(I32, i32, 32, INT32_MIN, INT32_MAX) \
    XX(U64, u64, 64, 0, INT64_MAX)         \
    XX(I64, i64, 64, INT64_MIN, INT64_MAX)

/* The float dtypes. XX(DTYPE, name, type that they are compared in, its name, bits of an element,
 * type of a key) */
#define LIMEN_FLOAT_MAP(XX)                  \
    XX(F16, f16, float, f32, 16, uint16_t)   \
    XX(BF16, bf16, float, f32, 16, uint16_t) \
    XX(F32, f32, float, f32, 32, uint32_t)   \
    XX(F64, f64, double, f64, 64, uint64_t)

static inline uint64_t limen_least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline int limen_between(int64_t value, int64_t low, int64_t high)
{
    return value >= low && value <= high;
}

/* The float that equals an integer; NaN, which equals nothing, when there is none. */
static inline float limen_exact_f32(int64_t value)
{
    float rounded = (float)value;

    return rounded < 0x1p63f && (int64_t)rounded == value ? rounded : NAN;
}

static inline double limen_exact_f64(int64_t value)
{
    double rounded = (double)value;

    return rounded < 0x1p63 && (int64_t)rounded == value ? rounded : (double)NAN;
}

/* limen_key_f32(bits) and the like: the key of a score from its bits. A negative score's bits are
 * turned over, a positive one's are moved above them; that of -0.0 would come out just below that
 * of 0.0. `infinity` has the bits of +inf: more than that, without the sign, is NaN. No branches,
 * so that compilers vectorise it. */
#define LIMEN_DEFINE_KEY(name, uint, top_bit, infinity)                                       \
    static inline uint limen_size_##name(uint bits)                                           \
    {                                                                                         \
        return (uint)(bits & (uint) ~(uint)(top_bit));                                        \
    }                                                                                         \
                                                                                              \
    static inline uint limen_key_##name(uint bits)                                            \
    {                                                                                         \
        const uint sign = top_bit;                                                            \
        uint size = limen_size_##name(bits);                                                  \
        uint key = (uint)(bits ^ ((uint)(0 - (uint)(bits >> (8 * sizeof bits - 1))) | sign)); \
                                                                                              \
        key = (uint)(size == 0 ? sign : key);                                                 \
        return (uint)(size > (infinity) ? 0 : key);                                           \
    }

LIMEN_DEFINE_KEY(f16, uint16_t, 0x8000u, 0x7c00u)
LIMEN_DEFINE_KEY(bf16, uint16_t, 0x8000u, 0x7f80u)
LIMEN_DEFINE_KEY(f32, uint32_t, 0x80000000u, 0x7f800000u)
LIMEN_DEFINE_KEY(f64, uint64_t, 0x8000000000000000u, 0x7ff0000000000000u)

/* Up to 128 labels, a bit each: the valid ones, and the true ones of them. */
typedef struct limen_span_words {
    uint64_t valid[2], truth[2];
} limen_span_words;

/* From the ranks of a row's true labels, each with the rank among true ones << 32. The ratios are
 * summed in eight lanes, those joined by halves: so vectors do. */
static inline void limen_add_ranks(const uint64_t *ranks, size_t n, limen_row_ranks *out)
{
    double lanes[8] = {0};

    out->coverage = 0;
    out->inversions = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t rank = (uint32_t)ranks[i], true_rank = (uint32_t)(ranks[i] >> 32);

        out->coverage = rank > out->coverage ? rank : out->coverage;
        out->inversions += rank - true_rank;
        lanes[i % 8] += (double)true_rank / (double)rank;
    }
    for (size_t half = 4; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++)
            lanes[i] += lanes[i + half];
    out->precision = lanes[0];
}

/* memcpy, which may not be given NULL even for no bytes. */
static inline void limen_copy(void *to, const void *from, size_t size)
{
    if (size > 0)
        memcpy(to, from, size);
}

/* binary_ignore from a set's own ignore_BITS(values, ignore, out, valid, n) and binary_BITS: what
 * the dtype cannot hold equals nothing. */
#define LIMEN_DEFINE_IGNORE(DTYPE, name, bits, low, high)                             \
    static int binary_ignore_##name(const void *values, int64_t ignore, uint8_t *out, \
                                    uint8_t *valid, size_t n)                         \
    {                                                                                 \
        if (limen_between(ignore, low, high))                                         \
            return ignore_##bits(values, (uint##bits##_t)ignore, out, valid, n);      \
        for (size_t i = 0; i < n; i++)                                                \
            valid[i] = 1;                                                             \
        return binary_##bits(values, out, n);                                         \
    }

#define LIMEN_DEFINE_IGNORE_REAL(name)                                                \
    static int binary_ignore_##name(const void *values, int64_t ignore, uint8_t *out, \
                                    uint8_t *valid, size_t n)                         \
    {                                                                                 \
        return ignore_##name(values, limen_exact_##name(ignore), out, valid, n);      \
    }

/* The table of a set, from the static functions of its file. */
/* clang-format off */
#define LIMEN_ENTRY_BINARY(DTYPE, name, bits, low, high) [LIMEN_##DTYPE] = binary_##bits,
#define LIMEN_ENTRY_IGNORE(DTYPE, name, bits, low, high) [LIMEN_##DTYPE] = binary_ignore_##name,
#define LIMEN_ENTRIES(kernel)                                            \
    {                                                                    \
        [LIMEN_F16] = kernel##_f16, [LIMEN_BF16] = kernel##_bf16,        \
        [LIMEN_F32] = kernel##_f32, [LIMEN_F64] = kernel##_f64           \
    }
#define LIMEN_KERNEL_SET(set_name)                                       \
    {                                                                    \
        .name = set_name,                                                \
        .decide = LIMEN_ENTRIES(decide),                                 \
        .binary = {                                                      \
            LIMEN_INTEGER_MAP(LIMEN_ENTRY_BINARY)                        \
            [LIMEN_F32] = binary_f32, [LIMEN_F64] = binary_f64           \
        },                                                               \
        .binary_ignore = {                                               \
            LIMEN_INTEGER_MAP(LIMEN_ENTRY_IGNORE)                        \
            [LIMEN_F32] = binary_ignore_f32,                             \
            [LIMEN_F64] = binary_ignore_f64                              \
        },                                                               \
        .check = check,                                                  \
        .add = add,                                                      \
        .add_both = add_both,                                            \
        .add_pair = add_pair,                                            \
        .add_cells = LIMEN_ENTRIES(add_cells),                           \
        .count = count,                                                  \
        .count_both = count_both,                                        \
        .flush = flush,                                     \
        .mask = mask,                                                    \
        .greatest = LIMEN_ENTRIES(greatest),                             \
        .keys = LIMEN_ENTRIES(keys),                                     \
        .bin = LIMEN_ENTRIES(bin),                                       \
        .bin_key = LIMEN_ENTRIES(bin_key),                               \
        .above = LIMEN_ENTRIES(above),                                   \
        .split = LIMEN_ENTRIES(split),                                   \
        .sift = LIMEN_ENTRIES(sift),                                     \
        .rank = LIMEN_ENTRIES(rank),                                     \
        .pick = {NULL, pick_16, pick_32, pick_64}                        \
    }
/* clang-format on */

#endif
