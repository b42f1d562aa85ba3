/* Later passes of a search: the scores of marked blocks alone. */
#include "core/numeric.h"
#include "core/status.h"
#include "kernels/sort.h"
#include "tune/passes.h"
#include "tune/tally_feed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GATHER_BYTES ((size_t)64 << 20) /* keys held at once */
#define FINER_BYTES ((size_t)32 << 20)  /* bins held at once */
#define MOST_FINER 4096                 /* bins of a region */
#define CROWD 65536                     /* scores of a region */
#define MANY ((size_t)1 << 18)          /* scores of a region that are not worth a sort */
#define SMALL_BLOCK 4096.0              /* scores that are worth reading to save a pass */

static int weighted(const limen_passes *passes)
{
    return passes->probe->spec.weighted;
}

static void release_finer(const limen_passes *passes, limen_region *region)
{
    limen_delete(&passes->plan->allocator, region->counts, 2 * (size_t)region->bins.count,
                 sizeof *region->counts);
    region->counts = NULL;
}

/* What one pass needs; the ladders stay. */
void limen_regions_release(limen_passes *passes)
{
    const limen_allocator *a = &passes->plan->allocator;

    for (int64_t i = 0; i < passes->region_count; i++)
        release_finer(passes, &passes->regions[i]);
    limen_delete(a, passes->regions, (size_t)passes->region_capacity, sizeof *passes->regions);
    limen_delete(a, passes->keys, passes->key_count, passes->key_size);
    limen_delete(a, passes->region_at, passes->region_at_count, sizeof *passes->region_at);
    passes->regions = NULL;
    passes->keys = NULL;
    passes->region_at = NULL;
    passes->region_at_count = 0;
    passes->region_count = passes->region_capacity = 0;
    passes->key_count = 0;
}

/* ---- Planning
 * ------------------------------------------------------------------------------------- */

/* With several labels pooled, equal intervals must be opened alike. */
static int is_pooled(const limen_passes *passes)
{
    return passes->plan->scope == LIMEN_SCOPE_GLOBAL;
}

static int has_few(const limen_block *block)
{
    return !block->known && block->positives + block->negatives <= SMALL_BLOCK;
}

/* The cut that is chosen in the end must know both its neighbours: reading them now saves a pass.
 */
static void mark_neighbours(limen_ladder *ladder)
{
    int64_t end = ladder->count;

    for (int64_t i = 0; i < end; i++)
        if (ladder->blocks[i].open == 1 && i > 0 && has_few(&ladder->blocks[i - 1]) &&
            !ladder->blocks[i - 1].open)
            ladder->blocks[i - 1].open = 2;
    for (int64_t i = end; i-- > 1;)
        if (ladder->blocks[i - 1].open == 1 && has_few(&ladder->blocks[i]) &&
            !ladder->blocks[i].open)
            ladder->blocks[i].open = 2;
}

/* One block, so that finer bins are finer than what they replace. */
static limen_region region_of(const limen_passes *passes, int64_t label, int64_t i)
{
    const limen_ladder *ladder = &passes->ladders[label];
    const limen_block *block = &ladder->blocks[i];

    return (limen_region){.label = label,
                          .block = i,
                          .least = block->least,
                          .greatest = block->greatest,
                          .low_key = limen_score_key(ladder->dtype, block->least),
                          .high_key = limen_score_key(ladder->dtype, block->greatest),
                          .expected = {(int64_t)block->negatives, (int64_t)block->positives},
                          .gathered = 1};
}

static limen_status list_regions(limen_passes *passes, limen_error *error)
{
    const limen_allocator *a = &passes->plan->allocator;
    int64_t most = 0;

    for (int64_t label = 0; label < passes->plan->width; label++) {
        limen_ladder *ladder = &passes->ladders[label];

        if (!is_pooled(passes))
            mark_neighbours(ladder);
        for (int64_t i = 0; i < ladder->count; i++)
            most += ladder->blocks[i].open != 0;
    }
    passes->regions = limen_new(a, (size_t)most, sizeof *passes->regions);
    if (!passes->regions)
        return limen_fail_memory(error, (size_t)most * sizeof *passes->regions);
    passes->region_capacity = most;
    for (int64_t label = 0; label < passes->plan->width; label++) {
        const limen_ladder *ladder = &passes->ladders[label];

        passes->first_region[label] = passes->region_count;
        for (int64_t i = 0; i < ladder->count; i++)
            if (ladder->blocks[i].open)
                passes->regions[passes->region_count++] = region_of(passes, label, i);
    }
    passes->first_region[passes->plan->width] = passes->region_count;
    return LIMEN_OK;
}

/* Many scores of few values: a bin for each value takes less than a sort. */
static int is_crowded(const limen_region *region)
{
    return region->expected[0] + region->expected[1] > CROWD &&
           region->high_key - region->low_key < MOST_FINER;
}

/* Between cuts of the first pass, not in its bins. */
static int is_between_cuts(const limen_passes *passes, const limen_region *region)
{
    const limen_layout *layout = &passes->layouts[region->label];

    return passes->pass == 1 && layout->cut_count > 0 &&
           (!layout->open || region->least < limen_layout_low(layout) ||
            region->greatest >= limen_layout_high(layout));
}

/* Which regions are gathered, and where their keys lie. Weighted blocks say nothing of how many
 * scores they hold: those are counted as they come, in finer bins, until a bin is one value. */
static limen_status share_memory(limen_passes *passes, limen_error *error)
{
    const limen_allocator *a = &passes->plan->allocator;
    const int alone = !weighted(passes) && !is_pooled(passes);
    size_t all = 0, limit;

    passes->key_size = limen_dtype_size(passes->dtype);
    for (int64_t i = 0; i < passes->region_count; i++)
        all += (size_t)(passes->regions[i].expected[0] + passes->regions[i].expected[1]);
    limit = all * passes->key_size <= GATHER_BYTES ? SIZE_MAX
            : is_pooled(passes)                    ? 0
                                : GATHER_BYTES / passes->key_size / (size_t)passes->region_count;
    for (int64_t i = 0; i < passes->region_count; i++) {
        limen_region *region = &passes->regions[i];
        size_t count = (size_t)(region->expected[0] + region->expected[1]);

        region->apart = alone && (count > MANY || is_between_cuts(passes, region));
        region->gathered = !weighted(passes) && count <= limit &&
                           (is_pooled(passes) || (count <= MANY && !is_crowded(region)));
        region->at = passes->key_count;
        passes->key_count += region->gathered ? count : 0;
    }
    passes->keys = limen_new_raw(a, passes->key_count, passes->key_size);
    return passes->keys ? LIMEN_OK : limen_fail_memory(error, passes->key_count * passes->key_size);
}

/* Finer bins of a region that is read apart: uniform ones, which do not depend on how far from
 * zero the scores are. */
static limen_bins bins_apart(const limen_passes *passes, const limen_region *region, uint32_t most)
{
    const limen_layout *layout = &passes->layouts[region->label];
    double low = region->least, high = region->greatest;

    if (layout->cut_count > 0 && low == -(double)INFINITY)
        low = fmin(layout->least, high);
    if (layout->cut_count > 0 && high == (double)INFINITY)
        high = fmax(layout->greatest, low);
    return limen_bins_across(limen_cut_dtype(passes->dtype), low, high, most);
}

static limen_status make_bins(limen_passes *passes, limen_error *error)
{
    const limen_allocator *a = &passes->plan->allocator;
    uint32_t most = MOST_FINER;
    size_t finer = 0;

    for (int64_t i = 0; i < passes->region_count; i++)
        finer += !passes->regions[i].gathered;
    while (most > 16 && most * finer > FINER_BYTES / (2 * sizeof(limen_sum)))
        most /= 2;
    for (int64_t i = 0; i < passes->region_count; i++) {
        limen_region *region = &passes->regions[i];

        if (region->gathered)
            continue;
        region->bins = region->apart ? bins_apart(passes, region, most)
                                     : limen_bins_between(passes->dtype, region->least,
                                                          region->greatest, most);
        region->counts = limen_new(a, 2 * (size_t)region->bins.count, sizeof *region->counts);
        if (!region->counts)
            return limen_fail_memory(error, 0);
    }
    return LIMEN_OK;
}

/* Around the regions of each label that are read together. */
static void find_spans(limen_passes *passes)
{
    for (int64_t label = 0; label < passes->plan->width; label++) {
        limen_span *span = &passes->spans[label];
        int any = 0;

        *span = (limen_span){(double)NAN, (double)NAN, 0};
        for (int64_t i = passes->first_region[label]; i < passes->first_region[label + 1]; i++) {
            const limen_region *region = &passes->regions[i];

            if (region->apart) {
                span->apart++;
                continue;
            }
            span->low = region->least;
            if (!any++)
                span->high = limen_score_above(passes->dtype, region->greatest);
        }
    }
}

/* Which region each bin of the first pass has become. */
static limen_status map_bins(limen_passes *passes, limen_error *error)
{
    const limen_allocator *a = &passes->plan->allocator;
    size_t count = passes->cell_count / 2, step = count / (size_t)passes->plan->width;

    if (passes->pass > 1 || weighted(passes))
        return LIMEN_OK;
    passes->region_at = limen_new(a, count, sizeof *passes->region_at);
    if (!passes->region_at)
        return limen_fail_memory(error, count * sizeof *passes->region_at);
    passes->region_at_count = count;
    for (int64_t label = 0; label < passes->plan->width; label++) {
        const limen_bins *bins = &passes->layouts[label].bins;

        passes->mapped[label] =
            passes->layouts[label].open && bins->dtype == limen_cut_dtype(passes->dtype);
        for (int64_t i = passes->first_region[label]; i < passes->first_region[label + 1]; i++)
            if (passes->mapped[label] && !passes->regions[i].apart)
                passes->region_at[(size_t)label * step +
                                  limen_bins_find(bins, passes->regions[i].least)] =
                    (uint32_t)i + 1;
    }
    return LIMEN_OK;
}

limen_status limen_regions_plan(limen_passes *passes, limen_error *error)
{
    limen_status status;

    limen_regions_release(passes);
    status = list_regions(passes, error);
    if (status == LIMEN_OK)
        status = share_memory(passes, error);
    if (status == LIMEN_OK)
        status = make_bins(passes, error);
    if (status == LIMEN_OK)
        find_spans(passes);
    if (status == LIMEN_OK)
        status = map_bins(passes, error);
    return status;
}

/* ---- From keys and finer bins back to blocks
 * -------------------------------------------------------- */

static unsigned char *keys_of(const limen_passes *passes, const limen_region *region, int truth)
{
    size_t at = region->at + (truth ? (size_t)region->expected[0] : 0);

    return passes->keys + at * passes->key_size;
}

/* Sorts what a region has gathered; *blocks grows by what it can become at most. */
static limen_status sort_region(const limen_passes *passes, const limen_region *region,
                                int64_t *blocks, limen_error *error)
{
    const limen_allocator *a = &passes->plan->allocator;
    size_t room = (size_t)(region->expected[0] > region->expected[1] ? region->expected[0]
                                                                     : region->expected[1]);
    void *scratch;

    if (!region->gathered) {
        *blocks += region->bins.count;
        return LIMEN_OK;
    }
    scratch = limen_new_raw(a, room, passes->key_size);
    if (!scratch)
        return limen_fail_memory(error, room * passes->key_size);
    for (int truth = 0; truth < 2; truth++) {
        void *keys = keys_of(passes, region, truth);

        limen_keys_sort(passes->dtype, keys, scratch, (size_t)region->expected[truth]);
        *blocks += limen_keys_distinct(passes->dtype, keys, region->expected[truth]);
    }
    limen_delete(a, scratch, room, passes->key_size);
    return LIMEN_OK;
}

static void append_gathered(const limen_passes *passes, const limen_region *region,
                            limen_ladder *to)
{
    limen_ladder_merge(to, keys_of(passes, region, 1), region->expected[1], NULL,
                       keys_of(passes, region, 0), region->expected[0], NULL);
}

static void append_finer(const limen_region *region, limen_ladder *to)
{
    const double high = limen_score_above(to->dtype, region->greatest);
    const int above = !isnan(high);
    const limen_layout_counts counts = {.sums = region->counts};
    limen_layout layout = {.dtype = to->dtype,
                           .open = 1,
                           .cut_count = above + 1,
                           .above = above,
                           .cut = {high},
                           .bins = region->bins};

    layout.cut[above] = region->least;
    limen_layout_add_bins(&layout, &counts, to);
}

static limen_status check_found(const limen_passes *passes, limen_error *error)
{
    for (int64_t i = 0; i < passes->region_count; i++) {
        const limen_region *region = &passes->regions[i];

        for (int truth = 0; truth < 2; truth++)
            if (!weighted(passes) && region->found[truth] != region->expected[truth])
                return limen_fail(error, LIMEN_ERR_VALUE,
                                  "this pass has other scores than the first one: replay the same "
                                  "batches");
    }
    return LIMEN_OK;
}

/* The ladder of one label with its regions replaced by what they hold. */
static limen_status rebuild(limen_passes *passes, int64_t label, limen_error *error)
{
    const limen_allocator *a = &passes->plan->allocator;
    limen_ladder *old = &passes->ladders[label];
    limen_ladder made = {.totals = old->totals, .dtype = old->dtype};
    int64_t first = passes->first_region[label], end = passes->first_region[label + 1];
    int64_t room = old->count, next = 0;
    limen_status status = LIMEN_OK;

    for (int64_t i = first; i < end && status == LIMEN_OK; i++)
        status = sort_region(passes, &passes->regions[i], &room, error);
    if (status == LIMEN_OK)
        status = limen_ladder_reserve(a, &made, room, error);
    if (status != LIMEN_OK)
        return status;
    for (int64_t i = first; i < end; i++) {
        const limen_region *region = &passes->regions[i];

        for (; next < region->block; next++)
            made.blocks[made.count++] = old->blocks[next];
        next = region->block + 1;
        if (region->gathered)
            append_gathered(passes, region, &made);
        else
            append_finer(region, &made);
    }
    for (; next < old->count; next++)
        made.blocks[made.count++] = old->blocks[next];
    limen_ladder_release(a, old);
    *old = made;
    return LIMEN_OK;
}

limen_status limen_regions_end(limen_passes *passes, limen_error *error)
{
    limen_status status = check_found(passes, error);

    for (int64_t label = 0; label < passes->plan->width && status == LIMEN_OK; label++)
        if (passes->first_region[label] < passes->first_region[label + 1])
            status = rebuild(passes, label, error);
    limen_regions_release(passes);
    return status;
}
