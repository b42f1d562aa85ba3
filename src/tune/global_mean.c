/* One threshold for all labels, best for the mean of their values: one walk down all scores. */
#include "core/status.h"
#include "tune/mean_tree.h"
#include "tune/plan.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* A block of one label. */
typedef struct event {
    limen_block block;
    int64_t label;
} event;

typedef struct label_state {
    limen_aim aim;
    limen_totals totals;
    limen_sum tp, fp;
    int64_t index; /* of its cut */
} label_state;

typedef struct global {
    const limen_plan *plan;
    double sign; /* -1 where the least value is the best */
    limen_ladder pooled;
    event *events; /* their scores fall */
    int64_t event_count, event_capacity;
    label_state *labels;
    limen_mean_tree now;   /* at the cut of the walk */
    limen_mean_tree bound; /* of cuts inside the block behind it */
    int bounding;          /* there are such blocks, and they are looked at */
    double most;           /* no cut inside a block scores more */
    double unopened;       /* nor violates less */

    int64_t best; /* the best cut so far */
    double score, violation;
    int found; /* `score` is defined */
    int64_t equals;
    limen_plateau *plateau; /* NULL: not asked for */
} global;

/* ---- Reading ladders ------------------------------------------------------------------------- */

static int fall(const void *a, const void *b)
{
    const event *left = a, *right = b;

    if (left->block.least != right->block.least)
        return left->block.least < right->block.least ? 1 : -1;
    return (left->label > right->label) - (left->label < right->label);
}

static limen_status add_events(global *g, int64_t label, const limen_ladder *ladder,
                               limen_error *error)
{
    int64_t needed = g->event_count + ladder->count;

    if (needed > g->event_capacity) {
        size_t before = (size_t)g->event_capacity;
        size_t after = (size_t)(needed > 2 * g->event_capacity ? needed : 2 * g->event_capacity);
        event *events =
            limen_resize(&g->plan->allocator, g->events, before, after, sizeof *g->events);

        if (!events)
            return limen_fail_memory(error, after * sizeof *events);
        g->events = events;
        g->event_capacity = (int64_t)after;
    }
    for (int64_t i = 0; i < ladder->count; i++)
        g->events[g->event_count++] = (event){ladder->blocks[i], label};
    g->labels[label] =
        (label_state){.aim = limen_plan_aim(g->plan, label), .totals = ladder->totals};
    return LIMEN_OK;
}

static limen_status read_ladders(global *g, const limen_feed *feed, limen_error *error)
{
    const limen_plan *plan = g->plan;
    limen_ladder ladder = {.blocks = NULL};
    limen_status status = feed->load(feed->context, -1, &g->pooled, error);

    for (int64_t label = 0; label < plan->width && status == LIMEN_OK; label++) {
        status = feed->load(feed->context, label, &ladder, error);
        if (status == LIMEN_OK)
            status = add_events(g, label, &ladder, error);
    }
    limen_ladder_release(&plan->allocator, &ladder);
    if (status == LIMEN_OK && g->event_count)
        qsort(g->events, (size_t)g->event_count, sizeof *g->events, fall);
    return status;
}

/* ---- The walk -------------------------------------------------------------------------------- */

static void set_value(global *g, int64_t label)
{
    label_state *state = &g->labels[label];
    double tp = limen_settle(limen_sum_of(&state->tp), state->totals.positives);
    double fp = limen_settle(limen_sum_of(&state->fp), state->totals.negatives);
    limen_ratio value = limen_objective_value(&state->aim.shown, &state->totals, tp, fp);
    double violation =
        limen_conditions_violation(&g->plan->conditions, label, &state->totals, tp, fp);

    limen_mean_tree_set(&g->now, label, value, 1.0, violation);
    if (g->bounding)
        limen_mean_tree_set(&g->bound, label, value, 1.0, violation);
}

/* What a cut inside the block could give the label at best. Where it may be 0/0 before or behind
 * the block, that is the best there is: 0/0 counts as 0 or 1, or the label leaves the mean. */
static void set_bound(global *g, const event *at)
{
    label_state *state = &g->labels[at->label];
    limen_point from = {.tp = limen_sum_of(&state->tp), .fp = limen_sum_of(&state->fp)};
    double tp = from.tp + at->block.positives, fp = from.fp + at->block.negatives;
    limen_point bound = limen_objective_bound(&state->aim.shown, &state->totals, &from,
                                              at->block.positives, at->block.negatives);
    int defined =
        bound.defined &&
        limen_objective_value(&state->aim.shown, &state->totals, from.tp, from.fp).defined &&
        limen_objective_value(&state->aim.shown, &state->totals, tp, fp).defined;
    double violation =
        limen_conditions_bound(&g->plan->conditions, at->label, &state->totals, from.tp, from.fp,
                               at->block.positives, at->block.negatives);

    limen_mean_tree_set(&g->bound, at->label,
                        (limen_ratio){defined ? g->sign * bound.score : g->sign > 0.0, 1}, 1.0,
                        violation);
}

static void weigh_bound(global *g)
{
    limen_ratio most = limen_mean_tree_value(&g->bound);
    double violation = limen_mean_tree_violation(&g->bound);

    g->unopened = fmin(g->unopened, violation);
    if (violation == 0.0 && most.defined)
        g->most = fmax(g->most, g->sign * most.value);
}

/* Takes the next block of the pooled ladder in all labels; returns the event after it. */
static int64_t take_block(global *g, int64_t next, const limen_block *block)
{
    int64_t end = next;

    while (end < g->event_count && g->events[end].block.least >= block->least)
        end++;
    if (g->bounding && !limen_block_is_single(block)) {
        for (int64_t i = next; i < end; i++)
            set_bound(g, &g->events[i]);
        weigh_bound(g);
    }
    for (; next < end; next++) {
        label_state *state = &g->labels[g->events[next].label];

        limen_sum_add(&state->tp, g->events[next].block.positives);
        limen_sum_add(&state->fp, g->events[next].block.negatives);
        state->index++;
        set_value(g, g->events[next].label);
    }
    return end;
}

/* Goes to cut `index` of the pooled ladder, and calls `take` at each on the way. */
static void walk_to(global *g, int64_t last, void (*take)(global *g, int64_t index))
{
    int64_t next = 0;

    for (int64_t label = 0; label < g->plan->width; label++) {
        label_state *state = &g->labels[label];

        state->tp = state->fp = (limen_sum){0.0, 0.0};
        state->index = 0;
        set_value(g, label);
    }
    for (int64_t index = 0;; index++) {
        if (take)
            take(g, index);
        if (index == last)
            return;
        next = take_block(g, next, &g->pooled.blocks[index]);
    }
}

static limen_cut cut_at(const global *g, int64_t index)
{
    return limen_ladder_cut(&g->pooled, g->plan->aim.rule, g->plan->aim.at, index);
}

/* Rates may cancel each other in the mean: what they round by is relative to 1. */
static int is_equal(const global *g, double a, double b)
{
    unsigned cost = LIMEN_OBJECTIVE_CONVEX | LIMEN_OBJECTIVE_LEAST;
    int rates = (limen_objective_traits(&g->plan->aim.shown) & cost) != cost;

    return fabs(a - b) <= 4.0 * DBL_EPSILON * fmax(rates, fmax(fabs(a), fabs(b)));
}

/* Of nothing but 0/0 it counts as the policy says. */
static limen_ratio mean_now(const global *g)
{
    limen_ratio value = limen_mean_tree_value(&g->now);

    if (!value.defined && g->plan->zero_division <= LIMEN_ONE)
        return (limen_ratio){g->plan->zero_division == LIMEN_ONE, 1};
    return value;
}

/* The lesser violation, then the better value; of equals the first, or the last where the lowest
 * threshold is wanted. */
static void weigh(global *g, int64_t index)
{
    limen_ratio value = mean_now(g);
    double violation = limen_mean_tree_violation(&g->now);
    double score = g->sign * value.value;
    int better = index == 0 || violation < g->violation;

    if (!better && violation == g->violation)
        better = value.defined && (!g->found || (is_equal(g, score, g->score)
                                                     ? g->plan->aim.lowest && violation == 0.0
                                                     : score > g->score));
    if (!better || !cut_at(g, index).offered)
        return;
    g->best = index;
    g->score = value.defined ? score : -INFINITY;
    g->found = value.defined;
    g->violation = violation;
}

/* ---- The plateau ----------------------------------------------------------------------------- */

static int is_as_good(global *g, int64_t index)
{
    limen_ratio value = mean_now(g);

    return value.defined && is_equal(g, g->sign * value.value, g->score) &&
           limen_mean_tree_violation(&g->now) == 0.0 && cut_at(g, index).offered;
}

static void count_equal(global *g, int64_t index)
{
    g->equals += is_as_good(g, index);
}

static void list_equal(global *g, int64_t index)
{
    if (is_as_good(g, index))
        g->plateau->cuts[g->plateau->count++] = cut_at(g, index);
}

static limen_status list_plateau(global *g, limen_error *error)
{
    limen_plateau *plateau = g->plateau;

    if (!plateau || !g->found || g->violation > 0.0)
        return LIMEN_OK;
    walk_to(g, g->pooled.count, count_equal);
    plateau->cuts = limen_new_raw(&g->plan->allocator, (size_t)g->equals, sizeof *plateau->cuts);
    if (!plateau->cuts)
        return limen_fail_memory(error, (size_t)g->equals * sizeof *plateau->cuts);
    walk_to(g, g->pooled.count, list_equal);
    return LIMEN_OK;
}

/* ---- The answer ------------------------------------------------------------------------------ */

static limen_outcome outcome_of(const global *g, double gap)
{
    if (g->violation > 0.0)
        return g->unopened == 0.0 ? LIMEN_OUTCOME_UNDETERMINED : LIMEN_OUTCOME_INFEASIBLE;
    if (!limen_mean_tree_value(&g->now).defined && !isnan(gap))
        return LIMEN_OUTCOME_UNDEFINED;
    return gap != 0.0 ? LIMEN_OUTCOME_WITHIN_GAP : LIMEN_OUTCOME_OPTIMAL;
}

static limen_status settle(global *g, const limen_feed *feed, limen_solution *solution,
                           limen_error *error)
{
    limen_ladder ladder = {.blocks = NULL};
    limen_status status = LIMEN_OK;
    double gap = g->found                      ? fmax(0.0, g->most - g->score)
                 : g->most > -(double)INFINITY ? (double)NAN
                                               : 0.0;

    walk_to(g, g->best, NULL);
    solution->outcome = outcome_of(g, gap);
    for (int64_t label = 0; label < g->plan->width && status == LIMEN_OK; label++) {
        limen_choice *choice = &solution->choices[label];

        status = feed->load(feed->context, label, &ladder, error);
        if (status != LIMEN_OK)
            break;
        limen_label_take(&g->labels[label].aim, &ladder, g->labels[label].index, solution->outcome,
                         choice);
        choice->cut = cut_at(g, g->best);
        if (choice->outcome == LIMEN_OUTCOME_OPTIMAL && choice->totals.positives == 0.0)
            choice->outcome = LIMEN_OUTCOME_NO_POSITIVES;
    }
    limen_ladder_release(&g->plan->allocator, &ladder);
    limen_solution_average(g->plan, solution);
    solution->gap = gap;
    solution->violation = g->violation;
    solution->infeasible = g->violation > 0.0;
    return status;
}

static limen_status solve(global *g, const limen_feed *feed, limen_solution *solution,
                          limen_error *error)
{
    limen_status status = read_ladders(g, feed, error);

    for (int64_t i = 0; i < g->pooled.count; i++)
        g->bounding |= !limen_block_is_single(&g->pooled.blocks[i]);
    if (status == LIMEN_OK)
        status = limen_mean_tree_make(&g->plan->allocator, g->plan->width, g->plan->zero_division,
                                      &g->now, error);
    if (status == LIMEN_OK)
        status = limen_mean_tree_make(&g->plan->allocator, g->plan->width, g->plan->zero_division,
                                      &g->bound, error);
    if (status != LIMEN_OK)
        return status;
    walk_to(g, g->pooled.count, weigh);
    g->bounding = 0;
    status = list_plateau(g, error);
    return status == LIMEN_OK ? settle(g, feed, solution, error) : status;
}

limen_status limen_solve_global_mean(const limen_plan *plan, const limen_feed *feed,
                                     limen_solution *solution, limen_error *error)
{
    size_t width = (size_t)plan->width;
    global g = {.plan = plan, .sign = limen_aim_sign(&plan->aim), .most = -INFINITY};
    limen_status status;

    g.unopened = INFINITY;
    g.plateau = solution->plateaus;
    g.labels = limen_new(&plan->allocator, width, sizeof *g.labels);
    if (!g.labels)
        return limen_fail_memory(error, width * sizeof *g.labels);
    status = solve(&g, feed, solution, error);
    if (g.now.nodes)
        limen_mean_tree_release(&g.now);
    if (g.bound.nodes)
        limen_mean_tree_release(&g.bound);
    limen_delete(&plan->allocator, g.labels, width, sizeof *g.labels);
    limen_delete(&plan->allocator, g.events, (size_t)g.event_capacity, sizeof *g.events);
    limen_ladder_release(&plan->allocator, &g.pooled);
    return status;
}
