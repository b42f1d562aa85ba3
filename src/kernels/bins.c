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

limen_bins limen_bins_of_unit(limen_dtype dtype, uint32_t count)
{
    return (limen_bins){
        .dtype = dtype, .kind = LIMEN_BINS_UNIFORM, .count = count, .scale = (double)count};
}

limen_bins limen_bins_across(limen_dtype dtype, double low, double high, uint32_t most)
{
    limen_dtype real = limen_cut_dtype(dtype);
    double scale = limen_round_to(real, (double)most / (high - low));

    if (!isfinite(low) || !isfinite(scale) || !(scale > 0.0))
        return limen_bins_between(dtype, low, high, most);
    return (limen_bins){
        .dtype = dtype, .kind = LIMEN_BINS_UNIFORM, .count = most, .low = low, .scale = scale};
}

/* (score - low) * scale as the kernels have it. */
static double scaled_score(const limen_bins *bins, double score)
{
    if (bins->dtype == LIMEN_F64)
        return (score - bins->low) * bins->scale;
    return (double)(((float)score - (float)bins->low) * (float)bins->scale);
}

uint32_t limen_bins_find(const limen_bins *bins, double score)
{
    if (bins->kind == LIMEN_BINS_UNIFORM) {
        double scaled = scaled_score(bins, score);

        if (!(scaled > 0))
            return 0;
        return scaled < bins->count ? (uint32_t)scaled : bins->count - 1;
    } else {
        uint64_t key = limen_score_key(bins->dtype, score);
        uint64_t bin = key > bins->base ? (key - bins->base) >> bins->shift : 0;

        return bin < bins->count ? (uint32_t)bin : bins->count - 1;
    }
}

/* The least score in a uniform bin and above, by its key: from a guess, first in ever longer steps,
 * then by halves. */
static double search_edge(const limen_bins *bins, uint32_t bin, double guess)
{
    const uint64_t first = limen_score_key(bins->dtype, -(double)INFINITY);
    const uint64_t last = limen_score_key(bins->dtype, (double)INFINITY);
    uint64_t low, high = limen_score_key(bins->dtype, guess), step = 1;

    while (high < last && limen_bins_find(bins, limen_key_score(bins->dtype, high)) < bin) {
        high = last - high > step ? high + step : last;
        step *= 2;
    }
    step = 1;
    low = high;
    while (limen_bins_find(bins, limen_key_score(bins->dtype, low)) >= bin) {
        high = low;
        low = low - first > step ? low - step : first;
        step *= 2;
    }
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;

        if (limen_bins_find(bins, limen_key_score(bins->dtype, middle)) < bin)
            low = middle;
        else
            high = middle;
    }
    return limen_key_score(bins->dtype, high);
}

/* Mostly it is where it should be. */
static double find_edge(const limen_bins *bins, uint32_t bin)
{
    const double guess = limen_round_to(bins->dtype, bins->low + (double)bin / bins->scale);
    const uint64_t key = limen_score_key(bins->dtype, guess);

    if (limen_bins_find(bins, guess) == bin &&
        limen_bins_find(bins, limen_key_score(bins->dtype, key - 1)) < bin)
        return guess + 0.0; /* no -0.0 */
    return search_edge(bins, bin, guess);
}

double limen_bins_low(const limen_bins *bins, uint32_t bin)
{
    if (bin == 0)
        return -(double)INFINITY;
    if (bin >= bins->count)
        return (double)NAN;
    if (bins->kind == LIMEN_BINS_UNIFORM)
        return find_edge(bins, bin);
    return limen_key_score(bins->dtype, bins->base + ((uint64_t)bin << bins->shift));
}

int limen_bins_index(const limen_kernels *kernels, const limen_bins *bins, const void *scores,
                     const uint32_t *offsets, uint32_t *index, size_t n)
{
    int nan;

    if (bins->kind == LIMEN_BINS_UNIFORM)
        nan = kernels->bin[bins->dtype](scores, bins->low, bins->scale, bins->count, index, n);
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
