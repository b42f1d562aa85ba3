/* What states have in common that add up something of each row: compensated sums, kept twice, so
 * that an update adds to the copy and commit only swaps. Rows are added one after the other in the
 * order of the data, so the sums are the same bits however it is cut into batches. */
#ifndef LIMEN_TALLY_ROW_SUMS_H
#define LIMEN_TALLY_ROW_SUMS_H

#include "tally/score_tile.h"

struct limen_row_sums;

/* Adds the rows of a tile to sums->next, and sets *nan when it has seen one. */
typedef limen_status limen_tile_adder(const limen_tally *tally, struct limen_row_sums *sums,
                                      const limen_score_tile *tile, int *nan, limen_error *error);

/* The first member of such a state. */
typedef struct limen_row_sums {
    limen_score_reader reader;
    limen_tile_adder *add;
    int64_t count;
    limen_sum *now, *next;
} limen_row_sums;

/* `count` sums, INT64_MAX when there are more. */
limen_status limen_row_sums_create(const limen_tally *tally, int64_t count, limen_tile_adder *add,
                                   limen_row_sums *sums, limen_error *error);
void limen_row_sums_destroy(const limen_tally *tally, limen_row_sums *sums);

/* What such a state has in its limen_state_ops. */
limen_status limen_row_sums_collect(const limen_tally *tally, void *state,
                                    const limen_checked_batch *batch, limen_error *error);
void limen_row_sums_commit(const limen_tally *tally, void *state);
int limen_row_sums_kept(const limen_row_sums *sums, int64_t count, limen_kept *kept);

/* What has been summed, +inf when one of the terms was. */
static inline double limen_row_sum(const limen_row_sums *sums, int64_t index)
{
    const limen_sum *sum = &sums->now[index];

    return isinf(sum->value) ? sum->value : limen_sum_of(sum);
}

/* Sum `index` of one group, or for -1 of all of them, where each has `stride` sums. */
static inline double limen_row_sum_of_groups(const limen_tally *tally, const limen_row_sums *sums,
                                             int64_t group, int64_t stride, int64_t index)
{
    double total = 0.0;

    if (group >= 0)
        return limen_row_sum(sums, group * stride + index);
    for (int64_t g = 0; g < limen_tally_groups(tally); g++)
        total += limen_row_sum(sums, g * stride + index);
    return total;
}

#endif
