/* The choice among the compiled tables of tile kernels. */
#include "backend/cpu/tile.h"

extern const mg__tile_kernels mg__tile_kernels_f32_plain, mg__tile_kernels_f64_plain;
#ifdef MG__HAVE_X86_ISAS
extern const mg__tile_kernels mg__tile_kernels_f32_avx2, mg__tile_kernels_f64_avx2;
extern const mg__tile_kernels mg__tile_kernels_f32_avx512, mg__tile_kernels_f64_avx512;
#endif

const mg__tile_kernels *mg__tile_kernels_for(mg__isa isa, mg_dtype dtype) {
    const int wide = dtype == MG_F64;
#ifdef MG__HAVE_X86_ISAS
    if (isa == MG__ISA_AVX512) return wide ? &mg__tile_kernels_f64_avx512 : &mg__tile_kernels_f32_avx512;
    if (isa == MG__ISA_AVX2) return wide ? &mg__tile_kernels_f64_avx2 : &mg__tile_kernels_f32_avx2;
#else
    (void)isa;
#endif
    return wide ? &mg__tile_kernels_f64_plain : &mg__tile_kernels_f32_plain;
}
