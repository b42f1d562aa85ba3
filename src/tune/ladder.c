#include "tune/ladder.h"

#include "core/numeric.h"
#include "core/status.h"

#include <math.h>

/* The middle, when it is a number of the dtype strictly between the ends. */
static double middle_or(limen_dtype dtype, double low, double high, double otherwise)
{
    double middle = limen_round_to(dtype, 0.5 * low + 0.5 * high);

    return middle > low && middle < high && isfinite(middle) ? middle : otherwise;
}

/* +inf as a threshold takes nothing, so "the infinite scores only" is the greatest finite number,
 * unless that is a score as well; under gt the mirror at -inf. */
limen_cut limen_cut_between(limen_dtype dtype, limen_rule rule, limen_at at,
                            const limen_block *above, const limen_block *below)
{
    double greatest = limen_greatest(dtype);
    limen_cut made = {.low = below ? below->greatest : -INFINITY,
                      .high = above ? above->least : INFINITY,
                      .offered = 1,
                      .known = (!above || above->known) && (!below || below->known)};

    if (rule == LIMEN_GE) {
        if (above && made.high == INFINITY) {
            made.high = greatest;
            made.offered = made.low < greatest;
        }
        if (!above && made.low == INFINITY)
            made.low = greatest;
        made.threshold = made.high;
    } else {
        if (below && made.low == -INFINITY) {
            made.low = -greatest;
            made.offered = made.high > -greatest;
        }
        if (!below && made.high == -INFINITY)
            made.high = -greatest;
        made.threshold = made.low;
    }
    if (!above && !below) /* nothing to go by: none */
        made.threshold = INFINITY;
    if (at == LIMEN_AT_MIDPOINT && isfinite(made.low) && isfinite(made.high))
        made.threshold = middle_or(dtype, made.low, made.high, made.threshold);
    return made;
}

limen_cut limen_ladder_cut(const limen_ladder *ladder, limen_rule rule, limen_at at, int64_t cut)
{
    return limen_cut_between(ladder->dtype, rule, at, cut > 0 ? &ladder->blocks[cut - 1] : NULL,
                             cut < ladder->count ? &ladder->blocks[cut] : NULL);
}

static size_t flights_of(int64_t blocks)
{
    return (size_t)(blocks / LIMEN_LADDER_FLIGHT) + 1;
}

static void release_memory(const limen_allocator *allocator, const limen_ladder *ladder)
{
    if (ladder->lent)
        return;
    limen_delete(allocator, ladder->blocks, (size_t)ladder->capacity, sizeof *ladder->blocks);
    limen_delete(allocator, ladder->flights, flights_of(ladder->capacity), sizeof *ladder->flights);
}

limen_status limen_ladder_reserve(const limen_allocator *allocator, limen_ladder *ladder,
                                  int64_t count, limen_error *error)
{
    int64_t capacity = ladder->capacity + ladder->capacity / 2;
    limen_ladder made = *ladder;

    ladder->count = 0;
    ladder->summed = 0;
    if (count <= ladder->capacity && !ladder->lent)
        return LIMEN_OK;
    if (capacity < count)
        capacity = count;
    made.count = 0;
    made.summed = 0;
    made.lent = 0;
    made.capacity = capacity;
    made.blocks = limen_new_raw(allocator, (size_t)capacity, sizeof *made.blocks);
    made.flights = limen_new_raw(allocator, flights_of(capacity), sizeof *made.flights);
    if (!made.blocks || !made.flights) {
        release_memory(allocator, &made);
        return limen_fail_memory(error, (size_t)capacity * sizeof *made.blocks);
    }
    release_memory(allocator, ladder);
    *ladder = made;
    return LIMEN_OK;
}

void limen_ladder_sum(limen_ladder *ladder)
{
    for (int64_t i = 0; i < ladder->count; i++) {
        limen_flight *flight = &ladder->flights[i / LIMEN_LADDER_FLIGHT];

        if (i % LIMEN_LADDER_FLIGHT == 0)
            *flight = (limen_flight){0.0, 0.0};
        flight->positives += ladder->blocks[i].positives;
        flight->negatives += ladder->blocks[i].negatives;
    }
    ladder->summed = 1;
}

void limen_ladder_release(const limen_allocator *allocator, limen_ladder *ladder)
{
    release_memory(allocator, ladder);
    *ladder = (limen_ladder){.blocks = NULL};
}
