#include "tune/label.h"

#include "core/numeric.h"

#include <float.h>
#include <math.h>

const char *limen_outcome_name(limen_outcome outcome)
{
    static const char *const names[] = {
        [LIMEN_OUTCOME_OPTIMAL] = "optimal",
        [LIMEN_OUTCOME_LOCAL] = "local",
        [LIMEN_OUTCOME_WITHIN_GAP] = "within_gap",
        [LIMEN_OUTCOME_NO_POSITIVES] = "no_positives",
        [LIMEN_OUTCOME_NO_NEGATIVES] = "no_negatives",
        [LIMEN_OUTCOME_UNDEFINED] = "undefined",
        [LIMEN_OUTCOME_BELOW_FLOOR] = "below_floor",
        [LIMEN_OUTCOME_INFEASIBLE] = "infeasible",
        [LIMEN_OUTCOME_UNDETERMINED] = "undetermined",
        [LIMEN_OUTCOME_FIXED] = "fixed",
    };

    return names[outcome];
}

/* A walk over the cuts from none to all. Unweighted counts are whole numbers, so the sums are
 * exact; the carry is for weights. */
typedef struct walk {
    int64_t index;
    limen_sum tp, fp;
} walk;

static void snap(limen_sum *sum, double total)
{
    if (limen_settle(limen_sum_of(sum), total) == total)
        *sum = (limen_sum){total, 0.0};
}

static void walk_on(walk *at, const limen_ladder *ladder)
{
    const limen_block *block = &ladder->blocks[at->index++];

    limen_sum_add(&at->tp, block->positives);
    limen_sum_add(&at->fp, block->negatives);
    if (!ladder->totals.whole) {
        snap(&at->tp, ladder->totals.positives);
        snap(&at->fp, ladder->totals.negatives);
    }
}

static limen_point point_at(const limen_aim *aim, const limen_ladder *ladder, const walk *at)
{
    limen_point point = limen_objective_at(&aim->objective, &ladder->totals, limen_sum_of(&at->tp),
                                           limen_sum_of(&at->fp));

    if (!point.defined && aim->stands_in) {
        point.score = limen_aim_sign(aim) * aim->none;
        point.defined = 1;
    }
    return point;
}

/* Steps over the flight of blocks that begins here when no cut inside is as good as `floor`. Only
 * where sums are whole, and so exact; and not over the first and the last flight, where objectives
 * may be 0/0. */
static int step_over(const limen_aim *aim, const limen_ladder *ladder, const limen_point *floor,
                     walk *at)
{
    const limen_flight *flight = &ladder->flights[at->index / LIMEN_LADDER_FLIGHT];
    limen_point from = {.tp = limen_sum_of(&at->tp), .fp = limen_sum_of(&at->fp)};
    limen_point bound;

    if (at->index % LIMEN_LADDER_FLIGHT != 0 || at->index == 0 || !ladder->summed ||
        !ladder->totals.whole || at->index + LIMEN_LADDER_FLIGHT >= ladder->count)
        return 0;
    bound = limen_objective_bound(&aim->objective, &ladder->totals, &from, flight->positives,
                                  flight->negatives);
    /* A bound is no cut, so what is nearly equal is not compared exactly. */
    if (!bound.defined || bound.score >= floor->score - 1e-9 * fmax(1.0, fabs(floor->score)))
        return 0;
    limen_sum_add(&at->tp, flight->positives);
    limen_sum_add(&at->fp, flight->negatives);
    at->index += LIMEN_LADDER_FLIGHT;
    return 1;
}

static int is_offered(const limen_aim *aim, const limen_ladder *ladder, int64_t index)
{
    return limen_ladder_cut(ladder, aim->rule, LIMEN_AT_SCORE, index).offered;
}

/* There is nothing to choose at a cut where the objective is 0/0, unless a condition is broken
 * there. Conditions that are 0/0 themselves do not count. */
static int settles(const limen_aim *aim, int64_t label, const limen_totals *totals, double tp,
                   double fp)
{
    return !limen_objective_at(&aim->objective, totals, tp, fp).defined &&
           limen_conditions_bound(aim->conditions, label, totals, tp, fp, 0.0, 0.0) == 0.0;
}

/* A class that the objective needs is missing: none is predicted, or all. */
static int find_degenerate(const limen_aim *aim, int64_t label, const limen_ladder *ladder,
                           limen_scan *scan)
{
    const limen_totals *totals = &ladder->totals;

    if (aim->stands_in && aim->none == 1.0)
        return 0;
    if (totals->positives == 0.0 && settles(aim, label, totals, 0.0, 0.0)) {
        *scan = (limen_scan){.degenerate = 1, .outcome = LIMEN_OUTCOME_NO_POSITIVES};
        return 1;
    }
    if (totals->negatives == 0.0 && settles(aim, label, totals, totals->positives, 0.0)) {
        *scan = (limen_scan){
            .degenerate = 1, .outcome = LIMEN_OUTCOME_NO_NEGATIVES, .best_index = ladder->count};
        return 1;
    }
    return 0;
}

/* Violations that are nearer to each other are equal. */
static double violation_slack(const limen_ladder *ladder)
{
    return ladder->totals.whole ? 4.0 * DBL_EPSILON : 1e-12;
}

/* Of infeasible cuts: the lesser violation, then the better objective, then the higher threshold.
 */
static int is_nearer(const limen_aim *aim, const limen_ladder *ladder, double violation,
                     const limen_point *point, const limen_scan *scan)
{
    if (!(fabs(violation - scan->violation) <= violation_slack(ladder)) &&
        violation != scan->violation)
        return violation < scan->violation;
    if (point->defined != scan->nearest.defined)
        return point->defined > scan->nearest.defined;
    return point->defined &&
           limen_objective_compare(&aim->objective, &ladder->totals, point, &scan->nearest) > 0;
}

/* The best by number alone: nearly equal scores are told apart exactly where that is possible, and
 * are a matter of the tie rule (limen_label_choose) where it is not. */
static int is_better(const limen_aim *aim, const limen_ladder *ladder, const limen_point *point,
                     const limen_point *best)
{
    int order = limen_objective_compare(&aim->objective, &ladder->totals, point, best);

    return order > 0 || (order == 0 && !ladder->totals.whole && point->score > best->score);
}

static void weigh_feasible(const limen_aim *aim, const limen_ladder *ladder, int64_t index,
                           const limen_point *point, limen_scan *scan)
{
    if (point->defined && scan->found && !is_better(aim, ladder, point, &scan->best))
        return;
    if (!is_offered(aim, ladder, index))
        return;
    if (!scan->feasible) {
        scan->feasible = 1;
        scan->nearest_index = index;
    }
    if (point->defined) {
        scan->found = 1;
        scan->best = *point;
        scan->best_index = index;
    }
}

static void weigh_infeasible(const limen_aim *aim, const limen_ladder *ladder, int64_t index,
                             const limen_point *point, double violation, limen_scan *scan)
{
    if (index > 0 && !is_nearer(aim, ladder, violation, point, scan))
        return;
    if (!is_offered(aim, ladder, index))
        return;
    scan->nearest = *point;
    scan->nearest_index = index;
    scan->violation = violation;
}

/* The best of the cuts between flights; undefined when none is feasible. */
static limen_point find_floor(const limen_aim *aim, int64_t label, const limen_ladder *ladder)
{
    limen_point floor = {.defined = 0};
    walk at = {.index = 0};

    while (ladder->summed && at.index + LIMEN_LADDER_FLIGHT < ladder->count) {
        const limen_flight *flight = &ladder->flights[at.index / LIMEN_LADDER_FLIGHT];
        limen_point point;

        limen_sum_add(&at.tp, flight->positives);
        limen_sum_add(&at.fp, flight->negatives);
        at.index += LIMEN_LADDER_FLIGHT;
        point = point_at(aim, ladder, &at);
        if (point.defined && (!floor.defined || is_better(aim, ladder, &point, &floor)) &&
            limen_conditions_violation(aim->conditions, label, &ladder->totals, point.tp,
                                       point.fp) == 0.0 &&
            is_offered(aim, ladder, at.index))
            floor = point;
    }
    return floor;
}

void limen_label_scan(const limen_aim *aim, int64_t label, const limen_ladder *ladder,
                      limen_scan *scan)
{
    limen_point floor;
    walk at = {.index = 0};

    if (find_degenerate(aim, label, ladder, scan))
        return;
    *scan = (limen_scan){.violation = INFINITY};
    floor = find_floor(aim, label, ladder);
    for (;;) {
        limen_point point = point_at(aim, ladder, &at);
        double violation =
            limen_conditions_violation(aim->conditions, label, &ladder->totals, point.tp, point.fp);

        if (violation == 0.0)
            weigh_feasible(aim, ladder, at.index, &point, scan);
        else if (!scan->feasible)
            weigh_infeasible(aim, ladder, at.index, &point, violation, scan);
        if (at.index == ladder->count)
            return;
        if (!floor.defined || !step_over(aim, ladder, &floor, &at))
            walk_on(&at, ladder);
    }
}

/* ---- The chosen cut and its equals ----------------------------------------------------------- */

/* Calls `take` for the cuts that are as good as the best one, from none to all. */
typedef void (*tie_take)(void *context, const limen_ladder *ladder, int64_t index);

static void each_tie(const limen_aim *aim, int64_t label, const limen_ladder *ladder,
                     const limen_scan *scan, tie_take take, void *context)
{
    walk at = {.index = 0};

    for (;;) {
        limen_point point = point_at(aim, ladder, &at);

        if (point.defined &&
            limen_objective_compare(&aim->objective, &ladder->totals, &point, &scan->best) == 0 &&
            limen_conditions_violation(aim->conditions, label, &ladder->totals, point.tp,
                                       point.fp) == 0.0 &&
            is_offered(aim, ladder, at.index))
            take(context, ladder, at.index);
        if (at.index == ladder->count)
            return;
        if (!step_over(aim, ladder, &scan->best, &at))
            walk_on(&at, ladder);
    }
}

typedef struct extremes {
    int64_t first, last;
} extremes;

static void take_extremes(void *context, const limen_ladder *ladder, int64_t index)
{
    extremes *found = context;

    (void)ladder;
    if (found->first < 0)
        found->first = index;
    found->last = index;
}

static int64_t chosen_index(const limen_aim *aim, int64_t label, const limen_ladder *ladder,
                            const limen_scan *scan)
{
    extremes found = {-1, -1};

    if (scan->degenerate)
        return scan->best_index;
    if (!scan->found)
        return scan->nearest_index;
    each_tie(aim, label, ladder, scan, take_extremes, &found);
    return aim->lowest ? found.last : found.first;
}

/* ---- Blocks that may hold a better cut ------------------------------------------------------- */

typedef enum promise { NOTHING, EQUAL, BETTER } promise;

/* Whether a cut inside a block that is entered at `from` may beat the best edge. */
static promise block_promise(const limen_aim *aim, const limen_ladder *ladder,
                             const limen_block *block, const limen_point *from,
                             const limen_scan *scan)
{
    limen_point bound = limen_objective_bound(&aim->objective, &ladder->totals, from,
                                              block->positives, block->negatives);
    int order;

    if (!scan->found || !bound.defined)
        return BETTER;
    order = limen_objective_compare(&aim->objective, &ladder->totals, &bound, &scan->best);
    /* Where rounding stands in for exact order, what is almost equal may be better. */
    if (order <= 0 && !ladder->totals.whole &&
        bound.score >= scan->best.score - 1e-12 * fmax(1.0, fabs(scan->best.score)))
        return BETTER;
    return order > 0 ? BETTER : order == 0 ? EQUAL : NOTHING;
}

typedef struct blocks_left {
    int64_t feasible; /* that may hold a feasible cut as good as the best one, or better */
    double gap;
} blocks_left;

/* Goes over the blocks that have not been told apart; marks them when `mark`. */
static blocks_left find_blocks(const limen_aim *aim, int64_t label, limen_ladder *ladder,
                               const limen_scan *scan, int64_t chosen, int mark)
{
    blocks_left left = {0, 0.0};
    walk at = {.index = 0};

    while (at.index < ladder->count) {
        limen_block *block = &ladder->blocks[at.index];
        int64_t index = at.index;
        limen_point from = {.tp = limen_sum_of(&at.tp), .fp = limen_sum_of(&at.fp)};
        limen_point bound;
        promise hope;

        if (scan->found && step_over(aim, ladder, &scan->best, &at))
            continue;
        walk_on(&at, ladder);
        if (limen_block_is_single(block) ||
            limen_conditions_bound(aim->conditions, label, &ladder->totals, from.tp, from.fp,
                                   block->positives, block->negatives) > 0.0)
            continue;
        hope = block_promise(aim, ladder, block, &from, scan);
        if (hope == EQUAL && !aim->plateau && (index >= chosen) != aim->lowest)
            hope = NOTHING;
        if (hope == NOTHING)
            continue;
        left.feasible++;
        block->open = block->open || mark;
        bound = limen_objective_bound(&aim->objective, &ladder->totals, &from, block->positives,
                                      block->negatives);
        if (!bound.defined)
            bound.score = 1.0;
        if (scan->found)
            left.gap = fmax(left.gap, bound.score - scan->best.score);
    }
    return left;
}

/* Nothing can be feasible: marks the blocks that may hold a cut nearer to it than the nearest edge.
 */
static int64_t mark_nearer(const limen_aim *aim, int64_t label, limen_ladder *ladder,
                           const limen_scan *scan)
{
    int64_t marked = 0;
    walk at = {.index = 0};

    while (at.index < ladder->count) {
        limen_block *block = &ladder->blocks[at.index];
        double tp = limen_sum_of(&at.tp), fp = limen_sum_of(&at.fp);

        walk_on(&at, ladder);
        if (limen_block_is_single(block) ||
            limen_conditions_bound(aim->conditions, label, &ladder->totals, tp, fp,
                                   block->positives,
                                   block->negatives) > scan->violation + violation_slack(ladder))
            continue;
        block->open = 1;
        marked++;
    }
    return marked;
}

int64_t limen_label_mark_cut(limen_ladder *ladder, int64_t index)
{
    int64_t marked = 0;

    for (int64_t i = index - 1; i <= index; i++) {
        limen_block *block = i >= 0 && i < ladder->count ? &ladder->blocks[i] : NULL;

        if (block && !block->known) {
            block->open = 1;
            marked++;
        }
    }
    return marked;
}

typedef struct marking {
    limen_ladder *ladder;
    int64_t marked;
} marking;

static void mark_tie(void *context, const limen_ladder *ladder, int64_t index)
{
    marking *m = context;

    (void)ladder;
    m->marked += limen_label_mark_cut(m->ladder, index);
}

int64_t limen_label_mark(const limen_aim *aim, int64_t label, limen_ladder *ladder,
                         const limen_scan *scan)
{
    int64_t chosen = chosen_index(aim, label, ladder, scan);
    int64_t marked = 0;

    if (!scan->degenerate) {
        marked = find_blocks(aim, label, ladder, scan, chosen, 1).feasible;
        if (marked == 0 && !scan->feasible)
            marked = mark_nearer(aim, label, ladder, scan);
    }
    if (aim->plateau && scan->found) {
        marking ties = {ladder, 0};

        each_tie(aim, label, ladder, scan, mark_tie, &ties);
        return marked + ties.marked;
    }
    return marked + limen_label_mark_cut(ladder, chosen);
}

/* ---- The answer --------------------------------------------------------------------------------
 */

void limen_label_take(const limen_aim *aim, const limen_ladder *ladder, int64_t index,
                      limen_outcome outcome, limen_choice *choice)
{
    walk at = {.index = 0};

    while (at.index < index)
        walk_on(&at, ladder);
    *choice = (limen_choice){.outcome = outcome,
                             .index = index,
                             .cut = limen_ladder_cut(ladder, aim->rule, aim->at, index),
                             .tp = limen_sum_of(&at.tp),
                             .fp = limen_sum_of(&at.fp),
                             .totals = ladder->totals};
    choice->value = limen_objective_value(&aim->shown, &ladder->totals, choice->tp, choice->fp);
    if (!choice->value.defined && aim->stands_in && aim->none == 1.0)
        choice->value = (limen_ratio){1.0, 1};
}

static limen_outcome outcome_of(const limen_scan *scan, const limen_ladder *ladder,
                                const blocks_left *left)
{
    if (scan->degenerate)
        return scan->outcome;
    if (!scan->feasible)
        return left->feasible ? LIMEN_OUTCOME_UNDETERMINED : LIMEN_OUTCOME_INFEASIBLE;
    if (ladder->totals.positives == 0.0)
        return LIMEN_OUTCOME_NO_POSITIVES;
    if (ladder->totals.negatives == 0.0)
        return LIMEN_OUTCOME_NO_NEGATIVES;
    if (!scan->found && !left->feasible)
        return LIMEN_OUTCOME_UNDEFINED;
    return !scan->found || left->gap > 0.0 ? LIMEN_OUTCOME_WITHIN_GAP : LIMEN_OUTCOME_OPTIMAL;
}

/* In units of the value; not known where no edge has one, nor where the value is not what is
 * searched for: at crossings. */
static double gap_of(const limen_aim *aim, const limen_scan *scan, const blocks_left *left)
{
    int crossing = (limen_objective_traits(&aim->objective) & LIMEN_OBJECTIVE_CROSSING) != 0;
    int unknown = scan->found ? crossing && left->gap > 0.0 : scan->feasible && left->feasible;

    return unknown ? (double)NAN : left->gap;
}

void limen_label_choose(const limen_aim *aim, int64_t label, limen_ladder *ladder,
                        const limen_scan *scan, limen_choice *choice)
{
    int64_t chosen = chosen_index(aim, label, ladder, scan);
    blocks_left left = {0, 0.0};

    if (!scan->degenerate)
        left = find_blocks(aim, label, ladder, scan, chosen, 0);
    limen_label_take(aim, ladder, chosen, outcome_of(scan, ladder, &left), choice);
    choice->gap = gap_of(aim, scan, &left);
    choice->violation = scan->degenerate || scan->feasible ? 0.0 : scan->violation;
    if (scan->degenerate)
        choice->value.defined = 0;
}

typedef struct plateau_list {
    const limen_aim *aim;
    limen_cut *cuts;
    int64_t capacity, count;
} plateau_list;

static void take_plateau(void *context, const limen_ladder *ladder, int64_t index)
{
    plateau_list *list = context;

    if (list->count < list->capacity)
        list->cuts[list->count] = limen_ladder_cut(ladder, list->aim->rule, list->aim->at, index);
    list->count++;
}

int64_t limen_label_plateau(const limen_aim *aim, int64_t label, const limen_ladder *ladder,
                            const limen_scan *scan, limen_cut *cuts, int64_t capacity)
{
    plateau_list list = {aim, cuts, capacity, 0};

    if (scan->found)
        each_tie(aim, label, ladder, scan, take_plateau, &list);
    return list.count;
}
