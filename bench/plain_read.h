/* What every benchmark is held against: a vectorised read of the same bytes. */
#ifndef LIMEN_BENCH_PLAIN_READ_H
#define LIMEN_BENCH_PLAIN_READ_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Eight independent sums, so that the loop waits for memory alone. */
static inline uint64_t plain_read(const void *memory, size_t bytes)
{
    const unsigned char *at = memory;
    uint64_t sums[8] = {0};
    uint64_t sum = 0;

    for (size_t i = 0; i + sizeof sums <= bytes; i += sizeof sums) {
        uint64_t words[8];

        memcpy(words, at + i, sizeof words);
        for (int j = 0; j < 8; j++)
            sums[j] += words[j];
    }
    for (int j = 0; j < 8; j++)
        sum += sums[j];
    return sum;
}

#endif
