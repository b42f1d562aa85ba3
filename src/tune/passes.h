/* The inside of limen_search: exact search over data that is read several times, in bounded memory.
 *
 * Pass 0 counts positives and negatives in bins of the score, fine ones where a sample of the first
 * batch says that the optimum is. When later batches are of another kind, the rest of the pass only
 * takes more of a sample, and it is begun again. The bins become blocks of a ladder a label; the
 * strategy marks those that may hold a better cut. Each later pass reads the marked blocks
 * ("regions") again: their keys are gathered and sorted, or, where they are too many, cut into
 * finer bins. It is over when nothing is marked. */
#ifndef LIMEN_TUNE_PASSES_H
#define LIMEN_TUNE_PASSES_H

#include "kernels/bins.h"
#include "tally/score_tile.h"
#include "tune/layout.h"
#include "tune/plan.h"
#include "tune/sample.h"

/* A block of a label that is read again. */
typedef struct limen_region {
    int64_t label;
    int64_t block;                 /* in the label's ladder */
    double least, greatest;        /* bounds of its scores, both inside */
    uint64_t low_key, high_key;    /* their keys */
    int64_t expected[2], found[2]; /* negatives, positives: scores */
    size_t at;                     /* where its gathered keys begin: negatives, then positives */
    int gathered;                  /* else cut into bins */
    int apart;                     /* read by itself: it is wide, or its scores are many */
    limen_bins bins;
    limen_sum *counts; /* 2 a bin */
} limen_region;

/* Around the regions of a label that are read together: low <= score < high, no bound above where
 * high is NaN, and no such regions where low is. */
typedef struct limen_span {
    double low, high;
    int64_t apart; /* regions that are read by themselves */
} limen_span;

typedef struct limen_passes {
    const limen_plan *plan;
    limen_tally *probe; /* a tally for its spec and kernels */
    limen_score_reader reader;
    limen_dtype dtype; /* of the tiles; NONE before the first cell */
    int pass;
    int64_t samples;

    /* Pass 0. */
    limen_layout *layouts;       /* width */
    limen_layout_counts *counts; /* width */
    uint32_t *cells;             /* of all counts: width x bins x 2 */
    limen_sum *sums;             /* the same for a weighted search */
    size_t cell_count;
    uint32_t *index; /* bins of a run */

    /* Scouting, when sample.scores is there. */
    limen_sample sample;
    double (*shares)[LIMEN_LAYOUT_CUTS + 1]; /* width: what the sample leads to expect */
    int64_t next_check;                      /* samples after which they are compared */
    int sampling;                            /* the rest of this pass is only sampled */
    int sampled;                             /* the sample is one of all batches */

    /* Afterwards. */
    limen_ladder *ladders; /* width */
    limen_region *regions;
    int64_t region_count, region_capacity;
    int64_t *first_region; /* width + 1 */
    size_t key_size;       /* of a gathered element */
    unsigned char *keys;
    size_t key_count;
    uint32_t *region_at; /* pass 1: for each label's bins of pass 0, a region and 1, or 0 */
    size_t region_at_count;
    unsigned char *mapped; /* width: region_at has all regions of the label but those apart */
    limen_span *spans;     /* width */
    void *hits[2];         /* scores of a run, as cuts have them: of negatives, positives */
    unsigned char *hit_keys;
} limen_passes;

limen_status limen_passes_create(const limen_plan *plan, limen_tally *probe, limen_passes *passes,
                                 limen_error *error);
void limen_passes_release(limen_passes *passes);

/* Reads a checked batch in the present pass. */
limen_status limen_passes_update(limen_passes *passes, const limen_checked_batch *batch,
                                 limen_error *error);

/* Whether the present pass, just read, must be read once more; it is then begun anew. */
int limen_passes_again(limen_passes *passes);

/* Ends the present pass: what it has read becomes blocks. */
limen_status limen_passes_end(limen_passes *passes, limen_error *error);

/* Prepares the next pass from the blocks that are marked. */
limen_status limen_passes_begin(limen_passes *passes, limen_error *error);

/* Ladders as they are now; opening marks blocks. */
limen_feed limen_passes_feed(limen_passes *passes);

/* A run of one label's cells in a tile. */
limen_label_run limen_passes_run(const limen_score_tile *tile, int64_t label);

/* gather.c: reads the scores of the regions. */
limen_status limen_regions_update(limen_passes *passes, const limen_checked_batch *batch,
                                  limen_error *error);

/* regions.c */
limen_status limen_regions_plan(limen_passes *passes, limen_error *error);
limen_status limen_regions_end(limen_passes *passes, limen_error *error);
void limen_regions_release(limen_passes *passes);

#endif
