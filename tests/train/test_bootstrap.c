/* Confidence intervals of scores: how often they hold what they should. */
#include "base/random.h"
#include "train/scoring.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/failing_allocator.h"

enum { N = 150, RUNS = 300 };

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

/* Rows whose second class has the probability that is said, p uniform: accuracy 3/4, Brier 1/6, log loss 1/2, AUC 5/6. */
static void calibrated(uint64_t run, int64_t rows, double *p, int32_t *y) {
    mg__stream stream = { .seed = run, .stream = 7 };
    for (int64_t i = 0; i < rows; i++) {
        p[2 * i + 1] = mg__random_uniform(&stream, (uint64_t)i, 0);
        p[2 * i] = 1 - p[2 * i + 1];
        y[i] = mg__random_uniform(&stream, (uint64_t)i, 1) < p[2 * i + 1];
    }
}

static int holds(mg_interval interval, double truth) { return interval.low <= truth && truth <= interval.high; }

static void covers(const char *name, int held) {
    if (held < RUNS * 92 / 100 || held > RUNS * 98 / 100) fail_msg("%s: the truth lies in %d of %d intervals", name, held, RUNS);
}

static void intervals_of_classes_hold_the_truth(void **state) {
    (void)state;
    double p[2 * N];
    int32_t y[N];
    int accuracy = 0, balanced = 0, brier = 0, loss = 0, area = 0, mcc = 0;
    for (uint64_t run = 0; run < RUNS; run++) {
        mg_intervals intervals;
        calibrated(run, N, p, y);
        mg_scored s = { .rows = N, .columns = 2, .values = p, .labels = y };
        assert_int_equal(mg__bootstrap(ctx, MG_TASK_CLASSIFICATION, &s, run, &intervals), MG_OK);
        accuracy += holds(intervals.accuracy, 0.75);
        balanced += holds(intervals.balanced_accuracy, 0.75);
        brier += holds(intervals.brier, 1 / 6.0);
        loss += holds(intervals.log_loss, 0.5);
        area += holds(intervals.roc_auc, 5 / 6.0);
        mcc += holds(intervals.mcc, 0.5);
        assert_true(isnan(intervals.rmse.low));
    }
    covers("accuracy", accuracy);
    covers("balanced_accuracy", balanced);
    covers("brier", brier);
    covers("log_loss", loss);
    covers("roc_auc", area);
    covers("mcc", mcc);
}

static void intervals_of_numbers_hold_the_truth(void **state) {
    (void)state;
    double t[N], v[N];
    int rmse = 0, mae = 0, r2 = 0, explained = 0;
    for (uint64_t run = 0; run < RUNS; run++) {
        mg__stream stream = { .seed = run, .stream = 8 };
        mg_intervals intervals;
        for (uint64_t i = 0; i < N; i++) {
            v[i] = 2 * mg__random_normal(&stream, i, 0);
            t[i] = v[i] + mg__random_normal(&stream, i, 2);
        }
        mg_scored s = { .rows = N, .columns = 1, .values = v, .targets = t };
        assert_int_equal(mg__bootstrap(ctx, MG_TASK_REGRESSION, &s, run, &intervals), MG_OK);
        rmse += holds(intervals.rmse, 1);
        mae += holds(intervals.mae, sqrt(2 / 3.14159265358979323846));
        r2 += holds(intervals.r2, 0.8);
        explained += holds(intervals.explained_variance, 0.8);
        assert_true(intervals.median_absolute_error.low < 0.6745 + 0.3 && intervals.median_absolute_error.high > 0.6745 - 0.3);
    }
    covers("rmse", rmse);
    covers("mae", mae);
    covers("r2", r2);
    covers("explained_variance", explained);
}

/* Of many rows some are drawn; the interval is as narrow as all of them make it: 2 * 1.96 sqrt(p (1 - p) / n). */
static void many_rows_have_narrow_intervals(void **state) {
    (void)state;
    enum { MANY = 40000 };
    static double p[2 * MANY];
    static int32_t y[MANY];
    mg_intervals intervals;
    mg_scores scores;
    calibrated(1, MANY, p, y);
    mg_scored s = { .rows = MANY, .columns = 2, .values = p, .labels = y };
    assert_int_equal(mg__bootstrap(ctx, MG_TASK_CLASSIFICATION, &s, 0, &intervals), MG_OK);
    assert_int_equal(mg_scores_of(ctx, MG_TASK_CLASSIFICATION, &s, &scores), MG_OK);
    double width = intervals.accuracy.high - intervals.accuracy.low, wanted = 2 * 1.96 * sqrt(0.75 * 0.25 / MANY);
    assert_true(fabs(width / wanted - 1) < 0.15);
    for (int i = 0; mg_metric_row(i); i++) {
        const mg_metric *row = mg_metric_row(i);
        mg_interval interval = mg_metric_interval(row, &intervals);
        if (row->task != MG_TASK_CLASSIFICATION) continue;
        if (!strcmp(row->name, "calibration_error")) { /* it has none */
            assert_true(isnan(interval.low) && isnan(interval.high));
            continue;
        }
        assert_true(interval.low < mg_metric_value(row, &scores) && mg_metric_value(row, &scores) < interval.high);
    }
}

static void what_resamples_cannot_tell_is_not_told(void **state) {
    (void)state;
    double p[60];
    int32_t y[30];
    double twice[30];
    for (int i = 0; i < 30; i++) y[i] = i % 2, p[2 * i + 1] = y[i], p[2 * i] = 1 - y[i], twice[i] = 2;
    mg_scored s = { .rows = 30, .columns = 2, .values = p, .labels = y };
    mg_intervals intervals;
    assert_int_equal(mg__bootstrap(ctx, MG_TASK_CLASSIFICATION, &s, 0, &intervals), MG_OK);
    assert_true(fabs(intervals.accuracy.low - 0.8842967) < 1e-6 && intervals.accuracy.high == 1); /* binom.test(30, 30) in R */
    assert_true(isnan(intervals.roc_auc.low) && isnan(intervals.mcc.high) && isnan(intervals.brier.low));
    s.weights = twice; /* no more rows than before */
    assert_int_equal(mg__bootstrap(ctx, MG_TASK_CLASSIFICATION, &s, 0, &intervals), MG_OK);
    assert_true(fabs(intervals.accuracy.low - 0.8842967) < 1e-6);
    s.rows = 1;
    assert_int_equal(mg__bootstrap(ctx, MG_TASK_CLASSIFICATION, &s, 0, &intervals), MG_OK);
    assert_true(isnan(intervals.accuracy.low) && isnan(intervals.accuracy.high));
}

static void intervals_are_a_function_of_the_seed(void **state) {
    (void)state;
    double p[2 * N];
    int32_t y[N];
    mg_intervals a, b, c;
    calibrated(3, N, p, y);
    mg_scored s = { .rows = N, .columns = 2, .values = p, .labels = y };
    assert_int_equal(mg__bootstrap(ctx, MG_TASK_CLASSIFICATION, &s, 1, &a), MG_OK);
    assert_int_equal(mg__bootstrap(ctx, MG_TASK_CLASSIFICATION, &s, 1, &b), MG_OK);
    assert_int_equal(mg__bootstrap(ctx, MG_TASK_CLASSIFICATION, &s, 2, &c), MG_OK);
    assert_true(a.log_loss.low == b.log_loss.low && a.f1_macro.high == b.f1_macro.high && a.roc_auc.low == b.roc_auc.low);
    assert_true(a.log_loss.low != c.log_loss.low);
}

static bool both_tasks(mg_context *context, void *user) {
    (void)user;
    const double v[] = { 0.2, 0.8, 0.6, 0.4, 0.3, 0.7, 0.9, 0.1 }, t[] = { 0.1, 0.9, 0.4, 0.5, 0.2, 0.1, 0.6, 0.7 };
    mg_scored c = { .rows = 4, .columns = 2, .values = v, .labels = (int32_t[]){ 0, 1, 1, 0 } };
    mg_scored r = { .rows = 8, .columns = 1, .values = v, .targets = t };
    mg_intervals intervals;
    return mg__bootstrap(context, MG_TASK_CLASSIFICATION, &c, 0, &intervals) == MG_OK &&
           mg__bootstrap(context, MG_TASK_REGRESSION, &r, 0, &intervals) == MG_OK;
}

static void no_allocation_may_fail_unnoticed(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(both_tasks, NULL) >= 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_of_classes_hold_the_truth),  cmocka_unit_test(intervals_of_numbers_hold_the_truth),
        cmocka_unit_test(many_rows_have_narrow_intervals),      cmocka_unit_test(what_resamples_cannot_tell_is_not_told),
        cmocka_unit_test(intervals_are_a_function_of_the_seed), cmocka_unit_test(no_allocation_may_fail_unnoticed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
