/* Whole trainings with a fixed seed: floors, reasons to stop, callbacks, losses, refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "train_support.h"

/* --- learning ---------------------------------------------------------------------------------------- */

static mg_result train_file(mg_context *context, const char *name, const mg_train_options *options) {
    mg_dataset *dataset = train_data(context, name);
    mg_model *model = mg_model_create_with(context, dataset, options);
    mg_result result = mg_train(model, dataset, options);
    assert_int_equal(result.status, MG_OK);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    return result;
}

static void bundled_data_is_learned_with_default_settings(void **state) {
    (void)state;
    static const struct {
        const char *name;
        double floor;
    } cases[] = { { "iris", 0.9 }, { "wine", 0.93 }, { "breast_cancer", 0.94 }, { "diabetes", 0.3 }, { "digits", 0.94 } };
    mg_context *context = train_context(1);
    mg_train_options options = mg_train_defaults();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        options.members = strcmp(cases[i].name, "digits") ? MG_AUTO : 2; /* many columns: the suite has no time for more */
        mg_result result = train_file(context, cases[i].name, &options);
        double score = strcmp(cases[i].name, "diabetes") ? result.test.accuracy : result.test.r2;
        if (!(score >= cases[i].floor)) fail_msg("%s: %g, at least %g", cases[i].name, score, cases[i].floor);
        assert_true(result.best_epoch >= 1 && result.best_epoch <= result.epochs);
        assert_true(result.parameters > 0 && result.seconds > 0);
    }
    mg_context_destroy(context);
}

static void every_optimizer_learns_digits_with_its_own_rate(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    for (int i = 0; mg_optimizer_name(i); i++) {
        mg_train_options options = mg_train_defaults();
        options.optimizer = mg_optimizer_name(i);
        options.members = 1;
        options.model = "dense(64) relu";
        options.epochs = 30;
        options.seed = 1;
        mg_result result = train_file(context, "digits", &options);
        if (!(result.test.accuracy > 0.9)) fail_msg("%s: %g", options.optimizer, result.test.accuracy);
    }
    mg_context_destroy(context);
}

static void every_loss_that_fits_learns(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    for (int i = 0; mg_loss_row(i); i++) {
        const char *name = mg_loss_row(i)->name;
        bool classes = strstr(name, "entropy") || strstr(name, "hinge");
        mg_dataset *dataset = train_made(context, classes);
        mg_train_options options = mg_train_defaults();
        options.loss = name;
        mg_model *model = mg_model_create(context, dataset, "dense(32) relu");
        mg_result result = mg_train(model, dataset, &options);
        assert_int_equal(result.status, MG_OK);
        assert_string_equal(mg_model_loss(model), name);
        double score = classes ? result.test.accuracy : result.test.r2;
        if (!(score > 0.85)) fail_msg("%s: %g", name, score);
        assert_int_equal(mg_model_outputs(model), classes ? 2 : 1);
        mg_model_destroy(model);
        mg_dataset_destroy(dataset);
    }
    mg_context_destroy(context);
}

static void probabilities_sum_to_one(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_made(context, true);
    for (int i = 0; mg_loss_row(i); i++) {
        mg_train_options options = mg_train_defaults();
        options.loss = mg_loss_row(i)->name;
        options.epochs = 3;
        mg_model *model = mg_model_create(context, dataset, "dense(8) tanh");
        if (mg_train(model, dataset, &options).status == MG_OK) {
            mg_tensor *answers = mg_model_predict(model, dataset);
            for (int64_t r = 0; r < MADE_ROWS; r++) {
                double a = mg_tensor_get(answers, 2 * r), b = mg_tensor_get(answers, 2 * r + 1);
                assert_true(a >= 0 && b >= 0 && fabs(a + b - 1) < 1e-12);
            }
            mg_tensor_destroy(answers);
        }
        mg_model_destroy(model);
    }
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

/* --- reproducible ------------------------------------------------------------------------------------ */

static uint64_t weights_of(const char *name, int threads, int64_t seed, int64_t batch) {
    mg_context *context = train_context(threads);
    mg_dataset *dataset = train_data(context, name);
    mg_train_options options = mg_train_defaults();
    options.epochs = 3;
    options.members = 1;
    options.seed = seed;
    options.batch = batch;
    mg_model *model = mg_model_create(context, dataset, "dense(256) relu dropout(0.2) batchnorm");
    assert_int_equal(mg_train(model, dataset, &options).status, MG_OK);
    uint64_t hash = train_weights(model);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
    return hash;
}

static void threads_change_no_bit_and_the_seed_does(void **state) {
    (void)state;
    uint64_t one = weights_of("digits", 1, 5, 250);
    assert_true(one == weights_of("digits", 2, 5, 250));
    assert_true(one == weights_of("digits", 3, 5, 250));
    assert_true(one == weights_of("digits", 8, 5, 250));
    assert_true(one != weights_of("digits", 1, 6, 250));
}

static void a_row_is_answered_alike_whatever_its_neighbours(void **state) {
    (void)state;
    mg_context *context = train_context(2);
    mg_dataset *dataset = train_data(context, "digits");
    mg_train_options options = mg_train_defaults();
    options.epochs = 2;
    mg_model *model = mg_model_create(context, dataset, "dense(64) batchnorm relu");
    assert_int_equal(mg_train(model, dataset, &options).status, MG_OK);
    const mg_encoder *encoder = mg_model_encoder(model);
    int64_t features = mg_encoder_features(encoder);
    float *x = calloc((size_t)(300 * features), sizeof *x);
    double together[300 * 10], alone[10];
    assert_int_equal(mg_encoder_inputs(context, encoder, dataset, NULL, 300, x), MG_OK);
    assert_int_equal(mg_model_predict_encoded(model, x, 300, together), MG_OK);
    for (int64_t row = 0; row < 300; row += 37) {
        assert_int_equal(mg_model_predict_encoded(model, x + row * features, 1, alone), MG_OK);
        assert_memory_equal(alone, together + row * 10, sizeof alone);
    }
    free(x);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

/* --- how a run goes ---------------------------------------------------------------------------------- */

typedef struct fixture {
    mg_context *context;
    mg_dataset *classes, *values;
    mg_train_options options;
} fixture;

static int setup(void **state) {
    static fixture f;
    f.context = train_context(1);
    f.classes = train_made(f.context, true);
    f.values = train_made(f.context, false);
    f.options = one_network();
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    mg_dataset_destroy(f->classes);
    mg_dataset_destroy(f->values);
    mg_context_destroy(f->context);
    return 0;
}

typedef struct counts {
    int64_t steps, epochs, stop_at_step, stop_at_epoch, last_best;
    bool sound;
} counts;

static bool count_step(void *user, const mg_progress *p) {
    counts *c = user;
    c->steps++;
    c->sound = c->sound && p->step >= 1 && p->step <= p->steps && p->epoch == c->epochs + 1 && !p->scores && isfinite(p->loss);
    return c->steps != c->stop_at_step;
}

static bool count_epoch(void *user, const mg_progress *p) {
    counts *c = user;
    c->epochs++;
    c->sound = c->sound && p->epoch == c->epochs && p->scores && p->scores->rows == 24 && isfinite(p->loss) &&
               p->best_epoch >= c->last_best;
    c->last_best = p->best_epoch;
    return c->epochs != c->stop_at_epoch;
}

/* 4 members of 72 rows each, 4 steps an epoch. */
static bool count_rows(void *user, const mg_progress *p) {
    counts *c = user;
    c->epochs++;
    c->sound = c->sound && p->members == 4 && p->steps == 4 * 4 && p->rows == 4 * 72 * p->epoch;
    return true;
}

static mg_result run(fixture *f, const mg_dataset *dataset, const char *text) {
    mg_model *model = mg_model_create(f->context, dataset, text);
    mg_result result = mg_train(model, dataset, &f->options);
    mg_model_destroy(model);
    return result;
}

static void callbacks_come_after_each_step_and_epoch(void **state) {
    fixture *f = *state;
    counts c = { .sound = true };
    f->options.epochs = 4;
    f->options.patience = 0;
    f->options.batch = 20;
    f->options.on_step = count_step;
    f->options.on_epoch = count_epoch;
    f->options.user = &c;
    mg_result result = run(f, f->classes, "dense(8) relu");
    assert_int_equal(result.status, MG_OK);
    assert_int_equal(result.stopped, MG_STOP_EPOCHS);
    assert_int_equal(c.epochs, 4);
    assert_int_equal(c.steps, 4 * 4); /* 72 rows in batches of 20 */
    assert_true(c.sound);
    assert_int_equal(result.train.rows, 72);
    assert_int_equal(result.validation.rows, 24);
    assert_int_equal(result.test.rows, 24);
}

static void a_callback_ends_the_run_and_the_weights_so_far_stay(void **state) {
    fixture *f = *state;
    counts c = { .sound = true, .stop_at_step = 3 };
    f->options.on_step = count_step;
    f->options.user = &c;
    mg_result result = run(f, f->classes, "dense(8) relu");
    assert_int_equal(result.status, MG_OK);
    assert_int_equal(result.stopped, MG_STOP_INTERRUPTED);
    assert_int_equal(result.epochs, 1);
    assert_int_equal(result.best_epoch, 1);
    c = (counts){ .sound = true, .stop_at_epoch = 2 };
    f->options.on_step = NULL;
    f->options.on_epoch = count_epoch;
    result = run(f, f->classes, "dense(8) relu");
    assert_int_equal(result.stopped, MG_STOP_INTERRUPTED);
    assert_int_equal(result.epochs, 2);
}

static void patience_ends_the_run_and_zero_never_does(void **state) {
    fixture *f = *state;
    f->options.epochs = 300;
    f->options.patience = 3;
    f->options.learning_rate = 0.3; /* restless */
    mg_result result = run(f, f->classes, "dense(16) relu");
    assert_int_equal(result.stopped, MG_STOP_PATIENCE);
    assert_int_equal(result.epochs, result.best_epoch + 3);
    f->options.patience = 0;
    result = run(f, f->classes, "dense(16) relu");
    assert_int_equal(result.stopped, MG_STOP_EPOCHS);
    assert_int_equal(result.epochs, 300);
}

typedef struct best_seen {
    double metric, loss;
    int64_t epoch;
} best_seen;

static bool remember_best(void *user, const mg_progress *p) {
    best_seen *b = user;
    const mg_scores *s = p->scores;
    if (b->epoch == 0 || s->accuracy > b->metric || (s->accuracy == b->metric && s->log_loss < b->loss)) {
        *b = (best_seen){ s->accuracy, s->log_loss, p->epoch };
    }
    return true;
}

static void the_best_epoch_is_what_is_kept(void **state) {
    fixture *f = *state;
    best_seen best = { 0 };
    f->options.on_epoch = remember_best;
    f->options.user = &best;
    f->options.learning_rate = 0.05;
    f->options.patience = 0;
    f->options.epochs = 40;
    mg_result result = run(f, f->classes, "dense(16) relu");
    assert_int_equal(result.best_epoch, best.epoch);
    assert_true(result.validation.accuracy == best.metric && result.validation.log_loss == best.loss);
}

static void without_a_validation_part_the_last_epoch_is_kept(void **state) {
    fixture *f = *state;
    f->options.val_fraction = 0;
    f->options.test_fraction = 0;
    f->options.epochs = 5;
    f->options.patience = 1;
    mg_result result = run(f, f->classes, "dense(8) relu");
    assert_int_equal(result.status, MG_OK);
    assert_int_equal(result.best_epoch, 5);
    assert_int_equal(result.train.rows, MADE_ROWS);
    assert_int_equal(result.validation.rows, 0);
    assert_true(isnan(result.validation.accuracy) && isnan(result.test.accuracy));
}

static void parts_that_few_rows_leave_empty_are_told(void **state) {
    fixture *f = *state;
    mg_tensor x = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ 2, 1 }, (double[]){ 1, 2 });
    mg_tensor y = mg_tensor_borrow(MG_F64, 1, (int64_t[]){ 2 }, (double[]){ 0, 1 });
    mg_dataset *two = mg_dataset_create(f->context, &x, &y, NULL);
    mg_model *model = mg_model_create(f->context, two, "");
    mg_result result = mg_train(model, two, NULL);
    assert_int_equal(result.status, MG_OK);
    assert_int_equal(result.train.rows, 2);
    assert_int_equal(result.warning_count, 3);
    assert_non_null(strstr(result.warnings[0], "2 classes have too few rows"));
    assert_non_null(strstr(result.warnings[2], "test part"));
    mg_model_destroy(model);
    mg_dataset_destroy(two);
}

static void a_test_part_of_its_own(void **state) {
    fixture *f = *state;
    f->options.test = f->classes;
    f->options.epochs = 5;
    mg_result result = run(f, f->classes, "dense(8) relu");
    assert_int_equal(result.train.rows, 96);
    assert_int_equal(result.test.rows, MADE_ROWS);
}

static void divergence_is_said_and_leaves_finite_weights(void **state) {
    fixture *f = *state;
    f->options.optimizer = "gd";
    f->options.learning_rate = 1000;
    f->options.l2 = 0;
    mg_result result = run(f, f->values, "dense(16) relu dense(16) relu");
    assert_int_equal(result.status, MG_OK);
    assert_int_equal(result.stopped, MG_STOP_DIVERGED);
    assert_true(isfinite(result.train.rmse));
    assert_int_equal(result.warning_count, 1);
}

static void check_finite_names_the_place(void **state) {
    fixture *f = *state;
    f->options.optimizer = "gd";
    f->options.learning_rate = 1000;
    f->options.check_finite = true;
    mg_result result = run(f, f->values, "dense(16) relu dense(16) relu");
    assert_int_equal(result.status, MG_NOT_FINITE);
    assert_int_equal(mg_context_status(f->context), MG_NOT_FINITE);
    assert_non_null(strstr(mg_context_message(f->context), "step"));
    mg_context_clear(f->context);
    f->options = one_network();
    f->options.check_finite = true;
    f->options.epochs = 5;
    assert_int_equal(run(f, f->classes, "dense(16) relu").status, MG_OK);
}

static void a_trained_model_goes_on_from_its_weights(void **state) {
    fixture *f = *state;
    f->options.epochs = 30;
    mg_model *model = mg_model_create(f->context, f->classes, "dense(16) relu");
    mg_result first = mg_train(model, f->classes, &f->options);
    f->options.epochs = 1;
    f->options.learning_rate = 1e-6;
    mg_result second = mg_train(model, f->classes, &f->options);
    assert_int_equal(second.status, MG_OK);
    assert_true(fabs(first.train.log_loss - second.train.log_loss) < 1e-3);
    f->options.loss = "hinge";
    assert_int_equal(mg_train(model, f->classes, &f->options).status, MG_SETTING);
    mg_model_destroy(model);
}

static void what_auto_became_is_recorded(void **state) {
    fixture *f = *state;
    mg_model *model = mg_model_create(f->context, f->classes, NULL);
    assert_null(mg_model_trained_with(model));
    assert_int_equal(mg_train(model, f->classes, NULL).status, MG_OK);
    const mg_train_options *used = mg_model_trained_with(model);
    assert_true(used->learning_rate > 0);
    assert_true(used->batch > 0 && used->epochs > 0 && used->members > 0 && used->weight_decay >= 0);
    assert_string_equal(used->loss, "cross_entropy");
    assert_string_equal(used->task, "classification");
    assert_string_equal(used->target, "y");
    assert_string_equal(used->model, mg_model_text(model));
    mg_model_destroy(model);
}

/* Words of the caller may go when the training is done. */
static void the_record_outlives_the_callers_words(void **state) {
    fixture *f = *state;
    char optimizer[] = "momentum", loss[] = "hinge", metric[] = "mcc", schedule[] = "linear", weight[] = "1=2",
         split[] = "random", init[] = "he_uniform", scale[] = "standard", threshold[] = "mcc", task[] = "auto";
    char *words[] = { optimizer, loss, metric, schedule, weight, split, init, scale, threshold, task };
    f->options.optimizer = optimizer;
    f->options.loss = loss;
    f->options.metric = metric;
    f->options.schedule = schedule;
    f->options.class_weight = weight;
    f->options.split = split;
    f->options.init = init;
    f->options.scale = scale;
    f->options.threshold = threshold;
    f->options.task = task;
    f->options.epochs = 2;
    mg_model *model = mg_model_create(f->context, f->classes, "dense(8) relu");
    assert_int_equal(mg_train(model, f->classes, &f->options).status, MG_OK);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) memset(words[i], '!', strlen(words[i]));
    const mg_train_options *used = mg_model_trained_with(model);
    assert_string_equal(used->optimizer, "momentum");
    assert_string_equal(used->loss, "hinge");
    assert_string_equal(used->metric, "mcc");
    assert_string_equal(used->schedule, "linear");
    assert_string_equal(used->class_weight, "1=2");
    assert_string_equal(used->split, "random");
    assert_string_equal(used->init, "he_uniform");
    assert_string_equal(used->scale, "standard");
    assert_string_equal(used->threshold, "mcc");
    assert_string_equal(used->task, "classification");
    mg_model_destroy(model);
}

static void layers_and_memory_are_told(void **state) {
    fixture *f = *state;
    f->options.epochs = 1;
    mg_model *model = mg_model_create(f->context, f->classes, "dense(8) relu");
    mg_layer_info layers[4];
    mg_memory inference, training;
    assert_int_equal(mg_model_layers(model, layers, 4), -1);
    mg_context_clear(f->context);
    assert_int_equal(mg_train(model, f->classes, &f->options).status, MG_OK);
    assert_int_equal(mg_model_layers(model, layers, 4), 3);
    assert_string_equal(layers[0].name, "dense1");
    assert_int_equal(layers[0].parameters, 2 * 8 + 8);
    assert_string_equal(layers[2].name, "output");
    assert_int_equal(layers[2].shape[1], 2);
    assert_int_equal(mg_model_memory(model, false, &inference), MG_OK);
    assert_int_equal(mg_model_memory(model, true, &training), MG_OK);
    assert_true(training.parameters > inference.parameters && inference.inputs == 256 * 2 * sizeof(float));
    mg_model_destroy(model);
}

/* --- refusals ---------------------------------------------------------------------------------------- */

static void refused(fixture *f, const mg_dataset *dataset, const char *option, const char *text, const char *word) {
    mg_train_options options = mg_train_defaults();
    train_set(&options, option, text);
    mg_model *model = mg_model_create(f->context, dataset, options.model);
    mg_result result = mg_train(model, dataset, &options);
    assert_int_equal(result.status, MG_SETTING);
    assert_int_equal(mg_context_status(f->context), MG_SETTING);
    if (!strstr(mg_context_message(f->context), word)) fail_msg("no '%s' in: %s", word, mg_context_message(f->context));
    mg_context_clear(f->context);
    mg_model_destroy(model);
}

static void settings_that_do_not_fit_are_refused_before_training(void **state) {
    fixture *f = *state;
    refused(f, f->classes, "loss", "huber", "cross_entropy");
    refused(f, f->values, "loss", "cross_entropy", "huber");
    refused(f, f->classes, "momentum", "0.5", "adam");
    refused(f, f->classes, "val-fraction", "0.9", "val-fraction");
    refused(f, f->classes, "weight", "wibble", "no column 'wibble'");
    refused(f, f->classes, "metric", "r2", "classification");
    refused(f, f->values, "metric", "accuracy", "regression");
    refused(f, f->values, "threshold", "mcc", "two classes");
    refused(f, f->values, "class-weight", "balanced", "not a class");
    refused(f, f->values, "label-smoothing", "0.1", "cross_entropy");
    refused(f, f->classes, "split", "time:wibble", "wibble");
    refused(f, f->classes, "split", "group:wibble", "wibble");
    refused(f, f->classes, "drop", "wibble", "wibble");
    static const int64_t no_members[] = { 0, 65, -2 };
    for (int i = 0; i < 3; i++) {
        f->options.members = no_members[i];
        assert_int_equal(run(f, f->classes, "").status, MG_SETTING);
        assert_non_null(strstr(mg_context_message(f->context), "members"));
    }
    f->options = one_network();
    f->options.weight_decay = 0.1;
    assert_int_equal(run(f, f->classes, "").status, MG_SETTING);
    assert_non_null(strstr(mg_context_message(f->context), "adamw"));
    f->options.learning_rate = -3;
    assert_int_equal(run(f, f->classes, "").status, MG_SETTING);
    assert_string_equal(mg_context_message(f->context), "lr: -3 is out of range; give a number in (0, 1000], find, or auto");
    f->options = one_network();
    f->options.optimizer = "rprop";
    f->options.batch = 10;
    assert_int_equal(run(f, f->classes, "").status, MG_SETTING);
    assert_non_null(strstr(mg_context_message(f->context), "batch"));
}

static void models_that_cannot_be_are_refused(void **state) {
    fixture *f = *state;
    assert_null(mg_model_create(f->context, f->classes, "dense(8) wibble"));
    assert_int_equal(mg_context_status(f->context), MG_SETTING);
    assert_non_null(strstr(mg_context_message(f->context), "wibble"));
    f->options.target = "colour";
    assert_null(mg_model_create_with(f->context, f->classes, &f->options));
    assert_int_equal(mg_context_status(f->context), MG_SETTING);
    f->options = one_network();
    f->options.model = "dense(8)";
    f->options.dropout = 0.5;
    assert_null(mg_model_create_with(f->context, f->classes, &f->options));
    assert_non_null(strstr(mg_context_message(f->context), "dropout(0.5)"));
    f->options.model = NULL;
    mg_model *model = mg_model_create_with(f->context, f->classes, &f->options);
    assert_non_null(strstr(mg_model_text(model), "dropout(0.5)"));
    mg_model_destroy(model);
}

static void an_untrained_model_answers_nothing(void **state) {
    fixture *f = *state;
    mg_model *model = mg_model_create(f->context, f->classes, "");
    mg_evaluation evaluation;
    assert_null(mg_model_predict(model, f->classes));
    assert_int_equal(mg_model_evaluate(model, f->classes, &evaluation, NULL), MG_INVALID);
    assert_int_equal(mg_model_save(model, "/tmp/never-written"), MG_INVALID);
    mg_model_destroy(model);
    assert_int_equal(mg_train(NULL, f->classes, NULL).status, MG_INVALID);
}

static void evaluation_has_a_baseline_of_the_same_rows(void **state) {
    fixture *f = *state;
    mg_evaluation evaluation;
    f->options.epochs = 2;
    mg_model *model = mg_model_create(f->context, f->values, "");
    assert_int_equal(mg_train(model, f->values, &f->options).status, MG_OK);
    assert_int_equal(mg_model_evaluate(model, f->values, &evaluation, NULL), MG_OK);
    assert_int_equal(evaluation.scores.rows, mg_dataset_rows(f->values));
    assert_int_equal(evaluation.baseline.rows, mg_dataset_rows(f->values));
    assert_true(fabs(evaluation.baseline.r2) < 1e-12);
    mg_model_destroy(model);
    model = mg_model_create(f->context, f->classes, "");
    assert_int_equal(mg_train(model, f->classes, &f->options).status, MG_OK);
    assert_int_equal(mg_model_evaluate(model, f->classes, &evaluation, NULL), MG_OK);
    assert_true(fabs(evaluation.baseline.roc_auc - 0.5) < 1e-12);
    double classes = (double)mg_encoder_classes(mg_model_encoder(model));
    assert_true(fabs(evaluation.baseline.balanced_accuracy - 1 / classes) < 1e-12);
    mg_model_destroy(model);
}

static void steps_are_counted_over_all_members(void **state) {
    fixture *f = *state;
    counts c = { .sound = true };
    f->options = mg_train_defaults();
    f->options.members = 4;
    f->options.val_fraction = 0.2;
    f->options.epochs = 3;
    f->options.batch = 20;
    f->options.on_epoch = count_rows;
    f->options.user = &c;
    mg_result result = run(f, f->classes, "dense(8) relu");
    assert_int_equal(result.status, MG_OK);
    assert_true(c.sound);
    assert_int_equal(c.epochs, 3);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bundled_data_is_learned_with_default_settings),
        cmocka_unit_test(every_optimizer_learns_digits_with_its_own_rate),
        cmocka_unit_test(every_loss_that_fits_learns),
        cmocka_unit_test(probabilities_sum_to_one),
        cmocka_unit_test(threads_change_no_bit_and_the_seed_does),
        cmocka_unit_test(a_row_is_answered_alike_whatever_its_neighbours),
        WITH_FIXTURE(callbacks_come_after_each_step_and_epoch),
        WITH_FIXTURE(a_callback_ends_the_run_and_the_weights_so_far_stay),
        WITH_FIXTURE(patience_ends_the_run_and_zero_never_does),
        WITH_FIXTURE(the_best_epoch_is_what_is_kept),
        WITH_FIXTURE(without_a_validation_part_the_last_epoch_is_kept),
        WITH_FIXTURE(parts_that_few_rows_leave_empty_are_told),
        WITH_FIXTURE(a_test_part_of_its_own),
        WITH_FIXTURE(divergence_is_said_and_leaves_finite_weights),
        WITH_FIXTURE(check_finite_names_the_place),
        WITH_FIXTURE(a_trained_model_goes_on_from_its_weights),
        WITH_FIXTURE(what_auto_became_is_recorded),
        WITH_FIXTURE(the_record_outlives_the_callers_words),
        WITH_FIXTURE(layers_and_memory_are_told),
        WITH_FIXTURE(settings_that_do_not_fit_are_refused_before_training),
        WITH_FIXTURE(models_that_cannot_be_are_refused),
        WITH_FIXTURE(an_untrained_model_answers_nothing),
        WITH_FIXTURE(evaluation_has_a_baseline_of_the_same_rows),
        WITH_FIXTURE(steps_are_counted_over_all_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
