/* Gaussian process regression: the kernel, its factor, what it predicts. Matrices are kept by rows and worked on row by row,
 * which compilers turn into vector code. */
#include "tune/gp.h"

#include <math.h>
#include <string.h>

bool mg__gp_open(mg__gp *gp, mg_context *context, int dimensions, const bool *word, int64_t room) {
    const size_t n = (size_t)room, d = (size_t)dimensions;
    *gp = (mg__gp){ .context = context, .dimensions = dimensions, .word = word, .signal = 1, .noise = 1e-2 };
    gp->x = mg__alloc_array(context, n * d, sizeof *gp->x);
    gp->y = mg__alloc_array(context, n, sizeof *gp->y);
    gp->rate = mg__alloc_array(context, d, sizeof *gp->rate);
    gp->factor = mg__alloc_array(context, n * n, sizeof *gp->factor);
    gp->alpha = mg__alloc_array(context, n, sizeof *gp->alpha);
    return gp->x && gp->y && gp->rate && gp->factor && gp->alpha;
}

void mg__gp_close(mg__gp *gp) {
    mg__free(gp->context, gp->x);
    mg__free(gp->context, gp->y);
    mg__free(gp->context, gp->rate);
    mg__free(gp->context, gp->factor);
    mg__free(gp->context, gp->alpha);
}

void mg__gp_add(mg__gp *gp, const double *x, double y) {
    memcpy(gp->x + gp->count * gp->dimensions, x, (size_t)gp->dimensions * sizeof *x);
    gp->y[gp->count++] = y;
}

double mg__gp_distance(const mg__gp *gp, const double *a, const double *b) {
    double sum = 0;
    for (int i = 0; i < gp->dimensions; i++) {
        const double difference = gp->word[i] ? a[i] != b[i] : a[i] - b[i];
        sum += gp->rate[i] * difference * difference;
    }
    return sum;
}

/* M as a function of r^2, and its slope. */
static double matern(double square, double *slope) {
    const double s = sqrt(5 * square), e = exp(-s);
    *slope = -5 / 6.0 * (1 + s) * e;
    return (1 + s + s * s / 3) * e;
}

/* --- the factor: U'U, U upper -------------------------------------------------------------------------- */

static bool factor(double *u, int64_t n) {
    for (int64_t k = 0; k < n; k++) {
        double *row = u + k * n;
        if (!(row[k] > 0)) return false;
        const double scale = 1 / sqrt(row[k]);
        for (int64_t j = k; j < n; j++) row[j] *= scale;
        for (int64_t i = k + 1; i < n; i++) {
            double *below = u + i * n;
            const double share = row[i];
            for (int64_t j = i; j < n; j++) below[j] -= share * row[j];
        }
    }
    return true;
}

/* x <- U^-T x */
static void solve_lower(const double *u, int64_t n, double *x) {
    for (int64_t k = 0; k < n; k++) {
        const double *row = u + k * n, share = x[k] /= row[k];
        for (int64_t j = k + 1; j < n; j++) x[j] -= share * row[j];
    }
}

/* x <- U^-1 x */
static void solve_upper(const double *u, int64_t n, double *x) {
    for (int64_t k = n - 1; k >= 0; k--) {
        double lanes[4] = { 0 }, sum = x[k];
        const double *row = u + k * n;
        int64_t j = k + 1;
        for (; j + 4 <= n; j += 4)
            for (int l = 0; l < 4; l++) lanes[l] += row[j + l] * x[j + l];
        for (; j < n; j++) sum -= row[j] * x[j];
        x[k] = (sum - ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3]))) / row[k];
    }
}

bool mg__gp_condition(mg__gp *gp) {
    const int64_t n = gp->count;
    for (int64_t i = 0; i < n; i++) {
        double slope, *row = gp->factor + i * n;
        row[i] = gp->signal + gp->noise;
        for (int64_t j = i + 1; j < n; j++)
            row[j] = gp->signal * matern(mg__gp_distance(gp, gp->x + i * gp->dimensions, gp->x + j * gp->dimensions), &slope);
    }
    if (!factor(gp->factor, n)) return false;
    memcpy(gp->alpha, gp->y, (size_t)n * sizeof *gp->alpha);
    solve_lower(gp->factor, n, gp->alpha);
    solve_upper(gp->factor, n, gp->alpha);
    return true;
}

/* With k the covariances of x and the points: mean k'alpha, variance signal - |U^-T k|^2; dk/dx_i = 2 signal M' rate_i (x_i -
 * p_i). */
void mg__gp_predict(const mg__gp *gp, const double *x, double *work, double *mean, double *variance, double *mean_gradient,
                    double *variance_gradient) {
    const int64_t n = gp->count;
    double *k = work, *slope = k + n, *solved = slope + n;
    *mean = 0;
    *variance = gp->signal;
    for (int64_t a = 0; a < n; a++) {
        k[a] = gp->signal * matern(mg__gp_distance(gp, x, gp->x + a * gp->dimensions), &slope[a]);
        *mean += k[a] * gp->alpha[a];
    }
    memcpy(solved, k, (size_t)n * sizeof *solved);
    solve_lower(gp->factor, n, solved);
    for (int64_t a = 0; a < n; a++) *variance -= solved[a] * solved[a];
    if (!(*variance > 1e-12)) *variance = 1e-12;
    if (!mean_gradient) return;
    solve_upper(gp->factor, n, solved); /* (k + noise I)^-1 k */
    for (int i = 0; i < gp->dimensions; i++) mean_gradient[i] = variance_gradient[i] = 0;
    for (int64_t a = 0; a < n; a++)
        for (int i = 0; i < gp->dimensions; i++) {
            if (gp->word[i]) continue;
            const double change = 2 * gp->signal * slope[a] * gp->rate[i] * (x[i] - gp->x[a * gp->dimensions + i]);
            mean_gradient[i] += change * gp->alpha[a];
            variance_gradient[i] -= 2 * change * solved[a];
        }
}
