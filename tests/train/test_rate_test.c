/* The learning-rate range test: its rule on made curves, and on networks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "train/rate_test.h"
#include "train_support.h"

enum { STEPS = 121 };

/* Flat, then a valley whose least is at 10^place, then a wall; rates from 1e-6 to 1e0. */
static void make_curve(double place, double *rate, double *loss) {
    for (int i = 0; i < STEPS; i++) {
        double x = -6 + 0.05 * i;
        rate[i] = pow(10, x);
        loss[i] = 2 - exp(-(x - place) * (x - place));
    }
}

static void a_third_of_the_rate_of_the_least_loss_is_suggested(void **state) {
    (void)state;
    double rate[STEPS], loss[STEPS], smooth[STEPS];
    for (double place = -4; place < -1; place += 0.5) {
        make_curve(place, rate, loss);
        mg__rate_smooth(loss, STEPS, 5, smooth);
        double found = mg__rate_suggest(rate, smooth, STEPS);
        assert_true(fabs(log10(3 * found) - place) < 0.026);
    }
    for (int i = 0; i < STEPS; i++) loss[i] = 2 + 0.01 * sin(i); /* nothing is learned */
    assert_true(isnan(mg__rate_suggest(rate, loss, STEPS)));
    assert_true(isnan(mg__rate_suggest(rate, loss, 0)));
}

static void smoothing_keeps_lines_and_sums_to_one(void **state) {
    (void)state;
    double loss[9] = { 0, 0, 0, 0, 9, 0, 0, 0, 0 }, line[9], smooth[9];
    mg__rate_smooth(loss, 9, 2, smooth);
    const double wanted[9] = { 0, 0, 1, 2, 3, 2, 1, 0, 0 };
    for (int i = 0; i < 9; i++) line[i] = 3 * i + 1;
    for (int i = 0; i < 9; i++) assert_true(fabs(smooth[i] - wanted[i]) < 1e-12);
    mg__rate_smooth(line, 9, 2, smooth);
    for (int i = 2; i < 7; i++) assert_true(fabs(smooth[i] - line[i]) < 1e-12);
}

/* --- on networks ------------------------------------------------------------------------------------- */

static mg_rate_test test_rates(int threads, const char *data, const mg_train_options *options) {
    mg_context *context = train_context(threads);
    mg_dataset *dataset = train_data(context, data);
    mg_model *model = mg_model_create(context, dataset, "dense(32) relu");
    mg_rate_test test;
    if (mg_rate_test_run(model, dataset, options, NULL, &test) != MG_OK) fail_msg("%s", mg_context_message(context));
    mg_rate_test copy = test;
    assert_true(test.point[0].times == 5 && test.point[0].rate == 1e-6);
    assert_true(fabs(test.point[test.steps - 1].rate / 10 - 1) < 1e-12);
    mg_rate_test_free(&test);
    copy.point = NULL;
    assert_int_equal(mg_model_members(model), 0);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
    return copy;
}

static void the_same_seed_suggests_the_same_with_any_threads(void **state) {
    (void)state;
    mg_train_options options = mg_train_defaults();
    options.members = 1;
    mg_rate_test one = test_rates(1, "iris", &options), three = test_rates(3, "iris", &options);
    assert_true(one.suggested > 1e-4 && one.suggested < 0.5);
    assert_memory_equal(one.each, three.each, sizeof one.each);
    int below = 0, above = 0;
    for (int i = 0; i < 5; i++) below += one.each[i]<one.suggested, above += one.each[i]> one.suggested;
    assert_true(below <= 2 && above <= 2);
    options.seed = 1;
    assert_true(test_rates(1, "iris", &options).suggested != one.suggested);
}

/* What is found for a linear model on inputs so many times as large, with rates that are as many times squared as small. */
static double found_at_scale(double scale, int64_t seed) {
    mg_context *context = train_context(1);
    double x[200][2], y[200];
    for (int i = 0; i < 200; i++) {
        x[i][0] = scale * sin(1 + 12.9898 * i);
        x[i][1] = scale * sin(2 + 78.233 * i);
        y[i] = 4 * x[i][0] / scale - 3 * x[i][1] / scale;
    }
    mg_tensor features = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ 200, 2 }, x);
    mg_tensor target = mg_tensor_borrow(MG_F64, 1, (int64_t[]){ 200 }, y);
    mg_dataset *dataset = mg_dataset_create(context, &features, &target, NULL);
    mg_train_options options = one_network();
    options.optimizer = "gd";
    options.scale = "none";
    options.init = "zeros";
    options.seed = seed;
    mg_model *model = mg_model_create(context, dataset, "");
    mg_rate_test test;
    mg_rate_test_options how = mg_rate_test_defaults();
    how.steps = 400;
    how.lowest /= scale * scale;
    how.highest /= scale * scale;
    assert_int_equal(mg_rate_test_run(model, dataset, &options, &how, &test), MG_OK);
    double found = test.suggested;
    mg_rate_test_free(&test);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
    return found;
}

/* Inputs ten times as large and rates a hundred times as small give weights a tenth as large after each step, thus the same
 * losses but for the bias, which has next to nothing to learn. So the rates found are a hundred times apart, to one step between
 * rates (0.0175 decades). Over the same rates they need not be: how long a network has learned when it comes to a rate counts
 * too, and ten seeds gave 18 to 428 times. */
static void the_rate_follows_the_scale_of_the_inputs(void **state) {
    (void)state;
    for (int64_t seed = 0; seed < 5; seed++) {
        double usual = found_at_scale(1, seed), large = found_at_scale(10, seed);
        assert_true(usual > 0.01 && usual < 1);
        if (!(fabs(log10(usual / large) - 2) < 0.02)) fail_msg("seed %d: %g and %g", (int)seed, usual, large);
    }
}

static void a_training_takes_what_was_found_and_says_so(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_data(context, "digits");
    mg_train_options options = mg_train_defaults();
    options.members = 2;
    options.epochs = 6;
    train_set(&options, "lr", "find");
    mg_model *model = mg_model_create(context, dataset, "dense(32) relu");
    mg_result result = mg_train(model, dataset, &options);
    assert_int_equal(result.status, MG_OK);
    double rate = mg_model_trained_with(model)->learning_rate;
    assert_true(rate > 1e-4 && rate < 0.1 && result.test.accuracy > 0.92);
    bool told = false;
    for (int i = 0; i < result.choice_count; i++)
        if (!strcmp(result.choices[i].setting, "lr")) told = strstr(result.choices[i].reason, "range test") != NULL;
    assert_true(told);
    mg_train_options given = options; /* the test takes part in nothing else */
    given.learning_rate = rate;
    mg_model *same = mg_model_create(context, dataset, "dense(32) relu");
    assert_int_equal(mg_train(same, dataset, &given).status, MG_OK);
    assert_true(train_weights(model) == train_weights(same));
    uint64_t before = train_weights(model);
    mg_rate_test test;
    assert_int_equal(mg_rate_test_run(model, dataset, NULL, NULL, &test), MG_OK); /* a trained one stays as it is */
    assert_true(before == train_weights(model));
    mg_rate_test_free(&test);
    mg_model_destroy(same);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static void what_makes_no_sense_is_refused(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_made(context, true);
    mg_model *model = mg_model_create(context, dataset, "");
    mg_train_options options = one_network();
    mg_rate_test test;
    mg_rate_test_options usual = mg_rate_test_defaults(), cases[] = { usual, usual, usual, usual };
    cases[0].seeds = 17;
    cases[1].steps = 10;
    cases[2].lowest = 0;
    cases[3].highest = 1e-7;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(mg_rate_test_run(model, dataset, &options, &cases[i], &test), MG_SETTING);
        assert_non_null(strstr(mg_context_message(context), "range test"));
    }
    options.optimizer = "rprop";
    assert_int_equal(mg_rate_test_run(model, dataset, &options, NULL, &test), MG_SETTING);
    assert_non_null(strstr(mg_context_message(context), "rprop finds its own steps"));
    mg_rate_test_free(&test);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_third_of_the_rate_of_the_least_loss_is_suggested),
        cmocka_unit_test(smoothing_keeps_lines_and_sums_to_one),
        cmocka_unit_test(the_same_seed_suggests_the_same_with_any_threads),
        cmocka_unit_test(the_rate_follows_the_scale_of_the_inputs),
        cmocka_unit_test(a_training_takes_what_was_found_and_says_so),
        cmocka_unit_test(what_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
