/* A tally as bytes in memory. */
#ifndef LIMEN_TESTS_PACKED_H
#define LIMEN_TESTS_PACKED_H

#include "core/crc32.h"
#include "limen.h"

#include <stdlib.h>
#include <string.h>

typedef struct packed {
    unsigned char *bytes;
    size_t size, capacity;
} packed;

static inline limen_status take_bytes(void *context, const void *bytes, size_t count,
                                      limen_error *error)
{
    packed *to = context;

    (void)error;
    if (count > to->capacity - to->size)
        return LIMEN_ERR_OVERFLOW;
    memcpy(to->bytes + to->size, bytes, count);
    to->size += count;
    return LIMEN_OK;
}

/* Of exactly the size that limen_tally_size tells; without bytes when writing fails. */
static inline packed pack_tally(const limen_tally *tally)
{
    packed to = {.capacity = (size_t)limen_tally_size(tally)};

    to.bytes = malloc(to.capacity);
    if (!to.bytes || limen_tally_write(tally, take_bytes, &to, NULL) != LIMEN_OK ||
        to.size != to.capacity) {
        free(to.bytes);
        return (packed){.bytes = NULL};
    }
    return to;
}

/* Makes the checksum fit what the bytes have become. */
static inline void seal(unsigned char *bytes, size_t size)
{
    limen_crc32 crc;

    if (size < 4)
        return;
    limen_crc32_start(&crc);
    limen_crc32_add(&crc, bytes, size - 4);
    for (size_t i = 0; i < 4; i++)
        bytes[size - 4 + i] = (unsigned char)(limen_crc32_value(&crc) >> 8 * i);
}

#endif
