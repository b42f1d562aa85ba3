#include "kernels/sort.h"

#include "kernels/sets.h"

#include <string.h>

uint64_t limen_score_key(limen_dtype dtype, double score)
{
    uint64_t wide;
    uint32_t narrow;
    float single = (float)score;

    switch (dtype) {
    case LIMEN_F16:
        return limen_key_f16(limen_double_to_half(score));
    case LIMEN_BF16:
        return limen_key_bf16(limen_double_to_bfloat(score));
    case LIMEN_F32:
        memcpy(&narrow, &single, sizeof narrow);
        return limen_key_f32(narrow);
    default:
        memcpy(&wide, &score, sizeof wide);
        return limen_key_f64(wide);
    }
}

/* The bits of the score of a key whose dtype has that sign bit. */
static uint64_t score_bits(uint64_t key, uint64_t sign)
{
    return key & sign ? key ^ sign : ~key & (sign | (sign - 1));
}

double limen_key_score(limen_dtype dtype, uint64_t key)
{
    uint64_t wide;
    uint32_t narrow;
    float single;
    double score;

    switch (dtype) {
    case LIMEN_F16:
        return (double)limen_half_to_float((uint16_t)score_bits(key, 1u << 15));
    case LIMEN_BF16:
        return (double)limen_bfloat_to_float((uint16_t)score_bits(key, 1u << 15));
    case LIMEN_F32:
        narrow = (uint32_t)score_bits(key, 1u << 31);
        memcpy(&single, &narrow, sizeof single);
        return (double)single;
    default:
        wide = score_bits(key, (uint64_t)1 << 63);
        memcpy(&score, &wide, sizeof score);
        return score;
    }
}

size_t limen_keys_below(limen_dtype dtype, const void *keys, size_t n, uint64_t key)
{
    size_t first = 0;

    while (n > 0) {
        size_t half = n / 2;

        if (limen_key_at(dtype, keys, first + half) < key) {
            first += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return first;
}

enum {
    FEW = 32,          /* keys for which insertion is fastest */
    MANY = 1 << 16,    /* keys that do not fit a core's cache with their scratch */
    MOST_PARTS = 1024, /* as many places as the processor can write to in turn */
};

/* insert: by insertion.
 * by_bytes: from the least byte to the greatest, after one reading that counts every byte; returns
 *     the one of keys and scratch where the sorted keys are.
 * split: by the upper bits of the keys' range into parts, from keys to scratch; ends[i] is set to
 *     the end of part i, and the number of parts returned.
 * sort: many keys are split first, so that the bytes are sorted in the cache. */
#define DEFINE_SORT(bits)                                                               \
    typedef uint##bits##_t key_##bits;                                                  \
                                                                                        \
    static void insert_##bits(key_##bits *keys, size_t n)                               \
    {                                                                                   \
        for (size_t i = 1; i < n; i++) {                                                \
            key_##bits key = keys[i];                                                   \
            size_t place = i;                                                           \
                                                                                        \
            for (; place > 0 && keys[place - 1] > key; place--)                         \
                keys[place] = keys[place - 1];                                          \
            keys[place] = key;                                                          \
        }                                                                               \
    }                                                                                   \
                                                                                        \
    static key_##bits *by_bytes_##bits(key_##bits *keys, key_##bits *scratch, size_t n) \
    {                                                                                   \
        enum { BYTES = bits / 8 };                                                      \
        size_t counts[BYTES][256] = {{0}};                                              \
        key_##bits *from = keys, *to = scratch;                                         \
                                                                                        \
        for (size_t i = 0; i < n; i++) {                                                \
            for (int byte = 0; byte < BYTES; byte++)                                    \
                counts[byte][(keys[i] >> (8 * byte)) & 255]++;                          \
        }                                                                               \
        for (int byte = 0; byte < BYTES; byte++) {                                      \
            size_t *places = counts[byte];                                              \
            size_t place = 0;                                                           \
                                                                                        \
            if (places[(keys[0] >> (8 * byte)) & 255] == n)                             \
                continue;                                                               \
            for (int digit = 0; digit < 256; digit++) {                                 \
                size_t count = places[digit];                                           \
                                                                                        \
                places[digit] = place;                                                  \
                place += count;                                                         \
            }                                                                           \
            for (size_t i = 0; i < n; i++)                                              \
                to[places[(from[i] >> (8 * byte)) & 255]++] = from[i];                  \
            to = from;                                                                  \
            from = to == keys ? scratch : keys;                                         \
        }                                                                               \
        return from;                                                                    \
    }                                                                                   \
                                                                                        \
    static size_t split_##bits(const key_##bits *keys, key_##bits *scratch, size_t n,   \
                               size_t *ends)                                            \
    {                                                                                   \
        key_##bits least = keys[0], greatest = keys[0];                                 \
        size_t place = 0, parts;                                                        \
        int shift = 0;                                                                  \
                                                                                        \
        for (size_t i = 1; i < n; i++) {                                                \
            least = keys[i] < least ? keys[i] : least;                                  \
            greatest = keys[i] > greatest ? keys[i] : greatest;                         \
        }                                                                               \
        while ((key_##bits)(greatest - least) >> shift >= MOST_PARTS)                   \
            shift++;                                                                    \
        parts = (size_t)((key_##bits)(greatest - least) >> shift) + 1;                  \
        memset(ends, 0, parts * sizeof *ends);                                          \
        for (size_t i = 0; i < n; i++)                                                  \
            ends[(key_##bits)(keys[i] - least) >> shift]++;                             \
        for (size_t part = 0; part < parts; part++) {                                   \
            size_t count = ends[part];                                                  \
                                                                                        \
            ends[part] = place;                                                         \
            place += count;                                                             \
        }                                                                               \
        for (size_t i = 0; i < n; i++)                                                  \
            scratch[ends[(key_##bits)(keys[i] - least) >> shift]++] = keys[i];          \
        return parts;                                                                   \
    }                                                                                   \
                                                                                        \
    static void sort_##bits(key_##bits *keys, key_##bits *scratch, size_t n)            \
    {                                                                                   \
        size_t ends[MOST_PARTS], parts = 1, first = 0;                                  \
        key_##bits *from = keys, *other = scratch;                                      \
                                                                                        \
        ends[0] = n;                                                                    \
        if (n > MANY) {                                                                 \
            parts = split_##bits(keys, scratch, n, ends);                               \
            from = scratch;                                                             \
            other = keys;                                                               \
        }                                                                               \
        for (size_t part = 0; part < parts; first = ends[part++]) {                     \
            size_t count = ends[part] - first;                                          \
            key_##bits *sorted = from + first;                                          \
                                                                                        \
            if (count > FEW)                                                            \
                sorted = by_bytes_##bits(sorted, other + first, count);                 \
            else                                                                        \
                insert_##bits(sorted, count);                                           \
            if (sorted != keys + first)                                                 \
                memcpy(keys + first, sorted, count * sizeof *keys);                     \
        }                                                                               \
    }

DEFINE_SORT(16)
DEFINE_SORT(32)
DEFINE_SORT(64)

void limen_keys_sort(limen_dtype dtype, void *keys, void *scratch, size_t n)
{
    switch (limen_dtype_size(dtype)) {
    case 2:
        sort_16(keys, scratch, n);
        break;
    case 4:
        sort_32(keys, scratch, n);
        break;
    default:
        sort_64(keys, scratch, n);
        break;
    }
}
