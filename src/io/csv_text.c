#include "io/csv_text.h"

#include <string.h>

enum { LONGEST_RECORD = 256 * 1024 * 1024 };

static void set_padding(limen_csv_text *text)
{
    memset(text->bytes + text->length, 0, LIMEN_CSV_PADDING);
    text->bytes[text->length] = '\n';
}

limen_status limen_csv_text_open(limen_csv_text *text, limen_stream *stream, size_t capacity,
                                 const limen_allocator *allocator, limen_error *error)
{
    *text = (limen_csv_text){.allocator = *allocator,
                             .stream = stream,
                             .capacity = capacity,
                             .line = 1,
                             .delimiter = ','};
    limen_buffer_init(&text->scratch, allocator);
    text->bytes = limen_new_raw(allocator, text->capacity + LIMEN_CSV_PADDING, 1);
    if (!text->bytes) {
        limen_csv_text_close(text);
        return limen_fail_memory(error, capacity + LIMEN_CSV_PADDING);
    }
    set_padding(text);
    return LIMEN_OK;
}

void limen_csv_text_close(limen_csv_text *text)
{
    limen_stream_close(text->stream);
    limen_buffer_release(&text->scratch);
    limen_delete(&text->allocator, text->bytes, text->capacity + LIMEN_CSV_PADDING, 1);
}

static limen_status grow(limen_csv_text *text, limen_error *error)
{
    size_t capacity = 2 * text->capacity;
    char *bytes;

    if (capacity > LONGEST_RECORD)
        return limen_fail_line(error, LIMEN_ERR_FORMAT, text->line, -1,
                               "is longer than %d MiB; is a quote not closed?",
                               LONGEST_RECORD >> 20);
    bytes = limen_resize(&text->allocator, text->bytes, text->capacity + LIMEN_CSV_PADDING,
                         capacity + LIMEN_CSV_PADDING, 1);
    if (!bytes)
        return limen_fail_memory(error, capacity);
    text->bytes = bytes;
    text->capacity = capacity;
    return LIMEN_OK;
}

limen_status limen_csv_text_fill(limen_csv_text *text, limen_error *error)
{
    size_t got = 0;
    size_t wanted;
    limen_status status = LIMEN_OK;

    text->base += (int64_t)text->at;
    text->length -= text->at;
    memmove(text->bytes, text->bytes + text->at, text->length);
    text->at = 0;
    if (text->length == text->capacity)
        status = grow(text, error);
    wanted = text->capacity - text->length;
    if (status == LIMEN_OK)
        status = limen_stream_read(text->stream, text->bytes + text->length, wanted, &got, error);
    if (status == LIMEN_OK) {
        text->length += got;
        text->ended = got < wanted;
    }
    set_padding(text);
    return status;
}

limen_status limen_csv_text_rewind(limen_csv_text *text, limen_error *error)
{
    limen_status status = text->stream->rewind(text->stream, error);

    if (status != LIMEN_OK)
        return status;
    text->length = text->at = 0;
    text->base = 0;
    text->ended = 0;
    text->line = 1;
    set_padding(text);
    return LIMEN_OK;
}

/* Where the quotes that open at `open` close, or NULL; counts what is between them. */
static const char *find_closing(const char *open, const char *end, int64_t *newlines, int *doubled)
{
    *newlines = 0;
    *doubled = 0;
    for (const char *at = open + 1; at < end; at++) {
        *newlines += *at == '\n';
        if (*at != '"')
            continue;
        if (at + 1 == end || at[1] != '"')
            return at;
        *doubled = 1;
        at++;
    }
    return NULL;
}

static void undouble(limen_csv_text *text, limen_csv_cell *cell)
{
    const char *from = cell->bytes;
    const char *end = from + cell->length;

    text->scratch.length = 0;
    while (from < end) {
        const char *quote = memchr(from, '"', (size_t)(end - from));
        const char *stop = quote ? quote + 1 : end;

        limen_buffer_add(&text->scratch, from, (size_t)(stop - from));
        from = quote ? stop + 1 : end;
    }
    cell->bytes = text->scratch.bytes;
    cell->length = text->scratch.length;
}

static limen_status quoted_cell(limen_csv_text *text, const char *open, limen_csv_cell *cell,
                                const char **behind, limen_error *error)
{
    const char *end = text->bytes + text->length;
    int doubled;
    const char *close = find_closing(open, end, &cell->newlines, &doubled);

    *behind = NULL;
    if (!close && text->ended)
        return limen_fail_line(error, LIMEN_ERR_FORMAT, text->line, -1,
                               "has a quote that is not closed");
    /* At the end of the text it may be the first of two. */
    if (!close || (close + 1 == end && !text->ended))
        return LIMEN_OK;
    cell->bytes = open + 1;
    cell->length = (size_t)(close - open - 1);
    if (doubled)
        undouble(text, cell);
    if (text->scratch.failed)
        return limen_fail_memory(error, 0);
    *behind = close + 1;
    return LIMEN_OK;
}

limen_status limen_csv_text_cell(limen_csv_text *text, const char **at, limen_csv_cell *cell,
                                 int *more, limen_error *error)
{
    const char *end = text->bytes + text->length;
    const char *stop = *at;
    int quoted = *stop == '"';
    limen_status status = LIMEN_OK;

    *cell = (limen_csv_cell){.bytes = *at};
    *more = 1;
    if (quoted)
        status = quoted_cell(text, *at, cell, &stop, error);
    if (status != LIMEN_OK || !stop)
        return status;
    if (!quoted)
        while (*stop != text->delimiter && *stop != '\n')
            stop++;
    else if (*stop == '\r' && stop + 1 <= end)
        stop++;
    if (stop == end && !text->ended)
        return LIMEN_OK;
    *more = 0;
    if (*stop != text->delimiter && *stop != '\n')
        return limen_fail_line(error, LIMEN_ERR_FORMAT, text->line, -1,
                               "has text behind a closing quote; quotes within a cell are doubled");
    cell->last = *stop == '\n';
    if (!quoted) {
        cell->length = (size_t)(stop - *at);
        if (cell->last && cell->length > 0 && stop[-1] == '\r')
            cell->length--;
    }
    *at = stop + 1;
    return LIMEN_OK;
}
