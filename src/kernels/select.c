#include "core/cpu.h"
#include "kernels/sets.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Slowest first. */
static const struct {
    const limen_kernels *kernels;
    unsigned needs;
} sets[] = {
    {&limen_kernels_scalar, 0},
#if defined(__x86_64__)
    {&limen_kernels_avx2, LIMEN_CPU_AVX2},
    {&limen_kernels_avx512, LIMEN_CPU_AVX512},
#elif defined(__aarch64__)
    {&limen_kernels_neon, LIMEN_CPU_NEON},
#endif
};

const limen_kernels *limen_kernels_at(int index)
{
    unsigned features = limen_cpu_features();

    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        if ((sets[i].needs & ~features) == 0 && index-- == 0)
            return sets[i].kernels;
    }
    return NULL;
}

static const limen_kernels *choose(void)
{
    const char *wanted = getenv("LIMEN_CPU");
    const limen_kernels *best = NULL, *next;

    for (int i = 0; (next = limen_kernels_at(i)); i++) {
        if (wanted && strcmp(wanted, next->name) == 0)
            return next;
        best = next;
    }
    return best;
}

const limen_kernels *limen_kernels_select(void)
{
    /* Threads that come first at the same time may each choose; the first to store decides. */
    static _Atomic(const limen_kernels *) chosen;
    const limen_kernels *kernels = atomic_load_explicit(&chosen, memory_order_acquire);

    if (!kernels) {
        const limen_kernels *mine = choose();

        if (atomic_compare_exchange_strong(&chosen, &kernels, mine))
            kernels = mine;
    }
    return kernels;
}

const char *limen_cpu_name(void)
{
    return limen_kernels_select()->name;
}

const char *limen_cpu_at(int index)
{
    const limen_kernels *kernels = limen_kernels_at(index);

    return kernels ? kernels->name : NULL;
}
