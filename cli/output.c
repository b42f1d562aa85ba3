#include "output.h"

#include "message.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct choice format_choices[] = {
    {"table", LIMEN_FORMAT_TABLE},
    {"json", LIMEN_FORMAT_JSON},
    {"csv", LIMEN_FORMAT_CSV},
    {"markdown", LIMEN_FORMAT_MARKDOWN},
    {NULL, 0},
};

int output_text(const char *path, const char *text, size_t length)
{
    limen_error error;
    limen_sink *sink;

    if (!path)
        path = "-";
    if (limen_sink_open(path, NULL, &sink, &error) != LIMEN_OK)
        return say_output_error(path, &error);
    if (limen_sink_write(sink, text, length, &error) != LIMEN_OK) {
        limen_sink_abort(sink);
        return say_output_error(path, &error);
    }
    if (limen_sink_commit(sink, &error) != LIMEN_OK)
        return say_output_error(path, &error);
    return EXIT_DONE;
}

int output_colour(const char *path)
{
    const char *terminal = getenv("TERM");
    const char *refused = getenv("NO_COLOR");

    if ((path && strcmp(path, "-") != 0) || (refused && *refused))
        return 0;
    return isatty(STDOUT_FILENO) && terminal && strcmp(terminal, "dumb") != 0;
}
