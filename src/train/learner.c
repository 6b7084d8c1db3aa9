#include "train/learner.h"

#include "plan/program.h"
#include "train/scoring.h"

#include <math.h>
#include <string.h>
#include <time.h>

double mg__now(void) {
    struct timespec time;
    timespec_get(&time, TIME_UTC);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* --- weights worth keeping --------------------------------------------------------------------------- */

static size_t tensor_bytes(mg_tensor tensor) { return tensor.data ? mg_tensor_bytes(&tensor) : 0; }

static void copy_in(void *to, mg_tensor from) {
    if (from.data && to) memcpy(to, from.data, mg_tensor_bytes(&from));
}

static void copy_out(mg_tensor to, const void *from) {
    if (to.data && from) memcpy(to.data, from, mg_tensor_bytes(&to));
}

static void keep_weights(mg__learner *l) {
    copy_in(l->best_flat, mg_parameters_flat(l->parameters));
    copy_in(l->best_state, mg_parameters_state(l->parameters));
}

void mg__learner_restore(mg__learner *l) {
    copy_out(mg_parameters_flat(l->parameters), l->best_flat);
    copy_out(mg_parameters_state(l->parameters), l->best_state);
    mg_parameters_touch(l->parameters);
}

/* Everything that steps change: weights, state, their averages, the optimiser's slots. */
static int changed_blocks(const mg__learner *l) { return 4 + mg_parameters_slots(l->parameters); }

static mg_tensor changed_block(const mg__learner *l, int index) {
    bool state = index == 1 || index == 3;
    if (index >= 4) return mg_parameters_slot(l->parameters, index - 4, 0);
    mg_tensor block = state ? mg_parameters_state(l->parameters) : mg_parameters_flat(l->parameters);
    if (index >= 2) block.data = state ? l->average.state : l->average.flat;
    return block;
}

/* To or from what is gone back to. */
static void copy_good(mg__learner *l, bool keep) {
    unsigned char *at = l->good;
    for (int k = 0; at && k < changed_blocks(l); k++) {
        mg_tensor block = changed_block(l, k);
        if (keep)
            copy_in(at, block);
        else
            copy_out(block, at);
        at += tensor_bytes(block);
    }
}

/* --- memory and sessions ----------------------------------------------------------------------------- */

static mg_session *open_session(mg__learner *l, const mg_program *program) {
    mg_session *session = mg__session_create_in(l->context, program, l->parameters, &l->scratch);
    if (session) mg_session_set_seed(session, l->seed);
    return session;
}

mg_program *mg__course_rest(const mg__course *course, int64_t rows) {
    int64_t rest = rows % course->model->options.batch;
    for (int i = 0; i < MG__MOST_MEMBERS; i++)
        if (course->rest[i].program && course->rest[i].rows == rest) return course->rest[i].program;
    return NULL;
}

void mg__learner_programs(const mg__learner *l, const mg_program *programs[MG__LEARNER_PROGRAMS]) {
    const mg__course *course = l->course;
    programs[0] = l->row_count >= course->model->options.batch ? course->full : NULL;
    programs[1] = mg__course_rest(course, l->row_count);
    programs[2] = course->inference;
}

static mg_status open_memory(mg__learner *l) {
    const mg_model *model = l->course->model;
    size_t features = (size_t)mg_encoder_features(model->encoder);
    l->padded = mg__alloc_array(l->context, MG__INFERENCE_BATCH, features * sizeof *l->padded);
    l->answers = mg__alloc_array(l->context, (size_t)l->validation.rows, (size_t)mg_model_outputs(model) * sizeof *l->answers);
    l->best_flat = mg__alloc(l->context, tensor_bytes(mg_parameters_flat(l->parameters)));
    l->best_state = mg__alloc(l->context, tensor_bytes(mg_parameters_state(l->parameters)));
    bool all = l->padded && l->answers && l->best_flat && l->best_state;
    if (!all) return MG_OUT_OF_MEMORY;
    return model->options.ema > 0 ? mg__average_open(l->context, l->parameters, &l->average) : MG_OK;
}

static mg_status open_feed(mg__learner *l) {
    l->feed = (mg__feed){ .context = l->context,
                          .model = l->course->model,
                          .pool = l->course->pool,
                          .loader = &l->loader,
                          .rows = l->rows,
                          .augmenter = l->course->augmenter };
    return mg__feed_open(&l->feed, l->course->spare_core);
}

static mg_status score_validation(mg__learner *l) {
    const mg_model *model = l->course->model;
    int64_t rows = l->validation.rows, outputs = mg_model_outputs(model);
    l->scores = mg_scores_none();
    if (rows == 0) return MG_OK;
    mg_parameters_touch(l->parameters);
    memset(l->answers, 0, (size_t)(rows * outputs) * sizeof *l->answers);
    mg_status status = mg__answer(model, l->inference, l->course->judged, &l->validation, l->padded, l->answers);
    for (int64_t r = 0; r < rows; r++) mg__head_finish(model, 1, l->answers + r * outputs);
    if (status != MG_OK) return status;
    mg_scored scored = mg__part_scored(model, &l->validation, l->answers, NULL);
    return mg__scores_quick(l->context, model->task, l->course->metric, &scored, &l->scores);
}

/* Slots are there once sessions are. */
static mg_status open_good(mg__learner *l) {
    if (strcmp(l->course->model->options.on_divergence, "retry") != 0) return MG_OK;
    for (int k = 0; k < changed_blocks(l); k++)
        if (!mg__size_add(l->good_bytes, tensor_bytes(changed_block(l, k)), &l->good_bytes))
            return mg__fail_memory(l->context, SIZE_MAX);
    l->good = mg__alloc(l->context, l->good_bytes);
    if (!l->good) return MG_OUT_OF_MEMORY;
    copy_good(l, true);
    mg_status status = score_validation(l);
    l->good_scores = l->scores;
    return status;
}

/* --- measuring --------------------------------------------------------------------------------------- */

static mg_status open_trace(mg__learner *l) {
    mg_trace *trace = l->course->trace;
    mg_session *sessions[] = { l->full, l->rest, l->inference };
    static const char *const names[] = { "training", "training", "validation" };
    if (!trace) return MG_OK;
    for (int i = 0; i < 3; i++)
        if (sessions[i] && mg_session_trace(sessions[i], trace, names[i]) != MG_OK) return MG_OUT_OF_MEMORY;
    return mg__feed_trace(&l->feed, trace);
}

void mg__learner_in_thread(mg__learner *l, int thread) {
    mg_session *sessions[] = { l->full, l->rest, l->inference };
    if (!l->course->trace) return;
    l->feed.waiting->track = thread;
    for (int i = 0; i < 3; i++)
        if (sessions[i]) sessions[i]->recording->track = thread;
}

/* --- opening and closing ----------------------------------------------------------------------------- */

mg_status mg__learner_open(mg__learner *l, mg_parameters *parameters) {
    const mg__course *course = l->course;
    const mg_program *programs[MG__LEARNER_PROGRAMS];
    mg__learner_programs(l, programs);
    l->parameters = parameters;
    mg_status status = mg__loader_create(l->context, l->row_count, course->model->options.batch, l->seed, &l->loader);
    if (status == MG_OK) status = open_memory(l);
    if (status == MG_OK) status = open_feed(l);
    if (status == MG_OK)
        status = mg__scratch_open(&l->scratch, l->context, mg_context_threads(l->context), programs, MG__LEARNER_PROGRAMS);
    if (status != MG_OK) return status;
    mg_session **sessions[MG__LEARNER_PROGRAMS] = { &l->full, &l->rest, &l->inference };
    for (int i = 0; i < MG__LEARNER_PROGRAMS; i++) {
        if (!programs[i] || (*sessions[i] = open_session(l, programs[i]))) continue;
        mg_status reason = mg_context_status(l->context); /* or it lies with the store, which is of the model's context */
        return reason != MG_OK ? reason : MG_OUT_OF_MEMORY;
    }
    keep_weights(l);
    l->plateau = mg__plateau_begin();
    status = open_good(l);
    return status == MG_OK ? open_trace(l) : status;
}

void mg__learner_end(mg__learner *l) {
    mg_session_destroy(l->full);
    mg_session_destroy(l->rest);
    l->full = l->rest = NULL;
    mg__feed_close(&l->feed);
    if (l->loader.context) mg__loader_destroy(&l->loader);
}

void mg__learner_close(mg__learner *l) {
    if (!l->context) return;
    mg__learner_end(l);
    mg_session_destroy(l->inference);
    mg__scratch_close(&l->scratch);
    mg__part_free(l->context, &l->validation);
    mg__average_close(l->context, &l->average);
    void *blocks[] = { l->padded, l->answers, l->best_flat, l->best_state, l->good };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(l->context, blocks[i]);
    l->context = NULL;
}

/* --- an epoch ---------------------------------------------------------------------------------------- */

int64_t mg__learner_steps(const mg__learner *l) {
    return l->course->epoch_steps > 0 ? l->course->epoch_steps : mg__loader_batches(&l->loader);
}

void mg__learner_shuffle(mg__learner *l, int64_t rows, int64_t turn) {
    mg__feed_stop(&l->feed);
    l->loader.count = rows;
    mg__loader_epoch(&l->loader, (uint64_t)l->epoch + ((uint64_t)turn << 32));
}

void mg__learner_begin_epoch(mg__learner *l) {
    l->epoch++;
    l->position = 0;
    l->loss_sum = 0;
    l->loss_rows = 0;
}

static mg_status explain(mg__learner *l, mg_session *session, const mg_tensor *inputs) {
    char message[MG__MESSAGE_BYTES] = "";
    mg_session_explain(session, inputs, message, sizeof message);
    return mg__fail(l->context, MG_NOT_FINITE, "epoch %lld, %s", (long long)l->epoch, message);
}

static mg_status set_learning_rate(mg__learner *l, mg_session *session) {
    const mg__course *course = l->course;
    double epochs = (double)course->model->options.epochs, epoch_steps = (double)mg__learner_steps(l);
    double factor = mg_schedule_factor(&course->schedule, (double)l->steps, epoch_steps, epochs);
    l->learning_rate = course->model->options.learning_rate * factor * l->plateau.factor * l->learning_rate_scale;
    if (l->trial_rate > 0) l->learning_rate = l->trial_rate;
    return mg_session_set(session, "learning_rate", l->learning_rate);
}

/* Adds the batch's loss, times its rows, to the epoch's sum. */
mg_status mg__learner_step(mg__learner *l, int64_t index) {
    const mg_train_options *options = &l->course->model->options;
    const mg__batch *batch = mg__feed_take(&l->feed, index);
    int64_t count = batch->count;
    mg_session *session = count == options->batch ? l->full : l->rest;
    mg_tensor inputs[MG__FEED_INPUTS], loss = { 0 };
    mg__feed_inputs(&l->feed, batch, inputs);
    mg_session_set_step(session, l->steps);
    bool measured = l->health && mg__health_is_due(l->health, l->steps + 1, count);
    mg_status status = set_learning_rate(l, session);
    if (status == MG_OK && measured) status = mg__health_before(l->health, l->epoch, l->steps + 1, inputs);
    if (status == MG_OK) status = mg_run(session, inputs, &loss);
    if (status == MG_OK && measured) mg__health_after(l->health);
    l->steps++;
    if (status == MG_NOT_FINITE && options->check_finite) return explain(l, session, inputs);
    if (status != MG_OK) return status;
    if (options->ema > 0) mg__average_step(&l->average, l->parameters, options->ema, l->steps);
    l->loss_sum += mg_tensor_get(&loss, 0) * (double)count;
    l->loss_rows += count;
    return MG_OK;
}

/* --- the end of one ---------------------------------------------------------------------------------- */

static mg_stop reason_to_stop(const mg__learner *l) {
    const mg_train_options *options = &l->course->model->options;
    if (l->epoch >= options->epochs) return MG_STOP_EPOCHS;
    bool waited = options->patience > 0 && l->validation.rows > 0 && l->epoch - l->best_epoch >= options->patience;
    return waited ? MG_STOP_PATIENCE : MG_STOP_NONE;
}

static bool all_finite(mg_tensor tensor) {
    const float *value = tensor.data;
    int64_t count = value ? mg_tensor_count(&tensor) : 0;
    for (int64_t i = 0; i < count; i++)
        if (!isfinite(value[i])) return false;
    return true;
}

/* The losses were finite, but what did the last step leave? */
static bool weights_finite(const mg__learner *l) {
    return all_finite(mg_parameters_flat(l->parameters)) && all_finite(mg_parameters_state(l->parameters));
}

/* The epoch is spent: what follows begins with the best so far, and smaller steps. */
static bool go_back(mg__learner *l) {
    if (!l->good || l->retries >= MG__MOST_RETRIES) return false;
    l->retries++;
    l->learning_rate_scale /= 2;
    copy_good(l, false);
    mg_parameters_touch(l->parameters);
    return true;
}

/* The weights are those that are judged. */
static mg_status judge_epoch(mg__learner *l) {
    const mg__course *course = l->course;
    mg_status status = score_validation(l);
    if (status != MG_OK) return status;
    bool measured = l->validation.rows > 0;
    mg_task task = course->model->task;
    if (!isfinite(l->loss_sum) || !weights_finite(l) || (measured && !mg__scores_finite(task, &l->scores))) {
        l->stopped = MG_STOP_DIVERGED;
        return MG_OK;
    }
    if (!measured || l->best_epoch == 0 || mg__scores_better(task, course->metric, &l->scores, &l->best)) {
        l->best = l->scores;
        l->best_epoch = l->epoch;
        keep_weights(l);
    }
    return MG_OK;
}

mg_status mg__learner_end_epoch(mg__learner *l) {
    const mg__course *course = l->course;
    if (l->steps > 0) mg__average_exchange(&l->average, l->parameters);
    mg_status status = judge_epoch(l);
    if (l->steps > 0) mg__average_exchange(&l->average, l->parameters);
    l->position = -1;
    if (status != MG_OK) return status;
    if (l->stopped == MG_STOP_DIVERGED) {
        if (go_back(l)) l->stopped = reason_to_stop(l);
        return MG_OK;
    }
    if (l->validation.rows == 0 || mg__scores_better(course->model->task, course->metric, &l->scores, &l->good_scores)) {
        copy_good(l, true); /* weights about to grow without end are finite for a while, but no better */
        l->good_scores = l->scores;
    }
    mg__plateau_epoch(&l->plateau, &course->schedule, (double)course->model->options.epochs, l->epoch, l->best_epoch);
    l->stopped = reason_to_stop(l);
    return MG_OK;
}
