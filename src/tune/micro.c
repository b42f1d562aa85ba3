/* Joint choice for the pooled counts: one walk over the merged edges of all labels' hulls. */
#include "tune/micro.h"
#include "core/status.h"

#include <math.h>

static double violation_of(const limen_micro *m, double tp, double fp)
{
    return limen_conditions_violation(&m->plan->conditions, -1, &m->totals, tp, fp);
}

static void find_best(limen_micro *m, int one_by_one)
{
    int lowest = m->plan->aim.lowest;
    limen_walk at;

    m->found = 0;
    limen_walk_start(m, &at);
    for (;;) {
        double tp = limen_sum_of(&at.tp), fp = limen_sum_of(&at.fp);
        limen_point point = limen_micro_point(m, tp, fp);

        if (point.defined && violation_of(m, tp, fp) == 0.0 &&
            (!m->found || limen_objective_compare(&m->plan->aim.objective, &m->totals, &point,
                                                  &m->best) > (lowest ? -1 : 0))) {
            m->found = 1;
            m->best = point;
            m->taken = at.next;
        }
        if (at.next == m->edge_count)
            return;
        limen_walk_group(m, &at, one_by_one);
    }
}

/* Nothing on the walk is feasible: how many edges lead to the point that fails by least. */
static int64_t nearest_on_walk(const limen_micro *m)
{
    double least = INFINITY;
    int64_t taken = 0;
    limen_walk at;

    limen_walk_start(m, &at);
    for (;;) {
        double violation = violation_of(m, limen_sum_of(&at.tp), limen_sum_of(&at.fp));

        if (violation < least) {
            least = violation;
            taken = at.next;
        }
        if (at.next == m->edge_count)
            return taken;
        limen_walk_edge(m, &at);
    }
}

/* ---- Hulls of all labels --------------------------------------------------------------------- */

/* No cut that is known meets the label's conditions: it is left at the nearest one. */
static void pin_label(const limen_plan *plan, int64_t label, limen_ladder *ladder,
                      limen_choice *choice)
{
    limen_aim aim = limen_plan_aim(plan, label), any = aim;
    limen_outcome outcome;
    limen_scan scan;

    any.stands_in = 1; /* where the label alone is 0/0 the pooled counts need not be */
    any.none = 1.0;
    limen_label_scan(&any, label, ladder, &scan);
    limen_label_choose(&any, label, ladder, &scan, choice);
    outcome = choice->outcome;
    limen_label_take(&aim, ladder, scan.nearest_index, outcome, choice);
    choice->violation = scan.violation;
}

/* Fills in hulls, totals, the start and the edges. *unopened is set when some block holds more. A
 * label whose conditions no cut meets is left at its nearest cut. */
static limen_status gather(limen_micro *m, limen_hulls *hulls, int outer, int *unopened,
                           limen_solution *solution, limen_error *error)
{
    const limen_plan *plan = m->plan;
    limen_ladder ladder = {.blocks = NULL};
    limen_status status = LIMEN_OK;
    limen_sum tp = {0.0, 0.0}, fp = {0.0, 0.0}, positives = {0.0, 0.0}, negatives = {0.0, 0.0};

    for (int64_t label = 0; label < plan->width && status == LIMEN_OK; label++) {
        limen_aim aim = limen_plan_aim(plan, label);

        status = m->feed->load(m->feed->context, label, &ladder, error);
        if (status == LIMEN_OK)
            status = limen_hulls_add(hulls, &aim, label, &ladder, outer, error);
        if (status != LIMEN_OK)
            break;
        for (int64_t i = 0; i < ladder.count; i++)
            *unopened |= !limen_block_is_single(&ladder.blocks[i]);
        limen_sum_add(&positives, ladder.totals.positives);
        limen_sum_add(&negatives, ladder.totals.negatives);
        m->totals.whole = ladder.totals.whole;
        if (hulls->first[label] < hulls->first[label + 1]) {
            limen_sum_add(&tp, hulls->vertices[hulls->first[label]].tp);
            limen_sum_add(&fp, hulls->vertices[hulls->first[label]].fp);
            continue;
        }
        pin_label(plan, label, &ladder, &solution->choices[label]);
        solution->infeasible = 1;
        limen_sum_add(&tp, solution->choices[label].tp);
        limen_sum_add(&fp, solution->choices[label].fp);
    }
    limen_ladder_release(&plan->allocator, &ladder);
    m->tp = limen_sum_of(&tp);
    m->fp = limen_sum_of(&fp);
    m->totals.positives = limen_sum_of(&positives);
    m->totals.negatives = limen_sum_of(&negatives);
    return status;
}

static limen_status merge(limen_micro *m, const limen_hulls *hulls, limen_error *error)
{
    if (hulls->count > m->edge_capacity) {
        limen_delete(&m->plan->allocator, m->edges, (size_t)m->edge_capacity, sizeof *m->edges);
        m->edge_capacity = 0;
        m->edges = limen_new_raw(&m->plan->allocator, (size_t)hulls->count, sizeof *m->edges);
        if (!m->edges)
            return limen_fail_memory(error, (size_t)hulls->count * sizeof *m->edges);
        m->edge_capacity = hulls->count;
    }
    m->edge_count = limen_hulls_edges(hulls, m->totals.whole, m->edges);
    return LIMEN_OK;
}

/* The bound: by the same walk, with the corners of blocks as if they could be reached. */
static limen_status bound_outside(limen_micro *m, limen_solution *solution, limen_error *error)
{
    limen_hulls outside;
    limen_status status = limen_hulls_make(&m->plan->allocator, m->plan->width, &outside, error);
    double tp = m->tp, fp = m->fp;
    int unopened = 1;

    if (status != LIMEN_OK)
        return status;
    status = gather(m, &outside, 1, &unopened, solution, error);
    if (status == LIMEN_OK)
        status = merge(m, &outside, error);
    if (status == LIMEN_OK)
        limen_micro_bound(m);
    limen_hulls_release(&outside);
    m->tp = tp; /* the walk along the inner hulls starts at their corners */
    m->fp = fp;
    return status;
}

/* ---- From the walk back to the labels -------------------------------------------------------- */

/* Prices at which the best choice may lie: between the best edges' value and the bound. */
static void price_window(const limen_micro *m, double *low, double *high)
{
    const limen_objective *objective = &m->plan->aim.objective;
    double sign = limen_objective_traits(objective) & LIMEN_OBJECTIVE_LEAST ? -1.0 : 1.0;
    limen_ratio at_best = {0.0, 0}, at_bound = {0.0, 0};

    if (m->found && m->bounded && !m->constrained) {
        at_best = limen_objective_price(objective, &m->totals, sign * m->best.score);
        at_bound = limen_objective_price(objective, &m->totals, sign * m->bound);
    }
    *low = at_best.defined && at_bound.defined ? fmin(at_best.value, at_bound.value) * (1 - 1e-9)
                                               : 0.0;
    *high = at_best.defined && at_bound.defined ? fmax(at_best.value, at_bound.value) * (1 + 1e-9)
                                                : (double)INFINITY;
}

static int64_t mark_blocks(const limen_micro *m, int64_t label, limen_ladder *ladder,
                           int64_t chosen)
{
    int64_t marked = 0;
    double tp = 0.0, fp = 0.0, low, high;

    price_window(m, &low, &high);
    for (int64_t i = 0; i < ladder->count; i++) {
        limen_block *block = &ladder->blocks[i];
        int beside = i == chosen || i + 1 == chosen;

        if ((beside && !block->known) ||
            (!limen_block_is_single(block) &&
             limen_hull_may_gain(&m->hulls, label, tp + block->positives, fp, low, high))) {
            block->open = 1;
            marked++;
        }
        tp += block->positives;
        fp += block->negatives;
    }
    return marked;
}

static limen_status settle_labels(limen_micro *m, limen_solution *solution, limen_error *error)
{
    const limen_plan *plan = m->plan;
    limen_ladder ladder = {.blocks = NULL};
    limen_status status = LIMEN_OK;

    for (int64_t label = 0; label < plan->width && status == LIMEN_OK; label++) {
        limen_aim aim = limen_plan_aim(plan, label);
        limen_choice *choice = &solution->choices[label];

        status = m->feed->load(m->feed->context, label, &ladder, error);
        if (status != LIMEN_OK)
            break;
        if (m->stands[label].index >= 0) {
            limen_label_take(&aim, &ladder, m->stands[label].index, LIMEN_OUTCOME_OPTIMAL, choice);
            if (ladder.totals.positives == 0.0)
                choice->outcome = LIMEN_OUTCOME_NO_POSITIVES;
        }
        if (m->feed->open) {
            solution->marked += mark_blocks(m, label, &ladder, choice->index);
            status = m->feed->open(m->feed->context, label, &ladder, error);
        }
    }
    limen_ladder_release(&plan->allocator, &ladder);
    return status;
}

/* Where the walk's first `taken` edges leave each label. */
static void stand_on_walk(const limen_micro *m, const limen_solution *solution)
{
    for (int64_t label = 0; label < m->hulls.labels; label++) {
        int64_t first = m->hulls.first[label];
        const limen_vertex *vertex = &m->hulls.vertices[first];
        const limen_choice *pinned = &solution->choices[label];

        if (first < m->hulls.first[label + 1])
            m->stands[label] = (limen_stand){vertex->index, vertex->tp, vertex->fp};
        else
            m->stands[label] = (limen_stand){-1, pinned->tp, pinned->fp};
    }
    for (int64_t i = 0; i < m->taken; i++) {
        const limen_vertex *vertex = &m->hulls.vertices[m->edges[i].vertex];

        m->stands[m->edges[i].label] = (limen_stand){vertex->index, vertex->tp, vertex->fp};
    }
}

/* The walk is not the whole answer: from its best point by coordinate ascent. */
static limen_status ascend(limen_micro *m, limen_solution *solution, limen_error *error)
{
    limen_ascent ascent = {.plan = m->plan,
                           .feed = m->feed,
                           .hulls = &m->hulls,
                           .totals = m->totals,
                           .stands = m->stands,
                           .monotone = m->plan->conditions.count == 0 && !m->tilted,
                           .restarts = m->found && m->convex ? 0 : m->plan->restarts};
    limen_status status = limen_ascend(&ascent, error);

    if (status != LIMEN_OK)
        return status;
    m->found = ascent.point.defined && ascent.violation == 0.0;
    m->best = ascent.point;
    solution->violation = ascent.violation;
    solution->infeasible |= ascent.violation > 0.0;
    return LIMEN_OK;
}

static limen_outcome outcome_of(const limen_micro *m, const limen_solution *solution)
{
    if (solution->infeasible) {
        int pinned = 0;

        for (int64_t i = 0; i < solution->width; i++) {
            if (solution->choices[i].outcome == LIMEN_OUTCOME_INFEASIBLE)
                return LIMEN_OUTCOME_INFEASIBLE;
            pinned |= solution->choices[i].outcome == LIMEN_OUTCOME_UNDETERMINED;
        }
        return pinned || m->possible ? LIMEN_OUTCOME_UNDETERMINED : LIMEN_OUTCOME_INFEASIBLE;
    }
    if (!m->found)
        return m->totals.positives == 0.0 ? LIMEN_OUTCOME_NO_POSITIVES
               : isnan(solution->gap)     ? LIMEN_OUTCOME_WITHIN_GAP
                                          : LIMEN_OUTCOME_UNDEFINED;
    if (solution->gap == 0.0)
        return LIMEN_OUTCOME_OPTIMAL;
    return m->convex ? LIMEN_OUTCOME_WITHIN_GAP : LIMEN_OUTCOME_LOCAL;
}

/* Without conditions the walk reaches the bound, unless that is at a corner that is 0/0. */
static int falls_short(const limen_micro *m)
{
    return m->bounded && m->bound - m->best.score > 1e-12 * fmax(1.0, fabs(m->bound));
}

static void conclude(const limen_micro *m, int unopened, limen_solution *solution)
{
    const limen_plan *plan = m->plan;
    limen_sum tp = {0.0, 0.0}, fp = {0.0, 0.0};

    for (int64_t i = 0; i < plan->width; i++) {
        limen_sum_add(&tp, solution->choices[i].tp);
        limen_sum_add(&fp, solution->choices[i].fp);
    }
    solution->value =
        limen_objective_value(&plan->aim.shown, &m->totals, limen_sum_of(&tp), limen_sum_of(&fp));
    if (m->found && falls_short(m))
        solution->gap = m->bound - m->best.score;
    if ((m->tilted && m->constrained) || (!m->found && unopened && !m->feed->open))
        solution->gap = NAN;
    solution->outcome = outcome_of(m, solution);
    if (m->constrained && m->convex && solution->outcome == LIMEN_OUTCOME_WITHIN_GAP)
        solution->note = "a constraint on pooled counts is a knapsack: the walk along the hulls "
                         "stops at most one split edge short of the best";
}

/* Without any positive there is nothing to choose where "none" is 0/0: none is predicted. */
static int is_degenerate(const limen_micro *m)
{
    return m->totals.positives == 0.0 && !m->constrained &&
           !limen_micro_point(m, m->tp, m->fp).defined;
}

static limen_status solve(limen_micro *m, limen_solution *solution, limen_error *error)
{
    int unopened = 0, choose;
    limen_status status = gather(m, &m->hulls, 0, &unopened, solution, error);

    if (status == LIMEN_OK && unopened)
        status = bound_outside(m, solution, error);
    if (status == LIMEN_OK)
        status = merge(m, &m->hulls, error);
    if (status != LIMEN_OK)
        return status;
    if (!unopened)
        limen_micro_bound(m);
    choose = !is_degenerate(m);
    if (choose)
        find_best(m, m->constrained || !m->convex);
    /* Nothing but 0/0 at the corners: there may be more within an edge. */
    if (choose && !m->found)
        find_best(m, 1);
    if (!m->found && m->constrained)
        m->taken = nearest_on_walk(m);
    stand_on_walk(m, solution);
    if (choose && (m->constrained || !m->convex || !m->found || (!unopened && falls_short(m))))
        status = ascend(m, solution, error);
    if (status == LIMEN_OK)
        status = settle_labels(m, solution, error);
    if (status == LIMEN_OK)
        conclude(m, unopened, solution);
    return status;
}

/* A cost is a sum over labels: the best of each is the best of all. */
static limen_status solve_apart(limen_micro *m, limen_solution *solution, limen_error *error)
{
    limen_status status = limen_solve_labels(m->plan, m->feed, solution, error);
    limen_totals *totals = &m->totals;

    for (int64_t i = 0; i < solution->width; i++) {
        totals->positives += solution->choices[i].totals.positives;
        totals->negatives += solution->choices[i].totals.negatives;
        m->bound += solution->choices[i].gap;
    }
    m->found = m->bounded = m->convex = 1;
    conclude(m, 0, solution);
    return status;
}

static int rewards_errors(const limen_plan *plan)
{
    unsigned least = LIMEN_OBJECTIVE_CONVEX | LIMEN_OBJECTIVE_LEAST;
    const double *cost = plan->aim.objective.options.cost; /* of a tp, fp, tn, fn */

    return (limen_objective_traits(&plan->aim.objective) & least) == least &&
           (cost[3] < cost[0] || cost[1] < cost[2]);
}

limen_status limen_solve_micro(const limen_plan *plan, const limen_feed *feed,
                               limen_solution *solution, limen_error *error)
{
    unsigned traits = limen_objective_traits(&plan->aim.objective);
    limen_micro m = {.plan = plan,
                     .feed = feed,
                     .constrained = limen_conditions_apply(&plan->conditions, -1),
                     .tilted = rewards_errors(plan),
                     .convex = (traits & LIMEN_OBJECTIVE_CONVEX) != 0 && !rewards_errors(plan)};
    size_t width = (size_t)plan->width;
    limen_status status;

    solution->marked = 0;
    solution->infeasible = 0;
    solution->gap = 0.0;
    solution->violation = 0.0;
    solution->note = NULL; /* of an earlier pass */
    if (m.tilted && !m.constrained)
        return solve_apart(&m, solution, error);
    m.stands = limen_new(&plan->allocator, width, sizeof *m.stands);
    if (!m.stands)
        return limen_fail_memory(error, width * sizeof *m.stands);
    status = limen_hulls_make(&plan->allocator, plan->width, &m.hulls, error);
    if (status == LIMEN_OK)
        status = solve(&m, solution, error);
    if (m.hulls.first)
        limen_hulls_release(&m.hulls);
    limen_delete(&plan->allocator, m.edges, (size_t)m.edge_capacity, sizeof *m.edges);
    limen_delete(&plan->allocator, m.stands, width, sizeof *m.stands);
    return status;
}
