/* Sobol's sequence. */
#ifndef MG_TUNE_SOBOL_H
#define MG_TUNE_SOBOL_H

#include "tune/sampler.h"

typedef struct mg__sobol_row {
    uint16_t polynomial;
    uint16_t first[10];
} mg__sobol_row;

extern const mg__sobol_row mg__sobol_row_of[MG_SPACE_MOST - 1];

enum { MG__SOBOL_BITS = 32 };

/* The direction numbers of a dimension, from 0 to MG_SPACE_MOST - 1. */
void mg__sobol_directions(int dimension, uint32_t direction[MG__SOBOL_BITS]);
/* A coordinate of the index-th point (in the order of Gray's code, which begins at 0), times 2^32. */
uint32_t mg__sobol_coordinate(const uint32_t direction[MG__SOBOL_BITS], uint32_t index);
/* Owen's scrambling: each bit is flipped or not, at random for each sequence of bits before it. A number in (0, 1). */
double mg__sobol_scrambled(uint32_t coordinate, uint64_t seed, int dimension);

#endif
