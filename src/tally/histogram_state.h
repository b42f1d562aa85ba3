/* What a histogram is inside: histogram.c fills it and tells what is in it, histogram_bytes.c
 * writes and reads it. */
#ifndef LIMEN_TALLY_HISTOGRAM_STATE_H
#define LIMEN_TALLY_HISTOGRAM_STATE_H

#include "tally/bin_map.h"
#include "tally/score_tile.h"

/* Scores that go through the map at a time. */
#define LIMEN_HISTOGRAM_RUN 4096

struct histogram {
    limen_score_reader reader;
    const limen_checked_batch *batch; /* that collect has found good */

    limen_dtype scores; /* that the map is for; NONE: no memory yet */
    limen_bin_map map;
    int used;       /* there has been a sample */
    int64_t stride; /* bins of a label: those of the map, then one for NaN */

    /* Of negatives and positives a bin, [group][label][bin][2]; one of the two is NULL. */
    int64_t *counts;
    limen_sum *sums;

    /* Least and greatest key a bin, likewise; NULL where the bin says it all. */
    uint64_t *ends;

    uint64_t keys[LIMEN_HISTOGRAM_RUN];
    uint32_t index[LIMEN_HISTOGRAM_RUN];
    uint8_t truth[LIMEN_HISTOGRAM_RUN], valid[LIMEN_HISTOGRAM_RUN];
};

/* Pairs in each array. */
static inline size_t limen_histogram_pairs(const limen_tally *tally, const struct histogram *h)
{
    return (size_t)(limen_tally_groups(tally) * tally->spec.width * h->stride);
}

/* Bins for scores of a dtype, empty. Any bins there were are those of no samples. */
limen_status limen_histogram_make_bins(const limen_tally *tally, struct histogram *h,
                                       limen_dtype scores, limen_error *error);

/* As in limen_state_ops. */
uint64_t limen_histogram_packed_size(const limen_tally *tally, const void *state);
double limen_histogram_least_size(const limen_tally *tally);
void limen_histogram_pack(const limen_tally *tally, const void *state, limen_packer *packer);
limen_status limen_histogram_unpack(const limen_tally *tally, void *state, limen_unpacker *bytes,
                                    limen_error *error);

#endif
