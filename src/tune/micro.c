/* Joint choice for the pooled counts: one walk over the merged edges of all labels' hulls. */
#include "core/numeric.h"
#include "core/status.h"
#include "tune/ascent.h"
#include "tune/hull.h"
#include "tune/plan.h"

#include <math.h>

typedef struct micro {
    const limen_plan *plan;
    const limen_feed *feed;
    limen_totals totals; /* of all labels */
    limen_hulls hulls;   /* of what can be reached for sure */
    limen_edge *edges;
    int64_t edge_count, edge_capacity;
    double tp, fp;    /* where the walk starts */
    int64_t taken;    /* edges of the best point of the walk */
    limen_point best; /* feasible and defined */
    int found;
    double bound; /* score that no choice of cuts exceeds */
    int bounded;
    int constrained; /* the pooled counts are */
    int convex;      /* the objective is: without conditions the walk finds the best */
    limen_stand *stands;
} micro;

/* ---- The walk -------------------------------------------------------------------------------- */

/* Points of one walk: sums of edges from the start. */
typedef struct walk {
    limen_sum tp, fp;
    int64_t next;
} walk;

static void start_walk(const micro *m, walk *at)
{
    *at = (walk){{m->tp, 0.0}, {m->fp, 0.0}, 0};
}

static void take_edge(const micro *m, walk *at)
{
    const limen_edge *edge = &m->edges[at->next++];

    limen_sum_add(&at->tp, edge->tp);
    limen_sum_add(&at->fp, edge->fp);
}

/* Edges of one slope are taken whole; one by one where conditions could make a part of them the
 * best that there is. */
static void take_group(const micro *m, walk *at, int one_by_one)
{
    int64_t first = at->next;

    do
        take_edge(m, at);
    while (!one_by_one && at->next < m->edge_count &&
           limen_edge_compare(&m->edges[first], &m->edges[at->next], m->totals.whole) == 0);
}

static limen_point point_of(const micro *m, double tp, double fp)
{
    return limen_objective_at(&m->plan->aim.objective, &m->totals, fmin(tp, m->totals.positives),
                              fmin(fp, m->totals.negatives));
}

static double violation_of(const micro *m, double tp, double fp)
{
    return limen_conditions_violation(&m->plan->conditions, -1, &m->totals, tp, fp);
}

static void find_best(micro *m, int one_by_one)
{
    int lowest = m->plan->aim.lowest;
    walk at;

    m->found = 0;
    start_walk(m, &at);
    for (;;) {
        double tp = limen_sum_of(&at.tp), fp = limen_sum_of(&at.fp);
        limen_point point = point_of(m, tp, fp);

        if (point.defined && violation_of(m, tp, fp) == 0.0 &&
            (!m->found || limen_objective_compare(&m->plan->aim.objective, &m->totals, &point,
                                                  &m->best) > (lowest ? -1 : 0))) {
            m->found = 1;
            m->best = point;
            m->taken = at.next;
        }
        if (at.next == m->edge_count)
            return;
        take_group(m, &at, one_by_one);
    }
}

/* Nothing on the walk is feasible: how many edges lead to the point that fails by least. */
static int64_t nearest_on_walk(const micro *m)
{
    double least = INFINITY;
    int64_t taken = 0;
    walk at;

    start_walk(m, &at);
    for (;;) {
        double violation = violation_of(m, limen_sum_of(&at.tp), limen_sum_of(&at.fp));

        if (violation < least) {
            least = violation;
            taken = at.next;
        }
        if (at.next == m->edge_count)
            return taken;
        take_edge(m, &at);
    }
}

/* ---- The bound of the relaxed problem, in which labels may be mixed from two cuts ------------ */

static void raise_bound(micro *m, double tp, double fp)
{
    limen_point point = point_of(m, tp, fp);

    if (point.defined && (!m->bounded || point.score > m->bound)) {
        m->bounded = 1;
        m->bound = point.score;
    }
}

/* On the segment from a to b each condition holds on one side of a point: where it changes is a
 * vertex of the feasible region. */
static void bound_segment(micro *m, const double a[2], const double b[2])
{
    const limen_conditions *all = &m->plan->conditions;

    for (int64_t i = 0; i < all->count; i++) {
        limen_conditions one = {.all = &all->all[i], .count = 1, .pooled = all->pooled};
        int from = limen_conditions_violation(&one, -1, &m->totals, a[0], a[1]) == 0.0;
        int to = limen_conditions_violation(&one, -1, &m->totals, b[0], b[1]) == 0.0;
        double low = 0.0, high = 1.0;

        if (from == to)
            continue;
        for (int step = 0; step < 60; step++) {
            double t = 0.5 * (low + high);
            double tp = a[0] + t * (b[0] - a[0]), fp = a[1] + t * (b[1] - a[1]);

            if ((limen_conditions_violation(&one, -1, &m->totals, tp, fp) == 0.0) == from)
                low = t;
            else
                high = t;
        }
        if (violation_of(m, a[0] + low * (b[0] - a[0]), a[1] + low * (b[1] - a[1])) < 1e-9)
            raise_bound(m, a[0] + low * (b[0] - a[0]), a[1] + low * (b[1] - a[1]));
        if (violation_of(m, a[0] + high * (b[0] - a[0]), a[1] + high * (b[1] - a[1])) < 1e-9)
            raise_bound(m, a[0] + high * (b[0] - a[0]), a[1] + high * (b[1] - a[1]));
    }
}

/* The greatest score on a segment, where it may lie inside: scores rise and then fall there. */
static void bound_inside(micro *m, const double a[2], const double b[2])
{
    double low = 0.0, high = 1.0;

    for (int step = 0; step < 80; step++) {
        double s = low + (high - low) / 3.0, t = high - (high - low) / 3.0;
        limen_point at_s = point_of(m, a[0] + s * (b[0] - a[0]), a[1] + s * (b[1] - a[1]));
        limen_point at_t = point_of(m, a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]));

        if (at_s.score < at_t.score)
            low = s;
        else
            high = t;
    }
    raise_bound(m, a[0] + low * (b[0] - a[0]), a[1] + low * (b[1] - a[1]));
}

static void find_bound(micro *m)
{
    double from[2], to[2];
    walk at;

    m->bounded = 0;
    start_walk(m, &at);
    to[0] = m->tp, to[1] = m->fp;
    for (;;) {
        if (violation_of(m, to[0], to[1]) == 0.0)
            raise_bound(m, to[0], to[1]);
        if (at.next == m->edge_count)
            return;
        take_group(m, &at, 0);
        from[0] = to[0], from[1] = to[1];
        to[0] = limen_sum_of(&at.tp), to[1] = limen_sum_of(&at.fp);
        bound_segment(m, from, to);
        if (!m->convex)
            bound_inside(m, from, to);
        if (!m->bounded && !m->constrained) /* 0/0 at the corner */
            raise_bound(m, 0.5 * (from[0] + to[0]), 0.5 * (from[1] + to[1]));
    }
}

/* ---- Hulls of all labels --------------------------------------------------------------------- */

/* Fills in hulls, totals, the start and the edges. *unopened is set when some block holds more. A
 * label whose conditions no cut meets is left at its nearest cut. */
static limen_status gather(micro *m, limen_hulls *hulls, int outer, int *unopened,
                           limen_solution *solution, limen_error *error)
{
    const limen_plan *plan = m->plan;
    limen_ladder ladder = {.blocks = NULL};
    limen_status status = LIMEN_OK;
    limen_sum tp = {0.0, 0.0}, fp = {0.0, 0.0}, positives = {0.0, 0.0}, negatives = {0.0, 0.0};

    for (int64_t label = 0; label < plan->width && status == LIMEN_OK; label++) {
        limen_aim aim = limen_plan_aim(plan, label);
        limen_scan scan;

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
        limen_label_scan(&aim, label, &ladder, &scan);
        limen_label_take(&aim, &ladder, scan.nearest_index, LIMEN_OUTCOME_INFEASIBLE,
                         &solution->choices[label]);
        solution->choices[label].violation = scan.violation;
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

static limen_status merge(micro *m, const limen_hulls *hulls, limen_error *error)
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
static limen_status bound_outside(micro *m, limen_solution *solution, limen_error *error)
{
    limen_hulls outside;
    limen_status status = limen_hulls_make(&m->plan->allocator, m->plan->width, &outside, error);
    int unopened = 1;

    if (status != LIMEN_OK)
        return status;
    status = gather(m, &outside, 1, &unopened, solution, error);
    if (status == LIMEN_OK)
        status = merge(m, &outside, error);
    if (status == LIMEN_OK)
        find_bound(m);
    limen_hulls_release(&outside);
    return status;
}

/* ---- From the walk back to the labels -------------------------------------------------------- */

/* Prices at which the best choice may lie: between the best edges' value and the bound. */
static void price_window(const micro *m, double *low, double *high)
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

static int64_t mark_blocks(const micro *m, int64_t label, limen_ladder *ladder, int64_t chosen)
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

static limen_status settle_labels(micro *m, limen_solution *solution, limen_error *error)
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
static void stand_on_walk(const micro *m, const limen_solution *solution)
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
static limen_status ascend(micro *m, limen_solution *solution, limen_error *error)
{
    limen_ascent ascent = {.plan = m->plan,
                           .feed = m->feed,
                           .hulls = &m->hulls,
                           .totals = m->totals,
                           .stands = m->stands,
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

/* Whether what the upper hulls do not meet nothing meets: more true and fewer false positives never
 * harm, or only the number of both counts. */
static int hull_is_proof(const micro *m)
{
    const limen_conditions *all = &m->plan->conditions;

    for (int64_t i = 0; i < all->count; i++) {
        const limen_condition *one = &all->all[i];
        int wanted = one->sense == LIMEN_AT_LEAST ? 1 : -1;

        if (one->label == -1 && one->with_tp != one->with_fp && one->with_tp != wanted)
            return 0;
    }
    return 1;
}

static limen_outcome outcome_of(const micro *m, int unopened, const limen_solution *solution)
{
    if (solution->infeasible)
        return m->found || (!m->bounded && hull_is_proof(m)) ? LIMEN_OUTCOME_INFEASIBLE
                                                             : LIMEN_OUTCOME_UNDETERMINED;
    if (!m->found)
        return unopened && !m->feed->open   ? LIMEN_OUTCOME_UNDETERMINED
               : m->totals.positives == 0.0 ? LIMEN_OUTCOME_NO_POSITIVES
                                            : LIMEN_OUTCOME_UNDEFINED;
    if (!(solution->gap > 0.0))
        return LIMEN_OUTCOME_OPTIMAL;
    return m->convex ? LIMEN_OUTCOME_WITHIN_GAP : LIMEN_OUTCOME_LOCAL;
}

static void conclude(const micro *m, int unopened, limen_solution *solution)
{
    const limen_plan *plan = m->plan;
    limen_sum tp = {0.0, 0.0}, fp = {0.0, 0.0};

    for (int64_t i = 0; i < plan->width; i++) {
        limen_sum_add(&tp, solution->choices[i].tp);
        limen_sum_add(&fp, solution->choices[i].fp);
    }
    solution->value =
        limen_objective_value(&plan->aim.shown, &m->totals, limen_sum_of(&tp), limen_sum_of(&fp));
    if (m->found && m->bounded)
        solution->gap = fmax(0.0, m->bound - m->best.score);
    if (!(solution->gap > 1e-12 * fmax(1.0, fabs(m->bound))))
        solution->gap = 0.0;
    solution->outcome = outcome_of(m, unopened, solution);
    if (m->constrained && m->convex && solution->outcome == LIMEN_OUTCOME_WITHIN_GAP)
        solution->note = "a constraint on pooled counts is a knapsack: the walk along the hulls "
                         "stops at most one split edge short of the best";
}

/* Without any positive there is nothing to choose where "none" is 0/0: none is predicted. */
static int is_degenerate(const micro *m)
{
    return m->totals.positives == 0.0 && !m->constrained && !point_of(m, m->tp, m->fp).defined;
}

static limen_status solve(micro *m, limen_solution *solution, limen_error *error)
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
        find_bound(m);
    choose = !is_degenerate(m);
    if (choose)
        find_best(m, m->constrained || !m->convex);
    /* Nothing but 0/0 at the corners: there may be more within an edge. */
    if (choose && !m->found)
        find_best(m, 1);
    if (!m->found && m->constrained)
        m->taken = nearest_on_walk(m);
    stand_on_walk(m, solution);
    if (choose && (m->constrained || !m->convex || !m->found))
        status = ascend(m, solution, error);
    if (status == LIMEN_OK)
        status = settle_labels(m, solution, error);
    if (status == LIMEN_OK)
        conclude(m, unopened, solution);
    return status;
}

limen_status limen_solve_micro(const limen_plan *plan, const limen_feed *feed,
                               limen_solution *solution, limen_error *error)
{
    unsigned traits = limen_objective_traits(&plan->aim.objective);
    micro m = {.plan = plan,
               .feed = feed,
               .constrained = limen_conditions_apply(&plan->conditions, -1),
               .convex = (traits & LIMEN_OBJECTIVE_CONVEX) != 0};
    size_t width = (size_t)plan->width;
    limen_status status;

    m.stands = limen_new(&plan->allocator, width, sizeof *m.stands);
    if (!m.stands)
        return limen_fail_memory(error, width * sizeof *m.stands);
    solution->marked = 0;
    solution->infeasible = 0;
    solution->gap = 0.0;
    status = limen_hulls_make(&plan->allocator, plan->width, &m.hulls, error);
    if (status == LIMEN_OK)
        status = solve(&m, solution, error);
    if (m.hulls.first)
        limen_hulls_release(&m.hulls);
    limen_delete(&plan->allocator, m.edges, (size_t)m.edge_capacity, sizeof *m.edges);
    limen_delete(&plan->allocator, m.stands, width, sizeof *m.stands);
    return status;
}
