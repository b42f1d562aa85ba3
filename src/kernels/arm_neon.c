#if defined(__aarch64__)

#include "kernels/sets.h"

#include <arm_neon.h>

#define TARGET
#define INLINE __attribute__((always_inline)) static inline
#define WIDTH 16

typedef uint8x16_t bytes, marks;
typedef uint64x2_t sum_lanes, mask_64;
typedef uint16x8_t mask_16;
typedef uint32x4_t mask_32;
typedef float32x4_t reals_f32;
typedef float64x2_t reals_f64;

/* ---- Bytes ---------------------------------------------------------------------------------- */

INLINE bytes load(const void *from)
{
    return vld1q_u8(from);
}

INLINE void store(void *to, bytes value)
{
    vst1q_u8(to, value);
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
    return vdupq_n_u8(0);
}

INLINE bytes byte_add(bytes a, bytes b)
{
    return vaddq_u8(a, b);
}

INLINE bytes byte_and(bytes a, bytes b)
{
    return vandq_u8(a, b);
}

INLINE bytes byte_or(bytes a, bytes b)
{
    return vorrq_u8(a, b);
}

INLINE int byte_any_above_one(bytes a)
{
    return vmaxvq_u8(a) > 1;
}

INLINE sum_lanes sum_none(void)
{
    return vdupq_n_u64(0);
}

INLINE sum_lanes sum_add(sum_lanes total, bytes a)
{
    return vpadalq_u32(total, vpaddlq_u16(vpaddlq_u8(a)));
}

INLINE int64_t sum_total(sum_lanes total)
{
    return (int64_t)vaddvq_u64(total);
}

/* ---- Truths --------------------------------------------------------------------------------- */

INLINE marks mark_all(void)
{
    return vdupq_n_u8(255);
}

INLINE marks mark_and(marks a, marks b)
{
    return vandq_u8(a, b);
}

INLINE marks mark_or(marks a, marks b)
{
    return vorrq_u8(a, b);
}

INLINE marks mark_without(marks a, marks b)
{
    return vbicq_u8(a, b);
}

INLINE int mark_every(marks a)
{
    return vminvq_u8(a) == 255;
}

INLINE bytes mark_flags(marks a)
{
    return vandq_u8(a, vdupq_n_u8(1));
}

INLINE marks eq_8(const void *from, uint8_t value)
{
    return vceqq_u8(load(from), vdupq_n_u8(value));
}

INLINE mask_16 eq_16(const void *from, uint16_t value)
{
    return vceqq_u16(vreinterpretq_u16_u8(load(from)), vdupq_n_u16(value));
}

INLINE mask_32 eq_32(const void *from, uint32_t value)
{
    return vceqq_u32(vreinterpretq_u32_u8(load(from)), vdupq_n_u32(value));
}

INLINE mask_64 eq_64(const void *from, uint64_t value)
{
    return vceqq_u64(vreinterpretq_u64_u8(load(from)), vdupq_n_u64(value));
}

INLINE marks narrow_16(mask_16 a, mask_16 b)
{
    return vuzp1q_u8(vreinterpretq_u8_u16(a), vreinterpretq_u8_u16(b));
}

INLINE mask_16 narrow_32_to_16(mask_32 a, mask_32 b)
{
    return vuzp1q_u16(vreinterpretq_u16_u32(a), vreinterpretq_u16_u32(b));
}

INLINE marks narrow_32(mask_32 a, mask_32 b, mask_32 c, mask_32 d)
{
    return narrow_16(narrow_32_to_16(a, b), narrow_32_to_16(c, d));
}

INLINE mask_32 narrow_64_to_32(mask_64 a, mask_64 b)
{
    return vuzp1q_u32(vreinterpretq_u32_u64(a), vreinterpretq_u32_u64(b));
}

INLINE marks narrow_64(mask_64 a, mask_64 b, mask_64 c, mask_64 d, mask_64 e, mask_64 f, mask_64 g,
                       mask_64 h)
{
    return narrow_32(narrow_64_to_32(a, b), narrow_64_to_32(c, d), narrow_64_to_32(e, f),
                     narrow_64_to_32(g, h));
}

INLINE mask_32 none_32(void)
{
    return vdupq_n_u32(0);
}

INLINE mask_64 none_64(void)
{
    return vdupq_n_u64(0);
}

INLINE mask_32 or_32(mask_32 a, mask_32 b)
{
    return vorrq_u32(a, b);
}

INLINE mask_64 or_64(mask_64 a, mask_64 b)
{
    return vorrq_u64(a, b);
}

INLINE int any_32(mask_32 a)
{
    return vmaxvq_u32(a) != 0;
}

INLINE int any_64(mask_64 a)
{
    return any_32(vreinterpretq_u32_u64(a));
}

INLINE size_t first_32(mask_32 a)
{
    uint64_t quarters = vget_lane_u64(vreinterpret_u64_u16(vmovn_u32(a)), 0);

    return quarters ? (size_t)__builtin_ctzll(quarters) / 16 : 4;
}

INLINE size_t first_64(mask_64 a)
{
    uint64_t halves = vget_lane_u64(vreinterpret_u64_u32(vmovn_u64(a)), 0);

    return halves ? (size_t)__builtin_ctzll(halves) / 32 : 2;
}

/* ---- Reals ---------------------------------------------------------------------------------- */

INLINE reals_f32 load_f16(const void *from, size_t i)
{
    return vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8((const uint8_t *)from + 2 * i)));
}

INLINE reals_f32 load_bf16(const void *from, size_t i)
{
    uint16x4_t halves = vreinterpret_u16_u8(vld1_u8((const uint8_t *)from + 2 * i));

    return vreinterpretq_f32_u32(vshlq_n_u32(vmovl_u16(halves), 16));
}

INLINE reals_f32 load_f32(const void *from, size_t i)
{
    return vreinterpretq_f32_u8(load((const char *)from + 4 * i));
}

INLINE reals_f64 load_f64(const void *from, size_t i)
{
    return vreinterpretq_f64_u8(load((const char *)from + 8 * i));
}

/* max and min by comparing: the instructions of those names give a NaN where one operand is. */
#define DEFINE_REALS(name, bits, real, vector)         \
    INLINE vector splat_##name(real value)             \
    {                                                  \
        return vdupq_n_##name(value);                  \
    }                                                  \
                                                       \
    INLINE vector add_##name(vector a, vector b)       \
    {                                                  \
        return vaddq_##name(a, b);                     \
    }                                                  \
                                                       \
    INLINE vector sub_##name(vector a, vector b)       \
    {                                                  \
        return vsubq_##name(a, b);                     \
    }                                                  \
                                                       \
    INLINE vector mul_##name(vector a, vector b)       \
    {                                                  \
        return vmulq_##name(a, b);                     \
    }                                                  \
                                                       \
    INLINE vector max_##name(vector a, vector b)       \
    {                                                  \
        return vbslq_##name(vcgtq_##name(a, b), a, b); \
    }                                                  \
                                                       \
    INLINE vector min_##name(vector a, vector b)       \
    {                                                  \
        return vbslq_##name(vcltq_##name(a, b), a, b); \
    }                                                  \
                                                       \
    INLINE mask_##bits ge_##name(vector a, vector b)   \
    {                                                  \
        return vcgeq_##name(a, b);                     \
    }                                                  \
                                                       \
    INLINE mask_##bits is_##name(vector a, vector b)   \
    {                                                  \
        return vceqq_##name(a, b);                     \
    }

DEFINE_REALS(f32, 32, float, float32x4_t)
DEFINE_REALS(f64, 64, double, float64x2_t)

INLINE mask_32 nan_f32(reals_f32 a, reals_f32 b)
{
    return vmvnq_u32(vandq_u32(is_f32(a, a), is_f32(b, b)));
}

INLINE mask_64 nan_f64(reals_f64 a, reals_f64 b)
{
    mask_64 numbers = vandq_u64(is_f64(a, a), is_f64(b, b));

    return vreinterpretq_u64_u32(vmvnq_u32(vreinterpretq_u32_u64(numbers)));
}

INLINE void store_index_f32(uint32_t *to, reals_f32 a)
{
    store(to, vreinterpretq_u8_u32(vcvtq_u32_f32(a)));
}

INLINE void store_index_f64(uint32_t *to, reals_f64 a)
{
    vst1_u8((uint8_t *)to, vreinterpret_u8_u32(vmovn_u64(vcvtq_u64_f64(a))));
}

/* ---- Lanes ---------------------------------------------------------------------------------- */

typedef uint32x4_t lanes_32;
typedef uint64x2_t lanes_64;

INLINE lanes_32 lanes_none_32(void)
{
    return vdupq_n_u32(0);
}

INLINE lanes_64 lanes_none_64(void)
{
    return vdupq_n_u64(0);
}

INLINE unsigned bits_32(mask_32 a)
{
    const uint32_t bits[4] = {1, 2, 4, 8};

    return vaddvq_u32(vandq_u32(a, vld1q_u32(bits)));
}

INLINE unsigned bits_64(mask_64 a)
{
    const uint64_t bits[2] = {1, 2};

    return (unsigned)vaddvq_u64(vandq_u64(a, vld1q_u64(bits)));
}

/* Each flag at its bit of its byte; adding neighbours three times makes a byte of eight. */
INLINE uint64_t flag_word(const uint8_t *flags)
{
    const int8_t places[16] = {0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7};
    const int8x16_t place = vld1q_s8(places);
    uint8x16_t low = vpaddq_u8(vshlq_u8(load(flags), place), vshlq_u8(load(flags + 16), place));
    uint8x16_t high =
        vpaddq_u8(vshlq_u8(load(flags + 32), place), vshlq_u8(load(flags + 48), place));

    low = vpaddq_u8(low, high);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(low, low)), 0);
}

INLINE lanes_32 lanes_add_32(lanes_32 sum, mask_32 where, lanes_32 a)
{
    return vaddq_u32(sum, vandq_u32(where, a));
}

INLINE lanes_64 lanes_add_64(lanes_64 sum, mask_64 where, lanes_64 a)
{
    return vaddq_u64(sum, vandq_u64(where, a));
}

INLINE lanes_32 widen_32(const uint8_t *flags)
{
    const uint32_t some[4] = {flags[0], flags[1], flags[2], flags[3]};

    return vld1q_u32(some);
}

INLINE lanes_64 widen_64(const uint8_t *flags)
{
    const uint64_t some[2] = {flags[0], flags[1]};

    return vld1q_u64(some);
}

INLINE lanes_32 lanes_weigh_32(const uint8_t *flags, const uint8_t *valid)
{
    return vorrq_u32(vshlq_n_u32(widen_32(flags), 16), valid ? widen_32(valid) : vdupq_n_u32(1));
}

INLINE lanes_64 lanes_weigh_64(const uint8_t *flags, const uint8_t *valid)
{
    return vorrq_u64(vshlq_n_u64(widen_64(flags), 32), valid ? widen_64(valid) : vdupq_n_u64(1));
}

/* ---- Ranks ---------------------------------------------------------------------------------- */

/* The lanes whose bit is set side by side, and anything up to WIDTH; more bits may follow. */
INLINE size_t gather_f32(float *to, uint64_t bits, reals_f32 a)
{
    float lanes[4];
    size_t count = 0;

    vst1q_f32(lanes, a);
    for (size_t i = 0; i < 4; i++) {
        to[count] = lanes[i];
        count += bits >> i & 1;
    }
    return count;
}

INLINE size_t gather_f64(double *to, uint64_t bits, reals_f64 a)
{
    to[0] = vgetq_lane_f64(a, 0);
    to[bits & 1] = vgetq_lane_f64(a, 1);
    return (bits & 1) + (bits >> 1 & 1);
}

#include "kernels/template.h"

const limen_kernels limen_kernels_neon = LIMEN_KERNEL_SET("neon");

#else
typedef int limen_kernels_neon_are_for_arm;
#endif
