/* limen_search against limen_tune on the same scores, as rendered text: batches that are large
 * enough for the search to scout, with scores that it guesses well and others that mislead it. */
#include "limen.h"
#include "limen_io.h"

#include "core/numeric.h"
#include "property/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 24000, LABELS = 2, CELLS = ROWS * LABELS, KINDS = 9 };

static const char *const objectives[] = {"f1",  "youden", "accuracy", "fbeta:2", "precision=recall",
                                         "mcc", "cost"};

typedef struct data {
    limen_dtype dtype;
    unsigned char scores[CELLS * sizeof(double)];
    uint8_t targets[CELLS];
} data;

/* The score of a cell of each kind; p rises with the chance of being positive. */
static double score_of(int kind, double p, int64_t row)
{
    switch (kind) {
    case 0:
        return p;
    case 1:
        return log((p + 1e-6) / (1.0 - p + 1e-6));
    case 2: /* saturated */
        return p < 0.4 ? 0.0 : p > 0.8 ? 1.0 : p;
    case 3:
        return 0.25;
    case 4:
        return floor(p * 7.0) / 7.0;
    case 5: /* drifting: what comes later is above all that came before */
        return (double)row / ROWS + 0.001 * p;
    case 6: /* another model from the middle on */
        return row < ROWS / 2 ? p : 1.0 - p;
    case 7: /* infinite ones among them */
        return p < 0.1 ? -(double)INFINITY : p > 0.95 ? (double)INFINITY : p;
    default: /* half of all share the value at which the optimum is */
        return p < 0.3 ? p : p < 0.7 ? 0.5 : p;
    }
}

static void store_score(data *d, size_t i, double score)
{
    float single = (float)score;
    uint16_t half =
        d->dtype == LIMEN_F16 ? limen_double_to_half(score) : limen_double_to_bfloat(score);

    if (d->dtype == LIMEN_F64)
        memcpy(d->scores + i * sizeof score, &score, sizeof score);
    else if (d->dtype == LIMEN_F32)
        memcpy(d->scores + i * sizeof single, &single, sizeof single);
    else
        memcpy(d->scores + i * sizeof half, &half, sizeof half);
}

static void fill(data *d, int kind, int ignoring, random_source *random)
{
    for (int64_t i = 0; i < CELLS; i++) {
        double u = random_unit(random), p = u * u;

        store_score(d, (size_t)i, score_of(kind, p, i / LABELS));
        d->targets[i] = random_unit(random) < 0.3 * p;
        if (ignoring && random_below(random, 9) == 0)
            d->targets[i] = 7;
    }
}

static limen_batch batch_of(const data *d, int64_t first, int64_t rows)
{
    int64_t size = (int64_t)limen_dtype_size(d->dtype), at = first * LABELS;

    return (limen_batch){
        .size = sizeof(limen_batch),
        .scores = {d->scores + at * size, d->dtype, {rows, LABELS, 1}, {LABELS * size, size, size}},
        .targets = {d->targets + at, LIMEN_U8, {rows, LABELS, 1}, {LABELS, 1, 1}}};
}

static limen_result *by_tally(const data *d, limen_spec spec, const limen_tune_options *options)
{
    limen_batch batch = batch_of(d, 0, ROWS);
    limen_tally *tally;
    limen_result *result;
    limen_error error;

    spec.states = LIMEN_SCORES;
    assert_int_equal(limen_tally_create(&spec, NULL, &tally, &error), LIMEN_OK);
    assert_int_equal(limen_tally_update(tally, &batch, &error), LIMEN_OK);
    if (limen_tune(tally, options, NULL, &result, &error) != LIMEN_OK)
        fail_msg("%s", error.message);
    limen_tally_destroy(tally);
    return result;
}

static limen_result *by_search(const data *d, limen_spec spec, const limen_tune_options *options,
                               int64_t part, int *passes)
{
    limen_search *search;
    limen_result *result;
    limen_error error;
    int again = 1;

    if (limen_search_create(&spec, options, NULL, &search, &error) != LIMEN_OK)
        fail_msg("%s", error.message);
    for (*passes = 0; again; ++*passes) {
        for (int64_t first = 0; first < ROWS; first += part) {
            limen_batch batch = batch_of(d, first, ROWS - first < part ? ROWS - first : part);

            if (limen_search_update(search, &batch, &error) != LIMEN_OK)
                fail_msg("%s", error.message);
        }
        assert_int_equal(limen_search_next_pass(search, &again, &error), LIMEN_OK);
    }
    assert_int_equal(limen_search_result(search, &result, &error), LIMEN_OK);
    limen_search_destroy(search);
    return result;
}

static char *rendered(const limen_result *result)
{
    const limen_report_options json = {.size = sizeof json, .format = LIMEN_FORMAT_JSON};
    limen_error error;
    char *text = NULL;
    size_t length = 0;

    assert_int_equal(limen_report_render(result, &json, NULL, &text, &length, &error), LIMEN_OK);
    return text;
}

static void compare(const data *d, limen_spec spec, const limen_tune_options *options, int64_t part)
{
    int passes;
    limen_result *one = by_tally(d, spec, options);
    limen_result *other = by_search(d, spec, options, part, &passes);
    char *expected = rendered(one), *found = rendered(other);

    assert_string_equal(found, expected);
    assert_in_range(passes, 1, 6);
    limen_report_release(expected, strlen(expected), NULL);
    limen_report_release(found, strlen(found), NULL);
    limen_result_destroy(one);
    limen_result_destroy(other);
}

static void equals_tune(void **state)
{
    static const limen_dtype dtypes[] = {LIMEN_F32, LIMEN_F64, LIMEN_F16, LIMEN_BF16};
    static const int64_t parts[] = {ROWS, 9000, 100};
    static const limen_constraint precise = {
        .metric = "precision", .sense = LIMEN_AT_LEAST, .bound = 0.2, .label = -1};
    random_source random = {20261124};
    data *d = malloc(sizeof *d);

    (void)state;
    assert_non_null(d);
    for (int turn = 0; turn < 8 * KINDS; turn++) {
        int kind = turn % KINDS, ignoring = turn % 4 == 3;
        limen_spec spec = {.size = sizeof spec,
                           .task = LIMEN_MULTILABEL,
                           .width = LABELS,
                           .rule = random_below(&random, 2) ? LIMEN_GT : LIMEN_GE,
                           .has_ignore_index = ignoring,
                           .ignore_index = 7,
                           .threads = 1};
        limen_tune_options options = {
            .size = sizeof options,
            .objective = objectives[random_below(&random, sizeof objectives / sizeof *objectives)],
            .scope = random_below(&random, 4) ? LIMEN_SCOPE_LABEL : LIMEN_SCOPE_MACRO,
            .constraints = &precise,
            .constraint_count = random_below(&random, 2),
            .plateau = random_below(&random, 4) == 0};

        d->dtype = dtypes[random_below(&random, 4)];
        fill(d, kind, ignoring, &random);
        compare(d, spec, &options, parts[random_below(&random, 3)]);
    }
    free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_tune),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
