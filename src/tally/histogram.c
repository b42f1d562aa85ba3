#include "tally/histogram.h"

#include "kernels/sort.h"
#include "tally/histogram_state.h"

static void release_bins(const limen_tally *tally, struct histogram *h)
{
    const limen_allocator *a = &tally->allocator;
    size_t cells = 2 * limen_histogram_pairs(tally, h);

    limen_delete(a, h->counts, cells, sizeof *h->counts);
    limen_delete(a, h->sums, cells, sizeof *h->sums);
    limen_delete(a, h->ends, cells, sizeof *h->ends);
    limen_bin_map_destroy(tally, &h->map);
    h->counts = NULL;
    h->sums = NULL;
    h->ends = NULL;
    h->scores = LIMEN_NONE;
}

static void clear_bins(const limen_tally *tally, struct histogram *h)
{
    size_t pairs = limen_histogram_pairs(tally, h);

    if (h->counts)
        memset(h->counts, 0, 2 * pairs * sizeof *h->counts);
    if (h->sums)
        memset(h->sums, 0, 2 * pairs * sizeof *h->sums);
    for (size_t i = 0; h->ends && i < pairs; i++) {
        h->ends[2 * i] = UINT64_MAX;
        h->ends[2 * i + 1] = 0;
    }
}

limen_status limen_histogram_make_bins(const limen_tally *tally, struct histogram *h,
                                       limen_dtype scores, limen_error *error)
{
    const limen_allocator *a = &tally->allocator;
    struct histogram made = {.scores = scores};
    limen_status status;
    int64_t pairs;
    size_t cells;

    if (h->scores == scores)
        return LIMEN_OK;
    status = limen_bin_map_create(tally, scores, &made.map, error);
    if (status != LIMEN_OK)
        return status;
    made.stride = made.map.count + 1;
    pairs = limen_product(limen_tally_groups(tally) * tally->spec.width, made.stride);
    if (pairs > PTRDIFF_MAX / (ptrdiff_t)(2 * sizeof(limen_sum))) {
        limen_bin_map_destroy(tally, &made.map);
        return limen_fail(error, LIMEN_ERR_OVERFLOW,
                          "groups x labels x bins is %lld: too large for memory", (long long)pairs);
    }
    cells = 2 * (size_t)pairs;
    if (tally->spec.weighted)
        made.sums = limen_new_raw(a, cells, sizeof *made.sums);
    else
        made.counts = limen_new_raw(a, cells, sizeof *made.counts);
    if (made.map.kind == LIMEN_BIN_MIXED)
        made.ends = limen_new_raw(a, cells, sizeof *made.ends);
    if ((!made.sums && !made.counts) || (made.map.kind == LIMEN_BIN_MIXED && !made.ends)) {
        release_bins(tally, &made);
        return limen_fail_memory(error, cells * sizeof(int64_t));
    }
    clear_bins(tally, &made);
    release_bins(tally, h);
    h->scores = scores;
    h->map = made.map;
    h->stride = made.stride;
    h->counts = made.counts;
    h->sums = made.sums;
    h->ends = made.ends;
    return LIMEN_OK;
}

static void destroy(const limen_tally *tally, void *state)
{
    struct histogram *h = state;

    release_bins(tally, h);
    limen_score_reader_destroy(tally, &h->reader);
    limen_delete(&tally->allocator, h, 1, sizeof *h);
}

static limen_status create(const limen_tally *tally, const limen_count_arrays *arrays, void **state,
                           limen_error *error)
{
    struct histogram *h = limen_new(&tally->allocator, 1, sizeof *h);
    limen_status status;

    (void)arrays;
    if (!h)
        return limen_fail_memory(error, sizeof *h);
    status = limen_score_reader_create(tally, LIMEN_BY_LABEL, &h->reader, error);
    if (status == LIMEN_OK && tally->spec.score_dtype != LIMEN_NONE)
        status = limen_histogram_make_bins(tally, h, tally->spec.score_dtype, error);
    if (status != LIMEN_OK) {
        destroy(tally, h);
        return status;
    }
    *state = h;
    return LIMEN_OK;
}

static void reset(const limen_tally *tally, void *state)
{
    struct histogram *h = state;

    if (h->used)
        clear_bins(tally, h);
    h->used = 0;
}

/* Whether any of a tile's scores is NaN. */
static int has_nan(const limen_tally *tally, struct histogram *h, const limen_score_tile *tile)
{
    size_t size = limen_dtype_size(tile->dtype);
    int64_t cells = tile->rows * tile->labels;
    int nan = 0;

    for (int64_t i = 0; i < cells; i += LIMEN_HISTOGRAM_RUN)
        nan |= tally->kernels->keys[tile->dtype](
            (const unsigned char *)tile->scores + (size_t)i * size, h->keys,
            (size_t)(cells - i < LIMEN_HISTOGRAM_RUN ? cells - i : LIMEN_HISTOGRAM_RUN));
    return nan;
}

/* Only looks whether the batch is good, in the order in which most batches lie: counts cannot be
 * taken back, so commit reads it a second time. */
static limen_status collect(const limen_tally *tally, void *state, const limen_checked_batch *batch,
                            limen_error *error)
{
    struct histogram *h = state;
    limen_score_tile tile;
    limen_status status = limen_histogram_make_bins(tally, h, batch->score_dtype, error);

    if (status != LIMEN_OK)
        return status;
    h->batch = batch;
    h->reader.order = LIMEN_BY_ROW;
    limen_score_reader_start(&h->reader, batch);
    for (;;) {
        status = limen_score_reader_next(tally, &h->reader, &tile, error);
        if (status != LIMEN_OK || tile.rows == 0)
            return status;
        if (tally->spec.nan == LIMEN_NAN_ERROR && has_nan(tally, h, &tile)) {
            status = limen_score_reader_verify(tally, &h->reader, error);
            if (status != LIMEN_OK)
                return status;
        }
    }
}

/* Flags of a run of one label: truth and valid of the tile, or made from the classes. valid is NULL
 * when all count. */
static const uint8_t *run_flags(struct histogram *h, const limen_score_tile *tile, int64_t label,
                                int64_t first, int64_t n, const uint8_t **valid)
{
    int64_t cell = label * tile->rows + first;

    if (!tile->classes) {
        *valid = tile->valid ? tile->valid + cell : NULL;
        return tile->truth + cell;
    }
    for (int64_t i = 0; i < n; i++) {
        h->truth[i] = tile->classes[first + i] == label;
        h->valid[i] = tile->classes[first + i] >= 0;
    }
    *valid = h->valid;
    return h->truth;
}

static void widen_end(uint64_t *ends, uint64_t key)
{
    if (key < ends[0])
        ends[0] = key;
    if (key > ends[1])
        ends[1] = key;
}

/* All that can vary. `base` is the label's first bin in group 0. */
static void add_run(const limen_tally *tally, struct histogram *h, const limen_score_tile *tile,
                    int64_t base, int64_t first, int64_t n, const uint8_t *truth,
                    const uint8_t *valid)
{
    int64_t group_step = tally->spec.width * h->stride;

    for (int64_t i = 0; i < n; i++) {
        uint64_t key = limen_key_at(tile->dtype, h->keys, (size_t)i);
        int64_t group = tile->groups ? tile->groups[first + i] : 0;
        int64_t bin = base + group * group_step + (key ? h->index[i] : h->map.count);

        if (valid && !valid[i])
            continue;
        if (h->sums)
            limen_sum_add(&h->sums[2 * bin + truth[i]], tile->weights[first + i]);
        else
            h->counts[2 * bin + truth[i]]++;
        if (h->ends)
            widen_end(&h->ends[2 * bin], key);
    }
}

/* The common case: float32 or float64, no groups, no weights, nothing ignored, no NaN. */
#define ADD_PLAIN(type)                                      \
    do {                                                     \
        const type *keys = (const void *)h->keys;            \
        for (int64_t i = 0; i < n; i++) {                    \
            int64_t bin = 2 * (base + (int64_t)h->index[i]); \
            h->counts[bin + truth[i]]++;                     \
            if (h->ends)                                     \
                widen_end(&h->ends[bin], keys[i]);           \
        }                                                    \
    } while (0)

static void add_plain(struct histogram *h, limen_dtype dtype, int64_t base, int64_t n,
                      const uint8_t *truth)
{
    if (limen_dtype_size(dtype) == 8)
        ADD_PLAIN(uint64_t);
    else if (limen_dtype_size(dtype) == 4)
        ADD_PLAIN(uint32_t);
    else
        ADD_PLAIN(uint16_t);
}

static void add_tile(const limen_tally *tally, struct histogram *h, const limen_score_tile *tile)
{
    size_t size = limen_dtype_size(tile->dtype);

    for (int64_t label = 0; label < tile->labels; label++) {
        for (int64_t first = 0, n; first < tile->rows; first += n) {
            const unsigned char *scores =
                (const unsigned char *)tile->scores + (size_t)(label * tile->rows + first) * size;
            const uint8_t *truth, *valid;
            int nan;

            n = tile->rows - first < LIMEN_HISTOGRAM_RUN ? tile->rows - first : LIMEN_HISTOGRAM_RUN;
            truth = run_flags(h, tile, label, first, n, &valid);
            nan = tally->kernels->keys[tile->dtype](scores, h->keys, (size_t)n);
            limen_bin_map_index(&h->map, tally->kernels, scores, h->keys, h->index, (size_t)n);
            if (nan || valid || tile->groups || tile->weights)
                add_run(tally, h, tile, label * h->stride, first, n, truth, valid);
            else
                add_plain(h, tile->dtype, label * h->stride, n, truth);
        }
    }
}

static void commit(const limen_tally *tally, void *state)
{
    struct histogram *h = state;
    limen_score_tile tile;

    h->reader.order = LIMEN_BY_LABEL;
    limen_score_reader_start(&h->reader, h->batch);
    while (limen_score_reader_next(tally, &h->reader, &tile, NULL) == LIMEN_OK && tile.rows > 0)
        add_tile(tally, h, &tile);
    h->used |= h->batch->samples > 0;
    h->batch = NULL;
}

static limen_status reserve(const limen_tally *tally, void *into, const void *from,
                            limen_error *error)
{
    const struct histogram *source = from;

    return source->used ? limen_histogram_make_bins(tally, into, source->scores, error) : LIMEN_OK;
}

static void merge(const limen_tally *tally, void *into, const void *from)
{
    struct histogram *to = into;
    const struct histogram *source = from;
    size_t pairs = limen_histogram_pairs(tally, to);

    if (!source->used)
        return;
    for (size_t i = 0; to->counts && i < 2 * pairs; i++)
        to->counts[i] += source->counts[i];
    for (size_t i = 0; to->sums && i < 2 * pairs; i++)
        limen_sum_join(&to->sums[i], &source->sums[i]);
    for (size_t i = 0; to->ends && i < pairs; i++) {
        uint64_t *ends = &to->ends[2 * i];
        const uint64_t *others = &source->ends[2 * i];

        ends[0] = others[0] < ends[0] ? others[0] : ends[0];
        ends[1] = others[1] > ends[1] ? others[1] : ends[1];
    }
    to->used = 1;
}

const limen_state_ops limen_histogram_ops = {
    .name = "histogram",
    .create = create,
    .destroy = destroy,
    .reset = reset,
    .collect = collect,
    .commit = commit,
    .reserve = reserve,
    .merge = merge,
    .packed_size = limen_histogram_packed_size,
    .least_size = limen_histogram_least_size,
    .pack = limen_histogram_pack,
    .unpack = limen_histogram_unpack,
};

static const struct histogram *state_of(const limen_tally *tally)
{
    return tally->states[LIMEN_STATE_HISTOGRAM];
}

int64_t limen_histogram_bins(const limen_tally *tally)
{
    const struct histogram *h = state_of(tally);

    return h->scores == LIMEN_NONE ? 0 : h->map.count;
}

int limen_histogram_is_exact(const limen_tally *tally)
{
    const struct histogram *h = state_of(tally);

    return h->scores != LIMEN_NONE &&
           (h->map.kind == LIMEN_BIN_VALUE || h->map.kind == LIMEN_BIN_DECISION);
}

/* Adds bin `from` of every label and group that is asked for to one of `to`. */
static void add_bin(const struct histogram *h, int64_t bin, limen_bin *to, uint64_t *ends)
{
    if (h->sums) {
        to->negatives += limen_sum_of(&h->sums[2 * bin]);
        to->positives += limen_sum_of(&h->sums[2 * bin + 1]);
    } else {
        to->negatives += (double)h->counts[2 * bin];
        to->positives += (double)h->counts[2 * bin + 1];
    }
    if (h->ends) {
        ends[0] = h->ends[2 * bin] < ends[0] ? h->ends[2 * bin] : ends[0];
        ends[1] = h->ends[2 * bin + 1] > ends[1] ? h->ends[2 * bin + 1] : ends[1];
    }
}

static double edge_score(const limen_bin_map *map, int64_t edge)
{
    if (map->edge_keys[edge] == UINT64_MAX)
        return INFINITY;
    return limen_key_score(map->dtype, map->edge_keys[edge]);
}

/* What the bin's place says about the scores in it, or what was kept. */
static void set_ends(const struct histogram *h, int64_t bin, limen_bin *to, const uint64_t *ends)
{
    const limen_bin_map *map = &h->map;

    switch (map->kind) {
    case LIMEN_BIN_DECISION:
        to->least = to->greatest = (double)bin;
        break;
    case LIMEN_BIN_VALUE:
        to->least = to->greatest = limen_key_score(map->dtype, (uint64_t)bin);
        break;
    case LIMEN_BIN_EDGES:
        to->least = bin ? edge_score(map, bin - 1) : -INFINITY;
        to->greatest =
            bin < map->edges ? limen_next_down(map->dtype, edge_score(map, bin)) : INFINITY;
        break;
    default:
        to->least = ends[0] > ends[1] ? INFINITY : limen_key_score(map->dtype, ends[0]);
        to->greatest = ends[0] > ends[1] ? -INFINITY : limen_key_score(map->dtype, ends[1]);
        break;
    }
}

static void read_bin(const limen_tally *tally, int64_t group, int64_t label, int64_t bin,
                     limen_bin *to, uint64_t *ends)
{
    const struct histogram *h = state_of(tally);
    int64_t width = tally->spec.width;
    int64_t first_group = group >= 0 ? group : 0;
    int64_t last_group = group >= 0 ? group + 1 : limen_tally_groups(tally);
    int64_t first_label = label >= 0 ? label : 0;
    int64_t last_label = label >= 0 ? label + 1 : width;

    *to = (limen_bin){0};
    for (int64_t g = first_group; g < last_group; g++) {
        for (int64_t l = first_label; l < last_label; l++)
            add_bin(h, (g * width + l) * h->stride + bin, to, ends);
    }
}

void limen_histogram_read(const limen_tally *tally, int64_t group, int64_t label, int64_t first,
                          int64_t count, limen_bin *bins)
{
    for (int64_t i = 0; i < count; i++) {
        uint64_t ends[2] = {UINT64_MAX, 0};

        read_bin(tally, group, label, first + i, &bins[i], ends);
        set_ends(state_of(tally), first + i, &bins[i], ends);
    }
}

void limen_histogram_nan(const limen_tally *tally, int64_t group, int64_t label, double *positives,
                         double *negatives)
{
    const struct histogram *h = state_of(tally);
    uint64_t ends[2] = {UINT64_MAX, 0};
    limen_bin bin = {0};

    if (h->scores != LIMEN_NONE)
        read_bin(tally, group, label, h->map.count, &bin, ends);
    *positives = bin.positives;
    *negatives = bin.negatives;
}
