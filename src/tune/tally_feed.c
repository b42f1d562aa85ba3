#include "tune/tally_feed.h"

#include "kernels/sort.h"
#include "tally/histogram.h"
#include "tally/scores.h"

#include <math.h>

/* ---- Sorted keys ----------------------------------------------------------------------------- */

/* One class of a label's cells, read from its highest key down. */
typedef struct descent {
    limen_dtype dtype;
    const void *keys;
    const double *weights;
    int64_t left;
} descent;

static uint64_t next_key(const descent *side)
{
    return side->left ? limen_key_at(side->dtype, side->keys, (size_t)side->left - 1)
                      : LIMEN_KEY_NAN;
}

/* How many of n ascending keys are below the last one. Long runs of one key are jumped over. */
static int64_t before_last(limen_dtype dtype, const void *keys, int64_t n)
{
    uint64_t key = limen_key_at(dtype, keys, (size_t)n - 1);

    if (n < 2 || limen_key_at(dtype, keys, (size_t)n - 2) != key)
        return n - 1;
    return (int64_t)limen_keys_below(dtype, keys, (size_t)n, key);
}

/* The sum of the cells of one key, which are then behind. */
static double take_key(descent *side, uint64_t key)
{
    limen_sum sum = {0.0, 0.0};
    int64_t end = side->left;

    if (next_key(side) != key)
        return 0.0;
    side->left = before_last(side->dtype, side->keys, end);
    for (int64_t i = end; side->weights && i-- > side->left;)
        limen_sum_add(&sum, side->weights[i]);
    return side->weights ? limen_sum_of(&sum) : (double)(end - side->left);
}

/* The same for cells that count 1 each: most are alone with their key. */
#define DEFINE_WHOLE(bits)                                                                 \
    static int64_t distinct_##bits(const uint##bits##_t *keys, int64_t n)                  \
    {                                                                                      \
        int64_t distinct = n > 0;                                                          \
                                                                                           \
        for (int64_t i = 1; i < n; i++)                                                    \
            distinct += keys[i] != keys[i - 1];                                            \
        return distinct;                                                                   \
    }                                                                                      \
                                                                                           \
    static void merge_##bits(limen_ladder *ladder, const uint##bits##_t *up, int64_t ups,  \
                             const uint##bits##_t *down, int64_t downs)                    \
    {                                                                                      \
        for (;;) {                                                                         \
            uint##bits##_t a = ups ? up[ups - 1] : (uint##bits##_t)LIMEN_KEY_NAN;          \
            uint##bits##_t b = downs ? down[downs - 1] : (uint##bits##_t)LIMEN_KEY_NAN;    \
            uint##bits##_t key = a > b ? a : b;                                            \
            int64_t all_ups = ups, all_downs = downs;                                      \
            limen_block *block = &ladder->blocks[ladder->count];                           \
            double score;                                                                  \
                                                                                           \
            if (key == LIMEN_KEY_NAN)                                                      \
                return;                                                                    \
            while (ups > 0 && up[ups - 1] == key)                                          \
                ups--;                                                                     \
            while (downs > 0 && down[downs - 1] == key)                                    \
                downs--;                                                                   \
            score = limen_key_score(ladder->dtype, key);                                   \
            *block = (limen_block){                                                        \
                score, score, (double)(all_ups - ups), (double)(all_downs - downs), 1, 0}; \
            ladder->count++;                                                               \
        }                                                                                  \
    }

DEFINE_WHOLE(16)
DEFINE_WHOLE(32)
DEFINE_WHOLE(64)

int64_t limen_keys_distinct(limen_dtype dtype, const void *keys, int64_t n)
{
    switch (limen_dtype_size(dtype)) {
    case 2:
        return distinct_16(keys, n);
    case 4:
        return distinct_32(keys, n);
    default:
        return distinct_64(keys, n);
    }
}

static void merge_whole(limen_ladder *ladder, const void *positives, int64_t positive_count,
                        const void *negatives, int64_t negative_count)
{
    switch (limen_dtype_size(ladder->dtype)) {
    case 2:
        merge_16(ladder, positives, positive_count, negatives, negative_count);
        break;
    case 4:
        merge_32(ladder, positives, positive_count, negatives, negative_count);
        break;
    default:
        merge_64(ladder, positives, positive_count, negatives, negative_count);
        break;
    }
}

void limen_ladder_merge(limen_ladder *ladder, const void *positives, int64_t positive_count,
                        const double *positive_weights, const void *negatives,
                        int64_t negative_count, const double *negative_weights)
{
    descent up = {ladder->dtype, positives, positive_weights, positive_count};
    descent down = {ladder->dtype, negatives, negative_weights, negative_count};

    if (!positive_weights && !negative_weights) {
        merge_whole(ladder, positives, positive_count, negatives, negative_count);
        return;
    }
    for (;;) {
        uint64_t a = next_key(&up), b = next_key(&down);
        uint64_t key = a > b ? a : b;
        limen_block block = {.known = 1};

        if (key == LIMEN_KEY_NAN)
            return;
        block.least = block.greatest = limen_key_score(ladder->dtype, key);
        block.positives = take_key(&up, key);
        block.negatives = take_key(&down, key);
        /* Samples of weight 0 take no part. */
        if (block.positives > 0.0 || block.negatives > 0.0)
            ladder->blocks[ladder->count++] = block;
    }
}

static double sum_of(const double *weights, int64_t count)
{
    limen_sum sum = {0.0, 0.0};

    if (!weights)
        return (double)count;
    for (int64_t i = 0; i < count; i++)
        limen_sum_add(&sum, weights[i]);
    return limen_sum_of(&sum);
}

static limen_status load_scores(void *context, int64_t label, limen_ladder *ladder,
                                limen_error *error)
{
    const limen_tally *tally = context;
    limen_score_query query = {.group = -1, .label = label};
    limen_score_lists lists;
    limen_status status = limen_scores_sorted(tally, &query, &lists, error);

    if (status != LIMEN_OK)
        return status;
    status = limen_ladder_reserve(
        &tally->allocator, ladder,
        limen_keys_distinct(lists.dtype, lists.positives, lists.positive_count) +
            limen_keys_distinct(lists.dtype, lists.negatives, lists.negative_count),
        error);
    if (status == LIMEN_OK) {
        ladder->dtype = lists.dtype;
        ladder->totals =
            (limen_totals){.positives = sum_of(lists.positive_weights, lists.positive_count),
                           .negatives = sum_of(lists.negative_weights, lists.negative_count),
                           .whole = !tally->spec.weighted};
        limen_ladder_merge(ladder, lists.positives, lists.positive_count, lists.positive_weights,
                           lists.negatives, lists.negative_count, lists.negative_weights);
    }
    limen_score_lists_release(tally, &lists);
    return status;
}

/* ---- Histogram ------------------------------------------------------------------------------- */

#define BINS_AT_A_TIME 256

static void add_bins(limen_ladder *ladder, const limen_bin *bins, int64_t count, int known,
                     limen_sum *positives, limen_sum *negatives)
{
    for (int64_t i = count; i-- > 0;) {
        const limen_bin *bin = &bins[i];

        limen_sum_add(positives, bin->positives);
        limen_sum_add(negatives, bin->negatives);
        if (bin->positives > 0.0 || bin->negatives > 0.0)
            ladder->blocks[ladder->count++] = (limen_block){.least = bin->least,
                                                            .greatest = bin->greatest,
                                                            .positives = bin->positives,
                                                            .negatives = bin->negatives,
                                                            .known = (unsigned char)known};
    }
}

static limen_status load_bins(void *context, int64_t label, limen_ladder *ladder,
                              limen_error *error)
{
    const limen_tally *tally = context;
    int64_t bins = limen_histogram_bins(tally);
    limen_sum positives = {0.0, 0.0}, negatives = {0.0, 0.0};
    limen_bin some[BINS_AT_A_TIME];
    double lost_positives, lost_negatives;
    limen_status status = limen_ladder_reserve(&tally->allocator, ladder, bins, error);

    if (status != LIMEN_OK)
        return status;
    ladder->dtype = limen_tally_tune_dtype(tally);
    for (int64_t end = bins; end > 0;) {
        int64_t first = end > BINS_AT_A_TIME ? end - BINS_AT_A_TIME : 0;

        limen_histogram_read(tally, -1, label, first, end - first, some);
        add_bins(ladder, some, end - first, tally->bin_edges == NULL, &positives, &negatives);
        end = first;
    }
    limen_histogram_nan(tally, -1, label, &lost_positives, &lost_negatives);
    limen_sum_add(&positives, lost_positives);
    limen_sum_add(&negatives, lost_negatives);
    ladder->totals = (limen_totals){.positives = limen_sum_of(&positives),
                                    .negatives = limen_sum_of(&negatives),
                                    .whole = !tally->spec.weighted};
    return LIMEN_OK;
}

limen_dtype limen_tally_tune_dtype(const limen_tally *tally)
{
    limen_dtype dtype = tally->spec.score_dtype;

    return limen_dtype_is_integer(dtype) ? LIMEN_BF16 : dtype;
}

limen_status limen_tally_feed(const limen_tally *tally, limen_feed *feed, limen_error *error)
{
    limen_feed made = {.context = (void *)(uintptr_t)tally, .width = tally->spec.width};

    if (tally->states[LIMEN_STATE_SCORES]) {
        made.load = load_scores;
        made.rows = tally;
    } else if (tally->states[LIMEN_STATE_HISTOGRAM]) {
        made.load = load_bins;
    } else {
        return limen_fail(error, LIMEN_ERR_STATE,
                          "tuning needs a tally that keeps scores or histogram");
    }
    *feed = made;
    return LIMEN_OK;
}
