#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

static void *libc_allocate(void *context, size_t size)
{
    (void)context;
    return malloc(size);
}

static void libc_release(void *context, void *memory, size_t size)
{
    (void)context;
    (void)size;
    free(memory);
}

limen_allocator limen_allocator_or_default(const limen_allocator *allocator)
{
    static const limen_allocator libc = {NULL, libc_allocate, libc_release};

    return allocator ? *allocator : libc;
}

/* 0 when the product overflows. An empty array takes a byte, because allocators never see size 0.
 */
static size_t byte_count(size_t count, size_t size)
{
    if (count == 0 || size == 0)
        return 1;
    if (count > PTRDIFF_MAX / size)
        return 0;
    return count * size;
}

void *limen_new_raw(const limen_allocator *allocator, size_t count, size_t size)
{
    size_t bytes = byte_count(count, size);

    return bytes ? allocator->allocate(allocator->context, bytes) : NULL;
}

void *limen_new(const limen_allocator *allocator, size_t count, size_t size)
{
    void *memory = limen_new_raw(allocator, count, size);

    return memory ? memset(memory, 0, byte_count(count, size)) : NULL;
}

void limen_delete(const limen_allocator *allocator, void *memory, size_t count, size_t size)
{
    if (memory)
        allocator->release(allocator->context, memory, byte_count(count, size));
}

void *limen_resize(const limen_allocator *allocator, void *memory, size_t old_count,
                   size_t new_count, size_t size)
{
    void *moved = limen_new_raw(allocator, new_count, size);

    if (!moved)
        return NULL;
    if (memory)
        memcpy(moved, memory, (old_count < new_count ? old_count : new_count) * size);
    limen_delete(allocator, memory, old_count, size);
    return moved;
}

char *limen_copy_string(const limen_allocator *allocator, const char *string)
{
    size_t bytes = strlen(string) + 1;
    char *copy = limen_new_raw(allocator, bytes, 1);

    return copy ? memcpy(copy, string, bytes) : NULL;
}

void limen_delete_string(const limen_allocator *allocator, char *string)
{
    if (string)
        limen_delete(allocator, string, strlen(string) + 1, 1);
}
