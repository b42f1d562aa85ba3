/* Bytes in order from wherever they are: a file, a pipe, gzip, a member of a zip archive. */
#ifndef LIMEN_IO_STREAM_H
#define LIMEN_IO_STREAM_H

#include "core/memory.h"
#include "io/file.h"

typedef struct limen_stream limen_stream;

struct limen_stream {
    /* As limen_stream_read, below. */
    limen_status (*read)(limen_stream *stream, void *bytes, size_t count, size_t *got,
                         limen_error *error);
    limen_status (*rewind)(limen_stream *stream, limen_error *error);
    /* Bytes of the file taken so far, as they lie in it. */
    int64_t (*position)(const limen_stream *stream);
    void (*close)(limen_stream *stream);
    int64_t size; /* what `position` is at the end; -1 when not known */
    int can_rewind;
};

/* A file or pipe, which the stream takes over (also on failure). With `keep`, what comes from a
 * pipe is kept in a temporary file, so that it can be read again. */
limen_status limen_stream_open_file(limen_file *file, int keep, const limen_allocator *allocator,
                                    limen_stream **stream, limen_error *error);

/* A gzip file of known size, which the stream takes over (also on failure). */
limen_status limen_stream_open_gzip(limen_file *file, const limen_allocator *allocator,
                                    limen_stream **stream, limen_error *error);

/* What a zip archive says of a member. */
typedef struct limen_zip_member {
    int64_t header;     /* offset of the local header */
    int64_t compressed; /* bytes */
    int64_t size;
    uint32_t crc;
    int method; /* 0 stored, 8 deflated */
    int encrypted;
} limen_zip_member;

/* A member of an archive, which stays the caller's and must outlive the stream. Size and CRC-32
 * are checked when the end is reached. */
limen_status limen_stream_open_member(const limen_file *archive, const limen_zip_member *member,
                                      const limen_allocator *allocator, limen_stream **stream,
                                      limen_error *error);

/* As many of `count` bytes as there are; *got < count only at the end. */
limen_status limen_stream_read(limen_stream *stream, void *bytes, size_t count, size_t *got,
                               limen_error *error);
void limen_stream_close(limen_stream *stream);

#endif
