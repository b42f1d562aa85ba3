/* Sums over samples: exact match, and the ratios of each row's decisions.
 *
 * A row adds a value between 0 and 1 to each sum. Unweighted, the value is taken to 60 bits behind
 * the point and added as a whole number of 128 bits, so that the sums are the same bits in whatever
 * order the rows come. */
#include "tally/batch.h"
#include "tally/cells.h"
#include "tally/groups.h"

#include <string.h>

enum field {
    SAMPLES,
    EXACT,
    PRECISION,
    PRECISION_UNDEFINED,
    RECALL,
    RECALL_UNDEFINED,
    FBETA,
    FBETA_UNDEFINED,
    JACCARD,
    JACCARD_UNDEFINED,
    HAMMING,
    FIELDS
};

/* groups x sets x FIELDS; one of the two is NULL. */
struct fields {
    limen_fixed *fixed;
    limen_sum *weighted;
};

struct sums {
    limen_touched touched;
    struct fields fields;
};

/* One row's counts in one set. */
struct row_counts {
    int64_t both, decisions;
};

struct slot {
    limen_reader reader;
    struct sums sums; /* of a chunk; 0 between chunks */
    struct row_counts *sets;
    int64_t targets, valid; /* of the present row */
};

struct samples {
    struct fields fields; /* the state */
    struct sums pending;
    struct slot *slots; /* a thread */
};

struct job {
    const limen_tally *tally;
    struct samples *samples;
    const limen_checked_batch *batch;
    limen_chunks chunks;
};

/* ---- Memory -------------------------------------------------------------------------------- */

static size_t group_fields(const limen_tally *tally)
{
    return (size_t)tally->spec.sets * FIELDS;
}

static size_t all_fields(const limen_tally *tally)
{
    return (size_t)limen_tally_groups(tally) * group_fields(tally);
}

static int create_fields(const limen_tally *tally, struct fields *fields)
{
    if (tally->spec.weighted)
        fields->weighted = limen_new(&tally->allocator, all_fields(tally), sizeof(limen_sum));
    else
        fields->fixed = limen_new(&tally->allocator, all_fields(tally), sizeof(limen_fixed));
    return fields->weighted || fields->fixed;
}

static void destroy_fields(const limen_tally *tally, struct fields *fields)
{
    limen_delete(&tally->allocator, fields->weighted, all_fields(tally), sizeof(limen_sum));
    limen_delete(&tally->allocator, fields->fixed, all_fields(tally), sizeof(limen_fixed));
}

static int create_sums(const limen_tally *tally, struct sums *sums)
{
    return limen_touched_create(tally, &sums->touched) && create_fields(tally, &sums->fields);
}

static void destroy_sums(const limen_tally *tally, struct sums *sums)
{
    limen_touched_destroy(tally, &sums->touched);
    destroy_fields(tally, &sums->fields);
}

static void clear_sums(const limen_tally *tally, struct sums *sums)
{
    size_t fields = group_fields(tally);

    for (int64_t i = 0; i < sums->touched.count; i++) {
        size_t at = (size_t)sums->touched.list[i] * fields;

        if (sums->fields.weighted)
            memset(sums->fields.weighted + at, 0, fields * sizeof(limen_sum));
        else
            memset(sums->fields.fixed + at, 0, fields * sizeof(limen_fixed));
    }
    limen_touched_clear(&sums->touched);
}

static void destroy(const limen_tally *tally, void *opaque)
{
    struct samples *samples = opaque;
    const limen_allocator *memory = &tally->allocator;

    for (int i = 0; samples->slots && i < tally->threads; i++) {
        struct slot *slot = &samples->slots[i];

        limen_reader_destroy(tally, &slot->reader);
        destroy_sums(tally, &slot->sums);
        limen_delete(memory, slot->sets, (size_t)tally->spec.sets, sizeof *slot->sets);
    }
    limen_delete(memory, samples->slots, (size_t)tally->threads, sizeof *samples->slots);
    destroy_sums(tally, &samples->pending);
    destroy_fields(tally, &samples->fields);
    limen_delete(memory, samples, 1, sizeof *samples);
}

static int create_parts(const limen_tally *tally, struct samples *samples)
{
    const limen_allocator *memory = &tally->allocator;

    samples->slots = limen_new(memory, (size_t)tally->threads, sizeof *samples->slots);
    if (!samples->slots || !create_fields(tally, &samples->fields) ||
        !create_sums(tally, &samples->pending))
        return 0;
    for (int i = 0; i < tally->threads; i++) {
        struct slot *slot = &samples->slots[i];

        slot->sets = limen_new(memory, (size_t)tally->spec.sets, sizeof *slot->sets);
        if (!slot->sets || !create_sums(tally, &slot->sums) ||
            limen_reader_create(tally, &slot->reader, NULL) != LIMEN_OK)
            return 0;
    }
    return 1;
}

static limen_status create(const limen_tally *tally, const limen_count_arrays *arrays,
                           void **opaque, limen_error *error)
{
    struct samples *samples = limen_new(&tally->allocator, 1, sizeof *samples);

    (void)arrays; /* attached tallies keep no samples */
    if (!samples)
        return limen_fail_memory(error, sizeof *samples);
    if (!create_parts(tally, samples)) {
        destroy(tally, samples);
        return limen_fail_memory(error, 0);
    }
    *opaque = samples;
    return LIMEN_OK;
}

/* ---- Sums ---------------------------------------------------------------------------------- */

/* Adds the fields that the groups touched have in `from`. */
static void join_sums(const limen_tally *tally, const struct sums *from, limen_touched *touched,
                      struct fields *into)
{
    size_t fields = group_fields(tally);

    for (int64_t i = 0; i < from->touched.count; i++) {
        size_t at = (size_t)from->touched.list[i] * fields;

        if (touched)
            limen_touch(touched, from->touched.list[i]);
        for (size_t field = at; field < at + fields; field++) {
            if (into->weighted)
                limen_sum_join(&into->weighted[field], &from->fields.weighted[field]);
            else
                limen_fixed_join(&into->fixed[field], &from->fields.fixed[field]);
        }
    }
}

static void add_fixed(limen_fixed *sum, double value)
{
    uint64_t bits = (uint64_t)(int64_t)(value * 0x1p60); /* signed conversions are faster */

    sum->low += bits;
    sum->high += sum->low < bits;
}

/* What a row adds to each sum. */
static void row_values(const struct row_counts *counts, int64_t targets, int64_t valid, double beta,
                       double *values)
{
    double both = (double)counts->both;
    double decided = (double)counts->decisions;
    double positive = (double)targets;
    double wrong = positive + decided - 2.0 * both;
    double right = (1.0 + beta * beta) * both;
    int empty = counts->decisions == 0 && targets == 0;

    values[SAMPLES] = 1.0;
    values[EXACT] = wrong == 0.0;
    values[PRECISION] = counts->decisions ? both / decided : 0.0;
    values[PRECISION_UNDEFINED] = counts->decisions == 0;
    values[RECALL] = targets ? both / positive : 0.0;
    values[RECALL_UNDEFINED] = targets == 0;
    values[FBETA] =
        empty ? 0.0 : right / (right + beta * beta * (positive - both) + (decided - both));
    values[FBETA_UNDEFINED] = empty;
    values[JACCARD] = empty ? 0.0 : both / (positive + decided - both);
    values[JACCARD_UNDEFINED] = empty;
    values[HAMMING] = wrong / (double)valid;
}

/* Adds the present row, unless all of it is ignored. */
static void finish_row(const limen_tally *tally, struct slot *slot, int64_t group, double weight)
{
    size_t at = (size_t)group * group_fields(tally);
    double values[FIELDS];

    if (slot->valid == 0)
        return;
    limen_touch(&slot->sums.touched, group);
    for (int64_t set = 0; set < tally->spec.sets; set++, at += FIELDS) {
        row_values(&slot->sets[set], slot->targets, slot->valid, tally->spec.beta, values);
        for (size_t i = 0; i < FIELDS; i++) {
            if (slot->sums.fields.weighted)
                limen_sum_add(&slot->sums.fields.weighted[at + i], weight * values[i]);
            else
                add_fixed(&slot->sums.fields.fixed[at + i], values[i]);
        }
    }
}

static void start_row(const limen_tally *tally, struct slot *slot)
{
    slot->targets = slot->valid = 0;
    memset(slot->sets, 0, (size_t)tally->spec.sets * sizeof *slot->sets);
}

/* Adds cells of the present row, which begin at `at` of the tile. */
static void count_cells(const limen_tally *tally, struct slot *slot, const limen_tile *tile,
                        int64_t at, int64_t columns)
{
    const limen_kernels *kernels = tally->kernels;
    size_t n = (size_t)columns;

    slot->targets += kernels->count(tile->targets + at, n);
    slot->valid += tile->valid ? kernels->count(tile->valid + at, n) : columns;
    for (int64_t set = 0; set < tally->spec.sets; set++) {
        const uint8_t *decisions = tile->decisions + set * tile->stride + at;

        slot->sets[set].both += kernels->count_both(decisions, tile->targets + at, n);
        slot->sets[set].decisions += kernels->count(decisions, n);
    }
}

/* ---- The job ------------------------------------------------------------------------------- */

static limen_status sum_chunk(void *context, int64_t index, int slot_index, limen_error *error)
{
    struct job *job = context;
    const limen_tally *tally = job->tally;
    const limen_batch *batch = job->batch->batch;
    struct slot *slot = &job->samples->slots[slot_index];
    limen_chunk chunk = limen_chunk_at(&job->chunks, job->batch, index);
    limen_view weights = limen_chunk_view(job->batch, &batch->weights, chunk);
    limen_view groups = limen_chunk_view(job->batch, &batch->groups, chunk);

    (void)error;
    limen_reader_open(tally, &slot->reader, job->batch, chunk);
    for (int64_t row = 0; row < chunk.rows; row += tally->tile_rows) {
        int64_t rows = chunk.rows - row < tally->tile_rows ? chunk.rows - row : tally->tile_rows;

        for (int64_t column = 0; column < tally->spec.width; column += tally->tile_columns) {
            int64_t left = tally->spec.width - column;
            int64_t columns = left < tally->tile_columns ? left : tally->tile_columns;
            limen_tile tile;

            if (!limen_reader_tile(tally, &slot->reader, row, rows, column, columns, &tile))
                return LIMEN_ERR_VALUE;
            for (int64_t i = 0; i < rows; i++) {
                if (column == 0)
                    start_row(tally, slot);
                count_cells(tally, slot, &tile, i * columns, columns);
                if (columns == left)
                    finish_row(tally, slot, limen_row_group(&groups, row + i),
                               tally->spec.weighted ? limen_row_weight(&weights, row + i) : 1.0);
            }
        }
    }
    return LIMEN_OK;
}

static void commit_chunk(void *context, int64_t chunk, int index)
{
    struct job *job = context;
    struct slot *slot = &job->samples->slots[index];
    struct sums *pending = &job->samples->pending;

    (void)chunk;
    join_sums(job->tally, &slot->sums, &pending->touched, &pending->fields);
    clear_sums(job->tally, &slot->sums);
}

static limen_status collect(const limen_tally *tally, void *opaque,
                            const limen_checked_batch *batch, limen_error *error)
{
    struct samples *samples = opaque;
    struct job job = {tally, samples, batch, limen_chunks_of(tally, batch)};
    limen_status status;

    clear_sums(tally, &samples->pending);
    status = limen_job_run(&(limen_job){.chunks = job.chunks.count,
                                        .threads = limen_threads_for(tally, batch),
                                        .context = &job,
                                        .work = sum_chunk,
                                        .commit = commit_chunk},
                           NULL);
    if (status == LIMEN_OK)
        return LIMEN_OK;
    for (int i = 0; i < tally->threads; i++)
        clear_sums(tally, &samples->slots[i].sums);
    return limen_batch_find_fault(tally, batch, error);
}

static void commit(const limen_tally *tally, void *opaque)
{
    struct samples *samples = opaque;

    join_sums(tally, &samples->pending, NULL, &samples->fields);
    clear_sums(tally, &samples->pending);
}

static int kept(const limen_tally *tally, void *opaque, limen_kept *arrays)
{
    const struct samples *samples = opaque;

    *arrays = (limen_kept){.kind = tally->spec.weighted ? LIMEN_KEPT_SUM : LIMEN_KEPT_FIXED,
                           .count = (int64_t)all_fields(tally)};
    if (samples && tally->spec.weighted)
        arrays->data = samples->fields.weighted;
    else if (samples)
        arrays->data = samples->fields.fixed;
    return 1;
}

const limen_state_ops limen_samples_ops = {
    .name = "samples",
    .create = create,
    .destroy = destroy,
    .collect = collect,
    .commit = commit,
    .kept = kept,
};

/* ---- Reading ------------------------------------------------------------------------------- */

/* Field `i` of a set, over groups from <= group < until. */
static double read_field(const limen_tally *tally, int64_t set, int64_t from, int64_t until,
                         size_t i)
{
    const struct samples *samples = tally->states[LIMEN_STATE_SAMPLES];
    limen_fixed fixed = {0, 0};
    limen_sum weighted = {0.0, 0.0};

    for (int64_t group = from; group < until; group++) {
        size_t at = (size_t)(group * tally->spec.sets + set) * FIELDS + i;

        if (samples->fields.weighted)
            limen_sum_join(&weighted, &samples->fields.weighted[at]);
        else
            limen_fixed_join(&fixed, &samples->fields.fixed[at]);
    }
    if (samples->fields.weighted)
        return limen_sum_of(&weighted);
    return (double)fixed.high * 0x1p4 + (double)fixed.low * 0x1p-60;
}

void limen_samples_read(const limen_tally *tally, int64_t set, int64_t group,
                        limen_sample_sums *sums)
{
    int64_t from = group < 0 ? 0 : group;
    int64_t until = group < 0 ? limen_tally_groups(tally) : group + 1;
    double *const out[FIELDS] = {
        [SAMPLES] = &sums->samples,     [EXACT] = &sums->exact,
        [PRECISION] = &sums->precision, [PRECISION_UNDEFINED] = &sums->precision_undefined,
        [RECALL] = &sums->recall,       [RECALL_UNDEFINED] = &sums->recall_undefined,
        [FBETA] = &sums->fbeta,         [FBETA_UNDEFINED] = &sums->fbeta_undefined,
        [JACCARD] = &sums->jaccard,     [JACCARD_UNDEFINED] = &sums->jaccard_undefined,
        [HAMMING] = &sums->hamming,
    };

    for (size_t i = 0; i < FIELDS; i++)
        *out[i] = read_field(tally, set, from, until, i);
}
