#include "tune/ascent.h"

#include "core/numeric.h"
#include "core/status.h"
#include "tune/random.h"

#include <math.h>
#include <string.h>

/* A choice of cuts as the search compares them. */
typedef struct rank {
    limen_point point;
    double violation;
} rank;

static rank rank_of(const limen_ascent *a, double tp, double fp)
{
    tp = limen_settle(tp, a->totals.positives);
    fp = limen_settle(fp, a->totals.negatives);
    return (rank){.point = limen_objective_at(&a->plan->aim.objective, &a->totals, tp, fp),
                  .violation =
                      limen_conditions_violation(&a->plan->conditions, -1, &a->totals, tp, fp)};
}

/* What is better by rounding alone is not. */
static int is_better(const limen_ascent *a, const rank *x, const rank *than)
{
    if (x->violation != than->violation)
        return x->violation < than->violation;
    if (x->point.defined != than->point.defined)
        return x->point.defined;
    return x->point.defined && limen_objective_compare(&a->plan->aim.objective, &a->totals,
                                                       &x->point, &than->point) > 0;
}

/* The counts of all labels but one (-1: of all). */
static void sum_others(const limen_ascent *a, int64_t without, double *tp, double *fp)
{
    limen_sum up = {0.0, 0.0}, down = {0.0, 0.0};

    for (int64_t i = 0; i < a->plan->width; i++) {
        if (i == without)
            continue;
        limen_sum_add(&up, a->stands[i].tp);
        limen_sum_add(&down, a->stands[i].fp);
    }
    *tp = limen_sum_of(&up);
    *fp = limen_sum_of(&down);
}

/* A cut that takes nothing but negatives more than the one before is not the better one of the two.
 * But the one before may be 0/0, fail a condition, or not be had beside an infinite score. */
static int loses_out(const limen_ascent *a, const limen_ladder *ladder, int64_t cut)
{
    return a->monotone && cut >= 2 && ladder->blocks[cut - 1].positives == 0.0 &&
           isfinite(ladder->blocks[0].greatest) &&
           isfinite(ladder->blocks[ladder->count - 1].least);
}

/* Moves one label to its best cut; returns whether that is another one. */
static int move(limen_ascent *a, int64_t label, const limen_ladder *ladder)
{
    limen_aim aim = limen_plan_aim(a->plan, label);
    limen_stand *stand = &a->stands[label];
    limen_sum up = {0.0, 0.0}, down = {0.0, 0.0};
    double tp, fp;
    rank best;
    int moved = 0;

    sum_others(a, label, &tp, &fp);
    best = rank_of(a, tp + stand->tp, fp + stand->fp);
    for (int64_t i = 0; i <= ladder->count; i++) {
        double own_tp, own_fp;
        rank found;

        if (i > 0) {
            limen_sum_add(&up, ladder->blocks[i - 1].positives);
            limen_sum_add(&down, ladder->blocks[i - 1].negatives);
        }
        if (loses_out(a, ladder, i))
            continue;
        own_tp = limen_settle(limen_sum_of(&up), ladder->totals.positives);
        own_fp = limen_settle(limen_sum_of(&down), ladder->totals.negatives);
        found = rank_of(a, tp + own_tp, fp + own_fp);
        if (is_better(a, &found, &best) &&
            limen_conditions_violation(&a->plan->conditions, label, &ladder->totals, own_tp,
                                       own_fp) == 0.0 &&
            limen_ladder_cut(ladder, aim.rule, LIMEN_AT_SCORE, i).offered) {
            best = found;
            *stand = (limen_stand){i, own_tp, own_fp};
            moved = 1;
        }
    }
    return moved;
}

/* From where the labels stand to a local optimum. */
static limen_status climb(limen_ascent *a, limen_ladder *ladder, rank *reached, limen_error *error)
{
    int64_t width = a->plan->width, stayed = 0;
    double tp, fp;

    for (int64_t label = 0; stayed < width; label = (label + 1) % width) {
        limen_status status;

        stayed++;
        if (a->stands[label].index < 0)
            continue;
        status = a->feed->load(a->feed->context, label, ladder, error);
        if (status != LIMEN_OK)
            return status;
        if (move(a, label, ladder))
            stayed = 0;
    }
    sum_others(a, -1, &tp, &fp);
    *reached = rank_of(a, tp, fp);
    return LIMEN_OK;
}

/* Half of the labels to some vertex of their hulls. */
static void scatter(limen_ascent *a, const limen_stand *from, limen_random *random)
{
    for (int64_t i = 0; i < a->plan->width; i++) {
        int64_t first = a->hulls->first[i], count = a->hulls->first[i + 1] - first;
        const limen_vertex *vertex;

        a->stands[i] = from[i];
        if (from[i].index < 0 || count == 0 || limen_random_below(random, 2))
            continue;
        vertex = &a->hulls->vertices[first + limen_random_below(random, count)];
        a->stands[i] = (limen_stand){vertex->index, vertex->tp, vertex->fp};
    }
}

static limen_status climb_all(limen_ascent *a, limen_ladder *ladder, limen_stand *best,
                              limen_error *error)
{
    size_t bytes = (size_t)a->plan->width * sizeof *best;
    limen_random random = {a->plan->seed};
    rank top, reached;
    limen_status status = climb(a, ladder, &top, error);

    memcpy(best, a->stands, bytes);
    for (int i = 0; i < a->restarts && status == LIMEN_OK; i++) {
        scatter(a, best, &random);
        status = climb(a, ladder, &reached, error);
        if (status == LIMEN_OK && is_better(a, &reached, &top)) {
            top = reached;
            memcpy(best, a->stands, bytes);
        }
    }
    memcpy(a->stands, best, bytes);
    a->point = top.point;
    a->violation = top.violation;
    return status;
}

limen_status limen_ascend(limen_ascent *ascent, limen_error *error)
{
    const limen_allocator *allocator = &ascent->plan->allocator;
    size_t width = (size_t)ascent->plan->width;
    limen_stand *best = limen_new(allocator, width, sizeof *best);
    limen_ladder ladder = {.blocks = NULL};
    limen_status status;

    if (!best)
        return limen_fail_memory(error, width * sizeof *best);
    status = climb_all(ascent, &ladder, best, error);
    limen_ladder_release(allocator, &ladder);
    limen_delete(allocator, best, width, sizeof *best);
    return status;
}
