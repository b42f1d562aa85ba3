/* Work on a row of chunks by a few threads that live for one call. */
#ifndef LIMEN_CORE_THREADS_H
#define LIMEN_CORE_THREADS_H

#include "limen.h"

#define LIMEN_MAX_THREADS 256

typedef struct limen_job {
    int64_t chunks;
    int threads; /* at most this many; also the number of slots */
    void *context;

    /* Computes chunk `chunk` into scratch `slot` (0 <= slot < threads), which no other thread uses
     * until the chunk has been committed. */
    limen_status (*work)(void *context, int64_t chunk, int slot, limen_error *error);

    /* Called for chunks in ascending order, one at a time, whichever thread does it; so sums come
     * out the same for any number of threads. May be NULL. */
    void (*commit)(void *context, int64_t chunk, int slot);
} limen_job;

/* Runs the job. The failure of the lowest failing chunk is reported; chunks before it have been
 * committed, none after it. When threads cannot be started, fewer do the work. */
limen_status limen_job_run(const limen_job *job, limen_error *error);

/* What a spec's `threads` means: itself, or LIMEN_NUM_THREADS, or 1; between 1 and
 * LIMEN_MAX_THREADS. */
int limen_thread_count(int requested);

#endif
