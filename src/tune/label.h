/* The best cut of one label: every edge between blocks is weighed exactly, and a block that may
 * hold a better cut is marked to be opened. */
#ifndef LIMEN_TUNE_LABEL_H
#define LIMEN_TUNE_LABEL_H

#include "tune/constraint.h"
#include "tune/ladder.h"
#include "tune/objective.h"

/* What is asked. */
typedef struct limen_aim {
    limen_objective objective; /* what is searched for */
    limen_objective shown;     /* whose value is told: mostly the same */
    const limen_conditions *conditions;
    limen_rule rule;
    limen_at at;
    int lowest;    /* of equal optima, the lowest threshold */
    int plateau;   /* all equal optima are wanted */
    int stands_in; /* a cut where the objective is 0/0 counts as `none`, which is 0 or 1 */
    double none;
} limen_aim;

/* Scores are values times this: -1 where the least value is the best, else 1. */
static inline double limen_aim_sign(const limen_aim *aim)
{
    return limen_objective_traits(&aim->shown) & LIMEN_OBJECTIVE_LEAST ? -1.0 : 1.0;
}

typedef enum limen_outcome {
    LIMEN_OUTCOME_OPTIMAL,
    LIMEN_OUTCOME_LOCAL,        /* a local optimum */
    LIMEN_OUTCOME_WITHIN_GAP,   /* the best edge; `gap` says how much more there may be */
    LIMEN_OUTCOME_NO_POSITIVES, /* none is predicted */
    LIMEN_OUTCOME_NO_NEGATIVES,
    LIMEN_OUTCOME_UNDEFINED,    /* 0/0 at every cut */
    LIMEN_OUTCOME_BELOW_FLOOR,  /* FBR */
    LIMEN_OUTCOME_INFEASIBLE,   /* the nearest cut is given */
    LIMEN_OUTCOME_UNDETERMINED, /* no edge is feasible, but a cut inside a block may be */
    LIMEN_OUTCOME_FIXED         /* by a rule that is no search */
} limen_outcome;

/* "optimal", "no_positives", ... */
const char *limen_outcome_name(limen_outcome outcome);

typedef struct limen_choice {
    limen_outcome outcome;
    int64_t index; /* of the cut in its ladder */
    limen_cut cut;
    double tp, fp;
    limen_totals totals;
    limen_ratio value;
    double gap;
    double violation; /* of an infeasible one */
} limen_choice;

/* The best of the edges. */
typedef struct limen_scan {
    limen_point best; /* feasible and defined */
    int64_t best_index;
    int found;
    limen_point nearest; /* least violation; not defined is worse than any */
    int64_t nearest_index;
    double violation;
    int feasible;   /* some edge meets all conditions */
    int degenerate; /* a class is missing and the objective with it: LIMEN_OUTCOME_NO_... */
    limen_outcome outcome;
} limen_scan;

void limen_label_scan(const limen_aim *aim, int64_t label, const limen_ladder *ladder,
                      limen_scan *scan);

/* Marks the blocks that must be opened before the scan's answer is the right one; returns how many.
 * Those beside the chosen cut are among them, until its ends are known. */
int64_t limen_label_mark(const limen_aim *aim, int64_t label, limen_ladder *ladder,
                         const limen_scan *scan);

/* Marks the blocks beside a cut until its ends are known; returns how many. */
int64_t limen_label_mark_cut(limen_ladder *ladder, int64_t index);

/* The answer of a scan. Blocks that have not been opened, though marked, give a gap. */
void limen_label_choose(const limen_aim *aim, int64_t label, limen_ladder *ladder,
                        const limen_scan *scan, limen_choice *choice);

/* Writes the cuts that are as good as the best one, from the highest threshold down, at most
 * `capacity`; returns how many there are. */
int64_t limen_label_plateau(const limen_aim *aim, int64_t label, const limen_ladder *ladder,
                            const limen_scan *scan, limen_cut *cuts, int64_t capacity);

/* A cut by its index, whatever it is worth. */
void limen_label_take(const limen_aim *aim, const limen_ladder *ladder, int64_t index,
                      limen_outcome outcome, limen_choice *choice);

#endif
