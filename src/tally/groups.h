/* Which groups a scratch has been written for, so that clearing it costs what was written, not what
 * there is. */
#ifndef LIMEN_TALLY_GROUPS_H
#define LIMEN_TALLY_GROUPS_H

#include "tally/state.h"

typedef struct limen_touched {
    uint8_t *marked; /* one flag a group */
    int64_t *list;
    int64_t count;
} limen_touched;

static inline int limen_touched_create(const limen_tally *tally, limen_touched *touched)
{
    size_t groups = (size_t)limen_tally_groups(tally);

    touched->count = 0;
    touched->marked = limen_new(&tally->allocator, groups, 1);
    touched->list = limen_new_raw(&tally->allocator, groups, sizeof(int64_t));
    return touched->marked && touched->list;
}

static inline void limen_touched_destroy(const limen_tally *tally, limen_touched *touched)
{
    size_t groups = (size_t)limen_tally_groups(tally);

    limen_delete(&tally->allocator, touched->marked, groups, 1);
    limen_delete(&tally->allocator, touched->list, groups, sizeof(int64_t));
}

static inline void limen_touch(limen_touched *touched, int64_t group)
{
    if (!touched->marked[group]) {
        touched->marked[group] = 1;
        touched->list[touched->count++] = group;
    }
}

static inline void limen_touched_clear(limen_touched *touched)
{
    for (int64_t i = 0; i < touched->count; i++)
        touched->marked[touched->list[i]] = 0;
    touched->count = 0;
}

#endif
