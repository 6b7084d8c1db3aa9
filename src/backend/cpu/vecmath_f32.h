/* The mathematical functions on vectors of float: exponentials, logarithms, what is made of them, sine and cosine.
 * (Powers: vecmath_pow_f32.h.)
 *
 * Errors are at most 2 ulp (tests/backend/test_tile.c has the measured figure of each). NaN is handed on; infinities and the ends
 * of the range give what C's functions give. Denormal arguments may count as 0 and denormal results may be 0. The polynomials are
 * minimax fits of the relative error (Remez's exchange; scripts/minimax makes them), with their error beside them. */
#ifndef MG_VECMATH_F32_H
#define MG_VECMATH_F32_H

#include "backend/cpu/tile_vector.h"

#include <float.h>

#define LOG2_E       0x1.715476p+0f
#define LN2_HIGH     0x1.63p-1f /* few bits, so that its product with an exponent is exact */
#define LN2_LOW      -0x1.bd0106p-13f
#define ROUNDER      0x1.8p23f /* adding and subtracting it rounds |x| < 2^22 to the nearest whole number */
#define INFINITE     ((float)INFINITY)
#define NOT_A_NUMBER ((float)NAN)

typedef uint32_t uvec __attribute__((vector_size(VECTOR_BYTES)));

/* Horner's rule, highest power first. */
#define POLYNOMIAL(x, ...) \
    polynomial(x, (const float[]){ __VA_ARGS__ }, (int)(sizeof((const float[]){ __VA_ARGS__ }) / sizeof(float)))
INLINE vec polynomial(vec x, const float *coefficient, int terms) {
    vec sum = splat(coefficient[0]);
    for (int i = 1; i < terms; i++) sum = muladd(sum, x, splat(coefficient[i]));
    return sum;
}

/* ---- powers of two ----------------------------------------------------------------------------------------------------- */

/* 2^n, n whole in [-127, 128]; the ends give 0 and infinity. */
INLINE vec two_to(vec n) { return (vec)((to_integer(n) + 127) << 23); }

/* x 2^n, n whole in [-252, 254]. */
#if MG__LEVEL == 2
INLINE vec scale(vec x, vec n) { return _mm512_scalef_ps(x, n); }
#else
INLINE vec scale(vec x, vec n) {
    const ivec whole = to_integer(n), half = whole >> 1;
    return x * (vec)((half + 127) << 23) * (vec)((whole - half + 127) << 23);
}
#endif

/* ---- the exponential --------------------------------------------------------------------------------------------------- */

/* x = n ln 2 + r, |r| <= ln 2 / 2, |x| < 2^15. */
typedef struct reduced {
    vec n, r;
} reduced;
INLINE reduced reduce_exp(vec x) {
    const vec n = muladd(x, splat(LOG2_E), splat(ROUNDER)) - ROUNDER;
    return (reduced){ n, muladd(n, splat(-LN2_LOW), muladd(n, splat(-LN2_HIGH), x)) };
}

/* e^r, |r| <= ln 2 / 2; 2^-28. */
INLINE vec exp_core(vec r) {
    return POLYNOMIAL(r, 0x1.6a231ap-10f, 0x1.123a8ep-7f, 0x1.5558f6p-5f, 0x1.55549p-3f, 0x1.fffffcp-2f, 1, 1);
}

/* The bounds give infinity and 0; in this order a NaN passes. */
INLINE vec clamped(vec x, float low, float high) { return greater(splat(low), lesser(splat(high), x)); }

INLINE vec exp_of(vec x) {
    const reduced e = reduce_exp(clamped(x, -104, 89));
    return scale(exp_core(e.r), e.n);
}

/* The same for |x| < 87, where neither the argument nor the exponent needs care. */
INLINE vec exp_moderate(vec x) {
    const reduced e = reduce_exp(x);
    return (vec)((ivec)exp_core(e.r) + (to_integer(e.n) << 23));
}

/* 2^n e^r - 1 = 2 (2^(n-1) (e^r - 1) + (2^(n-1) - 1/2)); halved, so that n = 128 does not overflow. 2^-31. */
INLINE vec expm1_of(vec x) {
    const reduced e = reduce_exp(clamped(x, -87, 89));
    const vec q = POLYNOMIAL(e.r, 0x1.a2a486p-13f, 0x1.6d8424p-10f, 0x1.11101cp-7f, 0x1.55549ep-5f, 0x1.555556p-3f, 0.5f);
    const vec small = muladd(e.r * e.r, q, e.r), half = two_to(e.n - 1);
    const vec y = 2 * muladd(half, small, half - 0.5f);
    return choose(less(magnitude(x), splat(0x1p-25f)), x, y);
}

/* 1 / (1 + 2^n (1 + w)), 1 + w = e^r: halved like expm1, and added up from the small end; 2^-28. */
INLINE vec sigmoid_of(vec x) {
    const reduced e = reduce_exp(clamped(-x, -87, 88.7f));
    const vec q = POLYNOMIAL(e.r, 0x1.6a231ap-10f, 0x1.123a8ep-7f, 0x1.5558f6p-5f, 0x1.55549p-3f, 0x1.fffffcp-2f);
    const vec w = muladd(e.r * e.r, q, e.r), half = two_to(e.n - 1);
    return choose(less(x, splat(-88.7f)), zero(), 0.5f / (half + muladd(half, w, splat(0.5f))));
}

/* Below 5/8 an odd polynomial (2^-28), above it 1 - 2 / (e^2x + 1). */
INLINE vec tanh_of(vec x) {
    const vec t = magnitude(x), s = t * t;
    const vec p = POLYNOMIAL(s, -0x1.75e1dap-8f, 0x1.52269ep-6f, -0x1.b83c5ap-5f, 0x1.110726p-3f, -0x1.555532p-2f);
    const vec small = muladd(t * s, p, t);
    const vec large = 1 - 2 / (1 + exp_moderate(lesser(splat(20), 2 * t)));
    return with_sign(choose(less(t, splat(0.625f)), small, large), x);
}

/* Below 0.9277 x plus an odd polynomial (2^-31), above it 1 - e^-(x + x q(x)), q of log erfc (2^-28); 1 from 3.95 on. */
INLINE vec erf_of(vec x) {
    const vec t = magnitude(x), u = lesser(splat(3.95f), t), s = t * t;
    const vec p = POLYNOMIAL(s, 0x1.5cd4cp-14f, -0x1.aa3f34p-11f, 0x1.54c7f6p-8f, -0x1.b80e9p-6f, 0x1.ce2e0ap-4f, -0x1.812742p-2f,
                             0x1.06eba8p-3f);
    const vec q = POLYNOMIAL(u, -0x1.c0c238p-13f, 0x1.a563f8p-9f, -0x1.770774p-6f, 0x1.af270ap-4f, 0x1.457cep-1f, 0x1.07328ap-3f);
    const vec small = muladd(t, p, t), large = 1 - exp_moderate(-muladd(u, q, u));
    return with_sign(choose(less(t, splat(0.927734375f)), small, large), x);
}

/* ---- the logarithm ----------------------------------------------------------------------------------------------------- */

/* log(x 2^-k) = log(1 + f) = f - f^2/2 + f^3 p(f), 1 + f in [sqrt 1/2, sqrt 2]; 2^-27. */
INLINE vec log_core(vec f, vec k) {
    const vec s = f * f;
    const vec p = POLYNOMIAL(f, -0x1.38c1a4p-4f, 0x1.056496p-3f, -0x1.0d875ap-3f, 0x1.22d90ap-3f, -0x1.5471f6p-3f, 0x1.99a01p-3f,
                             -0x1.000228p-2f, 0x1.555554p-2f);
    const vec y = muladd(splat(-0.5f), s, muladd(k, splat(LN2_LOW), f * s * p));
    return muladd(k, splat(LN2_HIGH), f + y);
}

/* The exponent k for which x 2^-k lies in [sqrt 1/2, sqrt 2). */
#define SQRT_HALF_BITS 0x3f3504f3u
INLINE ivec exponent_of(vec x) { return (ivec)((uvec)x - SQRT_HALF_BITS) >> 23; }
INLINE vec mantissa_of(vec x, ivec k) { return (vec)((uvec)x - ((uvec)k << 23)); }

INLINE vec log_of(vec x) {
    const ivec k = exponent_of(x);
    vec y = log_core(mantissa_of(x, k) - 1, to_real(k));
    y = choose(less(x, splat(FLT_MIN)), splat(-INFINITE), y);
    y = choose(less(x, zero()), splat(NOT_A_NUMBER), y);
    return choose(less(x, splat(INFINITE)), y, x);
}

/* log(u) with u = 1 + x rounded, and what the rounding lost added to f. */
INLINE vec log1p_of(vec x) {
    const vec u = 1 + x, lost = x - (u - 1);
    const ivec k = exponent_of(u);
    const vec factor = (vec)((128 - k) << 23); /* 2^(1-k), which stays in range: k <= 128 */
    vec y = log_core(muladd(0.5f * lost, factor, mantissa_of(u, k) - 1), to_real(k));
    y = choose(less(magnitude(x), splat(0x1p-25f)), x, y);
    y = choose(equal(u, zero()), splat(-INFINITE), y);
    y = choose(less(u, zero()), splat(NOT_A_NUMBER), y);
    return choose(less(x, splat(INFINITE)), y, x);
}

/* ---- sine and cosine --------------------------------------------------------------------------------------------------- */

typedef double wide __attribute__((vector_size(2 * VECTOR_BYTES)));

/* Bits of n as masks. */
#if MG__LEVEL == 2
INLINE mask has_bit(ivec n, int bit) { return _mm512_test_epi32_mask((__m512i)n, _mm512_set1_epi32(bit)); }
#else
INLINE mask has_bit(ivec n, int bit) { return (n & bit) != 0; }
#endif

/* |r| <= pi/4; 2^-28 and 2^-33. */
INLINE vec sin_core(vec r) {
    const vec s = r * r;
    return muladd(r * s, POLYNOMIAL(s, -0x1.993f6ep-13f, 0x1.11072ep-7f, -0x1.555546p-3f), r);
}
INLINE vec cos_core(vec r) {
    const vec s = r * r;
    const vec p = POLYNOMIAL(s, 0x1.99e78cp-16f, -0x1.6c0c26p-10f, 0x1.55554ap-5f);
    return muladd(s * s, p, muladd(splat(-0.5f), s, splat(1)));
}

/* sin(r + quarters pi/2) */
INLINE vec sin_quarters(vec r, ivec quarters) {
    const vec y = choose(has_bit(quarters, 1), cos_core(r), sin_core(r));
    return (vec)((uvec)y ^ (((uvec)quarters & 2) << 30));
}

/* x = n pi/2 + r in double precision: pi/2 is cut after 33 bits, so that n times its head is exact (Cody and Waite), |x| < 2^20.
 * Beyond that, libm element by element, which reduces with as many digits as it takes. */
#define TRIGONOMETRIC_LIMIT 0x1p20f
#define PI_HALF_HIGH        0x1.921fb544p+0
#define PI_HALF_LOW         0x1.0b4611a626331p-34

INLINE vec sin_shifted(vec x, int shift) {
    const wide wx = __builtin_convertvector(x, wide);
    const wide n = (wx * 0x1.45f306dc9c883p-1 + 0x1.8p52) - 0x1.8p52;
    const vec r = __builtin_convertvector((wx - n * PI_HALF_HIGH) - n * PI_HALF_LOW, vec);
    vec y = sin_quarters(r, to_integer(__builtin_convertvector(n, vec)) + shift);
    if (any(not_less(magnitude(x), splat(TRIGONOMETRIC_LIMIT))))
        for (int lane = 0; lane < LANES; lane++)
            if (!(fabsf(x[lane]) < TRIGONOMETRIC_LIMIT)) y[lane] = (float)(shift ? cos(x[lane]) : sin(x[lane]));
    return y;
}

INLINE vec sin_of(vec x) { return sin_shifted(x, 0); }
INLINE vec cos_of(vec x) { return sin_shifted(x, 1); }

#endif
