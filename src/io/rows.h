/* An array in a file, read from its first row to its last. */
#ifndef LIMEN_IO_ROWS_H
#define LIMEN_IO_ROWS_H

#include "io/npy.h"
#include "io/stream.h"

typedef struct limen_rows {
    limen_allocator allocator;
    limen_npy npy;
    limen_array array; /* of the whole: shape, and strides in the file; data is not set */
    int64_t row;       /* the next one */
    int64_t dropped;   /* mapped: bytes of the file whose pages have been let go */
    int64_t bytes;     /* of the file, as `position` counts them */

    limen_file file;      /* mapped: a view moves over it */
    limen_stream *stream; /* else: rows are read into the block */
    unsigned char *block; /* also for mapped rows of the other byte order */
    size_t block_bytes;
} limen_rows;

/* An .npy file, mapped where that is possible. Anything else (a pipe) is streamed, or, when it must
 * be read twice (`keep`) or column by column, copied to a temporary file first. */
limen_status limen_rows_open_file(limen_rows *rows, const char *path, int keep,
                                  const limen_allocator *allocator, limen_error *error);

/* An .npy file that comes out of a stream, which the rows take over (also on failure). */
limen_status limen_rows_open_stream(limen_rows *rows, limen_stream *stream,
                                    const limen_allocator *allocator, limen_error *error);

/* Bytes of a row, and whether views of it lie in a block of its own. */
int64_t limen_rows_row_bytes(const limen_rows *rows);
int limen_rows_is_buffered(const limen_rows *rows);

/* The next `count` rows (the caller knows that they are there), valid until the next call. After
 * the last one, the end of the file has been checked. */
limen_status limen_rows_next(limen_rows *rows, int64_t count, limen_array *view,
                             limen_error *error);
limen_status limen_rows_rewind(limen_rows *rows, limen_error *error);
int64_t limen_rows_position(const limen_rows *rows);
void limen_rows_close(limen_rows *rows);

#endif
