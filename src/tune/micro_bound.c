/* The bound of the relaxed problem, in which labels may be mixed from two cuts: the best score on
 * the merged hull, as far as the conditions on pooled counts allow. */
#include "tune/micro.h"

/* A corner that is 0/0 bounds what is near it: the objectives that are 0/0 there go to 0, or stay
 * as they are along the next edge. */
static void raise_bound(limen_micro *m, double tp, double fp)
{
    limen_point point = limen_micro_point(m, tp, fp);
    double score = point.defined ? point.score : 0.0;

    if (!m->bounded || score > m->bound) {
        m->bounded = 1;
        m->bound = score;
    }
}

/* Of a condition on pooled counts that a point meets: whether the point above it on the hull, with
 * as many predicted but more of them true, meets it as well. */
static int lifts(const limen_condition *condition)
{
    int wanted = condition->sense == LIMEN_AT_LEAST ? 1 : -1;

    return condition->with_tp == condition->with_fp || condition->with_tp == wanted;
}

/* By one condition; those that say nothing of the hull are left out, which only raises the bound.
 */
static double one_violation(const limen_micro *m, limen_condition *condition, double tp, double fp)
{
    limen_conditions one = {.all = condition, .count = 1, .pooled = 1};

    return lifts(condition) ? limen_conditions_violation(&one, -1, &m->totals, tp, fp) : 0.0;
}

/* A point of the hull: bounds, when the conditions are met but for rounding. */
static void try_bound(limen_micro *m, double tp, double fp, double slack)
{
    const limen_conditions *all = &m->plan->conditions;

    for (int64_t i = 0; i < all->count; i++)
        if (one_violation(m, &all->all[i], tp, fp) > slack)
            return;
    m->possible = 1;
    raise_bound(m, tp, fp);
}

static double part(const double a[2], const double b[2], int which, double t)
{
    return a[which] + t * (b[which] - a[which]);
}

/* Where a condition changes between two places of a segment is a vertex of the feasible region. */
static void bound_change(limen_micro *m, limen_condition *condition, const double a[2],
                         const double b[2], double low, double high)
{
    int from = one_violation(m, condition, part(a, b, 0, low), part(a, b, 1, low)) == 0.0;
    int to = one_violation(m, condition, part(a, b, 0, high), part(a, b, 1, high)) == 0.0;

    if (from == to)
        return;
    for (int step = 0; step < 60; step++) {
        double t = 0.5 * (low + high);

        if ((one_violation(m, condition, part(a, b, 0, t), part(a, b, 1, t)) == 0.0) == from)
            low = t;
        else
            high = t;
    }
    try_bound(m, part(a, b, 0, low), part(a, b, 1, low), 1e-9);
    try_bound(m, part(a, b, 0, high), part(a, b, 1, high), 1e-9);
}

/* The place of a segment where a condition that fails at both ends fails by least. */
static double least_violation(const limen_micro *m, limen_condition *condition, const double a[2],
                              const double b[2])
{
    double low = 0.0, high = 1.0;

    for (int step = 0; step < 80; step++) {
        double s = low + (high - low) / 3.0, t = high - (high - low) / 3.0;

        if (one_violation(m, condition, part(a, b, 0, s), part(a, b, 1, s)) <=
            one_violation(m, condition, part(a, b, 0, t), part(a, b, 1, t)))
            high = t;
        else
            low = s;
    }
    return low;
}

static void bound_segment(limen_micro *m, const double a[2], const double b[2])
{
    const limen_conditions *all = &m->plan->conditions;

    for (int64_t i = 0; i < all->count; i++) {
        limen_condition *condition = &all->all[i];
        double inside = 1.0;

        if (condition->label >= 0)
            continue;
        if (one_violation(m, condition, a[0], a[1]) > 0.0 &&
            one_violation(m, condition, b[0], b[1]) > 0.0)
            inside = least_violation(m, condition, a, b);
        bound_change(m, condition, a, b, 0.0, inside);
        bound_change(m, condition, a, b, inside, 1.0);
    }
}

/* The greatest score on a segment, where it may lie inside: scores rise and then fall there. */
static void bound_inside(limen_micro *m, const double a[2], const double b[2])
{
    double low = 0.0, high = 1.0;

    for (int step = 0; step < 80; step++) {
        double s = low + (high - low) / 3.0, t = high - (high - low) / 3.0;
        limen_point at_s = limen_micro_point(m, a[0] + s * (b[0] - a[0]), a[1] + s * (b[1] - a[1]));
        limen_point at_t = limen_micro_point(m, a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]));

        if (at_s.score < at_t.score)
            low = s;
        else
            high = t;
    }
    raise_bound(m, a[0] + low * (b[0] - a[0]), a[1] + low * (b[1] - a[1]));
}

void limen_micro_bound(limen_micro *m)
{
    double from[2], to[2];
    limen_walk at;

    m->bounded = 0;
    m->possible = 0;
    limen_walk_start(m, &at);
    to[0] = m->tp, to[1] = m->fp;
    for (;;) {
        try_bound(m, to[0], to[1], 0.0);
        if (at.next == m->edge_count)
            return;
        limen_walk_group(m, &at, 0);
        from[0] = to[0], from[1] = to[1];
        to[0] = limen_sum_of(&at.tp), to[1] = limen_sum_of(&at.fp);
        bound_segment(m, from, to);
        if (!m->convex)
            bound_inside(m, from, to);
    }
}
