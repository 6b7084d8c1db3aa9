/* Sorting numbers by their digits. */
#include "interop/order.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void ordered(const double *values, int64_t stride, int64_t count, int64_t *order) {
    mg_context *ctx = mg_context_create(NULL);
    assert_non_null(ctx);
    assert_int_equal(mg__order_numbers(ctx, values, stride, count, order), MG_OK);
    mg_context_destroy(ctx);
}

static void numbers_come_in_their_order_equal_ones_in_that_of_their_indices(void **state) {
    (void)state;
    const double values[] = { 3, -0.0, NAN, 0, INFINITY, -1e300, 5e-324, -INFINITY, 3, -5e-324, -NAN, 1e300 };
    const int64_t wanted[] = { 7, 5, 9, 1, 3, 6, 0, 8, 11, 4, 2, 10 };
    int64_t order[12];
    ordered(values, 1, 12, order);
    for (int i = 0; i < 12; i++) assert_int_equal(order[i], wanted[i]);
    ordered(values, 4, 3, order); /* 3, infinity, 3 */
    assert_true(order[0] == 0 && order[1] == 2 && order[2] == 1);
    ordered(values, 1, 0, order);
    ordered(values, 1, 1, order);
    assert_int_equal(order[0], 0);
}

static void many_numbers_are_sorted(void **state) {
    (void)state;
    enum { N = 20000 };
    static double values[N];
    static int64_t order[N];
    uint32_t bits = 1;
    for (int i = 0; i < N; i++) {
        bits = bits * 1664525u + 1013904223u;
        values[i] = ((double)(bits >> 12) - 524288) * (i % 3 ? 1e-7 : 1e9);
    }
    ordered(values, 1, N, order);
    static unsigned char seen[N];
    for (int i = 0; i < N; i++) seen[order[i]]++;
    for (int i = 0; i < N; i++) assert_int_equal(seen[i], 1);
    for (int i = 1; i < N; i++) {
        assert_true(values[order[i - 1]] <= values[order[i]]);
        if (values[order[i - 1]] == values[order[i]]) assert_true(order[i - 1] < order[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_in_their_order_equal_ones_in_that_of_their_indices),
        cmocka_unit_test(many_numbers_are_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
