/* The tree of a report: what is where, for each task. */
#include "limen.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/counted_tally.h"

static limen_result *compute(const limen_tally *tally, const limen_compute_options *options)
{
    limen_result *result = NULL;
    limen_error error;

    if (limen_compute(tally, options, NULL, &result, &error) != LIMEN_OK)
        fail_msg("%s", error.message);
    return result;
}

static const limen_node *at(const limen_result *result, const char *path)
{
    const limen_node *node = limen_node_find(limen_result_root(result), path);

    if (!node)
        fail_msg("there is no %s", path);
    return node;
}

static void has_number(const limen_result *result, const char *path, double expected)
{
    double value = limen_node_number(at(result, path));

    if (!(fabs(value - expected) <= 1e-12))
        fail_msg("%s is %.17g, not %.17g", path, value, expected);
}

static void has_integer(const limen_result *result, const char *path, int64_t expected)
{
    assert_int_equal(limen_node_type(at(result, path)), LIMEN_NODE_INTEGER);
    has_number(result, path, (double)expected);
}

static void has_string(const limen_result *result, const char *path, const char *expected)
{
    const char *text = limen_node_string(at(result, path));

    assert_non_null(text);
    assert_string_equal(text, expected);
}

static void has_not(const limen_result *result, const char *path)
{
    if (limen_node_find(limen_result_root(result), path))
        fail_msg("there is a %s", path);
}

/* The second label predicts nothing; the supports are 3 and 1. */
static const counted_row two_labels[] = {{2, 1, 4, 1}, {0, 0, 7, 1}};

static void test_multilabel(void **state)
{
    static const char *const names[] = {"joy", "anger"};
    limen_compute_options options = {.size = sizeof options, .labels = names};
    limen_result *result;
    counted c;

    (void)state;
    counted_labels(&c, LIMEN_MULTILABEL, 2, 1, 0, two_labels);
    result = compute(c.tally, &options);
    has_string(result, "format", "limen-report");
    has_integer(result, "version", 1);
    has_string(result, "limen", limen_version());
    has_string(result, "task", "multilabel");
    has_string(result, "rule", "ge");
    has_string(result, "labels.0.name", "joy");
    has_number(result, "labels.0.threshold", 0.5);
    has_integer(result, "labels.0.support", 3);
    has_number(result, "labels.0.prevalence", 0.375);
    has_integer(result, "labels.0.tp", 2);
    has_integer(result, "labels.0.fp", 1);
    has_integer(result, "labels.0.fn", 1);
    has_integer(result, "labels.0.tn", 4);
    has_number(result, "labels.0.precision", 2.0 / 3.0);
    has_number(result, "labels.0.f1", 2.0 / 3.0);
    has_not(result, "labels.0.undefined");
    has_string(result, "labels.1.name", "anger");
    has_number(result, "labels.1.precision", 0.0);
    assert_int_equal(limen_node_defined(at(result, "labels.1.precision")), 0);
    assert_int_equal(limen_node_defined(at(result, "labels.1.recall")), 1);
    has_string(result, "labels.1.undefined.0", "precision");
    has_string(result, "labels.1.undefined.1", "mcc");
    has_not(result, "labels.1.undefined.2");
    has_number(result, "averages.micro.f1", 4.0 / 7.0);
    has_number(result, "averages.macro.f1", 1.0 / 3.0);
    has_number(result, "averages.weighted.f1", 0.5);
    has_not(result, "averages.samples");
    has_not(result, "averages.macro.hamming_loss");
    has_number(result, "metrics.hamming_loss", 3.0 / 16.0);
    has_not(result, "metrics.exact_match");
    has_not(result, "metrics.f1");
    has_not(result, "confusion");
    has_not(result, "groups");
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
}

/* Names that were asked for: in that order, once, in every form; counts stay integers. */
static void test_asked_metrics(void **state)
{
    static const char *const metrics[] = {"hamming_loss", "tp", "fbeta", "sensitivity", "tp"};
    limen_compute_options options = {.size = sizeof options,
                                     .metrics = metrics,
                                     .metric_count = 5,
                                     .beta = 2.0,
                                     .zero_division = LIMEN_SKIP};
    limen_result *result;
    counted c;

    (void)state;
    counted_labels(&c, LIMEN_MULTILABEL, 2, 1, 0, two_labels);
    result = compute(c.tally, &options);
    has_string(result, "labels.1.name", "1");
    has_number(result, "labels.0.hamming_loss", 0.25);
    has_number(result, "labels.0.recall", 2.0 / 3.0);
    has_not(result, "labels.0.f1");
    assert_int_equal(limen_node_count(at(result, "labels.0")), 8 + 3);
    has_number(result, "averages.macro.hamming_loss", 3.0 / 16.0);
    has_number(result, "metrics.hamming_loss", 3.0 / 16.0);
    has_integer(result, "averages.micro.tp", 2);
    has_number(result, "averages.macro.tp", 1.0);
    assert_int_equal(limen_node_type(at(result, "averages.macro.tp")), LIMEN_NODE_NUMBER);
    assert_int_equal(limen_node_count(at(result, "averages.macro")), 4);
    assert_string_equal(limen_node_name(limen_node_at(at(result, "averages.macro"), 2)), "fbeta");
    has_number(result, "averages.macro.fbeta", 1.0 / 3.0);
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
}

static void test_no_metrics(void **state)
{
    static const char *const none[] = {""};
    limen_compute_options options = {.size = sizeof options, .metrics = none};
    limen_result *result;
    counted c;

    (void)state;
    counted_labels(&c, LIMEN_MULTILABEL, 2, 1, 0, two_labels);
    result = compute(c.tally, &options);
    has_integer(result, "labels.0.tp", 2);
    assert_int_equal(limen_node_count(at(result, "labels.0")), 8);
    assert_int_equal(limen_node_count(at(result, "averages")), 0);
    assert_int_equal(limen_node_count(at(result, "metrics")), 0);
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
}

/* A binary report has its label's numbers as metrics, and no averages. */
static void test_binary(void **state)
{
    limen_result *result;
    counted c;

    (void)state;
    counted_labels(&c, LIMEN_BINARY, 1, 1, 0, two_labels);
    result = compute(c.tally, NULL);
    has_string(result, "task", "binary");
    has_number(result, "labels.0.f1", 2.0 / 3.0);
    has_number(result, "metrics.f1", 2.0 / 3.0);
    has_number(result, "metrics.accuracy", 0.75);
    has_not(result, "averages");
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
}

static void test_several_sets(void **state)
{
    static const counted_row rows[] = {{2, 1, 4, 1}, {3, 5, 0, 0}};
    limen_result *result;
    counted c;

    (void)state;
    counted_labels(&c, LIMEN_BINARY, 1, 2, 0, rows);
    result = compute(c.tally, NULL);
    has_string(result, "format", "limen-report");
    has_not(result, "labels");
    assert_int_equal(limen_node_count(at(result, "sets")), 2);
    has_string(result, "sets.0.task", "binary");
    has_integer(result, "sets.0.labels.0.tp", 2);
    has_integer(result, "sets.1.labels.0.tp", 3);
    has_number(result, "sets.1.metrics.recall", 1.0);
    has_not(result, "sets.0.format");
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
}

static void test_groups(void **state)
{
    static const counted_row rows[] = {{2, 1, 4, 1}, {0, 0, 7, 1}, {1, 0, 1, 0}, {1, 1, 0, 0}};
    limen_result *result;
    counted c;

    (void)state;
    counted_labels(&c, LIMEN_MULTILABEL, 2, 1, 2, rows);
    result = compute(c.tally, NULL);
    has_integer(result, "labels.0.tp", 3);
    has_number(result, "labels.0.demographic_parity_difference", 0.5 - 0.375);
    has_number(result, "labels.1.equal_opportunity_difference", 1.0);
    has_number(result, "averages.macro.demographic_parity_difference", (0.125 + 1.0) / 2.0);
    assert_int_equal(limen_node_count(at(result, "groups")), 2);
    has_integer(result, "groups.1.group", 1);
    has_integer(result, "groups.1.labels.0.tp", 1);
    has_not(result, "groups.1.labels.0.threshold");
    has_not(result, "groups.1.labels.0.demographic_parity_difference");
    has_number(result, "groups.0.averages.micro.f1", 4.0 / 7.0);
    has_number(result, "groups.1.metrics.hamming_loss", 0.25);
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
}

static void test_multiclass(void **state)
{
    static const int64_t matrix[] = {1, 1, 0, 0, 2, 1, 0, 0, 0};
    static const struct {
        limen_normalize normalize;
        double first, last;
        int last_defined;
    } cases[] = {
        {LIMEN_NORMALIZE_TRUE, 0.5, 0.0, 0},
        {LIMEN_NORMALIZE_PRED, 1.0, 0.0, 1},
        {LIMEN_NORMALIZE_ALL, 0.2, 0.0, 1},
    };
    limen_compute_options options = {.size = sizeof options};
    limen_result *result;
    counted c;

    (void)state;
    counted_matrix(&c, 3, matrix);
    result = compute(c.tally, NULL);
    has_string(result, "rule", "argmax");
    has_not(result, "labels.0.threshold");
    has_not(result, "labels.0.offset");
    has_integer(result, "confusion.1.2", 1);
    has_not(result, "normalize");
    has_integer(result, "labels.1.support", 3);
    has_number(result, "metrics.accuracy", 0.6);
    has_number(result, "metrics.balanced_accuracy", (0.5 + 2.0 / 3.0) / 2.0);
    has_not(result, "labels.0.accuracy");
    has_not(result, "averages.samples");
    limen_result_destroy(result);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        options.normalize = cases[i].normalize;
        result = compute(c.tally, &options);
        has_number(result, "confusion.0.0", cases[i].first);
        has_number(result, "confusion.2.2", cases[i].last);
        assert_int_equal(limen_node_defined(at(result, "confusion.2.2")), cases[i].last_defined);
        limen_result_destroy(result);
    }
    limen_tally_destroy(c.tally);
}

static limen_result *report_of(limen_task task, limen_dtype dtype, const double *thresholds,
                               int64_t width, const void *scores, size_t element)
{
    static const uint8_t targets[4] = {1, 0, 1, 0};
    limen_spec spec = {.size = sizeof spec,
                       .task = task,
                       .states = LIMEN_COUNTS,
                       .width = width,
                       .thresholds = thresholds,
                       .threshold_count = thresholds ? width : 0};
    limen_batch batch = {.size = sizeof batch};
    int64_t columns = task == LIMEN_MULTICLASS ? 1 : width, step = (int64_t)element;
    limen_tally *tally;
    limen_result *result;

    batch.scores = (limen_array){scores, dtype, {1, width, 1}, {step * width, step, 0}};
    batch.targets = (limen_array){targets, LIMEN_U8, {1, columns, 1}, {columns, 1, 0}};
    assert_int_equal(limen_tally_create(&spec, NULL, &tally, NULL), LIMEN_OK);
    assert_int_equal(limen_tally_update(tally, &batch, NULL), LIMEN_OK);
    result = compute(tally, NULL);
    limen_tally_destroy(tally);
    return result;
}

/* The thresholds that are shown are those that are compared with. */
static void test_rounded_thresholds(void **state)
{
    static const uint16_t halves[4] = {0, 0, 0x3800, 0};
    static const double thresholds[4] = {1e-9, 1e-9, 1e6, 0.1};
    limen_result *result;

    (void)state;
    result = report_of(LIMEN_MULTILABEL, LIMEN_F16, thresholds, 4, halves, 2);
    has_string(result, "dtype", "float16");
    has_number(result, "labels.0.threshold", 0.0);
    assert_true(isinf(limen_node_number(at(result, "labels.2.threshold"))));
    has_number(result, "labels.3.threshold", 0.0999755859375);
    has_string(result, "notes.0",
               "The threshold of label 0 and of 1 more becomes 0 when rounded to float16, the type "
               "of the scores.");
    has_string(result, "notes.1",
               "The threshold of label 2 becomes infinite when rounded to float16, the type of the "
               "scores.");
    limen_result_destroy(result);
}

/* Zero, infinities and 0.1 are not moved by rounding to 0 or infinity. */
static void test_unremarkable_thresholds(void **state)
{
    static const uint16_t halves[4] = {0, 0, 0, 0};
    static const double thresholds[4] = {0.0, INFINITY, -INFINITY, 0.1};
    limen_result *result;

    (void)state;
    result = report_of(LIMEN_MULTILABEL, LIMEN_F16, thresholds, 4, halves, 2);
    for (int64_t i = 0; i < limen_node_count(at(result, "notes")); i++)
        assert_null(strstr(limen_node_string(limen_node_at(at(result, "notes"), i)), "rounded"));
    limen_result_destroy(result);
}

static void test_decisions_have_no_threshold(void **state)
{
    static const uint8_t decisions[4] = {1, 1, 0, 0};
    limen_result *result;

    (void)state;
    result = report_of(LIMEN_MULTILABEL, LIMEN_U8, NULL, 4, decisions, 1);
    has_not(result, "labels.0.threshold");
    has_integer(result, "labels.0.tp", 1);
    limen_result_destroy(result);
}

static void test_offsets(void **state)
{
    static const double scores[3] = {0.2, 0.5, 0.3}, offsets[3] = {0.0, 0.0, 0.25};
    limen_result *result;

    (void)state;
    result = report_of(LIMEN_MULTICLASS, LIMEN_F64, offsets, 3, scores, 8);
    has_number(result, "labels.2.offset", 0.25);
    has_integer(result, "labels.2.fp", 1);
    has_not(result, "labels.0.threshold");
    limen_result_destroy(result);
}

static void expect_note(limen_task task, int64_t width, const counted_row *rows, const char *words)
{
    limen_result *result;
    const limen_node *notes;
    int found = 0;
    counted c;

    counted_labels(&c, task, width, 1, 0, rows);
    result = compute(c.tally, NULL);
    notes = at(result, "notes");
    for (int64_t i = 0; i < limen_node_count(notes); i++)
        found |= strstr(limen_node_string(limen_node_at(notes, i)), words) != NULL;
    if (!found)
        fail_msg("no note says \"%s\"", words);
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
}

static void expect_no_note(limen_task task, const counted_row *row)
{
    limen_result *result;
    counted c;

    counted_labels(&c, task, 1, 1, 0, row);
    result = compute(c.tally, NULL);
    assert_int_equal(limen_node_count(at(result, "notes")), 0);
    limen_result_destroy(result);
    limen_tally_destroy(c.tally);
}

static void test_advice(void **state)
{
    static const counted_row apart[] = {{30, 1, 60, 9}, {1, 1, 96, 2}};
    static const counted_row alike[] = {{30, 1, 60, 9}, {20, 1, 69, 10}};
    static const counted_row empty[] = {{30, 1, 60, 9}, {0, 1, 99, 0}};
    static const counted_row balanced[] = {{40, 5, 45, 10}}, rare[] = {{2, 5, 90, 3}};
    static const counted_row negative[] = {{0, 5, 90, 0}}, positive[] = {{90, 0, 0, 5}};
    static const counted_row common[] = {{80, 2, 3, 15}}, between[] = {{20, 5, 70, 5}};

    (void)state;
    expect_note(LIMEN_MULTILABEL, 2, apart, "13 times the support of the rarest: read macro-F1");
    expect_note(LIMEN_MULTICLASS, 2, alike, "classes have much the same support");
    expect_note(LIMEN_MULTILABEL, 2, empty, "1 of 2 labels have no positive sample");
    expect_note(LIMEN_MULTICLASS, 2, empty, "1 of 2 classes have no sample");
    expect_note(LIMEN_BINARY, 1, balanced, "near 1:1: accuracy and F1 agree");
    expect_note(LIMEN_BINARY, 1, rare, "95 % of the samples are negative");
    expect_note(LIMEN_BINARY, 1, negative, "No sample is positive");
    expect_note(LIMEN_BINARY, 1, positive, "No sample is negative");
    expect_note(LIMEN_BINARY, 1, common, "95 % of the samples are positive");
    expect_note(LIMEN_BINARY, 1, common, "read MCC or balanced accuracy");
    expect_no_note(LIMEN_BINARY, between);
    expect_no_note(LIMEN_MULTILABEL, between);
}

static void expect_refusal(const limen_tally *tally, const limen_compute_options *options,
                           limen_status code, const char *words)
{
    limen_error error = {LIMEN_OK, LIMEN_INPUT_NONE, 0, 0, 0, ""};
    limen_result *result = NULL;

    assert_int_equal(limen_compute(tally, options, NULL, &result, &error), code);
    assert_null(result);
    if (!strstr(error.message, words))
        fail_msg("\"%s\" does not say \"%s\"", error.message, words);
}

static void test_refusals(void **state)
{
    static const char *const unknown[] = {"f1", "f7"}, *const samples[] = {"exact_match"};
    static const char *const kappa[] = {"kappa"}, *const names[] = {"a", NULL};
    limen_compute_options options = {.size = sizeof options, .metrics = unknown, .metric_count = 2};
    counted c;

    (void)state;
    counted_labels(&c, LIMEN_MULTILABEL, 2, 1, 0, two_labels);
    expect_refusal(c.tally, &options, LIMEN_ERR_ARGUMENT, "'f7'");
    options.metrics = samples;
    options.metric_count = 1;
    expect_refusal(c.tally, &options, LIMEN_ERR_STATE, "keeps samples");
    options.metrics = NULL;
    options.metric_count = 0;
    options.labels = names;
    expect_refusal(c.tally, &options, LIMEN_ERR_ARGUMENT, "label 1 is NULL");
    options.labels = NULL;
    options.beta = -1.0;
    expect_refusal(c.tally, &options, LIMEN_ERR_ARGUMENT, "beta");
    expect_refusal(NULL, NULL, LIMEN_ERR_ARGUMENT, "tally");
    assert_int_equal(limen_compute(c.tally, NULL, NULL, NULL, NULL), LIMEN_ERR_ARGUMENT);
    limen_tally_destroy(c.tally);

    /* The weighted kappa that is meant is the one of the whole matrix. */
    counted_labels(&c, LIMEN_MULTICLASS, 2, 1, 0, two_labels);
    options = (limen_compute_options){.size = sizeof options,
                                      .metrics = kappa,
                                      .metric_count = 1,
                                      .kappa_weights = LIMEN_KAPPA_LINEAR};
    expect_refusal(c.tally, &options, LIMEN_ERR_STATE, "keeps confusion");
    limen_tally_destroy(c.tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_multilabel),
        cmocka_unit_test(test_asked_metrics),
        cmocka_unit_test(test_no_metrics),
        cmocka_unit_test(test_binary),
        cmocka_unit_test(test_several_sets),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_multiclass),
        cmocka_unit_test(test_rounded_thresholds),
        cmocka_unit_test(test_unremarkable_thresholds),
        cmocka_unit_test(test_decisions_have_no_threshold),
        cmocka_unit_test(test_offsets),
        cmocka_unit_test(test_advice),
        cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
