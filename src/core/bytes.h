/* Numbers as bytes, the low byte first on every machine. Words are unsigned integers, or doubles by
 * their bits, of 1, 2, 4 or 8 bytes. */
#ifndef LIMEN_CORE_BYTES_H
#define LIMEN_CORE_BYTES_H

#include "core/crc32.h"
#include "core/status.h"

/* Hands bytes on in pieces, and adds up their CRC-32. The first failure sticks. */
typedef struct limen_packer {
    limen_write_bytes *write;
    void *context;
    limen_error *error;
    limen_status status;
    limen_crc32 crc;
    size_t used;
    unsigned char buffer[8192];
} limen_packer;

void limen_packer_start(limen_packer *packer, limen_write_bytes *write, void *context,
                        limen_error *error);
void limen_pack_bytes(limen_packer *packer, const void *bytes, size_t count);
void limen_pack_words(limen_packer *packer, const void *words, size_t count, size_t size);
void limen_pack_integer(limen_packer *packer, uint64_t value, size_t size);
/* Hands on what is left, and the CRC-32 of it all. */
limen_status limen_packer_finish(limen_packer *packer);

/* Takes them back. Who takes has checked that they are there. */
typedef struct limen_unpacker {
    const unsigned char *start, *at, *end;
} limen_unpacker;

static inline uint64_t limen_unpacker_left(const limen_unpacker *unpacker)
{
    return (uint64_t)(unpacker->end - unpacker->at);
}

static inline int64_t limen_unpacker_place(const limen_unpacker *unpacker)
{
    return unpacker->at - unpacker->start;
}

void limen_unpack_words(limen_unpacker *unpacker, void *words, size_t count, size_t size);
uint64_t limen_unpack_integer(limen_unpacker *unpacker, size_t size);

#endif
