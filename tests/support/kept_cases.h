/* Tallies of every state, task and dtype, filled with random batches: what is written and read. */
#ifndef LIMEN_TESTS_KEPT_CASES_H
#define LIMEN_TESTS_KEPT_CASES_H

#include "support/problem.h"

struct kept_case {
    const char *name;
    limen_task task;
    uint32_t states;
    int64_t width, sets, groups, bins;
    limen_dtype scores;
    int weighted, ignore, nan, edges, logits;
};

#define ALL_LABEL_STATES                                                             \
    (LIMEN_COUNTS | LIMEN_SAMPLES | LIMEN_SCORES | LIMEN_HISTOGRAM | LIMEN_RANKING | \
     LIMEN_CALIBRATION | LIMEN_HINGE)
#define ALL_CLASS_STATES                                                                   \
    (LIMEN_COUNTS | LIMEN_CONFUSION | LIMEN_SCORES | LIMEN_HISTOGRAM | LIMEN_CALIBRATION | \
     LIMEN_HINGE)
#define ALL_BINARY_STATES (ALL_LABEL_STATES & ~(uint32_t)LIMEN_RANKING)

static const struct kept_case kept_cases[] = {
    {"counts", LIMEN_MULTILABEL, LIMEN_COUNTS, 5, 1, 0, 0, LIMEN_F32, 0, 0, 0, 0, 0},
    {"confusion", LIMEN_MULTICLASS, LIMEN_CONFUSION, 4, 2, 0, 0, LIMEN_F32, 0, 0, 0, 0, 0},
    {"samples", LIMEN_MULTILABEL, LIMEN_SAMPLES, 3, 2, 0, 0, LIMEN_F64, 0, 1, 0, 0, 0},
    {"scores", LIMEN_MULTILABEL, LIMEN_SCORES, 3, 1, 0, 0, LIMEN_F32, 0, 1, 1, 0, 0},
    {"histogram", LIMEN_MULTILABEL, LIMEN_HISTOGRAM, 2, 1, 0, 64, LIMEN_F32, 0, 0, 1, 0, 0},
    {"histogram with edges", LIMEN_BINARY, LIMEN_HISTOGRAM, 1, 1, 0, 4, LIMEN_F64, 0, 1, 0, 1, 0},
    {"ranking", LIMEN_MULTILABEL, LIMEN_RANKING, 6, 1, 2, 0, LIMEN_F16, 0, 0, 0, 0, 0},
    {"calibration", LIMEN_BINARY, LIMEN_CALIBRATION, 1, 1, 0, 0, LIMEN_F32, 0, 0, 0, 0, 1},
    {"hinge", LIMEN_MULTICLASS, LIMEN_HINGE, 3, 1, 0, 0, LIMEN_F64, 0, 0, 0, 0, 0},
    {"decisions", LIMEN_MULTILABEL, LIMEN_COUNTS | LIMEN_SCORES | LIMEN_HISTOGRAM, 2, 1, 0, 0,
     LIMEN_BOOL, 0, 1, 0, 0, 0},
    {"predicted classes", LIMEN_MULTICLASS, LIMEN_COUNTS | LIMEN_CONFUSION, 4, 1, 3, 0, LIMEN_I64,
     1, 1, 0, 0, 0},
    {"all of labels", LIMEN_MULTILABEL, ALL_LABEL_STATES, 3, 2, 2, 32, LIMEN_F32, 0, 1, 1, 0, 1},
    {"all of labels, weighted", LIMEN_MULTILABEL, ALL_LABEL_STATES, 2, 2, 0, 32, LIMEN_F64, 1, 1, 0,
     0, 1},
    {"all of classes", LIMEN_MULTICLASS, ALL_CLASS_STATES, 3, 2, 0, 32, LIMEN_F32, 0, 1, 1, 0, 1},
    {"all of classes, weighted", LIMEN_MULTICLASS, ALL_CLASS_STATES, 3, 1, 2, 32, LIMEN_F64, 1, 0,
     0, 0, 1},
    {"all of one label", LIMEN_BINARY, ALL_BINARY_STATES, 1, 1, 3, 32, LIMEN_F32, 1, 1, 0, 0, 1},
};
enum { KEPT_CASES = sizeof kept_cases / sizeof kept_cases[0] };

/* A batch of `rows` samples and the spec of the case; free_problem frees it. */
static inline void make_kept_problem(const struct kept_case *from, int64_t rows, uint64_t seed,
                                     struct problem *problem)
{
    static const double edges[] = {0.0, 0.25, 0.5, 0.75};
    struct generator random = {seed};
    struct generator same = {7}; /* thresholds are of the case, whatever the data */

    *problem = (struct problem){.rows = rows, .extra = 1};
    problem->spec = (limen_spec){.size = sizeof problem->spec,
                                 .task = from->task,
                                 .states = from->states,
                                 .width = from->width,
                                 .sets = from->sets,
                                 .groups = from->groups,
                                 .bins = from->bins,
                                 .bin_edges = from->edges ? edges : NULL,
                                 .calibration_bins = 3,
                                 .beta = 2.0,
                                 .rule = LIMEN_GT,
                                 .weighted = from->weighted,
                                 .has_ignore_index = from->ignore,
                                 .ignore_index = from->ignore ? -1 : 0,
                                 .nan = from->nan ? LIMEN_NAN_NEGATIVE : LIMEN_NAN_ERROR,
                                 .logits = from->logits};
    random_thresholds(problem, &same);
    make_problem(problem, &random, from->scores, LIMEN_I8, LAYOUT_C, LAYOUT_C);
}

#endif
