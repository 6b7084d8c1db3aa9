/* The f32 product kernels of one instruction set. */
#define MG__REAL_BITS 32
#include "backend/cpu/product_tile.h"

PRODUCT_KERNELS(mg__product_f32_);
