/* Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 * A number is addressed, never drawn in turn: by (seed, stream, step, row, position). */
#ifndef MG_RANDOM_H
#define MG_RANDOM_H

#include <stdint.h>

/* The ten-round block function: four words from a counter and a key. */
void mg__philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

typedef struct mg__stream {
    uint64_t seed;   /* of the run */
    uint64_t stream; /* hash of scope path, purpose and ordinal; initialisers: of the parameter's name */
    uint64_t step;
} mg__stream;

/* 24 bits of resolution in every dtype, so that f32 and f64 runs draw the same numbers. */
double mg__random_uniform(const mg__stream *stream, uint64_t row, uint64_t position); /* [0, 1) */
double mg__random_normal(const mg__stream *stream, uint64_t row, uint64_t position);  /* mean 0, deviation 1 (Box-Muller) */
uint32_t mg__random_bits(const mg__stream *stream, uint64_t row, uint64_t position);

/* An unbiased integer in [0, below), below >= 1, at (row, 0...). */
uint64_t mg__random_below(const mg__stream *stream, uint64_t row, uint64_t below);

/* Fisher-Yates over 0..count-1, a pure function of the stream. */
void mg__random_permutation(const mg__stream *stream, uint64_t count, int64_t *out);

/* For kernels that draw many at once.
 * The four words from which positions 4b..4b+3 of a row are made; */
void mg__random_block(const mg__stream *stream, uint64_t row, uint64_t block, uint32_t out[4]);
/* their counter and key: counter[0] holds the low 32 bits of the block, counter[3] the rest in its low ten bits; */
void mg__random_address(const mg__stream *stream, uint64_t row, uint64_t block, uint32_t counter[4], uint32_t key[2]);
/* the normal numbers of an even position and the odd one after it, from their two words; */
void mg__random_normal_pair(const uint32_t words[2], double out[2]);
/* the multipliers and the key increments of a round. */
#define MG__PHILOX_M0 0xD2511F53u
#define MG__PHILOX_M1 0xCD9E8D57u
#define MG__PHILOX_W0 0x9E3779B9u
#define MG__PHILOX_W1 0xBB67AE85u

#endif
