/* Order-preserving keys of scores, and a sort of such keys.
 *
 * A key is an unsigned integer of the size of the score's dtype with
 *     a < b as scores   <=>   key(a) < key(b)
 * for all scores from -inf to +inf; -0.0 has the key of 0.0. NaN has the key 0, which no score has.
 * Runs of scores are turned into keys by limen_kernels.keys. */
#ifndef LIMEN_KERNELS_SORT_H
#define LIMEN_KERNELS_SORT_H

#include "limen.h"

/* The key of a score that the dtype can hold exactly. Float dtypes only, here and below. */
uint64_t limen_score_key(limen_dtype dtype, double score);

/* The score of a key; NaN for 0 and for what is no key. */
double limen_key_score(limen_dtype dtype, uint64_t key);

/* Keys from an array of a dtype's keys. */
static inline uint64_t limen_key_at(limen_dtype dtype, const void *keys, size_t index)
{
    switch (dtype) {
    case LIMEN_F16:
    case LIMEN_BF16:
        return ((const uint16_t *)keys)[index];
    case LIMEN_F32:
        return ((const uint32_t *)keys)[index];
    default:
        return ((const uint64_t *)keys)[index];
    }
}

/* Sorts n keys of a dtype ascending, in place. `scratch` has room for n keys. Radix sort: O(n)
 * whatever the order, and bytes that are the same in all keys cost nothing. */
void limen_keys_sort(limen_dtype dtype, void *keys, void *scratch, size_t n);

/* How many of n ascending keys are below `key`: O(log n). */
size_t limen_keys_below(limen_dtype dtype, const void *keys, size_t n, uint64_t key);

#endif
