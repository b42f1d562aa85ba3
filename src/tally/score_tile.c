#include "tally/score_tile.h"

#include "kernels/turn.h"
#include "tally/batch.h"

/* Rows of a tile: as many as there are cells for, at most. A tile by label is larger: what a state
 * keeps of a label stays in the cache while its rows are read. */
#define TILE_ROWS 16384
#define ROW_TILE_CELLS 65536
#define LABEL_TILE_CELLS 262144

/* The bits of 1 in bfloat16. */
#define BFLOAT_ONE 0x3f80u

limen_status limen_score_reader_create(const limen_tally *tally, limen_tile_order order,
                                       limen_score_reader *reader, limen_error *error)
{
    const limen_allocator *a = &tally->allocator;
    int64_t width = tally->spec.width;
    int64_t most = order == LIMEN_BY_LABEL ? LABEL_TILE_CELLS : ROW_TILE_CELLS;
    int64_t rows = width < most ? most / width : 1;
    size_t cells;

    rows = rows < TILE_ROWS ? rows : TILE_ROWS;
    cells = (size_t)rows * (size_t)width;
    *reader = (limen_score_reader){.order = order, .tile_rows = rows};
    reader->scores = limen_new_raw(a, cells, sizeof(double));
    reader->targets = limen_new_raw(a, cells, sizeof(double));
    reader->truth = limen_new_raw(a, cells, 1);
    reader->valid = limen_new_raw(a, cells, 1);
    reader->classes = limen_new_raw(a, (size_t)rows, sizeof *reader->classes);
    reader->groups = limen_new_raw(a, (size_t)rows, sizeof *reader->groups);
    reader->weights = limen_new_raw(a, (size_t)rows, sizeof *reader->weights);
    if (reader->scores && reader->targets && reader->truth && reader->valid && reader->classes &&
        reader->groups && reader->weights)
        return LIMEN_OK;
    limen_score_reader_destroy(tally, reader);
    return limen_fail_memory(error, cells * 2 * sizeof(double));
}

void limen_score_reader_destroy(const limen_tally *tally, limen_score_reader *reader)
{
    const limen_allocator *a = &tally->allocator;
    size_t rows = (size_t)reader->tile_rows;
    size_t cells = rows * (size_t)tally->spec.width;

    limen_delete(a, reader->scores, cells, sizeof(double));
    limen_delete(a, reader->targets, cells, sizeof(double));
    limen_delete(a, reader->truth, cells, 1);
    limen_delete(a, reader->valid, cells, 1);
    limen_delete(a, reader->classes, rows, sizeof *reader->classes);
    limen_delete(a, reader->groups, rows, sizeof *reader->groups);
    limen_delete(a, reader->weights, rows, sizeof *reader->weights);
    *reader = (limen_score_reader){.order = reader->order};
}

void limen_score_reader_start(limen_score_reader *reader, const limen_checked_batch *batch)
{
    reader->batch = batch;
    reader->plane = 0;
    reader->row = 0;
    reader->rows = 0;
}

limen_status limen_score_reader_verify(const limen_tally *tally, const limen_score_reader *reader,
                                       limen_error *error)
{
    if (!limen_batch_has_fault(tally, reader->batch, reader->plane, reader->row, reader->rows, 0,
                               tally->spec.width))
        return LIMEN_OK;
    return limen_batch_find_fault(tally, reader->batch, error);
}

/* Rows of one plane of an array, turned so that the tile's order is row after row. */
static limen_view tile_view(const limen_score_reader *reader, const limen_array *array)
{
    limen_view plane = limen_plane_view(&reader->batch->planes, array, reader->plane);
    limen_view view = limen_view_rows(&plane, reader->row, reader->rows);

    if (reader->order == LIMEN_BY_LABEL)
        view = (limen_view){.data = view.data,
                            .dtype = view.dtype,
                            .rows = view.columns,
                            .columns = view.rows,
                            .row_stride = view.column_stride,
                            .column_stride = view.row_stride};
    return view;
}

/* The cells of a view side by side: in place where they are so, else in scratch. */
static const void *flat(const limen_view *view, void *scratch)
{
    size_t size = limen_dtype_size(view->dtype);

    if (limen_view_is_flat(view))
        return view->data;
    if (limen_view_is_column_major(view) && !limen_view_is_row_major(view))
        limen_turn(size, view->data, view->column_stride, (size_t)view->columns, (size_t)view->rows,
                   scratch, view->columns * (ptrdiff_t)size);
    else
        limen_view_gather(view, scratch);
    return scratch;
}

/* The three below return 1 when they have seen something that may be a fault. */

static int read_scores(const limen_tally *tally, limen_score_reader *reader, limen_score_tile *tile)
{
    limen_view view = tile_view(reader, &reader->batch->batch->scores);
    size_t count = (size_t)(tile->rows * tile->labels);
    uint16_t *decisions = reader->scores;
    int odd;

    if (limen_dtype_is_float(view.dtype)) {
        tile->scores = flat(&view, reader->scores);
        return 0; /* NaN is seen by who turns scores into keys or numbers */
    }
    odd = tally->kernels->binary[view.dtype](flat(&view, reader->targets), reader->truth, count);
    for (size_t i = 0; i < count; i++)
        decisions[i] = reader->truth[i] ? BFLOAT_ONE : 0;
    tile->scores = decisions;
    return odd;
}

static int read_targets(const limen_tally *tally, limen_score_reader *reader,
                        limen_score_tile *tile)
{
    limen_view view = tile_view(reader, &reader->batch->batch->targets);
    size_t count = (size_t)(tile->rows * tile->labels);
    const void *targets = flat(&view, reader->targets);

    tile->truth = reader->truth;
    if (!tally->spec.has_ignore_index && (view.dtype == LIMEN_U8 || view.dtype == LIMEN_BOOL) &&
        (reader->trusted || !tally->kernels->check(targets, count))) {
        tile->truth = targets;
        return 0;
    }
    if (!tally->spec.has_ignore_index)
        return tally->kernels->binary[view.dtype](targets, reader->truth, count);
    tile->valid = reader->valid;
    return tally->kernels->binary_ignore[view.dtype](targets, tally->spec.ignore_index,
                                                     reader->truth, reader->valid, count);
}

static int read_classes(const limen_tally *tally, limen_score_reader *reader,
                        limen_score_tile *tile)
{
    limen_view plane =
        limen_plane_view(&reader->batch->planes, &reader->batch->batch->targets, reader->plane);
    int odd = 0;

    tile->classes = reader->classes;
    for (int64_t row = 0; row < tile->rows; row++) {
        int64_t value = -1;
        int whole =
            limen_load_integer(plane.dtype, limen_view_cell(&plane, reader->row + row, 0), &value);
        int ignored = whole && tally->spec.has_ignore_index && value == tally->spec.ignore_index;

        odd |= !ignored && (!whole || value < 0 || value >= tally->spec.width);
        reader->classes[row] = ignored ? -1 : (int32_t)value;
    }
    return odd;
}

/* Weights and groups have been checked with the batch. */
static void read_rows(const limen_tally *tally, limen_score_reader *reader, limen_score_tile *tile)
{
    const limen_checked_batch *batch = reader->batch;
    limen_view view;

    if (tally->spec.weighted) {
        view = limen_plane_view(&batch->planes, &batch->batch->weights, reader->plane);
        for (int64_t row = 0; row < tile->rows; row++)
            reader->weights[row] =
                limen_load_real(view.dtype, limen_view_cell(&view, reader->row + row, 0));
        tile->weights = reader->weights;
    }
    if (tally->spec.groups > 0) {
        view = limen_plane_view(&batch->planes, &batch->batch->groups, reader->plane);
        for (int64_t row = 0; row < tile->rows; row++) {
            int64_t group = 0;

            (void)limen_load_integer(view.dtype, limen_view_cell(&view, reader->row + row, 0),
                                     &group);
            reader->groups[row] = (int32_t)group;
        }
        tile->groups = reader->groups;
    }
}

/* Past the present tile; 0 at the end of the batch. */
static int advance(limen_score_reader *reader)
{
    const limen_checked_batch *batch = reader->batch;
    int64_t left;

    reader->row += reader->rows;
    reader->rows = 0;
    if (reader->row == batch->planes.rows) {
        reader->row = 0;
        reader->plane++;
    }
    if (batch->samples == 0 || reader->plane >= batch->planes.planes)
        return 0;
    left = batch->planes.rows - reader->row;
    reader->rows = left < reader->tile_rows ? left : reader->tile_rows;
    return 1;
}

limen_status limen_score_reader_next(const limen_tally *tally, limen_score_reader *reader,
                                     limen_score_tile *tile, limen_error *error)
{
    limen_dtype dtype = reader->batch->score_dtype;
    int multiclass = tally->spec.task == LIMEN_MULTICLASS;
    int odd;

    *tile = (limen_score_tile){.labels = tally->spec.width, .dtype = limen_tile_dtype(dtype)};
    if (!advance(reader))
        return LIMEN_OK;
    if (multiclass && limen_dtype_is_integer(dtype))
        return limen_fail_cell(error, LIMEN_ERR_DTYPE, LIMEN_INPUT_SCORES, -1, -1,
                               "scores are class numbers, but this tally keeps a state that needs "
                               "a score for each class");
    tile->rows = reader->rows;
    odd = read_scores(tally, reader, tile);
    odd |= multiclass ? read_classes(tally, reader, tile) : read_targets(tally, reader, tile);
    if (odd) {
        limen_status status = limen_score_reader_verify(tally, reader, error);

        if (status != LIMEN_OK)
            return status;
    }
    read_rows(tally, reader, tile);
    return LIMEN_OK;
}
