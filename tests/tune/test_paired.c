/* Student's t and the corrected resampled t-test against SciPy. */
#include "tune/paired.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "golden/paired.h"

#define COUNT(array) (sizeof array / sizeof *array)

static void near(double got, double wanted, double relative, const char *what) {
    if (fabs(got - wanted) > relative * fabs(wanted) + 1e-300) fail_msg("%s: got %.17g, wanted %.17g", what, got, wanted);
}

static void students_t_is_that_of_scipy(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(golden_student); i++)
        near(mg__student_below(golden_student[i].t, golden_student[i].freedom), golden_student[i].below, 1e-11, "below");
    for (size_t i = 0; i < COUNT(golden_quantile); i++)
        near(mg__student_quantile(golden_quantile[i].p, golden_quantile[i].freedom), golden_quantile[i].t, 1e-11, "quantile");
    assert_true(mg__student_below(INFINITY, 3) == 1 && mg__student_below(-INFINITY, 3) == 0);
    assert_true(isnan(mg__student_below(NAN, 3)));
    assert_true(mg__student_quantile(0.5, 7) == 0);
}

static void the_paired_test_is_that_of_scipy(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(golden_pairs); i++) {
        const golden_pair *g = &golden_pairs[i];
        mg_paired found = mg__paired_test(g->a, g->b, g->count, g->ratio);
        const double got[] = { found.difference, found.low, found.high, found.t, found.p };
        for (int k = 0; k < 5; k++) near(got[k], g->wanted[k], 1e-9, "paired");
        mg_paired back = mg__paired_test(g->b, g->a, g->count, g->ratio);
        near(back.t, -found.t, 1e-12, "t of the reverse");
        near(back.p, found.p, 1e-12, "p of the reverse");
        assert_int_equal(found.folds, g->count);
    }
}

static void folds_that_one_of_them_lacks_do_not_count(void **state) {
    (void)state;
    const double a[] = { 0.9, NAN, 0.8, 0.7, 0.85 }, b[] = { 0.85, 0.5, NAN, 0.69, 0.8 }, c[] = { 0.9, 0.7, 0.85 },
                 d[] = { 0.85, 0.69, 0.8 };
    mg_paired with = mg__paired_test(a, b, 5, 0.25), without = mg__paired_test(c, d, 3, 0.25);
    assert_int_equal(with.folds, 3);
    assert_true(with.t == without.t && with.p == without.p);
    with = mg__paired_test(a, b, 2, 0.25);
    assert_int_equal(with.folds, 1);
    assert_true(isnan(with.difference) && isnan(with.p));
}

static void no_difference_at_all_is_certain_of_nothing_and_one_alike_everywhere_of_all(void **state) {
    (void)state;
    const double a[] = { 0.5, 0.75, 1 }, b[] = { 0.25, 0.5, 0.75 };
    mg_paired same = mg__paired_test(a, a, 3, 0.5), other = mg__paired_test(a, b, 3, 0.5);
    assert_true(same.t == 0 && same.p == 1 && same.difference == 0);
    assert_true(isinf(other.t) && other.p == 0 && other.low == 0.25 && other.high == 0.25);
}

/* 0.9, 0.8, 1.0 with ratio 1/2: mean 0.9, deviation 0.1, error sqrt(1/3 + 1/2) 0.1 = 0.0912870929, t(0.975, 2) = 4.30265273 */
static void the_interval_of_a_mean_is_worked_out_by_hand(void **state) {
    (void)state;
    const double value[] = { 0.9, NAN, 0.8, 1.0 };
    double mean, deviation;
    assert_int_equal(mg__sample_of(value, 4, &mean, &deviation), 3);
    near(mean, 0.9, 1e-15, "mean");
    near(deviation, 0.1, 1e-14, "deviation");
    mg_interval interval = mg__resampled_interval(mean, deviation, 3, 0.5);
    near(interval.low, 0.9 - 4.30265273 * 0.0912870929, 1e-7, "low");
    near(interval.high, 0.9 + 4.30265273 * 0.0912870929, 1e-7, "high");
    assert_int_equal(mg__sample_of(value, 1, &mean, &deviation), 1);
    assert_true(isnan(deviation) && isnan(mg__resampled_interval(mean, deviation, 1, 0.5).low));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(students_t_is_that_of_scipy),
        cmocka_unit_test(the_paired_test_is_that_of_scipy),
        cmocka_unit_test(folds_that_one_of_them_lacks_do_not_count),
        cmocka_unit_test(no_difference_at_all_is_certain_of_nothing_and_one_alike_everywhere_of_all),
        cmocka_unit_test(the_interval_of_a_mean_is_worked_out_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
