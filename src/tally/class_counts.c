/* Counting classes: every row has a true and a predicted class, and is a true negative of all
 * others.
 *
 * Whole numbers: all classes get the rows as true negatives, and the two give them back. Weights
 * are never subtracted: rows are taken in blocks of one group; the classes that a block does not
 * name get its weight as a whole, each of the few others the weight of the rows that do not name
 * it. */
#include "tally/cells.h"
#include "tally/classes.h"
#include "tally/counts.h"
#include "tally/groups.h"

#define BLOCK_ROWS 32

struct limen_class_counts {
    limen_touched touched;
    int64_t *group_rows; /* a group; 0 between visits */
    uint8_t *named;      /* a class; 0 between blocks */
};

struct visit {
    const limen_tally *tally;
    limen_counts_state *state;
};

limen_status limen_class_counts_create(const limen_tally *tally, limen_counts_state *state,
                                       limen_error *error)
{
    const limen_allocator *memory = &tally->allocator;
    struct limen_class_counts *counts = limen_new(memory, 1, sizeof *counts);

    if (!counts)
        return limen_fail_memory(error, sizeof *counts);
    state->classes = counts; /* from here on, the caller destroys what there is */
    counts->group_rows = limen_new(memory, (size_t)limen_tally_groups(tally), sizeof(int64_t));
    counts->named = limen_new(memory, (size_t)tally->spec.width, 1);
    if (!limen_touched_create(tally, &counts->touched) || !counts->group_rows || !counts->named)
        return limen_fail_memory(error, 0);
    return LIMEN_OK;
}

void limen_class_counts_destroy(const limen_tally *tally, limen_counts_state *state)
{
    const limen_allocator *memory = &tally->allocator;
    struct limen_class_counts *counts = state->classes;

    if (!counts)
        return;
    limen_touched_destroy(tally, &counts->touched);
    limen_delete(memory, counts->group_rows, (size_t)limen_tally_groups(tally), sizeof(int64_t));
    limen_delete(memory, counts->named, (size_t)tally->spec.width, 1);
    limen_delete(memory, counts, 1, sizeof *counts);
}

/* ---- Whole numbers --------------------------------------------------------------------------- */

static void add_whole_row(limen_counts_state *state, int64_t at, int32_t target, int32_t prediction)
{
    if (prediction == target) {
        state->whole[LIMEN_TP][at + target]++;
        state->whole[LIMEN_TN][at + target]--;
        return;
    }
    state->whole[LIMEN_FP][at + prediction]++;
    state->whole[LIMEN_FN][at + target]++;
    state->whole[LIMEN_TN][at + prediction]--;
    state->whole[LIMEN_TN][at + target]--;
}

/* The rows of each group, as true negatives of every class. */
static void add_true_negatives(const limen_tally *tally, limen_counts_state *state)
{
    struct limen_class_counts *counts = state->classes;
    int64_t cells = tally->spec.sets * tally->spec.width;

    for (int64_t i = 0; i < counts->touched.count; i++) {
        int64_t group = counts->touched.list[i];
        int64_t *tn = state->whole[LIMEN_TN] + limen_counts_at(tally, group, 0);

        for (int64_t cell = 0; cell < cells; cell++)
            tn[cell] += counts->group_rows[group];
        counts->group_rows[group] = 0;
    }
    limen_touched_clear(&counts->touched);
}

static void visit_whole(void *context, const limen_class_rows *rows)
{
    const struct visit *visit = context;
    struct limen_class_counts *counts = visit->state->classes;

    for (int64_t i = 0; i < rows->rows; i++) {
        int64_t group = limen_row_group(&rows->groups, i);

        if (rows->targets[i] < 0)
            continue;
        limen_touch(&counts->touched, group);
        counts->group_rows[group]++;
        for (int64_t set = 0; set < visit->tally->spec.sets; set++)
            add_whole_row(visit->state, limen_counts_at(visit->tally, group, set), rows->targets[i],
                          rows->predictions[set * rows->stride + i]);
    }
}

/* ---- Weights -------------------------------------------------------------------------------- */

/* Rows of one group that count. */
struct block {
    int64_t group, rows;
    int64_t row[BLOCK_ROWS];
    double weight[BLOCK_ROWS];
    double total;
};

/* The weight of the rows that neither are of a class nor predict it. */
static double weight_without(const struct block *block, const limen_class_rows *rows,
                             const int32_t *predictions, int32_t class)
{
    double weight = 0.0;

    for (int64_t i = 0; i < block->rows; i++) {
        int64_t row = block->row[i];

        if (rows->targets[row] != class && predictions[row] != class)
            weight += block->weight[i];
    }
    return weight;
}

static void name_class(const struct block *block, const limen_class_rows *rows,
                       const int32_t *predictions, int32_t class, uint8_t *named, limen_sum *tn)
{
    if (named[class])
        return;
    named[class] = 1;
    limen_sum_add(&tn[class], weight_without(block, rows, predictions, class));
}

static void add_block(const struct visit *visit, const struct block *block,
                      const limen_class_rows *rows, int64_t set)
{
    limen_counts_state *state = visit->state;
    uint8_t *named = state->classes->named;
    const int32_t *predictions = rows->predictions + set * rows->stride;
    int64_t at = limen_counts_at(visit->tally, block->group, set);
    limen_sum *tn = state->sums[LIMEN_TN] + at;

    for (int64_t i = 0; i < block->rows; i++) {
        int32_t target = rows->targets[block->row[i]];
        int32_t prediction = predictions[block->row[i]];

        if (prediction == target) {
            limen_sum_add(&state->sums[LIMEN_TP][at + target], block->weight[i]);
        } else {
            limen_sum_add(&state->sums[LIMEN_FN][at + target], block->weight[i]);
            limen_sum_add(&state->sums[LIMEN_FP][at + prediction], block->weight[i]);
        }
        name_class(block, rows, predictions, target, named, tn);
        name_class(block, rows, predictions, prediction, named, tn);
    }
    for (int64_t class = 0; class < visit->tally->spec.width; class ++) {
        if (!named[class])
            limen_sum_add(&tn[class], block->total);
    }
    for (int64_t i = 0; i < block->rows; i++) {
        named[rows->targets[block->row[i]]] = 0;
        named[predictions[block->row[i]]] = 0;
    }
}

static void flush_block(const struct visit *visit, struct block *block,
                        const limen_class_rows *rows)
{
    for (int64_t set = 0; block->rows && set < visit->tally->spec.sets; set++)
        add_block(visit, block, rows, set);
    block->rows = 0;
    block->total = 0.0;
}

static void visit_weighted(void *context, const limen_class_rows *rows)
{
    const struct visit *visit = context;
    struct block block = {.rows = 0};

    for (int64_t i = 0; i < rows->rows; i++) {
        int64_t group = limen_row_group(&rows->groups, i);
        double weight = limen_row_weight(&rows->weights, i);

        if (rows->targets[i] < 0)
            continue;
        if (block.rows == BLOCK_ROWS || (block.rows && block.group != group))
            flush_block(visit, &block, rows);
        block.group = group;
        block.row[block.rows] = i;
        block.weight[block.rows] = weight;
        block.total += weight;
        block.rows++;
    }
    flush_block(visit, &block, rows);
}

void limen_class_counts_commit(const limen_tally *tally, limen_counts_state *state)
{
    struct visit visit = {tally, state};

    limen_classes_visit(tally, tally->classes, tally->spec.weighted ? visit_weighted : visit_whole,
                        &visit);
    if (!tally->spec.weighted)
        add_true_negatives(tally, state);
}
