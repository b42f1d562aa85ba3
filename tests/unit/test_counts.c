/* Counts of binary and multilabel tallies against a loop over single cells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/tally.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static const int64_t widths[] = {1, 3, 10, 28, 64, 100, 128, 983, 2500};
static const limen_dtype score_dtypes[] = {LIMEN_F16, LIMEN_BF16, LIMEN_F32, LIMEN_F64, LIMEN_BOOL,
                                           LIMEN_U8,  LIMEN_I8,   LIMEN_U16, LIMEN_I16, LIMEN_U32,
                                           LIMEN_I32, LIMEN_U64,  LIMEN_I64};
static const limen_dtype target_dtypes[] = {LIMEN_BOOL, LIMEN_U8,  LIMEN_I8,  LIMEN_U16,
                                            LIMEN_I16,  LIMEN_U32, LIMEN_I32, LIMEN_U64,
                                            LIMEN_I64,  LIMEN_F32, LIMEN_F64};

#define COUNT(array) ((int64_t)(sizeof(array) / sizeof(array)[0]))

/* A few labels of all sets and groups; of a wide tally, both ends and some between. */
static void assert_as_counted(const limen_tally *tally, const struct problem *problem)
{
    const limen_spec *spec = &problem->spec;
    int64_t step = 1 + spec->width / 40;

    for (int64_t set = 0; set < spec->sets; set++) {
        for (int64_t group = -1; group < (spec->groups ? spec->groups : 1); group++) {
            for (int64_t label = 0; label < spec->width;
                 label = label + step < spec->width || label == spec->width - 1 ? label + step
                                                                                : spec->width - 1) {
                limen_counts ours = counts_of(tally, set, group, label);
                limen_counts theirs = count_label(problem, set, group, label);

                assert_counts(&ours, &theirs, spec->weighted);
            }
        }
    }
}

static void count_once(const struct problem *problem)
{
    limen_tally *tally = create(&problem->spec);

    update(tally, &problem->batch);
    assert_int_equal(limen_tally_samples(tally), problem->rows);
    assert_as_counted(tally, problem);
    limen_tally_destroy(tally);
}

/* A random spec that dtype allows. */
static void random_spec(struct problem *problem, struct generator *random, limen_dtype scores,
                        limen_dtype targets)
{
    limen_spec *spec = &problem->spec;

    *spec = (limen_spec){
        .size = sizeof *spec,
        .task = spec->width == 1 && random_below(random, 2) ? LIMEN_BINARY : LIMEN_MULTILABEL,
        .states = LIMEN_COUNTS,
        .width = spec->width,
        .sets = 1 + random_below(random, 3),
        .rule = random_below(random, 2) ? LIMEN_GT : LIMEN_GE,
        .nan = random_below(random, 2) ? LIMEN_NAN_NEGATIVE : LIMEN_NAN_ERROR,
        .logits = random_below(random, 4) == 0,
        .weighted = random_below(random, 3) == 0,
        .groups = random_below(random, 3) == 0 ? 1 + random_below(random, 4) : 0,
        .has_ignore_index = random_below(random, 3) == 0,
    };
    (void)scores;
    if (spec->has_ignore_index)
        spec->ignore_index = targets == LIMEN_BOOL ? random_below(random, 2) : 5;
    if (spec->has_ignore_index && limen_dtype_is_float(targets))
        spec->ignore_index = -100;
    random_thresholds(problem, random);
}

static void test_random_batches(void **unused)
{
    struct generator random = {1};

    (void)unused;
    for (int i = 0; i < 1500; i++) {
        struct problem problem = {.extra = 1};
        limen_dtype scores = score_dtypes[random_below(&random, COUNT(score_dtypes))];
        limen_dtype targets = target_dtypes[random_below(&random, COUNT(target_dtypes))];
        enum layout score_layout = (enum layout)random_below(&random, LAYOUT_COUNT);
        enum layout target_layout = (enum layout)random_below(&random, LAYOUT_COUNT);

        if (random_below(&random, 3) == 0)
            problem.extra = 1 + random_below(&random, 40);
        problem.spec.width = widths[random_below(&random, COUNT(widths) - (i % 8 != 0) * 2)];
        problem.rows = random_below(&random, problem.spec.width > 200 ? 40 : 700);
        problem.rows -= problem.rows % problem.extra;
        random_spec(&problem, &random, scores, targets);
        make_problem(&problem, &random, scores, targets, score_layout, target_layout);
        count_once(&problem);
        free_problem(&problem);
    }
}

/* Every pair of dtypes, plain and masked. */
static void test_every_pair_of_dtypes(void **unused)
{
    struct generator random = {2};

    (void)unused;
    for (int64_t i = 0; i < COUNT(score_dtypes); i++) {
        for (int64_t j = 0; j < COUNT(target_dtypes); j++) {
            struct problem problem = {.rows = 77, .extra = 1};

            problem.spec = (limen_spec){.size = sizeof problem.spec,
                                        .task = LIMEN_MULTILABEL,
                                        .states = LIMEN_COUNTS,
                                        .width = 28,
                                        .sets = 2,
                                        .has_ignore_index = (i + j) % 2 == 0};
            problem.spec.ignore_index = target_dtypes[j] == LIMEN_BOOL ? 0 : 7;
            random_thresholds(&problem, &random);
            make_problem(&problem, &random, score_dtypes[i], target_dtypes[j], LAYOUT_C, LAYOUT_C);
            count_once(&problem);
            free_problem(&problem);
        }
    }
}

/* More rows than bytes can hold tiles of, in every layout. */
static void test_long_batches(void **unused)
{
    struct generator random = {3};
    static const int64_t shapes[][2] = {{1500000, 1}, {700000, 3}, {60000, 28}, {1500, 983}};

    (void)unused;
    for (int64_t i = 0; i < COUNT(shapes); i++) {
        for (enum layout layout = LAYOUT_C; layout <= LAYOUT_NEGATIVE; layout++) {
            struct problem problem = {.rows = shapes[i][0], .extra = 1};

            problem.spec = (limen_spec){.size = sizeof problem.spec,
                                        .task = LIMEN_MULTILABEL,
                                        .states = LIMEN_COUNTS,
                                        .width = shapes[i][1],
                                        .sets = 1};
            random_thresholds(&problem, &random);
            make_problem(&problem, &random, LIMEN_F32, LIMEN_U8, layout, layout);
            count_once(&problem);
            free_problem(&problem);
        }
    }
}

/* ---- Thresholds ------------------------------------------------------------------------------ */

/* Predicted positives among scores of a dtype that all have target 1. */
static int64_t positives(limen_dtype dtype, limen_rule rule, double threshold, int logits,
                         const double *scores, int64_t count)
{
    double targets[16];
    limen_spec spec = {.size = sizeof spec,
                       .task = LIMEN_BINARY,
                       .states = LIMEN_COUNTS,
                       .rule = rule,
                       .logits = logits,
                       .thresholds = &threshold,
                       .threshold_count = 1};
    struct stored stored_scores = store_array(scores, count, 1, 1, dtype, LAYOUT_C);
    struct stored stored_targets;
    limen_tally *tally = create(&spec);
    limen_counts counts;

    for (int64_t i = 0; i < count; i++)
        targets[i] = 1.0;
    stored_targets = store_array(targets, count, 1, 1, LIMEN_U8, LAYOUT_C);
    update(tally, &(limen_batch){.size = sizeof(limen_batch),
                                 .scores = stored_scores.array,
                                 .targets = stored_targets.array});
    counts = counts_of(tally, 0, 0, 0);
    limen_tally_destroy(tally);
    free(stored_scores.memory);
    free(stored_targets.memory);
    return (int64_t)counts.tp;
}

static void test_infinite_thresholds(void **unused)
{
    const double scores[] = {-INFINITY, -1.0, 0.0, 1.0, INFINITY};

    (void)unused;
    for (limen_dtype dtype = LIMEN_F16; dtype <= LIMEN_F64; dtype++) {
        for (limen_rule rule = LIMEN_GE; rule <= LIMEN_GT; rule++) {
            assert_int_equal(positives(dtype, rule, INFINITY, 0, scores, 5), 0);
            assert_int_equal(positives(dtype, rule, -INFINITY, 0, scores, 5), 5);
        }
        /* Only the infinite score is above the greatest finite value. */
        assert_int_equal(positives(dtype, LIMEN_GT, limen_greatest(dtype), 0, scores, 5), 1);
        assert_int_equal(positives(dtype, LIMEN_GE, -limen_greatest(dtype), 0, scores, 5), 4);
    }
}

static void test_zero_has_no_sign(void **unused)
{
    const double scores[] = {-0.0, 0.0, -1.0, 1.0};

    (void)unused;
    for (limen_dtype dtype = LIMEN_F16; dtype <= LIMEN_F64; dtype++) {
        for (int sign = 0; sign < 2; sign++) {
            double zero = sign ? -0.0 : 0.0;

            assert_int_equal(positives(dtype, LIMEN_GE, zero, 0, scores, 4), 3);
            assert_int_equal(positives(dtype, LIMEN_GT, zero, 0, scores, 4), 1);
        }
    }
}

/* 0.1 is rounded to the scores' dtype before it is compared. */
static void test_thresholds_are_rounded(void **unused)
{
    (void)unused;
    for (limen_dtype dtype = LIMEN_F16; dtype <= LIMEN_F64; dtype++) {
        double scores[] = {0.1};

        assert_int_equal(positives(dtype, LIMEN_GE, 0.1, 0, scores, 1), 1);
        assert_int_equal(positives(dtype, LIMEN_GT, 0.1, 0, scores, 1), 0);
        scores[0] = limen_next_up(dtype, limen_round_to(dtype, 0.1));
        assert_int_equal(positives(dtype, LIMEN_GT, 0.1, 0, scores, 1), 1);
        scores[0] = limen_next_down(dtype, limen_round_to(dtype, 0.1));
        assert_int_equal(positives(dtype, LIMEN_GE, 0.1, 0, scores, 1), 0);
    }
}

static void test_logits(void **unused)
{
    const double scores[] = {-2.0, -1e-3, 0.0, 1e-3, 2.0, INFINITY};

    (void)unused;
    assert_int_equal(positives(LIMEN_F32, LIMEN_GE, 0.5, 1, scores, 6), 4);
    assert_int_equal(positives(LIMEN_F32, LIMEN_GT, 0.5, 1, scores, 6), 3);
    assert_int_equal(positives(LIMEN_F64, LIMEN_GE, 0.8807970779778823, 1, scores, 6), 2);
    assert_int_equal(positives(LIMEN_F32, LIMEN_GE, 0.0, 1, scores, 6), 6);
    assert_int_equal(positives(LIMEN_F32, LIMEN_GE, 1.0, 1, scores, 6), 0);
}

/* PyTorch and others leave a thread with denormals flushed to zero. */
static void test_denormals_are_not_flushed(void **unused)
{
    const double values[] = {0.0, 0x1p-149, 0x1p-148, 1.0};
    const double targets[] = {1.0, 1.0, 1.0, 1.0};
    const double threshold = 0.0;
    struct stored scores = store_array(values, 4, 1, 1, LIMEN_F32, LAYOUT_C);
    struct stored ones = store_array(targets, 4, 1, 1, LIMEN_U8, LAYOUT_C);
    limen_tally *tally = create(&(limen_spec){.size = sizeof(limen_spec),
                                              .task = LIMEN_BINARY,
                                              .states = LIMEN_COUNTS,
                                              .rule = LIMEN_GT,
                                              .thresholds = &threshold,
                                              .threshold_count = 1});
    limen_batch batch = {.size = sizeof batch, .scores = scores.array, .targets = ones.array};
#if defined(__x86_64__)
    unsigned mode = _mm_getcsr();
    unsigned left;

    _mm_setcsr(mode | 0x8040u);
    update(tally, &batch);
    left = _mm_getcsr();
    _mm_setcsr(mode);
    assert_int_equal(left & 0x8040u, 0x8040u);
#else
    update(tally, &batch);
#endif
    (void)unused;
    assert_true(counts_of(tally, 0, 0, 0).tp == 3.0);
    limen_tally_destroy(tally);
    free(scores.memory);
    free(ones.memory);
}

static void test_effective_thresholds(void **unused)
{
    const double given[] = {0.1, INFINITY, 0.25};
    double thresholds[3];
    const double scores[] = {0.5, 0.5, 0.5};
    struct stored stored_scores = store_array(scores, 1, 3, 1, LIMEN_F16, LAYOUT_C);
    const double zeros[] = {0.0, 0.0, 0.0};
    struct stored stored_targets = store_array(zeros, 1, 3, 1, LIMEN_U8, LAYOUT_C);
    limen_tally *tally = create(&(limen_spec){.size = sizeof(limen_spec),
                                              .task = LIMEN_MULTILABEL,
                                              .states = LIMEN_COUNTS,
                                              .width = 3,
                                              .thresholds = given,
                                              .threshold_count = 3});

    (void)unused;
    assert_int_equal(limen_tally_thresholds(tally, 0, thresholds, NULL), LIMEN_OK);
    assert_memory_equal(thresholds, given, sizeof given);
    update(tally, &(limen_batch){.size = sizeof(limen_batch),
                                 .scores = stored_scores.array,
                                 .targets = stored_targets.array});
    assert_int_equal(limen_tally_thresholds(tally, 0, thresholds, NULL), LIMEN_OK);
    assert_true(thresholds[0] == limen_round_to(LIMEN_F16, 0.1));
    assert_true(thresholds[1] == INFINITY);
    assert_true(thresholds[2] == 0.25);
    assert_int_equal(limen_tally_thresholds(tally, 1, thresholds, NULL), LIMEN_ERR_ARGUMENT);
    limen_tally_destroy(tally);
    free(stored_scores.memory);
    free(stored_targets.memory);
}

/* ---- The same bits --------------------------------------------------------------------------- */

static void assert_same_bits(const limen_tally *a, const limen_tally *b)
{
    const limen_spec *spec = limen_tally_spec(a);

    for (int64_t set = 0; set < spec->sets; set++) {
        for (int64_t group = 0; group < (spec->groups ? spec->groups : 1); group++) {
            for (int64_t label = 0; label < spec->width; label++) {
                limen_counts ours = counts_of(a, set, group, label);
                limen_counts theirs = counts_of(b, set, group, label);

                assert_memory_equal(&ours, &theirs, sizeof ours);
            }
        }
    }
}

static void test_batch_sizes_do_not_matter(void **unused)
{
    struct generator random = {4};

    (void)unused;
    for (int i = 0; i < 60; i++) {
        struct problem problem = {.rows = 500, .extra = 1};
        limen_tally *whole, *parts;
        int64_t first = 0;

        problem.spec.width = widths[random_below(&random, 5)];
        random_spec(&problem, &random, LIMEN_F32, LIMEN_I64);
        make_problem(&problem, &random, LIMEN_F32, LIMEN_I64, LAYOUT_C, LAYOUT_FORTRAN);
        whole = create(&problem.spec);
        parts = create(&problem.spec);
        update(whole, &problem.batch);
        while (first < problem.rows) {
            int64_t count = random_below(&random, 90);
            limen_batch part;

            if (count > problem.rows - first)
                count = problem.rows - first;
            part = part_of(&problem.batch, first, count);
            update(parts, &part);
            first += count;
        }
        if (problem.spec.weighted)
            assert_as_counted(parts, &problem);
        else
            assert_same_bits(whole, parts);
        limen_tally_destroy(whole);
        limen_tally_destroy(parts);
        free_problem(&problem);
    }
}

static void test_threads_do_not_matter(void **unused)
{
    struct generator random = {5};

    (void)unused;
    for (int i = 0; i < 6; i++) {
        struct problem problem = {.rows = 160000, .extra = 1};
        limen_tally *one, *four;

        problem.spec = (limen_spec){.size = sizeof problem.spec,
                                    .task = LIMEN_MULTILABEL,
                                    .states = LIMEN_COUNTS,
                                    .width = 28,
                                    .sets = 2,
                                    .weighted = i % 2,
                                    .groups = i / 2 == 1 ? 3 : 0,
                                    .threads = 1};
        random_thresholds(&problem, &random);
        make_problem(&problem, &random, LIMEN_F32, LIMEN_U8, i / 2 == 2 ? LAYOUT_FORTRAN : LAYOUT_C,
                     LAYOUT_C);
        one = create(&problem.spec);
        problem.spec.threads = 4;
        four = create(&problem.spec);
        update(one, &problem.batch);
        update(four, &problem.batch);
        assert_same_bits(one, four);
        limen_tally_destroy(one);
        limen_tally_destroy(four);
        free_problem(&problem);
    }
}

/* Weights that differ by 16 orders of magnitude: no outcome may be found by subtraction. */
static void test_small_weights_survive(void **unused)
{
    enum { ROWS = 5000 };
    static double scores[ROWS], targets[ROWS], weights[ROWS];
    double threshold = 0.5;
    limen_spec spec = {.size = sizeof spec,
                       .task = LIMEN_BINARY,
                       .states = LIMEN_COUNTS,
                       .thresholds = &threshold,
                       .threshold_count = 1,
                       .weighted = 1};
    limen_tally *tally = create(&spec);
    struct stored arrays[3];
    limen_counts counts;

    (void)unused;
    for (int i = 0; i < ROWS; i++) {
        scores[i] = i % 2;
        targets[i] = i % 4 >= 2;
        weights[i] = i % 4 == 0 ? 1e-9 : 1e9;
    }
    arrays[0] = store_array(scores, ROWS, 1, 1, LIMEN_F64, LAYOUT_C);
    arrays[1] = store_array(targets, ROWS, 1, 1, LIMEN_F64, LAYOUT_C);
    arrays[2] = store_array(weights, ROWS, 1, 1, LIMEN_F64, LAYOUT_C);
    update(tally, &(limen_batch){.size = sizeof(limen_batch),
                                 .scores = arrays[0].array,
                                 .targets = arrays[1].array,
                                 .weights = arrays[2].array});
    counts = counts_of(tally, 0, 0, 0);
    assert_near(counts.tn, 1250 * 1e-9, 1);
    assert_near(counts.tp, 1250 * 1e9, 1);
    limen_tally_destroy(tally);
    for (int i = 0; i < 3; i++)
        free(arrays[i].memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_batches),
        cmocka_unit_test(test_every_pair_of_dtypes),
        cmocka_unit_test(test_long_batches),
        cmocka_unit_test(test_infinite_thresholds),
        cmocka_unit_test(test_zero_has_no_sign),
        cmocka_unit_test(test_thresholds_are_rounded),
        cmocka_unit_test(test_logits),
        cmocka_unit_test(test_denormals_are_not_flushed),
        cmocka_unit_test(test_effective_thresholds),
        cmocka_unit_test(test_batch_sizes_do_not_matter),
        cmocka_unit_test(test_threads_do_not_matter),
        cmocka_unit_test(test_small_weights_survive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
