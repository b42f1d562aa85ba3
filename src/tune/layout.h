/* How the first pass counts the scores of one label: a few cuts far from where the optimum will be,
 * which cost a comparison a score, and bins for the scores in between ("open"). Without cuts, all
 * scores are open. Any layout is a valid one: what turns out too coarse is read again. */
#ifndef LIMEN_TUNE_LAYOUT_H
#define LIMEN_TUNE_LAYOUT_H

#include "core/numeric.h"
#include "kernels/bins.h"
#include "tune/ladder.h"

#define LIMEN_LAYOUT_CUTS 8

typedef struct limen_layout {
    limen_dtype dtype; /* of the scores */
    int cut_count;
    int above;                     /* cuts above the open scores */
    int open;                      /* 0: no scores are open, the cuts are all there is */
    double cut[LIMEN_LAYOUT_CUTS]; /* falling; of the dtype */
    limen_bins bins;               /* with cuts: of the dtype that cuts have */
    double least, greatest;        /* with cuts: of the scores, as far as is known */
} limen_layout;

/* What a label's first pass has counted. */
typedef struct limen_layout_counts {
    uint32_t *cells;                    /* 2 a bin: negatives, positives; or NULL */
    limen_sum *sums;                    /* the same of a weighted search, else NULL */
    int64_t all[2 * LIMEN_LAYOUT_CUTS]; /* at each cut and above: all, positives */
    int64_t valid, positives;           /* of scores that are not NaN; with cuts only */
    double lost[2];                     /* whose score is NaN: negatives, positives */
} limen_layout_counts;

/* A run of one label's cells; see limen_score_tile. */
typedef struct limen_label_run {
    int64_t label;
    size_t rows;
    const unsigned char *scores;
    const uint8_t *truth, *valid;
    const double *weights;
} limen_label_run;

/* Adds a run to the counts; `index` has room for its rows and LIMEN_SPLIT_SLACK. Returns 1 when a
 * score is NaN. */
int limen_layout_count(const limen_kernels *kernels, const limen_layout *layout,
                       const limen_label_run *run, uint32_t *index, limen_layout_counts *counts);

/* The blocks of what was counted, from the highest down. */
limen_status limen_layout_ladder(const limen_allocator *allocator, const limen_layout *layout,
                                 const limen_layout_counts *counts, limen_ladder *ladder,
                                 limen_error *error);

/* The blocks of the bins that hold something, on top of those of the ladder. Room must have been
 * made. */
void limen_layout_add_bins(const limen_layout *layout, const limen_layout_counts *counts,
                           limen_ladder *ladder);

/* The least score above another; NaN above +inf, as no bound. */
double limen_score_above(limen_dtype dtype, double score);

/* The ends of the open scores: low <= score < high; -inf, and NaN where there is no end. */
double limen_layout_low(const limen_layout *layout);
double limen_layout_high(const limen_layout *layout);

#endif
