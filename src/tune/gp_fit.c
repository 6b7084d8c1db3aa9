/* The hyperparameters of a Gaussian process: those of the greatest marginal likelihood times priors, in their logarithms.
 *
 *     log p(y) = -1/2 y'K^-1 y - sum log U_ii,  d/dt = 1/2 tr((alpha alpha' - K^-1) dK/dt)
 *
 * Priors, which matter while there are few points: length scales log-normal around 0.6 of the range (measured in
 * docs/decisions/samplers.md), signal Gamma(2, 1), noise Gamma(1.1, 30). */
#include "tune/gp.h"
#include "tune/minimise.h"

#include <math.h>
#include <string.h>

enum { EVALUATIONS = 60 };
static const double noise_least = 1e-6, length_log = -0.5, length_deviation = 0.7;

typedef struct fit {
    mg__gp *gp;
    double *inverse; /* [count][count]: U^-1, then of K^-1 the upper triangle */
} fit;

static double lanes_dot(const double *a, const double *b, int64_t count) {
    double lanes[4] = { 0 }, rest = 0;
    int64_t j = 0;
    for (; j + 4 <= count; j += 4)
        for (int l = 0; l < 4; l++) lanes[l] += a[j + l] * b[j + l];
    for (; j < count; j++) rest += a[j] * b[j];
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) + rest;
}

/* U^-1 by rows from the last; then (U^-1)(U^-1)'. */
static void invert(const double *u, int64_t n, double *x) {
    for (int64_t i = n - 1; i >= 0; i--) {
        double *row = x + i * n;
        memset(row, 0, (size_t)n * sizeof *row);
        for (int64_t k = i + 1; k < n; k++) {
            const double share = u[i * n + k];
            const double *other = x + k * n;
            for (int64_t j = k; j < n; j++) row[j] -= share * other[j];
        }
        row[i] = 1;
        for (int64_t j = i; j < n; j++) row[j] /= u[i * n + i];
    }
    for (int64_t i = 0; i < n; i++) /* in place: row i is read by no later row */
        for (int64_t j = i; j < n; j++) x[i * n + j] = lanes_dot(x + i * n + j, x + j * n + j, n - j);
}

/* Normal in the logarithm; adds the gradient. */
static double log_normal(double t, double mean, double deviation, double *gradient) {
    const double z = (t - mean) / deviation;
    *gradient -= z / deviation;
    return -0.5 * z * z;
}

/* Gamma(shape, rate) of exp(t). */
static double log_gamma(double t, double shape, double rate, double *gradient) {
    *gradient += shape - 1 - rate * exp(t);
    return (shape - 1) * t - rate * exp(t);
}

/* t: log rate [dimensions], log signal, log noise. */
static double loss(void *user, const double *t, double *gradient) {
    const fit *f = user;
    mg__gp *gp = f->gp;
    const int64_t n = gp->count;
    const int d = gp->dimensions;
    for (int i = 0; i < d; i++) gp->rate[i] = exp(t[i]);
    gp->signal = exp(t[d]);
    gp->noise = exp(t[d + 1]);
    if (!mg__gp_condition(gp)) return NAN;
    double value = 0, trace = 0;
    for (int64_t i = 0; i < n; i++) value -= 0.5 * gp->y[i] * gp->alpha[i] + log(gp->factor[i * n + i]);
    invert(gp->factor, n, f->inverse);
    for (int i = 0; i < d + 2; i++) gradient[i] = 0;
    double signal = 0;
    for (int64_t a = 0; a < n; a++) {
        const double own = 0.5 * (gp->alpha[a] * gp->alpha[a] - f->inverse[a * n + a]);
        trace += own;
        signal += own * gp->signal;
        for (int64_t b = a + 1; b < n; b++) {
            const double *p = gp->x + a * d, *q = gp->x + b * d;
            const double weight = (gp->alpha[a] * gp->alpha[b] - f->inverse[a * n + b]) * gp->signal;
            const double s = sqrt(5 * mg__gp_distance(gp, p, q)), e = exp(-s);
            signal += weight * (1 + s + s * s / 3) * e;
            const double slope = weight * (-5 / 6.0) * (1 + s) * e;
            for (int i = 0; i < d; i++) {
                const double difference = gp->word[i] ? p[i] != q[i] : p[i] - q[i];
                gradient[i] += slope * gp->rate[i] * difference * difference;
            }
        }
    }
    gradient[d] = signal;
    gradient[d + 1] = trace * gp->noise;
    for (int i = 0; i < d; i++) /* log length = -t / 2 */
        value += log_normal(t[i], -2 * length_log, 2 * length_deviation, &gradient[i]);
    value += log_gamma(t[d], 2, 1, &gradient[d]) + log_gamma(t[d + 1], 1.1, 30, &gradient[d + 1]);
    for (int i = 0; i < d + 2; i++) gradient[i] = -gradient[i];
    return -value;
}

mg_status mg__gp_fit(mg__gp *gp) {
    mg_context *context = gp->context;
    const int d = gp->dimensions, count = d + 2;
    const size_t n = (size_t)gp->count;
    fit f = { .gp = gp, .inverse = mg__alloc_array(context, n * n, sizeof(double)) };
    double *work = mg__alloc_array(context, mg__minimise_work(count) + 4 * (size_t)count, sizeof *work);
    mg_status status = f.inverse && work ? MG_OK : MG_OUT_OF_MEMORY;
    if (status == MG_OK) {
        double *t = work + mg__minimise_work(count), *best = t + count, *low = best + count, *high = low + count,
               least = INFINITY;
        for (int i = 0; i < count; i++) low[i] = log(1e-4), high[i] = log(1e4), best[i] = 0;
        low[d] = log(1e-2), high[d] = log(1e2);
        low[d + 1] = log(noise_least), high[d + 1] = 0;
        static const double lengths[] = { 0.3, 1 }, noises[] = { 1e-4, 1e-2 };
        for (int from = 0; from < 2; from++) {
            for (int i = 0; i < d; i++) t[i] = -2 * log(lengths[from]);
            t[d] = 0;
            t[d + 1] = log(noises[from]);
            const double value = mg__minimise(loss, &f, count, t, low, high, EVALUATIONS, work);
            if (!(value < least)) continue;
            least = value;
            memcpy(best, t, (size_t)count * sizeof *best);
        }
        for (int i = 0; i < d; i++) gp->rate[i] = exp(best[i]);
        gp->signal = exp(best[d]);
        gp->noise = exp(best[d + 1]);
        while (gp->noise < 1e6 && !mg__gp_condition(gp)) gp->noise *= 10;
    }
    mg__free(context, f.inverse);
    mg__free(context, work);
    return status;
}
