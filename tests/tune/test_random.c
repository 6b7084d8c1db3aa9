/* Random search, and what samplers share: random numbers, dimensions as numbers between 0 and 1, the table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sampler_support.h"

static void draws_are_even_and_differ_by_seed_ordinal_attempt_purpose_and_place(void **state) {
    (void)state;
    enum { N = 2000 };
    double by[5][N];
    for (int i = 0; i < N; i++) {
        by[0][i] = mg__draw(&(mg__known){ .seed = (uint64_t)i }, "a", 0);
        by[1][i] = mg__draw(&(mg__known){ .ordinal = i }, "a", 0);
        by[2][i] = mg__draw(&(mg__known){ .attempt = i }, "a", 0);
        by[3][i] = mg__draw(&(mg__known){ 0 }, "a", i);
        by[4][i] = mg__draw(&(mg__known){ 0 }, (char[]){ (char)('A' + i % 50), (char)('A' + i / 50), 0 }, 0);
    }
    for (int k = 0; k < 5; k++) {
        assert_true(distance_from_even(by[k], N) < seldom(N));
        for (int i = 1; i < N; i++) assert_true(by[k][i] > by[k][i - 1]);
        assert_true(by[k][0] > 0 && by[k][N - 1] < 1);
    }
}

static void a_dimension_and_its_unit_are_inverse_and_each_value_has_its_share(void **state) {
    (void)state;
    const mg_dimension real = { .low = -2, .high = 6 }, log_real = { .low = 1e-4, .high = 1e-1, .log = true },
                       whole = { .kind = MG_DIMENSION_INT, .low = -1, .high = 2 },
                       log_whole = { .kind = MG_DIMENSION_INT, .low = 1, .high = 4, .log = true },
                       word = { .kind = MG_DIMENSION_CHOICE, .low = 0, .high = 2, .words = 3 };
    assert_near(mg__value_at(&real, 0.25), 0, 1e-12);
    assert_near(mg__unit_of(&real, 0), 0.25, 1e-12);
    assert_near(mg__value_at(&log_real, 1 / 3.), 1e-3, 1e-15);
    assert_near(mg__unit_of(&log_real, 1e-2), 2 / 3., 1e-12);
    for (int v = -1; v <= 2; v++) {
        assert_near(mg__unit_of(&whole, v), (v + 1.5) / 4, 1e-12);
        assert_near(mg__value_at(&whole, (v + 1.01) / 4), v, 0);
        assert_near(mg__value_at(&whole, (v + 1.99) / 4), v, 0);
    }
    for (int v = 1; v <= 4; v++) { /* [v - 1/2, v + 1/2] of log[1/2, 9/2] */
        assert_near(mg__value_at(&log_whole, log((v - 0.49) / 0.5) / log(9)), v, 0);
        assert_near(mg__value_at(&log_whole, log((v + 0.49) / 0.5) / log(9)), v, 0);
        assert_near(mg__value_at(&log_whole, mg__unit_of(&log_whole, v)), v, 0);
    }
    for (int v = 0; v < 3; v++) assert_near(mg__value_at(&word, (v + 0.5) / 3), v, 0);
    assert_near(mg__value_at(&log_real, 0), 1e-4, 0);
    assert_near(mg__value_at(&log_real, 1), 1e-1, 0);
    assert_near(mg__value_at(&word, 1), 2, 0);
    assert_true(isnan(mg__unit_of(&real, NAN)));
    assert_int_equal(mg__values(&real), 0);
    assert_int_equal(mg__values(&whole), 4);
    assert_int_equal(mg__values(&word), 3);
}

static void random_search_agrees_with_the_distributions(void **state) {
    (void)state;
    enum { N = 4000 };
    mg_context *context = sampler_context();
    mg_space *space = conditional_space(context);
    double lr[N], momentum[N], point[7];
    int momentums = 0, words[2] = { 0 }, layers[4] = { 0 }, widths[65] = { 0 }, all_widths = 0;
    for (int i = 0; i < N; i++) {
        const mg__known known = { .space = space, .seed = 3, .ordinal = i };
        assert_int_equal(mg__sampler_random.suggest(context, &known, &(void *){ NULL }, point), MG_OK);
        assert_true(mg_space_holds(space, point));
        lr[i] = log(point[0] / 1e-4) / log(1e3);
        words[(int)point[1]]++;
        layers[(int)point[3]]++;
        if (point[1] == 1) momentum[momentums++] = point[2] / 0.99;
        for (int k = 4; k < 7; k++)
            if (!isnan(point[k])) widths[(int)point[k]]++, all_widths++;
    }
    assert_true(distance_from_even(lr, N) < seldom(N));
    assert_true(distance_from_even(momentum, momentums) < seldom(momentums));
    assert_true(abs(words[0] - N / 2) < 5 * sqrt(N / 4.));
    for (int n = 1; n <= 3; n++) assert_true(abs(layers[n] - N / 3) < 5 * sqrt(N * 2 / 9.));
    double held = 0, most = 0; /* whole numbers: the distance at the ends of their shares */
    for (int v = 4; v <= 64; v++) {
        held += widths[v];
        most = fmax(most, fabs(held / all_widths - log((v + 0.5) / 3.5) / log(64.5 / 3.5)));
    }
    assert_true(most < seldom(all_widths));
    mg_space_destroy(space);
    mg_context_destroy(context);
}

static void the_table_is_found_by_name(void **state) {
    (void)state;
    int count = 0;
    for (; mg_sampler_name(count); count++) {
        const mg__sampler *sampler = mg__sampler_find(mg_sampler_name(count));
        assert_non_null(sampler);
        assert_string_equal(sampler->name, mg_sampler_name(count));
        assert_true(strlen(mg_sampler_doc(count)) > 20);
    }
    assert_true(count >= 2);
    assert_null(mg_sampler_doc(count));
    assert_null(mg_sampler_name(-1));
    assert_null(mg__sampler_find("magic"));
    assert_null(mg__sampler_find(NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_are_even_and_differ_by_seed_ordinal_attempt_purpose_and_place),
        cmocka_unit_test(a_dimension_and_its_unit_are_inverse_and_each_value_has_its_share),
        cmocka_unit_test(random_search_agrees_with_the_distributions),
        cmocka_unit_test(the_table_is_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
