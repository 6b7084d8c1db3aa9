#define _DEFAULT_SOURCE
/* What is decided on validation rows: the best epoch by a metric, and the probability from which the second class is predicted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/files.h"
#include "train_support.h"

/* --- the best epoch ---------------------------------------------------------------------------------- */

typedef struct best_seen {
    const mg_metric *metric, *tie;
    double value, loss;
    int64_t epoch;
} best_seen;

static bool better(const mg_metric *metric, double a, double b) { return metric->more_is_better ? a > b : a < b; }

static bool remember(void *user, const mg_progress *p) {
    best_seen *b = user;
    double value = mg_metric_value(b->metric, p->scores), loss = mg_metric_value(b->tie, p->scores);
    if (b->epoch == 0 || better(b->metric, value, b->value) || (value == b->value && better(b->tie, loss, b->loss))) {
        b->value = value;
        b->loss = loss;
        b->epoch = p->epoch;
    }
    return true;
}

static void the_metric_that_was_asked_for_chooses_the_epoch(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    int64_t chosen[32] = { 0 };
    int metrics = 0, differing = 0;
    for (int i = 0; mg_metric_row(i); i++, metrics++) {
        const mg_metric *metric = mg_metric_row(i);
        bool classes = metric->task == MG_TASK_CLASSIFICATION;
        mg_dataset *dataset = train_made(context, classes);
        best_seen best = { .metric = metric, .tie = mg_metric_find(classes ? "log_loss" : "rmse") };
        mg_train_options options = one_network();
        options.metric = metric->name;
        options.epochs = 40;
        options.learning_rate = 0.05;
        options.patience = 0;
        options.on_epoch = remember;
        options.user = &best;
        mg_model *model = mg_model_create(context, dataset, "dense(16) relu");
        mg_result result = mg_train(model, dataset, &options);
        assert_int_equal(result.status, MG_OK);
        if (result.best_epoch != best.epoch)
            fail_msg("%s: epoch %lld, wanted %lld", metric->name, (long long)result.best_epoch, (long long)best.epoch);
        assert_true(mg_metric_value(metric, &result.validation) == best.value || isnan(best.value));
        assert_string_equal(mg_model_trained_with(model)->metric, metric->name);
        chosen[i] = best.epoch;
        differing += i > 0 && chosen[i] != chosen[0];
        mg_model_destroy(model);
        mg_dataset_destroy(dataset);
    }
    assert_true(metrics >= 14 && differing >= 3);
    mg_context_destroy(context);
}

/* --- the threshold ----------------------------------------------------------------------------------- */

enum { ROWS = 400 };

/* One row in eight is of the class "yes", and the classes overlap. */
static mg_dataset *uneven(mg_context *context, int classes) {
    static double cells[ROWS][3];
    uint64_t g = 41;
    for (int i = 0; i < ROWS; i++) {
        cells[i][2] = i % 8 == 0 ? 1 : i % 8 == 1 && classes == 3 ? 2 : 0;
        cells[i][0] = train_normal(&g) + cells[i][2];
        cells[i][1] = train_normal(&g);
    }
    return train_table(context, ROWS, 3, NULL, &cells[0][0]);
}

static mg_train_options with_threshold(const char *metric) {
    mg_train_options options = mg_train_defaults();
    options.epochs = 15;
    options.members = 4;
    options.val_fraction = 0.2;
    options.threshold = metric;
    return options;
}

static mg_model *trained(mg_context *context, const mg_dataset *dataset, const mg_train_options *options) {
    mg_model *model = mg_model_create(context, dataset, "dense(8) relu");
    if (mg_train(model, dataset, options).status != MG_OK) fail_msg("%s", mg_context_message(context));
    return model;
}

static void a_threshold_moves_decisions_and_no_probability(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = uneven(context, 2);
    mg_train_options options = with_threshold("balanced_accuracy"), without = with_threshold("none");
    mg_model *moved = trained(context, dataset, &options), *middle = trained(context, dataset, &without);
    const mg_result *a = mg_model_result(moved), *b = mg_model_result(middle);
    assert_true(train_weights(moved) == train_weights(middle));
    assert_true(mg_model_threshold(middle) == 0.5 && b->threshold == 0.5);
    if (!(mg_model_threshold(moved) < 0.4)) fail_msg("threshold %g", mg_model_threshold(moved));
    assert_true(a->threshold == mg_model_threshold(moved));
    assert_true(a->validation.balanced_accuracy > b->validation.balanced_accuracy + 0.1);
    assert_true(a->test.balanced_accuracy > b->test.balanced_accuracy);
    assert_true(a->validation.log_loss == b->validation.log_loss && a->test.roc_auc == b->test.roc_auc);

    mg_tensor *answers = mg_model_predict(moved, dataset);
    int64_t confusion[4], counted[4] = { 0 };
    int changed = 0;
    mg_evaluation evaluation;
    assert_int_equal(mg_model_evaluate(moved, dataset, &evaluation, confusion), MG_OK);
    for (int64_t r = 0; r < ROWS; r++) {
        const double *p = (const double *)answers->data + 2 * r;
        int64_t decided = mg_model_decide(moved, p);
        assert_int_equal(decided, p[1] >= a->threshold);
        changed += decided != mg_model_decide(middle, p);
        counted[2 * (int64_t)mg_dataset_number(dataset, r, 2) + decided]++;
    }
    assert_true(changed > 10);
    assert_memory_equal(counted, confusion, sizeof counted);
    mg_tensor_destroy(answers);

    assert_int_equal(mg_model_save(moved, test_path("t.safetensors")), MG_OK);
    mg_model *loaded = mg_model_load(context, test_path("t.safetensors"));
    assert_true(mg_model_threshold(loaded) == a->threshold);
    assert_string_equal(mg_model_trained_with(loaded)->threshold, "balanced_accuracy");
    const double at[2] = { 1 - a->threshold, a->threshold }, below[2] = { at[0], nextafter(at[1], 0) };
    assert_int_equal(mg_model_decide(loaded, at), 1);
    assert_int_equal(mg_model_decide(loaded, below), 0);
    /* a training without a threshold takes it back */
    assert_int_equal(mg_train(loaded, dataset, &without).status, MG_OK);
    assert_true(mg_model_threshold(loaded) == 0.5);
    mg_model_destroy(loaded);
    mg_model_destroy(moved);
    mg_model_destroy(middle);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static bool not_reached(void *user, const mg_progress *progress) {
    (void)user, (void)progress;
    fail_msg("the training began");
    return false;
}

static void thresholds_that_cannot_be_are_refused_before_the_training(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *two = uneven(context, 2), *three = uneven(context, 3), *values = train_made(context, false);
    mg_train_options options = with_threshold("accuracy");
    options.on_step = not_reached;
    const struct {
        const mg_dataset *dataset;
        double validation;
        const char *word;
    } cases[] = { { three, 0.2, "two classes" }, { values, 0.2, "two classes" }, { two, 0, "val-fraction" } };
    for (int i = 0; i < 3; i++) {
        options.val_fraction = cases[i].validation;
        mg_model *model = mg_model_create(context, cases[i].dataset, "");
        assert_int_equal(mg_train(model, cases[i].dataset, &options).status, MG_SETTING);
        if (!strstr(mg_context_message(context), cases[i].word)) fail_msg("%s", mg_context_message(context));
        mg_context_clear(context);
        mg_model_destroy(model);
    }
    options.threshold = "log_loss";
    mg_model *model = mg_model_create(context, two, "");
    assert_int_equal(mg_train(model, two, &options).status, MG_SETTING);
    mg_model_destroy(model);
    mg_dataset_destroy(two);
    mg_dataset_destroy(three);
    mg_dataset_destroy(values);
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_metric_that_was_asked_for_chooses_the_epoch),
        cmocka_unit_test(a_threshold_moves_decisions_and_no_probability),
        cmocka_unit_test(thresholds_that_cannot_be_are_refused_before_the_training),
    };
    return cmocka_run_group_tests(tests, test_folder_make, test_folder_remove);
}
