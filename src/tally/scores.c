#include "tally/scores.h"

#include "kernels/sort.h"
#include "tally/score_tile.h"

/* About how many cells a block holds, and the bounds of its rows. */
#define BLOCK_CELLS 262144
#define LEAST_ROWS 256
#define MOST_ROWS 65536

/* As limen_score_block, for writing. */
struct block {
    void *keys;
    uint8_t *cells;
    int32_t *classes, *groups;
    double *weights;
};

struct scores {
    limen_score_reader reader;
    limen_dtype dtype;
    int64_t block_rows;
    int64_t rows;    /* that count */
    int64_t pending; /* written behind them */
    struct block *blocks;
    int64_t blocks_used, blocks_room;
};

/* The columns of cells in a block: one a label, or none for multiclass. */
static size_t cell_bytes(const limen_tally *tally, const struct scores *scores)
{
    if (tally->spec.task == LIMEN_MULTICLASS)
        return 0;
    return (size_t)scores->block_rows * (size_t)tally->spec.width;
}

static size_t key_cells(const limen_tally *tally, const struct scores *scores)
{
    return (size_t)scores->block_rows * (size_t)tally->spec.width;
}

static void release_block(const limen_tally *tally, const struct scores *scores,
                          const struct block *block)
{
    const limen_allocator *a = &tally->allocator;
    size_t rows = (size_t)scores->block_rows;

    limen_delete(a, block->keys, key_cells(tally, scores), limen_dtype_size(scores->dtype));
    limen_delete(a, block->cells, cell_bytes(tally, scores), 1);
    limen_delete(a, block->classes, rows, sizeof *block->classes);
    limen_delete(a, block->groups, rows, sizeof *block->groups);
    limen_delete(a, block->weights, rows, sizeof *block->weights);
}

/* Blocks from the index-th on, whose rows do not count. */
static void release_blocks(const limen_tally *tally, struct scores *scores, int64_t index)
{
    for (int64_t i = index; i < scores->blocks_used; i++)
        release_block(tally, scores, &scores->blocks[i]);
    scores->blocks_used = index;
}

static int64_t blocks_for(const struct scores *scores, int64_t rows)
{
    return (rows + scores->block_rows - 1) / scores->block_rows;
}

/* Rows of the block that begins with a row. */
static int64_t rows_from(const struct scores *scores, int64_t row)
{
    int64_t left = scores->rows - row;

    return left < scores->block_rows ? left : scores->block_rows;
}

static limen_status add_block(const limen_tally *tally, struct scores *scores, limen_error *error)
{
    const limen_allocator *a = &tally->allocator;
    const limen_spec *spec = &tally->spec;
    size_t rows = (size_t)scores->block_rows;
    struct block block = {0};
    int multiclass = spec->task == LIMEN_MULTICLASS;

    if (scores->blocks_used == scores->blocks_room) {
        int64_t room = scores->blocks_room ? 2 * scores->blocks_room : 4;
        struct block *blocks = limen_resize(a, scores->blocks, (size_t)scores->blocks_room,
                                            (size_t)room, sizeof *blocks);

        if (!blocks)
            return limen_fail_memory(error, (size_t)room * sizeof *blocks);
        scores->blocks = blocks;
        scores->blocks_room = room;
    }
    block.keys = limen_new_raw(a, key_cells(tally, scores), limen_dtype_size(scores->dtype));
    if (multiclass)
        block.classes = limen_new_raw(a, rows, sizeof *block.classes);
    else
        block.cells = limen_new_raw(a, cell_bytes(tally, scores), 1);
    if (spec->groups > 0)
        block.groups = limen_new_raw(a, rows, sizeof *block.groups);
    if (spec->weighted)
        block.weights = limen_new_raw(a, rows, sizeof *block.weights);
    if (!block.keys || (multiclass ? !block.classes : !block.cells) ||
        (spec->groups > 0 && !block.groups) || (spec->weighted && !block.weights)) {
        release_block(tally, scores, &block);
        return limen_fail_memory(error, key_cells(tally, scores) * sizeof(double));
    }
    scores->blocks[scores->blocks_used++] = block;
    return LIMEN_OK;
}

/* Room for `rows` rows in all. */
static limen_status reserve(const limen_tally *tally, struct scores *scores, int64_t rows,
                            limen_error *error)
{
    while (scores->blocks_used < blocks_for(scores, rows)) {
        limen_status status = add_block(tally, scores, error);

        if (status != LIMEN_OK)
            return status;
    }
    return LIMEN_OK;
}

/* One label of a tile to its place: keys, and what the target is. Returns 1 when there is a NaN. */
static int write_label(const limen_tally *tally, const limen_score_tile *tile, int64_t label,
                       int64_t first, int64_t count, unsigned char *keys, uint8_t *out)
{
    size_t size = limen_dtype_size(tile->dtype);
    int64_t from = label * tile->rows + first;

    if (out && tile->truth) {
        memcpy(out, tile->truth + from, (size_t)count);
        if (tile->valid) {
            for (int64_t i = 0; i < count; i++)
                out[i] = tile->valid[from + i] ? out[i] : LIMEN_CELL_IGNORED;
        }
    }
    return tally->kernels->keys[tile->dtype](
        (const unsigned char *)tile->scores + (size_t)from * size, keys, (size_t)count);
}

/* A tile behind the rows at `row`, cut where a block ends. */
static int write_tile(const limen_tally *tally, struct scores *scores, const limen_score_tile *tile,
                      int64_t row)
{
    size_t size = limen_dtype_size(tile->dtype);
    int nan = 0;

    for (int64_t first = 0, count; first < tile->rows; first += count) {
        const struct block *block = &scores->blocks[(row + first) / scores->block_rows];
        int64_t place = (row + first) % scores->block_rows;
        size_t rows;

        count = tile->rows - first;
        if (count > scores->block_rows - place)
            count = scores->block_rows - place;
        rows = (size_t)count;
        for (int64_t label = 0; label < tile->labels; label++) {
            int64_t to = label * scores->block_rows + place;

            nan |= write_label(tally, tile, label, first, count,
                               (unsigned char *)block->keys + (size_t)to * size,
                               block->cells ? block->cells + to : NULL);
        }
        if (block->classes)
            memcpy(block->classes + place, tile->classes + first, rows * sizeof *block->classes);
        if (block->groups)
            memcpy(block->groups + place, tile->groups + first, rows * sizeof *block->groups);
        if (block->weights)
            memcpy(block->weights + place, tile->weights + first, rows * sizeof *block->weights);
    }
    return nan;
}

static limen_status create(const limen_tally *tally, const limen_count_arrays *arrays, void **state,
                           limen_error *error)
{
    struct scores *scores = limen_new(&tally->allocator, 1, sizeof *scores);
    int64_t rows = BLOCK_CELLS / tally->spec.width;
    limen_status status;

    (void)arrays;
    if (!scores)
        return limen_fail_memory(error, sizeof *scores);
    scores->block_rows = rows < LEAST_ROWS ? LEAST_ROWS : rows > MOST_ROWS ? MOST_ROWS : rows;
    status = limen_score_reader_create(tally, LIMEN_BY_LABEL, &scores->reader, error);
    if (status != LIMEN_OK) {
        limen_delete(&tally->allocator, scores, 1, sizeof *scores);
        return status;
    }
    *state = scores;
    return LIMEN_OK;
}

static void reset(const limen_tally *tally, void *state)
{
    struct scores *scores = state;

    release_blocks(tally, scores, 0);
    scores->rows = 0;
    scores->pending = 0;
    scores->dtype = LIMEN_NONE;
}

static void destroy(const limen_tally *tally, void *state)
{
    struct scores *scores = state;

    reset(tally, scores);
    limen_delete(&tally->allocator, scores->blocks, (size_t)scores->blocks_room,
                 sizeof *scores->blocks);
    limen_score_reader_destroy(tally, &scores->reader);
    limen_delete(&tally->allocator, scores, 1, sizeof *scores);
}

/* While no row counts the blocks may be those of another dtype, left by an update that failed. */
static void take_dtype(const limen_tally *tally, struct scores *scores, limen_dtype dtype)
{
    if (scores->dtype == dtype)
        return;
    release_blocks(tally, scores, 0);
    scores->dtype = dtype;
}

static limen_status collect(const limen_tally *tally, void *state, const limen_checked_batch *batch,
                            limen_error *error)
{
    struct scores *scores = state;
    limen_score_tile tile;
    limen_status status;

    scores->pending = 0;
    take_dtype(tally, scores, limen_tile_dtype(batch->score_dtype));
    status = reserve(tally, scores, scores->rows + batch->samples, error);
    if (status != LIMEN_OK)
        return status;
    limen_score_reader_start(&scores->reader, batch);
    for (;;) {
        int nan;

        status = limen_score_reader_next(tally, &scores->reader, &tile, error);
        if (status != LIMEN_OK || tile.rows == 0)
            return status;
        nan = write_tile(tally, scores, &tile, scores->rows + scores->pending);
        if (nan && tally->spec.nan == LIMEN_NAN_ERROR) {
            status = limen_score_reader_verify(tally, &scores->reader, error);
            if (status != LIMEN_OK)
                return status;
        }
        scores->pending += tile.rows;
    }
}

static void commit(const limen_tally *tally, void *state)
{
    struct scores *scores = state;

    (void)tally;
    scores->rows += scores->pending;
    scores->pending = 0;
}

/* `count` rows of one block into another, all labels. */
static void copy_rows(const limen_tally *tally, const struct scores *scores, const struct block *to,
                      int64_t to_row, const struct block *from, int64_t from_row, int64_t count)
{
    size_t size = limen_dtype_size(scores->dtype);
    size_t rows = (size_t)count;

    for (int64_t label = 0; label < tally->spec.width; label++) {
        int64_t out = label * scores->block_rows + to_row;
        int64_t in = label * scores->block_rows + from_row;

        memcpy((unsigned char *)to->keys + (size_t)out * size,
               (const unsigned char *)from->keys + (size_t)in * size, rows * size);
        if (to->cells)
            memcpy(to->cells + out, from->cells + in, rows);
    }
    if (to->classes)
        memcpy(to->classes + to_row, from->classes + from_row, rows * sizeof *to->classes);
    if (to->groups)
        memcpy(to->groups + to_row, from->groups + from_row, rows * sizeof *to->groups);
    if (to->weights)
        memcpy(to->weights + to_row, from->weights + from_row, rows * sizeof *to->weights);
}

static limen_status reserve_merge(const limen_tally *tally, void *into, const void *from,
                                  limen_error *error)
{
    struct scores *to = into;
    const struct scores *source = from;

    if (source->rows == 0)
        return LIMEN_OK;
    take_dtype(tally, to, source->dtype);
    return reserve(tally, to, to->rows + source->rows, error);
}

static void merge(const limen_tally *tally, void *into, const void *from)
{
    struct scores *to = into;
    const struct scores *source = from;

    for (int64_t row = 0, count, rows = source->rows; row < rows; row += count) {
        int64_t in = row % source->block_rows;
        int64_t out = (to->rows + row) % to->block_rows;
        int64_t room = to->block_rows - (in > out ? in : out);

        count = rows - row < room ? rows - row : room;
        copy_rows(tally, to, &to->blocks[(to->rows + row) / to->block_rows], out,
                  &source->blocks[row / source->block_rows], in, count);
    }
    to->rows += source->rows;
}

/* ---- As bytes ------------------------------------------------------------------------------ */

/* What rows consist of: columns of all rows, one a label or one in all. */
enum part { KEYS, CELLS, CLASSES, GROUPS, WEIGHTS, PARTS };

struct part_layout {
    int64_t columns;
    size_t size; /* of an element */
};

static struct part_layout layout_of(const limen_tally *tally, enum part part)
{
    const limen_spec *spec = &tally->spec;
    int multiclass = spec->task == LIMEN_MULTICLASS;

    switch (part) {
    case KEYS:
        return (struct part_layout){spec->width,
                                    limen_dtype_size(limen_tile_dtype(spec->score_dtype))};
    case CELLS:
        return (struct part_layout){multiclass ? 0 : spec->width, 1};
    case CLASSES:
        return (struct part_layout){multiclass, sizeof(int32_t)};
    case GROUPS:
        return (struct part_layout){spec->groups > 0, sizeof(int32_t)};
    default:
        return (struct part_layout){spec->weighted, sizeof(double)};
    }
}

static void *column_of(const struct scores *scores, const struct block *block, enum part part,
                       int64_t column)
{
    void *const parts[PARTS] = {block->keys, block->cells, block->classes, block->groups,
                                block->weights};
    int64_t first = column * scores->block_rows;

    if (part == KEYS)
        return (unsigned char *)parts[KEYS] + (size_t)first * limen_dtype_size(scores->dtype);
    return part == CELLS ? block->cells + first : parts[part];
}

static double least_size(const limen_tally *tally)
{
    double row = 0.0;

    for (enum part part = KEYS; part < PARTS; part++) {
        struct part_layout layout = layout_of(tally, part);

        row += (double)layout.columns * (double)layout.size;
    }
    return row * (double)tally->samples;
}

static uint64_t packed_size(const limen_tally *tally, const void *state)
{
    uint64_t row = 0;

    (void)state;
    for (enum part part = KEYS; part < PARTS; part++) {
        struct part_layout layout = layout_of(tally, part);

        row += (uint64_t)layout.columns * layout.size;
    }
    return row * (uint64_t)tally->samples;
}

static void pack(const limen_tally *tally, const void *state, limen_packer *packer)
{
    const struct scores *scores = state;

    for (enum part part = KEYS; part < PARTS; part++) {
        struct part_layout layout = layout_of(tally, part);

        for (int64_t column = 0; column < layout.columns; column++) {
            for (int64_t row = 0; row < scores->rows; row += scores->block_rows) {
                const struct block *block = &scores->blocks[row / scores->block_rows];
                int64_t rows = rows_from(scores, row);

                limen_pack_words(packer, column_of(scores, block, part, column), (size_t)rows,
                                 layout.size);
            }
        }
    }
}

static int keys_are_sound(const limen_tally *tally, limen_dtype dtype, const void *keys,
                          int64_t count)
{
    int decisions = !limen_dtype_is_float(tally->spec.score_dtype);
    uint64_t zero = limen_score_key(dtype, 0.0);
    uint64_t low = decisions ? zero : limen_score_key(dtype, -INFINITY);
    uint64_t high = limen_score_key(dtype, decisions ? 1.0 : INFINITY);

    for (int64_t i = 0; i < count; i++) {
        uint64_t key = limen_key_at(dtype, keys, (size_t)i);
        int nan = key == LIMEN_KEY_NAN && tally->spec.nan == LIMEN_NAN_NEGATIVE && !decisions;

        if (!nan && (key < low || key > high || key == zero - 1 ||
                     (decisions && key != low && key != high)))
            return 0;
    }
    return 1;
}

/* Whether elements of a part can have come from a batch. */
static int is_sound(const limen_tally *tally, limen_dtype dtype, enum part part, const void *column,
                    int64_t count)
{
    const limen_spec *spec = &tally->spec;
    int good = part != KEYS || keys_are_sound(tally, dtype, column, count);

    for (int64_t i = 0; good && i < count; i++) {
        switch (part) {
        case CELLS:
            good = ((const uint8_t *)column)[i] <= LIMEN_CELL_POSITIVE + spec->has_ignore_index;
            break;
        case CLASSES:
            good = ((const int32_t *)column)[i] >= -spec->has_ignore_index &&
                   ((const int32_t *)column)[i] < spec->width;
            break;
        case GROUPS:
            good = ((const int32_t *)column)[i] >= 0 && ((const int32_t *)column)[i] < spec->groups;
            break;
        case WEIGHTS:
            good = isfinite(((const double *)column)[i]) && ((const double *)column)[i] >= 0.0;
            break;
        default:
            return good;
        }
    }
    return good;
}

static limen_status unpack_column(const limen_tally *tally, struct scores *scores, enum part part,
                                  int64_t column, limen_unpacker *bytes, limen_error *error)
{
    static const char *const faults[PARTS] = {"a key that no score has", "a target that is none",
                                              "a class that is none", "a group that is none",
                                              "a weight that is negative or not finite"};
    size_t size = layout_of(tally, part).size;

    for (int64_t row = 0; row < scores->rows; row += scores->block_rows) {
        void *to = column_of(scores, &scores->blocks[row / scores->block_rows], part, column);
        int64_t rows = rows_from(scores, row);
        int64_t place = limen_unpacker_place(bytes);

        limen_unpack_words(bytes, to, (size_t)rows, size);
        if (!is_sound(tally, scores->dtype, part, to, rows))
            return limen_fail_byte(error, LIMEN_ERR_FORMAT, place, "scores: %s", faults[part]);
    }
    return LIMEN_OK;
}

static limen_status unpack(const limen_tally *tally, void *state, limen_unpacker *bytes,
                           limen_error *error)
{
    struct scores *scores = state;
    limen_status status;

    if (tally->samples == 0)
        return LIMEN_OK;
    take_dtype(tally, scores, limen_tile_dtype(tally->spec.score_dtype));
    status = reserve(tally, scores, tally->samples, error);
    if (status == LIMEN_OK)
        scores->rows = tally->samples;
    for (enum part part = KEYS; part < PARTS; part++) {
        int64_t columns = layout_of(tally, part).columns;

        for (int64_t column = 0; status == LIMEN_OK && column < columns; column++)
            status = unpack_column(tally, scores, part, column, bytes, error);
    }
    return status;
}

const limen_state_ops limen_scores_ops = {
    .name = "scores",
    .create = create,
    .destroy = destroy,
    .reset = reset,
    .collect = collect,
    .commit = commit,
    .reserve = reserve_merge,
    .merge = merge,
    .packed_size = packed_size,
    .least_size = least_size,
    .pack = pack,
    .unpack = unpack,
};

static const struct scores *state_of(const limen_tally *tally)
{
    return tally->states[LIMEN_STATE_SCORES];
}

limen_dtype limen_scores_dtype(const limen_tally *tally)
{
    const struct scores *scores = state_of(tally);

    return scores->rows ? scores->dtype : LIMEN_NONE;
}

int64_t limen_scores_blocks(const limen_tally *tally)
{
    return blocks_for(state_of(tally), state_of(tally)->rows);
}

limen_score_block limen_scores_block(const limen_tally *tally, int64_t index)
{
    const struct scores *scores = state_of(tally);
    const struct block *block = &scores->blocks[index];

    return (limen_score_block){
        .rows = rows_from(scores, index * scores->block_rows),
        .stride = scores->block_rows,
        .keys = block->keys,
        .cells = block->cells,
        .classes = block->classes,
        .groups = block->groups,
        .weights = block->weights,
    };
}
