/* Binary and multilabel cells as flags: a chunk of a batch is read tile by tile through a reader,
 * the scratch of one thread. */
#ifndef LIMEN_TALLY_CELLS_H
#define LIMEN_TALLY_CELLS_H

#include "core/threads.h"
#include "tally/state.h"

/* A batch is cut into chunks of whole rows within a plane; where depends on the batch alone. */
typedef struct limen_chunks {
    int64_t rows; /* of a chunk, at most */
    int64_t per_plane, count;
} limen_chunks;

typedef struct limen_chunk {
    int64_t plane, row, rows;
} limen_chunk;

limen_chunks limen_chunks_of(const limen_tally *tally, const limen_checked_batch *batch);
limen_chunk limen_chunk_at(const limen_chunks *chunks, const limen_checked_batch *batch,
                           int64_t chunk);

/* Threads that are worth starting for a batch, at most the tally's. */
int limen_threads_for(const limen_tally *tally, const limen_checked_batch *batch);

typedef struct limen_reader {
    const limen_checked_batch *batch;
    limen_chunk chunk;
    limen_view scores, targets; /* of the chunk */
    int ignores;
    int64_t tile_cells;
    void *score_cells, *target_cells; /* a tile gathered from a view that is not flat */
    void *label_cuts;                 /* a tile of one label's cut for each set */
    uint8_t *flags;                   /* targets, valid, then decisions set by set */
} limen_reader;

/* Flags of rows x columns cells, row after row without gaps. Cells that are not valid are 0
 * everywhere; valid is NULL when all are. */
typedef struct limen_tile {
    const uint8_t *targets, *valid;
    uint8_t *decisions; /* of set s at s * stride */
    int64_t stride;
} limen_tile;

limen_status limen_reader_create(const limen_tally *tally, limen_reader *reader,
                                 limen_error *error);
void limen_reader_destroy(const limen_tally *tally, limen_reader *reader);

void limen_reader_open(const limen_tally *tally, limen_reader *reader,
                       const limen_checked_batch *batch, limen_chunk chunk);

/* Rows first <= row < first + rows of the chunk (at most tally->tile_rows) and as many columns (at
 * most tally->tile_columns; fewer than all of them only where tile_rows is 1). Returns 0 when a
 * cell is at fault. */
int limen_reader_tile(const limen_tally *tally, limen_reader *reader, int64_t first, int64_t rows,
                      int64_t column, int64_t columns, limen_tile *tile);

/* One label alone, at most tile_cells rows. Begins with limen_reader_label for each label. */
void limen_reader_label(const limen_tally *tally, limen_reader *reader, int64_t label);
int limen_reader_run(const limen_tally *tally, limen_reader *reader, int64_t first, int64_t rows,
                     int64_t label, limen_tile *tile);

/* The rows of a chunk in an array of the batch; without elements when it is absent. */
static inline limen_view limen_chunk_view(const limen_checked_batch *batch,
                                          const limen_array *array, limen_chunk chunk)
{
    limen_view view = {0};

    if (limen_array_present(array)) {
        view = limen_plane_view(&batch->planes, array, chunk.plane);
        view = limen_view_rows(&view, chunk.row, chunk.rows);
    }
    return view;
}

static inline double limen_row_weight(const limen_view *weights, int64_t row)
{
    return limen_load_real(weights->dtype, limen_view_cell(weights, row, 0));
}

/* 0 when there are no groups. */
static inline int64_t limen_row_group(const limen_view *groups, int64_t row)
{
    int64_t group = 0;

    if (groups->dtype != LIMEN_NONE)
        (void)limen_load_integer(groups->dtype, limen_view_cell(groups, row, 0), &group);
    return group;
}

#endif
