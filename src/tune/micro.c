/* Joint choice for the pooled counts: one walk over the merged edges of all labels' hulls. */
#include "core/numeric.h"
#include "core/status.h"
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
} micro;

/* ---- The walk -----------------------------------------------------------------------------------
 */

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

static void find_best(micro *m)
{
    int constrained = limen_conditions_apply(&m->plan->conditions, -1);
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
        take_group(m, &at, constrained);
    }
}

/* Nothing on the walk is feasible: the point of the walk that fails by least. */
static double find_nearest(micro *m)
{
    double least = INFINITY;
    walk at;

    m->taken = 0;
    start_walk(m, &at);
    for (;;) {
        double violation = violation_of(m, limen_sum_of(&at.tp), limen_sum_of(&at.fp));

        if (violation < least) {
            least = violation;
            m->taken = at.next;
        }
        if (at.next == m->edge_count)
            return least;
        take_edge(m, &at);
    }
}

/* ---- The bound of the relaxed problem, in which labels may be mixed from two cuts
 * ----------------- */

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
    }
}

/* ---- Hulls of all labels
 * --------------------------------------------------------------------------- */

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

/* ---- From the walk back to the labels
 * -------------------------------------------------------------- */

/* Prices at which the best choice may lie: between the best edges' value and the bound. */
static void price_window(const micro *m, double *low, double *high)
{
    const limen_objective *objective = &m->plan->aim.objective;
    double sign = limen_objective_traits(objective) & LIMEN_OBJECTIVE_LEAST ? -1.0 : 1.0;
    limen_ratio at_best = {0.0, 0}, at_bound = {0.0, 0};

    if (m->found && m->bounded && !limen_conditions_apply(&m->plan->conditions, -1)) {
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

static limen_status settle_labels(micro *m, const int64_t *cuts, limen_solution *solution,
                                  limen_error *error)
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
        if (cuts[label] >= 0) {
            limen_label_take(&aim, &ladder, cuts[label], LIMEN_OUTCOME_OPTIMAL, choice);
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

/* Where the walk's first `taken` edges leave each label; -1 where conditions pinned it. */
static void cuts_of_walk(const micro *m, int64_t *cuts)
{
    for (int64_t label = 0; label < m->hulls.labels; label++) {
        int64_t first = m->hulls.first[label];

        cuts[label] = first < m->hulls.first[label + 1] ? m->hulls.vertices[first].index : -1;
    }
    for (int64_t i = 0; i < m->taken; i++)
        cuts[m->edges[i].label] = m->hulls.vertices[m->edges[i].vertex].index;
}

/* The cuts of one label between the two ends of the edge that a condition splits may do better than
 * either end. */
static limen_status refine_split(micro *m, int64_t *cuts, limen_error *error)
{
    const limen_plan *plan = m->plan;
    limen_ladder ladder = {.blocks = NULL};
    const limen_edge *edge = m->taken < m->edge_count ? &m->edges[m->taken] : NULL;
    limen_status status;
    int64_t from, to;
    double tp = m->best.tp, fp = m->best.fp;

    if (!edge || !m->found || !limen_conditions_apply(&plan->conditions, -1))
        return LIMEN_OK;
    from = cuts[edge->label];
    to = m->hulls.vertices[edge->vertex].index;
    status = m->feed->load(m->feed->context, edge->label, &ladder, error);
    for (int64_t i = from; i < to && status == LIMEN_OK; i++) {
        limen_aim aim = limen_plan_aim(plan, edge->label);
        limen_choice cut;
        limen_point point;

        tp += ladder.blocks[i].positives;
        fp += ladder.blocks[i].negatives;
        point = point_of(m, tp, fp);
        limen_label_take(&aim, &ladder, i + 1, LIMEN_OUTCOME_OPTIMAL, &cut);
        if (point.defined && cut.cut.offered && violation_of(m, tp, fp) == 0.0 &&
            limen_conditions_violation(&plan->conditions, edge->label, &ladder.totals, cut.tp,
                                       cut.fp) == 0.0 &&
            limen_objective_compare(&plan->aim.objective, &m->totals, &point, &m->best) > 0) {
            m->best = point;
            cuts[edge->label] = i + 1;
        }
    }
    limen_ladder_release(&plan->allocator, &ladder);
    return status;
}

static void conclude(micro *m, int unopened, limen_solution *solution)
{
    const limen_plan *plan = m->plan;
    int constrained = limen_conditions_apply(&plan->conditions, -1);
    limen_sum tp = {0.0, 0.0}, fp = {0.0, 0.0};

    for (int64_t i = 0; i < plan->width; i++) {
        limen_sum_add(&tp, solution->choices[i].tp);
        limen_sum_add(&fp, solution->choices[i].fp);
    }
    solution->value =
        limen_objective_value(&plan->aim.shown, &m->totals, limen_sum_of(&tp), limen_sum_of(&fp));
    if (!m->found) {
        solution->outcome = solution->infeasible         ? LIMEN_OUTCOME_INFEASIBLE
                            : unopened && !m->feed->open ? LIMEN_OUTCOME_UNDETERMINED
                            : m->totals.positives == 0.0 ? LIMEN_OUTCOME_NO_POSITIVES
                                                         : LIMEN_OUTCOME_UNDEFINED;
        return;
    }
    if (m->bounded && (constrained || unopened))
        solution->gap = fmax(0.0, m->bound - m->best.score);
    solution->outcome = solution->infeasible  ? LIMEN_OUTCOME_INFEASIBLE
                        : solution->gap > 0.0 ? LIMEN_OUTCOME_WITHIN_GAP
                                              : LIMEN_OUTCOME_OPTIMAL;
    if (constrained && solution->gap > 0.0)
        solution->note = "a constraint on pooled counts is a knapsack: the walk along the hulls "
                         "stops at most one split edge short of the best";
}

static limen_status solve(micro *m, int64_t *cuts, limen_solution *solution, limen_error *error)
{
    int unopened = 0;
    limen_status status = gather(m, &m->hulls, 0, &unopened, solution, error);

    if (status == LIMEN_OK && unopened)
        status = bound_outside(m, solution, error);
    if (status == LIMEN_OK)
        status = merge(m, &m->hulls, error);
    if (status != LIMEN_OK)
        return status;
    if (!unopened)
        find_bound(m);
    find_best(m);
    if (!m->found && limen_conditions_apply(&m->plan->conditions, -1)) {
        solution->violation = find_nearest(m);
        solution->infeasible = solution->violation > 0.0;
    }
    cuts_of_walk(m, cuts);
    status = refine_split(m, cuts, error);
    if (status == LIMEN_OK)
        status = settle_labels(m, cuts, solution, error);
    if (status == LIMEN_OK)
        conclude(m, unopened, solution);
    return status;
}

limen_status limen_solve_micro(const limen_plan *plan, const limen_feed *feed,
                               limen_solution *solution, limen_error *error)
{
    micro m = {.plan = plan, .feed = feed};
    size_t width = (size_t)plan->width;
    int64_t *cuts = limen_new(&plan->allocator, width, sizeof *cuts);
    limen_status status;

    if (!cuts)
        return limen_fail_memory(error, width * sizeof *cuts);
    solution->marked = 0;
    solution->infeasible = 0;
    solution->gap = 0.0;
    status = limen_hulls_make(&plan->allocator, plan->width, &m.hulls, error);
    if (status == LIMEN_OK)
        status = solve(&m, cuts, solution, error);
    if (m.hulls.first)
        limen_hulls_release(&m.hulls);
    limen_delete(&plan->allocator, m.edges, (size_t)m.edge_capacity, sizeof *m.edges);
    limen_delete(&plan->allocator, cuts, width, sizeof *cuts);
    return status;
}
