/* TPE: its densities are densities, and agree with the plain formula; it finds what is good, knows what is not there, and is
 * quick. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "sampler_support.h"
#include "search_support.h"
#include "tune/tpe.h"

static mg_space *mixed_space(mg_context *context) {
    mg_space *space = mg_space_create(context);
    add_real(space, "lr", 1e-4, 1e-1, true, 0);
    add_whole(space, "layers", 1, 4);
    add_whole(space, "batch", 16, 512);
    add_dimension(space, (mg_dimension){ .name = "kind",
                                         .kind = MG_DIMENSION_CHOICE,
                                         .words = 3,
                                         .word = (const char *const[]){ "a", "b", "c", NULL },
                                         .parent = -1 });
    return space;
}

static void random_points(const mg_space *space, int count, double *point) {
    for (int i = 0; i < count; i++) {
        const mg__known known = { .space = space, .seed = 11, .ordinal = i };
        mg__sampler_random.suggest(NULL, &known, &(void *){ NULL }, point + i * mg_space_dimensions(space));
    }
}

/* Over evenly drawn points, the mean of a density relative to the even one is 1. */
static void both_densities_have_a_sum_of_one(void **state) {
    (void)state;
    enum { KERNELS = 20, DRAWS = 24 * 4000 };
    mg_context *context = sampler_context();
    mg_space *spaces[] = { mixed_space(context), conditional_space(context) };
    for (int s = 0; s < 2; s++) {
        mg_space *space = spaces[s];
        const int d = mg_space_dimensions(space);
        double kernels[KERNELS * 7], candidates[24 * 7], log_above[24], below_sum = 0, above_sum = 0;
        const double *pointers[KERNELS];
        float weight[256] = { 0 };
        random_points(space, KERNELS, kernels);
        mg__tpe_below *below = mg__tpe_below_create(context, space);
        mg__tpe_above *above = mg__tpe_above_create(context, space);
        for (int k = 0; k < KERNELS; k++) {
            pointers[k] = kernels + k * d;
            weight[k] = 1;
            assert_int_equal(mg__tpe_above_put(above, k, pointers[k]), MG_OK);
        }
        mg__tpe_below_set(below, pointers, KERNELS);
        for (int i = 0; i < DRAWS; i++) {
            const mg__known known = { .space = space, .seed = 12, .ordinal = i };
            double *point = candidates + i % 24 * d;
            mg__sampler_random.suggest(context, &known, &(void *){ NULL }, point);
            below_sum += exp(mg__tpe_below_log(below, point)) / DRAWS;
            if (i % 24 < 23) continue;
            assert_int_equal(mg__tpe_above_log(above, weight, KERNELS, KERNELS, candidates, log_above), MG_OK);
            for (int c = 0; c < 24; c++) above_sum += exp(log_above[c]) / DRAWS;
        }
        assert_near(below_sum, 1, 0.04);
        assert_near(above_sum, 1, 0.04);
        mg__tpe_below_destroy(context, below);
        mg__tpe_above_destroy(context, above);
        mg_space_destroy(space);
    }
    mg_context_destroy(context);
}

/* The many kernels in floats and blocks, beside the formula in doubles. */
static void the_density_of_many_agrees_with_the_formula(void **state) {
    (void)state;
    enum { KERNELS = 700 };
    mg_context *context = sampler_context();
    mg_space *space = mixed_space(context);
    static double kernels[KERNELS * 4], candidates[24 * 4];
    static float weight[KERNELS + 256];
    double log_above[24];
    random_points(space, KERNELS, kernels);
    random_points(space, 24, candidates);
    mg__tpe_above *above = mg__tpe_above_create(context, space);
    for (int k = 0; k < KERNELS; k++) {
        weight[k] = k % 5 ? (float)(k % 7) : 0;
        assert_int_equal(mg__tpe_above_put(above, k, kernels + 4 * k), MG_OK);
    }
    assert_int_equal(mg__tpe_above_log(above, weight, KERNELS, 600, candidates, log_above), MG_OK);
    const double wide = 0.3 * pow(512, -1 / 8.);
    for (int c = 0; c < 24; c++) {
        double sum = 4, weights = 4;
        for (int k = 0; k < KERNELS; k++) {
            double product = (double)weight[k];
            for (int i = 0; i < 4; i++) {
                const mg_dimension *d = mg_space_dimension(space, i);
                const double x = candidates[4 * c + i], m = kernels[4 * k + i], p = 1 / 601.;
                const double u = mg__unit_of(d, x), v = mg__unit_of(d, m), width = i == 1 ? 1 / 16. : wide,
                             half = sqrt(0.5) / width;
                const double mass = 0.5 * (erf((1 - v) * half) + erf(v * half));
                if (i == 3)
                    product *= (x == m ? 1 + p : p) / (1 + 3 * p) * 3;
                else if (i == 1)
                    product *= 4 * 0.5 * (erf((u + 0.125 - v) * half) - erf((u - 0.125 - v) * half)) / mass;
                else
                    product *= exp(-pow((u - v) * half, 2)) / (width * sqrt(2 * acos(-1)) * mass);
            }
            sum += product;
            weights += (double)weight[k];
        }
        assert_near(log_above[c], log(sum / weights), 1e-5);
    }
    mg__tpe_above_destroy(context, above);
    mg_space_destroy(space);
    mg_context_destroy(context);
}

/* Kolmogorov-Smirnov: what is sampled is even after the density's own distribution function. */
static void samples_agree_with_the_density(void **state) {
    (void)state;
    enum { DRAWS = 6000 };
    mg_context *context = sampler_context();
    mg_space *space = mg_space_create(context);
    add_real(space, "x", 0, 1, false, 0);
    const double kernel[3] = { 0.02, 0.3, 0.35 }, *pointers[3] = { &kernel[0], &kernel[1], &kernel[2] };
    const double width[3] = { 0.28, 0.28, 0.2 }; /* the farther neighbour's distance, at least 1/5 */
    mg__tpe_below *below = mg__tpe_below_create(context, space);
    mg__tpe_below_set(below, pointers, 3);
    static double x[DRAWS];
    for (int i = 0; i < DRAWS; i++) {
        double point;
        mg__tpe_below_sample(below, &(mg__known){ .space = space, .ordinal = i }, 5, &point);
        x[i] = point / 4; /* the even kernel's share */
        for (int k = 0; k < 3; k++) {
            const double half = sqrt(0.5) / width[k], low = erf(-kernel[k] * half);
            x[i] += 0.25 * (erf((point - kernel[k]) * half) - low) / (erf((1 - kernel[k]) * half) - low);
        }
    }
    assert_true(distance_from_even(x, DRAWS) < seldom(DRAWS));
    mg__tpe_below_destroy(context, below);
    mg_space_destroy(space);
    mg_context_destroy(context);
}

static double bowl(const double *x) { return pow(x[0] - 0.3, 2) + pow(x[1] - 0.7, 2); }

static void it_finds_the_least_of_a_bowl_sooner_than_chance_and_not_when_results_are_shuffled(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    double tpe = 0, chance = 0, shuffled = 0;
    for (uint64_t seed = 0; seed < 10; seed++) {
        mg_space *space = mg_space_create(context);
        add_real(space, "x", 0, 1, false, 0);
        add_real(space, "y", 0, 1, false, 0);
        tpe += search_least(&mg__sampler_tpe, space, seed, 60, 4, bowl, false) / 10;
        shuffled += search_least(&mg__sampler_tpe, space, seed, 60, 4, bowl, true) / 10;
        chance += search_least(&mg__sampler_random, space, seed, 60, 4, bowl, false) / 10;
        mg_space_destroy(space);
    }
    assert_true(tpe < 0.4 * chance);
    assert_true(tpe < 0.4 * shuffled);
    mg_context_destroy(context);
}

/* Good where kind is b and momentum 0.9, or, less so, where it is a. */
static double branches(const double *x) { return x[1] == 1 ? fabs(x[2] - 0.9) : 0.5 + 0.1 * x[3]; }

static void what_is_there_in_some_trials_only_is_learnt_from_those(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_space *space = conditional_space(context);
    search s = search_begin(&mg__sampler_tpe, space, 4, 80, branches);
    for (int i = 0; i < 80; i++) {
        search_ask(&s, i, i - i % 4);
        assert_true(mg_space_holds(space, s.trial[i].point));
    }
    int there = 0;
    double distance = 0;
    for (int i = 60; i < 80; i++)
        if (s.trial[i].point[1] == 1) there++, distance += fabs(s.trial[i].point[2] - 0.9);
    assert_true(there >= 12);
    assert_true(distance / there < 0.2); /* chance: 0.41 */
    search_end(&s);
    mg_space_destroy(space);
    mg_context_destroy(context);
}

static void what_is_kept_between_calls_changes_nothing(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_space *space = conditional_space(context);
    search s = search_begin(&mg__sampler_tpe, space, 4, 300, branches);
    for (int i = 0; i < 300; i++) {
        search_ask(&s, i, i - i % 3);
        if (i % 23 == 7) s.trial[i].state = MG_TRIAL_FAILED;
    }
    for (int i = 270; i < 300; i++) { /* with an empty memory */
        double point[7];
        void *memory = NULL;
        mg__known known = search_known(&s, i, i - i % 3);
        assert_int_equal(mg__sampler_tpe.suggest(context, &known, &memory, point), MG_OK);
        mg__sampler_tpe.forget(context, memory);
        for (int k = 0; k < 7; k++)
            assert_true(point[k] == s.trial[i].point[k] || (isnan(point[k]) && isnan(s.trial[i].point[k])));
    }
    search_end(&s);
    mg_space_destroy(space);
    mg_context_destroy(context);
}

static double first(const double *x) { return x[0]; }

/* Six of twelve equal points were pruned or failed; x = 1 is asked less than x = 0. */
static void pruned_and_failed_trials_are_worse_than_complete_ones(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_space *space = mg_space_create(context);
    add_whole(space, "x", 0, 1);
    for (int how = MG_TRIAL_PRUNED; how <= MG_TRIAL_FAILED; how++) {
        int ones = 0;
        for (uint64_t seed = 0; seed < 40; seed++) {
            search s = search_begin(&mg__sampler_tpe, space, seed, 41, first);
            for (int i = 0; i < 40; i++) {
                search_ask(&s, i, i);
                s.point[i] = i % 2; /* of value 0 all that are complete */
                if (i % 2) s.trial[i].state = (mg_trial_state)how, s.trial[i].value = NAN;
            }
            ones += *search_ask(&s, 40, 40) == 1;
            search_end(&s);
        }
        assert_true(ones < 10);
    }
    mg_space_destroy(space);
    mg_context_destroy(context);
}

static void it_can_be_asked_to_maximise(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_space *space = mg_space_create(context);
    add_real(space, "x", 0, 1, false, 0);
    double sum[2] = { 0 };
    for (int maximise = 0; maximise < 2; maximise++) {
        search s = search_begin(&mg__sampler_tpe, space, 8, 60, first);
        s.maximise = maximise;
        for (int i = 0; i < 60; i++) sum[maximise] += i >= 40 ? *search_ask(&s, i, i) / 20 : 0 * *search_ask(&s, i, i);
        search_end(&s);
    }
    assert_true(sum[0] < 0.2 && sum[1] > 0.8);
    mg_space_destroy(space);
    mg_context_destroy(context);
}

/* bench/tune speed measures it; this only sees that nothing grows faster than the number of trials. */
static void a_suggestion_after_ten_thousand_trials_takes_milliseconds(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_space *space = mg_space_create(context);
    for (int i = 0; i < 5; i++) add_real(space, (const char *[]){ "a", "b", "c", "d", "e" }[i], 0, 1, false, 0);
    search s = search_begin(&mg__sampler_random, space, 1, 10010, bowl);
    for (int i = 0; i < 10000; i++) search_ask(&s, i, i);
    s.sampler = &mg__sampler_tpe;
    search_ask(&s, 10000, 10000);
    double least = 1;
    for (int i = 10001; i < 10010; i++) {
        const clock_t begun = clock();
        search_ask(&s, i, i);
        least = fmin(least, (double)(clock() - begun) / CLOCKS_PER_SEC);
    }
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
    assert_true(least < 0.2);
#else
    assert_true(least < 0.005);
#endif
    search_end(&s);
    mg_space_destroy(space);
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_densities_have_a_sum_of_one),
        cmocka_unit_test(the_density_of_many_agrees_with_the_formula),
        cmocka_unit_test(samples_agree_with_the_density),
        cmocka_unit_test(it_finds_the_least_of_a_bowl_sooner_than_chance_and_not_when_results_are_shuffled),
        cmocka_unit_test(what_is_there_in_some_trials_only_is_learnt_from_those),
        cmocka_unit_test(what_is_kept_between_calls_changes_nothing),
        cmocka_unit_test(pruned_and_failed_trials_are_worse_than_complete_ones),
        cmocka_unit_test(it_can_be_asked_to_maximise),
        cmocka_unit_test(a_suggestion_after_ten_thousand_trials_takes_milliseconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
