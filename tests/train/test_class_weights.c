/* Weights of classes from the text of a setting. */
#include "train/scoring.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static mg_context *ctx;
static const char *const names[] = { "a", "b=c", "d,\"e" };
static const int32_t labels[] = { 0, 0, 0, 1, 1, 2 };

static int set_up(void **state) {
    (void)state;
    ctx = mg_context_create(NULL);
    return ctx == NULL;
}

static int tear_down(void **state) {
    (void)state;
    mg_context_destroy(ctx);
    return 0;
}

static void weighs(const char *text, double a, double b, double c) {
    double out[3];
    if (mg__class_weights(ctx, text, names, 3, labels, 6, out) != MG_OK) fail_msg("%s", mg_context_message(ctx));
    if (fabs(out[0] - a) + fabs(out[1] - b) + fabs(out[2] - c) > 1e-12) fail_msg("'%s': %g %g %g", text, out[0], out[1], out[2]);
}

static void refused(const char *text, const char *words) {
    double out[3];
    assert_int_equal(mg__class_weights(ctx, text, names, 3, labels, 6, out), MG_SETTING);
    if (!strstr(mg_context_message(ctx), words)) fail_msg("'%s' does not say '%s'", mg_context_message(ctx), words);
}

static void balanced_is_as_in_scikit_learn(void **state) {
    (void)state;
    weighs(NULL, 1, 1, 1);
    weighs("balanced", 6 / 9.0, 1, 2); /* n / (classes * rows of the class) */
    double out[3];
    assert_int_equal(mg__class_weights(ctx, "balanced", names, 3, labels, 5, out), MG_OK); /* the last has no row */
    assert_true(fabs(out[0] - 5 / 6.0) < 1e-12 && fabs(out[1] - 5 / 4.0) < 1e-12 && out[2] == 1);
}

static void classes_are_weighed_by_name(void **state) {
    (void)state;
    weighs("a=2", 2, 1, 1);
    weighs("b=c=0.5,a=1e3", 1000, 0.5, 1);
    weighs(" a = 2 , \"d,\"\"e\" = 3", 2, 1, 3);
}

static void what_is_no_weight_is_refused(void **state) {
    (void)state;
    refused("x=2", "there is no class 'x'; there are: a, b=c, d,\"e");
    refused("a=0", "wanted balanced, or weights above 0");
    const char *const bad[] = { "",     "a",    "a=",         "=2",    "a=-1",  "a=nan", "a=inf",
                                "a=2,", ",a=2", "a=2,,b=c=1", "a=two", "\"a=2", "\"a\"2" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) refused(bad[i], "class-weight: '");
    refused("a=2,a=3", "'a' has two weights");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(balanced_is_as_in_scikit_learn),
        cmocka_unit_test(classes_are_weighed_by_name),
        cmocka_unit_test(what_is_no_weight_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
