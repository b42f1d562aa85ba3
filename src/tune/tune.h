/* limen_tune with its options resolved. */
#ifndef LIMEN_TUNE_TUNE_H
#define LIMEN_TUNE_TUNE_H

#include "tune/plan.h"

limen_status limen_tally_solve(const limen_tally *tally, const limen_plan *plan,
                               const limen_allocator *allocator, limen_result **result,
                               limen_error *error);

#endif
