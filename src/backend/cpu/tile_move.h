/* Loads into and stores from a tile: broadcasting, strides, other dtypes. */
#ifndef MG_TILE_MOVE_H
#define MG_TILE_MOVE_H

#include "backend/cpu/tile_vector.h"

#include <micrograd/tensor.h>

static void fill_real(real *out, real value, int64_t count) {
    const vec v = splat(value);
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES) store(out + i, v);
    if (i < count) store_part(out + i, v, count - i);
}

static void fill(void *out, double value, int64_t count) { fill_real(out, (real)value, count); }

/* A row shorter than a vector is written with a whole one where the rows after it, written later, leave room for that. */
static void expand_rows(void *out, const void *x, int64_t stride, int64_t rows, int64_t columns) {
    const real *from = x;
    real *to = out, *end = to + rows * columns;
    for (int64_t r = 0; r < rows; r++, to += columns) {
        if (columns <= LANES && end - to >= LANES)
            store(to, splat(from[r * stride]));
        else
            fill_real(to, from[r * stride], columns);
    }
}

/* The rows already written are copied in one go, twice as many each time. */
static void expand_columns(void *out, const void *x, int64_t rows, int64_t columns) {
    const size_t row = (size_t)columns * sizeof(real), total = (size_t)rows * row;
    if (total == 0) return;
    memcpy(out, x, row);
    for (size_t done = row; done < total;) {
        const size_t more = done < total - done ? done : total - done;
        memcpy((char *)out + done, out, more);
        done += more;
    }
}

static void load_strided(void *out, const void *x, int64_t row_stride, int64_t column_stride, int64_t rows, int64_t columns) {
    const real *from = x;
    real *to = out;
    if (column_stride == 0) {
        expand_rows(out, x, row_stride, rows, columns);
    } else if (column_stride == 1 && row_stride == 0) {
        expand_columns(out, x, rows, columns);
    } else if (column_stride == 1 && row_stride == columns) {
        if (rows > 0 && columns > 0) memcpy(to, from, (size_t)(rows * columns) * sizeof(real));
    } else if (column_stride == 1) {
        for (int64_t r = 0; r < rows && columns > 0; r++)
            memcpy(to + r * columns, from + r * row_stride, (size_t)columns * sizeof(real));
    } else if (row_stride == 1) {
        for (int64_t c = 0; c < columns; c++)
            for (int64_t r = 0; r < rows; r++) to[r * columns + c] = from[r + c * column_stride];
    } else {
        for (int64_t r = 0; r < rows; r++)
            for (int64_t c = 0; c < columns; c++) to[r * columns + c] = from[r * row_stride + c * column_stride];
    }
}

static void store_strided(void *x, const void *in, int64_t row_stride, int64_t column_stride, int64_t rows, int64_t columns) {
    const real *from = in;
    real *to = x;
    if (column_stride == 1 && row_stride == columns) {
        if (rows > 0 && columns > 0) memcpy(to, from, (size_t)(rows * columns) * sizeof(real));
    } else if (column_stride == 1) {
        for (int64_t r = 0; r < rows && columns > 0; r++)
            memcpy(to + r * row_stride, from + r * columns, (size_t)columns * sizeof(real));
    } else if (row_stride == 1) {
        for (int64_t c = 0; c < columns; c++)
            for (int64_t r = 0; r < rows; r++) to[r + c * column_stride] = from[r * columns + c];
    } else {
        for (int64_t r = 0; r < rows; r++)
            for (int64_t c = 0; c < columns; c++) to[r * row_stride + c * column_stride] = from[r * columns + c];
    }
}

/* restrict: the loops are the compiler's to vectorise. */
#define CONVERT(name, to_type, from_type, expression)                                       \
    static void name(to_type *restrict to, const from_type *restrict from, int64_t count) { \
        for (int64_t i = 0; i < count; i++) {                                               \
            const from_type e = from[i];                                                    \
            to[i] = (expression);                                                           \
        }                                                                                   \
    }
CONVERT(from_f32, real, float, (real)e)
CONVERT(from_f64, real, double, (real)e)
CONVERT(from_i32, real, int32_t, (real)e)
CONVERT(to_f32, float, real, (float)e)
CONVERT(to_f64, double, real, (double)e)
/* The choice comes before the conversion, which is undefined out of range. */
CONVERT(to_i32, int32_t, real, (int32_t)(e >= (real)-2147483648.0 && e < (real)2147483648.0 ? e : (real)-2147483648.0))

static void load_as(void *out, const void *x, mg_dtype from, int64_t count) {
    if (from == MG_F32)
        from_f32(out, x, count);
    else if (from == MG_F64)
        from_f64(out, x, count);
    else if (from == MG_I32)
        from_i32(out, x, count);
}

static void store_as(void *x, mg_dtype to, const void *in, int64_t count) {
    if (to == MG_F32)
        to_f32(x, in, count);
    else if (to == MG_F64)
        to_f64(x, in, count);
    else if (to == MG_I32)
        to_i32(x, in, count);
}

static void count_up(void *out, int64_t start, int64_t count) {
    real *to = out;
    for (int64_t i = 0; i < count; i++) to[i] = (real)(start + i);
}

#endif
