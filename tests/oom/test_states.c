/* States that grow or make their bins late, and curves, with the k-th allocation refused, for every
 * k: the error is MEMORY, nothing leaks, and the tally is what it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "oom/failing_allocator.h"
#include "tally/state.h"

#define ROWS 700
#define WIDTH 3

struct data {
    float scores[ROWS][WIDTH];
    uint8_t targets[ROWS][WIDTH];
    double weights[ROWS];
};

static void fill(struct data *data, uint32_t seed)
{
    uint32_t random = seed;

    for (int i = 0; i < ROWS; i++) {
        for (int k = 0; k < WIDTH; k++) {
            random = random * 1664525u + 1013904223u;
            data->scores[i][k] = (float)(random >> 8) / 16777216.0f;
            data->targets[i][k] = (random >> 3 & 3) == 0;
        }
        data->weights[i] = 1.0 + i % 3;
    }
}

static limen_batch batch_of(const struct data *data, int64_t rows, int weighted)
{
    limen_batch batch = {
        .size = sizeof batch,
        .scores = {data->scores, LIMEN_F32, {rows, WIDTH, 1}, {sizeof data->scores[0], 4, 0}},
        .targets = {data->targets, LIMEN_U8, {rows, WIDTH, 1}, {WIDTH, 1, 0}},
    };

    if (weighted)
        batch.weights = (limen_array){data->weights, LIMEN_F64, {rows, 1, 1}, {8, 8, 0}};
    return batch;
}

static limen_spec spec_of(uint32_t states, int weighted)
{
    return (limen_spec){.size = sizeof(limen_spec),
                        .task = LIMEN_MULTILABEL,
                        .states = states,
                        .width = WIDTH,
                        .bins = 64,
                        .weighted = weighted};
}

/* A number that every cell of the state goes into; the allocator must be willing. */
static double fingerprint(const limen_tally *tally, uint32_t states)
{
    const char *name = states & (LIMEN_SCORES | LIMEN_HISTOGRAM) ? "average_precision"
                       : states & LIMEN_RANKING                  ? "lrap"
                       : states & LIMEN_CALIBRATION              ? "log_loss"
                                                                 : "hinge";
    limen_average average = states & LIMEN_RANKING ? LIMEN_AVERAGE_WHOLE : LIMEN_AVERAGE_MICRO;
    double value;

    assert_int_equal(limen_metric_values(limen_metric_find(name), tally, 0, -1, average, NULL,
                                         &value, NULL, NULL),
                     LIMEN_OK);
    return value;
}

enum step { UPDATE, MERGE, METRIC, CURVE, RELIABILITY };

static limen_status take(enum step step, limen_tally *tally, const limen_tally *other,
                         const limen_batch *batch, limen_error *error)
{
    limen_reliability_bin bins[16];
    double values[WIDTH];
    limen_curve *curve = NULL;
    limen_curve_options options = {.size = sizeof options, .label = -1, .points = 9};
    limen_allocator allocator = tally->allocator;
    limen_status status;

    switch (step) {
    case UPDATE:
        return limen_tally_update(tally, batch, error);
    case MERGE:
        return limen_tally_merge(tally, other, error);
    case METRIC:
        return limen_metric_values(limen_metric_find("auroc"), tally, 0, -1, LIMEN_AVERAGE_NONE,
                                   NULL, values, NULL, error);
    case CURVE:
        status = limen_curve_create(tally, &options, &allocator, &curve, error);
        limen_curve_destroy(curve);
        return status;
    default:
        return limen_tally_reliability(tally, -1, -1, bins, error);
    }
}

/* One step with each allocation refused in turn. `rows` are in the tally before it. */
static void refuse_each(uint32_t states, int weighted, int64_t rows, enum step step)
{
    limen_spec spec = spec_of(states, weighted);
    static struct data first, second;
    limen_status status = LIMEN_ERR_MEMORY;

    fill(&first, 1);
    fill(&second, 2);
    for (int64_t k = 1; status != LIMEN_OK; k++) {
        failing_allocator memory = {0};
        limen_allocator allocator = failing_allocator_of(&memory);
        limen_batch before = batch_of(&first, rows, weighted);
        limen_batch more = batch_of(&second, ROWS, weighted);
        limen_tally *tally = NULL, *other = NULL;
        limen_error error = {0};
        double value;

        assert_int_equal(limen_tally_create(&spec, &allocator, &tally, NULL), LIMEN_OK);
        assert_int_equal(limen_tally_create(&spec, NULL, &other, NULL), LIMEN_OK);
        assert_int_equal(limen_tally_update(tally, &before, NULL), LIMEN_OK);
        assert_int_equal(limen_tally_update(other, &more, NULL), LIMEN_OK);
        value = fingerprint(tally, states);
        memory.calls = 0;
        memory.fail_at = k;
        status = take(step, tally, other, &more, &error);
        memory.fail_at = 0;
        if (status != LIMEN_OK) {
            assert_int_equal(status, LIMEN_ERR_MEMORY);
            assert_int_equal(error.code, LIMEN_ERR_MEMORY);
            assert_int_equal(limen_tally_samples(tally), rows);
            assert_true(fingerprint(tally, states) == value);
            /* What failed can be done again. */
            assert_int_equal(take(step, tally, other, &more, &error), LIMEN_OK);
        }
        limen_tally_destroy(tally);
        limen_tally_destroy(other);
        assert_int_equal(memory.blocks, 0);
        assert_true(k < 1000);
    }
}

static void test_create(void **state)
{
    static const uint32_t all[] = {LIMEN_SCORES, LIMEN_HISTOGRAM, LIMEN_RANKING, LIMEN_CALIBRATION,
                                   LIMEN_HINGE};

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        limen_status status = LIMEN_ERR_MEMORY;

        for (int64_t k = 1; status != LIMEN_OK; k++) {
            failing_allocator memory = {.fail_at = k};
            limen_allocator allocator = failing_allocator_of(&memory);
            limen_spec spec = spec_of(all[i], 0);
            limen_tally *tally = NULL;

            spec.score_dtype = LIMEN_F32;
            status = limen_tally_create(&spec, &allocator, &tally, NULL);
            assert_true(status == LIMEN_OK || status == LIMEN_ERR_MEMORY);
            limen_tally_destroy(tally);
            assert_int_equal(memory.blocks, 0);
        }
    }
}

static void test_update(void **state)
{
    (void)state;
    for (int weighted = 0; weighted < 2; weighted++) {
        refuse_each(LIMEN_SCORES, weighted, 300, UPDATE);
        refuse_each(LIMEN_SCORES | LIMEN_HISTOGRAM, weighted, 0, UPDATE);
        refuse_each(LIMEN_HISTOGRAM, weighted, 300, UPDATE);
        refuse_each(LIMEN_RANKING, weighted, 300, UPDATE);
        refuse_each(LIMEN_CALIBRATION, weighted, 300, UPDATE);
        refuse_each(LIMEN_HINGE, weighted, 300, UPDATE);
    }
}

static void test_merge(void **state)
{
    (void)state;
    for (int weighted = 0; weighted < 2; weighted++) {
        refuse_each(LIMEN_SCORES | LIMEN_HISTOGRAM, weighted, 300, MERGE);
        refuse_each(LIMEN_SCORES | LIMEN_HISTOGRAM, weighted, 0, MERGE);
    }
}

static void test_metrics_and_curves(void **state)
{
    (void)state;
    for (int weighted = 0; weighted < 2; weighted++) {
        refuse_each(LIMEN_SCORES, weighted, 300, METRIC);
        refuse_each(LIMEN_SCORES, weighted, 300, CURVE);
        refuse_each(LIMEN_HISTOGRAM, weighted, 300, CURVE);
        refuse_each(LIMEN_CALIBRATION, weighted, 300, RELIABILITY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create),
        cmocka_unit_test(test_update),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_metrics_and_curves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
