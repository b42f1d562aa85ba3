/* How far a long read has come, on standard error and only on a terminal. */
#ifndef LIMEN_CLI_PROGRESS_H
#define LIMEN_CLI_PROGRESS_H

#include <stdint.h>
#include <time.h>

struct progress {
    int shown;
    int enabled;
    struct timespec next; /* not before then */
};

void progress_start(struct progress *progress, int quiet);

/* `bytes` of `total` read, -1 when the total is unknown. Writes a few times a second at most, and
 * nothing for work that is done at once. */
void progress_show(struct progress *progress, int64_t samples, int64_t bytes, int64_t total);

/* Removes the line. */
void progress_end(struct progress *progress);

#endif
