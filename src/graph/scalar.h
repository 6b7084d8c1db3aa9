/* The scalar instructions: what an elementwise op does to one element. One row each: name, arity, and the f64 function that
 * the reference interpreter runs. The loop IR (plan/loop.h) names them, the cpu backend has a tile kernel for each
 * (backend/cpu/tile.h); a row added here without one does not compile there.
 *
 * Conventions: comparisons give 1 or 0. NaN: relu, maximum and minimum hand it on; comparisons with NaN give 0.
 * sign(0) = 0 and sign(NaN) = NaN; round is half to even; where(c, a, b) = a if c != 0 (a NaN counts as not 0), else b. */
#ifndef MG_SCALAR_H
#define MG_SCALAR_H

#include <math.h>

#define MG__SCALAR_TABLE(X)                                           \
    X(copy, 1, a)                                                     \
    X(neg, 1, -a)                                                     \
    X(abs, 1, fabs(a))                                                \
    X(sign, 1, a > 0 ? 1.0 : a < 0 ? -1.0 : a == 0 ? 0.0 : a)         \
    X(square, 1, a *a)                                                \
    X(reciprocal, 1, 1 / a)                                           \
    X(sqrt, 1, sqrt(a))                                               \
    X(exp, 1, exp(a))                                                 \
    X(expm1, 1, expm1(a))                                             \
    X(log, 1, log(a))                                                 \
    X(log1p, 1, log1p(a))                                             \
    X(sin, 1, sin(a))                                                 \
    X(cos, 1, cos(a))                                                 \
    X(tanh, 1, tanh(a))                                               \
    X(sigmoid, 1, a >= 0 ? 1 / (1 + exp(-a)) : exp(a) / (1 + exp(a))) \
    X(erf, 1, erf(a))                                                 \
    X(floor, 1, floor(a))                                             \
    X(ceil, 1, ceil(a))                                               \
    X(round, 1, nearbyint(a))                                         \
    X(relu, 1, a <= 0 ? 0.0 : a)                                      \
    X(is_finite, 1, a - a == 0 ? 1.0 : 0.0)                           \
    X(add, 2, a + b)                                                  \
    X(sub, 2, a - b)                                                  \
    X(mul, 2, a *b)                                                   \
    X(div, 2, a / b)                                                  \
    X(pow, 2, pow(a, b))                                              \
    X(maximum, 2, a > b || a != a ? a : b)                            \
    X(minimum, 2, a < b || a != a ? a : b)                            \
    X(equal, 2, a == b ? 1.0 : 0.0)                                   \
    X(less, 2, a < b ? 1.0 : 0.0)                                     \
    X(less_equal, 2, a <= b ? 1.0 : 0.0)                              \
    X(where, 3, a != 0 ? b : c)                                       \
    X(fma, 3, fma(a, b, c))                                           \
    X(fnma, 3, fma(-a, b, c))

typedef enum mg__scalar_id {
#define MG__SCALAR_ENUM(name, arity, expression) MG__SCALAR_##name,
    MG__SCALAR_TABLE(MG__SCALAR_ENUM)
#undef MG__SCALAR_ENUM
        MG__SCALARS
} mg__scalar_id;

typedef struct mg__scalar {
    const char *name;
    int arity;
    double (*function)(double a, double b, double c); /* arguments beyond the arity are ignored */
} mg__scalar;

extern const mg__scalar mg__scalars[MG__SCALARS];

#endif
