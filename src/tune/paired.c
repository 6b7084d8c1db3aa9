#include "tune/paired.h"

#include <math.h>

/* --- Student's t -------------------------------------------------------------------------------------- */

/* ln Gamma(x), x > 0, by Stirling's series from 10 on and Gamma(x) = Gamma(x + 1) / x below. lgamma would write to a global. */
static double log_gamma(double x) {
    double factor = 1;
    for (; x < 10; x++) factor *= x;
    double z = 1 / (x * x);
    double series = (1.0 / 12 - z * (1.0 / 360 - z * (1.0 / 1260 - z * (1.0 / 1680 - z * (1.0 / 1188 - z * 691 / 360360))))) / x;
    return (x - 0.5) * log(x) - x + 0.91893853320467274178 + series - log(factor);
}

/* The continued fraction of the incomplete beta function, by Lentz's method (Press et al., Numerical Recipes, 6.4); converges
 * quickly for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double a, double b, double x) {
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double h = d;
    for (int m = 1; m <= 10000; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        const double step[2] = { even, odd };
        double change = 1;
        for (int i = 0; i < 2; i++) {
            d = 1 + step[i] * d;
            c = 1 + step[i] / c;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            if (fabs(c) < tiny) c = tiny;
            change = d * c;
            h *= change;
        }
        if (fabs(change - 1) < 1e-16) break;
    }
    return h;
}

/* I_x(a, b), regularised; y = 1 - x, which may be more exact than that. */
static double beta(double a, double b, double x, double y) {
    if (x <= 0) return 0;
    if (y <= 0) return 1;
    double front = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log(y));
    return x < (a + 1) / (a + b + 2) ? front * beta_fraction(a, b, x) / a : 1 - front * beta_fraction(b, a, y) / b;
}

/* P(|T| > |t|) = I_(n / (n + t^2)) (n / 2, 1 / 2) */
static double beyond(double t, double freedom) {
    if (isinf(t)) return 0;
    double square = t * t;
    return beta(freedom / 2, 0.5, freedom / (freedom + square), square / (freedom + square));
}

double mg__student_below(double t, double freedom) {
    if (isnan(t)) return NAN;
    double tail = beyond(t, freedom) / 2;
    return t > 0 ? 1 - tail : tail;
}

/* By halving: it is asked for now and then. */
double mg__student_quantile(double p, double freedom) {
    double low = 0, high = 1, tail = p < 0.5 ? p : 1 - p;
    if (p == 0.5) return 0;
    while (beyond(high, freedom) / 2 > tail && high < 1e300) high *= 2;
    for (int i = 0; i < 200 && low < high; i++) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) break;
        if (beyond(middle, freedom) / 2 > tail)
            low = middle;
        else
            high = middle;
    }
    return p < 0.5 ? -high : high;
}

/* --- means and differences ---------------------------------------------------------------------------- */

int64_t mg__sample_of(const double *value, int64_t count, double *mean, double *deviation) {
    double sum = 0, square = 0;
    int64_t n = 0;
    for (int64_t i = 0; i < count; i++)
        if (isfinite(value[i])) sum += value[i], n++;
    *mean = n > 0 ? sum / (double)n : NAN;
    for (int64_t i = 0; i < count; i++)
        if (isfinite(value[i])) square += (value[i] - *mean) * (value[i] - *mean);
    *deviation = n > 1 ? sqrt(square / (double)(n - 1)) : NAN;
    return n;
}

static double error_of(double deviation, int64_t n, double ratio) { return sqrt(1 / (double)n + ratio) * deviation; }

mg_interval mg__resampled_interval(double mean, double deviation, int64_t n, double ratio) {
    if (n < 2) return (mg_interval){ NAN, NAN };
    double width = mg__student_quantile(0.975, (double)(n - 1)) * error_of(deviation, n, ratio);
    return (mg_interval){ mean - width, mean + width };
}

mg_paired mg__paired_test(const double *a, const double *b, int64_t count, double ratio) {
    mg_paired found = { .difference = NAN, .low = NAN, .high = NAN, .t = NAN, .p = NAN };
    double sum = 0, square = 0;
    for (int64_t i = 0; i < count; i++)
        if (isfinite(a[i]) && isfinite(b[i])) sum += a[i] - b[i], found.folds++;
    if (found.folds < 2) return found;
    found.difference = sum / (double)found.folds;
    for (int64_t i = 0; i < count; i++)
        if (isfinite(a[i]) && isfinite(b[i])) square += pow(a[i] - b[i] - found.difference, 2);
    double deviation = sqrt(square / (double)(found.folds - 1)), error = error_of(deviation, found.folds, ratio);
    mg_interval interval = mg__resampled_interval(found.difference, deviation, found.folds, ratio);
    found.low = interval.low;
    found.high = interval.high;
    found.t = found.difference == 0 ? 0 : found.difference / error;
    found.p = found.difference == 0 ? 1 : beyond(found.t, (double)(found.folds - 1));
    return found;
}
