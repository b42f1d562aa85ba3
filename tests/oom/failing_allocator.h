/* An allocator whose fail_at-th allocation, counted from 1, is refused. It checks that memory comes
 * back with the size that it was asked for. Include it after cmocka.h. */
#ifndef LIMEN_TESTS_FAILING_ALLOCATOR_H
#define LIMEN_TESTS_FAILING_ALLOCATOR_H

#include "limen.h"

#include <stdlib.h>
#include <string.h>

typedef struct failing_allocator {
    int64_t calls;   /* allocations asked for */
    int64_t fail_at; /* 0: none fails */
    int64_t blocks;  /* that are out */
} failing_allocator;

/* Before each block: its size, in a header that keeps the block aligned for any type. */
#define FAILING_HEADER 64

static void *failing_allocate(void *context, size_t size)
{
    failing_allocator *self = context;
    unsigned char *block;

    assert_true(size > 0);
    if (++self->calls == self->fail_at)
        return NULL;
    block = malloc(size + FAILING_HEADER);
    assert_non_null(block);
    memcpy(block, &size, sizeof size);
    memset(block + FAILING_HEADER, 0xa5, size);
    self->blocks++;
    return block + FAILING_HEADER;
}

static void failing_release(void *context, void *memory, size_t size)
{
    failing_allocator *self = context;
    unsigned char *block = (unsigned char *)memory - FAILING_HEADER;
    size_t asked;

    memcpy(&asked, block, sizeof asked);
    assert_int_equal(asked, size);
    self->blocks--;
    free(block);
}

/* What to pass as a limen_allocator. */
static limen_allocator failing_allocator_of(failing_allocator *self)
{
    return (limen_allocator){self, failing_allocate, failing_release};
}

#endif
