/* The loop of training: steps, epochs, the best weights so far, and why it ends. Preparation is in prepare.c. */
#include "train/trainer.h"

#include "train/scoring.h"

#include <math.h>
#include <string.h>
#include <time.h>

/* --- weights worth keeping --------------------------------------------------------------------------- */

static size_t tensor_bytes(mg_tensor tensor) { return tensor.data ? mg_tensor_bytes(&tensor) : 0; }

static void copy_in(void *to, mg_tensor from) {
    if (from.data && to) memcpy(to, from.data, mg_tensor_bytes(&from));
}

static void copy_out(mg_tensor to, const void *from) {
    if (to.data && from) memcpy(to.data, from, mg_tensor_bytes(&to));
}

static mg_status open_snapshot(mg__trainer *t) {
    mg_parameters *parameters = t->model->parameters;
    t->best_flat = mg__alloc(t->context, tensor_bytes(mg_parameters_flat(parameters)));
    t->best_state = mg__alloc(t->context, tensor_bytes(mg_parameters_state(parameters)));
    return t->best_flat && t->best_state ? MG_OK : MG_OUT_OF_MEMORY;
}

static void keep_weights(mg__trainer *t) {
    copy_in(t->best_flat, mg_parameters_flat(t->model->parameters));
    copy_in(t->best_state, mg_parameters_state(t->model->parameters));
}

static void restore_weights(mg__trainer *t) {
    copy_out(mg_parameters_flat(t->model->parameters), t->best_flat);
    copy_out(mg_parameters_state(t->model->parameters), t->best_state);
    mg_parameters_touch(t->model->parameters);
}

/* --- one step ---------------------------------------------------------------------------------------- */

static mg_status open_runner(mg__trainer *t, mg__runner *runner, int64_t batch) {
    runner->program = mg__build_step(t->model, batch);
    if (!runner->program) return mg_context_status(t->context);
    runner->session = mg_session_create(t->context, runner->program, t->model->parameters);
    if (!runner->session) return mg_context_status(t->context);
    mg_session_set_seed(runner->session, (uint64_t)t->model->options.seed);
    return mg_session_set(runner->session, "learning_rate", t->model->options.learning_rate);
}

/* Gathers the rows of a batch and says where they lie. */
static void fill_batch(mg__trainer *t, const int64_t *rows, int64_t count, mg_tensor inputs[2]) {
    const mg_model *model = t->model;
    int64_t shape[4] = { count };
    int rank = 1 + mg_encoder_shape(model->encoder, shape + 1);
    mg__gather_rows(t->training.x, (size_t)mg_encoder_features(model->encoder) * sizeof(float), rows, count, t->x);
    inputs[0] = mg_tensor_borrow(MG_F32, rank, shape, t->x);
    bool labels = mg__head_takes_labels(model);
    mg__gather_rows(labels ? (const void *)t->training.labels : t->training.targets, 4, rows, count, t->target);
    inputs[1] = mg_tensor_borrow(labels ? MG_I32 : MG_F32, labels ? 1 : 2, (int64_t[]){ count, 1 }, t->target);
}

static mg_status explain(mg__trainer *t, mg__runner *runner, const mg_tensor *inputs) {
    char message[MG__MESSAGE_BYTES] = "";
    mg_session_explain(runner->session, inputs, message, sizeof message);
    return mg__fail(t->context, MG_NOT_FINITE, "epoch %lld, %s", (long long)t->progress.epoch, message);
}

/* Adds the batch's loss, times its rows, to the epoch's sum. */
static mg_status step(mg__trainer *t, int64_t index) {
    int64_t count = 0;
    const int64_t *rows = mg__loader_batch(&t->loader, index, &count);
    mg__runner *runner = count == t->model->options.batch ? &t->full : &t->rest;
    mg_tensor inputs[2], loss = { 0 };
    if (!runner->session) {
        mg_status status = open_runner(t, runner, count);
        if (status != MG_OK) return status;
    }
    fill_batch(t, rows, count, inputs);
    mg_session_set_step(runner->session, t->steps++);
    mg_status status = mg_run(runner->session, inputs, &loss);
    if (status == MG_NOT_FINITE && t->model->options.check_finite) return explain(t, runner, inputs);
    if (status != MG_OK) return status;
    t->loss_sum += mg_tensor_get(&loss, 0) * (double)count;
    t->loss_rows += count;
    return MG_OK;
}

/* --- one epoch --------------------------------------------------------------------------------------- */

static double now(void) {
    struct timespec time;
    timespec_get(&time, TIME_UTC);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static bool tell(mg__trainer *t, mg_train_callback *callback) {
    t->progress.seconds = now() - t->began;
    t->progress.loss = t->loss_rows ? t->loss_sum / (double)t->loss_rows : NAN;
    if (!isfinite(t->progress.loss)) t->progress.loss = NAN;
    return !callback || callback(t->user, &t->progress);
}

/* *go_on: false where the callback ended the run. */
static mg_status run_steps(mg__trainer *t, bool *go_on) {
    mg__loader_epoch(&t->loader, (uint64_t)t->progress.epoch);
    t->loss_sum = 0;
    t->loss_rows = 0;
    int64_t before = t->progress.rows;
    for (int64_t i = 0; i < t->progress.steps && *go_on; i++) {
        mg_status status = step(t, i);
        if (status != MG_OK) return status;
        t->progress.step = i + 1;
        t->progress.rows = before + t->loss_rows;
        if (t->on_step) *go_on = tell(t, t->on_step);
    }
    return MG_OK;
}

static void make_best(mg__trainer *t, const mg_scores *scores) {
    t->best = *scores;
    t->progress.best_epoch = t->progress.epoch;
    keep_weights(t);
}

/* Scores the epoch and keeps its weights if they are the best so far (without a validation part: always). */
static mg_status judge(mg__trainer *t, mg_scores *scores) {
    mg_task task = t->model->task;
    mg_status status = mg__part_score(t->model, &t->validation, scores, NULL);
    if (status != MG_OK) return status;
    bool measured = t->validation.rows > 0;
    t->progress.scores = measured ? scores : NULL;
    if (!isfinite(t->loss_sum) || (measured && !mg__scores_finite(task, scores))) {
        t->diverged = true;
    } else if (!measured || t->progress.best_epoch == 0 || mg__scores_better(task, NULL, scores, &t->best)) {
        make_best(t, scores);
    }
    return MG_OK;
}

static bool out_of_patience(const mg__trainer *t) {
    int64_t patience = t->model->options.patience;
    return patience > 0 && t->validation.rows > 0 && t->progress.epoch - t->progress.best_epoch >= patience;
}

static mg_stop reason_to_stop(const mg__trainer *t, bool go_on) {
    if (t->diverged) return MG_STOP_DIVERGED;
    if (!go_on) return MG_STOP_INTERRUPTED;
    if (t->progress.epoch == t->progress.epochs) return MG_STOP_EPOCHS;
    return out_of_patience(t) ? MG_STOP_PATIENCE : MG_STOP_NONE;
}

/* An epoch that a callback cut short counts and is judged like any other: what was learned may be the best so far. */
static mg_status run_epoch(mg__trainer *t, mg_stop *stop) {
    bool go_on = true;
    mg_scores scores = mg_scores_none();
    t->progress.epoch++;
    t->progress.step = 0;
    t->progress.scores = NULL;
    mg_status status = run_steps(t, &go_on);
    if (status == MG_OK) status = judge(t, &scores);
    if (status != MG_OK) return status;
    if (t->on_epoch) go_on = tell(t, t->on_epoch) && go_on;
    t->progress.scores = NULL;
    *stop = reason_to_stop(t, go_on);
    return MG_OK;
}

mg_status mg__trainer_run(mg__trainer *t, mg_stop *stop) {
    t->began = now();
    mg_status status = open_snapshot(t);
    if (status != MG_OK) return status;
    keep_weights(t);
    *stop = MG_STOP_NONE;
    while (*stop == MG_STOP_NONE && status == MG_OK) status = run_epoch(t, stop);
    restore_weights(t);
    t->progress.seconds = now() - t->began;
    return status;
}

void mg__trainer_close(mg__trainer *t) {
    mg__runner_close(&t->full);
    mg__runner_close(&t->rest);
    mg__loader_destroy(&t->loader);
    mg__part_free(t->context, &t->training);
    mg__part_free(t->context, &t->validation);
    mg__part_free(t->context, &t->test);
    mg__free(t->context, t->x);
    mg__free(t->context, t->target);
    mg__free(t->context, t->best_flat);
    mg__free(t->context, t->best_state);
}
