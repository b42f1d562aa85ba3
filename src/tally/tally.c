#include "tally/batch.h"
#include "tally/classes.h"
#include "tally/cuts.h"
#include "tally/kept.h"
#include "tally/labels.h"
#include "tally/row_rules.h"
#include "tally/spec.h"

#include <string.h>

/* Cells of a tile, with one set of thresholds and with several: scores, cuts and sums stay in the
 * first cache, and the sums of a few sets within the 4 KiB in which addresses look alike to it. */
#define TILE_CELLS 1024
#define TILE_CELLS_OF_SETS 512

/* The states that can be kept, in the order of their bits; the only place that knows them. */
static const struct {
    const char *name;
    const limen_state_ops *ops; /* NULL: not in this version */
    uint32_t tasks;
} kinds[LIMEN_STATE_KINDS] = {
#define BINARY (1u << LIMEN_BINARY)
#define CLASSES (1u << LIMEN_MULTICLASS)
#define LABELS (1u << LIMEN_MULTILABEL)
    [LIMEN_STATE_COUNTS] = {"counts", &limen_counts_ops, BINARY | CLASSES | LABELS},
    [LIMEN_STATE_CONFUSION] = {"confusion", &limen_confusion_ops, CLASSES},
    [LIMEN_STATE_SAMPLES] = {"samples", &limen_samples_ops, BINARY | LABELS},
    [LIMEN_STATE_SCORES] = {"scores", &limen_scores_ops, BINARY | CLASSES | LABELS},
    [LIMEN_STATE_HISTOGRAM] = {"histogram", &limen_histogram_ops, BINARY | CLASSES | LABELS},
    [LIMEN_STATE_RANKING] = {"ranking", &limen_ranking_ops, LABELS},
    [LIMEN_STATE_CALIBRATION] = {"calibration", &limen_calibration_ops, BINARY | CLASSES | LABELS},
    [LIMEN_STATE_HINGE] = {"hinge", &limen_hinge_ops, BINARY | CLASSES | LABELS},
#undef BINARY
#undef CLASSES
#undef LABELS
};

static limen_status check_states(const limen_spec *spec, limen_error *error)
{
    static const char *const tasks[] = {"", "binary", "multiclass", "multilabel"};

    if (spec->states == 0)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "states is 0: name what the tally keeps");
    if (spec->states >> LIMEN_STATE_KINDS)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "states is 0x%x: it has an unknown bit",
                          (unsigned)spec->states);
    for (int i = 0; i < LIMEN_STATE_KINDS; i++) {
        if (!(spec->states >> i & 1))
            continue;
        if (!kinds[i].ops)
            return limen_fail(error, LIMEN_ERR_UNSUPPORTED,
                              "states asks for %s, which this version cannot keep", kinds[i].name);
        if (!(kinds[i].tasks >> spec->task & 1))
            return limen_fail(error, LIMEN_ERR_ARGUMENT,
                              "states asks for %s, which a %s tally "
                              "does not have",
                              kinds[i].name, tasks[spec->task]);
    }
    return LIMEN_OK;
}

/* Rows of a tile: as many as fit, so that the cells are a multiple of 64 where that is possible. */
static void choose_tile(limen_tally *tally)
{
    int64_t width = tally->spec.width;
    int64_t cells = tally->spec.sets > 1 ? TILE_CELLS_OF_SETS : TILE_CELLS;
    int64_t step = 64;

    tally->tile_columns = width < TILE_CELLS ? width : TILE_CELLS;
    tally->tile_rows = cells > tally->tile_columns ? cells / tally->tile_columns : 1;
    for (int64_t even = width; even % 2 == 0 && step > 1; even /= 2)
        step /= 2;
    if (tally->tile_rows >= step)
        tally->tile_rows -= tally->tile_rows % step;
    tally->tile_cells = tally->tile_rows * tally->tile_columns;
}

static size_t cut_count(const limen_tally *tally)
{
    return (size_t)(tally->spec.sets * tally->spec.width);
}

static size_t tile_cut_count(const limen_tally *tally)
{
    return (size_t)(tally->spec.sets * tally->tile_cells);
}

/* As given, one for all, or none: sets x width of them. */
static void expand_thresholds(limen_tally *tally)
{
    limen_spec *spec = &tally->spec;
    double one = spec->task == LIMEN_MULTICLASS ? 0.0 : 0.5;
    size_t all = cut_count(tally);

    if (spec->threshold_count == 1)
        one = spec->thresholds[0];
    for (size_t i = 0; i < all; i++)
        tally->thresholds[i] = spec->threshold_count > 1 ? spec->thresholds[i] : one;
    spec->thresholds = tally->thresholds;
    spec->threshold_count = (int64_t)all;
}

limen_status limen_tally_open(const limen_spec *given, const limen_allocator *allocator,
                              limen_tally **tally, limen_error *error)
{
    limen_allocator memory = limen_allocator_or_default(allocator);
    limen_spec spec;
    limen_tally *made;
    limen_status status = limen_spec_resolve(given, &spec, error);

    if (status != LIMEN_OK)
        return status;
    made = limen_new(&memory, 1, sizeof *made);
    if (!made)
        return limen_fail_memory(error, sizeof *made);
    made->allocator = memory;
    made->spec = spec;
    made->declared_dtype = spec.score_dtype;
    made->threads = spec.threads;
    made->kernels = limen_kernels_select();
    choose_tile(made);
    made->thresholds = limen_new_raw(&memory, cut_count(made), sizeof(double));
    made->cuts = limen_new_raw(&memory, cut_count(made), sizeof(double));
    if (made->tile_columns == spec.width)
        made->tile_cuts = limen_new_raw(&memory, tile_cut_count(made), sizeof(double));
    if (spec.bin_edges)
        made->bin_edges = limen_new_raw(&memory, (size_t)spec.bins, sizeof(double));
    if (!made->thresholds || !made->cuts ||
        (made->tile_columns == spec.width && !made->tile_cuts) ||
        (spec.bin_edges && !made->bin_edges)) {
        limen_tally_destroy(made);
        return limen_fail_memory(error, 0);
    }
    expand_thresholds(made);
    if (spec.bin_edges)
        memcpy(made->bin_edges, spec.bin_edges, (size_t)spec.bins * sizeof(double));
    made->spec.bin_edges = made->bin_edges;
    *tally = made;
    return LIMEN_OK;
}

const limen_state_ops *limen_state_ops_at(int kind)
{
    return kinds[kind].ops;
}

limen_status limen_tally_add_states(limen_tally *tally, const limen_count_arrays *arrays,
                                    limen_error *error)
{
    limen_status status;

    tally->attached = arrays != NULL;
    status = check_states(&tally->spec, error);
    if (status == LIMEN_OK && tally->spec.task == LIMEN_MULTICLASS &&
        (tally->spec.states & (LIMEN_COUNTS | LIMEN_CONFUSION)))
        status = limen_classes_create(tally, &tally->classes, error);
    for (int i = 0; status == LIMEN_OK && i < LIMEN_STATE_KINDS; i++) {
        if (tally->spec.states >> i & 1)
            status = kinds[i].ops->create(tally, arrays, &tally->states[i], error);
    }
    return status;
}

static limen_status create(const limen_spec *spec, const limen_count_arrays *arrays,
                           const limen_allocator *allocator, limen_tally **tally,
                           limen_error *error)
{
    limen_tally *made;
    limen_status status = limen_tally_open(spec, allocator, &made, error);

    if (status != LIMEN_OK)
        return status;
    status = limen_has_row_rule(&made->spec)
                 ? limen_fail(error, LIMEN_ERR_ARGUMENT,
                              "top_labels and cost_matrix decide about whole rows: decide with "
                              "limen_apply, and tally the decisions")
                 : limen_tally_add_states(made, arrays, error);
    if (status != LIMEN_OK) {
        limen_tally_destroy(made);
        return status;
    }
    *tally = made;
    return LIMEN_OK;
}

limen_status limen_tally_create(const limen_spec *spec, const limen_allocator *allocator,
                                limen_tally **tally, limen_error *error)
{
    return create(spec, NULL, allocator, tally, error);
}

limen_status limen_tally_attach(const limen_spec *spec, const limen_count_arrays *arrays,
                                const limen_allocator *allocator, limen_tally **tally,
                                limen_error *error)
{
    limen_count_arrays ours;
    limen_spec known;
    limen_status status = limen_copy_sized(&ours, sizeof ours, arrays, "arrays", error);

    if (status == LIMEN_OK)
        status = limen_copy_sized(&known, sizeof known, spec, "spec", error);
    if (status != LIMEN_OK)
        return status;
    if (known.weighted)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "weighted tallies cannot be attached: their counts are not whole");
    if (known.states & ~(uint32_t)(LIMEN_COUNTS | LIMEN_CONFUSION))
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "states of an attached tally are counts and confusion alone");
    if ((known.states & LIMEN_COUNTS) && (!ours.tp || !ours.fp || !ours.tn || !ours.fn))
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "arrays: tp, fp, tn and fn are needed for counts");
    if ((known.states & LIMEN_CONFUSION) && !ours.confusion)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "arrays: confusion is needed");
    return create(spec, &ours, allocator, tally, error);
}

void limen_tally_destroy(limen_tally *tally)
{
    limen_allocator memory;

    if (!tally)
        return;
    memory = tally->allocator;
    for (int i = 0; i < LIMEN_STATE_KINDS; i++) {
        if (tally->states[i])
            kinds[i].ops->destroy(tally, tally->states[i]);
    }
    limen_classes_destroy(tally, tally->classes);
    limen_labels_release(tally);
    limen_delete(&memory, tally->thresholds, cut_count(tally), sizeof(double));
    limen_delete(&memory, tally->cuts, cut_count(tally), sizeof(double));
    limen_delete(&memory, tally->tile_cuts, tile_cut_count(tally), sizeof(double));
    limen_delete(&memory, tally->bin_edges, (size_t)tally->spec.bins, sizeof(double));
    limen_delete(&memory, tally, 1, sizeof *tally);
}

/* Repeats each set's cuts over a tile. */
static void fill_tile_cuts(limen_tally *tally, size_t cut_size)
{
    size_t row = (size_t)tally->spec.width * cut_size;

    for (int64_t set = 0; set < tally->spec.sets; set++) {
        const unsigned char *from = (unsigned char *)tally->cuts + (size_t)set * row;
        unsigned char *to =
            (unsigned char *)tally->tile_cuts + (size_t)(set * tally->tile_cells) * cut_size;

        for (int64_t i = 0; i < tally->tile_rows; i++, to += row)
            memcpy(to, from, row);
    }
}

void limen_tally_set_cuts(limen_tally *tally, limen_dtype scores)
{
    limen_dtype cut_dtype = limen_cut_dtype(scores);

    if (tally->cuts_dtype == scores || cut_dtype == LIMEN_NONE)
        return;
    limen_cuts_write(&tally->spec, scores, tally->thresholds, (int64_t)cut_count(tally),
                     tally->cuts);
    if (tally->tile_cuts)
        fill_tile_cuts(tally, limen_dtype_size(cut_dtype));
    tally->cuts_dtype = scores;
}

static limen_status update(limen_tally *tally, const limen_batch *batch, limen_error *error)
{
    limen_checked_batch checked;
    limen_status status = limen_batch_check(tally, batch, &checked, error);

    if (status != LIMEN_OK || checked.samples == 0)
        return status;
    if (tally->samples > INT64_MAX - checked.samples)
        return limen_fail(error, LIMEN_ERR_OVERFLOW, "the tally has too many samples");
    limen_tally_set_cuts(tally, checked.score_dtype);
    if (tally->classes)
        status = limen_classes_collect(tally, tally->classes, &checked, error);
    for (int i = 0; status == LIMEN_OK && i < LIMEN_STATE_KINDS; i++) {
        if (tally->states[i])
            status = kinds[i].ops->collect(tally, tally->states[i], &checked, error);
    }
    if (status != LIMEN_OK)
        return status;
    for (int i = 0; i < LIMEN_STATE_KINDS; i++) {
        if (tally->states[i])
            kinds[i].ops->commit(tally, tally->states[i]);
    }
    tally->samples += checked.samples;
    tally->spec.score_dtype = checked.score_dtype;
    return LIMEN_OK;
}

limen_status limen_tally_update(limen_tally *tally, const limen_batch *batch, limen_error *error)
{
    limen_batch ours;
    limen_float_mode mode;
    limen_status status = limen_copy_sized(&ours, sizeof ours, batch, "batch", error);

    if (status != LIMEN_OK)
        return status;
    mode = limen_float_mode_enter();
    status = update(tally, &ours, error);
    limen_float_mode_leave(mode);
    return status;
}

/* First what can fail, then what cannot. */
static limen_status merge(limen_tally *into, const limen_tally *from, limen_error *error)
{
    limen_status status = LIMEN_OK;

    for (int i = 0; status == LIMEN_OK && i < LIMEN_STATE_KINDS; i++) {
        if (into->states[i] && kinds[i].ops->reserve)
            status = kinds[i].ops->reserve(into, into->states[i], from->states[i], error);
    }
    if (status == LIMEN_OK && !into->labels)
        status = limen_tally_set_labels(into, limen_tally_labels(from), error);
    for (int i = 0; status == LIMEN_OK && i < LIMEN_STATE_KINDS; i++) {
        if (!into->states[i])
            continue;
        if (kinds[i].ops->kept)
            limen_kept_merge(into, kinds[i].ops, into->states[i], from->states[i]);
        else
            kinds[i].ops->merge(into, into->states[i], from->states[i]);
    }
    return status;
}

limen_status limen_tally_merge(limen_tally *into, const limen_tally *from, limen_error *error)
{
    limen_float_mode mode;
    limen_status status = limen_spec_compare(&into->spec, &from->spec, error);

    if (status == LIMEN_OK)
        status = limen_labels_compare(into, from, error);
    if (status != LIMEN_OK)
        return status;
    if (into->samples > INT64_MAX - from->samples)
        return limen_fail(error, LIMEN_ERR_OVERFLOW, "the tally has too many samples");
    mode = limen_float_mode_enter();
    status = merge(into, from, error);
    limen_float_mode_leave(mode);
    if (status != LIMEN_OK)
        return status;
    into->samples += from->samples;
    if (from->samples > 0)
        into->spec.score_dtype = from->spec.score_dtype;
    return LIMEN_OK;
}

void limen_tally_reset(limen_tally *tally)
{
    for (int i = 0; i < LIMEN_STATE_KINDS; i++) {
        if (!tally->states[i])
            continue;
        if (kinds[i].ops->kept)
            limen_kept_reset(tally, kinds[i].ops, tally->states[i]);
        else
            kinds[i].ops->reset(tally, tally->states[i]);
    }
    tally->samples = 0;
    tally->spec.score_dtype = tally->declared_dtype;
}
