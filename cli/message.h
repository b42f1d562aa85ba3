/* What the command line says on standard error, and its exit codes. Every message is one line:
 *     limen: FILE:row:column: what is wrong; what to do
 * Bytes that a terminal would act upon are shown as '?'. */
#ifndef LIMEN_CLI_MESSAGE_H
#define LIMEN_CLI_MESSAGE_H

#include "limen.h"

enum {
    EXIT_DONE = 0,
    EXIT_DATA = 1,      /* data, input or output */
    EXIT_USAGE = 2,     /* the command line itself */
    EXIT_UNDER = 3,     /* --fail-under, --fail-over */
    EXIT_INFEASIBLE = 4 /* a constraint that no threshold meets */
};

#if defined(__GNUC__) || defined(__clang__)
#define CLI_PRINTF(text, first) __attribute__((__format__(__printf__, text, first)))
#else
#define CLI_PRINTF(text, first)
#endif

/* "limen: FILE:row:column: message" (file may be NULL, parts that are -1 are left out) and
 * EXIT_DATA, or EXIT_USAGE when there is neither a file nor a place and the code is ARGUMENT. */
int say_error(const char *file, const limen_error *error);

/* The same for a file that is written: always EXIT_DATA, "-" is named "standard output". */
int say_output_error(const char *path, const limen_error *error);

/* "limen: message"; returns EXIT_USAGE. */
int say_usage(const char *format, ...) CLI_PRINTF(1, 2);

/* "limen: message"; returns EXIT_DATA. */
int say_failure(const char *format, ...) CLI_PRINTF(1, 2);

/* "limen: warning: message" and "limen: note: message". */
void say_warning(const char *format, ...) CLI_PRINTF(1, 2);
void say_note(const char *format, ...) CLI_PRINTF(1, 2);

#endif
