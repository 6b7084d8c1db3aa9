/* BFGS in a box. Coordinates that stand at a bound and would leave it are held; the others move along -H g, where H estimates the
 * inverse Hessian, and the step is halved until the value falls enough (Armijo). */
#include "tune/minimise.h"

#include <math.h>
#include <string.h>

enum { VECTORS = 5 };

size_t mg__minimise_work(int count) { return (size_t)count * ((size_t)count + VECTORS); }

static double dot(const double *a, const double *b, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) sum += a[i] * b[i];
    return sum;
}

static void identity(double *h, int count, double scale) {
    memset(h, 0, (size_t)count * (size_t)count * sizeof *h);
    for (int i = 0; i < count; i++) h[i * count + i] = scale;
}

/* -H g over the coordinates that are not held. Returns its slope, which is below 0 unless all are held. */
static double direction(const double *h, const double *g, const double *x, const double *low, const double *high, int count,
                        double *d) {
    for (int i = 0; i < count; i++) {
        const bool held = (x[i] <= low[i] && g[i] > 0) || (x[i] >= high[i] && g[i] < 0);
        d[i] = held ? NAN : 0;
    }
    for (int i = 0; i < count; i++)
        for (int k = 0; k < count && !isnan(d[i]); k++)
            if (!isnan(d[k])) d[i] -= h[i * count + k] * g[k];
    for (int i = 0; i < count; i++)
        if (isnan(d[i])) d[i] = 0;
    return dot(d, g, count);
}

/* H <- (I - s y'/s'y) H (I - y s'/s'y) + s s'/s'y, where that keeps it positive definite. */
static void update(double *h, const double *s, const double *y, int count, double *hy, bool *first) {
    const double sy = dot(s, y, count);
    if (!(sy > 1e-10 * sqrt(dot(s, s, count) * dot(y, y, count)))) return;
    if (*first) identity(h, count, sy / dot(y, y, count));
    *first = false;
    for (int i = 0; i < count; i++) hy[i] = dot(h + i * count, y, count);
    const double yhy = dot(y, hy, count);
    for (int i = 0; i < count; i++)
        for (int k = 0; k < count; k++) h[i * count + k] += ((1 + yhy / sy) * s[i] * s[k] - hy[i] * s[k] - s[i] * hy[k]) / sy;
}

static double clamp(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

double mg__minimise(mg__smooth *function, void *user, int count, double *x, const double *low, const double *high,
                    int evaluations, double *work) {
    double *h = work, *g = h + count * count, *d = g + count, *next = d + count, *next_g = next + count, *hy = next_g + count;
    for (int i = 0; i < count; i++) x[i] = clamp(x[i], low[i], high[i]);
    double value = function(user, x, g);
    bool first = true;
    identity(h, count, 1);
    for (int used = 1; used < evaluations && isfinite(value);) {
        double slope = direction(h, g, x, low, high, count, d);
        if (!(slope < 0) && !first) { /* the estimate went wrong: begin anew */
            identity(h, count, 1);
            first = true;
            slope = direction(h, g, x, low, high, count, d);
        }
        if (!(slope < -1e-14)) break;
        double step = 1, most = 0;
        for (int i = 0; i < count; i++) most = fmax(most, fabs(d[i]) / (high[i] - low[i]));
        if (first && most > 0.1) step = 0.1 / most;
        double fell = 0, next_value = NAN;
        for (; used < evaluations && step * most > 1e-10; step /= 2) {
            for (int i = 0; i < count; i++) next[i] = clamp(x[i] + step * d[i], low[i], high[i]);
            next_value = function(user, next, next_g);
            used++;
            fell = value - next_value;
            for (int i = 0; i < count; i++) hy[i] = x[i] - next[i];
            if (fell >= 1e-4 * dot(g, hy, count) && fell >= 0) break;
            fell = 0;
        }
        if (!(fell > 0)) break;
        for (int i = 0; i < count; i++) { /* d: the step; g: the gradient's change */
            d[i] = next[i] - x[i];
            g[i] = next_g[i] - g[i];
            x[i] = next[i];
        }
        update(h, d, g, count, hy, &first);
        memcpy(g, next_g, (size_t)count * sizeof *g);
        value = next_value;
        if (fell < 1e-9 * (1 + fabs(value))) break;
    }
    return value;
}
