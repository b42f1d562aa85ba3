/* The state LIMEN_SCORES: every score with its target, row by row, as order-preserving keys
 * (kernels/sort.h).
 *
 * Keys have the width of the score's dtype. Decisions (integer and bool scores) are kept as the
 * bfloat16 values 0 and 1. -0.0 has the key of +0.0. A NaN that spec.nan lets in has the key
 * LIMEN_KEY_NAN, below every score: no threshold reaches it.
 *
 * Rows stand in blocks of equal size, column by column within a block, so that one label is read in
 * long runs and a row can still be put together (decisions that depend on a whole row: argmax,
 * samples-F1). An update writes behind the rows that count and then counts them, so it changes all
 * or nothing. Memory: (key size + 1) x width a row, plus the weight. */
#ifndef LIMEN_TALLY_SCORES_H
#define LIMEN_TALLY_SCORES_H

#include "tally/state.h"

/* What stands for a NaN. No number has this key, in any dtype. */
#define LIMEN_KEY_NAN 0u

/* The target of a cell. */
enum { LIMEN_CELL_NEGATIVE = 0, LIMEN_CELL_POSITIVE = 1, LIMEN_CELL_IGNORED = 2 };

/* Rows that lie together. Cell (row, column) is element column * stride + row of keys and cells. */
typedef struct limen_score_block {
    int64_t rows, stride;
    const void *keys;       /* uint16_t, uint32_t or uint64_t, by limen_scores_dtype */
    const uint8_t *cells;   /* LIMEN_CELL_*; multiclass: NULL */
    const int32_t *classes; /* multiclass: the true class of each row, -1 when ignored; else NULL */
    const int32_t *groups;  /* of each row; NULL without groups */
    const double *weights;  /* of each row; NULL in an unweighted tally */
} limen_score_block;

/* The dtype whose keys are kept: that of the scores, BF16 for decisions, NONE before the first
 * update. */
limen_dtype limen_scores_dtype(const limen_tally *tally);

/* The blocks of a tally that keeps LIMEN_SCORES, 0 <= index < limen_scores_blocks(tally); together
 * they hold limen_tally_samples rows in the order in which they came. They live until the tally
 * changes. */
int64_t limen_scores_blocks(const limen_tally *tally);
limen_score_block limen_scores_block(const limen_tally *tally, int64_t index);

/* Which cells to read. -1 in group or label adds all of them. Multiclass: `label` is a column of
 * scores, whose positives are the rows of class `label` and whose negatives all others. */
typedef struct limen_score_query {
    int64_t group;
    int64_t label;
} limen_score_query;

/* Keys of positives and of negatives apart, each ascending; with weights, where the tally has them,
 * in the same order. Weights of equal keys stay in the order of the rows. */
typedef struct limen_score_lists {
    limen_dtype dtype;
    void *positives, *negatives;
    double *positive_weights, *negative_weights; /* NULL in an unweighted tally */
    int64_t positive_count, negative_count;
    int64_t capacity; /* keys that the memory behind `positives` has room for */
} limen_score_lists;

/* Copies and sorts; the tally is only read, so several threads may do it at once. Released by
 * limen_score_lists_release. Memory comes from the tally's allocator and is the only reason to
 * fail. O(n) for n cells. */
limen_status limen_scores_sorted(const limen_tally *tally, const limen_score_query *query,
                                 limen_score_lists *lists, limen_error *error);
void limen_score_lists_release(const limen_tally *tally, limen_score_lists *lists);

/* A key and the row that it comes from. */
typedef struct limen_ranked {
    uint64_t key;
    int64_t row; /* of the tally, from 0 */
} limen_ranked;

/* Sorts by key; equal keys stay in order. `scratch` has room for as many, and the bytes of a key
 * past key_size are 0. O(count). */
void limen_ranked_sort(limen_ranked *pairs, limen_ranked *scratch, int64_t count, size_t key_size);

/* The cells of one label that are not ignored, in ascending order of their keys and, among equal
 * keys, of their rows. `ranked` and `scratch` have room for limen_tally_samples elements each, and
 * the result is in `ranked`. Returns how many there are. */
int64_t limen_scores_rank(const limen_tally *tally, const limen_score_query *query,
                          limen_ranked *ranked, limen_ranked *scratch);

#endif
