#include "io/rows.h"

#include <string.h>

/* Axes as stored become axes of limen_array: (N), (N, L) or (N, L, X). */
static void set_array(limen_rows *rows)
{
    const limen_npy *npy = &rows->npy;
    limen_array *array = &rows->array;
    int64_t step = (int64_t)npy->item;

    *array = (limen_array){.dtype = npy->dtype};
    memcpy(array->shape, npy->shape, sizeof array->shape);
    for (int i = 0; i < 3; i++) {
        int axis = npy->fortran ? i : 2 - i;

        array->stride[axis] = step;
        step *= npy->shape[axis];
    }
}

static limen_status fail_short(const limen_npy *npy, int64_t have, limen_error *error)
{
    return limen_fail_byte(error, LIMEN_ERR_FORMAT, npy->data + have,
                           "ends %lld bytes too early: the array has %lld bytes from byte %lld "
                           "on; the file was cut short",
                           (long long)(npy->bytes - have), (long long)npy->bytes,
                           (long long)npy->data);
}

static limen_status fail_trailing(const limen_npy *npy, limen_error *error)
{
    return limen_fail_byte(error, LIMEN_ERR_FORMAT, npy->data + npy->bytes,
                           "goes on behind its array; save one array a file");
}

static limen_status open_mapped(limen_rows *rows, limen_error *error)
{
    const limen_file *file = &rows->file;
    size_t header = 0;
    int64_t have;
    limen_status status = limen_npy_measure(file->map, (size_t)file->size, &header, error);

    if (status != LIMEN_OK)
        return status;
    if ((int64_t)header > file->size)
        return limen_fail_byte(error, LIMEN_ERR_FORMAT, file->size,
                               "ends within its header: the file was cut short");
    status = limen_npy_parse(&rows->npy, file->map, header, error);
    if (status != LIMEN_OK)
        return status;
    have = file->size - rows->npy.data;
    if (have < rows->npy.bytes)
        return fail_short(&rows->npy, have, error);
    if (have > rows->npy.bytes)
        return fail_trailing(&rows->npy, error);
    rows->bytes = file->size;
    set_array(rows);
    return LIMEN_OK;
}

static limen_status read_header(limen_rows *rows, limen_stream *stream, limen_error *error)
{
    unsigned char prefix[LIMEN_NPY_PREFIX];
    unsigned char *bytes;
    size_t got = 0;
    size_t header = 0;
    limen_status status = limen_stream_read(stream, prefix, sizeof prefix, &got, error);

    if (status == LIMEN_OK)
        status = limen_npy_measure(prefix, got, &header, error);
    if (status != LIMEN_OK)
        return status;
    if (header < sizeof prefix)
        return limen_fail_byte(error, LIMEN_ERR_FORMAT, 8, "has no header; the file is damaged");
    bytes = limen_new_raw(&rows->allocator, header, 1);
    if (!bytes)
        return limen_fail_memory(error, header);
    memcpy(bytes, prefix, sizeof prefix);
    status = limen_stream_read(stream, bytes + sizeof prefix, header - sizeof prefix, &got, error);
    if (status == LIMEN_OK && got < header - sizeof prefix)
        status = limen_fail_byte(error, LIMEN_ERR_FORMAT, (int64_t)(sizeof prefix + got),
                                 "ends within its header: the file was cut short");
    if (status == LIMEN_OK)
        status = limen_npy_parse(&rows->npy, bytes, header, error);
    limen_delete(&rows->allocator, bytes, header, 1);
    return status;
}

/* Nothing may follow the array. Asking for more also has a member's checksum verified. */
static limen_status check_end(limen_rows *rows, limen_stream *stream, limen_error *error)
{
    unsigned char byte;
    size_t got = 0;
    limen_status status = limen_stream_read(stream, &byte, 1, &got, error);

    if (status == LIMEN_OK && got > 0)
        status = fail_trailing(&rows->npy, error);
    return status;
}

/* Copies the elements out of the stream into a temporary file without a header, and maps that. */
static limen_status spool(limen_rows *rows, limen_stream *stream, limen_error *error)
{
    enum { BLOCK = 256 * 1024 };
    unsigned char *block = limen_new_raw(&rows->allocator, BLOCK, 1);
    int64_t left = rows->npy.bytes;
    limen_status status;

    if (!block)
        return limen_fail_memory(error, BLOCK);
    status = limen_file_open_temporary(&rows->file, error);
    while (status == LIMEN_OK && left > 0) {
        size_t wanted = left < BLOCK ? (size_t)left : BLOCK;
        size_t got = 0;

        status = limen_stream_read(stream, block, wanted, &got, error);
        if (status == LIMEN_OK && got < wanted)
            status = fail_short(&rows->npy, rows->npy.bytes - left + (int64_t)got, error);
        if (status == LIMEN_OK)
            status = limen_file_append(&rows->file, block, got, error);
        left -= (int64_t)got;
    }
    limen_delete(&rows->allocator, block, BLOCK, 1);
    if (status == LIMEN_OK)
        status = check_end(rows, stream, error);
    if (status == LIMEN_OK && rows->file.size > 0 && !limen_file_map(&rows->file))
        status = limen_fail(error, LIMEN_ERR_IO, "a temporary file could not be mapped");
    rows->bytes = rows->npy.bytes;
    rows->npy.data = 0;
    set_array(rows);
    return status;
}

limen_status limen_rows_open_stream(limen_rows *rows, limen_stream *stream,
                                    const limen_allocator *allocator, limen_error *error)
{
    limen_status status;

    *rows = (limen_rows){.allocator = *allocator, .file = LIMEN_FILE_CLOSED};
    status = read_header(rows, stream, error);
    if (status != LIMEN_OK) {
        limen_stream_close(stream);
        return status;
    }
    if (rows->npy.fortran && rows->npy.ndim > 1) {
        status = spool(rows, stream, error);
        limen_stream_close(stream);
        if (status != LIMEN_OK)
            limen_rows_close(rows);
        return status;
    }
    rows->npy.fortran = 0;
    rows->stream = stream;
    rows->bytes = stream->size;
    set_array(rows);
    return LIMEN_OK;
}

limen_status limen_rows_open_file(limen_rows *rows, const char *path, int keep,
                                  const limen_allocator *allocator, limen_error *error)
{
    limen_stream *stream = NULL;
    limen_status status;

    *rows = (limen_rows){.allocator = *allocator, .file = LIMEN_FILE_CLOSED};
    status = limen_file_open(&rows->file, path, error);
    if (status != LIMEN_OK)
        return status;
    if (limen_file_map(&rows->file)) {
        status = open_mapped(rows, error);
        if (status != LIMEN_OK)
            limen_rows_close(rows);
        return status;
    }
    status = limen_stream_open_file(&rows->file, keep, allocator, &stream, error);
    if (status != LIMEN_OK)
        return status;
    return limen_rows_open_stream(rows, stream, allocator, error);
}

int64_t limen_rows_row_bytes(const limen_rows *rows)
{
    return rows->npy.shape[1] * rows->npy.shape[2] * (int64_t)rows->npy.item;
}

/* Strings are turned round by the one who decodes them. */
static int must_swap(const limen_rows *rows)
{
    return rows->npy.swapped && rows->npy.kind == LIMEN_NPY_NUMBER;
}

int limen_rows_is_buffered(const limen_rows *rows)
{
    return rows->stream || must_swap(rows);
}

static limen_status grow_block(limen_rows *rows, size_t bytes, limen_error *error)
{
    unsigned char *block;

    if (bytes <= rows->block_bytes && rows->block)
        return LIMEN_OK;
    block = limen_new_raw(&rows->allocator, bytes, 1);
    if (!block)
        return limen_fail_memory(error, bytes);
    limen_delete(&rows->allocator, rows->block, rows->block_bytes, 1);
    rows->block = block;
    rows->block_bytes = bytes;
    return LIMEN_OK;
}

/* The block holds `count` rows without gaps. */
static void view_block(const limen_rows *rows, limen_array *view)
{
    view->data = rows->block;
    view->stride[2] = (int64_t)rows->npy.item;
    view->stride[1] = view->stride[2] * view->shape[2];
    view->stride[0] = view->stride[1] * view->shape[1];
}

static limen_status next_streamed(limen_rows *rows, size_t bytes, limen_error *error)
{
    size_t got = 0;
    limen_status status = limen_stream_read(rows->stream, rows->block, bytes, &got, error);

    if (status != LIMEN_OK)
        return status;
    if (got < bytes)
        return fail_short(&rows->npy, rows->row * limen_rows_row_bytes(rows) + (int64_t)got, error);
    return LIMEN_OK;
}

/* Rows of a mapped array in the other byte order, gathered row after row (whatever their order in
 * the file) and turned round. */
static void gather_swapped(limen_rows *rows, const limen_array *view)
{
    size_t item = rows->npy.item;
    unsigned char *to = rows->block;

    for (int64_t i = 0; i < view->shape[0]; i++)
        for (int64_t j = 0; j < view->shape[1]; j++) {
            const unsigned char *from =
                (const unsigned char *)view->data + i * view->stride[0] + j * view->stride[1];

            for (int64_t k = 0; k < view->shape[2]; k++, to += item)
                memcpy(to, from + k * view->stride[2], item);
        }
}

/* Pages of rows that are done with need not stay in memory. */
static void drop_previous(limen_rows *rows)
{
    int64_t done = limen_rows_position(rows);

    if (rows->npy.fortran)
        return;
    limen_file_drop_pages(&rows->file, rows->dropped, done);
    rows->dropped = done;
}

limen_status limen_rows_next(limen_rows *rows, int64_t count, limen_array *view, limen_error *error)
{
    size_t bytes = (size_t)(count * limen_rows_row_bytes(rows));
    limen_status status = LIMEN_OK;

    *view = rows->array;
    view->shape[0] = count;
    if (limen_rows_is_buffered(rows))
        status = grow_block(rows, bytes, error);
    if (status == LIMEN_OK && rows->stream) {
        status = next_streamed(rows, bytes, error);
    } else if (status == LIMEN_OK && rows->file.map) {
        drop_previous(rows);
        view->data = rows->file.map + rows->npy.data + rows->row * rows->array.stride[0];
        if (must_swap(rows))
            gather_swapped(rows, view);
    }
    if (status != LIMEN_OK)
        return status;
    if (limen_rows_is_buffered(rows))
        view_block(rows, view);
    if (must_swap(rows))
        limen_npy_swap(rows->block, bytes / rows->npy.item, rows->npy.item);
    if (rows->stream && rows->row + count == rows->npy.shape[0])
        status = check_end(rows, rows->stream, error);
    if (status == LIMEN_OK)
        rows->row += count;
    return status;
}

limen_status limen_rows_rewind(limen_rows *rows, limen_error *error)
{
    limen_status status = LIMEN_OK;

    if (rows->stream) {
        unsigned char discard[4096];
        int64_t left = rows->npy.data;

        status = rows->stream->rewind(rows->stream, error);
        while (status == LIMEN_OK && left > 0) {
            size_t wanted = left < (int64_t)sizeof discard ? (size_t)left : sizeof discard;
            size_t got = 0;

            status = limen_stream_read(rows->stream, discard, wanted, &got, error);
            if (status == LIMEN_OK && got < wanted)
                status = limen_fail(error, LIMEN_ERR_IO, "is shorter than when it was first read");
            left -= (int64_t)got;
        }
    }
    if (status == LIMEN_OK)
        rows->row = rows->dropped = 0;
    return status;
}

int64_t limen_rows_position(const limen_rows *rows)
{
    if (rows->stream)
        return rows->stream->position(rows->stream);
    return rows->npy.data + rows->row * limen_rows_row_bytes(rows);
}

void limen_rows_close(limen_rows *rows)
{
    limen_delete(&rows->allocator, rows->block, rows->block_bytes, 1);
    limen_stream_close(rows->stream);
    limen_file_close(&rows->file);
    rows->block = NULL;
    rows->stream = NULL;
}
