/* The vector layer of the tile kernels: what they need of an instruction set, for one element type.
 *
 * Before including: MG__REAL is 32 or 64 (the element: float or double), MG__ISA is plain, avx2 or avx512. It gives
 *   real, integer   the element and the signed integer of its width
 *   vec, ivec, mask vectors of LANES elements, and what a comparison of them gives
 * The arithmetic operators work on vec and ivec as they stand (GCC's vector extensions); the functions are the rest. */
#ifndef MG_TILE_VECTOR_H
#define MG_TILE_VECTOR_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MG__PASTE_(a, b) a##b
#define MG__PASTE(a, b)  MG__PASTE_(a, b)

#define MG__LEVEL_plain  0
#define MG__LEVEL_avx2   1
#define MG__LEVEL_avx512 2
#define MG__LEVEL        MG__PASTE(MG__LEVEL_, MG__ISA) /* of enum mg__isa */

#if MG__LEVEL > 0
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))

#if MG__REAL == 32
typedef float real;
typedef int32_t integer;
#define MG__LIBM(name)   MG__PASTE(name, f)
#define MG__SUFFIX(name) MG__PASTE(name, _ps)
#else
typedef double real;
typedef int64_t integer;
#define MG__LIBM(name)   name
#define MG__SUFFIX(name) MG__PASTE(name, _pd)
#endif

#define VECTOR_BYTES (16 << MG__LEVEL)
#define LANES        ((int)(VECTOR_BYTES / sizeof(real)))

typedef real vec __attribute__((vector_size(VECTOR_BYTES)));
typedef integer ivec __attribute__((vector_size(VECTOR_BYTES)));

INLINE vec splat(real x) { return x - (vec){ 0 }; } /* -0 stays */
INLINE vec zero(void) { return (vec){ 0 }; }
INLINE vec one(void) { return splat(1); }

INLINE vec load(const real *from) {
    vec x;
    memcpy(&x, from, sizeof x);
    return x;
}

INLINE void store(real *to, vec x) { memcpy(to, &x, sizeof x); }

/* 0, 1, ... LANES-1 */
INLINE ivec iota(void) {
    ivec x;
    for (int lane = 0; lane < LANES; lane++) x[lane] = lane;
    return x;
}

/* x is whole and fits. */
INLINE ivec to_integer(vec x) { return __builtin_convertvector(x, ivec); }
INLINE vec to_real(ivec x) { return __builtin_convertvector(x, vec); }

/* Applies a function of one element to every lane. */
#define LANEWISE(x, expression)                    \
    do {                                           \
        for (int lane = 0; lane < LANES; lane++) { \
            const real e = (x)[lane];              \
            (x)[lane] = (expression);              \
        }                                          \
    } while (0)

/* ---- comparisons and choice -------------------------------------------------------------------------------------- */

#if MG__LEVEL == 2

#if MG__REAL == 32
typedef __mmask16 mask;
#else
typedef __mmask8 mask;
#endif

INLINE mask equal(vec a, vec b) { return MG__PASTE(MG__SUFFIX(_mm512_cmp), _mask)(a, b, _CMP_EQ_OQ); }
INLINE mask less(vec a, vec b) { return MG__PASTE(MG__SUFFIX(_mm512_cmp), _mask)(a, b, _CMP_LT_OQ); }
INLINE mask less_equal(vec a, vec b) { return MG__PASTE(MG__SUFFIX(_mm512_cmp), _mask)(a, b, _CMP_LE_OQ); }
INLINE mask not_less(vec a, vec b) { return MG__PASTE(MG__SUFFIX(_mm512_cmp), _mask)(a, b, _CMP_NLT_UQ); } /* or NaN */
INLINE mask is_nan(vec a) { return MG__PASTE(MG__SUFFIX(_mm512_cmp), _mask)(a, a, _CMP_UNORD_Q); }
INLINE mask either(mask m, mask n) { return (mask)(m | n); }
INLINE mask both(mask m, mask n) { return (mask)(m & n); }
INLINE int any(mask m) { return m != 0; }
INLINE vec choose(mask m, vec yes, vec no) { return MG__SUFFIX(_mm512_mask_blend)(m, no, yes); }

#else

typedef ivec mask;

INLINE mask equal(vec a, vec b) { return (mask)(a == b); }
INLINE mask less(vec a, vec b) { return (mask)(a < b); }
INLINE mask less_equal(vec a, vec b) { return (mask)(a <= b); }
INLINE mask not_less(vec a, vec b) { return ~(mask)(a < b); } /* or NaN */
INLINE mask is_nan(vec a) { return (mask)(a != a); }
INLINE mask either(mask m, mask n) { return m | n; }
INLINE mask both(mask m, mask n) { return m & n; }
#if MG__LEVEL == 1
INLINE int any(mask m) { return MG__SUFFIX(_mm256_movemask)((vec)m) != 0; }
INLINE vec choose(mask m, vec yes, vec no) { return MG__SUFFIX(_mm256_blendv)(no, yes, (vec)m); }
#else
INLINE int any(mask m) {
    integer found = 0;
    for (int lane = 0; lane < LANES; lane++) found |= m[lane];
    return found != 0;
}
INLINE vec choose(mask m, vec yes, vec no) { return (vec)((m & (ivec)yes) | (~m & (ivec)no)); }
#endif

#endif

/* ---- a vector that is only begun: `count` of its lanes, 0 < count < LANES; the others read as 0 ------------------------ */

#if MG__LEVEL == 2
INLINE mask first_lanes(int64_t count) { return (mask)((1u << count) - 1); }
INLINE vec load_part(const real *from, int64_t count) { return MG__SUFFIX(_mm512_maskz_loadu)(first_lanes(count), from); }
INLINE void store_part(real *to, vec x, int64_t count) { MG__SUFFIX(_mm512_mask_storeu)(to, first_lanes(count), x); }
#else
INLINE mask first_lanes(int64_t count) { return iota() < (integer)count; }
#if MG__LEVEL == 1
INLINE vec load_part(const real *from, int64_t count) { return MG__SUFFIX(_mm256_maskload)(from, (__m256i)first_lanes(count)); }
INLINE void store_part(real *to, vec x, int64_t count) { MG__SUFFIX(_mm256_maskstore)(to, (__m256i)first_lanes(count), x); }
#else
/* At most 3 of 4 lanes; with constant indices they stay in a register. */
INLINE vec load_part(const real *from, int64_t count) {
    vec x = { from[0] };
    if (count > 1) x[1] = from[1];
    if (count > 2) x[2 % LANES] = from[2];
    return x;
}
INLINE void store_part(real *to, vec x, int64_t count) {
    to[0] = x[0];
    if (count > 1) to[1] = x[1];
    if (count > 2) to[2] = x[2 % LANES];
}
#endif
#endif

INLINE vec load_some(const real *from, int64_t count) { return count < LANES ? load_part(from, count) : load(from); }
INLINE void store_some(real *to, vec x, int64_t count) {
    if (count < LANES)
        store_part(to, x, count);
    else
        store(to, x);
}

/* ---- signs -------------------------------------------------------------------------------------------------------- */

#define SIGN_BIT ((integer)((uint64_t)1 << (MG__REAL - 1)))
INLINE vec magnitude(vec x) { return (vec)((ivec)x & ~((ivec){ 0 } + SIGN_BIT)); }
INLINE vec with_sign(vec size, vec sign) { return (vec)((ivec)size | ((ivec)sign & ((ivec){ 0 } + SIGN_BIT))); } /* size >= 0 */

/* ---- arithmetic -------------------------------------------------------------------------------------------------- */

#if MG__LEVEL == 2
INLINE vec muladd(vec a, vec b, vec c) { return MG__SUFFIX(_mm512_fmadd)(a, b, c); }
INLINE vec fused(vec a, vec b, vec c) { return muladd(a, b, c); }
INLINE vec square_root(vec x) { return MG__SUFFIX(_mm512_sqrt)(x); }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion" /* within the compiler's own macros, without optimisation */
INLINE vec round_down(vec x) { return MG__SUFFIX(_mm512_roundscale)(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
INLINE vec round_up(vec x) { return MG__SUFFIX(_mm512_roundscale)(x, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC); }
INLINE vec round_even(vec x) { return MG__SUFFIX(_mm512_roundscale)(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
#pragma GCC diagnostic pop
#elif MG__LEVEL == 1
INLINE vec muladd(vec a, vec b, vec c) { return MG__SUFFIX(_mm256_fmadd)(a, b, c); }
INLINE vec fused(vec a, vec b, vec c) { return muladd(a, b, c); }
INLINE vec square_root(vec x) { return MG__SUFFIX(_mm256_sqrt)(x); }
INLINE vec round_down(vec x) { return MG__SUFFIX(_mm256_floor)(x); }
INLINE vec round_up(vec x) { return MG__SUFFIX(_mm256_ceil)(x); }
INLINE vec round_even(vec x) { return MG__SUFFIX(_mm256_round)(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
#else
/* muladd: a b + c by whatever is fast; fused: rounded once (f32: the product is exact in double). */
INLINE vec muladd(vec a, vec b, vec c) { return a * b + c; }
INLINE vec fused(vec a, vec b, vec c) {
    for (int lane = 0; lane < LANES; lane++)
#if MG__REAL == 32 && !defined(__FP_FAST_FMAF)
        a[lane] = (float)((double)a[lane] * (double)b[lane] + (double)c[lane]);
#else
        a[lane] = MG__LIBM(fma)(a[lane], b[lane], c[lane]);
#endif
    return a;
}
#ifdef __SSE2__
INLINE vec square_root(vec x) { return MG__SUFFIX(_mm_sqrt)(x); }
#else
INLINE vec square_root(vec x) {
    LANEWISE(x, MG__LIBM(sqrt)(e));
    return x;
}
#endif
/* From 2^23 (2^52) on every number is whole; below, adding that rounds. */
INLINE vec round_even(vec x) {
    const vec limit = splat(MG__REAL == 32 ? (real)0x1p23 : (real)0x1p52), size = magnitude(x);
    return choose(less(size, limit), with_sign((size + limit) - limit, x), x);
}
INLINE vec round_down(vec x) {
    const vec y = round_even(x);
    return choose(less(x, y), y - 1, y);
}
INLINE vec round_up(vec x) {
    const vec y = round_even(x);
    return choose(less(y, x), with_sign(magnitude(y + 1), x), y); /* -0 from above -1 */
}
#endif

/* b where either is NaN, as the machines have it. */
#if MG__LEVEL == 2
INLINE vec lesser(vec a, vec b) { return MG__SUFFIX(_mm512_min)(a, b); }
INLINE vec greater(vec a, vec b) { return MG__SUFFIX(_mm512_max)(a, b); }
#elif MG__LEVEL == 1
INLINE vec lesser(vec a, vec b) { return MG__SUFFIX(_mm256_min)(a, b); }
INLINE vec greater(vec a, vec b) { return MG__SUFFIX(_mm256_max)(a, b); }
#else
INLINE vec lesser(vec a, vec b) { return choose(less(a, b), a, b); }
INLINE vec greater(vec a, vec b) { return choose(less(b, a), a, b); }
#endif

/* maximum and minimum of the scalar table: a NaN is handed on. */
INLINE vec maximum_of(vec a, vec b) { return choose(is_nan(a), a, greater(a, b)); }
INLINE vec minimum_of(vec a, vec b) { return choose(is_nan(a), a, lesser(a, b)); }

#endif
