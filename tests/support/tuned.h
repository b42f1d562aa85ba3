/* Small problems of several labels, tuned from a tally. */
#ifndef LIMEN_TESTS_TUNED_H
#define LIMEN_TESTS_TUNED_H

#include "limen.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct problem {
    int64_t rows, labels;
    const double *scores;
    const uint8_t *targets;
    const double *weights; /* of rows; NULL: none */
} problem;

static inline limen_spec spec_of(const problem *p)
{
    return (limen_spec){.size = sizeof(limen_spec),
                        .task = LIMEN_MULTILABEL,
                        .states = LIMEN_SCORES,
                        .width = p->labels,
                        .weighted = p->weights != NULL};
}

static inline limen_batch batch_of(const problem *p)
{
    limen_batch batch = {
        .size = sizeof batch,
        .scores = {p->scores, LIMEN_F64, {p->rows, p->labels, 1}, {8 * p->labels, 8, 8}},
        .targets = {p->targets, LIMEN_U8, {p->rows, p->labels, 1}, {p->labels, 1, 1}}};

    if (p->weights)
        batch.weights = (limen_array){p->weights, LIMEN_F64, {p->rows, 1, 1}, {8, 8, 8}};
    return batch;
}

static inline limen_result *tune_spec(const problem *p, const limen_tune_options *given,
                                      limen_spec spec)
{
    limen_tune_options options = *given;
    limen_batch batch = batch_of(p);
    limen_tally *tally;
    limen_result *result;
    limen_error error;

    options.size = sizeof options;
    assert_int_equal(limen_tally_create(&spec, NULL, &tally, &error), LIMEN_OK);
    assert_int_equal(limen_tally_update(tally, &batch, &error), LIMEN_OK);
    if (limen_tune(tally, &options, NULL, &result, &error) != LIMEN_OK)
        fail_msg("%s", error.message);
    limen_tally_destroy(tally);
    return result;
}

/* From a tally that keeps all scores. */
static inline limen_result *tune(const problem *p, const limen_tune_options *options)
{
    return tune_spec(p, options, spec_of(p));
}

/* From one that keeps bins. */
static inline limen_result *tune_bins(const problem *p, const limen_tune_options *options,
                                      int64_t bins)
{
    limen_spec spec = spec_of(p);

    spec.states = LIMEN_HISTOGRAM;
    spec.bins = bins;
    return tune_spec(p, options, spec);
}

/* In passes. */
static inline limen_result *search(const problem *p, const limen_tune_options *given)
{
    limen_tune_options options = *given;
    limen_spec spec = spec_of(p);
    limen_batch batch = batch_of(p);
    limen_search *made;
    limen_result *result;
    limen_error error;
    int again = 1;

    options.size = sizeof options;
    assert_int_equal(limen_search_create(&spec, &options, NULL, &made, &error), LIMEN_OK);
    while (again) {
        assert_int_equal(limen_search_update(made, &batch, &error), LIMEN_OK);
        if (limen_search_next_pass(made, &again, &error) != LIMEN_OK)
            fail_msg("%s", error.message);
    }
    assert_int_equal(limen_search_result(made, &result, &error), LIMEN_OK);
    limen_search_destroy(made);
    return result;
}

static inline double number(const limen_result *result, const char *path)
{
    const limen_node *node = limen_node_find(limen_result_root(result), path);

    assert_non_null(node);
    return limen_node_number(node);
}

static inline const char *text(const limen_result *result, const char *path)
{
    const limen_node *node = limen_node_find(limen_result_root(result), path);

    return node ? limen_node_string(node) : "";
}

#define check_near(value, expected, tolerance)                            \
    do {                                                                  \
        double found_ = (value), expected_ = (expected);                  \
        if (!(fabs(found_ - expected_) <= (tolerance)))                   \
            fail_msg("%.17g where %.17g is expected", found_, expected_); \
    } while (0)

#endif
