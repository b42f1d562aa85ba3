/* A result that is written piece by piece, to a file that appears whole or not at all. */
#ifndef LIMEN_CLI_WRITER_H
#define LIMEN_CLI_WRITER_H

#include "limen_io.h"
#include "message.h"

struct writer {
    const char *path;
    limen_sink *sink; /* NULL after an error, which is then in `error` */
    limen_error error;
};

/* NULL and "-" are standard output. After an error all else does nothing until the close. */
void writer_open(struct writer *writer, const char *path);
void writer_put(struct writer *writer, const char *text);
void writer_print(struct writer *writer, const char *format, ...) CLI_PRINTF(2, 3);

/* The shortest decimal that reads as the same number; `missing` for NaN. */
void writer_number(struct writer *writer, double value, const char *missing);

/* A text within quotes as JSON has them, as a CSV field, or between the tags of XML. */
void writer_json(struct writer *writer, const char *text);
void writer_csv(struct writer *writer, const char *text);
void writer_xml(struct writer *writer, const char *text);

/* Returns 0, or prints what went wrong and returns EXIT_DATA. */
int writer_close(struct writer *writer);

#endif
