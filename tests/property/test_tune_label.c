/* One label against the brute force: equal optimum, equal interval, equal status. */
#include "property/tune_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define CASES 40000

/* Sums of weights are right to so much. */
static double slack(const tune_case *c, double value)
{
    return (c->weighted ? 1e-12 : 4 * 0x1p-52) * fmax(1.0, fabs(value));
}

static limen_spec case_spec(const tune_case *c, uint32_t states)
{
    return (limen_spec){.size = sizeof(limen_spec),
                        .task = LIMEN_BINARY,
                        .states = states,
                        .width = 1,
                        .rule = c->rule,
                        .weighted = c->weighted,
                        .score_dtype = c->dtype,
                        .bins = 8};
}

static limen_result *tune_by_tally(const tune_case *c, uint32_t states)
{
    limen_spec spec = case_spec(c, states);
    limen_batch batch = case_batch(c);
    limen_tally *tally;
    limen_result *result;
    limen_error error;

    assert_int_equal(limen_tally_create(&spec, NULL, &tally, &error), LIMEN_OK);
    assert_int_equal(limen_tally_update(tally, &batch, &error), LIMEN_OK);
    if (limen_tune(tally, &c->options, NULL, &result, &error) != LIMEN_OK)
        fail_msg("%s", error.message);
    limen_tally_destroy(tally);
    return result;
}

/* In two batches a pass, so that runs end anywhere. */
static limen_result *tune_by_search(const tune_case *c)
{
    limen_spec spec = case_spec(c, 0);
    limen_batch batch = case_batch(c);
    int64_t half = c->rows / 2;
    limen_search *search;
    limen_result *result;
    limen_error error;
    int again = 1;

    if (limen_search_create(&spec, &c->options, NULL, &search, &error) != LIMEN_OK)
        fail_msg("%s", error.message);
    while (again) {
        limen_batch first = batch, second = batch;

        first.scores.shape[0] = first.targets.shape[0] = half;
        second.scores.shape[0] = second.targets.shape[0] = c->rows - half;
        second.scores.data =
            (const unsigned char *)batch.scores.data + half * batch.scores.stride[0];
        second.targets.data = c->targets + half;
        if (c->weighted) {
            first.weights.shape[0] = half;
            second.weights.shape[0] = c->rows - half;
            second.weights.data = c->weights + half;
        }
        assert_int_equal(limen_search_update(search, &first, &error), LIMEN_OK);
        if (limen_search_update(search, &second, &error) != LIMEN_OK ||
            limen_search_next_pass(search, &again, &error) != LIMEN_OK)
            fail_msg("%s", error.message);
    }
    assert_int_equal(limen_search_result(search, &result, &error), LIMEN_OK);
    limen_search_destroy(search);
    return result;
}

static double number(const limen_result *result, const char *path)
{
    return limen_node_number(limen_node_find(limen_result_root(result), path));
}

static const char *text(const limen_result *result, const char *path)
{
    return limen_node_string(limen_node_find(limen_result_root(result), path));
}

static void show(const tune_case *c)
{
    print_message("%s, rule %s, ties %d, objective %s", limen_dtype_name(c->dtype),
                  c->rule == LIMEN_GE ? "ge" : "gt", (int)c->options.ties, c->objective);
    if (c->options.cost_rows)
        print_message(" (%g %g %g %g)", c->costs[0], c->costs[1], c->costs[2], c->costs[3]);
    for (int64_t i = 0; i < c->options.constraint_count; i++)
        print_message(
            ", %s %s %g", c->constraints[i].metric,
            c->constraints[i].sense == LIMEN_AT_LEAST ? ">=" : "<=", c->constraints[i].bound);
    print_message("\n");
    for (int64_t i = 0; i < c->rows; i++)
        print_message("  %d at %.17g weight %g\n", c->targets[i], c->scores[i], c->weights[i]);
}

#define CHECK(c, condition)                         \
    do {                                            \
        if (!(condition)) {                         \
            show(c);                                \
            fail_msg("does not hold: " #condition); \
        }                                           \
    } while (0)

static void brute_make(const tune_case *c, brute *b)
{
    limen_allocator libc = limen_allocator_or_default(NULL);
    limen_error error;

    *b = (brute){0};
    assert_int_equal(limen_objective_parse(c->objective, &b->objective, &error), LIMEN_OK);
    if (c->options.cost_rows)
        limen_objective_set_costs(&b->objective, c->costs);
    assert_int_equal(limen_conditions_make(&c->options, 1, &libc, &b->conditions, &error),
                     LIMEN_OK);
}

/* Thresholds of the interval decide as the chosen one, all others differently. */
static void check_interval(const tune_case *c, double threshold, double low, double high)
{
    double candidates[CASE_CANDIDATES];
    int count = case_candidates(c, candidates);
    uint32_t decisions = case_decide(c, threshold);

    for (int i = 0; i < count; i++) {
        double t = candidates[i];
        int inside = c->rule == LIMEN_GE ? t > low && t <= high : t >= low && t < high;

        /* An infinite end decides by definition, whether or not it is a score: it may belong. */
        if (isinf(t) && (t == low || t == high))
            continue;
        CHECK(c, inside == (case_decide(c, t) == decisions));
    }
}

/* No threshold outside the interval on the preferred side is as good. */
static void check_ties(const tune_case *c, const brute *b, double threshold)
{
    double candidates[CASE_CANDIDATES];
    int count = case_candidates(c, candidates);
    uint32_t decisions = case_decide(c, threshold);
    int lowest = c->options.ties == LIMEN_TIES_LOWEST ||
                 (c->options.ties == LIMEN_TIES_DEFAULT && strcmp(c->objective, "precision") == 0);

    for (int i = 0; i < count; i++) {
        double violation;
        limen_point point = brute_at(c, b, candidates[i], &violation);

        if (!point.defined || violation > 0.0 || point.score < b->score - slack(c, b->score) / 8 ||
            case_decide(c, candidates[i]) == decisions)
            continue;
        CHECK(c, lowest ? candidates[i] > threshold : candidates[i] < threshold);
    }
}

/* Every cut that is as good is listed, from the highest threshold down, and no other. */
static void check_plateau(const tune_case *c, const brute *b, const limen_result *result)
{
    const limen_node *plateau = limen_node_find(limen_result_root(result), "labels.0.plateau");
    double candidates[CASE_CANDIDATES];
    int count = case_candidates(c, candidates);
    uint32_t listed[CASE_ROWS + 1];
    int64_t length = limen_node_count(plateau);

    CHECK(c, length >= 1 && length <= c->rows + 1);
    for (int64_t i = 0; i < length; i++) {
        const limen_node *node = limen_node_at(plateau, i);
        double threshold = limen_node_number(limen_node_find(node, "threshold")), violation;
        limen_point point = brute_at(c, b, threshold, &violation);

        listed[i] = case_decide(c, threshold);
        CHECK(c, point.defined && violation == 0.0);
        CHECK(c, point.score >= b->score - slack(c, b->score));
        CHECK(c, i == 0 || (listed[i] & listed[i - 1]) == listed[i - 1]);
    }
    for (int k = 0; k < count; k++) {
        double violation;
        limen_point point = brute_at(c, b, candidates[k], &violation);
        int found =
            !point.defined || violation > 0.0 || point.score < b->score - slack(c, b->score) / 8;

        for (int64_t i = 0; i < length; i++)
            found |= listed[i] == case_decide(c, candidates[k]);
        CHECK(c, found);
    }
}

/* The middle of the interval where the dtype has one, else the end that belongs to it; of nothing,
 * none. */
static void check_midpoint(const tune_case *c, double threshold, double low, double high)
{
    double middle = limen_round_to(c->dtype, 0.5 * low + 0.5 * high);
    double end = c->rule == LIMEN_GE || c->rows == 0 ? high : low;

    if (isinf(low) || isinf(high) || !(middle > low && middle < high))
        middle = end;
    CHECK(c, threshold == (c->options.at == LIMEN_AT_MIDPOINT ? middle : end));
}

static void check_exact(const tune_case *c, const brute *b, const limen_result *result)
{
    double threshold = number(result, "labels.0.threshold");
    const char *status = text(result, "labels.0.status");
    double violation;
    limen_point point = brute_at(c, b, threshold, &violation);

    check_interval(c, threshold, number(result, "labels.0.low"), number(result, "labels.0.high"));
    check_midpoint(c, threshold, number(result, "labels.0.low"), number(result, "labels.0.high"));
    if (strcmp(status, "no_positives") == 0 || strcmp(status, "no_negatives") == 0) {
        CHECK(c, b->totals.positives == 0.0 || b->totals.negatives == 0.0);
        if (!limen_node_defined(limen_node_find(limen_result_root(result), "labels.0.value")))
            return;
    }
    CHECK(c, (strcmp(status, "infeasible") == 0) == !b->feasible);
    CHECK(c, (strcmp(status, "undefined") == 0) == (b->feasible && !b->found));
    if (b->found) {
        limen_ratio value = limen_objective_value(&b->objective, &b->totals, point.tp, point.fp);

        CHECK(c, violation == 0.0 && point.defined);
        CHECK(c, point.score >= b->score - slack(c, b->score));
        CHECK(c, fabs(number(result, "labels.0.value") - value.value) <= slack(c, value.value));
        if (!c->weighted)
            check_ties(c, b, threshold);
        if (!c->weighted && c->options.plateau)
            check_plateau(c, b, result);
    } else if (!b->feasible) {
        CHECK(c, violation <= b->violation + 1e-12 || (isinf(violation) && isinf(b->violation)));
        CHECK(c, c->weighted || b->nearest == -INFINITY ||
                     point.score >= b->nearest - slack(c, b->nearest));
    }
}

/* Bins: what they give is attained, and the gap covers the rest. */
static void check_gap(const tune_case *c, const brute *b, const limen_result *result)
{
    double threshold = number(result, "labels.0.threshold");
    const char *status = text(result, "labels.0.status");
    double violation, gap = number(result, "gap");
    limen_point point = brute_at(c, b, threshold, &violation);

    if (strncmp(status, "no_", 3) == 0)
        return;
    if (strcmp(status, "infeasible") == 0)
        CHECK(c, !b->feasible);
    else if (strcmp(status, "undefined") == 0)
        CHECK(c, b->feasible && !b->found);
    else if (isnan(gap)) /* a crossing, or 0/0 at the edge though a cut in a bin may be defined */
        CHECK(c, violation == 0.0 && (!point.defined || strchr(c->objective, '=')));
    else if (strcmp(status, "optimal") == 0 || strcmp(status, "within_gap") == 0) {
        CHECK(c, b->found && violation == 0.0);
        CHECK(c, point.score + gap >= b->score - slack(c, b->score));
    }
}

static void test_random_cases(void **state)
{
    random_source random = {20261123};
    limen_allocator libc = limen_allocator_or_default(NULL);

    (void)state;
    for (int i = 0; i < CASES; i++) {
        tune_case c;
        brute b;
        limen_result *result;

        case_make(&random, &c);
        brute_make(&c, &b);
        brute_solve(&c, &b);
        result = tune_by_tally(&c, LIMEN_SCORES);
        check_exact(&c, &b, result);
        limen_result_destroy(result);
        result = tune_by_search(&c);
        check_exact(&c, &b, result);
        limen_result_destroy(result);
        if (i % 4 == 0) {
            result = tune_by_tally(&c, LIMEN_HISTOGRAM);
            check_gap(&c, &b, result);
            limen_result_destroy(result);
        }
        limen_conditions_release(&libc, &b.conditions);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_cases)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
