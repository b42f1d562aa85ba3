/* A growing run of bytes, always with a NUL behind it. The first failure sticks: later appends do
 * nothing, and the one who reads the result checks `failed` once. */
#ifndef LIMEN_CORE_BUFFER_H
#define LIMEN_CORE_BUFFER_H

#include "core/memory.h"
#include "core/status.h"

typedef struct limen_buffer {
    limen_allocator allocator;
    char *bytes;
    size_t length;
    size_t capacity;
    int failed;
} limen_buffer;

void limen_buffer_init(limen_buffer *buffer, const limen_allocator *allocator);
void limen_buffer_add(limen_buffer *buffer, const void *bytes, size_t count);
void limen_buffer_text(limen_buffer *buffer, const char *text);
void limen_buffer_printf(limen_buffer *buffer, const char *format, ...) LIMEN_PRINTF(2, 3);
void limen_buffer_fill(limen_buffer *buffer, char byte, size_t count);
void limen_buffer_release(limen_buffer *buffer);

/* Hands over the bytes in memory of exactly *length + 1 bytes, and empties the buffer. */
limen_status limen_buffer_take(limen_buffer *buffer, char **bytes, size_t *length,
                               limen_error *error);

#endif
