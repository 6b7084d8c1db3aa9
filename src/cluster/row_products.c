#include "cluster/row_products.h"

#include "cluster/slices.h"

#ifdef MG__HAVE_CPU
#include "backend/cpu/product.h"
#endif

#include <string.h>

#define BLOCK 256 /* rows; the last block ends with rows of 0 */

/* c [m, n] = op(a) op(b), of which one is transposed. */
typedef struct small_product {
    int64_t m, n, k;
    bool transpose_a; /* a is [k, m] and b [k, n]; else a is [m, k] and b [n, k] */
#ifdef MG__HAVE_CPU
    mg__product_plan plan;
#endif
} small_product;

static size_t plan_product(small_product *p) {
#ifdef MG__HAVE_CPU
    mg__product_plan_make(&p->plan,
                          &(mg__product){ .dtype = MG_F64,
                                          .transpose_a = p->transpose_a,
                                          .transpose_b = !p->transpose_a,
                                          .m = p->m,
                                          .n = p->n,
                                          .k = p->k,
                                          .lda = p->transpose_a ? p->m : p->k,
                                          .ldb = p->transpose_a ? p->n : p->k,
                                          .ldc = p->n },
                          mg__isa_best());
    return (p->plan.worker_bytes + 63) / 64 * 64;
#else
    (void)p;
    return 0;
#endif
}

static void run_product(const small_product *p, const double *a, const double *b, double *c, void *scratch) {
#ifdef MG__HAVE_CPU
    for (int64_t tile = 0; tile < p->plan.tiles; tile++) mg__product_run(&p->plan, a, b, NULL, c, scratch, tile);
#else
    (void)scratch;
    for (int64_t i = 0; i < p->m; i++)
        for (int64_t j = 0; j < p->n; j++) {
            double sum = 0;
            for (int64_t h = 0; h < p->k; h++)
                sum += p->transpose_a ? a[h * p->m + i] * b[h * p->n + j] : a[i * p->k + h] * b[j * p->k + h];
            c[i * p->n + j] = sum;
        }
#endif
}

typedef struct multiplying {
    const mg__points *points;
    const double *shift, *factor; /* b, or y */
    int64_t k, slices;
    small_product product;
    double *y;     /* [rows, k]: written */
    double *sum;   /* [slices, k, columns] */
    double *wide;  /* [workers, BLOCK, columns] */
    double *part;  /* [workers]: a product of a block, */
    size_t length; /* so long */
    double *other; /* [workers, BLOCK, k]: rows of y */
    char *scratch;
    size_t scratch_bytes;
} multiplying;

static void widen(const multiplying *s, int64_t first, int64_t rows, double *wide) {
    const mg__points *p = s->points;
    for (int64_t row = 0; row < rows; row++)
        for (int64_t i = 0; i < p->columns; i++)
            wide[row * p->columns + i] = (double)p->x[(first + row) * p->columns + i] - s->shift[i];
    memset(wide + rows * p->columns, 0, (size_t)((BLOCK - rows) * p->columns) * sizeof *wide);
}

static void project_block(multiplying *s, int64_t first, int64_t rows, int worker, double *wide) {
    double *part = s->part + (size_t)worker * s->length;
    run_product(&s->product, wide, s->factor, part, s->scratch + (size_t)worker * s->scratch_bytes);
    memcpy(s->y + first * s->k, part, (size_t)(rows * s->k) * sizeof *part);
}

static void gather_block(multiplying *s, int64_t first, int64_t rows, int worker, double *wide, double *sum) {
    double *part = s->part + (size_t)worker * s->length, *y = wide;
    if (s->factor) {
        y = s->other + (int64_t)worker * BLOCK * s->k;
        memcpy(y, s->factor + first * s->k, (size_t)(rows * s->k) * sizeof *y);
        memset(y + rows * s->k, 0, (size_t)((BLOCK - rows) * s->k) * sizeof *y);
    }
    run_product(&s->product, y, wide, part, s->scratch + (size_t)worker * s->scratch_bytes);
    for (size_t i = 0; i < s->length; i++) sum[i] += part[i];
}

static void multiply_slice(void *user, int64_t slice, int worker) {
    multiplying *s = user;
    const mg__points *p = s->points;
    int64_t end = mg__slice_begin(p->rows, s->slices, slice + 1);
    double *wide = s->wide + (int64_t)worker * BLOCK * p->columns;
    for (int64_t row = mg__slice_begin(p->rows, s->slices, slice); row < end; row += BLOCK) {
        int64_t rows = end - row < BLOCK ? end - row : BLOCK;
        widen(s, row, rows, wide);
        if (s->y)
            project_block(s, row, rows, worker, wide);
        else
            gather_block(s, row, rows, worker, wide, s->sum + slice * s->k * p->columns);
    }
}

static mg_status multiply(multiplying *s) {
    mg_context *context = s->points->context;
    size_t workers = (size_t)mg__slice_workers(context), columns = (size_t)s->points->columns, k = (size_t)s->k;
    s->scratch_bytes = plan_product(&s->product);
    s->length = (size_t)(s->product.m * s->product.n);
    s->wide = mg__alloc_array(context, workers * BLOCK, columns * sizeof *s->wide);
    s->part = mg__alloc_array(context, workers, s->length * sizeof *s->part);
    s->other = s->y || !s->factor ? NULL : mg__alloc_array(context, workers * BLOCK, k * sizeof *s->other);
    s->scratch = mg__alloc(context, workers * s->scratch_bytes);
    bool ready = s->wide && s->part && s->scratch && (s->other || s->y || !s->factor);
    if (ready) mg__slices_run(context, s->slices, multiply_slice, s);
    mg__free(context, s->wide);
    mg__free(context, s->part);
    mg__free(context, s->other);
    mg__free(context, s->scratch);
    return ready ? MG_OK : MG_OUT_OF_MEMORY;
}

mg_status mg__rows_project(const mg__points *points, const double *shift, const double *b, int64_t k, double *y) {
    multiplying s = { .points = points, .shift = shift, .factor = b, .k = k, .y = y };
    s.slices = mg__slice_count(points->rows, 0);
    s.product = (small_product){ .m = BLOCK, .n = k, .k = points->columns };
    return multiply(&s);
}

mg_status mg__rows_gather(const mg__points *points, const double *shift, const double *y, int64_t k, double *sum) {
    multiplying s = { .points = points, .shift = shift, .factor = y, .k = k };
    size_t length = (size_t)(k * points->columns);
    s.slices = mg__slice_count(points->rows, length * sizeof *s.sum);
    s.product = (small_product){ .m = k, .n = points->columns, .k = BLOCK, .transpose_a = true };
    s.sum = mg__alloc_array(points->context, (size_t)s.slices, length * sizeof *s.sum);
    mg_status status = s.sum ? multiply(&s) : MG_OUT_OF_MEMORY;
    for (size_t i = 0; i < length && status == MG_OK; i++) {
        sum[i] = s.sum[i];
        for (int64_t slice = 1; slice < s.slices; slice++) sum[i] += s.sum[(size_t)slice * length + i];
    }
    mg__free(points->context, s.sum);
    return status;
}
