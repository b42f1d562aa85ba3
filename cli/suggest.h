/* "did you mean ...?": the known name that is nearest to one that is not known. */
#ifndef LIMEN_CLI_SUGGEST_H
#define LIMEN_CLI_SUGGEST_H

#include <stddef.h>

struct suggestion {
    const char *wanted;
    char nearest[96]; /* "" when none is near */
    size_t distance;
};

/* Start, then offer every known name. */
void suggestion_start(struct suggestion *suggestion, const char *wanted);
void suggestion_offer(struct suggestion *suggestion, const char *name);

#endif
