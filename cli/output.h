/* Results: text to standard output, or to a file that appears whole or not at all. */
#ifndef LIMEN_CLI_OUTPUT_H
#define LIMEN_CLI_OUTPUT_H

#include "limen_io.h"
#include "options.h"

/* Writes to `path`; NULL and "-" are standard output. Returns 0, or prints and returns EXIT_DATA.
 */
int output_text(const char *path, const char *text, size_t length);

/* Whether a table on standard output may have colours: a terminal that is not dumb, and no NO_COLOR
 * in the environment. */
int output_colour(const char *path);

/* limen_format by name. */
extern const struct choice format_choices[];

#endif
