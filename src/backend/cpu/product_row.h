/* A product of one row: c = start + a B, where every element of B is used once. What counts is how B is read: whole runs of a few
 * of its rows, which memory answers faster than one line of each row. The sums are added in the order of k, as in blocks. */
#ifndef MG_PRODUCT_ROW_H
#define MG_PRODUCT_ROW_H

#include "backend/cpu/product_kernels.h"
#include "backend/cpu/product_vector.h"
#include "backend/cpu/sizes.h"

#define ROWS_AT_ONCE 8

/* c[0..columns) += sum of x[i] b[i][0..columns) over i < rows, a constant where this is inlined. */
INLINE void add_rows(const int rows, REAL *c, const REAL *x, int64_t x_next, const REAL *b, int64_t b_row, int64_t columns) {
    vec value[ROWS_AT_ONCE];
    for (int i = 0; i < rows; i++) value[i] = vec_set(x[i * x_next]);
    int64_t j = 0;
    for (; j + LANES <= columns; j += LANES) {
        vec sum = vec_load(c + j);
        for (int i = 0; i < rows; i++) sum = vec_fma(value[i], vec_load(b + i * b_row + j), sum);
        vec_store(c + j, sum);
    }
    const int rest = (int)(columns - j);
    if (rest == 0) return;
    vec sum = vec_load_first(c + j, rest);
    for (int i = 0; i < rows; i++) sum = vec_fma(value[i], vec_load_first(b + i * b_row + j, rest), sum);
    vec_store_first(c + j, sum, rest);
}

static void run_one_row(const mg__product_plan *plan, const REAL *a, const REAL *b, const REAL *bias, REAL *c, int64_t tile) {
    const mg__product *p = &plan->product;
    const int64_t j0 = tile * plan->tile_n, columns = smaller(plan->tile_n, p->n - j0), a_k = p->transpose_a ? p->lda : 1;
    REAL *const to = c + j0;
    for (int64_t j = 0; j < columns; j++) to[j] = p->bias ? bias[j0 + j] : 0;
    int64_t k = 0;
    for (; k + ROWS_AT_ONCE <= p->k; k += ROWS_AT_ONCE)
        add_rows(ROWS_AT_ONCE, to, a + k * a_k, a_k, b + k * p->ldb + j0, p->ldb, columns);
    for (; k < p->k; k++) add_rows(1, to, a + k * a_k, a_k, b + k * p->ldb + j0, p->ldb, columns);
    if (!p->relu) return;
    for (int64_t j = 0; j < columns; j++) to[j] = to[j] <= 0 ? 0 : to[j];
}

#endif
