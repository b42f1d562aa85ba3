/* madvise and its MADV_ names are not in POSIX; posix_madvise cannot let go of pages. */
#define _DEFAULT_SOURCE

#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

limen_status limen_fail_errno(limen_error *error, int reason, const char *what)
{
    char text[256];

    if (strerror_r(reason, text, sizeof text) != 0)
        (void)snprintf(text, sizeof text, "error %d", reason);
    return limen_fail(error, LIMEN_ERR_IO, "%s: %s", what, text);
}

static limen_status open_standard_input(limen_file *file)
{
    struct stat status;
    off_t at = lseek(STDIN_FILENO, 0, SEEK_CUR);

    *file = (limen_file){.fd = STDIN_FILENO, .shared = 1, .size = -1};
    if (at >= 0 && fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode) &&
        status.st_size > at) {
        file->start = at;
        file->size = status.st_size - at;
    }
    return LIMEN_OK;
}

limen_status limen_file_open(limen_file *file, const char *path, limen_error *error)
{
    struct stat status;
    int reason;

    if (strcmp(path, "-") == 0)
        return open_standard_input(file);
    *file = (limen_file){.fd = open(path, O_RDONLY | O_CLOEXEC), .size = -1};
    if (file->fd < 0)
        return limen_fail_errno(error, errno, "cannot be opened");
    if (fstat(file->fd, &status) != 0) {
        reason = errno;
        limen_file_close(file);
        return limen_fail_errno(error, reason, "cannot be examined");
    }
    if (S_ISDIR(status.st_mode)) {
        limen_file_close(file);
        return limen_fail(error, LIMEN_ERR_IO, "is a directory; name a file in it");
    }
    /* Files of /proc claim to be empty. */
    if (S_ISREG(status.st_mode) && status.st_size > 0)
        file->size = status.st_size;
    return LIMEN_OK;
}

limen_status limen_file_open_temporary(limen_file *file, limen_error *error)
{
    const char *folder = getenv("TMPDIR");
    char path[1024];
    int length;

    if (!folder || !*folder)
        folder = "/tmp";
    length = snprintf(path, sizeof path, "%s/limen-XXXXXX", folder);
    if (length < 0 || (size_t)length >= sizeof path)
        return limen_fail(error, LIMEN_ERR_IO, "the name in TMPDIR is too long");
    *file = (limen_file){.fd = mkstemp(path)};
    if (file->fd < 0)
        return limen_fail_errno(error, errno,
                                "no temporary file could be made (TMPDIR names its folder)");
    (void)unlink(path);
    return LIMEN_OK;
}

limen_status limen_file_append(limen_file *file, const void *bytes, size_t count,
                               limen_error *error)
{
    const unsigned char *from = bytes;

    while (count > 0) {
        ssize_t wrote = pwrite(file->fd, from, count, (off_t)file->size);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return limen_fail_errno(error, errno,
                                    "a temporary file could not be written (TMPDIR names its "
                                    "folder)");
        from += wrote;
        count -= (size_t)wrote;
        file->size += wrote;
    }
    return LIMEN_OK;
}

limen_status limen_file_read(const limen_file *file, void *bytes, size_t count, size_t *got,
                             limen_error *error)
{
    ssize_t result;

    do
        result = read(file->fd, bytes, count);
    while (result < 0 && errno == EINTR);
    if (result < 0)
        return limen_fail_errno(error, errno, "cannot be read");
    *got = (size_t)result;
    return LIMEN_OK;
}

limen_status limen_file_read_at(const limen_file *file, int64_t offset, void *bytes, size_t count,
                                size_t *got, limen_error *error)
{
    ssize_t result;

    do
        result = pread(file->fd, bytes, count, (off_t)(file->start + offset));
    while (result < 0 && errno == EINTR);
    if (result < 0)
        return limen_fail_errno(error, errno, "cannot be read");
    *got = (size_t)result;
    return LIMEN_OK;
}

int limen_file_map(limen_file *file)
{
    void *map;

    if (file->size <= 0 || file->start != 0 || (uint64_t)file->size > SIZE_MAX)
        return 0;
    map = mmap(NULL, (size_t)file->size, PROT_READ, MAP_PRIVATE, file->fd, 0);
    if (map == MAP_FAILED)
        return 0;
    (void)madvise(map, (size_t)file->size, MADV_SEQUENTIAL);
    file->map = map;
    return 1;
}

void limen_file_drop_pages(const limen_file *file, int64_t from, int64_t to)
{
    int64_t page = sysconf(_SC_PAGESIZE);

    if (page <= 0)
        return;
    from = (from + page - 1) / page * page;
    to = to / page * page;
    if (from < to)
        (void)madvise(file->map + from, (size_t)(to - from), MADV_DONTNEED);
}

void limen_file_close(limen_file *file)
{
    if (file->map)
        (void)munmap(file->map, (size_t)file->size);
    if (file->fd >= 0 && !file->shared)
        (void)close(file->fd);
    *file = LIMEN_FILE_CLOSED;
}

int limen_path_ends(const char *path, const char *ending)
{
    size_t length = strlen(path);
    size_t tail = strlen(ending);

    return length >= tail && strcmp(path + length - tail, ending) == 0;
}
