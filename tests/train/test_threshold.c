/* The probability from which the second of two classes is predicted. */
#include "base/random.h"
#include "train/scoring.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_allocator.h"

static mg_context *ctx;

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

enum { MOST = 64 };

static double chosen(const double *second, const int32_t *labels, int64_t rows, const char *metric) {
    double p[2 * MOST], threshold = -1;
    for (int64_t i = 0; i < rows; i++) p[2 * i] = 1 - second[i], p[2 * i + 1] = second[i];
    mg_scored s = { .rows = rows, .columns = 2, .values = p, .labels = labels };
    if (mg__threshold_choose(ctx, &s, metric, &threshold) != MG_OK) fail_msg("%s", mg_context_message(ctx));
    return threshold;
}

static void the_threshold_is_the_middle_between_neighbours(void **state) {
    (void)state;
    const double p[] = { 0.05, 0.1, 0.2, 0.3, 0.15 };
    const int32_t y[] = { 0, 0, 1, 1, 0 };
    const char *const metrics[] = { "accuracy", "balanced_accuracy", "f1_macro", "mcc" };
    for (int m = 0; m < 4; m++) assert_true(fabs(chosen(p, y, 5, metrics[m]) - 0.175) < 1e-12);
}

static void of_equally_good_ones_the_nearest_to_a_half_is_taken(void **state) {
    (void)state;
    const double p[] = { 0.2, 0.4, 0.7, 0.9 };
    const int32_t y[] = { 1, 0, 1, 0 };
    assert_true(fabs(chosen(p, y, 4, "accuracy") - 0.55) < 1e-12); /* 1/2 at 0.1, 0.55 and 0.95; less elsewhere */
    const int32_t one[] = { 1, 1, 1, 1 };
    assert_true(chosen(p, one, 4, "balanced_accuracy") == 0.5);
    assert_true(chosen(p, one, 0, "accuracy") == 0.5);
}

static void rare_classes_may_never_be_predicted(void **state) {
    (void)state;
    const double p[] = { 0.1, 0.6, 0.7, 0.8, 0.9, 0.75 };
    const int32_t y[] = { 1, 0, 0, 0, 0, 0 };
    assert_true(fabs(chosen(p, y, 6, "accuracy") - 0.95) < 1e-12);
}

static double judged(const mg_scored *s, const mg_metric *metric, double threshold) {
    int32_t predicted[MOST];
    double value;
    mg_scored t = *s;
    for (int64_t i = 0; i < s->rows; i++) predicted[i] = s->values[2 * i + 1] >= threshold;
    t.predicted = predicted;
    assert_int_equal(metric->function(ctx, &t, &value), MG_OK);
    return value;
}

static void no_other_threshold_is_better(void **state) {
    (void)state;
    const char *const metrics[] = { "accuracy", "balanced_accuracy", "f1_macro", "mcc" };
    for (uint64_t run = 0; run < 40; run++) {
        double p[2 * MOST], weights[MOST];
        int32_t y[MOST];
        mg__stream stream = { .seed = run, .stream = 5 };
        for (uint64_t i = 0; i < MOST; i++) {
            p[2 * i + 1] = floor(16 * mg__random_uniform(&stream, i, 0)) / 32; /* ties, and none above a half */
            p[2 * i] = 1 - p[2 * i + 1];
            y[i] = mg__random_uniform(&stream, i, 1) < p[2 * i + 1];
            weights[i] = 0.5 + mg__random_uniform(&stream, i, 2);
        }
        mg_scored s = { .rows = MOST, .columns = 2, .values = p, .labels = y, .weights = run % 2 ? weights : NULL };
        for (int m = 0; m < 4; m++) {
            const mg_metric *metric = mg_metric_find(metrics[m]);
            double threshold;
            assert_int_equal(mg__threshold_choose(ctx, &s, metrics[m], &threshold), MG_OK);
            double best = judged(&s, metric, threshold);
            for (int k = 0; k <= 64; k++) assert_true(judged(&s, metric, k / 64.0) <= best + 1e-9);
        }
    }
}

static void what_cannot_be_chosen_is_refused(void **state) {
    (void)state;
    const double p[] = { 0.2, 0.3, 0.5 };
    mg_scored s = { .rows = 1, .columns = 3, .values = p, .labels = (int32_t[]){ 0 } };
    double threshold;
    assert_int_equal(mg__threshold_choose(ctx, &s, "mcc", &threshold), MG_INVALID);
    s.columns = 2;
    assert_int_equal(mg__threshold_choose(ctx, &s, "roc_auc", &threshold), MG_SETTING);
    assert_non_null(strstr(mg_context_message(ctx), "'roc_auc'; wanted accuracy, balanced_accuracy, f1_macro or mcc"));
}

static bool choose(mg_context *context, void *user) {
    (void)user;
    mg_scored s = { .rows = 2, .columns = 2, .values = (double[]){ 0.7, 0.3, 0.4, 0.6 }, .labels = (int32_t[]){ 0, 1 } };
    double threshold;
    return mg__threshold_choose(context, &s, "mcc", &threshold) == MG_OK;
}

static void no_allocation_may_fail_unnoticed(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(choose, NULL) >= 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_threshold_is_the_middle_between_neighbours),
        cmocka_unit_test(of_equally_good_ones_the_nearest_to_a_half_is_taken),
        cmocka_unit_test(rare_classes_may_never_be_predicted),
        cmocka_unit_test(no_other_threshold_is_better),
        cmocka_unit_test(what_cannot_be_chosen_is_refused),
        cmocka_unit_test(no_allocation_may_fail_unnoticed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
