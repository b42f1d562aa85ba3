/* Conditions that a cut must meet: "precision>=0.9,predicted_rate<=0.05". */
#ifndef LIMEN_TUNE_CONSTRAINT_H
#define LIMEN_TUNE_CONSTRAINT_H

#include "core/memory.h"
#include "limen.h"
#include "tune/objective.h"

/* One condition, its metric looked up. */
typedef struct limen_condition {
    const limen_metric_row *metric;
    limen_compute_options options;
    int count;   /* predicted_count: the value is a number of samples */
    int with_tp; /* how the value goes with tp and with fp: 1 up, -1 down */
    int with_fp;
    limen_bound sense;
    double bound;
    int64_t label; /* -1: every label, or the pooled counts of a joint scope */
} limen_condition;

typedef struct limen_conditions {
    limen_condition *all;
    int64_t count;
    int pooled; /* conditions without a label are about the pooled counts (label -1), not about each
                   label */
} limen_conditions;

/* Looks up and checks what the caller gave. Released by limen_conditions_release. ARGUMENT for a
 * metric that is not known or does not go one way with the counts, and for a label out of range. */
limen_status limen_conditions_make(const limen_tune_options *options, int64_t width,
                                   const limen_allocator *allocator, limen_conditions *conditions,
                                   limen_error *error);
void limen_conditions_release(const limen_allocator *allocator, limen_conditions *conditions);

/* By how much a cut fails the worst of the conditions on a label, in the conditions' own units
 * (counts divided by the samples): 0 when all are met, infinite where one is undefined. */
double limen_conditions_violation(const limen_conditions *conditions, int64_t label,
                                  const limen_totals *totals, double tp, double fp);

/* No cut that takes (tp, fp) and some of the positives and negatives that follow fails by less. */
double limen_conditions_bound(const limen_conditions *conditions, int64_t label,
                              const limen_totals *totals, double tp, double fp,
                              double more_positives, double more_negatives);

/* Whether any condition is about this label, or about the pooled counts (-1). */
int limen_conditions_apply(const limen_conditions *conditions, int64_t label);

#endif
