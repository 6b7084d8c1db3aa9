/* The record of a run: an entry an epoch, the same whatever is watched, and gone with the training that it belongs to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <micrograd/history.h>

#include "train_support.h"

enum { MOST = 64 };

typedef struct seen {
    double loss[MOST], accuracy[MOST];
    int64_t epochs;
} seen;

static bool watch(void *user, const mg_progress *progress) {
    seen *s = user;
    s->loss[s->epochs] = progress->loss;
    s->accuracy[s->epochs++] = progress->scores->accuracy;
    return true;
}

static void each_epoch_leaves_what_its_callback_saw(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    mg_dataset *dataset = train_data(context, "iris");
    mg_model *model = mg_model_create(context, dataset, "dense(8) relu");
    assert_int_equal(mg_model_history(model)->epochs, 0);
    seen s = { .epochs = 0 };
    mg_train_options options = mg_train_defaults();
    options.members = 1;
    options.epochs = 5;
    options.patience = 0;
    options.batch = 10;
    options.schedule = "linear";
    options.learning_rate = 0.01;
    options.on_epoch = watch;
    options.user = &s;
    mg_result result = mg_train(model, dataset, &options);
    assert_int_equal(result.status, MG_OK);
    const mg_history *history = mg_model_history(model);
    assert_int_equal(history->epochs, 5);
    const mg_plan plan = *mg_model_plan(model);
    for (int64_t i = 0; i < 5; i++) {
        const mg_epoch *epoch = &history->epoch[i];
        assert_int_equal(epoch->epoch, i + 1);
        assert_int_equal(epoch->rows, (i + 1) * plan.rows[0]);
        assert_int_equal(epoch->steps, (i + 1) * plan.steps);
        assert_true(epoch->loss == s.loss[i] && epoch->validation.accuracy == s.accuracy[i]);
        double done = (double)(epoch->steps - 1) / (double)(5 * plan.steps);
        assert_true(fabs(epoch->learning_rate - 0.01 * (1 - done)) < 1e-12);
    }
    assert_int_equal(history->epoch[4].best_epoch, result.best_epoch);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static void a_refused_training_leaves_the_record_of_the_last(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    mg_dataset *dataset = train_data(context, "iris");
    mg_model *model = mg_model_create(context, dataset, "dense(8) relu");
    mg_train_options options = mg_train_defaults();
    options.epochs = 3;
    assert_int_equal(mg_train(model, dataset, &options).status, MG_OK);
    options.val_fraction = 0.9;
    options.epochs = 2;
    assert_int_equal(mg_train(model, dataset, &options).status, MG_SETTING);
    assert_int_equal(mg_model_history(model)->epochs, 3);
    mg_context_clear(context);
    options = mg_train_defaults();
    options.epochs = 2;
    assert_int_equal(mg_train(model, dataset, &options).status, MG_OK);
    assert_int_equal(mg_model_history(model)->epochs, 2);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_epoch_leaves_what_its_callback_saw),
        cmocka_unit_test(a_refused_training_leaves_the_record_of_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
