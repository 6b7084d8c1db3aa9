/* The tile kernels for f32; compiled once for each instruction set (MG__ISA). */
#define MG__REAL 32

#include "backend/cpu/vecmath_pow_f32.h"

#include "backend/cpu/tile_kernels.h"
