#include "core/crc32.h"

#define POLYNOMIAL 0xEDB88320u

void limen_crc32_start(limen_crc32 *crc)
{
    crc->state = ~0u;
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t remainder = byte;

        for (int bit = 0; bit < 8; bit++)
            remainder = remainder >> 1 ^ (remainder & 1 ? POLYNOMIAL : 0);
        crc->table[0][byte] = remainder;
    }
    for (int later = 1; later < 8; later++) {
        for (uint32_t byte = 0; byte < 256; byte++) {
            uint32_t before = crc->table[later - 1][byte];

            crc->table[later][byte] = before >> 8 ^ crc->table[0][before & 0xff];
        }
    }
}

static uint32_t add_byte(const limen_crc32 *crc, uint32_t state, unsigned char byte)
{
    return state >> 8 ^ crc->table[0][(state ^ byte) & 0xff];
}

static uint32_t add_eight(const limen_crc32 *crc, uint32_t state, const unsigned char *at)
{
    uint32_t low = state ^ ((uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
                            (uint32_t)at[3] << 24);

    return crc->table[7][low & 0xff] ^ crc->table[6][low >> 8 & 0xff] ^
           crc->table[5][low >> 16 & 0xff] ^ crc->table[4][low >> 24] ^ crc->table[3][at[4]] ^
           crc->table[2][at[5]] ^ crc->table[1][at[6]] ^ crc->table[0][at[7]];
}

void limen_crc32_add(limen_crc32 *crc, const void *bytes, size_t count)
{
    const unsigned char *at = bytes;
    uint32_t state = crc->state;

    for (; count >= 8; count -= 8, at += 8)
        state = add_eight(crc, state, at);
    for (; count > 0; count--, at++)
        state = add_byte(crc, state, *at);
    crc->state = state;
}
