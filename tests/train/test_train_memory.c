/* Every allocation of training, saving, loading and predicting fails once: a message, no leak. */
#define _DEFAULT_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/failing_allocator.h"
#include "support/files.h"
#include "train_support.h"

static bool train_once(mg_context *context, void *user) {
    const char *text = user;
    mg_dataset *dataset = train_made(context, true);
    mg_train_options options = mg_train_defaults();
    options.epochs = 1;
    options.members = 2;
    options.batch = 50; /* a step for full batches and one for the rest */
    mg_model *model = mg_model_create(context, dataset, text);
    bool done = mg_train(model, dataset, &options).status == MG_OK;
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    return done;
}

static void training(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(train_once, "dense(2) relu") > 100);
    assert_true(failing_allocator_exhaust(train_once, "batchnorm residual(dense(2)) dropout(0.5)") > 100);
}

/* Several networks after a plan: of classes with weights and a threshold, of values with intervals. */
static bool train_members(mg_context *context, void *user) {
    const bool *classes = user;
    mg_dataset *dataset = train_made(context, *classes);
    mg_train_options options = mg_train_defaults();
    options.members = 2;
    options.epochs = 1;
    options.batch = 50;
    options.val_fraction = 0.3;
    options.test_fraction = 0;               /* resampling its scores is the slowest part, and has a test of its own */
    options.weight = *classes ? "x1" : NULL; /* refused where it is negative */
    mg_model *model = mg_model_create(context, dataset, "dense(2) relu");
    bool done = model && (!*classes || mg_train(model, dataset, &options).status == MG_FORMAT);
    if (done && *classes) mg_context_clear(context);
    options.weight = NULL;
    if (*classes) options.class_weight = "balanced", options.threshold = "mcc";
    mg_plan plan;
    double width;
    done = done && (!*classes || mg_train_plan(model, dataset, &options, &plan) == MG_OK);
    done = done && mg_train(model, dataset, &options).status == MG_OK;
    done = done && (*classes || mg_model_interval(model, 0.5, &width) == MG_OK);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    return done;
}

static void training_members(void **state) {
    (void)state;
    bool classes[] = { true, false };
    assert_true(failing_allocator_exhaust(train_members, &classes[0]) > 300);
    assert_true(failing_allocator_exhaust(train_members, &classes[1]) > 300);
}

/* A training that runs out of memory leaves the model what it was before, or what it learned; it answers in either case. */
static bool train_again(mg_context *context, void *user) {
    mg_dataset *dataset = train_made(context, true);
    mg_model *model = mg_model_load(context, user);
    mg_train_options options = mg_train_defaults();
    options.epochs = 1;
    options.members = 2;
    options.batch = 50;
    options.test_fraction = 0;
    uint64_t before = model ? train_weights(model) : 0;
    bool loaded = dataset && model, done = loaded && mg_train(model, dataset, &options).status == MG_OK;
    if (loaded && !done) {
        assert_true(mg_model_members(model) == 2 || train_weights(model) == before);
        assert_non_null(mg_model_result(model));
        assert_non_null(mg_model_version(model));
    }
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    return done;
}

static bool load_once(mg_context *context, void *user) {
    mg_dataset *dataset = train_made(context, true);
    mg_model *model = mg_model_load(context, user);
    mg_tensor *answers = mg_model_predict(model, dataset);
    mg_evaluation evaluation;
    bool done = answers && mg_model_evaluate(model, dataset, &evaluation, NULL) == MG_OK;
    done = done && mg_model_save(model, test_path("again.safetensors")) == MG_OK;
    mg_tensor_destroy(answers);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    return done;
}

static void loading_predicting_and_saving(void **state) {
    (void)state;
    char path[512];
    snprintf(path, sizeof path, "%s", test_path("m.safetensors"));
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_made(context, true);
    mg_model *model = mg_model_create(context, dataset, "dense(2) relu");
    mg_train_options options = mg_train_defaults();
    options.members = 3;
    options.epochs = 2;
    options.class_weight = "1=2";
    assert_int_equal(mg_train(model, dataset, &options).status, MG_OK);
    assert_int_equal(mg_model_save(model, path), MG_OK);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
    assert_true(failing_allocator_exhaust(load_once, path) > 50);
    assert_true(failing_allocator_exhaust(train_again, path) > 300);
    assert_int_equal(test_folder_count(), 2); /* no half-written file stays */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training),
        cmocka_unit_test(training_members),
        cmocka_unit_test(loading_predicting_and_saving),
    };
    return cmocka_run_group_tests(tests, test_folder_make, test_folder_remove);
}
