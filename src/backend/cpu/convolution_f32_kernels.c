/* The f32 convolution kernels of one instruction set. */
#define MG__REAL_BITS 32
#include "backend/cpu/convolution_tile.h"

CONV_KERNELS(mg__conv_f32_);
