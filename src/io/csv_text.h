/* Delimited text (RFC 4180) in a buffer that moves over a stream, and its cells one by one. */
#ifndef LIMEN_IO_CSV_TEXT_H
#define LIMEN_IO_CSV_TEXT_H

#include "core/buffer.h"
#include "io/stream.h"

/* Bytes behind the text that may be read: a newline, so that every search ends, then NUL. */
#define LIMEN_CSV_PADDING 64

typedef struct limen_csv_text {
    limen_allocator allocator;
    limen_stream *stream;
    char *bytes;
    size_t capacity; /* without the padding */
    size_t length;
    size_t at;    /* where the present record begins */
    int64_t base; /* where bytes[0] lies in the stream */
    int ended;    /* the stream has no more */
    int64_t line; /* of the present record, from 1 */
    char delimiter;
    limen_buffer scratch; /* a quoted cell without its doubled quotes */
} limen_csv_text;

typedef struct limen_csv_cell {
    const char *bytes; /* without quotes; valid until the next cell */
    size_t length;
    int last;         /* ends its line */
    int64_t newlines; /* within the quotes */
} limen_csv_cell;

/* Takes over the stream, also on failure. The buffer begins with `capacity` bytes and grows for a
 * record that is longer. */
limen_status limen_csv_text_open(limen_csv_text *text, limen_stream *stream, size_t capacity,
                                 const limen_allocator *allocator, limen_error *error);
void limen_csv_text_close(limen_csv_text *text);

/* More of the stream behind what is there from `at` on, which moves to the front. A record that is
 * too long for memory's good is an error. */
limen_status limen_csv_text_fill(limen_csv_text *text, limen_error *error);

/* Back to the first byte, which is then at `at`. */
limen_status limen_csv_text_rewind(limen_csv_text *text, limen_error *error);

/* The cell that begins at *at, which moves behind it and its delimiter. *more is 1, and nothing has
 * moved, when the text has to be filled first. */
limen_status limen_csv_text_cell(limen_csv_text *text, const char **at, limen_csv_cell *cell,
                                 int *more, limen_error *error);

#endif
