/* Repeatable random numbers for property tests: splitmix64. */
#ifndef LIMEN_TESTS_PROPERTY_RANDOM_H
#define LIMEN_TESTS_PROPERTY_RANDOM_H

#include <stdint.h>

typedef struct random_source {
    uint64_t state;
} random_source;

static inline uint64_t random_bits(random_source *source)
{
    uint64_t z = (source->state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* 0 .. below - 1 */
static inline int64_t random_below(random_source *source, int64_t below)
{
    return (int64_t)(random_bits(source) % (uint64_t)below);
}

/* [0, 1) */
static inline double random_unit(random_source *source)
{
    return (double)(random_bits(source) >> 11) * 0x1p-53;
}

#endif
