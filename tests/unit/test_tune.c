/* Tuning on published numbers, on ties that other tools get wrong, and jointly over labels. */
#include "property/random.h"
#include "support/tuned.h"

/* ---- The suicide data: von Glischinski et al. 2016, through cutpointr ------------------------ */

static const int suicide[12][2] = {{2, 376}, {2, 52}, {3, 12}, {1, 12}, {8, 28}, {4, 10},
                                   {9, 5},   {3, 0},  {1, 0},  {1, 0},  {1, 1},  {1, 0}};

typedef struct screening {
    double scores[600];
    uint8_t targets[600];
    problem problem;
} screening;

static void make_suicide(screening *s)
{
    s->problem = (problem){0, 1, s->scores, s->targets, NULL};
    for (int score = 0; score < 12; score++) {
        for (int target = 0; target < 2; target++) {
            for (int i = 0; i < suicide[score][1 - target]; i++) {
                s->scores[s->problem.rows] = score;
                s->targets[s->problem.rows++] = (uint8_t)target;
            }
        }
    }
}

/* The value at the cut, and what the cut takes. */
static void check_suicide(const char *objective, double value, double tolerance, double threshold,
                          double tp, double fp)
{
    limen_tune_options options = {.objective = objective};
    double costs[4] = {0, 1, 0, 10}, taken[2] = {0, 0};
    limen_result *result;
    screening s;

    make_suicide(&s);
    if (strcmp(objective, "cost") == 0) {
        options.costs = costs;
        options.cost_rows = 1;
    }
    result = tune(&s.problem, &options);
    check_near(number(result, "value"), value, tolerance);
    check_near(number(result, "labels.0.threshold"), threshold, 0.0);
    check_near(number(result, "labels.0.low"), threshold - 1, 0.0);
    check_near(number(result, "labels.0.high"), threshold, 0.0);
    check_near(number(result, "labels.0.support"), 36, 0.0);
    for (int64_t i = 0; i < s.problem.rows; i++)
        taken[s.targets[i]] += s.scores[i] >= number(result, "labels.0.threshold");
    check_near(taken[1], tp, 0.0);
    check_near(taken[0], fp, 0.0);
    limen_result_destroy(result);
}

static void test_suicide(void **state)
{
    (void)state;
    /* Sensitivity + specificity is 1 more than Youden's index. */
    check_suicide("youden", 1.75179 - 1, 5e-6, 2, 32, 68);
    check_suicide("accuracy", 0.951128, 5e-7, 6, 16, 6);
    check_suicide("kappa", 0.527467, 5e-7, 6, 16, 6);
    check_suicide("mcc", 0.545417, 5e-7, 6, 16, 6);
    check_suicide("f1", 0.555556, 5e-7, 5, 20, 16);
    check_suicide("cost", 108, 0.0, 2, 32, 68);
}

static void test_suicide_auroc(void **state)
{
    limen_spec spec = {.size = sizeof spec, .task = LIMEN_BINARY, .states = LIMEN_SCORES};
    limen_tally *tally;
    limen_batch batch;
    screening s;
    double area;

    (void)state;
    make_suicide(&s);
    batch = batch_of(&s.problem);
    assert_int_equal(limen_tally_create(&spec, NULL, &tally, NULL), LIMEN_OK);
    assert_int_equal(limen_tally_update(tally, &batch, NULL), LIMEN_OK);
    assert_int_equal(limen_metric_values(limen_metric_find("auroc"), tally, 0, 0,
                                         LIMEN_AVERAGE_NONE, NULL, &area, NULL, NULL),
                     LIMEN_OK);
    check_near(area, 0.923779, 5e-7);
    limen_tally_destroy(tally);
}

/* ---- Ties ------------------------------------------------------------------------------------ */

static double best_f1(int64_t rows, const double *scores, const uint8_t *targets)
{
    problem p = {rows, 1, scores, targets, NULL};
    limen_result *result = tune(&p, &(limen_tune_options){.objective = "f1"});
    double value = number(result, "value");

    limen_result_destroy(result);
    return value;
}

static void test_ties_fall_together(void **state)
{
    (void)state;
    check_near(best_f1(2, (double[]){0.5, 0.5}, (uint8_t[]){1, 0}), 2.0 / 3.0, 1e-15);
    check_near(best_f1(5, (double[]){0.6, 0.8, 0.8, 0.2, 0.2}, (uint8_t[]){0, 1, 1, 1, 0}), 0.8,
               1e-15);
}

/* tpr - fpr at (1, 0) and (3, 2) of P = N = 3 is 1/3 both times, but not the same double. */
static void test_ties_are_exact(void **state)
{
    double scores[] = {5, 4, 4, 3, 3, 1};
    uint8_t targets[] = {1, 1, 0, 1, 0, 0};
    problem p = {6, 1, scores, targets, NULL};
    limen_result *highest =
        tune(&p, &(limen_tune_options){.objective = "youden", .ties = LIMEN_TIES_HIGHEST});
    limen_result *lowest = tune(
        &p, &(limen_tune_options){.objective = "youden", .ties = LIMEN_TIES_LOWEST, .plateau = 1});

    (void)state;
    check_near(number(highest, "labels.0.threshold"), 5, 0.0);
    check_near(number(lowest, "labels.0.threshold"), 3, 0.0);
    assert_int_equal(
        limen_node_count(limen_node_find(limen_result_root(lowest), "labels.0.plateau")), 3);
    limen_result_destroy(highest);
    limen_result_destroy(lowest);
}

static void test_midpoint(void **state)
{
    double scores[] = {0.25, 0.75};
    uint8_t targets[] = {0, 1};
    problem p = {2, 1, scores, targets, NULL};
    limen_result *result = tune(&p, &(limen_tune_options){.at = LIMEN_AT_MIDPOINT});

    (void)state;
    check_near(number(result, "labels.0.threshold"), 0.5, 0.0);
    limen_result_destroy(result);
}

/* Nothing to go by: none is predicted, under either rule, with scores kept or bins. */
static void test_nothing_predicts_none(void **state)
{
    uint32_t states[] = {LIMEN_SCORES, LIMEN_HISTOGRAM};

    (void)state;
    for (int i = 0; i < 4; i++) {
        limen_spec spec = {.size = sizeof spec,
                           .task = LIMEN_BINARY,
                           .states = states[i / 2],
                           .rule = i % 2 ? LIMEN_GT : LIMEN_GE};
        limen_tally *tally;
        limen_result *result;

        assert_int_equal(limen_tally_create(&spec, NULL, &tally, NULL), LIMEN_OK);
        assert_int_equal(limen_tune(tally, NULL, NULL, &result, NULL), LIMEN_OK);
        assert_string_equal(text(result, "labels.0.status"), "no_positives");
        assert_true(number(result, "labels.0.threshold") == (double)INFINITY);
        limen_result_destroy(result);
        limen_tally_destroy(tally);
    }
}

/* A label without positives predicts none, whatever precision is asked for, but not against a
 * condition that says something there. */
static void test_conditions_without_positives(void **state)
{
    double scores[] = {0.2, 0.4, 0.9};
    uint8_t targets[] = {0, 0, 0};
    problem p = {3, 1, scores, targets, NULL};
    limen_constraint ask = {"precision", LIMEN_AT_LEAST, 0.9, -1};
    limen_tune_options options = {.constraints = &ask, .constraint_count = 1};
    limen_result *result = tune(&p, &options);

    (void)state;
    assert_true(number(result, "labels.0.threshold") == (double)INFINITY);
    assert_true(isnan(number(result, "labels.0.value")));
    check_near(number(result, "feasible"), 1.0, 0.0);
    limen_result_destroy(result);
    ask = (limen_constraint){"predicted_count", LIMEN_AT_LEAST, 2, -1};
    result = tune(&p, &options);
    check_near(number(result, "labels.0.threshold"), 0.4, 0.0);
    limen_result_destroy(result);
    ask.bound = 4;
    result = tune(&p, &options);
    check_near(number(result, "feasible"), 0.0, 0.0);
    limen_result_destroy(result);
}

/* All scores are equal: none has no precision, so all is the break-even. */
static void test_break_even_predicts(void **state)
{
    double scores[] = {0.5, 0.5, 0.5, 0.5};
    uint8_t targets[] = {1, 0, 0, 0};
    problem p = {4, 1, scores, targets, NULL};
    limen_scope scopes[] = {LIMEN_SCOPE_LABEL, LIMEN_SCOPE_MACRO};

    (void)state;
    for (int i = 0; i < 2; i++) {
        limen_result *result =
            tune(&p, &(limen_tune_options){.objective = "precision=recall", .scope = scopes[i]});

        check_near(number(result, "labels.0.threshold"), 0.5, 0.0);
        check_near(number(result, "value"), 0.625, 1e-15);
        limen_result_destroy(result);
    }
}

/* Precision is 0/0 at each edge that has so few predicted; inside the bin it is not. */
static void test_bins_do_not_call_undefined(void **state)
{
    double scores[] = {2.0, 1e300, 1.5e300};
    uint8_t targets[] = {1, 1, 0};
    problem p = {3, 1, scores, targets, NULL};
    limen_constraint few = {"predicted_count", LIMEN_AT_MOST, 1, -1};
    limen_tune_options options = {
        .objective = "precision", .constraints = &few, .constraint_count = 1};
    limen_result *rough = tune_bins(&p, &options, 4), *exact = tune(&p, &options);

    (void)state;
    check_near(number(exact, "value"), 0.0, 0.0);
    assert_string_equal(text(exact, "labels.0.status"), "optimal");
    assert_string_equal(text(rough, "labels.0.status"), "within_gap");
    assert_true(isnan(number(rough, "gap")));
    limen_result_destroy(rough);
    limen_result_destroy(exact);
}

/* Nor is the gap of a mean known when that of one label is not, whichever comes first. */
static void test_bins_and_a_mean_that_skips(void **state)
{
    double scores[] = {2.0, 1.0, 1e300, 1.0, 1.5e300, 1.0};
    uint8_t targets[] = {1, 1, 1, 1, 0, 1};
    problem p = {3, 2, scores, targets, NULL};
    limen_constraint few = {"predicted_count", LIMEN_AT_MOST, 1, 0};
    limen_tune_options options = {.objective = "precision",
                                  .scope = LIMEN_SCOPE_WEIGHTED,
                                  .zero_division = LIMEN_SKIP,
                                  .constraints = &few,
                                  .constraint_count = 1};
    limen_result *rough = tune_bins(&p, &options, 4);

    (void)state;
    assert_string_equal(text(rough, "labels.0.status"), "within_gap");
    assert_true(isnan(number(rough, "gap")));
    limen_result_destroy(rough);
}

/* Of a crossing the value is not what is searched for: no gap in its units. */
static void test_bins_and_crossings(void **state)
{
    double scores[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6};
    uint8_t targets[] = {1, 0, 0, 1, 0, 1};
    problem p = {6, 1, scores, targets, NULL};
    limen_result *rough =
        tune_bins(&p, &(limen_tune_options){.objective = "recall=specificity"}, 4);

    (void)state;
    assert_string_equal(text(rough, "labels.0.status"), "within_gap");
    assert_true(isnan(number(rough, "gap")));
    limen_result_destroy(rough);
}

static void test_infeasible_says_so(void **state)
{
    double scores[] = {0.9, 0.8, 0.7};
    uint8_t targets[] = {0, 1, 0};
    limen_constraint needs = {"precision", LIMEN_AT_LEAST, 0.9, -1};
    problem p = {3, 1, scores, targets, NULL};
    limen_result *result =
        tune(&p, &(limen_tune_options){.constraints = &needs, .constraint_count = 1});

    (void)state;
    assert_string_equal(text(result, "labels.0.status"), "infeasible");
    check_near(number(result, "feasible"), 0, 0.0);
    check_near(number(result, "labels.0.threshold"), 0.8, 0.0);
    check_near(number(result, "labels.0.violation"), 0.4, 1e-15);
    limen_result_destroy(result);
}

/* Labels that predict none leave a mean that skips 0/0: 1.0 jointly, 0.75 apart. */
static void test_mean_that_skips(void **state)
{
    double scores[] = {0, 0, 0, 1};
    uint8_t targets[] = {0, 0, 1, 1};
    problem p = {2, 2, scores, targets, NULL};
    limen_tune_options options = {.objective = "precision", .scope = LIMEN_SCOPE_MACRO};
    limen_result *apart = tune(&p, &options), *jointly;

    (void)state;
    options.zero_division = LIMEN_SKIP;
    jointly = tune(&p, &options);
    check_near(number(apart, "value"), 0.75, 1e-15);
    check_near(number(jointly, "value"), 1.0, 1e-15);
    limen_result_destroy(apart);
    limen_result_destroy(jointly);
}

/* ---- Micro: against every combination of cuts, and against Dinkelbach ------------------------ */

#define ROWS 6
#define LABELS 3

typedef struct sums {
    double tp, fp, positives, negatives;
} sums;

/* What a threshold takes of one label. */
static void add_cut(const problem *p, int64_t label, double threshold, sums *to)
{
    for (int64_t i = 0; i < p->rows; i++) {
        int target = p->targets[i * p->labels + label];
        int taken = p->scores[i * p->labels + label] >= threshold;

        to->tp += taken && target;
        to->fp += taken && !target;
    }
}

static double micro_f(const sums *s, double square)
{
    double below = (1 + square) * s->tp + s->fp + square * (s->positives - s->tp);

    return below > 0 ? (1 + square) * s->tp / below : 0.0;
}

static double micro_kappa(const sums *s, double unused)
{
    double predicted = s->tp + s->fp, all = s->positives + s->negatives;
    double below = predicted * s->negatives + s->positives * (all - predicted);

    (void)unused;
    return below > 0 ? 2 * (s->tp * s->negatives - s->fp * s->positives) / below : -1.0;
}

static double micro_mcc(const sums *s, double unused)
{
    double predicted = s->tp + s->fp, all = s->positives + s->negatives;
    double below = predicted * (all - predicted) * s->positives * s->negatives;

    (void)unused;
    return below > 0 ? (s->tp * s->negatives - s->fp * s->positives) / sqrt(below) : -1.0;
}

typedef double (*pooled)(const sums *s, double parameter);

static double enumerate(const problem *p, int64_t label, sums at, pooled value, double parameter)
{
    double best = -INFINITY;

    if (label == p->labels)
        return value(&at, parameter);
    for (int step = 0; step <= 5; step++) {
        sums next = at;

        add_cut(p, label, step == 5 ? (double)INFINITY : step, &next);
        best = fmax(best, enumerate(p, label + 1, next, value, parameter));
    }
    return best;
}

/* Fix lambda; each label maximises (1 + b2 - lambda) tp - lambda fp; update lambda. */
static double dinkelbach(const problem *p, sums totals, double square)
{
    double lambda = 0.0;

    for (int round = 0; round < 50; round++) {
        sums all = totals;

        for (int64_t label = 0; label < p->labels; label++) {
            sums best = {0};
            double most = 0.0;

            for (int step = 0; step < 5; step++) {
                sums one = {0};
                double gain;

                add_cut(p, label, step, &one);
                gain = (1 + square - lambda) * one.tp - lambda * one.fp;
                if (gain > most) {
                    most = gain;
                    best = one;
                }
            }
            all.tp += best.tp;
            all.fp += best.fp;
        }
        lambda = micro_f(&all, square);
    }
    return lambda;
}

static double tuned(const problem *p, const char *objective)
{
    limen_result *result =
        tune(p, &(limen_tune_options){.objective = objective, .scope = LIMEN_SCOPE_MICRO});
    double value = number(result, "value");

    check_near(number(result, "gap"), 0.0, 0.0);
    limen_result_destroy(result);
    return value;
}

static void test_micro_is_the_joint_optimum(void **state)
{
    random_source random = {7};

    (void)state;
    for (int i = 0; i < 1500; i++) {
        double scores[ROWS * LABELS];
        uint8_t targets[ROWS * LABELS];
        problem p = {ROWS, LABELS, scores, targets, NULL};
        sums totals = {0};

        for (int k = 0; k < ROWS * LABELS; k++) {
            scores[k] = (double)random_below(&random, 5);
            targets[k] = random_below(&random, 3) == 0;
            totals.positives += targets[k];
            totals.negatives += !targets[k];
        }
        if (totals.positives == 0 || totals.negatives == 0)
            continue;
        check_near(tuned(&p, "f1"), enumerate(&p, 0, totals, micro_f, 1), 1e-14);
        check_near(tuned(&p, "f1"), dinkelbach(&p, totals, 1), 1e-14);
        check_near(tuned(&p, "fbeta:2"), enumerate(&p, 0, totals, micro_f, 4), 1e-14);
        check_near(tuned(&p, "fbeta:2"), dinkelbach(&p, totals, 4), 1e-14);
        check_near(tuned(&p, "kappa"), enumerate(&p, 0, totals, micro_kappa, 0), 1e-14);
        check_near(tuned(&p, "mcc"), enumerate(&p, 0, totals, micro_mcc, 0), 1e-14);
    }
}

/* Under a budget: what is found keeps to it, and the gap covers what is not. */
static double within_budget(const sums *s, double most)
{
    return s->tp + s->fp <= most ? micro_f(s, 1) : (double)-INFINITY;
}

static void test_micro_budget(void **state)
{
    random_source random = {8};

    (void)state;
    for (int i = 0; i < 500; i++) {
        double scores[ROWS * LABELS];
        uint8_t targets[ROWS * LABELS];
        problem p = {ROWS, LABELS, scores, targets, NULL};
        limen_constraint budget = {"predicted_count", LIMEN_AT_MOST, 5, -1};
        limen_tune_options options = {.objective = "f1",
                                      .scope = LIMEN_SCOPE_MICRO,
                                      .constraints = &budget,
                                      .constraint_count = 1};
        sums totals = {0}, taken;
        limen_result *result;
        double best, value;

        for (int k = 0; k < ROWS * LABELS; k++) {
            scores[k] = (double)random_below(&random, 5);
            targets[k] = random_below(&random, 3) == 0;
            totals.positives += targets[k];
            totals.negatives += !targets[k];
        }
        if (totals.positives == 0)
            continue;
        result = tune(&p, &options);
        taken = totals;
        add_cut(&p, 0, number(result, "labels.0.threshold"), &taken);
        add_cut(&p, 1, number(result, "labels.1.threshold"), &taken);
        add_cut(&p, 2, number(result, "labels.2.threshold"), &taken);
        best = enumerate(&p, 0, totals, within_budget, 5);
        value = number(result, "value");
        assert_true(taken.tp + taken.fp <= 5);
        check_near(value, micro_f(&taken, 1), 1e-14);
        assert_true(value <= best + 1e-14 && value + number(result, "gap") >= best - 1e-12);
        limen_result_destroy(result);
    }
}

/* ---- Errors ---------------------------------------------------------------------------------- */

static void test_bad_options(void **state)
{
    static const char *const names[] = {"f2",   "fbeta",         "fbeta:0",   "fbeta:x",
                                        "f1:2", "net_benefit:1", "youden:-1", ""};
    limen_spec spec = {.size = sizeof spec, .task = LIMEN_BINARY, .states = LIMEN_SCORES};
    limen_constraint wrong = {"prevalence", LIMEN_AT_LEAST, 0.1, -1};
    limen_tune_options options = {.size = sizeof options};
    limen_tally *tally;
    limen_result *result = NULL;
    limen_error error;

    (void)state;
    assert_int_equal(limen_tally_create(&spec, NULL, &tally, &error), LIMEN_OK);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        options.objective = names[i];
        assert_int_equal(limen_tune(tally, &options, NULL, &result, &error), LIMEN_ERR_ARGUMENT);
    }
    options.objective = "f1";
    options.constraints = &wrong;
    options.constraint_count = 1;
    assert_int_equal(limen_tune(tally, &options, NULL, &result, &error), LIMEN_ERR_ARGUMENT);
    options.constraint_count = 0;
    options.scope = LIMEN_SCOPE_SAMPLES;
    options.objective = "fpr=fnr";
    assert_int_equal(limen_tune(tally, &options, NULL, &result, &error), LIMEN_ERR_ARGUMENT);
    assert_null(result);
    limen_tally_destroy(tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_suicide),
        cmocka_unit_test(test_suicide_auroc),
        cmocka_unit_test(test_ties_fall_together),
        cmocka_unit_test(test_ties_are_exact),
        cmocka_unit_test(test_midpoint),
        cmocka_unit_test(test_nothing_predicts_none),
        cmocka_unit_test(test_conditions_without_positives),
        cmocka_unit_test(test_break_even_predicts),
        cmocka_unit_test(test_bins_do_not_call_undefined),
        cmocka_unit_test(test_bins_and_a_mean_that_skips),
        cmocka_unit_test(test_bins_and_crossings),
        cmocka_unit_test(test_infeasible_says_so),
        cmocka_unit_test(test_mean_that_skips),
        cmocka_unit_test(test_micro_is_the_joint_optimum),
        cmocka_unit_test(test_micro_budget),
        cmocka_unit_test(test_bad_options),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
