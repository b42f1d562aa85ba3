/* The inside of limen_search: exact search over data that is read several times, in bounded memory.
 *
 * Pass 0 counts positives and negatives in bins of the score. The bins become blocks of a ladder a
 * label; the strategy marks those that may hold a better cut. Each later pass reads the marked
 * blocks ("regions") again: their keys are gathered and sorted, or, where they are too many, cut
 * into finer bins. It is over when nothing is marked. */
#ifndef LIMEN_TUNE_PASSES_H
#define LIMEN_TUNE_PASSES_H

#include "kernels/bins.h"
#include "tally/score_tile.h"
#include "tune/plan.h"

/* A block of a label that is read again. */
typedef struct limen_region {
    int64_t label;
    int64_t block;                 /* in the label's ladder */
    double least, greatest;        /* bounds of its scores, both inside */
    uint64_t low_key, high_key;    /* their keys */
    int64_t expected[2], found[2]; /* negatives, positives: scores */
    size_t at;                     /* where its gathered keys begin: negatives, then positives */
    int gathered;                  /* else cut into bins */
    limen_bins bins;
    double *counts; /* 2 a bin */
} limen_region;

typedef struct limen_passes {
    const limen_plan *plan;
    limen_tally *probe; /* a tally for its spec and kernels */
    limen_score_reader by_label, by_row;
    limen_dtype dtype; /* of the tiles; NONE before the first cell */
    int pass;
    int64_t samples;

    /* Pass 0. */
    limen_bins layout;
    uint32_t *counts; /* width x bins x 2 */
    double *sums;     /* the same for a weighted search */
    double *lost;     /* width x 2: cells whose score is NaN */
    uint32_t *index;  /* bins of a run */

    /* Afterwards. */
    limen_ladder *ladders; /* width */
    limen_region *regions;
    int64_t region_count, region_capacity;
    int64_t *first_region; /* width + 1 */
    size_t key_size;       /* of a gathered element */
    unsigned char *keys;
    size_t key_count;
    void *lows, *highs; /* envelopes of the regions for a run of cells, as cuts */
    uint32_t *hits;
    unsigned char *hit_keys;
    int64_t run_rows; /* rows of a run of cells */
} limen_passes;

limen_status limen_passes_create(const limen_plan *plan, limen_tally *probe, limen_passes *passes,
                                 limen_error *error);
void limen_passes_release(limen_passes *passes);

/* Reads a checked batch in the present pass. */
limen_status limen_passes_update(limen_passes *passes, const limen_checked_batch *batch,
                                 limen_error *error);

/* Ends the present pass: what it has read becomes blocks. */
limen_status limen_passes_end(limen_passes *passes, limen_error *error);

/* Prepares the next pass from the blocks that are marked. */
limen_status limen_passes_begin(limen_passes *passes, limen_error *error);

/* Ladders as they are now; opening marks blocks. */
limen_feed limen_passes_feed(limen_passes *passes);

/* regions.c */
limen_status limen_regions_plan(limen_passes *passes, limen_error *error);
limen_status limen_regions_update(limen_passes *passes, const limen_checked_batch *batch,
                                  limen_error *error);
limen_status limen_regions_end(limen_passes *passes, limen_error *error);
void limen_regions_release(limen_passes *passes);

#endif
