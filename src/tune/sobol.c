/* Sobol's sequence: any 2^m points from a multiple of 2^m on have one in each of 2^m equal slices of each dimension, and of many
 * boxes of several. Owen's nested scrambling (1995) keeps that, makes each point evenly distributed, and the seed count. */
#include "tune/sobol.h"

#include <math.h>

/* Bratley & Fox 1988: m_k = 2 a_1 m_{k-1} ^ 4 a_2 m_{k-2} ^ ... ^ 2^s m_{k-s} ^ m_{k-s}, with the polynomial
 * x^s + a_1 x^{s-1} + ... + 1; the k-th direction is m_k / 2^k. */
void mg__sobol_directions(int dimension, uint32_t direction[MG__SOBOL_BITS]) {
    uint32_t m[MG__SOBOL_BITS];
    int degree = 0;
    if (dimension > 0) {
        const mg__sobol_row *row = &mg__sobol_row_of[dimension - 1];
        while (row->polynomial >> (degree + 1)) degree++;
        for (int k = 0; k < degree; k++) m[k] = row->first[k];
        for (int k = degree; k < MG__SOBOL_BITS; k++) {
            m[k] = m[k - degree];
            for (int i = 1; i <= degree; i++)
                if (row->polynomial >> (degree - i) & 1) m[k] ^= m[k - i] << i;
        }
    }
    for (int k = 0; k < MG__SOBOL_BITS; k++) direction[k] = (dimension ? m[k] : 1) << (MG__SOBOL_BITS - 1 - k);
}

uint32_t mg__sobol_coordinate(const uint32_t direction[MG__SOBOL_BITS], uint32_t index) {
    uint32_t coordinate = 0;
    for (uint32_t gray = index ^ index >> 1, k = 0; gray; gray >>= 1, k++)
        if (gray & 1) coordinate ^= direction[k];
    return coordinate;
}

double mg__sobol_scrambled(uint32_t coordinate, uint64_t seed, int dimension) {
    const uint64_t key = mg__hash_mix(seed, (uint64_t)dimension);
    uint32_t scrambled = 0;
    for (int bit = 0; bit < MG__SOBOL_BITS; bit++) {
        const uint64_t before = (uint64_t)coordinate >> (MG__SOBOL_BITS - bit) | (uint64_t)1 << bit; /* and how many they are */
        scrambled |= (coordinate ^ (uint32_t)(mg__hash_mix(key, before) >> 32)) & (uint32_t)1 << (MG__SOBOL_BITS - 1 - bit);
    }
    return (scrambled + 0.5) * 0x1p-32;
}

static mg_status suggest(mg_context *context, const mg__known *known, void **memory, double *point) {
    (void)context, (void)memory;
    const uint32_t index = (uint32_t)known->ordinal + ((uint32_t)known->attempt << 20);
    for (int i = 0; i < mg_space_dimensions(known->space); i++) {
        uint32_t direction[MG__SOBOL_BITS];
        point[i] = NAN;
        if (!mg_space_is_there(known->space, point, i)) continue;
        mg__sobol_directions(i, direction);
        const double unit = mg__sobol_scrambled(mg__sobol_coordinate(direction, index), known->seed, i);
        point[i] = mg__value_at(mg_space_dimension(known->space, i), unit);
    }
    return MG_OK;
}

const mg__sampler mg__sampler_sobol = {
    .name = "sobol",
    .doc = "Spread more evenly than at random: Sobol's sequence (Joe & Kuo 2008) with Owen's scrambling (1995).",
    .suggest = suggest,
};
