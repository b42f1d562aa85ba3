#include "writer.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void writer_open(struct writer *writer, const char *path)
{
    *writer = (struct writer){.path = path ? path : "-"};
    if (limen_sink_open(writer->path, NULL, &writer->sink, &writer->error) != LIMEN_OK)
        writer->sink = NULL;
}

static void put_bytes(struct writer *writer, const char *bytes, size_t count)
{
    if (!writer->sink || limen_sink_write(writer->sink, bytes, count, &writer->error) == LIMEN_OK)
        return;
    limen_sink_abort(writer->sink);
    writer->sink = NULL;
}

void writer_put(struct writer *writer, const char *text)
{
    put_bytes(writer, text, strlen(text));
}

void writer_print(struct writer *writer, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    writer_put(writer, text);
}

void writer_number(struct writer *writer, double value, const char *missing)
{
    char text[32];

    if (isnan(value)) {
        writer_put(writer, missing);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    writer_put(writer, text);
}

/* Each byte of `special` in the text becomes what stands for it in `instead`. */
static void put_escaped(struct writer *writer, const char *text, const char *special,
                        const char *const *instead)
{
    while (*text) {
        size_t plain = strcspn(text, special);

        put_bytes(writer, text, plain);
        text += plain;
        if (*text)
            writer_put(writer, instead[strchr(special, *text++) - special]);
    }
}

/* The names of columns hold no control characters, but those of files may. */
void writer_json(struct writer *writer, const char *text)
{
    writer_put(writer, "\"");
    for (; *text; text++) {
        if ((unsigned char)*text < 0x20)
            writer_print(writer, "\\u%04x", (unsigned)*text);
        else if (*text == '"' || *text == '\\')
            writer_print(writer, "\\%c", *text);
        else
            put_bytes(writer, text, 1);
    }
    writer_put(writer, "\"");
}

void writer_csv(struct writer *writer, const char *text)
{
    static const char *const doubled[] = {"\"\""};
    int quotes = strpbrk(text, ",\"\r\n") != NULL;

    writer_put(writer, quotes ? "\"" : "");
    put_escaped(writer, text, "\"", doubled);
    writer_put(writer, quotes ? "\"" : "");
}

void writer_xml(struct writer *writer, const char *text)
{
    static const char *const entities[] = {"&lt;", "&gt;", "&amp;", "&quot;"};

    put_escaped(writer, text, "<>&\"", entities);
}

int writer_close(struct writer *writer)
{
    limen_sink *sink = writer->sink;

    writer->sink = NULL;
    if (!sink || limen_sink_commit(sink, &writer->error) != LIMEN_OK)
        return say_output_error(writer->path, &writer->error);
    return EXIT_DONE;
}
