/* The mathematical functions on vectors of float. */
#ifndef MG_VECMATH_F32_H
#define MG_VECMATH_F32_H

#include "backend/cpu/tile_vector.h"

#define FUNCTION(name, expression)                                                                                     \
    INLINE vec name##_of(vec x) {                                                                                      \
        LANEWISE(x, expression);                                                                                       \
        return x;                                                                                                      \
    }
FUNCTION(exp, (float)exp((double)e))
FUNCTION(expm1, (float)expm1((double)e))
FUNCTION(log, (float)log((double)e))
FUNCTION(log1p, (float)log1p((double)e))
FUNCTION(sin, (float)sin((double)e))
FUNCTION(cos, (float)cos((double)e))
FUNCTION(tanh, (float)tanh((double)e))
FUNCTION(sigmoid, (float)(1 / (1 + exp(-(double)e))))
FUNCTION(erf, (float)erf((double)e))
#undef FUNCTION

INLINE vec pow_of(vec x, vec y) {
    for (int lane = 0; lane < LANES; lane++) x[lane] = (float)pow((double)x[lane], (double)y[lane]);
    return x;
}

#endif
