#include "tune/layout.h"

#include "core/numeric.h"

#include <math.h>

double limen_layout_low(const limen_layout *layout)
{
    return layout->above < layout->cut_count ? layout->cut[layout->above] : -(double)INFINITY;
}

double limen_layout_high(const limen_layout *layout)
{
    return layout->above > 0 ? layout->cut[layout->above - 1] : (double)NAN;
}

double limen_score_above(limen_dtype dtype, double score)
{
    return score == (double)INFINITY ? (double)NAN : limen_next_up(dtype, score);
}

/* ---- Counting ----------------------------------------------------------------------------------
 */

/* NaN has been counted in bin 0, or among the cells that reach no cut, but no threshold reaches it.
 */
static void move_nan(const limen_layout *layout, const limen_label_run *run,
                     limen_layout_counts *counts)
{
    size_t size = limen_dtype_size(layout->dtype);

    for (size_t i = 0; i < run->rows; i++) {
        double weight = run->weights ? run->weights[i] : 1.0;
        uint8_t truth = run->truth[i];

        if (!isnan(limen_load_number(layout->dtype, run->scores + i * size)) ||
            (run->valid && !run->valid[i]))
            continue;
        counts->lost[truth] += weight;
        if (layout->cut_count > 0) {
            counts->valid--;
            counts->positives -= truth;
        } else if (counts->cells) {
            counts->cells[truth]--;
        } else {
            limen_sum_add(&counts->sums[truth], -weight);
        }
    }
}

static int count_all(const limen_kernels *kernels, const limen_layout *layout,
                     const limen_label_run *run, uint32_t *index, limen_layout_counts *counts)
{
    int nan = limen_bins_index(kernels, &layout->bins, run->scores, NULL, index, run->rows);

    if (counts->cells) {
        limen_bins_count(index, run->truth, run->valid, counts->cells, run->rows);
        return nan;
    }
    for (size_t i = 0; i < run->rows; i++)
        if (!run->valid || run->valid[i])
            limen_sum_add(&counts->sums[2 * (size_t)index[i] + run->truth[i]], run->weights[i]);
    return nan;
}

static void count_open(const limen_kernels *kernels, const limen_layout *layout,
                       const limen_label_run *run, uint32_t *index, uint32_t *cells)
{
    const limen_bins *bins = &layout->bins;
    const limen_sieve sieve = {limen_layout_low(layout), limen_layout_high(layout), bins->low,
                               bins->scale, bins->count};
    size_t count =
        kernels->sift[layout->dtype](run->scores, run->truth, run->valid, &sieve, index, run->rows);

    for (size_t i = 0; i < count; i++)
        cells[index[i]]++;
}

static int count_cuts(const limen_kernels *kernels, const limen_layout *layout,
                      const limen_label_run *run, limen_layout_counts *counts)
{
    const size_t rows = run->rows;
    float narrow[LIMEN_LAYOUT_CUTS];

    for (int k = 0; k < layout->cut_count; k++)
        narrow[k] = (float)layout->cut[k];
    counts->valid += run->valid ? kernels->count(run->valid, rows) : (int64_t)rows;
    counts->positives += kernels->count(run->truth, rows);
    return kernels->above[layout->dtype](run->scores, run->truth, run->valid,
                                         layout->dtype == LIMEN_F64 ? (const void *)layout->cut
                                                                    : narrow,
                                         (size_t)layout->cut_count, counts->all, rows);
}

int limen_layout_count(const limen_kernels *kernels, const limen_layout *layout,
                       const limen_label_run *run, uint32_t *index, limen_layout_counts *counts)
{
    int nan;

    if (layout->cut_count == 0) {
        nan = count_all(kernels, layout, run, index, counts);
    } else {
        nan = count_cuts(kernels, layout, run, counts);
        if (layout->open)
            count_open(kernels, layout, run, index, counts->cells);
    }
    if (nan)
        move_nan(layout, run, counts);
    return nan;
}

/* ---- From counts to blocks ----------------------------------------------------------------------
 */

/* The least score of the dtype that is at least `value`. */
static double score_from(limen_dtype dtype, double value)
{
    double rounded = limen_round_to(dtype, value);

    return rounded < value ? limen_next_up(dtype, rounded) : rounded;
}

static double score_below(limen_dtype dtype, double value)
{
    return isnan(value) ? (double)INFINITY : limen_next_down(dtype, score_from(dtype, value));
}

/* Scores from low on, below `high`. */
static void add_block(const limen_layout *layout, double low, double high, double positives,
                      double negatives, limen_ladder *ladder)
{
    limen_block block = {.least = score_from(layout->dtype, low),
                         .greatest = score_below(layout->dtype, high),
                         .positives = positives,
                         .negatives = negatives};

    if (!(positives > 0.0 || negatives > 0.0))
        return;
    block.known = block.least == block.greatest;
    ladder->blocks[ladder->count++] = block;
}

void limen_layout_add_bins(const limen_layout *layout, const limen_layout_counts *counts,
                           limen_ladder *ladder)
{
    const double end = limen_layout_high(layout);
    double high = end;

    for (uint32_t bin = layout->bins.count; bin-- > 0;) {
        size_t at = 2 * (size_t)bin;
        double negatives = counts->cells ? counts->cells[at] : limen_sum_of(&counts->sums[at]);
        double positives =
            counts->cells ? counts->cells[at + 1] : limen_sum_of(&counts->sums[at + 1]);
        double low;

        if (!(positives > 0.0 || negatives > 0.0)) {
            high = (double)NAN;
            continue;
        }
        if (bin + 1 < layout->bins.count && isnan(high))
            high = fmin(limen_bins_low(&layout->bins, bin + 1), end);
        low = bin > 0 ? limen_bins_low(&layout->bins, bin) : limen_layout_low(layout);
        add_block(layout, low, high, positives, negatives, ladder);
        high = low;
    }
}

static int64_t filled_bins(const limen_layout *layout, const limen_layout_counts *counts)
{
    int64_t filled = 0;

    for (size_t i = 0; i < 2 * (size_t)layout->bins.count; i += 2)
        filled += counts->cells ? (counts->cells[i] | counts->cells[i + 1]) != 0
                                : limen_sum_of(&counts->sums[i]) > 0.0 ||
                                      limen_sum_of(&counts->sums[i + 1]) > 0.0;
    return filled;
}

/* The scores from cut k on that are below the cut before it. */
static void add_cut_block(const limen_layout *layout, const limen_layout_counts *counts, int k,
                          limen_ladder *ladder)
{
    int last = k == layout->cut_count;
    int64_t all = last ? counts->valid : counts->all[2 * k];
    int64_t positives = last ? counts->positives : counts->all[2 * k + 1];

    if (k > 0) {
        all -= counts->all[2 * k - 2];
        positives -= counts->all[2 * k - 1];
    }
    add_block(layout, last ? -(double)INFINITY : layout->cut[k],
              k > 0 ? layout->cut[k - 1] : (double)NAN, (double)positives,
              (double)(all - positives), ladder);
}

static void sum_totals(const limen_layout_counts *counts, limen_ladder *ladder)
{
    limen_sum positives = {counts->lost[1], 0.0}, negatives = {counts->lost[0], 0.0};

    for (int64_t i = 0; i < ladder->count; i++) {
        limen_sum_add(&positives, ladder->blocks[i].positives);
        limen_sum_add(&negatives, ladder->blocks[i].negatives);
    }
    ladder->totals = (limen_totals){.positives = limen_sum_of(&positives),
                                    .negatives = limen_sum_of(&negatives),
                                    .whole = counts->sums == NULL};
}

limen_status limen_layout_ladder(const limen_allocator *allocator, const limen_layout *layout,
                                 const limen_layout_counts *counts, limen_ladder *ladder,
                                 limen_error *error)
{
    int64_t most = layout->cut_count + 1 + (layout->open ? filled_bins(layout, counts) : 0);
    limen_status status = limen_ladder_reserve(allocator, ladder, most, error);

    if (status != LIMEN_OK)
        return status;
    ladder->dtype = layout->dtype;
    for (int k = 0; k <= layout->cut_count; k++) {
        if (layout->open && k == layout->above)
            limen_layout_add_bins(layout, counts, ladder);
        else
            add_cut_block(layout, counts, k, ladder);
    }
    sum_totals(counts, ladder);
    return LIMEN_OK;
}
