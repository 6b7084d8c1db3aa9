/* One tile of a product: the loops over blocks of k, strips of two vectors of columns, panels of rows. */
#ifndef MG_PRODUCT_TILE_H
#define MG_PRODUCT_TILE_H

#include "backend/cpu/product_block.h"
#include "backend/cpu/product_kernels.h"
#include "backend/cpu/product_pack.h"
#include "backend/cpu/product_row.h"
#include "backend/cpu/sizes.h"

INLINE int64_t blocks_of_k(int64_t k) {
    return k <= MG__PRODUCT_K_BLOCK ? 1 : (k + MG__PRODUCT_K_BLOCK - 1) / MG__PRODUCT_K_BLOCK;
}

INLINE void take_packed(strip *s, const REAL *packed, int64_t columns) {
    const int64_t width = strip_width(columns);
    s->last = (int)(columns - (width - LANES));
    s->b = packed;
    s->b_k = width;
}

/* Points the strip at columns j.. of op(B) for a block of k: in place, or packed where vectors would not be whole or whole rows.
 */
INLINE void take_b(strip *s, const REAL *b, int64_t ldb, bool transposed, int64_t j, int64_t columns, int64_t k0, REAL *room) {
    const int64_t width = strip_width(columns);
    take_packed(s, room, columns);
    if (!transposed && columns == width) {
        s->b = b + k0 * ldb + j;
        s->b_k = ldb;
        return;
    }
    if (transposed)
        pack_columns(room, width, b + j * ldb + k0, ldb, columns, s->k);
    else
        pack_rows(room, width, b + k0 * ldb + j, ldb, columns, s->k);
}

/* A tile's block of op(A) into the scratch, row by row as it is stored. */
static void copy_a(const mg__product_plan *plan, strip *s, const REAL *a, REAL *room) {
    const bool transposed = plan->product.transpose_a;
    const int64_t rows = transposed ? s->k : s->rows, length = transposed ? s->rows : s->k, stride = length + MG__PRODUCT_A_GAP;
    for (int64_t r = 0; r < rows; r++) memcpy(room + r * stride, a + r * plan->product.lda, (size_t)length * sizeof *a);
    s->a = room;
    s->a_row = transposed ? 1 : stride;
    s->a_k = transposed ? stride : 1;
}

/* The block of B of all strips of a tile, a strip behind the other: rows are read in long pieces, which the memory answers faster
 * than one line of each. */
static void pack_strips(REAL *room, const REAL *b, int64_t ldb, int64_t columns, int64_t k) {
    const int64_t strip = k * PANEL_WIDTH;
    for (int64_t p = 0; p < k; p++, b += ldb) {
        REAL *to = room + p * PANEL_WIDTH;
        int64_t j = 0;
        for (; j + PANEL_WIDTH <= columns; j += PANEL_WIDTH, to += strip) {
            vec_store(to, vec_load(b + j));
            vec_store(to + LANES, vec_load(b + j + LANES));
        }
        const int64_t rest = columns - j, width = strip_width(rest);
        to += p * (width - PANEL_WIDTH);
        if (rest > 0) pack_rows(to, width, b + j, ldb, rest, 1);
    }
}

static void run_strips(const mg__product_plan *plan, const REAL *a, const REAL *b, const REAL *bias, REAL *c, REAL *worker,
                       int64_t tile) {
    const mg__product *p = &plan->product;
    const int64_t across = (p->n + plan->tile_n - 1) / plan->tile_n, i0 = tile / across * plan->tile_m,
                  j0 = tile % across * plan->tile_n;
    const int64_t j1 = smaller(p->n, j0 + plan->tile_n), blocks = blocks_of_k(p->k);
    const int64_t a_row = p->transpose_a ? 1 : p->lda, a_k = p->transpose_a ? p->lda : 1;
    strip s = { .rows = smaller(plan->tile_m, p->m - i0), .a_row = a_row, .a_k = a_k, .segment = one_segment, .segments = 1 };
    REAL *const kept = worker + plan->room_b + plan->room_a;
    for (int64_t block = 0, k0 = 0; block < blocks; block++, k0 += s.k) {
        s.k = p->k * (block + 1) / blocks - k0;
        s.a = a + i0 * a_row + k0 * a_k;
        s.relu = p->relu && block == blocks - 1;
        if (plan->pack_a) copy_a(plan, &s, s.a, worker + plan->room_b);
        if (plan->pack_b) pack_strips(worker, b + k0 * p->ldb + j0, p->ldb, j1 - j0, s.k);
        for (int64_t j = j0; j < j1; j += PANEL_WIDTH) {
            const int64_t columns = smaller(PANEL_WIDTH, j1 - j);
            if (plan->pack_b)
                take_packed(&s, worker + (j - j0) * s.k, columns);
            else
                take_b(&s, b, p->ldb, p->transpose_b, j, columns, k0, worker);
            REAL *const target = c + i0 * p->ldc + j, *const sums = plan->keep_c ? kept + (j - j0) * s.rows : target;
            const int64_t sums_row = plan->keep_c ? PANEL_WIDTH : p->ldc;
            s.c = block == blocks - 1 ? target : sums;
            s.c_row = block == blocks - 1 ? p->ldc : sums_row;
            s.start = block > 0 ? sums : p->bias ? bias + j : NULL;
            s.start_row = block > 0 ? sums_row : 0;
            strip_product(&s, columns > LANES ? 2 : 1);
        }
    }
}

/* C' = op(B)' op(A)': the rows of C' are the few columns of C, and C' is kept beside until it is written. */
static void run_swapped(const mg__product_plan *plan, const REAL *a, const REAL *b, const REAL *bias, REAL *c, REAL *worker,
                        int64_t tile) {
    const mg__product *p = &plan->product;
    const int64_t i0 = tile * plan->tile_m, i1 = smaller(p->m, i0 + plan->tile_m), blocks = blocks_of_k(p->k);
    REAL *sums = worker, *room = worker + PANEL_ROWS * PANEL_WIDTH;
    strip s = { .rows = p->n, .segment = one_segment, .segments = 1, .c = sums, .c_row = PANEL_WIDTH };
    s.start = sums;
    s.start_row = PANEL_WIDTH;
    s.a_row = p->transpose_b ? p->ldb : 1;
    s.a_k = p->transpose_b ? 1 : p->ldb;
    for (int64_t i = i0; i < i1; i += PANEL_WIDTH) {
        const int64_t columns = smaller(PANEL_WIDTH, i1 - i), width = strip_width(columns);
        for (int64_t j = 0; j < p->n; j++)
            for (int64_t l = 0; l < width; l += LANES)
                vec_store(sums + j * PANEL_WIDTH + l, p->bias ? vec_set(bias[j]) : vec_zero());
        for (int64_t block = 0, k0 = 0; block < blocks; block++, k0 += s.k) {
            s.k = p->k * (block + 1) / blocks - k0;
            s.a = b + k0 * s.a_k;
            s.relu = p->relu && block == blocks - 1;
            take_b(&s, a, p->lda, !p->transpose_a, i, columns, k0, room);
            strip_product(&s, width == LANES ? 1 : 2);
        }
        for (int64_t j = 0; j < p->n; j++)
            for (int64_t l = 0; l < columns; l++) c[(i + l) * p->ldc + j] = sums[j * PANEL_WIDTH + l];
    }
}

static void run(const mg__product_plan *plan, const void *a, const void *b, const void *bias, void *c, void *worker,
                int64_t tile) {
    switch (plan->way) {
    case MG__PRODUCT_STRIPS: run_strips(plan, a, b, bias, c, worker, tile); break;
    case MG__PRODUCT_SWAPPED: run_swapped(plan, a, b, bias, c, worker, tile); break;
    case MG__PRODUCT_ONE_ROW: run_one_row(plan, a, b, bias, c, tile); break;
    }
}

#define PRODUCT_KERNELS(name)                              \
    extern const mg__product_kernels PASTE(name, MG__ISA); \
    const mg__product_kernels PASTE(name, MG__ISA) = { LANES, PANEL_ROWS, PANEL_WIDTH, run }

#endif
