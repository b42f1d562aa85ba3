/* Random problems of one label for tuning, and a brute force over every threshold that the dtype
 * has near a score. */
#ifndef LIMEN_TESTS_PROPERTY_TUNE_CASE_H
#define LIMEN_TESTS_PROPERTY_TUNE_CASE_H

#include "core/numeric.h"
#include "limen.h"
#include "property/random.h"
#include "tune/constraint.h"
#include "tune/objective.h"

#include <math.h>
#include <string.h>

#define CASE_ROWS 16
#define CASE_CONSTRAINTS 2
#define CASE_CANDIDATES (3 * CASE_ROWS + 6)

typedef struct tune_case {
    limen_dtype dtype;
    int64_t rows;
    double scores[CASE_ROWS]; /* values of the dtype */
    uint8_t targets[CASE_ROWS];
    double weights[CASE_ROWS];
    int weighted;
    limen_rule rule;
    limen_tune_options options;
    char objective[32];
    limen_constraint constraints[CASE_CONSTRAINTS];
    double costs[4];
    unsigned char bytes[8 * CASE_ROWS]; /* the scores in their dtype */
} tune_case;

/* A score out of a small pool, so that ties abound. */
static double case_score(random_source *random, limen_dtype dtype, int pool)
{
    double greatest = limen_greatest(dtype);
    double least = limen_next_up(dtype, 0.0);
    double special[] = {-0.0,      0.0,      1.0,       0.5,      least,     -least,
                        2 * least, greatest, -greatest, INFINITY, -INFINITY, -1.0};

    if (random_below(random, 4) == 0)
        return special[random_below(random, (int64_t)(sizeof special / sizeof special[0]))];
    return limen_round_to(dtype, (double)random_below(random, pool) / pool * 3.0 - 1.0);
}

static void case_store(tune_case *c)
{
    size_t size = limen_dtype_size(c->dtype);

    for (int64_t i = 0; i < c->rows; i++) {
        unsigned char *cell = c->bytes + (size_t)i * size;
        float single = (float)c->scores[i];
        uint16_t half = limen_double_to_half(c->scores[i]);
        uint16_t bfloat = limen_double_to_bfloat(c->scores[i]);
        const void *from = c->dtype == LIMEN_F64   ? (const void *)&c->scores[i]
                           : c->dtype == LIMEN_F32 ? (const void *)&single
                           : c->dtype == LIMEN_F16 ? (const void *)&half
                                                   : (const void *)&bfloat;

        memcpy(cell, from, size);
    }
}

static void case_objective(random_source *random, tune_case *c)
{
    static const char *const names[] = {
        "f1",        "fbeta:2",          "fbeta:0.5",  "accuracy",  "balanced_accuracy",
        "precision", "recall",           "jaccard",    "mcc",       "kappa",
        "youden",    "youden:2",         "youden:0.3", "gmean",     "fowlkes_mallows",
        "cost",      "net_benefit:0.3",  "distance01", "min_se_sp", "recall=specificity",
        "fpr=fnr",   "precision=recall",
    };

    strcpy(c->objective, names[random_below(random, (int64_t)(sizeof names / sizeof names[0]))]);
    c->options.objective = c->objective;
    if (strcmp(c->objective, "cost") == 0 && random_below(random, 2)) {
        for (int i = 0; i < 4; i++)
            c->costs[i] = (double)(random_below(random, 9) - 2);
        c->options.costs = c->costs;
        c->options.cost_rows = 1;
    }
}

static void case_constraints(random_source *random, tune_case *c)
{
    static const char *const names[] = {"precision", "recall", "specificity",    "npv",
                                        "f1",        "mcc",    "accuracy",       "fpr",
                                        "fnr",       "fdr",    "predicted_rate", "predicted_count"};

    c->options.constraint_count = random_below(random, 5) > 2 ? random_below(random, 3) : 0;
    c->options.constraints = c->constraints;
    for (int64_t i = 0; i < c->options.constraint_count; i++) {
        limen_constraint *one = &c->constraints[i];

        one->metric = names[random_below(random, (int64_t)(sizeof names / sizeof names[0]))];
        one->sense = random_below(random, 3) ? LIMEN_AT_LEAST : LIMEN_AT_MOST;
        one->bound = (double)random_below(random, 5) / 4.0;
        if (strcmp(one->metric, "predicted_count") == 0)
            one->bound = (double)random_below(random, c->rows + 1);
        one->label = -1;
    }
}

static void case_make(random_source *random, tune_case *c)
{
    static const limen_dtype dtypes[] = {LIMEN_F16, LIMEN_BF16, LIMEN_F32, LIMEN_F64};
    int64_t bias = random_below(random, 5); /* 0 and 4: one class only */
    int pool = 1 + (int)random_below(random, 12);

    *c = (tune_case){.dtype = dtypes[random_below(random, 4)],
                     .rows = random_below(random, CASE_ROWS + 1),
                     .rule = random_below(random, 2) ? LIMEN_GE : LIMEN_GT,
                     .weighted = random_below(random, 4) == 0,
                     .options = {.size = sizeof c->options,
                                 .ties = (limen_ties)random_below(random, 3),
                                 .at = random_below(random, 3) ? LIMEN_AT_SCORE : LIMEN_AT_MIDPOINT,
                                 .plateau = random_below(random, 3) == 0}};
    for (int64_t i = 0; i < c->rows; i++) {
        c->scores[i] = case_score(random, c->dtype, pool);
        c->targets[i] = random_below(random, 4) < bias;
        c->weights[i] = c->weighted ? (double)(1 + random_below(random, 4)) * 0.7 : 1.0;
    }
    case_store(c);
    case_objective(random, c);
    case_constraints(random, c);
}

static limen_batch case_batch(const tune_case *c)
{
    int64_t size = (int64_t)limen_dtype_size(c->dtype);
    limen_batch batch = {
        .size = sizeof batch,
        .scores = {c->bytes, c->dtype, {c->rows, 1, 1}, {size, size, size}},
        .targets = {c->targets, LIMEN_U8, {c->rows, 1, 1}, {1, 1, 1}},
    };

    if (c->weighted)
        batch.weights = (limen_array){c->weights, LIMEN_F64, {c->rows, 1, 1}, {8, 8, 8}};
    return batch;
}

/* ---- Brute force ---------------------------------------------------------------------------- */

/* What a threshold decides, by the definition. */
static uint32_t case_decide(const tune_case *c, double threshold)
{
    uint32_t decisions = 0;

    for (int64_t i = 0; i < c->rows; i++) {
        int positive = c->rule == LIMEN_GE ? c->scores[i] >= threshold : c->scores[i] > threshold;

        if (threshold == INFINITY)
            positive = 0;
        if (threshold == -INFINITY)
            positive = 1;
        decisions |= (uint32_t)positive << i;
    }
    return decisions;
}

static limen_totals case_totals(const tune_case *c)
{
    limen_totals totals = {.whole = !c->weighted};

    for (int64_t i = 0; i < c->rows; i++)
        *(c->targets[i] ? &totals.positives : &totals.negatives) += c->weights[i];
    return totals;
}

static void case_counts(const tune_case *c, uint32_t decisions, double *tp, double *fp)
{
    limen_totals totals = case_totals(c);

    *tp = *fp = 0.0;
    for (int64_t i = 0; i < c->rows; i++)
        if (decisions >> i & 1)
            *(c->targets[i] ? tp : fp) += c->weights[i];
    /* All of a class, whatever the order of the sum. */
    if (fabs(*tp - totals.positives) < 1e-13 * totals.positives)
        *tp = totals.positives;
    if (fabs(*fp - totals.negatives) < 1e-13 * totals.negatives)
        *fp = totals.negatives;
}

/* Every score of the case with its neighbours in the dtype, and the ends: ascending order is not
 * kept, repetition is harmless. */
static int case_candidates(const tune_case *c, double *candidates)
{
    double greatest = limen_greatest(c->dtype);
    double ends[] = {INFINITY, -INFINITY, greatest, -greatest, 0.0, 1.0};
    int count = 0;

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        candidates[count++] = ends[i];
    for (int64_t i = 0; i < c->rows; i++) {
        double score = limen_round_to(c->dtype, c->scores[i]);

        candidates[count++] = score;
        candidates[count++] = limen_next_up(c->dtype, score);
        candidates[count++] = limen_next_down(c->dtype, score);
    }
    return count;
}

typedef struct brute {
    int feasible;     /* some threshold meets the constraints */
    int found;        /* and the objective is defined at one */
    double score;     /* the best */
    double violation; /* least, when not feasible */
    double nearest;   /* best score at that violation; -inf when not defined */
    limen_totals totals;
    limen_objective objective;
    limen_conditions conditions;
} brute;

/* Score and violation of one threshold. */
static limen_point brute_at(const tune_case *c, const brute *b, double threshold, double *violation)
{
    double tp, fp;

    case_counts(c, case_decide(c, threshold), &tp, &fp);
    *violation = limen_conditions_violation(&b->conditions, 0, &b->totals, tp, fp);
    return limen_objective_at(&b->objective, &b->totals, tp, fp);
}

static void brute_solve(const tune_case *c, brute *b)
{
    double candidates[CASE_CANDIDATES];
    int count = case_candidates(c, candidates);

    b->totals = case_totals(c);
    b->violation = INFINITY;
    b->nearest = -INFINITY;
    for (int i = 0; i < count; i++) {
        double violation;
        limen_point point = brute_at(c, b, candidates[i], &violation);
        double score = point.defined ? point.score : (double)-INFINITY;

        if (violation == 0.0) {
            b->feasible = 1;
            if (point.defined && (!b->found || point.score > b->score)) {
                b->found = 1;
                b->score = point.score;
            }
        }
        if (violation < b->violation || (violation == b->violation && score > b->nearest)) {
            b->violation = violation;
            b->nearest = score;
        }
    }
}

#endif
