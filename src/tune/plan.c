#include "tune/plan.h"

#include "core/status.h"
#include "tally/spec.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static limen_status check_options(const limen_tune_options *o, const limen_spec *spec,
                                  limen_error *error)
{
    if ((unsigned)o->scope > LIMEN_SCOPE_FBR)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "scope is none of those in limen_scope");
    if ((unsigned)o->at > LIMEN_AT_MIDPOINT || (unsigned)o->ties > LIMEN_TIES_LOWEST)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "at or ties is out of its range");
    if ((unsigned)o->zero_division > LIMEN_SKIP)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "zero_division is out of its range: give zero, one, nan or skip");
    if (o->average != 0 && o->average != LIMEN_AVERAGE_MICRO && o->average != LIMEN_AVERAGE_MACRO)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "average is micro or macro here");
    if (o->cost_rows != 0 && o->cost_rows != 1 && o->cost_rows != spec->width)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "costs have %lld rows; give one, or one for each of the %lld labels",
                          (long long)o->cost_rows, (long long)spec->width);
    for (int64_t i = 0; i < 4 * o->cost_rows; i++)
        if (!o->costs || !isfinite(o->costs[i]))
            return limen_fail(error, LIMEN_ERR_ARGUMENT, "costs must be finite numbers");
    if (o->cost_matrix && spec->task != LIMEN_MULTICLASS)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "a cost matrix is for multiclass; give costs of fp and fn");
    for (int64_t i = 0; o->cost_matrix && i < spec->width * spec->width; i++)
        if (!isfinite(o->cost_matrix[i]))
            return limen_fail(error, LIMEN_ERR_ARGUMENT, "the cost matrix holds finite numbers");
    if (spec->logits)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "thresholds are found among the scores themselves: leave out logits, "
                          "here and where they are used");
    if (!isfinite(o->parameter) || o->parameter < 0.0)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "parameter must be a number of at least 0");
    if (o->restarts < 0)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "restarts is negative");
    return LIMEN_OK;
}

/* One curve is walked, or one a label: crossings and plateaus have a meaning. */
static int goes_by_curve(const limen_plan *plan)
{
    return plan->task != LIMEN_MULTICLASS && !plan->macro && plan->scope != LIMEN_SCOPE_MICRO &&
           plan->scope != LIMEN_SCOPE_SAMPLES && plan->scope != LIMEN_SCOPE_RCUT;
}

static int pools_counts(const limen_plan *plan)
{
    return (plan->scope == LIMEN_SCOPE_GLOBAL && !plan->macro) || plan->scope == LIMEN_SCOPE_MICRO;
}

int limen_plan_needs_rows(const limen_plan *plan)
{
    return plan->task == LIMEN_MULTICLASS || plan->scope == LIMEN_SCOPE_SAMPLES ||
           plan->scope == LIMEN_SCOPE_RCUT;
}

int limen_plan_opens_blocks(const limen_plan *plan)
{
    return !limen_plan_needs_rows(plan) && !plan->macro;
}

static limen_status check_multiclass(const limen_plan *plan, limen_error *error)
{
    if (plan->scope != LIMEN_SCOPE_LABEL && plan->scope != LIMEN_SCOPE_MICRO &&
        plan->scope != LIMEN_SCOPE_MACRO && plan->scope != LIMEN_SCOPE_WEIGHTED)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "classes are chosen by the greatest score: the scope is label, micro, "
                          "macro or weighted");
    if (plan->cost_matrix && strcmp(plan->aim.shown.name, "cost") != 0)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "a cost matrix goes with the objective cost, not %s",
                          plan->aim.shown.name);
    if (plan->cost_matrix && plan->conditions.count > 0)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "with a cost matrix nothing is searched: leave out the constraints");
    return LIMEN_OK;
}

/* Which objectives, costs and conditions a scope can do with. */
static limen_status check_scope(const limen_plan *plan, limen_error *error)
{
    int crossing = (limen_objective_traits(&plan->aim.shown) & LIMEN_OBJECTIVE_CROSSING) != 0;

    if (crossing && !goes_by_curve(plan))
        return limen_fail(
            error, LIMEN_ERR_ARGUMENT, "%s names a point of one curve; %s", plan->aim.shown.name,
            plan->task == LIMEN_MULTICLASS ? "classes, chosen by the greatest score, have none"
                                           : "use the scope label or global");
    if (plan->aim.plateau && !goes_by_curve(plan) && !plan->macro)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "a plateau is listed where labels are tuned one by one, or with one "
                          "threshold for all; leave it out");
    if (plan->cost_rows > 1 && (pools_counts(plan) || plan->scope == LIMEN_SCOPE_SAMPLES))
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "costs a label do not go with pooled counts; use the scope label");
    for (int64_t i = 0; plan->scope == LIMEN_SCOPE_GLOBAL && i < plan->conditions.count; i++)
        if (plan->conditions.all[i].label >= 0 && !plan->macro)
            return limen_fail(error, LIMEN_ERR_ARGUMENT,
                              "a constraint on one label does not go with pooled counts; use the "
                              "scope label, or the macro average");
    if (plan->scope == LIMEN_SCOPE_SAMPLES && plan->zero_division == LIMEN_NAN)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "rows where the objective is 0/0 make the mean NaN whatever is chosen; "
                          "count them as zero or one, or skip them");
    if (plan->scope == LIMEN_SCOPE_RCUT && plan->task != LIMEN_MULTILABEL)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "rcut takes the top labels of a row: it is for a multilabel task");
    if (plan->scope == LIMEN_SCOPE_RCUT && plan->parameter != floor(plan->parameter))
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "parameter is the number of labels a row gets: a whole number");
    return plan->task == LIMEN_MULTICLASS ? check_multiclass(plan, error) : LIMEN_OK;
}

static limen_status copy_numbers(const limen_allocator *allocator, const double *from,
                                 int64_t count, double **to, limen_error *error)
{
    *to = limen_new_raw(allocator, (size_t)count, sizeof **to);
    if (!*to)
        return limen_fail_memory(error, (size_t)count * sizeof **to);
    if (count)
        memcpy(*to, from, (size_t)count * sizeof **to);
    return LIMEN_OK;
}

limen_status limen_plan_name_labels(limen_plan *plan, const char *const *labels, limen_error *error)
{
    plan->labels = limen_new(&plan->allocator, (size_t)plan->width, sizeof *plan->labels);
    if (!plan->labels)
        return limen_fail_memory(error, (size_t)plan->width * sizeof *plan->labels);
    for (int64_t i = 0; i < plan->width; i++) {
        plan->labels[i] = limen_copy_string(&plan->allocator, labels[i] ? labels[i] : "");
        if (!plan->labels[i])
            return limen_fail_memory(error, 0);
    }
    return LIMEN_OK;
}

static limen_status fill(limen_plan *plan, const limen_tune_options *o, const limen_spec *spec,
                         limen_error *error)
{
    limen_status status;

    plan->task = spec->task;
    plan->width = spec->width;
    plan->scope = o->scope;
    plan->macro = o->scope == LIMEN_SCOPE_GLOBAL && o->average == LIMEN_AVERAGE_MACRO;
    plan->parameter = o->parameter;
    plan->fbr_top = o->fbr_top;
    plan->restarts = o->restarts ? o->restarts : 8;
    plan->seed = o->seed;
    plan->zero_division = o->zero_division;
    plan->cost_rows = o->cost_rows;
    plan->aim.plateau = o->plateau != 0;
    status = limen_objective_parse(o->objective     ? o->objective
                                   : o->cost_matrix ? "cost"
                                                    : "f1",
                                   &plan->aim.shown, error);
    if (status == LIMEN_OK)
        status = limen_conditions_make(o, spec->width, &plan->allocator, &plan->conditions, error);
    if (status == LIMEN_OK)
        status = copy_numbers(&plan->allocator, o->costs, 4 * o->cost_rows, &plan->costs, error);
    if (status == LIMEN_OK && o->cost_matrix)
        status = copy_numbers(&plan->allocator, o->cost_matrix, spec->width * spec->width,
                              &plan->cost_matrix, error);
    if (status == LIMEN_OK && o->labels)
        status = limen_plan_name_labels(plan, o->labels, error);
    if (status == LIMEN_OK)
        status = check_scope(plan, error);
    if (status != LIMEN_OK)
        return status;
    plan->conditions.pooled = pools_counts(plan);
    if (plan->cost_rows)
        limen_objective_set_costs(&plan->aim.shown, plan->costs);
    plan->aim.objective = plan->aim.shown;
    if (o->scope == LIMEN_SCOPE_PCUT)
        plan->aim.objective = limen_objective_predicting(o->parameter > 0.0 ? o->parameter : 1.0);
    plan->aim.conditions = &plan->conditions;
    plan->aim.rule = spec->rule;
    plan->aim.at = o->at;
    plan->aim.lowest =
        o->ties == LIMEN_TIES_DEFAULT
            ? (limen_objective_traits(&plan->aim.objective) & LIMEN_OBJECTIVE_LOWEST) != 0
            : o->ties == LIMEN_TIES_LOWEST;
    plan->aim.none = o->zero_division == LIMEN_ONE;
    plan->aim.stands_in = o->zero_division <= LIMEN_ONE &&
                          !(limen_objective_traits(&plan->aim.shown) & LIMEN_OBJECTIVE_CROSSING) &&
                          (o->scope == LIMEN_SCOPE_MACRO || o->scope == LIMEN_SCOPE_WEIGHTED);
    return LIMEN_OK;
}

limen_status limen_plan_make(const limen_tune_options *options, const limen_spec *spec,
                             const limen_allocator *allocator, limen_plan **plan,
                             limen_error *error)
{
    limen_allocator memory = limen_allocator_or_default(allocator);
    limen_tune_options filled = {.size = sizeof filled};
    limen_plan *made;
    limen_status status = LIMEN_OK;

    if (options)
        status = limen_copy_sized(&filled, sizeof filled, options, "limen_tune_options", error);
    if (status == LIMEN_OK)
        status = check_options(&filled, spec, error);
    if (status != LIMEN_OK)
        return status;
    made = limen_new(&memory, 1, sizeof *made);
    if (!made)
        return limen_fail_memory(error, sizeof *made);
    made->allocator = memory;
    status = fill(made, &filled, spec, error);
    if (status != LIMEN_OK) {
        limen_plan_destroy(made);
        return status;
    }
    *plan = made;
    return LIMEN_OK;
}

void limen_plan_destroy(limen_plan *plan)
{
    limen_allocator memory;
    size_t width;

    if (!plan)
        return;
    memory = plan->allocator;
    width = (size_t)plan->width;
    for (size_t i = 0; plan->labels && i < width; i++)
        limen_delete_string(&memory, plan->labels[i]);
    limen_delete(&memory, plan->labels, width, sizeof *plan->labels);
    limen_delete(&memory, plan->cost_matrix, width * width, sizeof *plan->cost_matrix);
    limen_delete(&memory, plan->costs, 4 * (size_t)plan->cost_rows, sizeof *plan->costs);
    limen_conditions_release(&memory, &plan->conditions);
    limen_delete(&memory, plan, 1, sizeof *plan);
}

limen_aim limen_plan_aim(const limen_plan *plan, int64_t label)
{
    limen_aim aim = plan->aim;

    if (plan->cost_rows > 1 && label >= 0) {
        limen_objective_set_costs(&aim.objective, plan->costs + 4 * label);
        limen_objective_set_costs(&aim.shown, plan->costs + 4 * label);
    }
    return aim;
}

const char *limen_plan_label(const limen_plan *plan, int64_t label, char number[24])
{
    if (plan->labels)
        return plan->labels[label];
    (void)snprintf(number, 24, "%lld", (long long)label);
    return number;
}
