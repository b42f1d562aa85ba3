/* A solution as a tree of named numbers, the content of a thresholds file. */
#ifndef LIMEN_TUNE_TREE_H
#define LIMEN_TUNE_TREE_H

#include "tune/plan.h"

limen_status limen_solution_tree(const limen_plan *plan, const limen_solution *solution,
                                 limen_dtype dtype, int64_t samples,
                                 const limen_allocator *allocator, limen_result **result,
                                 limen_error *error);

#endif
