/* x^y on vectors of float: sign(x)^y 2^(y log2 |x|), the logarithm and the product in double precision, so that the error stays
 * within 1 ulp over the whole range. The special cases are those of C's pow. */
#ifndef MG_VECMATH_POW_F32_H
#define MG_VECMATH_POW_F32_H

#include "backend/cpu/vecmath_f32.h"

typedef uint64_t uwide __attribute__((vector_size(2 * VECTOR_BYTES)));

/* x becomes its logarithm, 0 < x finite: x = 2^k m, m in [sqrt 1/2, sqrt 2); log2 m = s p(s^2), s = (m - 1) / (m + 1); 2^-45.
 * k, kept biased so that it is not negative, becomes a double by way of the mantissa of 2^52. */
INLINE void log2_wide(wide *x) {
    const wide a = *x;
    const uint64_t bias = 1024, bits_of_two_to_52 = 0x4330000000000000u;
    const uwide biased = ((uwide)a - 0x3fe6a09e667f3bcdu + (bias << 52)) >> 52;
    const wide k = (wide)(biased | bits_of_two_to_52) - (0x1p52 + (double)bias);
    const wide m = (wide)((uwide)a - ((biased - bias) << 52));
    const wide s = (m - 1) / (m + 1), z = s * s;
    wide p = z * 0x1.21b1012afb326p-2 + 0x1.479554b43c2c9p-2;
    p = p * z + 0x1.a61a2ed2a1c31p-2;
    p = p * z + 0x1.2776c29334024p-1;
    p = p * z + 0x1.ec709dc53c6fcp-1;
    p = p * z + 0x1.71547652b8251p+1;
    *x = k + s * p;
}

INLINE vec pow_of(vec x, vec y) {
    const vec a = magnitude(x), one_vector = one();
    wide t = __builtin_convertvector(a, wide);
    log2_wide(&t);
    t *= __builtin_convertvector(y, wide);
    /* 2^t = 2^n e^(f ln 2); far beyond the range n is held at its bounds and f is too */
    const vec n = (clamped(__builtin_convertvector(t, vec), -160, 140) + ROUNDER) - ROUNDER;
    const vec f = clamped(__builtin_convertvector(t - __builtin_convertvector(n, wide), vec), -0.51f, 0.51f);
    vec power = scale(exp_core(f * 0x1.62e430p-1f), n);

    const mask endless = either(equal(a, zero()), equal(a, splat(INFINITE)));
    power = choose(endless, choose(less(y, zero()), 1 / a, a), power);

    /* A negative base: the sign of an odd power, no power where y is not whole. 2^30 stands for all larger y: whole and even. */
    const vec size = lesser(splat(0x1p30f), magnitude(y));
    const ivec nearest = to_integer(size);
    const mask whole = equal(to_real(nearest), size);
    const vec negated = (vec)((uvec)power | ((uvec)x & ((uvec)nearest << 31)));
    const mask below = both(less(x, zero()), less(splat(-INFINITE), x));
    power = choose(whole, negated, choose(below, splat(NOT_A_NUMBER), power));

    power = choose(either(is_nan(x), is_nan(y)), x + y, power);
    const mask unit = both(equal(a, one_vector), equal(magnitude(y), splat(INFINITE)));
    return choose(either(unit, either(equal(x, one_vector), equal(y, zero()))), one_vector, power);
}

#endif
