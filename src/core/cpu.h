/* What the processor and the system offer, as far as the kernels ask. */
#ifndef LIMEN_CORE_CPU_H
#define LIMEN_CORE_CPU_H

enum {
    LIMEN_CPU_AVX2 = 1 << 0,   /* with F16C */
    LIMEN_CPU_AVX512 = 1 << 1, /* F, BW, VL and DQ */
    LIMEN_CPU_NEON = 1 << 2
};

/* The bits above that this machine has and whose registers the system saves. */
unsigned limen_cpu_features(void);

#endif
