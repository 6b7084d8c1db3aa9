/* Gaussian processes: the formulas, the fit, and searches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gp_cases.h"
#include "sampler_support.h"
#include "search_support.h"
#include "tune/gp.h"
#include "tune/minimise.h"

static mg__gp process_of_the_case(mg_context *context, const bool *word) {
    mg__gp gp;
    assert_true(mg__gp_open(&gp, context, 3, word, CASE_POINTS));
    for (int i = 0; i < CASE_POINTS; i++) mg__gp_add(&gp, case_x[i], case_y[i]);
    for (int i = 0; i < 3; i++) gp.rate[i] = case_rate[i];
    gp.signal = case_signal;
    gp.noise = case_noise;
    return gp;
}

static const bool third_is_a_word[3] = { false, false, true };

static void predictions_are_those_of_scikit_learn(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg__gp gp = process_of_the_case(context, third_is_a_word);
    double work[3 * CASE_POINTS], mean, variance;
    assert_true(mg__gp_condition(&gp));
    for (int i = 0; i < CASE_QUERIES; i++) {
        mg__gp_predict(&gp, case_query[i], work, &mean, &variance, NULL, NULL);
        assert_near(mean, case_mean[i], 1e-9);
        assert_near(variance, case_variance[i], 1e-9);
    }
    mg__gp_close(&gp);
    mg_context_destroy(context);
}

static void gradients_of_a_prediction_are_its_differences(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg__gp gp = process_of_the_case(context, third_is_a_word);
    double work[3 * CASE_POINTS], mean, variance, mean_gradient[3], variance_gradient[3];
    assert_true(mg__gp_condition(&gp));
    for (int i = 0; i < CASE_QUERIES; i++) {
        mg__gp_predict(&gp, case_query[i], work, &mean, &variance, mean_gradient, variance_gradient);
        for (int k = 0; k < 2; k++) {
            double m[2], v[2], x[3];
            for (int side = 0; side < 2; side++) {
                memcpy(x, case_query[i], sizeof x);
                x[k] += side ? 1e-5 : -1e-5;
                mg__gp_predict(&gp, x, work, &m[side], &v[side], NULL, NULL);
            }
            assert_near(mean_gradient[k], (m[1] - m[0]) / 2e-5, 1e-6);
            assert_near(variance_gradient[k], (v[1] - v[0]) / 2e-5, 1e-6);
        }
        assert_near(mean_gradient[2], 0, 0);
    }
    mg__gp_close(&gp);
    mg_context_destroy(context);
}

/* y depends on the first number much, on the second not at all. */
static void a_fit_finds_what_matters_and_how_much_noise_there_is(void **state) {
    (void)state;
    enum { N = 60 };
    mg_context *context = sampler_context();
    static const bool numbers[2] = { false, false };
    for (int noisy = 0; noisy < 2; noisy++) {
        mg__gp gp;
        assert_true(mg__gp_open(&gp, context, 2, numbers, N));
        for (int i = 0; i < N; i++) {
            const double x[2] = { mg__draw(&(mg__known){ 0 }, "x", i), mg__draw(&(mg__known){ 0 }, "y", i) };
            const double noise = noisy ? sqrt(12 * 0.1) * (mg__draw(&(mg__known){ 0 }, "noise", i) - 0.5) : 0; /* variance 0.1 */
            mg__gp_add(&gp, x, 1.4 * sin(7 * x[0]) + noise);
        }
        assert_int_equal(mg__gp_fit(&gp), MG_OK);
        assert_true(gp.rate[0] > 10 * gp.rate[1]);
        if (noisy)
            assert_true(gp.noise > 0.05 && gp.noise < 0.2);
        else
            assert_true(gp.noise < 1e-3);
        mg__gp_close(&gp);
    }
    mg_context_destroy(context);
}

/* Rosenbrock's valley, least at (1, 1); in the box at (0.5, 0.25). */
static double rosenbrock(void *user, const double *x, double *gradient) {
    (void)user;
    gradient[0] = -2 * (1 - x[0]) - 400 * x[0] * (x[1] - x[0] * x[0]);
    gradient[1] = 200 * (x[1] - x[0] * x[0]);
    return pow(1 - x[0], 2) + 100 * pow(x[1] - x[0] * x[0], 2);
}

static void the_least_of_a_valley_is_found_inside_and_at_the_edge_of_a_box(void **state) {
    (void)state;
    double work[64], x[2] = { -1.2, 1 };
    assert_true(mg__minimise_work(2) <= 64);
    const double low[2] = { -2, -2 }, high[2] = { 2, 2 }, edge[2] = { 0.5, 2 };
    assert_near(mg__minimise(rosenbrock, NULL, 2, x, low, high, 200, work), 0, 1e-6);
    assert_near(x[0], 1, 1e-2);
    x[0] = -1.2, x[1] = 1;
    assert_near(mg__minimise(rosenbrock, NULL, 2, x, low, edge, 200, work), 0.25, 1e-4);
    assert_near(x[0], 0.5, 1e-9);
    assert_near(x[1], 0.25, 1e-2);
}

static double branin(const double *x) {
    const double pi = 3.14159265358979323846;
    return pow(x[1] - 5.1 / (4 * pi * pi) * x[0] * x[0] + 5 / pi * x[0] - 6, 2) + 10 * (1 - 1 / (8 * pi)) * cos(x[0]) + 10 -
           0.39788735772973816;
}

static void it_finds_the_least_of_branin_within_a_fiftieth_after_fifty_trials(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    double least[9], shuffled = 0;
    for (uint64_t seed = 0; seed < 9; seed++) {
        mg_space *space = mg_space_create(context);
        add_real(space, "x", -5, 10, false, 0);
        add_real(space, "y", 0, 15, false, 0);
        least[seed] = search_least(&mg__sampler_gp, space, seed, 50, 1, branin, false);
        if (seed < 3) shuffled += search_least(&mg__sampler_gp, space, seed, 50, 1, branin, true) / 3;
        mg_space_destroy(space);
    }
    qsort(least, 9, sizeof *least, by_size);
    assert_true(least[4] < 0.02);
    assert_true(shuffled > 5 * least[4]);
    mg_context_destroy(context);
}

static double branches(const double *x) {
    double value = x[1] == 1 ? fabs(x[2] - 0.9) : 0.5;
    for (int i = 0; i < (int)x[3]; i++) value += 0.1 * fabs(log2(x[4 + i]) - 5);
    return value + pow(log10(x[0]) + 2, 2);
}

static void points_are_of_the_space_and_what_is_kept_changes_nothing(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_space *space = conditional_space(context);
    search s = search_begin(&mg__sampler_gp, space, 4, 60, branches);
    double least = INFINITY;
    for (int i = 0; i < 60; i++) {
        search_ask(&s, i, i - i % 4);
        assert_true(mg_space_holds(space, s.trial[i].point));
        least = fmin(least, s.trial[i].value);
        for (int k = i - i % 4; k < i; k++) assert_true(memcmp(s.trial[k].point, s.trial[i].point, 7 * sizeof(double)) != 0);
        if (i % 13 == 5) s.trial[i].state = MG_TRIAL_FAILED, s.trial[i].value = NAN;
        if (i < 50) continue;
        double point[7];
        void *memory = NULL;
        const mg__known known = search_known(&s, i, i - i % 4);
        assert_int_equal(mg__sampler_gp.suggest(context, &known, &memory, point), MG_OK);
        mg__sampler_gp.forget(context, memory);
        for (int k = 0; k < 7; k++)
            assert_true(point[k] == s.trial[i].point[k] || (isnan(point[k]) && isnan(s.trial[i].point[k])));
    }
    assert_true(least < 0.15);
    search_end(&s);
    mg_space_destroy(space);
    mg_context_destroy(context);
}

static double flat(const double *x) { return 0 * x[0]; }

static void equal_values_and_a_space_of_four_points_are_survived(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_space *space = mg_space_create(context);
    add_whole(space, "x", 0, 1);
    add_whole(space, "y", 0, 1);
    search s = search_begin(&mg__sampler_gp, space, 1, 20, flat);
    bool seen[4] = { false };
    for (int i = 0; i < 20; i++) {
        const double *point = search_ask(&s, i, i);
        assert_true(mg_space_holds(space, point));
        seen[(int)(2 * point[0] + point[1])] = true;
    }
    for (int k = 0; k < 4; k++) assert_true(seen[k]);
    search_end(&s);
    mg_space_destroy(space);
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(predictions_are_those_of_scikit_learn),
        cmocka_unit_test(gradients_of_a_prediction_are_its_differences),
        cmocka_unit_test(a_fit_finds_what_matters_and_how_much_noise_there_is),
        cmocka_unit_test(the_least_of_a_valley_is_found_inside_and_at_the_edge_of_a_box),
        cmocka_unit_test(it_finds_the_least_of_branin_within_a_fiftieth_after_fifty_trials),
        cmocka_unit_test(points_are_of_the_space_and_what_is_kept_changes_nothing),
        cmocka_unit_test(equal_values_and_a_space_of_four_points_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
