#include "tally/ranking.h"

#include "kernels/sort.h"
#include "tally/row_sums.h"

enum { SAMPLES, COVERAGE, PRECISION, LOSS, SUMS };

#define ROWS_AT_ONCE 64

struct ranking {
    limen_row_sums sums;
    void *keys;      /* of a row that is sorted, one a label that is not ignored */
    void *true_keys; /* of its true labels */
    void *scratch;   /* for sorting either */
};

/* Rows of a tile. */
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

static void destroy(const limen_tally *tally, void *state)
{
    const limen_allocator *a = &tally->allocator;
    struct ranking *r = state;
    size_t room = (size_t)tally->spec.width;

    limen_row_sums_destroy(tally, &r->sums);
    limen_delete(a, r->keys, room, sizeof(uint64_t));
    limen_delete(a, r->true_keys, room, sizeof(uint64_t));
    limen_delete(a, r->scratch, room, sizeof(uint64_t));
    limen_delete(a, r, 1, sizeof *r);
}

static limen_status create(const limen_tally *tally, const limen_count_arrays *arrays, void **state,
                           limen_error *error)
{
    const limen_allocator *a = &tally->allocator;
    size_t room = (size_t)tally->spec.width;
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
    if (!r->keys || !r->true_keys || !r->scratch) {
        destroy(tally, r);
        return limen_fail_memory(error, room * sizeof(uint64_t));
    }
    *state = r;
    return LIMEN_OK;
}

/* A row of many true labels, or with a NaN, by sorting its keys. */
static int sort_row(const limen_tally *tally, const struct ranking *r, const row_cells *row,
                    limen_row_ranks *ranks)
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
    *ranks = (limen_row_ranks){.labels = (uint32_t)labels, .true_labels = (uint32_t)true_labels};
    for (size_t i = 0; i < true_labels; i++) {
        uint64_t key = limen_key_at(dtype, r->true_keys, i);

        while (limen_key_at(dtype, r->keys, below) < key)
            below++;
        if (limen_key_at(dtype, r->true_keys, true_below) < key)
            true_below = i;
        ranks->inversions += labels - below - (true_labels - true_below);
        ranks->precision += (double)(true_labels - true_below) / (double)(labels - below);
        if (i == 0)
            ranks->coverage = (uint32_t)(labels - below);
    }
    return nan;
}

static void add_row(const limen_row_ranks *ranks, limen_sum *sums, double weight)
{
    const uint32_t true_labels = ranks->true_labels, false_labels = ranks->labels - true_labels;
    const int pairs = true_labels > 0 && false_labels > 0;

    if (ranks->labels == 0)
        return;
    limen_sum_add(&sums[SAMPLES], weight);
    limen_sum_add(&sums[COVERAGE], weight * ranks->coverage);
    limen_sum_add(&sums[PRECISION], pairs ? weight * (ranks->precision / true_labels) : weight);
    if (pairs)
        limen_sum_add(&sums[LOSS], weight * ((double)ranks->inversions /
                                             ((double)true_labels * (double)false_labels)));
}

/* The cells of a tile from a row on. */
static row_cells row_cells_at(const limen_score_tile *tile, int64_t row)
{
    const size_t labels = (size_t)tile->labels, cell = (size_t)row * labels;

    return (row_cells){.dtype = tile->dtype,
                       .scores = (const unsigned char *)tile->scores +
                                 cell * limen_dtype_size(tile->dtype),
                       .truth = tile->truth + cell,
                       .valid = tile->valid ? tile->valid + cell : NULL,
                       .labels = labels};
}

static limen_status add_tile(const limen_tally *tally, limen_row_sums *sums,
                             const limen_score_tile *tile, int *nan, limen_error *error)
{
    struct ranking *r = (struct ranking *)sums;
    const size_t labels = (size_t)tile->labels;
    limen_row_ranks ranks[ROWS_AT_ONCE];

    (void)error;
    for (int64_t first = 0, rows; first < tile->rows; first += rows) {
        const row_cells cells = row_cells_at(tile, first);

        rows = tile->rows - first < ROWS_AT_ONCE ? tile->rows - first : ROWS_AT_ONCE;
        tally->kernels->rank[tile->dtype](cells.scores, cells.truth, cells.valid, labels,
                                          (size_t)rows, ranks);
        for (int64_t i = 0; i < rows; i++) {
            const int64_t row = first + i, group = tile->groups ? tile->groups[row] : 0;

            if (!ranks[i].ranked) {
                const row_cells own = row_cells_at(tile, row);

                *nan |= sort_row(tally, r, &own, &ranks[i]);
            }
            add_row(&ranks[i], sums->next + SUMS * group, tile->weights ? tile->weights[row] : 1.0);
        }
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
