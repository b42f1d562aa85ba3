/* Eight decimal digits at a time, in a 64-bit word whose lowest byte comes first. */
#ifndef LIMEN_IO_DIGITS_H
#define LIMEN_IO_DIGITS_H

#include <stdint.h>
#include <string.h>

static inline uint64_t limen_load8(const char *text)
{
    uint64_t word;

    memcpy(&word, text, sizeof word);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* How many digits stand at the start of the word. A borrow or carry comes only out of bytes that
 * are no digits, so the first such byte is found exactly. */
static inline int limen_count_digits(uint64_t word)
{
    uint64_t other =
        ((word + 0x4646464646464646u) | (word - 0x3030303030303030u)) & 0x8080808080808080u;

    return other ? __builtin_ctzll(other) >> 3 : 8;
}

/* The number that the first `count` (1 to 8) digits of the word are: neighbours are joined to
 * pairs, pairs to fours, fours to eight. */
static inline uint64_t limen_join_digits(uint64_t word, int count)
{
    uint64_t digits = (word - 0x3030303030303030u) << (64 - 8 * count);
    uint64_t pairs = digits * 10 + (digits >> 8);

    return ((pairs & 0x000000ff000000ffu) * 0x000f424000000064u +
            ((pairs >> 16) & 0x000000ff000000ffu) * 0x0000271000000001u) >>
           32;
}

#endif
