/* The kernels in plain C: the specification that every other set is compared with. */
#include "kernels/sets.h"

#define TARGET
#include "kernels/loops.h"

/* ---- Elements at any alignment ------------------------------------------------------------- */

DEFINE_LOAD(f32, float)
DEFINE_LOAD(f64, double)

static inline float load_f16(const void *from, size_t i)
{
    return limen_half_to_float(load_u16(from, i));
}

static inline float load_bf16(const void *from, size_t i)
{
    return limen_bfloat_to_float(load_u16(from, i));
}

/* ---- Decisions ------------------------------------------------------------------------------ */

#define DEFINE_DECIDE(DTYPE, name, real, real_name, bits, key_type)                             \
    static int decide_##name(const void *scores, const void *cuts, uint8_t *out, size_t n)      \
    {                                                                                           \
        int nan = 0;                                                                            \
                                                                                                \
        for (size_t i = 0; i < n; i++) {                                                        \
            real score = load_##name(scores, i);                                                \
                                                                                                \
            out[i] = score >= load_##real_name(cuts, i);                                        \
            nan |= score != score;                                                              \
        }                                                                                       \
        return nan;                                                                             \
    }                                                                                           \
                                                                                                \
    static int64_t greatest_##name(const void *scores, const void *offsets, size_t n, int *nan) \
    {                                                                                           \
        real best = (real)NAN;                                                                  \
        size_t index = 0;                                                                       \
                                                                                                \
        for (size_t i = 0; i < n; i++) {                                                        \
            real score = load_##name(scores, i);                                                \
                                                                                                \
            if (offsets)                                                                        \
                score += load_##real_name(offsets, i);                                          \
            if (score != score) {                                                               \
                *nan = 1;                                                                       \
            } else if (!(best >= score)) {                                                      \
                best = score;                                                                   \
                index = i;                                                                      \
            }                                                                                   \
        }                                                                                       \
        return (int64_t)index;                                                                  \
    }                                                                                           \
                                                                                                \
    static int bin_##name(const void *scores, double low, double scale, uint32_t bins,          \
                          uint32_t *index, size_t n)                                            \
    {                                                                                           \
        real top = (real)(bins - 1);                                                            \
        int nan = 0;                                                                            \
                                                                                                \
        for (size_t i = 0; i < n; i++) {                                                        \
            real scaled = (load_##name(scores, i) - (real)low) * (real)scale;                   \
                                                                                                \
            nan |= scaled != scaled;                                                            \
            scaled = scaled > 0 ? scaled : 0; /* also NaN */                                    \
            index[i] = (uint32_t)(scaled < top ? scaled : top);                                 \
        }                                                                                       \
        return nan;                                                                             \
    }                                                                                           \
                                                                                                \
    static int above_##name(const void *scores, const uint8_t *flags, const uint8_t *valid,     \
                            const void *cuts, size_t count, int64_t *sums, size_t n)            \
    {                                                                                           \
        int nan = 0;                                                                            \
                                                                                                \
        for (size_t i = 0; i < n; i++) {                                                        \
            real score = load_##name(scores, i);                                                \
                                                                                                \
            nan |= score != score;                                                              \
            for (size_t k = 0; k < count; k++) {                                                \
                int reached = score >= load_##real_name(cuts, k);                               \
                                                                                                \
                sums[2 * k] += reached && (!valid || valid[i]);                                 \
                sums[2 * k + 1] += reached & flags[i];                                          \
            }                                                                                   \
        }                                                                                       \
        return nan;                                                                             \
    }                                                                                           \
                                                                                                \
    static void split_##name(const void *scores, const uint8_t *flags, const uint8_t *valid,    \
                             double low, double high, void *const out[2], size_t counts[2],     \
                             size_t n)                                                          \
    {                                                                                           \
        counts[0] = counts[1] = 0;                                                              \
        for (size_t i = 0; i < n; i++) {                                                        \
            real score = load_##name(scores, i);                                                \
            unsigned flag = flags[i] != 0; /* stays inside out, whatever the flags */           \
                                                                                                \
            if (!(score >= (real)low) || score >= (real)high || (valid && !valid[i]))           \
                continue;                                                                       \
            memcpy((char *)out[flag] + counts[flag] * sizeof score, &score, sizeof score);      \
            counts[flag]++;                                                                     \
        }                                                                                       \
    }

#define DEFINE_SIFT(DTYPE, name, real, real_name, bits, key_type)                             \
    static size_t sift_##name(const void *scores, const uint8_t *flags, const uint8_t *valid, \
                              const limen_sieve *sieve, uint32_t *out, size_t n)              \
    {                                                                                         \
        size_t count = 0;                                                                     \
                                                                                              \
        for (size_t i = 0; i < n; i++) {                                                      \
            real score = load_##name(scores, i);                                              \
            uint32_t bin;                                                                     \
                                                                                              \
            if (!(score >= (real)sieve->low) || score >= (real)sieve->high ||                 \
                (valid && !valid[i]))                                                         \
                continue;                                                                     \
            (void)bin_##real_name(&score, sieve->least, sieve->scale, sieve->bins, &bin, 1);  \
            out[count++] = 2 * bin + flags[i];                                                \
        }                                                                                     \
        return count;                                                                         \
    }

LIMEN_FLOAT_MAP(DEFINE_DECIDE)
LIMEN_FLOAT_MAP(DEFINE_SIFT)

/* The ranks of one row's true labels, among all and among the true ones; returns ranked. */
#define DEFINE_RANK(DTYPE, name, real, real_name, bits, key_type)                              \
    static int rank_row_##name(const void *scores, const uint8_t *flags, const uint8_t *valid, \
                               size_t labels, uint64_t *ranks, limen_row_ranks *out)           \
    {                                                                                          \
        for (size_t i = 0; i < labels; i++) {                                                  \
            const real level = load_##name(scores, i);                                         \
            uint64_t rank = 0;                                                                 \
                                                                                               \
            if (valid && !valid[i])                                                            \
                continue;                                                                      \
            if (level != level || (flags[i] && out->true_labels == LIMEN_RANKED))              \
                return 0;                                                                      \
            out->labels++;                                                                     \
            if (!flags[i])                                                                     \
                continue;                                                                      \
            for (size_t k = 0; k < labels; k++)                                                \
                if (load_##name(scores, k) >= level && (!valid || valid[k]))                   \
                    rank += 1 | (uint64_t)flags[k] << 32;                                      \
            ranks[out->true_labels++] = rank;                                                  \
        }                                                                                      \
        return 1;                                                                              \
    }                                                                                          \
                                                                                               \
    static void rank_##name(const void *scores, const uint8_t *flags, const uint8_t *valid,    \
                            size_t labels, size_t rows, limen_row_ranks *out)                  \
    {                                                                                          \
        uint64_t ranks[LIMEN_RANKED];                                                          \
                                                                                               \
        for (size_t row = 0; row < rows; row++) {                                              \
            const size_t cell = row * labels;                                                  \
                                                                                               \
            out[row] = (limen_row_ranks){0};                                                   \
            if (rank_row_##name((const char *)scores + cell * (bits / 8), flags + cell,        \
                                valid ? valid + cell : NULL, labels, ranks, &out[row])) {      \
                out[row].ranked = 1;                                                           \
                limen_add_ranks(ranks, out[row].true_labels, &out[row]);                       \
            } else {                                                                           \
                out[row] = (limen_row_ranks){0};                                               \
            }                                                                                  \
        }                                                                                      \
    }

LIMEN_FLOAT_MAP(DEFINE_RANK)

/* ---- Targets -------------------------------------------------------------------------------- */

#define DEFINE_BINARY(bits)                                                           \
    static int binary_##bits(const void *values, uint8_t *out, size_t n)              \
    {                                                                                 \
        int bad = 0;                                                                  \
                                                                                      \
        for (size_t i = 0; i < n; i++) {                                              \
            uint##bits##_t value = load_u##bits(values, i);                           \
                                                                                      \
            out[i] = value != 0;                                                      \
            bad |= value > 1;                                                         \
        }                                                                             \
        return bad;                                                                   \
    }                                                                                 \
                                                                                      \
    static int ignore_##bits(const void *values, uint##bits##_t ignore, uint8_t *out, \
                             uint8_t *valid, size_t n)                                \
    {                                                                                 \
        int bad = 0;                                                                  \
                                                                                      \
        for (size_t i = 0; i < n; i++) {                                              \
            uint##bits##_t value = load_u##bits(values, i);                           \
                                                                                      \
            valid[i] = value != ignore;                                               \
            out[i] = valid[i] & (value != 0);                                         \
            bad |= valid[i] & (value > 1);                                            \
        }                                                                             \
        return bad;                                                                   \
    }

DEFINE_BINARY(8)
DEFINE_BINARY(16)
DEFINE_BINARY(32)
DEFINE_BINARY(64)

LIMEN_INTEGER_MAP(LIMEN_DEFINE_IGNORE)

#define DEFINE_BINARY_FLOAT(name, real)                                                     \
    static int binary_##name(const void *values, uint8_t *out, size_t n)                    \
    {                                                                                       \
        int bad = 0;                                                                        \
                                                                                            \
        for (size_t i = 0; i < n; i++) {                                                    \
            real value = load_##name(values, i);                                            \
                                                                                            \
            out[i] = value != 0;                                                            \
            bad |= value != 0 && value != 1;                                                \
        }                                                                                   \
        return bad;                                                                         \
    }                                                                                       \
                                                                                            \
    static int ignore_##name(const void *values, real ignore, uint8_t *out, uint8_t *valid, \
                             size_t n)                                                      \
    {                                                                                       \
        int bad = 0;                                                                        \
                                                                                            \
        for (size_t i = 0; i < n; i++) {                                                    \
            real value = load_##name(values, i);                                            \
                                                                                            \
            valid[i] = value != ignore;                                                     \
            out[i] = valid[i] & (value != 0);                                               \
            bad |= valid[i] & (value != 0 && value != 1);                                   \
        }                                                                                   \
        return bad;                                                                         \
    }

DEFINE_BINARY_FLOAT(f32, float)
DEFINE_BINARY_FLOAT(f64, double)

LIMEN_DEFINE_IGNORE_REAL(f32)
LIMEN_DEFINE_IGNORE_REAL(f64)

/* ---- Flags ---------------------------------------------------------------------------------- */

static int check(const uint8_t *values, size_t n)
{
    uint8_t any = 0;

    for (size_t i = 0; i < n; i++)
        any |= values[i];
    return any > 1;
}

static void add(const uint8_t *from, uint8_t *to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (uint8_t)(to[i] + from[i]);
}

static void add_both(const uint8_t *a, const uint8_t *b, uint8_t *to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (uint8_t)(to[i] + (a[i] & b[i]));
}

static void add_pair(const uint8_t *a, const uint8_t *b, uint8_t *both, uint8_t *only, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        both[i] = (uint8_t)(both[i] + (a[i] & b[i]));
        only[i] = (uint8_t)(only[i] + a[i]);
    }
}

#define DEFINE_ADD_CELLS(DTYPE, name, real, real_name, bits, key_type)                           \
    static int add_cells_##name(const void *scores, const void *cuts, const uint8_t *targets,    \
                                uint8_t *all, uint8_t *sums, size_t step, size_t sets, size_t n) \
    {                                                                                            \
        int seen = 0;                                                                            \
                                                                                                 \
        for (size_t i = 0; i < n; i++) {                                                         \
            real score = load_##name(scores, i);                                                 \
                                                                                                 \
            all[i] = (uint8_t)(all[i] + targets[i]);                                             \
            for (size_t set = 0; set < sets; set++) {                                            \
                int decision = score >= load_##real_name(cuts, set * step + i);                  \
                uint8_t *both = sums + 2 * set * step + i;                                       \
                                                                                                 \
                both[0] = (uint8_t)(both[0] + (decision & targets[i]));                          \
                both[step] = (uint8_t)(both[step] + decision);                                   \
            }                                                                                    \
            seen |= (score != score ? LIMEN_CELLS_NAN : 0) |                                     \
                    (targets[i] > 1 ? LIMEN_CELLS_TARGET : 0);                                   \
        }                                                                                        \
        return seen;                                                                             \
    }

LIMEN_FLOAT_MAP(DEFINE_ADD_CELLS)

static int64_t count(const uint8_t *flags, size_t n)
{
    int64_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += flags[i];
    return sum;
}

static int64_t count_both(const uint8_t *a, const uint8_t *b, size_t n)
{
    int64_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += a[i] & b[i];
    return sum;
}

static void mask(const uint8_t *from, uint8_t *flags, size_t n)
{
    for (size_t i = 0; i < n; i++)
        flags[i] &= from[i];
}

const limen_kernels limen_kernels_scalar = LIMEN_KERNEL_SET("scalar");
