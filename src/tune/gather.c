/* Later passes of a search: reads the scores of its regions, and those alone. */
#include "core/numeric.h"
#include "core/status.h"
#include "kernels/sort.h"
#include "tune/passes.h"

#include <math.h>
#include <string.h>

/* The region of a label that holds a key, or NULL. Regions fall. */
static limen_region *find_region(const limen_passes *passes, int64_t label, uint64_t key)
{
    int64_t first = passes->first_region[label], last = passes->first_region[label + 1] - 1;

    while (first < last) {
        int64_t middle = first + (last - first) / 2;

        if (key >= passes->regions[middle].low_key)
            last = middle;
        else
            first = middle + 1;
    }
    if (key < passes->regions[first].low_key || key > passes->regions[first].high_key)
        return NULL;
    return &passes->regions[first];
}

/* ---- Each sample counts 1 -----------------------------------------------------------------------
 */

/* One key into its region. Returns 0 when there is no room: the data are not those of the first
 * pass. */
#define PUT(type)                                                                                  \
    static int put_##type(const limen_passes *passes, limen_region *region, type key, int truth)   \
    {                                                                                              \
        int64_t found = region->found[truth]++;                                                    \
        type *keys =                                                                               \
            (type *)(void *)passes->keys + region->at + (truth ? (size_t)region->expected[0] : 0); \
                                                                                                   \
        if (!region->gathered) {                                                                   \
            region->counts[2 * ((key - region->bins.base) >> region->bins.shift) + (size_t)truth]  \
                .value += 1.0;                                                                     \
            return 1;                                                                              \
        }                                                                                          \
        if (found >= region->expected[truth])                                                      \
            return 0;                                                                              \
        keys[found] = key;                                                                         \
        return 1;                                                                                  \
    }                                                                                              \
                                                                                                   \
    /* Keys of one class; `index` has the region of each and 1 more, or is NULL. */                \
    static int put_all_##type(limen_passes *passes, int64_t label, const uint32_t *index,          \
                              int truth, size_t count)                                             \
    {                                                                                              \
        const type *keys = (const type *)(const void *)passes->hit_keys;                           \
        limen_region *region = NULL;                                                               \
        int fits = 1;                                                                              \
                                                                                                   \
        for (size_t i = 0; i < count; i++) {                                                       \
            if (index)                                                                             \
                region = &passes->regions[index[i] - 1];                                           \
            else if (!region || keys[i] < region->low_key || keys[i] > region->high_key)           \
                region = find_region(passes, label, keys[i]);                                      \
            if (region && !region->apart)                                                          \
                fits &= put_##type(passes, region, keys[i], truth);                                \
        }                                                                                          \
        return fits;                                                                               \
    }

PUT(uint16_t)
PUT(uint32_t)
PUT(uint64_t)

/* The hits that fall in a region's bin, moved together, with the region of each in passes->index.
 */
#define KEEP(type)                                                                    \
    static size_t keep_##type(type *hits, const uint32_t *region_at, uint32_t *index, \
                              size_t count)                                           \
    {                                                                                 \
        size_t kept = 0;                                                              \
                                                                                      \
        for (size_t i = 0; i < count; i++) {                                          \
            uint32_t region = region_at[index[i]];                                    \
                                                                                      \
            hits[kept] = hits[i];                                                     \
            index[kept] = region;                                                     \
            kept += region != 0;                                                      \
        }                                                                             \
        return kept;                                                                  \
    }

KEEP(float)
KEEP(double)

static size_t keep_mapped(limen_passes *passes, int64_t label, void *hits, size_t count)
{
    const limen_bins *bins = &passes->layouts[label].bins;
    const uint32_t *region_at =
        passes->region_at + (size_t)label * (passes->region_at_count / (size_t)passes->plan->width);

    (void)limen_bins_index(passes->probe->kernels, bins, hits, NULL, passes->index, count);
    return bins->dtype == LIMEN_F64 ? keep_double(hits, region_at, passes->index, count)
                                    : keep_float(hits, region_at, passes->index, count);
}

/* Hits have the dtype of cuts. */
static void make_keys(limen_passes *passes, const void *hits, size_t count)
{
    uint16_t *keys = (uint16_t *)(void *)passes->hit_keys;
    const float *scores = hits;

    if (limen_dtype_size(passes->dtype) != sizeof(uint16_t)) {
        (void)passes->probe->kernels->keys[passes->dtype](hits, keys, count);
        return;
    }
    for (size_t i = 0; i < count; i++)
        keys[i] = (uint16_t)limen_score_key(passes->dtype, (double)scores[i]);
}

static int read_hits(limen_passes *passes, int64_t label, int truth, size_t count)
{
    void *hits = passes->hits[truth];
    const uint32_t *index = NULL;

    if (passes->region_at && passes->mapped[label]) {
        count = keep_mapped(passes, label, hits, count);
        index = passes->index;
    }
    make_keys(passes, hits, count);
    switch (limen_dtype_size(passes->dtype)) {
    case sizeof(uint16_t):
        return put_all_uint16_t(passes, label, index, truth, count);
    case sizeof(uint32_t):
        return put_all_uint32_t(passes, label, index, truth, count);
    default:
        return put_all_uint64_t(passes, label, index, truth, count);
    }
}

/* All hits are the region's. */
static int read_apart(limen_passes *passes, limen_region *region, int truth, size_t count)
{
    size_t size = passes->key_size;
    size_t at = region->at + (truth ? (size_t)region->expected[0] : 0);

    if (!region->gathered) {
        (void)limen_bins_index(passes->probe->kernels, &region->bins, passes->hits[truth], NULL,
                               passes->index, count);
        for (size_t i = 0; i < count; i++)
            region->counts[2 * (size_t)passes->index[i] + (size_t)truth].value += 1.0;
        region->found[truth] += (int64_t)count;
        return 1;
    }
    if (region->found[truth] + (int64_t)count > region->expected[truth])
        return 0;
    make_keys(passes, passes->hits[truth], count);
    if (count)
        memcpy(passes->keys + (at + (size_t)region->found[truth]) * size, passes->hit_keys,
               count * size);
    region->found[truth] += (int64_t)count;
    return 1;
}

static void find_hits(limen_passes *passes, const limen_label_run *run, double low, double high,
                      size_t counts[2])
{
    passes->probe->kernels->split[passes->dtype](run->scores, run->truth, run->valid, low, high,
                                                 passes->hits, counts, run->rows);
}

static int read_run(limen_passes *passes, const limen_label_run *run)
{
    const limen_span *span = &passes->spans[run->label];
    size_t counts[2];
    int fits = 1;

    if (!isnan(span->low)) {
        find_hits(passes, run, span->low, span->high, counts);
        for (int truth = 0; truth < 2; truth++)
            fits &= read_hits(passes, run->label, truth, counts[truth]);
    }
    for (int64_t i = passes->first_region[run->label], left = span->apart; left > 0; i++) {
        limen_region *region = &passes->regions[i];

        if (!region->apart)
            continue;
        left--;
        find_hits(passes, run, region->least, limen_score_above(passes->dtype, region->greatest),
                  counts);
        for (int truth = 0; truth < 2; truth++)
            fits &= read_apart(passes, region, truth, counts[truth]);
    }
    return fits;
}

/* ---- Weights ------------------------------------------------------------------------------------
 */

/* As limen_key_at, once a cell. */
static inline uint64_t key_of_size(size_t size, const void *keys, size_t i)
{
    return size == sizeof(uint32_t)   ? ((const uint32_t *)keys)[i]
           : size == sizeof(uint64_t) ? ((const uint64_t *)keys)[i]
                                      : ((const uint16_t *)keys)[i];
}

static void weigh_run(limen_passes *passes, const limen_label_run *run)
{
    size_t size = limen_dtype_size(passes->dtype);
    limen_region *region = NULL;
    const limen_region *regions = passes->regions;
    uint64_t greatest = regions[passes->first_region[run->label]].high_key;
    uint64_t least = regions[passes->first_region[run->label + 1] - 1].low_key;

    (void)passes->probe->kernels->keys[passes->dtype](run->scores, passes->hit_keys, run->rows);
    for (size_t i = 0; i < run->rows; i++) {
        uint64_t key = key_of_size(size, passes->hit_keys, i);

        if (key < least || key > greatest || (run->valid && !run->valid[i]))
            continue;
        if (!region || key < region->low_key || key > region->high_key)
            region = find_region(passes, run->label, key);
        if (region)
            limen_sum_add(&region->counts[2 * ((key - region->bins.base) >> region->bins.shift) +
                                          run->truth[i]],
                          run->weights[i]);
    }
}

limen_status limen_regions_update(limen_passes *passes, const limen_checked_batch *batch,
                                  limen_error *error)
{
    limen_score_tile tile;

    limen_score_reader_start(&passes->reader, batch);
    for (;;) {
        limen_status status = limen_score_reader_next(passes->probe, &passes->reader, &tile, error);
        int fits = 1;

        if (status != LIMEN_OK || tile.rows == 0)
            return status;
        for (int64_t label = 0; label < tile.labels; label++) {
            limen_label_run run = limen_passes_run(&tile, label);

            if (passes->first_region[label] == passes->first_region[label + 1])
                continue;
            if (run.weights)
                weigh_run(passes, &run);
            else
                fits &= read_run(passes, &run);
        }
        if (!fits)
            return limen_fail(error, LIMEN_ERR_VALUE,
                              "this pass has other scores than the first one: replay the same "
                              "batches");
    }
}
