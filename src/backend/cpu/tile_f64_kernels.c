/* The tile kernels for f64; compiled once for each instruction set (MG__ISA). */
#define MG__REAL 64

#include "backend/cpu/vecmath_f64.h"

#include "backend/cpu/tile_kernels.h"
