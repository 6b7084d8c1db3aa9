/* The run: epochs of all members, progress, and why it ends. What is run is prepared in prepare.c; one member is learner.c. */
#include "train/trainer.h"

#include "base/system.h"
#include "base/threads.h"
#include "train/scoring.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

/* --- opening ----------------------------------------------------------------------------------------- */

/* The first member's seed is the run's own, so that one network alone is what it would be without members. */
static uint64_t member_seed(const mg_model *model, int64_t member) {
    return member == 0 ? (uint64_t)model->options.seed
                       : mg__hash_mix(mg__hash_text((uint64_t)member, "member"), (uint64_t)model->options.seed);
}

static mg_status open_contexts(mg__trainer *t) {
    t->learner = mg__alloc_array(t->context, (size_t)t->members, sizeof *t->learner);
    if (!t->learner) return MG_OUT_OF_MEMORY;
    if (t->members == 1) return MG_OK;
    t->contexts = mg__alloc_array(t->context, (size_t)t->members, sizeof *t->contexts);
    mg_context_options options = { .allocator = t->context->allocator, .threads = 1, .seed = t->context->seed };
    for (int64_t i = 0; t->contexts && i < t->members; i++) {
        t->contexts[i] = mg_context_create(&options);
        if (!t->contexts[i]) return mg__fail_memory(t->context, sizeof *t->context);
    }
    return t->contexts ? MG_OK : MG_OUT_OF_MEMORY;
}

/* Rows that a member goes through before others come. */
static int64_t rows_at_once(const mg__trainer *t, int64_t member) {
    return t->source ? t->source->capacity : t->row_counts[member];
}

/* A step for each number of rows that a last batch has. */
static mg_status compile(mg__trainer *t) {
    mg__course *course = &t->course;
    mg_model *model = t->model;
    mg_parameters *parameters = model->member[0].parameters;
    int64_t batch = model->options.batch;
    bool weighted = t->pool.weights != NULL;
    for (int64_t i = 0; i < t->members; i++) {
        int64_t rows = rows_at_once(t, i), rest = rows % batch;
        if (rows >= batch && !course->full) course->full = mg__build_step(model, parameters, batch, weighted);
        if (rows >= batch && !course->full) return mg_context_status(t->context);
        int k = 0;
        while (course->rest[k].program && course->rest[k].rows != rest) k++; /* members before this one fill fewer than all */
        if (!rest || course->rest[k].program) continue;
        course->rest[k].rows = rest;
        course->rest[k].program = mg__build_step(model, parameters, rest, weighted);
        if (!course->rest[k].program) return mg_context_status(t->context);
    }
    int64_t most = 1;
    for (int64_t i = 0; i < t->members; i++) most = t->held_counts[i] > most ? t->held_counts[i] : most;
    course->judged = most < MG__INFERENCE_BATCH ? (most + 15) / 16 * 16 : MG__INFERENCE_BATCH;
    course->inference = mg__build_inference(model, parameters, course->judged);
    return course->inference ? MG_OK : mg_context_status(t->context);
}

/* What went wrong in a member's context, on the model's. */
static void tell_failure(mg__trainer *t, const mg_context *context) {
    if (context != t->context) mg__fail(t->context, mg_context_status(context), "%s", mg_context_message(context));
}

/* Measures the first member on whole batches, or on what it has of one. */
static mg_status open_health(mg__trainer *t) {
    mg__learner *l = &t->learner[0];
    mg__probe *probe = &t->course.probe;
    mg_model *model = t->model;
    int64_t batch = model->options.batch, rows = l->row_count < batch ? l->row_count : batch;
    if (!model->options.health) return MG_OK;
    mg_status status = mg__probe_build(model, l->parameters, rows, t->pool.weights != NULL, probe);
    if (status == MG_OK) status = mg__history_layers(t->context, &model->history, probe->layers);
    for (int i = 0; i < probe->layers && status == MG_OK; i++)
        status = mg__history_name(t->context, &model->history, i, probe->layer[i].name);
    if (status == MG_OK) status = mg__health_open(&t->health, l->context, probe, l->parameters, l->seed);
    if (status == MG_OK && !t->source)
        status = mg__health_inputs(model, &t->pool, l->rows, l->row_count, &model->history.shown.inputs);
    if (status == MG_OK) l->health = &t->health;
    return status;
}

static mg_status open_learner(mg__trainer *t, int64_t i) {
    mg__learner *l = &t->learner[i];
    *l = (mg__learner){ .course = &t->course,
                        .context = t->contexts ? t->contexts[i] : t->context,
                        .seed = member_seed(t->model, i),
                        .rows = t->source ? NULL : t->rows[i],
                        .row_count = rows_at_once(t, i),
                        .learning_rate_scale = 1,
                        .position = -1 };
    mg_status status = mg__part_take(t->model, &t->pool, t->held[i], t->held_counts[i], &l->validation);
    if (status == MG_OK) status = mg__learner_open(l, t->model->member[i].parameters);
    if (status != MG_OK && mg_context_status(l->context) == status) tell_failure(t, l->context);
    return status;
}

/* Where the model had weights, the members go on from them; otherwise each begins by its own seed. */
static mg_status lay_out(mg__trainer *t) {
    mg_model *model = t->model;
    const mg__member *before = t->before.member;
    int64_t had = t->before.members;
    mg__member *fresh = mg__alloc_array(t->context, (size_t)t->members, sizeof *fresh);
    mg_status status = fresh ? MG_OK : MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < t->members && status == MG_OK; i++) {
        status = mg__build_parameters(model, member_seed(model, i), &fresh[i].parameters);
        if (status == MG_OK && had > 0) status = mg_parameters_copy(fresh[i].parameters, before[i % had].parameters);
    }
    if (status == MG_OK) {
        model->member = fresh;
        model->members = t->members;
        return MG_OK;
    }
    for (int64_t i = 0; fresh && i < t->members; i++) mg_parameters_destroy(fresh[i].parameters);
    mg__free(t->context, fresh);
    return status;
}

/* One network's threads share what there is to do, and give way to one that gathers its batches; several are busy all the time.
 */
static bool has_spare_core(const mg__trainer *t) {
    int64_t threads = mg_context_threads(t->context), busy = t->members < threads ? t->members : threads;
    return busy < mg__system_cores();
}

/* The schedule, which must fit into the run. */
static mg_status open_schedule(mg__trainer *t) {
    const mg_train_options *options = &t->model->options;
    mg_schedule *schedule = &t->course.schedule;
    int64_t held = 0;
    for (int64_t i = 0; i < t->members; i++) held += t->held_counts[i];
    mg_status status = mg_schedule_parse(t->context, options->schedule, schedule);
    if (status == MG_OK) status = mg_schedule_check(t->context, schedule, (double)options->epochs);
    if (status != MG_OK || !schedule->row->watches || held > 0) return status;
    return mg__fail(t->context, MG_SETTING,
                    "schedule: %s waits for a better validation metric and there are no validation rows; give a val-fraction "
                    "above 0, or another schedule",
                    schedule->row->name);
}

mg_status mg__trainer_open(mg__trainer *t) {
    const mg_train_options *options = &t->model->options;
    t->course.model = t->model;
    t->course.pool = t->source ? &t->source->buffer : &t->pool;
    t->course.spare_core = has_spare_core(t);
    mg_status status = open_schedule(t);
    if (status == MG_OK) status = open_contexts(t);
    if (status == MG_OK) status = lay_out(t);
    if (status == MG_OK) status = compile(t);
    for (int64_t i = 0; i < t->members && status == MG_OK; i++) status = open_learner(t, i);
    if (status == MG_OK) status = open_health(t);
    if (status != MG_OK) return status;
    t->place.turn = -1;
    t->progress = (mg_progress){ .epochs = options->epochs, .task = t->model->task, .members = t->members };
    return MG_OK;
}

void mg__trainer_close(mg__trainer *t) {
    mg__health_close(&t->health);
    mg__probe_free(t->context, &t->course.probe);
    for (int64_t i = 0; t->learner && i < t->members; i++) mg__learner_close(&t->learner[i]);
    for (int64_t i = 0; t->contexts && i < t->members; i++) mg_context_destroy(t->contexts[i]);
    for (int64_t i = 0; t->rows && i < t->members; i++) mg__free(t->context, t->rows[i]);
    for (int64_t i = 0; t->held && i < t->members; i++) mg__free(t->context, t->held[i]);
    mg_program_destroy(t->course.full);
    mg_program_destroy(t->course.inference);
    for (int i = 0; i < MG__MOST_MEMBERS; i++) mg_program_destroy(t->course.rest[i].program);
    mg_rate_test_free(&t->rates);
    mg__part_free(t->context, &t->pool);
    mg__part_free(t->context, &t->test);
    mg__augmenter_close(&t->augmenter);
    void *blocks[] = { t->class_weight, t->rows, t->row_counts, t->held, t->held_counts, t->learner, t->contexts };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(t->context, blocks[i]);
}

/* --- one epoch --------------------------------------------------------------------------------------- */

static bool tell(mg__trainer *t, mg_train_callback *callback, double loss) {
    t->progress.seconds = mg__now() - t->began;
    t->progress.loss = isfinite(loss) ? loss : NAN;
    return !callback || callback(t->user, &t->progress);
}

/* Why members stand still between two steps; the larger reason counts. */
typedef enum halt { GO_ON, HALT_TO_SAVE, HALT_FOR_TIME, HALT_BY_CALLBACK } halt;

/* What the threads of an epoch, or of one turn of it, share. */
typedef struct epoch_work {
    mg__trainer *trainer;
    mg__pool *pool;
    mg_status *status; /* [members] */
    int64_t rows;      /* -1: each member's own */
    bool last;         /* the epoch ends with this turn */
    bool conclude;     /* it ends here: no more steps */
    atomic_int halt;
    atomic_llong steps, rows_done; /* in the epoch, by all members */
} epoch_work;

static void raise_halt(epoch_work *work, halt reason) {
    int seen = atomic_load(&work->halt);
    while (seen < (int)reason && !atomic_compare_exchange_weak(&work->halt, &seen, (int)reason)) continue;
}

static bool time_is_up(const mg__trainer *t) { return t->time > 0 && mg__now() - t->began >= t->time; }

/* Whichever thread sees it first stops all. */
static void watch_clock(epoch_work *work) {
    const mg__trainer *t = work->trainer;
    if (time_is_up(t)) raise_halt(work, HALT_FOR_TIME);
    if (mg__checkpoint_due(t, true)) raise_halt(work, HALT_TO_SAVE);
}

/* What is left of a turn, until something halts it; the thread that called, number 0, tells about the steps. */
static mg_status take_steps(epoch_work *work, mg__learner *l, int thread) {
    mg__trainer *t = work->trainer;
    mg_status status = MG_OK;
    mg__learner_shuffle(l, work->rows >= 0 ? work->rows : l->row_count, t->place.turn);
    int64_t steps = l->loader.count > 0 ? mg__loader_batches(&l->loader) : 0;
    while (l->position < steps && status == MG_OK && atomic_load(&work->halt) == GO_ON) {
        int64_t before = l->loss_rows;
        status = mg__learner_step(l, l->position++);
        int64_t step = atomic_fetch_add(&work->steps, 1) + 1;
        int64_t rows = atomic_fetch_add(&work->rows_done, l->loss_rows - before) + l->loss_rows - before;
        watch_clock(work);
        if (thread != 0 || !t->on_step || status != MG_OK) continue;
        t->progress.step = step;
        t->progress.rows = t->rows_before + rows;
        if (!tell(t, t->on_step, l->loss_sum / (double)l->loss_rows)) raise_halt(work, HALT_BY_CALLBACK);
    }
    return status == MG_OK && l->position == steps && work->last ? mg__learner_end_epoch(l) : status;
}

/* A turn of one member, or what is left of it after a halt. */
static mg_status run_member(epoch_work *work, int64_t index, int thread) {
    mg__learner *l = &work->trainer->learner[index];
    if (l->position < 0 && l->epoch == work->trainer->progress.epoch) return MG_OK; /* it was through before the halt */
    mg__learner_in_thread(l, thread);
    if (l->position < 0) mg__learner_begin_epoch(l);
    return work->conclude ? mg__learner_end_epoch(l) : take_steps(work, l, thread);
}

static void work_on_members(void *user, int worker) {
    epoch_work *work = user;
    mg__trainer *t = work->trainer;
    for (int64_t i; (i = mg__pool_next(work->pool, 0, t->members)) >= 0;) {
        if (t->learner[i].stopped != MG_STOP_NONE) continue;
        work->status[i] = run_member(work, i, worker);
    }
}

/* Members' contexts keep what went wrong; the first of them is told. */
static mg_status first_failure(mg__trainer *t, const mg_status *status) {
    for (int64_t i = 0; i < t->members; i++) {
        if (status[i] == MG_OK) continue;
        if (t->contexts) tell_failure(t, t->contexts[i]);
        return status[i];
    }
    return MG_OK;
}

static void run_alone(epoch_work *work) {
    unsigned mode = mg__denormals_flush(); /* as in the pool's threads: scores must have the same bits */
    for (int64_t i = 0; i < work->trainer->members; i++)
        if (work->trainer->learner[i].stopped == MG_STOP_NONE) work->status[i] = run_member(work, i, 0);
    mg__denormals_restore(mode);
}

static mg_status run_turn(mg__trainer *t, epoch_work *work) {
    mg_status status[MG__MOST_MEMBERS] = { MG_OK };
    work->status = status;
    if (work->pool) {
        mg__pool_reset_tiles(work->pool, 0);
        mg__pool_run(work->pool, work_on_members, work);
    } else {
        run_alone(work);
    }
    return first_failure(t, status);
}

static void keep_place(mg__trainer *t, epoch_work *work) {
    t->place.steps = atomic_load(&work->steps);
    t->place.rows = atomic_load(&work->rows_done);
    t->progress.rows = t->rows_before + t->place.rows;
}

/* A turn to its end, or to where something halts it for good. A member that comes to a halt stands between two steps, so all
 * that the run is can be written down. What ends the epoch early comes after that: a run that goes on takes the whole epoch. */
static mg_status run_whole_turn(mg__trainer *t, epoch_work *work, halt *halted) {
    mg_status status;
    do {
        atomic_store(&work->halt, GO_ON);
        status = run_turn(t, work);
        *halted = (halt)atomic_load(&work->halt);
        keep_place(t, work);
        if (status == MG_OK && *halted != GO_ON) status = mg__checkpoint_write(t);
    } while (status == MG_OK && *halted == HALT_TO_SAVE);
    if (status != MG_OK || *halted == GO_ON) return status;
    work->conclude = true;
    return run_turn(t, work);
}

/* The next turn. */
static void turn_over(mg__trainer *t) {
    t->place.turn++;
    for (int64_t i = 0; i < t->members; i++)
        if (t->learner[i].position > 0) t->learner[i].position = 0;
}

static void begin_epoch(mg__trainer *t) {
    if (t->place.turn >= 0) { /* it goes on */
        t->rows_before = t->progress.rows - t->place.rows;
        return;
    }
    t->place = (mg__place){ .turn = 0 };
    t->progress.epoch++;
    t->rows_before = t->progress.rows;
}

static mg_status run_members(mg__trainer *t, halt *halted) {
    epoch_work work = { .trainer = t, .rows = -1, .last = true, .steps = t->place.steps, .rows_done = t->place.rows };
    mg_status status = MG_OK;
    if (t->members > 1) work.pool = mg__context_pool(t->context);
    t->progress.steps = 0;
    for (int64_t i = 0; i < t->members; i++)
        if (t->learner[i].stopped == MG_STOP_NONE) t->progress.steps += mg__learner_steps(&t->learner[i]);
    /* Of a stream that goes on, the turns before the halt are read once more, and passed over. */
    for (int64_t turn = 0; status == MG_OK; turn++) {
        if (t->source) status = t->source->load(t->source, t->progress.epoch, &work.rows, &work.last);
        if (status != MG_OK || turn < t->place.turn) continue;
        status = run_whole_turn(t, &work, halted);
        if (work.last || *halted != GO_ON) break;
        turn_over(t);
    }
    return status;
}

/* Means over the members that are still learning. */
static double gather_progress(mg__trainer *t, mg_scores *scores) {
    double loss = 0, running = 0;
    int64_t rows = 0;
    *scores = mg_scores_none();
    for (int64_t i = 0; i < t->members; i++) {
        const mg__learner *l = &t->learner[i];
        if (l->epoch != t->progress.epoch) continue;
        loss += l->loss_sum;
        rows += l->loss_rows;
        running++;
        scores->rows += l->validation.rows;
        for (int k = 0; mg_metric_row(k); k++) {
            double *sum = mg__metric_field(mg_metric_row(k), scores), value = mg_metric_value(mg_metric_row(k), &l->scores);
            *sum = running == 1 ? value : *sum + value;
        }
        t->progress.best_epoch = l->best_epoch == l->epoch ? l->epoch : t->progress.best_epoch;
    }
    for (int k = 0; mg_metric_row(k); k++) *mg__metric_field(mg_metric_row(k), scores) /= running;
    return loss / (double)rows;
}

/* Diverged: all members did; otherwise what ended the others. NONE: some go on. */
static mg_stop reason_to_stop(const mg__trainer *t) {
    mg_stop reason = MG_STOP_DIVERGED;
    for (int64_t i = 0; i < t->members; i++) {
        mg_stop stopped = t->learner[i].stopped;
        if (stopped == MG_STOP_NONE) return MG_STOP_NONE;
        if (stopped == MG_STOP_EPOCHS || reason == MG_STOP_DIVERGED) reason = stopped;
    }
    return reason;
}

static mg_status record(mg__trainer *t, double loss, const mg_scores *scores) {
    mg_epoch epoch = { .epoch = t->progress.epoch,
                       .rows = t->progress.rows,
                       .seconds = mg__now() - t->began,
                       .loss = isfinite(loss) ? loss : NAN,
                       .validation = *scores,
                       .best_epoch = t->progress.best_epoch };
    for (int64_t i = 0; i < t->members; i++) {
        epoch.steps += (int64_t)t->learner[i].steps;
        if (t->learner[i].epoch == epoch.epoch) epoch.learning_rate = t->learner[i].learning_rate;
    }
    mg_status status = t->health.context ? mg__health_record(&t->health, t->context, &t->model->history) : MG_OK;
    return status == MG_OK ? mg__history_add(t->context, &t->model->history, &epoch) : status;
}

/* Of an epoch that was cut short, or else of its end. */
static mg_stop reason_of(const mg__trainer *t, halt halted, bool go_on) {
    mg_stop reason = reason_to_stop(t);
    if (!go_on || halted == HALT_BY_CALLBACK) return MG_STOP_INTERRUPTED;
    return reason == MG_STOP_NONE && (halted == HALT_FOR_TIME || time_is_up(t)) ? MG_STOP_TIME : reason;
}

/* An epoch that is cut short counts and is judged like any other: what was learned may be the best so far. */
static mg_status run_epoch(mg__trainer *t, mg_stop *stop) {
    bool go_on = true;
    halt halted = GO_ON;
    mg_scores scores;
    begin_epoch(t);
    t->progress.step = 0;
    t->progress.scores = NULL;
    mg_status status = run_members(t, &halted);
    if (status != MG_OK) return status;
    double loss = gather_progress(t, &scores);
    t->progress.scores = scores.rows > 0 ? &scores : NULL;
    status = record(t, loss, &scores);
    if (status != MG_OK) return status;
    if (t->on_epoch) go_on = tell(t, t->on_epoch, loss);
    t->progress.scores = NULL;
    t->completed++;
    t->place = (mg__place){ .turn = -1 };
    *stop = reason_of(t, halted, go_on);
    bool whole = halted == GO_ON;
    return whole && (*stop != MG_STOP_NONE || mg__checkpoint_due(t, false)) ? mg__checkpoint_write(t) : MG_OK;
}

mg_status mg__trainer_run(mg__trainer *t, mg_stop *stop) {
    mg_status status = mg__checkpoint_begin(t);
    t->began = mg__now() - t->spent;
    *stop = t->completed > 0 && t->place.turn < 0 ? reason_of(t, GO_ON, true) : MG_STOP_NONE; /* it may be at its end already */
    while (*stop == MG_STOP_NONE && status == MG_OK) status = run_epoch(t, stop);
    for (int64_t i = 0; i < t->members; i++) {
        mg__learner_restore(&t->learner[i]);
        mg__learner_end(&t->learner[i]);
    }
    t->progress.seconds = mg__now() - t->began;
    return status;
}

double mg__trainer_seconds(const mg__trainer *t) { return mg__now() - t->began; }

/* --- what the members say about rows that they did not see -------------------------------------------- */

mg_status mg__trainer_held_out(mg__trainer *t, double *answers, int32_t *counts) {
    int64_t outputs = mg_model_outputs(t->model);
    memset(answers, 0, (size_t)(t->pool.rows * outputs) * sizeof *answers);
    memset(counts, 0, (size_t)t->pool.rows * sizeof *counts);
    for (int64_t i = 0; i < t->members; i++) {
        mg__learner *l = &t->learner[i];
        memset(l->answers, 0, (size_t)(l->validation.rows * outputs) * sizeof *l->answers);
        mg_status status = mg__answer(t->model, l->inference, t->course.judged, &l->validation, l->padded, l->answers);
        if (status != MG_OK) return tell_failure(t, l->context), status;
        for (int64_t r = 0; r < l->validation.rows; r++) {
            counts[t->held[i][r]]++;
            for (int64_t j = 0; j < outputs; j++) answers[t->held[i][r] * outputs + j] += l->answers[r * outputs + j];
        }
    }
    for (int64_t r = 0; r < t->pool.rows; r++)
        if (counts[r] > 0) mg__head_finish(t->model, counts[r], answers + r * outputs);
    return MG_OK;
}
