/* Histograms of floats, beside plain counting in f64. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "train/histogram.h"
#include "train_support.h"

enum { MOST = 2000, BINS = MG_HISTOGRAM_BINS };

static int64_t all_of(const mg_histogram *h) {
    int64_t sum = 0;
    for (int b = 0; b < BINS; b++) sum += h->bin[b];
    return sum;
}

/* Up to each border are at least the values clearly below it and at most those not clearly above. */
static void assert_counts(const mg_histogram *h, const float *value, int count) {
    double low = INFINITY, high = -INFINITY;
    int64_t known = 0, sum = 0;
    for (int i = 0; i < count; i++)
        if (isfinite(value[i])) low = fmin(low, value[i]), high = fmax(high, value[i]), known++;
    assert_true(h->low == low && h->high == high);
    assert_int_equal(all_of(h), known);
    for (int b = 0; b + 1 < BINS; b++) {
        double width = (high - low) / BINS, border = low + width * (b + 1), slack = 1e-4 * width;
        int64_t least = 0, most = 0;
        for (int i = 0; i < count; i++) {
            least += isfinite(value[i]) && value[i] < border - slack;
            most += isfinite(value[i]) && value[i] <= border + slack;
        }
        sum += h->bin[b];
        assert_true(sum >= least && sum <= most);
    }
}

static void bins_agree_with_plain_counting_at_any_length_and_scale(void **state) {
    (void)state;
    static const double scales[] = { 1, 1e-37, 1e-30, 1e37, 3e-4 };
    static const int lengths[] = { 1, 2, 3, 5, 31, 32, 33, 255, 256, 257, 261, MOST };
    float value[MOST];
    uint64_t seed = 3;
    for (size_t s = 0; s < sizeof scales / sizeof *scales; s++) {
        for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
            for (int i = 0; i < lengths[l]; i++) value[i] = (float)(scales[s] * train_normal(&seed));
            mg_histogram h = mg__histogram_of(value, lengths[l]);
            assert_counts(&h, value, lengths[l]);
        }
    }
}

/* The whole range of f32, and a narrow one far from 0. */
static void no_range_is_too_wide_or_too_narrow(void **state) {
    (void)state;
    float value[MOST];
    for (int i = 0; i < MOST; i++) value[i] = (float)(3.4e38 * sin(i));
    mg_histogram h = mg__histogram_of(value, MOST);
    assert_counts(&h, value, MOST);
    for (int i = 0; i < MOST; i++) value[i] = 1000 + (float)(i % 30) / 1024; /* exact: as many in each bin, but for the last */
    h = mg__histogram_of(value, MOST);
    assert_int_equal(all_of(&h), MOST);
    assert_true(h.bin[0] > 0 && h.bin[BINS - 1] > 0);
    assert_counts(&h, value, MOST);
}

static void what_is_not_finite_is_left_out(void **state) {
    (void)state;
    float value[] = { 1, NAN, 2, INFINITY, -INFINITY, 4, NAN };
    mg_histogram h = mg__histogram_of(value, 7);
    assert_true(h.low == 1 && h.high == 4);
    assert_int_equal(all_of(&h), 3);
    assert_true(h.bin[0] == 1 && h.bin[10] + h.bin[9] == 1 && h.bin[BINS - 1] == 1);
    h = mg__histogram_of(value + 3, 2);
    assert_true(isnan(h.low) && isnan(h.high) && all_of(&h) == 0);
    h = mg__histogram_of(value, 0);
    assert_true(isnan(h.low) && all_of(&h) == 0);
}

static void equal_values_are_in_the_first_bin(void **state) {
    (void)state;
    float value[300];
    for (int i = 0; i < 300; i++) value[i] = -7;
    mg_histogram h = mg__histogram_of(value, 300);
    assert_true(h.low == -7 && h.high == -7 && h.bin[0] == 300);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bins_agree_with_plain_counting_at_any_length_and_scale),
        cmocka_unit_test(no_range_is_too_wide_or_too_narrow),
        cmocka_unit_test(what_is_not_finite_is_left_out),
        cmocka_unit_test(equal_values_are_in_the_first_bin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
