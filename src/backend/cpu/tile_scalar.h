/* A kernel for each scalar instruction and each choice of operands that are single values, all derived from the table of
 * graph/scalar.h; what is written here is what an instruction does to a vector. */
#ifndef MG_TILE_SCALAR_H
#define MG_TILE_SCALAR_H

#include "backend/cpu/tile.h"
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

/* An operand is absent, a single value, or an array. */
INLINE vec first_of(const void *operand, int present, int single) {
    return present && single ? splat(*(const real *)operand) : zero();
}
INLINE vec next_of(const void *operand, int present, int single, vec value, int64_t at, int64_t count) {
    return present && !single ? load_some((const real *)operand + at, count) : value;
}

/* The last, shorter vector goes through the same instructions, so an element's bits do not depend on its place. */
#define KERNEL(name, arity, singles)                                                                      \
    static void name##_##singles(void *out, const void *a, const void *b, const void *c, int64_t count) { \
        const vec va = first_of(a, arity > 0, singles & 1);                                               \
        const vec vb = first_of(b, arity > 1, singles & 2);                                               \
        const vec vc = first_of(c, arity > 2, singles & 4);                                               \
        int64_t i = 0;                                                                                    \
        for (; i + LANES <= count; i += LANES) STEP(name, arity, singles, LANES)                          \
        if (i < count) STEP(name, arity, singles, count - i)                                              \
    }
#define STEP(name, arity, singles, n)                                                                                \
    store_some((real *)out + i,                                                                                      \
               do_##name(next_of(a, arity > 0, singles & 1, va, i, n), next_of(b, arity > 1, singles & 2, vb, i, n), \
                         next_of(c, arity > 2, singles & 4, vc, i, n)),                                              \
               n);

#define KERNELS_1(name) KERNEL(name, 1, 0)
#define KERNELS_2(name) KERNEL(name, 2, 0) KERNEL(name, 2, 1) KERNEL(name, 2, 2)
#define KERNELS_3(name) \
    KERNEL(name, 3, 0)  \
    KERNEL(name, 3, 1) KERNEL(name, 3, 2) KERNEL(name, 3, 3) KERNEL(name, 3, 4) KERNEL(name, 3, 5) KERNEL(name, 3, 6)
#define KERNELS(name, arity, expression) KERNELS_##arity(name)
MG__SCALAR_TABLE(KERNELS)

#define ENTRIES_1(name) \
    { name##_0 }
#define ENTRIES_2(name) \
    { name##_0, name##_1, name##_2 }
#define ENTRIES_3(name) \
    { name##_0, name##_1, name##_2, name##_3, name##_4, name##_5, name##_6 }
#define ENTRIES(name, arity, expression) ENTRIES_##arity(name),
#define SCALAR_KERNELS \
    { MG__SCALAR_TABLE(ENTRIES) }

#endif
