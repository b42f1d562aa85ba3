/* The second half of template.h: the bins of scores, and scores against a few cuts that are the
 * same for all of them. */
/* ---- Bins ----------------------------------------------------------------------------------- */

#define DEFINE_BIN(DTYPE, name, real, real_name, score_bits, bits)                                \
    TARGET static int bin_##name(const void *scores, double low, double scale, uint32_t bins,     \
                                 uint32_t *index, size_t n)                                       \
    {                                                                                             \
        const reals_##real_name least = splat_##real_name((real)low);                             \
        const reals_##real_name factor = splat_##real_name((real)scale);                          \
        const reals_##real_name top = splat_##real_name((real)(bins - 1));                        \
        const reals_##real_name zero = splat_##real_name(0);                                      \
        mask_##bits seen = none_##bits();                                                         \
        size_t i = 0;                                                                             \
        int nan = 0;                                                                              \
                                                                                                  \
        for (; n - i >= LANES(bits); i += LANES(bits)) {                                          \
            reals_##real_name score = load_##name(scores, i);                                     \
                                                                                                  \
            seen = or_##bits(seen, nan_##real_name(score, score));                                \
            score = mul_##real_name(sub_##real_name(score, least), factor);                       \
            score = max_##real_name(score, zero);                                                 \
            store_index_##real_name(index + i, min_##real_name(score, top));                      \
        }                                                                                         \
        if (i < n)                                                                                \
            nan = limen_kernels_scalar.bin[LIMEN_##DTYPE](                                        \
                (const char *)scores + i * (score_bits / 8), low, scale, bins, index + i, n - i); \
        return nan | any_##bits(seen);                                                            \
    }

DEFINE_BIN(F16, f16, float, f32, 16, 32)
DEFINE_BIN(BF16, bf16, float, f32, 16, 32)
DEFINE_BIN(F32, f32, float, f32, 32, 32)
DEFINE_BIN(F64, f64, double, f64, 64, 64)

/* ---- Scores against a few cuts that are the same for all of them ----------------------------- */

/* One vector of scores is held against all cuts. A lane sums 1 for a score and 1 << HALF more where
 * its flag is set; both halves have room for BURST vectors. */
enum { SIZE_f16 = 2, SIZE_bf16 = 2, SIZE_f32 = 4, SIZE_f64 = 8 }; /* of a score */

#define HALF(bits) ((bits) / 2)
#define BURST 65535
#define CUTS_AT_ONCE 8 /* sums and cuts that stay in registers */

#define DEFINE_ABOVE(DTYPE, name, real, real_name, bits)                                           \
    INLINE mask_##bits above_burst_##name(const void *scores, const uint8_t *flags,                \
                                          const uint8_t *valid, const void *cuts, size_t count,    \
                                          int64_t *sums, size_t first, size_t end)                 \
    {                                                                                              \
        mask_##bits nan = none_##bits();                                                           \
        reals_##real_name cut[CUTS_AT_ONCE];                                                       \
        lanes_##bits sum[CUTS_AT_ONCE];                                                            \
                                                                                                   \
        for (size_t k = 0; k < CUTS_AT_ONCE; k++) {                                                \
            real value = (real)NAN;                                                                \
                                                                                                   \
            if (k < count)                                                                         \
                memcpy(&value, (const char *)cuts + k * sizeof value, sizeof value);               \
            cut[k] = splat_##real_name(value);                                                     \
            sum[k] = lanes_none_##bits();                                                          \
        }                                                                                          \
        for (size_t i = first; i < end; i += LANES(bits)) {                                        \
            prefetch(scores, i *SIZE_##name, LANES(bits) * SIZE_##name);                           \
            reals_##real_name score = load_##name(scores, i);                                      \
            lanes_##bits one = lanes_weigh_##bits(flags + i, valid ? valid + i : NULL);            \
                                                                                                   \
            nan = or_##bits(nan, nan_##real_name(score, score));                                   \
            for (size_t k = 0; k < CUTS_AT_ONCE; k++)                                              \
                sum[k] = lanes_add_##bits(sum[k], ge_##real_name(score, cut[k]), one);             \
        }                                                                                          \
        for (size_t k = 0; k < count; k++) {                                                       \
            uint##bits##_t lanes[LANES(bits)];                                                     \
                                                                                                   \
            memcpy(lanes, &sum[k], sizeof lanes);                                                  \
            for (size_t lane = 0; lane < LANES(bits); lane++) {                                    \
                sums[2 * k] += (int64_t)(lanes[lane] & (((uint##bits##_t)1 << HALF(bits)) - 1));   \
                sums[2 * k + 1] += (int64_t)(lanes[lane] >> HALF(bits));                           \
            }                                                                                      \
        }                                                                                          \
        return nan;                                                                                \
    }                                                                                              \
                                                                                                   \
    TARGET static int above_some_##name(const void *scores, const uint8_t *flags,                  \
                                        const uint8_t *valid, const void *cuts, size_t count,      \
                                        int64_t *sums, size_t n)                                   \
    {                                                                                              \
        const size_t whole = n - n % LANES(bits), burst = BURST * LANES(bits);                     \
        int nan = 0;                                                                               \
                                                                                                   \
        for (size_t first = 0, end; first < whole; first = end) {                                  \
            end = whole - first < burst ? whole : first + burst;                                   \
            nan |= any_##bits(                                                                     \
                valid ? above_burst_##name(scores, flags, valid, cuts, count, sums, first, end)    \
                      : above_burst_##name(scores, flags, NULL, cuts, count, sums, first, end));   \
        }                                                                                          \
        return nan;                                                                                \
    }                                                                                              \
                                                                                                   \
    TARGET static int above_##name(const void *scores, const uint8_t *flags, const uint8_t *valid, \
                                   const void *cuts, size_t count, int64_t *sums, size_t n)        \
    {                                                                                              \
        const size_t whole = n - n % LANES(bits), size = SIZE_##name;                              \
        int nan = 0;                                                                               \
                                                                                                   \
        for (size_t k = 0; k < count; k += CUTS_AT_ONCE)                                           \
            nan |= above_some_##name(scores, flags, valid, (const char *)cuts + k * sizeof(real),  \
                                     count - k < CUTS_AT_ONCE ? count - k : CUTS_AT_ONCE,          \
                                     sums + 2 * k, whole);                                         \
        return nan | limen_kernels_scalar.above[LIMEN_##DTYPE](                                    \
                         (const char *)scores + whole * size, flags + whole,                       \
                         valid ? valid + whole : NULL, cuts, count, sums, n - whole);              \
    }

DEFINE_ABOVE(F16, f16, float, f32, 32)
DEFINE_ABOVE(BF16, bf16, float, f32, 32)
DEFINE_ABOVE(F32, f32, float, f32, 32)
DEFINE_ABOVE(F64, f64, double, f64, 64)

/* ---- Scores between two cuts ------------------------------------------------------------------
 */

#ifdef HAS_SQUEEZE
#define DEFINE_SPLIT(DTYPE, name, real, real_name, bits)                                          \
    INLINE size_t split_whole_##name(const void *scores, const uint8_t *flags,                    \
                                     const uint8_t *valid, double low, double high,               \
                                     void *const out[2], size_t counts[2], size_t n)              \
    {                                                                                             \
        const reals_##real_name least = splat_##real_name((real)low);                             \
        const reals_##real_name bound = splat_##real_name((real)high);                            \
        char *to[2] = {out[0], out[1]};                                                           \
        size_t i = 0;                                                                             \
                                                                                                  \
        for (; n - i >= LANES(bits); i += LANES(bits)) {                                          \
            reals_##real_name score = load_##name(scores, i);                                     \
            mask_##bits in = ge_##real_name(score, least) & ~ge_##real_name(score, bound);        \
            mask_##bits flag = flag_mask_##bits(flags + i);                                       \
                                                                                                  \
            prefetch(flags, i, LANES(bits));                                                      \
            prefetch(scores, i *SIZE_##name, LANES(bits) * SIZE_##name);                          \
                                                                                                  \
            if (valid)                                                                            \
                in &= flag_mask_##bits(valid + i);                                                \
            to[0] += sizeof(real) * squeeze_##real_name(to[0], (mask_##bits)(in & ~flag), score); \
            if (any_##bits((mask_##bits)(in & flag))) /* seldom, and then worth a branch */       \
                to[1] +=                                                                          \
                    sizeof(real) * squeeze_##real_name(to[1], (mask_##bits)(in & flag), score);   \
        }                                                                                         \
        for (int flag = 0; flag < 2; flag++)                                                      \
            counts[flag] = (size_t)(to[flag] - (char *)out[flag]) / sizeof(real);                 \
        return i;                                                                                 \
    }
#else
/* Every score is written to both, and the next one over it unless it belongs there. */
#define DEFINE_SPLIT(DTYPE, name, real, real_name, bits)                                   \
    INLINE size_t split_whole_##name(const void *scores, const uint8_t *flags,             \
                                     const uint8_t *valid, double low, double high,        \
                                     void *const out[2], size_t counts[2], size_t n)       \
    {                                                                                      \
        const reals_##real_name least = splat_##real_name((real)low);                      \
        const reals_##real_name bound = splat_##real_name((real)high);                     \
        mask_##bits nan = none_##bits();                                                   \
        size_t i = 0, negatives = 0, positives = 0;                                        \
        held_##real_name held;                                                             \
        real some[WIDTH];                                                                  \
        uint8_t in[WIDTH];                                                                 \
                                                                                           \
        for (; n - i >= WIDTH; i += WIDTH) {                                               \
            hold_##name(scores, i, &held, &nan);                                           \
            store(in, mark_flags(mark_without(all_meet_##real_name(&held, least),          \
                                              all_meet_##real_name(&held, bound))));       \
            if (valid)                                                                     \
                store(in, byte_and(load(in), load(valid + i)));                            \
            memcpy(some, &held, sizeof some);                                              \
            for (size_t k = 0; k < WIDTH; k++) {                                           \
                memcpy((char *)out[0] + negatives * sizeof(real), &some[k], sizeof(real)); \
                memcpy((char *)out[1] + positives * sizeof(real), &some[k], sizeof(real)); \
                negatives += in[k] & ~flags[i + k];                                        \
                positives += in[k] & flags[i + k];                                         \
            }                                                                              \
        }                                                                                  \
        counts[0] = negatives;                                                             \
        counts[1] = positives;                                                             \
        return i;                                                                          \
    }
#endif

#define ALL_MEET_32(k) ge_f32(scores->part[k], cut)
#define ALL_MEET_64(k) ge_f64(scores->part[k], cut)

#ifndef HAS_SQUEEZE
INLINE marks all_meet_f32(const held_f32 *scores, reals_f32 cut)
{
    return CELLS_32(ALL_MEET_32);
}

INLINE marks all_meet_f64(const held_f64 *scores, reals_f64 cut)
{
    return CELLS_64(ALL_MEET_64);
}
#endif

#define DEFINE_SPLIT_ALL(DTYPE, name, real, real_name, bits)                                   \
    DEFINE_SPLIT(DTYPE, name, real, real_name, bits)                                           \
                                                                                               \
    TARGET static void split_##name(const void *scores, const uint8_t *flags,                  \
                                    const uint8_t *valid, double low, double high,             \
                                    void *const out[2], size_t counts[2], size_t n)            \
    {                                                                                          \
        const size_t size = SIZE_##name;                                                       \
        size_t rest[2];                                                                        \
        size_t i = split_whole_##name(scores, flags, valid, low, high, out, counts, n);        \
        void *const behind[2] = {(char *)out[0] + counts[0] * sizeof(real),                    \
                                 (char *)out[1] + counts[1] * sizeof(real)};                   \
                                                                                               \
        limen_kernels_scalar.split[LIMEN_##DTYPE]((const char *)scores + i * size, flags + i,  \
                                                  valid ? valid + i : NULL, low, high, behind, \
                                                  rest, n - i);                                \
        counts[0] += rest[0];                                                                  \
        counts[1] += rest[1];                                                                  \
    }

DEFINE_SPLIT_ALL(F16, f16, float, f32, 32)
DEFINE_SPLIT_ALL(BF16, bf16, float, f32, 32)
DEFINE_SPLIT_ALL(F32, f32, float, f32, 32)
DEFINE_SPLIT_ALL(F64, f64, double, f64, 64)

/* ---- Scores between two cuts, in bins ---------------------------------------------------------
 */

#ifdef HAS_SQUEEZE
#define DEFINE_SIFT(DTYPE, name, real, real_name, bits)                                            \
    INLINE size_t sift_whole_##name(const void *scores, const uint8_t *flags,                      \
                                    const uint8_t *valid, const limen_sieve *sieve, uint32_t *out, \
                                    size_t *i, size_t n)                                           \
    {                                                                                              \
        const reals_##real_name low = splat_##real_name((real)sieve->low);                         \
        const reals_##real_name high = splat_##real_name((real)sieve->high);                       \
        const reals_##real_name least = splat_##real_name((real)sieve->least);                     \
        const reals_##real_name factor = splat_##real_name((real)sieve->scale);                    \
        const reals_##real_name top = splat_##real_name((real)(sieve->bins - 1));                  \
        const reals_##real_name zero = splat_##real_name(0);                                       \
        uint32_t *to = out;                                                                        \
                                                                                                   \
        for (; n - *i >= LANES(bits); *i += LANES(bits)) {                                         \
            reals_##real_name score = load_##name(scores, *i);                                     \
            mask_##bits in =                                                                       \
                (mask_##bits)(ge_##real_name(score, low) & ~ge_##real_name(score, high));          \
                                                                                                   \
            if (valid)                                                                             \
                in &= flag_mask_##bits(valid + *i);                                                \
            score = max_##real_name(mul_##real_name(sub_##real_name(score, least), factor), zero); \
            to += squeeze_cell_##real_name(to, in, min_##real_name(score, top), flags + *i);       \
        }                                                                                          \
        return (size_t)(to - out);                                                                 \
    }
#else
/* Every cell is written, and the next one over it unless it is inside. */
#define DEFINE_SIFT(DTYPE, name, real, real_name, bits)                                            \
    INLINE size_t sift_whole_##name(const void *scores, const uint8_t *flags,                      \
                                    const uint8_t *valid, const limen_sieve *sieve, uint32_t *out, \
                                    size_t *i, size_t n)                                           \
    {                                                                                              \
        const reals_##real_name low = splat_##real_name((real)sieve->low);                         \
        const reals_##real_name high = splat_##real_name((real)sieve->high);                       \
        const reals_##real_name least = splat_##real_name((real)sieve->least);                     \
        const reals_##real_name factor = splat_##real_name((real)sieve->scale);                    \
        const reals_##real_name top = splat_##real_name((real)(sieve->bins - 1));                  \
        const reals_##real_name zero = splat_##real_name(0);                                       \
        mask_##bits nan = none_##bits();                                                           \
        size_t count = 0;                                                                          \
        held_##real_name held;                                                                     \
        uint32_t index[WIDTH];                                                                     \
        uint8_t in[WIDTH];                                                                         \
                                                                                                   \
        for (; n - *i >= WIDTH; *i += WIDTH) {                                                     \
            hold_##name(scores, *i, &held, &nan);                                                  \
            store(in, mark_flags(mark_without(all_meet_##real_name(&held, low),                    \
                                              all_meet_##real_name(&held, high))));                \
            if (valid)                                                                             \
                store(in, byte_and(load(in), load(valid + *i)));                                   \
            for (size_t k = 0; k < bits / 8; k++) {                                                \
                reals_##real_name at =                                                             \
                    mul_##real_name(sub_##real_name(held.part[k], least), factor);                 \
                                                                                                   \
                store_index_##real_name(index + k * LANES(bits),                                   \
                                        min_##real_name(max_##real_name(at, zero), top));          \
            }                                                                                      \
            for (size_t k = 0; k < WIDTH; k++) {                                                   \
                out[count] = 2 * index[k] + flags[*i + k];                                         \
                count += in[k];                                                                    \
            }                                                                                      \
        }                                                                                          \
        return count;                                                                              \
    }
#endif

#define DEFINE_SIFT_ALL(DTYPE, name, real, real_name, bits)                                      \
    DEFINE_SIFT(DTYPE, name, real, real_name, bits)                                              \
                                                                                                 \
    TARGET static size_t sift_##name(const void *scores, const uint8_t *flags,                   \
                                     const uint8_t *valid, const limen_sieve *sieve,             \
                                     uint32_t *out, size_t n)                                    \
    {                                                                                            \
        const size_t size = SIZE_##name;                                                         \
        size_t i = 0, count;                                                                     \
                                                                                                 \
        count = valid ? sift_whole_##name(scores, flags, valid, sieve, out, &i, n)               \
                      : sift_whole_##name(scores, flags, NULL, sieve, out, &i, n);               \
        return count + limen_kernels_scalar.sift[LIMEN_##DTYPE](                                 \
                           (const char *)scores + i * size, flags + i, valid ? valid + i : NULL, \
                           sieve, out + count, n - i);                                           \
    }

DEFINE_SIFT_ALL(F16, f16, float, f32, 32)
DEFINE_SIFT_ALL(BF16, bf16, float, f32, 32)
DEFINE_SIFT_ALL(F32, f32, float, f32, 32)
DEFINE_SIFT_ALL(F64, f64, double, f64, 64)
