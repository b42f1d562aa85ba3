#include "tally/row_rules.h"

#include "tally/batch.h"

#include <stdlib.h>
#include <string.h>

static int before(const void *a, const void *b)
{
    const limen_ordered *left = a, *right = b;

    if (left->score != right->score)
        return left->score > right->score ? -1 : 1;
    return (left->label > right->label) - (left->label < right->label);
}

int64_t limen_row_order(const double *scores, int64_t width, limen_ordered *order)
{
    int64_t count = 0;

    for (int64_t label = 0; label < width; label++)
        if (!isnan(scores[label]))
            order[count++] = (limen_ordered){scores[label], (int32_t)label};
    qsort(order, (size_t)count, sizeof *order, before);
    return count;
}

int32_t limen_row_least_cost(const double *scores, const double *costs, int64_t classes)
{
    int32_t best = 0;
    double least = INFINITY;

    for (int32_t k = 0; k < classes; k++) {
        limen_sum sum = {0.0, 0.0};

        for (int64_t j = 0; j < classes; j++)
            if (!isnan(scores[j]))
                limen_sum_add(&sum, scores[j] * costs[j * classes + k]);
        if (limen_sum_of(&sum) < least) {
            least = limen_sum_of(&sum);
            best = k;
        }
    }
    return best;
}

typedef struct row_scratch {
    double *scores;
    limen_ordered *order;
} row_scratch;

static void decide_row(const limen_spec *spec, const row_scratch *row, void *decisions,
                       int64_t sample)
{
    uint8_t *labels = (uint8_t *)decisions + sample * spec->width;
    int64_t count;

    if (spec->cost_matrix) {
        ((int64_t *)decisions)[sample] =
            limen_row_least_cost(row->scores, spec->cost_matrix, spec->width);
        return;
    }
    count = limen_row_order(row->scores, spec->width, row->order);
    memset(labels, 0, (size_t)spec->width);
    for (int64_t i = 0; i < count && i < spec->top_labels; i++)
        labels[row->order[i].label] = 1;
}

/* Row by row; `decisions` NULL only looks for faults. Returns 0 when there is one. */
static int decide_all(const limen_tally *tally, const limen_checked_batch *batch,
                      const row_scratch *row, void *decisions)
{
    const limen_array *scores = &batch->batch->scores;

    for (int64_t n = 0; n < scores->shape[0]; n++) {
        for (int64_t x = 0; x < scores->shape[2]; x++) {
            const unsigned char *cell =
                (const unsigned char *)scores->data + n * scores->stride[0] + x * scores->stride[2];

            for (int64_t k = 0; k < tally->spec.width; k++, cell += scores->stride[1]) {
                row->scores[k] = limen_load_number(scores->dtype, cell);
                if (isnan(row->scores[k]) && tally->spec.nan == LIMEN_NAN_ERROR)
                    return 0;
            }
            if (decisions)
                decide_row(&tally->spec, row, decisions, n * scores->shape[2] + x);
        }
    }
    return 1;
}

limen_status limen_apply_row_rule(const limen_tally *tally, const limen_checked_batch *batch,
                                  void *decisions, limen_error *error)
{
    const limen_allocator *a = &tally->allocator;
    size_t width = (size_t)tally->spec.width;
    row_scratch row = {limen_new_raw(a, width, sizeof *row.scores),
                       limen_new_raw(a, width, sizeof *row.order)};
    limen_status status = LIMEN_OK;

    if (!row.scores || !row.order)
        status = limen_fail_memory(error, width * (sizeof *row.scores + sizeof *row.order));
    else if (!decide_all(tally, batch, &row, NULL))
        status = limen_batch_find_fault(tally, batch, error);
    else
        (void)decide_all(tally, batch, &row, decisions);
    limen_delete(a, row.scores, width, sizeof *row.scores);
    limen_delete(a, row.order, width, sizeof *row.order);
    return status;
}
