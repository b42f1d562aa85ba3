#include "tally/kept.h"

/* More of anything was never counted; sums of such counts cannot overflow. */
#define MOST_COUNTED ((int64_t)1 << 56)

static size_t words_of(const limen_kept *kept)
{
    return (size_t)kept->count * (kept->kind == LIMEN_KEPT_WHOLE ? 1 : 2);
}

/* The arrays of a state that is only read. */
static int arrays_of(const limen_tally *tally, const limen_state_ops *ops, const void *state,
                     limen_kept *kept)
{
    void *same;

    memcpy(&same, &state, sizeof same);
    return ops->kept(tally, same, kept);
}

void limen_kept_reset(const limen_tally *tally, const limen_state_ops *ops, void *state)
{
    limen_kept kept[LIMEN_KEPT_ARRAYS];
    int arrays = ops->kept(tally, state, kept);

    for (int i = 0; i < arrays; i++)
        memset(kept[i].data, 0, words_of(&kept[i]) * sizeof(uint64_t));
}

static void merge_array(const limen_kept *into, const limen_kept *from)
{
    for (int64_t i = 0; i < into->count; i++) {
        if (into->kind == LIMEN_KEPT_WHOLE)
            ((int64_t *)into->data)[i] += ((const int64_t *)from->data)[i];
        else if (into->kind == LIMEN_KEPT_SUM)
            limen_sum_join(&((limen_sum *)into->data)[i], &((const limen_sum *)from->data)[i]);
        else
            limen_fixed_join(&((limen_fixed *)into->data)[i],
                             &((const limen_fixed *)from->data)[i]);
    }
}

void limen_kept_merge(const limen_tally *tally, const limen_state_ops *ops, void *into,
                      const void *from)
{
    limen_kept ours[LIMEN_KEPT_ARRAYS], theirs[LIMEN_KEPT_ARRAYS];
    int arrays = ops->kept(tally, into, ours);

    (void)arrays_of(tally, ops, from, theirs);
    for (int i = 0; i < arrays; i++)
        merge_array(&ours[i], &theirs[i]);
}

double limen_kept_size(const limen_tally *tally, const limen_state_ops *ops)
{
    limen_kept kept[LIMEN_KEPT_ARRAYS];
    int arrays = ops->kept(tally, NULL, kept);
    double size = 0.0;

    for (int i = 0; i < arrays; i++)
        size += (double)kept[i].count * (kept[i].kind == LIMEN_KEPT_WHOLE ? 8.0 : 16.0);
    return size;
}

void limen_kept_pack(const limen_tally *tally, const limen_state_ops *ops, const void *state,
                     limen_packer *packer)
{
    limen_kept kept[LIMEN_KEPT_ARRAYS];
    int arrays = arrays_of(tally, ops, state, kept);

    for (int i = 0; i < arrays; i++)
        limen_pack_words(packer, kept[i].data, words_of(&kept[i]), sizeof(uint64_t));
}

/* ---- Checks -------------------------------------------------------------------------------- */

int limen_sum_is_sound(const limen_sum *sum)
{
    return sum->value >= 0.0 && (isinf(sum->value) || isfinite(sum->carry));
}

static int is_sound(const limen_kept *kept, int64_t samples)
{
    const limen_fixed most = {(uint64_t)samples << 60, (uint64_t)samples >> 4};

    for (int64_t i = 0; i < kept->count; i++) {
        const limen_fixed *fixed = &((const limen_fixed *)kept->data)[i];
        int64_t whole;

        switch (kept->kind) {
        case LIMEN_KEPT_WHOLE:
            whole = ((const int64_t *)kept->data)[i];
            if (whole < 0 || whole > MOST_COUNTED)
                return 0;
            break;
        case LIMEN_KEPT_SUM:
            if (!limen_sum_is_sound(&((const limen_sum *)kept->data)[i]))
                return 0;
            break;
        case LIMEN_KEPT_FIXED:
            if (fixed->high > most.high || (fixed->high == most.high && fixed->low > most.low))
                return 0;
            break;
        }
    }
    return 1;
}

const char *limen_kept_fault(const limen_tally *tally, const limen_state_ops *ops,
                             const void *state)
{
    static const char *const faults[] = {
        [LIMEN_KEPT_WHOLE] = "a count is negative or above 2^56",
        [LIMEN_KEPT_SUM] = "a sum is negative or no number",
        [LIMEN_KEPT_FIXED] = "a sum over samples is greater than their number",
    };
    limen_kept kept[LIMEN_KEPT_ARRAYS];
    int arrays = arrays_of(tally, ops, state, kept);

    for (int i = 0; i < arrays; i++) {
        if (!is_sound(&kept[i], tally->samples))
            return faults[kept[i].kind];
    }
    return NULL;
}

limen_status limen_kept_unpack(const limen_tally *tally, const limen_state_ops *ops, void *state,
                               limen_unpacker *bytes, limen_error *error)
{
    limen_kept kept[LIMEN_KEPT_ARRAYS];
    int arrays = ops->kept(tally, state, kept);
    int64_t place = limen_unpacker_place(bytes);
    const char *fault;

    for (int i = 0; i < arrays; i++)
        limen_unpack_words(bytes, kept[i].data, words_of(&kept[i]), sizeof(uint64_t));
    fault = limen_kept_fault(tally, ops, state);
    if (fault)
        return limen_fail_byte(error, LIMEN_ERR_FORMAT, place, "%s: %s", ops->name, fault);
    return LIMEN_OK;
}
