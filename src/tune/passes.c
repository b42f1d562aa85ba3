#include "tune/passes.h"

#include "core/array.h"
#include "core/numeric.h"
#include "core/status.h"
#include "tune/scout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BINS 16384
#define LEAST_BINS 1024
#define BINS_IN_ALL ((int64_t)1 << 18) /* of all labels, unless they have the least */
#define SAMPLED 4096                   /* scores that decide on the layout */
#define OPEN_BINS 8192                 /* of a label that has been scouted */
#define LEAST_OPEN 256                 /* but fewer when the first batch is small */
#define SAMPLES_A_BIN 8
#define LEAST_SCOUTED 8192 /* samples of a first batch */
#define MOST_DRIFT 0.15

static size_t run_room(const limen_passes *passes)
{
    return (size_t)passes->reader.tile_rows + LIMEN_SPLIT_SLACK;
}

limen_status limen_passes_create(const limen_plan *plan, limen_tally *probe, limen_passes *passes,
                                 limen_error *error)
{
    const limen_allocator *a = &plan->allocator;
    size_t width = (size_t)plan->width;
    limen_status status;

    *passes = (limen_passes){.plan = plan, .probe = probe};
    status = limen_score_reader_create(probe, LIMEN_BY_LABEL, &passes->reader, error);
    if (status == LIMEN_OK) {
        passes->layouts = limen_new(a, width, sizeof *passes->layouts);
        passes->counts = limen_new(a, width, sizeof *passes->counts);
        passes->shares = limen_new(a, width, sizeof *passes->shares);
        passes->index = limen_new_raw(a, run_room(passes), sizeof *passes->index);
        passes->hits[0] = limen_new_raw(a, run_room(passes), sizeof(double));
        passes->hits[1] = limen_new_raw(a, run_room(passes), sizeof(double));
        passes->hit_keys = limen_new_raw(a, run_room(passes), sizeof(uint64_t));
        passes->mapped = limen_new(a, width, sizeof *passes->mapped);
        passes->spans = limen_new(a, width, sizeof *passes->spans);
        passes->ladders = limen_new(a, width, sizeof *passes->ladders);
        passes->first_region = limen_new(a, width + 1, sizeof *passes->first_region);
        if (!passes->layouts || !passes->counts || !passes->shares || !passes->index ||
            !passes->hits[0] || !passes->hits[1] || !passes->hit_keys || !passes->mapped ||
            !passes->spans || !passes->ladders || !passes->first_region)
            status = limen_fail_memory(error, 0);
    }
    if (status != LIMEN_OK)
        limen_passes_release(passes);
    return status;
}

static void release_cells(limen_passes *passes)
{
    const limen_allocator *a = &passes->plan->allocator;

    limen_delete(a, passes->cells, passes->cell_count, sizeof *passes->cells);
    limen_delete(a, passes->sums, passes->cell_count, sizeof *passes->sums);
    passes->cells = NULL;
    passes->sums = NULL;
}

void limen_passes_release(limen_passes *passes)
{
    const limen_allocator *a = &passes->plan->allocator;
    size_t width = (size_t)passes->plan->width;

    release_cells(passes);
    limen_sample_release(a, &passes->sample);
    limen_regions_release(passes);
    for (size_t i = 0; passes->ladders && i < width; i++)
        limen_ladder_release(a, &passes->ladders[i]);
    limen_delete(a, passes->ladders, width, sizeof *passes->ladders);
    limen_delete(a, passes->first_region, width + 1, sizeof *passes->first_region);
    limen_delete(a, passes->hits[0], run_room(passes), sizeof(double));
    limen_delete(a, passes->hits[1], run_room(passes), sizeof(double));
    limen_delete(a, passes->hit_keys, run_room(passes), sizeof(uint64_t));
    limen_delete(a, passes->mapped, width, sizeof *passes->mapped);
    limen_delete(a, passes->spans, width, sizeof *passes->spans);
    limen_delete(a, passes->layouts, width, sizeof *passes->layouts);
    limen_delete(a, passes->counts, width, sizeof *passes->counts);
    limen_delete(a, passes->shares, width, sizeof *passes->shares);
    limen_delete(a, passes->index, run_room(passes), sizeof *passes->index);
    limen_score_reader_destroy(passes->probe, &passes->reader);
    *passes = (limen_passes){.plan = NULL};
}

/* ---- Layouts: bins that follow the data ----------------------------------------------------- */

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

static uint32_t bins_a_label(int64_t width, uint32_t most)
{
    uint32_t bins = most;

    while (bins > LEAST_BINS && bins * width > BINS_IN_ALL)
        bins /= 2;
    return bins;
}

/* All scores in bins. Probabilities of 16 bits have so few values that each gets a bin, with one
 * more at either end for what lies outside. */
static limen_bins bins_of_all(const limen_score_tile *tile)
{
    uint32_t most = bins_a_label(tile->labels, MOST_BINS);
    int probabilities = are_probabilities(tile);
    int narrow = limen_dtype_size(tile->dtype) == 2;
    limen_bins bins;

    if (!narrow && probabilities)
        return limen_bins_of_unit(tile->dtype, most);
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

/* A layout a label: from the sample where that is there and says enough. */
static limen_status choose_layouts(limen_passes *passes, const limen_score_tile *tile,
                                   limen_error *error)
{
    const limen_layout whole = {.dtype = tile->dtype, .open = 1, .bins = bins_of_all(tile)};
    const int scouting = passes->sample.rows > 0;
    uint32_t bins = bins_a_label(tile->labels, OPEN_BINS);
    limen_scout scout;
    limen_status status;

    while (bins > LEAST_OPEN && bins * SAMPLES_A_BIN > passes->samples)
        bins /= 2;
    if (scouting) {
        status = limen_scout_create(passes->plan, &passes->sample, &scout, error);
        if (status != LIMEN_OK)
            return status;
    }
    for (int64_t label = 0; label < tile->labels; label++) {
        limen_layout *layout = &passes->layouts[label];

        if (!scouting || !limen_scout_layout(&scout, label, bins, layout, passes->shares[label]))
            *layout = whole;
    }
    if (scouting) {
        limen_scout_release(&scout);
        limen_sample_shrink(&passes->sample);
    }
    return LIMEN_OK;
}

static limen_status start(limen_passes *passes, const limen_score_tile *tile, limen_error *error)
{
    const limen_allocator *a = &passes->plan->allocator;
    limen_status status = choose_layouts(passes, tile, error);
    size_t most = 0;

    if (status != LIMEN_OK)
        return status;
    for (int64_t label = 0; label < tile->labels; label++)
        most = most > passes->layouts[label].bins.count ? most : passes->layouts[label].bins.count;
    passes->cell_count = 2 * most * (size_t)tile->labels;
    if (passes->probe->spec.weighted)
        passes->sums = limen_new(a, passes->cell_count, sizeof *passes->sums);
    else
        passes->cells = limen_new(a, passes->cell_count, sizeof *passes->cells);
    if (!passes->sums && !passes->cells)
        return limen_fail_memory(error, passes->cell_count * sizeof *passes->cells);
    passes->dtype = tile->dtype;
    for (int64_t label = 0; label < tile->labels; label++)
        passes->counts[label] = (limen_layout_counts){
            .cells = passes->cells ? passes->cells + 2 * most * (size_t)label : NULL,
            .sums = passes->sums ? passes->sums + 2 * most * (size_t)label : NULL,
        };
    return LIMEN_OK;
}

/* ---- Pass 0 -----------------------------------------------------------------------------------
 */

limen_label_run limen_passes_run(const limen_score_tile *tile, int64_t label)
{
    int64_t at = label * tile->rows;

    return (limen_label_run){.label = label,
                             .rows = (size_t)tile->rows,
                             .scores = (const unsigned char *)tile->scores +
                                       (size_t)at * limen_dtype_size(tile->dtype),
                             .truth = tile->truth + at,
                             .valid = tile->valid ? tile->valid + at : NULL,
                             .weights = tile->weights};
}

static limen_status count_batch(limen_passes *passes, const limen_checked_batch *batch,
                                limen_error *error)
{
    limen_score_tile tile;
    int nan = 0;

    limen_score_reader_start(&passes->reader, batch);
    for (;;) {
        limen_status status = limen_score_reader_next(passes->probe, &passes->reader, &tile, error);

        if (status == LIMEN_OK && tile.rows > 0 && passes->dtype == LIMEN_NONE)
            status = start(passes, &tile, error);
        if (status != LIMEN_OK || tile.rows == 0)
            return status;
        for (int64_t label = 0; label < tile.labels; label++) {
            limen_label_run run = limen_passes_run(&tile, label);

            nan |= limen_layout_count(passes->probe->kernels, &passes->layouts[label], &run,
                                      passes->index, &passes->counts[label]);
        }
        if (nan && passes->probe->spec.nan == LIMEN_NAN_ERROR) {
            status = limen_score_reader_verify(passes->probe, &passes->reader, error);
            if (status != LIMEN_OK)
                return status;
        }
    }
}

/* Half of how much the cells between cuts, as shares of all, differ from what was expected. */
static double drift(const limen_layout *layout, const limen_layout_counts *counts,
                    const double share[LIMEN_LAYOUT_CUTS + 1])
{
    double apart = 0.0;
    int64_t above = 0;

    for (int k = 0; k <= layout->cut_count; k++) {
        int64_t all = k < layout->cut_count ? counts->all[2 * k] : counts->valid;

        apart += fabs((double)(all - above) / (double)counts->valid - share[k]);
        above = all;
    }
    return 0.5 * apart;
}

/* Looked at whenever there is twice as much to look at. */
static int has_drifted(limen_passes *passes)
{
    if (passes->samples < passes->next_check)
        return 0;
    passes->next_check = 2 * passes->samples;
    for (int64_t label = 0; label < passes->plan->width; label++) {
        const limen_layout *layout = &passes->layouts[label];

        if (layout->cut_count > 0 && passes->counts[label].valid > 0 &&
            drift(layout, &passes->counts[label], passes->shares[label]) > MOST_DRIFT)
            return 1;
    }
    return 0;
}

/* Scouting begins with a first batch that is large enough for it to help. */
static limen_status take_sample(limen_passes *passes, const limen_checked_batch *batch,
                                limen_error *error)
{
    limen_status status;

    if (passes->dtype == LIMEN_NONE && !passes->sample.scores) {
        if (batch->samples < LEAST_SCOUTED || !limen_dtype_is_float(batch->score_dtype) ||
            !limen_scout_helps(passes->plan, &passes->probe->spec))
            return LIMEN_OK;
        status = limen_sample_create(&passes->plan->allocator, passes->plan->width,
                                     batch->samples / 2, &passes->sample, error);
        if (status != LIMEN_OK)
            return status;
    }
    if (passes->sample.scores && !passes->sampled)
        limen_sample_add(&passes->sample, batch);
    return LIMEN_OK;
}

limen_status limen_passes_update(limen_passes *passes, const limen_checked_batch *batch,
                                 limen_error *error)
{
    limen_status status;

    if (passes->pass > 0)
        return limen_regions_update(passes, batch, error);
    if (passes->samples > (int64_t)UINT32_MAX - batch->samples)
        return limen_fail(error, LIMEN_ERR_OVERFLOW,
                          "a search reads at most 4294967295 samples; keep a histogram and use "
                          "limen_tune");
    status = take_sample(passes, batch, error);
    if (status != LIMEN_OK)
        return status;
    passes->samples += batch->samples;
    if (passes->sampling)
        return LIMEN_OK;
    status = count_batch(passes, batch, error);
    if (status == LIMEN_OK && passes->sample.scores && !passes->sampled)
        passes->sampling = has_drifted(passes);
    return status;
}

int limen_passes_again(limen_passes *passes)
{
    if (!passes->sampling)
        return 0;
    passes->sampling = 0;
    passes->sampled = 1;
    passes->samples = 0;
    release_cells(passes);
    passes->dtype = LIMEN_NONE;
    return 1;
}

limen_status limen_passes_end(limen_passes *passes, limen_error *error)
{
    const limen_allocator *a = &passes->plan->allocator;
    limen_status status = LIMEN_OK;

    if (passes->pass > 0)
        return limen_regions_end(passes, error);
    for (int64_t i = 0; i < passes->plan->width && status == LIMEN_OK; i++) {
        if (passes->dtype != LIMEN_NONE)
            status = limen_layout_ladder(a, &passes->layouts[i], &passes->counts[i],
                                         &passes->ladders[i], error);
        else
            passes->ladders[i] = (limen_ladder){.totals = {.whole = 1}, .dtype = LIMEN_F64};
    }
    if (status == LIMEN_OK) {
        release_cells(passes);
        limen_sample_release(a, &passes->sample);
    }
    return status;
}

limen_status limen_passes_begin(limen_passes *passes, limen_error *error)
{
    passes->pass++;
    passes->reader.trusted = !passes->probe->spec.weighted; /* there they are indices */
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

/* A label's ladder is lent: what is marked in it is marked here. */
static limen_status load(void *context, int64_t label, limen_ladder *ladder, limen_error *error)
{
    limen_passes *passes = context;

    if (label < 0)
        return load_pooled(passes, ladder, error);
    limen_ladder_release(&passes->plan->allocator, ladder);
    *ladder = passes->ladders[label];
    ladder->lent = 1;
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
    for (int64_t i = 0; label < 0 && i < passes->plan->width; i++)
        copy_marks(ladder, &passes->ladders[i]);
    return LIMEN_OK;
}

limen_feed limen_passes_feed(limen_passes *passes)
{
    return (limen_feed){
        .context = passes, .width = passes->plan->width, .load = load, .open = open_blocks};
}
