#include "tally/ranking.h"

#include "kernels/sort.h"
#include "tally/row_sums.h"

enum { SAMPLES, COVERAGE, PRECISION, LOSS, SUMS };

/* Up to so many true labels are counted against all others, many at once; above, the row is sorted.
 */
#define COUNTED 64

struct ranking {
    limen_row_sums sums;
    void *keys;                   /* of a row, one a label that is not ignored; or false scores */
    void *true_keys;              /* of its true labels; or their scores */
    void *scratch;                /* for sorting either */
    int64_t labels, true_labels;  /* in the row */
    uint32_t *above, *true_ranks; /* of each true label: false ones and true ones that score at
                                     least as high */
};

/* One row of a tile. */
typedef struct row_cells {
    limen_dtype dtype;
    const unsigned char *scores;
    const uint8_t *truth, *valid;
    size_t labels;
} row_cells;

static limen_tile_adder add_tile;

static int64_t sum_count(const limen_tally *tally)
{
    return SUMS * limen_tally_groups(tally);
}

static size_t row_room(const limen_tally *tally)
{
    return (size_t)tally->spec.width + LIMEN_SPLIT_SLACK;
}

static void destroy(const limen_tally *tally, void *state)
{
    const limen_allocator *a = &tally->allocator;
    struct ranking *r = state;
    size_t room = row_room(tally);

    limen_row_sums_destroy(tally, &r->sums);
    limen_delete(a, r->keys, room, sizeof(uint64_t));
    limen_delete(a, r->true_keys, room, sizeof(uint64_t));
    limen_delete(a, r->scratch, room, sizeof(uint64_t));
    limen_delete(a, r->above, room, sizeof *r->above);
    limen_delete(a, r->true_ranks, room, sizeof *r->true_ranks);
    limen_delete(a, r, 1, sizeof *r);
}

static limen_status create(const limen_tally *tally, const limen_count_arrays *arrays, void **state,
                           limen_error *error)
{
    const limen_allocator *a = &tally->allocator;
    size_t room = row_room(tally);
    struct ranking *r = limen_new(a, 1, sizeof *r);
    limen_status status;

    (void)arrays;
    if (!r)
        return limen_fail_memory(error, sizeof *r);
    status = limen_row_sums_create(tally, sum_count(tally), add_tile, &r->sums, error);
    if (status != LIMEN_OK) {
        limen_delete(a, r, 1, sizeof *r);
        return status;
    }
    r->keys = limen_new_raw(a, room, sizeof(uint64_t));
    r->true_keys = limen_new_raw(a, room, sizeof(uint64_t));
    r->scratch = limen_new_raw(a, room, sizeof(uint64_t));
    r->above = limen_new_raw(a, room, sizeof *r->above);
    r->true_ranks = limen_new_raw(a, room, sizeof *r->true_ranks);
    if (!r->keys || !r->true_keys || !r->scratch || !r->above || !r->true_ranks) {
        destroy(tally, r);
        return limen_fail_memory(error, room * sizeof(uint64_t));
    }
    *state = r;
    return LIMEN_OK;
}

/* Scores of false and of true labels apart, the latter counted among both. Returns 0, having done
 * nothing, when there is a NaN or a true label too many. */
static int count_ranks(const limen_tally *tally, struct ranking *r, const row_cells *row)
{
    const limen_kernels *kernels = tally->kernels;
    const limen_dtype real = limen_cut_dtype(row->dtype);
    void *const out[2] = {r->keys, r->true_keys};
    size_t all = row->valid ? (size_t)kernels->count(row->valid, row->labels) : row->labels;
    size_t counts[2];

    kernels->split[row->dtype](row->scores, row->truth, row->valid, -(double)INFINITY, (double)NAN,
                               out, counts, row->labels);
    if (counts[0] + counts[1] < all || counts[1] > COUNTED)
        return 0;
    kernels->at_least[real](r->keys, counts[0], r->true_keys, counts[1], r->above);
    kernels->at_least[real](r->true_keys, counts[1], r->true_keys, counts[1], r->true_ranks);
    r->labels = (int64_t)all;
    r->true_labels = (int64_t)counts[1];
    return 1;
}

/* By sorting their keys. */
static int sort_ranks(const limen_tally *tally, struct ranking *r, const row_cells *row)
{
    const limen_dtype dtype = row->dtype;
    const size_t size = limen_dtype_size(dtype);
    const int log2_size = size == 2 ? 1 : size == 4 ? 2 : 3;
    const int nan = tally->kernels->keys[dtype](row->scores, r->keys, row->labels);
    size_t labels = row->labels, below = 0, true_below = 0; /* with a lower score */
    size_t true_labels = tally->kernels->pick[log2_size](r->keys, row->truth, r->true_keys, labels);

    if (row->valid) {
        labels = tally->kernels->pick[log2_size](r->keys, row->valid, r->scratch, labels);
        memcpy(r->keys, r->scratch, labels * size);
    }
    limen_keys_sort(dtype, r->keys, r->scratch, labels);
    limen_keys_sort(dtype, r->true_keys, r->scratch, true_labels);
    for (size_t i = 0; i < true_labels; i++) {
        uint64_t key = limen_key_at(dtype, r->true_keys, i);

        while (limen_key_at(dtype, r->keys, below) < key)
            below++;
        if (limen_key_at(dtype, r->true_keys, true_below) < key)
            true_below = i;
        r->true_ranks[i] = (uint32_t)(true_labels - true_below);
        r->above[i] = (uint32_t)(labels - below) - r->true_ranks[i];
    }
    r->labels = (int64_t)labels;
    r->true_labels = (int64_t)true_labels;
    return nan;
}

static void add_row(const struct ranking *r, limen_sum *sums, double weight)
{
    int64_t false_labels = r->labels - r->true_labels;
    int64_t coverage = 0, disorder = 0;
    double precision = 0.0;

    if (r->labels == 0)
        return;
    for (int64_t i = 0; i < r->true_labels; i++) {
        int64_t rank = (int64_t)r->above[i] + r->true_ranks[i];

        coverage = rank > coverage ? rank : coverage;
        precision += (double)r->true_ranks[i] / (double)rank;
        disorder += r->above[i];
    }
    precision = r->true_labels && false_labels ? precision / (double)r->true_labels : 1.0;
    limen_sum_add(&sums[SAMPLES], weight);
    limen_sum_add(&sums[COVERAGE], weight * (double)coverage);
    limen_sum_add(&sums[PRECISION], weight * precision);
    if (r->true_labels && false_labels)
        limen_sum_add(&sums[LOSS], weight * ((double)disorder /
                                             ((double)r->true_labels * (double)false_labels)));
}

static limen_status add_tile(const limen_tally *tally, limen_row_sums *sums,
                             const limen_score_tile *tile, int *nan, limen_error *error)
{
    struct ranking *r = (struct ranking *)sums;
    size_t size = limen_dtype_size(tile->dtype), labels = (size_t)tile->labels;

    (void)error;
    for (int64_t i = 0; i < tile->rows; i++) {
        size_t cell = (size_t)i * labels;
        int64_t group = tile->groups ? tile->groups[i] : 0;
        const row_cells row = {.dtype = tile->dtype,
                               .scores = (const unsigned char *)tile->scores + cell * size,
                               .truth = tile->truth + cell,
                               .valid = tile->valid ? tile->valid + cell : NULL,
                               .labels = labels};

        if (!count_ranks(tally, r, &row))
            *nan |= sort_ranks(tally, r, &row);
        add_row(r, r->sums.next + SUMS * group, tile->weights ? tile->weights[i] : 1.0);
    }
    return LIMEN_OK;
}

static int kept(const limen_tally *tally, void *state, limen_kept *arrays)
{
    return limen_row_sums_kept(state, sum_count(tally), arrays);
}

const limen_state_ops limen_ranking_ops = {
    .name = "ranking",
    .create = create,
    .destroy = destroy,
    .collect = limen_row_sums_collect,
    .commit = limen_row_sums_commit,
    .kept = kept,
};

void limen_ranking_read(const limen_tally *tally, int64_t group, limen_ranking_sums *sums)
{
    const struct ranking *r = tally->states[LIMEN_STATE_RANKING];

    sums->samples = limen_row_sum_of_groups(tally, &r->sums, group, SUMS, SAMPLES);
    sums->coverage = limen_row_sum_of_groups(tally, &r->sums, group, SUMS, COVERAGE);
    sums->precision = limen_row_sum_of_groups(tally, &r->sums, group, SUMS, PRECISION);
    sums->loss = limen_row_sum_of_groups(tally, &r->sums, group, SUMS, LOSS);
}
