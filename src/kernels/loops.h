/* Kernels that the compiler vectorises by itself: plain C, compiled for the target of the set that
 * includes this. TARGET is an attribute list, or empty. */
#ifndef TARGET
#error "define TARGET before this"
#endif

#include <string.h>

/* Elements at any alignment. */
#define DEFINE_LOAD(name, type)                                              \
    static inline type load_##name(const void *from, size_t i)               \
    {                                                                        \
        type value;                                                          \
                                                                             \
        memcpy(&value, (const char *)from + i * sizeof value, sizeof value); \
        return value;                                                        \
    }

DEFINE_LOAD(u8, uint8_t)
DEFINE_LOAD(u16, uint16_t)
DEFINE_LOAD(u32, uint32_t)
DEFINE_LOAD(u64, uint64_t)

TARGET static void flush(uint8_t *sums, int64_t *totals, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        totals[i] += sums[i];
        sums[i] = 0;
    }
}

/* All is done in the key's own type, and a NaN is noticed as the largest of all without their
 * signs: compilers vectorise that. */
#define DEFINE_KEYS(DTYPE, name, real, real_name, bits, key_type)                                 \
    TARGET static int keys_##name(const void *scores, void *keys, size_t n)                       \
    {                                                                                             \
        key_type largest = 0;                                                                     \
                                                                                                  \
        for (size_t i = 0; i < n; i++) {                                                          \
            key_type score = load_u##bits(scores, i), key = limen_key_##name(score);              \
                                                                                                  \
            memcpy((char *)keys + i * sizeof key, &key, sizeof key);                              \
            score = limen_size_##name(score);                                                     \
            largest = score > largest ? score : largest;                                          \
        }                                                                                         \
        return limen_key_##name(largest) == 0;                                                    \
    }                                                                                             \
                                                                                                  \
    TARGET static int bin_key_##name(const void *scores, uint64_t base, int shift, uint32_t bins, \
                                     uint32_t *index, size_t n)                                   \
    {                                                                                             \
        const key_type least = (key_type)base,                                                    \
                       last = (key_type)limen_least(bins - 1, (key_type)-1);                      \
        key_type largest = 0;                                                                     \
                                                                                                  \
        for (size_t i = 0; i < n; i++) {                                                          \
            key_type score = load_u##bits(scores, i), key = limen_key_##name(score);              \
            key_type above = (key_type)(key > least ? (key_type)(key - least) : 0);               \
            key_type bin = (key_type)(above >> shift);                                            \
                                                                                                  \
            score = limen_size_##name(score);                                                     \
            largest = score > largest ? score : largest;                                          \
            index[i] = (uint32_t)(bin < last ? bin : last);                                       \
        }                                                                                         \
        return limen_key_##name(largest) == 0;                                                    \
    }

LIMEN_FLOAT_MAP(DEFINE_KEYS)

/* ---- Keys ----------------------------------------------------------------------------------- */

/* Without a branch: every key is written, and the next one over it when its flag is not set. */
#define DEFINE_PICK(bits)                                                                         \
    TARGET static size_t pick_##bits(const void *keys, const uint8_t *flags, void *out, size_t n) \
    {                                                                                             \
        size_t count = 0;                                                                         \
                                                                                                  \
        for (size_t i = 0; i < n; i++) {                                                          \
            memcpy((char *)out + count * (bits / 8), (const char *)keys + i * (bits / 8),         \
                   bits / 8);                                                                     \
            count += flags[i];                                                                    \
        }                                                                                         \
        return count;                                                                             \
    }

DEFINE_PICK(16)
DEFINE_PICK(32)
DEFINE_PICK(64)
