/* Multiclass AUROC, one class against one other. One sort of each column of scores serves all the
 * pairs of its class: going up the column, a row of class b ranks below the rows of the column's
 * class that are still to come. */
#include "metrics/curve.h"

struct pairs {
    const limen_tally *tally;
    int64_t rows, classes;
    int32_t *class_of;    /* of each row */
    double *weight_of;    /* of each row */
    limen_ranked *ranked; /* and as many for scratch */
    double *wins;         /* [a][b]: pairs of rows where the one of class a has more of a */
    double *support;      /* of each class */
};

static void release(struct pairs *p)
{
    const limen_allocator *a = &p->tally->allocator;
    size_t rows = (size_t)p->rows, classes = (size_t)p->classes;

    limen_delete(a, p->class_of, rows, sizeof *p->class_of);
    limen_delete(a, p->weight_of, rows, sizeof *p->weight_of);
    limen_delete(a, p->ranked, 2 * rows, sizeof *p->ranked);
    limen_delete(a, p->wins, classes * classes, sizeof *p->wins);
    limen_delete(a, p->support, classes, sizeof *p->support);
}

static limen_status prepare(struct pairs *p, const limen_tally *tally, limen_error *error)
{
    const limen_allocator *a = &tally->allocator;
    size_t rows = (size_t)tally->samples, classes = (size_t)tally->spec.width;
    int64_t row = 0;

    *p = (struct pairs){.tally = tally, .rows = tally->samples, .classes = tally->spec.width};
    p->class_of = limen_new_raw(a, rows, sizeof *p->class_of);
    p->weight_of = limen_new_raw(a, rows, sizeof *p->weight_of);
    p->ranked = limen_new_raw(a, 2 * rows, sizeof *p->ranked);
    p->wins = limen_new(a, classes * classes, sizeof *p->wins);
    p->support = limen_new(a, classes, sizeof *p->support);
    if (!p->class_of || !p->weight_of || !p->ranked || !p->wins || !p->support) {
        release(p);
        return limen_fail_memory(error, rows * 2 * sizeof *p->ranked);
    }
    for (int64_t i = 0; i < limen_scores_blocks(tally); i++) {
        limen_score_block block = limen_scores_block(tally, i);

        for (int64_t k = 0; k < block.rows; k++, row++) {
            p->class_of[row] = block.classes[k];
            p->weight_of[row] = block.weights ? block.weights[k] : 1.0;
        }
    }
    return LIMEN_OK;
}

/* Rows first <= i < last of a column tie; `above` is the weight of the column's class there and
 * higher up. Returns what of it is in the tie. */
static double add_tie(struct pairs *p, int64_t column, int64_t first, int64_t last, double above)
{
    double tied = 0.0;

    for (int64_t i = first; i < last; i++) {
        int64_t row = p->ranked[i].row;

        if (p->class_of[row] == column)
            tied += p->weight_of[row];
    }
    for (int64_t i = first; i < last; i++) {
        int64_t row = p->ranked[i].row;

        p->wins[column * p->classes + p->class_of[row]] += p->weight_of[row] * (above - tied / 2.0);
    }
    return tied;
}

static void add_column(struct pairs *p, int64_t group, int64_t column)
{
    limen_score_query query = {group, column};
    int64_t count = limen_scores_rank(p->tally, &query, p->ranked, p->ranked + p->rows);
    double above = 0.0;

    for (int64_t i = 0; i < count; i++) {
        int64_t row = p->ranked[i].row;

        if (p->class_of[row] == column)
            above += p->weight_of[row];
    }
    p->support[column] = above;
    for (int64_t first = 0, last; first < count; first = last) {
        for (last = first + 1; last < count && p->ranked[last].key == p->ranked[first].key;)
            last++;
        above -= add_tie(p, column, first, last, above);
    }
}

/* Both directions of a pair: the positives are class a by column a, then class b by column b. */
static double pair_area(const struct pairs *p, int64_t a, int64_t b)
{
    double forth = p->wins[a * p->classes + b];
    double back = p->wins[b * p->classes + a];

    return (forth + back) / 2.0 / (p->support[a] * p->support[b]);
}

limen_status limen_curve_one_vs_one(const limen_tally *tally, int64_t group, int weighted,
                                    limen_ratio *value, limen_error *error)
{
    limen_sum total = {0.0, 0.0}, weight = {0.0, 0.0};
    struct pairs p;
    limen_status status = prepare(&p, tally, error);

    if (status != LIMEN_OK)
        return status;
    for (int64_t column = 0; column < p.classes; column++)
        add_column(&p, group, column);
    for (int64_t a = 0; a < p.classes; a++) {
        for (int64_t b = a + 1; b < p.classes; b++) {
            double share = weighted ? p.support[a] + p.support[b] : 1.0;

            if (p.support[a] == 0.0 || p.support[b] == 0.0)
                continue;
            limen_sum_add(&total, share * pair_area(&p, a, b));
            limen_sum_add(&weight, share);
        }
    }
    *value = limen_ratio_of(limen_sum_of(&total), limen_sum_of(&weight));
    release(&p);
    return LIMEN_OK;
}
