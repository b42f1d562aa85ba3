#include "core/bytes.h"

#include <string.h>

void limen_packer_start(limen_packer *packer, limen_write_bytes *write, void *context,
                        limen_error *error)
{
    packer->write = write;
    packer->context = context;
    packer->error = error;
    packer->status = LIMEN_OK;
    packer->used = 0;
    limen_crc32_start(&packer->crc);
}

static void flush(limen_packer *packer)
{
    limen_crc32_add(&packer->crc, packer->buffer, packer->used);
    if (packer->status == LIMEN_OK && packer->used > 0)
        packer->status =
            packer->write(packer->context, packer->buffer, packer->used, packer->error);
    packer->used = 0;
}

static unsigned char *room(limen_packer *packer, size_t size)
{
    if (sizeof packer->buffer - packer->used < size)
        flush(packer);
    packer->used += size;
    return packer->buffer + packer->used - size;
}

void limen_pack_bytes(limen_packer *packer, const void *bytes, size_t count)
{
    const unsigned char *from = bytes;

    for (size_t step; count > 0; from += step, count -= step) {
        step = count < sizeof packer->buffer ? count : sizeof packer->buffer;
        memcpy(room(packer, step), from, step);
    }
}

static void store(unsigned char *to, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (unsigned char)(value >> 8 * i);
}

static uint64_t load(const unsigned char *from, size_t size)
{
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)from[i] << 8 * i;
    return value;
}

void limen_pack_integer(limen_packer *packer, uint64_t value, size_t size)
{
    store(room(packer, size), value, size);
}

/* Through memcpy, as the words may be doubles. With the size a constant, each step is one move. */
#define PACK_WORDS(type)                                           \
    do {                                                           \
        const unsigned char *from = words;                         \
        for (size_t i = 0; i < count; i++, from += sizeof(type)) { \
            type word;                                             \
            memcpy(&word, from, sizeof word);                      \
            store(room(packer, sizeof word), word, sizeof word);   \
        }                                                          \
    } while (0)

#define UNPACK_WORDS(type)                                       \
    do {                                                         \
        unsigned char *to = words;                               \
        for (size_t i = 0; i < count; i++, to += sizeof(type)) { \
            type word = (type)load(unpacker->at, sizeof(type));  \
            memcpy(to, &word, sizeof word);                      \
            unpacker->at += sizeof(type);                        \
        }                                                        \
    } while (0)

void limen_pack_words(limen_packer *packer, const void *words, size_t count, size_t size)
{
    if (size == 8)
        PACK_WORDS(uint64_t);
    else if (size == 4)
        PACK_WORDS(uint32_t);
    else if (size == 2)
        PACK_WORDS(uint16_t);
    else
        limen_pack_bytes(packer, words, count);
}

void limen_unpack_words(limen_unpacker *unpacker, void *words, size_t count, size_t size)
{
    if (size == 8)
        UNPACK_WORDS(uint64_t);
    else if (size == 4)
        UNPACK_WORDS(uint32_t);
    else if (size == 2)
        UNPACK_WORDS(uint16_t);
    else
        UNPACK_WORDS(uint8_t);
}

uint64_t limen_unpack_integer(limen_unpacker *unpacker, size_t size)
{
    unpacker->at += size;
    return load(unpacker->at - size, size);
}

limen_status limen_packer_finish(limen_packer *packer)
{
    flush(packer);
    limen_pack_integer(packer, limen_crc32_value(&packer->crc), 4);
    flush(packer);
    return packer->status;
}
