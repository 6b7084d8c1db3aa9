#include "backend/cpu/product.h"

#include "backend/cpu/product_kernels.h"
#include "backend/cpu/sizes.h"

#define DECLARE(isa) extern const mg__product_kernels mg__product_f32_##isa, mg__product_f64_##isa;
DECLARE(plain)
#if defined(MG__HAVE_X86_ISAS)
DECLARE(avx2)
DECLARE(avx512)
#endif

#define WHOLE   5e5  /* multiply-adds; a product below is one tile: 5 us */
#define TILES   8    /* at least so many of a larger one, where its shape allows it */
#define RUN     512  /* columns of a tile of a single row, at least */
#define TALLEST 1024 /* rows of a tile */
#define WIDEST  4    /* strips of a tile */
#define WAY     4096 /* bytes; lines so far apart share a set of the first cache, */
#define WAYS    8    /* which holds so many of them */
#define A_ROWS  128  /* rows of a tile whose A is copied */
#define A_WIDE  8    /* its strips */

static const mg__product_kernels *kernels_of(const mg__product_plan *plan) {
    const bool single = plan->product.dtype == MG_F32;
    switch (plan->isa) {
#if defined(MG__HAVE_X86_ISAS)
    case MG__ISA_AVX2: return single ? &mg__product_f32_avx2 : &mg__product_f64_avx2;
    case MG__ISA_AVX512: return single ? &mg__product_f32_avx512 : &mg__product_f64_avx512;
#endif
    default: return single ? &mg__product_f32_plain : &mg__product_f64_plain;
    }
}

/* Whether `lines` cache lines, `stride` bytes apart, do not stay in the first cache together: it has few sets for them. */
static bool collide(int64_t stride, int64_t lines) {
    int64_t sets = WAY / 64;
    for (int64_t apart = stride; apart >= 64 && apart % 128 == 0 && sets > 1; apart /= 2) sets /= 2;
    return stride % 64 == 0 && lines > sets * WAYS / 2;
}

/* Small products stay whole. Others give each of a few threads its share, in tiles that are tall rather than wide: a strip of B
 * is packed once a tile and used by all its rows. */
static void cut(mg__product_plan *plan, const mg__product_kernels *kernels) {
    const mg__product *p = &plan->product;
    const bool swapped = plan->way == MG__PRODUCT_SWAPPED;
    const int64_t width = kernels->panel_width;
    plan->tile_m = p->m;
    plan->tile_n = p->n;
    if ((double)p->m * (double)p->n * (double)p->k < WHOLE) return;
    if (plan->way == MG__PRODUCT_ONE_ROW) {
        plan->tile_n = smaller(p->n, larger(RUN, round_up(divide_up(p->n, TILES), width)));
        return;
    }
    const int64_t widest = plan->pack_a ? A_WIDE : WIDEST;
    if (!swapped) plan->tile_n = smaller(p->n, smaller(widest * width, round_up(divide_up(p->n, TILES), width)));

    const int64_t across = divide_up(p->n, plan->tile_n), most = p->m / (swapped ? width : 2 * kernels->panel_rows);
    const int64_t tallest = plan->pack_a ? A_ROWS : TALLEST;
    const int64_t down = larger(divide_up(p->m, tallest), smaller(most, (TILES + across / 2) / across));
    plan->tile_m = divide_up(p->m, down);
    if (swapped) plan->tile_m = smaller(p->m, round_up(plan->tile_m, width));
}

void mg__product_plan_make(mg__product_plan *plan, const mg__product *product, mg__isa isa) {
    *plan = (mg__product_plan){ .product = *product, .isa = isa };
    if (product->m <= 0 || product->n <= 0) return;
    const mg__product_kernels *kernels = kernels_of(plan);
    const int64_t element = (int64_t)mg_dtype_size(product->dtype);
    const bool swapped = product->n <= kernels->lanes / 2 && product->m >= kernels->lanes;
    plan->way = swapped                                    ? MG__PRODUCT_SWAPPED
                : product->m == 1 && !product->transpose_b ? MG__PRODUCT_ONE_ROW
                                                           : MG__PRODUCT_STRIPS;
    const bool strips = plan->way == MG__PRODUCT_STRIPS;
    const int64_t block = smaller(product->k, MG__PRODUCT_K_BLOCK), rows = kernels->panel_rows;
    const bool large = (double)product->m * (double)product->n * (double)product->k >= WHOLE;
    /* Copies pay where they are used often: B's by the rows of A, A's by the columns of B. */
    plan->pack_b = strips && !product->transpose_b && product->m >= 4 * rows && collide(product->ldb * element, block);
    plan->pack_a = strips && large && product->n >= 4 * kernels->panel_width &&
                   (product->transpose_a ? collide(product->lda * element, block) : collide(product->lda * element, rows));
    cut(plan, kernels);

    if (plan->way != MG__PRODUCT_ONE_ROW)
        plan->room_b = block * (plan->pack_b ? round_up(plan->tile_n, kernels->panel_width) : kernels->panel_width);
    const int64_t length = product->transpose_a ? plan->tile_m : block, lines = product->transpose_a ? block : plan->tile_m;
    plan->room_a = plan->pack_a ? MG__PRODUCT_A_ROOM(lines, length) : 0;
    plan->keep_c = strips && product->k > MG__PRODUCT_K_BLOCK && collide(product->ldc * element, plan->tile_m);
    int64_t elements = plan->room_b + plan->room_a;
    if (plan->keep_c) elements += plan->tile_m * round_up(plan->tile_n, kernels->panel_width);
    if (swapped) elements += kernels->panel_rows * kernels->panel_width;
    plan->worker_bytes = (size_t)(elements * element);
    plan->tiles = divide_up(product->m, plan->tile_m) * divide_up(product->n, plan->tile_n);
}

void mg__product_run(const mg__product_plan *plan, const void *a, const void *b, const void *bias, void *c, void *worker,
                     int64_t tile) {
    kernels_of(plan)->run(plan, a, b, bias, c, worker, tile);
}
