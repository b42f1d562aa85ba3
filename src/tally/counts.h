/* The counts state: tp, fp, tn, fn of every label, and how batches are added to them. counts.c
 * holds the sums, label_counts.c adds binary and multilabel batches, class_counts.c multiclass
 * ones.
 */
#ifndef LIMEN_TALLY_COUNTS_H
#define LIMEN_TALLY_COUNTS_H

#include "tally/state.h"

enum { LIMEN_TP, LIMEN_FP, LIMEN_TN, LIMEN_FN, LIMEN_OUTCOMES };

/* Of each outcome, groups x sets x width: whole numbers, or sums of weights. */
typedef struct limen_counts_state {
    int64_t *whole[LIMEN_OUTCOMES];  /* NULL when weighted */
    limen_sum *sums[LIMEN_OUTCOMES]; /* NULL unless weighted */
    struct limen_label_counts *labels;
    struct limen_class_counts *classes;
} limen_counts_state;

/* Where the labels of a set and group begin in an outcome's array. */
static inline int64_t limen_counts_at(const limen_tally *tally, int64_t group, int64_t set)
{
    return (group * tally->spec.sets + set) * tally->spec.width;
}

limen_status limen_label_counts_create(const limen_tally *tally, limen_counts_state *state,
                                       limen_error *error);
void limen_label_counts_destroy(const limen_tally *tally, limen_counts_state *state);
limen_status limen_label_counts_collect(const limen_tally *tally, limen_counts_state *state,
                                        const limen_checked_batch *batch, limen_error *error);
void limen_label_counts_commit(const limen_tally *tally, limen_counts_state *state);

limen_status limen_class_counts_create(const limen_tally *tally, limen_counts_state *state,
                                       limen_error *error);
void limen_class_counts_destroy(const limen_tally *tally, limen_counts_state *state);
void limen_class_counts_commit(const limen_tally *tally, limen_counts_state *state);

#endif
