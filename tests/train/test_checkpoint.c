/* Checkpoints by API: a training that is interrupted within an epoch and goes on ends with the bits of one that was not, health,
 * averages and plateau included. What the command makes of them: tests/cli/test_runs.py. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <micrograd/history.h>
#include <unistd.h>

#include "train_support.h"

static char folder[64];

static bool stop_at(void *user, const mg_progress *progress) { return progress->rows < *(const int64_t *)user; }

static mg_train_options settings(int64_t members) {
    mg_train_options options = mg_train_defaults();
    options.members = members;
    options.epochs = 6;
    options.batch = 8;
    options.schedule = "plateau(1, 0.5)";
    options.ema = 0.9;
    options.on_divergence = "retry";
    options.health = true;
    options.seed = 3;
    return options;
}

typedef struct outcome {
    mg_model *model;
    mg_result result;
} outcome;

static outcome learn(mg_context *context, const mg_dataset *dataset, mg_train_options *options, int64_t rows) {
    outcome o = { .model = mg_model_create(context, dataset, "dense(8) relu batchnorm dropout(0.2)") };
    /* Steps are told by the calling thread alone: where the other one takes every member of an epoch, its end stops it. */
    options->on_step = options->on_epoch = rows > 0 ? stop_at : NULL;
    options->user = &rows;
    o.result = mg_train(o.model, dataset, options);
    return o;
}

static void assert_same(mg_model *a, mg_model *b, const mg_dataset *dataset) {
    mg_tensor *x = mg_model_predict(a, dataset), *y = mg_model_predict(b, dataset);
    assert_memory_equal(x->data, y->data, mg_tensor_bytes(x));
    const mg_history *p = mg_model_history(a), *q = mg_model_history(b);
    assert_int_equal(p->epochs, q->epochs);
    assert_int_equal(p->healths, q->healths);
    for (int64_t i = 0; i < p->epochs; i++) {
        assert_int_equal(p->epoch[i].steps, q->epoch[i].steps);
        assert_true(p->epoch[i].loss == q->epoch[i].loss && p->epoch[i].learning_rate == q->epoch[i].learning_rate);
    }
    for (int64_t i = 0; i < p->healths; i++) {
        assert_int_equal(p->health[i].step, q->health[i].step);
        assert_memory_equal(p->health[i].layer, q->health[i].layer, (size_t)p->layers * sizeof *p->health[i].layer);
    }
    mg_tensor_destroy(x);
    mg_tensor_destroy(y);
}

static void remove_folder(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
}

static void an_interrupted_training_goes_on_to_the_same_bits(void **state) {
    (void)state;
    mg_context *context = train_context(2);
    mg_dataset *dataset = train_data(context, "iris");
    for (int64_t members = 1; members <= 3; members += 2) {
        mg_train_options options = settings(members);
        outcome whole = learn(context, dataset, &options, 0);
        assert_int_equal(whole.result.status, MG_OK);
        snprintf(folder, sizeof folder, "/tmp/checkpoint-XXXXXX");
        assert_non_null(mkdtemp(folder));
        options.checkpoints = folder;
        options.checkpoint_every = "1";
        for (int64_t rows = 100; rows <= 300; rows += 100) { /* three times, within an epoch */
            outcome part = learn(context, dataset, &options, rows * members);
            assert_int_equal(part.result.status, MG_OK);
            assert_int_equal(part.result.stopped, MG_STOP_INTERRUPTED);
            mg_model_destroy(part.model);
            options.resume = true;
        }
        outcome rest = learn(context, dataset, &options, 0);
        assert_int_equal(rest.result.status, MG_OK);
        assert_int_equal(rest.result.best_epoch, whole.result.best_epoch);
        assert_same(whole.model, rest.model, dataset);
        mg_model_destroy(rest.model);

        options.seed = 4;
        outcome other = learn(context, dataset, &options, 0);
        assert_int_equal(other.result.status, MG_SETTING);
        mg_context_clear(context);
        mg_model_destroy(other.model);
        mg_model_destroy(whole.model);
        remove_folder();
    }
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_interrupted_training_goes_on_to_the_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
