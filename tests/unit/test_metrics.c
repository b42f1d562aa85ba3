/* The table of metrics, values of single forms, averages and 0/0. */
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

static const limen_metric *metric_named(const char *name)
{
    const limen_metric *metric = limen_metric_find(name);

    if (!metric)
        fail_msg("no metric %s", name);
    return metric;
}

static double value_of(const limen_tally *tally, const char *name, limen_average average,
                       const limen_compute_options *options, int *defined)
{
    double value = -99.0;
    unsigned char flag = 9;
    limen_error error;
    limen_status status = limen_metric_values(metric_named(name), tally, 0, -1, average, options,
                                              &value, &flag, &error);

    if (status != LIMEN_OK)
        fail_msg("%s: %s", name, error.message);
    assert_true(flag == 0 || flag == 1);
    if (defined)
        *defined = flag;
    return value;
}

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.17g is not %.17g", value, expected);
}

static void test_table_is_complete(void **state)
{
    int64_t count = limen_metric_count();

    (void)state;
    assert_true(count > 40);
    for (int64_t i = 0; i < count; i++) {
        const limen_metric *m = limen_metric_at(i);

        assert_ptr_equal(limen_metric_find(m->name), m);
        assert_true(strlen(m->title) > 0 && strlen(m->formula) > 0 && strlen(m->source) > 0);
        assert_true(strlen(m->help) > 20);
        assert_true(m->help[strlen(m->help) - 1] == '.');
        assert_true(strspn(m->name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(m->name));
        assert_true(m->states != 0 && m->tasks != 0 && m->averages != 0);
        assert_true((m->by_default & ~m->tasks) == 0);
        assert_true(m->low < m->high);
        assert_true(m->higher_is_better >= -1 && m->higher_is_better <= 1);
    }
    assert_null(limen_metric_at(count));
    assert_null(limen_metric_at(-1));
    assert_null(limen_metric_find("f"));
    assert_null(limen_metric_find(""));
    assert_null(limen_metric_find(NULL));
    assert_ptr_equal(limen_metric_find("sensitivity"), metric_named("recall"));
    assert_ptr_equal(limen_metric_find("youden"), metric_named("informedness"));
}

/* von Glischinski et al. 2016 through cutpointr: the suicide data at three cuts. */
static void test_published_values(void **state)
{
    static const struct {
        counted_row counts;
        const char *metric;
        double value;
    } cases[] = {
        {{32, 68, 428, 4}, "informedness", 0.75179}, {{16, 6, 490, 20}, "accuracy", 0.951128},
        {{16, 6, 490, 20}, "kappa", 0.527467},       {{16, 6, 490, 20}, "mcc", 0.545417},
        {{20, 16, 480, 16}, "f1", 0.555556},
    };
    limen_compute_options options = {.size = sizeof options, .cost = {0.0, 1.0, 0.0, 10.0}};
    counted c;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        limen_tally *tally = counted_labels(&c, LIMEN_BINARY, 1, 1, 0, &cases[i].counts);

        assert_near(value_of(tally, cases[i].metric, LIMEN_AVERAGE_NONE, NULL, NULL),
                    cases[i].value, 5e-6);
        limen_tally_destroy(tally);
    }
    counted_labels(&c, LIMEN_BINARY, 1, 1, 0, &cases[0].counts);
    assert_true(value_of(c.tally, "cost", LIMEN_AVERAGE_NONE, &options, NULL) == 108.0);
    assert_true(value_of(c.tally, "cost", LIMEN_AVERAGE_NONE, NULL, NULL) == 72.0);
    limen_tally_destroy(c.tally);
}

/* Where every count metric is 0/0, by the cells that are empty. */
static void test_undefined_cells(void **state)
{
    static const struct {
        counted_row counts;
        const char *undefined; /* names between spaces */
    } cases[] = {
        {{0, 0, 0, 0},
         " prevalence predicted_rate accuracy hamming_loss balanced_accuracy precision recall "
         "specificity npv fpr fnr fdr for f1 fbeta jaccard mcc kappa informedness markedness gmean "
         "min_se_sp distance01 fowlkes_mallows lr_plus lr_minus diagnostic_odds_ratio "
         "prevalence_threshold lift net_benefit "},
        /* Nothing is true or predicted. */
        {{0, 0, 5, 0},
         " balanced_accuracy precision recall fnr fdr f1 fbeta jaccard mcc kappa informedness "
         "markedness gmean min_se_sp distance01 fowlkes_mallows lr_plus lr_minus "
         "diagnostic_odds_ratio prevalence_threshold lift "},
        /* Everything is, and right. */
        {{5, 0, 0, 0},
         " balanced_accuracy specificity npv fpr for mcc kappa informedness markedness gmean "
         "min_se_sp distance01 lr_plus lr_minus diagnostic_odds_ratio prevalence_threshold "},
        /* Nothing is predicted. */
        {{0, 0, 5, 3},
         " precision fdr mcc markedness fowlkes_mallows lr_plus diagnostic_odds_ratio "
         "prevalence_threshold lift "},
        /* Everything is predicted. */
        {{3, 5, 0, 0}, " npv for mcc markedness lr_minus diagnostic_odds_ratio "},
        /* All right, both classes. */
        {{3, 0, 5, 0}, " lr_plus diagnostic_odds_ratio "},
        {{3, 1, 5, 2}, " "},
    };
    counted c;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        counted_labels(&c, LIMEN_BINARY, 1, 1, 0, &cases[i].counts);
        for (int64_t k = 0; k < limen_metric_count(); k++) {
            const limen_metric *m = limen_metric_at(k);
            char word[80];
            int defined, expected;

            if (!(m->states & LIMEN_COUNTS) || !(m->tasks & 1u << LIMEN_BINARY) ||
                !(m->averages & LIMEN_AVERAGE_WEIGHTED))
                continue;
            (void)snprintf(word, sizeof word, " %s ", m->name);
            expected = strstr(cases[i].undefined, word) == NULL;
            (void)value_of(c.tally, m->name, LIMEN_AVERAGE_NONE, NULL, &defined);
            if (defined != expected)
                fail_msg("case %d: %s is%s defined", (int)i, m->name, defined ? "" : " not");
        }
        limen_tally_destroy(c.tally);
    }
}

/* Precision 1/2, 0/0 and 1: supports 2, 1 and 4. */
static const counted_row three_labels[] = {{1, 1, 5, 1}, {0, 0, 7, 1}, {4, 0, 4, 0}};

static void test_zero_division(void **state)
{
    static const struct {
        limen_zero_division policy;
        double label, macro, weighted;
    } cases[] = {
        {LIMEN_ZERO, 0.0, 0.5, 5.0 / 7.0},
        {LIMEN_ONE, 1.0, 2.5 / 3.0, 6.0 / 7.0},
        {LIMEN_NAN, (double)NAN, (double)NAN, (double)NAN},
        {LIMEN_SKIP, (double)NAN, 0.75, 5.0 / 6.0},
    };
    counted c;

    (void)state;
    counted_labels(&c, LIMEN_MULTILABEL, 3, 1, 0, three_labels);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        limen_compute_options options = {.size = sizeof options, .zero_division = cases[i].policy};
        double values[3], macro, weighted;
        unsigned char defined[3];
        int macro_defined, weighted_defined, nan = cases[i].policy == LIMEN_NAN;

        assert_int_equal(limen_metric_values(metric_named("precision"), c.tally, 0, -1,
                                             LIMEN_AVERAGE_NONE, &options, values, defined, NULL),
                         LIMEN_OK);
        assert_true(values[0] == 0.5 && values[2] == 1.0);
        assert_true(values[1] == cases[i].label || (isnan(values[1]) && isnan(cases[i].label)));
        assert_true(defined[0] && !defined[1] && defined[2]);
        macro = value_of(c.tally, "precision", LIMEN_AVERAGE_MACRO, &options, &macro_defined);
        weighted =
            value_of(c.tally, "precision", LIMEN_AVERAGE_WEIGHTED, &options, &weighted_defined);
        assert_int_equal(macro_defined, !nan);
        assert_int_equal(weighted_defined, !nan);
        if (nan) {
            assert_true(isnan(macro) && isnan(weighted));
        } else {
            assert_near(macro, cases[i].macro, 1e-15);
            assert_near(weighted, cases[i].weighted, 1e-15);
        }
        assert_near(value_of(c.tally, "precision", LIMEN_AVERAGE_MICRO, &options, NULL), 5.0 / 6.0,
                    0.0);
    }
    limen_tally_destroy(c.tally);
}

/* A label of weight 0 takes no part, even where LIMEN_NAN would let it spoil the mean. */
static void test_weight_zero(void **state)
{
    static const counted_row rows[] = {{1, 1, 5, 1}, {0, 0, 8, 0}};
    limen_compute_options options = {.size = sizeof options, .zero_division = LIMEN_NAN};
    counted c;
    int defined;

    (void)state;
    counted_labels(&c, LIMEN_MULTILABEL, 2, 1, 0, rows);
    assert_true(value_of(c.tally, "recall", LIMEN_AVERAGE_WEIGHTED, &options, &defined) == 0.5);
    assert_int_equal(defined, 1);
    assert_true(isnan(value_of(c.tally, "recall", LIMEN_AVERAGE_MACRO, &options, &defined)));
    assert_int_equal(defined, 0);
    limen_tally_destroy(c.tally);

    counted_labels(&c, LIMEN_MULTILABEL, 1, 1, 0, &rows[1]);
    options.zero_division = LIMEN_ONE;
    assert_true(value_of(c.tally, "recall", LIMEN_AVERAGE_WEIGHTED, &options, &defined) == 1.0);
    assert_int_equal(defined, 0);
    limen_tally_destroy(c.tally);
}

static void test_perfect_and_opposite_are_exact(void **state)
{
    counted c;

    (void)state;
    for (int64_t p = 1; p < 400; p += 7) {
        for (int64_t n = 1; n < 400; n += 11) {
            const counted_row right = {p, 0, n, 0}, wrong = {0, n, 0, p};

            counted_labels(&c, LIMEN_BINARY, 1, 1, 0, &right);
            assert_true(value_of(c.tally, "mcc", LIMEN_AVERAGE_NONE, NULL, NULL) == 1.0);
            assert_true(value_of(c.tally, "kappa", LIMEN_AVERAGE_NONE, NULL, NULL) == 1.0);
            limen_tally_destroy(c.tally);
            counted_labels(&c, LIMEN_BINARY, 1, 1, 0, &wrong);
            assert_true(value_of(c.tally, "mcc", LIMEN_AVERAGE_NONE, NULL, NULL) == -1.0);
            limen_tally_destroy(c.tally);
        }
    }
}

/* scikit-learn 1.9 on y_true = 0 0 1 1 1 2 2, y_pred = 0 1 1 1 2 2 0. */
static void test_whole_multiclass(void **state)
{
    static const int64_t matrix[] = {1, 1, 0, 0, 2, 1, 1, 0, 1};
    limen_compute_options options = {.size = sizeof options};
    counted c;

    (void)state;
    counted_matrix(&c, 3, matrix);
    assert_near(value_of(c.tally, "accuracy", LIMEN_AVERAGE_WHOLE, NULL, NULL), 4.0 / 7.0, 1e-15);
    assert_near(value_of(c.tally, "hamming_loss", LIMEN_AVERAGE_WHOLE, NULL, NULL), 3.0 / 7.0,
                1e-15);
    assert_near(value_of(c.tally, "balanced_accuracy", LIMEN_AVERAGE_WHOLE, NULL, NULL),
                (0.5 + 2.0 / 3.0 + 0.5) / 3.0, 1e-15);
    assert_near(value_of(c.tally, "mcc", LIMEN_AVERAGE_WHOLE, NULL, NULL), 0.34375, 1e-15);
    assert_near(value_of(c.tally, "kappa", LIMEN_AVERAGE_WHOLE, NULL, NULL), 0.34375, 1e-15);
    options.kappa_weights = LIMEN_KAPPA_LINEAR;
    assert_near(value_of(c.tally, "kappa", LIMEN_AVERAGE_WHOLE, &options, NULL), 0.3, 1e-15);
    options.kappa_weights = LIMEN_KAPPA_QUADRATIC;
    assert_near(value_of(c.tally, "kappa", LIMEN_AVERAGE_WHOLE, &options, NULL), 0.25, 1e-15);
    limen_tally_destroy(c.tally);
}

static void test_group_rates(void **state)
{
    /* Predicted rates 0.5, 0.25; recalls 0.75, 0.5; false positive rates 0.25, 0. */
    static const counted_row rows[] = {{3, 1, 3, 1}, {2, 0, 4, 2}};
    static const struct {
        const char *name;
        double value;
    } cases[] = {
        {"demographic_parity_difference", 0.25},
        {"demographic_parity_ratio", 0.5},
        {"equal_opportunity_difference", 0.25},
        {"equal_opportunity_ratio", 2.0 / 3.0},
        {"fpr_difference", 0.25},
        {"fpr_ratio", 0.0},
        {"equalized_odds_difference", 0.25},
        {"equalized_odds_ratio", 0.0},
    };
    counted c;
    double value;

    (void)state;
    counted_labels(&c, LIMEN_BINARY, 1, 1, 2, rows);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_near(value_of(c.tally, cases[i].name, LIMEN_AVERAGE_NONE, NULL, NULL),
                    cases[i].value, 1e-15);
    assert_int_equal(limen_metric_values(metric_named("fpr_ratio"), c.tally, 0, 0,
                                         LIMEN_AVERAGE_NONE, NULL, &value, NULL, NULL),
                     LIMEN_ERR_STATE);
    assert_near(value_of(c.tally, "precision", LIMEN_AVERAGE_NONE, NULL, NULL), 5.0 / 6.0, 1e-15);
    assert_int_equal(limen_metric_values(metric_named("precision"), c.tally, 0, 1,
                                         LIMEN_AVERAGE_NONE, NULL, &value, NULL, NULL),
                     LIMEN_OK);
    assert_true(value == 1.0);
    limen_tally_destroy(c.tally);
}

/* A group that lacks the denominator does not take part. */
static void test_group_left_out(void **state)
{
    static const counted_row rows[] = {{3, 1, 3, 1}, {0, 2, 2, 0}, {0, 0, 0, 0}};
    counted c;
    int defined;

    (void)state;
    counted_labels(&c, LIMEN_BINARY, 1, 1, 3, rows);
    assert_true(value_of(c.tally, "equal_opportunity_difference", LIMEN_AVERAGE_NONE, NULL,
                         &defined) == 0.0);
    assert_int_equal(defined, 1);
    assert_true(value_of(c.tally, "fpr_ratio", LIMEN_AVERAGE_NONE, NULL, &defined) == 0.5);
    limen_tally_destroy(c.tally);

    counted_labels(&c, LIMEN_BINARY, 1, 1, 2, &rows[1]);
    (void)value_of(c.tally, "equal_opportunity_difference", LIMEN_AVERAGE_NONE, NULL, &defined);
    assert_int_equal(defined, 0);
    (void)value_of(c.tally, "equalized_odds_ratio", LIMEN_AVERAGE_NONE, NULL, &defined);
    assert_int_equal(defined, 0);
    limen_tally_destroy(c.tally);
}

static void expect_failure(const limen_tally *tally, const char *name, int64_t set, int64_t group,
                           int average, const limen_compute_options *options, limen_status code,
                           const char *words)
{
    double values[4] = {-5.0, -5.0, -5.0, -5.0};
    limen_error error = {LIMEN_OK, LIMEN_INPUT_NONE, 0, 0, 0, ""};

    assert_int_equal(limen_metric_values(limen_metric_find(name), tally, set, group,
                                         (limen_average)average, options, values, NULL, &error),
                     code);
    assert_int_equal(error.code, code);
    if (!strstr(error.message, words))
        fail_msg("\"%s\" does not say \"%s\"", error.message, words);
    assert_true(values[0] == -5.0);
}

static void test_refusals(void **state)
{
    limen_compute_options weighted = {.size = sizeof weighted, .kappa_weights = LIMEN_KAPPA_LINEAR};
    limen_compute_options unsized = {.beta = 1.0};
    counted c;

    (void)state;
    counted_labels(&c, LIMEN_MULTILABEL, 3, 1, 0, three_labels);
    expect_failure(c.tally, "no such", 0, -1, LIMEN_AVERAGE_MICRO, NULL, LIMEN_ERR_ARGUMENT,
                   "metric");
    expect_failure(NULL, "f1", 0, -1, LIMEN_AVERAGE_MICRO, NULL, LIMEN_ERR_ARGUMENT, "tally");
    expect_failure(c.tally, "f1", 1, -1, LIMEN_AVERAGE_MICRO, NULL, LIMEN_ERR_ARGUMENT, "set is 1");
    expect_failure(c.tally, "f1", 0, -2, LIMEN_AVERAGE_MICRO, NULL, LIMEN_ERR_ARGUMENT,
                   "group is -2");
    expect_failure(c.tally, "f1", 0, 1, LIMEN_AVERAGE_MICRO, NULL, LIMEN_ERR_ARGUMENT,
                   "group is 1");
    expect_failure(c.tally, "f1", 0, -1, 3, NULL, LIMEN_ERR_ARGUMENT, "average is 3");
    expect_failure(c.tally, "f1", 0, -1, LIMEN_AVERAGE_WHOLE, NULL, LIMEN_ERR_ARGUMENT, "whole");
    expect_failure(c.tally, "mcc", 0, -1, LIMEN_AVERAGE_WHOLE, NULL, LIMEN_ERR_ARGUMENT,
                   "multilabel");
    expect_failure(c.tally, "f1", 0, -1, LIMEN_AVERAGE_SAMPLES, NULL, LIMEN_ERR_STATE, "samples");
    expect_failure(c.tally, "exact_match", 0, -1, LIMEN_AVERAGE_WHOLE, NULL, LIMEN_ERR_STATE,
                   "samples");
    expect_failure(c.tally, "top_k_accuracy", 0, -1, LIMEN_AVERAGE_WHOLE, NULL, LIMEN_ERR_STATE,
                   "multilabel");
    expect_failure(c.tally, "fpr_ratio", 0, -1, LIMEN_AVERAGE_NONE, NULL, LIMEN_ERR_STATE,
                   "groups");
    expect_failure(c.tally, "f1", 0, -1, LIMEN_AVERAGE_MICRO, &unsized, LIMEN_ERR_ARGUMENT, "size");
    limen_tally_destroy(c.tally);

    counted_labels(&c, LIMEN_MULTICLASS, 3, 1, 0, three_labels);
    expect_failure(c.tally, "kappa", 0, -1, LIMEN_AVERAGE_WHOLE, &weighted, LIMEN_ERR_STATE,
                   "confusion");
    limen_tally_destroy(c.tally);
}

static void test_option_ranges(void **state)
{
    static const struct {
        limen_compute_options options;
        const char *word;
    } cases[] = {
        {{.zero_division = (limen_zero_division)4}, "zero_division"},
        {{.kappa_weights = (limen_kappa_weights)3}, "kappa_weights"},
        {{.multiclass = (limen_multiclass)2}, "multiclass"},
        {{.normalize = (limen_normalize)-1}, "normalize"},
        {{.beta = -1.0}, "beta"},
        {{.beta = INFINITY}, "beta"},
        {{.pt = 1.0}, "pt"},
        {{.pt = -0.5}, "pt"},
        {{.max_fpr = 1.5}, "max_fpr"},
        {{.fpr_low = 0.2, .fpr_high = 0.1}, "fpr_low"},
        {{.floor = 2.0}, "floor"},
        {{.cost = {0.0, INFINITY, 0.0, 0.0}}, "cost"},
        {{.metric_count = 1}, "metric_count"},
    };
    counted c;

    (void)state;
    counted_labels(&c, LIMEN_MULTILABEL, 3, 1, 0, three_labels);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        limen_compute_options options = cases[i].options;

        options.size = sizeof options;
        expect_failure(c.tally, "f1", 0, -1, LIMEN_AVERAGE_MICRO, &options, LIMEN_ERR_ARGUMENT,
                       cases[i].word);
    }
    limen_tally_destroy(c.tally);
}

/* A caller with an older, shorter struct: what it lacks has its default. */
static void test_short_options(void **state)
{
    limen_compute_options options = {
        .size = offsetof(limen_compute_options, beta), .zero_division = LIMEN_ONE, .beta = -7.0};
    counted c;

    (void)state;
    counted_labels(&c, LIMEN_MULTILABEL, 3, 1, 0, three_labels);
    assert_near(value_of(c.tally, "precision", LIMEN_AVERAGE_MACRO, &options, NULL), 2.5 / 3.0,
                1e-15);
    limen_tally_destroy(c.tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_is_complete),
        cmocka_unit_test(test_published_values),
        cmocka_unit_test(test_undefined_cells),
        cmocka_unit_test(test_zero_division),
        cmocka_unit_test(test_weight_zero),
        cmocka_unit_test(test_perfect_and_opposite_are_exact),
        cmocka_unit_test(test_whole_multiclass),
        cmocka_unit_test(test_group_rates),
        cmocka_unit_test(test_group_left_out),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_option_ranges),
        cmocka_unit_test(test_short_options),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
