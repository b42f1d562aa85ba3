/* Tallies in tests: what must work, and errors as they must be. Include it after cmocka.h. */
#ifndef LIMEN_TESTS_TALLY_H
#define LIMEN_TESTS_TALLY_H

#include "support/problem.h"

static inline limen_tally *create(const limen_spec *spec)
{
    limen_error error = {0};
    limen_tally *tally = NULL;

    if (limen_tally_create(spec, NULL, &tally, &error) != LIMEN_OK)
        fail_msg("create: %s", error.message);
    return tally;
}

static inline void update(limen_tally *tally, const limen_batch *batch)
{
    limen_error error = {0};

    if (limen_tally_update(tally, batch, &error) != LIMEN_OK)
        fail_msg("update: row %lld, column %lld: %s", (long long)error.row, (long long)error.column,
                 error.message);
}

static inline limen_counts counts_of(const limen_tally *tally, int64_t set, int64_t group,
                                     int64_t label)
{
    limen_counts counts;

    assert_int_equal(limen_tally_counts(tally, set, group, label, &counts, NULL), LIMEN_OK);
    return counts;
}

/* Equal; of weighted sums, within 1e-12. */
static inline void assert_near(double ours, double theirs, int weighted)
{
    double slack = weighted ? 1e-12 * fabs(theirs) : 0.0;

    if (!(fabs(ours - theirs) <= slack))
        fail_msg("%.17g, should be %.17g", ours, theirs);
}

static inline void assert_counts(const limen_counts *ours, const limen_counts *theirs, int weighted)
{
    assert_near(ours->tp, theirs->tp, weighted);
    assert_near(ours->fp, theirs->fp, weighted);
    assert_near(ours->tn, theirs->tn, weighted);
    assert_near(ours->fn, theirs->fn, weighted);
}

static inline void assert_error(const limen_error *error, limen_status code, limen_input input,
                                int64_t row, int64_t column, const char *message)
{
    assert_string_equal(error->message, message);
    assert_int_equal(error->code, code);
    assert_int_equal(error->input, input);
    assert_int_equal(error->row, row);
    assert_int_equal(error->column, column);
    assert_int_equal(error->byte, -1);
}

#endif
