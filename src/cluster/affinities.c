#include "cluster/affinities.h"

#include "cluster/slices.h"

#include <math.h>

#define HALVINGS 200

/* --- one row ----------------------------------------------------------------------------------------- */

/* p for a beta, and its entropy. Distances are taken from the least on, which changes neither. */
static double entropy_of(const double *square, int64_t k, double least, double beta, double *p) {
    double sum = 0, weighted = 0;
    for (int64_t j = 0; j < k; j++) {
        double off = square[j] - least;
        p[j] = exp(-off * beta);
        sum += p[j];
        weighted += off * p[j];
    }
    for (int64_t j = 0; j < k; j++) p[j] /= sum;
    return log(sum) + beta * weighted / sum;
}

void mg__affinities_of_row(const double *square, int64_t k, double perplexity, double *p) {
    double least = INFINITY, mean = 0, low = 0, high = INFINITY, wanted = log(perplexity);
    for (int64_t j = 0; j < k; j++) least = fmin(least, square[j]);
    for (int64_t j = 0; j < k; j++) mean += (square[j] - least) / (double)k;
    double beta = mean > 0 ? 1 / mean : 1;
    for (int i = 0; i < HALVINGS; i++) {
        double off = entropy_of(square, k, least, beta, p) - wanted;
        if (!(fabs(off) > 1e-7) || mean == 0) break; /* rows that are all as far are neighbours alike */
        if (off > 0)                                 /* too many neighbours */
            low = beta;
        else
            high = beta;
        double next = isfinite(high) ? (low + high) / 2 : 2 * beta;
        if (next == beta || !isfinite(next * mean)) break;
        beta = next;
    }
}

typedef struct conditioning {
    const mg__nearest_rows *near;
    double perplexity;
    int64_t slices;
    double *p; /* [rows, k] */
} conditioning;

static void condition_slice(void *user, int64_t slice, int worker) {
    conditioning *c = user;
    const mg__nearest_rows *n = c->near;
    int64_t end = mg__slice_begin(n->rows, c->slices, slice + 1);
    (void)worker;
    for (int64_t row = mg__slice_begin(n->rows, c->slices, slice); row < end; row++)
        mg__affinities_of_row(n->square + row * n->k, n->k, c->perplexity, c->p + row * n->k);
}

/* --- both ways --------------------------------------------------------------------------------------- */

/* Whose neighbour a row is: those of row i are [begin[i], begin[i + 1]), ascending. */
typedef struct reverse {
    int64_t *begin; /* [rows + 2] */
    int32_t *other;
    double *p;
} reverse;

static mg_status turn_around(mg_context *context, const mg__nearest_rows *n, const double *p, reverse *r) {
    size_t count = (size_t)(n->rows * n->k);
    r->begin = mg__alloc_array(context, (size_t)n->rows + 2, sizeof *r->begin);
    r->other = mg__alloc_array(context, count, sizeof *r->other);
    r->p = mg__alloc_array(context, count, sizeof *r->p);
    if (!r->begin || !r->other || !r->p) return MG_OUT_OF_MEMORY;
    int64_t *at = r->begin + 1; /* moves on while the lists fill, and ends where the next list begins */
    for (size_t i = 0; i < count; i++) at[n->row[i] + 1]++;
    for (int64_t row = 0; row < n->rows; row++) at[row + 1] += at[row];
    for (int64_t row = 0; row < n->rows; row++)
        for (int64_t j = 0; j < n->k; j++) {
            int64_t place = at[n->row[row * n->k + j]]++;
            r->other[place] = (int32_t)row;
            r->p[place] = p[row * n->k + j];
        }
    return MG_OK;
}

/* A row's two lists as one; other NULL: only counts. */
static int64_t merge(const mg__nearest_rows *n, const double *p, const reverse *r, int64_t row, int32_t *other, float *both) {
    const int32_t *a = n->row + row * n->k, *b = r->other + r->begin[row];
    const double *pa = p + row * n->k, *pb = r->p + r->begin[row];
    int64_t i = 0, j = 0, count = 0, in = r->begin[row + 1] - r->begin[row];
    for (; i < n->k || j < in; count++) {
        bool from_a = j == in || (i < n->k && a[i] <= b[j]), from_b = i == n->k || (j < in && b[j] <= a[i]);
        double sum = (from_a ? pa[i] : 0) + (from_b ? pb[j] : 0);
        if (other) {
            other[count] = from_a ? a[i] : b[j];
            both[count] = (float)(sum / (2 * (double)n->rows));
        }
        i += from_a;
        j += from_b;
    }
    return count;
}

static mg_status symmetrise(mg_context *context, const mg__nearest_rows *n, const double *p, const reverse *r,
                            mg__affinities *made) {
    made->begin = mg__alloc_array(context, (size_t)n->rows + 1, sizeof *made->begin);
    if (!made->begin) return MG_OUT_OF_MEMORY;
    for (int64_t row = 0; row < n->rows; row++) made->begin[row + 1] = made->begin[row] + merge(n, p, r, row, NULL, NULL);
    made->other = mg__alloc_array(context, (size_t)made->begin[n->rows], sizeof *made->other);
    made->p = mg__alloc_array(context, (size_t)made->begin[n->rows], sizeof *made->p);
    if (!made->other || !made->p) return MG_OUT_OF_MEMORY;
    for (int64_t row = 0; row < n->rows; row++) merge(n, p, r, row, made->other + made->begin[row], made->p + made->begin[row]);
    return MG_OK;
}

mg_status mg__affinities_make(mg_context *context, const mg__nearest_rows *near, double perplexity, mg__affinities *made) {
    *made = (mg__affinities){ .rows = near->rows };
    reverse r = { 0 };
    conditioning c = { .near = near, .perplexity = perplexity, .slices = mg__slice_count(near->rows, 0) };
    c.p = mg__alloc_array(context, (size_t)near->rows, (size_t)near->k * sizeof *c.p);
    if (c.p) mg__slices_run(context, c.slices, condition_slice, &c);
    mg_status status = c.p ? turn_around(context, near, c.p, &r) : MG_OUT_OF_MEMORY;
    if (status == MG_OK) status = symmetrise(context, near, c.p, &r, made);
    mg__free(context, r.begin);
    mg__free(context, r.other);
    mg__free(context, r.p);
    mg__free(context, c.p);
    return status;
}

void mg__affinities_free(mg_context *context, mg__affinities *made) {
    mg__free(context, made->begin);
    mg__free(context, made->other);
    mg__free(context, made->p);
    *made = (mg__affinities){ 0 };
}
