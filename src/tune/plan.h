/* Tuning options, checked and copied, and what a strategy makes of them. */
#ifndef LIMEN_TUNE_PLAN_H
#define LIMEN_TUNE_PLAN_H

#include "tune/constraint.h"
#include "tune/label.h"

typedef struct limen_plan {
    limen_allocator allocator;
    limen_task task;
    int64_t width;
    limen_scope scope;
    int macro; /* LIMEN_SCOPE_GLOBAL: the mean over labels, not the pooled counts */
    limen_aim aim;
    limen_conditions conditions;
    double *costs; /* cost_rows x 4 */
    int64_t cost_rows;
    double *cost_matrix; /* width x width, or NULL */
    char **labels;       /* width names, or NULL */
    double parameter;
    int fbr_top;
    int restarts;
    uint64_t seed;
    limen_zero_division zero_division;
} limen_plan;

/* The spec is that of a tally: resolved. `options` may be NULL. Errors: ARGUMENT, MEMORY. */
limen_status limen_plan_make(const limen_tune_options *options, const limen_spec *spec,
                             const limen_allocator *allocator, limen_plan **plan,
                             limen_error *error);
void limen_plan_destroy(limen_plan *plan);

/* For a plan whose options named no labels. */
limen_status limen_plan_name_labels(limen_plan *plan, const char *const *labels,
                                    limen_error *error);

/* What is asked of one label: the aim with that label's costs. */
limen_aim limen_plan_aim(const limen_plan *plan, int64_t label);

/* Whether the strategy reads whole rows. */
int limen_plan_needs_rows(const limen_plan *plan);

/* Whether it tells blocks apart step by step. If not, a search keeps all scores. */
int limen_plan_opens_blocks(const limen_plan *plan);

/* The name of a label: given, or its number written to `number`. */
const char *limen_plan_label(const limen_plan *plan, int64_t label, char number[24]);

/* Where the ladders of labels come from. */
typedef struct limen_feed {
    void *context;
    int64_t width;

    /* The ladder of a label, or of all labels pooled (-1). The caller releases it. */
    limen_status (*load)(void *context, int64_t label, limen_ladder *ladder, limen_error *error);

    /* Notes which blocks of a ladder are to be opened. NULL when none can be. */
    limen_status (*open)(void *context, int64_t label, const limen_ladder *ladder,
                         limen_error *error);

    const limen_tally *rows; /* keeps LIMEN_SCORES, for strategies that need whole rows; or NULL */
} limen_feed;

/* The cuts that are as good as the chosen one. */
typedef struct limen_plateau {
    limen_cut *cuts;
    int64_t count;
} limen_plateau;

typedef struct limen_solution {
    limen_allocator allocator;
    limen_choice *choices;   /* width; multiclass: cut.threshold is the offset */
    limen_plateau *plateaus; /* width, or NULL when they were not asked for */
    int64_t width;
    limen_ratio value;     /* of the scope */
    double gap;            /* not known: NaN */
    int64_t marked;        /* blocks that the feed was asked to open: the answer is not final */
    int infeasible;        /* some label is, or the whole */
    limen_outcome outcome; /* of the whole, where the scope is a joint one */
    double violation;
    int64_t top_labels; /* LIMEN_SCOPE_RCUT: labels that a row gets; else 0 */
    const char *note;   /* a static text, or NULL */
} limen_solution;

limen_status limen_solution_make(const limen_plan *plan, limen_solution *solution,
                                 limen_error *error);
void limen_solution_release(limen_solution *solution);

/* Fills in a solution from the feed, by the scope's strategy. */
limen_status limen_plan_solve(const limen_plan *plan, const limen_feed *feed,
                              limen_solution *solution, limen_error *error);

/* The strategies that have a file of their own: micro.c, global_mean.c, samples.c, top.c,
 * offsets.c, expected_cost.c. */
#define LIMEN_STRATEGY(name)                                                                    \
    limen_status name(const limen_plan *plan, const limen_feed *feed, limen_solution *solution, \
                      limen_error *error)

LIMEN_STRATEGY(limen_solve_micro);
LIMEN_STRATEGY(limen_solve_global_mean);
LIMEN_STRATEGY(limen_solve_samples);
LIMEN_STRATEGY(limen_solve_top);
LIMEN_STRATEGY(limen_solve_offsets);
LIMEN_STRATEGY(limen_solve_expected_cost);

/* strategy.c: LIMEN_SCOPE_LABEL, also where others start from. */
LIMEN_STRATEGY(limen_solve_labels);

/* The mean of the labels' values, by the scope's weights. */
void limen_solution_average(const limen_plan *plan, limen_solution *solution);

#endif
