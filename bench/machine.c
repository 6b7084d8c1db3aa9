/* What this machine can do, for the limit of a step: bench/machine BYTES prints the peak of fused multiply-adds on registers
 * (f32, one thread) and the bandwidth of a = a + b c over arrays of BYTES in all, as JSON. */
#define _DEFAULT_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

enum { CHAINS = 12, ROUNDS = 2000000 };

#if defined(__x86_64__)
/* Independent chains; written as instructions so that no compiler removes or reorders them. */
#define PEAK(name, isa, bytes)                                                                                         \
    __attribute__((target(isa), noinline)) static double name(void) {                                                  \
        typedef float vec __attribute__((vector_size(bytes)));                                                         \
        vec x[CHAINS] = { { 0 } }, a = { 0 }, b = { 0 };                                                               \
        double start = now();                                                                                          \
        for (int r = 0; r < ROUNDS; r++)                                                                               \
            for (int i = 0; i < CHAINS; i++) __asm__ volatile("vfmadd231ps %2, %1, %0" : "+v"(x[i]) : "v"(a), "v"(b)); \
        return 2.0 * CHAINS * (bytes / 4) * ROUNDS / (now() - start);                                                  \
    }
PEAK(peak_avx512, "avx512f", 64)
PEAK(peak_avx2, "avx2,fma", 32)
static double peak(void) {
    double best = 0;
    for (int i = 0; i < 15; i++) {
        double rate = __builtin_cpu_supports("avx512f") ? peak_avx512() : peak_avx2();
        if (rate > best) best = rate;
    }
    return best;
}
#else
static double peak(void) { return 0; }
#endif

int main(int count, char **arguments) {
    size_t n = (count > 1 ? (size_t)strtoull(arguments[1], NULL, 10) : (size_t)1 << 26) / 12;
    if (n < 1024) n = 1024;
    float *a = aligned_alloc(64, (n * 4 + 63) / 64 * 64), *b = aligned_alloc(64, (n * 4 + 63) / 64 * 64),
          *c = aligned_alloc(64, (n * 4 + 63) / 64 * 64);
    if (!a || !b || !c) return 1;
    for (size_t i = 0; i < n; i++) a[i] = b[i] = c[i] = 1e-3f;
    double best = 0;
    for (double end = now() + 0.5; now() < end;) {
        double start = now();
        int64_t repeat = (int64_t)(4000000 / n) + 1;
        for (int64_t r = 0; r < repeat; r++) {
            for (size_t i = 0; i < n; i++) a[i] += b[i] * c[i];
            __asm__ volatile("" : : "r"(a) : "memory");
        }
        double rate = 16.0 * (double)n * (double)repeat / (now() - start); /* three reads and a write */
        if (rate > best) best = rate;
    }
    printf("{\"peak_flops\": %.6g, \"bandwidth\": %.6g}\n", peak(), best);
    free(a);
    free(b);
    free(c);
    return 0;
}
