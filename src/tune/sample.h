/* Some rows of a stream of batches, evenly spread over all that has been seen. */
#ifndef LIMEN_TUNE_SAMPLE_H
#define LIMEN_TUNE_SAMPLE_H

#include "core/memory.h"
#include "tally/state.h"

typedef struct limen_sample {
    int64_t width, capacity; /* labels, rows */
    limen_dtype dtype;       /* of the scores; NONE before the first batch */
    int64_t rows, limit;     /* kept, and how many at most */
    int64_t step;            /* one row of so many is kept */
    int64_t next;            /* rows until the next one that is kept */
    unsigned char *scores;   /* by label: `capacity` scores each */
    uint8_t *truth;          /* 0 or 1; LIMEN_SAMPLE_NOTHING: no cell, or ignored */
} limen_sample;

enum { LIMEN_SAMPLE_NOTHING = 2 };

/* At most `rows` rows, but no fewer than a thousand, and not more than memory should hold. */
limen_status limen_sample_create(const limen_allocator *allocator, int64_t width, int64_t rows,
                                 limen_sample *sample, limen_error *error);
void limen_sample_release(const limen_allocator *allocator, limen_sample *sample);

/* Looks at a batch of float scores. */
void limen_sample_add(limen_sample *sample, const limen_checked_batch *batch);

/* From now on a quarter of the rows will do. */
void limen_sample_shrink(limen_sample *sample);

#endif
