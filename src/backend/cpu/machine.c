#include "backend/cpu/machine.h"

#include "backend/cpu/isa.h"
#include "base/system.h"

#if defined(__x86_64__) && defined(__GNUC__)

enum { CHAINS = 12, ROUNDS = 20000 };

/* Independent chains; written as instructions so that no compiler removes or reorders them. Returns nanoseconds. */
#define PEAK(name, isa, bytes)                                                                                         \
    __attribute__((target(isa), noinline)) static double name(void) {                                                  \
        typedef float vec __attribute__((vector_size(bytes)));                                                         \
        vec x[CHAINS] = { { 0 } }, a = { 0 }, b = { 0 };                                                               \
        int64_t start = mg__clock();                                                                                   \
        for (int r = 0; r < ROUNDS; r++)                                                                               \
            for (int i = 0; i < CHAINS; i++) __asm__ volatile("vfmadd231ps %2, %1, %0" : "+v"(x[i]) : "v"(a), "v"(b)); \
        return 2.0 * CHAINS * (bytes / 4) * ROUNDS / ((double)(mg__clock() - start) * 1e-9);                           \
    }
PEAK(peak_avx512, "avx512f", 64)
PEAK(peak_avx2, "avx2,fma", 32)

double mg__machine_flops(double seconds) {
    double best = 0;
    mg__isa isa = mg__isa_best();
    int64_t begin = mg__clock();
    if (isa == MG__ISA_PLAIN) return 0;
    do {
        double rate = isa == MG__ISA_AVX512 ? peak_avx512() : peak_avx2();
        if (rate > best) best = rate;
    } while ((double)(mg__clock() - begin) * 1e-9 < seconds);
    return best;
}

#else

double mg__machine_flops(double seconds) { return (void)seconds, 0; }

#endif
