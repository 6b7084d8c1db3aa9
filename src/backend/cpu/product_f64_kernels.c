/* The f64 product kernels of one instruction set. */
#define MG__REAL_BITS 64
#include "backend/cpu/product_tile.h"

PRODUCT_KERNELS(mg__product_f64_);
