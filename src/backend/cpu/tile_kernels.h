/* The table of tile kernels of one element type and one instruction set: mg__tile_kernels_<f32|f64>_<plain|avx2|avx512>. */
#ifndef MG_TILE_KERNELS_H
#define MG_TILE_KERNELS_H

#include "backend/cpu/tile.h"
#include "backend/cpu/tile_vector.h"

#include "backend/cpu/tile_move.h"
#include "backend/cpu/tile_random.h"
#include "backend/cpu/tile_reduce.h"
#include "backend/cpu/tile_scalar.h"

_Static_assert(MG__LEVEL_plain == MG__ISA_PLAIN && MG__LEVEL_avx2 == MG__ISA_AVX2 && MG__LEVEL_avx512 == MG__ISA_AVX512,
               "the levels are those of the enum");

#define TABLE MG__PASTE(MG__PASTE(MG__PASTE(mg__tile_kernels_f, MG__REAL), _), MG__ISA)

extern const mg__tile_kernels TABLE;
const mg__tile_kernels TABLE = {
    .dtype = MG__REAL == 32 ? MG_F32 : MG_F64,
    .isa = (mg__isa)MG__LEVEL,
    .scalar = SCALAR_KERNELS,
    .sum_rows = sum_rows,
    .max_rows = max_rows,
    .argmax_rows = argmax_rows,
    .add_columns = add_columns,
    .expand_rows = expand_rows,
    .expand_columns = expand_columns,
    .load_strided = load_strided,
    .store_strided = store_strided,
    .fill = fill,
    .load_as = load_as,
    .store_as = store_as,
    .count_up = count_up,
    .uniform = uniform,
    .normal = normal,
};

#endif
