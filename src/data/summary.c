/* The update of Welford (1962) for means, extended to third moments and to groups by Chan, Golub, LeVeque (1979) and Pebay
 * (2008), here with a group of w equal values x: d = x - mean, n' = n + w, m3 += d^3 n w (n - w) / n'^2 - 3 d w m2 / n',   m2 +=
 * d^2 n w / n',   mean += d w / n'. */
#include "data/summary.h"

#include <math.h>

void mg__summary_add(mg__summary *m, double value, int64_t times) {
    if (m->count == 0) *m = (mg__summary){ .low = value, .high = value };
    m->low = value < m->low ? value : m->low;
    m->high = value > m->high ? value : m->high;
    double n = (double)m->count, w = (double)times, share = w / (n + w), d = value - m->mean, part = d * d * n * share;
    m->m3 += part * d * (n - w) / (n + w) - 3 * d * share * m->m2;
    m->m2 += part;
    m->mean += d * share;
    m->count += times;
}

double mg__summary_deviation(const mg__summary *m) {
    double variance = m->count > 1 ? m->m2 / (double)(m->count - 1) : (double)NAN;
    return isfinite(variance) ? sqrt(variance) : (double)NAN;
}

double mg__summary_skewness(const mg__summary *m) {
    if (m->count < 3 || !isfinite(m->m3) || !isfinite(m->m2)) return (double)NAN;
    if (m->low == m->high) return 0;
    double skewness = sqrt((double)m->count) * (m->m3 / m->m2) / sqrt(m->m2);
    return isfinite(skewness) ? skewness : (double)NAN;
}
