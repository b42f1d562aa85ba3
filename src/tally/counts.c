#include "tally/counts.h"

#include "tally/confusion.h"

static size_t cell_count(const limen_tally *tally)
{
    return (size_t)(limen_tally_groups(tally) * tally->spec.sets * tally->spec.width);
}

static void destroy(const limen_tally *tally, void *opaque)
{
    limen_counts_state *state = opaque;
    const limen_allocator *memory = &tally->allocator;

    limen_label_counts_destroy(tally, state);
    limen_class_counts_destroy(tally, state);
    for (int i = 0; i < LIMEN_OUTCOMES; i++) {
        if (!tally->attached)
            limen_delete(memory, state->whole[i], cell_count(tally), sizeof(int64_t));
        limen_delete(memory, state->sums[i], cell_count(tally), sizeof(limen_sum));
    }
    limen_delete(memory, state, 1, sizeof *state);
}

static int make_arrays(const limen_tally *tally, limen_counts_state *state)
{
    for (int i = 0; i < LIMEN_OUTCOMES; i++) {
        if (tally->spec.weighted)
            state->sums[i] = limen_new(&tally->allocator, cell_count(tally), sizeof(limen_sum));
        else
            state->whole[i] = limen_new(&tally->allocator, cell_count(tally), sizeof(int64_t));
        if (!state->sums[i] && !state->whole[i])
            return 0;
    }
    return 1;
}

static limen_status create(const limen_tally *tally, const limen_count_arrays *arrays,
                           void **opaque, limen_error *error)
{
    limen_counts_state *state = limen_new(&tally->allocator, 1, sizeof *state);
    limen_status status = LIMEN_OK;

    if (!state)
        return limen_fail_memory(error, sizeof *state);
    if (arrays) {
        state->whole[LIMEN_TP] = arrays->tp;
        state->whole[LIMEN_FP] = arrays->fp;
        state->whole[LIMEN_TN] = arrays->tn;
        state->whole[LIMEN_FN] = arrays->fn;
    } else if (!make_arrays(tally, state)) {
        status = limen_fail_memory(error, cell_count(tally) * sizeof(int64_t));
    }
    if (status == LIMEN_OK && tally->spec.task == LIMEN_MULTICLASS)
        status = limen_class_counts_create(tally, state, error);
    else if (status == LIMEN_OK)
        status = limen_label_counts_create(tally, state, error);
    if (status != LIMEN_OK) {
        destroy(tally, state);
        return status;
    }
    *opaque = state;
    return LIMEN_OK;
}

static limen_status collect(const limen_tally *tally, void *state, const limen_checked_batch *batch,
                            limen_error *error)
{
    if (tally->spec.task == LIMEN_MULTICLASS)
        return LIMEN_OK;
    return limen_label_counts_collect(tally, state, batch, error);
}

static void commit(const limen_tally *tally, void *state)
{
    if (tally->spec.task == LIMEN_MULTICLASS)
        limen_class_counts_commit(tally, state);
    else
        limen_label_counts_commit(tally, state);
}

static int kept(const limen_tally *tally, void *opaque, limen_kept *arrays)
{
    const limen_counts_state *state = opaque;

    for (int i = 0; i < LIMEN_OUTCOMES; i++) {
        arrays[i] = (limen_kept){.kind = tally->spec.weighted ? LIMEN_KEPT_SUM : LIMEN_KEPT_WHOLE,
                                 .count = (int64_t)cell_count(tally)};
        if (state && tally->spec.weighted)
            arrays[i].data = state->sums[i];
        else if (state)
            arrays[i].data = state->whole[i];
    }
    return LIMEN_OUTCOMES;
}

const limen_state_ops limen_counts_ops = {
    .name = "counts",
    .create = create,
    .destroy = destroy,
    .collect = collect,
    .commit = commit,
    .kept = kept,
};

static double outcome(const limen_counts_state *state, int which, int64_t cell)
{
    return state->whole[which] ? (double)state->whole[which][cell]
                               : limen_sum_of(&state->sums[which][cell]);
}

static void add_counts(const limen_tally *tally, int64_t set, int64_t group, int64_t first,
                       int64_t labels, limen_counts *counts)
{
    const limen_counts_state *state = tally->states[LIMEN_STATE_COUNTS];
    int64_t cell = limen_counts_at(tally, group, set) + first;

    for (int64_t i = 0; i < labels; i++, cell++) {
        counts[i].tp += outcome(state, LIMEN_TP, cell);
        counts[i].fp += outcome(state, LIMEN_FP, cell);
        counts[i].tn += outcome(state, LIMEN_TN, cell);
        counts[i].fn += outcome(state, LIMEN_FN, cell);
    }
}

void limen_tally_read_counts(const limen_tally *tally, int64_t set, int64_t group, int64_t first,
                             int64_t labels, limen_counts *counts)
{
    int64_t from = group < 0 ? 0 : group;
    int64_t until = group < 0 ? limen_tally_groups(tally) : group + 1;

    for (int64_t i = 0; i < labels; i++)
        counts[i] = (limen_counts){0.0, 0.0, 0.0, 0.0};
    for (group = from; group < until; group++) {
        if (tally->states[LIMEN_STATE_COUNTS])
            add_counts(tally, set, group, first, labels, counts);
        else
            limen_confusion_add_counts(tally, set, group, first, labels, counts);
    }
}
