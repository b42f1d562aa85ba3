/* realpath belongs to the XSI part of POSIX. */
#define _XOPEN_SOURCE 700

#include "io/file.h"
#include "io/names.h"
#include "limen_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_BYTES = 64 * 1024 };

struct limen_sink {
    limen_allocator allocator;
    int fd;
    char *path;      /* the real name, symbolic links resolved; NULL for standard output */
    char *temporary; /* NULL when written in place: standard output, devices, pipes */
    limen_status failed;
    size_t used;
    unsigned char buffer[BUFFER_BYTES];
};

static limen_status write_all(limen_sink *sink, const unsigned char *bytes, size_t count,
                              limen_error *error)
{
    while (count > 0) {
        ssize_t wrote = write(sink->fd, bytes, count);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0) {
            sink->failed = LIMEN_ERR_IO;
            return limen_fail_errno(error, errno, "cannot be written");
        }
        bytes += wrote;
        count -= (size_t)wrote;
    }
    return LIMEN_OK;
}

static limen_status flush(limen_sink *sink, limen_error *error)
{
    limen_status status = write_all(sink, sink->buffer, sink->used, error);

    sink->used = 0;
    return status;
}

/* A new file beside the target, with the rights that the target has or would get. */
static limen_status open_temporary(limen_sink *sink, const struct stat *target, limen_error *error)
{
    enum { ATTEMPTS = 100 };
    size_t size = strlen(sink->path) + 64;
    char *name = limen_new_raw(&sink->allocator, size, 1);

    if (!name)
        return limen_fail_memory(error, size);
    for (int i = 0; i < ATTEMPTS && sink->fd < 0; i++) {
        (void)snprintf(name, size, "%s.%ld-%d.tmp", sink->path, (long)getpid(), i);
        sink->fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (sink->fd < 0 && errno != EEXIST)
            break;
    }
    if (sink->fd < 0) {
        limen_delete(&sink->allocator, name, size, 1);
        return limen_fail_errno(error, errno, "cannot be written");
    }
    if (target)
        (void)fchmod(sink->fd, target->st_mode & 0777);
    sink->temporary = limen_copy_string(&sink->allocator, name);
    if (!sink->temporary)
        (void)unlink(name);
    limen_delete(&sink->allocator, name, size, 1);
    return sink->temporary ? LIMEN_OK : limen_fail_memory(error, size);
}

static limen_status open_path(limen_sink *sink, const char *path, limen_error *error)
{
    struct stat target;
    int exists = stat(path, &target) == 0;
    char *resolved = exists ? realpath(path, NULL) : NULL;

    sink->path = limen_copy_string(&sink->allocator, resolved ? resolved : path);
    free(resolved);
    if (!sink->path)
        return limen_fail_memory(error, strlen(path) + 1);
    if (exists && S_ISDIR(target.st_mode))
        return limen_fail(error, LIMEN_ERR_IO, "is a directory; name a file in it");
    if (!exists || S_ISREG(target.st_mode))
        return open_temporary(sink, exists ? &target : NULL, error);
    sink->fd = open(sink->path, O_WRONLY | O_CLOEXEC);
    return sink->fd < 0 ? limen_fail_errno(error, errno, "cannot be written") : LIMEN_OK;
}

static void release(limen_sink *sink)
{
    limen_allocator allocator = sink->allocator;

    if (sink->fd >= 0 && sink->fd != STDOUT_FILENO)
        (void)close(sink->fd);
    limen_delete_string(&allocator, sink->path);
    limen_delete_string(&allocator, sink->temporary);
    limen_delete(&allocator, sink, 1, sizeof *sink);
}

limen_status limen_sink_open(const char *path, const limen_allocator *allocator, limen_sink **sink,
                             limen_error *error)
{
    limen_allocator memory = limen_allocator_or_default(allocator);
    limen_sink *made = limen_new(&memory, 1, sizeof *made);
    limen_status status = LIMEN_OK;

    if (!made)
        return limen_fail_memory(error, sizeof *made);
    made->allocator = memory;
    made->fd = -1;
    if (strcmp(path, "-") == 0)
        made->fd = STDOUT_FILENO;
    else if (!*path)
        status = limen_fail(error, LIMEN_ERR_ARGUMENT, "the name of the file is empty");
    else
        status = open_path(made, path, error);
    if (status != LIMEN_OK) {
        release(made);
        return status;
    }
    *sink = made;
    return LIMEN_OK;
}

limen_status limen_sink_write(limen_sink *sink, const void *bytes, size_t count, limen_error *error)
{
    if (sink->failed != LIMEN_OK)
        return limen_fail(error, sink->failed, "cannot be written: an earlier write failed");
    if (count > BUFFER_BYTES - sink->used) {
        limen_status status = flush(sink, error);

        if (status != LIMEN_OK || count >= BUFFER_BYTES)
            return status == LIMEN_OK ? write_all(sink, bytes, count, error) : status;
    }
    memcpy(sink->buffer + sink->used, bytes, count);
    sink->used += count;
    return LIMEN_OK;
}

limen_status limen_sink_patch(limen_sink *sink, int64_t offset, const void *bytes, size_t count,
                              limen_error *error)
{
    const unsigned char *from = bytes;
    limen_status status = flush(sink, error);

    while (status == LIMEN_OK && count > 0) {
        ssize_t wrote = pwrite(sink->fd, from, count, (off_t)offset);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0) {
            sink->failed = LIMEN_ERR_IO;
            return limen_fail_errno(error, errno, "cannot be written in its middle");
        }
        from += wrote;
        offset += wrote;
        count -= (size_t)wrote;
    }
    return status;
}

/* Everything is on the disk before the name says so. */
static limen_status finish(limen_sink *sink, limen_error *error)
{
    limen_status status = flush(sink, error);
    int fd = sink->fd;

    if (status == LIMEN_OK && sink->failed != LIMEN_OK)
        status = limen_fail(error, sink->failed, "cannot be written: an earlier write failed");
    if (!sink->temporary || status != LIMEN_OK)
        return status;
    if (fsync(fd) != 0)
        return limen_fail_errno(error, errno, "cannot be written");
    sink->fd = -1;
    if (close(fd) != 0)
        return limen_fail_errno(error, errno, "cannot be written");
    if (rename(sink->temporary, sink->path) != 0)
        return limen_fail_errno(error, errno, "cannot be put in place");
    return LIMEN_OK;
}

limen_status limen_sink_commit(limen_sink *sink, limen_error *error)
{
    limen_status status = finish(sink, error);

    if (status != LIMEN_OK && sink->temporary)
        (void)unlink(sink->temporary);
    release(sink);
    return status;
}

void limen_sink_abort(limen_sink *sink)
{
    if (!sink)
        return;
    if (sink->temporary)
        (void)unlink(sink->temporary);
    release(sink);
}
