/* What callers read from a tally. */
#include "tally/cuts.h"
#include "tally/histogram.h"
#include "tally/state.h"

const limen_spec *limen_tally_spec(const limen_tally *tally)
{
    return &tally->spec;
}

int64_t limen_tally_samples(const limen_tally *tally)
{
    return tally->samples;
}

static limen_status check_index(const char *name, int64_t index, int64_t least, int64_t count,
                                limen_error *error)
{
    if (index >= least && index < count)
        return LIMEN_OK;
    return limen_fail(error, LIMEN_ERR_ARGUMENT, "%s is %lld: it is from %lld to %lld", name,
                      (long long)index, (long long)least, (long long)(count - 1));
}

limen_status limen_tally_thresholds(const limen_tally *tally, int64_t set, double *thresholds,
                                    limen_error *error)
{
    const limen_spec *spec = &tally->spec;
    limen_status status = check_index("set", set, 0, spec->sets, error);

    if (status != LIMEN_OK)
        return status;
    for (int64_t i = 0; i < spec->width; i++) {
        double threshold = tally->thresholds[set * spec->width + i];

        thresholds[i] = limen_dtype_is_float(spec->score_dtype)
                            ? limen_effective_threshold(spec, spec->score_dtype, threshold)
                            : threshold;
    }
    return LIMEN_OK;
}

limen_status limen_tally_counts(const limen_tally *tally, int64_t set, int64_t group, int64_t label,
                                limen_counts *counts, limen_error *error)
{
    limen_status status = check_index("set", set, 0, tally->spec.sets, error);

    if (status == LIMEN_OK)
        status = check_index("group", group, -1, limen_tally_groups(tally), error);
    if (status == LIMEN_OK)
        status = check_index("label", label, 0, tally->spec.width, error);
    if (status != LIMEN_OK)
        return status;
    if (!tally->states[LIMEN_STATE_COUNTS] && !tally->states[LIMEN_STATE_CONFUSION])
        return limen_fail(error, LIMEN_ERR_STATE, "the tally keeps neither counts nor confusion");
    limen_tally_read_counts(tally, set, group, label, 1, counts);
    return LIMEN_OK;
}

static limen_status binary_confusion(const limen_tally *tally, int64_t set, int64_t group,
                                     double *matrix, limen_error *error)
{
    limen_counts counts;

    if (!tally->states[LIMEN_STATE_COUNTS])
        return limen_fail(error, LIMEN_ERR_STATE, "the tally does not keep counts");
    limen_tally_read_counts(tally, set, group, 0, 1, &counts);
    matrix[0] = counts.tn;
    matrix[1] = counts.fp;
    matrix[2] = counts.fn;
    matrix[3] = counts.tp;
    return LIMEN_OK;
}

limen_status limen_tally_confusion(const limen_tally *tally, int64_t set, int64_t group,
                                   double *matrix, limen_error *error)
{
    int64_t classes = tally->spec.width;
    limen_status status = check_index("set", set, 0, tally->spec.sets, error);

    if (status == LIMEN_OK)
        status = check_index("group", group, -1, limen_tally_groups(tally), error);
    if (status != LIMEN_OK)
        return status;
    if (tally->spec.task == LIMEN_BINARY)
        return binary_confusion(tally, set, group, matrix, error);
    if (!tally->states[LIMEN_STATE_CONFUSION])
        return limen_fail(error, LIMEN_ERR_STATE, "the tally does not keep confusion");
    for (int64_t actual = 0; actual < classes; actual++) {
        for (int64_t predicted = 0; predicted < classes; predicted++)
            matrix[actual * classes + predicted] =
                limen_confusion_cell(tally, set, group, actual, predicted);
    }
    return LIMEN_OK;
}

/* What lies below each edge, from the lowest up: fn and tn. Returns what there is in all, NaN
 * scores included, which lie below every edge. */
static limen_bin count_below(const limen_tally *tally, int64_t group, int64_t label,
                             limen_counts *counts)
{
    enum { STEP = 64 };
    limen_bin bins[STEP], all = {0};
    int64_t count = limen_histogram_bins(tally);

    limen_histogram_nan(tally, group, label, &all.positives, &all.negatives);
    for (int64_t first = 0; first < count; first += STEP) {
        int64_t n = count - first < STEP ? count - first : STEP;

        limen_histogram_read(tally, group, label, first, n, bins);
        for (int64_t i = 0; i < n; i++) {
            all.positives += bins[i].positives;
            all.negatives += bins[i].negatives;
            if (first + i < tally->spec.bins)
                counts[first + i] = (limen_counts){.fn = all.positives, .tn = all.negatives};
        }
    }
    return all;
}

limen_status limen_tally_edge_counts(const limen_tally *tally, int64_t group, int64_t label,
                                     limen_counts *counts, limen_error *error)
{
    limen_status status = check_index("group", group, -1, limen_tally_groups(tally), error);
    limen_bin all;

    if (status == LIMEN_OK)
        status = check_index("label", label, 0, tally->spec.width, error);
    if (status != LIMEN_OK)
        return status;
    if (!tally->states[LIMEN_STATE_HISTOGRAM])
        return limen_fail(error, LIMEN_ERR_STATE, "the tally does not keep histogram");
    if (!tally->bin_edges)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "the bins of the tally have no given edges");
    memset(counts, 0, (size_t)tally->spec.bins * sizeof *counts);
    if (limen_histogram_bins(tally) == 0)
        return LIMEN_OK;
    all = count_below(tally, group, label, counts);
    for (int64_t i = 0; i < tally->spec.bins; i++) {
        counts[i].tp = all.positives - counts[i].fn;
        counts[i].fp = all.negatives - counts[i].tn;
    }
    return LIMEN_OK;
}
