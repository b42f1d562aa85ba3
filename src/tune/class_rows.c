#include "tune/class_rows.h"

#include "core/status.h"
#include "kernels/sort.h"
#include "tally/cuts.h"
#include "tally/scores.h"

/* The rows of one block that are not ignored; `first` is its first sample. */
static limen_status read_block(const limen_score_block *block, limen_dtype dtype, int64_t first,
                               limen_class_rows *to, limen_error *error)
{
    for (int64_t row = 0; row < block->rows; row++) {
        if (block->classes[row] < 0)
            continue;
        for (int64_t k = 0; k < to->classes; k++) {
            uint64_t key = limen_key_at(dtype, block->keys, (size_t)(k * block->stride + row));
            double score = limen_key_score(dtype, key);

            if (isinf(score))
                return limen_fail_cell(error, LIMEN_ERR_VALUE, LIMEN_INPUT_SCORES, first + row, k,
                                       "score is infinite: offsets and costs cannot change it; "
                                       "give finite scores");
            to->scores[to->rows * to->classes + k] = score;
        }
        to->actual[to->rows] = block->classes[row];
        to->weights[to->rows++] = block->weights ? block->weights[row] : 1.0;
    }
    return LIMEN_OK;
}

limen_status limen_class_rows_read(const limen_tally *tally, const limen_allocator *allocator,
                                   limen_class_rows *rows, limen_error *error)
{
    size_t samples = (size_t)tally->samples, classes = (size_t)tally->spec.width;
    limen_dtype dtype = limen_scores_dtype(tally);
    limen_class_rows made = {.allocator = *allocator,
                             .classes = tally->spec.width,
                             .capacity = tally->samples,
                             .dtype = dtype,
                             .single = limen_cut_dtype(dtype) == LIMEN_F32};
    limen_status status = LIMEN_OK;
    int64_t first = 0;

    made.scores = limen_new_raw(allocator, samples * classes, sizeof *made.scores);
    made.actual = limen_new_raw(allocator, samples, sizeof *made.actual);
    made.weights = limen_new_raw(allocator, samples, sizeof *made.weights);
    if (!made.scores || !made.actual || !made.weights)
        status = limen_fail_memory(error, samples * classes * sizeof *made.scores);
    for (int64_t i = 0; status == LIMEN_OK && i < limen_scores_blocks(tally); i++) {
        limen_score_block block = limen_scores_block(tally, i);

        status = read_block(&block, dtype, first, &made, error);
        first += block.rows;
    }
    if (status != LIMEN_OK)
        limen_class_rows_release(&made);
    else
        *rows = made;
    return status;
}

void limen_class_rows_release(limen_class_rows *rows)
{
    size_t samples = (size_t)rows->capacity;

    limen_delete(&rows->allocator, rows->scores, samples * (size_t)rows->classes,
                 sizeof *rows->scores);
    limen_delete(&rows->allocator, rows->actual, samples, sizeof *rows->actual);
    limen_delete(&rows->allocator, rows->weights, samples, sizeof *rows->weights);
    *rows = (limen_class_rows){.scores = NULL};
}
