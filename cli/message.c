#include "message.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A file name or a label in a message may hold anything; a terminal must not act upon it. */
static void print_line(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        (void)putc(*c < 0x20 || *c == 0x7f ? '?' : *c, stderr);
    (void)putc('\n', stderr);
}

#define SAY(prefix)                                            \
    do {                                                       \
        char line[2048];                                       \
        va_list arguments;                                     \
        va_start(arguments, format);                           \
        (void)vsnprintf(line, sizeof line, format, arguments); \
        va_end(arguments);                                     \
        (void)fputs(prefix, stderr);                           \
        print_line(line);                                      \
    } while (0)

int say_usage(const char *format, ...)
{
    SAY("limen: ");
    return EXIT_USAGE;
}

int say_failure(const char *format, ...)
{
    SAY("limen: ");
    return EXIT_DATA;
}

void say_warning(const char *format, ...)
{
    SAY("limen: warning: ");
}

void say_note(const char *format, ...)
{
    SAY("limen: note: ");
}

int say_error(const char *file, const limen_error *error)
{
    char line[2048];
    size_t used = 0;
    const int64_t place[2] = {error->row, error->column};
    const char *message = error->message[0] ? error->message : limen_status_text(error->code);

    if (file)
        used = (size_t)snprintf(line, sizeof line, "%.1024s:", file);
    for (int i = 0; i < 2; i++)
        if (place[i] >= 0)
            used += (size_t)snprintf(line + used, sizeof line - used,
                                     "%s%lld:", file ? "" : (i ? "column " : "row "),
                                     (long long)place[i]);
    if (error->byte >= 0)
        used +=
            (size_t)snprintf(line + used, sizeof line - used, "byte %lld:", (long long)error->byte);
    (void)snprintf(line + used, sizeof line - used, "%s%s", used ? " " : "", message);
    (void)fputs("limen: ", stderr);
    print_line(line);
    return error->code == LIMEN_ERR_ARGUMENT && !used ? EXIT_USAGE : EXIT_DATA;
}

int say_output_error(const char *path, const limen_error *error)
{
    (void)say_error(strcmp(path, "-") == 0 ? "standard output" : path, error);
    return EXIT_DATA;
}
