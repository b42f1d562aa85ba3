#include "io/zip.h"

#include <stdio.h>
#include <string.h>

enum { END_RECORD = 22, LOCATOR = 20, END64_RECORD = 56, ENTRY = 46, COMMENT_MAX = 65535 };

static uint64_t load(const unsigned char *bytes, int count)
{
    uint64_t value = 0;

    for (int i = count - 1; i >= 0; i--)
        value = value << 8 | bytes[i];
    return value;
}

static int signature_is(const unsigned char *bytes, unsigned char third, unsigned char fourth)
{
    return bytes[0] == 'P' && bytes[1] == 'K' && bytes[2] == third && bytes[3] == fourth;
}

static limen_status fail_archive(limen_error *error, int64_t byte)
{
    return limen_fail_byte(error, LIMEN_ERR_FORMAT, byte,
                           "the archive's directory is damaged; write it again with numpy.savez");
}

static limen_status read_exactly(const limen_file *file, int64_t offset, void *bytes, size_t count,
                                 limen_error *error)
{
    unsigned char *to = bytes;

    while (count > 0) {
        size_t got = 0;
        limen_status status = limen_file_read_at(file, offset, to, count, &got, error);

        if (status != LIMEN_OK)
            return status;
        if (got == 0)
            return fail_archive(error, offset);
        to += got;
        offset += (int64_t)got;
        count -= got;
    }
    return LIMEN_OK;
}

struct place {
    uint64_t offset, bytes;
};

/* When a field of the end record overflows, a locator before it leads to a larger record. */
static limen_status read_end64(const limen_file *file, int64_t end, struct place *place,
                               limen_error *error)
{
    unsigned char locator[LOCATOR];
    unsigned char record[END64_RECORD];
    uint64_t at;
    limen_status status;

    if (end < LOCATOR)
        return LIMEN_OK;
    status = read_exactly(file, end - LOCATOR, locator, sizeof locator, error);
    if (status != LIMEN_OK || !signature_is(locator, 6, 7))
        return status;
    at = load(locator + 8, 8);
    if (at > (uint64_t)(end - LOCATOR) || (uint64_t)(end - LOCATOR) - at < END64_RECORD)
        return fail_archive(error, end - LOCATOR);
    status = read_exactly(file, (int64_t)at, record, sizeof record, error);
    if (status != LIMEN_OK)
        return status;
    if (!signature_is(record, 6, 6))
        return fail_archive(error, (int64_t)at);
    place->bytes = load(record + 40, 8);
    place->offset = load(record + 48, 8);
    return LIMEN_OK;
}

/* The end record is the last thing in the file but for a comment of its own. */
static limen_status find_end(const limen_zip *zip, unsigned char *tail, struct place *place,
                             limen_error *error)
{
    const limen_file *file = &zip->file;
    int64_t length = file->size < END_RECORD + COMMENT_MAX ? file->size : END_RECORD + COMMENT_MAX;
    int64_t begin = file->size - length;
    limen_status status = read_exactly(file, begin, tail, (size_t)length, error);

    if (status != LIMEN_OK)
        return status;
    for (int64_t i = length - END_RECORD; i >= 0; i--) {
        const unsigned char *record = tail + i;

        if (!signature_is(record, 5, 6) || (int64_t)load(record + 20, 2) != length - i - END_RECORD)
            continue;
        place->bytes = load(record + 12, 4);
        place->offset = load(record + 16, 4);
        status = read_end64(file, begin + i, place, error);
        if (status == LIMEN_OK && (place->offset > (uint64_t)(begin + i) ||
                                   place->bytes > (uint64_t)(begin + i) - place->offset))
            status = fail_archive(error, begin + i);
        return status;
    }
    return limen_fail_byte(error, LIMEN_ERR_FORMAT, file->size,
                           "the archive has no directory at its end: the file was cut short");
}

static limen_status read_directory(limen_zip *zip, limen_error *error)
{
    struct place place = {0, 0};
    unsigned char *tail = limen_new_raw(&zip->allocator, END_RECORD + COMMENT_MAX, 1);
    limen_status status;

    if (!tail)
        return limen_fail_memory(error, END_RECORD + COMMENT_MAX);
    status = find_end(zip, tail, &place, error);
    limen_delete(&zip->allocator, tail, END_RECORD + COMMENT_MAX, 1);
    if (status != LIMEN_OK)
        return status;
    zip->directory = limen_new_raw(&zip->allocator, (size_t)place.bytes, 1);
    if (!zip->directory)
        return limen_fail_memory(error, (size_t)place.bytes);
    zip->bytes = (size_t)place.bytes;
    return read_exactly(&zip->file, (int64_t)place.offset, zip->directory, zip->bytes, error);
}

limen_status limen_zip_open(limen_zip *zip, limen_file *file, const limen_allocator *allocator,
                            limen_error *error)
{
    limen_status status;

    *zip = (limen_zip){.allocator = *allocator, .file = *file};
    *file = LIMEN_FILE_CLOSED;
    status = read_directory(zip, error);
    if (status != LIMEN_OK)
        limen_zip_close(zip);
    return status;
}

/* One entry of the directory and where the next one is. */
struct entry {
    const unsigned char *bytes;
    const char *name;
    size_t name_length, extra_length;
    size_t next;
};

static int entry_at(const limen_zip *zip, size_t at, struct entry *entry)
{
    const unsigned char *bytes = zip->directory + at;

    if (zip->bytes - at < ENTRY || !signature_is(bytes, 1, 2))
        return 0;
    *entry = (struct entry){.bytes = bytes,
                            .name = (const char *)bytes + ENTRY,
                            .name_length = (size_t)load(bytes + 28, 2),
                            .extra_length = (size_t)load(bytes + 30, 2)};
    entry->next =
        at + ENTRY + entry->name_length + entry->extra_length + (size_t)load(bytes + 32, 2);
    return entry->next <= zip->bytes;
}

/* Sizes of 4 GiB and more stand in an extra field, in this order, each only if it overflowed. */
static int read_zip64(const struct entry *entry, uint64_t *size, uint64_t *compressed,
                      uint64_t *header)
{
    const unsigned char *at = entry->bytes + ENTRY + entry->name_length;
    const unsigned char *end = at + entry->extra_length;
    uint64_t *const fields[] = {size, compressed, header};

    while (end - at >= 4) {
        int64_t length = (int64_t)load(at + 2, 2);
        int is_zip64 = load(at, 2) == 1;

        at += 4;
        if (length > end - at)
            return 0;
        for (int i = 0; is_zip64 && i < 3; i++) {
            if (*fields[i] != UINT32_MAX)
                continue;
            if (length < 8)
                return 0;
            *fields[i] = load(at, 8);
            at += 8;
            length -= 8;
        }
        at += length;
    }
    return 1;
}

static int read_member(const limen_zip *zip, const struct entry *entry, limen_zip_member *member)
{
    uint64_t limit = (uint64_t)zip->file.size;
    uint64_t compressed = load(entry->bytes + 20, 4);
    uint64_t size = load(entry->bytes + 24, 4);
    uint64_t header = load(entry->bytes + 42, 4);

    if (!read_zip64(entry, &size, &compressed, &header))
        return 0;
    if (header > limit || compressed > limit || size > INT64_MAX)
        return 0;
    *member = (limen_zip_member){.header = (int64_t)header,
                                 .compressed = (int64_t)compressed,
                                 .size = (int64_t)size,
                                 .crc = (uint32_t)load(entry->bytes + 16, 4),
                                 .method = (int)load(entry->bytes + 10, 2),
                                 .encrypted = entry->bytes[8] & 1};
    return 1;
}

static int name_is(const struct entry *entry, const char *name)
{
    size_t length = strlen(name);

    if (entry->name_length != length &&
        !(entry->name_length == length + 4 && memcmp(entry->name + length, ".npy", 4) == 0))
        return 0;
    return memcmp(entry->name, name, length) == 0;
}

limen_status limen_zip_find(const limen_zip *zip, const char *name, limen_zip_member *member,
                            int *found, limen_error *error)
{
    struct entry entry;

    *found = 0;
    for (size_t at = 0; at < zip->bytes; at = entry.next) {
        if (!entry_at(zip, at, &entry))
            return fail_archive(error, -1);
        if (!name_is(&entry, name))
            continue;
        if (!read_member(zip, &entry, member))
            return fail_archive(error, -1);
        *found = 1;
        return LIMEN_OK;
    }
    return LIMEN_OK;
}

void limen_zip_list(const limen_zip *zip, char *text, size_t size)
{
    struct entry entry;
    size_t length = 0;

    text[0] = '\0';
    for (size_t at = 0; at < zip->bytes && entry_at(zip, at, &entry); at = entry.next) {
        size_t name = entry.name_length;

        if (name > 4 && memcmp(entry.name + name - 4, ".npy", 4) == 0)
            name -= 4;
        if (name + 8 > size - length) {
            (void)snprintf(text + length, size - length, ", ...");
            return;
        }
        length += (size_t)snprintf(text + length, size - length, "%s%.*s", length ? ", " : "",
                                   (int)name, entry.name);
    }
}

void limen_zip_close(limen_zip *zip)
{
    limen_delete(&zip->allocator, zip->directory, zip->bytes, 1);
    limen_file_close(&zip->file);
    zip->directory = NULL;
}
