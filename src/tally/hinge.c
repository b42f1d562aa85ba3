#include "tally/hinge.h"

#include "tally/row_sums.h"

enum { WEIGHT, POSITIVES, LINEAR, SQUARED, LABEL_SUMS };

struct hinge {
    limen_row_sums sums;
    double *numbers; /* the scores of a row */
};

/* Labels that are kept, and for multiclass the loss of whole rows behind them. */
static int64_t slots(const limen_tally *tally)
{
    return tally->spec.width + (tally->spec.task == LIMEN_MULTICLASS);
}

static limen_tile_adder add_tile;

static int64_t sum_count(const limen_tally *tally)
{
    return limen_tally_groups(tally) * slots(tally) * LABEL_SUMS;
}

static void destroy(const limen_tally *tally, void *state)
{
    const limen_allocator *a = &tally->allocator;
    struct hinge *h = state;

    limen_row_sums_destroy(tally, &h->sums);
    limen_delete(a, h->numbers, (size_t)tally->spec.width, sizeof *h->numbers);
    limen_delete(a, h, 1, sizeof *h);
}

static limen_status create(const limen_tally *tally, const limen_count_arrays *arrays, void **state,
                           limen_error *error)
{
    const limen_allocator *a = &tally->allocator;
    struct hinge *h = limen_new(a, 1, sizeof *h);
    limen_status status;

    (void)arrays;
    if (!h)
        return limen_fail_memory(error, sizeof *h);
    status = limen_row_sums_create(tally, sum_count(tally), add_tile, &h->sums, error);
    if (status != LIMEN_OK) {
        limen_delete(a, h, 1, sizeof *h);
        return status;
    }
    h->numbers = limen_new_raw(a, (size_t)tally->spec.width, sizeof *h->numbers);
    if (!h->numbers) {
        destroy(tally, h);
        return limen_fail_memory(error, (size_t)tally->spec.width * sizeof *h->numbers);
    }
    *state = h;
    return LIMEN_OK;
}

static void add_margin(limen_sum *sums, double margin, int truth, double weight)
{
    double loss = margin < 1.0 ? 1.0 - margin : 0.0;

    limen_sum_add(&sums[WEIGHT], weight);
    if (truth)
        limen_sum_add(&sums[POSITIVES], weight);
    if (weight > 0.0) {
        limen_sum_add(&sums[LINEAR], weight * loss);
        limen_sum_add(&sums[SQUARED], weight * (loss * loss));
    }
}

/* The score of the true class above the greatest other one. */
static double row_margin(const double *numbers, int64_t count, int64_t class)
{
    double rival = -INFINITY;

    for (int64_t k = 0; k < count; k++) {
        if (k != class && numbers[k] > rival)
            rival = numbers[k];
    }
    return numbers[class] == rival ? 0.0 : numbers[class] - rival;
}

static void read_row(struct hinge *h, const limen_score_tile *tile, int64_t row, int *nan)
{
    size_t size = limen_dtype_size(tile->dtype);
    const unsigned char *cell =
        (const unsigned char *)tile->scores + (size_t)(row * tile->labels) * size;

    for (int64_t label = 0; label < tile->labels; label++, cell += size) {
        double score = limen_load_number(tile->dtype, cell);

        *nan |= isnan(score);
        h->numbers[label] = isnan(score) ? -INFINITY : score;
    }
}

static limen_status add_tile(const limen_tally *tally, limen_row_sums *sums,
                             const limen_score_tile *tile, int *nan, limen_error *error)
{
    struct hinge *h = (struct hinge *)sums;

    (void)error;
    for (int64_t row = 0; row < tile->rows; row++) {
        int64_t group = tile->groups ? tile->groups[row] : 0;
        double weight = tile->weights ? tile->weights[row] : 1.0;
        limen_sum *to = sums->next + group * slots(tally) * LABEL_SUMS;
        int64_t first = row * tile->labels;

        if (tile->classes && tile->classes[row] < 0)
            continue;
        read_row(h, tile, row, nan);
        for (int64_t label = 0; label < tile->labels; label++, to += LABEL_SUMS) {
            int truth = tile->classes ? tile->classes[row] == label : tile->truth[first + label];

            if (!tile->valid || tile->valid[first + label])
                add_margin(to, truth ? h->numbers[label] : -h->numbers[label], truth, weight);
        }
        if (tile->classes)
            add_margin(to, row_margin(h->numbers, tile->labels, tile->classes[row]), 1, weight);
    }
    return LIMEN_OK;
}

static int kept(const limen_tally *tally, void *state, limen_kept *arrays)
{
    return limen_row_sums_kept(state, sum_count(tally), arrays);
}

const limen_state_ops limen_hinge_ops = {
    .name = "hinge",
    .create = create,
    .destroy = destroy,
    .collect = limen_row_sums_collect,
    .commit = limen_row_sums_commit,
    .kept = kept,
};

void limen_hinge_read(const limen_tally *tally, int64_t group, int64_t label,
                      limen_hinge_sums *sums)
{
    const struct hinge *h = tally->states[LIMEN_STATE_HINGE];
    int64_t stride = slots(tally) * LABEL_SUMS;
    int64_t first = label == LIMEN_CRAMMER_SINGER ? tally->spec.width : label < 0 ? 0 : label;
    int64_t last = label == -1 ? tally->spec.width : first + 1;
    double totals[LABEL_SUMS] = {0};

    for (int64_t slot = first; slot < last; slot++) {
        for (int i = 0; i < LABEL_SUMS; i++)
            totals[i] +=
                limen_row_sum_of_groups(tally, &h->sums, group, stride, slot * LABEL_SUMS + i);
    }
    *sums = (limen_hinge_sums){totals[WEIGHT], totals[POSITIVES], totals[LINEAR], totals[SQUARED]};
}
