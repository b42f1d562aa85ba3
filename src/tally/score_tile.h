/* Reading a checked batch for states that need the scores themselves: tile by tile, in whichever
 * order a state wants, label by label (long runs of one label) or row by row. Decisions become the
 * bfloat16 scores 0 and 1, so that who reads a tile knows floats only. (cells.h is for states that
 * need decisions at thresholds.) */
#ifndef LIMEN_TALLY_SCORE_TILE_H
#define LIMEN_TALLY_SCORE_TILE_H

#include "tally/state.h"

typedef enum limen_tile_order { LIMEN_BY_LABEL, LIMEN_BY_ROW } limen_tile_order;

/* Some rows of all labels. A cell (row, label) is element label * rows + row (by label), or row *
 * labels + label (by row). Any alignment. */
typedef struct limen_score_tile {
    int64_t rows, labels;
    limen_dtype dtype; /* F16, BF16, F32 or F64 */
    const void *scores;
    const uint8_t *truth;   /* 0 or 1 a cell; multiclass: NULL */
    const uint8_t *valid;   /* 0 where ignored, else 1; NULL: nothing is ignored */
    const int32_t *classes; /* multiclass: of each row, -1 when ignored; else NULL */
    const int32_t *groups;  /* of each row; NULL without groups */
    const double *weights;  /* of each row; NULL in an unweighted tally */
} limen_score_tile;

/* The scratch for one tile, and where in the batch it lies. */
typedef struct limen_score_reader {
    limen_tile_order order;
    int64_t tile_rows;
    int trusted; /* bytes of targets have been checked in an earlier pass: taken as they are */
    void *scores, *targets;
    uint8_t *truth, *valid;
    int32_t *classes, *groups;
    double *weights;

    const limen_checked_batch *batch;
    int64_t plane, row, rows; /* of the present tile */
} limen_score_reader;

limen_status limen_score_reader_create(const limen_tally *tally, limen_tile_order order,
                                       limen_score_reader *reader, limen_error *error);
void limen_score_reader_destroy(const limen_tally *tally, limen_score_reader *reader);

/* From the first row of a batch. */
void limen_score_reader_start(limen_score_reader *reader, const limen_checked_batch *batch);

/* The next tile, valid until the one after; rows is 0 at the end. Fails for a target outside its
 * domain, a decision that is none, and with DTYPE for class numbers in place of scores. NaN is not
 * looked for here. */
limen_status limen_score_reader_next(const limen_tally *tally, limen_score_reader *reader,
                                     limen_score_tile *tile, limen_error *error);

/* VALUE, with its place, when the present tile has a fault. For who has seen a NaN among its
 * scores, which may be allowed or ignored. */
limen_status limen_score_reader_verify(const limen_tally *tally, const limen_score_reader *reader,
                                       limen_error *error);

/* The sample that is a row of the present tile, as errors count them. */
static inline int64_t limen_score_reader_sample(const limen_score_reader *reader, int64_t row)
{
    const limen_planes *planes = &reader->batch->planes;

    return reader->batch->row_offset + reader->plane * planes->plane_step +
           (reader->row + row) * planes->row_step;
}

/* The dtype of the scores in the tiles: BF16 for decisions, else that of the batch. */
static inline limen_dtype limen_tile_dtype(limen_dtype scores)
{
    return limen_dtype_is_integer(scores) ? LIMEN_BF16 : scores;
}

#endif
