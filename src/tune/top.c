/* RCut: every row gets the labels of its k greatest scores (Yang 2001). k is given, or the best. */
#include "core/status.h"
#include "kernels/sort.h"
#include "tally/row_rules.h"
#include "tally/scores.h"
#include "tune/mean_tree.h"
#include "tune/plan.h"

#include <float.h>
#include <math.h>

#define MOST_K 256 /* that are tried */

typedef struct top {
    const limen_plan *plan;
    const limen_tally *tally;
    int64_t first, last; /* k that are weighed */
    limen_totals *totals;
    limen_sum *counts; /* width x (last + 1) x 2: fp and tp of the cells at each place of a row */
    double *scores;    /* of a row */
    limen_ordered *order;
    limen_mean_tree tree;
} top;

static limen_sum *count_at(const top *t, int64_t label, int64_t place, int truth)
{
    return &t->counts[2 * (label * (t->last + 1) + place) + truth];
}

/* Place 0 holds what is never taken. */
static void count_row(top *t, const limen_score_block *block, int64_t row)
{
    limen_dtype dtype = limen_scores_dtype(t->tally);
    double weight = block->weights ? block->weights[row] : 1.0;
    int64_t width = t->plan->width, count;

    for (int64_t label = 0; label < width; label++) {
        uint64_t key = limen_key_at(dtype, block->keys, (size_t)(label * block->stride + row));
        uint8_t cell = block->cells[label * block->stride + row];

        t->scores[label] = limen_key_score(dtype, key);
        if (cell != LIMEN_CELL_IGNORED)
            limen_sum_add(count_at(t, label, 0, cell == LIMEN_CELL_POSITIVE), weight);
    }
    count = limen_row_order(t->scores, width, t->order);
    for (int64_t i = 0; i < count && i < t->last; i++) {
        int64_t label = t->order[i].label;
        uint8_t cell = block->cells[label * block->stride + row];

        if (cell != LIMEN_CELL_IGNORED)
            limen_sum_add(count_at(t, label, i + 1, cell == LIMEN_CELL_POSITIVE), weight);
    }
}

static void count_rows(top *t)
{
    for (int64_t i = 0; i < limen_scores_blocks(t->tally); i++) {
        limen_score_block block = limen_scores_block(t->tally, i);

        for (int64_t row = 0; row < block.rows; row++)
            count_row(t, &block, row);
    }
    for (int64_t label = 0; label < t->plan->width; label++) {
        t->totals[label] = (limen_totals){.positives = limen_sum_of(count_at(t, label, 0, 1)),
                                          .negatives = limen_sum_of(count_at(t, label, 0, 0)),
                                          .whole = !t->tally->spec.weighted};
        *count_at(t, label, 0, 0) = *count_at(t, label, 0, 1) = (limen_sum){0.0, 0.0};
        for (int64_t k = 1; k <= t->last; k++)
            for (int truth = 0; truth < 2; truth++)
                limen_sum_join(count_at(t, label, k, truth), count_at(t, label, k - 1, truth));
    }
}

static void choose(const top *t, int64_t label, int64_t k, limen_outcome outcome,
                   limen_choice *choice)
{
    limen_aim aim = limen_plan_aim(t->plan, label);

    *choice = (limen_choice){
        .outcome = outcome,
        .tp = limen_settle(limen_sum_of(count_at(t, label, k, 1)), t->totals[label].positives),
        .fp = limen_settle(limen_sum_of(count_at(t, label, k, 0)), t->totals[label].negatives),
        .cut = {.threshold = NAN, .low = NAN, .high = NAN, .known = 1},
        .totals = t->totals[label]};
    choice->value = limen_objective_value(&aim.shown, &choice->totals, choice->tp, choice->fp);
}

/* The mean over labels at k, with the greatest violation. */
static limen_ratio weigh(top *t, int64_t k, double *violation)
{
    for (int64_t label = 0; label < t->plan->width; label++) {
        limen_choice one;

        choose(t, label, k, LIMEN_OUTCOME_FIXED, &one);
        limen_mean_tree_set(
            &t->tree, label, one.value, 1.0,
            limen_conditions_violation(&t->plan->conditions, label, &one.totals, one.tp, one.fp));
    }
    *violation = limen_mean_tree_violation(&t->tree);
    return limen_mean_tree_value(&t->tree);
}

static void settle(top *t, limen_solution *solution)
{
    double sign = limen_aim_sign(&t->plan->aim), least = INFINITY;
    limen_ratio best = {0.0, 0};
    int64_t chosen = t->first;
    limen_outcome outcome;

    for (int64_t k = t->first; k <= t->last; k++) {
        double violation;
        limen_ratio value = weigh(t, k, &violation);
        int better = violation < least || (violation == least && value.defined && !best.defined);

        if (violation == least && value.defined && best.defined)
            better = sign * (value.value - best.value) > 4.0 * DBL_EPSILON * fabs(best.value);
        if (!better)
            continue;
        best = value;
        least = violation;
        chosen = k;
    }
    outcome = least > 0.0           ? LIMEN_OUTCOME_INFEASIBLE
              : t->first == t->last ? LIMEN_OUTCOME_FIXED
                                    : LIMEN_OUTCOME_OPTIMAL;
    for (int64_t label = 0; label < t->plan->width; label++)
        choose(t, label, chosen, outcome, &solution->choices[label]);
    limen_solution_average(t->plan, solution);
    solution->top_labels = chosen;
    solution->outcome = outcome;
    solution->violation = isfinite(least) ? least : 0.0;
    solution->infeasible = least > 0.0;
}

static limen_status make_room(top *t, limen_error *error)
{
    const limen_allocator *a = &t->plan->allocator;
    size_t width = (size_t)t->plan->width, counts = 2 * width * (size_t)(t->last + 1);

    t->totals = limen_new(a, width, sizeof *t->totals);
    t->counts = limen_new(a, counts, sizeof *t->counts);
    t->scores = limen_new(a, width, sizeof *t->scores);
    t->order = limen_new_raw(a, width, sizeof *t->order);
    if (!t->totals || !t->counts || !t->scores || !t->order)
        return limen_fail_memory(error, counts * sizeof *t->counts);
    return limen_mean_tree_make(a, t->plan->width, t->plan->zero_division, &t->tree, error);
}

limen_status limen_solve_top(const limen_plan *plan, const limen_feed *feed,
                             limen_solution *solution, limen_error *error)
{
    const limen_allocator *a = &plan->allocator;
    size_t width = (size_t)plan->width;
    top t = {.plan = plan, .tally = feed->rows, .first = 1, .last = plan->width};
    limen_status status;

    if (plan->parameter > 0.0)
        t.first = t.last = (int64_t)fmin(plan->parameter, (double)plan->width);
    else if (t.last > MOST_K)
        t.last = MOST_K;
    status = make_room(&t, error);
    if (status == LIMEN_OK) {
        count_rows(&t);
        settle(&t, solution);
    }
    if (t.tree.nodes)
        limen_mean_tree_release(&t.tree);
    limen_delete(a, t.totals, width, sizeof *t.totals);
    limen_delete(a, t.counts, 2 * width * (size_t)(t.last + 1), sizeof *t.counts);
    limen_delete(a, t.scores, width, sizeof *t.scores);
    limen_delete(a, t.order, width, sizeof *t.order);
    return status;
}
