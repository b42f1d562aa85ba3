/* Reading LIMEN_SCORES: the cells of a label put together from the blocks, and sorted. */
#include "kernels/sort.h"
#include "tally/scores.h"

/* Cells that are looked at together. */
#define RUN 4096

/* Some cells of one label: which of them are positives and which negatives. */
struct run {
    const limen_score_block *block;
    int64_t label, first, count;
    uint8_t positive[RUN], negative[RUN];
};

static void mark(const limen_score_query *query, struct run *run)
{
    const limen_score_block *block = run->block;
    int64_t n = run->count;

    if (block->classes) {
        const int32_t *classes = block->classes + run->first;
        int32_t label = (int32_t)run->label;

        for (int64_t i = 0; i < n; i++) {
            run->positive[i] = classes[i] == label;
            run->negative[i] = classes[i] >= 0 && classes[i] != label;
        }
    } else {
        const uint8_t *cells = block->cells + run->label * block->stride + run->first;

        for (int64_t i = 0; i < n; i++) {
            run->positive[i] = cells[i] == LIMEN_CELL_POSITIVE;
            run->negative[i] = cells[i] == LIMEN_CELL_NEGATIVE;
        }
    }
    if (block->groups && query->group >= 0) {
        const int32_t *groups = block->groups + run->first;

        for (int64_t i = 0; i < n; i++) {
            uint8_t inside = groups[i] == query->group;

            run->positive[i] &= inside;
            run->negative[i] &= inside;
        }
    }
}

static const void *run_keys(const struct run *run, size_t key_size)
{
    int64_t cell = run->label * run->block->stride + run->first;

    return (const unsigned char *)run->block->keys + (size_t)cell * key_size;
}

/* Calls `visit` for every run of the query, block after block, so that the rows of a label come in
 * order. `row` is that of the run's first cell. */
static void walk(const limen_tally *tally, const limen_score_query *query,
                 void (*visit)(void *context, const struct run *run, int64_t row), void *context)
{
    int64_t blocks = limen_scores_blocks(tally);
    int64_t first = query->label >= 0 ? query->label : 0;
    int64_t last = query->label >= 0 ? query->label + 1 : tally->spec.width;
    int64_t row = 0;

    for (int64_t b = 0; b < blocks; b++) {
        limen_score_block block = limen_scores_block(tally, b);

        for (int64_t label = first; label < last; label++) {
            struct run run = {.block = &block, .label = label};

            for (; run.first < block.rows; run.first += run.count) {
                int64_t left = block.rows - run.first;

                run.count = left < RUN ? left : RUN;
                mark(query, &run);
                visit(context, &run, row + run.first);
            }
        }
        row += block.rows;
    }
}

struct gather {
    const limen_kernels *kernels;
    limen_dtype dtype;
    size_t key_size;
    int64_t positives, negatives; /* so far */
    unsigned char *positive_keys, *negative_keys;
    limen_ranked *positive_pairs, *negative_pairs;
};

static void visit_count(void *context, const struct run *run, int64_t row)
{
    struct gather *g = context;

    (void)row;
    g->positives += g->kernels->count(run->positive, (size_t)run->count);
    g->negatives += g->kernels->count(run->negative, (size_t)run->count);
}

static void visit_keys(void *context, const struct run *run, int64_t row)
{
    struct gather *g = context;
    int log2_size = g->key_size == 2 ? 1 : g->key_size == 4 ? 2 : 3;
    const void *keys = run_keys(run, g->key_size);
    size_t n = (size_t)run->count;

    (void)row;
    g->positives += (int64_t)g->kernels->pick[log2_size](
        keys, run->positive, g->positive_keys + (size_t)g->positives * g->key_size, n);
    g->negatives += (int64_t)g->kernels->pick[log2_size](
        keys, run->negative, g->negative_keys + (size_t)g->negatives * g->key_size, n);
}

static void visit_pairs(void *context, const struct run *run, int64_t row)
{
    struct gather *g = context;
    const void *keys = run_keys(run, g->key_size);

    for (int64_t i = 0; i < run->count; i++) {
        limen_ranked pair = {limen_key_at(g->dtype, keys, (size_t)i), row + i};

        if (run->positive[i])
            g->positive_pairs[g->positives++] = pair;
        else if (run->negative[i])
            g->negative_pairs[g->negatives++] = pair;
    }
}

/* One stable pass by the byte at `shift`; 0 when all keys have the same one there and nothing was
 * moved. */
static int sort_by_byte(const limen_ranked *from, limen_ranked *to, int64_t count, int shift)
{
    int64_t starts[256] = {0};
    int64_t total = 0;

    for (int64_t i = 0; i < count; i++)
        starts[from[i].key >> shift & 0xff]++;
    if (starts[from[0].key >> shift & 0xff] == count)
        return 0;
    for (int byte = 0; byte < 256; byte++) {
        int64_t here = starts[byte];

        starts[byte] = total;
        total += here;
    }
    for (int64_t i = 0; i < count; i++)
        to[starts[from[i].key >> shift & 0xff]++] = from[i];
    return 1;
}

void limen_ranked_sort(limen_ranked *pairs, limen_ranked *scratch, int64_t count, size_t key_size)
{
    limen_ranked *from = pairs, *to = scratch;

    if (count < 2)
        return;
    for (int shift = 0; shift < (int)(8 * key_size); shift += 8) {
        if (sort_by_byte(from, to, count, shift)) {
            limen_ranked *other = from;

            from = to;
            to = other;
        }
    }
    if (from != pairs)
        memcpy(pairs, from, (size_t)count * sizeof *pairs);
}

static struct gather start_gather(const limen_tally *tally)
{
    limen_dtype dtype = limen_scores_dtype(tally);

    return (struct gather){
        .kernels = tally->kernels, .dtype = dtype, .key_size = limen_dtype_size(dtype)};
}

int64_t limen_scores_rank(const limen_tally *tally, const limen_score_query *query,
                          limen_ranked *ranked, limen_ranked *scratch)
{
    struct gather g = start_gather(tally);
    int64_t count;

    /* Both classes go to the same array, one behind the other, and the sort by key is stable only
     * for rows that came in order: so positives are merged in by their rows first. */
    g.positive_pairs = ranked;
    g.negative_pairs = scratch;
    walk(tally, query, visit_pairs, &g);
    count = g.positives + g.negatives;
    for (int64_t out = count - 1, p = g.positives - 1, n = g.negatives - 1; n >= 0; out--) {
        if (p >= 0 && ranked[p].row > scratch[n].row)
            ranked[out] = ranked[p--];
        else
            ranked[out] = scratch[n--];
    }
    limen_ranked_sort(ranked, scratch, count, g.key_size);
    return count;
}

static void store_key(void *keys, size_t key_size, int64_t index, uint64_t key)
{
    uint16_t key16 = (uint16_t)key;
    uint32_t key32 = (uint32_t)key;
    const void *from = key_size == 2 ? (void *)&key16 : key_size == 4 ? (void *)&key32 : &key;

    memcpy((unsigned char *)keys + (size_t)index * key_size, from, key_size);
}

static void split_pairs(const limen_tally *tally, const limen_ranked *pairs, int64_t count,
                        size_t key_size, void *keys, double *weights)
{
    int64_t stride = limen_scores_block(tally, 0).stride;

    for (int64_t i = 0; i < count; i++) {
        limen_score_block block = limen_scores_block(tally, pairs[i].row / stride);

        store_key(keys, key_size, i, pairs[i].key);
        weights[i] = block.weights[pairs[i].row % stride];
    }
}

/* With weights: sorted as pairs, then taken apart. */
static limen_status fill_weighted(const limen_tally *tally, const limen_score_query *query,
                                  struct gather *g, limen_score_lists *lists, limen_error *error)
{
    const limen_allocator *a = &tally->allocator;
    int64_t most = lists->positive_count > lists->negative_count ? lists->positive_count
                                                                 : lists->negative_count;
    int64_t all = lists->positive_count + lists->negative_count;
    limen_ranked *pairs = limen_new_raw(a, (size_t)(all + most), sizeof *pairs);

    if (!pairs)
        return limen_fail_memory(error, (size_t)(all + most) * sizeof *pairs);
    g->positive_pairs = pairs;
    g->negative_pairs = pairs + lists->positive_count;
    walk(tally, query, visit_pairs, g);
    limen_ranked_sort(g->positive_pairs, pairs + all, g->positives, g->key_size);
    limen_ranked_sort(g->negative_pairs, pairs + all, g->negatives, g->key_size);
    split_pairs(tally, g->positive_pairs, g->positives, g->key_size, lists->positives,
                lists->positive_weights);
    split_pairs(tally, g->negative_pairs, g->negatives, g->key_size, lists->negatives,
                lists->negative_weights);
    limen_delete(a, pairs, (size_t)(all + most), sizeof *pairs);
    return LIMEN_OK;
}

static limen_status fill_unweighted(const limen_tally *tally, const limen_score_query *query,
                                    struct gather *g, limen_score_lists *lists, limen_error *error)
{
    const limen_allocator *a = &tally->allocator;
    size_t most = (size_t)(lists->positive_count > lists->negative_count ? lists->positive_count
                                                                         : lists->negative_count);
    void *scratch = limen_new_raw(a, most, g->key_size);

    if (!scratch)
        return limen_fail_memory(error, most * g->key_size);
    g->positive_keys = lists->positives;
    g->negative_keys = lists->negatives;
    walk(tally, query, visit_keys, g);
    limen_keys_sort(g->dtype, lists->positives, scratch, (size_t)g->positives);
    limen_keys_sort(g->dtype, lists->negatives, scratch, (size_t)g->negatives);
    limen_delete(a, scratch, most, g->key_size);
    return LIMEN_OK;
}

limen_status limen_scores_sorted(const limen_tally *tally, const limen_score_query *query,
                                 limen_score_lists *lists, limen_error *error)
{
    const limen_allocator *a = &tally->allocator;
    struct gather g = start_gather(tally);
    limen_status status;

    *lists = (limen_score_lists){.dtype = g.dtype};
    if (g.dtype == LIMEN_NONE)
        return LIMEN_OK;
    walk(tally, query, visit_count, &g);
    lists->positive_count = g.positives;
    lists->negative_count = g.negatives;
    lists->capacity = g.positives + g.negatives + 2 * RUN; /* pick writes past its end */
    lists->positives = limen_new_raw(a, (size_t)lists->capacity, g.key_size);
    if (tally->spec.weighted)
        lists->positive_weights = limen_new_raw(a, (size_t)lists->capacity, sizeof(double));
    if (!lists->positives || (tally->spec.weighted && !lists->positive_weights)) {
        limen_score_lists_release(tally, lists);
        return limen_fail_memory(error, (size_t)lists->capacity * g.key_size);
    }
    lists->negatives = (unsigned char *)lists->positives + (size_t)(g.positives + RUN) * g.key_size;
    if (lists->positive_weights)
        lists->negative_weights = lists->positive_weights + g.positives;
    g.positives = g.negatives = 0;
    status = tally->spec.weighted ? fill_weighted(tally, query, &g, lists, error)
                                  : fill_unweighted(tally, query, &g, lists, error);
    if (status != LIMEN_OK)
        limen_score_lists_release(tally, lists);
    return status;
}

void limen_score_lists_release(const limen_tally *tally, limen_score_lists *lists)
{
    size_t capacity = (size_t)lists->capacity;

    limen_delete(&tally->allocator, lists->positives, capacity, limen_dtype_size(lists->dtype));
    limen_delete(&tally->allocator, lists->positive_weights, capacity, sizeof(double));
    *lists = (limen_score_lists){.dtype = LIMEN_NONE};
}
