/* Metrics against figures worked out by hand and against scikit-learn's. */
#include "train/scoring.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "golden/metrics.h"
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

typedef mg_status metric(mg_context *context, const mg_scored *scored, double *value);

static double of(metric *function, const mg_scored *scored) {
    double value = -7;
    assert_int_equal(function(ctx, scored, &value), MG_OK);
    return value;
}

static void near(double value, double wanted) {
    if (!(fabs(value - wanted) < 1e-12)) fail_msg("%.17g is not %.17g", value, wanted);
}

static const double probabilities[] = { 0.5, 0.25, 0.25, 0.125, 0.75, 0.125, 0.25, 0.5, 0.25, 0, 0, 1 };
static const int32_t labels[] = { 0, 1, 2, 2 };

static void classes(void **state) {
    (void)state;
    mg_scored scored = { .rows = 4, .columns = 3, .values = probabilities, .labels = labels };
    near(of(mg_accuracy, &scored), 0.75);
    near(of(mg_balanced_accuracy, &scored), (1 + 1 + 0.5) / 3);
    near(of(mg_log_loss, &scored), (log(2) + log(4 / 3.0) + log(4)) / 4);
    near(of(mg_f1_macro, &scored), (1 + 2 / 3.0 + 2 / 3.0) / 3);
    near(of(mg_top_k_accuracy, &scored), 1); /* two of three, and of 0.25 twice the later one */
    int64_t counts[9] = { 7, 7, 7, 7, 7, 7, 7, 7, 7 };
    const int64_t wanted[9] = { 1, 0, 0, 0, 1, 0, 0, 1, 1 };
    mg_confusion(&scored, counts);
    assert_memory_equal(counts, wanted, sizeof wanted);
}

static void the_first_of_equal_probabilities_counts(void **state) {
    (void)state;
    const double even[] = { 0.5, 0.5 };
    mg_scored first = { .rows = 1, .columns = 2, .values = even, .labels = (int32_t[]){ 0 } }, second = first;
    second.labels = (int32_t[]){ 1 };
    near(of(mg_accuracy, &first), 1);
    near(of(mg_accuracy, &second), 0);
}

static void a_probability_of_zero_has_a_bounded_loss(void **state) {
    (void)state;
    mg_scored scored = { .rows = 1, .columns = 2, .values = (double[]){ 1, 0 }, .labels = (int32_t[]){ 1 } };
    near(of(mg_log_loss, &scored), 52 * log(2));
}

static void values(void **state) {
    (void)state;
    const double t[] = { 1, 2, 3, 6 }, y[] = { 1, 3, 3, 4 };
    mg_scored scored = { .rows = 4, .columns = 1, .values = y, .targets = t };
    near(of(mg_rmse, &scored), sqrt(5 / 4.0));
    near(of(mg_mae, &scored), 3 / 4.0);
    near(of(mg_median_absolute_error, &scored), 0.5);
    near(of(mg_r2, &scored), 1 - 5 / 14.0);
    near(of(mg_explained_variance, &scored), 1 - (5 - 1 / 4.0) / 14.0);
}

static void r2_of_a_constant_target(void **state) {
    (void)state;
    const double t[] = { 0.1, 0.1, 0.1 };
    mg_scored right = { .rows = 3, .columns = 1, .values = t, .targets = t }, wrong = right, lost = right;
    wrong.values = (double[]){ 0.1, 0.2, 0.1 };
    lost.values = (double[]){ 0.1, NAN, 0.1 };
    near(of(mg_r2, &right), 1);
    near(of(mg_r2, &wrong), 0);
    near(of(mg_explained_variance, &wrong), 0);
    assert_true(isnan(of(mg_r2, &lost)));
}

static void what_is_not_a_number_is_wrong(void **state) {
    (void)state;
    mg_scored scored = { .rows = 2, .columns = 2, .values = (double[]){ NAN, NAN, 0.25, 0.75 }, .labels = (int32_t[]){ 0, 1 } };
    near(of(mg_accuracy, &scored), 0.5);
    near(of(mg_balanced_accuracy, &scored), 0.5);
    near(of(mg_f1_macro, &scored), 0.5);
    near(of(mg_top_k_accuracy, &scored), 0.5);
    near(of(mg_mcc, &scored), 0.5); /* "none" is a class that is predicted but never right */
    assert_true(isnan(of(mg_log_loss, &scored)));
    assert_true(isnan(of(mg_brier, &scored)));
    assert_true(isnan(of(mg_roc_auc, &scored)));
    assert_true(isnan(of(mg_average_precision, &scored)));
    scored = (mg_scored){ .rows = 2, .columns = 1, .values = (double[]){ NAN, 1 }, .targets = (double[]){ 1, 2 } };
    for (int i = 0; mg_metric_row(i); i++)
        if (mg_metric_row(i)->task == MG_TASK_REGRESSION) assert_true(isnan(of(mg_metric_row(i)->function, &scored)));
}

static void no_rows_have_no_score(void **state) {
    (void)state;
    mg_scored none = { .columns = 2 };
    for (int i = 0; mg_metric_row(i); i++) assert_true(isnan(of(mg_metric_row(i)->function, &none)));
    mg_scores scores = mg_scores_none();
    mg_intervals intervals = mg_intervals_none();
    for (int i = 0; mg_metric_row(i); i++) {
        assert_true(isnan(mg_metric_value(mg_metric_row(i), &scores)));
        assert_true(isnan(mg_metric_interval(mg_metric_row(i), &intervals).low));
        assert_true(isnan(mg_metric_interval(mg_metric_row(i), &intervals).high));
    }
    assert_int_equal(scores.rows, 0);
}

static void scores_hold_the_metrics_of_their_task(void **state) {
    (void)state;
    mg_scored scored = { .rows = 4, .columns = 3, .values = probabilities, .labels = labels };
    mg_scores scores;
    assert_int_equal(mg_scores_of(ctx, MG_TASK_CLASSIFICATION, &scored, &scores), MG_OK);
    assert_int_equal(scores.rows, 4);
    near(scores.accuracy, 0.75);
    assert_true(isnan(scores.r2));
    for (int i = 0; mg_metric_row(i); i++) {
        const mg_metric *row = mg_metric_row(i);
        bool ours = row->task == MG_TASK_CLASSIFICATION;
        assert_int_equal(ours, !isnan(mg_metric_value(row, &scores)));
        assert_ptr_equal(mg_metric_find(row->name), row);
        if (ours) near(mg_metric_value(row, &scores), of(row->function, &scored));
    }
    assert_null(mg_metric_find("acuracy"));
    assert_string_equal(mg__metric_main(MG_TASK_CLASSIFICATION)->name, "accuracy");
    assert_string_equal(mg__metric_main(MG_TASK_REGRESSION)->name, "r2");
}

static void agree(mg_task task, const golden_scores *c) {
    const mg_metric *row;
    for (int i = 0, k = 0; (row = mg_metric_row(i)) != NULL; i++) {
        if (row->task != task) continue;
        double wanted = c->wanted[k++], value = of(row->function, &c->scored);
        if (isnan(wanted) ? !isnan(value) : !(fabs(value - wanted) <= 1e-9))
            fail_msg("%s of '%s': %.17g, scikit-learn says %.17g", row->name, c->name, value, wanted);
    }
}

static void metrics_agree_with_scikit_learn(void **state) {
    (void)state;
    size_t classes_count = sizeof golden_classes / sizeof *golden_classes,
           values_count = sizeof golden_values / sizeof *golden_values;
    assert_true(classes_count >= 20 && values_count >= 10);
    for (size_t i = 0; i < classes_count; i++) agree(MG_TASK_CLASSIFICATION, &golden_classes[i]);
    for (size_t i = 0; i < values_count; i++) agree(MG_TASK_REGRESSION, &golden_values[i]);
}

/* Each row w times over. */
static mg_scored repeated(const mg_scored *s, const double *times, double *values_out, double *targets_out, int32_t *labels_out) {
    mg_scored all = { .columns = s->columns, .values = values_out, .targets = targets_out, .labels = labels_out };
    for (int64_t i = 0; i < s->rows; i++) {
        for (int t = 0; t < (int)times[i]; t++, all.rows++) {
            memcpy(values_out + all.rows * s->columns, s->values + i * s->columns, (size_t)s->columns * sizeof(double));
            if (s->labels) labels_out[all.rows] = s->labels[i];
            if (s->targets) targets_out[all.rows] = s->targets[i];
        }
    }
    return all;
}

/* So a metric forgets neither a weight nor what a weight of zero is. */
static void a_weight_is_so_many_equal_rows(void **state) {
    (void)state;
    enum { MOST = 4 * 64 };
    static double values_out[MOST * 6], targets_out[MOST];
    static int32_t labels_out[MOST];
    double times[64];
    size_t counts[2] = { sizeof golden_classes / sizeof *golden_classes, sizeof golden_values / sizeof *golden_values };
    for (int task = 0; task < 2; task++) {
        for (size_t c = 0; c < counts[task]; c++) {
            mg_scored s = task == 0 ? golden_classes[c].scored : golden_values[c].scored;
            s.predicted = NULL;
            for (int i = 0; i < 64; i++) times[i] = (i * 7 + 2) % 4;
            s.weights = times;
            mg_scored all = repeated(&s, times, values_out, targets_out, labels_out);
            for (int i = 0; mg_metric_row(i); i++) {
                const mg_metric *row = mg_metric_row(i);
                if (row->task != (task == 0 ? MG_TASK_CLASSIFICATION : MG_TASK_REGRESSION) || s.rows < 2) continue;
                double weighted = of(row->function, &s), wanted = of(row->function, &all);
                if (!(isnan(weighted) && isnan(wanted)) && !(fabs(weighted - wanted) < 1e-11 * (1 + fabs(wanted))))
                    fail_msg("%s of case %zu: %.17g, repeated %.17g", row->name, c, weighted, wanted);
            }
        }
    }
}

static void weights_of_zero_have_no_score(void **state) {
    (void)state;
    const double none[4] = { 0 };
    mg_scored c = { .rows = 4, .columns = 3, .values = probabilities, .labels = labels, .weights = none };
    mg_scored v = { .rows = 4, .columns = 1, .values = probabilities, .targets = probabilities + 4, .weights = none };
    for (int i = 0; mg_metric_row(i); i++)
        assert_true(isnan(of(mg_metric_row(i)->function, mg_metric_row(i)->task == MG_TASK_CLASSIFICATION ? &c : &v)));
}

/* The AUC is the share of pairs in the right order, ties half: by counting pairs. */
static void the_roc_area_counts_pairs(void **state) {
    (void)state;
    enum { N = 300 };
    double p[2 * N];
    int32_t y[N];
    uint32_t bits = 12345;
    for (int i = 0; i < N; i++) {
        bits = bits * 1664525u + 1013904223u;
        y[i] = (int32_t)(bits >> 30 == 0);
        p[2 * i + 1] = (double)(bits >> 24) / 256 * (y[i] ? 1 : 0.75);
        p[2 * i] = 1 - p[2 * i + 1];
    }
    double right = 0, pairs = 0;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            if (y[i] && !y[j]) {
                pairs++;
                right += p[2 * i + 1] > p[2 * j + 1] ? 1 : p[2 * i + 1] == p[2 * j + 1] ? 0.5 : 0;
            }
    mg_scored s = { .rows = N, .columns = 2, .values = p, .labels = y };
    near(of(mg_roc_auc, &s), right / pairs);
}

static void predictions_that_are_given_are_what_is_judged(void **state) {
    (void)state;
    mg_scored s = { .rows = 4, .columns = 3, .values = probabilities, .labels = labels };
    s.predicted = (int32_t[]){ 0, 1, 2, 2 };
    near(of(mg_accuracy, &s), 1);
    near(of(mg_balanced_accuracy, &s), 1);
    near(of(mg_f1_macro, &s), 1);
    near(of(mg_mcc, &s), 1);
    near(of(mg_log_loss, &s), (log(2) + log(4 / 3.0) + log(4)) / 4);
    int64_t counts[9];
    const int64_t wanted[9] = { 1, 0, 0, 0, 1, 0, 0, 0, 2 };
    mg_confusion(&s, counts);
    assert_memory_equal(counts, wanted, sizeof wanted);
}

static void the_quick_score_is_what_chooses_an_epoch(void **state) {
    (void)state;
    mg_scored s = { .rows = 4, .columns = 3, .values = probabilities, .labels = labels };
    mg_scores all, quick;
    const mg_metric *roc = mg_metric_find("roc_auc"), *accuracy = mg_metric_find("accuracy");
    assert_int_equal(mg_scores_of(ctx, MG_TASK_CLASSIFICATION, &s, &all), MG_OK);
    assert_int_equal(mg__scores_quick(ctx, MG_TASK_CLASSIFICATION, NULL, &s, &quick), MG_OK);
    near(quick.accuracy, all.accuracy);
    near(quick.log_loss, all.log_loss);
    assert_int_equal(quick.rows, 4);
    assert_true(isnan(quick.roc_auc) && isnan(quick.brier) && isnan(quick.r2));
    assert_int_equal(mg__scores_quick(ctx, MG_TASK_CLASSIFICATION, roc, &s, &quick), MG_OK);
    near(quick.roc_auc, all.roc_auc);
    near(quick.accuracy, all.accuracy);
    assert_true(mg__scores_finite(MG_TASK_CLASSIFICATION, &quick));

    mg_scores a = mg_scores_none(), b = a;
    mg_task task = MG_TASK_CLASSIFICATION;
    a.accuracy = 0.5, b.accuracy = 0.5, a.log_loss = 1, b.log_loss = 2;
    assert_true(mg__scores_better(task, NULL, &a, &b) && !mg__scores_better(task, NULL, &b, &a));
    assert_false(mg__scores_better(task, NULL, &a, &a));
    b.accuracy = 0.6;
    assert_true(mg__scores_better(task, accuracy, &b, &a) && !mg__scores_better(task, accuracy, &a, &b));
    assert_true(mg__scores_better(task, mg_metric_find("log_loss"), &a, &b)); /* less is better */
    assert_true(mg__scores_better(task, roc, &a, &b));                        /* undefined in both: the tie-breaker */
    b.roc_auc = 0.1;
    assert_true(mg__scores_better(task, roc, &b, &a) && !mg__scores_better(task, roc, &a, &b));
    assert_false(mg__scores_finite(MG_TASK_REGRESSION, &a));
    a.rmse = 0; /* r2 is undefined for one row */
    assert_true(mg__scores_finite(MG_TASK_REGRESSION, &a));
}

static bool score_all(mg_context *context, void *user) {
    (void)user;
    mg_scores scores;
    mg_scored c = { .rows = 4, .columns = 3, .values = probabilities, .labels = labels };
    mg_scored v = { .rows = 4, .columns = 1, .values = probabilities, .targets = probabilities + 4 };
    return mg_scores_of(context, MG_TASK_CLASSIFICATION, &c, &scores) == MG_OK &&
           mg_scores_of(context, MG_TASK_REGRESSION, &v, &scores) == MG_OK;
}

static void no_allocation_may_fail_unnoticed(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(score_all, NULL) >= 10);
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
        cmocka_unit_test(metrics_agree_with_scikit_learn),
        cmocka_unit_test(a_weight_is_so_many_equal_rows),
        cmocka_unit_test(weights_of_zero_have_no_score),
        cmocka_unit_test(the_roc_area_counts_pairs),
        cmocka_unit_test(predictions_that_are_given_are_what_is_judged),
        cmocka_unit_test(the_quick_score_is_what_chooses_an_epoch),
        cmocka_unit_test(no_allocation_may_fail_unnoticed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
