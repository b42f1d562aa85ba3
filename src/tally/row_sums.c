#include "tally/row_sums.h"

limen_status limen_row_sums_create(const limen_tally *tally, int64_t count, limen_tile_adder *add,
                                   limen_row_sums *sums, limen_error *error)
{
    const limen_allocator *a = &tally->allocator;
    limen_status status;

    *sums = (limen_row_sums){.add = add, .count = count};
    status = limen_score_reader_create(tally, LIMEN_BY_ROW, &sums->reader, error);
    if (status != LIMEN_OK)
        return status;
    sums->now = limen_new(a, (size_t)count, sizeof *sums->now);
    sums->next = limen_new(a, (size_t)count, sizeof *sums->next);
    if (sums->now && sums->next)
        return LIMEN_OK;
    limen_row_sums_destroy(tally, sums);
    return limen_fail_memory(error, (size_t)count * sizeof *sums->now);
}

void limen_row_sums_destroy(const limen_tally *tally, limen_row_sums *sums)
{
    limen_delete(&tally->allocator, sums->now, (size_t)sums->count, sizeof *sums->now);
    limen_delete(&tally->allocator, sums->next, (size_t)sums->count, sizeof *sums->next);
    sums->now = sums->next = NULL;
    limen_score_reader_destroy(tally, &sums->reader);
}

limen_status limen_row_sums_collect(const limen_tally *tally, void *state,
                                    const limen_checked_batch *batch, limen_error *error)
{
    limen_row_sums *sums = state;
    limen_score_tile tile;
    limen_status status;

    memcpy(sums->next, sums->now, (size_t)sums->count * sizeof *sums->now);
    limen_score_reader_start(&sums->reader, batch);
    for (;;) {
        int nan = 0;

        status = limen_score_reader_next(tally, &sums->reader, &tile, error);
        if (status != LIMEN_OK || tile.rows == 0)
            return status;
        status = sums->add(tally, sums, &tile, &nan, error);
        if (status == LIMEN_OK && nan && tally->spec.nan == LIMEN_NAN_ERROR)
            status = limen_score_reader_verify(tally, &sums->reader, error);
        if (status != LIMEN_OK)
            return status;
    }
}

void limen_row_sums_commit(const limen_tally *tally, void *state)
{
    limen_row_sums *sums = state;
    limen_sum *now = sums->now;

    (void)tally;
    sums->now = sums->next;
    sums->next = now;
}

int limen_row_sums_kept(const limen_row_sums *sums, int64_t count, limen_kept *kept)
{
    *kept = (limen_kept){.kind = LIMEN_KEPT_SUM, .count = count, .data = sums ? sums->now : NULL};
    return 1;
}
