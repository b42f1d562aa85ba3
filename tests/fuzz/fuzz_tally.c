/* Bytes as a tally, as they are and with a checksum that fits. What is read is written again as it
 * was, takes a batch, merges with itself read twice, and tells all its metrics. */
#include "core/array.h"
#include "fuzz.h"
#include "support/packed.h"

/* No input needs more; and who asks for more by a forged length is told no. */
#define BUDGET ((size_t)256 << 20)

static void *allocate(void *context, size_t size)
{
    size_t *out = context;

    if (size > BUDGET - *out)
        return NULL;
    *out += size;
    return malloc(size);
}

static void release(void *context, void *memory, size_t size)
{
    size_t *out = context;

    *out -= size;
    free(memory);
}

/* A row of zeros, where the tally takes one. */
static void update(limen_tally *tally)
{
    const limen_spec *spec = limen_tally_spec(tally);
    static const double zeros[256];
    int64_t columns = spec->task == LIMEN_MULTICLASS ? 1 : spec->width;
    limen_dtype dtype = spec->score_dtype == LIMEN_NONE ? LIMEN_F32 : spec->score_dtype;
    limen_batch batch = {.size = sizeof batch,
                         .scores = {zeros, dtype, {1, spec->width, 1}, {0}},
                         .targets = {zeros, LIMEN_U8, {1, columns, 1}, {0}}};

    limen_status updated;

    batch.scores.stride[1] = (int64_t)limen_dtype_size(dtype);
    batch.targets.stride[1] = 1;
    if (spec->width > 256)
        return;
    if (spec->task == LIMEN_MULTICLASS && limen_dtype_is_integer(dtype))
        batch.scores.shape[1] = 1;
    if (spec->weighted)
        batch.weights = (limen_array){zeros, LIMEN_F64, {1, 1, 1}, {0}};
    if (spec->groups)
        batch.groups = (limen_array){zeros, LIMEN_U8, {1, 1, 1}, {0}};
    updated = limen_tally_update(tally, &batch, NULL);
    (void)updated; /* a state may refuse it */
}

static void use(limen_tally *tally, const limen_allocator *allocator)
{
    limen_compute_options options = {.size = sizeof options, .floor = 0.5, .pt = 0.25};
    limen_result *result = NULL;
    double whole;

    for (int64_t i = 0; i < limen_metric_count(); i++) {
        if (limen_metric_values(limen_metric_at(i), tally, 0, -1, LIMEN_AVERAGE_WHOLE, &options,
                                &whole, NULL, NULL) != LIMEN_OK)
            continue; /* not of these states */
    }
    if (limen_tally_spec(tally)->width <= 256 &&
        limen_compute(tally, NULL, allocator, &result, NULL) == LIMEN_OK)
        limen_result_destroy(result);
    if (limen_tune(tally, NULL, allocator, &result, NULL) == LIMEN_OK)
        limen_result_destroy(result);
}

static void read_tally(const uint8_t *bytes, size_t count)
{
    size_t out = 0;
    limen_allocator allocator = {&out, allocate, release};
    limen_tally *tally = NULL, *other = NULL;
    limen_error error = {.code = LIMEN_OK};

    if (limen_tally_read(bytes, count, &allocator, &tally, &error) == LIMEN_OK) {
        packed again = pack_tally(tally);

        if (again.size != count || memcmp(again.bytes, bytes, count) != 0)
            abort();
        free(again.bytes);
        update(tally);
        if (limen_tally_read(bytes, count, &allocator, &other, NULL) == LIMEN_OK) {
            limen_status merged = limen_tally_merge(tally, other, NULL);

            (void)merged; /* too many samples, or too little memory */
        }
        use(tally, &allocator);
    } else if (error.code == LIMEN_OK) {
        abort();
    }
    limen_tally_destroy(tally);
    limen_tally_destroy(other);
    if (out != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    uint8_t *sealed = malloc(count + 1);

    if (!sealed)
        abort();
    read_tally(bytes, count);
    memcpy(sealed, bytes, count);
    for (size_t i = 0; count >= 24 && i < 8; i++) /* the length of the whole fits, too */
        sealed[16 + i] = (uint8_t)((uint64_t)count >> 8 * i);
    seal(sealed, count);
    read_tally(sealed, count);
    free(sealed);
    return 0;
}
