#if defined(__x86_64__)

#include "kernels/sets.h"

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,f16c,popcnt,bmi")))
#define INLINE TARGET __attribute__((always_inline)) static inline
#define WIDTH 32

typedef __m256i bytes, marks, sum_lanes, mask_16, mask_32, mask_64;
typedef __m256 reals_f32;
typedef __m256d reals_f64;

/* ---- Bytes ---------------------------------------------------------------------------------- */

INLINE bytes load(const void *from)
{
    return _mm256_loadu_si256(from);
}

INLINE void store(void *to, bytes value)
{
    _mm256_storeu_si256(to, value);
}

INLINE bytes load_part(const void *from, size_t n)
{
    uint8_t some[WIDTH] = {0};

    limen_copy(some, from, n);
    return load(some);
}

INLINE void store_part(void *to, bytes value, size_t n)
{
    uint8_t some[WIDTH];

    store(some, value);
    limen_copy(to, some, n);
}

INLINE bytes byte_none(void)
{
    return _mm256_setzero_si256();
}

INLINE bytes byte_add(bytes a, bytes b)
{
    return _mm256_add_epi8(a, b);
}

INLINE bytes byte_and(bytes a, bytes b)
{
    return _mm256_and_si256(a, b);
}

INLINE bytes byte_or(bytes a, bytes b)
{
    return _mm256_or_si256(a, b);
}

INLINE int byte_any_above_one(bytes a)
{
    return !_mm256_testz_si256(a, _mm256_set1_epi8((char)0xfe));
}

INLINE sum_lanes sum_none(void)
{
    return _mm256_setzero_si256();
}

INLINE sum_lanes sum_add(sum_lanes total, bytes a)
{
    return _mm256_add_epi64(total, _mm256_sad_epu8(a, _mm256_setzero_si256()));
}

INLINE int64_t sum_total(sum_lanes total)
{
    __m128i half = _mm_add_epi64(_mm256_castsi256_si128(total), _mm256_extracti128_si256(total, 1));

    return _mm_cvtsi128_si64(half) + _mm_extract_epi64(half, 1);
}

/* ---- Truths --------------------------------------------------------------------------------- */

INLINE marks mark_all(void)
{
    return _mm256_set1_epi8(-1);
}

INLINE marks mark_and(marks a, marks b)
{
    return _mm256_and_si256(a, b);
}

INLINE marks mark_or(marks a, marks b)
{
    return _mm256_or_si256(a, b);
}

INLINE marks mark_without(marks a, marks b)
{
    return _mm256_andnot_si256(b, a);
}

INLINE int mark_every(marks a)
{
    return _mm256_movemask_epi8(a) == -1;
}

INLINE bytes mark_flags(marks a)
{
    return _mm256_and_si256(a, _mm256_set1_epi8(1));
}

INLINE marks eq_8(const void *from, uint8_t value)
{
    return _mm256_cmpeq_epi8(load(from), _mm256_set1_epi8((char)value));
}

INLINE mask_16 eq_16(const void *from, uint16_t value)
{
    return _mm256_cmpeq_epi16(load(from), _mm256_set1_epi16((short)value));
}

INLINE mask_32 eq_32(const void *from, uint32_t value)
{
    return _mm256_cmpeq_epi32(load(from), _mm256_set1_epi32((int)value));
}

INLINE mask_64 eq_64(const void *from, uint64_t value)
{
    return _mm256_cmpeq_epi64(load(from), _mm256_set1_epi64x((long long)value));
}

/* Packing works on halves of a register, so the quarters have to be put in order again. */
INLINE marks narrow_16(mask_16 a, mask_16 b)
{
    return _mm256_permute4x64_epi64(_mm256_packs_epi16(a, b), 0xd8);
}

INLINE marks narrow_32(mask_32 a, mask_32 b, mask_32 c, mask_32 d)
{
    __m256i packed = _mm256_packs_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));

    return _mm256_permutevar8x32_epi32(packed, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}

/* The even 32-bit words of a, then those of b, in each half. */
INLINE __m256i even_words(__m256i a, __m256i b)
{
    return _mm256_castps_si256(
        _mm256_shuffle_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b), 0x88));
}

INLINE marks narrow_64(mask_64 a, mask_64 b, mask_64 c, mask_64 d, mask_64 e, mask_64 f, mask_64 g,
                       mask_64 h)
{
    const __m256i order = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15));
    __m256i low = _mm256_packs_epi32(even_words(a, b), even_words(c, d));
    __m256i high = _mm256_packs_epi32(even_words(e, f), even_words(g, h));
    __m256i packed = _mm256_permute4x64_epi64(_mm256_packs_epi16(low, high), 0xd8);

    return _mm256_shuffle_epi8(packed, order);
}

INLINE mask_32 none_32(void)
{
    return _mm256_setzero_si256();
}

INLINE mask_64 none_64(void)
{
    return _mm256_setzero_si256();
}

INLINE mask_32 or_32(mask_32 a, mask_32 b)
{
    return _mm256_or_si256(a, b);
}

INLINE mask_64 or_64(mask_64 a, mask_64 b)
{
    return _mm256_or_si256(a, b);
}

INLINE int any_32(mask_32 a)
{
    return !_mm256_testz_si256(a, a);
}

INLINE int any_64(mask_64 a)
{
    return !_mm256_testz_si256(a, a);
}

INLINE size_t first_32(mask_32 a)
{
    return (size_t)__builtin_ctz((unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(a)) | 1u << 8);
}

INLINE size_t first_64(mask_64 a)
{
    return (size_t)__builtin_ctz((unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(a)) | 1u << 4);
}

/* ---- Reals ---------------------------------------------------------------------------------- */

INLINE reals_f32 load_f16(const void *from, size_t i)
{
    return _mm256_cvtph_ps(_mm_loadu_si128((const void *)((const char *)from + 2 * i)));
}

INLINE reals_f32 load_bf16(const void *from, size_t i)
{
    __m128i halves = _mm_loadu_si128((const void *)((const char *)from + 2 * i));

    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(halves), 16));
}

INLINE reals_f32 load_f32(const void *from, size_t i)
{
    return _mm256_castsi256_ps(load((const char *)from + 4 * i));
}

INLINE reals_f64 load_f64(const void *from, size_t i)
{
    return _mm256_castsi256_pd(load((const char *)from + 8 * i));
}

#define DEFINE_REALS(name, bits, real, vector, suffix)                               \
    INLINE vector splat_##name(real value)                                           \
    {                                                                                \
        return _mm256_set1_##suffix(value);                                          \
    }                                                                                \
                                                                                     \
    INLINE vector add_##name(vector a, vector b)                                     \
    {                                                                                \
        return _mm256_add_##suffix(a, b);                                            \
    }                                                                                \
                                                                                     \
    INLINE vector sub_##name(vector a, vector b)                                     \
    {                                                                                \
        return _mm256_sub_##suffix(a, b);                                            \
    }                                                                                \
                                                                                     \
    INLINE vector mul_##name(vector a, vector b)                                     \
    {                                                                                \
        return _mm256_mul_##suffix(a, b);                                            \
    }                                                                                \
                                                                                     \
    INLINE vector max_##name(vector a, vector b)                                     \
    {                                                                                \
        return _mm256_max_##suffix(a, b);                                            \
    }                                                                                \
                                                                                     \
    INLINE vector min_##name(vector a, vector b)                                     \
    {                                                                                \
        return _mm256_min_##suffix(a, b);                                            \
    }                                                                                \
                                                                                     \
    INLINE mask_##bits ge_##name(vector a, vector b)                                 \
    {                                                                                \
        return _mm256_cast##suffix##_si256(_mm256_cmp_##suffix(a, b, _CMP_GE_OQ));   \
    }                                                                                \
                                                                                     \
    INLINE mask_##bits is_##name(vector a, vector b)                                 \
    {                                                                                \
        return _mm256_cast##suffix##_si256(_mm256_cmp_##suffix(a, b, _CMP_EQ_OQ));   \
    }                                                                                \
                                                                                     \
    INLINE mask_##bits nan_##name(vector a, vector b)                                \
    {                                                                                \
        return _mm256_cast##suffix##_si256(_mm256_cmp_##suffix(a, b, _CMP_UNORD_Q)); \
    }

DEFINE_REALS(f32, 32, float, __m256, ps)
DEFINE_REALS(f64, 64, double, __m256d, pd)

INLINE void store_index_f32(uint32_t *to, reals_f32 a)
{
    store(to, _mm256_cvttps_epi32(a));
}

INLINE void store_index_f64(uint32_t *to, reals_f64 a)
{
    _mm_storeu_si128((void *)to, _mm256_cvttpd_epi32(a));
}

/* ---- Lanes ---------------------------------------------------------------------------------- */

typedef __m256i lanes_32, lanes_64;

INLINE lanes_32 lanes_none_32(void)
{
    return _mm256_setzero_si256();
}

INLINE lanes_64 lanes_none_64(void)
{
    return _mm256_setzero_si256();
}

INLINE unsigned bits_32(mask_32 a)
{
    return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(a));
}

INLINE unsigned bits_64(mask_64 a)
{
    return (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(a));
}

INLINE uint64_t flag_word(const uint8_t *flags)
{
    uint32_t low = (uint32_t)_mm256_movemask_epi8(_mm256_slli_epi16(load(flags), 7));
    uint32_t high = (uint32_t)_mm256_movemask_epi8(_mm256_slli_epi16(load(flags + WIDTH), 7));

    return (uint64_t)high << 32 | low;
}

INLINE lanes_32 lanes_add_32(lanes_32 sum, mask_32 where, lanes_32 a)
{
    return _mm256_add_epi32(sum, _mm256_and_si256(where, a));
}

INLINE lanes_64 lanes_add_64(lanes_64 sum, mask_64 where, lanes_64 a)
{
    return _mm256_add_epi64(sum, _mm256_and_si256(where, a));
}

INLINE __m256i widen_32(const uint8_t *flags)
{
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)flags));
}

INLINE __m256i widen_64(const uint8_t *flags)
{
    int some;

    memcpy(&some, flags, sizeof some);
    return _mm256_cvtepu8_epi64(_mm_cvtsi32_si128(some));
}

INLINE lanes_32 lanes_weigh_32(const uint8_t *flags, const uint8_t *valid)
{
    return _mm256_or_si256(_mm256_slli_epi32(widen_32(flags), 16),
                           valid ? widen_32(valid) : _mm256_set1_epi32(1));
}

INLINE lanes_64 lanes_weigh_64(const uint8_t *flags, const uint8_t *valid)
{
    return _mm256_or_si256(_mm256_slli_epi64(widen_64(flags), 32),
                           valid ? widen_64(valid) : _mm256_set1_epi64x(1));
}

#define HAS_SQUEEZE

/* The lanes that a byte of truths takes, side by side, a byte each: the lowest first. */
#define TAKE_7(m) ((m)&128 ? 7ull : 0ull)
#define TAKE_6(m) ((m)&64 ? TAKE_7(m) << 8 | 6 : TAKE_7(m))
#define TAKE_5(m) ((m)&32 ? TAKE_6(m) << 8 | 5 : TAKE_6(m))
#define TAKE_4(m) ((m)&16 ? TAKE_5(m) << 8 | 4 : TAKE_5(m))
#define TAKE_3(m) ((m)&8 ? TAKE_4(m) << 8 | 3 : TAKE_4(m))
#define TAKE_2(m) ((m)&4 ? TAKE_3(m) << 8 | 2 : TAKE_3(m))
#define TAKE_1(m) ((m)&2 ? TAKE_2(m) << 8 | 1 : TAKE_2(m))
#define TAKE_0(m) ((m)&1 ? TAKE_1(m) << 8 : TAKE_1(m))
#define TAKE_4_OF(m) TAKE_0(m), TAKE_0((m) + 1), TAKE_0((m) + 2), TAKE_0((m) + 3)
#define TAKE_16_OF(m) TAKE_4_OF(m), TAKE_4_OF((m) + 4), TAKE_4_OF((m) + 8), TAKE_4_OF((m) + 12)
#define TAKE_64_OF(m) \
    TAKE_16_OF(m), TAKE_16_OF((m) + 16), TAKE_16_OF((m) + 32), TAKE_16_OF((m) + 48)

static const uint64_t lanes_taken[256] = {TAKE_64_OF(0), TAKE_64_OF(64), TAKE_64_OF(128),
                                          TAKE_64_OF(192)};

/* Each of four truths twice. */
static const uint8_t truths_twice[16] = {0x00, 0x03, 0x0c, 0x0f, 0x30, 0x33, 0x3c, 0x3f,
                                         0xc0, 0xc3, 0xcc, 0xcf, 0xf0, 0xf3, 0xfc, 0xff};

INLINE __m256i squeeze_words(__m256i a, int truths)
{
    __m128i lanes = _mm_loadl_epi64((const void *)&lanes_taken[truths]);

    return _mm256_permutevar8x32_epi32(a, _mm256_cvtepu8_epi32(lanes));
}

INLINE mask_32 flag_mask_32(const uint8_t *flags)
{
    return _mm256_cmpgt_epi32(widen_32(flags), _mm256_setzero_si256());
}

INLINE mask_64 flag_mask_64(const uint8_t *flags)
{
    return _mm256_cmpgt_epi64(widen_64(flags), _mm256_setzero_si256());
}

/* The lanes whose bit is set; more bits may follow. */
INLINE size_t gather_f32(void *to, uint64_t bits, reals_f32 a)
{
    int truths = bits & 255;

    store(to, squeeze_words(_mm256_castps_si256(a), truths));
    return (size_t)__builtin_popcount((unsigned)truths);
}

INLINE size_t gather_f64(void *to, uint64_t bits, reals_f64 a)
{
    int truths = bits & 15;

    store(to, squeeze_words(_mm256_castpd_si256(a), truths_twice[truths]));
    return (size_t)__builtin_popcount((unsigned)truths);
}

INLINE size_t squeeze_f32(void *to, mask_32 where, reals_f32 a)
{
    return gather_f32(to, bits_32(where), a);
}

INLINE size_t squeeze_f64(void *to, mask_64 where, reals_f64 a)
{
    return gather_f64(to, bits_64(where), a);
}

INLINE size_t squeeze_cell_f32(uint32_t *to, mask_32 where, reals_f32 a, const uint8_t *flags)
{
    __m256i cell = _mm256_or_si256(_mm256_slli_epi32(_mm256_cvttps_epi32(a), 1), widen_32(flags));
    int truths = _mm256_movemask_ps(_mm256_castsi256_ps(where));

    store(to, squeeze_words(cell, truths));
    return (size_t)__builtin_popcount((unsigned)truths);
}

INLINE size_t squeeze_cell_f64(uint32_t *to, mask_64 where, reals_f64 a, const uint8_t *flags)
{
    int some, truths = _mm256_movemask_pd(_mm256_castsi256_pd(where));
    __m128i cell;

    memcpy(&some, flags, sizeof some);
    cell = _mm_or_si128(_mm_slli_epi32(_mm256_cvttpd_epi32(a), 1),
                        _mm_cvtepu8_epi32(_mm_cvtsi32_si128(some)));
    _mm_storeu_si128((void *)to,
                     _mm256_castsi256_si128(squeeze_words(_mm256_castsi128_si256(cell), truths)));
    return (size_t)__builtin_popcount((unsigned)truths);
}

#include "kernels/template.h"

const limen_kernels limen_kernels_avx2 = LIMEN_KERNEL_SET("avx2");

#else
typedef int limen_kernels_avx2_are_for_x86;
#endif
