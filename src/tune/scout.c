#include "tune/scout.h"

#include "core/numeric.h"
#include "core/status.h"
#include "kernels/sort.h"

#include <math.h>
#include <string.h>

#define LEAST_SAMPLE 256 /* cells */
#define GROUP 16         /* cells between two cuts that are looked at */
#define LEAST_SHARE 0.01 /* of the cells that a cut must take out of the open ones */
#define HEAVY_SHARE 0.05 /* of the cells that have one value */
#define DEVIATIONS 2.0   /* by which a count of the sample may be off */

int limen_scout_helps(const limen_plan *plan, const limen_spec *spec)
{
    return !spec->weighted && plan->task != LIMEN_MULTICLASS &&
           (plan->scope == LIMEN_SCOPE_LABEL || plan->scope == LIMEN_SCOPE_MACRO ||
            plan->scope == LIMEN_SCOPE_WEIGHTED);
}

limen_status limen_scout_create(const limen_plan *plan, const limen_sample *sample,
                                limen_scout *scout, limen_error *error)
{
    const limen_allocator *a = &plan->allocator;
    size_t rows = (size_t)sample->capacity;
    limen_status status;

    *scout = (limen_scout){.plan = plan, .sample = sample};
    status = limen_ladder_reserve(a, &scout->ladder, sample->capacity, error);
    if (status != LIMEN_OK)
        return status;
    scout->spare = limen_new_raw(a, rows, sizeof(uint64_t));
    for (int truth = 0; truth < 2; truth++) {
        scout->keys[truth] = limen_new_raw(a, rows, sizeof(uint64_t));
        scout->taken[truth] = limen_new_raw(a, rows + 1, sizeof(double));
    }
    if (scout->spare && scout->keys[0] && scout->keys[1] && scout->taken[0] && scout->taken[1])
        return LIMEN_OK;
    limen_scout_release(scout);
    return limen_fail_memory(error, rows * sizeof(uint64_t));
}

void limen_scout_release(limen_scout *scout)
{
    const limen_allocator *a = &scout->plan->allocator;
    size_t rows = (size_t)scout->sample->capacity;

    limen_delete(a, scout->spare, rows, sizeof(uint64_t));
    for (int truth = 0; truth < 2; truth++) {
        limen_delete(a, scout->keys[truth], rows, sizeof(uint64_t));
        limen_delete(a, scout->taken[truth], rows + 1, sizeof(double));
        scout->keys[truth] = NULL;
        scout->taken[truth] = NULL;
    }
    scout->spare = NULL;
    limen_ladder_release(a, &scout->ladder);
}

/* ---- The sample as a ladder ---------------------------------------------------------------------
 */

/* The label's cells of one class, sorted; returns how many. */
static size_t sort_class(limen_scout *scout, uint8_t truth)
{
    const limen_sample *sample = scout->sample;
    size_t size = limen_dtype_size(sample->dtype), count = 0;
    size_t first = (size_t)(scout->label * sample->capacity);
    const unsigned char *scores = sample->scores + first * size;
    unsigned char *to = scout->keys[truth];

    for (size_t row = 0; row < (size_t)sample->rows; row++) {
        if (sample->truth[first + row] != truth)
            continue;
        memcpy(to + count * size, scores + row * size, size);
        count++;
    }
    (void)limen_kernels_select()->keys[sample->dtype](to, to, count);
    limen_keys_sort(sample->dtype, to, scout->spare, count);
    return count;
}

/* Whether the highest key that is left is there GROUP times or more. */
static int is_long_run(const limen_scout *scout, int truth, size_t left)
{
    const limen_dtype dtype = scout->sample->dtype;
    const void *keys = scout->keys[truth];

    return left >= GROUP &&
           limen_key_at(dtype, keys, left - 1) == limen_key_at(dtype, keys, left - GROUP);
}

/* Whole values from the highest down, at least GROUP cells at a time: a block of the ladder. A
 * value that has as many for itself is a block. */
static limen_block take_group(limen_scout *scout, size_t left[2])
{
    const limen_dtype dtype = scout->sample->dtype;
    double taken[2] = {0.0, 0.0};
    uint64_t first = 0, last = 0;

    for (;;) {
        uint64_t up = left[1] ? limen_key_at(dtype, scout->keys[1], left[1] - 1) : 0;
        uint64_t down = left[0] ? limen_key_at(dtype, scout->keys[0], left[0] - 1) : 0;
        uint64_t key = up > down ? up : down;

        if (first == 0)
            first = key;
        if (key == 0)
            break;
        if (key != last && last != 0 &&
            (taken[0] + taken[1] >= GROUP || is_long_run(scout, up >= down, left[up >= down])))
            break;
        last = key;
        left[up >= down]--;
        taken[up >= down]++;
    }
    return (limen_block){.least = limen_key_score(dtype, last),
                         .greatest = limen_key_score(dtype, first),
                         .negatives = taken[0],
                         .positives = taken[1],
                         .known = first == last};
}

static void make_ladder(limen_scout *scout)
{
    limen_ladder *ladder = &scout->ladder;
    double up = 0.0, down = 0.0;
    size_t left[2];

    for (uint8_t truth = 0; truth < 2; truth++)
        left[truth] = sort_class(scout, truth);
    ladder->count = 0;
    ladder->dtype = scout->sample->dtype;
    ladder->totals = (limen_totals){(double)left[1], (double)left[0], 1};
    while (left[0] + left[1] > 0)
        ladder->blocks[ladder->count++] = take_group(scout, left);
    for (int64_t cut = 0; cut <= ladder->count; cut++) {
        scout->taken[0][cut] = down;
        scout->taken[1][cut] = up;
        if (cut < ladder->count) {
            down += ladder->blocks[cut].negatives;
            up += ladder->blocks[cut].positives;
        }
    }
    scout->cells = up + down;
}

static double cells_between(const limen_scout *scout, int64_t from, int64_t to)
{
    return scout->taken[0][to] - scout->taken[0][from] + scout->taken[1][to] -
           scout->taken[1][from];
}

/* ---- What can be left out -----------------------------------------------------------------------
 */

/* By how much the counts of two cuts may be further apart than the sample has it. */
static double luck(const limen_scout *scout, int truth, int64_t cut, int64_t other)
{
    double apart = fabs(scout->taken[truth][cut] - scout->taken[truth][other]);

    return DEVIATIONS * (sqrt(apart) + 1.0);
}

/* The best cut, had luck been against it in what lies between it and the corner of a block: the
 * positives before `to`, the negatives before `from`. */
static limen_point best_without_luck(const limen_scout *scout, int64_t from, int64_t to)
{
    const limen_point *best = &scout->scan.best;
    double tp = best->tp - luck(scout, 1, scout->scan.best_index, to);
    double fp = best->fp + luck(scout, 0, scout->scan.best_index, from);

    return limen_objective_at(&scout->aim.objective, &scout->ladder.totals, fmax(0.0, tp),
                              fmin(scout->ladder.totals.negatives, fp));
}

/* Whether no cut between two can be as good as the best one. */
static int is_hopeless(const limen_scout *scout, int64_t from, int64_t to)
{
    const limen_aim *aim = &scout->aim;
    const limen_totals *totals = &scout->ladder.totals;
    const limen_point entry = {.tp = scout->taken[1][from], .fp = scout->taken[0][from]};
    double positives = scout->taken[1][to] - entry.tp;
    double negatives = scout->taken[0][to] - entry.fp;
    double up = luck(scout, 1, from, to), down = luck(scout, 0, from, to);
    limen_point best, bound;

    if (limen_conditions_bound(aim->conditions, scout->label, totals, fmax(0.0, entry.tp - up),
                               fmax(0.0, entry.fp - down), positives + 2.0 * up,
                               negatives + 2.0 * down) > 0.0)
        return 1;
    best = best_without_luck(scout, from, to);
    bound = limen_objective_bound(&aim->objective, totals, &entry, positives, negatives);
    return best.defined && bound.defined &&
           limen_objective_compare(&aim->objective, totals, &bound, &best) < 0;
}

/* The farthest cut from `from` towards `to` with nothing to hope for in between. */
static int64_t reach(const limen_scout *scout, int64_t from, int64_t to)
{
    int64_t near = from, far = to;

    while (near != far) {
        int64_t middle = far > near ? far - (far - near) / 2 : far + (near - far) / 2;
        int hopeless =
            middle > from ? is_hopeless(scout, from, middle) : is_hopeless(scout, middle, from);

        if (hopeless)
            near = middle;
        else
            far = middle > near ? middle - 1 : middle + 1;
    }
    return near;
}

/* Cuts from outside towards the best one, always where most is left out. */
typedef struct narrowing {
    int64_t first, last; /* cuts of the sample's ladder around the open blocks */
    double above[LIMEN_LAYOUT_CUTS], below[LIMEN_LAYOUT_CUTS];
    int above_count, below_count;
} narrowing;

/* The next step of one side: to which cut, what it leaves out, and its cuts as scores. */
typedef struct narrow_step {
    int64_t to;
    double cells;
    double cut[2]; /* from outside */
    int cut_count;
} narrow_step;

/* A value that many have is counted by two cuts, whatever it promises: nothing is inside. */
static int is_heavy(const limen_scout *scout, int64_t block)
{
    return scout->ladder.blocks[block].known &&
           cells_between(scout, block, block + 1) >= HEAVY_SHARE * scout->cells;
}

static narrow_step step_down(const limen_scout *scout, const narrowing *open)
{
    const limen_block *blocks = scout->ladder.blocks;
    int64_t best = scout->scan.best_index;
    narrow_step step = {.to = reach(scout, open->first, best), .cut_count = 1};

    if (step.to > open->first) {
        step.cut[0] = blocks[step.to - 1].least;
    } else if (open->first < best && is_heavy(scout, open->first)) {
        step = (narrow_step){.to = open->first + 1, .cut_count = 2};
        step.cut[0] = limen_next_up(scout->ladder.dtype, blocks[open->first].least);
        step.cut[1] = blocks[open->first].least;
    }
    step.cells = cells_between(scout, open->first, step.to);
    return step;
}

static narrow_step step_up(const limen_scout *scout, const narrowing *open)
{
    const limen_block *blocks = scout->ladder.blocks;
    int64_t best = scout->scan.best_index;
    narrow_step step = {.to = reach(scout, open->last, best), .cut_count = 1};

    if (step.to < open->last) {
        step.cut[0] = blocks[step.to - 1].least;
    } else if (open->last > best && is_heavy(scout, open->last - 1)) {
        step = (narrow_step){.to = open->last - 1, .cut_count = 2};
        step.cut[0] = blocks[step.to].least;
        step.cut[1] = limen_next_up(scout->ladder.dtype, blocks[step.to].least);
    }
    step.cells = cells_between(scout, step.to, open->last);
    return step;
}

static narrowing narrow(const limen_scout *scout)
{
    narrowing open = {.first = 0, .last = scout->ladder.count};

    for (;;) {
        narrow_step down = step_down(scout, &open), up = step_up(scout, &open);
        const narrow_step *step = down.cells >= up.cells ? &down : &up;

        if (step->cells < LEAST_SHARE * scout->cells ||
            open.above_count + open.below_count + step->cut_count > LIMEN_LAYOUT_CUTS)
            return open;
        for (int i = 0; i < step->cut_count; i++) {
            if (step == &down)
                open.above[open.above_count++] = step->cut[i];
            else
                open.below[open.below_count++] = step->cut[i];
        }
        if (step == &down)
            open.first = step->to;
        else
            open.last = step->to;
    }
}

/* ---- The layout ---------------------------------------------------------------------------------
 */

static void set_cuts(const narrowing *open, limen_layout *layout)
{
    layout->above = open->above_count;
    memcpy(layout->cut, open->above, (size_t)open->above_count * sizeof *layout->cut);
    layout->cut_count = open->above_count + open->below_count;
    for (int i = 0; i < open->below_count; i++)
        layout->cut[layout->cut_count - 1 - i] = open->below[i];
}

static void set_shares(const limen_scout *scout, const limen_layout *layout,
                       double share[LIMEN_LAYOUT_CUTS + 1])
{
    const limen_ladder *ladder = &scout->ladder;
    int64_t at = 0;

    for (int k = 0; k <= layout->cut_count; k++) {
        int64_t from = at;

        while (at < ladder->count &&
               (k == layout->cut_count || ladder->blocks[at].least >= layout->cut[k]))
            at++;
        share[k] = cells_between(scout, from, at) / scout->cells;
    }
}

int limen_scout_layout(limen_scout *scout, int64_t label, uint32_t bins, limen_layout *layout,
                       double share[LIMEN_LAYOUT_CUTS + 1])
{
    limen_layout made = {.dtype = scout->sample->dtype};
    const limen_block *blocks = scout->ladder.blocks;
    narrowing open;

    scout->label = label;
    scout->aim = limen_plan_aim(scout->plan, label);
    make_ladder(scout);
    if (scout->cells < LEAST_SAMPLE)
        return 0;
    limen_label_scan(&scout->aim, label, &scout->ladder, &scout->scan);
    if (!scout->scan.found)
        return 0;
    open = narrow(scout);
    set_cuts(&open, &made);
    made.open = open.first < open.last;
    made.least = blocks[scout->ladder.count - 1].least;
    made.greatest = blocks[0].greatest;
    if (made.open)
        made.bins = limen_bins_across(
            limen_cut_dtype(made.dtype),
            open.below_count > 0 ? limen_layout_low(&made) : blocks[open.last - 1].least,
            open.above_count > 0 ? limen_layout_high(&made) : blocks[open.first].greatest, bins);
    if (made.cut_count == 0 || (made.open && made.bins.kind != LIMEN_BINS_UNIFORM))
        return 0;
    set_shares(scout, &made, share);
    *layout = made;
    return 1;
}
