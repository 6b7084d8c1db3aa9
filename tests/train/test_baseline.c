/* What a model is compared with: always the same answer, and a linear model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "train/baseline.h"
#include "train/prepare.h"
#include "train_support.h"

static mg_result trained(mg_context *context, const mg_dataset *dataset, const mg_train_options *options) {
    mg_model *model = mg_model_create(context, dataset, "dense(4) relu");
    mg_result result = mg_train(model, dataset, options);
    if (result.status != MG_OK) fail_msg("%s", mg_context_message(context));
    mg_model_destroy(model);
    return result;
}

static void near(double value, double wanted) {
    if (!(fabs(value - wanted) < 1e-9 * fmax(1, fabs(wanted)))) fail_msg("%.12g, wanted %.12g", value, wanted);
}

/* --- always the same answer -------------------------------------------------------------------------- */

static void the_most_frequent_class_at_its_share(void **state) {
    (void)state;
    enum { KNOWN = 40, ASKED = 10 };
    double known[KNOWN][2], asked[ASKED][2];
    uint64_t g = 7;
    for (int i = 0; i < KNOWN; i++) known[i][0] = train_normal(&g), known[i][1] = i % 8 == 0 ? 2 : i % 4 == 1; /* 25 10 5 */
    for (int i = 0; i < ASKED; i++) asked[i][0] = train_normal(&g), asked[i][1] = i < 4 ? 0 : i < 7 ? 1 : 2;   /* 4 3 3 */
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_table(context, KNOWN, 2, NULL, &known[0][0]),
               *test = train_table(context, ASKED, 2, NULL, &asked[0][0]);
    mg_train_options options = one_network();
    options.epochs = 1;
    options.test = test;
    mg_scores b = trained(context, dataset, &options).baseline;
    assert_int_equal(b.rows, ASKED);
    near(b.accuracy, 0.4);
    near(b.balanced_accuracy, 1 / 3.0);
    near(b.log_loss, -(4 * log(25 / 40.0) + 3 * log(10 / 40.0) + 3 * log(5 / 40.0)) / 10);
    near(b.mcc, 0);
    near(b.roc_auc, 0.5);
    mg_dataset_destroy(dataset);
    mg_dataset_destroy(test);
    mg_context_destroy(context);
}

static void the_mean_of_the_rows_that_are_known(void **state) {
    (void)state;
    enum { KNOWN = 30, ASKED = 4 };
    double known[KNOWN][3], asked[ASKED][3] = { { 1, 1, 10.5 }, { 2, 1, 12.5 }, { 3, 1, 11.5 }, { 4, 1, 13.5 } };
    uint64_t g = 9;
    double sum = 0, weighted = 0, weights = 0;
    for (int i = 0; i < KNOWN; i++) {
        known[i][0] = train_normal(&g);
        known[i][1] = i < 10 ? 5 : 1;
        known[i][2] = 10 + 3 * train_normal(&g);
        sum += known[i][2];
        weighted += known[i][1] * known[i][2];
        weights += known[i][1];
    }
    static const char *const names[] = { "x", "w", "y" };
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_table(context, KNOWN, 3, names, &known[0][0]),
               *test = train_table(context, ASKED, 3, names, &asked[0][0]);
    mg_train_options options = one_network();
    options.epochs = 1;
    options.test = test;
    for (int pass = 0; pass < 2; pass++) {
        double mean = pass ? weighted / weights : sum / KNOWN, squares = 0, distance = 0;
        for (int i = 0; i < ASKED; i++)
            squares += pow(asked[i][2] - mean, 2) / ASKED, distance += fabs(asked[i][2] - mean) / ASKED;
        mg_scores b = trained(context, dataset, &options).baseline;
        near(b.rmse, sqrt(squares));
        near(b.mae, distance);
        near(b.r2, 1 - squares / 1.25); /* the variance of the four targets */
        near(b.explained_variance, 0);
        options.weight = "w"; /* rows count for their weight, asked ones 1 each */
    }
    mg_dataset_destroy(dataset);
    mg_dataset_destroy(test);
    mg_context_destroy(context);
}

/* A threshold of the model is none of the baseline's. */
static void a_threshold_does_not_move_the_baseline(void **state) {
    (void)state;
    enum { ROWS = 200 };
    double cells[ROWS][2];
    uint64_t g = 13;
    for (int i = 0; i < ROWS; i++) cells[i][1] = i % 5 == 0, cells[i][0] = train_normal(&g) + cells[i][1];
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_table(context, ROWS, 2, NULL, &cells[0][0]);
    mg_train_options options = one_network();
    options.threshold = "balanced_accuracy";
    options.epochs = 40;
    options.learning_rate = 0.01;
    mg_result result = trained(context, dataset, &options);
    assert_true(result.threshold < 0.5);
    near(result.baseline.accuracy, 0.8);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

/* --- a linear model ---------------------------------------------------------------------------------- */

enum { LINEAR = 400, COLUMNS = 5 };

/* Solves A x = b, symmetric and positive, by elimination. */
static void solve(int n, double *a, double *b) {
    for (int i = 0; i < n; i++) {
        for (int r = i + 1; r < n; r++) {
            double f = a[r * n + i] / a[i * n + i];
            for (int c = i; c < n; c++) a[r * n + c] -= f * a[i * n + c];
            b[r] -= f * b[i];
        }
    }
    for (int i = n - 1; i >= 0; i--) {
        for (int c = i + 1; c < n; c++) b[i] -= a[i * n + c] * b[c];
        b[i] /= a[i * n + i];
    }
}

/* R2 on the rows of `part` of least squares on what `rows` of the pool show, with the same encoding. */
static double least_squares(const mg__trainer *t, const int64_t *rows, int64_t count, const mg__part *part) {
    enum { N = COLUMNS + 1 };
    double a[N * N] = { 0 }, b[N] = { 0 }, mean = 0, left = 0, all = 0;
    assert_int_equal(mg_encoder_features(t->model->encoder), COLUMNS);
    for (int64_t k = 0; k < count; k++) {
        const float *x = t->pool.x + rows[k] * COLUMNS;
        for (int i = 0; i < N; i++) {
            double xi = i < COLUMNS ? (double)x[i] : 1;
            for (int j = 0; j < N; j++) a[i * N + j] += xi * (j < COLUMNS ? (double)x[j] : 1);
            b[i] += xi * (double)t->pool.targets[rows[k]];
        }
    }
    solve(N, a, b);
    for (int64_t r = 0; r < part->rows; r++) mean += part->values[r] / (double)part->rows;
    for (int64_t r = 0; r < part->rows; r++) {
        double y = b[COLUMNS];
        for (int i = 0; i < COLUMNS; i++) y += b[i] * (double)part->x[r * COLUMNS + i];
        left += pow(mg_encoder_unscale(t->model->encoder, y) - part->values[r], 2);
        all += pow(part->values[r] - mean, 2);
    }
    return 1 - left / all;
}

static void the_linear_model_is_near_least_squares(void **state) {
    (void)state;
    static double cells[LINEAR][COLUMNS + 1];
    mg_context *context = train_context(1);
    static const int sizes[] = { 60, 150, LINEAR };
    for (int s = 0; s < 3; s++) {
        uint64_t g = 19;
        for (int i = 0; i < sizes[s]; i++) {
            double y = 50;
            for (int j = 0; j < COLUMNS; j++) {
                cells[i][j] = train_normal(&g) + (j > 0 ? 0.5 * cells[i][j - 1] : 0); /* columns that hang together */
                y += (j - 1.5) * cells[i][j];
            }
            cells[i][COLUMNS] = y + 1.5 * train_normal(&g);
        }
        mg_dataset *dataset = train_table(context, sizes[s], COLUMNS + 1, NULL, &cells[0][0]);
        mg_train_options options = one_network();
        options.test_fraction = 0.3;
        options.epochs = 1;
        mg_model *model = mg_model_create(context, dataset, "dense(4) relu");
        mg__trainer t = { .context = context, .model = model };
        assert_int_equal(mg__train_begin(&t, dataset, &options), MG_OK);
        mg_scores linear;
        assert_int_equal(mg__linear_score(&t, t.rows[0], t.row_counts[0], &t.test, &linear), MG_OK);
        double wanted = least_squares(&t, t.rows[0], t.row_counts[0], &t.test);
        if (!(fabs(linear.r2 - wanted) < 0.03)) fail_msg("%d rows: %g, least squares %g", sizes[s], linear.r2, wanted);
        mg__train_end(&t, MG_INVALID);
        mg_model_destroy(model);
        mg_dataset_destroy(dataset);
    }
    mg_context_destroy(context);
}

/* Two normal clouds whose best line is known: it errs on the share of a cloud that lies beyond the middle. */
static void the_linear_model_finds_the_line_between_two_clouds(void **state) {
    (void)state;
    enum { ROWS = 2000 };
    static double cells[ROWS][3];
    uint64_t g = 29;
    for (int i = 0; i < ROWS; i++) {
        double side = i % 2 ? 1 : -1;
        cells[i][0] = train_normal(&g) + side;
        cells[i][1] = train_normal(&g) - side;
        cells[i][2] = i % 2;
    }
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_table(context, ROWS, 3, NULL, &cells[0][0]);
    mg_train_options options = one_network();
    options.epochs = 1;
    options.test_fraction = 0.5;
    for (int i = 0; i < 2; i++) {
        options.loss = i ? "hinge" : "auto";
        mg_scores linear = trained(context, dataset, &options).linear;
        double best = 0.5 + 0.5 * erf(1); /* Phi(sqrt 2) */
        if (!(fabs(linear.accuracy - best) < 0.02)) fail_msg("%g, the best is %g", linear.accuracy, best);
    }
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static void without_a_test_part_the_held_out_rows_compare(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_made(context, true);
    mg_train_options options = mg_train_defaults();
    options.epochs = 2;
    options.test_fraction = 0;
    mg_result result = trained(context, dataset, &options);
    assert_true(result.baseline.rows > 0 && result.linear.rows == result.baseline.rows);
    options.val_fraction = 0;
    result = trained(context, dataset, &options);
    assert_int_equal(result.baseline.rows, 0);
    assert_int_equal(result.linear.rows, 0);
    assert_true(isnan(result.baseline.accuracy) && isnan(result.linear.accuracy));
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_frequent_class_at_its_share),
        cmocka_unit_test(the_mean_of_the_rows_that_are_known),
        cmocka_unit_test(a_threshold_does_not_move_the_baseline),
        cmocka_unit_test(the_linear_model_is_near_least_squares),
        cmocka_unit_test(the_linear_model_finds_the_line_between_two_clouds),
        cmocka_unit_test(without_a_test_part_the_held_out_rows_compare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
