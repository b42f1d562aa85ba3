#include "io/names.h"

#include "core/buffer.h"

#include <stdlib.h>
#include <string.h>

void limen_names_init(limen_names *names, const limen_allocator *allocator)
{
    *names = (limen_names){.allocator = limen_allocator_or_default(allocator)};
}

limen_status limen_names_add(limen_names *names, const char *bytes, size_t length,
                             limen_error *error)
{
    char *copy;

    if (memchr(bytes, '\0', length))
        return limen_fail(error, LIMEN_ERR_FORMAT, "name %lld holds a NUL character",
                          (long long)names->count);
    if (names->count == names->capacity) {
        int64_t capacity = names->capacity ? 2 * names->capacity : 16;
        char **items = limen_resize(&names->allocator, names->items, (size_t)names->capacity,
                                    (size_t)capacity, sizeof *items);

        if (!items)
            return limen_fail_memory(error, (size_t)capacity * sizeof *items);
        names->items = items;
        names->capacity = capacity;
    }
    copy = limen_new_raw(&names->allocator, length + 1, 1);
    if (!copy)
        return limen_fail_memory(error, length + 1);
    memcpy(copy, bytes, length);
    copy[length] = '\0';
    names->items[names->count++] = copy;
    return LIMEN_OK;
}

void limen_names_release(limen_names *names)
{
    for (int64_t i = 0; i < names->count; i++)
        limen_delete_string(&names->allocator, names->items[i]);
    limen_delete(&names->allocator, names->items, (size_t)names->capacity, sizeof *names->items);
    names->items = NULL;
    names->count = names->capacity = 0;
}

int64_t limen_names_find(const limen_names *names, const char *bytes, size_t length)
{
    for (int64_t i = 0; i < names->count; i++)
        if (strncmp(names->items[i], bytes, length) == 0 && names->items[i][length] == '\0')
            return i;
    return -1;
}

/* The bytes of one UTF-8 character at the start of a NUL-terminated string, or 0 when it is none:
 * overlong forms, surrogates and what is beyond U+10FFFF are none (Unicode, table 3-7). */
static int utf8_length(const unsigned char *text)
{
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    int length;

    if (text[0] < 0x80)
        return 1;
    length = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
    if (text[0] < 0xc2 || text[0] > 0xf4)
        return 0;
    if (text[0] == 0xe0)
        low = 0xa0;
    else if (text[0] == 0xed)
        high = 0x9f;
    else if (text[0] == 0xf0)
        low = 0x90;
    else if (text[0] == 0xf4)
        high = 0x8f;
    for (int i = 1; i < length; i++) {
        if (text[i] < low || text[i] > high)
            return 0;
        low = 0x80;
        high = 0xbf;
    }
    return length;
}

static limen_status check_name(const char *name, int64_t index, limen_error *error)
{
    const unsigned char *at = (const unsigned char *)name;

    if (!*at)
        return limen_fail(error, LIMEN_ERR_FORMAT, "the name of label %lld is empty",
                          (long long)index);
    while (*at) {
        int length = utf8_length(at);

        if (length == 0)
            return limen_fail(error, LIMEN_ERR_FORMAT, "the name of label %lld is not UTF-8",
                              (long long)index);
        if (*at < 0x20 || *at == 0x7f)
            return limen_fail(error, LIMEN_ERR_FORMAT,
                              "the name of label %lld holds a control character", (long long)index);
        at += length;
    }
    return LIMEN_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

limen_status limen_names_check(const limen_names *names, limen_error *error)
{
    size_t count = (size_t)names->count;
    limen_status status = LIMEN_OK;
    char **sorted;

    for (int64_t i = 0; i < names->count && status == LIMEN_OK; i++)
        status = check_name(names->items[i], i, error);
    if (status != LIMEN_OK || count < 2)
        return status;
    sorted = limen_new_raw(&names->allocator, count, sizeof *sorted);
    if (!sorted)
        return limen_fail_memory(error, count * sizeof *sorted);
    memcpy(sorted, names->items, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_names);
    for (size_t i = 1; i < count && status == LIMEN_OK; i++)
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            status = limen_fail(error, LIMEN_ERR_FORMAT,
                                "label \"%.100s\" stands there twice; give each its own name",
                                sorted[i]);
    limen_delete(&names->allocator, sorted, count, sizeof *sorted);
    return status;
}

static limen_status split_lines(limen_names *names, const char *text, size_t length,
                                limen_error *error)
{
    const char *end = text + length;
    limen_status status = LIMEN_OK;

    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    while (end > text && (end[-1] == '\n' || end[-1] == '\r'))
        end--;
    for (int64_t line = 1; text < end && status == LIMEN_OK; line++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        const char *next = stop ? stop + 1 : end;

        if (!stop)
            stop = end;
        if (stop > text && stop[-1] == '\r')
            stop--;
        if (stop == text)
            return limen_fail_line(error, LIMEN_ERR_FORMAT, line, -1,
                                   "is empty; one name a line is wanted");
        status = limen_names_add(names, text, (size_t)(stop - text), error);
        text = next;
    }
    if (status == LIMEN_OK && names->count == 0)
        status = limen_fail(error, LIMEN_ERR_FORMAT, "holds no names; one a line is wanted");
    return status;
}

static limen_status read_text(limen_names *names, limen_file *file, limen_error *error)
{
    enum { PART = 16 * 1024 };
    limen_stream *stream = NULL;
    limen_buffer text;
    size_t got = PART;
    limen_status status = limen_stream_open_file(file, 0, &names->allocator, &stream, error);

    if (status != LIMEN_OK)
        return status;
    limen_buffer_init(&text, &names->allocator);
    while (status == LIMEN_OK && got == PART) {
        char part[PART];

        status = limen_stream_read(stream, part, sizeof part, &got, error);
        if (status == LIMEN_OK)
            limen_buffer_add(&text, part, got);
    }
    if (status == LIMEN_OK && text.failed)
        status = limen_fail_memory(error, 0);
    if (status == LIMEN_OK)
        status = split_lines(names, text.bytes, text.length, error);
    limen_buffer_release(&text);
    limen_stream_close(stream);
    return status;
}

limen_status limen_names_read_file(limen_names *names, const char *path, limen_error *error)
{
    limen_file file;
    limen_rows rows;
    limen_status status;

    if (limen_path_ends(path, ".npy")) {
        status = limen_rows_open_file(&rows, path, 0, &names->allocator, error);
        if (status != LIMEN_OK)
            return status;
        status = limen_names_read_rows(names, &rows, error);
        limen_rows_close(&rows);
        return status;
    }
    status = limen_file_open(&file, path, error);
    return status == LIMEN_OK ? read_text(names, &file, error) : status;
}

/* UTF-32 in this machine's order, up to the padding of NULs, becomes UTF-8. */
static limen_status add_unicode(limen_names *names, const unsigned char *cell, size_t item,
                                limen_buffer *text, limen_error *error)
{
    text->length = 0;
    for (size_t i = 0; i < item / 4; i++) {
        uint32_t code;
        char bytes[4];

        memcpy(&code, cell + 4 * i, sizeof code);
        if (code == 0)
            break;
        if (code > 0x10ffff)
            return limen_fail(error, LIMEN_ERR_FORMAT, "name %lld is not Unicode",
                              (long long)names->count);
        if (code < 0x80) {
            bytes[0] = (char)code;
            limen_buffer_add(text, bytes, 1);
        } else if (code < 0x800) {
            bytes[0] = (char)(0xc0 | code >> 6);
            bytes[1] = (char)(0x80 | (code & 0x3f));
            limen_buffer_add(text, bytes, 2);
        } else if (code < 0x10000) {
            bytes[0] = (char)(0xe0 | code >> 12);
            bytes[1] = (char)(0x80 | (code >> 6 & 0x3f));
            bytes[2] = (char)(0x80 | (code & 0x3f));
            limen_buffer_add(text, bytes, 3);
        } else {
            bytes[0] = (char)(0xf0 | code >> 18);
            bytes[1] = (char)(0x80 | (code >> 12 & 0x3f));
            bytes[2] = (char)(0x80 | (code >> 6 & 0x3f));
            bytes[3] = (char)(0x80 | (code & 0x3f));
            limen_buffer_add(text, bytes, 4);
        }
    }
    if (text->failed)
        return limen_fail_memory(error, 0);
    return limen_names_add(names, text->length ? text->bytes : "", text->length, error);
}

static limen_status add_cell(limen_names *names, const limen_rows *rows, unsigned char *cell,
                             limen_buffer *text, limen_error *error)
{
    size_t item = rows->npy.item;
    size_t length = 0;

    if (rows->npy.kind == LIMEN_NPY_UNICODE) {
        if (rows->npy.swapped)
            limen_npy_swap(cell, item / 4, 4);
        return add_unicode(names, cell, item, text, error);
    }
    while (length < item && cell[length])
        length++;
    return limen_names_add(names, (const char *)cell, length, error);
}

limen_status limen_names_read_rows(limen_names *names, limen_rows *rows, limen_error *error)
{
    size_t item = rows->npy.item;
    int64_t count = rows->npy.shape[0];
    limen_status status = LIMEN_OK;
    limen_buffer text;
    unsigned char *cell;

    if (rows->npy.kind == LIMEN_NPY_NUMBER)
        return limen_fail(error, LIMEN_ERR_DTYPE,
                          "label names are numbers; save them as strings (dtype U or S)");
    if (rows->npy.ndim != 1 || count == 0)
        return limen_fail(error, LIMEN_ERR_SHAPE,
                          "label names have to be one axis of at least one name");
    cell = limen_new_raw(&names->allocator, item, 1);
    if (!cell)
        return limen_fail_memory(error, item);
    limen_buffer_init(&text, &names->allocator);
    for (int64_t i = 0; i < count && status == LIMEN_OK; i++) {
        limen_array view;

        status = limen_rows_next(rows, 1, &view, error);
        if (status == LIMEN_OK && item > 0)
            memcpy(cell, view.data, item);
        if (status == LIMEN_OK)
            status = add_cell(names, rows, cell, &text, error);
    }
    limen_buffer_release(&text);
    limen_delete(&names->allocator, cell, item, 1);
    return status;
}
