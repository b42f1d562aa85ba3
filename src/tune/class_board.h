/* The objective of a multiclass task while samples move from one predicted class to another. */
#ifndef LIMEN_TUNE_CLASS_BOARD_H
#define LIMEN_TUNE_CLASS_BOARD_H

#include "metrics/forms.h"
#include "tune/mean_tree.h"
#include "tune/plan.h"

/* What the value is of. */
typedef enum limen_class_form {
    LIMEN_FORM_MEAN,   /* classes against the rest */
    LIMEN_FORM_POOLED, /* their counts added up */
    LIMEN_FORM_RIGHT,  /* and here the confusion matrix: accuracy, ... */
    LIMEN_FORM_RECALL,
    LIMEN_FORM_MCC,
    LIMEN_FORM_KAPPA
} limen_class_form;

typedef struct limen_class_board {
    const limen_plan *plan;
    limen_class_form form;
    int whole;       /* samples are counted, not weighed */
    double sign;     /* -1 where the least value is the best */
    int by_class;    /* the rank depends on the classes' own values or conditions */
    limen_aim *aims; /* a class */
    double *support; /* a class, as are the next two */
    double *tp, *predicted;
    limen_class_sums sums;
    limen_mean_tree tree;
} limen_class_board;

/* How good a state is. */
typedef struct limen_class_rank {
    limen_ratio value;
    double violation;
} limen_class_rank;

limen_status limen_class_board_make(const limen_plan *plan, int whole, limen_class_board *board,
                                    limen_error *error);
void limen_class_board_release(limen_class_board *board);

/* From nothing: samples of weight w, class `actual`, predicted as `predicted`; then the ranks. */
void limen_class_board_clear(limen_class_board *board);
void limen_class_board_add(limen_class_board *board, int32_t actual, int32_t predicted,
                           double weight);
limen_class_rank limen_class_board_settle(limen_class_board *board);

/* A sample is predicted as `to`, no longer as `from`. The rank follows for these two classes. */
void limen_class_board_move(limen_class_board *board, int32_t actual, int32_t from, int32_t to,
                            double weight);
void limen_class_board_update(limen_class_board *board, int32_t class_number);
limen_class_rank limen_class_board_rank(const limen_class_board *board);

/* Whether a is better than b by more than rounding. */
int limen_class_rank_better(const limen_class_board *board, const limen_class_rank *a,
                            const limen_class_rank *b);

/* Counts and value of one class as a choice of the solution. */
void limen_class_board_choice(const limen_class_board *board, int32_t class_number,
                              limen_outcome outcome, limen_choice *choice);

#endif
