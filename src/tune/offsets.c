/* Multiclass: one offset a class, which is added to its scores before the greatest is taken.
 *
 * Along the offset of one class all others being fixed, a sample changes to that class at one
 * value, its event. So a line has as many intervals as there are different events, and each is
 * weighed; the best one's middle is tried with the real sums. Class by class, until no line holds
 * anything better: a local optimum. */
#include "core/numeric.h"
#include "core/status.h"
#include "kernels/sort.h"
#include "tally/scores.h"
#include "tune/class_board.h"
#include "tune/class_rows.h"
#include "tune/random.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* The two greatest sums of a row. */
typedef struct leaders {
    int32_t first, second;
    double first_sum, second_sum;
} leaders;

typedef struct event {
    double at; /* the offset of the class from which on it has the row */
    int64_t row;
} event;

typedef struct offsets {
    const limen_plan *plan;
    limen_class_rows data;
    limen_class_board board;
    double *now, *tried, *best; /* offsets of classes; now[0] is 0 */
    leaders *leads;             /* at `now` */
    event *events;
    limen_ranked *ranked, *scratch; /* what sorts them */
    double greatest;                /* magnitude of a score */
    limen_class_rank rank;
} offsets;

/* ---- The real sums --------------------------------------------------------------------------- */

/* An offset is rounded to the dtype of the scores. */
static double rounded(const offsets *o, double x)
{
    return limen_round_to(o->data.dtype, x);
}

/* What the decision compares; a NaN is below every number. */
static double sum_of(const offsets *o, double score, double offset)
{
    if (isnan(score))
        return -INFINITY;
    return o->data.single ? (double)((float)score + (float)offset) : score + offset;
}

static leaders lead(const offsets *o, int64_t row, const double *offset)
{
    const double *scores = o->data.scores + row * o->data.classes;
    leaders l = {0, 1, sum_of(o, scores[0], offset[0]), sum_of(o, scores[1], offset[1])};

    if (l.second_sum > l.first_sum)
        l = (leaders){1, 0, l.second_sum, l.first_sum};
    for (int32_t k = 2; k < o->data.classes; k++) {
        double sum = sum_of(o, scores[k], offset[k]);

        if (sum > l.first_sum) {
            l.second = l.first;
            l.second_sum = l.first_sum;
            l.first = k;
            l.first_sum = sum;
        } else if (sum > l.second_sum) {
            l.second = k;
            l.second_sum = sum;
        }
    }
    return l;
}

/* The class that has the row when `k` has not. */
static int32_t rival(const leaders *l, int32_t k)
{
    return l->first == k ? l->second : l->first;
}

static double rival_sum(const leaders *l, int32_t k)
{
    return l->first == k ? l->second_sum : l->first_sum;
}

static limen_class_rank weigh(offsets *o, const double *offset)
{
    limen_class_board_clear(&o->board);
    for (int64_t i = 0; i < o->data.rows; i++)
        limen_class_board_add(&o->board, o->data.actual[i], lead(o, i, offset).first,
                              o->data.weights[i]);
    return limen_class_board_settle(&o->board);
}

static void stand_at(offsets *o, const double *offset)
{
    memmove(o->now, offset, (size_t)o->data.classes * sizeof *offset);
    for (int64_t i = 0; i < o->data.rows; i++)
        o->leads[i] = lead(o, i, o->now);
    o->rank = weigh(o, o->now);
}

/* As weigh(o, o->tried), whose offsets are those of o->now but for class k. */
static limen_class_rank weigh_line(offsets *o, int32_t k)
{
    limen_class_board_clear(&o->board);
    for (int64_t i = 0; i < o->data.rows; i++) {
        const leaders *l = &o->leads[i];
        double own = sum_of(o, o->data.scores[i * o->data.classes + k], o->tried[k]);
        double other = rival_sum(l, k);
        int wins = own > other || (own == other && k < rival(l, k));

        limen_class_board_add(&o->board, o->data.actual[i], wins ? k : rival(l, k),
                              o->data.weights[i]);
    }
    return limen_class_board_settle(&o->board);
}

/* As stand_at(o, o->tried), after weigh_line has given the rank. */
static void stand_on_line(offsets *o, int32_t k, const limen_class_rank *rank)
{
    o->now[k] = o->tried[k];
    o->rank = *rank;
    for (int64_t i = 0; i < o->data.rows; i++) {
        leaders *l = &o->leads[i];
        double own = sum_of(o, o->data.scores[i * o->data.classes + k], o->now[k]);

        if (l->first == k || l->second == k || own >= l->second_sum)
            *l = lead(o, i, o->now);
    }
}

/* ---- One line -------------------------------------------------------------------------------- */

/* By place; events of one place by their rows, which they come in. */
static void sort_events(offsets *o, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        o->ranked[i] =
            (limen_ranked){limen_score_key(LIMEN_F64, o->events[i].at), o->events[i].row};
    limen_ranked_sort(o->ranked, o->scratch, count, sizeof o->ranked->key);
    for (int64_t i = 0; i < count; i++)
        o->events[i] = (event){limen_key_score(LIMEN_F64, o->ranked[i].key), o->ranked[i].row};
}

static int64_t list_events(offsets *o, int32_t k)
{
    int64_t count = 0;

    limen_class_board_clear(&o->board);
    for (int64_t i = 0; i < o->data.rows; i++) {
        const leaders *l = &o->leads[i];
        double score = o->data.scores[i * o->data.classes + k];
        double sum = rival_sum(l, k);

        limen_class_board_add(&o->board, o->data.actual[i], rival(l, k), o->data.weights[i]);
        if (!isnan(score) && isfinite(sum))
            o->events[count++] = (event){sum - score, i};
    }
    (void)limen_class_board_settle(&o->board);
    sort_events(o, count);
    return count;
}

/* Events that are nearer to each other are one: what parts them is the rounding of sums. */
static double grain(const offsets *o)
{
    double most = 0.0;

    for (int64_t k = 0; k < o->data.classes; k++)
        most = fmax(most, fabs(o->now[k]));
    return 8.0 * (o->data.single ? (double)FLT_EPSILON : DBL_EPSILON) * (most + o->greatest);
}

/* The rows of one event go over to class k. */
static int64_t pass_event(offsets *o, int32_t k, int64_t next, int64_t count, double apart)
{
    double at = o->events[next].at;

    for (; next < count && o->events[next].at - at <= apart; next++) {
        int64_t row = o->events[next].row;
        int32_t from = rival(&o->leads[row], k);

        limen_class_board_move(&o->board, o->data.actual[row], from, k, o->data.weights[row]);
        limen_class_board_update(&o->board, from);
    }
    limen_class_board_update(&o->board, k);
    return next;
}

/* A place in the interval between two neighbouring events; beyond the ends a little outside. */
static double place_between(const offsets *o, int64_t next, int64_t count)
{
    double first = o->events[0].at, last = o->events[count - 1].at;
    double beyond = 0.5 * (last - first) + 0.05 * (fabs(last) + fabs(first) + o->greatest);

    if (beyond == 0.0)
        beyond = 1.0;
    if (next == 0)
        return first - beyond;
    if (next == count)
        return last + beyond;
    return 0.5 * o->events[next - 1].at + 0.5 * o->events[next].at;
}

static double width_of(const offsets *o, int64_t next, int64_t count)
{
    return next == 0 || next == count ? (double)INFINITY
                                      : o->events[next].at - o->events[next - 1].at;
}

/* Whether the dtype has an offset in the interval. */
static int can_be_met(const offsets *o, int64_t next, int64_t count)
{
    double place = rounded(o, place_between(o, next, count));

    return next == 0 || next == count ||
           (place > o->events[next - 1].at && place < o->events[next].at);
}

/* The best place on the line of class k. Of equals the widest interval, which rounding harms
 * least. */
static double best_place(offsets *o, int32_t k, int64_t count)
{
    limen_class_rank best = limen_class_board_rank(&o->board);
    double apart = grain(o);
    int64_t next = 0, chosen = 0;

    while (next < count) {
        limen_class_rank rank;

        next = pass_event(o, k, next, count, apart);
        if (!can_be_met(o, next, count))
            continue;
        rank = limen_class_board_rank(&o->board);
        if (limen_class_rank_better(&o->board, &rank, &best) ||
            (!limen_class_rank_better(&o->board, &best, &rank) &&
             width_of(o, next, count) > width_of(o, chosen, count))) {
            best = rank;
            chosen = next;
        }
    }
    return place_between(o, chosen, count);
}

/* Returns whether the offset of class k could be improved. */
static int search_line(offsets *o, int32_t k)
{
    int64_t count = list_events(o, k);
    limen_class_rank rank;
    double place;

    if (count == 0)
        return 0;
    place = best_place(o, k, count);
    for (int64_t i = 0; i < o->data.classes; i++)
        o->tried[i] = o->now[i];
    o->tried[k] = place;
    /* Only differences count: class 0 stays at 0. */
    for (int64_t i = o->data.classes; i-- > 0;)
        o->tried[i] = rounded(o, o->tried[i] - o->tried[0]);
    for (int64_t i = 0; i < o->data.classes; i++)
        if (!isfinite(o->tried[i]))
            return 0;
    rank = k == 0 ? weigh(o, o->tried) : weigh_line(o, k);
    if (!limen_class_rank_better(&o->board, &rank, &o->rank))
        return 0;
    if (k == 0)
        stand_at(o, o->tried);
    else
        stand_on_line(o, k, &rank);
    return 1;
}

/* ---- All lines ------------------------------------------------------------------------------- */

static void climb(offsets *o)
{
    int32_t classes = (int32_t)o->data.classes, stayed = 0;

    for (int32_t k = 0; stayed < classes; k = (k + 1) % classes)
        stayed = search_line(o, k) ? 0 : stayed + 1;
}

/* The standard deviation of all scores, and the greatest magnitude. */
static double spread(offsets *o)
{
    int64_t cells = o->data.rows * o->data.classes, numbers = 0;
    limen_sum sum = {0.0, 0.0}, squares = {0.0, 0.0};
    double mean;

    for (int64_t i = 0; i < cells; i++) {
        if (isnan(o->data.scores[i]))
            continue;
        limen_sum_add(&sum, o->data.scores[i]);
        o->greatest = fmax(o->greatest, fabs(o->data.scores[i]));
        numbers++;
    }
    mean = numbers ? limen_sum_of(&sum) / (double)numbers : 0.0;
    for (int64_t i = 0; i < cells; i++)
        if (!isnan(o->data.scores[i]))
            limen_sum_add(&squares, (o->data.scores[i] - mean) * (o->data.scores[i] - mean));
    return numbers ? sqrt(limen_sum_of(&squares) / (double)numbers) : 0.0;
}

static limen_class_rank climb_all(offsets *o)
{
    limen_random random = {o->plan->seed};
    size_t bytes = (size_t)o->data.classes * sizeof *o->now;
    double scale = 2.0 * spread(o);
    limen_class_rank best;

    stand_at(o, o->now);
    climb(o);
    best = o->rank;
    memcpy(o->best, o->now, bytes);
    for (int i = 0; i < o->plan->restarts; i++) {
        o->tried[0] = 0.0;
        for (int64_t k = 1; k < o->data.classes; k++)
            o->tried[k] = rounded(o, scale * (2.0 * limen_random_unit(&random) - 1.0));
        stand_at(o, o->tried);
        climb(o);
        if (limen_class_rank_better(&o->board, &o->rank, &best)) {
            best = o->rank;
            memcpy(o->best, o->now, bytes);
        }
    }
    return best;
}

/* ---- The answer ------------------------------------------------------------------------------ */

static void settle(offsets *o, limen_solution *solution)
{
    limen_class_rank best = climb_all(o);
    limen_outcome outcome = best.violation > 0.0  ? LIMEN_OUTCOME_UNDETERMINED
                            : !best.value.defined ? LIMEN_OUTCOME_UNDEFINED
                                                  : LIMEN_OUTCOME_LOCAL;

    best = weigh(o, o->best);
    for (int32_t k = 0; k < o->data.classes; k++) {
        limen_class_board_choice(&o->board, k, outcome, &solution->choices[k]);
        solution->choices[k].cut.threshold = o->best[k];
    }
    solution->value = best.value;
    solution->gap = NAN;
    solution->outcome = outcome;
    solution->violation = best.violation;
    solution->infeasible = best.violation > 0.0;
}

static limen_status make_room(offsets *o, limen_error *error)
{
    const limen_allocator *a = &o->plan->allocator;
    size_t rows = (size_t)o->data.rows, classes = (size_t)o->data.classes;

    o->now = limen_new(a, 3 * classes, sizeof *o->now);
    o->leads = limen_new_raw(a, rows, sizeof *o->leads);
    o->events = limen_new_raw(a, rows, sizeof *o->events);
    o->ranked = limen_new_raw(a, 2 * rows, sizeof *o->ranked);
    if (!o->now || !o->leads || !o->events || !o->ranked)
        return limen_fail_memory(error, rows * (sizeof *o->leads + sizeof *o->events));
    o->scratch = o->ranked + rows;
    o->tried = o->now + classes;
    o->best = o->tried + classes;
    return LIMEN_OK;
}

limen_status limen_solve_offsets(const limen_plan *plan, const limen_feed *feed,
                                 limen_solution *solution, limen_error *error)
{
    const limen_allocator *a = &plan->allocator;
    offsets o = {.plan = plan};
    limen_status status = limen_class_rows_read(feed->rows, a, &o.data, error);

    if (status != LIMEN_OK)
        return status;
    status = make_room(&o, error);
    if (status == LIMEN_OK)
        status = limen_class_board_make(plan, !feed->rows->spec.weighted, &o.board, error);
    if (status == LIMEN_OK) {
        settle(&o, solution);
        limen_class_board_release(&o.board);
    }
    limen_delete(a, o.now, 3 * (size_t)o.data.classes, sizeof *o.now);
    limen_delete(a, o.leads, (size_t)o.data.rows, sizeof *o.leads);
    limen_delete(a, o.events, (size_t)o.data.rows, sizeof *o.events);
    limen_delete(a, o.ranked, 2 * (size_t)o.data.rows, sizeof *o.ranked);
    limen_class_rows_release(&o.data);
    return status;
}
