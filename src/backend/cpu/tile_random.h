/* Random numbers into a tile. */
#ifndef MG_TILE_RANDOM_H
#define MG_TILE_RANDOM_H

#include "backend/cpu/tile_vector.h"
#include "base/random.h"

static void uniform(void *out, const mg__stream *stream, uint64_t row, uint64_t position, int64_t count) {
    for (int64_t i = 0; i < count; i++) ((real *)out)[i] = (real)mg__random_uniform(stream, row, position + (uint64_t)i);
}

static void normal(void *out, const mg__stream *stream, uint64_t row, uint64_t position, int64_t count) {
    for (int64_t i = 0; i < count; i++) ((real *)out)[i] = (real)mg__random_normal(stream, row, position + (uint64_t)i);
}

#endif
