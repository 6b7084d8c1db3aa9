/* Sobol's sequence: published points, and what scrambling keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sampler_support.h"
#include "sobol_points.h"
#include "tune/sobol.h"

static void points_are_the_published_ones(void **state) {
    (void)state;
    for (size_t d = 0; d < sizeof published_dimension / sizeof *published_dimension; d++) {
        uint32_t direction[MG__SOBOL_BITS];
        mg__sobol_directions(published_dimension[d], direction);
        assert_int_equal(mg__sobol_coordinate(direction, 0), 0);
        for (size_t i = 0; i < sizeof published_index / sizeof *published_index; i++)
            assert_near(mg__sobol_coordinate(direction, (uint32_t)published_index[i]) * 0x1p-32, published[i][d], 0);
    }
}

static double scrambled(int dimension, uint32_t index, uint64_t seed) {
    uint32_t direction[MG__SOBOL_BITS];
    mg__sobol_directions(dimension, direction);
    return mg__sobol_scrambled(mg__sobol_coordinate(direction, index), seed, dimension);
}

static void scrambled_points_have_one_in_each_slice_of_each_dimension_and_box_of_two(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 3; seed++)
        for (int d = 0; d < MG_SPACE_MOST; d++) {
            bool slice[256] = { false };
            for (uint32_t i = 0; i < 256; i++) slice[(int)(scrambled(d, 256 + i, seed) * 256)] = true;
            for (int k = 0; k < 256; k++) assert_true(slice[k]);
        }
    for (int bits = 0; bits <= 8; bits++) { /* the first two dimensions: every box of 2^-bits by 2^-(8 - bits) */
        bool box[256] = { false };
        for (uint32_t i = 0; i < 256; i++) {
            const int x = (int)(scrambled(0, i, 5) * (1 << bits)), y = (int)(scrambled(1, i, 5) * (1 << (8 - bits)));
            box[x << (8 - bits) | y] = true;
        }
        for (int k = 0; k < 256; k++) assert_true(box[k]);
    }
}

static void a_scrambled_point_is_even_over_seeds_and_dimensions_are_not_scrambled_alike(void **state) {
    (void)state;
    enum { N = 4000 };
    static double x[N], y[N];
    double product = 0;
    for (int i = 0; i < N; i++) {
        x[i] = scrambled(0, 5, (uint64_t)i);
        y[i] = scrambled(1, 5, (uint64_t)i);
        product += 12 * (x[i] - 0.5) * (y[i] - 0.5) / N;
    }
    assert_true(fabs(product) < 5 / sqrt(N));
    assert_true(distance_from_even(x, N) < seldom(N) && distance_from_even(y, N) < seldom(N));
}

static void a_search_is_spread_over_each_dimension(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_space *space = conditional_space(context);
    double lr[64], point[7];
    int kinds[2] = { 0 }, layers[4] = { 0 };
    for (int i = 0; i < 64; i++) {
        const mg__known known = { .space = space, .seed = 9, .ordinal = i };
        assert_int_equal(mg__sampler_sobol.suggest(context, &known, &(void *){ NULL }, point), MG_OK);
        assert_true(mg_space_holds(space, point));
        lr[i] = mg__unit_of(mg_space_dimension(space, 0), point[0]);
        kinds[(int)point[1]]++;
        layers[(int)point[3]]++;
    }
    assert_true(distance_from_even(lr, 64) <= 1 / 64.);
    assert_int_equal(kinds[0], 32);
    for (int n = 1; n <= 3; n++) assert_true(layers[n] == 21 || layers[n] == 22);
    double other[7];
    const mg__known known = { .space = space, .seed = 9, .ordinal = 63, .attempt = 1 };
    assert_int_equal(mg__sampler_sobol.suggest(context, &known, &(void *){ NULL }, other), MG_OK);
    assert_true(other[0] != point[0]);
    mg_space_destroy(space);
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_are_the_published_ones),
        cmocka_unit_test(scrambled_points_have_one_in_each_slice_of_each_dimension_and_box_of_two),
        cmocka_unit_test(a_scrambled_point_is_even_over_seeds_and_dimensions_are_not_scrambled_alike),
        cmocka_unit_test(a_search_is_spread_over_each_dimension),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
