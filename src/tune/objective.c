#include "tune/objective.h"

#include "core/status.h"
#include "tune/exact.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Counts up to these keep the fractions below within 128 bits: by the degree of the numerator. */
#define LIMIT_2 0x1p61
#define LIMIT_4 0x1p31

/* What the fractions are made of. */
typedef struct whole {
    limen_wide tp, fp, positives, negatives;
    limen_wide parameter; /* beta squared, or the weight of youden:R */
} whole;

struct limen_objective_row {
    const char *name;   /* before the colon */
    const char *metric; /* whose from_counts is the value; NULL: `value` */
    char parameter;     /* 0: none; the letter that stands for it in help */
    double low, high;   /* open interval of the parameter */
    double otherwise;   /* its value when none is given; NaN: it must be given */
    unsigned traits;
    double limit; /* counts below it have exact fractions; 0: none */

    limen_ratio (*value)(const limen_objective *, const limen_totals *, double tp, double fp);

    /* For crossings: the difference of the two sides, which rises as the cut takes more. */
    limen_ratio (*difference)(const limen_objective *, const limen_totals *, double tp, double fp);

    /* Grows with the score for one label: the same order, without rounding. 0 when undefined. */
    int (*fraction)(const whole *, limen_fraction *);

    double (*price)(const limen_objective *, const limen_totals *, double value);

    /* For differences of two terms, the first one: rounding is relative to it, not to the score. */
    double (*term)(const limen_totals *, double tp);
};

/* ---- Fractions ------------------------------------------------------------------------------ */

#define FRACTION(name, numerator_, denominator_)               \
    static int name(const whole *w, limen_fraction *out)       \
    {                                                          \
        *out = (limen_fraction){(numerator_), (denominator_)}; \
        return out->denominator > 0;                           \
    }

#define PREDICTED (w->tp + w->fp)
#define SAMPLES (w->positives + w->negatives)
#define DETERMINANT (w->tp * w->negatives - w->fp * w->positives)
#define TN (w->negatives - w->fp)
#define FN (w->positives - w->tp)
#define BOTH_CLASSES (w->positives > 0 && w->negatives > 0)

FRACTION(f_fraction, w->tp, PREDICTED + w->parameter * w->positives)
FRACTION(accuracy_fraction, w->tp - w->fp, 1)
FRACTION(precision_fraction, w->tp, PREDICTED)
FRACTION(recall_fraction, w->tp, 1)
FRACTION(jaccard_fraction, w->tp, w->positives + w->fp)
FRACTION(youden_fraction, w->tp * w->negatives - w->parameter * w->fp * w->positives, BOTH_CLASSES)
FRACTION(gmean_fraction, w->tp *TN, BOTH_CLASSES)
FRACTION(fowlkes_fraction, w->tp * w->tp, PREDICTED)
FRACTION(kappa_fraction, DETERMINANT,
         PREDICTED * w->negatives + w->positives * (SAMPLES - PREDICTED))
/* The square of the coefficient with its sign; what does not depend on the cut is left out. */
FRACTION(mcc_fraction, DETERMINANT < 0 ? -DETERMINANT * DETERMINANT : DETERMINANT * DETERMINANT,
         PREDICTED *(SAMPLES - PREDICTED))
FRACTION(least_fraction,
         w->tp * w->negatives < TN * w->positives ? w->tp * w->negatives : TN * w->positives,
         BOTH_CLASSES)
FRACTION(distance_fraction,
         -(FN * w->negatives * FN * w->negatives + w->fp * w->positives * w->fp * w->positives),
         BOTH_CLASSES)
FRACTION(balance_fraction,
         w->tp * w->negatives < TN * w->positives ? w->tp * w->negatives - TN * w->positives
                                                  : TN * w->positives - w->tp * w->negatives,
         BOTH_CLASSES)
#define WANTED (w->parameter * w->positives)
FRACTION(break_even_fraction, PREDICTED < WANTED ? PREDICTED - WANTED : WANTED - PREDICTED, 1)

/* ---- Prices: slope of the line of equal value through the counts ----------------------------- */

static double f_price(const limen_objective *objective, const limen_totals *totals, double value)
{
    double beta = objective->options.beta;

    (void)totals;
    return value / (1.0 + beta * beta - value);
}

static double accuracy_price(const limen_objective *objective, const limen_totals *totals,
                             double value)
{
    (void)objective, (void)totals, (void)value;
    return 1.0;
}

static double precision_price(const limen_objective *objective, const limen_totals *totals,
                              double value)
{
    (void)objective, (void)totals;
    return value < 1.0 ? value / (1.0 - value) : INFINITY;
}

static double recall_price(const limen_objective *objective, const limen_totals *totals,
                           double value)
{
    (void)objective, (void)totals, (void)value;
    return 0.0;
}

static double jaccard_price(const limen_objective *objective, const limen_totals *totals,
                            double value)
{
    (void)objective, (void)totals;
    return value;
}

static double youden_price(const limen_objective *objective, const limen_totals *totals,
                           double value)
{
    (void)value;
    return objective->parameter * totals->positives / totals->negatives;
}

static double kappa_price(const limen_objective *objective, const limen_totals *totals,
                          double value)
{
    double tilt = value * (totals->negatives - totals->positives);

    (void)objective;
    return (2.0 * totals->positives + tilt) / (2.0 * totals->negatives - tilt);
}

static double net_benefit_price(const limen_objective *objective, const limen_totals *totals,
                                double value)
{
    (void)totals, (void)value;
    return objective->options.pt / (1.0 - objective->options.pt);
}

static double cost_price(const limen_objective *objective, const limen_totals *totals, double value)
{
    const double *cost = objective->options.cost;

    (void)totals, (void)value;
    return (cost[1] - cost[2]) / (cost[3] - cost[0]);
}

/* ---- Values that no metric has --------------------------------------------------------------- */

static limen_ratio weighted_youden(const limen_objective *objective, const limen_totals *totals,
                                   double tp, double fp)
{
    limen_ratio tpr = limen_ratio_of(tp, totals->positives);
    limen_ratio fpr = limen_ratio_of(fp, totals->negatives);

    return (limen_ratio){tpr.value - objective->parameter * fpr.value, tpr.defined && fpr.defined};
}

static limen_ratio mean_of_rates(const limen_objective *objective, const limen_totals *totals,
                                 double tp, double fp)
{
    limen_ratio recall = limen_ratio_of(tp, totals->positives);
    limen_ratio specificity = limen_ratio_of(totals->negatives - fp, totals->negatives);

    (void)objective;
    return (limen_ratio){0.5 * (recall.value + specificity.value),
                         recall.defined && specificity.defined};
}

static limen_ratio mean_of_errors(const limen_objective *objective, const limen_totals *totals,
                                  double tp, double fp)
{
    limen_ratio fnr = limen_ratio_of(totals->positives - tp, totals->positives);
    limen_ratio fpr = limen_ratio_of(fp, totals->negatives);

    (void)objective;
    return (limen_ratio){0.5 * (fnr.value + fpr.value), fnr.defined && fpr.defined};
}

static limen_ratio break_even(const limen_objective *objective, const limen_totals *totals,
                              double tp, double fp)
{
    limen_ratio precision = limen_ratio_of(tp, tp + fp);
    limen_ratio recall = limen_ratio_of(tp, totals->positives);

    (void)objective;
    return (limen_ratio){0.5 * (precision.value + recall.value),
                         precision.defined && recall.defined};
}

static limen_ratio rates_apart(const limen_objective *objective, const limen_totals *totals,
                               double tp, double fp)
{
    limen_ratio recall = limen_ratio_of(tp, totals->positives);
    limen_ratio fpr = limen_ratio_of(fp, totals->negatives);

    (void)objective;
    return (limen_ratio){recall.value + fpr.value - 1.0, recall.defined && fpr.defined};
}

static limen_ratio predicted_apart(const limen_objective *objective, const limen_totals *totals,
                                   double tp, double fp)
{
    return (limen_ratio){tp + fp - objective->parameter * totals->positives,
                         totals->positives > 0.0};
}

/* None has no precision, so it is no break-even. */
static limen_ratio precision_apart(const limen_objective *objective, const limen_totals *totals,
                                   double tp, double fp)
{
    limen_ratio apart = predicted_apart(objective, totals, tp, fp);

    return (limen_ratio){apart.value, apart.defined && tp + fp > 0.0};
}

static double term_of_rates(const limen_totals *totals, double tp)
{
    return tp / totals->positives;
}

static double term_of_shares(const limen_totals *totals, double tp)
{
    return tp / (totals->positives + totals->negatives);
}

/* ---- The table ------------------------------------------------------------------------------- */

#define CONVEX LIMEN_OBJECTIVE_CONVEX
#define LEAST LIMEN_OBJECTIVE_LEAST
#define CROSSING LIMEN_OBJECTIVE_CROSSING

static const limen_objective_row rows[] = {
    {.name = "f1",
     .metric = "f1",
     .traits = CONVEX,
     .limit = LIMIT_2,
     .fraction = f_fraction,
     .price = f_price},
    {.name = "fbeta",
     .metric = "fbeta",
     .parameter = 'B',
     .high = INFINITY,
     .otherwise = NAN,
     .traits = CONVEX,
     .limit = LIMIT_2,
     .fraction = f_fraction,
     .price = f_price},
    {.name = "accuracy",
     .metric = "accuracy",
     .traits = CONVEX,
     .limit = LIMIT_2,
     .fraction = accuracy_fraction,
     .price = accuracy_price},
    {.name = "balanced_accuracy",
     .metric = "balanced_accuracy",
     .traits = CONVEX,
     .limit = LIMIT_2,
     .fraction = youden_fraction,
     .price = youden_price},
    {.name = "precision",
     .metric = "precision",
     .traits = CONVEX | LIMEN_OBJECTIVE_LOWEST,
     .limit = LIMIT_2,
     .fraction = precision_fraction,
     .price = precision_price},
    {.name = "recall",
     .metric = "recall",
     .traits = CONVEX,
     .limit = LIMIT_2,
     .fraction = recall_fraction,
     .price = recall_price},
    {.name = "jaccard",
     .metric = "jaccard",
     .traits = CONVEX,
     .limit = LIMIT_2,
     .fraction = jaccard_fraction,
     .price = jaccard_price},
    {.name = "mcc", .metric = "mcc", .traits = CONVEX, .limit = LIMIT_4, .fraction = mcc_fraction},
    {.name = "kappa",
     .metric = "kappa",
     .traits = CONVEX,
     .limit = LIMIT_2,
     .fraction = kappa_fraction,
     .price = kappa_price},
    {.name = "youden",
     .metric = "informedness",
     .parameter = 'R',
     .low = -1.0,
     .high = INFINITY,
     .otherwise = 1.0,
     .traits = CONVEX,
     .limit = LIMIT_2,
     .value = weighted_youden,
     .fraction = youden_fraction,
     .price = youden_price,
     .term = term_of_rates},
    {.name = "gmean", .metric = "gmean", .limit = LIMIT_2, .fraction = gmean_fraction},
    {.name = "fowlkes_mallows",
     .metric = "fowlkes_mallows",
     .traits = CONVEX,
     .limit = LIMIT_2,
     .fraction = fowlkes_fraction},
    {.name = "cost", .metric = "cost", .traits = CONVEX | LEAST, .price = cost_price},
    {.name = "net_benefit",
     .metric = "net_benefit",
     .parameter = 'P',
     .high = 1.0,
     .otherwise = NAN,
     .traits = CONVEX,
     .price = net_benefit_price,
     .term = term_of_shares},
    {.name = "distance01",
     .metric = "distance01",
     .traits = LEAST,
     .limit = LIMIT_4,
     .fraction = distance_fraction},
    {.name = "min_se_sp", .metric = "min_se_sp", .limit = LIMIT_2, .fraction = least_fraction},
    {.name = "recall=specificity",
     .traits = CROSSING,
     .limit = LIMIT_2,
     .value = mean_of_rates,
     .difference = rates_apart,
     .fraction = balance_fraction},
    {.name = "fpr=fnr",
     .traits = CROSSING,
     .limit = LIMIT_2,
     .value = mean_of_errors,
     .difference = rates_apart,
     .fraction = balance_fraction},
    {.name = "precision=recall",
     .traits = CROSSING,
     .limit = LIMIT_2,
     .value = break_even,
     .difference = precision_apart,
     .fraction = break_even_fraction},
};

/* PCut: as precision=recall, where as many are predicted as are positive, but for the share. */
static const limen_objective_row predicting = {.name = "predicted",
                                               .traits = CROSSING,
                                               .limit = LIMIT_2,
                                               .value = break_even,
                                               .difference = predicted_apart,
                                               .fraction = break_even_fraction};

#define ROWS ((int)(sizeof rows / sizeof rows[0]))

/* ---- Reading a name -------------------------------------------------------------------------- */

static const limen_objective_row *find_row(const char *name, size_t length)
{
    for (int i = 0; i < ROWS; i++)
        if (strlen(rows[i].name) == length && memcmp(rows[i].name, name, length) == 0)
            return &rows[i];
    return NULL;
}

/* A plain decimal number that fills the text; no locale has a say in it. */
static int read_number(const char *text, double *value)
{
    double number = 0.0, scale = 1.0;
    const char *at = text;

    if (*at == '\0' || strlen(text) > 17)
        return 0;
    for (; *at >= '0' && *at <= '9'; at++)
        number = number * 10.0 + (*at - '0');
    if (*at == '.')
        for (at++; *at >= '0' && *at <= '9'; at++) {
            number = number * 10.0 + (*at - '0');
            scale *= 10.0;
        }
    *value = number / scale;
    return *at == '\0' && at > text + (text[0] == '.');
}

limen_status limen_objective_parse(const char *text, limen_objective *objective, limen_error *error)
{
    const char *colon = strchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : strlen(text);
    const limen_objective_row *row = find_row(text, length);
    limen_objective made = {.row = row};

    if (!row)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "objective \"%s\" is not known; one of f1, fbeta:2, mcc, cost, "
                          "recall=specificity, ... as docs/TUNING.md lists them",
                          text);
    made.parameter = row->parameter ? row->otherwise : 1.0;
    if (colon && !row->parameter)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "objective %s takes no parameter", row->name);
    if (colon && !read_number(colon + 1, &made.parameter))
        made.parameter = NAN;
    if (!(made.parameter > row->low && made.parameter < row->high) && row->parameter)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "objective \"%s\": write %s:%c with a plain decimal number %c %s", text,
                          row->name, row->parameter, row->parameter,
                          row->high <= 1.0  ? "between 0 and 1"
                          : row->low >= 0.0 ? "above 0"
                                            : "of at least 0");
    made.options = (limen_compute_options){.size = sizeof made.options,
                                           .beta = row->parameter == 'B' ? made.parameter : 1.0,
                                           .pt = row->parameter == 'P' ? made.parameter : 0.5,
                                           .cost = {0.0, 1.0, 0.0, 1.0},
                                           .max_fpr = 1.0};
    if (row->metric && (!row->value || made.parameter == 1.0))
        made.metric = (const limen_metric_row *)limen_metric_find(row->metric);
    (void)snprintf(made.name, sizeof made.name, "%s", text);
    *objective = made;
    return LIMEN_OK;
}

limen_objective limen_objective_predicting(double share)
{
    return (limen_objective){.row = &predicting, .parameter = share, .options = {.beta = 1.0}};
}

void limen_objective_set_costs(limen_objective *objective, const double costs[4])
{
    memcpy(objective->options.cost, costs, 4 * sizeof costs[0]);
}

unsigned limen_objective_traits(const limen_objective *objective)
{
    return objective->row->traits;
}

const char *limen_objective_name_at(int index)
{
    return index >= 0 && index < ROWS ? rows[index].name : NULL;
}

/* ---- Values, scores and bounds --------------------------------------------------------------- */

limen_ratio limen_objective_value(const limen_objective *objective, const limen_totals *totals,
                                  double tp, double fp)
{
    limen_counts counts = {tp, fp, totals->negatives - fp, totals->positives - tp};

    if (objective->metric)
        return objective->metric->from_counts(&counts, &objective->options);
    return objective->row->value(objective, totals, tp, fp);
}

limen_point limen_objective_at(const limen_objective *objective, const limen_totals *totals,
                               double tp, double fp)
{
    const limen_objective_row *row = objective->row;
    limen_ratio score;

    if (row->difference) {
        score = row->difference(objective, totals, tp, fp);
        score.value = -fabs(score.value);
    } else {
        score = limen_objective_value(objective, totals, tp, fp);
        if (row->traits & LEAST)
            score.value = -score.value;
    }
    return (limen_point){tp, fp, score.value, score.defined};
}

static int exact_score(const limen_objective *objective, const limen_totals *totals,
                       const limen_point *point, limen_fraction *fraction)
{
    double parameter = objective->row->fraction == f_fraction
                           ? objective->options.beta * objective->options.beta
                           : objective->parameter;
    whole w = {.tp = (limen_wide)point->tp,
               .fp = (limen_wide)point->fp,
               .positives = (limen_wide)totals->positives,
               .negatives = (limen_wide)totals->negatives,
               .parameter = (limen_wide)parameter};

    return objective->row->fraction(&w, fraction);
}

/* Whether the fractions of a row hold for these counts and this parameter. */
static int has_fractions(const limen_objective *objective, const limen_totals *totals)
{
    double beta = objective->options.beta;
    double samples = totals->positives + totals->negatives;

    return totals->whole && objective->row->fraction && samples < objective->row->limit &&
           beta * beta == floor(beta * beta) &&
           objective->parameter == floor(objective->parameter) &&
           (beta * beta + objective->parameter) * samples < 0x1p60;
}

int limen_objective_compare_near(const limen_objective *objective, const limen_totals *totals,
                                 const limen_point *a, const limen_point *b)
{
    double apart = fabs(a->score - b->score);
    double scale = fabs(a->score) > fabs(b->score) ? fabs(a->score) : fabs(b->score);
    limen_fraction exact_a, exact_b;

    if (has_fractions(objective, totals) && exact_score(objective, totals, a, &exact_a) &&
        exact_score(objective, totals, b, &exact_b))
        return limen_fraction_compare(&exact_a, &exact_b);
    if (objective->row->term)
        scale = fmax(scale, objective->row->term(totals, fmax(a->tp, b->tp)));
    if (apart <= 4.0 * DBL_EPSILON * scale)
        return 0;
    return a->score < b->score ? -1 : 1;
}

limen_point limen_objective_bound(const limen_objective *objective, const limen_totals *totals,
                                  const limen_point *from, double more_positives,
                                  double more_negatives)
{
    const double *cost = objective->options.cost;
    double tp = from->tp + more_positives, fp = from->fp;
    limen_ratio entry, exit;

    if (objective->row->difference) {
        entry = objective->row->difference(objective, totals, from->tp, from->fp);
        exit = objective->row->difference(objective, totals, tp, fp + more_negatives);
        if (entry.value < 0.0 && exit.value > 0.0)
            return (limen_point){tp, fp, 0.0, entry.defined};
        return (limen_point){tp, fp, -fmin(fabs(entry.value), fabs(exit.value)), entry.defined};
    }
    if (objective->row->price == cost_price) {
        if (cost[3] < cost[0])
            tp = from->tp;
        if (cost[1] < cost[2])
            fp += more_negatives;
    }
    return limen_objective_at(objective, totals, tp, fp);
}

limen_ratio limen_objective_price(const limen_objective *objective, const limen_totals *totals,
                                  double value)
{
    double price;

    if (!objective->row->price)
        return (limen_ratio){0.0, 0};
    price = objective->row->price(objective, totals, value);
    return (limen_ratio){price, price >= 0.0};
}
