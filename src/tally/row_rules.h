/* Decisions that take a whole row at once and no thresholds: the top labels, and the class of least
 * expected cost. */
#ifndef LIMEN_TALLY_ROW_RULES_H
#define LIMEN_TALLY_ROW_RULES_H

#include "tally/state.h"

typedef struct limen_ordered {
    double score;
    int32_t label;
} limen_ordered;

/* The labels of a row by falling score, of equal ones the lower label first, without those whose
 * score is NaN. Returns how many. */
int64_t limen_row_order(const double *scores, int64_t width, limen_ordered *order);

/* argmin over k of sum_j scores[j] costs[j][k], of equal ones the lowest k; a NaN counts as 0. */
int32_t limen_row_least_cost(const double *scores, const double *costs, int64_t classes);

/* Whether a specification asks for either. */
static inline int limen_has_row_rule(const limen_spec *spec)
{
    return spec->top_labels > 0 || spec->cost_matrix;
}

/* limen_apply with such a specification. */
limen_status limen_apply_row_rule(const limen_tally *tally, const limen_checked_batch *batch,
                                  void *decisions, limen_error *error);

#endif
