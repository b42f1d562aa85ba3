/* Every objective over all small labels: bounds hold, and the exact order agrees with the doubles.
 */
#include "tune/objective.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MOST 6

static const char *const names[] = {
    "f1",        "fbeta:2",          "fbeta:0.5",  "accuracy",  "balanced_accuracy",
    "precision", "recall",           "jaccard",    "mcc",       "kappa",
    "youden",    "youden:2",         "youden:0.3", "gmean",     "fowlkes_mallows",
    "cost",      "net_benefit:0.3",  "distance01", "min_se_sp", "recall=specificity",
    "fpr=fnr",   "precision=recall",
};

static const double costs[][4] = {{0, 1, 0, 1}, {0, 1, 0, 10}, {-2, 1, 3, 1}, {5, 1, 0, 2}};

typedef void (*visit)(const limen_objective *objective, const limen_totals *totals);

/* Calls `take` for each objective, with several costs where they count, and all totals. */
static void each(visit take)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        limen_objective objective;

        assert_int_equal(limen_objective_parse(names[i], &objective, NULL), LIMEN_OK);
        for (int k = 0; k < 4; k++) {
            limen_objective_set_costs(&objective, costs[k]);
            for (int positives = 0; positives <= MOST; positives++)
                for (int negatives = 0; negatives <= MOST; negatives++)
                    take(&objective, &(limen_totals){positives, negatives, 1});
        }
    }
}

static void check_block(const limen_objective *objective, const limen_totals *totals,
                        const limen_point *from, int a, int c)
{
    limen_point bound = limen_objective_bound(objective, totals, from, a, c);

    if (!bound.defined)
        return;
    for (int up = 0; up <= a; up++) {
        for (int down = 0; down <= c; down++) {
            limen_point inside =
                limen_objective_at(objective, totals, from->tp + up, from->fp + down);

            if (inside.defined && inside.score > bound.score + 1e-12 * fmax(1, fabs(bound.score)))
                fail_msg("%s of %g/%g: (%g, %g) is above the bound of (%g, %g) + (%d, %d)",
                         objective->name, totals->positives, totals->negatives, inside.tp,
                         inside.fp, from->tp, from->fp, a, c);
        }
    }
}

static void check_bounds(const limen_objective *objective, const limen_totals *totals)
{
    int positives = (int)totals->positives, negatives = (int)totals->negatives;

    for (int tp = 0; tp <= positives; tp++) {
        for (int fp = 0; fp <= negatives; fp++) {
            limen_point from = limen_objective_at(objective, totals, tp, fp);

            for (int a = 0; a <= positives - tp; a++)
                for (int c = 0; c <= negatives - fp; c++)
                    check_block(objective, totals, &from, a, c);
        }
    }
}

static void check_order(const limen_objective *objective, const limen_totals *totals)
{
    int columns = (int)totals->negatives + 1, cells = ((int)totals->positives + 1) * columns;

    for (int i = 0; i < cells; i++) {
        limen_point a = limen_objective_at(objective, totals, i / columns, i % columns);

        for (int k = 0; k < cells && a.defined; k++) {
            limen_point b = limen_objective_at(objective, totals, k / columns, k % columns);
            int order = b.defined ? limen_objective_compare(objective, totals, &a, &b) : 0;

            /* Of so few samples, scores that differ at all differ by far more. */
            if (b.defined && order != (a.score > b.score + 1e-12) - (a.score < b.score - 1e-12))
                fail_msg("%s of %g/%g: order %d of %.17g and %.17g", objective->name,
                         totals->positives, totals->negatives, order, a.score, b.score);
        }
    }
}

static void test_bounds(void **state)
{
    (void)state;
    each(check_bounds);
}

static void test_order(void **state)
{
    (void)state;
    each(check_order);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bounds), cmocka_unit_test(test_order)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
