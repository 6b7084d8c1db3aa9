/* The innermost kernels: a block of at most PANEL_ROWS x 2 vectors of C stays in registers while k runs. */
#ifndef MG_PRODUCT_BLOCK_H
#define MG_PRODUCT_BLOCK_H

#include "backend/cpu/product_vector.h"

#include <stdbool.h>

/* Accumulators, one row of B and a broadcast element of A fill the registers (32 or 16 of them). */
#if VECTOR_BYTES == 64
#define PANEL_ROWS     14
#define EACH_HEIGHT(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#else
#define PANEL_ROWS     6
#define EACH_HEIGHT(X) X(1) X(2) X(3) X(4) X(5) X(6)
#endif

#define PANEL_WIDTH (2 * LANES)

/* A strip has one vector of columns or two. */
INLINE int64_t strip_width(int64_t columns) { return columns > LANES ? PANEL_WIDTH : LANES; }

#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

/* C[rows, columns] = start + A[rows, segments k] B[segments k, columns], one or two vectors of columns. */
typedef struct strip {
    int64_t rows, k;
    const REAL *a;
    int64_t a_row, a_k;     /* elements from one row of A to the next, from one k to the next; one of them is 1 */
    const int64_t *segment; /* where in A each run of k begins (B goes on without a gap) */
    int64_t segments;
    const REAL *b;
    int64_t b_k; /* elements from one k to the next */
    REAL *c;
    int64_t c_row;
    const REAL *start; /* where the chains begin: the bias (start_row 0), the partial sums in C, or NULL for 0 */
    int64_t start_row;
    int last; /* columns in the last vector, 1 to LANES */
    bool relu;
} strip;

/* rows, vectors and rows_apart are constants where this is inlined. rows_apart: a_k == 1, otherwise a_row == 1. */
INLINE void block(const int rows, const int vectors, const bool rows_apart, const strip *s, const REAL *a, REAL *c,
                  const REAL *start) {
    vec sum[PANEL_ROWS][2];
    const int end = (vectors - 1) * LANES;
    UNROLL
    for (int i = 0; i < rows; i++) {
        const REAL *from = start == NULL ? NULL : start + i * s->start_row;
        sum[i][0] = sum[i][vectors - 1] = vec_zero();
        if (start != NULL && vectors == 2) sum[i][0] = vec_load(from);
        if (start != NULL) sum[i][vectors - 1] = vec_load_first(from + end, s->last);
    }

    const REAL *b = s->b;
    const int64_t b_k = s->b_k, a_row = rows_apart ? s->a_row : 1, a_k = rows_apart ? 1 : s->a_k;
    for (int64_t segment = 0; segment < s->segments; segment++) {
        const REAL *from = a + s->segment[segment];
        for (int64_t k = s->k; k > 0; k--, from += a_k, b += b_k) {
            vec b0 = vec_load(b), b1 = vectors == 2 ? vec_load(b + LANES) : b0;
            UNROLL
            for (int i = 0; i < rows; i++) {
                vec x = vec_set(from[i * a_row]);
                sum[i][0] = vec_fma(x, b0, sum[i][0]);
                if (vectors == 2) sum[i][1] = vec_fma(x, b1, sum[i][1]);
            }
        }
    }

    UNROLL
    for (int i = 0; i < rows; i++) {
        if (s->relu) sum[i][0] = vec_relu(sum[i][0]);
        if (s->relu && vectors == 2) sum[i][1] = vec_relu(sum[i][1]);
        if (vectors == 2) vec_store(c + i * s->c_row, sum[i][0]);
        vec_store_first(c + i * s->c_row + end, sum[i][vectors - 1], s->last);
    }
}

/* Rows are cut into panels of as equal heights as can be: all heights run at full speed, a remainder of one row would not. */
INLINE int64_t panel_count(int64_t rows) { return (rows + PANEL_ROWS - 1) / PANEL_ROWS; }

INLINE void strip_run(const int vectors, const bool rows_apart, const strip *s) {
    const int64_t panels = panel_count(s->rows), height = s->rows / panels, taller = s->rows % panels;
    const REAL *a = s->a, *start = s->start;
    REAL *c = s->c;
    for (int64_t panel = 0; panel < panels; panel++) {
        const int64_t rows = height + (panel < taller);
        switch (rows) {
#define CASE(n) \
    case n: block(n, vectors, rows_apart, s, a, c, start); break;
            EACH_HEIGHT(CASE)
#undef CASE
        }
        a += rows * s->a_row;
        c += rows * s->c_row;
        if (start != NULL) start += rows * s->start_row;
    }
}

static const int64_t one_segment[1] = { 0 };

static void strip_1_apart(const strip *s) { strip_run(1, true, s); }

static void strip_2_apart(const strip *s) { strip_run(2, true, s); }

static void strip_1_together(const strip *s) { strip_run(1, false, s); }

static void strip_2_together(const strip *s) { strip_run(2, false, s); }

/* s->rows is at least 1. */
static void strip_product(const strip *s, int vectors) {
    bool apart = s->a_row != 1;
    if (vectors == 2)
        (apart ? strip_2_apart : strip_2_together)(s);
    else
        (apart ? strip_1_apart : strip_1_together)(s);
}

#endif
