/* The mean over samples of a row's value, over the cuts of all labels: coordinate ascent.
 *
 * Of one label all others being fixed, each of its cells changes the value of its row by so much
 * when it is taken; the best cut is where the sum of these changes, from the highest score down, is
 * greatest. Label by label until none can be improved: a local optimum.
 *
 * The order of a label's cells never changes, and few rows change between two visits of a label:
 * both the orders and what a cell changes its row by are kept. */
#include "core/status.h"
#include "kernels/sort.h"
#include "metrics/average.h"
#include "tally/scores.h"
#include "tune/plan.h"
#include "tune/random.h"

#include <float.h>
#include <math.h>
#include <string.h>

typedef struct row_state {
    double tp, fp, positives, negatives;
    double weight;
} row_state;

/* The cut of a label: its cells of the highest scores. */
typedef struct label_cut {
    int64_t index; /* of the cut in the label's ladder */
    int64_t cells;
    int pinned; /* its conditions cannot be met: it stays where it is */
} label_cut;

/* A cell of a label's order: its row, whether it is positive, and whether it has the score of the
 * cell before. */
typedef uint32_t rank_cell;
#define CELL_POSITIVE (1u << 31)
#define CELL_TIED (1u << 30)
#define CELL_ROW (CELL_TIED - 1u)

typedef struct samples {
    const limen_plan *plan;
    const limen_tally *tally;
    double sign;
    int64_t block_rows;
    row_state *rows;
    double *gains;    /* of a row: by a negative and by a positive that is taken; NaN: not known */
    rank_cell *order; /* of each label, from the highest score down, in `samples` cells */
    int64_t *counts;  /* how many cells of a label there are */
    limen_totals *totals; /* of labels */
    label_cut *cuts, *best;
    limen_ratio value;
    double fallback; /* score that a row counts whose value is 0/0 */
} samples;

/* ---- Rows ------------------------------------------------------------------------------------ */

static limen_ratio value_of(const samples *s, const row_state *row, double tp, double fp)
{
    limen_totals totals = {row->positives, row->negatives, 1};

    return limen_objective_value(&s->plan->aim.shown, &totals, tp, fp);
}

/* What the row adds to the sum that is made greater. */
static double worth(const samples *s, const row_state *row, double tp, double fp)
{
    limen_ratio value = value_of(s, row, tp, fp);

    return row->weight * (value.defined ? s->sign * value.value : s->fallback);
}

static const rank_cell *order_of(const samples *s, int64_t label)
{
    return s->order + label * s->tally->samples;
}

/* What the sum gains when a row takes the cell, which it does not hold. */
static double gain_of(samples *s, rank_cell c)
{
    const row_state *row = &s->rows[c & CELL_ROW];
    int up = (c & CELL_POSITIVE) != 0;
    double *gain = &s->gains[2 * (c & CELL_ROW) + (uint32_t)up];

    if (isnan(*gain))
        *gain = worth(s, row, row->tp + up, row->fp + !up) - worth(s, row, row->tp, row->fp);
    return *gain;
}

static void take_cell(samples *s, rank_cell c, double step)
{
    row_state *row = &s->rows[c & CELL_ROW];

    *(c & CELL_POSITIVE ? &row->tp : &row->fp) += step;
    s->gains[2 * (c & CELL_ROW)] = s->gains[2 * (c & CELL_ROW) + 1] = NAN;
}

static void forget_gains(samples *s)
{
    for (int64_t i = 0; i < 2 * s->tally->samples; i++)
        s->gains[i] = NAN;
}

static limen_ratio mean_of_rows(const samples *s)
{
    limen_mean mean = {0};

    for (int64_t i = 0; i < s->tally->samples; i++) {
        const row_state *row = &s->rows[i];

        if (row->positives + row->negatives > 0.0)
            limen_mean_add(&mean, value_of(s, row, row->tp, row->fp), row->weight,
                           s->plan->zero_division);
    }
    return limen_mean_of(&mean);
}

/* A mean that skips rows is a ratio of sums: against the present mean a row left out is worth
 * as much as that (Dinkelbach). */
static void set_fallback(samples *s)
{
    double fallback = s->plan->zero_division == LIMEN_ONE ? s->sign : 0.0;

    if (s->plan->zero_division == LIMEN_SKIP && s->value.defined)
        fallback = s->sign * s->value.value;
    if (fallback != s->fallback)
        forget_gains(s);
    s->fallback = fallback;
}

static void read_rows(samples *s)
{
    for (int64_t i = 0; i < s->tally->samples; i++) {
        limen_score_block block = limen_scores_block(s->tally, i / s->block_rows);

        s->rows[i].weight = block.weights ? block.weights[i % s->block_rows] : 1.0;
        for (int64_t label = 0; label < s->plan->width; label++) {
            uint8_t cell = block.cells[label * block.stride + i % s->block_rows];

            s->rows[i].positives += cell == LIMEN_CELL_POSITIVE;
            s->rows[i].negatives += cell == LIMEN_CELL_NEGATIVE;
        }
    }
}

/* The order of a label is that of its ladder: without cells that no threshold reaches, and without
 * rows of weight 0. */
static void order_label(samples *s, int64_t label, limen_ranked *ranked, limen_ranked *scratch)
{
    limen_score_query query = {.group = -1, .label = label};
    rank_cell *order = s->order + label * s->tally->samples;
    uint64_t before = LIMEN_KEY_NAN;
    int64_t count = 0;

    for (int64_t i = limen_scores_rank(s->tally, &query, ranked, scratch); i-- > 0;) {
        int64_t row = ranked[i].row;
        limen_score_block block = limen_scores_block(s->tally, row / s->block_rows);
        uint8_t target = block.cells[label * block.stride + row % s->block_rows];

        if (ranked[i].key == LIMEN_KEY_NAN || s->rows[row].weight == 0.0)
            continue;
        order[count++] = (rank_cell)row | (target == LIMEN_CELL_POSITIVE ? CELL_POSITIVE : 0) |
                         (ranked[i].key == before ? CELL_TIED : 0);
        before = ranked[i].key;
    }
    s->counts[label] = count;
}

static limen_status order_labels(samples *s, limen_error *error)
{
    const limen_allocator *a = &s->plan->allocator;
    size_t rows = (size_t)s->tally->samples;
    limen_ranked *ranked = limen_new_raw(a, 2 * rows, sizeof *ranked);

    if (!ranked)
        return limen_fail_memory(error, 2 * rows * sizeof *ranked);
    for (int64_t label = 0; label < s->plan->width; label++)
        order_label(s, label, ranked, ranked + rows);
    limen_delete(a, ranked, 2 * rows, sizeof *ranked);
    return LIMEN_OK;
}

/* ---- One label ------------------------------------------------------------------------------- */

/* The cells of the next cut. */
static int64_t next_cut(const samples *s, int64_t label, int64_t cells)
{
    const rank_cell *order = order_of(s, label);

    do
        cells++;
    while (cells < s->counts[label] && order[cells] & CELL_TIED);
    return cells;
}

static void set_cut(samples *s, int64_t label, int64_t cells, double step)
{
    for (int64_t i = 0; i < cells; i++)
        take_cell(s, order_of(s, label)[i], step);
}

static double score_at(const samples *s, int64_t label, int64_t place)
{
    int64_t row = order_of(s, label)[place] & CELL_ROW;
    limen_score_block block = limen_scores_block(s->tally, row / s->block_rows);
    limen_dtype dtype = limen_scores_dtype(s->tally);
    size_t at = (size_t)(label * block.stride + row % s->block_rows);

    return limen_key_score(dtype, limen_key_at(dtype, block.keys, at));
}

static limen_cut cut_of(const samples *s, int64_t label, int64_t cells)
{
    limen_block above = {.known = 1}, below = {.known = 1};
    int some = cells > 0, more = cells < s->counts[label];

    if (some)
        above.least = above.greatest = score_at(s, label, cells - 1);
    if (more)
        below.least = below.greatest = score_at(s, label, cells);
    return limen_cut_between(limen_scores_dtype(s->tally), s->plan->aim.rule, LIMEN_AT_SCORE,
                             some ? &above : NULL, more ? &below : NULL);
}

/* The best cut of the label, whose cells the rows do not hold at present. */
static label_cut find_cut(samples *s, int64_t label, double now)
{
    const rank_cell *order = order_of(s, label);
    limen_sum gain = {0.0, 0.0}, tp = {0.0, 0.0}, fp = {0.0, 0.0};
    label_cut at = {0}, best = s->cuts[label];
    double most = now + 1e-12 * fmax(1.0, fabs(now));
    int asked = limen_conditions_apply(&s->plan->conditions, label);

    for (;;) {
        int64_t end;

        if (limen_sum_of(&gain) > most &&
            (!asked || limen_conditions_violation(&s->plan->conditions, label, &s->totals[label],
                                                  limen_sum_of(&tp), limen_sum_of(&fp)) == 0.0) &&
            cut_of(s, label, at.cells).offered) {
            most = limen_sum_of(&gain);
            best = at;
        }
        if (at.cells == s->counts[label])
            return best;
        end = next_cut(s, label, at.cells);
        for (; at.cells < end; at.cells++) {
            rank_cell c = order[at.cells];

            limen_sum_add(&gain, gain_of(s, c));
            if (asked)
                limen_sum_add(c & CELL_POSITIVE ? &tp : &fp, s->rows[c & CELL_ROW].weight);
        }
        at.index++;
    }
}

/* What the label's cells of its present cut are worth to the rows that do not hold them. */
static double worth_of_cut(samples *s, int64_t label)
{
    limen_sum gain = {0.0, 0.0};

    for (int64_t i = 0; i < s->cuts[label].cells; i++)
        limen_sum_add(&gain, gain_of(s, order_of(s, label)[i]));
    return limen_sum_of(&gain);
}

static int move_label(samples *s, int64_t label)
{
    int64_t before = s->cuts[label].cells;

    if (s->cuts[label].pinned)
        return 0;
    set_cut(s, label, before, -1.0);
    s->cuts[label] = find_cut(s, label, worth_of_cut(s, label));
    set_cut(s, label, s->cuts[label].cells, 1.0);
    return s->cuts[label].cells != before;
}

/* ---- All labels ------------------------------------------------------------------------------ */

static void climb(samples *s)
{
    int64_t stayed = 0;

    for (int64_t label = 0; stayed < s->plan->width; label = (label + 1) % s->plan->width) {
        set_fallback(s);
        stayed++;
        if (!move_label(s, label))
            continue;
        stayed = 0;
        if (s->plan->zero_division == LIMEN_SKIP)
            s->value = mean_of_rows(s);
    }
    s->value = mean_of_rows(s);
}

/* From nothing: rows as the cuts of all labels have them. Cells of a cut by index come from it. */
static void set_rows(samples *s)
{
    for (int64_t i = 0; i < s->tally->samples; i++)
        s->rows[i].tp = s->rows[i].fp = 0.0;
    forget_gains(s);
    for (int64_t label = 0; label < s->plan->width; label++) {
        label_cut *cut = &s->cuts[label];

        cut->cells = 0;
        for (int64_t i = 0; i < cut->index; i++)
            cut->cells = next_cut(s, label, cut->cells);
        set_cut(s, label, cut->cells, 1.0);
    }
    s->value = mean_of_rows(s);
}

/* Every label at random, up to three times as many cells as it has positives. */
static void scatter(samples *s, limen_random *random)
{
    for (int64_t label = 0; label < s->plan->width; label++) {
        int64_t count = s->counts[label], positives = 0, most;
        label_cut at = {0};

        for (int64_t i = 0; i < count; i++)
            positives += (order_of(s, label)[i] & CELL_POSITIVE) != 0;
        most = limen_random_below(random, 3 * positives + 1);
        while (at.cells < count && at.cells < most) {
            at.cells = next_cut(s, label, at.cells);
            at.index++;
        }
        if (!limen_conditions_apply(&s->plan->conditions, label) &&
            cut_of(s, label, at.cells).offered)
            s->cuts[label].index = at.index;
    }
}

static limen_ratio climb_all(samples *s)
{
    size_t bytes = (size_t)s->plan->width * sizeof *s->cuts;
    limen_random random = {s->plan->seed};
    limen_ratio best;

    set_rows(s);
    climb(s);
    best = s->value;
    memcpy(s->best, s->cuts, bytes);
    for (int i = 0; i < s->plan->restarts; i++) {
        scatter(s, &random);
        set_rows(s);
        climb(s);
        if (s->value.defined && (!best.defined || s->sign * (s->value.value - best.value) >
                                                      4.0 * DBL_EPSILON * fabs(best.value))) {
            best = s->value;
            memcpy(s->best, s->cuts, bytes);
        }
    }
    return best;
}

static limen_status settle(samples *s, const limen_feed *feed, limen_solution *solution,
                           limen_error *error)
{
    limen_ladder ladder = {.blocks = NULL};
    limen_status status = LIMEN_OK;

    for (int64_t label = 0; label < s->plan->width && status == LIMEN_OK; label++) {
        limen_aim aim = limen_plan_aim(s->plan, label);
        limen_choice *choice = &solution->choices[label];

        if (s->best[label].pinned)
            continue;
        status = feed->load(feed->context, label, &ladder, error);
        if (status == LIMEN_OK)
            limen_label_take(&aim, &ladder, s->best[label].index,
                             ladder.totals.positives > 0.0 ? LIMEN_OUTCOME_LOCAL
                                                           : LIMEN_OUTCOME_NO_POSITIVES,
                             choice);
    }
    limen_ladder_release(&s->plan->allocator, &ladder);
    return status;
}

static limen_status solve(samples *s, const limen_feed *feed, limen_solution *solution,
                          limen_error *error)
{
    limen_status status = limen_solve_labels(s->plan, feed, solution, error);

    if (status != LIMEN_OK)
        return status;
    for (int64_t label = 0; label < s->plan->width; label++) {
        const limen_choice *choice = &solution->choices[label];

        s->totals[label] = choice->totals;
        s->cuts[label] = (label_cut){.index = choice->index,
                                     .pinned = choice->outcome == LIMEN_OUTCOME_INFEASIBLE};
    }
    read_rows(s);
    status = order_labels(s, error);
    if (status != LIMEN_OK)
        return status;
    solution->value = climb_all(s);
    solution->gap = NAN;
    solution->outcome = solution->infeasible ? LIMEN_OUTCOME_INFEASIBLE : LIMEN_OUTCOME_LOCAL;
    return settle(s, feed, solution, error);
}

limen_status limen_solve_samples(const limen_plan *plan, const limen_feed *feed,
                                 limen_solution *solution, limen_error *error)
{
    const limen_allocator *a = &plan->allocator;
    size_t rows = (size_t)feed->rows->samples, width = (size_t)plan->width;
    samples s = {.plan = plan, .tally = feed->rows, .sign = limen_aim_sign(&plan->aim)};
    limen_status status;

    if (rows > CELL_ROW)
        return limen_fail(error, LIMEN_ERR_OVERFLOW,
                          "the scope samples takes up to %u samples, here are %lld", CELL_ROW,
                          (long long)rows);
    s.block_rows = rows ? limen_scores_block(feed->rows, 0).stride : 1;
    s.rows = limen_new(a, rows, sizeof *s.rows);
    s.gains = limen_new_raw(a, 2 * rows, sizeof *s.gains);
    s.order = limen_new_raw(a, rows * width, sizeof *s.order);
    s.counts = limen_new(a, width, sizeof *s.counts);
    s.totals = limen_new(a, width, sizeof *s.totals);
    s.cuts = limen_new(a, 2 * width, sizeof *s.cuts);
    if (s.rows && s.gains && s.order && s.counts && s.totals && s.cuts) {
        s.best = s.cuts + width;
        status = solve(&s, feed, solution, error);
    } else {
        status = limen_fail_memory(error, rows * (sizeof *s.rows + width * sizeof *s.order));
    }
    limen_delete(a, s.rows, rows, sizeof *s.rows);
    limen_delete(a, s.gains, 2 * rows, sizeof *s.gains);
    limen_delete(a, s.order, rows * width, sizeof *s.order);
    limen_delete(a, s.counts, width, sizeof *s.counts);
    limen_delete(a, s.totals, width, sizeof *s.totals);
    limen_delete(a, s.cuts, 2 * width, sizeof *s.cuts);
    return status;
}
