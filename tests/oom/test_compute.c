/* limen_compute and limen_metric_values with the k-th allocation refused, for every k. */
#include "limen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "oom/failing_allocator.h"

#define ROWS 12
#define MAX_WIDTH 5

/* One tally of each kind, over a few fixed rows. */
static limen_tally *make_tally(limen_task task, uint32_t states, int64_t width, int64_t groups,
                               const limen_allocator *allocator)
{
    static const float thresholds[MAX_WIDTH] = {0.5F, 0.25F, 0.75F, 0.5F, 0.5F};
    static float scores[ROWS * MAX_WIDTH];
    static uint8_t targets[ROWS * MAX_WIDTH], group_of[ROWS];
    double cuts[2 * MAX_WIDTH];
    limen_spec spec = {.size = sizeof spec,
                       .task = task,
                       .states = states,
                       .width = width,
                       .sets = 2,
                       .thresholds = cuts,
                       .threshold_count = 2 * width,
                       .groups = groups};
    limen_batch batch = {.size = sizeof batch};
    int64_t columns = task == LIMEN_MULTICLASS ? 1 : width;
    limen_tally *tally = NULL;

    for (int i = 0; i < 2 * width; i++)
        cuts[i] = thresholds[i % width];
    for (int i = 0; i < ROWS * width; i++)
        scores[i] = (float)(i * 37 % 101) / 101.0F;
    for (int i = 0; i < ROWS * columns; i++)
        targets[i] = (uint8_t)(task == LIMEN_MULTICLASS ? i % width : i % 3 == 0);
    for (int i = 0; i < ROWS; i++)
        group_of[i] = (uint8_t)(i % 2);
    batch.scores = (limen_array){scores, LIMEN_F32, {ROWS, width, 1}, {4 * width, 4, 0}};
    batch.targets = (limen_array){targets, LIMEN_U8, {ROWS, columns, 1}, {columns, 1, 0}};
    if (groups)
        batch.groups = (limen_array){group_of, LIMEN_U8, {ROWS, 1, 1}, {1, 1, 1}};
    assert_int_equal(limen_tally_create(&spec, allocator, &tally, NULL), LIMEN_OK);
    assert_int_equal(limen_tally_update(tally, &batch, NULL), LIMEN_OK);
    return tally;
}

/* Both allocators count in one place: what the tally lends to a metric, and what the tree takes. */
static void refuse_each(limen_task task, uint32_t states, int64_t width, int64_t groups,
                        const limen_compute_options *options)
{
    failing_allocator memory = {0};
    limen_allocator allocator = failing_allocator_of(&memory);
    limen_tally *tally = make_tally(task, states, width, groups, &allocator);
    int64_t held = memory.blocks;
    limen_result *result = NULL;
    limen_status status = LIMEN_ERR_MEMORY;

    for (int64_t k = 1; status != LIMEN_OK; k++) {
        limen_error error = {LIMEN_OK, LIMEN_INPUT_NONE, 0, 0, 0, ""};

        memory.calls = 0;
        memory.fail_at = k;
        status = limen_compute(tally, options, &allocator, &result, &error);
        if (status == LIMEN_OK) {
            assert_true(k > 5);
            assert_true(memory.calls < k);
        } else {
            assert_int_equal(status, LIMEN_ERR_MEMORY);
            assert_int_equal(error.code, LIMEN_ERR_MEMORY);
            assert_null(result);
            assert_int_equal(memory.blocks, held);
        }
    }
    limen_result_destroy(result);
    assert_int_equal(memory.blocks, held);
    limen_tally_destroy(tally);
    assert_int_equal(memory.blocks, 0);
}

static void test_multilabel(void **state)
{
    static const char *const names[] = {"first label", "second", "third", "fourth", "fifth"};
    limen_compute_options options = {.size = sizeof options, .labels = names};

    (void)state;
    refuse_each(LIMEN_MULTILABEL, LIMEN_COUNTS | LIMEN_SAMPLES, 5, 0, &options);
    refuse_each(LIMEN_MULTILABEL, LIMEN_COUNTS | LIMEN_SAMPLES, 5, 2, NULL);
}

static void test_binary(void **state)
{
    (void)state;
    refuse_each(LIMEN_BINARY, LIMEN_COUNTS, 1, 2, NULL);
}

/* Kappa with weights takes memory from the tally's allocator. */
static void test_multiclass(void **state)
{
    static const char *const metrics[] = {"kappa", "f1"};
    limen_compute_options options = {.size = sizeof options,
                                     .metrics = metrics,
                                     .metric_count = 2,
                                     .kappa_weights = LIMEN_KAPPA_QUADRATIC,
                                     .normalize = LIMEN_NORMALIZE_PRED};

    (void)state;
    refuse_each(LIMEN_MULTICLASS, LIMEN_COUNTS | LIMEN_CONFUSION, 3, 0, &options);
}

/* Metrics from counts take no memory at all. */
static void test_values_take_none(void **state)
{
    failing_allocator memory = {0};
    limen_allocator allocator = failing_allocator_of(&memory);
    limen_tally *tally =
        make_tally(LIMEN_MULTILABEL, LIMEN_COUNTS | LIMEN_SAMPLES, 5, 2, &allocator);
    double values[MAX_WIDTH];
    unsigned char defined[MAX_WIDTH];

    (void)state;
    memory.calls = 0;
    for (int64_t i = 0; i < limen_metric_count(); i++) {
        const limen_metric *metric = limen_metric_at(i);

        for (int bit = 0; bit < 6; bit++) {
            if (metric->states & (LIMEN_COUNTS | LIMEN_SAMPLES))
                (void)!limen_metric_values(metric, tally, 1, -1, (limen_average)(1 << bit), NULL,
                                           values, defined, NULL);
        }
    }
    assert_int_equal(memory.calls, 0);
    limen_tally_destroy(tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_multilabel),
        cmocka_unit_test(test_binary),
        cmocka_unit_test(test_multiclass),
        cmocka_unit_test(test_values_take_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
