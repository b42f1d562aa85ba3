/* The life of a tally: create, attach, reset, merge, and what each of them refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/tally.h"

#define WIDTH 3
#define ROWS 4

static const float scores[ROWS * WIDTH] = {0.9F, 0.1F, 0.5F, 0.2F, 0.8F, 0.4F,
                                           0.6F, 0.6F, 0.6F, 0.1F, 0.1F, 0.1F};
static const uint8_t targets[ROWS * WIDTH] = {1, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0};
static const int64_t classes[ROWS] = {0, 1, 2, 1};
static const int32_t groups[ROWS] = {0, 1, 1, 0};
static const double weights[ROWS] = {1.0, 0.5, 2.0, 1.0};

static limen_spec spec_of(limen_task task)
{
    return (limen_spec){
        .size = sizeof(limen_spec),
        .task = task,
        .width = WIDTH,
        .states = task == LIMEN_MULTICLASS ? LIMEN_COUNTS | LIMEN_CONFUSION
                                           : LIMEN_COUNTS | LIMEN_SAMPLES,
    };
}

static limen_batch batch_of(const limen_spec *spec)
{
    limen_batch batch = {
        .size = sizeof batch,
        .scores = {scores, LIMEN_F32, {ROWS, WIDTH, 1}, {4 * WIDTH, 4, 4}},
        .targets = {targets, LIMEN_U8, {ROWS, WIDTH, 1}, {WIDTH, 1, 1}},
    };

    if (spec->task == LIMEN_MULTICLASS)
        batch.targets = (limen_array){classes, LIMEN_I64, {ROWS, 1, 1}, {8, 8, 8}};
    if (spec->weighted)
        batch.weights = (limen_array){weights, LIMEN_F64, {ROWS, 1, 1}, {8, 8, 8}};
    if (spec->groups)
        batch.groups = (limen_array){groups, LIMEN_I32, {ROWS, 1, 1}, {4, 4, 4}};
    return batch;
}

/* ---- Specifications -------------------------------------------------------------------------- */

static void assert_refused(const limen_spec *spec, limen_status code, const char *message)
{
    limen_tally *tally = NULL;
    limen_error error = {0};

    assert_int_equal(limen_tally_create(spec, NULL, &tally, &error), code);
    assert_null(tally);
    assert_int_equal(error.code, code);
    assert_string_equal(error.message, message);
    assert_int_equal(limen_tally_create(spec, NULL, &tally, NULL), code);
}

static void test_specs_that_make_no_sense(void **unused)
{
    const double thresholds[] = {0.5, NAN, 0.5};
    const double infinite[] = {0.0, INFINITY, 0.0};
    const double edges[] = {0.1, 0.1};
    limen_spec spec;

    (void)unused;
#define REFUSED(base, field, value, code, message) \
    do {                                           \
        spec = spec_of(base);                      \
        spec.field = (value);                      \
        assert_refused(&spec, code, message);      \
    } while (0)
    REFUSED(LIMEN_MULTILABEL, size, 0, LIMEN_ERR_ARGUMENT,
            "size of spec is not set: it is the sizeof of the struct");
    REFUSED(LIMEN_MULTILABEL, task, (limen_task)9, LIMEN_ERR_ARGUMENT,
            "task is 9: it is binary, multiclass or multilabel");
    REFUSED(LIMEN_MULTILABEL, width, 0, LIMEN_ERR_ARGUMENT, "width is 0: it is at least 1");
    REFUSED(LIMEN_MULTICLASS, width, 1, LIMEN_ERR_ARGUMENT, "width is 1: it is at least 2");
    REFUSED(LIMEN_BINARY, width, 2, LIMEN_ERR_ARGUMENT,
            "width is 2: a binary tally has 1; use multilabel for more");
    REFUSED(LIMEN_MULTILABEL, width, (int64_t)1 << 40, LIMEN_ERR_OVERFLOW,
            "width is 1099511627776: at most 2147483647 are possible");
    REFUSED(LIMEN_MULTILABEL, sets, -1, LIMEN_ERR_ARGUMENT, "sets is -1: it is not negative");
    REFUSED(LIMEN_MULTILABEL, groups, -2, LIMEN_ERR_ARGUMENT, "groups is -2: it is not negative");
    REFUSED(LIMEN_MULTILABEL, groups, INT64_MAX, LIMEN_ERR_OVERFLOW,
            "width x sets x groups is 27670116110564327424: too large for memory");
    spec = (limen_spec){.size = sizeof spec,
                        .task = LIMEN_BINARY,
                        .states = LIMEN_HISTOGRAM,
                        .bins = INT64_MAX,
                        .groups = 3,
                        .score_dtype = LIMEN_F32};
    assert_refused(&spec, LIMEN_ERR_OVERFLOW,
                   "groups x labels x bins is 9223372036854775807: too large for memory");
    REFUSED(LIMEN_MULTILABEL, threshold_count, 2, LIMEN_ERR_ARGUMENT,
            "threshold_count is 2: it is 0, 1, or sets x width = 3");
    REFUSED(LIMEN_MULTILABEL, threshold_count, 3, LIMEN_ERR_ARGUMENT, "thresholds is NULL");
    REFUSED(LIMEN_MULTILABEL, rule, (limen_rule)2, LIMEN_ERR_ARGUMENT, "rule is 2: it is ge or gt");
    REFUSED(LIMEN_MULTILABEL, nan, (limen_nan)2, LIMEN_ERR_ARGUMENT,
            "nan is 2: it is error or negative");
    REFUSED(LIMEN_MULTILABEL, top_k, 2, LIMEN_ERR_ARGUMENT,
            "top_k is 2: it is of multiclass tallies");
    REFUSED(LIMEN_MULTICLASS, top_k, 4, LIMEN_ERR_ARGUMENT,
            "top_k is 4: it is from 1 to the width");
    REFUSED(LIMEN_MULTILABEL, beta, -1.0, LIMEN_ERR_ARGUMENT,
            "beta is -1: it is positive and finite");
    REFUSED(LIMEN_MULTILABEL, threads, -1, LIMEN_ERR_ARGUMENT, "threads is -1: it is not negative");
    REFUSED(LIMEN_MULTILABEL, score_dtype, (limen_dtype)99, LIMEN_ERR_ARGUMENT,
            "score_dtype is 99: no such dtype");
    REFUSED(LIMEN_MULTILABEL, bins, -1, LIMEN_ERR_ARGUMENT, "bins is -1: it is not negative");
    REFUSED(LIMEN_MULTILABEL, bin_edges, edges, LIMEN_ERR_ARGUMENT,
            "bins is 0: it is the number of bin_edges");
    REFUSED(LIMEN_MULTILABEL, calibration_bins, -1, LIMEN_ERR_ARGUMENT,
            "calibration_bins is -1: it is not negative");
    REFUSED(LIMEN_MULTILABEL, states, 0, LIMEN_ERR_ARGUMENT,
            "states is 0: name what the tally keeps");
    REFUSED(LIMEN_MULTILABEL, states, 1u << 20, LIMEN_ERR_ARGUMENT,
            "states is 0x100000: it has an unknown bit");
    REFUSED(LIMEN_MULTILABEL, states, LIMEN_CONFUSION, LIMEN_ERR_ARGUMENT,
            "states asks for confusion, which a multilabel tally does not have");
    REFUSED(LIMEN_MULTICLASS, states, LIMEN_SAMPLES, LIMEN_ERR_ARGUMENT,
            "states asks for samples, which a multiclass tally does not have");
#undef REFUSED
    spec = spec_of(LIMEN_MULTILABEL);
    spec.thresholds = thresholds;
    spec.threshold_count = WIDTH;
    assert_refused(&spec, LIMEN_ERR_ARGUMENT, "threshold of set 0, label 1 is NaN: give a number");
    spec = spec_of(LIMEN_MULTICLASS);
    spec.thresholds = infinite;
    spec.threshold_count = WIDTH;
    assert_refused(&spec, LIMEN_ERR_ARGUMENT,
                   "offset of set 0, class 1 is infinite: offsets are finite");
    spec = spec_of(LIMEN_MULTILABEL);
    spec.bins = 2;
    spec.bin_edges = edges;
    assert_refused(&spec, LIMEN_ERR_ARGUMENT,
                   "bin_edges[1] is 0.1: edges are numbers in increasing order");
    assert_refused(NULL, LIMEN_ERR_ARGUMENT, "spec is NULL");
}

/* A caller compiled against an older or a newer header. */
static void test_sizes_of_structs(void **unused)
{
    struct {
        limen_spec spec;
        uint64_t later;
    } newer = {spec_of(LIMEN_MULTILABEL), 0};
    limen_spec older = spec_of(LIMEN_MULTILABEL);
    limen_tally *tally;

    (void)unused;
    newer.spec.size = sizeof newer;
    tally = create(&newer.spec);
    assert_int_equal(limen_tally_spec(tally)->size, sizeof(limen_spec));
    limen_tally_destroy(tally);
    newer.later = 1;
    assert_refused(&newer.spec, LIMEN_ERR_ARGUMENT,
                   "spec has fields that this version does not know; use a newer liblimen");
    older.size = offsetof(limen_spec, sets);
    older.sets = -5; /* not looked at */
    older.rule = (limen_rule)77;
    tally = create(&older);
    assert_int_equal(limen_tally_spec(tally)->sets, 1);
    assert_int_equal(limen_tally_spec(tally)->rule, LIMEN_GE);
    limen_tally_destroy(tally);
}

static void test_defaults_are_filled_in(void **unused)
{
    limen_spec given = {.size = sizeof given, .task = LIMEN_BINARY, .states = LIMEN_COUNTS};
    limen_tally *tally = create(&given);
    const limen_spec *spec = limen_tally_spec(tally);

    (void)unused;
    assert_int_equal(spec->width, 1);
    assert_int_equal(spec->sets, 1);
    assert_int_equal(spec->threshold_count, 1);
    assert_true(spec->thresholds[0] == 0.5);
    assert_int_equal(spec->top_k, 1);
    assert_int_equal(spec->bins, 16384);
    assert_int_equal(spec->calibration_bins, 15);
    assert_true(spec->beta == 1.0);
    assert_int_equal(spec->score_dtype, LIMEN_NONE);
    limen_tally_destroy(tally);
}

/* ---- Reset, merge, attach ------------------------------------------------------------------- */

static void assert_same(const limen_tally *a, const limen_tally *b)
{
    const limen_spec *spec = limen_tally_spec(a);

    assert_int_equal(limen_tally_samples(a), limen_tally_samples(b));
    for (int64_t group = -1; group < (spec->groups ? spec->groups : 1); group++) {
        for (int64_t label = 0; label < spec->width; label++) {
            limen_counts ours = counts_of(a, 0, group, label);
            limen_counts theirs = counts_of(b, 0, group, label);

            assert_memory_equal(&ours, &theirs, sizeof ours);
        }
    }
}

static void test_merge_and_reset(void **unused)
{
    (void)unused;
    for (int i = 0; i < 8; i++) {
        limen_spec spec = spec_of(i % 2 ? LIMEN_MULTICLASS : LIMEN_MULTILABEL);
        limen_tally *twice, *into, *from;
        limen_batch batch;

        spec.weighted = i / 2 % 2;
        spec.groups = i / 4 * 2;
        batch = batch_of(&spec);
        twice = create(&spec);
        into = create(&spec);
        spec.threads = 2;
        from = create(&spec);
        update(twice, &batch);
        update(twice, &batch);
        update(from, &batch);
        assert_int_equal(limen_tally_merge(into, from, NULL), LIMEN_OK);
        assert_int_equal(limen_tally_spec(into)->score_dtype, LIMEN_F32);
        update(into, &batch);
        assert_same(into, twice);
        assert_int_equal(limen_tally_merge(from, from, NULL), LIMEN_OK);
        assert_same(from, twice);
        limen_tally_reset(into);
        limen_tally_reset(from);
        assert_int_equal(limen_tally_samples(into), 0);
        assert_int_equal(limen_tally_spec(into)->score_dtype, LIMEN_NONE);
        assert_true(counts_of(into, 0, -1, 0).tn == 0.0);
        update(into, &batch);
        update(into, &batch);
        assert_same(into, twice);
        limen_tally_destroy(twice);
        limen_tally_destroy(into);
        limen_tally_destroy(from);
    }
}

static void test_merge_names_what_differs(void **unused)
{
    static const double other[] = {0.5, 0.5, 0.25};
    const limen_spec base = spec_of(LIMEN_MULTILABEL);
    limen_error error;
    limen_tally *into = create(&base);

    (void)unused;
#define DIFFERS(field, value, text)                                                \
    do {                                                                           \
        limen_spec spec = base;                                                    \
        limen_tally *from;                                                         \
        spec.field = (value);                                                      \
        from = create(&spec);                                                      \
        assert_int_equal(limen_tally_merge(into, from, &error), LIMEN_ERR_CONFIG); \
        assert_string_equal(error.message, text);                                  \
        limen_tally_destroy(from);                                                 \
    } while (0)
    DIFFERS(width, 4, "width differs: 3 and 4");
    DIFFERS(sets, 2, "sets differs: 1 and 2");
    DIFFERS(states, LIMEN_COUNTS, "states differ: counts, samples and counts");
    DIFFERS(rule, LIMEN_GT, "rule differs: ge and gt");
    DIFFERS(nan, LIMEN_NAN_NEGATIVE, "nan differs: error and negative");
    DIFFERS(logits, 1, "logits differs: 0 and 1");
    DIFFERS(weighted, 1, "weighted differs: 0 and 1");
    DIFFERS(has_ignore_index, 1, "has_ignore_index differs: 0 and 1");
    DIFFERS(groups, 2, "groups differs: 0 and 2");
    DIFFERS(beta, 2.0, "beta differs: 1 and 2");
#undef DIFFERS
    {
        limen_spec spec = base;
        limen_tally *from;

        spec.thresholds = other;
        spec.threshold_count = WIDTH;
        from = create(&spec);
        assert_int_equal(limen_tally_merge(into, from, &error), LIMEN_ERR_CONFIG);
        assert_error(&error, LIMEN_ERR_CONFIG, LIMEN_INPUT_NONE, -1, 2,
                     "thresholds differ at set 0, label 2: 0.5 and 0.25");
        limen_tally_destroy(from);
        spec = base;
        spec.score_dtype = LIMEN_F64;
        from = create(&spec);
        assert_int_equal(limen_tally_merge(into, from, NULL), LIMEN_OK);
        limen_tally_reset(into);
        {
            limen_batch batch = batch_of(&base);

            update(into, &batch);
        }
        assert_int_equal(limen_tally_merge(into, from, &error), LIMEN_ERR_CONFIG);
        assert_string_equal(error.message, "score_dtype differs: float32 and float64");
        limen_tally_destroy(from);
    }
    limen_tally_destroy(into);
}

static void test_attached_counts_are_the_callers(void **unused)
{
    int64_t tp[WIDTH] = {100, 0, 0}, fp[WIDTH] = {0}, tn[WIDTH] = {0}, fn[WIDTH] = {0};
    int64_t matrix[WIDTH * WIDTH] = {0};
    limen_count_arrays arrays = {sizeof arrays, tp, fp, tn, fn, matrix};
    limen_spec spec = spec_of(LIMEN_MULTICLASS);
    limen_batch batch = batch_of(&spec);
    limen_tally *own = create(&spec);
    limen_tally *tally;

    (void)unused;
    assert_int_equal(limen_tally_attach(&spec, &arrays, NULL, &tally, NULL), LIMEN_OK);
    update(tally, &batch);
    update(own, &batch);
    for (int64_t class = 0; class < WIDTH; class ++) {
        limen_counts counts = counts_of(own, 0, 0, class);

        assert_true((double)tp[class] == counts.tp + (class == 0 ? 100 : 0));
        assert_true((double)fp[class] == counts.fp);
        assert_true((double)tn[class] == counts.tn);
        assert_true((double)fn[class] == counts.fn);
        assert_true((double)matrix[class * WIDTH + class] == counts.tp);
    }
    assert_true(counts_of(tally, 0, 0, 0).tp == (double)tp[0]);
    limen_tally_reset(tally);
    assert_int_equal(tp[0], 0);
    assert_int_equal(matrix[0], 0);
    limen_tally_destroy(tally);
    limen_tally_destroy(own);
}

static void test_attach_refuses(void **unused)
{
    int64_t cells[WIDTH] = {0};
    limen_count_arrays arrays = {sizeof arrays, cells, cells, cells, NULL, NULL};
    limen_spec spec = spec_of(LIMEN_MULTILABEL);
    limen_tally *tally;
    limen_error error;

    (void)unused;
    assert_int_equal(limen_tally_attach(&spec, &arrays, NULL, &tally, &error), LIMEN_ERR_ARGUMENT);
    assert_string_equal(error.message,
                        "states of an attached tally are counts and confusion alone");
    spec.states = LIMEN_COUNTS;
    assert_int_equal(limen_tally_attach(&spec, &arrays, NULL, &tally, &error), LIMEN_ERR_ARGUMENT);
    assert_string_equal(error.message, "arrays: tp, fp, tn and fn are needed for counts");
    spec = spec_of(LIMEN_MULTICLASS);
    arrays.fn = cells;
    assert_int_equal(limen_tally_attach(&spec, &arrays, NULL, &tally, &error), LIMEN_ERR_ARGUMENT);
    assert_string_equal(error.message, "arrays: confusion is needed");
    spec.weighted = 1;
    assert_int_equal(limen_tally_attach(&spec, &arrays, NULL, &tally, &error), LIMEN_ERR_ARGUMENT);
    assert_string_equal(error.message,
                        "weighted tallies cannot be attached: their counts are not whole");
    assert_int_equal(limen_tally_attach(&spec, NULL, NULL, &tally, &error), LIMEN_ERR_ARGUMENT);
    assert_string_equal(error.message, "arrays is NULL");
}

/* ---- Reading ------------------------------------------------------------------------------- */

static void test_indices_out_of_range(void **unused)
{
    limen_spec spec = spec_of(LIMEN_MULTILABEL);
    limen_tally *tally = create(&spec);
    limen_counts counts;
    double matrix[9];
    limen_error error;

    (void)unused;
    assert_int_equal(limen_tally_counts(tally, 1, 0, 0, &counts, &error), LIMEN_ERR_ARGUMENT);
    assert_string_equal(error.message, "set is 1: it is from 0 to 0");
    assert_int_equal(limen_tally_counts(tally, 0, 1, 0, &counts, &error), LIMEN_ERR_ARGUMENT);
    assert_string_equal(error.message, "group is 1: it is from -1 to 0");
    assert_int_equal(limen_tally_counts(tally, 0, 0, 3, &counts, &error), LIMEN_ERR_ARGUMENT);
    assert_string_equal(error.message, "label is 3: it is from 0 to 2");
    assert_int_equal(limen_tally_confusion(tally, 0, 0, matrix, &error), LIMEN_ERR_STATE);
    assert_string_equal(error.message, "the tally does not keep confusion");
    limen_tally_destroy(tally);
    spec.states = LIMEN_SAMPLES;
    tally = create(&spec);
    assert_int_equal(limen_tally_counts(tally, 0, 0, 0, &counts, &error), LIMEN_ERR_STATE);
    assert_string_equal(error.message, "the tally keeps neither counts nor confusion");
    limen_tally_destroy(tally);
    limen_tally_destroy(NULL);
}

static void test_empty_batches(void **unused)
{
    (void)unused;
    for (limen_task task = LIMEN_MULTICLASS; task <= LIMEN_MULTILABEL; task++) {
        limen_spec spec = spec_of(task);
        limen_tally *tally = create(&spec);
        limen_batch batch = batch_of(&spec);
        int64_t none[3] = {0, 1, 0};

        batch.scores.data = batch.targets.data = NULL;
        for (int i = 0; i < 3; i++) {
            batch.scores.shape[0] = batch.targets.shape[0] = none[i];
            batch.scores.shape[2] = batch.targets.shape[2] = i == 1 ? 0 : 1 + i;
            update(tally, &batch);
        }
        assert_int_equal(limen_tally_samples(tally), 0);
        assert_int_equal(limen_tally_spec(tally)->score_dtype, LIMEN_NONE);
        limen_tally_destroy(tally);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_specs_that_make_no_sense),
        cmocka_unit_test(test_sizes_of_structs),
        cmocka_unit_test(test_defaults_are_filled_in),
        cmocka_unit_test(test_merge_and_reset),
        cmocka_unit_test(test_merge_names_what_differs),
        cmocka_unit_test(test_attached_counts_are_the_callers),
        cmocka_unit_test(test_attach_refuses),
        cmocka_unit_test(test_indices_out_of_range),
        cmocka_unit_test(test_empty_batches),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
