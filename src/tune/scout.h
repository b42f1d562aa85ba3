/* Where a label's optimum must be, guessed from a sample of its scores: the layout by which the
 * first pass counts exactly there, and coarsely elsewhere. A guess that turns out wrong costs time,
 * never the answer. */
#ifndef LIMEN_TUNE_SCOUT_H
#define LIMEN_TUNE_SCOUT_H

#include "tune/label.h"
#include "tune/layout.h"
#include "tune/plan.h"
#include "tune/sample.h"

/* Scratch for one label of a sample after the other. */
typedef struct limen_scout {
    const limen_plan *plan;
    const limen_sample *sample;
    int64_t label;
    void *keys[2], *spare; /* of negatives and positives */
    limen_ladder ladder;   /* of the sample */
    double *taken[2];      /* negatives, positives before each of its cuts */
    double cells;          /* of the label in the sample */
    limen_aim aim;
    limen_scan scan;
} limen_scout;

/* Whether scouting can help a search: its labels stand alone, and each sample counts 1. */
int limen_scout_helps(const limen_plan *plan, const limen_spec *spec);

limen_status limen_scout_create(const limen_plan *plan, const limen_sample *sample,
                                limen_scout *scout, limen_error *error);
void limen_scout_release(limen_scout *scout);

/* The layout of one label with up to `bins` bins, and which share of the sample lies below each of
 * its cuts but not below the next (share[0]: at the first cut and above). Returns 0 when the sample
 * tells too little; then nothing is set. */
int limen_scout_layout(limen_scout *scout, int64_t label, uint32_t bins, limen_layout *layout,
                       double share[LIMEN_LAYOUT_CUTS + 1]);

#endif
