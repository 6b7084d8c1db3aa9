/* Conformal intervals: how often they hold a new row. */
#include "base/random.h"
#include "train/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Errors with heavy tails; the answer of the model is always 0. */
static double error_at(uint64_t run, uint64_t row) {
    mg__stream stream = { .seed = run, .stream = 3 };
    double z = mg__random_normal(&stream, row, 0);
    return z * z * z;
}

/* Among n + 1 exchangeable rows the new one lies within with a probability of ceil((n + 1) level) / (n + 1). */
static void covers(int64_t n, double level) {
    enum { RUNS = 400, NEW = 25 };
    double targets[256], answers[256] = { 0 };
    int held = 0;
    mg_context *ctx = mg_context_create(NULL);
    mg_model *model = ctx ? mg__model_new(ctx) : NULL;
    assert_non_null(model);
    model->task = MG_TASK_REGRESSION;
    for (uint64_t run = 0; run < RUNS; run++) {
        double width;
        for (int64_t i = 0; i < n; i++) targets[i] = error_at(run, (uint64_t)i);
        assert_int_equal(mg__residuals_keep(model, targets, answers, n), MG_OK);
        assert_int_equal(mg_model_interval(model, level, &width), MG_OK);
        for (int k = 0; k < NEW; k++) held += fabs(error_at(run, (uint64_t)(1000 + k))) <= width;
    }
    double share = (double)held / (RUNS * NEW), wanted = ceil((double)(n + 1) * level) / (double)(n + 1);
    if (fabs(share - wanted) > 0.015) fail_msg("%.3f of new rows lie within, wanted %.3f", share, wanted);
    mg_model_destroy(model);
    mg_context_destroy(ctx);
}

static void new_rows_lie_within_as_often_as_was_said(void **state) {
    (void)state;
    covers(200, 0.9);
    covers(50, 0.8);
    covers(19, 0.95);
}

static void too_few_rows_are_refused_with_how_many_it_takes(void **state) {
    (void)state;
    mg_context *ctx = mg_context_create(NULL);
    mg_model *model = ctx ? mg__model_new(ctx) : NULL;
    const double targets[18] = { 1 }, answers[18] = { 0 };
    double width;
    assert_non_null(model);
    model->task = MG_TASK_REGRESSION;
    assert_int_equal(mg__residuals_keep(model, targets, answers, 18), MG_OK);
    assert_int_equal(mg_model_interval(model, 0.95, &width), MG_INVALID);
    assert_non_null(strstr(mg_context_message(ctx), "validated on 18 rows; a level of 0.95 needs at least 19"));
    mg_model_destroy(model);
    mg_context_destroy(ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_rows_lie_within_as_often_as_was_said),
        cmocka_unit_test(too_few_rows_are_refused_with_how_many_it_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
