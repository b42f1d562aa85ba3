/* Counting binary and multilabel cells. Every chunk of a batch is counted into the slot of a
 * thread, and added to what is pending in the order of the chunks.
 *
 * Without weights and groups, flags are added up in bytes, a tile on top of the other, and the
 * bytes are flushed before they overflow: the targets of a tile, its decisions, and both at once.
 * The four outcomes follow from these. Else each row is added to the sums of its group. */
#include "tally/batch.h"
#include "tally/cells.h"
#include "tally/counts.h"
#include "tally/groups.h"

#include <string.h>

#define BYTE_TILES 255  /* tiles of flags that a byte can hold */
#define BLOCK_ROWS 128  /* weights that are added without carrying the error along */
#define STRIP_CELLS 512 /* that are made flags, then counted, before the next ones are read */
#define RUN_ROWS 64     /* rows that make it worth while to take columns one by one */

/* Rows of `bytes` and `totals`: targets, valid cells, then for each set true positives and
 * predicted positives. */
enum { ROW_TARGETS, ROW_VALID, ROW_SETS };

/* What a chunk, or a batch, adds: groups x sets x outcomes x width. */
struct delta {
    limen_touched touched;
    int64_t *whole;
    limen_sum *sums; /* weighted, in place of whole */
};

struct slot {
    limen_reader reader;
    uint8_t *bytes;  /* (2 + 2 sets) x a tile; 0 between chunks, as all below */
    int64_t *totals; /* (2 + 2 sets) x width */
    struct delta delta;
    double *block;       /* as delta.sums */
    int64_t *block_rows; /* a group */
};

struct limen_label_counts {
    int by_row; /* weights or groups */
    struct delta pending;
    struct slot *slots; /* a thread */
};

struct job {
    const limen_tally *tally;
    struct limen_label_counts *counts;
    const limen_checked_batch *batch;
    limen_chunks chunks;
};

static size_t delta_cells(const limen_tally *tally)
{
    return (size_t)(limen_tally_groups(tally) * tally->spec.sets * LIMEN_OUTCOMES *
                    tally->spec.width);
}

/* Cells of one group in a delta. */
static size_t group_cells(const limen_tally *tally)
{
    return (size_t)(tally->spec.sets * LIMEN_OUTCOMES * tally->spec.width);
}

static size_t sum_rows(const limen_tally *tally)
{
    return (size_t)(ROW_SETS + 2 * tally->spec.sets);
}

static size_t tile_cells(const limen_tally *tally)
{
    return (size_t)tally->tile_cells;
}

/* ---- Memory -------------------------------------------------------------------------------- */

static int create_delta(const limen_tally *tally, struct delta *delta)
{
    if (!limen_touched_create(tally, &delta->touched))
        return 0;
    if (tally->spec.weighted)
        delta->sums = limen_new(&tally->allocator, delta_cells(tally), sizeof(limen_sum));
    else
        delta->whole = limen_new(&tally->allocator, delta_cells(tally), sizeof(int64_t));
    return delta->sums || delta->whole;
}

static void destroy_delta(const limen_tally *tally, struct delta *delta)
{
    limen_touched_destroy(tally, &delta->touched);
    limen_delete(&tally->allocator, delta->sums, delta_cells(tally), sizeof(limen_sum));
    limen_delete(&tally->allocator, delta->whole, delta_cells(tally), sizeof(int64_t));
}

static void clear_delta(const limen_tally *tally, struct delta *delta)
{
    size_t cells = group_cells(tally);

    for (int64_t i = 0; i < delta->touched.count; i++) {
        size_t at = (size_t)delta->touched.list[i] * cells;

        if (delta->whole)
            memset(delta->whole + at, 0, cells * sizeof(int64_t));
        else
            memset(delta->sums + at, 0, cells * sizeof(limen_sum));
    }
    limen_touched_clear(&delta->touched);
}

static int create_slot(const limen_tally *tally, int by_row, struct slot *slot, limen_error *error)
{
    const limen_allocator *memory = &tally->allocator;

    if (limen_reader_create(tally, &slot->reader, error) != LIMEN_OK)
        return 0;
    if (!by_row) {
        slot->bytes = limen_new(memory, sum_rows(tally) * tile_cells(tally), 1);
        slot->totals =
            limen_new(memory, sum_rows(tally) * (size_t)tally->spec.width, sizeof(int64_t));
        return slot->bytes && slot->totals;
    }
    if (tally->spec.weighted) {
        slot->block = limen_new(memory, delta_cells(tally), sizeof(double));
        slot->block_rows = limen_new(memory, (size_t)limen_tally_groups(tally), sizeof(int64_t));
        if (!slot->block || !slot->block_rows)
            return 0;
    }
    return create_delta(tally, &slot->delta);
}

static void destroy_slot(const limen_tally *tally, struct slot *slot)
{
    const limen_allocator *memory = &tally->allocator;

    limen_reader_destroy(tally, &slot->reader);
    limen_delete(memory, slot->bytes, sum_rows(tally) * tile_cells(tally), 1);
    limen_delete(memory, slot->totals, sum_rows(tally) * (size_t)tally->spec.width,
                 sizeof(int64_t));
    limen_delete(memory, slot->block, delta_cells(tally), sizeof(double));
    limen_delete(memory, slot->block_rows, (size_t)limen_tally_groups(tally), sizeof(int64_t));
    destroy_delta(tally, &slot->delta);
}

limen_status limen_label_counts_create(const limen_tally *tally, limen_counts_state *state,
                                       limen_error *error)
{
    const limen_allocator *memory = &tally->allocator;
    struct limen_label_counts *counts = limen_new(memory, 1, sizeof *counts);

    if (!counts)
        return limen_fail_memory(error, sizeof *counts);
    state->labels = counts; /* from here on, the caller destroys what there is */
    counts->by_row = tally->spec.weighted || tally->spec.groups > 0;
    counts->slots = limen_new(memory, (size_t)tally->threads, sizeof *counts->slots);
    if (!counts->slots || !create_delta(tally, &counts->pending))
        return limen_fail_memory(error, 0);
    for (int i = 0; i < tally->threads; i++) {
        if (!create_slot(tally, counts->by_row, &counts->slots[i], error))
            return limen_fail_memory(error, 0);
    }
    return LIMEN_OK;
}

void limen_label_counts_destroy(const limen_tally *tally, limen_counts_state *state)
{
    struct limen_label_counts *counts = state->labels;

    if (!counts)
        return;
    for (int i = 0; counts->slots && i < tally->threads; i++)
        destroy_slot(tally, &counts->slots[i]);
    limen_delete(&tally->allocator, counts->slots, (size_t)tally->threads, sizeof *counts->slots);
    destroy_delta(tally, &counts->pending);
    limen_delete(&tally->allocator, counts, 1, sizeof *counts);
}

/* ---- Flags in bytes ------------------------------------------------------------------------ */

/* Rows of a tile for a chunk: when there are few, fewer and smaller tiles make fewer flushes. */
static int64_t rows_a_tile(const limen_tally *tally, int64_t rows)
{
    int64_t tile = 1;

    while (tile * tile < 2 * rows)
        tile *= 2;
    return tile < tally->tile_rows ? tile : tally->tile_rows;
}

static void add_tile(const limen_tally *tally, struct slot *slot, const limen_tile *tile, size_t n)
{
    const limen_kernels *kernels = tally->kernels;
    size_t stride = tile_cells(tally);
    uint8_t *sums = slot->bytes + ROW_SETS * stride;

    kernels->add(tile->targets, slot->bytes + ROW_TARGETS * stride, n);
    if (tile->valid)
        kernels->add(tile->valid, slot->bytes + ROW_VALID * stride, n);
    for (int64_t set = 0; set < tally->spec.sets; set++, sums += 2 * stride)
        kernels->add_pair(tile->decisions + set * tile->stride, tile->targets, sums, sums + stride,
                          n);
}

/* Folds the bytes of `rows` rows into the totals of their labels. */
static void flush_bytes(const limen_tally *tally, struct slot *slot, int64_t rows, int64_t column,
                        int64_t columns)
{
    size_t stride = tile_cells(tally);

    for (size_t i = 0; i < sum_rows(tally); i++) {
        uint8_t *bytes = slot->bytes + i * stride;
        int64_t *totals = slot->totals + (int64_t)i * tally->spec.width + column;

        if (i == ROW_VALID && !slot->reader.ignores)
            continue;
        for (int64_t row = 0; row < rows; row++)
            tally->kernels->flush(bytes + row * columns, totals, (size_t)columns);
    }
}

/* Scores and targets of a chunk lie side by side, and every cell counts: kernels take them as one
 * run, which is a row of tiles. */
static int is_one_run(const limen_tally *tally, const limen_reader *reader)
{
    return limen_dtype_is_float(reader->scores.dtype) && !reader->ignores && tally->tile_cuts &&
           limen_view_is_flat(&reader->scores) && limen_view_is_flat(&reader->targets);
}

/* `n` cells of the run from `cell` on, which stand at `at` of a tile. Returns what add_cells has
 * seen. */
static int add_strip(const limen_tally *tally, struct slot *slot, size_t cell, size_t at, size_t n)
{
    const limen_kernels *kernels = tally->kernels;
    const limen_reader *reader = &slot->reader;
    limen_dtype dtype = reader->scores.dtype;
    size_t cut_size = limen_dtype_size(limen_cut_dtype(dtype));
    size_t stride = tile_cells(tally);
    size_t target_size = limen_dtype_size(reader->targets.dtype);
    const unsigned char *cuts = tally->tile_cuts;
    const uint8_t *targets = reader->targets.data + cell * target_size;
    int seen = 0;

    if (target_size > 1) {
        if (kernels->binary[reader->targets.dtype](targets, reader->flags, n))
            seen = LIMEN_CELLS_TARGET;
        targets = reader->flags;
    }
    return seen | kernels->add_cells[dtype](
                      reader->scores.data + cell * limen_dtype_size(dtype), cuts + at * cut_size,
                      targets, slot->bytes + ROW_TARGETS * stride + at,
                      slot->bytes + ROW_SETS * stride + at, stride, (size_t)tally->spec.sets, n);
}

static int count_one_run(const limen_tally *tally, struct slot *slot)
{
    int64_t width = tally->spec.width;
    int64_t rows = slot->reader.chunk.rows;
    int64_t step = rows_a_tile(tally, rows);
    size_t cells = (size_t)(rows * width);
    size_t tile = (size_t)(step * width);
    int wanted = LIMEN_CELLS_TARGET | (tally->spec.nan == LIMEN_NAN_ERROR ? LIMEN_CELLS_NAN : 0);
    int tiles = 0;

    for (size_t cell = 0; cell < cells;) {
        size_t at = cell % tile;
        size_t n = cells - cell < STRIP_CELLS ? cells - cell : STRIP_CELLS;

        n = n < tile - at ? n : tile - at;
        if (add_strip(tally, slot, cell, at, n) & wanted)
            return 0;
        cell += n;
        if (at + n == tile && ++tiles == BYTE_TILES) {
            flush_bytes(tally, slot, step, 0, width);
            tiles = 0;
        }
    }
    flush_bytes(tally, slot, step < rows ? step : rows, 0, width);
    return 1;
}

static int count_tiles(const limen_tally *tally, struct slot *slot)
{
    int64_t rows = slot->reader.chunk.rows;
    int64_t step = rows_a_tile(tally, rows);

    for (int64_t column = 0; column < tally->spec.width; column += tally->tile_columns) {
        int64_t left = tally->spec.width - column;
        int64_t columns = left < tally->tile_columns ? left : tally->tile_columns;
        int tiles = 0;

        for (int64_t row = 0; row < rows; row += step) {
            int64_t count = rows - row < step ? rows - row : step;
            limen_tile tile;

            if (!limen_reader_tile(tally, &slot->reader, row, count, column, columns, &tile))
                return 0;
            add_tile(tally, slot, &tile, (size_t)(count * columns));
            if (++tiles == BYTE_TILES) {
                flush_bytes(tally, slot, step, column, columns);
                tiles = 0;
            }
        }
        flush_bytes(tally, slot, step < rows ? step : rows, column, columns);
    }
    return 1;
}

/* Columns that lie side by side in memory: one label after the other. */
static int count_runs(const limen_tally *tally, struct slot *slot)
{
    const limen_kernels *kernels = tally->kernels;
    int64_t rows = slot->reader.chunk.rows;
    int64_t width = tally->spec.width;
    int64_t step = slot->reader.tile_cells;

    for (int64_t label = 0; label < width; label++) {
        limen_reader_label(tally, &slot->reader, label);
        for (int64_t row = 0; row < rows; row += step) {
            size_t n = (size_t)(rows - row < step ? rows - row : step);
            int64_t *total = slot->totals + label;
            limen_tile tile;

            if (!limen_reader_run(tally, &slot->reader, row, (int64_t)n, label, &tile))
                return 0;
            total[ROW_TARGETS * width] += kernels->count(tile.targets, n);
            if (tile.valid)
                total[ROW_VALID * width] += kernels->count(tile.valid, n);
            for (int64_t set = 0; set < tally->spec.sets; set++) {
                const uint8_t *decisions = tile.decisions + set * tile.stride;

                total[(ROW_SETS + 2 * set) * width] +=
                    kernels->count_both(decisions, tile.targets, n);
                total[(ROW_SETS + 2 * set + 1) * width] += kernels->count(decisions, n);
            }
        }
    }
    return 1;
}

static int is_in_columns(const limen_tally *tally, const limen_reader *reader)
{
    return limen_view_is_column_major(&reader->scores) &&
           limen_view_is_column_major(&reader->targets) &&
           (tally->spec.width == 1 || reader->chunk.rows >= RUN_ROWS);
}

/* Totals of a chunk into outcomes; the totals are 0 again. */
static void add_totals(const limen_tally *tally, struct slot *slot, struct delta *pending)
{
    int64_t width = tally->spec.width;
    int64_t *targets = slot->totals + ROW_TARGETS * width;
    int64_t *valid = slot->totals + ROW_VALID * width;

    limen_touch(&pending->touched, 0);
    for (int64_t set = 0; set < tally->spec.sets; set++) {
        const int64_t *both = slot->totals + (ROW_SETS + 2 * set) * width;
        const int64_t *decisions = both + width;
        int64_t *to = pending->whole + set * LIMEN_OUTCOMES * width;

        for (int64_t i = 0; i < width; i++) {
            int64_t cells = slot->reader.ignores ? valid[i] : slot->reader.chunk.rows;

            to[LIMEN_TP * width + i] += both[i];
            to[LIMEN_FP * width + i] += decisions[i] - both[i];
            to[LIMEN_TN * width + i] += cells - targets[i] - decisions[i] + both[i];
            to[LIMEN_FN * width + i] += targets[i] - both[i];
        }
    }
    memset(slot->totals, 0, sum_rows(tally) * (size_t)width * sizeof(int64_t));
}

/* ---- Row by row ----------------------------------------------------------------------------- */

/* One row of flags; valid may be NULL. */
struct row {
    const uint8_t *targets, *valid, *decisions;
    int64_t columns;
};

#define ADD_ROW(type, unit)                                              \
    do {                                                                 \
        type *tp = to + LIMEN_TP * width;                                \
        type *fp = to + LIMEN_FP * width;                                \
        type *tn = to + LIMEN_TN * width;                                \
        type *fn = to + LIMEN_FN * width;                                \
        for (int64_t i = 0; i < row->columns; i++) {                     \
            int decision = row->decisions[i];                            \
            int target = row->targets[i];                                \
            int valid = row->valid ? row->valid[i] : 1;                  \
            tp[i] += (unit) * (type)(decision & target);                 \
            fp[i] += (unit) * (type)(decision & (target ^ 1));           \
            tn[i] += (unit) * (type)(valid & ((decision | target) ^ 1)); \
            fn[i] += (unit) * (type)((decision ^ 1) & target);           \
        }                                                                \
    } while (0)

static void add_whole_row(const struct row *row, int64_t *to, int64_t width)
{
    ADD_ROW(int64_t, 1);
}

static void add_weighted_row(const struct row *row, double weight, double *to, int64_t width)
{
    ADD_ROW(double, weight);
}

static void flush_block(const limen_tally *tally, struct slot *slot, int64_t group)
{
    size_t cells = group_cells(tally);
    double *block = slot->block + (size_t)group * cells;
    limen_sum *sums = slot->delta.sums + (size_t)group * cells;

    for (size_t i = 0; i < cells; i++)
        limen_sum_add(&sums[i], block[i]);
    memset(block, 0, cells * sizeof *block);
    slot->block_rows[group] = 0;
}

/* Rows of a tile that begins at row `first` of the chunk. */
static void add_rows(const limen_tally *tally, struct slot *slot, const limen_tile *tile,
                     int64_t first, int64_t rows, int64_t column, int64_t columns)
{
    const limen_checked_batch *batch = slot->reader.batch;
    int64_t width = tally->spec.width;
    int last = column + columns == width;
    limen_view weights = limen_chunk_view(batch, &batch->batch->weights, slot->reader.chunk);
    limen_view groups = limen_chunk_view(batch, &batch->batch->groups, slot->reader.chunk);

    for (int64_t i = 0; i < rows; i++) {
        int64_t group = limen_row_group(&groups, first + i);
        size_t at = (size_t)group * group_cells(tally) + (size_t)column;
        struct row row = {.targets = tile->targets + i * columns,
                          .valid = tile->valid ? tile->valid + i * columns : NULL,
                          .decisions = tile->decisions + i * columns,
                          .columns = columns};

        limen_touch(&slot->delta.touched, group);
        for (int64_t set = 0; set < tally->spec.sets; set++) {
            if (slot->block)
                add_weighted_row(&row, limen_row_weight(&weights, first + i), slot->block + at,
                                 width);
            else
                add_whole_row(&row, slot->delta.whole + at, width);
            at += (size_t)(LIMEN_OUTCOMES * width);
            row.decisions += tile->stride;
        }
        if (last && slot->block && ++slot->block_rows[group] == BLOCK_ROWS)
            flush_block(tally, slot, group);
    }
}

static int count_rows(const limen_tally *tally, struct slot *slot)
{
    int64_t rows = slot->reader.chunk.rows;

    for (int64_t row = 0; row < rows; row += tally->tile_rows) {
        int64_t count = rows - row < tally->tile_rows ? rows - row : tally->tile_rows;

        for (int64_t column = 0; column < tally->spec.width; column += tally->tile_columns) {
            int64_t left = tally->spec.width - column;
            int64_t columns = left < tally->tile_columns ? left : tally->tile_columns;
            limen_tile tile;

            if (!limen_reader_tile(tally, &slot->reader, row, count, column, columns, &tile))
                return 0;
            add_rows(tally, slot, &tile, row, count, column, columns);
        }
    }
    for (int64_t i = 0; slot->block && i < slot->delta.touched.count; i++)
        flush_block(tally, slot, slot->delta.touched.list[i]);
    return 1;
}

static void add_delta(const limen_tally *tally, const struct delta *from, struct delta *to)
{
    size_t cells = group_cells(tally);

    for (int64_t i = 0; i < from->touched.count; i++) {
        size_t at = (size_t)from->touched.list[i] * cells;

        limen_touch(&to->touched, from->touched.list[i]);
        for (size_t cell = at; cell < at + cells; cell++) {
            if (to->whole)
                to->whole[cell] += from->whole[cell];
            else
                limen_sum_join(&to->sums[cell], &from->sums[cell]);
        }
    }
}

/* ---- The job --------------------------------------------------------------------------------- */

static limen_status count_chunk(void *context, int64_t chunk, int index, limen_error *error)
{
    struct job *job = context;
    struct slot *slot = &job->counts->slots[index];
    int good;

    (void)error;
    limen_reader_open(job->tally, &slot->reader, job->batch,
                      limen_chunk_at(&job->chunks, job->batch, chunk));
    if (job->counts->by_row)
        good = count_rows(job->tally, slot);
    else if (is_in_columns(job->tally, &slot->reader))
        good = count_runs(job->tally, slot);
    else if (is_one_run(job->tally, &slot->reader))
        good = count_one_run(job->tally, slot);
    else
        good = count_tiles(job->tally, slot);
    return good ? LIMEN_OK : LIMEN_ERR_VALUE;
}

static void commit_chunk(void *context, int64_t chunk, int index)
{
    struct job *job = context;
    struct slot *slot = &job->counts->slots[index];

    (void)chunk;
    if (!job->counts->by_row) {
        add_totals(job->tally, slot, &job->counts->pending);
        return;
    }
    add_delta(job->tally, &slot->delta, &job->counts->pending);
    clear_delta(job->tally, &slot->delta);
}

/* After a failure: what slots hold of chunks that were not committed. */
static void clear_slots(const limen_tally *tally, struct limen_label_counts *counts)
{
    for (int i = 0; i < tally->threads; i++) {
        struct slot *slot = &counts->slots[i];

        if (slot->bytes) {
            memset(slot->bytes, 0, sum_rows(tally) * tile_cells(tally));
            memset(slot->totals, 0, sum_rows(tally) * (size_t)tally->spec.width * sizeof(int64_t));
        }
        for (int64_t j = 0; slot->block && j < slot->delta.touched.count; j++)
            flush_block(tally, slot, slot->delta.touched.list[j]);
        clear_delta(tally, &slot->delta);
    }
}

limen_status limen_label_counts_collect(const limen_tally *tally, limen_counts_state *state,
                                        const limen_checked_batch *batch, limen_error *error)
{
    struct limen_label_counts *counts = state->labels;
    struct job job = {tally, counts, batch, limen_chunks_of(tally, batch)};
    limen_status status;

    clear_delta(tally, &counts->pending);
    status = limen_job_run(&(limen_job){.chunks = job.chunks.count,
                                        .threads = limen_threads_for(tally, batch),
                                        .context = &job,
                                        .work = count_chunk,
                                        .commit = commit_chunk},
                           error);
    if (status == LIMEN_OK)
        return LIMEN_OK;
    clear_slots(tally, counts);
    return limen_batch_find_fault(tally, batch, error);
}

void limen_label_counts_commit(const limen_tally *tally, limen_counts_state *state)
{
    struct delta *pending = &state->labels->pending;
    int64_t width = tally->spec.width;

    for (int64_t i = 0; i < pending->touched.count; i++) {
        int64_t group = pending->touched.list[i];
        int64_t from = group * (int64_t)group_cells(tally);
        int64_t to = limen_counts_at(tally, group, 0);

        for (int64_t set = 0; set < tally->spec.sets; set++, to += width) {
            for (int outcome = 0; outcome < LIMEN_OUTCOMES; outcome++, from += width) {
                for (int64_t label = 0; label < width; label++) {
                    if (pending->whole)
                        state->whole[outcome][to + label] += pending->whole[from + label];
                    else
                        limen_sum_join(&state->sums[outcome][to + label],
                                       &pending->sums[from + label]);
                }
            }
        }
    }
    clear_delta(tally, pending);
}
