/* Reductions over rows and columns of a tile. Element i of a row goes to lane i mod 16; the lanes are joined in pairs 8 apart,
 * then 4, 2 and 1, whatever the width of the machine's vectors. */
#ifndef MG_TILE_REDUCE_H
#define MG_TILE_REDUCE_H

#include "backend/cpu/tile_vector.h"

#define TREE  16
#define PARTS (TREE / LANES) /* vectors that make up the 16 lanes */

/* Lanes at and beyond the row's end hold `filler`. */
INLINE vec load_row(const real *row, int64_t left, vec filler) {
    if (left >= LANES) return load(row);
    return left > 0 ? choose(first_lanes(left), load_part(row, left), filler) : filler;
}

/* Lane l of the result is lane l + by of x; the compilers make one shuffle of it. */
INLINE vec rotated(vec x, int by) {
#ifdef __clang__
    vec y = x;
    for (int lane = 0; lane < LANES; lane++) y[lane] = x[(lane + by) % LANES];
    return y;
#else
    return __builtin_shuffle(x, (iota() + by) & (LANES - 1));
#endif
}

#define REDUCE_ROWS(name, start, join)                                                                               \
    static void name(void *out, const void *x, int64_t rows, int64_t columns) {                                      \
        for (int64_t r = 0; r < rows; r++) {                                                                         \
            const real *row = (const real *)x + r * columns;                                                         \
            vec parts[PARTS];                                                                                        \
            int64_t i = 0;                                                                                           \
            for (int p = 0; p < PARTS; p++) parts[p] = splat(start);                                                 \
            for (; i + TREE <= columns; i += TREE)                                                                   \
                for (int p = 0; p < PARTS; p++) parts[p] = join(parts[p], load(row + i + p * LANES));                \
            if (i < columns)                                                                                         \
                for (int p = 0; p < PARTS; p++)                                                                      \
                    parts[p] = join(parts[p], load_row(row + i + p * LANES, columns - i - p * LANES, splat(start))); \
            for (int half = PARTS / 2; half > 0; half /= 2)                                                          \
                for (int p = 0; p < half; p++) parts[p] = join(parts[p], parts[p + half]);                           \
            for (int half = LANES / 2; half > 0; half /= 2) parts[0] = join(parts[0], rotated(parts[0], half));      \
            ((real *)out)[r] = parts[0][0];                                                                          \
        }                                                                                                            \
    }

INLINE vec sum_of(vec a, vec b) { return a + b; }
REDUCE_ROWS(sum_rows, 0, sum_of)
REDUCE_ROWS(max_rows, (real)-INFINITY, maximum_of)

/* The first of the largest; a NaN is larger than all that are none. */
static void argmax_rows(int32_t *out, const void *x, int64_t rows, int64_t columns) {
    for (int64_t r = 0; r < rows; r++) {
        const real *row = (const real *)x + r * columns;
        int64_t best = 0;
        for (int64_t i = 1; i < columns && row[best] == row[best]; i++)
            if (!(row[i] <= row[best])) best = i;
        out[r] = (int32_t)best;
    }
}

/* Four vectors of columns at a time stay in registers while the rows go by. */
#define STRIP (4 * LANES)

static void add_columns(void *total, const void *x, int64_t rows, int64_t columns) {
    real *to = total;
    int64_t i = 0;
    for (; i + STRIP <= columns; i += STRIP) {
        const real *from = (const real *)x + i;
        vec sums[4];
        for (int p = 0; p < 4; p++) sums[p] = load(to + i + p * LANES);
        for (int64_t r = 0; r < rows; r++, from += columns)
            for (int p = 0; p < 4; p++) sums[p] += load(from + p * LANES);
        for (int p = 0; p < 4; p++) store(to + i + p * LANES, sums[p]);
    }
    for (; i < columns; i += LANES) {
        const real *from = (const real *)x + i;
        const int64_t count = columns - i;
        vec sum = load_some(to + i, count);
        if (count >= LANES)
            for (int64_t r = 0; r < rows; r++, from += columns) sum += load(from);
        else
            for (int64_t r = 0; r < rows; r++, from += columns) sum += load_part(from, count);
        store_some(to + i, sum, count);
    }
}

#endif
