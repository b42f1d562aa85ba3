/* Decisions without a tally, against the definition. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/tally.h"

static void apply(const struct problem *problem, int64_t set, void *decisions)
{
    limen_error error = {0};

    if (limen_apply(&problem->spec, set, &problem->batch, decisions, NULL, &error) != LIMEN_OK)
        fail_msg("%s", error.message);
}

static void test_labels(void **unused)
{
    static const int64_t widths[] = {1, 3, 28, 100, 2500};
    static const limen_dtype dtypes[] = {LIMEN_F16, LIMEN_BF16, LIMEN_F32, LIMEN_F64};
    struct generator random = {31};

    (void)unused;
    for (int i = 0; i < 200; i++) {
        struct problem problem = {.rows = 6 * random_below(&random, 30),
                                  .extra = random_below(&random, 2) ? 1 : 6};
        limen_spec *spec = &problem.spec;
        uint8_t *decisions;

        *spec = (limen_spec){.size = sizeof *spec,
                             .task = LIMEN_MULTILABEL,
                             .width = widths[random_below(&random, i % 10 ? 4 : 5)],
                             .sets = 1 + random_below(&random, 3),
                             .rule = random_below(&random, 2) ? LIMEN_GT : LIMEN_GE,
                             .nan = random_below(&random, 2) ? LIMEN_NAN_NEGATIVE : LIMEN_NAN_ERROR,
                             .logits = random_below(&random, 3) == 0};
        random_thresholds(&problem, &random);
        make_problem(&problem, &random, dtypes[random_below(&random, 4)], LIMEN_U8,
                     (enum layout)random_below(&random, LAYOUT_COUNT), LAYOUT_C);
        decisions = malloc((size_t)(problem.rows * spec->width) + 1);
        for (int64_t set = 0; set < spec->sets; set++) {
            apply(&problem, set, decisions);
            for (int64_t cell = 0; cell < problem.rows * spec->width; cell++)
                assert_int_equal(decisions[cell],
                                 decide(spec, problem.batch.scores.dtype, problem.scores[cell],
                                        threshold_of(spec, set, cell % spec->width)));
        }
        free(decisions);
        free_problem(&problem);
    }
}

static void test_classes(void **unused)
{
    enum { ROWS = 3, CLASSES = 3 };
    static const double values[ROWS * CLASSES] = {0.5, 0.5, 0.25, 0.0, 0.25, 0.5, 0.25, 0.5, 0.5};
    static const double offsets[2 * CLASSES] = {0.0, 0.0, 0.0, 0.0, 0.25, 0.0};
    static const int64_t plain[ROWS] = {0, 2, 1};
    static const int64_t moved[ROWS] = {1, 1, 1};
    limen_spec spec = {.size = sizeof spec,
                       .task = LIMEN_MULTICLASS,
                       .width = CLASSES,
                       .sets = 2,
                       .thresholds = offsets,
                       .threshold_count = 2 * CLASSES,
                       .top_k = 2};

    (void)unused;
    for (limen_dtype dtype = LIMEN_F16; dtype <= LIMEN_F64; dtype++) {
        for (enum layout layout = LAYOUT_C; layout <= LAYOUT_NEGATIVE; layout++) {
            struct stored scores = store_array(values, ROWS, CLASSES, 1, dtype, layout);
            limen_batch batch = {.size = sizeof batch, .scores = scores.array};
            int64_t classes[ROWS];

            assert_int_equal(limen_apply(&spec, 0, &batch, classes, NULL, NULL), LIMEN_OK);
            assert_memory_equal(classes, plain, sizeof classes);
            assert_int_equal(limen_apply(&spec, 1, &batch, classes, NULL, NULL), LIMEN_OK);
            assert_memory_equal(classes, moved, sizeof classes);
            free(scores.memory);
        }
    }
}

static void test_decisions_are_what_is_counted(void **unused)
{
    struct problem problem = {.rows = 40000, .extra = 1};
    struct generator random = {32};
    uint8_t *decisions = malloc(40000 * 128);
    limen_tally *counted, *direct;
    limen_batch batch;

    (void)unused;
    problem.spec = (limen_spec){.size = sizeof problem.spec,
                                .task = LIMEN_MULTILABEL,
                                .states = LIMEN_COUNTS,
                                .width = 128};
    random_thresholds(&problem, &random);
    make_problem(&problem, &random, LIMEN_F32, LIMEN_U8, LAYOUT_C, LAYOUT_C);
    apply(&problem, 0, decisions);
    counted = create(&problem.spec);
    direct = create(&problem.spec);
    update(direct, &problem.batch);
    batch = problem.batch;
    batch.scores = (limen_array){decisions, LIMEN_U8, {40000, 128, 1}, {128, 1, 1}};
    update(counted, &batch);
    for (int64_t label = 0; label < 128; label++) {
        limen_counts ours = counts_of(direct, 0, 0, label);
        limen_counts theirs = counts_of(counted, 0, 0, label);

        assert_counts(&ours, &theirs, 0);
    }
    limen_tally_destroy(counted);
    limen_tally_destroy(direct);
    free(decisions);
    free_problem(&problem);
}

static void test_refusals_write_nothing(void **unused)
{
    static float scores[6000] = {0.0F};
    limen_spec spec = {.size = sizeof spec, .task = LIMEN_MULTILABEL, .width = 2};
    limen_batch batch = {.size = sizeof batch,
                         .scores = {scores, LIMEN_F32, {3000, 2, 1}, {8, 4, 4}},
                         .row_offset = 10};
    uint8_t decisions[6000];
    limen_error error;

    (void)unused;
    memset(decisions, 7, sizeof decisions);
    scores[5999] = NAN;
    assert_int_equal(limen_apply(&spec, 0, &batch, decisions, NULL, &error), LIMEN_ERR_VALUE);
    assert_error(&error, LIMEN_ERR_VALUE, LIMEN_INPUT_SCORES, 3009, 1,
                 "score is NaN: remove it, or let NaN be negative");
    assert_int_equal(limen_apply(&spec, 1, &batch, decisions, NULL, &error), LIMEN_ERR_ARGUMENT);
    assert_string_equal(error.message, "set is 1: it is from 0 to 0");
    batch.scores.dtype = LIMEN_I32;
    assert_int_equal(limen_apply(&spec, 0, &batch, decisions, NULL, &error), LIMEN_ERR_DTYPE);
    assert_string_equal(error.message, "scores are int32, which are decisions already");
    batch.scores.shape[1] = 3;
    assert_int_equal(limen_apply(&spec, 0, &batch, decisions, NULL, &error), LIMEN_ERR_SHAPE);
    for (size_t i = 0; i < sizeof decisions; i++)
        assert_int_equal(decisions[i], 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_decisions_are_what_is_counted),
        cmocka_unit_test(test_refusals_write_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
