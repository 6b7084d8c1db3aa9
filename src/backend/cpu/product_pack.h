/* Rearranging operands into panels: panel[k][width] without gaps, missing columns filled with zeros. */
#ifndef MG_PRODUCT_PACK_H
#define MG_PRODUCT_PACK_H

#include "backend/cpu/product_vector.h"

#include <stdbool.h>

/* panel[k][j] = x[k][j] for j < columns. */
static void pack_rows(REAL *panel, int64_t width, const REAL *x, int64_t x_row, int64_t columns, int64_t k) {
    for (int64_t p = 0; p < k; p++, panel += width, x += x_row) {
        for (int64_t j = 0; j < width; j += LANES) {
            const int64_t left = columns - j;
            vec_store(panel + j, left >= LANES ? vec_load(x + j) : left > 0 ? vec_load_first(x + j, (int)left) : vec_zero());
        }
    }
}

/* One square: panel[0..k)[0..LANES) = x[0..columns)[0..k) transposed. whole: columns and k are LANES. */
INLINE void pack_square(const bool whole, REAL *panel, int64_t width, const REAL *x, int64_t x_row, int64_t columns, int64_t k) {
    vec square[LANES];
    for (int j = 0; j < LANES; j++)
        square[j] = whole ? vec_load(x + j * x_row) : j < columns ? vec_load_first(x + j * x_row, (int)k) : vec_zero();
    vec_transpose(square);
    for (int p = 0; p < LANES; p++)
        if (whole || p < k) vec_store(panel + p * width, square[p]);
}

/* panel[k][j] = x[j][k] for j < columns. */
static void pack_columns(REAL *panel, int64_t width, const REAL *x, int64_t x_row, int64_t columns, int64_t k) {
    for (int64_t j = 0; j < width; j += LANES) {
        const int64_t here = columns - j;
        const REAL *from = x + j * x_row;
        int64_t p = 0;
        if (here >= LANES)
            for (; p + LANES <= k; p += LANES) pack_square(true, panel + p * width + j, width, from + p, x_row, LANES, LANES);
        for (; p < k; p += LANES)
            pack_square(false, panel + p * width + j, width, from + p, x_row, here, k - p < LANES ? k - p : LANES);
    }
}

#endif
