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
    assert_int_equal(mg_train(model, dataset, NULL).status, MG_OK);
    assert_int_equal(mg_model_save(model, path), MG_OK);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
    assert_true(failing_allocator_exhaust(load_once, path) > 50);
    assert_int_equal(test_folder_count(), 2); /* no half-written file stays */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training),
        cmocka_unit_test(loading_predicting_and_saving),
    };
    return cmocka_run_group_tests(tests, test_folder_make, test_folder_remove);
}
