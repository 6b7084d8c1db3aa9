/* By Householder's reflections to a tridiagonal matrix, and its QL iteration with implicit shifts (Martin, Reinsch & Wilkinson
 * 1968; Dubrulle, Martin & Wilkinson 1968). Everything runs along rows. */
#include "cluster/eigen.h"

#include "base/threads.h"
#include "cluster/slices.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define STRIPE      64 /* columns of the eigenvectors that are turned together */
#define MOST_SWEEPS 64 /* of one value; a few are enough */

typedef struct solving {
    int64_t n, wanted;
    double *a;           /* [n, n]; a reflection's direction in row k behind the diagonal, once it is done */
    double *diagonal;    /* [n] */
    double *beside;      /* [n]: [i] couples i and i + 1 */
    double *scale;       /* [n]: 2 / |v|^2 of each reflection; 0: there was none */
    double *work;        /* [n] */
    double *z;           /* [n, n]: rows are eigenvectors, of the tridiagonal matrix at first */
    double *turn;        /* [n, 2]: cosine and sine of a sweep's rotations */
    int64_t first, last; /* the sweep turns rows i and i + 1 for i = last .. first, falling */
} solving;

static double dot(const double *a, const double *b, int64_t n) {
    double sum[4] = { 0 };
    int64_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (int lane = 0; lane < 4; lane++) sum[lane] += a[i + lane] * b[i + lane];
    for (; i < n; i++) sum[0] += a[i] * b[i];
    return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

/* --- to a tridiagonal matrix ------------------------------------------------------------------------- */

/* A - v w' - w v', where w = p - (scale / 2)(v.p) v and p = scale A v, of what is below and right of the diagonal's k. */
static void reflect(solving *s, int64_t k) {
    int64_t m = s->n - k - 1;
    double *v = s->a + k * s->n + k + 1, *w = s->work;
    double norm = sqrt(dot(v, v, m)), alpha = v[0] > 0 ? -norm : norm;
    s->beside[k] = alpha;
    if (norm == 0) return;
    v[0] -= alpha;
    double scale = s->scale[k] = 2 / dot(v, v, m);
    for (int64_t i = 0; i < m; i++) w[i] = scale * dot(s->a + (k + 1 + i) * s->n + k + 1, v, m);
    double half = scale / 2 * dot(v, w, m);
    for (int64_t i = 0; i < m; i++) w[i] -= half * v[i];
    for (int64_t i = 0; i < m; i++) {
        double *row = s->a + (k + 1 + i) * s->n + k + 1, vi = v[i], wi = w[i];
        for (int64_t j = 0; j < m; j++) row[j] -= vi * w[j] + wi * v[j];
    }
}

static void make_tridiagonal(solving *s) {
    for (int64_t k = 0; k < s->n - 2; k++) reflect(s, k);
    for (int64_t k = 0; k < s->n; k++) s->diagonal[k] = s->a[k * s->n + k];
    if (s->n > 1) s->beside[s->n - 2] = s->a[(s->n - 2) * s->n + s->n - 1];
    s->beside[s->n - 1] = 0;
}

/* --- its eigenvectors -------------------------------------------------------------------------------- */

static void turn_stripe(void *user, int64_t stripe, int worker) {
    solving *s = user;
    int64_t from = stripe * STRIPE, width = s->n - from < STRIPE ? s->n - from : STRIPE;
    (void)worker;
    for (int64_t i = s->last; i >= s->first; i--) {
        double c = s->turn[2 * i], d = s->turn[2 * i + 1], *low = s->z + i * s->n + from, *high = low + s->n;
        for (int64_t j = 0; j < width; j++) {
            double h = high[j];
            high[j] = d * low[j] + c * h;
            low[j] = c * low[j] - d * h;
        }
    }
}

/* One sweep from m up to l, shifted by an estimate of the value at l. */
static void sweep(mg_context *context, solving *s, int64_t l, int64_t m) {
    double *d = s->diagonal, *e = s->beside;
    double g = (d[l + 1] - d[l]) / (2 * e[l]), r = hypot(g, 1), sine = 1, cosine = 1, moved = 0;
    g = d[m] - d[l] + e[l] / (g + copysign(r, g));
    int64_t i = m - 1;
    for (; i >= l; i--) {
        double f = sine * e[i], b = cosine * e[i];
        r = e[i + 1] = hypot(f, g);
        if (r == 0) { /* it falls apart here */
            d[i + 1] -= moved;
            e[m] = 0;
            break;
        }
        sine = f / r;
        cosine = g / r;
        g = d[i + 1] - moved;
        r = (d[i] - g) * sine + 2 * cosine * b;
        moved = sine * r;
        d[i + 1] = g + moved;
        g = cosine * r - b;
        s->turn[2 * i] = cosine;
        s->turn[2 * i + 1] = sine;
    }
    s->first = i + 1;
    s->last = m - 1;
    int64_t stripes = (s->n + STRIPE - 1) / STRIPE;
    if ((s->last - s->first) * s->n < 1 << 15) /* less work than waking the threads */
        for (int64_t stripe = 0; stripe < stripes; stripe++) turn_stripe(s, stripe, 0);
    else
        mg__slices_run(context, stripes, turn_stripe, s);
    if (i >= l) return;
    d[l] -= moved;
    e[l] = g;
    e[m] = 0;
}

static void solve_tridiagonal(mg_context *context, solving *s) {
    for (int64_t l = 0; l < s->n; l++) {
        for (int sweeps = 0; sweeps < MOST_SWEEPS; sweeps++) {
            int64_t m = l;
            while (m < s->n - 1 && fabs(s->beside[m]) > DBL_EPSILON * (fabs(s->diagonal[m]) + fabs(s->diagonal[m + 1]))) m++;
            if (m == l) break;
            sweep(context, s, l, m);
        }
    }
}

/* --- back -------------------------------------------------------------------------------------------- */

static void put_in_order(solving *s) {
    for (int64_t i = 0; i < s->wanted; i++) {
        int64_t best = i;
        for (int64_t j = i + 1; j < s->n; j++) best = s->diagonal[j] > s->diagonal[best] ? j : best;
        if (best == i) continue;
        double value = s->diagonal[i], *a = s->z + i * s->n, *b = s->z + best * s->n;
        s->diagonal[i] = s->diagonal[best];
        s->diagonal[best] = value;
        memcpy(s->work, a, (size_t)s->n * sizeof *a);
        memcpy(a, b, (size_t)s->n * sizeof *a);
        memcpy(b, s->work, (size_t)s->n * sizeof *a);
    }
}

/* A row z becomes H_0 H_1 ... z. */
static void reflect_back(void *user, int64_t row, int worker) {
    solving *s = user;
    double *z = s->z + row * s->n;
    (void)worker;
    for (int64_t k = s->n - 3; k >= 0; k--) {
        const double *v = s->a + k * s->n + k + 1;
        double along = s->scale[k] * dot(v, z + k + 1, s->n - k - 1);
        for (int64_t i = 0; i < s->n - k - 1; i++) z[k + 1 + i] -= along * v[i];
    }
}

mg_status mg__eigen_symmetric(mg_context *context, int64_t n, int64_t wanted, double *a, double *value) {
    size_t count = (size_t)n;
    double *block = mg__alloc_array(context, count, 6 * sizeof *block), *z = mg__alloc_array(context, count * count, sizeof *z);
    mg_status status = block && z ? MG_OK : MG_OUT_OF_MEMORY;
    if (status == MG_OK) {
        solving s = { .n = n, .wanted = wanted < n ? wanted : n, .a = a, .diagonal = value, .z = z };
        s.beside = block, s.scale = block + n, s.work = block + 2 * n, s.turn = block + 3 * n;
        for (int64_t i = 0; i < n; i++) z[i * n + i] = 1;
        make_tridiagonal(&s);
        solve_tridiagonal(context, &s);
        put_in_order(&s);
        mg__slices_run(context, s.wanted, reflect_back, &s);
        memcpy(a, z, (size_t)(s.wanted * n) * sizeof *a);
    }
    mg__free(context, block);
    mg__free(context, z);
    return status;
}
