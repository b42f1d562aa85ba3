#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#define FIRST_NS 400000000L /* the first line after so long */
#define NEXT_NS 100000000L

static struct timespec after(struct timespec from, long nanoseconds)
{
    from.tv_nsec += nanoseconds;
    if (from.tv_nsec >= 1000000000L) {
        from.tv_nsec -= 1000000000L;
        from.tv_sec++;
    }
    return from;
}

void progress_start(struct progress *progress, int quiet)
{
    struct timespec now;

    *progress = (struct progress){.enabled = !quiet && isatty(STDERR_FILENO)};
    if (!progress->enabled)
        return;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        progress->enabled = 0;
    else
        progress->next = after(now, FIRST_NS);
}

void progress_show(struct progress *progress, int64_t samples, int64_t bytes, int64_t total)
{
    struct timespec now;

    if (!progress->enabled || clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return;
    if (now.tv_sec < progress->next.tv_sec ||
        (now.tv_sec == progress->next.tv_sec && now.tv_nsec < progress->next.tv_nsec))
        return;
    progress->next = after(now, NEXT_NS);
    progress->shown = 1;
    if (total > 0 && bytes <= total)
        (void)fprintf(stderr, "\r%3d %%  %lld samples\033[K",
                      (int)(100.0 * (double)bytes / (double)total), (long long)samples);
    else
        (void)fprintf(stderr, "\r%lld samples\033[K", (long long)samples);
    (void)fflush(stderr);
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        (void)fputs("\r\033[K", stderr);
    progress->shown = 0;
}
