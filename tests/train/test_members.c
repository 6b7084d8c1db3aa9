#define _DEFAULT_SOURCE
/* Several networks a model: bits, folds, honesty of what is held out, averages, callbacks, going on. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/files.h"
#include "train/prepare.h"
#include "train_support.h"

static mg_train_options several(int64_t members) {
    mg_train_options options = mg_train_defaults();
    options.members = members;
    options.epochs = 4;
    options.bins = 0;
    return options;
}

static mg_model *trained(mg_context *context, const mg_dataset *dataset, const char *text, const mg_train_options *options) {
    mg_model *model = mg_model_create(context, dataset, text);
    if (mg_train(model, dataset, options).status != MG_OK) fail_msg("%s", mg_context_message(context));
    return model;
}

/* --- the same bits ----------------------------------------------------------------------------------- */

typedef struct outcome {
    uint64_t weights;
    mg_scores validation, test;
    size_t length;
    char file[1 << 17];
} outcome;

static void run_with_threads(int threads, bool classes, int64_t seed, const char *metric, outcome *o) {
    mg_context *context = train_context(threads);
    mg_dataset *dataset = train_made(context, classes);
    mg_train_options options = several(5);
    options.seed = seed;
    options.batch = 13;
    options.metric = metric;
    mg_model *model = trained(context, dataset, "dense(24) batchnorm relu dropout(0.3)", &options);
    *o = (outcome){ .weights = train_weights(model) };
    o->validation = mg_model_result(model)->validation;
    o->test = mg_model_result(model)->test;
    assert_int_equal(mg_model_members(model), 5);
    assert_int_equal(mg_model_save(model, test_path("m.safetensors")), MG_OK);
    FILE *file = fopen(test_path("m.safetensors"), "rb");
    assert_non_null(file);
    o->length = fread(o->file, 1, sizeof o->file, file);
    assert_true(feof(file));
    fclose(file);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static void threads_change_no_bit_of_weights_scores_and_file(void **state) {
    (void)state;
    static outcome one, other;
    static const int threads[] = { 2, 3, 8 };
    for (int task = 0; task < 2; task++) {
        const char *metric = task ? "roc_auc" : "auto";
        run_with_threads(1, task, 7, metric, &one);
        for (int i = 0; i < 3; i++) {
            run_with_threads(threads[i], task, 7, metric, &other);
            assert_true(one.weights == other.weights);
            assert_memory_equal(&one.validation, &other.validation, sizeof one.validation);
            assert_memory_equal(&one.test, &other.test, sizeof one.test);
            assert_int_equal(one.length, other.length);
            assert_memory_equal(one.file, other.file, one.length);
        }
        run_with_threads(1, task, 8, metric, &other);
        assert_true(one.weights != other.weights);
    }
}

static void members_differ_from_each_other(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_made(context, true);
    mg_train_options options = several(3);
    mg_model *model = trained(context, dataset, "dense(8) relu", &options);
    for (int64_t a = 0; a < 3; a++) {
        for (int64_t b = 0; b < a; b++) {
            mg_tensor x = mg_parameters_flat(mg_model_parameters(model, a)),
                      y = mg_parameters_flat(mg_model_parameters(model, b));
            assert_memory_not_equal(x.data, y.data, mg_tensor_bytes(&x));
        }
    }
    assert_null(mg_model_parameters(model, 3));
    assert_null(mg_model_parameters(model, -1));
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

/* --- folds ------------------------------------------------------------------------------------------- */

typedef struct opened {
    mg_model *model;
    mg__trainer t;
} opened;

static void open_run(mg_context *context, const mg_dataset *dataset, const mg_train_options *options, opened *o) {
    o->model = mg_model_create(context, dataset, "dense(4) relu");
    o->t = (mg__trainer){ .context = context, .model = o->model };
    if (mg__train_begin(&o->t, dataset, options) != MG_OK) fail_msg("%s", mg_context_message(context));
}

static void close_run(opened *o) {
    bool ran = o->t.completed > 0;
    mg__train_end(&o->t, MG_INVALID);
    assert_int_equal(mg_model_members(o->model) > 0, ran);
    mg_model_destroy(o->model);
}

/* A member's rows and those it holds back are the pool, once each. */
static void check_division(const mg__trainer *t, int *times_held) {
    memset(times_held, 0, (size_t)t->pool.rows * sizeof *times_held);
    char *seen = malloc((size_t)t->pool.rows);
    for (int64_t m = 0; m < t->members; m++) {
        memset(seen, 0, (size_t)t->pool.rows);
        assert_int_equal(t->row_counts[m] + t->held_counts[m], t->pool.rows);
        for (int64_t i = 0; i < t->row_counts[m]; i++) seen[t->rows[m][i]]++;
        for (int64_t i = 0; i < t->held_counts[m]; i++) seen[t->held[m][i]]++, times_held[t->held[m][i]]++;
        for (int64_t i = 0; i < t->pool.rows; i++) assert_int_equal(seen[i], 1);
    }
    free(seen);
}

enum { CLASS_ROWS = 311 };

/* Classes of 200, 80, 30 rows and one of a single row. */
static mg_dataset *uneven_classes(mg_context *context) {
    static double cells[CLASS_ROWS][2];
    uint64_t g = 3;
    for (int i = 0; i < CLASS_ROWS; i++) {
        cells[i][0] = train_normal(&g);
        cells[i][1] = i < 200 ? 0 : i < 280 ? 1 : i < 310 ? 2 : 3;
    }
    return train_table(context, CLASS_ROWS, 2, (const char *[]){ "x", "y" }, &cells[0][0]);
}

static void each_row_is_held_back_once_and_classes_in_proportion(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = uneven_classes(context);
    mg_train_options options = mg_train_defaults();
    opened o;
    open_run(context, dataset, &options, &o);
    const mg__trainer *t = &o.t;
    int times[CLASS_ROWS];
    assert_int_equal(t->members, 8);
    check_division(t, times);
    for (int64_t i = 0; i < t->pool.rows; i++) assert_int_equal(times[i], 1);
    for (int32_t k = 0; k < 4; k++) {
        int64_t least = INT64_MAX, most = 0;
        for (int64_t m = 0; m < 8; m++) {
            int64_t rows = 0;
            for (int64_t i = 0; i < t->held_counts[m]; i++) rows += t->pool.labels[t->held[m][i]] == k;
            least = rows < least ? rows : least;
            most = rows > most ? rows : most;
        }
        assert_true(most - least <= 1);
    }
    close_run(&o);
    options.members = 20; /* two rounds and a half: dealt anew in each */
    open_run(context, dataset, &options, &o);
    check_division(&o.t, times);
    for (int64_t i = 0; i < o.t.pool.rows; i++) assert_in_range(times[i], 2, 3);
    assert_memory_not_equal(o.t.held[0], o.t.held[8], 20 * sizeof(int64_t));
    close_run(&o);
    options.val_fraction = 0;
    open_run(context, dataset, &options, &o);
    for (int64_t m = 0; m < 20; m++) assert_int_equal(o.t.held_counts[m], 0);
    close_run(&o);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

/* Groups of 1, 2, 3 ... rows: folds of many sizes, whose last batches all differ. */
static void groups_stay_together_in_folds_of_many_sizes(void **state) {
    (void)state;
    enum { ROWS = 300, GROUPS = 24 };
    static double cells[ROWS][3];
    uint64_t g = 5;
    for (int i = 0, group = 0, left = 1; i < ROWS; i++) {
        cells[i][0] = train_normal(&g);
        cells[i][1] = group;
        cells[i][2] = 2 * cells[i][0] + 0.1 * train_normal(&g);
        if (--left == 0) group++, left = group + 1;
    }
    mg_context *context = train_context(2);
    mg_dataset *dataset = train_table(context, ROWS, 3, (const char *[]){ "x", "who", "y" }, &cells[0][0]);
    mg_train_options options = several(8);
    options.split = "group:who";
    options.batch = 64;
    options.test_fraction = 0;
    opened o;
    open_run(context, dataset, &options, &o);
    int times[ROWS], first[GROUPS], sizes = 0;
    int64_t size[8];
    check_division(&o.t, times);
    for (int64_t m = 0; m < 8; m++) {
        memset(first, 0, sizeof first);
        for (int64_t i = 0; i < o.t.held_counts[m]; i++) first[(int)cells[o.t.held[m][i]][1]] = 1;
        for (int64_t i = 0; i < o.t.row_counts[m]; i++) assert_int_equal(first[(int)cells[o.t.rows[m][i]][1]], 0);
        int k = 0;
        while (k < sizes && size[k] != o.t.row_counts[m] % 64) k++;
        if (k == sizes) size[sizes++] = o.t.row_counts[m] % 64;
    }
    assert_true(sizes >= 3);
    assert_int_equal(mg_encoder_features(mg_model_encoder(o.model)), 1); /* the group is no feature */
    close_run(&o);
    options.val_fraction = 0.3; /* three folds */
    mg_model *model = trained(context, dataset, "dense(8) relu", &options);
    assert_int_equal(mg_model_result(model)->validation.rows, ROWS);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

/* --- what is held out is honest ---------------------------------------------------------------------- */

enum { NOISE_ROWS = 400, NOISE_COLUMNS = 100 };

static mg_dataset *random_labels(mg_context *context) {
    static double cells[NOISE_ROWS][NOISE_COLUMNS + 1];
    uint64_t g = 11;
    for (int i = 0; i < NOISE_ROWS; i++) {
        for (int j = 0; j < NOISE_COLUMNS; j++) cells[i][j] = train_normal(&g);
        cells[i][NOISE_COLUMNS] = train_even(&g) < 0.5;
    }
    return train_table(context, NOISE_ROWS, NOISE_COLUMNS + 1, NULL, &cells[0][0]);
}

static void what_is_learned_by_heart_is_not_believed(void **state) {
    (void)state;
    mg_context *context = train_context(2);
    mg_dataset *dataset = random_labels(context);
    mg_train_options options = several(8);
    options.epochs = 30;
    options.learning_rate = 0.01;
    options.weight_decay = options.label_smoothing = 0;
    options.test_fraction = 0;
    options.val_fraction = 0.125;
    mg_model *model = trained(context, dataset, "dense(128) relu", &options);
    const mg_result *result = mg_model_result(model);
    assert_int_equal(result->validation.rows, NOISE_ROWS);
    if (!(result->train.accuracy > 0.9)) fail_msg("train %g", result->train.accuracy);
    if (!(result->validation.accuracy < 0.62)) fail_msg("held out %g", result->validation.accuracy);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

/* Each row's held-out answer is the mean over the members that hold it, by their own weights. */
static void held_out_answers_come_from_members_that_did_not_train_on_the_row(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_made(context, false);
    mg_train_options options = several(6);
    options.val_fraction = 0.2; /* four folds: two of them are held by two members */
    opened o;
    open_run(context, dataset, &options, &o);
    mg__trainer *t = &o.t;
    mg_stop stop;
    double *answers = calloc((size_t)t->pool.rows, sizeof *answers), alone;
    int32_t *counts = calloc((size_t)t->pool.rows, sizeof *counts);
    float padded[MG__INFERENCE_BATCH * 2];
    assert_int_equal(mg__trainer_run(t, &stop), MG_OK);
    assert_int_equal(mg__trainer_held_out(t, answers, counts), MG_OK);
    for (int64_t r = 0; r < t->pool.rows; r++) {
        double sum = 0;
        int held = 0;
        for (int64_t m = 0; m < t->members; m++) {
            for (int64_t i = 0; i < t->held_counts[m]; i++) {
                if (t->held[m][i] != r) continue;
                alone = 0;
                mg__part row = { .rows = 1, .x = t->pool.x + 2 * r };
                mg__answer(o.model, t->learner[m].inference, t->course.judged, &row, padded, &alone);
                sum += alone;
                held++;
            }
        }
        assert_int_equal(counts[r], held);
        assert_true(held >= 1);
        assert_true(fabs(answers[r] - mg_encoder_unscale(mg_model_encoder(o.model), sum / held)) < 1e-12);
    }
    free(answers);
    free(counts);
    close_run(&o);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

/* --- averages ---------------------------------------------------------------------------------------- */

static const float *entry(mg_model *model, int64_t member, const char *name) {
    mg_parameters *p = mg_model_parameters(model, member);
    return mg_parameters_value(p, mg_parameters_find(p, name)).data;
}

/* One hidden layer of 4 tanh units on two inputs. */
static void logits_by_hand(mg_model *model, int64_t member, const float *x, int outputs, double *out) {
    const float *w = entry(model, member, "dense1.weight"), *b = entry(model, member, "dense1.bias");
    const float *v = entry(model, member, "output.weight"), *c = entry(model, member, "output.bias");
    double hidden[4];
    for (int j = 0; j < 4; j++) hidden[j] = tanh((double)x[0] * (double)w[j] + (double)x[1] * (double)w[4 + j] + (double)b[j]);
    for (int k = 0; k < outputs; k++) {
        out[k] = (double)c[k];
        for (int j = 0; j < 4; j++) out[k] += hidden[j] * (double)v[j * outputs + k];
    }
}

static void answers_are_the_mean_of_the_members(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    for (int classes = 0; classes < 2; classes++) {
        mg_dataset *dataset = train_made(context, classes);
        mg_train_options options = several(5);
        mg_model *model = trained(context, dataset, "dense(4) tanh", &options);
        mg_tensor *answers = mg_model_predict(model, dataset);
        float x[MADE_ROWS][2];
        assert_int_equal(mg_encoder_inputs(context, mg_model_encoder(model), dataset, NULL, MADE_ROWS, &x[0][0]), MG_OK);
        for (int r = 0; r < MADE_ROWS; r++) {
            double mean = 0, z[2];
            for (int64_t m = 0; m < 5; m++) {
                logits_by_hand(model, m, x[r], classes ? 2 : 1, z);
                mean += (classes ? 1 / (1 + exp(z[0] - z[1])) : z[0]) / 5;
            }
            double wanted = classes ? mean : mg_encoder_unscale(mg_model_encoder(model), mean);
            double value = mg_tensor_get(answers, classes ? 2 * r + 1 : r);
            if (!(fabs(value - wanted) < 1e-5 * fmax(1, fabs(wanted)))) fail_msg("row %d: %g, by hand %g", r, value, wanted);
        }
        mg_tensor_destroy(answers);
        mg_model_destroy(model);
        mg_dataset_destroy(dataset);
    }
    mg_context_destroy(context);
}

/* --- callbacks --------------------------------------------------------------------------------------- */

typedef struct watcher {
    pthread_t caller;
    int64_t steps, epochs, last_step, stop_at_step, stop_at_epoch;
    bool foreign, unsound;
} watcher;

static bool watch_step(void *user, const mg_progress *p) {
    watcher *w = user;
    w->foreign = w->foreign || !pthread_equal(pthread_self(), w->caller);
    w->unsound = w->unsound || p->members != 4 || p->step < 1 || p->step > p->steps || p->scores || p->epoch != w->epochs + 1;
    w->steps++;
    return w->steps != w->stop_at_step;
}

static bool watch_epoch(void *user, const mg_progress *p) {
    watcher *w = user;
    w->foreign = w->foreign || !pthread_equal(pthread_self(), w->caller);
    w->unsound = w->unsound || !p->scores || p->epoch != ++w->epochs || p->rows <= 0 || !isfinite(p->loss);
    return w->epochs != w->stop_at_epoch;
}

static mg_result watched(int threads, watcher *w, int64_t *rows) {
    mg_context *context = train_context(threads);
    mg_dataset *dataset = train_made(context, true);
    mg_train_options options = several(4);
    options.batch = 10;
    options.epochs = 6;
    options.on_step = watch_step;
    options.on_epoch = watch_epoch;
    options.user = w;
    w->caller = pthread_self();
    mg_model *model = mg_model_create(context, dataset, "dense(8) relu");
    mg_result result = mg_train(model, dataset, &options);
    mg_tensor *answers = mg_model_predict(model, dataset);
    assert_non_null(answers);
    for (int64_t i = 0; i < mg_tensor_count(answers); i++) assert_true(isfinite(mg_tensor_get(answers, i)));
    *rows = result.train.rows;
    mg_tensor_destroy(answers);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
    result.warnings = NULL;
    return result;
}

static void callbacks_come_in_the_thread_that_called(void **state) {
    (void)state;
    for (int threads = 1; threads <= 3; threads++) {
        int64_t rows;
        watcher w = { 0 };
        mg_result result = watched(threads, &w, &rows);
        assert_int_equal(result.stopped, MG_STOP_EPOCHS);
        assert_false(w.foreign);
        assert_false(w.unsound);
        assert_int_equal(w.epochs, 6);
        if (threads == 1) assert_int_equal(w.steps, 6 * 4 * 9); /* 84 of 96 rows in batches of 10 */
    }
}

static void a_callback_ends_the_run_of_all_members(void **state) {
    (void)state;
    for (int threads = 1; threads <= 3; threads++) {
        int64_t rows;
        watcher w = { .stop_at_epoch = 2 };
        mg_result result = watched(threads, &w, &rows);
        assert_int_equal(result.status, MG_OK);
        assert_int_equal(result.stopped, MG_STOP_INTERRUPTED);
        assert_int_equal(result.epochs, 2);
        assert_int_equal(rows, 96);
        w = (watcher){ .stop_at_step = 3 };
        result = watched(threads, &w, &rows);
        if (w.steps < 3) continue; /* other threads may have had all members */
        assert_int_equal(result.stopped, MG_STOP_INTERRUPTED);
        assert_int_equal(w.steps, 3);
        assert_int_equal(w.epochs, result.epochs);
    }
}

/* --- divergence -------------------------------------------------------------------------------------- */

/* All the weight lies on one row, whose steps are too long: whoever holds it back stays calm. */
static void a_member_that_diverges_does_not_end_the_others(void **state) {
    (void)state;
    enum { ROWS = 80 };
    static double cells[ROWS][3];
    uint64_t g = 17;
    for (int i = 0; i < ROWS; i++) {
        cells[i][0] = train_normal(&g);
        cells[i][1] = i == 0 ? 1e6 : 1;
        cells[i][2] = cells[i][0] + 0.3 * train_normal(&g);
    }
    cells[0][0] = 3;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_table(context, ROWS, 3, (const char *[]){ "x", "w", "y" }, &cells[0][0]);
    mg_train_options options = several(4);
    options.optimizer = "gd";
    options.schedule = "constant";
    options.learning_rate = 2;
    options.batch = 20;
    options.epochs = 60;
    options.weight = "w";
    options.test_fraction = 0;
    options.val_fraction = 0.25;
    mg_model *model = trained(context, dataset, "", &options);
    const mg_result *result = mg_model_result(model);
    assert_int_equal(result->stopped, MG_STOP_EPOCHS);
    assert_int_equal(result->epochs, 60);
    assert_int_equal(result->warning_count, 1);
    if (!strstr(result->warnings[0], "3 of 4 networks")) fail_msg("%s", result->warnings[0]);
    for (int64_t m = 0; m < 4; m++) {
        mg_tensor flat = mg_parameters_flat(mg_model_parameters(model, m));
        for (int64_t i = 0; i < mg_tensor_count(&flat); i++) assert_true(isfinite(mg_tensor_get(&flat, i)));
    }
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

/* --- going on ---------------------------------------------------------------------------------------- */

static double farthest(mg_model *model, int64_t a, mg_model *other, int64_t b) {
    mg_tensor x = mg_parameters_flat(mg_model_parameters(model, a)), y = mg_parameters_flat(mg_model_parameters(other, b));
    double most = 0;
    for (int64_t i = 0; i < mg_tensor_count(&x); i++) most = fmax(most, fabs(mg_tensor_get(&x, i) - mg_tensor_get(&y, i)));
    return most;
}

static void each_member_goes_on_from_its_own_weights(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_made(context, true);
    mg_train_options options = several(3);
    mg_model *first = trained(context, dataset, "dense(8) relu", &options);
    assert_int_equal(mg_model_save(first, test_path("first.safetensors")), MG_OK);
    static const int64_t wanted[] = { MG_AUTO, 3, 2, 5 };
    for (int i = 0; i < 4; i++) {
        mg_model *model = mg_model_load(context, test_path("first.safetensors"));
        options.members = wanted[i];
        options.epochs = 1;
        options.learning_rate = 1e-9;
        options.weight_decay = 0;
        assert_int_equal(mg_train(model, dataset, &options).status, MG_OK);
        int64_t members = wanted[i] == MG_AUTO ? 3 : wanted[i];
        assert_int_equal(mg_model_members(model), members);
        for (int64_t m = 0; m < members; m++) assert_true(farthest(model, m, first, m % 3) < 1e-6);
        mg_model_destroy(model);
    }
    mg_model_destroy(first);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static bool never(void *user, const mg_progress *progress) {
    (void)user, (void)progress;
    return true;
}

static void a_training_that_fails_leaves_the_model_as_it_was(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_made(context, false);
    mg_train_options options = several(3), wrong = options;
    mg_model *model = trained(context, dataset, "dense(8) relu", &options);
    uint64_t weights = train_weights(model);
    mg_result before = *mg_model_result(model);
    double width, again;
    assert_int_equal(mg_model_interval(model, 0.8, &width), MG_OK);
    wrong.loss = "cross_entropy";
    wrong.seed = 99;
    assert_int_equal(mg_train(model, dataset, &wrong).status, MG_SETTING);
    wrong = options;
    wrong.optimizer = "gd"; /* the first step goes to infinity */
    wrong.learning_rate = 1000;
    wrong.check_finite = true;
    wrong.on_step = never;
    mg_context_clear(context);
    assert_int_equal(mg_train(model, dataset, &wrong).status, MG_NOT_FINITE);
    mg_context_clear(context);
    assert_true(train_weights(model) == weights);
    assert_memory_equal(mg_model_result(model), &before, sizeof before);
    assert_int_equal(mg_model_trained_with(model)->seed, 0);
    assert_string_equal(mg_model_trained_with(model)->optimizer, "adamw");
    assert_int_equal(mg_model_interval(model, 0.8, &again), MG_OK);
    assert_true(width == again);
    mg_model_destroy(model);
    model = mg_model_create(context, dataset, "dense(8) relu");
    assert_int_equal(mg_train(model, dataset, &wrong).status, MG_NOT_FINITE);
    assert_int_equal(mg_model_members(model), 0);
    assert_null(mg_model_result(model));
    assert_null(mg_model_loss(model));
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

/* Without validation rows nothing but the weights themselves tells that the last step went to infinity. */
static void divergence_is_seen_without_validation_rows(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_made(context, false);
    for (int64_t epochs = 1; epochs <= 3; epochs++) {
        mg_train_options options = one_network();
        options.optimizer = "gd";
        options.learning_rate = 1000;
        options.batch = 60; /* the second step makes them infinite; its loss is finite yet */
        options.val_fraction = options.test_fraction = 0;
        options.epochs = 20 * epochs;
        mg_model *model = mg_model_create(context, dataset, "dense(8) relu dense(8) relu");
        mg_result result = mg_train(model, dataset, &options);
        assert_int_equal(result.status, MG_OK);
        assert_int_equal(result.stopped, MG_STOP_DIVERGED);
        assert_true(isfinite(result.train.rmse));
        mg_model_destroy(model);
    }
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_change_no_bit_of_weights_scores_and_file),
        cmocka_unit_test(members_differ_from_each_other),
        cmocka_unit_test(each_row_is_held_back_once_and_classes_in_proportion),
        cmocka_unit_test(groups_stay_together_in_folds_of_many_sizes),
        cmocka_unit_test(what_is_learned_by_heart_is_not_believed),
        cmocka_unit_test(held_out_answers_come_from_members_that_did_not_train_on_the_row),
        cmocka_unit_test(answers_are_the_mean_of_the_members),
        cmocka_unit_test(callbacks_come_in_the_thread_that_called),
        cmocka_unit_test(a_callback_ends_the_run_of_all_members),
        cmocka_unit_test(a_member_that_diverges_does_not_end_the_others),
        cmocka_unit_test(each_member_goes_on_from_its_own_weights),
        cmocka_unit_test(a_training_that_fails_leaves_the_model_as_it_was),
        cmocka_unit_test(divergence_is_seen_without_validation_rows),
    };
    return cmocka_run_group_tests(tests, test_folder_make, test_folder_remove);
}
