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

/* The bits of the score of a key whose dtype has `bits` bits. */
static uint64_t score_bits(uint64_t key, int bits)
{
    uint64_t sign = (uint64_t)1 << (bits - 1);

    return key & sign ? key ^ sign : ~key & (sign | (sign - 1));
}

double limen_key_score(limen_dtype dtype, uint64_t key)
{
    uint64_t bits = score_bits(key, 8 * (int)limen_dtype_size(dtype));
    uint32_t narrow = (uint32_t)bits;
    float single;
    double score;

    switch (dtype) {
    case LIMEN_F16:
        return (double)limen_half_to_float((uint16_t)bits);
    case LIMEN_BF16:
        return (double)limen_bfloat_to_float((uint16_t)bits);
    case LIMEN_F32:
        memcpy(&single, &narrow, sizeof single);
        return (double)single;
    default:
        memcpy(&score, &bits, sizeof score);
        return score;
    }
}

uint64_t limen_key_at(limen_dtype dtype, const void *keys, size_t index)
{
    switch (limen_dtype_size(dtype)) {
    case 2:
        return ((const uint16_t *)keys)[index];
    case 4:
        return ((const uint32_t *)keys)[index];
    default:
        return ((const uint64_t *)keys)[index];
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

/* Sorts from the least byte to the greatest; one reading counts every byte. */
#define DEFINE_SORT(bits)                                                            \
    static void sort_##bits(uint##bits##_t *keys, uint##bits##_t *scratch, size_t n) \
    {                                                                                \
        enum { BYTES = bits / 8 };                                                   \
        size_t counts[BYTES][256] = {{0}};                                           \
        uint##bits##_t *from = keys, *to = scratch;                                  \
                                                                                     \
        for (size_t i = 0; i < n; i++) {                                             \
            for (int byte = 0; byte < BYTES; byte++)                                 \
                counts[byte][(keys[i] >> (8 * byte)) & 255]++;                       \
        }                                                                            \
        for (int byte = 0; byte < BYTES; byte++) {                                   \
            size_t *places = counts[byte];                                           \
            size_t place = 0;                                                        \
                                                                                     \
            if (n == 0 || places[(keys[0] >> (8 * byte)) & 255] == n)                \
                continue;                                                            \
            for (int digit = 0; digit < 256; digit++) {                              \
                size_t count = places[digit];                                        \
                                                                                     \
                places[digit] = place;                                               \
                place += count;                                                      \
            }                                                                        \
            for (size_t i = 0; i < n; i++)                                           \
                to[places[(from[i] >> (8 * byte)) & 255]++] = from[i];               \
            to = from;                                                               \
            from = to == keys ? scratch : keys;                                      \
        }                                                                            \
        if (from != keys)                                                            \
            memcpy(keys, from, n * sizeof *keys);                                    \
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
