#include "tally/cells.h"

#include "tally/batch.h"

/* Some milliseconds of work: large enough to hide a thread's overhead, small enough to share out.
 */
#define CHUNK_CELLS ((int64_t)1 << 20)
#define THREAD_CELLS ((int64_t)1 << 22)

limen_chunks limen_chunks_of(const limen_tally *tally, const limen_checked_batch *batch)
{
    int64_t rows = CHUNK_CELLS / tally->spec.width;
    int64_t per_plane;

    rows -= rows % tally->tile_rows;
    if (rows == 0)
        rows = 1;
    per_plane = (batch->planes.rows + rows - 1) / rows;
    return (limen_chunks){rows, per_plane, per_plane * batch->planes.planes};
}

limen_chunk limen_chunk_at(const limen_chunks *chunks, const limen_checked_batch *batch,
                           int64_t chunk)
{
    int64_t row = chunk % chunks->per_plane * chunks->rows;
    int64_t left = batch->planes.rows - row;

    return (limen_chunk){.plane = chunk / chunks->per_plane,
                         .row = row,
                         .rows = left < chunks->rows ? left : chunks->rows};
}

int limen_threads_for(const limen_tally *tally, const limen_checked_batch *batch)
{
    return batch->samples >= THREAD_CELLS / tally->spec.width ? tally->threads : 1;
}

static size_t flag_count(const limen_tally *tally, const limen_reader *reader)
{
    return (size_t)((2 + tally->spec.sets) * reader->tile_cells);
}

limen_status limen_reader_create(const limen_tally *tally, limen_reader *reader, limen_error *error)
{
    const limen_allocator *memory = &tally->allocator;
    size_t cells;

    *reader = (limen_reader){.tile_cells = tally->tile_cells};
    cells = (size_t)reader->tile_cells;
    reader->score_cells = limen_new_raw(memory, cells, sizeof(double));
    reader->target_cells = limen_new_raw(memory, cells, sizeof(double));
    reader->label_cuts = limen_new_raw(memory, cells * (size_t)tally->spec.sets, sizeof(double));
    reader->flags = limen_new_raw(memory, flag_count(tally, reader), 1);
    if (reader->score_cells && reader->target_cells && reader->label_cuts && reader->flags)
        return LIMEN_OK;
    limen_reader_destroy(tally, reader);
    return limen_fail_memory(error, 0);
}

void limen_reader_destroy(const limen_tally *tally, limen_reader *reader)
{
    const limen_allocator *memory = &tally->allocator;
    size_t cells = (size_t)reader->tile_cells;

    limen_delete(memory, reader->score_cells, cells, sizeof(double));
    limen_delete(memory, reader->target_cells, cells, sizeof(double));
    limen_delete(memory, reader->label_cuts, cells * (size_t)tally->spec.sets, sizeof(double));
    limen_delete(memory, reader->flags, flag_count(tally, reader), 1);
    *reader = (limen_reader){0};
}

void limen_reader_open(const limen_tally *tally, limen_reader *reader,
                       const limen_checked_batch *batch, limen_chunk chunk)
{
    reader->batch = batch;
    reader->chunk = chunk;
    reader->scores = limen_chunk_view(batch, &batch->batch->scores, chunk);
    reader->targets = limen_chunk_view(batch, &batch->batch->targets, chunk);
    reader->ignores = reader->targets.dtype != LIMEN_NONE && tally->spec.has_ignore_index;
}

/* Some cells of a chunk, and the cuts that they are held against: those of the first set, the next
 * set's `step` elements behind. */
struct region {
    int64_t first, rows, column, columns;
    const void *cuts;
    int64_t step;
};

/* Part of a view, row after row without gaps: in place where it is so, else gathered. */
static const void *flat_cells(const limen_view *view, const struct region *region, void *scratch)
{
    limen_view part = *view;

    part.data = limen_view_cell(view, region->first, region->column);
    part.rows = region->rows;
    part.columns = region->columns;
    if (limen_view_is_flat(&part))
        return part.data;
    limen_view_gather(&part, scratch);
    return scratch;
}

/* Returns 1 when a target is bad. */
static int read_targets(const limen_tally *tally, const limen_reader *reader,
                        const struct region *region, uint8_t *flags, uint8_t *valid)
{
    limen_dtype dtype = reader->targets.dtype;
    size_t n = (size_t)(region->rows * region->columns);
    const void *cells;

    if (dtype == LIMEN_NONE)
        return 0;
    cells = flat_cells(&reader->targets, region, reader->target_cells);
    if (reader->ignores)
        return tally->kernels->binary_ignore[dtype](cells, tally->spec.ignore_index, flags, valid,
                                                    n);
    return tally->kernels->binary[dtype](cells, flags, n);
}

/* Returns 1 when a score is NaN where that is an error, or neither 0 nor 1 in an integer type. */
static int read_decisions(const limen_tally *tally, const limen_reader *reader,
                          const struct region *region, const void *scores, uint8_t *decisions)
{
    limen_dtype dtype = reader->scores.dtype;
    size_t step = (size_t)region->step * limen_dtype_size(limen_cut_dtype(dtype));
    size_t n = (size_t)(region->rows * region->columns);
    const unsigned char *cuts = region->cuts;
    int bad = 0;

    for (int64_t set = 0; set < tally->spec.sets; set++) {
        uint8_t *out = decisions + set * reader->tile_cells;

        if (limen_dtype_is_float(dtype))
            bad |= tally->kernels->decide[dtype](scores, cuts + (size_t)set * step, out, n);
        else
            bad |= tally->kernels->binary[dtype](scores, out, n);
    }
    if (limen_dtype_is_float(dtype) && tally->spec.nan == LIMEN_NAN_NEGATIVE)
        return 0;
    return bad;
}

/* Clears the decisions of cells that are not valid. An integer kernel that met a masked value which
 * is no decision leaves its flags unspecified: those are read again, one by one. */
static void mask_decisions(const limen_tally *tally, const limen_reader *reader,
                           const unsigned char *scores, int bad, const uint8_t *valid,
                           uint8_t *decisions, size_t n)
{
    limen_dtype dtype = reader->scores.dtype;
    size_t size = limen_dtype_size(dtype);

    for (int64_t set = 0; set < tally->spec.sets; set++) {
        uint8_t *flags = decisions + set * reader->tile_cells;

        for (size_t i = 0; bad && !limen_dtype_is_float(dtype) && i < n; i++)
            flags[i] = limen_load_number(dtype, scores + i * size) != 0.0;
        tally->kernels->mask(valid, flags, n);
    }
}

static int read_region(const limen_tally *tally, limen_reader *reader, const struct region *region,
                       limen_tile *tile)
{
    const void *scores = flat_cells(&reader->scores, region, reader->score_cells);
    size_t n = (size_t)(region->rows * region->columns);
    uint8_t *targets = reader->flags;
    uint8_t *valid = targets + reader->tile_cells;
    uint8_t *decisions = valid + reader->tile_cells;
    int bad_target = read_targets(tally, reader, region, targets, valid);
    int bad_score = read_decisions(tally, reader, region, scores, decisions);

    if ((bad_target || bad_score) &&
        limen_batch_has_fault(tally, reader->batch, reader->chunk.plane,
                              reader->chunk.row + region->first, region->rows, region->column,
                              region->columns))
        return 0;
    if (reader->ignores)
        mask_decisions(tally, reader, scores, bad_score, valid, decisions, n);
    *tile = (limen_tile){targets, reader->ignores ? valid : NULL, decisions, reader->tile_cells};
    return 1;
}

int limen_reader_tile(const limen_tally *tally, limen_reader *reader, int64_t first, int64_t rows,
                      int64_t column, int64_t columns, limen_tile *tile)
{
    size_t cut_size = limen_dtype_size(limen_cut_dtype(reader->scores.dtype));
    struct region region = {first, rows, column, columns, tally->tile_cuts, tally->tile_cells};

    if (!tally->tile_cuts) {
        region.cuts = (const unsigned char *)tally->cuts + (size_t)column * cut_size;
        region.step = tally->spec.width;
    }
    return read_region(tally, reader, &region, tile);
}

void limen_reader_label(const limen_tally *tally, limen_reader *reader, int64_t label)
{
    limen_dtype dtype = limen_cut_dtype(reader->scores.dtype);

    if (tally->spec.width == 1)
        return;
    for (int64_t set = 0; dtype != LIMEN_NONE && set < tally->spec.sets; set++) {
        int64_t from = set * tally->spec.width + label;
        int64_t to = set * reader->tile_cells;

        for (int64_t i = to; i < to + reader->tile_cells; i++) {
            if (dtype == LIMEN_F64)
                ((double *)reader->label_cuts)[i] = ((const double *)tally->cuts)[from];
            else
                ((float *)reader->label_cuts)[i] = ((const float *)tally->cuts)[from];
        }
    }
}

int limen_reader_run(const limen_tally *tally, limen_reader *reader, int64_t first, int64_t rows,
                     int64_t label, limen_tile *tile)
{
    struct region region = {first, rows, label, 1, reader->label_cuts, reader->tile_cells};

    if (tally->spec.width == 1)
        region = (struct region){first, rows, label, 1, tally->tile_cuts, tally->tile_cells};
    return read_region(tally, reader, &region, tile);
}
