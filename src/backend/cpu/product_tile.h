/* One tile of a product: the loops over blocks of k, strips of two vectors of columns, panels of rows. */
#ifndef MG_PRODUCT_TILE_H
#define MG_PRODUCT_TILE_H

#include "backend/cpu/product_block.h"
#include "backend/cpu/product_kernels.h"
#include "backend/cpu/product_pack.h"

#define PANEL_WIDTH (2 * LANES)

INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

INLINE int64_t blocks_of_k(int64_t k) {
    return k <= MG__PRODUCT_K_BLOCK ? 1 : (k + MG__PRODUCT_K_BLOCK - 1) / MG__PRODUCT_K_BLOCK;
}

/* Points the strip at columns j.. of op(B) for a block of k: in place, or packed where vectors would not be whole or whole rows.
 */
INLINE void take_b(strip *s, const REAL *b, int64_t ldb, bool transposed, bool pack, int64_t j, int64_t columns, int64_t k0,
                   REAL *room) {
    const int64_t width = columns > LANES ? PANEL_WIDTH : LANES;
    s->last = (int)(columns - (width - LANES));
    if (!transposed && !pack && columns == width) {
        s->b = b + k0 * ldb + j;
        s->b_k = ldb;
        return;
    }
    if (transposed)
        pack_columns(room, width, b + j * ldb + k0, ldb, columns, s->k);
    else
        pack_rows(room, width, b + k0 * ldb + j, ldb, columns, s->k);
    s->b = room;
    s->b_k = width;
}

static void run_rows(const mg__product_plan *plan, const REAL *a, const REAL *b, const REAL *bias, REAL *c, REAL *worker,
                     int64_t tile) {
    const mg__product *p = &plan->product;
    const int64_t across = (p->n + plan->tile_n - 1) / plan->tile_n, i0 = tile / across * plan->tile_m,
                  j0 = tile % across * plan->tile_n;
    const int64_t j1 = smaller(p->n, j0 + plan->tile_n), blocks = blocks_of_k(p->k);
    const int64_t a_row = p->transpose_a ? 1 : p->lda, a_k = p->transpose_a ? p->lda : 1;
    strip s = { .rows = smaller(plan->tile_m, p->m - i0),
                .a_row = a_row,
                .a_k = a_k,
                .segment = one_segment,
                .segments = 1,
                .c_row = p->ldc };
    for (int64_t block = 0, k0 = 0; block < blocks; block++, k0 += s.k) {
        s.k = smaller(MG__PRODUCT_K_BLOCK, p->k - k0);
        s.a = a + i0 * a_row + k0 * a_k;
        s.relu = p->relu && block == blocks - 1;
        for (int64_t j = j0; j < j1; j += PANEL_WIDTH) {
            const int64_t columns = smaller(PANEL_WIDTH, j1 - j);
            take_b(&s, b, p->ldb, p->transpose_b, plan->pack_b, j, columns, k0, worker);
            s.c = c + i0 * p->ldc + j;
            s.start = block > 0 ? s.c : p->bias ? bias + j : NULL;
            s.start_row = block > 0 ? p->ldc : 0;
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
        const int64_t columns = smaller(PANEL_WIDTH, i1 - i), width = columns > LANES ? PANEL_WIDTH : LANES;
        for (int64_t j = 0; j < p->n; j++)
            for (int64_t l = 0; l < width; l += LANES)
                vec_store(sums + j * PANEL_WIDTH + l, p->bias ? vec_set(bias[j]) : vec_zero());
        for (int64_t block = 0, k0 = 0; block < blocks; block++, k0 += s.k) {
            s.k = smaller(MG__PRODUCT_K_BLOCK, p->k - k0);
            s.a = b + k0 * s.a_k;
            s.relu = p->relu && block == blocks - 1;
            take_b(&s, a, p->lda, !p->transpose_a, plan->pack_b, i, columns, k0, room);
            strip_product(&s, width == LANES ? 1 : 2);
        }
        for (int64_t j = 0; j < p->n; j++)
            for (int64_t l = 0; l < columns; l++) c[(i + l) * p->ldc + j] = sums[j * PANEL_WIDTH + l];
    }
}

static void run(const mg__product_plan *plan, const void *a, const void *b, const void *bias, void *c, void *worker,
                int64_t tile) {
    if (plan->swapped)
        run_swapped(plan, a, b, bias, c, worker, tile);
    else
        run_rows(plan, a, b, bias, c, worker, tile);
}

#define PASTE_TOKENS(name, isa) name##isa
#define PASTE(name, isa)        PASTE_TOKENS(name, isa)
#if !defined(MG__ISA)
#define MG__ISA plain
#endif

#define PRODUCT_KERNELS(name)                              \
    extern const mg__product_kernels PASTE(name, MG__ISA); \
    const mg__product_kernels PASTE(name, MG__ISA) = { LANES, PANEL_ROWS, PANEL_WIDTH, run }

#endif
