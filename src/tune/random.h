/* Random numbers for restarts: splitmix64 (Steele, Lea and Flood 2014). */
#ifndef LIMEN_TUNE_RANDOM_H
#define LIMEN_TUNE_RANDOM_H

#include <stdint.h>

typedef struct limen_random {
    uint64_t state;
} limen_random;

static inline uint64_t limen_random_bits(limen_random *random)
{
    uint64_t z = (random->state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* 0 .. below - 1 */
static inline int64_t limen_random_below(limen_random *random, int64_t below)
{
    return (int64_t)(limen_random_bits(random) % (uint64_t)below);
}

/* [0, 1) */
static inline double limen_random_unit(limen_random *random)
{
    return (double)(limen_random_bits(random) >> 11) * 0x1p-53;
}

#endif
