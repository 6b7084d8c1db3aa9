/* Moments of numbers that come one after the other, against the plain two passes. */
#include "data/summary.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void close_to(double value, double wanted, double tolerance) {
    if (!(fabs(value - wanted) <= tolerance * fmax(1, fabs(wanted)))) fail_msg("%.17g, wanted %.17g", value, wanted);
}

/* x[i] counts i % 3 + 1 times. */
static void two_passes(const double *x, int count, double *mean, double *deviation, double *skewness) {
    double n = 0, m2 = 0, m3 = 0;
    *mean = 0;
    for (int i = 0; i < count; i++) n += i % 3 + 1;
    for (int i = 0; i < count; i++) *mean += x[i] / n * (i % 3 + 1);
    for (int i = 0; i < count; i++) {
        double d = x[i] - *mean, times = i % 3 + 1;
        m2 += times * d * d;
        m3 += times * d * d * d;
    }
    *deviation = sqrt(m2 / (n - 1));
    *skewness = sqrt(n) * m3 / pow(m2, 1.5);
}

static void moments_are_those_of_two_passes(void **state) {
    (void)state;
    const double offsets[] = { 0, -3, 1e9 };
    for (int o = 0; o < 3; o++) {
        double x[1000], mean, deviation, skewness;
        mg__summary s = { 0 };
        for (int i = 0; i < 1000; i++) {
            x[i] = offsets[o] + exp(sin(i * 12.9898) * 2);
            mg__summary_add(&s, x[i], i % 3 + 1);
        }
        two_passes(x, 1000, &mean, &deviation, &skewness);
        close_to(s.mean, mean, 1e-14);
        close_to(mg__summary_deviation(&s), deviation, 1e-6);
        close_to(mg__summary_skewness(&s), skewness, 1e-6);
        assert_int_equal(s.count, 1999);
    }
}

static void known_figures(void **state) {
    (void)state;
    mg__summary s = { 0 };
    const double x[] = { 2, 4, 4, 4, 5, 5, 7, 9 };
    for (int i = 0; i < 8; i++) mg__summary_add(&s, x[i], 1);
    assert_true(s.low == 2 && s.high == 9 && s.mean == 5);
    close_to(mg__summary_deviation(&s), 2.138089935299395, 1e-15); /* statistics.stdev */
    close_to(mg__summary_skewness(&s), 0.65625, 1e-15);            /* scipy.stats.skew */
}

static void too_few_or_too_large_numbers_say_nothing(void **state) {
    (void)state;
    mg__summary s = { 0 };
    assert_true(isnan(mg__summary_deviation(&s)) && isnan(mg__summary_skewness(&s)));
    mg__summary_add(&s, 7, 1);
    assert_true(isnan(mg__summary_deviation(&s)) && isnan(mg__summary_skewness(&s)) && s.low == 7 && s.high == 7);
    mg__summary_add(&s, 7, 5);
    assert_true(mg__summary_deviation(&s) == 0 && mg__summary_skewness(&s) == 0 && s.mean == 7);
    mg__summary_add(&s, DBL_MAX, 1);
    mg__summary_add(&s, -DBL_MAX, 1);
    assert_true(isnan(mg__summary_deviation(&s)) && isnan(mg__summary_skewness(&s)));
    assert_true(s.low == -DBL_MAX && s.high == DBL_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_those_of_two_passes),
        cmocka_unit_test(known_figures),
        cmocka_unit_test(too_few_or_too_large_numbers_say_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
