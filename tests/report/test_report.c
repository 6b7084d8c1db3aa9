/* Reports on models: the rows they judge by, what is computed from them, and failures. */
#define _DEFAULT_SOURCE
#include "report/report.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../train/train_support.h"
#include "support/failing_allocator.h"
#include "support/files.h"

static char *read_text(const char *path) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = calloc(1 << 20, 1);
    assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
    fclose(file);
    return text;
}

static int count_of(const char *text, const char *part) {
    int count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part)) count++;
    return count;
}

static mg_model *trained(mg_dataset *dataset, mg_context *context, mg_train_options *options) {
    options->epochs = 6;
    options->patience = 0;
    mg_model *model = mg_model_create(context, dataset, "dense(8) relu");
    mg_result result = mg_train(model, dataset, options);
    assert_int_equal(result.status, MG_OK);
    return model;
}

/* The rows that a report finds by itself are those that training kept: their scores are the same, to the last bit. */
static void judged_rows_are_those_of_the_test(void **state) {
    (void)state;
    static const char *const names[] = { "iris", "diabetes", "wine" };
    for (int64_t members = 1; members <= 3; members += 2)
        for (int i = 0; i < 3; i++) {
            mg_context *context = train_context(1);
            mg_dataset *dataset = train_data(context, names[i]);
            mg_train_options options = mg_train_defaults();
            options.members = members;
            options.seed = 7 + i;
            mg_model *model = trained(dataset, context, &options);
            mg_report_options report = mg_report_defaults();
            mg__judged judged;
            mg_scores scores;
            assert_int_equal(mg__judged_open(model, dataset, &report, &judged), MG_OK);
            assert_string_equal(judged.who, "test rows");
            assert_int_equal(mg__score_answers(model, &judged.part, judged.answer, &scores, NULL, NULL), MG_OK);
            assert_int_equal(scores.rows, mg_model_result(model)->test.rows);
            if (mg_model_task(model) == MG_TASK_CLASSIFICATION)
                assert_true(scores.log_loss == mg_model_result(model)->test.log_loss);
            else
                assert_true(scores.rmse == mg_model_result(model)->test.rmse);
            mg__judged_close(context, &judged);
            mg_model_destroy(model);
            mg_dataset_destroy(dataset);
            mg_context_destroy(context);
        }
}

static void without_a_test_part_others_judge_and_that_is_said(void **state) {
    (void)state;
    for (int with_validation = 0; with_validation < 2; with_validation++) {
        mg_context *context = train_context(1);
        mg_dataset *dataset = train_data(context, "iris");
        mg_train_options options = mg_train_defaults();
        options.members = 1;
        options.test_fraction = 0;
        options.val_fraction = with_validation ? 0.2 : 0;
        mg_model *model = trained(dataset, context, &options);
        mg_report_options report = mg_report_defaults();
        mg__judged judged;
        assert_int_equal(mg__judged_open(model, dataset, &report, &judged), MG_OK);
        assert_string_equal(judged.who, with_validation ? "validation rows" : "all rows");
        assert_int_equal(judged.part.rows, with_validation ? 30 : 150);
        assert_int_equal(judged.flatter, !with_validation);
        mg__judged_close(context, &judged);
        mg_model_destroy(model);
        mg_dataset_destroy(dataset);
        mg_context_destroy(context);
    }
}

/* The target is 30 + 4 x0 - 3 x1: by the formula, shuffling a column that carries a share s of the variance takes 2 s off r2. */
static void importance_is_what_the_formula_says(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_made(context, false);
    mg_train_options options = mg_train_defaults();
    options.members = 1;
    options.epochs = 300;
    mg_model *model = mg_model_create(context, dataset, "dense(16) tanh");
    mg_result result = mg_train(model, dataset, &options);
    assert_int_equal(result.status, MG_OK);
    assert_true(result.train.r2 > 0.99);
    mg_report_options report = mg_report_defaults();
    report.all_rows = true;
    mg__judged judged;
    double value[2], deviation[2], again[2];
    assert_int_equal(mg__judged_open(model, dataset, &report, &judged), MG_OK);
    assert_int_equal(mg__column_importance(model, &judged, value, deviation), MG_OK);
    assert_true(fabs(value[0] - 2 * 16.0 / 25) < 0.2);
    assert_true(fabs(value[1] - 2 * 9.0 / 25) < 0.2);
    assert_true(deviation[0] > 0 && deviation[0] < 0.3);
    assert_int_equal(mg__column_importance(model, &judged, again, deviation), MG_OK);
    assert_true(again[0] == value[0] && again[1] == value[1]);
    mg__judged_close(context, &judged);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static void a_report_has_its_pictures(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_data(context, "iris");
    mg_train_options options = mg_train_defaults();
    options.members = 1;
    mg_model *model = trained(dataset, context, &options);
    mg_history history = *mg_model_history(model);
    static const char *const layer[] = { "dense1", "output" };
    const mg_layer_health layers[2][2] = { { { .gradient_norm = 0.01, .dead = NAN }, { .gradient_norm = 1, .dead = NAN } },
                                           { { .gradient_norm = 0.02, .dead = NAN }, { .gradient_norm = 1, .dead = NAN } } };
    const mg_health health[] = { { .epoch = 1, .step = 5, .layer = layers[0] }, { .epoch = 2, .step = 10, .layer = layers[1] } };
    history.layer = layer;
    history.layers = 2;
    history.health = health;
    history.healths = 2;
    mg_report_options report = mg_report_defaults();
    report.history = &history;
    report.command = "micrograd train 'a<b.csv'";
    assert_int_equal(mg_report_write(model, dataset, &report, test_path("r.html")), MG_OK);
    char *text = read_text(test_path("r.html"));
    static const char *const titles[] = { "<b>Loss</b>",
                                          "<b>Validation accuracy</b>",
                                          "<b>Learning rate</b>",
                                          "<b>Gradient norm</b>",
                                          "<b>Confusion matrix</b>",
                                          "<b>ROC</b>",
                                          "<b>Precision and recall</b>",
                                          "<b>Calibration</b>",
                                          "<b>Permutation importance</b>" };
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (count_of(text, titles[i]) != 1) fail_msg("%s", titles[i]);
    assert_int_equal(count_of(text, "<b>Dead units</b>"), 0); /* nothing was measured */
    assert_non_null(strstr(text, "<title>dense1: 0.02</title>"));
    assert_non_null(strstr(text, "micrograd train &#39;a&lt;b.csv&#39;"));
    assert_null(strstr(text, "http://") ? strstr(text, "src=\"http") : NULL);
    assert_null(strstr(text, "<script"));
    free(text);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static void failures_leave_no_file(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_data(context, "iris");
    mg_model *untrained = mg_model_create(context, dataset, "");
    assert_int_equal(mg_report_write(untrained, dataset, NULL, test_path("x.html")), MG_INVALID);
    assert_int_equal(mg_events_write(untrained, NULL, test_path("x.tfevents")), MG_INVALID);
    mg_model_destroy(untrained);
    mg_train_options options = mg_train_defaults();
    options.members = 1;
    mg_model *model = trained(dataset, context, &options);
    assert_int_equal(mg_report_write(model, dataset, NULL, "/nowhere/at/all/x.html"), MG_FILE);
    mg_dataset *other = train_data(context, "wine");
    assert_int_equal(mg_report_write(model, other, NULL, test_path("x.html")), MG_FORMAT);
    assert_int_not_equal(access(test_path("x.html"), F_OK), 0);
    mg_dataset_destroy(other);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

/* Writes a report of a model's file; MG_OK or what failed. */
static mg_status report_again(mg_context *context) {
    mg_dataset *dataset = mg_dataset_read(context, MG__SOURCE_DIR "/data/iris.csv", NULL);
    mg_model *model = dataset ? mg_model_load(context, test_path("m.safetensors")) : NULL;
    mg_status status = model ? mg_report_write(model, dataset, NULL, test_path("again.html")) : mg_context_status(context);
    if (status == MG_OK) status = mg_events_write(model, NULL, test_path("events.out.tfevents.again"));
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    return status;
}

/* Of the allocations every seventh fails, once. */
static void a_failing_allocation_is_told(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_data(context, "iris");
    mg_train_options options = mg_train_defaults();
    options.members = 1;
    mg_model *model = trained(dataset, context, &options);
    assert_int_equal(mg_model_save(model, test_path("m.safetensors")), MG_OK);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
    for (size_t at = 2, failed = 1; failed; at += 7) {
        failing_allocator memory = { .fail_at = at };
        mg_context *small = failing_allocator_context(&memory);
        assert_non_null(small);
        mg_status status = report_again(small);
        failed = memory.failures;
        /* loading a model may go without a choice's reason */
        bool told = status == MG_OUT_OF_MEMORY || mg_context_status(small) == MG_OUT_OF_MEMORY;
        if (failed ? !told : status != MG_OK) fail_msg("allocation %zu: %s", at, mg_context_message(small));
        mg_context_destroy(small);
        assert_int_equal(memory.blocks, 0);
        assert_int_equal(memory.mistakes, 0);
    }
}

static void a_report_without_rows_has_its_curves(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_data(context, "diabetes");
    mg_train_options options = mg_train_defaults();
    options.members = 1;
    mg_model *model = trained(dataset, context, &options);
    assert_int_equal(mg_report_write(model, NULL, NULL, test_path("n.html")), MG_OK);
    char *text = read_text(test_path("n.html"));
    assert_int_equal(count_of(text, "<b>Training loss</b>"), 1);
    assert_int_equal(count_of(text, "<b>Residuals</b>"), 0);
    free(text);
    assert_int_equal(mg_report_write(model, dataset, NULL, test_path("n.html")), MG_OK);
    text = read_text(test_path("n.html"));
    assert_int_equal(count_of(text, "<b>Residuals</b>"), 1);
    assert_int_equal(count_of(text, "class=\"point c0\""), 2 * (int)mg_model_result(model)->test.rows);
    free(text);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judged_rows_are_those_of_the_test),
        cmocka_unit_test(without_a_test_part_others_judge_and_that_is_said),
        cmocka_unit_test(importance_is_what_the_formula_says),
        cmocka_unit_test(a_report_has_its_pictures),
        cmocka_unit_test(a_failing_allocation_is_told),
        cmocka_unit_test(failures_leave_no_file),
        cmocka_unit_test(a_report_without_rows_has_its_curves),
    };
    return cmocka_run_group_tests_name("report", tests, test_folder_make, test_folder_remove);
}
