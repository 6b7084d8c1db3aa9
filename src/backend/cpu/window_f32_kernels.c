/* The f32 pooling kernels of one instruction set. */
#define MG__REAL_BITS 32
#include "backend/cpu/window_tile.h"

WINDOW_KERNELS(mg__window_f32_);
