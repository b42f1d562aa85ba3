#include "kernels/bins.h"

#include "core/numeric.h"
#include "kernels/sort.h"

#include <math.h>

limen_bins limen_bins_between(limen_dtype dtype, double low, double high, uint32_t most)
{
    limen_bins bins = {.dtype = dtype, .kind = LIMEN_BINS_KEY};
    const int widest = 8 * (int)limen_dtype_size(dtype) - 1; /* a shift by all bits is undefined */
    uint64_t width;

    bins.base = limen_score_key(dtype, low);
    width = limen_score_key(dtype, high) - bins.base;
    while (width >> bins.shift >= most && bins.shift < widest)
        bins.shift++;
    bins.count = width >> bins.shift < most ? (uint32_t)(width >> bins.shift) + 1 : most;
    return bins;
}

uint32_t limen_bins_find(const limen_bins *bins, double score)
{
    if (bins->kind == LIMEN_BINS_UNIFORM) {
        double scaled = score * bins->count;

        if (!(scaled > 0))
            return 0;
        return scaled < bins->count ? (uint32_t)scaled : bins->count - 1;
    } else {
        uint64_t key = limen_score_key(bins->dtype, score);
        uint64_t bin = key > bins->base ? (key - bins->base) >> bins->shift : 0;

        return bin < bins->count ? (uint32_t)bin : bins->count - 1;
    }
}

/* The least value of a dtype that is at least `value`. */
static double round_up(limen_dtype dtype, double value)
{
    double rounded = limen_round_to(dtype, value);

    return rounded < value ? limen_next_up(dtype, rounded) : rounded;
}

double limen_bins_low(const limen_bins *bins, uint32_t bin)
{
    if (bin == 0)
        return -(double)INFINITY;
    if (bin >= bins->count)
        return (double)NAN;
    if (bins->kind == LIMEN_BINS_UNIFORM)
        return round_up(bins->dtype, (double)bin / bins->count);
    return limen_key_score(bins->dtype, bins->base + ((uint64_t)bin << bins->shift));
}

int limen_bins_index(const limen_kernels *kernels, const limen_bins *bins, const void *scores,
                     const uint32_t *offsets, uint32_t *index, size_t n)
{
    int nan;

    if (bins->kind == LIMEN_BINS_UNIFORM)
        nan = kernels->bin[bins->dtype](scores, bins->count, index, n);
    else
        nan = kernels->bin_key[bins->dtype](scores, bins->base, bins->shift, bins->count, index, n);
    for (size_t i = 0; offsets && i < n; i++)
        index[i] += offsets[i];
    return nan;
}

void limen_bins_count(const uint32_t *index, const uint8_t *flags, const uint8_t *valid,
                      uint32_t *counts, size_t n)
{
    if (valid) {
        for (size_t i = 0; i < n; i++)
            counts[2 * (size_t)index[i] + flags[i]] += valid[i];
    } else {
        for (size_t i = 0; i < n; i++)
            counts[2 * (size_t)index[i] + flags[i]]++;
    }
}
