#include "tune/passes.h"

#include "core/numeric.h"
#include "core/status.h"
#include "kernels/sort.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BINS 16384
#define LEAST_BINS 1024
#define BINS_IN_ALL ((int64_t)1 << 18) /* of all labels, unless they have the least */
#define SAMPLED 4096                   /* scores that decide on the layout */

limen_status limen_passes_create(const limen_plan *plan, limen_tally *probe, limen_passes *passes,
                                 limen_error *error)
{
    const limen_allocator *a = &plan->allocator;
    size_t width = (size_t)plan->width;
    limen_status status;

    *passes = (limen_passes){.plan = plan, .probe = probe};
    status = limen_score_reader_create(probe, LIMEN_BY_LABEL, &passes->by_label, error);
    if (status == LIMEN_OK)
        status = limen_score_reader_create(probe, LIMEN_BY_ROW, &passes->by_row, error);
    if (status == LIMEN_OK) {
        passes->lost = limen_new(a, 2 * width, sizeof *passes->lost);
        passes->index = limen_new_raw(a, (size_t)passes->by_label.tile_rows, sizeof *passes->index);
        passes->ladders = limen_new(a, width, sizeof *passes->ladders);
        passes->first_region = limen_new(a, width + 1, sizeof *passes->first_region);
        if (!passes->lost || !passes->index || !passes->ladders || !passes->first_region)
            status = limen_fail_memory(error, 0);
    }
    if (status != LIMEN_OK)
        limen_passes_release(passes);
    return status;
}

static size_t cell_count(const limen_passes *passes)
{
    return 2 * (size_t)passes->plan->width * passes->layout.count;
}

static void release_counts(limen_passes *passes)
{
    const limen_allocator *a = &passes->plan->allocator;

    limen_delete(a, passes->counts, cell_count(passes), sizeof *passes->counts);
    limen_delete(a, passes->sums, cell_count(passes), sizeof *passes->sums);
    passes->counts = NULL;
    passes->sums = NULL;
}

void limen_passes_release(limen_passes *passes)
{
    const limen_allocator *a = &passes->plan->allocator;
    size_t width = (size_t)passes->plan->width;

    release_counts(passes);
    limen_regions_release(passes);
    for (size_t i = 0; passes->ladders && i < width; i++)
        limen_ladder_release(a, &passes->ladders[i]);
    limen_delete(a, passes->ladders, width, sizeof *passes->ladders);
    limen_delete(a, passes->first_region, width + 1, sizeof *passes->first_region);
    limen_delete(a, passes->lost, 2 * width, sizeof *passes->lost);
    limen_delete(a, passes->index, (size_t)passes->by_label.tile_rows, sizeof *passes->index);
    limen_score_reader_destroy(passes->probe, &passes->by_label);
    limen_score_reader_destroy(passes->probe, &passes->by_row);
    *passes = (limen_passes){.plan = NULL};
}

/* ---- Layout: bins that follow the data ----------------------------------------------------------
 */

/* Whether the scores look like probabilities, by some of the first tile. */
static int are_probabilities(const limen_score_tile *tile)
{
    size_t size = limen_dtype_size(tile->dtype);
    int64_t cells = tile->rows * tile->labels;
    int64_t step = cells > SAMPLED ? cells / SAMPLED : 1;

    for (int64_t i = 0; i < cells; i += step) {
        const unsigned char *cell = (const unsigned char *)tile->scores + (size_t)i * size;
        double score = limen_load_number(tile->dtype, cell);

        if (score < 0.0 || score > 1.0)
            return 0;
    }
    return 1;
}

static int64_t bins_a_label(int64_t width)
{
    int64_t bins = MOST_BINS;

    while (bins > LEAST_BINS && bins * width > BINS_IN_ALL)
        bins /= 2;
    return bins;
}

/* Probabilities of 16 bits have so few values that each gets a bin, with one more at either end for
 * what lies outside. */
static limen_bins choose_layout(const limen_score_tile *tile)
{
    uint32_t most = (uint32_t)bins_a_label(tile->labels);
    int probabilities = are_probabilities(tile);
    int narrow = limen_dtype_size(tile->dtype) == 2;
    limen_bins bins;

    if (!narrow && probabilities)
        return (limen_bins){.dtype = tile->dtype, .kind = LIMEN_BINS_UNIFORM, .count = most};
    if (!narrow)
        return limen_bins_between(tile->dtype, -INFINITY, INFINITY, most);
    if (!probabilities)
        return limen_bins_between(tile->dtype, -INFINITY, INFINITY,
                                  tile->labels <= 16 ? 65536 : most);
    bins = limen_bins_between(tile->dtype, 0.0, 1.0, tile->labels <= 64 ? MOST_BINS : most);
    bins.base -= (uint64_t)1 << bins.shift;
    bins.count += 2;
    return bins;
}

static limen_status start(limen_passes *passes, const limen_score_tile *tile, limen_error *error)
{
    const limen_allocator *a = &passes->plan->allocator;
    size_t cells;

    passes->dtype = tile->dtype;
    passes->layout = choose_layout(tile);
    cells = cell_count(passes);
    if (passes->probe->spec.weighted)
        passes->sums = limen_new(a, cells, sizeof *passes->sums);
    else
        passes->counts = limen_new(a, cells, sizeof *passes->counts);
    if (!passes->sums && !passes->counts) {
        passes->dtype = LIMEN_NONE;
        return limen_fail_memory(error, cells * sizeof *passes->counts);
    }
    return LIMEN_OK;
}

/* ---- Pass 0
 * --------------------------------------------------------------------------------------- */

typedef struct label_run {
    int64_t label, rows;
    const unsigned char *scores;
    const uint8_t *truth, *valid;
    const double *weights;
} label_run;

static label_run run_of(const limen_score_tile *tile, int64_t label)
{
    int64_t at = label * tile->rows;

    return (label_run){.label = label,
                       .rows = tile->rows,
                       .scores = (const unsigned char *)tile->scores +
                                 (size_t)at * limen_dtype_size(tile->dtype),
                       .truth = tile->truth + at,
                       .valid = tile->valid ? tile->valid + at : NULL,
                       .weights = tile->weights};
}

/* NaN has been counted in bin 0, but no threshold reaches it. */
static void move_nan(limen_passes *passes, const label_run *run)
{
    size_t size = limen_dtype_size(passes->dtype);
    size_t base = 2 * (size_t)run->label * passes->layout.count;

    for (int64_t i = 0; i < run->rows; i++) {
        double weight = run->weights ? run->weights[i] : 1.0;

        if (!isnan(limen_load_number(passes->dtype, run->scores + (size_t)i * size)) ||
            (run->valid && !run->valid[i]))
            continue;
        passes->lost[2 * run->label + run->truth[i]] += weight;
        if (passes->counts)
            passes->counts[base + run->truth[i]]--;
        else
            passes->sums[base + run->truth[i]] -= weight;
    }
}

static int count_run(limen_passes *passes, const label_run *run)
{
    size_t base = 2 * (size_t)run->label * passes->layout.count;
    size_t rows = (size_t)run->rows;
    int nan = limen_bins_index(passes->probe->kernels, &passes->layout, run->scores, NULL,
                               passes->index, rows);

    if (passes->counts)
        limen_bins_count(passes->index, run->truth, run->valid, passes->counts + base, rows);
    else
        for (size_t i = 0; i < rows; i++)
            if (!run->valid || run->valid[i])
                passes->sums[base + 2 * (size_t)passes->index[i] + run->truth[i]] +=
                    run->weights[i];
    if (nan)
        move_nan(passes, run);
    return nan;
}

static limen_status count_batch(limen_passes *passes, const limen_checked_batch *batch,
                                limen_error *error)
{
    limen_score_tile tile;
    int nan = 0;

    limen_score_reader_start(&passes->by_label, batch);
    for (;;) {
        limen_status status =
            limen_score_reader_next(passes->probe, &passes->by_label, &tile, error);

        if (status == LIMEN_OK && tile.rows > 0 && passes->dtype == LIMEN_NONE)
            status = start(passes, &tile, error);
        if (status != LIMEN_OK || tile.rows == 0)
            return status;
        for (int64_t label = 0; label < tile.labels; label++) {
            label_run run = run_of(&tile, label);

            nan |= count_run(passes, &run);
        }
        if (nan && passes->probe->spec.nan == LIMEN_NAN_ERROR) {
            status = limen_score_reader_verify(passes->probe, &passes->by_label, error);
            if (status != LIMEN_OK)
                return status;
        }
    }
}

limen_status limen_passes_update(limen_passes *passes, const limen_checked_batch *batch,
                                 limen_error *error)
{
    if (passes->pass > 0)
        return limen_regions_update(passes, batch, error);
    if (passes->samples > (int64_t)UINT32_MAX - batch->samples)
        return limen_fail(error, LIMEN_ERR_OVERFLOW,
                          "a search reads at most 4294967295 samples; keep a histogram and use "
                          "limen_tune");
    passes->samples += batch->samples;
    return count_batch(passes, batch, error);
}

/* ---- From bins to blocks
 * ------------------------------------------------------------------------- */

/* The lowest and the greatest score that a bin can hold. */
static limen_block block_of(const limen_bins *bins, uint32_t bin, double positives,
                            double negatives)
{
    double above = limen_bins_low(bins, bin + 1);
    limen_block block = {.least = limen_bins_low(bins, bin),
                         .greatest =
                             isnan(above) ? (double)INFINITY : limen_next_down(bins->dtype, above),
                         .positives = positives,
                         .negatives = negatives};

    block.known = block.least == block.greatest;
    return block;
}

static limen_status blocks_of_label(limen_passes *passes, int64_t label, limen_error *error)
{
    limen_ladder *ladder = &passes->ladders[label];
    size_t base = 2 * (size_t)label * passes->layout.count;
    limen_sum positives = {passes->lost[2 * label + 1], 0.0};
    limen_sum negatives = {passes->lost[2 * label], 0.0};
    const uint32_t *counts = passes->counts ? passes->counts + base : NULL;
    const double *sums = passes->sums ? passes->sums + base : NULL;
    int64_t filled = 0;
    limen_status status;

    for (uint32_t bin = 0; bin < passes->layout.count; bin++)
        filled += counts ? (counts[2 * bin] | counts[2 * bin + 1]) != 0
                         : sums[2 * bin] > 0.0 || sums[2 * bin + 1] > 0.0;
    status = limen_ladder_reserve(&passes->plan->allocator, ladder, filled, error);
    if (status != LIMEN_OK)
        return status;
    for (uint32_t bin = passes->layout.count; bin-- > 0;) {
        double up = counts ? counts[2 * bin + 1] : sums[2 * bin + 1];
        double down = counts ? counts[2 * bin] : sums[2 * bin];

        if (!(up > 0.0 || down > 0.0))
            continue;
        limen_sum_add(&positives, up);
        limen_sum_add(&negatives, down);
        ladder->blocks[ladder->count++] = block_of(&passes->layout, bin, up, down);
    }
    ladder->dtype = passes->dtype;
    ladder->totals = (limen_totals){.positives = limen_sum_of(&positives),
                                    .negatives = limen_sum_of(&negatives),
                                    .whole = !passes->probe->spec.weighted};
    return LIMEN_OK;
}

limen_status limen_passes_end(limen_passes *passes, limen_error *error)
{
    limen_status status = LIMEN_OK;

    if (passes->pass > 0)
        return limen_regions_end(passes, error);
    for (int64_t i = 0; i < passes->plan->width && status == LIMEN_OK; i++) {
        if (passes->dtype != LIMEN_NONE)
            status = blocks_of_label(passes, i, error);
        else
            passes->ladders[i] = (limen_ladder){.totals = {.whole = 1}, .dtype = LIMEN_F64};
    }
    if (status == LIMEN_OK)
        release_counts(passes);
    return status;
}

limen_status limen_passes_begin(limen_passes *passes, limen_error *error)
{
    passes->pass++;
    return limen_regions_plan(passes, error);
}

/* ---- The feed
 * -------------------------------------------------------------------------------------- */

static int order_blocks(const void *a, const void *b)
{
    const limen_block *left = a, *right = b;

    return (left->least < right->least) - (left->least > right->least);
}

/* All labels as one. Their bins are the same and are opened together, so that blocks are equal
 * intervals or disjoint ones. */
static limen_status load_pooled(limen_passes *passes, limen_ladder *pooled, limen_error *error)
{
    int64_t all = 0, kept = 0;
    limen_status status;

    for (int64_t i = 0; i < passes->plan->width; i++)
        all += passes->ladders[i].count;
    status = limen_ladder_reserve(&passes->plan->allocator, pooled, all, error);
    if (status != LIMEN_OK)
        return status;
    pooled->dtype = passes->ladders[0].dtype;
    pooled->totals = (limen_totals){.whole = passes->ladders[0].totals.whole};
    all = 0;
    for (int64_t i = 0; i < passes->plan->width; i++) {
        const limen_ladder *one = &passes->ladders[i];

        pooled->totals.positives += one->totals.positives;
        pooled->totals.negatives += one->totals.negatives;
        if (one->count)
            memcpy(pooled->blocks + all, one->blocks, (size_t)one->count * sizeof *one->blocks);
        all += one->count;
    }
    if (all)
        qsort(pooled->blocks, (size_t)all, sizeof *pooled->blocks, order_blocks);
    for (int64_t i = 0; i < all; i++) {
        limen_block *block = &pooled->blocks[i];
        limen_block *last = kept ? &pooled->blocks[kept - 1] : NULL;

        if (last && last->least == block->least) {
            last->positives += block->positives;
            last->negatives += block->negatives;
        } else {
            pooled->blocks[kept++] = *block;
        }
    }
    pooled->count = kept;
    return LIMEN_OK;
}

static limen_status load(void *context, int64_t label, limen_ladder *ladder, limen_error *error)
{
    limen_passes *passes = context;
    const limen_ladder *kept;
    limen_status status;

    if (label < 0)
        return load_pooled(passes, ladder, error);
    kept = &passes->ladders[label];
    status = limen_ladder_reserve(&passes->plan->allocator, ladder, kept->count, error);
    if (status != LIMEN_OK)
        return status;
    ladder->dtype = kept->dtype;
    ladder->totals = kept->totals;
    ladder->count = kept->count;
    if (kept->count)
        memcpy(ladder->blocks, kept->blocks, (size_t)kept->count * sizeof *kept->blocks);
    return LIMEN_OK;
}

/* Both ladders fall, so one walk finds the blocks of `to` that are open in `from`. */
static void copy_marks(const limen_ladder *from, limen_ladder *to)
{
    int64_t k = 0;

    for (int64_t i = 0; i < to->count; i++) {
        while (k < from->count && from->blocks[k].least > to->blocks[i].least)
            k++;
        if (k < from->count && from->blocks[k].least == to->blocks[i].least)
            to->blocks[i].open = from->blocks[k].open;
    }
}

static limen_status open_blocks(void *context, int64_t label, const limen_ladder *ladder,
                                limen_error *error)
{
    limen_passes *passes = context;

    (void)error;
    for (int64_t i = 0; i < passes->plan->width; i++)
        if (label < 0 || label == i)
            copy_marks(ladder, &passes->ladders[i]);
    return LIMEN_OK;
}

limen_feed limen_passes_feed(limen_passes *passes)
{
    return (limen_feed){
        .context = passes, .width = passes->plan->width, .load = load, .open = open_blocks};
}
