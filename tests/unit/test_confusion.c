/* Multiclass tallies: the matrix, and each class against the rest, against a loop over rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/tally.h"

/* ---- The oracle ---------------------------------------------------------------------------- */

/* The score of a class with its offset, in the arithmetic of the dtype. NaN becomes less than all.
 */
static double offset_score(const struct problem *problem, int64_t set, int64_t row, int64_t class)
{
    limen_dtype dtype = problem->batch.scores.dtype;
    double offset = limen_round_to(dtype, threshold_of(&problem->spec, set, class));
    double score = problem->scores[row * problem->columns + class];

    return limen_round_to(dtype == LIMEN_F64 ? LIMEN_F64 : LIMEN_F32, score + offset);
}

/* a stands before b in a stable descending sort, NaN last. */
static int stands_before(double a, int64_t class_a, double b, int64_t class_b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b) ? class_a < class_b : !isnan(a);
    return a > b || (a == b && class_a < class_b);
}

static int64_t rank_of(const struct problem *problem, int64_t set, int64_t row, int64_t class)
{
    double mine = offset_score(problem, set, row, class);
    int64_t rank = 0;

    for (int64_t other = 0; other < problem->columns; other++)
        rank += stands_before(offset_score(problem, set, row, other), other, mine, class);
    return rank;
}

static int64_t predict(const struct problem *problem, int64_t set, int64_t row)
{
    int64_t target = (int64_t)problem->targets[row];

    if (problem->columns == 1)
        return (int64_t)problem->scores[row];
    if (problem->spec.top_k > 1 && rank_of(problem, set, row, target) < problem->spec.top_k)
        return target;
    for (int64_t class = 0; class < problem->columns; class ++) {
        if (rank_of(problem, set, row, class) == 0)
            return class;
    }
    return -1;
}

/* Sums of one set and group, rows true classes. */
static limen_sum *count_matrix(const struct problem *problem, int64_t set, int64_t group)
{
    int64_t classes = problem->spec.width;
    limen_sum *matrix = calloc((size_t)(classes * classes), sizeof *matrix);

    for (int64_t row = 0; row < problem->rows; row++) {
        if (is_ignored(&problem->spec, problem->targets[row]))
            continue;
        limen_sum_add(
            &matrix[(int64_t)problem->targets[row] * classes + predict(problem, set, row)],
            row_weight(problem, row, group));
    }
    return matrix;
}

static limen_counts outcomes_of(const limen_sum *matrix, int64_t classes, int64_t class)
{
    limen_sum sums[2][2] = {{{0.0, 0.0}}};

    for (int64_t cell = 0; cell < classes * classes; cell++)
        limen_sum_join(&sums[cell / classes == class][cell % classes == class], &matrix[cell]);
    return (limen_counts){.tp = limen_sum_of(&sums[1][1]),
                          .fp = limen_sum_of(&sums[0][1]),
                          .tn = limen_sum_of(&sums[0][0]),
                          .fn = limen_sum_of(&sums[1][0])};
}

/* ---- Tests --------------------------------------------------------------------------------- */

static void assert_matrix(const limen_tally *tally, const struct problem *problem, int64_t set,
                          int64_t group)
{
    int64_t classes = problem->spec.width;
    limen_sum *theirs = count_matrix(problem, set, group);

    if (problem->spec.states & LIMEN_CONFUSION) {
        double *ours = new_numbers(classes * classes);

        assert_int_equal(limen_tally_confusion(tally, set, group, ours, NULL), LIMEN_OK);
        for (int64_t cell = 0; cell < classes * classes; cell++)
            assert_near(ours[cell], limen_sum_of(&theirs[cell]), problem->spec.weighted);
        free(ours);
    }
    for (int64_t class = 0; class < classes; class += 1 + classes / 12) {
        limen_counts one = outcomes_of(theirs, classes, class);
        limen_counts ours = counts_of(tally, set, group, class);

        assert_counts(&ours, &one, problem->spec.weighted);
    }
    free(theirs);
}

static void assert_as_counted(const limen_tally *tally, const struct problem *problem)
{
    for (int64_t set = 0; set < problem->spec.sets; set++) {
        for (int64_t group = -1; group < (problem->spec.groups ? problem->spec.groups : 1); group++)
            assert_matrix(tally, problem, set, group);
    }
}

static void count_once(const struct problem *problem)
{
    limen_tally *tally = create(&problem->spec);

    update(tally, &problem->batch);
    assert_as_counted(tally, problem);
    limen_tally_destroy(tally);
}

static void random_spec(struct problem *problem, struct generator *random, limen_dtype scores,
                        limen_dtype targets)
{
    static const uint32_t states[] = {LIMEN_COUNTS, LIMEN_CONFUSION,
                                      LIMEN_COUNTS | LIMEN_CONFUSION};
    limen_spec *spec = &problem->spec;

    *spec = (limen_spec){
        .size = sizeof *spec,
        .task = LIMEN_MULTICLASS,
        .states = states[random_below(random, 3)],
        .width = spec->width,
        .sets = 1 + random_below(random, 3),
        .nan = random_below(random, 2) ? LIMEN_NAN_NEGATIVE : LIMEN_NAN_ERROR,
        .weighted = random_below(random, 3) == 0,
        .groups = random_below(random, 3) == 0 ? 1 + random_below(random, 4) : 0,
        .has_ignore_index = random_below(random, 3) == 0,
    };
    if (spec->has_ignore_index)
        spec->ignore_index = random_below(random, 2) || targets == LIMEN_U8 ? 1 : -1;
    if (limen_dtype_is_float(scores) && random_below(random, 2))
        spec->top_k = 1 + (int32_t)random_below(random, spec->width < 5 ? spec->width : 5);
    if (random_below(random, 2))
        random_thresholds(problem, random);
}

static void test_random_batches(void **unused)
{
    static const int64_t widths[] = {2, 3, 10, 17, 28, 100};
    static const limen_dtype scores[] = {LIMEN_F16, LIMEN_BF16, LIMEN_F32, LIMEN_F64,
                                         LIMEN_U8,  LIMEN_I16,  LIMEN_I64, LIMEN_U64};
    static const limen_dtype targets[] = {LIMEN_U8,  LIMEN_I8,  LIMEN_I16, LIMEN_I32,
                                          LIMEN_I64, LIMEN_F32, LIMEN_F64};
    struct generator random = {11};

    (void)unused;
    for (int i = 0; i < 600; i++) {
        struct problem problem = {.extra = random_below(&random, 3) ? 1 : 7};
        limen_dtype score_dtype = scores[random_below(&random, 8)];
        limen_dtype target_dtype = targets[random_below(&random, 7)];

        problem.spec.width = widths[random_below(&random, i % 10 ? 5 : 6)];
        problem.rows = 7 * random_below(&random, 30);
        random_spec(&problem, &random, score_dtype, target_dtype);
        make_problem(&problem, &random, score_dtype, target_dtype,
                     (enum layout)random_below(&random, LAYOUT_COUNT),
                     (enum layout)random_below(&random, LAYOUT_COUNT));
        count_once(&problem);
        free_problem(&problem);
    }
}

static int same_bits(const limen_tally *a, const limen_tally *b)
{
    const limen_spec *spec = limen_tally_spec(a);
    size_t bytes = (size_t)(spec->width * spec->width) * sizeof(double);
    double *ours = malloc(bytes);
    double *theirs = malloc(bytes);
    int same;

    assert_int_equal(limen_tally_confusion(a, 0, -1, ours, NULL), LIMEN_OK);
    assert_int_equal(limen_tally_confusion(b, 0, -1, theirs, NULL), LIMEN_OK);
    same = memcmp(ours, theirs, bytes) == 0;
    for (int64_t class = 0; class < spec->width; class ++) {
        limen_counts one = counts_of(a, 0, -1, class);
        limen_counts other = counts_of(b, 0, -1, class);

        same &= memcmp(&one, &other, sizeof one) == 0;
    }
    free(ours);
    free(theirs);
    return same;
}

/* More rows than predictions are kept of: they are predicted again at the commit. */
static void test_long_batch(void **unused)
{
    struct generator random = {12};

    (void)unused;
    for (int weighted = 0; weighted < 2; weighted++) {
        struct problem problem = {.rows = 150000, .extra = 1};
        limen_tally *one, *four, *parts;

        problem.spec = (limen_spec){.size = sizeof problem.spec,
                                    .task = LIMEN_MULTICLASS,
                                    .states = LIMEN_COUNTS | LIMEN_CONFUSION,
                                    .width = 30,
                                    .weighted = weighted,
                                    .has_ignore_index = 1,
                                    .ignore_index = -100,
                                    .threads = 1};
        make_problem(&problem, &random, LIMEN_F32, LIMEN_I64, LAYOUT_C, LAYOUT_C);
        one = create(&problem.spec);
        parts = create(&problem.spec);
        problem.spec.threads = 4;
        four = create(&problem.spec);
        update(one, &problem.batch);
        update(four, &problem.batch);
        for (int64_t first = 0; first < problem.rows; first += 30000) {
            limen_batch part = part_of(&problem.batch, first, 30000);

            update(parts, &part);
        }
        assert_matrix(one, &problem, 0, 0);
        assert_matrix(parts, &problem, 0, 0);
        assert_true(same_bits(one, four));
        assert_true(weighted || same_bits(one, parts));
        limen_tally_destroy(one);
        limen_tally_destroy(four);
        limen_tally_destroy(parts);
        free_problem(&problem);
    }
}

/* Counts alone need no C x C memory, which could not be had here. */
static void test_many_classes(void **unused)
{
    enum { CLASSES = 100000, ROWS = 3 };
    static const int32_t predicted[ROWS] = {7, 99999, 5};
    static const int32_t targets[ROWS] = {7, 0, 99999};
    limen_tally *tally = create(&(limen_spec){.size = sizeof(limen_spec),
                                              .task = LIMEN_MULTICLASS,
                                              .states = LIMEN_COUNTS,
                                              .width = CLASSES});
    limen_batch batch = {.size = sizeof batch,
                         .scores = {predicted, LIMEN_I32, {ROWS, 1, 1}, {4, 4, 4}},
                         .targets = {targets, LIMEN_I32, {ROWS, 1, 1}, {4, 4, 4}}};
    limen_counts counts;

    (void)unused;
    update(tally, &batch);
    counts = counts_of(tally, 0, 0, 7);
    assert_counts(&counts, &(limen_counts){.tp = 1, .tn = 2}, 0);
    counts = counts_of(tally, 0, 0, 99999);
    assert_counts(&counts, &(limen_counts){.fp = 1, .fn = 1, .tn = 1}, 0);
    counts = counts_of(tally, 0, 0, 50000);
    assert_counts(&counts, &(limen_counts){.tn = 3}, 0);
    limen_tally_destroy(tally);
}

/* A class that takes part in nearly all of the weight: its true negatives must not be a difference.
 */
static void test_small_weights_survive(void **unused)
{
    enum { ROWS = 4000 };
    static int32_t predicted[ROWS], targets[ROWS];
    static double weights[ROWS];
    limen_tally *tally = create(&(limen_spec){.size = sizeof(limen_spec),
                                              .task = LIMEN_MULTICLASS,
                                              .states = LIMEN_COUNTS,
                                              .width = 3,
                                              .weighted = 1});
    limen_counts counts;

    (void)unused;
    for (int i = 0; i < ROWS; i++) {
        targets[i] = i % 100 == 0;
        predicted[i] = i % 100 == 0 ? 2 : 0;
        weights[i] = i % 100 == 0 ? 1e-9 : 1e9;
    }
    update(tally, &(limen_batch){.size = sizeof(limen_batch),
                                 .scores = {predicted, LIMEN_I32, {ROWS, 1, 1}, {4, 4, 4}},
                                 .targets = {targets, LIMEN_I32, {ROWS, 1, 1}, {4, 4, 4}},
                                 .weights = {weights, LIMEN_F64, {ROWS, 1, 1}, {8, 8, 8}}});
    counts = counts_of(tally, 0, 0, 0);
    assert_near(counts.tn, 40 * 1e-9, 1);
    assert_near(counts.tp, 3960 * 1e9, 1);
    limen_tally_destroy(tally);
}

static void test_binary_matrix(void **unused)
{
    static const float scores[] = {0.9F, 0.9F, 0.1F, 0.9F, 0.1F, 0.1F, 0.1F};
    static const uint8_t targets[] = {1, 0, 1, 1, 0, 0, 0};
    limen_tally *tally = create(
        &(limen_spec){.size = sizeof(limen_spec), .task = LIMEN_BINARY, .states = LIMEN_COUNTS});
    double matrix[4];

    (void)unused;
    update(tally, &(limen_batch){.size = sizeof(limen_batch),
                                 .scores = {scores, LIMEN_F32, {7, 1, 1}, {4, 4, 4}},
                                 .targets = {targets, LIMEN_U8, {7, 1, 1}, {1, 1, 1}}});
    assert_int_equal(limen_tally_confusion(tally, 0, 0, matrix, NULL), LIMEN_OK);
    assert_true(matrix[0] == 3 && matrix[1] == 1 && matrix[2] == 1 && matrix[3] == 2);
    limen_tally_destroy(tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_batches), cmocka_unit_test(test_long_batch),
        cmocka_unit_test(test_many_classes),   cmocka_unit_test(test_small_weights_survive),
        cmocka_unit_test(test_binary_matrix),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
