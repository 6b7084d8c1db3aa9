/* The instruction sets that the cpu backend is compiled for, chosen at run time. */
#ifndef MG_ISA_H
#define MG_ISA_H

typedef enum mg__isa { MG__ISA_PLAIN, MG__ISA_AVX2, MG__ISA_AVX512, MG__ISAS } mg__isa;

/* The best set that this machine has and this build contains; the environment variable MICROGRAD_ISA (plain, avx2, avx512)
 * forces a lesser one. */
mg__isa mg__isa_best(void);
int mg__isa_available(mg__isa isa);
const char *mg__isa_name(mg__isa isa); /* "plain", "avx2", "avx512" */

#endif
