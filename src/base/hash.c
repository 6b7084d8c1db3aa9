/* Hashes of bytes: the same on every machine, for streams of random numbers are addressed by them. Not for secrets. */
#include "base/base.h"

#include <string.h>

/* The finaliser of SplitMix64 (Steele, Lea, Flood 2014), variant 13 of Stafford: every input bit moves every output bit. */
static uint64_t avalanche(uint64_t x) {
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

/* Not symmetric: mix(a, b) and mix(b, a) differ. */
uint64_t mg__hash_mix(uint64_t a, uint64_t b) {
    return avalanche(a * UINT64_C(0x9E3779B97F4A7C15) + avalanche(b + UINT64_C(0x9E3779B97F4A7C15)));
}

/* Up to eight bytes as a little-endian number. */
static uint64_t load(const unsigned char *bytes, size_t count) {
    uint64_t word = 0;
    for (size_t i = 0; i < count; i++) word |= (uint64_t)bytes[i] << (8 * i);
    return word;
}

uint64_t mg__hash_bytes(uint64_t seed, const void *bytes, size_t count) {
    const unsigned char *at = bytes;
    uint64_t hash = mg__hash_mix(seed, count);
    for (; count >= 8; at += 8, count -= 8) hash = mg__hash_mix(hash, load(at, 8));
    return count ? mg__hash_mix(hash, load(at, count)) : hash;
}

uint64_t mg__hash_text(uint64_t seed, const char *text) { return mg__hash_bytes(seed, text, strlen(text)); }
