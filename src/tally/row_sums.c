#include "tally/row_sums.h"

limen_status limen_row_sums_create(const limen_tally *tally, int64_t count, limen_row_sums *sums,
                                   limen_error *error)
{
    const limen_allocator *a = &tally->allocator;
    limen_status status;

    *sums = (limen_row_sums){.count = count};
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

void limen_row_sums_reset(limen_row_sums *sums)
{
    memset(sums->now, 0, (size_t)sums->count * sizeof *sums->now);
}

limen_status limen_row_sums_collect(const limen_tally *tally, limen_row_sums *sums, void *state,
                                    limen_tile_adder *add, const limen_checked_batch *batch,
                                    limen_error *error)
{
    limen_score_tile tile;
    limen_status status;

    memcpy(sums->next, sums->now, (size_t)sums->count * sizeof *sums->now);
    limen_score_reader_start(&sums->reader, batch);
    for (;;) {
        int nan = 0;

        status = limen_score_reader_next(tally, &sums->reader, &tile, error);
        if (status != LIMEN_OK || tile.rows == 0)
            return status;
        status = add(tally, state, &tile, &nan, error);
        if (status == LIMEN_OK && nan && tally->spec.nan == LIMEN_NAN_ERROR)
            status = limen_score_reader_verify(tally, &sums->reader, error);
        if (status != LIMEN_OK)
            return status;
    }
}

void limen_row_sums_commit(limen_row_sums *sums)
{
    limen_sum *now = sums->now;

    sums->now = sums->next;
    sums->next = now;
}

void limen_row_sums_merge(limen_row_sums *into, const limen_row_sums *from)
{
    for (int64_t i = 0; i < into->count; i++) {
        limen_sum_add(&into->now[i], from->now[i].value);
        if (!isinf(from->now[i].value))
            limen_sum_add(&into->now[i], from->now[i].carry);
    }
}
