/* Metrics against figures worked out by hand. */
#include <micrograd/metrics.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void near(double value, double wanted) { assert_true(fabs(value - wanted) < 1e-12); }

static const double probabilities[] = { 0.5, 0.25, 0.25, 0.125, 0.75, 0.125, 0.25, 0.5, 0.25, 0, 0, 1 };
static const int32_t labels[] = { 0, 1, 2, 2 };

static void classes(void **state) {
    (void)state;
    mg_scored scored = { 4, 3, probabilities, labels, NULL };
    near(mg_accuracy(&scored), 0.75);
    near(mg_log_loss(&scored), (log(2) + log(4 / 3.0) + log(4)) / 4);
    int64_t counts[9] = { 7, 7, 7, 7, 7, 7, 7, 7, 7 };
    const int64_t wanted[9] = { 1, 0, 0, 0, 1, 0, 0, 1, 1 };
    mg_confusion(&scored, counts);
    assert_memory_equal(counts, wanted, sizeof wanted);
}

static void the_first_of_equal_probabilities_counts(void **state) {
    (void)state;
    const double even[] = { 0.5, 0.5 };
    mg_scored first = { 1, 2, even, (int32_t[]){ 0 }, NULL }, second = { 1, 2, even, (int32_t[]){ 1 }, NULL };
    near(mg_accuracy(&first), 1);
    near(mg_accuracy(&second), 0);
}

static void a_probability_of_zero_has_a_bounded_loss(void **state) {
    (void)state;
    mg_scored scored = { 1, 2, (double[]){ 1, 0 }, (int32_t[]){ 1 }, NULL };
    near(mg_log_loss(&scored), -log(1e-15));
}

static void values(void **state) {
    (void)state;
    const double t[] = { 1, 2, 3, 6 }, y[] = { 1, 3, 3, 4 };
    mg_scored scored = { 4, 1, y, NULL, t };
    near(mg_rmse(&scored), sqrt(5 / 4.0));
    near(mg_mae(&scored), 3 / 4.0);
    near(mg_r2(&scored), 1 - 5 / 14.0);
}

static void r2_of_a_constant_target(void **state) {
    (void)state;
    const double t[] = { 2, 2 };
    mg_scored right = { 2, 1, t, NULL, t }, wrong = { 2, 1, (double[]){ 2, 3 }, NULL, t },
              lost = { 2, 1, (double[]){ 2, NAN }, NULL, t };
    near(mg_r2(&right), 1);
    near(mg_r2(&wrong), 0);
    assert_true(isnan(mg_r2(&lost)));
}

static void what_is_not_a_number_is_wrong(void **state) {
    (void)state;
    mg_scored scored = { 1, 2, (double[]){ NAN, NAN }, (int32_t[]){ 0 }, NULL };
    near(mg_accuracy(&scored), 0);
    assert_true(isnan(mg_log_loss(&scored)));
}

static void no_rows_have_no_score(void **state) {
    (void)state;
    mg_scored none = { 0, 2, NULL, NULL, NULL };
    for (int i = 0; mg_metric_row(i); i++) assert_true(isnan(mg_metric_row(i)->function(&none)));
    mg_scores scores = mg_scores_none();
    for (int i = 0; mg_metric_row(i); i++) assert_true(isnan(mg_metric_value(mg_metric_row(i), &scores)));
    assert_int_equal(scores.rows, 0);
}

static void scores_hold_the_metrics_of_their_task(void **state) {
    (void)state;
    mg_scored scored = { 4, 3, probabilities, labels, NULL };
    mg_scores scores = mg_scores_of(MG_TASK_CLASSIFICATION, &scored);
    assert_int_equal(scores.rows, 4);
    near(scores.accuracy, 0.75);
    assert_true(isnan(scores.r2));
    for (int i = 0; mg_metric_row(i); i++) {
        bool ours = mg_metric_row(i)->task == MG_TASK_CLASSIFICATION;
        assert_int_equal(ours, !isnan(mg_metric_value(mg_metric_row(i), &scores)));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes),
        cmocka_unit_test(the_first_of_equal_probabilities_counts),
        cmocka_unit_test(a_probability_of_zero_has_a_bounded_loss),
        cmocka_unit_test(values),
        cmocka_unit_test(r2_of_a_constant_target),
        cmocka_unit_test(what_is_not_a_number_is_wrong),
        cmocka_unit_test(no_rows_have_no_score),
        cmocka_unit_test(scores_hold_the_metrics_of_their_task),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
