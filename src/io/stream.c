#include "io/stream.h"

/* A plain file, or a pipe with what it has given so far in `spool`. */
struct plain {
    limen_stream stream;
    limen_allocator allocator;
    limen_file file;
    limen_file spool;
    int64_t at;
    int keep;
};

static limen_status read_known(struct plain *plain, const limen_file *file, void *bytes,
                               size_t count, size_t *got, limen_error *error)
{
    limen_status status = limen_file_read_at(file, plain->at, bytes, count, got, error);

    if (status == LIMEN_OK)
        plain->at += (int64_t)*got;
    return status;
}

static limen_status plain_read(limen_stream *stream, void *bytes, size_t count, size_t *got,
                               limen_error *error)
{
    struct plain *plain = (struct plain *)stream;
    limen_status status;

    if (plain->file.size >= 0)
        return read_known(plain, &plain->file, bytes, count, got, error);
    if (plain->at < plain->spool.size)
        return read_known(plain, &plain->spool, bytes, count, got, error);
    status = limen_file_read(&plain->file, bytes, count, got, error);
    if (status == LIMEN_OK && plain->keep)
        status = limen_file_append(&plain->spool, bytes, *got, error);
    if (status == LIMEN_OK)
        plain->at += (int64_t)*got;
    return status;
}

static limen_status plain_rewind(limen_stream *stream, limen_error *error)
{
    struct plain *plain = (struct plain *)stream;

    if (!stream->can_rewind)
        return limen_fail(error, LIMEN_ERR_ARGUMENT,
                          "a pipe cannot be read twice; write it to a file first");
    plain->at = 0;
    return LIMEN_OK;
}

static int64_t plain_position(const limen_stream *stream)
{
    return ((const struct plain *)stream)->at;
}

static void plain_close(limen_stream *stream)
{
    struct plain *plain = (struct plain *)stream;
    limen_allocator allocator = plain->allocator;

    limen_file_close(&plain->file);
    limen_file_close(&plain->spool);
    limen_delete(&allocator, plain, 1, sizeof *plain);
}

limen_status limen_stream_open_file(limen_file *file, int keep, const limen_allocator *allocator,
                                    limen_stream **stream, limen_error *error)
{
    struct plain *plain = limen_new(allocator, 1, sizeof *plain);
    limen_status status = LIMEN_OK;

    if (!plain) {
        limen_file_close(file);
        return limen_fail_memory(error, sizeof *plain);
    }
    *plain = (struct plain){
        .stream = {.read = plain_read,
                   .rewind = plain_rewind,
                   .position = plain_position,
                   .close = plain_close,
                   .size = file->size,
                   .can_rewind = keep || file->size >= 0},
        .allocator = *allocator,
        .file = *file,
        .spool = LIMEN_FILE_CLOSED,
        .keep = keep && file->size < 0,
    };
    *file = LIMEN_FILE_CLOSED;
    if (plain->keep)
        status = limen_file_open_temporary(&plain->spool, error);
    if (status != LIMEN_OK) {
        plain_close(&plain->stream);
        return status;
    }
    *stream = &plain->stream;
    return LIMEN_OK;
}

limen_status limen_stream_read(limen_stream *stream, void *bytes, size_t count, size_t *got,
                               limen_error *error)
{
    unsigned char *to = bytes;
    size_t total = 0;

    while (total < count) {
        size_t part = 0;
        limen_status status = stream->read(stream, to + total, count - total, &part, error);

        if (status != LIMEN_OK)
            return status;
        if (part == 0)
            break;
        total += part;
    }
    *got = total;
    return LIMEN_OK;
}

void limen_stream_close(limen_stream *stream)
{
    if (stream)
        stream->close(stream);
}
