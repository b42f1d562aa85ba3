#include "tally/ranking.h"

#include "kernels/sort.h"
#include "tally/row_sums.h"

enum { SAMPLES, COVERAGE, PRECISION, LOSS, SUMS };

/* Up to so many true labels each is counted against all others, which vectorises; above, the row is
 * sorted. */
#define COUNTED 64

struct ranking {
    limen_row_sums sums;
    void *keys;                  /* of a row, one a label that is not ignored */
    void *true_keys;             /* of its true labels */
    void *scratch;               /* for sorting either */
    int64_t labels, true_labels; /* in the row */
    int64_t *ranks, *true_ranks; /* of the true labels, among all and among themselves */
};

static limen_tile_adder add_tile;

static int64_t sum_count(const limen_tally *tally)
{
    return SUMS * limen_tally_groups(tally);
}

static void destroy(const limen_tally *tally, void *state)
{
    const limen_allocator *a = &tally->allocator;
    struct ranking *r = state;
    size_t width = (size_t)tally->spec.width;

    limen_row_sums_destroy(tally, &r->sums);
    limen_delete(a, r->keys, width, sizeof(uint64_t));
    limen_delete(a, r->true_keys, width, sizeof(uint64_t));
    limen_delete(a, r->scratch, width, sizeof(uint64_t));
    limen_delete(a, r->ranks, width, sizeof *r->ranks);
    limen_delete(a, r->true_ranks, width, sizeof *r->true_ranks);
    limen_delete(a, r, 1, sizeof *r);
}

static limen_status create(const limen_tally *tally, const limen_count_arrays *arrays, void **state,
                           limen_error *error)
{
    const limen_allocator *a = &tally->allocator;
    size_t width = (size_t)tally->spec.width;
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
    r->keys = limen_new_raw(a, width, sizeof(uint64_t));
    r->true_keys = limen_new_raw(a, width, sizeof(uint64_t));
    r->scratch = limen_new_raw(a, width, sizeof(uint64_t));
    r->ranks = limen_new_raw(a, width, sizeof *r->ranks);
    r->true_ranks = limen_new_raw(a, width, sizeof *r->true_ranks);
    if (!r->keys || !r->true_keys || !r->scratch || !r->ranks || !r->true_ranks) {
        destroy(tally, r);
        return limen_fail_memory(error, width * sizeof(uint64_t));
    }
    *state = r;
    return LIMEN_OK;
}

/* Ranks of the true labels: how many labels, and how many true ones, score at least as high. Keys
 * are compared as signed numbers, which every vector unit can do: `flip` turns one into the other.
 * The inner count has the width of a key, so that it vectorises with it. */
#define COUNT_RUN 16384

#define DEFINE_COUNT_RANKS(name, type, flip)                                             \
    static int64_t name##_at_least(const type *keys, int64_t count, type key)            \
    {                                                                                    \
        int64_t below = 0;                                                               \
                                                                                         \
        for (int64_t first = 0; first < count; first += COUNT_RUN) {                     \
            int64_t last = first + COUNT_RUN < count ? first + COUNT_RUN : count;        \
            type here = 0;                                                               \
                                                                                         \
            for (int64_t i = first; i < last; i++)                                       \
                here = (type)(here + (keys[i] < key));                                   \
            below += here;                                                               \
        }                                                                                \
        return count - below;                                                            \
    }                                                                                    \
                                                                                         \
    static void name(struct ranking *r)                                                  \
    {                                                                                    \
        type *keys = r->keys, *true_keys = r->true_keys;                                 \
                                                                                         \
        for (int64_t i = 0; i < r->labels; i++)                                          \
            keys[i] = (type)(keys[i] ^ (flip));                                          \
        for (int64_t i = 0; i < r->true_labels; i++)                                     \
            true_keys[i] = (type)(true_keys[i] ^ (flip));                                \
        for (int64_t i = 0; i < r->true_labels; i++) {                                   \
            r->ranks[i] = name##_at_least(keys, r->labels, true_keys[i]);                \
            r->true_ranks[i] = name##_at_least(true_keys, r->true_labels, true_keys[i]); \
        }                                                                                \
    }

DEFINE_COUNT_RANKS(count_ranks_16, int16_t, INT16_MIN)
DEFINE_COUNT_RANKS(count_ranks_32, int32_t, INT32_MIN)
DEFINE_COUNT_RANKS(count_ranks_64, int64_t, INT64_MIN)

static void sort_ranks(struct ranking *r, limen_dtype dtype)
{
    int64_t below = 0, true_below = 0; /* labels, and true ones, with a lower score */

    limen_keys_sort(dtype, r->keys, r->scratch, (size_t)r->labels);
    limen_keys_sort(dtype, r->true_keys, r->scratch, (size_t)r->true_labels);
    for (int64_t i = 0; i < r->true_labels; i++) {
        uint64_t key = limen_key_at(dtype, r->true_keys, (size_t)i);

        while (limen_key_at(dtype, r->keys, (size_t)below) < key)
            below++;
        if (limen_key_at(dtype, r->true_keys, (size_t)true_below) < key)
            true_below = i;
        r->ranks[i] = r->labels - below;
        r->true_ranks[i] = r->true_labels - true_below;
    }
}

static void rank_row(struct ranking *r, limen_dtype dtype)
{
    if (r->true_labels > COUNTED)
        sort_ranks(r, dtype);
    else if (limen_dtype_size(dtype) == 2)
        count_ranks_16(r);
    else if (limen_dtype_size(dtype) == 4)
        count_ranks_32(r);
    else
        count_ranks_64(r);
}

static void add_row(struct ranking *r, limen_dtype dtype, limen_sum *sums, double weight)
{
    int64_t false_labels = r->labels - r->true_labels;
    int64_t coverage = 0, disorder = 0;
    double precision = 0.0;

    if (r->labels == 0)
        return;
    if (r->true_labels > 0)
        rank_row(r, dtype);
    for (int64_t i = 0; i < r->true_labels; i++) {
        coverage = r->ranks[i] > coverage ? r->ranks[i] : coverage;
        precision += (double)r->true_ranks[i] / (double)r->ranks[i];
        disorder += r->ranks[i] - r->true_ranks[i];
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
    size_t size = limen_dtype_size(tile->dtype);
    int log2_size = size == 2 ? 1 : size == 4 ? 2 : 3;
    size_t labels = (size_t)tile->labels;

    (void)error;
    for (int64_t row = 0; row < tile->rows; row++) {
        size_t cell = (size_t)row * labels;
        int64_t group = tile->groups ? tile->groups[row] : 0;

        *nan |= tally->kernels->keys[tile->dtype]((const unsigned char *)tile->scores + cell * size,
                                                  r->keys, labels);
        r->labels = tile->labels;
        r->true_labels = (int64_t)tally->kernels->pick[log2_size](r->keys, tile->truth + cell,
                                                                  r->true_keys, labels);
        if (tile->valid) {
            r->labels = (int64_t)tally->kernels->pick[log2_size](r->keys, tile->valid + cell,
                                                                 r->scratch, labels);
            memcpy(r->keys, r->scratch, (size_t)r->labels * size);
        }
        add_row(r, tile->dtype, r->sums.next + SUMS * group,
                tile->weights ? tile->weights[row] : 1.0);
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
