/* The mean over samples of a row's value, over the cuts of all labels: coordinate ascent.
 *
 * Of one label all others being fixed, each of its cells changes the value of its row by so much
 * when it is taken; the best cut is where the sum of these changes, from the highest score down, is
 * greatest. Label by label until none can be improved: a local optimum. */
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

typedef struct samples {
    const limen_plan *plan;
    const limen_tally *tally;
    double sign;
    int64_t block_rows;
    row_state *rows;
    limen_totals *totals; /* of labels */
    label_cut *cuts, *best;
    limen_ranked *ranked, *scratch;
    limen_ratio value;
    double fallback; /* score that a row counts whose value is 0/0 */
} samples;

/* ---- Rows ------------------------------------------------------------------------------------ */

static int is_positive(const samples *s, int64_t label, int64_t row)
{
    limen_score_block block = limen_scores_block(s->tally, row / s->block_rows);

    return block.cells[label * block.stride + row % s->block_rows] == LIMEN_CELL_POSITIVE;
}

static void take_cell(samples *s, int64_t label, int64_t row, double step)
{
    *(is_positive(s, label, row) ? &s->rows[row].tp : &s->rows[row].fp) += step;
}

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
    if (s->plan->zero_division == LIMEN_SKIP)
        s->fallback = s->value.defined ? s->sign * s->value.value : 0.0;
    else
        s->fallback = s->plan->zero_division == LIMEN_ONE ? s->sign : 0.0;
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

/* ---- One label ------------------------------------------------------------------------------- */

/* A label's cells from the highest score down, as its ladder has them: without those that no
 * threshold reaches, and without rows of weight 0. */
static int64_t rank_label(samples *s, int64_t label)
{
    limen_score_query query = {.group = -1, .label = label};
    int64_t all = limen_scores_rank(s->tally, &query, s->ranked, s->scratch), count = 0;

    for (int64_t i = 0; i < all / 2; i++) {
        limen_ranked other = s->ranked[i];

        s->ranked[i] = s->ranked[all - 1 - i];
        s->ranked[all - 1 - i] = other;
    }
    for (int64_t i = 0; i < all; i++)
        if (s->ranked[i].key != LIMEN_KEY_NAN && s->rows[s->ranked[i].row].weight > 0.0)
            s->ranked[count++] = s->ranked[i];
    return count;
}

/* The cells of the next cut. */
static int64_t next_cut(const samples *s, int64_t cells, int64_t count)
{
    uint64_t key = s->ranked[cells].key;

    while (cells < count && s->ranked[cells].key == key)
        cells++;
    return cells;
}

static void set_cut(samples *s, int64_t label, int64_t cells, double step)
{
    for (int64_t i = 0; i < cells; i++)
        take_cell(s, label, s->ranked[i].row, step);
}

static limen_cut cut_of(const samples *s, int64_t cells, int64_t count)
{
    limen_block above = {.known = 1}, below = {.known = 1};
    limen_dtype dtype = limen_scores_dtype(s->tally);

    if (cells > 0)
        above.least = above.greatest = limen_key_score(dtype, s->ranked[cells - 1].key);
    if (cells < count)
        below.least = below.greatest = limen_key_score(dtype, s->ranked[cells].key);
    return limen_cut_between(dtype, s->plan->aim.rule, LIMEN_AT_SCORE, cells > 0 ? &above : NULL,
                             cells < count ? &below : NULL);
}

/* The best cut of the label, whose cells the rows do not hold at present. */
static label_cut find_cut(const samples *s, int64_t label, int64_t count, double now)
{
    limen_sum gain = {0.0, 0.0}, tp = {0.0, 0.0}, fp = {0.0, 0.0};
    label_cut at = {0}, best = s->cuts[label];
    double most = now + 1e-12 * fmax(1.0, fabs(now));

    for (;;) {
        int64_t end;

        if (limen_sum_of(&gain) > most &&
            limen_conditions_violation(&s->plan->conditions, label, &s->totals[label],
                                       limen_sum_of(&tp), limen_sum_of(&fp)) == 0.0 &&
            cut_of(s, at.cells, count).offered) {
            most = limen_sum_of(&gain);
            best = at;
        }
        if (at.cells == count)
            return best;
        end = next_cut(s, at.cells, count);
        for (; at.cells < end; at.cells++) {
            const row_state *row = &s->rows[s->ranked[at.cells].row];
            int up = is_positive(s, label, s->ranked[at.cells].row);

            limen_sum_add(&gain, worth(s, row, row->tp + up, row->fp + !up) -
                                     worth(s, row, row->tp, row->fp));
            limen_sum_add(up ? &tp : &fp, row->weight);
        }
        at.index++;
    }
}

/* What the label's cells of its present cut are worth to the rows that do not hold them. */
static double worth_of_cut(const samples *s, int64_t label)
{
    limen_sum gain = {0.0, 0.0};

    for (int64_t i = 0; i < s->cuts[label].cells; i++) {
        const row_state *row = &s->rows[s->ranked[i].row];
        int up = is_positive(s, label, s->ranked[i].row);

        limen_sum_add(&gain,
                      worth(s, row, row->tp + up, row->fp + !up) - worth(s, row, row->tp, row->fp));
    }
    return limen_sum_of(&gain);
}

static int move_label(samples *s, int64_t label)
{
    int64_t count, before = s->cuts[label].cells;

    if (s->cuts[label].pinned)
        return 0;
    count = rank_label(s, label);
    set_cut(s, label, before, -1.0);
    s->cuts[label] = find_cut(s, label, count, worth_of_cut(s, label));
    set_cut(s, label, s->cuts[label].cells, 1.0);
    return s->cuts[label].cells != before;
}

/* ---- All labels ------------------------------------------------------------------------------ */

static void climb(samples *s)
{
    int moved = 1;

    while (moved) {
        moved = 0;
        for (int64_t label = 0; label < s->plan->width; label++) {
            set_fallback(s);
            if (!move_label(s, label))
                continue;
            moved = 1;
            if (s->plan->zero_division == LIMEN_SKIP)
                s->value = mean_of_rows(s);
        }
    }
    s->value = mean_of_rows(s);
}

/* From nothing: rows as the cuts of all labels have them. Cells of a cut by index come from it. */
static void set_rows(samples *s)
{
    for (int64_t i = 0; i < s->tally->samples; i++)
        s->rows[i].tp = s->rows[i].fp = 0.0;
    for (int64_t label = 0; label < s->plan->width; label++) {
        label_cut *cut = &s->cuts[label];
        int64_t count = rank_label(s, label);

        cut->cells = 0;
        for (int64_t i = 0; i < cut->index; i++)
            cut->cells = next_cut(s, cut->cells, count);
        set_cut(s, label, cut->cells, 1.0);
    }
    s->value = mean_of_rows(s);
}

/* Every label at random, up to three times as many cells as it has positives. */
static void scatter(samples *s, limen_random *random)
{
    for (int64_t label = 0; label < s->plan->width; label++) {
        int64_t count = rank_label(s, label), positives = 0, most;
        label_cut at = {0};

        for (int64_t i = 0; i < count; i++)
            positives += is_positive(s, label, s->ranked[i].row);
        most = limen_random_below(random, 3 * positives + 1);
        while (at.cells < count && at.cells < most) {
            at.cells = next_cut(s, at.cells, count);
            at.index++;
        }
        if (!limen_conditions_apply(&s->plan->conditions, label) &&
            cut_of(s, at.cells, count).offered)
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

    s.block_rows = rows ? limen_scores_block(feed->rows, 0).stride : 1;
    s.rows = limen_new(a, rows, sizeof *s.rows);
    s.totals = limen_new(a, width, sizeof *s.totals);
    s.cuts = limen_new(a, 2 * width, sizeof *s.cuts);
    s.ranked = limen_new_raw(a, 2 * rows, sizeof *s.ranked);
    if (s.rows && s.totals && s.cuts && s.ranked) {
        s.best = s.cuts + width;
        s.scratch = s.ranked + rows;
        status = solve(&s, feed, solution, error);
    } else {
        status = limen_fail_memory(error, rows * (sizeof *s.rows + 2 * sizeof *s.ranked));
    }
    limen_delete(a, s.rows, rows, sizeof *s.rows);
    limen_delete(a, s.totals, width, sizeof *s.totals);
    limen_delete(a, s.cuts, 2 * width, sizeof *s.cuts);
    limen_delete(a, s.ranked, 2 * rows, sizeof *s.ranked);
    return status;
}
