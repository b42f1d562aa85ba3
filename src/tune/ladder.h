/* The scores of one label from the highest down, as blocks with cuts between them.
 *
 * Cut j takes the first j blocks: cut 0 is none, cut `count` all. A block is one distinct score, or
 * some that have not been told apart: then cuts inside it are unknown, and only bounds can be
 * given. Scores that no threshold reaches (NaN) are in the totals alone. */
#ifndef LIMEN_TUNE_LADDER_H
#define LIMEN_TUNE_LADDER_H

#include "core/memory.h"
#include "limen.h"
#include "tune/objective.h"

#include <math.h>

typedef struct limen_block {
    double least, greatest; /* scores of the block, or bounds of them while not known */
    double positives, negatives;
    unsigned char known;
    unsigned char open; /* to be told apart, says the search */
} limen_block;

enum { LIMEN_LADDER_FLIGHT = 64 };

/* The positives and negatives of LIMEN_LADDER_FLIGHT blocks. */
typedef struct limen_flight {
    double positives, negatives;
} limen_flight;

typedef struct limen_ladder {
    limen_block *blocks;
    int64_t count, capacity;
    limen_totals totals;
    limen_dtype dtype;
    limen_flight *flights; /* room for those of all blocks */
    int summed;            /* the flights are there */
    int lent;              /* the memory is that of another ladder */
} limen_ladder;

/* What a cut is as a threshold. */
typedef struct limen_cut {
    double threshold, low, high;
    int offered; /* some threshold makes this cut */
    int known;   /* low and high are scores, not bounds of them */
} limen_cut;

static inline int limen_block_is_single(const limen_block *block)
{
    return block->known && block->least == block->greatest;
}

/* A sum of weights that has reached the total but for rounding, or is above it. Whole numbers stay
 * as they are. */
static inline double limen_settle(double sum, double total)
{
    return sum >= total - 1e-13 * total ? total : sum;
}

/* Thresholds from low to high decide alike: (low, high] under ge, [low, high) under gt. The
 * threshold is the end that belongs to it, or the middle where that is strictly inside. */
limen_cut limen_ladder_cut(const limen_ladder *ladder, limen_rule rule, limen_at at, int64_t cut);

/* The same by the blocks beside it; NULL at either end. */
limen_cut limen_cut_between(limen_dtype dtype, limen_rule rule, limen_at at,
                            const limen_block *above, const limen_block *below);

/* Room for `count` blocks, which are then to be written; the old ones are lost. */
limen_status limen_ladder_reserve(const limen_allocator *allocator, limen_ladder *ladder,
                                  int64_t count, limen_error *error);

/* Sums up the blocks, so that searches may step over flights of them at once. */
void limen_ladder_sum(limen_ladder *ladder);

void limen_ladder_release(const limen_allocator *allocator, limen_ladder *ladder);

#endif
