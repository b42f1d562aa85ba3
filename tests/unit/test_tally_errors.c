/* What update refuses: code, place and message of each error, and that nothing has changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/tally.h"

#define WIDTH 3
#define ROWS 50
#define OFFSET 1000

/* A tally, and a batch that it takes. Tests spoil the batch. */
struct fixture {
    float scores[ROWS * WIDTH];
    int64_t targets[ROWS * WIDTH];
    double weights[ROWS];
    int32_t groups[ROWS];
    limen_tally *tally;
    limen_batch batch;
    limen_counts before;
};

static void set_up(struct fixture *fixture, const limen_spec *spec)
{
    int64_t columns = spec->task == LIMEN_MULTICLASS ? 1 : WIDTH;

    for (int i = 0; i < ROWS * WIDTH; i++) {
        fixture->scores[i] = (float)(i * 7 % 10) / 10.0F;
        fixture->targets[i] = i % 2;
    }
    for (int i = 0; i < ROWS; i++) {
        fixture->weights[i] = 1.0 + i;
        fixture->groups[i] = i % 2;
    }
    fixture->batch = (limen_batch){
        .size = sizeof(limen_batch),
        .scores = {fixture->scores, LIMEN_F32, {ROWS, WIDTH, 1}, {4 * WIDTH, 4, 4}},
        .targets = {fixture->targets, LIMEN_I64, {ROWS, columns, 1}, {8 * columns, 8, 8}},
        .row_offset = OFFSET,
    };
    if (spec->weighted)
        fixture->batch.weights =
            (limen_array){fixture->weights, LIMEN_F64, {ROWS, 1, 1}, {8, 8, 8}};
    if (spec->groups)
        fixture->batch.groups = (limen_array){fixture->groups, LIMEN_I32, {ROWS, 1, 1}, {4, 4, 4}};
    fixture->tally = create(spec);
    update(fixture->tally, &fixture->batch);
    fixture->before = counts_of(fixture->tally, 0, -1, 1);
}

static limen_spec spec_of(limen_task task)
{
    return (limen_spec){
        .size = sizeof(limen_spec), .task = task, .width = WIDTH, .states = LIMEN_COUNTS};
}

/* The batch is refused, and the tally is as before; whole, it is then taken. */
static void expect(struct fixture *fixture, limen_status code, limen_input input, int64_t row,
                   int64_t column, const char *message)
{
    limen_error error = {0};
    limen_counts after;

    assert_int_equal(limen_tally_update(fixture->tally, &fixture->batch, &error), code);
    assert_error(&error, code, input, row, column, message);
    after = counts_of(fixture->tally, 0, -1, 1);
    assert_memory_equal(&after, &fixture->before, sizeof after);
    assert_int_equal(limen_tally_samples(fixture->tally), ROWS);
}

static void tear_down(struct fixture *fixture)
{
    limen_tally_destroy(fixture->tally);
}

/* ---- The form of a batch --------------------------------------------------------------------- */

static void test_presence(void **unused)
{
    limen_spec spec = spec_of(LIMEN_MULTILABEL);
    struct fixture fixture;
    limen_batch good;

    (void)unused;
    set_up(&fixture, &spec);
    good = fixture.batch;
    fixture.batch.size = 0;
    expect(&fixture, LIMEN_ERR_ARGUMENT, LIMEN_INPUT_NONE, -1, -1,
           "size of batch is not set: it is the sizeof of the struct");
    fixture.batch = good;
    fixture.batch.scores = (limen_array){0};
    expect(&fixture, LIMEN_ERR_ARGUMENT, LIMEN_INPUT_SCORES, -1, -1, "the batch has no scores");
    fixture.batch = good;
    fixture.batch.targets = (limen_array){0};
    expect(&fixture, LIMEN_ERR_ARGUMENT, LIMEN_INPUT_TARGETS, -1, -1, "the batch has no targets");
    fixture.batch = good;
    fixture.batch.scores.data = NULL;
    expect(&fixture, LIMEN_ERR_ARGUMENT, LIMEN_INPUT_SCORES, -1, -1, "scores have data NULL");
    fixture.batch = good;
    fixture.batch.weights = (limen_array){fixture.weights, LIMEN_F64, {ROWS, 1, 1}, {8, 8, 8}};
    expect(&fixture, LIMEN_ERR_ARGUMENT, LIMEN_INPUT_WEIGHTS, -1, -1,
           "the batch has weights, but the tally has none: set spec.weighted");
    fixture.batch = good;
    fixture.batch.groups = (limen_array){fixture.groups, LIMEN_I32, {ROWS, 1, 1}, {4, 4, 4}};
    expect(&fixture, LIMEN_ERR_ARGUMENT, LIMEN_INPUT_GROUPS, -1, -1,
           "the batch has groups, but the tally has none: set spec.groups");
    tear_down(&fixture);
}

static void test_shapes(void **unused)
{
    limen_spec spec = spec_of(LIMEN_MULTILABEL);
    struct fixture fixture;
    limen_batch good;

    (void)unused;
    set_up(&fixture, &spec);
    good = fixture.batch;
    fixture.batch.scores.shape[1] = 2;
    expect(&fixture, LIMEN_ERR_SHAPE, LIMEN_INPUT_SCORES, -1, -1,
           "scores of dtype float32 have 2 columns where 3 are expected");
    fixture.batch = good;
    fixture.batch.targets.shape[0] = ROWS - 1;
    expect(&fixture, LIMEN_ERR_SHAPE, LIMEN_INPUT_TARGETS, -1, -1,
           "targets have shape (49, 3, 1) where scores ask for (50, 3, 1)");
    fixture.batch = good;
    fixture.batch.scores.shape[2] = -1;
    expect(&fixture, LIMEN_ERR_SHAPE, LIMEN_INPUT_SCORES, -1, -1,
           "scores have a negative length on axis 2");
    fixture.batch = good;
    fixture.batch.scores.shape[2] = INT64_MAX;
    expect(&fixture, LIMEN_ERR_OVERFLOW, LIMEN_INPUT_SCORES, -1, -1,
           "scores have too many elements");
    tear_down(&fixture);
}

static void test_dtypes(void **unused)
{
    limen_spec spec = spec_of(LIMEN_MULTILABEL);
    struct fixture fixture;
    limen_batch good;

    (void)unused;
    set_up(&fixture, &spec);
    good = fixture.batch;
    fixture.batch.scores.dtype = (limen_dtype)77;
    expect(&fixture, LIMEN_ERR_DTYPE, LIMEN_INPUT_SCORES, -1, -1, "scores have dtype 77: no such");
    fixture.batch = good;
    fixture.batch.scores.dtype = LIMEN_F64;
    expect(&fixture, LIMEN_ERR_CONFIG, LIMEN_INPUT_SCORES, -1, -1,
           "scores are float64, but the tally's are float32: convert them, or reset the tally");
    fixture.batch = good;
    fixture.batch.targets.dtype = LIMEN_F16;
    expect(&fixture, LIMEN_ERR_DTYPE, LIMEN_INPUT_TARGETS, -1, -1,
           "targets are float16: use an integer type, bool, float32 or float64");
    tear_down(&fixture);
}

/* ---- Values --------------------------------------------------------------------------------- */

static void test_targets(void **unused)
{
    limen_spec spec = spec_of(LIMEN_MULTILABEL);
    struct fixture fixture;

    (void)unused;
    set_up(&fixture, &spec);
    fixture.targets[40 * WIDTH + 1] = -7;
    fixture.targets[3 * WIDTH + 1] = 2;
    fixture.targets[3 * WIDTH + 2] = 3;
    fixture.scores[3 * WIDTH + 2] = NAN;
    expect(&fixture, LIMEN_ERR_VALUE, LIMEN_INPUT_TARGETS, OFFSET + 3, 1,
           "target is 2: targets are 0 or 1; use ignore_index for cells that do not count");
    tear_down(&fixture);

    spec.has_ignore_index = 1;
    spec.ignore_index = 2;
    set_up(&fixture, &spec);
    fixture.targets[3 * WIDTH + 1] = 2; /* masked, and its score with it */
    fixture.scores[3 * WIDTH + 1] = NAN;
    fixture.targets[3 * WIDTH + 2] = 3;
    expect(&fixture, LIMEN_ERR_VALUE, LIMEN_INPUT_TARGETS, OFFSET + 3, 2,
           "target is 3: targets are 0 or 1");
    fixture.targets[3 * WIDTH + 2] = 2;
    update(fixture.tally, &fixture.batch);
    tear_down(&fixture);
}

static void test_nan(void **unused)
{
    limen_spec spec = spec_of(LIMEN_MULTILABEL);
    struct fixture fixture;

    (void)unused;
    for (int grouped = 0; grouped < 2; grouped++) {
        spec.groups = grouped * 2;
        spec.weighted = grouped;
        set_up(&fixture, &spec);
        fixture.scores[49 * WIDTH + 2] = NAN;
        fixture.scores[20 * WIDTH + 2] = NAN;
        expect(&fixture, LIMEN_ERR_VALUE, LIMEN_INPUT_SCORES, OFFSET + 20, 2,
               "score is NaN: remove it, or let NaN be negative");
        fixture.scores[49 * WIDTH + 2] = fixture.scores[20 * WIDTH + 2] = 0.25F;
        /* The slots were left clean: another batch counts as it should. */
        update(fixture.tally, &fixture.batch);
        update(fixture.tally, &fixture.batch);
        {
            limen_counts after = counts_of(fixture.tally, 0, -1, 1);

            assert_near(after.tp, 3 * fixture.before.tp, 1);
            assert_near(after.fp, 3 * fixture.before.fp, 1);
            assert_near(after.fn, 3 * fixture.before.fn, 1);
            assert_near(after.tn, 3 * fixture.before.tn, 1);
        }
        tear_down(&fixture);
    }
}

/* Rows run over axis 2 when that is longer: the first fault is still the first sample's. */
static void test_order_of_samples(void **unused)
{
    limen_spec spec = spec_of(LIMEN_MULTILABEL);
    struct fixture fixture;

    (void)unused;
    set_up(&fixture, &spec);
    for (int swapped = 0; swapped < 2; swapped++) {
        int64_t n = swapped ? 5 : 10;
        int64_t extra = ROWS / n;

        fixture.batch.scores = (limen_array){
            fixture.scores, LIMEN_F32, {n, WIDTH, extra}, {4 * WIDTH * extra, 4 * extra, 4}};
        fixture.batch.targets = (limen_array){
            fixture.targets, LIMEN_I64, {n, WIDTH, extra}, {8 * WIDTH * extra, 8 * extra, 8}};
        /* Sample (2, 1), label 2 comes before sample (3, 0), label 0. */
        fixture.targets[(2 * WIDTH + 2) * extra + 1] = 9;
        fixture.targets[(3 * WIDTH + 0) * extra + 0] = 8;
        expect(&fixture, LIMEN_ERR_VALUE, LIMEN_INPUT_TARGETS, OFFSET + 2 * extra + 1, 2,
               "target is 9: targets are 0 or 1; use ignore_index for cells that do not count");
        fixture.targets[(2 * WIDTH + 2) * extra + 1] = 1;
        fixture.targets[(3 * WIDTH + 0) * extra + 0] = 1;
    }
    tear_down(&fixture);
}

static void test_decisions(void **unused)
{
    static uint8_t decisions[ROWS * WIDTH];
    limen_spec spec = spec_of(LIMEN_MULTILABEL);
    struct fixture fixture;

    (void)unused;
    set_up(&fixture, &spec);
    limen_tally_reset(fixture.tally);
    fixture.batch.scores = (limen_array){decisions, LIMEN_U8, {ROWS, WIDTH, 1}, {WIDTH, 1, 1}};
    update(fixture.tally, &fixture.batch);
    fixture.before = counts_of(fixture.tally, 0, -1, 1);
    decisions[5 * WIDTH] = 3;
    expect(&fixture, LIMEN_ERR_VALUE, LIMEN_INPUT_SCORES, OFFSET + 5, 0,
           "decision is 3: integer scores are decisions, 0 or 1");
    tear_down(&fixture);
}

static void test_classes(void **unused)
{
    static int32_t predicted[ROWS];
    limen_spec spec = spec_of(LIMEN_MULTICLASS);
    struct fixture fixture;

    (void)unused;
    spec.has_ignore_index = 1;
    spec.ignore_index = -1;
    set_up(&fixture, &spec);
    fixture.targets[4] = -1; /* masks the row, and its NaN */
    fixture.scores[4 * WIDTH] = NAN;
    fixture.targets[6] = 3;
    expect(&fixture, LIMEN_ERR_VALUE, LIMEN_INPUT_TARGETS, OFFSET + 6, 0,
           "target is 3: classes are whole numbers from 0 to 2");
    fixture.targets[6] = 2;
    fixture.scores[7 * WIDTH + 1] = NAN;
    expect(&fixture, LIMEN_ERR_VALUE, LIMEN_INPUT_SCORES, OFFSET + 7, 1,
           "score is NaN: remove it, or let NaN be negative");
    fixture.scores[7 * WIDTH + 1] = 0.0F;
    limen_tally_reset(fixture.tally);
    fixture.batch.scores = (limen_array){predicted, LIMEN_I32, {ROWS, 1, 1}, {4, 4, 4}};
    update(fixture.tally, &fixture.batch);
    fixture.before = counts_of(fixture.tally, 0, -1, 1);
    predicted[4] = 9; /* in the masked row */
    predicted[9] = 3;
    expect(&fixture, LIMEN_ERR_VALUE, LIMEN_INPUT_SCORES, OFFSET + 9, 0,
           "predicted class is 3: classes are from 0 to 2");
    tear_down(&fixture);
}

static void test_weights(void **unused)
{
    limen_spec spec = spec_of(LIMEN_MULTILABEL);
    struct fixture fixture;
    limen_batch good;

    (void)unused;
    spec.weighted = 1;
    set_up(&fixture, &spec);
    good = fixture.batch;
    fixture.weights[8] = -1.0;
    expect(&fixture, LIMEN_ERR_VALUE, LIMEN_INPUT_WEIGHTS, OFFSET + 8, -1,
           "weight is -1: weights are finite and not negative");
    fixture.weights[8] = INFINITY;
    expect(&fixture, LIMEN_ERR_VALUE, LIMEN_INPUT_WEIGHTS, OFFSET + 8, -1,
           "weight is inf: weights are finite and not negative");
    fixture.weights[8] = 1.0;
    fixture.batch.weights.dtype = LIMEN_I64;
    expect(&fixture, LIMEN_ERR_DTYPE, LIMEN_INPUT_WEIGHTS, -1, -1,
           "weights are int64: use float32 or float64");
    fixture.batch = good;
    fixture.batch.weights.shape[0] = 7;
    expect(&fixture, LIMEN_ERR_SHAPE, LIMEN_INPUT_WEIGHTS, -1, -1,
           "weights have shape (7, 1, 1): one a sample is (50, 1, 1)");
    fixture.batch = good;
    fixture.batch.weights = (limen_array){0};
    expect(&fixture, LIMEN_ERR_ARGUMENT, LIMEN_INPUT_WEIGHTS, -1, -1,
           "the batch has no weights, but spec.weighted asks for them");
    tear_down(&fixture);
}

static void test_groups(void **unused)
{
    limen_spec spec = spec_of(LIMEN_MULTILABEL);
    struct fixture fixture;

    (void)unused;
    spec.groups = 2;
    set_up(&fixture, &spec);
    fixture.groups[11] = 2;
    expect(&fixture, LIMEN_ERR_VALUE, LIMEN_INPUT_GROUPS, OFFSET + 11, -1,
           "group is 2: groups are from 0 to 1");
    fixture.groups[11] = -1;
    expect(&fixture, LIMEN_ERR_VALUE, LIMEN_INPUT_GROUPS, OFFSET + 11, -1,
           "group is -1: groups are from 0 to 1");
    fixture.batch.groups.dtype = LIMEN_F32;
    expect(&fixture, LIMEN_ERR_DTYPE, LIMEN_INPUT_GROUPS, -1, -1,
           "groups are float32: use an integer type");
    tear_down(&fixture);
}

/* The lowest of several faults is named, however many threads look. */
static void test_faults_of_many_chunks(void **unused)
{
    enum { LONG = 2000000 };
    float *scores = calloc(LONG * WIDTH, sizeof *scores);
    uint8_t *targets = calloc(LONG * WIDTH, 1);
    limen_spec spec = spec_of(LIMEN_MULTILABEL);
    limen_batch batch = {.size = sizeof batch,
                         .scores = {scores, LIMEN_F32, {LONG, WIDTH, 1}, {4 * WIDTH, 4, 4}},
                         .targets = {targets, LIMEN_U8, {LONG, WIDTH, 1}, {WIDTH, 1, 1}}};
    limen_error error;

    (void)unused;
    targets[1999999L * WIDTH] = 7;
    scores[1500000L * WIDTH + 2] = NAN;
    for (int32_t threads = 1; threads <= 4; threads += 3) {
        limen_tally *tally;

        spec.threads = threads;
        tally = create(&spec);
        assert_int_equal(limen_tally_update(tally, &batch, &error), LIMEN_ERR_VALUE);
        assert_error(&error, LIMEN_ERR_VALUE, LIMEN_INPUT_SCORES, 1500000, 2,
                     "score is NaN: remove it, or let NaN be negative");
        assert_true(counts_of(tally, 0, 0, 0).tn == 0.0);
        limen_tally_destroy(tally);
    }
    free(scores);
    free(targets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_presence),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_dtypes),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_nan),
        cmocka_unit_test(test_order_of_samples),
        cmocka_unit_test(test_decisions),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_faults_of_many_chunks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
