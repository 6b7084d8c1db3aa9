/* What counts how much: weights of rows from a column, weights of classes, and what they do to a rare class. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "train_support.h"

/* All rows in one batch, all of them training, numbers as they are: the rows' order and the encoder change nothing. */
static mg_train_options one_batch(void) {
    mg_train_options options = one_network();
    options.val_fraction = options.test_fraction = 0;
    options.scale = "none";
    options.batch = 1000;
    options.epochs = 30;
    options.learning_rate = 0.05;
    options.weight_decay = options.label_smoothing = 0;
    return options;
}

enum { MOST = 400 };
static double cells[MOST][4]; /* two features, weight, class */
static const char *const names[] = { "a", "b", "w", "y" };

static mg_dataset *table(mg_context *context, int rows) { return train_table(context, rows, 4, names, &cells[0][0]); }

static void fill(int rows, double (*weight)(int)) {
    uint64_t g = 31;
    for (int i = 0; i < rows; i++) {
        cells[i][0] = train_normal(&g);
        cells[i][1] = train_normal(&g);
        cells[i][2] = weight(i);
        cells[i][3] = cells[i][0] * cells[i][1] + 0.5 * train_normal(&g) > 0;
    }
}

static mg_model *trained(mg_context *context, const mg_dataset *dataset, const char *text, const mg_train_options *options) {
    mg_model *model = mg_model_create(context, dataset, text);
    if (mg_train(model, dataset, options).status != MG_OK) fail_msg("%s", mg_context_message(context));
    return model;
}

static double farthest(mg_model *a, mg_model *b) {
    mg_tensor x = mg_parameters_flat(mg_model_parameters(a, 0)), y = mg_parameters_flat(mg_model_parameters(b, 0));
    double most = 0;
    for (int64_t i = 0; i < mg_tensor_count(&x); i++) most = fmax(most, fabs(mg_tensor_get(&x, i) - mg_tensor_get(&y, i)));
    return most;
}

static double zero_one_two(int i) { return i % 3; }
static double mostly_zero(int i) { return i % 40 == 0; }
static double one(int i) { return (void)i, 1; }

static void a_weight_is_so_many_rows(void **state) {
    (void)state;
    enum { ROWS = 120 };
    mg_context *context = train_context(1);
    mg_train_options options = one_batch(), without = options;
    fill(ROWS, zero_one_two);
    mg_dataset *weighted = table(context, ROWS);
    static double repeated[MOST][4];
    int rows = 0;
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < (int)cells[i][2]; k++) memcpy(repeated[rows++], cells[i], sizeof cells[i]);
    mg_dataset *plain = train_table(context, rows, 4, names, &repeated[0][0]);
    options.weight = "w";
    without.drop = "w";
    mg_model *a = trained(context, weighted, "dense(8) tanh", &options), *b = trained(context, plain, "dense(8) tanh", &without);
    if (!(farthest(a, b) < 1e-3)) fail_msg("%g", farthest(a, b));
    const mg_scores *x = &mg_model_result(a)->train, *y = &mg_model_result(b)->train;
    assert_int_equal(x->rows, ROWS);
    assert_int_equal(y->rows, rows);
    assert_true(fabs(x->log_loss - y->log_loss) < 1e-4);
    assert_true(fabs(x->accuracy - y->accuracy) < 0.02);
    mg_model_destroy(a);
    mg_model_destroy(b);
    mg_dataset_destroy(weighted);
    mg_dataset_destroy(plain);
    mg_context_destroy(context);
}

static void batches_without_any_weight_do_no_harm(void **state) {
    (void)state;
    enum { ROWS = 400 };
    mg_context *context = train_context(1);
    mg_train_options options = one_batch();
    fill(ROWS, mostly_zero);
    mg_dataset *dataset = table(context, ROWS);
    options.weight = "w";
    options.batch = 8;
    for (int i = 0; mg_loss_row(i); i++) {
        if (mg_loss_row(i)->classification || strstr(mg_loss_row(i)->name, "hinge") || strstr(mg_loss_row(i)->name, "entropy")) {
            options.loss = mg_loss_row(i)->name;
            mg_model *model = trained(context, dataset, "dense(8) tanh", &options);
            assert_int_equal(mg_model_result(model)->stopped, MG_STOP_EPOCHS);
            assert_true(isfinite(mg_model_result(model)->train.log_loss));
            mg_model_destroy(model);
        }
    }
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static void the_weight_column_is_no_feature_and_predict_does_not_need_it(void **state) {
    (void)state;
    enum { ROWS = 100 };
    mg_context *context = train_context(1);
    mg_train_options options = mg_train_defaults();
    fill(ROWS, one);
    for (int i = 0; i < ROWS; i++) cells[i][2] = 1 + cells[i][3]; /* it would give the target away */
    mg_dataset *dataset = table(context, ROWS);
    options.weight = "w";
    options.epochs = 3;
    mg_model *model = trained(context, dataset, "dense(8) tanh", &options);
    assert_int_equal(mg_encoder_features(mg_model_encoder(model)), 2);
    double bare[ROWS][3];
    for (int i = 0; i < ROWS; i++) bare[i][0] = cells[i][0], bare[i][1] = cells[i][1], bare[i][2] = cells[i][3];
    mg_dataset *other = train_table(context, ROWS, 3, (const char *[]){ "a", "b", "y" }, &bare[0][0]);
    mg_tensor *x = mg_model_predict(model, dataset), *y = mg_model_predict(model, other);
    assert_true(x && y);
    assert_memory_equal(x->data, y->data, mg_tensor_bytes(x));
    /* with the column, a row counts in the score for its weight */
    mg_evaluation with, without;
    int64_t confusion[4];
    double right = 0, total = 0;
    assert_int_equal(mg_model_evaluate(model, dataset, &with, NULL), MG_OK);
    assert_int_equal(mg_model_evaluate(model, other, &without, confusion), MG_OK);
    for (int i = 0; i < ROWS; i++) {
        total += cells[i][2];
        right += mg_model_decide(model, (double *)x->data + 2 * i) == (int)cells[i][3] ? cells[i][2] : 0;
    }
    assert_true(fabs(with.scores.accuracy - right / total) < 1e-12);
    assert_true(fabs(without.scores.accuracy - (double)(confusion[0] + confusion[3]) / ROWS) < 1e-12);
    mg_tensor_destroy(x);
    mg_tensor_destroy(y);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_dataset_destroy(other);
    mg_context_destroy(context);
}

static void bad_weights_are_refused(void **state) {
    (void)state;
    enum { ROWS = 60 };
    mg_context *context = train_context(1);
    mg_train_options options = one_batch();
    options.weight = "w";
    static const struct {
        double weight;
        const char *word;
    } cases[] = { { -1, "negative" }, { NAN, "missing" }, { INFINITY, "w" } };
    for (int k = 0; k < 3; k++) {
        fill(ROWS, one);
        cells[7][2] = cases[k].weight;
        mg_dataset *dataset = table(context, ROWS);
        mg_model *model = mg_model_create(context, dataset, "");
        assert_int_equal(mg_train(model, dataset, &options).status, MG_FORMAT);
        assert_non_null(strstr(mg_context_message(context), cases[k].word));
        mg_context_clear(context);
        mg_model_destroy(model);
        mg_dataset_destroy(dataset);
    }
    fill(ROWS, one);
    mg_dataset *dataset = table(context, ROWS);
    mg_model *model = mg_model_create(context, dataset, "");
    options.weight = "nowhere";
    assert_int_equal(mg_train(model, dataset, &options).status, MG_SETTING);
    assert_non_null(strstr(mg_context_message(context), "no column 'nowhere'"));
    options.weight = "y";
    assert_int_equal(mg_train(model, dataset, &options).status, MG_SETTING);
    options.weight = "w";
    assert_int_equal(mg_train(model, dataset, &options).status, MG_OK);
    options.weight = "nowhere"; /* going on, too */
    assert_int_equal(mg_train(model, dataset, &options).status, MG_SETTING);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    for (int i = 0; i < ROWS; i++) cells[i][2] = 0;
    dataset = table(context, ROWS);
    model = mg_model_create(context, dataset, "");
    options.weight = "w";
    assert_int_equal(mg_train(model, dataset, &options).status, MG_FORMAT);
    assert_non_null(strstr(mg_context_message(context), "weight 0"));
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

/* --- classes ----------------------------------------------------------------------------------------- */

/* One row in ten is of the class 1, and the classes overlap. */
static mg_dataset *rare_class(mg_context *context) {
    uint64_t g = 37;
    for (int i = 0; i < MOST; i++) {
        cells[i][3] = i % 10 == 0;
        cells[i][2] = cells[i][3] > 0 ? 9 : 1;
        cells[i][0] = train_normal(&g) + 1.3 * cells[i][3];
        cells[i][1] = train_normal(&g);
    }
    return table(context, MOST);
}

static double rare_recall(mg_context *context, const mg_dataset *dataset, const char *class_weight, uint64_t *weights) {
    mg_train_options options = one_batch();
    options.drop = "w";
    options.class_weight = class_weight;
    options.epochs = 60;
    mg_model *model = trained(context, dataset, "dense(8) tanh", &options);
    mg_evaluation evaluation;
    int64_t confusion[4];
    assert_int_equal(mg_model_evaluate(model, dataset, &evaluation, confusion), MG_OK);
    *weights = train_weights(model);
    mg_model_destroy(model);
    return (double)confusion[3] / (double)(confusion[2] + confusion[3]);
}

static void class_weights_move_the_recall_of_a_rare_class(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = rare_class(context);
    uint64_t plain, balanced, named, less, column;
    double a = rare_recall(context, dataset, NULL, &plain), b = rare_recall(context, dataset, "balanced", &balanced);
    double c = rare_recall(context, dataset, "1=9", &named), d = rare_recall(context, dataset, "0=3", &less);
    if (!(a < 0.4 && b > 0.6 && d <= a)) fail_msg("plain %g, balanced %g, others heavier %g", a, b, d);
    assert_true(b == c && plain != balanced);
    /* a class's weight is its rows' */
    mg_train_options options = one_batch();
    options.weight = "w";
    options.epochs = 60;
    mg_model *model = trained(context, dataset, "dense(8) tanh", &options);
    column = train_weights(model);
    assert_true(column == named);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static void class_weights_that_cannot_be_are_refused(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *classes = train_made(context, true), *values = train_made(context, false);
    static const struct {
        bool classes;
        const char *text, *word;
    } cases[] = { { true, "2=3", "there are: 0, 1" },
                  { true, "0=-1", "above 0" },
                  { true, "wibble", "balanced" },
                  { false, "balanced", "not a class" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const mg_dataset *dataset = cases[i].classes ? classes : values;
        mg_train_options options = one_batch();
        options.class_weight = cases[i].text;
        mg_model *model = mg_model_create(context, dataset, "");
        assert_int_equal(mg_train(model, dataset, &options).status, MG_SETTING);
        if (!strstr(mg_context_message(context), cases[i].word)) fail_msg("%s", mg_context_message(context));
        mg_context_clear(context);
        mg_model_destroy(model);
    }
    mg_dataset_destroy(classes);
    mg_dataset_destroy(values);
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_weight_is_so_many_rows),
        cmocka_unit_test(batches_without_any_weight_do_no_harm),
        cmocka_unit_test(the_weight_column_is_no_feature_and_predict_does_not_need_it),
        cmocka_unit_test(bad_weights_are_refused),
        cmocka_unit_test(class_weights_move_the_recall_of_a_rare_class),
        cmocka_unit_test(class_weights_that_cannot_be_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
