/* Random numbers into a tile. Philox works on as many blocks at a time as a vector has 32-bit lanes: lane l holds block first +
 * l, whose four words belong to positions 4 (first + l) + 0..3. */
#ifndef MG_TILE_RANDOM_H
#define MG_TILE_RANDOM_H

#include "backend/cpu/tile_vector.h"
#include "base/random.h"

#define BLOCKS (VECTOR_BYTES / 4)
#define GROUP  (4 * BLOCKS) /* numbers */
#define ROUNDS 10

typedef uint32_t words __attribute__((vector_size(VECTOR_BYTES)));
typedef uint64_t products __attribute__((vector_size(VECTOR_BYTES)));

/* The 64-bit products of the even lanes. */
INLINE products multiply_even(words x, uint32_t by) {
#if MG__LEVEL == 2
    return (products)_mm512_mul_epu32((__m512i)x, _mm512_set1_epi32((int)by));
#elif MG__LEVEL == 1
    return (products)_mm256_mul_epu32((__m256i)x, _mm256_set1_epi32((int)by));
#elif defined(__SSE2__)
    return (products)_mm_mul_epu32((__m128i)x, _mm_set1_epi32((int)by));
#else
    return ((products)x & 0xFFFFFFFFu) * by; /* little endian */
#endif
}

INLINE void multiply(words x, uint32_t by, words *high, words *low) {
    const products even = multiply_even(x, by), odd = multiply_even((words)((products)x >> 32), by);
    *low = (words)((even & 0xFFFFFFFFu) | odd << 32);
    *high = (words)(even >> 32 | (odd & 0xFFFFFFFF00000000u));
}

/* mg__random_block for blocks first .. first + BLOCKS - 1; word j of block first + l is out[j][l]. */
INLINE void draw(const mg__stream *stream, uint64_t row, uint64_t first, words out[4]) {
    uint32_t counter[4], key[2];
    mg__random_address(stream, row, first, counter, key);
    words c0 = (words){ 0 } + counter[0], c1 = (words){ 0 } + counter[1], c2 = (words){ 0 } + counter[2],
          c3 = (words){ 0 } + counter[3];
    for (int lane = 0; lane < BLOCKS; lane++) c0[lane] += (uint32_t)lane;
    if (counter[0] > UINT32_MAX - BLOCKS) /* a carry into the high bits of the block, once in 2^32 */
        for (int lane = 0; lane < BLOCKS; lane++) {
            uint32_t other_key[2];
            mg__random_address(stream, row, first + (uint64_t)lane, counter, other_key);
            c3[lane] = counter[3];
        }
    for (int round = 0; round < ROUNDS; round++) {
        words high0, low0, high1, low1;
        multiply(c0, MG__PHILOX_M0, &high0, &low0);
        multiply(c2, MG__PHILOX_M1, &high1, &low1);
        c0 = high1 ^ c1 ^ key[0];
        c2 = high0 ^ c3 ^ key[1];
        c1 = low1;
        c3 = low0;
        key[0] += MG__PHILOX_W0;
        key[1] += MG__PHILOX_W1;
    }
    out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

/* Fills out from groups of GROUP numbers, each made whole by make(words, numbers), so a number's bits do not depend on the range
 * that was asked for. */
#define FILL_GROUPS(make)                                                               \
    real *to = out, numbers[GROUP];                                                     \
    uint64_t block = position / 4;                                                      \
    int64_t skip = (int64_t)(position % 4);                                             \
    for (int64_t done = 0; done < count; block += BLOCKS, skip = 0) {                   \
        const int64_t made = GROUP - skip < count - done ? GROUP - skip : count - done; \
        words drawn[4];                                                                 \
        draw(stream, row, block, drawn);                                                \
        make(drawn, numbers);                                                           \
        memcpy(to + done, numbers + skip, (size_t)made * sizeof(real));                 \
        done += made;                                                                   \
    }

INLINE void make_uniform(const words drawn[4], real numbers[GROUP]) {
    for (int block = 0; block < BLOCKS; block++)
        for (int j = 0; j < 4; j++) numbers[4 * block + j] = (real)(int32_t)(drawn[j][block] >> 8) * (real)0x1p-24;
}

/* Box and Muller as in base/random.c. */
#if MG__REAL == 32

INLINE vec uniform_of(words w) { return to_real((ivec)(w >> 8)) * 0x1p-24f; }

INLINE void normal_pair(words w0, words w1, vec *even, vec *odd) {
    const vec rest = 1 - uniform_of(w0); /* exact, in [2^-24, 1] */
    const ivec k = exponent_of(rest);
    const vec radius = square_root(-2 * log_core(mantissa_of(rest, k) - 1, to_real(k)));
    const vec quarters = 4 * uniform_of(w1), n = (quarters + ROUNDER) - ROUNDER, r = quarters - n; /* exact */
    const vec angle = muladd(r, splat(0x1.921fb6p+0f), r * -0x1.777a5cp-25f);                      /* pi/2 in two parts */
    *even = radius * sin_quarters(angle, to_integer(n) + 1);
    *odd = radius * sin_quarters(angle, to_integer(n));
}

INLINE void make_normal(const words drawn[4], real numbers[GROUP]) {
    vec z[4];
    normal_pair(drawn[0], drawn[1], &z[0], &z[1]);
    normal_pair(drawn[2], drawn[3], &z[2], &z[3]);
    for (int block = 0; block < BLOCKS; block++)
        for (int j = 0; j < 4; j++) numbers[4 * block + j] = z[j][block];
}

#else

INLINE void make_normal(const words drawn[4], real numbers[GROUP]) {
    for (int block = 0; block < BLOCKS; block++)
        for (int j = 0; j < 4; j += 2)
            mg__random_normal_pair((uint32_t[]){ drawn[j][block], drawn[j + 1][block] }, numbers + 4 * block + j);
}

#endif

static void uniform(void *out, const mg__stream *stream, uint64_t row, uint64_t position, int64_t count) {
    FILL_GROUPS(make_uniform)
}

static void normal(void *out, const mg__stream *stream, uint64_t row, uint64_t position, int64_t count) {
    FILL_GROUPS(make_normal)
}

#endif
