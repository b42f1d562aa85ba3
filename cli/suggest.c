#include "suggest.h"

#include <stdio.h>
#include <string.h>

#define LONGEST (sizeof((struct suggestion *)0)->nearest - 1)

/* Edits between two words: insertions, deletions, changes, swaps of neighbours (the optimal string
 * alignment distance). Words longer than LONGEST are taken as far apart. */
static size_t distance_between(const char *a, const char *b)
{
    size_t rows[3][LONGEST + 1];
    size_t m = strlen(a), n = strlen(b);

    if (m > LONGEST || n > LONGEST)
        return LONGEST + 1;
    for (size_t j = 0; j <= n; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= m; i++) {
        const size_t *above = rows[(i - 1) % 3];
        size_t *row = rows[i % 3];

        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t best = above[j - 1] + (a[i - 1] != b[j - 1]);

            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                rows[(i - 2) % 3][j - 2] + 1 < best)
                best = rows[(i - 2) % 3][j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[m % 3][n];
}

void suggestion_start(struct suggestion *suggestion, const char *wanted)
{
    size_t length = strlen(wanted);

    /* A third of the word may be wrong, and a letter always. */
    *suggestion = (struct suggestion){.wanted = wanted, .distance = 2 + length / 3};
}

void suggestion_offer(struct suggestion *suggestion, const char *name)
{
    size_t distance = distance_between(suggestion->wanted, name);
    size_t length = strlen(suggestion->wanted);

    /* An unfinished word is nearer than its edit distance says. */
    if (length >= 3 && distance > 1 && strncmp(suggestion->wanted, name, length) == 0)
        distance = 1;
    if (distance < suggestion->distance && strlen(name) <= LONGEST) {
        suggestion->distance = distance;
        (void)snprintf(suggestion->nearest, sizeof suggestion->nearest, "%s", name);
    }
}
