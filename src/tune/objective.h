/* What tuning maximises: a number of a label's counts.
 *
 * A cut takes the highest scores of a label: tp of its positives and fp of its negatives. Values
 * come from the rows of the metrics where the metric is there, so that search and report agree to
 * the last bit. A score is what is maximised: the value, or its negative where least is best. */
#ifndef LIMEN_TUNE_OBJECTIVE_H
#define LIMEN_TUNE_OBJECTIVE_H

#include "limen.h"
#include "metrics/metric.h"

/* Positives and negatives of a label; whole when they are numbers of samples, not sums of weights.
 */
typedef struct limen_totals {
    double positives, negatives;
    int whole;
} limen_totals;

/* A cut as counts, with its score once it has been computed. */
typedef struct limen_point {
    double tp, fp;
    double score;
    int defined;
} limen_point;

typedef struct limen_objective_row limen_objective_row;

typedef struct limen_objective {
    const limen_objective_row *row;
    const limen_metric_row *metric; /* NULL where the row has a function of its own */
    limen_compute_options options;  /* of the metric */
    double parameter;
    char name[48]; /* as it was given */
} limen_objective;

/* Reads a name such as "f1", "fbeta:2" or "recall=specificity". ARGUMENT when it is none. */
limen_status limen_objective_parse(const char *text, limen_objective *objective,
                                   limen_error *error);

/* The crossing "predicted samples = share * positives", which no name stands for (PCut). */
limen_objective limen_objective_predicting(double share);

/* Costs of a tp, fp, tn, fn, for "cost"; others leave them aside. */
void limen_objective_set_costs(limen_objective *objective, const double costs[4]);

/* The number that is reported. */
limen_ratio limen_objective_value(const limen_objective *objective, const limen_totals *totals,
                                  double tp, double fp);

/* A point with its score. */
limen_point limen_objective_at(const limen_objective *objective, const limen_totals *totals,
                               double tp, double fp);

/* limen_objective_compare of scores that are nearly equal. */
int limen_objective_compare_near(const limen_objective *objective, const limen_totals *totals,
                                 const limen_point *a, const limen_point *b);

/* Order of two scores that are defined: below, at or above 0. Exact, in integers, where counts are
 * whole and the objective is a ratio of them; else scores within 4 ulps are equal. */
static inline int limen_objective_compare(const limen_objective *objective,
                                          const limen_totals *totals, const limen_point *a,
                                          const limen_point *b)
{
    double apart = fabs(a->score - b->score);
    double scale = fabs(a->score) > fabs(b->score) ? fabs(a->score) : fabs(b->score);

    /* Rounding is far below this, so that only near ties need a closer look. */
    if (apart > 1e-9 * (scale > 1.0 ? scale : 1.0))
        return a->score < b->score ? -1 : 1;
    return limen_objective_compare_near(objective, totals, a, b);
}

/* No cut that takes `from` and some of the `more` positives and negatives that follow scores above
 * the result; undefined when nothing can be said. */
limen_point limen_objective_bound(const limen_objective *objective, const limen_totals *totals,
                                  const limen_point *from, double more_positives,
                                  double more_negatives);

/* How many negatives a positive is worth at a value, when the cuts of at least that value are a
 * half plane: tp - price * fp >= constant. Not defined for the objectives that are no such thing.
 */
limen_ratio limen_objective_price(const limen_objective *objective, const limen_totals *totals,
                                  double value);

/* Facts about an objective; a bit mask. */
enum {
    LIMEN_OBJECTIVE_LOWEST = 1 << 0, /* of equal optima the lowest threshold is the better one */
    LIMEN_OBJECTIVE_CONVEX =
        1 << 1,                     /* quasi-convex: the best sum of cuts is a vertex of the hull */
    LIMEN_OBJECTIVE_LEAST = 1 << 2, /* the least value is the best */
    LIMEN_OBJECTIVE_CROSSING = 1 << 3 /* where two rates meet */
};
unsigned limen_objective_traits(const limen_objective *objective);

/* The names that parse takes, the index-th or NULL, with "B" for a parameter; for help and tests.
 */
const char *limen_objective_name_at(int index);

#endif
