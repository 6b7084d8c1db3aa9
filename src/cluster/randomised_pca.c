/* Principal components of large tables: a random subspace that products with the rows turn towards the largest components (Halko,
 * Martinsson & Tropp, "Finding structure with randomness", SIAM Review 2011). */
#include "cluster/pca.h"

#include "base/random.h"
#include "cluster/eigen.h"
#include "cluster/row_products.h"

#include <math.h>
#include <string.h>

#define MORE 10 /* directions than are wanted */

typedef struct turning {
    const mg__points *points;
    int64_t count;
    double *q;     /* [count, columns] orthonormal */
    double *y;     /* [rows, count]: the rows in it */
    double *small; /* [count, count] */
    double *value; /* [count] */
} turning;

/* Gram and Schmidt's way, twice, which is enough (Giraud, Langou & Rozložník 2005). A row that the others hold becomes 0. */
static void make_orthonormal(double *q, int64_t count, int64_t columns) {
    for (int64_t d = 0; d < count; d++) {
        double *row = q + d * columns, before = 0, after = 0;
        for (int64_t i = 0; i < columns; i++) before += row[i] * row[i];
        for (int pass = 0; pass < 2; pass++)
            for (int64_t other = 0; other < d; other++) {
                const double *v = q + other * columns;
                double along = 0;
                for (int64_t i = 0; i < columns; i++) along += v[i] * row[i];
                for (int64_t i = 0; i < columns; i++) row[i] -= along * v[i];
            }
        for (int64_t i = 0; i < columns; i++) after += row[i] * row[i];
        double scale = after > 1e-26 * before ? 1 / sqrt(after) : 0;
        for (int64_t i = 0; i < columns; i++) row[i] *= scale;
    }
}

static void begin(turning *t, int64_t seed) {
    int64_t columns = t->points->columns;
    mg__stream stream = { .seed = (uint64_t)seed, .stream = mg__hash_text(0, "pca") };
    for (int64_t d = 0; d < t->count; d++)
        for (int64_t i = 0; i < columns; i++) t->q[d * columns + i] = mg__random_normal(&stream, (uint64_t)d, (uint64_t)i);
    make_orthonormal(t->q, t->count, columns);
}

/* Towards the largest components: q (x'x). */
static mg_status turn(turning *t, const double *shift) {
    mg_status status = mg__rows_project(t->points, shift, t->q, t->count, t->y);
    if (status == MG_OK) status = mg__rows_gather(t->points, shift, t->y, t->count, t->q);
    make_orthonormal(t->q, t->count, t->points->columns);
    return status;
}

/* The components of the rows within the subspace: the eigenvectors of y'y. */
static mg_status read_out(turning *t, mg__pca *pca) {
    const mg__points *p = t->points;
    int64_t n = t->count;
    mg_status status = mg__rows_project(p, pca->shift, t->q, n, t->y);
    for (int64_t row = 0; row < p->rows; row++)
        for (int64_t a = 0; a < n; a++)
            for (int64_t b = 0; b < n; b++) t->small[a * n + b] += t->y[row * n + a] * t->y[row * n + b];
    if (status == MG_OK) status = mg__eigen_symmetric(p->context, n, pca->dimensions, t->small, t->value);
    for (int64_t d = 0; d < pca->dimensions && status == MG_OK; d++) {
        double *component = pca->component + d * p->columns;
        pca->variance[d] = fmax(t->value[d], 0) / (double)(p->rows - 1);
        for (int64_t a = 0; a < n; a++)
            for (int64_t i = 0; i < p->columns; i++) component[i] += t->small[d * n + a] * t->q[a * p->columns + i];
    }
    return status;
}

mg_status mg__pca_randomised(const mg__points *p, int64_t seed, mg__pca *pca) {
    mg_context *context = p->context;
    int64_t least = p->rows < p->columns ? p->rows : p->columns;
    turning t = { .points = p, .count = pca->dimensions + MORE < least ? pca->dimensions + MORE : least };
    size_t count = (size_t)t.count;
    t.q = mg__alloc_array(context, count, (size_t)p->columns * sizeof *t.q);
    t.y = mg__alloc_array(context, count, (size_t)p->rows * sizeof *t.y);
    t.small = mg__alloc_array(context, count, count * sizeof *t.small);
    t.value = mg__alloc_array(context, count, sizeof *t.value);
    mg_status status = t.q && t.y && t.small && t.value ? MG_OK : MG_OUT_OF_MEMORY;
    if (status == MG_OK) begin(&t, seed);
    int turns = 10 * pca->dimensions < least ? 7 : 4;
    for (int i = 0; i < turns && status == MG_OK; i++) status = turn(&t, pca->shift);
    if (status == MG_OK) status = read_out(&t, pca);
    void *blocks[] = { t.q, t.y, t.small, t.value };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(context, blocks[i]);
    return status;
}
