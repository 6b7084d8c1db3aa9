/* Kernels over a tile: a block of rows x columns elements held without gaps, at most MG__TILE elements unless one row is longer.
 * One source (tile_kernels.c), compiled for each instruction set and for f32 and f64. Every reduction has 16 lanes joined by a
 * fixed tree, so its bits depend on the shape alone. */
#ifndef MG_TILE_H
#define MG_TILE_H

#include "backend/cpu/isa.h"
#include "base/random.h"
#include "graph/scalar.h"

#include <micrograd/tensor.h>

#define MG__TILE 512

/* out[i] = f(a[i], b[i], c[i]); an operand whose bit (1, 2, 4) is set in the kernel's index is one value for all i.
 * out may be the same array as an operand. */
typedef void mg__tile_kernel(void *out, const void *a, const void *b, const void *c, int64_t count);

typedef struct mg__tile_kernels {
    mg_dtype dtype;
    mg__isa isa;
    mg__tile_kernel *scalar[MG__SCALARS][8]; /* index: bits of the operands that are single values; never all of them */

    /* Row results: out[r] = sum, max or min over x[r][0..columns); argmax: the first of the largest (NaN counts as the largest).
     */
    void (*sum_rows)(void *out, const void *x, int64_t rows, int64_t columns);
    void (*max_rows)(void *out, const void *x, int64_t rows, int64_t columns);
    void (*argmax_rows)(int32_t *out, const void *x, int64_t rows, int64_t columns);
    /* Column results: total[c] += sum over r of x[r][c] (rows added in order). */
    void (*add_columns)(void *total, const void *x, int64_t rows, int64_t columns);

    /* Loads into a tile without gaps. */
    void (*expand_rows)(void *out, const void *x, int64_t stride, int64_t rows, int64_t columns); /* out[r][c] = x[r * stride] */
    void (*expand_columns)(void *out, const void *x, int64_t rows, int64_t columns);              /* out[r][c] = x[c] */
    void (*load_strided)(void *out, const void *x, int64_t row_stride, int64_t column_stride, int64_t rows, int64_t columns);
    void (*store_strided)(void *x, const void *in, int64_t row_stride, int64_t column_stride, int64_t rows, int64_t columns);
    void (*fill)(void *out, double value, int64_t count);
    /* From other dtypes to this one and back (f32, f64, i32; to i32: truncation, NaN and out of range give INT32_MIN). */
    void (*load_as)(void *out, const void *x, mg_dtype from, int64_t count);
    void (*store_as)(void *x, mg_dtype to, const void *in, int64_t count);

    /* out[i] = start + i, exactly converted. */
    void (*count_up)(void *out, int64_t start, int64_t count);
    /* Numbers of base/random.h at (row, position + i): the uniform ones bit-equal to mg__random_uniform, the normal ones to 4 ulp
     * of this dtype. */
    void (*uniform)(void *out, const mg__stream *stream, uint64_t row, uint64_t position, int64_t count);
    void (*normal)(void *out, const mg__stream *stream, uint64_t row, uint64_t position, int64_t count);
} mg__tile_kernels;

/* dtype: MG_F32 or MG_F64. The set must be available. */
const mg__tile_kernels *mg__tile_kernels_for(mg__isa isa, mg_dtype dtype);

#endif
