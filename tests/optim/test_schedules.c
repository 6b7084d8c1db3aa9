/* Schedules of the learning rate against their formulas. */
#include <micrograd/optimizer.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { TIMES = 6 };
static const double times[TIMES] = { 0, 0.25, 0.5, 0.75, 1 / 15.0, 1 - 1e-9 };

/* From half angles: cos^2(pi t / 2), and sin^2 below, by Python's math. */
static const struct {
    const char *name;
    double wanted[TIMES];
} cases[] = {
    { "constant", { 1, 1, 1, 1, 1, 1 } },
    { "linear", { 1, 0.75, 0.5, 0.25, 14 / 15.0, 1e-9 } },
    { "cosine", { 1, 0.8535533905932737, 0.5, 0.14644660940672624, 0.98907380036690279, 0 } },
    { "flat_cosine", { 1, 1, 1, 0.5, 1, 0 } },
    /* sin^2(pi log2(1 + 15 t)); t = 1/15 ends the first of the four waves */
    { "coslog4", { 0, 0.4934892754647975, 0.07361893418585595, 0.8756577310807727, 0, 0 } },
};

static void factors_are_those_of_the_formulas(void **state) {
    (void)state;
    int count = 0;
    for (; mg_schedule_name(count); count++) {
        size_t c = 0;
        while (c < sizeof cases / sizeof *cases && strcmp(cases[c].name, mg_schedule_name(count)) != 0) c++;
        if (c == sizeof cases / sizeof *cases) fail_msg("no figures for '%s'", mg_schedule_name(count));
        for (int i = 0; i < TIMES; i++) {
            double value = mg_schedule_factor(cases[c].name, times[i]);
            if (!(fabs(value - cases[c].wanted[i]) < 1e-8)) fail_msg("%s(%g): %.12g", cases[c].name, times[i], value);
        }
        assert_true(strlen(mg_schedule_doc(count)) > 0);
    }
    assert_int_equal(count, sizeof cases / sizeof *cases);
    assert_null(mg_schedule_doc(count));
    assert_null(mg_schedule_name(-1));
    assert_true(isnan(mg_schedule_factor("wibble", 0.5)));
}

static void factors_lie_between_0_and_1(void **state) {
    (void)state;
    for (int i = 0; mg_schedule_name(i); i++) {
        for (int k = 0; k <= 10000; k++) {
            double factor = mg_schedule_factor(mg_schedule_name(i), k / 10000.0);
            assert_true(factor >= 0 && factor <= 1);
        }
    }
}

/* Four waves: it is 0 at (2^k - 1)/15 and 1 halfway between in log2. */
static void coslog4_has_four_waves(void **state) {
    (void)state;
    for (int k = 0; k <= 4; k++) assert_true(mg_schedule_factor("coslog4", (pow(2, k) - 1) / 15) < 1e-12);
    for (int k = 0; k < 4; k++) assert_true(fabs(mg_schedule_factor("coslog4", (pow(2, k + 0.5) - 1) / 15) - 1) < 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(factors_are_those_of_the_formulas),
        cmocka_unit_test(factors_lie_between_0_and_1),
        cmocka_unit_test(coslog4_has_four_waves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
