/* What each scalar instruction does to a vector. */
#ifndef MG_TILE_INSTRUCTION_H
#define MG_TILE_INSTRUCTION_H

#include "backend/cpu/tile_vector.h"

/* One function a row of MG__SCALAR_TABLE: do_<name>(a, b, c); a row without one does not compile. */
#define INSTRUCTION(name, expression)           \
    INLINE vec do_##name(vec a, vec b, vec c) { \
        (void)a, (void)b, (void)c;              \
        return expression;                      \
    }

INLINE vec truth(mask m) { return choose(m, one(), zero()); }

INLINE vec sign_of(vec x) {
    const vec sign = choose(equal(x, zero()), zero(), with_sign(one(), x));
    return choose(is_nan(x), x, sign);
}

INSTRUCTION(copy, a)
INSTRUCTION(neg, -a)
INSTRUCTION(abs, magnitude(a))
INSTRUCTION(sign, sign_of(a))
INSTRUCTION(square, a *a)
INSTRUCTION(reciprocal, one() / a)
INSTRUCTION(sqrt, square_root(a))
INSTRUCTION(exp, exp_of(a))
INSTRUCTION(expm1, expm1_of(a))
INSTRUCTION(log, log_of(a))
INSTRUCTION(log1p, log1p_of(a))
INSTRUCTION(sin, sin_of(a))
INSTRUCTION(cos, cos_of(a))
INSTRUCTION(tanh, tanh_of(a))
INSTRUCTION(sigmoid, sigmoid_of(a))
INSTRUCTION(erf, erf_of(a))
INSTRUCTION(floor, round_down(a))
INSTRUCTION(ceil, round_up(a))
INSTRUCTION(round, round_even(a))
INSTRUCTION(relu, choose(less_equal(a, zero()), zero(), a))
INSTRUCTION(is_finite, truth(equal(a - a, zero())))
INSTRUCTION(add, a + b)
INSTRUCTION(sub, a - b)
INSTRUCTION(mul, a *b)
INSTRUCTION(div, a / b)
INSTRUCTION(pow, pow_of(a, b))
INSTRUCTION(maximum, maximum_of(a, b))
INSTRUCTION(minimum, minimum_of(a, b))
INSTRUCTION(equal, truth(equal(a, b)))
INSTRUCTION(less, truth(less(a, b)))
INSTRUCTION(less_equal, truth(less_equal(a, b)))
INSTRUCTION(where, choose(equal(a, zero()), c, b))
INSTRUCTION(fma, fused(a, b, c))
INSTRUCTION(fnma, fused(-a, b, c))

#endif
