#include "core/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void limen_buffer_init(limen_buffer *buffer, const limen_allocator *allocator)
{
    *buffer = (limen_buffer){.allocator = limen_allocator_or_default(allocator)};
}

/* Room for count more bytes and the NUL. */
static int reserve(limen_buffer *buffer, size_t count)
{
    size_t need = buffer->length + count + 1;
    size_t capacity = buffer->capacity ? buffer->capacity : 256;
    char *moved;

    if (buffer->failed)
        return 0;
    if (need <= buffer->capacity)
        return 1;
    while (capacity < need)
        capacity += capacity / 2;
    moved = need < count
                ? NULL
                : limen_resize(&buffer->allocator, buffer->bytes, buffer->capacity, capacity, 1);
    if (!moved) {
        buffer->failed = 1;
        return 0;
    }
    buffer->bytes = moved;
    buffer->capacity = capacity;
    return 1;
}

void limen_buffer_add(limen_buffer *buffer, const void *bytes, size_t count)
{
    if (!reserve(buffer, count))
        return;
    if (count)
        memcpy(buffer->bytes + buffer->length, bytes, count);
    buffer->length += count;
    buffer->bytes[buffer->length] = '\0';
}

void limen_buffer_text(limen_buffer *buffer, const char *text)
{
    limen_buffer_add(buffer, text, strlen(text));
}

void limen_buffer_printf(limen_buffer *buffer, const char *format, ...)
{
    va_list arguments;
    int count;

    va_start(arguments, format);
    count = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (count < 0)
        buffer->failed = 1;
    if (count < 0 || !reserve(buffer, (size_t)count))
        return;
    va_start(arguments, format);
    (void)vsnprintf(buffer->bytes + buffer->length, (size_t)count + 1, format, arguments);
    va_end(arguments);
    buffer->length += (size_t)count;
}

void limen_buffer_fill(limen_buffer *buffer, char byte, size_t count)
{
    if (!reserve(buffer, count))
        return;
    memset(buffer->bytes + buffer->length, byte, count);
    buffer->length += count;
    buffer->bytes[buffer->length] = '\0';
}

void limen_buffer_release(limen_buffer *buffer)
{
    limen_delete(&buffer->allocator, buffer->bytes, buffer->capacity, 1);
    buffer->bytes = NULL;
    buffer->length = buffer->capacity = 0;
    buffer->failed = 0;
}

limen_status limen_buffer_take(limen_buffer *buffer, char **bytes, size_t *length,
                               limen_error *error)
{
    char *exact = NULL;

    if (reserve(buffer, 0))
        exact = limen_new_raw(&buffer->allocator, buffer->length + 1, 1);
    if (!exact) {
        limen_buffer_release(buffer);
        return limen_fail_memory(error, 0);
    }
    buffer->bytes[buffer->length] = '\0';
    memcpy(exact, buffer->bytes, buffer->length + 1);
    *bytes = exact;
    *length = buffer->length;
    limen_buffer_release(buffer);
    return LIMEN_OK;
}
