/* The vector kernels, compiled once for each instruction set. The file that includes this defines
 *
 *     TARGET, INLINE                      attributes of functions, and of small inlined ones
 *     WIDTH                               bytes of a vector: 16, 32 or 64
 *     bytes                               WIDTH bytes
 *         load, store, load_part, store_part (of the first n < WIDTH; others are 0), byte_add,
 *         byte_and, byte_or, byte_any_above_one; sum_lanes: sum_none, sum_add, sum_total
 *     marks                               WIDTH truths, one a byte or one a bit
 *         mark_none, mark_all, mark_and, mark_or, mark_without, mark_every, mark_flags (to bytes 0
 *         and 1), eq_8
 *     mask_16, mask_32, mask_64           truths for WIDTH / 2, / 4, / 8 wider elements
 *         eq_BITS and narrow_BITS, which joins 2, 4 or 8 of them to marks; or_BITS, any_BITS;
 *         bits_32 and bits_64 (a bit each, the first lowest)
 *     reals_f32, reals_f64                WIDTH / 4 floats, WIDTH / 8 doubles
 *         load_f16, load_bf16, load_f32, load_f64, splat_REAL, add_REAL, sub_REAL, mul_REAL,
 *         max_REAL and min_REAL (the second where one is NaN), ge_REAL, is_REAL (equal),
 *         nan_REAL (either is NaN), first_BITS (index of the first truth, or the number of them),
 *         store_index_REAL (as uint32, rounded down)
 *     lanes_32, lanes_64                  as many unsigned integers
 *         lanes_none_BITS, lanes_add_BITS (where a mask is true), lanes_weigh_BITS(flags, valid):
 *         valid (1 when it is NULL) and the flag moved to the upper half
 *     flag_word(flags)                    64 flags, a bit each
 *     gather_REAL(to, bits, a)            writes the lanes whose bit is set side by side, and
 *                                         anything up to WIDTH; returns their number
 *
 * and, where HAS_SQUEEZE is defined, masks of bits with
 *         flag_mask_BITS (of flags), squeeze_REAL (gather_REAL of a mask), squeeze_cell_REAL (the
 *         same of 2 * (a real rounded down) + flag, as uint32)
 *
 * Results that do not depend on being computed twice (decisions, flags) end with a vector that
 * overlaps the last but one; sum_lanes end with a part of a vector. */
#include "kernels/loops.h"

#define CELLS_16(OP) narrow_16(OP(0), OP(1))
#define CELLS_32(OP) narrow_32(OP(0), OP(1), OP(2), OP(3))
#define CELLS_64(OP) narrow_64(OP(0), OP(1), OP(2), OP(3), OP(4), OP(5), OP(6), OP(7))
#define LANES(bits) (8 * WIDTH / (bits))

/* Where the vector after the one at i starts: WIDTH on, or WIDTH before the end. */
#define NEXT(i, n) ((n) - (i) >= 2 * WIDTH ? (i) + WIDTH : (n)-WIDTH)

/* Asks for memory `AHEAD` bytes on: the hardware's own prefetching stops short at every page.
 * Beyond the end this does nothing. */
#define LINE 64
#define AHEAD 8192

INLINE void prefetch(const void *from, size_t first, size_t size)
{
    for (size_t i = 0; i < size; i += LINE)
        __builtin_prefetch((const void *)((uintptr_t)from + first + AHEAD + i));
}

/* ---- Scores against cuts -------------------------------------------------------------------- */

/* WIDTH scores from i on: which are at least their cuts. */
#define DEFINE_REACH_32(name)                                                                \
    INLINE marks reach_##name(const void *scores, const void *cuts, size_t i, mask_32 *nan)  \
    {                                                                                        \
        const size_t lanes = LANES(32);                                                      \
        reals_f32 a = load_##name(scores, i), b = load_##name(scores, i + lanes);            \
        reals_f32 c = load_##name(scores, i + 2 * lanes);                                    \
        reals_f32 d = load_##name(scores, i + 3 * lanes);                                    \
                                                                                             \
        *nan = or_32(*nan, or_32(nan_f32(a, b), nan_f32(c, d)));                             \
        return narrow_32(ge_f32(a, load_f32(cuts, i)), ge_f32(b, load_f32(cuts, i + lanes)), \
                         ge_f32(c, load_f32(cuts, i + 2 * lanes)),                           \
                         ge_f32(d, load_f32(cuts, i + 3 * lanes)));                          \
    }

DEFINE_REACH_32(f16)
DEFINE_REACH_32(bf16)
DEFINE_REACH_32(f32)

INLINE mask_64 reach_some_f64(const void *scores, const void *cuts, size_t i, mask_64 *nan)
{
    reals_f64 score = load_f64(scores, i);

    *nan = or_64(*nan, nan_f64(score, score));
    return ge_f64(score, load_f64(cuts, i));
}

INLINE marks reach_f64(const void *scores, const void *cuts, size_t i, mask_64 *nan)
{
#define REACH(k) reach_some_f64(scores, cuts, i + (k)*LANES(64), nan)
    return CELLS_64(REACH);
#undef REACH
}

#define DEFINE_DECIDE(DTYPE, name, real, real_name, score_bits, bits)                             \
    TARGET static int decide_##name(const void *scores, const void *cuts, uint8_t *out, size_t n) \
    {                                                                                             \
        mask_##bits nan = none_##bits();                                                          \
                                                                                                  \
        if (n < WIDTH) {                                                                          \
            unsigned char some_scores[WIDTH * sizeof(real)] = {0};                                \
            unsigned char some_cuts[WIDTH * sizeof(real)] = {0};                                  \
                                                                                                  \
            limen_copy(some_scores, scores, n *(score_bits / 8));                                 \
            limen_copy(some_cuts, cuts, n * sizeof(real));                                        \
            store_part(out, mark_flags(reach_##name(some_scores, some_cuts, 0, &nan)), n);        \
            return any_##bits(nan);                                                               \
        }                                                                                         \
        for (size_t i = 0;; i = NEXT(i, n)) {                                                     \
            store(out + i, mark_flags(reach_##name(scores, cuts, i, &nan)));                      \
            if (i == n - WIDTH)                                                                   \
                return any_##bits(nan);                                                           \
        }                                                                                         \
    }

DEFINE_DECIDE(F16, f16, float, f32, 16, 32)
DEFINE_DECIDE(BF16, bf16, float, f32, 16, 32)
DEFINE_DECIDE(F32, f32, float, f32, 32, 32)
DEFINE_DECIDE(F64, f64, double, f64, 64, 64)

/* ---- Targets -------------------------------------------------------------------------------- */

INLINE marks equal_8(const void *values, size_t i, uint8_t to)
{
    return eq_8((const char *)values + i, to);
}

#define DEFINE_EQUAL(suffix, bits, type)                               \
    INLINE marks equal_##suffix(const void *values, size_t i, type to) \
    {                                                                  \
        return CELLS_##bits(EQUAL_##suffix);                           \
    }

#define EQUAL_16(k) eq_16((const char *)values + 2 * (i + (k)*LANES(16)), to)
#define EQUAL_32(k) eq_32((const char *)values + 4 * (i + (k)*LANES(32)), to)
#define EQUAL_64(k) eq_64((const char *)values + 8 * (i + (k)*LANES(64)), to)
#define EQUAL_f32(k) is_f32(load_f32(values, i + (k)*LANES(32)), splat_f32(to))
#define EQUAL_f64(k) is_f64(load_f64(values, i + (k)*LANES(64)), splat_f64(to))

DEFINE_EQUAL(16, 16, uint16_t)
DEFINE_EQUAL(32, 32, uint32_t)
DEFINE_EQUAL(64, 64, uint64_t)
DEFINE_EQUAL(f32, 32, float)
DEFINE_EQUAL(f64, 64, double)

#define DEFINE_BINARY(suffix, type)                                                  \
    TARGET static int binary_##suffix(const void *values, uint8_t *out, size_t n)    \
    {                                                                                \
        marks good = mark_all();                                                     \
                                                                                     \
        if (n < WIDTH) {                                                             \
            unsigned char some[WIDTH * sizeof(type)] = {0};                          \
            uint8_t flags[WIDTH];                                                    \
            int bad;                                                                 \
                                                                                     \
            limen_copy(some, values, n * sizeof(type));                              \
            bad = binary_##suffix(some, flags, WIDTH);                               \
            limen_copy(out, flags, n);                                               \
            return bad;                                                              \
        }                                                                            \
        for (size_t i = 0;; i = NEXT(i, n)) {                                        \
            marks one = equal_##suffix(values, i, 1);                                \
                                                                                     \
            prefetch(values, i * sizeof(type), WIDTH * sizeof(type));                \
            good = mark_and(good, mark_or(one, equal_##suffix(values, i, 0)));       \
            store(out + i, mark_flags(one));                                         \
            if (i == n - WIDTH)                                                      \
                return !mark_every(good);                                            \
        }                                                                            \
    }                                                                                \
                                                                                     \
    TARGET static int ignore_##suffix(const void *values, type ignore, uint8_t *out, \
                                      uint8_t *valid, size_t n)                      \
    {                                                                                \
        marks good = mark_all();                                                     \
                                                                                     \
        if (n < WIDTH) {                                                             \
            unsigned char some[WIDTH * sizeof(type)] = {0};                          \
            uint8_t flags[2][WIDTH];                                                 \
            int bad;                                                                 \
                                                                                     \
            limen_copy(some, values, n * sizeof(type));                              \
            bad = ignore_##suffix(some, ignore, flags[0], flags[1], WIDTH);          \
            limen_copy(out, flags[0], n);                                            \
            limen_copy(valid, flags[1], n);                                          \
            return bad;                                                              \
        }                                                                            \
        for (size_t i = 0;; i = NEXT(i, n)) {                                        \
            marks one = equal_##suffix(values, i, 1);                                \
            marks skip = equal_##suffix(values, i, ignore);                          \
            marks known = mark_or(skip, mark_or(one, equal_##suffix(values, i, 0))); \
                                                                                     \
            good = mark_and(good, known);                                            \
            store(out + i, mark_flags(mark_without(one, skip)));                     \
            store(valid + i, mark_flags(mark_without(mark_all(), skip)));            \
            if (i == n - WIDTH)                                                      \
                return !mark_every(good);                                            \
        }                                                                            \
    }

DEFINE_BINARY(8, uint8_t)
DEFINE_BINARY(16, uint16_t)
DEFINE_BINARY(32, uint32_t)
DEFINE_BINARY(64, uint64_t)
DEFINE_BINARY(f32, float)
DEFINE_BINARY(f64, double)

LIMEN_INTEGER_MAP(LIMEN_DEFINE_IGNORE)
LIMEN_DEFINE_IGNORE_REAL(f32)
LIMEN_DEFINE_IGNORE_REAL(f64)

/* ---- Flags ---------------------------------------------------------------------------------- */

TARGET static int check(const uint8_t *values, size_t n)
{
    bytes any = byte_none();
    size_t i = 0;

    for (; n - i >= WIDTH; i += WIDTH) {
        prefetch(values, i, WIDTH);
        any = byte_or(any, load(values + i));
    }
    if (i < n)
        any = byte_or(any, load_part(values + i, n - i));
    return byte_any_above_one(any);
}

TARGET static void add(const uint8_t *from, uint8_t *to, size_t n)
{
    size_t i = 0;

    for (; n - i >= WIDTH; i += WIDTH)
        store(to + i, byte_add(load(to + i), load(from + i)));
    if (i < n)
        store_part(to + i, byte_add(load_part(to + i, n - i), load_part(from + i, n - i)), n - i);
}

TARGET static void add_both(const uint8_t *a, const uint8_t *b, uint8_t *to, size_t n)
{
    size_t i = 0;

    for (; n - i >= WIDTH; i += WIDTH)
        store(to + i, byte_add(load(to + i), byte_and(load(a + i), load(b + i))));
    if (i < n) {
        bytes both = byte_and(load_part(a + i, n - i), load_part(b + i, n - i));

        store_part(to + i, byte_add(load_part(to + i, n - i), both), n - i);
    }
}

TARGET static void add_pair(const uint8_t *a, const uint8_t *b, uint8_t *both, uint8_t *only,
                            size_t n)
{
    size_t i = 0;

    for (; n - i >= WIDTH; i += WIDTH) {
        bytes flags = load(a + i);

        store(both + i, byte_add(load(both + i), byte_and(flags, load(b + i))));
        store(only + i, byte_add(load(only + i), flags));
    }
    if (i < n) {
        size_t rest = n - i;
        bytes flags = load_part(a + i, rest);
        bytes pair = byte_and(flags, load_part(b + i, rest));

        store_part(both + i, byte_add(load_part(both + i, rest), pair), rest);
        store_part(only + i, byte_add(load_part(only + i, rest), flags), rest);
    }
}

/* WIDTH scores in registers, held against the cuts from i on. */
#define DEFINE_MEETS(name, bits, parts)                                              \
    typedef struct held_##name {                                                     \
        reals_##name part[parts];                                                    \
    } held_##name;                                                                   \
                                                                                     \
    INLINE marks meets_##name(const held_##name *scores, const void *cuts, size_t i) \
    {                                                                                \
        return CELLS_##bits(MEETS_##bits);                                           \
    }

#define MEETS_32(k) ge_f32(scores->part[k], load_f32(cuts, i + (k)*LANES(32)))
#define MEETS_64(k) ge_f64(scores->part[k], load_f64(cuts, i + (k)*LANES(64)))

DEFINE_MEETS(f32, 32, 4)
DEFINE_MEETS(f64, 64, 8)

#define DEFINE_ADD_CELLS(DTYPE, name, real, real_name, score_bits, bits)                           \
    INLINE void hold_##name(const void *scores, size_t i, held_##real_name *held,                  \
                            mask_##bits *nan)                                                      \
    {                                                                                              \
        for (size_t k = 0; k < bits / 8; k += 2) {                                                 \
            held->part[k] = load_##name(scores, i + k * LANES(bits));                              \
            held->part[k + 1] = load_##name(scores, i + (k + 1) * LANES(bits));                    \
            *nan = or_##bits(*nan, nan_##real_name(held->part[k], held->part[k + 1]));             \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    TARGET static int add_cells_##name(const void *scores, const void *cuts,                       \
                                       const uint8_t *targets, uint8_t *all, uint8_t *sums,        \
                                       size_t step, size_t sets, size_t n)                         \
    {                                                                                              \
        mask_##bits nan = none_##bits();                                                           \
        bytes any = byte_none();                                                                   \
        held_##real_name held;                                                                     \
        size_t i = 0;                                                                              \
                                                                                                   \
        for (; n - i >= WIDTH; i += WIDTH) {                                                       \
            bytes flags = load(targets + i);                                                       \
            uint8_t *both = sums + i;                                                              \
                                                                                                   \
            prefetch(scores, i *(score_bits / 8), WIDTH *(score_bits / 8));                        \
            prefetch(targets, i, WIDTH);                                                           \
            hold_##name(scores, i, &held, &nan);                                                   \
            any = byte_or(any, flags);                                                             \
            store(all + i, byte_add(load(all + i), flags));                                        \
            for (size_t set = 0; set < sets; set++, both += 2 * step) {                            \
                bytes reached = mark_flags(meets_##real_name(&held, cuts, set * step + i));        \
                                                                                                   \
                store(both, byte_add(load(both), byte_and(reached, flags)));                       \
                store(both + step, byte_add(load(both + step), reached));                          \
            }                                                                                      \
        }                                                                                          \
        if (i < n) {                                                                               \
            const size_t rest = n - i;                                                             \
            unsigned char some[WIDTH * sizeof(real)] = {0};                                        \
            bytes flags = load_part(targets + i, rest);                                            \
            uint8_t *both = sums + i;                                                              \
                                                                                                   \
            memcpy(some, (const char *)scores + i * (score_bits / 8), rest * (score_bits / 8));    \
            hold_##name(some, 0, &held, &nan);                                                     \
            any = byte_or(any, flags);                                                             \
            store_part(all + i, byte_add(load_part(all + i, rest), flags), rest);                  \
            for (size_t set = 0; set < sets; set++, both += 2 * step) {                            \
                bytes reached;                                                                     \
                                                                                                   \
                memcpy(some, (const char *)cuts + (set * step + i) * sizeof(real),                 \
                       rest * sizeof(real));                                                       \
                reached = mark_flags(meets_##real_name(&held, some, 0));                           \
                store_part(both, byte_add(load_part(both, rest), byte_and(reached, flags)), rest); \
                store_part(both + step, byte_add(load_part(both + step, rest), reached), rest);    \
            }                                                                                      \
        }                                                                                          \
        return (any_##bits(nan) ? LIMEN_CELLS_NAN : 0) |                                           \
               (byte_any_above_one(any) ? LIMEN_CELLS_TARGET : 0);                                 \
    }

DEFINE_ADD_CELLS(F16, f16, float, f32, 16, 32)
DEFINE_ADD_CELLS(BF16, bf16, float, f32, 16, 32)
DEFINE_ADD_CELLS(F32, f32, float, f32, 32, 32)
DEFINE_ADD_CELLS(F64, f64, double, f64, 64, 64)

TARGET static int64_t count(const uint8_t *flags, size_t n)
{
    sum_lanes total = sum_none();
    size_t i = 0;

    for (; n - i >= WIDTH; i += WIDTH)
        total = sum_add(total, load(flags + i));
    if (i < n)
        total = sum_add(total, load_part(flags + i, n - i));
    return sum_total(total);
}

TARGET static int64_t count_both(const uint8_t *a, const uint8_t *b, size_t n)
{
    sum_lanes total = sum_none();
    size_t i = 0;

    for (; n - i >= WIDTH; i += WIDTH)
        total = sum_add(total, byte_and(load(a + i), load(b + i)));
    if (i < n)
        total = sum_add(total, byte_and(load_part(a + i, n - i), load_part(b + i, n - i)));
    return sum_total(total);
}

TARGET static void mask(const uint8_t *from, uint8_t *flags, size_t n)
{
    size_t i = 0;

    for (; n - i >= WIDTH; i += WIDTH)
        store(flags + i, byte_and(load(flags + i), load(from + i)));
    if (i < n)
        store_part(flags + i, byte_and(load_part(flags + i, n - i), load_part(from + i, n - i)),
                   n - i);
}

/* ---- The greatest score --------------------------------------------------------------------- */

/* First the greatest value, then the first place that has it. The last vector overlaps. */
#define DEFINE_GREATEST(DTYPE, name, real, real_name, bits)                                    \
    INLINE reals_##real_name sum_##name(const void *scores, const void *offsets, size_t i)     \
    {                                                                                          \
        reals_##real_name score = load_##name(scores, i);                                      \
                                                                                               \
        return offsets ? add_##real_name(score, load_##real_name(offsets, i)) : score;         \
    }                                                                                          \
                                                                                               \
    TARGET static int64_t greatest_##name(const void *scores, const void *offsets, size_t n,   \
                                          int *nan)                                            \
    {                                                                                          \
        const size_t lanes = LANES(bits);                                                      \
        reals_##real_name best = splat_##real_name((real)-INFINITY);                           \
        mask_##bits seen = none_##bits();                                                      \
        real values[LANES(bits)], value;                                                       \
        size_t i, last = n - lanes;                                                            \
                                                                                               \
        if (n < lanes)                                                                         \
            return limen_kernels_scalar.greatest[LIMEN_##DTYPE](scores, offsets, n, nan);      \
        for (i = 0;; i = i + lanes < last ? i + lanes : last) {                                \
            reals_##real_name score = sum_##name(scores, offsets, i);                          \
                                                                                               \
            seen = or_##bits(seen, nan_##real_name(score, score));                             \
            best = max_##real_name(score, best);                                               \
            if (i == last)                                                                     \
                break;                                                                         \
        }                                                                                      \
        if (any_##bits(seen))                                                                  \
            *nan = 1;                                                                          \
        memcpy(values, &best, sizeof values);                                                  \
        value = values[0];                                                                     \
        for (size_t lane = 1; lane < lanes; lane++)                                            \
            value = values[lane] > value ? values[lane] : value;                               \
        best = splat_##real_name(value);                                                       \
        for (i = 0;; i = i + lanes < last ? i + lanes : last) {                                \
            size_t place = first_##bits(is_##real_name(sum_##name(scores, offsets, i), best)); \
                                                                                               \
            if (place < lanes)                                                                 \
                return (int64_t)(i + place);                                                   \
            if (i == last)                                                                     \
                return 0; /* all are NaN */                                                    \
        }                                                                                      \
    }

DEFINE_GREATEST(F16, f16, float, f32, 32)
DEFINE_GREATEST(BF16, bf16, float, f32, 32)
DEFINE_GREATEST(F32, f32, float, f32, 32)
DEFINE_GREATEST(F64, f64, double, f64, 64)

#include "kernels/template_cuts.h"
#include "kernels/template_ranks.h"
