/* The mathematical functions on vectors of double: libm, element by element. */
#ifndef MG_VECMATH_F64_H
#define MG_VECMATH_F64_H

#include "backend/cpu/tile_vector.h"

#define FUNCTION(name, expression) \
    INLINE vec name##_of(vec x) {  \
        LANEWISE(x, expression);   \
        return x;                  \
    }
FUNCTION(exp, exp(e))
FUNCTION(expm1, expm1(e))
FUNCTION(log, log(e))
FUNCTION(log1p, log1p(e))
FUNCTION(sin, sin(e))
FUNCTION(cos, cos(e))
FUNCTION(tanh, tanh(e))
FUNCTION(sigmoid, e >= 0 ? 1 / (1 + exp(-e)) : exp(e) / (1 + exp(e)))
FUNCTION(erf, erf(e))
#undef FUNCTION

INLINE vec pow_of(vec x, vec y) {
    for (int lane = 0; lane < LANES; lane++) x[lane] = pow(x[lane], y[lane]);
    return x;
}

#endif
