/* Decisions without a tally: a tally without states lends its cuts. */
#include "tally/batch.h"
#include "tally/cells.h"
#include "tally/classes.h"
#include "tally/row_rules.h"
#include "tally/spec.h"

#include <string.h>

/* What decides: for one set of thresholds. */
struct decider {
    limen_tally *tally;
    limen_reader reader;
    limen_classes *classes;
    const limen_checked_batch *batch;
    int32_t *predictions; /* of a chunk */
    int64_t chunk_rows;
    void *decisions; /* NULL: only look for faults */
};

/* The specification of set `set` alone. */
static limen_status single_set(const limen_spec *given, int64_t set, limen_spec *spec,
                               limen_error *error)
{
    limen_status status = limen_spec_resolve(given, spec, error);

    if (status != LIMEN_OK)
        return status;
    if (set < 0 || set >= spec->sets)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "set is %lld: it is from 0 to %lld",
                          (long long)set, (long long)(spec->sets - 1));
    if (spec->threshold_count > 1) {
        spec->thresholds += set * spec->width;
        spec->threshold_count = spec->width;
    }
    spec->sets = 1;
    return LIMEN_OK;
}

static int64_t sample_of(const limen_checked_batch *batch, limen_chunk chunk, int64_t row)
{
    return chunk.plane * batch->planes.plane_step + (chunk.row + row) * batch->planes.row_step;
}

/* Returns 0 when a score is at fault. */
static int decide_labels(struct decider *decider, limen_chunk chunk)
{
    const limen_tally *tally = decider->tally;
    int64_t width = tally->spec.width;

    limen_reader_open(tally, &decider->reader, decider->batch, chunk);
    for (int64_t row = 0; row < chunk.rows; row += tally->tile_rows) {
        int64_t rows = chunk.rows - row < tally->tile_rows ? chunk.rows - row : tally->tile_rows;

        for (int64_t column = 0; column < width; column += tally->tile_columns) {
            int64_t left = width - column;
            int64_t columns = left < tally->tile_columns ? left : tally->tile_columns;
            limen_tile tile;

            if (!limen_reader_tile(tally, &decider->reader, row, rows, column, columns, &tile))
                return 0;
            for (int64_t i = 0; decider->decisions && i < rows; i++)
                memcpy((uint8_t *)decider->decisions +
                           sample_of(decider->batch, chunk, row + i) * width + column,
                       tile.decisions + i * columns, (size_t)columns);
        }
    }
    return 1;
}

static int decide_classes(struct decider *decider, limen_chunk chunk)
{
    const limen_tally *tally = decider->tally;
    limen_view scores = limen_chunk_view(decider->batch, &decider->batch->batch->scores, chunk);

    if (limen_classes_predict(tally, decider->classes, &scores, decider->predictions) &&
        tally->spec.nan == LIMEN_NAN_ERROR)
        return 0;
    for (int64_t row = 0; decider->decisions && row < chunk.rows; row++)
        ((int64_t *)decider->decisions)[sample_of(decider->batch, chunk, row)] =
            decider->predictions[row];
    return 1;
}

/* Once without writing, so that a NaN leaves the output alone, then for good. */
static limen_status decide(struct decider *decider, void *decisions, limen_error *error)
{
    limen_chunks chunks = limen_chunks_of(decider->tally, decider->batch);
    int passes = decider->tally->spec.nan == LIMEN_NAN_ERROR ? 2 : 1;

    for (int pass = passes; pass > 0; pass--) {
        decider->decisions = pass == 1 ? decisions : NULL;
        for (int64_t i = 0; i < chunks.count; i++) {
            limen_chunk chunk = limen_chunk_at(&chunks, decider->batch, i);
            int good =
                decider->classes ? decide_classes(decider, chunk) : decide_labels(decider, chunk);

            if (!good)
                return limen_batch_find_fault(decider->tally, decider->batch, error);
        }
    }
    return LIMEN_OK;
}

static limen_status create_parts(struct decider *decider, limen_error *error)
{
    const limen_tally *tally = decider->tally;

    if (tally->spec.task != LIMEN_MULTICLASS)
        return limen_reader_create(tally, &decider->reader, error);
    decider->chunk_rows = limen_chunks_of(tally, decider->batch).rows;
    decider->predictions =
        limen_new_raw(&tally->allocator, (size_t)decider->chunk_rows, sizeof(int32_t));
    if (!decider->predictions)
        return limen_fail_memory(error, (size_t)decider->chunk_rows * sizeof(int32_t));
    return limen_classes_create(tally, &decider->classes, error);
}

static void destroy_parts(struct decider *decider)
{
    const limen_tally *tally = decider->tally;

    limen_reader_destroy(tally, &decider->reader);
    limen_classes_destroy(tally, decider->classes);
    limen_delete(&tally->allocator, decider->predictions, (size_t)decider->chunk_rows,
                 sizeof(int32_t));
}

static limen_status apply(limen_tally *tally, const limen_batch *batch, void *decisions,
                          limen_error *error)
{
    limen_checked_batch checked;
    struct decider decider = {.tally = tally, .batch = &checked};
    limen_status status = limen_batch_check_scores(tally, batch, &checked, error);

    if (status != LIMEN_OK)
        return status;
    if (!limen_dtype_is_float(checked.score_dtype))
        return limen_fail_cell(error, LIMEN_ERR_DTYPE, LIMEN_INPUT_SCORES, -1, -1,
                               "scores are %s, which are decisions already",
                               limen_dtype_name(checked.score_dtype));
    if (checked.samples == 0)
        return LIMEN_OK;
    if (limen_has_row_rule(&tally->spec))
        return limen_apply_row_rule(tally, &checked, decisions, error);
    limen_tally_set_cuts(tally, checked.score_dtype);
    status = create_parts(&decider, error);
    if (status == LIMEN_OK)
        status = decide(&decider, decisions, error);
    destroy_parts(&decider);
    return status;
}

limen_status limen_apply(const limen_spec *spec, int64_t set, const limen_batch *batch,
                         void *decisions, const limen_allocator *allocator, limen_error *error)
{
    limen_spec single;
    limen_batch ours;
    limen_tally *tally;
    limen_float_mode mode;
    limen_status status = single_set(spec, set, &single, error);

    if (status == LIMEN_OK)
        status = limen_copy_sized(&ours, sizeof ours, batch, "batch", error);
    if (status != LIMEN_OK)
        return status;
    ours.targets = ours.weights = ours.groups = (limen_array){.dtype = LIMEN_NONE};
    mode = limen_float_mode_enter();
    status = limen_tally_open(&single, allocator, &tally, error);
    if (status == LIMEN_OK) {
        status = apply(tally, &ours, decisions, error);
        limen_tally_destroy(tally);
    }
    limen_float_mode_leave(mode);
    return status;
}
