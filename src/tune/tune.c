/* limen_tune: the strategies over what a tally holds. */
#include "core/status.h"
#include "tune/tally_feed.h"
#include "tune/tree.h"

static limen_status solve_tally(const limen_tally *tally, const limen_plan *plan,
                                const limen_allocator *allocator, limen_result **result,
                                limen_error *error)
{
    limen_solution solution;
    limen_feed feed;
    limen_status status = limen_tally_feed(tally, &feed, error);

    if (status == LIMEN_OK)
        status = limen_solution_make(plan, &solution, error);
    if (status != LIMEN_OK)
        return status;
    status = limen_plan_solve(plan, &feed, &solution, error);
    if (status == LIMEN_OK)
        status = limen_solution_tree(plan, &solution, tally->spec.score_dtype, tally->samples,
                                     allocator, result, error);
    limen_solution_release(&solution);
    return status;
}

limen_status limen_tune(const limen_tally *tally, const limen_tune_options *options,
                        const limen_allocator *allocator, limen_result **result, limen_error *error)
{
    limen_plan *plan;
    limen_status status;

    if (!tally || !result)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "limen_tune needs a tally and a result");
    status = limen_plan_make(options, &tally->spec, allocator, &plan, error);
    if (status != LIMEN_OK)
        return status;
    if (!plan->labels && limen_tally_labels(tally))
        status = limen_plan_name_labels(plan, limen_tally_labels(tally), error);
    if (status == LIMEN_OK)
        status = solve_tally(tally, plan, allocator, result, error);
    limen_plan_destroy(plan);
    return status;
}
