/* Tuning when the k-th allocation fails, for every k. */
#include "limen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "oom/failing_allocator.h"

#define ROWS 40
#define LABELS 3

typedef struct data {
    float scores[ROWS * LABELS];
    uint8_t targets[ROWS * LABELS];
    limen_batch batch;
} data;

static void make_data(data *d)
{
    for (int i = 0; i < ROWS * LABELS; i++) {
        d->scores[i] = (float)(i * 37 % 101) / 101.0f;
        d->targets[i] = i * 53 % 97 < 30;
    }
    d->batch =
        (limen_batch){.size = sizeof d->batch,
                      .scores = {d->scores, LIMEN_F32, {ROWS, LABELS, 1}, {4 * LABELS, 4, 4}},
                      .targets = {d->targets, LIMEN_U8, {ROWS, LABELS, 1}, {LABELS, 1, 1}}};
}

static limen_status search(const data *d, limen_scope scope, const limen_allocator *allocator,
                           limen_result **result)
{
    static const char *const labels[] = {"a", "b", "c"};
    limen_constraint needs = {"recall", LIMEN_AT_LEAST, 0.1, -1};
    limen_spec spec = {.size = sizeof spec, .task = LIMEN_MULTILABEL, .width = LABELS};
    limen_tune_options options = {.size = sizeof options,
                                  .scope = scope,
                                  .labels = labels,
                                  .plateau = scope == LIMEN_SCOPE_LABEL,
                                  .constraints = &needs,
                                  .constraint_count = 1};
    limen_search *made = NULL;
    limen_status status = limen_search_create(&spec, &options, allocator, &made, NULL);
    int again = 1;

    while (status == LIMEN_OK && again) {
        status = limen_search_update(made, &d->batch, NULL);
        if (status == LIMEN_OK)
            status = limen_search_next_pass(made, &again, NULL);
    }
    if (status == LIMEN_OK)
        status = limen_search_result(made, result, NULL);
    limen_search_destroy(made);
    return status;
}

/* Batches that are large enough for a sample; from the second on the scores are others, so that the
 * pass is begun again. */
static limen_status sampled(const data *d, limen_scope scope, const limen_allocator *allocator,
                            limen_result **result)
{
    enum { MANY = 9000, BATCHES = 3 };
    static float scores[BATCHES][MANY];
    static uint8_t targets[MANY];
    limen_spec spec = {.size = sizeof spec, .task = LIMEN_MULTILABEL, .width = 1};
    limen_tune_options options = {.size = sizeof options, .scope = scope};
    limen_search *made = NULL;
    limen_status status = limen_search_create(&spec, &options, allocator, &made, NULL);
    int again = 1, passes = 0;

    (void)d;
    for (int i = 0; i < MANY; i++) {
        for (int batch = 0; batch < BATCHES; batch++)
            scores[batch][i] = (float)(i * 37 % 8999) / 9000.0f + (float)batch;
        targets[i] = i * 37 % 8999 > 8000 - i % 7 * 900;
    }
    for (; status == LIMEN_OK && again; passes++) {
        for (int batch = 0; batch < BATCHES && status == LIMEN_OK; batch++) {
            limen_batch part = {.size = sizeof part,
                                .scores = {scores[batch], LIMEN_F32, {MANY, 1, 1}, {4, 4, 4}},
                                .targets = {targets, LIMEN_U8, {MANY, 1, 1}, {1, 1, 1}}};

            status = limen_search_update(made, &part, NULL);
        }
        if (status == LIMEN_OK)
            status = limen_search_next_pass(made, &again, NULL);
    }
    if (status == LIMEN_OK) {
        assert_true(passes > 2);
        status = limen_search_result(made, result, NULL);
    }
    limen_search_destroy(made);
    return status;
}

static limen_status by_tally(const data *d, limen_scope scope, const limen_allocator *allocator,
                             limen_result **result)
{
    limen_spec spec = {
        .size = sizeof spec, .task = LIMEN_MULTILABEL, .width = LABELS, .states = LIMEN_SCORES};
    limen_tune_options options = {
        .size = sizeof options, .scope = scope, .average = LIMEN_AVERAGE_MACRO, .restarts = 1};
    limen_tally *tally = NULL;
    limen_status status = limen_tally_create(&spec, allocator, &tally, NULL);

    if (status == LIMEN_OK)
        status = limen_tally_update(tally, &d->batch, NULL);
    if (status == LIMEN_OK)
        status = limen_tune(tally, &options, allocator, result, NULL);
    limen_tally_destroy(tally);
    return status;
}

/* The columns of targets as classes: scope LABEL searches offsets, MICRO takes a cost matrix. */
static limen_status by_class(const data *d, limen_scope scope, const limen_allocator *allocator,
                             limen_result **result)
{
    const double costs[LABELS * LABELS] = {0, 1, 2, 3, 0, 1, 1, 5, 0};
    limen_spec spec = {.size = sizeof spec, .task = LIMEN_MULTICLASS, .width = LABELS};
    limen_tune_options options = {.size = sizeof options,
                                  .cost_matrix = scope == LIMEN_SCOPE_MICRO ? costs : NULL,
                                  .restarts = 1};
    limen_batch batch = d->batch;
    limen_search *made = NULL;
    limen_status status = limen_search_create(&spec, &options, allocator, &made, NULL);
    int again;

    batch.targets = (limen_array){d->targets, LIMEN_U8, {ROWS, 1, 1}, {LABELS, 1, 1}};
    if (status == LIMEN_OK)
        status = limen_search_update(made, &batch, NULL);
    if (status == LIMEN_OK)
        status = limen_search_next_pass(made, &again, NULL);
    if (status == LIMEN_OK)
        status = limen_search_result(made, result, NULL);
    limen_search_destroy(made);
    return status;
}

typedef limen_status (*tuned)(const data *, limen_scope, const limen_allocator *, limen_result **);

static void fail_each(tuned way, limen_scope scope)
{
    data d;
    int64_t k = 0;
    limen_status status;

    make_data(&d);
    do {
        failing_allocator failing = {.fail_at = ++k};
        limen_allocator allocator = failing_allocator_of(&failing);
        limen_result *result = NULL;

        status = way(&d, scope, &allocator, &result);
        assert_true(status == LIMEN_OK || status == LIMEN_ERR_MEMORY);
        assert_int_equal(result != NULL, status == LIMEN_OK);
        limen_result_destroy(result);
        assert_int_equal(failing.blocks, 0);
    } while (status != LIMEN_OK);
    assert_true(k > 10);
}

static void test_search(void **state)
{
    (void)state;
    fail_each(search, LIMEN_SCOPE_LABEL);
    fail_each(search, LIMEN_SCOPE_GLOBAL);
    fail_each(search, LIMEN_SCOPE_MICRO);
    fail_each(sampled, LIMEN_SCOPE_LABEL);
}

static void test_tally(void **state)
{
    (void)state;
    fail_each(by_tally, LIMEN_SCOPE_LABEL);
    fail_each(by_tally, LIMEN_SCOPE_GLOBAL);
    fail_each(by_tally, LIMEN_SCOPE_MICRO);
    fail_each(by_tally, LIMEN_SCOPE_SAMPLES);
    fail_each(by_tally, LIMEN_SCOPE_RCUT);
}

static void test_classes(void **state)
{
    (void)state;
    fail_each(by_class, LIMEN_SCOPE_LABEL);
    fail_each(by_class, LIMEN_SCOPE_MICRO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_search), cmocka_unit_test(test_tally),
                                       cmocka_unit_test(test_classes)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
