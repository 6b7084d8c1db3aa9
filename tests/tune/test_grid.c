/* Grid search: every point once; what is not there is no difference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sampler_support.h"

static void suggest(mg_space *space, uint64_t seed, int64_t ordinal, double *point) {
    const mg__known known = { .space = space, .seed = seed, .ordinal = ordinal };
    assert_int_equal(mg__sampler_grid.suggest(space->context, &known, &(void *){ NULL }, point), MG_OK);
}

static bool same(const double *a, const double *b, int count) {
    for (int i = 0; i < count; i++)
        if (!(a[i] == b[i] || (isnan(a[i]) && isnan(b[i])))) return false;
    return true;
}

static void every_point_comes_once_and_what_is_not_there_is_no_difference(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_space *space = conditional_space(context);
    /* lr 4; kind a, or b with 3 momentums; one, two or three widths of 4 8 16 32 64 */
    enum { POINTS = 4 * (1 + 3) * (5 + 25 + 125) };
    static double point[POINTS][7];
    assert_int_equal(mg__sampler_grid.check(context, space), MG_OK);
    assert_int_equal(mg__sampler_grid.limit(space, 10), POINTS);
    for (int i = 0; i < POINTS; i++) {
        suggest(space, 5, i, point[i]);
        assert_true(mg_space_holds(space, point[i]));
        for (int k = 0; k < i; k++) assert_false(same(point[i], point[k], 7));
    }
    double again[7];
    suggest(space, 5, POINTS, again);
    assert_true(same(again, point[0], 7));
    mg_space_destroy(space);
    mg_context_destroy(context);
}

static void ranges_are_even_with_both_ends_and_whole_numbers_once(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    const struct {
        mg_dimension dimension;
        int count;
        double value[8];
    } cases[] = {
        { { .low = 1e-4, .high = 1e-1, .log = true, .points = 4 }, 4, { 1e-4, 1e-3, 1e-2, 1e-1 } },
        { { .low = 0, .high = 0.5, .points = 3 }, 3, { 0, 0.25, 0.5 } },
        { { .low = 0, .high = 0.5, .points = 1 }, 1, { 0.25 } },
        { { .kind = MG_DIMENSION_INT, .low = 3, .high = 7 }, 5, { 3, 4, 5, 6, 7 } },
        { { .kind = MG_DIMENSION_INT, .low = 3, .high = 7, .points = 3 }, 3, { 3, 5, 7 } },
        { { .kind = MG_DIMENSION_INT, .low = 1, .high = 10, .points = 7, .log = true }, 6, { 1, 2, 3, 5, 7, 10 } }, /* 1 twice */
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        mg_space *space = mg_space_create(context);
        mg_dimension d = cases[c].dimension;
        d.name = "x", d.parent = -1;
        add_dimension(space, d);
        assert_int_equal(mg__sampler_grid.limit(space, 0), cases[c].count);
        double value[8];
        for (int i = 0; i < cases[c].count; i++) suggest(space, 1, i, &value[i]);
        qsort(value, (size_t)cases[c].count, sizeof *value, by_size);
        for (int i = 0; i < cases[c].count; i++) assert_near(value[i], cases[c].value[i], 1e-12);
        mg_space_destroy(space);
    }
    mg_context_destroy(context);
}

static void the_seed_shuffles_and_a_part_is_spread(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_space *space = mg_space_create(context);
    add_whole(space, "x", 0, 99);
    add_whole(space, "y", 0, 99);
    double x[100], y[100], point[2];
    int equal = 0;
    for (int i = 0; i < 100; i++) {
        suggest(space, 1, i, point);
        x[i] = point[0] / 100, y[i] = point[1] / 100;
        suggest(space, 2, i, point);
        equal += point[0] / 100 == x[i] && point[1] / 100 == y[i];
    }
    assert_true(equal < 3);
    assert_true(distance_from_even(x, 100) < seldom(100) && distance_from_even(y, 100) < seldom(100));
    mg_space_destroy(space);
    mg_context_destroy(context);
}

static void refused(mg_context *context, int dimensions, mg_dimension dimension, const char *words) {
    mg_space *space = mg_space_create(context);
    for (int i = 0; i < dimensions; i++) {
        char name[16];
        snprintf(name, sizeof name, "x%d", i);
        dimension.name = name, dimension.parent = -1;
        add_dimension(space, dimension);
    }
    assert_int_equal(mg__sampler_grid.check(context, space), MG_SETTING);
    if (!strstr(mg_context_message(context), words)) fail_msg("'%s' has no '%s'", mg_context_message(context), words);
    mg_context_clear(context);
    mg_space_destroy(space);
}

static void what_has_no_grid_is_refused_with_the_cure(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    refused(context, 1, (mg_dimension){ .low = 1e-4, .high = 0.1, .log = true }, "x0=log:0.0001..0.1/4");
    refused(context, 1, (mg_dimension){ .kind = MG_DIMENSION_INT, .low = 1, .high = 1e9 }, "1000000000 values are too many");
    refused(context, 1, (mg_dimension){ .high = 1, .points = 20000 }, "x0=0..1/4");
    refused(context, 20, (mg_dimension){ .kind = MG_DIMENSION_INT, .high = 999 }, "fewer values");
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_point_comes_once_and_what_is_not_there_is_no_difference),
        cmocka_unit_test(ranges_are_even_with_both_ends_and_whole_numbers_once),
        cmocka_unit_test(the_seed_shuffles_and_a_part_is_spread),
        cmocka_unit_test(what_has_no_grid_is_refused_with_the_cure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
