/* Files to read from: opened with a message that says why not, mapped, or copied to a temporary
 * file that has no name. */
#ifndef LIMEN_IO_FILE_H
#define LIMEN_IO_FILE_H

#include "core/status.h"

typedef struct limen_file {
    int fd;        /* -1 when closed */
    int shared;    /* 1: standard input, which stays open */
    int64_t start; /* where the data begins; only standard input may begin behind 0 */
    int64_t size;  /* bytes from `start`, or -1: a pipe, a device, /proc, not to be read twice */
    unsigned char *map;
} limen_file;

#define LIMEN_FILE_CLOSED ((limen_file){.fd = -1})

/* Opens a file, or standard input for "-". A directory is an error. */
limen_status limen_file_open(limen_file *file, const char *path, limen_error *error);

/* An empty file without a name in $TMPDIR or /tmp. */
limen_status limen_file_open_temporary(limen_file *file, limen_error *error);
limen_status limen_file_append(limen_file *file, const void *bytes, size_t count,
                               limen_error *error);

/* Up to `count` bytes; *got is 0 at the end alone. read_at needs a size that is known. */
limen_status limen_file_read(const limen_file *file, void *bytes, size_t count, size_t *got,
                             limen_error *error);
limen_status limen_file_read_at(const limen_file *file, int64_t offset, void *bytes, size_t count,
                                size_t *got, limen_error *error);

/* Maps all of a file whose size is known and not 0. Returns 0 when it cannot be mapped. */
int limen_file_map(limen_file *file);
/* Lets go of the pages that lie wholly in [from, to) of the map; they come back when touched. */
void limen_file_drop_pages(const limen_file *file, int64_t from, int64_t to);

void limen_file_close(limen_file *file);

/* Whether a path ends in ".npy" or the like. */
int limen_path_ends(const char *path, const char *ending);

/* "WHAT: the text of errno value `reason`" as an IO error. */
limen_status limen_fail_errno(limen_error *error, int reason, const char *what);

#endif
