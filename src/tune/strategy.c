/* The scopes that go over one ladder at a time: a threshold a label, or one for all. */
#include "core/status.h"
#include "metrics/average.h"
#include "tune/plan.h"

#include <math.h>

/* ---- Solutions ------------------------------------------------------------------------------- */

limen_status limen_solution_make(const limen_plan *plan, limen_solution *solution,
                                 limen_error *error)
{
    size_t width = (size_t)plan->width;
    limen_solution made = {.allocator = plan->allocator, .width = plan->width};

    made.choices = limen_new(&plan->allocator, width, sizeof *made.choices);
    if (made.choices && plan->aim.plateau)
        made.plateaus = limen_new(&plan->allocator, width, sizeof *made.plateaus);
    if (!made.choices || (plan->aim.plateau && !made.plateaus)) {
        limen_solution_release(&made);
        return limen_fail_memory(error, width * sizeof *made.choices);
    }
    *solution = made;
    return LIMEN_OK;
}

static void release_plateau(const limen_allocator *allocator, limen_plateau *plateau)
{
    limen_delete(allocator, plateau->cuts, (size_t)plateau->count, sizeof *plateau->cuts);
    *plateau = (limen_plateau){NULL, 0};
}

void limen_solution_release(limen_solution *solution)
{
    size_t width = (size_t)solution->width;

    for (size_t i = 0; solution->plateaus && i < width; i++)
        release_plateau(&solution->allocator, &solution->plateaus[i]);
    limen_delete(&solution->allocator, solution->plateaus, width, sizeof *solution->plateaus);
    limen_delete(&solution->allocator, solution->choices, width, sizeof *solution->choices);
    *solution = (limen_solution){.choices = NULL};
}

void limen_solution_average(const limen_plan *plan, limen_solution *solution)
{
    limen_mean mean = {0}, gap = {0};
    double widest = 0.0;

    for (int64_t i = 0; i < solution->width; i++) {
        const limen_choice *choice = &solution->choices[i];
        double weight = plan->scope == LIMEN_SCOPE_WEIGHTED ? choice->totals.positives : 1.0;

        limen_mean_add(&mean, choice->value, weight, plan->zero_division);
        limen_mean_add(&gap, (limen_ratio){choice->gap, 1}, weight, plan->zero_division);
        if (weight > 0.0 && !isnan(widest) && !(choice->gap <= widest))
            widest = choice->gap; /* NaN: not known, and so it stays */
    }
    solution->value = limen_mean_of(&mean);
    /* Where labels may leave the mean, the best one may be that of any of them. */
    solution->gap = plan->zero_division == LIMEN_SKIP ? widest : limen_mean_of(&gap).value;
}

/* ---- One label ------------------------------------------------------------------------------- */

/* How a scope settles on a cut once the ladder of a label is there. */
typedef void (*settle)(const limen_plan *plan, const limen_aim *aim, int64_t label,
                       limen_ladder *ladder, limen_choice *choice);

static limen_status list_plateau(const limen_plan *plan, const limen_aim *aim, int64_t label,
                                 const limen_ladder *ladder, const limen_scan *scan,
                                 limen_plateau *plateau, limen_error *error)
{
    int64_t count = limen_label_plateau(aim, label, ladder, scan, NULL, 0);
    limen_cut *cuts = limen_new_raw(&plan->allocator, (size_t)count, sizeof *cuts);

    if (!cuts)
        return limen_fail_memory(error, (size_t)count * sizeof *cuts);
    (void)limen_label_plateau(aim, label, ladder, scan, cuts, count);
    release_plateau(&plan->allocator, plateau);
    *plateau = (limen_plateau){cuts, count};
    return LIMEN_OK;
}

static limen_status solve_ladder(const limen_plan *plan, const limen_feed *feed, int64_t label,
                                 limen_ladder *ladder, limen_solution *solution, settle settle_on,
                                 limen_choice *choice, limen_error *error)
{
    limen_aim aim = limen_plan_aim(plan, label);
    limen_status status = LIMEN_OK;
    limen_scan scan;

    limen_ladder_sum(ladder);
    limen_label_scan(&aim, label, ladder, &scan);
    if (feed->open)
        solution->marked += limen_label_mark(&aim, label, ladder, &scan);
    limen_label_choose(&aim, label, ladder, &scan, choice);
    if (settle_on)
        settle_on(plan, &aim, label, ladder, choice);
    if (feed->open) {
        solution->marked += limen_label_mark_cut(ladder, choice->index);
        status = feed->open(feed->context, label, ladder, error);
    }
    if (status == LIMEN_OK && solution->plateaus)
        status = list_plateau(plan, &aim, label, ladder, &scan,
                              &solution->plateaus[label < 0 ? 0 : label], error);
    return status;
}

static limen_status solve_labels(const limen_plan *plan, const limen_feed *feed,
                                 limen_solution *solution, settle settle_on, limen_error *error)
{
    limen_ladder ladder = {.blocks = NULL};
    limen_status status = LIMEN_OK;

    solution->marked = 0;
    solution->infeasible = 0;
    for (int64_t label = 0; label < plan->width && status == LIMEN_OK; label++) {
        limen_choice *choice = &solution->choices[label];

        status = feed->load(feed->context, label, &ladder, error);
        if (status == LIMEN_OK)
            status = solve_ladder(plan, feed, label, &ladder, solution, settle_on, choice, error);
        if (status == LIMEN_OK && (choice->outcome == LIMEN_OUTCOME_INFEASIBLE ||
                                   choice->outcome == LIMEN_OUTCOME_UNDETERMINED))
            solution->infeasible = 1;
    }
    limen_ladder_release(&plan->allocator, &ladder);
    return status;
}

/* ---- Means that skip labels ------------------------------------------------------------------ */

/* A cut that takes a label out of a mean that skips 0/0: nearly always it is none or all. Writes
 * the choice and returns 1 when there is one. */
static int drop_label(const limen_plan *plan, int64_t label, const limen_ladder *ladder,
                      limen_choice *choice)
{
    limen_aim aim = limen_plan_aim(plan, label);
    int64_t ends[2] = {0, ladder->count};

    for (int i = 0; i < 2; i++) {
        limen_choice end;

        limen_label_take(&aim, ladder, ends[i], LIMEN_OUTCOME_UNDEFINED, &end);
        if (end.value.defined || !end.cut.offered ||
            limen_conditions_violation(&plan->conditions, label, &end.totals, end.tp, end.fp) > 0.0)
            continue;
        *choice = end;
        return 1;
    }
    return 0;
}

/* The mean over the labels that stay is a ratio of sums, so Dinkelbach's iteration finds the best
 * set: drop what is below the mean, and again with the mean that follows, until nothing changes. */
static limen_status drop_labels(const limen_plan *plan, const limen_feed *feed,
                                limen_solution *solution, limen_error *error)
{
    double sign = limen_aim_sign(&plan->aim);
    limen_ladder ladder = {.blocks = NULL};
    limen_status status = LIMEN_OK;
    int changed = 1;

    while (changed && status == LIMEN_OK) {
        double mean = (limen_solution_average(plan, solution), solution->value.value);

        changed = 0;
        for (int64_t label = 0; label < plan->width && status == LIMEN_OK; label++) {
            limen_choice *choice = &solution->choices[label];

            /* Equal values have a mean that rounding may lift above them. */
            if (!choice->value.defined ||
                !(sign * (choice->value.value - mean) < -1e-12 * fabs(mean)))
                continue;
            status = feed->load(feed->context, label, &ladder, error);
            if (status != LIMEN_OK || !drop_label(plan, label, &ladder, choice))
                continue;
            changed = 1;
            if (feed->open) {
                solution->marked += limen_label_mark_cut(&ladder, choice->index);
                status = feed->open(feed->context, label, &ladder, error);
            }
        }
    }
    limen_ladder_release(&plan->allocator, &ladder);
    return status;
}

/* ---- The scopes ------------------------------------------------------------------------------ */

limen_status limen_solve_labels(const limen_plan *plan, const limen_feed *feed,
                                limen_solution *solution, limen_error *error)
{
    return solve_labels(plan, feed, solution, NULL, error);
}

static limen_status solve_separate(const limen_plan *plan, const limen_feed *feed,
                                   limen_solution *solution, limen_error *error)
{
    limen_status status = solve_labels(plan, feed, solution, NULL, error);
    int mean = plan->scope == LIMEN_SCOPE_MACRO || plan->scope == LIMEN_SCOPE_WEIGHTED;

    if (status == LIMEN_OK && mean && plan->zero_division == LIMEN_SKIP)
        status = drop_labels(plan, feed, solution, error);
    if (status == LIMEN_OK)
        limen_solution_average(plan, solution);
    return status;
}

/* Yang 2001: a label whose best value is under the floor is not worth a threshold of its own. */
static void settle_floor(const limen_plan *plan, const limen_aim *aim, int64_t label,
                         limen_ladder *ladder, limen_choice *choice)
{
    double sign = limen_aim_sign(aim);

    (void)label;
    if (!choice->value.defined || !(sign * choice->value.value < sign * plan->parameter))
        return;
    limen_label_take(aim, ladder, plan->fbr_top && ladder->count > 0 ? 1 : 0,
                     LIMEN_OUTCOME_BELOW_FLOOR, choice);
    if (!choice->cut.offered)
        limen_label_take(aim, ladder, 0, LIMEN_OUTCOME_BELOW_FLOOR, choice);
}

static limen_status solve_floor(const limen_plan *plan, const limen_feed *feed,
                                limen_solution *solution, limen_error *error)
{
    limen_status status = solve_labels(plan, feed, solution, settle_floor, error);

    if (status == LIMEN_OK)
        limen_solution_average(plan, solution);
    return status;
}

static void settle_fixed(const limen_plan *plan, const limen_aim *aim, int64_t label,
                         limen_ladder *ladder, limen_choice *choice)
{
    (void)plan, (void)aim, (void)label, (void)ladder;
    if (choice->outcome == LIMEN_OUTCOME_OPTIMAL)
        choice->outcome = LIMEN_OUTCOME_FIXED;
}

static limen_status solve_prevalence(const limen_plan *plan, const limen_feed *feed,
                                     limen_solution *solution, limen_error *error)
{
    limen_status status = solve_labels(plan, feed, solution, settle_fixed, error);

    if (status == LIMEN_OK)
        limen_solution_average(plan, solution);
    return status;
}

/* The counts of a label at a threshold that was not chosen for it. */
static void count_at(const limen_plan *plan, int64_t label, const limen_ladder *ladder,
                     const limen_choice *joint, limen_choice *choice)
{
    limen_aim aim = limen_plan_aim(plan, label);
    double threshold = joint->cut.threshold;
    int64_t index = 0;

    while (index < ladder->count &&
           (plan->aim.rule == LIMEN_GE ? ladder->blocks[index].least >= threshold
                                       : ladder->blocks[index].least > threshold))
        index++;
    /* By definition infinite thresholds take nothing and everything. */
    if (threshold == INFINITY)
        index = 0;
    if (threshold == -INFINITY)
        index = ladder->count;
    limen_label_take(&aim, ladder, index, joint->outcome, choice);
    choice->cut = joint->cut;
    if (choice->outcome == LIMEN_OUTCOME_OPTIMAL && choice->totals.positives == 0.0)
        choice->outcome = LIMEN_OUTCOME_NO_POSITIVES;
}

static limen_status solve_global(const limen_plan *plan, const limen_feed *feed,
                                 limen_solution *solution, limen_error *error)
{
    limen_ladder ladder = {.blocks = NULL};
    limen_choice joint = {.index = 0};
    limen_status status = feed->load(feed->context, -1, &ladder, error);

    solution->marked = 0;
    if (status == LIMEN_OK)
        status = solve_ladder(plan, feed, -1, &ladder, solution, NULL, &joint, error);
    for (int64_t label = 0; label < plan->width && status == LIMEN_OK; label++) {
        status = feed->load(feed->context, label, &ladder, error);
        if (status == LIMEN_OK)
            count_at(plan, label, &ladder, &joint, &solution->choices[label]);
    }
    solution->value = joint.value;
    solution->gap = joint.gap;
    solution->outcome = joint.outcome;
    solution->violation = joint.violation;
    solution->infeasible =
        joint.outcome == LIMEN_OUTCOME_INFEASIBLE || joint.outcome == LIMEN_OUTCOME_UNDETERMINED;
    limen_ladder_release(&plan->allocator, &ladder);
    return status;
}

/* ---- Which one ------------------------------------------------------------------------------- */

typedef limen_status (*strategy)(const limen_plan *plan, const limen_feed *feed,
                                 limen_solution *solution, limen_error *error);

static strategy strategy_of(const limen_plan *plan)
{
    static const strategy of_scope[] = {
        [LIMEN_SCOPE_LABEL] = solve_separate,    [LIMEN_SCOPE_GLOBAL] = solve_global,
        [LIMEN_SCOPE_MICRO] = limen_solve_micro, [LIMEN_SCOPE_MACRO] = solve_separate,
        [LIMEN_SCOPE_WEIGHTED] = solve_separate, [LIMEN_SCOPE_SAMPLES] = limen_solve_samples,
        [LIMEN_SCOPE_PCUT] = solve_prevalence,   [LIMEN_SCOPE_RCUT] = limen_solve_top,
        [LIMEN_SCOPE_FBR] = solve_floor,
    };

    if (plan->task == LIMEN_MULTICLASS)
        return plan->cost_matrix ? limen_solve_expected_cost : limen_solve_offsets;
    return plan->macro ? limen_solve_global_mean : of_scope[plan->scope];
}

limen_status limen_plan_solve(const limen_plan *plan, const limen_feed *feed,
                              limen_solution *solution, limen_error *error)
{
    if (limen_plan_needs_rows(plan) && !feed->rows)
        return limen_fail(error, LIMEN_ERR_STATE, "%s needs whole rows: a tally that keeps scores",
                          plan->task == LIMEN_MULTICLASS ? "tuning a multiclass task"
                                                         : "this scope");
    return strategy_of(plan)(plan, feed, solution, error);
}
