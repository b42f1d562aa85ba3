#include "tally/confusion.h"

#include "tally/cells.h"
#include "tally/classes.h"

/* groups x sets x C x C, rows true classes; sums when weighted. */
struct confusion {
    int64_t *whole;
    limen_sum *sums;
};

struct visit {
    const limen_tally *tally;
    struct confusion *state;
};

static size_t cell_count(const limen_tally *tally)
{
    size_t classes = (size_t)tally->spec.width;

    return (size_t)(limen_tally_groups(tally) * tally->spec.sets) * classes * classes;
}

static int64_t matrix_at(const limen_tally *tally, int64_t set, int64_t group)
{
    return (group * tally->spec.sets + set) * tally->spec.width * tally->spec.width;
}

static void destroy(const limen_tally *tally, void *opaque)
{
    struct confusion *state = opaque;

    if (!tally->attached)
        limen_delete(&tally->allocator, state->whole, cell_count(tally), sizeof(int64_t));
    limen_delete(&tally->allocator, state->sums, cell_count(tally), sizeof(limen_sum));
    limen_delete(&tally->allocator, state, 1, sizeof *state);
}

static limen_status create(const limen_tally *tally, const limen_count_arrays *arrays,
                           void **opaque, limen_error *error)
{
    double cells = (double)limen_tally_groups(tally) * (double)tally->spec.sets *
                   (double)tally->spec.width * (double)tally->spec.width;
    struct confusion *state;

    if (cells > (double)(PTRDIFF_MAX / (ptrdiff_t)sizeof(limen_sum)))
        return limen_fail(error, LIMEN_ERR_OVERFLOW,
                          "states asks for a confusion matrix of %.0f cells: too large", cells);
    state = limen_new(&tally->allocator, 1, sizeof *state);
    if (!state)
        return limen_fail_memory(error, sizeof *state);
    if (arrays)
        state->whole = arrays->confusion;
    else if (tally->spec.weighted)
        state->sums = limen_new(&tally->allocator, cell_count(tally), sizeof(limen_sum));
    else
        state->whole = limen_new(&tally->allocator, cell_count(tally), sizeof(int64_t));
    if (!state->sums && !state->whole) {
        destroy(tally, state);
        return limen_fail_memory(error, cell_count(tally) * sizeof(int64_t));
    }
    *opaque = state;
    return LIMEN_OK;
}

/* tally.c has predicted the batch; all that is left is the commit. */
static limen_status collect(const limen_tally *tally, void *state, const limen_checked_batch *batch,
                            limen_error *error)
{
    (void)tally;
    (void)state;
    (void)batch;
    (void)error;
    return LIMEN_OK;
}

static void visit_rows(void *context, const limen_class_rows *rows)
{
    const struct visit *visit = context;
    const limen_spec *spec = &visit->tally->spec;

    for (int64_t i = 0; i < rows->rows; i++) {
        int64_t group = limen_row_group(&rows->groups, i);

        if (rows->targets[i] < 0)
            continue;
        for (int64_t set = 0; set < spec->sets; set++) {
            int64_t cell = matrix_at(visit->tally, set, group) + rows->targets[i] * spec->width +
                           rows->predictions[set * rows->stride + i];

            if (visit->state->whole)
                visit->state->whole[cell]++;
            else
                limen_sum_add(&visit->state->sums[cell], limen_row_weight(&rows->weights, i));
        }
    }
}

static void commit(const limen_tally *tally, void *state)
{
    struct visit visit = {tally, state};

    limen_classes_visit(tally, tally->classes, visit_rows, &visit);
}

static int kept(const limen_tally *tally, void *opaque, limen_kept *arrays)
{
    const struct confusion *state = opaque;
    int64_t row = limen_product(limen_tally_groups(tally) * tally->spec.sets, tally->spec.width);

    *arrays = (limen_kept){.kind = tally->spec.weighted ? LIMEN_KEPT_SUM : LIMEN_KEPT_WHOLE,
                           .count = limen_product(row, tally->spec.width)};
    if (state && tally->spec.weighted)
        arrays->data = state->sums;
    else if (state)
        arrays->data = state->whole;
    return 1;
}

const limen_state_ops limen_confusion_ops = {
    .name = "confusion",
    .create = create,
    .destroy = destroy,
    .collect = collect,
    .commit = commit,
    .kept = kept,
};

static double cell_value(const struct confusion *state, int64_t cell)
{
    return state->whole ? (double)state->whole[cell] : limen_sum_of(&state->sums[cell]);
}

double limen_confusion_cell(const limen_tally *tally, int64_t set, int64_t group, int64_t actual,
                            int64_t predicted)
{
    const struct confusion *state = tally->states[LIMEN_STATE_CONFUSION];
    int64_t from = group < 0 ? 0 : group;
    int64_t until = group < 0 ? limen_tally_groups(tally) : group + 1;
    double sum = 0.0;

    for (group = from; group < until; group++)
        sum += cell_value(state,
                          matrix_at(tally, set, group) + actual * tally->spec.width + predicted);
    return sum;
}

/* Once forward and once backward over each row, so that what stands on either side of a cell is a
 * sum, and nothing is subtracted. */
void limen_confusion_add_counts(const limen_tally *tally, int64_t set, int64_t group, int64_t first,
                                int64_t classes, limen_counts *counts)
{
    const struct confusion *state = tally->states[LIMEN_STATE_CONFUSION];
    int64_t width = tally->spec.width;

    for (int64_t actual = 0; actual < width; actual++) {
        int64_t row = matrix_at(tally, set, group) + actual * width;
        double before = 0.0;
        double after = 0.0;

        for (int64_t i = 0; i < width; i++) {
            double cell = cell_value(state, row + i);

            if (i >= first && i < first + classes) {
                limen_counts *to = &counts[i - first];

                *(i == actual ? &to->tp : &to->fp) += cell;
                *(i == actual ? &to->fn : &to->tn) += before;
            }
            before += cell;
        }
        for (int64_t i = width - 1; i >= 0; i--) {
            if (i >= first && i < first + classes)
                *(i == actual ? &counts[i - first].fn : &counts[i - first].tn) += after;
            after += cell_value(state, row + i);
        }
    }
}
