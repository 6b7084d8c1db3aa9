/* GFLOP/s of the matrix products of the cpu backend on one thread, beside the machine's peak: bench/product [isa] [f32|f64].
 * The peak is what fused multiply-adds on registers alone reach. */
#define _DEFAULT_SOURCE /* madvise */
#include "backend/cpu/product.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#define LARGE_PAGE ((size_t)2 << 20)

static double now(void) {
    struct timespec t;
    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Independent chains of fma on vectors of `bytes`. */
#define CHAINS 12
#define PEAK(name, target_text, type, bytes)                                                                      \
    __attribute__((target(target_text), noinline)) static double name(void) {                                     \
        typedef type vec __attribute__((vector_size(bytes)));                                                     \
        const int64_t rounds = 2000000;                                                                           \
        double best = 0;                                                                                          \
        for (int repeat = 0; repeat < 20; repeat++) {                                                             \
            vec x[CHAINS], a = { 0 }, b = { 0 };                                                                  \
            for (int i = 0; i < CHAINS; i++) x[i] = a;                                                            \
            const double start = now();                                                                           \
            for (int64_t round = 0; round < rounds; round++)                                                      \
                for (int i = 0; i < CHAINS; i++)                                                                  \
                    __asm__ volatile("vfmadd231" SUFFIX_##type " %2, %1, %0" : "+v"(x[i]) : "v"(a), "v"(b));      \
            const double rate = 2.0 * CHAINS * (double)(bytes / sizeof(type)) * (double)rounds / (now() - start); \
            if (rate > best) best = rate;                                                                         \
        }                                                                                                         \
        return best * 1e-9;                                                                                       \
    }
#define SUFFIX_float  "ps"
#define SUFFIX_double "pd"

#if defined(__x86_64__)
PEAK(peak_512_f32, "avx512f", float, 64)
PEAK(peak_512_f64, "avx512f", double, 64)
PEAK(peak_256_f32, "avx2,fma", float, 32)
PEAK(peak_256_f64, "avx2,fma", double, 32)
#endif

static double peak(mg__isa isa, mg_dtype dtype) {
#if defined(__x86_64__)
    if (isa == MG__ISA_AVX512) return dtype == MG_F32 ? peak_512_f32() : peak_512_f64();
    if (isa == MG__ISA_AVX2) return dtype == MG_F32 ? peak_256_f32() : peak_256_f64();
#endif
    (void)isa, (void)dtype;
    return 0;
}

static const struct shape {
    const char *what;
    int64_t m, n, k;
    bool transpose_a, transpose_b;
} shapes[] = {
    { "tiny forward 1", 100, 16, 2, false, false },
    { "tiny forward 2", 100, 16, 16, false, false },
    { "tiny forward 3", 100, 1, 16, false, false },
    { "tiny dX 3", 100, 16, 1, false, true },
    { "tiny dX 2", 100, 16, 16, false, true },
    { "tiny dW 1", 2, 16, 100, true, false },
    { "tiny dW 2", 16, 16, 100, true, false },
    { "tiny dW 3", 16, 1, 100, true, false },
    { "64-128-784 forward", 64, 128, 784, false, false },
    { "64-128-784 dX", 64, 784, 128, false, true },
    { "64-128-784 dW", 784, 128, 64, true, false },
    { "10 classes forward", 64, 10, 128, false, false },
    { "10 classes dX", 64, 128, 10, false, true },
    { "10 classes dW", 128, 10, 64, true, false },
    { "128-1024 forward", 128, 1024, 1024, false, false },
    { "128-1024 dX", 128, 1024, 1024, false, true },
    { "128-1024 dW", 1024, 1024, 128, true, false },
    { "128-1024-784 forward", 128, 1024, 784, false, false },
    { "128-1024-784 dW", 784, 1024, 128, true, false },
    { "128-10-1024 forward", 128, 10, 1024, false, false },
    { "128-10-1024 dX", 128, 1024, 10, false, true },
    { "128-10-1024 dW", 1024, 10, 128, true, false },
    { "one row", 1, 1024, 1024, false, false },
    { "one row, transposed", 1, 1024, 1024, false, true },
    { "one column", 1024, 1, 1024, false, false },
    { "256 cubed", 256, 256, 256, false, false },
    { "512 cubed", 512, 512, 512, false, false },
    { "1024 cubed", 1024, 1024, 1024, false, false },
    { "1024 cubed dW", 1024, 1024, 1024, true, false },
    { "1024 cubed dX", 1024, 1024, 1024, false, true },
    { "1000 cubed", 1000, 1000, 1000, false, false },
    { "2048 cubed", 2048, 2048, 2048, false, false },
};

/* As programs place their workspace: large blocks on large pages. */
static void *block(size_t bytes) {
    const size_t page = bytes < LARGE_PAGE / 2 ? 64 : LARGE_PAGE;
    bytes = (bytes / page + 1) * page;
    void *memory = aligned_alloc(page, bytes);
#if defined(__linux__)
    if (memory != NULL && page == LARGE_PAGE) madvise(memory, bytes, MADV_HUGEPAGE);
#endif
    if (memory != NULL) memset(memory, 0, bytes);
    return memory;
}

static void product(const mg__product_plan *plan, const void *a, const void *b, void *c, void *worker) {
    for (int64_t tile = 0; tile < plan->tiles; tile++) mg__product_run(plan, a, b, NULL, c, worker, tile);
}

static int measure(const struct shape *s, mg__isa isa, mg_dtype dtype, double most) {
    const size_t element = mg_dtype_size(dtype);
    const mg__product p = { .dtype = dtype,
                            .transpose_a = s->transpose_a,
                            .transpose_b = s->transpose_b,
                            .m = s->m,
                            .n = s->n,
                            .k = s->k,
                            .lda = s->transpose_a ? s->m : s->k,
                            .ldb = s->transpose_b ? s->k : s->n,
                            .ldc = s->n };
    mg__product_plan plan;
    mg__product_plan_make(&plan, &p, isa);
    void *a = block((size_t)(s->m * s->k) * element), *b = block((size_t)(s->k * s->n) * element),
         *c = block((size_t)(s->m * s->n) * element);
    void *worker = block(plan.worker_bytes);
    if (a == NULL || b == NULL || c == NULL || worker == NULL) return 1;

    const double flops = 2.0 * (double)s->m * (double)s->n * (double)s->k;
    const int64_t times = 1 + (int64_t)(4e8 / (flops + 1e4));
    double best = 1e9;
    for (int repeat = 0; repeat < (flops > 1e10 ? 3 : 15); repeat++) {
        const double start = now();
        for (int64_t i = 0; i < times; i++) product(&plan, a, b, c, worker);
        const double seconds = (now() - start) / (double)times;
        if (seconds < best) best = seconds;
    }
    printf("%-22s %5lld x %4lld x %4lld %s%s  %10.2f us %7.1f GFLOP/s", s->what, (long long)s->m, (long long)s->n,
           (long long)s->k, s->transpose_a ? "A'" : "A ", s->transpose_b ? "B'" : "B ", best * 1e6, flops / best * 1e-9);
    if (most > 0) printf("  %5.1f %%", 100 * flops / best * 1e-9 / most);
    printf("  %lld tiles\n", (long long)plan.tiles);
    free(a), free(b), free(c), free(worker);
    return 0;
}

int main(int count, char **arguments) {
    mg__isa isa = mg__isa_best();
    mg_dtype dtype = MG_F32;
    const char *only = NULL;
    for (int i = 1; i < count; i++) {
        bool known = false;
        for (int set = 0; set < MG__ISAS; set++)
            if (strcmp(arguments[i], mg__isa_name((mg__isa)set)) == 0) known = true, isa = (mg__isa)set;
        if (strcmp(arguments[i], "f64") == 0)
            dtype = MG_F64;
        else if (!known && strcmp(arguments[i], "f32") != 0)
            only = arguments[i];
    }
    if (!mg__isa_available(isa)) {
        fprintf(stderr, "product: this machine has no %s\n", mg__isa_name(isa));
        return 1;
    }
    const double most = peak(isa, dtype);
    printf("%s %s, peak %.1f GFLOP/s\n", mg__isa_name(isa), mg_dtype_name(dtype), most);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if ((only == NULL || strstr(shapes[i].what, only) != NULL) && measure(&shapes[i], isa, dtype, most) != 0) return 1;
    return 0;
}
