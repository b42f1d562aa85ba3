/* Tallies in files. */
#include "core/buffer.h"
#include "io/file.h"
#include "limen_io.h"

static limen_status to_sink(void *context, const void *bytes, size_t count, limen_error *error)
{
    return limen_sink_write(context, bytes, count, error);
}

limen_status limen_tally_save(const limen_tally *tally, const char *path,
                              const limen_allocator *allocator, limen_error *error)
{
    limen_sink *sink;
    limen_status status = limen_sink_open(path, allocator, &sink, error);

    if (status != LIMEN_OK)
        return status;
    status = limen_tally_write(tally, to_sink, sink, error);
    if (status == LIMEN_OK)
        return limen_sink_commit(sink, error);
    limen_sink_abort(sink);
    return status;
}

/* For pipes, and files that cannot be mapped. */
static limen_status read_all(const limen_file *file, limen_buffer *buffer, limen_error *error)
{
    char part[16 * 1024];

    for (;;) {
        size_t got;
        limen_status status = limen_file_read(file, part, sizeof part, &got, error);

        if (status != LIMEN_OK || got == 0)
            return status;
        limen_buffer_add(buffer, part, got);
        if (buffer->failed)
            return limen_fail_memory(error, 0);
    }
}

limen_status limen_tally_load(const char *path, const limen_allocator *allocator,
                              limen_tally **tally, limen_error *error)
{
    limen_file file = LIMEN_FILE_CLOSED;
    limen_buffer buffer;
    limen_status status = limen_file_open(&file, path, error);

    if (status != LIMEN_OK)
        return status;
    limen_buffer_init(&buffer, allocator);
    if (limen_file_map(&file)) {
        status = limen_tally_read(file.map, (size_t)file.size, allocator, tally, error);
    } else {
        status = read_all(&file, &buffer, error);
        if (status == LIMEN_OK)
            status = limen_tally_read(buffer.bytes, buffer.length, allocator, tally, error);
    }
    limen_buffer_release(&buffer);
    limen_file_close(&file);
    return status;
}
