/* limen_search: the exact search over batches that can be replayed. */
#include "core/numeric.h"
#include "core/status.h"
#include "tally/batch.h"
#include "tally/spec.h"
#include "tune/passes.h"
#include "tune/tally_feed.h"
#include "tune/tree.h"

struct limen_search {
    limen_allocator allocator;
    limen_plan *plan;
    limen_tally *tally;  /* for its spec and kernels; where whole rows are needed, of all scores */
    limen_passes passes; /* plan NULL: not needed */
    limen_solution solution;
    int broken; /* an update failed: what was read cannot be told from what was not */
    int done;
};

/* The spec without what a search has no use for. */
static limen_status own_spec(const limen_spec *given, limen_spec *spec, limen_error *error)
{
    limen_status status = limen_copy_sized(spec, sizeof *spec, given, "limen_spec", error);
    limen_spec copy;

    if (status != LIMEN_OK)
        return status;
    copy = *spec;
    copy.states = LIMEN_COUNTS;
    copy.thresholds = NULL;
    copy.bin_edges = NULL;
    copy.threshold_count = copy.sets = copy.groups = copy.bins = 0;
    return limen_spec_resolve(&copy, spec, error);
}

static limen_status make_parts(limen_search *search, limen_spec *spec,
                               const limen_tune_options *options, limen_error *error)
{
    limen_status status = limen_plan_make(options, spec, &search->allocator, &search->plan, error);

    if (status != LIMEN_OK)
        return status;
    spec->thresholds = NULL;
    spec->threshold_count = 0;
    if (!limen_plan_opens_blocks(search->plan))
        spec->states = LIMEN_SCORES;
    status = limen_tally_create(spec, &search->allocator, &search->tally, error);
    if (status == LIMEN_OK)
        status = limen_solution_make(search->plan, &search->solution, error);
    if (status == LIMEN_OK && limen_plan_opens_blocks(search->plan))
        status = limen_passes_create(search->plan, search->tally, &search->passes, error);
    return status;
}

limen_status limen_search_create(const limen_spec *spec, const limen_tune_options *options,
                                 const limen_allocator *allocator, limen_search **search,
                                 limen_error *error)
{
    limen_allocator memory = limen_allocator_or_default(allocator);
    limen_search *made;
    limen_spec own;
    limen_status status;

    if (!search)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "limen_search_create needs a place to put it");
    status = own_spec(spec, &own, error);
    if (status != LIMEN_OK)
        return status;
    made = limen_new(&memory, 1, sizeof *made);
    if (!made)
        return limen_fail_memory(error, sizeof *made);
    made->allocator = memory;
    status = make_parts(made, &own, options, error);
    if (status != LIMEN_OK) {
        limen_search_destroy(made);
        return status;
    }
    *search = made;
    return LIMEN_OK;
}

void limen_search_destroy(limen_search *search)
{
    if (!search)
        return;
    if (search->passes.plan)
        limen_passes_release(&search->passes);
    if (search->solution.choices)
        limen_solution_release(&search->solution);
    limen_tally_destroy(search->tally);
    limen_plan_destroy(search->plan);
    limen_delete(&search->allocator, search, 1, sizeof *search);
}

static limen_status check_usable(const limen_search *search, limen_error *error)
{
    if (search->broken)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "the search has met an error before: make a new one");
    return LIMEN_OK;
}

static limen_status read_pass(limen_search *search, const limen_batch *batch, limen_error *error)
{
    limen_float_mode mode;
    limen_checked_batch checked;
    limen_status status = limen_batch_check(search->tally, batch, &checked, error);

    if (status != LIMEN_OK)
        return status;
    mode = limen_float_mode_enter();
    status = limen_passes_update(&search->passes, &checked, error);
    limen_float_mode_leave(mode);
    if (status == LIMEN_OK)
        search->tally->spec.score_dtype = checked.score_dtype;
    else
        search->broken = 1;
    return status;
}

limen_status limen_search_update(limen_search *search, const limen_batch *batch, limen_error *error)
{
    limen_batch own = {.size = sizeof own};
    limen_status status = check_usable(search, error);

    if (status == LIMEN_OK && search->done)
        return limen_fail(error, LIMEN_ERR_ARGUMENT, "the search is over: ask for the result");
    if (status == LIMEN_OK)
        status = limen_copy_sized(&own, sizeof own, batch, "limen_batch", error);
    if (status != LIMEN_OK)
        return status;
    own.groups = (limen_array){.data = NULL};
    return search->passes.plan ? read_pass(search, &own, error)
                               : limen_tally_update(search->tally, &own, error);
}

static limen_status solve_rows(limen_search *search, limen_error *error)
{
    limen_feed feed;
    limen_status status = limen_tally_feed(search->tally, &feed, error);

    if (status == LIMEN_OK)
        status = limen_plan_solve(search->plan, &feed, &search->solution, error);
    return status;
}

static limen_status solve(limen_search *search, int *again, limen_error *error)
{
    limen_feed feed = limen_passes_feed(&search->passes);
    limen_status status;

    *again = limen_passes_again(&search->passes);
    if (*again)
        return LIMEN_OK;
    status = limen_passes_end(&search->passes, error);
    if (status == LIMEN_OK)
        status = limen_plan_solve(search->plan, &feed, &search->solution, error);
    if (status == LIMEN_OK && search->solution.marked > 0)
        status = limen_passes_begin(&search->passes, error);
    *again = search->solution.marked > 0;
    return status;
}

limen_status limen_search_next_pass(limen_search *search, int *again, limen_error *error)
{
    limen_status status = check_usable(search, error);
    limen_float_mode mode;
    int more = 0;

    if (status != LIMEN_OK)
        return status;
    if (!search->done) {
        mode = limen_float_mode_enter();
        status = search->passes.plan ? solve(search, &more, error) : solve_rows(search, error);
        limen_float_mode_leave(mode);
    }
    if (status != LIMEN_OK) {
        search->broken = 1;
        return status;
    }
    search->done = !more;
    *again = more;
    return LIMEN_OK;
}

limen_status limen_search_result(const limen_search *search, limen_result **result,
                                 limen_error *error)
{
    limen_status status = check_usable(search, error);

    if (status == LIMEN_OK && !search->done)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "the search is not over: call limen_search_next_pass until it says so");
    if (status != LIMEN_OK)
        return status;
    return limen_solution_tree(search->plan, &search->solution, search->tally->spec.score_dtype,
                               search->passes.plan ? search->passes.samples
                                                   : search->tally->samples,
                               &search->allocator, result, error);
}
