/* The CRC-32 of zip, gzip and PNG: reflected polynomial 0xEDB88320. Eight bytes a step (Kounavis
 * and Berry 2005). */
#ifndef LIMEN_CORE_CRC32_H
#define LIMEN_CORE_CRC32_H

#include <stddef.h>
#include <stdint.h>

typedef struct limen_crc32 {
    uint32_t table[8][256];
    uint32_t state;
} limen_crc32;

void limen_crc32_start(limen_crc32 *crc);
void limen_crc32_add(limen_crc32 *crc, const void *bytes, size_t count);

static inline uint32_t limen_crc32_value(const limen_crc32 *crc)
{
    return ~crc->state;
}

#endif
