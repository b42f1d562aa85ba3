#include "tune/class_board.h"

#include "core/status.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Objectives that the report of a multiclass task has as one number of the whole matrix. */
static limen_class_form form_of(const limen_plan *plan)
{
    const limen_metric_row *metric = plan->aim.shown.metric;

    if (plan->scope == LIMEN_SCOPE_MICRO)
        return LIMEN_FORM_POOLED;
    if (plan->scope != LIMEN_SCOPE_LABEL || !metric)
        return LIMEN_FORM_MEAN;
    if (metric->whole == limen_multiclass_accuracy)
        return LIMEN_FORM_RIGHT;
    if (metric->whole == limen_multiclass_balanced_accuracy)
        return LIMEN_FORM_RECALL;
    if (metric->whole == limen_multiclass_mcc)
        return LIMEN_FORM_MCC;
    return metric->whole == limen_multiclass_kappa ? LIMEN_FORM_KAPPA : LIMEN_FORM_MEAN;
}

limen_status limen_class_board_make(const limen_plan *plan, int whole, limen_class_board *board,
                                    limen_error *error)
{
    size_t width = (size_t)plan->width;
    limen_class_board made = {.plan = plan, .form = form_of(plan), .whole = whole};
    limen_zero_division policy = made.form == LIMEN_FORM_RECALL ? LIMEN_SKIP : plan->zero_division;
    limen_status status =
        limen_mean_tree_make(&plan->allocator, plan->width, policy, &made.tree, error);

    if (status != LIMEN_OK)
        return status;
    made.aims = limen_new(&plan->allocator, width, sizeof *made.aims);
    made.support = limen_new(&plan->allocator, 3 * width, sizeof *made.support);
    if (!made.aims || !made.support) {
        limen_class_board_release(&made);
        return limen_fail_memory(error, width * sizeof *made.aims);
    }
    made.sign = limen_aim_sign(&plan->aim);
    made.by_class = made.form == LIMEN_FORM_MEAN || made.form == LIMEN_FORM_RECALL ||
                    plan->conditions.count > 0;
    made.tp = made.support + width;
    made.predicted = made.tp + width;
    for (size_t i = 0; i < width; i++)
        made.aims[i] = limen_plan_aim(plan, (int64_t)i);
    *board = made;
    return LIMEN_OK;
}

void limen_class_board_release(limen_class_board *board)
{
    const limen_allocator *allocator = &board->plan->allocator;
    size_t width = (size_t)board->plan->width;

    limen_mean_tree_release(&board->tree);
    limen_delete(allocator, board->aims, width, sizeof *board->aims);
    limen_delete(allocator, board->support, 3 * width, sizeof *board->support);
    *board = (limen_class_board){.plan = board->plan};
}

void limen_class_board_clear(limen_class_board *board)
{
    memset(board->support, 0, 3 * (size_t)board->plan->width * sizeof *board->support);
    board->sums = (limen_class_sums){.samples = 0.0};
}

void limen_class_board_add(limen_class_board *board, int32_t actual, int32_t predicted,
                           double weight)
{
    board->support[actual] += weight;
    board->predicted[predicted] += weight;
    board->tp[actual] += actual == predicted ? weight : 0.0;
}

static limen_totals totals_of(const limen_class_board *board, int32_t k)
{
    return (limen_totals){.positives = board->support[k],
                          .negatives = board->sums.samples - board->support[k],
                          .whole = board->whole};
}

/* Counts without what additions and subtractions of weights have left over. */
static void counts_of(const limen_class_board *board, int32_t k, const limen_totals *totals,
                      double *tp, double *fp)
{
    *tp = limen_settle(board->tp[k], totals->positives);
    *fp = limen_settle(board->predicted[k] - board->tp[k], totals->negatives);
    if (fabs(*tp) <= 1e-13 * board->sums.samples)
        *tp = 0.0;
    if (fabs(*fp) <= 1e-13 * board->sums.samples)
        *fp = 0.0;
}

void limen_class_board_update(limen_class_board *board, int32_t class_number)
{
    const limen_plan *plan = board->plan;
    limen_totals totals = totals_of(board, class_number);
    double weight = plan->scope == LIMEN_SCOPE_WEIGHTED ? totals.positives : 1.0;
    limen_ratio value;
    double tp, fp;

    if (!board->by_class)
        return;
    counts_of(board, class_number, &totals, &tp, &fp);
    value = board->form == LIMEN_FORM_RECALL
                ? limen_ratio_of(tp, totals.positives)
                : limen_objective_value(&board->aims[class_number].shown, &totals, tp, fp);
    limen_mean_tree_set(
        &board->tree, class_number, value, weight,
        limen_conditions_violation(&plan->conditions, class_number, &totals, tp, fp));
}

limen_class_rank limen_class_board_settle(limen_class_board *board)
{
    limen_class_sums sums = {.samples = 0.0};

    for (int64_t i = 0; i < board->plan->width; i++) {
        double t = board->support[i], p = board->predicted[i];

        sums.samples += t;
        sums.right += board->tp[i];
        sums.tp_products += t * p;
        sums.tt += t * t;
        sums.pp += p * p;
    }
    board->sums = sums;
    for (int32_t i = 0; i < board->plan->width; i++)
        limen_class_board_update(board, i);
    return limen_class_board_rank(board);
}

void limen_class_board_move(limen_class_board *board, int32_t actual, int32_t from, int32_t to,
                            double weight)
{
    limen_class_sums *sums = &board->sums;
    double *predicted = board->predicted;

    sums->pp += weight * (2.0 * (predicted[to] - predicted[from]) + 2.0 * weight);
    sums->tp_products += weight * (board->support[to] - board->support[from]);
    sums->right += weight * ((actual == to) - (actual == from));
    predicted[from] -= weight;
    predicted[to] += weight;
    if (actual == from)
        board->tp[actual] -= weight;
    if (actual == to)
        board->tp[actual] += weight;
}

limen_class_rank limen_class_board_rank(const limen_class_board *board)
{
    const limen_plan *plan = board->plan;
    const limen_class_sums *sums = &board->sums;
    limen_class_rank rank = {.violation = limen_mean_tree_violation(&board->tree)};
    limen_totals pooled = {.positives = sums->samples,
                           .negatives = sums->samples * (double)(plan->width - 1),
                           .whole = board->whole};
    double right = limen_settle(sums->right, sums->samples);

    if (plan->conditions.pooled)
        rank.violation =
            fmax(rank.violation, limen_conditions_violation(&plan->conditions, -1, &pooled, right,
                                                            sums->samples - right));
    switch (board->form) {
    case LIMEN_FORM_POOLED:
        rank.value = limen_objective_value(&plan->aim.shown, &pooled, right, sums->samples - right);
        break;
    case LIMEN_FORM_RIGHT:
        rank.value = limen_ratio_of(right, sums->samples);
        break;
    case LIMEN_FORM_MCC:
        rank.value = limen_mcc_of_classes(sums);
        break;
    case LIMEN_FORM_KAPPA:
        rank.value = limen_kappa_of_classes(sums);
        break;
    default:
        rank.value = limen_mean_tree_value(&board->tree);
    }
    return rank;
}

int limen_class_rank_better(const limen_class_board *board, const limen_class_rank *a,
                            const limen_class_rank *b)
{
    double left = fabs(a->value.value), right = fabs(b->value.value);
    double slack = (board->whole ? 8.0 * DBL_EPSILON : 1e-12) * (left > right ? left : right);

    if (fabs(a->violation - b->violation) > 1e-12 || isinf(a->violation) != isinf(b->violation))
        return a->violation < b->violation;
    if (a->value.defined != b->value.defined)
        return a->value.defined;
    return a->value.defined && board->sign * (a->value.value - b->value.value) > slack;
}

void limen_class_board_choice(const limen_class_board *board, int32_t class_number,
                              limen_outcome outcome, limen_choice *choice)
{
    limen_totals totals = totals_of(board, class_number);

    *choice = (limen_choice){.outcome = outcome, .totals = totals};
    counts_of(board, class_number, &totals, &choice->tp, &choice->fp);
    choice->value =
        limen_objective_value(&board->aims[class_number].shown, &totals, choice->tp, choice->fp);
}
