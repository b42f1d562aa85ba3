#include "tally/sweep.h"

#include "kernels/sort.h"

/* The place of a step that no threshold reaches; else a key, or a bin and one. */
#define PLACE_NAN 0u

static double weight_total(const double *weights, int64_t count)
{
    limen_sum sum = {0.0, 0.0};

    for (int64_t i = 0; i < count; i++)
        limen_sum_add(&sum, weights[i]);
    return limen_sum_of(&sum);
}

static limen_status open_scores(limen_sweep *sweep, limen_error *error)
{
    limen_score_lists *lists = &sweep->lists;
    limen_status status = limen_scores_sorted(sweep->tally, &sweep->query, lists, error);

    if (status != LIMEN_OK)
        return status;
    sweep->positives = (double)lists->positive_count;
    sweep->negatives = (double)lists->negative_count;
    if (lists->positive_weights) {
        sweep->positives = weight_total(lists->positive_weights, lists->positive_count);
        sweep->negatives = weight_total(lists->negative_weights, lists->negative_count);
    }
    return LIMEN_OK;
}

static limen_bin read_bin(const limen_sweep *sweep, int64_t index)
{
    limen_bin bin;

    limen_histogram_read(sweep->tally, sweep->query.group, sweep->query.label, index, 1, &bin);
    return bin;
}

static void open_histogram(limen_sweep *sweep)
{
    int64_t bins = limen_histogram_bins(sweep->tally);
    limen_sum positives = {0.0, 0.0}, negatives = {0.0, 0.0};

    for (int64_t i = 0; i < bins; i++) {
        limen_bin bin = read_bin(sweep, i);

        limen_sum_add(&positives, bin.positives);
        limen_sum_add(&negatives, bin.negatives);
    }
    if (bins > 0) {
        double positive_nan, negative_nan;

        limen_histogram_nan(sweep->tally, sweep->query.group, sweep->query.label, &positive_nan,
                            &negative_nan);
        limen_sum_add(&positives, positive_nan);
        limen_sum_add(&negatives, negative_nan);
    }
    sweep->positives = limen_sum_of(&positives);
    sweep->negatives = limen_sum_of(&negatives);
}

limen_status limen_sweep_open(const limen_tally *tally, const limen_score_query *query,
                              limen_sweep *sweep, limen_error *error)
{
    limen_status status = LIMEN_OK;

    *sweep = (limen_sweep){.tally = tally, .query = *query};
    sweep->from_scores = tally->states[LIMEN_STATE_SCORES] != NULL;
    if (sweep->from_scores)
        status = open_scores(sweep, error);
    else
        open_histogram(sweep);
    limen_sweep_rewind(sweep);
    return status;
}

void limen_sweep_rewind(limen_sweep *sweep)
{
    sweep->positives_left = sweep->lists.positive_count;
    sweep->negatives_left = sweep->lists.negative_count;
    sweep->bins_left = 0;
    if (!sweep->from_scores && limen_histogram_bins(sweep->tally) > 0)
        sweep->bins_left = limen_histogram_bins(sweep->tally) + 1;
}

void limen_sweep_close(limen_sweep *sweep)
{
    limen_score_lists_release(sweep->tally, &sweep->lists);
}

/* Steps from two ascending lists of one type of key, read from their ends. */
#define DEFINE_LIST_STEPS(name, type)                                                        \
    static size_t name(limen_sweep *sweep, limen_step *steps, size_t capacity)               \
    {                                                                                        \
        const type *positives = sweep->lists.positives;                                      \
        const type *negatives = sweep->lists.negatives;                                      \
        int64_t p = sweep->positives_left, n = sweep->negatives_left;                        \
        size_t made = 0;                                                                     \
                                                                                             \
        for (; made < capacity && (p > 0 || n > 0); made++) {                                \
            int64_t p_before = p, n_before = n;                                              \
            type key = p > 0 ? positives[p - 1] : 0;                                         \
                                                                                             \
            if (n > 0 && negatives[n - 1] > key)                                             \
                key = negatives[n - 1];                                                      \
            while (p > 0 && positives[p - 1] == key)                                         \
                p--;                                                                         \
            while (n > 0 && negatives[n - 1] == key)                                         \
                n--;                                                                         \
            steps[made] = (limen_step){(double)(p_before - p), (double)(n_before - n), key}; \
        }                                                                                    \
        sweep->positives_left = p;                                                           \
        sweep->negatives_left = n;                                                           \
        return made;                                                                         \
    }

DEFINE_LIST_STEPS(list_steps_16, uint16_t)
DEFINE_LIST_STEPS(list_steps_32, uint32_t)
DEFINE_LIST_STEPS(list_steps_64, uint64_t)

/* Turns the numbers of keys in the steps into their weights; p and n are where the steps begin. */
static void weigh(const limen_sweep *sweep, limen_step *steps, size_t count, int64_t p, int64_t n)
{
    for (size_t i = 0; i < count; i++) {
        int64_t positives = (int64_t)steps[i].positives;
        int64_t negatives = (int64_t)steps[i].negatives;

        p -= positives;
        n -= negatives;
        steps[i].positives = weight_total(sweep->lists.positive_weights + p, positives);
        steps[i].negatives = weight_total(sweep->lists.negative_weights + n, negatives);
    }
}

static size_t next_from_lists(limen_sweep *sweep, limen_step *steps, size_t capacity)
{
    int64_t p = sweep->positives_left, n = sweep->negatives_left;
    size_t made;

    switch (limen_dtype_size(sweep->lists.dtype)) {
    case 2:
        made = list_steps_16(sweep, steps, capacity);
        break;
    case 4:
        made = list_steps_32(sweep, steps, capacity);
        break;
    default:
        made = list_steps_64(sweep, steps, capacity);
        break;
    }
    if (sweep->lists.positive_weights)
        weigh(sweep, steps, made, p, n);
    return made;
}

/* What no threshold reaches comes last: NaN, and below the lowest edge. */
static limen_step rest_of_bins(const limen_sweep *sweep, int edges)
{
    limen_step step = {0.0, 0.0, PLACE_NAN};
    limen_bin lowest = {0};

    limen_histogram_nan(sweep->tally, sweep->query.group, sweep->query.label, &step.positives,
                        &step.negatives);
    if (edges)
        lowest = read_bin(sweep, 0);
    step.positives += lowest.positives;
    step.negatives += lowest.negatives;
    return step;
}

static size_t next_from_bins(limen_sweep *sweep, limen_step *steps, size_t capacity)
{
    int edges = sweep->tally->bin_edges != NULL;
    int64_t lowest = edges ? 1 : 0;
    size_t made = 0;

    for (; made < capacity && sweep->bins_left > lowest + 1; sweep->bins_left--) {
        int64_t index = sweep->bins_left - 2;
        limen_bin bin = read_bin(sweep, index);

        if (edges || bin.positives > 0.0 || bin.negatives > 0.0)
            steps[made++] = (limen_step){bin.positives, bin.negatives, (uint64_t)index + 1};
    }
    if (made < capacity && sweep->bins_left > 0 && sweep->bins_left <= lowest + 1) {
        limen_step rest = rest_of_bins(sweep, edges);

        sweep->bins_left = 0;
        if (rest.positives > 0.0 || rest.negatives > 0.0)
            steps[made++] = rest;
    }
    return made;
}

size_t limen_sweep_next(limen_sweep *sweep, limen_step *steps, size_t capacity)
{
    return sweep->from_scores ? next_from_lists(sweep, steps, capacity)
                              : next_from_bins(sweep, steps, capacity);
}

double limen_sweep_threshold(const limen_sweep *sweep, const limen_step *step)
{
    if (step->place == PLACE_NAN)
        return -INFINITY;
    if (sweep->from_scores)
        return limen_key_score(sweep->lists.dtype, step->place);
    return read_bin(sweep, (int64_t)step->place - 1).least;
}
