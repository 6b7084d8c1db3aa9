/* The f64 convolution kernels of one instruction set. */
#define MG__REAL_BITS 64
#include "backend/cpu/convolution_tile.h"

CONV_KERNELS(mg__conv_f64_);
