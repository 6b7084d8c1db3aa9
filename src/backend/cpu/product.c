#include "backend/cpu/product.h"

#include "backend/cpu/product_kernels.h"

#define DECLARE(isa) extern const mg__product_kernels mg__product_f32_##isa, mg__product_f64_##isa;
DECLARE(plain)
#if defined(MG__HAVE_X86_ISAS)
DECLARE(avx2)
DECLARE(avx512)
#endif

#define WHOLE   5e5  /* multiply-adds; a product below is one tile: 5 us */
#define TILES   8    /* at least so many of a larger one, where its shape allows it */
#define TALLEST 1024 /* rows of a tile */
#define WIDEST  4    /* strips of a tile */
#define PAGE    4096

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

static int64_t divide_up(int64_t a, int64_t b) { return a / b + (a % b != 0); }

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

static int64_t round_up(int64_t count, int64_t unit) { return divide_up(count, unit) * unit; }

/* Small products stay whole. Others give each of a few threads its share, in tiles that are tall rather than wide: a strip of B
 * is packed once a tile and used by all its rows. */
static void cut(mg__product_plan *plan, const mg__product_kernels *kernels) {
    const mg__product *p = &plan->product;
    const int64_t width = kernels->panel_width;
    plan->tile_m = p->m;
    plan->tile_n = p->n;
    if ((double)p->m * (double)p->n * (double)p->k < WHOLE) return;
    if (!plan->swapped) plan->tile_n = smaller(p->n, smaller(WIDEST * width, round_up(divide_up(p->n, TILES), width)));

    const int64_t across = divide_up(p->n, plan->tile_n), most = p->m / (plan->swapped ? width : 2 * kernels->panel_rows);
    const int64_t down = larger(divide_up(p->m, TALLEST), smaller(most, (TILES + across / 2) / across));
    plan->tile_m = divide_up(p->m, down);
    if (plan->swapped) plan->tile_m = smaller(p->m, round_up(plan->tile_m, width));
}

void mg__product_plan_make(mg__product_plan *plan, const mg__product *product, mg__isa isa) {
    *plan = (mg__product_plan){ .product = *product, .isa = isa };
    if (product->m <= 0 || product->n <= 0) return;
    const mg__product_kernels *kernels = kernels_of(plan);
    const int64_t element = (int64_t)mg_dtype_size(product->dtype);
    plan->swapped = product->n <= kernels->lanes / 2 && product->m >= kernels->lanes;
    /* Rows of B that lie whole pages apart all fall on the same few sets of the cache; a copy pays where many rows of A use it.
     */
    plan->pack_b =
        !plan->swapped && product->k >= 64 && product->m >= 18 * kernels->panel_rows && product->ldb * element % PAGE == 0;
    cut(plan, kernels);

    int64_t elements = smaller(product->k, MG__PRODUCT_K_BLOCK) * kernels->panel_width;
    if (plan->swapped) elements += kernels->panel_rows * kernels->panel_width;
    plan->worker_bytes = (size_t)(elements * element);
    plan->tiles = divide_up(product->m, plan->tile_m) * divide_up(product->n, plan->tile_n);
}

void mg__product_run(const mg__product_plan *plan, const void *a, const void *b, const void *bias, void *c, void *worker,
                     int64_t tile) {
    kernels_of(plan)->run(plan, a, b, bias, c, worker, tile);
}
