#include "backend/cpu/isa.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[MG__ISAS] = { "plain", "avx2", "avx512" };

int mg__isa_available(mg__isa isa) {
    switch (isa) {
    case MG__ISA_PLAIN: return 1;
#if defined(MG__HAVE_X86_ISAS)
    case MG__ISA_AVX2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case MG__ISA_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
#endif
    default: return 0;
    }
}

mg__isa mg__isa_best(void) {
    const char *wanted = getenv("MICROGRAD_ISA");
    int isa = MG__ISAS - 1;
    for (int i = 0; wanted != NULL && i < MG__ISAS; i++)
        if (strcmp(wanted, names[i]) == 0) isa = i;
    while (!mg__isa_available((mg__isa)isa)) isa--; /* plain always is */
    return (mg__isa)isa;
}

const char *mg__isa_name(mg__isa isa) { return (unsigned)isa < MG__ISAS ? names[isa] : "unknown"; }
