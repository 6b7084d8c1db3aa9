/* What this machine can do, for the limit of a step: bench/machine BYTES THREADS prints the peak of fused multiply-adds on
 * registers (f32) and the bandwidth of a = a + b c over arrays of BYTES in all, each of all threads together, as JSON. */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { CHAINS = 12, ROUNDS = 1000000, TIMES = 10, MOST_THREADS = 64 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef struct worker {
    pthread_t thread;
    float *a, *b, *c;
    size_t count;
    double peak, bandwidth; /* of this thread while the others do the same */
} worker;

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

/* The better of both widths: on some processors the wide one is no faster, or lowers the clock. */
static double peak(void) {
    double best = 0;
    for (int i = 0; i < 2 * TIMES; i++) {
        double rate = 0;
        if (i % 2 == 0 && __builtin_cpu_supports("avx512f"))
            rate = peak_avx512();
        else if (__builtin_cpu_supports("fma"))
            rate = peak_avx2();
        if (rate > best) best = rate;
    }
    return best;
}
#else
static double peak(void) { return 0; }
#endif

static double bandwidth(worker *w) {
    double best = 0;
    for (double end = now() + 0.4; now() < end;) {
        double start = now();
        size_t repeat = 4000000 / w->count + 1;
        for (size_t r = 0; r < repeat; r++) {
            for (size_t i = 0; i < w->count; i++) w->a[i] += w->b[i] * w->c[i];
            __asm__ volatile("" : : "r"(w->a) : "memory");
        }
        double rate = 16.0 * (double)w->count * (double)repeat / (now() - start); /* three reads and a write */
        if (rate > best) best = rate;
    }
    return best;
}

static void *work(void *user) {
    worker *w = user;
    w->bandwidth = bandwidth(w);
    w->peak = peak();
    return NULL;
}

static float *make(size_t count) {
    float *array = aligned_alloc(64, (count * sizeof *array + 63) / 64 * 64);
    for (size_t i = 0; array && i < count; i++) array[i] = 1e-3f;
    return array;
}

int main(int count, char **arguments) {
    unsigned long long bytes = count > 1 ? strtoull(arguments[1], NULL, 10) : 0;
    int threads = count > 2 ? atoi(arguments[2]) : 1;
    if (bytes < 1 || threads < 1 || threads > MOST_THREADS) {
        fprintf(stderr, "usage: machine BYTES THREADS\n");
        return 2;
    }
    worker workers[MOST_THREADS] = { { .count = 0 } };
    size_t each = (size_t)(bytes / 12) / (size_t)threads;
    for (int i = 0; i < threads; i++) {
        worker *w = &workers[i];
        w->count = each < 1024 ? 1024 : each;
        w->a = make(w->count), w->b = make(w->count), w->c = make(w->count);
        if (!w->a || !w->b || !w->c || (i > 0 && pthread_create(&w->thread, NULL, work, w) != 0)) {
            fprintf(stderr, "machine: no memory or no thread\n");
            return 1;
        }
    }
    work(&workers[0]);
    double flops = workers[0].peak, moved = workers[0].bandwidth;
    for (int i = 1; i < threads; i++) {
        if (pthread_join(workers[i].thread, NULL) != 0) return 1;
        flops += workers[i].peak;
        moved += workers[i].bandwidth;
    }
    printf("{\"peak_flops\": %.6g, \"bandwidth\": %.6g}\n", flops, moved);
    for (int i = 0; i < threads; i++) {
        free(workers[i].a);
        free(workers[i].b);
        free(workers[i].c);
    }
    return 0;
}
