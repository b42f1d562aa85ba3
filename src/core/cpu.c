#include "core/cpu.h"

#if defined(__x86_64__)

#include <cpuid.h>

/* Extended control register 0: which registers the system saves when it switches threads. */
static unsigned saved_registers(void)
{
    unsigned low, high;

    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

unsigned limen_cpu_features(void)
{
    const unsigned osxsave = 1u << 27, avx = 1u << 28, f16c = 1u << 29; /* leaf 1, ecx */
    const unsigned avx2 = 1u << 5;                                      /* leaf 7, ebx */
    const unsigned avx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;  /* F, DQ, BW, VL */
    const unsigned ymm = 1u << 1 | 1u << 2;                             /* xcr0 */
    const unsigned zmm = ymm | 1u << 5 | 1u << 6 | 1u << 7;
    unsigned eax, ebx, ecx, edx, saved, features = 0;

    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx))
        return 0;
    if ((ecx & (osxsave | avx | f16c)) != (osxsave | avx | f16c))
        return 0;
    saved = saved_registers();
    if ((saved & ymm) != ymm || !__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx))
        return 0;
    if (ebx & avx2)
        features |= LIMEN_CPU_AVX2;
    if ((ebx & avx2) && (ebx & avx512) == avx512 && (saved & zmm) == zmm)
        features |= LIMEN_CPU_AVX512;
    return features;
}

#elif defined(__aarch64__) && defined(__linux__)

#include <sys/auxv.h>

unsigned limen_cpu_features(void)
{
    const unsigned long advanced_simd = 1ul << 1; /* HWCAP_ASIMD */

    return getauxval(AT_HWCAP) & advanced_simd ? LIMEN_CPU_NEON : 0;
}

#elif defined(__aarch64__)

unsigned limen_cpu_features(void)
{
    return LIMEN_CPU_NEON; /* part of every 64-bit ARM that runs a desktop system */
}

#else

unsigned limen_cpu_features(void)
{
    return 0;
}

#endif
