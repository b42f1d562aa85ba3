/* The central directory of a zip archive, zip64 included (PKWARE, APPNOTE.TXT, 6.3). */
#ifndef LIMEN_IO_ZIP_H
#define LIMEN_IO_ZIP_H

#include "io/stream.h"

typedef struct limen_zip {
    limen_allocator allocator;
    limen_file file;
    unsigned char *directory;
    size_t bytes;
} limen_zip;

/* Takes over the file, also on failure. */
limen_status limen_zip_open(limen_zip *zip, limen_file *file, const limen_allocator *allocator,
                            limen_error *error);

/* Member `name`, or `name`.npy, whichever comes first; *found is 0 when there is none. */
limen_status limen_zip_find(const limen_zip *zip, const char *name, limen_zip_member *member,
                            int *found, limen_error *error);

/* The names of the members, as many as fit, joined by commas. */
void limen_zip_list(const limen_zip *zip, char *text, size_t size);

void limen_zip_close(limen_zip *zip);

#endif
