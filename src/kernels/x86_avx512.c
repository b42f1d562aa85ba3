#if defined(__x86_64__)

#include "kernels/sets.h"

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,f16c,popcnt,bmi,avx512f,avx512bw,avx512vl,avx512dq")))
#define INLINE TARGET __attribute__((always_inline)) static inline
#define WIDTH 64

typedef __m512i bytes, sum_lanes;
typedef __mmask64 marks;
typedef __mmask32 mask_16;
typedef __mmask16 mask_32;
typedef __mmask8 mask_64;
typedef __m512 reals_f32;
typedef __m512d reals_f64;

/* ---- Bytes ---------------------------------------------------------------------------------- */

INLINE bytes load(const void *from)
{
    return _mm512_loadu_si512(from);
}

INLINE void store(void *to, bytes value)
{
    _mm512_storeu_si512(to, value);
}

/* The first n < 64 of 64. */
INLINE __mmask64 first_bytes(size_t n)
{
    return ((uint64_t)1 << n) - 1;
}

INLINE bytes load_part(const void *from, size_t n)
{
    return _mm512_maskz_loadu_epi8(first_bytes(n), from);
}

INLINE void store_part(void *to, bytes value, size_t n)
{
    _mm512_mask_storeu_epi8(to, first_bytes(n), value);
}

INLINE bytes byte_none(void)
{
    return _mm512_setzero_si512();
}

INLINE bytes byte_add(bytes a, bytes b)
{
    return _mm512_add_epi8(a, b);
}

INLINE bytes byte_and(bytes a, bytes b)
{
    return _mm512_and_si512(a, b);
}

INLINE bytes byte_or(bytes a, bytes b)
{
    return _mm512_or_si512(a, b);
}

INLINE int byte_any_above_one(bytes a)
{
    return _mm512_test_epi8_mask(a, _mm512_set1_epi8((char)0xfe)) != 0;
}

INLINE sum_lanes sum_none(void)
{
    return _mm512_setzero_si512();
}

INLINE sum_lanes sum_add(sum_lanes total, bytes a)
{
    return _mm512_add_epi64(total, _mm512_sad_epu8(a, _mm512_setzero_si512()));
}

INLINE int64_t sum_total(sum_lanes total)
{
    return _mm512_reduce_add_epi64(total);
}

/* ---- Truths --------------------------------------------------------------------------------- */

INLINE marks mark_all(void)
{
    return ~(uint64_t)0;
}

INLINE marks mark_and(marks a, marks b)
{
    return a & b;
}

INLINE marks mark_or(marks a, marks b)
{
    return a | b;
}

INLINE marks mark_without(marks a, marks b)
{
    return a & ~b;
}

INLINE int mark_every(marks a)
{
    return a == ~(uint64_t)0;
}

INLINE bytes mark_flags(marks a)
{
    return _mm512_maskz_set1_epi8(a, 1);
}

INLINE marks eq_8(const void *from, uint8_t value)
{
    return _mm512_cmpeq_epi8_mask(load(from), _mm512_set1_epi8((char)value));
}

INLINE mask_16 eq_16(const void *from, uint16_t value)
{
    return _mm512_cmpeq_epi16_mask(load(from), _mm512_set1_epi16((short)value));
}

INLINE mask_32 eq_32(const void *from, uint32_t value)
{
    return _mm512_cmpeq_epi32_mask(load(from), _mm512_set1_epi32((int)value));
}

INLINE mask_64 eq_64(const void *from, uint64_t value)
{
    return _mm512_cmpeq_epi64_mask(load(from), _mm512_set1_epi64((long long)value));
}

INLINE marks narrow_16(mask_16 a, mask_16 b)
{
    return _mm512_kunpackd(b, a);
}

INLINE marks narrow_32(mask_32 a, mask_32 b, mask_32 c, mask_32 d)
{
    return _mm512_kunpackd(_mm512_kunpackw(d, c), _mm512_kunpackw(b, a));
}

INLINE marks narrow_64(mask_64 a, mask_64 b, mask_64 c, mask_64 d, mask_64 e, mask_64 f, mask_64 g,
                       mask_64 h)
{
    return narrow_32(_mm512_kunpackb(b, a), _mm512_kunpackb(d, c), _mm512_kunpackb(f, e),
                     _mm512_kunpackb(h, g));
}

INLINE mask_32 none_32(void)
{
    return 0;
}

INLINE mask_64 none_64(void)
{
    return 0;
}

INLINE mask_32 or_32(mask_32 a, mask_32 b)
{
    return a | b;
}

INLINE mask_64 or_64(mask_64 a, mask_64 b)
{
    return a | b;
}

INLINE int any_32(mask_32 a)
{
    return a != 0;
}

INLINE int any_64(mask_64 a)
{
    return a != 0;
}

INLINE size_t first_32(mask_32 a)
{
    return (size_t)__builtin_ctz(a | 1u << 16);
}

INLINE size_t first_64(mask_64 a)
{
    return (size_t)__builtin_ctz(a | 1u << 8);
}

/* ---- Reals ---------------------------------------------------------------------------------- */

INLINE reals_f32 load_f16(const void *from, size_t i)
{
    return _mm512_cvtph_ps(_mm256_loadu_si256((const void *)((const char *)from + 2 * i)));
}

INLINE reals_f32 load_bf16(const void *from, size_t i)
{
    __m256i halves = _mm256_loadu_si256((const void *)((const char *)from + 2 * i));

    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}

INLINE reals_f32 load_f32(const void *from, size_t i)
{
    return _mm512_loadu_ps((const char *)from + 4 * i);
}

INLINE reals_f64 load_f64(const void *from, size_t i)
{
    return _mm512_loadu_pd((const char *)from + 8 * i);
}

#define DEFINE_REALS(name, bits, real, vector, suffix)         \
    INLINE vector splat_##name(real value)                     \
    {                                                          \
        return _mm512_set1_##suffix(value);                    \
    }                                                          \
                                                               \
    INLINE vector add_##name(vector a, vector b)               \
    {                                                          \
        return _mm512_add_##suffix(a, b);                      \
    }                                                          \
                                                               \
    INLINE vector sub_##name(vector a, vector b)               \
    {                                                          \
        return _mm512_sub_##suffix(a, b);                      \
    }                                                          \
                                                               \
    INLINE vector mul_##name(vector a, vector b)               \
    {                                                          \
        return _mm512_mul_##suffix(a, b);                      \
    }                                                          \
                                                               \
    INLINE vector max_##name(vector a, vector b)               \
    {                                                          \
        return _mm512_max_##suffix(a, b);                      \
    }                                                          \
                                                               \
    INLINE vector min_##name(vector a, vector b)               \
    {                                                          \
        return _mm512_min_##suffix(a, b);                      \
    }                                                          \
                                                               \
    INLINE mask_##bits ge_##name(vector a, vector b)           \
    {                                                          \
        return _mm512_cmp_##suffix##_mask(a, b, _CMP_GE_OQ);   \
    }                                                          \
                                                               \
    INLINE mask_##bits is_##name(vector a, vector b)           \
    {                                                          \
        return _mm512_cmp_##suffix##_mask(a, b, _CMP_EQ_OQ);   \
    }                                                          \
                                                               \
    INLINE mask_##bits nan_##name(vector a, vector b)          \
    {                                                          \
        return _mm512_cmp_##suffix##_mask(a, b, _CMP_UNORD_Q); \
    }

DEFINE_REALS(f32, 32, float, __m512, ps)
DEFINE_REALS(f64, 64, double, __m512d, pd)

INLINE void store_index_f32(uint32_t *to, reals_f32 a)
{
    store(to, _mm512_cvttps_epi32(a));
}

INLINE void store_index_f64(uint32_t *to, reals_f64 a)
{
    _mm256_storeu_si256((void *)to, _mm512_cvttpd_epi32(a));
}

/* ---- Lanes ---------------------------------------------------------------------------------- */

#define HAS_SQUEEZE

typedef __m512i lanes_32, lanes_64;

INLINE lanes_32 lanes_none_32(void)
{
    return _mm512_setzero_si512();
}

INLINE lanes_64 lanes_none_64(void)
{
    return _mm512_setzero_si512();
}

INLINE unsigned bits_32(mask_32 a)
{
    return a;
}

INLINE unsigned bits_64(mask_64 a)
{
    return a;
}

INLINE uint64_t flag_word(const uint8_t *flags)
{
    return _mm512_test_epi8_mask(load(flags), load(flags));
}

INLINE lanes_32 lanes_add_32(lanes_32 sum, mask_32 where, lanes_32 a)
{
    return _mm512_mask_add_epi32(sum, where, sum, a);
}

INLINE lanes_64 lanes_add_64(lanes_64 sum, mask_64 where, lanes_64 a)
{
    return _mm512_mask_add_epi64(sum, where, sum, a);
}

INLINE lanes_32 lanes_weigh_32(const uint8_t *flags, const uint8_t *valid)
{
    __m512i flag = _mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)flags));
    __m512i one =
        valid ? _mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)valid)) : _mm512_set1_epi32(1);

    return _mm512_or_si512(_mm512_slli_epi32(flag, 16), one);
}

INLINE lanes_64 lanes_weigh_64(const uint8_t *flags, const uint8_t *valid)
{
    __m512i flag = _mm512_cvtepu8_epi64(_mm_loadl_epi64((const void *)flags));
    __m512i one =
        valid ? _mm512_cvtepu8_epi64(_mm_loadl_epi64((const void *)valid)) : _mm512_set1_epi64(1);

    return _mm512_or_si512(_mm512_slli_epi64(flag, 32), one);
}

INLINE mask_32 flag_mask_32(const uint8_t *flags)
{
    __m128i some = _mm_loadu_si128((const void *)flags);

    return _mm_test_epi8_mask(some, some);
}

INLINE mask_64 flag_mask_64(const uint8_t *flags)
{
    __m128i some = _mm_loadl_epi64((const void *)flags);

    return (mask_64)_mm_test_epi8_mask(some, some);
}

/* Compressing in a register: to memory it is many times slower on some processors. */
INLINE size_t squeeze_f32(void *to, mask_32 where, reals_f32 a)
{
    _mm512_storeu_ps(to, _mm512_maskz_compress_ps(where, a));
    return (size_t)__builtin_popcount(where);
}

INLINE size_t squeeze_f64(void *to, mask_64 where, reals_f64 a)
{
    _mm512_storeu_pd(to, _mm512_maskz_compress_pd(where, a));
    return (size_t)__builtin_popcount(where);
}

INLINE size_t gather_f32(void *to, uint64_t bits, reals_f32 a)
{
    return squeeze_f32(to, (mask_32)bits, a);
}

INLINE size_t gather_f64(void *to, uint64_t bits, reals_f64 a)
{
    return squeeze_f64(to, (mask_64)bits, a);
}

INLINE size_t squeeze_cell_f32(uint32_t *to, mask_32 where, reals_f32 a, const uint8_t *flags)
{
    __m512i flag = _mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)flags));
    __m512i cell = _mm512_or_si512(_mm512_slli_epi32(_mm512_cvttps_epi32(a), 1), flag);

    store(to, _mm512_maskz_compress_epi32(where, cell));
    return (size_t)__builtin_popcount(where);
}

INLINE size_t squeeze_cell_f64(uint32_t *to, mask_64 where, reals_f64 a, const uint8_t *flags)
{
    __m256i flag = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)flags));
    __m256i cell = _mm256_or_si256(_mm256_slli_epi32(_mm512_cvttpd_epi32(a), 1), flag);

    _mm256_storeu_si256((void *)to, _mm256_maskz_compress_epi32(where, cell));
    return (size_t)__builtin_popcount(where);
}

/* ---- Ranks ---------------------------------------------------------------------------------- */

/* Straight from where the comparison left them: volatile, or four are put together in a register,
 * which takes longer than to store them. */
INLINE void store_quarter(void *to, unsigned truths)
{
    typedef uint16_t __attribute__((may_alias)) quarter;

    *(volatile quarter *)to = (uint16_t)truths;
}

#define HAS_RANKS

INLINE __mmask8 first_eight(size_t n)
{
    return (__mmask8)(n < 8 ? (1u << n) - 1 : 255);
}

/* Counts bits of two words by looking up halves of bytes. */
typedef struct bit_counter {
    __m512i low[2], high[2]; /* the bits that are counted, of either half */
} bit_counter;

INLINE bit_counter count_only(const uint64_t words[2])
{
    const __m512i half = _mm512_set1_epi8(15);
    const __m512i a = _mm512_set1_epi64((long long)words[0]);
    const __m512i b = _mm512_set1_epi64((long long)words[1]);

    return (bit_counter){{_mm512_and_si512(a, half), _mm512_and_si512(b, half)},
                         {_mm512_and_si512(_mm512_srli_epi64(a, 4), half),
                          _mm512_and_si512(_mm512_srli_epi64(b, 4), half)}};
}

INLINE __m512i count_bits(const bit_counter *counter, const __m512i words[2],
                          const __m512i shifted[2])
{
    const __m512i set =
        _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
    __m512i sum[2];

    for (int i = 0; i < 2; i++) {
        const __m512i low = _mm512_and_si512(words[i], counter->low[i]);
        const __m512i high = _mm512_and_si512(shifted[i], counter->high[i]);

        sum[i] = _mm512_add_epi8(_mm512_shuffle_epi8(set, low), _mm512_shuffle_epi8(set, high));
    }
    return _mm512_sad_epu8(_mm512_add_epi8(sum[0], sum[1]), _mm512_setzero_si512());
}

/* Eight levels at a time. */
INLINE void count_reached(uint64_t (*reached)[LIMEN_RANKED], const limen_span_words *words,
                          int more, uint64_t *ranks, size_t n)
{
    const bit_counter valid = count_only(words->valid), truth = count_only(words->truth);

    for (size_t i = 0; i < n; i += 8) {
        const __m512i both[2] = {load(&reached[0][i]), load(&reached[1][i])};
        const __m512i shifted[2] = {_mm512_srli_epi64(both[0], 4), _mm512_srli_epi64(both[1], 4)};
        const __m512i true_rank = count_bits(&truth, both, shifted);
        const __m512i rank =
            _mm512_or_si512(count_bits(&valid, both, shifted), _mm512_slli_epi64(true_rank, 32));

        store(ranks + i, more ? _mm512_add_epi64(load(ranks + i), rank) : rank);
    }
}

/* limen_add_ranks in vectors. A rank is at least 1. */
INLINE void sum_ranks(const uint64_t *ranks, size_t n, limen_row_ranks *out)
{
    __m512i coverage = _mm512_setzero_si512(), total = _mm512_setzero_si512();
    __m512d precision = _mm512_setzero_pd();

    for (size_t i = 0; i < n; i += 8) {
        const __mmask8 some = first_eight(n - i);
        const __m512i both = _mm512_maskz_loadu_epi64(some, ranks + i);
        const __m512i rank = _mm512_and_si512(both, _mm512_set1_epi64(UINT32_MAX));
        const __m512i true_rank = _mm512_srli_epi64(both, 32);

        coverage = _mm512_max_epi32(coverage, rank);
        total = _mm512_add_epi64(total, _mm512_sub_epi64(rank, true_rank));
        precision = _mm512_mask_add_pd(
            precision, some, precision,
            _mm512_div_pd(_mm512_cvtepi64_pd(true_rank), _mm512_cvtepi64_pd(rank)));
    }
    out->coverage = (uint32_t)_mm512_reduce_max_epi32(coverage);
    out->inversions = (uint64_t)_mm512_reduce_add_epi64(total);
    out->precision = _mm512_reduce_add_pd(precision);
}

#include "kernels/template.h"

const limen_kernels limen_kernels_avx512 = LIMEN_KERNEL_SET("avx512");

#else
typedef int limen_kernels_avx512_are_for_x86;
#endif
