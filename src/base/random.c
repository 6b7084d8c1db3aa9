/* Addressed random numbers.
 *
 * How an address becomes Philox's 128-bit counter and 64-bit key:
 *   key      mix(stream ^ mix(seed)): for one seed a bijection of the stream, so two streams never share a key
 *   counter  { block[0:32], row[0:32], step[0:32], block[32:42] | row[32:43] << 10 | step[32:43] << 21 }
 * Within a key no two blocks are alike as long as position < 2^44, row < 2^43 and step < 2^43; beyond that they repeat. */
#include "base/random.h"

#include <math.h>

#define ROUNDS 10
#define TURN   6.283185307179586476925286766559

/* The finaliser of SplitMix64 (Steele, Lea, Flood 2014; Stafford's variant 13): a bijection that mixes well. */
static uint64_t mix(uint64_t x) {
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

void mg__philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < ROUNDS; round++) {
        const uint64_t p0 = (uint64_t)MG__PHILOX_M0 * c0, p1 = (uint64_t)MG__PHILOX_M1 * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        k0 += MG__PHILOX_W0;
        k1 += MG__PHILOX_W1;
    }
    out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

void mg__random_address(const mg__stream *stream, uint64_t row, uint64_t block, uint32_t counter[4], uint32_t key[2]) {
    const uint64_t mixed = mix(stream->stream ^ mix(stream->seed));
    key[0] = (uint32_t)mixed;
    key[1] = (uint32_t)(mixed >> 32);
    counter[0] = (uint32_t)block;
    counter[1] = (uint32_t)row;
    counter[2] = (uint32_t)stream->step;
    counter[3] = ((uint32_t)(block >> 32) & 0x3FF) | ((uint32_t)(row >> 32) & 0x7FF) << 10 | (uint32_t)(stream->step >> 32) << 21;
}

void mg__random_block(const mg__stream *stream, uint64_t row, uint64_t block, uint32_t out[4]) {
    uint32_t counter[4], key[2];
    mg__random_address(stream, row, block, counter, key);
    mg__philox(counter, key, out);
}

uint32_t mg__random_bits(const mg__stream *stream, uint64_t row, uint64_t position) {
    uint32_t words[4];
    mg__random_block(stream, row, position / 4, words);
    return words[position % 4];
}

static double uniform(uint32_t bits) { return (bits >> 8) * 0x1p-24; }

double mg__random_uniform(const mg__stream *stream, uint64_t row, uint64_t position) {
    return uniform(mg__random_bits(stream, row, position));
}

/* The angle is 2 pi u2 = (quarter + rest) pi/2 with |rest| <= 1/2; both are exact, so sine and cosine are zero where they should
 * be. */
void mg__random_normal_pair(const uint32_t words[2], double out[2]) {
    const double radius = sqrt(-2 * log(1 - uniform(words[0])));
    const double turns = uniform(words[1]), quarter = nearbyint(4 * turns), angle = (turns - quarter / 4) * TURN;
    const double c = cos(angle), s = sin(angle);
    switch ((int)quarter & 3) {
    case 0: out[0] = radius * c, out[1] = radius * s; break;
    case 1: out[0] = -radius * s, out[1] = radius * c; break;
    case 2: out[0] = -radius * c, out[1] = -radius * s; break;
    default: out[0] = radius * s, out[1] = -radius * c; break;
    }
}

double mg__random_normal(const mg__stream *stream, uint64_t row, uint64_t position) {
    uint32_t words[4];
    double pair[2];
    mg__random_block(stream, row, position / 4, words);
    mg__random_normal_pair(words + (position & 2), pair);
    return pair[position & 1];
}

/* 64 bits at a time; those above the largest multiple of `below` are drawn again, so that every remainder is equally likely. */
uint64_t mg__random_below(const mg__stream *stream, uint64_t row, uint64_t below) {
    for (uint64_t block = 0;; block++) {
        uint32_t words[4];
        mg__random_block(stream, row, block, words);
        for (int half = 0; half < 4; half += 2) {
            const uint64_t bits = words[half] | (uint64_t)words[half + 1] << 32;
            /* 2^64 mod below are too many, at most below - 1: what is far enough from the end needs no second division */
            if (bits <= UINT64_MAX - below || bits <= UINT64_MAX - (UINT64_MAX % below + 1) % below) return bits % below;
        }
    }
}

void mg__random_permutation(const mg__stream *stream, uint64_t count, int64_t *out) {
    for (uint64_t i = 0; i < count; i++) out[i] = (int64_t)i;
    for (uint64_t i = count; i-- > 1;) {
        const uint64_t j = mg__random_below(stream, i, i + 1);
        const int64_t kept = out[i];
        out[i] = out[j];
        out[j] = kept;
    }
}
