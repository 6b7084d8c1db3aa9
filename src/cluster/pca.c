#include "cluster/pca.h"

#include "cluster/eigen.h"
#include "cluster/embed_method.h"
#include "cluster/row_products.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* --- shift and total --------------------------------------------------------------------------------- */

static void measure(const mg__points *p, mg__pca *pca) {
    for (int64_t row = 0; row < p->rows; row++)
        for (int64_t i = 0; i < p->columns; i++) pca->shift[i] += (double)p->x[row * p->columns + i];
    for (int64_t i = 0; i < p->columns; i++) pca->shift[i] /= (double)p->rows;
    for (int64_t row = 0; row < p->rows; row++) {
        double sum = 0;
        for (int64_t i = 0; i < p->columns; i++) {
            double off = (double)p->x[row * p->columns + i] - pca->shift[i];
            sum += off * off;
        }
        pca->total += sum;
    }
    pca->total /= (double)(p->rows - 1);
}

/* --- exactly ----------------------------------------------------------------------------------------- */

/* The covariance's eigenvectors. */
static mg_status from_columns(const mg__points *p, mg__pca *pca) {
    size_t n = (size_t)p->columns;
    double *a = mg__alloc_array(p->context, n * n, sizeof *a), *value = mg__alloc_array(p->context, n, sizeof *value);
    mg_status status = a && value ? mg__rows_gather(p, pca->shift, NULL, p->columns, a) : MG_OUT_OF_MEMORY;
    if (status == MG_OK) status = mg__eigen_symmetric(p->context, p->columns, pca->dimensions, a, value);
    if (status == MG_OK) {
        memcpy(pca->component, a, (size_t)pca->dimensions * n * sizeof *a);
        for (int64_t d = 0; d < pca->dimensions; d++) pca->variance[d] = fmax(value[d], 0) / (double)(p->rows - 1);
    }
    mg__free(p->context, a);
    mg__free(p->context, value);
    return status;
}

/* Fewer rows than columns: where X X' u = l u, X'u / sqrt(l) is a component. */
static mg_status combine_rows(const mg__points *p, mg__pca *pca, const double *u, const double *value, double *y) {
    for (int64_t row = 0; row < p->rows; row++)
        for (int64_t d = 0; d < pca->dimensions; d++)
            y[row * pca->dimensions + d] =
                value[d] > 4 * DBL_EPSILON * (double)p->rows * value[0] ? u[d * p->rows + row] / sqrt(value[d]) : 0;
    for (int64_t d = 0; d < pca->dimensions; d++) pca->variance[d] = fmax(value[d], 0) / (double)(p->rows - 1);
    return mg__rows_gather(p, pca->shift, y, pca->dimensions, pca->component);
}

static mg_status from_rows(const mg__points *p, mg__pca *pca) {
    mg_context *context = p->context;
    size_t rows = (size_t)p->rows;
    double *x = mg__alloc_array(context, rows, (size_t)p->columns * sizeof *x);
    double *a = mg__alloc_array(context, rows * rows, sizeof *a), *value = mg__alloc_array(context, rows, sizeof *value);
    double *y = mg__alloc_array(context, rows, (size_t)pca->dimensions * sizeof *y);
    mg_status status = x && a && value && y ? MG_OK : MG_OUT_OF_MEMORY;
    for (int64_t i = 0; status == MG_OK && i < p->rows * p->columns; i++) x[i] = (double)p->x[i] - pca->shift[i % p->columns];
    if (status == MG_OK) status = mg__rows_project(p, pca->shift, x, p->rows, a);
    if (status == MG_OK) status = mg__eigen_symmetric(context, p->rows, pca->dimensions, a, value);
    if (status == MG_OK) status = combine_rows(p, pca, a, value, y);
    void *blocks[] = { x, a, value, y };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(context, blocks[i]);
    return status;
}

/* --- fitting ----------------------------------------------------------------------------------------- */

/* As scikit-learn has it: the number that is farthest from 0 is above it. */
static void turn_around(mg__pca *pca) {
    for (int64_t d = 0; d < pca->dimensions; d++) {
        double *v = pca->component + d * pca->columns, most = 0;
        for (int64_t i = 0; i < pca->columns; i++) most = fabs(v[i]) > fabs(most) ? v[i] : most;
        for (int64_t i = 0; i < pca->columns && most < 0; i++) v[i] = -v[i];
    }
}

static bool pays(const mg__points *p, int64_t dimensions) {
    int64_t least = p->rows < p->columns ? p->rows : p->columns;
    return least > 500 && dimensions <= least / 10;
}

mg_status mg__pca_fit(const mg__points *p, int64_t dimensions, const char *solver, int64_t seed, mg__pca *pca) {
    mg_context *context = p->context;
    *pca = (mg__pca){ .columns = p->columns, .dimensions = dimensions };
    pca->randomised = strcmp(solver, "auto") == 0 ? pays(p, dimensions) : strcmp(solver, "randomised") == 0;
    pca->shift = mg__alloc_array(context, (size_t)p->columns, sizeof *pca->shift);
    pca->component = mg__alloc_array(context, (size_t)dimensions, (size_t)p->columns * sizeof *pca->component);
    pca->variance = mg__alloc_array(context, (size_t)dimensions, sizeof *pca->variance);
    if (!pca->shift || !pca->component || !pca->variance) return MG_OUT_OF_MEMORY;
    measure(p, pca);
    mg_status status = pca->randomised        ? mg__pca_randomised(p, seed, pca)
                       : p->rows < p->columns ? from_rows(p, pca)
                                              : from_columns(p, pca);
    turn_around(pca);
    return status;
}

mg_status mg__pca_project(const mg__pca *pca, const mg__points *points, double *y) {
    return mg__rows_project(points, pca->shift, pca->component, pca->dimensions, y);
}

void mg__pca_free(mg_context *context, mg__pca *pca) {
    mg__free(context, pca->shift);
    mg__free(context, pca->component);
    mg__free(context, pca->variance);
    *pca = (mg__pca){ 0 };
}

/* --- the row ----------------------------------------------------------------------------------------- */

static mg_status describe(const mg__points *p, const mg__pca *pca, mg__embedded *found) {
    size_t dimensions = (size_t)pca->dimensions;
    double kept = 0;
    found->solver = pca->randomised ? "randomised" : "exact";
    found->variance = mg__alloc_array(p->context, dimensions, sizeof *found->variance);
    found->explained = mg__alloc_array(p->context, dimensions, sizeof *found->explained);
    if (!found->variance || !found->explained) return MG_OUT_OF_MEMORY;
    for (size_t d = 0; d < dimensions; d++) {
        found->variance[d] = pca->variance[d];
        found->explained[d] = pca->variance[d] / pca->total;
        kept += pca->variance[d];
    }
    found->error = fmax(pca->total - kept, 0) * (double)(p->rows - 1) / ((double)p->rows * (double)p->columns);
    return MG_OK;
}

static mg_status fit(const mg__points *points, const mg_embed_options *options, mg__embedded *found) {
    mg__pca *pca = mg__alloc_zero(points->context, sizeof *pca);
    if (!pca) return MG_OUT_OF_MEMORY;
    found->model = pca;
    mg_status status = mg__pca_fit(points, options->dimensions, options->solver, options->seed, pca);
    if (status == MG_OK) status = mg__pca_project(pca, points, found->y);
    return status == MG_OK ? describe(points, pca, found) : status;
}

static mg_status apply(const void *model, const mg__points *points, double *y) { return mg__pca_project(model, points, y); }

static void forget(mg_context *context, void *model) {
    mg__pca_free(context, model);
    mg__free(context, model);
}

const mg__embed_method mg__embed_pca = {
    .name = "pca",
    .doc =
        "Principal components: the directions of most variance, which stand at right angles (Hotelling 1933). Distances stay as "
        "true as they can in a flat picture, and other rows have their place in it.",
    .fit = fit,
    .apply = apply,
    .forget = forget,
};
