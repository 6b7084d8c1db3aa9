#include "cluster/nearest.h"

#ifdef MG__HAVE_CPU
#include "backend/cpu/product.h"
#endif

#include <string.h>

mg_status mg__nearest_open(mg_context *context, mg__nearest *nearest, int64_t k, int64_t columns) {
    *nearest = (mg__nearest){ .k = k, .columns = columns };
    size_t count;
    if (!mg__size_multiply((size_t)k, (size_t)columns, &count)) return mg__fail_memory(context, SIZE_MAX);
    nearest->twice = mg__alloc_array(context, count, sizeof *nearest->twice);
    nearest->offset = mg__alloc_array(context, (size_t)k, sizeof *nearest->offset);
    nearest->square = mg__alloc_array(context, (size_t)k, sizeof *nearest->square);
    return nearest->twice && nearest->offset && nearest->square ? MG_OK : MG_OUT_OF_MEMORY;
}

void mg__nearest_close(mg_context *context, mg__nearest *nearest) {
    mg__free(context, nearest->twice);
    mg__free(context, nearest->offset);
    mg__free(context, nearest->square);
    *nearest = (mg__nearest){ 0 };
}

void mg__nearest_set(mg__nearest *nearest, const double *centre) {
    for (int64_t j = 0; j < nearest->k; j++) {
        const double *c = centre + j * nearest->columns;
        double square = 0;
        for (int64_t i = 0; i < nearest->columns; i++) {
            nearest->twice[j * nearest->columns + i] = (float)(2 * c[i]);
            square += c[i] * c[i];
        }
        nearest->square[j] = square;
        nearest->offset[j] = (float)-square;
    }
}

#ifdef MG__HAVE_CPU
/* The same scores for any number of rows: plans differ in how they cut, not in what an element is. */
static void plan(const mg__nearest *nearest, int64_t rows, mg__product_plan *made) {
    mg__product_plan_make(made,
                          &(mg__product){ .dtype = MG_F32,
                                          .transpose_b = true,
                                          .m = rows,
                                          .n = nearest->k,
                                          .k = nearest->columns,
                                          .lda = nearest->columns,
                                          .ldb = nearest->columns,
                                          .ldc = nearest->k,
                                          .bias = true },
                          mg__isa_best());
}

size_t mg__nearest_scratch(const mg__nearest *nearest) {
    size_t most = 0;
    for (int64_t rows = 1; rows <= MG__NEAREST_ROWS; rows++) {
        mg__product_plan made;
        plan(nearest, rows, &made);
        most = made.worker_bytes > most ? made.worker_bytes : most;
    }
    return most;
}

void mg__nearest_scores(const mg__nearest *nearest, const float *x, int64_t rows, void *scratch, float *score) {
    mg__product_plan made;
    plan(nearest, rows, &made);
    for (int64_t tile = 0; tile < made.tiles; tile++)
        mg__product_run(&made, x, nearest->twice, nearest->offset, score, scratch, tile);
}
#else
size_t mg__nearest_scratch(const mg__nearest *nearest) {
    (void)nearest;
    return 0;
}

void mg__nearest_scores(const mg__nearest *nearest, const float *x, int64_t rows, void *scratch, float *score) {
    (void)scratch;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < nearest->k; j++) {
            const float *c = nearest->twice + j * nearest->columns, *row = x + i * nearest->columns;
            float sum = nearest->offset[j];
            for (int64_t n = 0; n < nearest->columns; n++) sum += row[n] * c[n];
            score[i * nearest->k + j] = sum;
        }
}
#endif
