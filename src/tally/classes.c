#include "tally/classes.h"

#include "tally/batch.h"
#include "tally/cells.h"

#include <string.h>

#define KEPT_ROWS 65536       /* predictions that wait for the commit */
#define CHUNK_CELLS (1 << 18) /* scores of a chunk */
#define CHUNK_ROWS 4096       /* at most */
#define GATHER_CELLS 2048     /* scores that are brought together at once */

struct slot {
    void *scores; /* gathered rows */
    float *wide;  /* a row of 16-bit scores as floats, for top-k */
    int32_t *targets, *predictions;
};

struct limen_classes {
    limen_checked_batch batch; /* of the last collect; valid until the commit */
    int kept;                  /* its predictions are below */
    int64_t chunk_rows, gather_rows;
    uint8_t *offset_sets; /* 1: a set with offsets */
    int32_t *targets, *predictions;
    struct slot *slots;
};

struct job {
    const limen_tally *tally;
    limen_classes *classes;
    limen_chunks chunks;
    void (*visit)(void *context, const limen_class_rows *rows);
    void *context;
};

/* ---- Memory -------------------------------------------------------------------------------- */

static size_t set_count(const limen_tally *tally)
{
    return (size_t)tally->spec.sets;
}

static size_t gathered(const limen_tally *tally, const limen_classes *classes)
{
    return (size_t)(classes->gather_rows * tally->spec.width);
}

static int create_slot(const limen_tally *tally, const limen_classes *classes, struct slot *slot)
{
    const limen_allocator *memory = &tally->allocator;
    size_t rows = (size_t)classes->chunk_rows;

    slot->scores = limen_new_raw(memory, gathered(tally, classes), sizeof(double));
    slot->wide = limen_new_raw(memory, (size_t)tally->spec.width, sizeof(float));
    slot->targets = limen_new_raw(memory, rows, sizeof(int32_t));
    slot->predictions = limen_new_raw(memory, rows * set_count(tally), sizeof(int32_t));
    return slot->scores && slot->wide && slot->targets && slot->predictions;
}

static void destroy_slot(const limen_tally *tally, const limen_classes *classes, struct slot *slot)
{
    const limen_allocator *memory = &tally->allocator;
    size_t rows = (size_t)classes->chunk_rows;

    limen_delete(memory, slot->scores, gathered(tally, classes), sizeof(double));
    limen_delete(memory, slot->wide, (size_t)tally->spec.width, sizeof(float));
    limen_delete(memory, slot->targets, rows, sizeof(int32_t));
    limen_delete(memory, slot->predictions, rows * set_count(tally), sizeof(int32_t));
}

static int64_t between(int64_t value, int64_t low, int64_t high)
{
    if (value < low)
        return low;
    return value > high ? high : value;
}

static int create_parts(const limen_tally *tally, limen_classes *made)
{
    const limen_allocator *memory = &tally->allocator;

    made->offset_sets = limen_new(memory, set_count(tally), 1);
    made->targets = limen_new_raw(memory, KEPT_ROWS, sizeof(int32_t));
    made->predictions = limen_new_raw(memory, KEPT_ROWS * set_count(tally), sizeof(int32_t));
    made->slots = limen_new(memory, (size_t)tally->threads, sizeof *made->slots);
    if (!made->offset_sets || !made->targets || !made->predictions || !made->slots)
        return 0;
    for (int64_t i = 0; i < tally->spec.sets * tally->spec.width; i++)
        made->offset_sets[i / tally->spec.width] |= tally->thresholds[i] != 0.0;
    for (int i = 0; i < tally->threads; i++) {
        if (!create_slot(tally, made, &made->slots[i]))
            return 0;
    }
    return 1;
}

limen_status limen_classes_create(const limen_tally *tally, limen_classes **classes,
                                  limen_error *error)
{
    limen_classes *made = limen_new(&tally->allocator, 1, sizeof *made);

    if (!made)
        return limen_fail_memory(error, sizeof *made);
    made->chunk_rows = between(CHUNK_CELLS / tally->spec.width, 1, CHUNK_ROWS);
    made->gather_rows = between(GATHER_CELLS / tally->spec.width, 1, made->chunk_rows);
    if (!create_parts(tally, made)) {
        limen_classes_destroy(tally, made);
        return limen_fail_memory(error, 0);
    }
    *classes = made;
    return LIMEN_OK;
}

void limen_classes_destroy(const limen_tally *tally, limen_classes *classes)
{
    const limen_allocator *memory = &tally->allocator;

    if (!classes)
        return;
    for (int i = 0; classes->slots && i < tally->threads; i++)
        destroy_slot(tally, classes, &classes->slots[i]);
    limen_delete(memory, classes->slots, (size_t)tally->threads, sizeof *classes->slots);
    limen_delete(memory, classes->offset_sets, set_count(tally), 1);
    limen_delete(memory, classes->targets, KEPT_ROWS, sizeof(int32_t));
    limen_delete(memory, classes->predictions, KEPT_ROWS * set_count(tally), sizeof(int32_t));
    limen_delete(memory, classes, 1, sizeof *classes);
}

/* ---- Class numbers -------------------------------------------------------------------------- */

/* A class number, -1 for one to ignore, -2 for one at fault. */
static int32_t class_of(const limen_spec *spec, int64_t value, int ignores)
{
    if (ignores && value == spec->ignore_index)
        return -1;
    return value >= 0 && value < spec->width ? (int32_t)value : -2;
}

#define READ_CLASSES(type)                                       \
    do {                                                         \
        for (int64_t i = 0; i < view->rows; i++, cell += step) { \
            type value;                                          \
            memcpy(&value, cell, sizeof value);                  \
            out[i] = class_of(spec, (int64_t)value, ignores);    \
            bad |= out[i] == -2;                                 \
        }                                                        \
    } while (0)

/* Returns 1 when one is at fault. */
static int read_classes(const limen_spec *spec, const limen_view *view, int ignores, int32_t *out)
{
    const unsigned char *cell = view->data;
    int64_t step = view->row_stride;
    int bad = 0;

    switch (view->dtype) {
    case LIMEN_BOOL:
    case LIMEN_U8:
        READ_CLASSES(uint8_t);
        break;
    case LIMEN_I32:
        READ_CLASSES(int32_t);
        break;
    case LIMEN_I64:
        READ_CLASSES(int64_t);
        break;
    default:
        for (int64_t i = 0; i < view->rows; i++, cell += step) {
            int64_t value;

            out[i] = -2;
            if (limen_load_integer(view->dtype, cell, &value))
                out[i] = class_of(spec, value, ignores);
            bad |= out[i] == -2;
        }
    }
    return bad;
}

/* ---- Predictions ---------------------------------------------------------------------------- */

/* Scores that stand before class `target` in a stable descending sort, NaN last. */
#define DEFINE_RANK(name, type)                                                                  \
    static type load_##name(const void *values, int64_t i)                                       \
    {                                                                                            \
        type value;                                                                              \
                                                                                                 \
        memcpy(&value, (const unsigned char *)values + i * (int64_t)sizeof value, sizeof value); \
        return value;                                                                            \
    }                                                                                            \
                                                                                                 \
    static int64_t rank_##name(const void *scores, const void *offsets, int64_t classes,         \
                               int32_t target)                                                   \
    {                                                                                            \
        type mine = load_##name(scores, target);                                                 \
        int64_t before = 0;                                                                      \
                                                                                                 \
        if (offsets)                                                                             \
            mine += load_##name(offsets, target);                                                \
        for (int64_t i = 0; i < classes; i++) {                                                  \
            type score = load_##name(scores, i);                                                 \
                                                                                                 \
            if (offsets)                                                                         \
                score += load_##name(offsets, i);                                                \
            if (isnan(mine))                                                                     \
                before += !isnan(score) || i < target;                                           \
            else                                                                                 \
                before += score > mine || (score == mine && i < target);                         \
        }                                                                                        \
        return before;                                                                           \
    }

DEFINE_RANK(float, float)
DEFINE_RANK(double, double)

static int64_t rank_of(const limen_tally *tally, struct slot *slot, limen_dtype dtype,
                       const unsigned char *scores, const void *offsets, int32_t target)
{
    int64_t classes = tally->spec.width;

    if (dtype == LIMEN_F64)
        return rank_double(scores, offsets, classes, target);
    if (dtype == LIMEN_F32)
        return rank_float(scores, offsets, classes, target);
    for (int64_t i = 0; i < classes; i++)
        slot->wide[i] = (float)limen_load_number(dtype, scores + 2 * i);
    return rank_float(slot->wide, offsets, classes, target);
}

/* Predictions of one row of scores (target -1: not known), `stride` from set to set. Returns 1 when
 * a score is NaN. */
static int predict_row(const limen_tally *tally, const limen_classes *classes, struct slot *slot,
                       limen_dtype dtype, const unsigned char *scores, int32_t target, int32_t *out,
                       int64_t stride)
{
    size_t cut_size = limen_dtype_size(limen_cut_dtype(dtype));
    size_t width = (size_t)tally->spec.width;
    int nan = 0;

    for (int64_t set = 0; set < tally->spec.sets; set++) {
        const void *offsets = NULL;
        int64_t best;

        if (classes->offset_sets[set])
            offsets = (const unsigned char *)tally->cuts + (size_t)set * width * cut_size;
        best = tally->kernels->greatest[dtype](scores, offsets, width, &nan);
        if (tally->spec.top_k > 1 && target >= 0 && best != target &&
            rank_of(tally, slot, dtype, scores, offsets, target) < tally->spec.top_k)
            best = target;
        out[set * stride] = (int32_t)best;
    }
    return nan;
}

/* Rows of scores of a view. Returns 1 when one that is not ignored has a NaN. */
static int predict_rows(const limen_tally *tally, const limen_classes *classes, struct slot *slot,
                        const limen_view *view, const int32_t *targets, int32_t *out,
                        int64_t stride)
{
    int in_place = limen_view_is_row_major(view);
    int64_t row_bytes = view->columns * (int64_t)limen_dtype_size(view->dtype);
    int nan = 0;

    for (int64_t first = 0; first < view->rows; first += classes->gather_rows) {
        limen_view part =
            limen_view_rows(view, first, between(view->rows - first, 0, classes->gather_rows));
        const unsigned char *row = part.data;
        int64_t step = part.row_stride;

        if (!in_place) {
            limen_view_gather(&part, slot->scores);
            row = slot->scores;
            step = row_bytes;
        }
        for (int64_t i = first; i < first + part.rows; i++, row += step) {
            if (!targets || targets[i] >= 0)
                nan |= predict_row(tally, classes, slot, view->dtype, row,
                                   targets ? targets[i] : -1, out + i, stride);
        }
    }
    return nan;
}

/* Classes that are predicted already: the same for every set. Those of ignored rows may be
 * anything. Returns 1 when one is at fault. */
static int copy_predictions(const limen_tally *tally, const limen_view *view,
                            const int32_t *targets, int32_t *out, int64_t stride)
{
    int bad = 0;

    if (read_classes(&tally->spec, view, 0, out)) {
        for (int64_t i = 0; i < view->rows; i++)
            bad |= out[i] < 0 && targets[i] >= 0;
    }
    for (int64_t set = 1; set < tally->spec.sets; set++)
        memcpy(out + set * stride, out, (size_t)view->rows * sizeof *out);
    return bad;
}

int limen_classes_predict(const limen_tally *tally, limen_classes *classes,
                          const limen_view *scores, int32_t *out)
{
    return predict_rows(tally, classes, &classes->slots[0], scores, NULL, out, scores->rows);
}

/* ---- A batch -------------------------------------------------------------------------------- */

/* Where the rows of a chunk are: in what is kept of the batch, or in a slot. */
struct place {
    int32_t *targets, *predictions;
    int64_t stride;
};

static struct place place_of(const limen_classes *classes, limen_chunk chunk, int slot)
{
    int64_t at = chunk.plane * classes->batch.planes.rows + chunk.row;

    if (classes->kept)
        return (struct place){classes->targets + at, classes->predictions + at, KEPT_ROWS};
    return (struct place){classes->slots[slot].targets, classes->slots[slot].predictions,
                          classes->chunk_rows};
}

static limen_status predict_chunk(void *context, int64_t index, int slot, limen_error *error)
{
    struct job *job = context;
    const limen_spec *spec = &job->tally->spec;
    limen_classes *classes = job->classes;
    const limen_checked_batch *checked = &classes->batch;
    limen_chunk chunk = limen_chunk_at(&job->chunks, checked, index);
    limen_view scores = limen_chunk_view(checked, &checked->batch->scores, chunk);
    limen_view targets = limen_chunk_view(checked, &checked->batch->targets, chunk);
    struct place to = place_of(classes, chunk, slot);
    int bad = read_classes(spec, &targets, spec->has_ignore_index, to.targets);

    (void)error;
    if (!bad && limen_dtype_is_float(scores.dtype))
        bad = predict_rows(job->tally, classes, &classes->slots[slot], &scores, to.targets,
                           to.predictions, to.stride) &&
              spec->nan == LIMEN_NAN_ERROR;
    else if (!bad)
        bad = copy_predictions(job->tally, &scores, to.targets, to.predictions, to.stride);
    return bad ? LIMEN_ERR_VALUE : LIMEN_OK;
}

static limen_status keep_chunk(void *context, int64_t index, int slot, limen_error *error)
{
    (void)context;
    (void)index;
    (void)slot;
    (void)error;
    return LIMEN_OK;
}

static void visit_chunk(void *context, int64_t index, int slot)
{
    struct job *job = context;
    const limen_checked_batch *checked = &job->classes->batch;
    limen_chunk chunk = limen_chunk_at(&job->chunks, checked, index);
    struct place from = place_of(job->classes, chunk, slot);
    limen_class_rows rows = {
        .rows = chunk.rows,
        .targets = from.targets,
        .predictions = from.predictions,
        .stride = from.stride,
        .weights = limen_chunk_view(checked, &checked->batch->weights, chunk),
        .groups = limen_chunk_view(checked, &checked->batch->groups, chunk),
    };

    job->visit(job->context, &rows);
}

static struct job job_of(const limen_tally *tally, limen_classes *classes)
{
    const limen_planes *planes = &classes->batch.planes;
    int64_t per_plane = (planes->rows + classes->chunk_rows - 1) / classes->chunk_rows;

    return (struct job){
        .tally = tally,
        .classes = classes,
        .chunks = {classes->chunk_rows, per_plane, per_plane * planes->planes},
    };
}

limen_status limen_classes_collect(const limen_tally *tally, limen_classes *classes,
                                   const limen_checked_batch *batch, limen_error *error)
{
    struct job job;

    classes->batch = *batch;
    classes->kept = batch->samples <= KEPT_ROWS;
    job = job_of(tally, classes);
    if (limen_job_run(&(limen_job){.chunks = job.chunks.count,
                                   .threads = limen_threads_for(tally, batch),
                                   .context = &job,
                                   .work = predict_chunk},
                      NULL) == LIMEN_OK)
        return LIMEN_OK;
    return limen_batch_find_fault(tally, batch, error);
}

void limen_classes_visit(const limen_tally *tally, limen_classes *classes,
                         void (*visit)(void *context, const limen_class_rows *rows), void *context)
{
    struct job job = job_of(tally, classes);

    job.visit = visit;
    job.context = context;
    /* collect has found nothing wrong, so this cannot fail. */
    (void)limen_job_run(
        &(limen_job){.chunks = job.chunks.count,
                     .threads = classes->kept ? 1 : limen_threads_for(tally, &classes->batch),
                     .context = &job,
                     .work = classes->kept ? keep_chunk : predict_chunk,
                     .commit = visit_chunk},
        NULL);
}
