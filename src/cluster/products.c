#include "cluster/products.h"

#ifdef MG__HAVE_CPU
#include "backend/cpu/product.h"

static void plan(bool transposed, int64_t m, int64_t n, int64_t k, mg__product_plan *made) {
    mg__product_plan_make(
        made,
        &(mg__product){
            .dtype = MG_F64, .transpose_a = transposed, .m = m, .n = n, .k = k, .lda = transposed ? m : k, .ldb = n, .ldc = n },
        mg__isa_best());
}

size_t mg__product64_scratch(bool transposed, int64_t m, int64_t n, int64_t k) {
    mg__product_plan made;
    plan(transposed, m, n, k, &made);
    return made.worker_bytes;
}

void mg__product64(bool transposed, int64_t m, int64_t n, int64_t k, const double *a, const double *b, double *c, void *scratch) {
    mg__product_plan made;
    plan(transposed, m, n, k, &made);
    for (int64_t tile = 0; tile < made.tiles; tile++) mg__product_run(&made, a, b, NULL, c, scratch, tile);
}
#else
size_t mg__product64_scratch(bool transposed, int64_t m, int64_t n, int64_t k) {
    (void)transposed, (void)m, (void)n, (void)k;
    return 0;
}

void mg__product64(bool transposed, int64_t m, int64_t n, int64_t k, const double *a, const double *b, double *c, void *scratch) {
    (void)scratch;
    for (int64_t i = 0; i < m * n; i++) c[i] = 0;
    for (int64_t i = 0; i < m; i++)
        for (int64_t p = 0; p < k; p++) {
            double factor = transposed ? a[p * m + i] : a[i * k + p];
            for (int64_t j = 0; j < n; j++) c[i * n + j] += factor * b[p * n + j];
        }
}
#endif
