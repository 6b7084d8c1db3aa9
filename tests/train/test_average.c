/* Averaged weights against the sum that they stand for; penalties leave alone what they should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "train_support.h"

enum { MOST = 4000 };

/* What a run's weights and running statistics were after each step, weighed: sum_i d^(n-i) w_i and sum_i d^(n-i). */
typedef struct seen {
    mg_model *model;
    double decay, flat[MOST], state[64], total, loss[64];
    int64_t steps;
} seen;

static void add(mg_tensor block, double decay, double *sum, int64_t most) {
    assert_true(mg_tensor_count(&block) <= most);
    for (int64_t i = 0; i < mg_tensor_count(&block); i++) sum[i] = decay * sum[i] + mg_tensor_get(&block, i);
}

static bool watch(void *user, const mg_progress *progress) {
    seen *s = user;
    add(mg_parameters_flat(mg_model_parameters(s->model, 0)), s->decay, s->flat, MOST);
    add(mg_parameters_state(mg_model_parameters(s->model, 0)), s->decay, s->state, 64);
    s->total = s->decay * s->total + 1;
    s->steps++;
    s->loss[progress->epoch] = progress->loss;
    return true;
}

static mg_model *train_averaged(mg_context *context, double decay, seen *s) {
    mg_dataset *dataset = train_made(context, true);
    mg_train_options options = one_network();
    options.ema = decay;
    options.epochs = 4;
    options.batch = 16;
    options.val_fraction = 0;
    options.learning_rate = 0.05;
    options.on_step = watch;
    options.user = s;
    mg_model *model = s->model = mg_model_create(context, dataset, "dense(16) batchnorm relu dense(8) relu");
    if (mg_train(model, dataset, &options).status != MG_OK) fail_msg("%s", mg_context_message(context));
    mg_dataset_destroy(dataset);
    return model;
}

static void check_block(mg_tensor block, const double *sum, double total) {
    assert_true(mg_tensor_count(&block) > 0);
    for (int64_t i = 0; i < mg_tensor_count(&block); i++)
        if (!(fabs(mg_tensor_get(&block, i) - sum[i] / total) < 1e-5))
            fail_msg("%lld: %g, not %g", (long long)i, mg_tensor_get(&block, i), sum[i] / total);
}

static void what_is_kept_is_the_weighted_mean_of_all_steps(void **state) {
    (void)state;
    static const double decays[] = { 0.5, 0.9, 0.999 };
    for (int i = 0; i < 3; i++) {
        mg_context *context = train_context(1);
        static seen s;
        s = (seen){ .decay = decays[i] };
        mg_model *model = train_averaged(context, decays[i], &s);
        assert_true(s.steps > 20);
        check_block(mg_parameters_flat(mg_model_parameters(model, 0)), s.flat, s.total);
        check_block(mg_parameters_state(mg_model_parameters(model, 0)), s.state, s.total);
        mg_model_destroy(model);
        mg_context_destroy(context);
    }
}

/* The steps are those of a run without it: validating the average disturbs nothing. */
static void averaging_does_not_change_the_steps(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    static seen plain, averaged;
    mg_model *a = train_averaged(context, 0, &plain), *b = train_averaged(context, 0.9, &averaged);
    assert_memory_equal(plain.loss, averaged.loss, sizeof plain.loss);
    assert_true(plain.loss[1] > 0 && train_weights(a) != train_weights(b));
    mg_model_destroy(a);
    mg_model_destroy(b);
    mg_context_destroy(context);
}

/* --- penalties --------------------------------------------------------------------------------------- */

/* After one step on all rows. */
static mg_model *one_step(mg_context *context, const char *optimizer, const char *setting, const char *value) {
    mg_dataset *dataset = train_made(context, true);
    mg_train_options options = one_network();
    options.optimizer = optimizer;
    options.learning_rate = 0.1;
    options.epochs = 1;
    options.batch = MADE_ROWS;
    options.val_fraction = options.test_fraction = 0;
    options.weight_decay = options.l2 = 0;
    if (setting) train_set(&options, setting, value);
    mg_model *model = mg_model_create(context, dataset, "dense(6) batchnorm relu dense(6) layernorm relu");
    if (mg_train(model, dataset, &options).status != MG_OK) fail_msg("%s", mg_context_message(context));
    mg_dataset_destroy(dataset);
    return model;
}

static void penalties_leave_biases_and_gains_alone(void **state) {
    (void)state;
    static const char *const cases[][3] = { { "gd", "l1", "0.01" }, { "gd", "l2", "0.1" }, { "adamw", "weight-decay", "0.5" } };
    for (int i = 0; i < 3; i++) {
        mg_context *context = train_context(1);
        mg_model *plain = one_step(context, cases[i][0], NULL, NULL);
        mg_model *penalised = one_step(context, cases[i][0], cases[i][1], cases[i][2]);
        const mg_parameters *a = mg_model_parameters(plain, 0), *b = mg_model_parameters(penalised, 0);
        int weights = 0, others = 0;
        for (int k = 0; k < mg_parameters_count(a); k++) {
            mg_role role = mg_parameters_entry(a, k)->role;
            mg_tensor x = mg_parameters_value(a, k), y = mg_parameters_value(b, k);
            bool same = memcmp(x.data, y.data, mg_tensor_bytes(&x)) == 0;
            if (same != (role != MG_WEIGHT)) fail_msg("%s and '%s'", cases[i][1], mg_parameters_entry(a, k)->name);
            weights += role == MG_WEIGHT;
            others += role == MG_BIAS || role == MG_GAIN;
        }
        assert_int_equal(weights, 3);
        assert_int_equal(others, 7);
        mg_model_destroy(plain);
        mg_model_destroy(penalised);
        mg_context_destroy(context);
    }
}

static void a_share_of_one_is_refused(void **state) {
    (void)state;
    static const char *const settings[] = { "ema", "dropout", "label-smoothing" };
    for (int i = 0; i < 3; i++) {
        mg_train_options options = mg_train_defaults();
        char message[MG_OPTION_MESSAGE_BYTES];
        const mg_option *option = mg_option_find(mg_settings_table(), "train", settings[i]);
        assert_int_equal(mg_option_set(option, &options, "1", message), MG_SETTING);
        assert_non_null(strstr(message, "1 is out of range; give a number in [0, 1)"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept_is_the_weighted_mean_of_all_steps),
        cmocka_unit_test(averaging_does_not_change_the_steps),
        cmocka_unit_test(penalties_leave_biases_and_gains_alone),
        cmocka_unit_test(a_share_of_one_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
