/* One vector of REAL (float or double) of the instruction set that this file is compiled for: the few operations that the
 * product kernels need. The includer defines MG__REAL_BITS (32 or 64) and gets
 *   REAL, LANES, vec; vec_zero, vec_set, vec_load, vec_store; vec_load_first, vec_store_first (only the first `count`
 *   lanes touch memory, the others read as 0); vec_fma, vec_relu; vec_transpose (a square of LANES x LANES). */
#ifndef MG_PRODUCT_VECTOR_H
#define MG_PRODUCT_VECTOR_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__) && defined(__AVX512VL__) || defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))

#if defined(__AVX512F__) && defined(__AVX512VL__)
#define VECTOR_BYTES 64
#elif defined(__AVX2__) && defined(__FMA__)
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif

#if MG__REAL_BITS == 32
typedef float REAL;
typedef int32_t INTEGER;
#else
typedef double REAL;
typedef int64_t INTEGER;
#endif
#define LANES (VECTOR_BYTES * 8 / MG__REAL_BITS)

typedef REAL vec __attribute__((vector_size(VECTOR_BYTES), may_alias));
typedef INTEGER vec_bits __attribute__((vector_size(VECTOR_BYTES), may_alias));
typedef REAL vec_anywhere __attribute__((vector_size(VECTOR_BYTES), aligned(MG__REAL_BITS / 8), may_alias));

INLINE vec vec_zero(void) { return (vec){ 0 }; }

INLINE vec vec_load(const REAL *p) { return *(const vec_anywhere *)p; }

INLINE void vec_store(REAL *p, vec x) { *(vec_anywhere *)p = x; }

/* 0 for x <= 0 (also for -0), x otherwise: NaN is handed on. */
INLINE vec vec_relu(vec x) { return (vec)((vec_bits)x & ~(vec_bits)(x <= vec_zero())); }

#if VECTOR_BYTES == 64
#if MG__REAL_BITS == 32
#define OF(name)     _mm512_##name##_ps
#define FIRST(count) ((__mmask16)((1U << (count)) - 1))
#else
#define OF(name)     _mm512_##name##_pd
#define FIRST(count) ((__mmask8)((1U << (count)) - 1))
#endif

INLINE vec vec_set(REAL x) { return (vec)OF(set1)(x); }

INLINE vec vec_fma(vec a, vec b, vec c) { return (vec)OF(fmadd)(a, b, c); }

INLINE vec vec_load_first(const REAL *p, int count) { return (vec)OF(maskz_loadu)(FIRST(count), p); }

INLINE void vec_store_first(REAL *p, vec x, int count) { OF(mask_storeu)(p, FIRST(count), x); }

#elif VECTOR_BYTES == 32
#if MG__REAL_BITS == 32
#define OF(name)     _mm256_##name##_ps
#define FIRST(count) _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
#else
#define OF(name)     _mm256_##name##_pd
#define FIRST(count) _mm256_cmpgt_epi64(_mm256_set1_epi64x(count), _mm256_setr_epi64x(0, 1, 2, 3))
#endif

INLINE vec vec_set(REAL x) { return (vec)OF(set1)(x); }

INLINE vec vec_fma(vec a, vec b, vec c) { return (vec)OF(fmadd)(a, b, c); }

INLINE vec vec_load_first(const REAL *p, int count) { return count == LANES ? vec_load(p) : (vec)OF(maskload)(p, FIRST(count)); }

INLINE void vec_store_first(REAL *p, vec x, int count) {
    if (count == LANES)
        vec_store(p, x);
    else
        OF(maskstore)(p, FIRST(count), x);
}

#else
INLINE vec vec_set(REAL x) { return x - vec_zero(); }

/* Fused where the machine has the instruction (aarch64 and others); a multiplication and an addition where it has not,
 * because fma() in software takes a hundred times as long. */
INLINE vec vec_fma(vec a, vec b, vec c) {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(__FP_FAST_FMA)
    vec sum;
    for (int i = 0; i < LANES; i++) sum[i] = MG__REAL_BITS == 32 ? fmaf(a[i], b[i], c[i]) : fma(a[i], b[i], c[i]);
    return sum;
#else
    return a * b + c;
#endif
}

INLINE vec vec_load_first(const REAL *p, int count) {
    if (count == LANES) return vec_load(p);
    REAL x[LANES] = { 0 };
    memcpy(x, p, (size_t)count * sizeof *p);
    return vec_load(x);
}

INLINE void vec_store_first(REAL *p, vec x, int count) {
    if (count == LANES)
        vec_store(p, x);
    else
        memcpy(p, &x, (size_t)count * sizeof *p);
}
#endif

/* a0 b0 a1 b1 ... from the low and from the high halves. */
#if LANES == 16
#define INTERLEAVE_LOW  0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define INTERLEAVE_HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif LANES == 8
#define INTERLEAVE_LOW  0, 8, 1, 9, 2, 10, 3, 11
#define INTERLEAVE_HIGH 4, 12, 5, 13, 6, 14, 7, 15
#elif LANES == 4
#define INTERLEAVE_LOW  0, 4, 1, 5
#define INTERLEAVE_HIGH 2, 6, 3, 7
#else
#define INTERLEAVE_LOW  0, 2
#define INTERLEAVE_HIGH 1, 3
#endif
#if defined(__clang__)
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (vec_bits){ __VA_ARGS__ })
#endif

/* row[i][j] <-> row[j][i]. Interleaving row i with row i + LANES/2 turns the 2 log2(LANES) bits of an element's address
 * (row, column) by one; after log2(LANES) turns row and column have changed places. */
INLINE void vec_transpose(vec row[LANES]) {
    for (int turn = 1; turn < LANES; turn *= 2) {
        vec next[LANES];
        for (int i = 0; i < LANES / 2; i++) {
            next[2 * i] = SHUFFLE(row[i], row[i + LANES / 2], INTERLEAVE_LOW);
            next[2 * i + 1] = SHUFFLE(row[i], row[i + LANES / 2], INTERLEAVE_HIGH);
        }
        for (int i = 0; i < LANES; i++) row[i] = next[i];
    }
}

/* The name of a table of kernels: PASTE(mg__product_f32_, MG__ISA). */
#define PASTE_TOKENS(name, isa) name##isa
#define PASTE(name, isa)        PASTE_TOKENS(name, isa)
#if !defined(MG__ISA)
#define MG__ISA plain
#endif

#endif
