/* The search: trials are asked, handed to the crew, and told. */
#define _POSIX_C_SOURCE 200809L
#include "tune/tune.h"

#include "base/system.h"
#include "tune/study.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define TICK 0.1 /* seconds between two looks at the clock and the caller */

/* --- how long the end takes -------------------------------------------------------------------------- */

static bool is_better(const mg_tuning *t, double a, double b) { return t->objective.maximise ? a > b : a < b; }

/* The longest of the best trials so far. 0: none is known. */
static double best_seconds(const mg_tuning *t) {
    double value[MG_LEADERS], seconds[MG_LEADERS], most = 0;
    int count = 0;
    for (int64_t i = 0; i < mg_study_trials(t->study); i++) {
        mg_trial trial = mg_study_trial(t->study, i);
        if (trial.state != MG_TRIAL_COMPLETE) continue;
        int at = count < MG_LEADERS ? count++ : MG_LEADERS;
        for (; at > 0 && is_better(t, trial.value, value[at - 1]); at--) {
            if (at == MG_LEADERS) continue;
            value[at] = value[at - 1];
            seconds[at] = seconds[at - 1];
        }
        if (at < MG_LEADERS) value[at] = trial.value, seconds[at] = trial.seconds;
    }
    for (int i = 0; i < count; i++) most = fmax(most, seconds[i]);
    return most;
}

/* A trial's folds are one training here; its networks, and its epochs, may be others. */
double mg__tune_train_seconds(const mg_tuning *t) {
    if (t->objective.command) return 0;
    double one = best_seconds(t), threads = mg_context_threads(t->context);
    if (t->objective.frozen) one /= (double)t->frozen.folds;
    double turns = ceil((double)t->members / fmin(threads, (double)t->members));
    return 1.2 * one * turns * t->epoch_share + 0.05;
}

double mg__tune_end_seconds(const mg_tuning *t) {
    if (t->objective.command) return 0;
    double turns = ceil((double)(MG_LEADERS * MG_AGAIN) / t->workers);
    double end = mg__tune_train_seconds(t) + 1.1 * turns * best_seconds(t);
    return t->options.time > 0 ? fmin(end, 0.6 * t->options.time) : end;
}

/* --- when it ends ------------------------------------------------------------------------------------ */

static void end(mg_tuning *t, mg_tune_stop reason) {
    if (t->result.stopped == MG_TUNE_STOP_NONE) t->result.stopped = reason;
    t->ends = true;
}

/* Trials of this search in their order, as far as all before them have ended. */
static int64_t ended_in_order(const mg_tuning *t, int64_t *order, int64_t capacity) {
    memset(order, 0xff, (size_t)capacity * sizeof *order);
    for (int64_t i = 0; i < mg_study_trials(t->study); i++) {
        mg_trial trial = mg_study_trial(t->study, i);
        bool failed = trial.state == MG_TRIAL_FAILED && !(trial.reason && !strcmp(trial.reason, MG__INTERRUPTED));
        bool ended = trial.state == MG_TRIAL_COMPLETE || trial.state == MG_TRIAL_PRUNED || failed;
        if (ended && trial.ordinal >= 0 && trial.ordinal < capacity) order[trial.ordinal] = i;
    }
    int64_t count = 0;
    while (count < capacity && order[count] >= 0) count++;
    return count;
}

/* Where a batch has ended: the same trials are known then, however many workers there are. */
static mg_status judge_batch(mg_tuning *t) {
    const mg_tune_options *o = &t->options;
    int64_t all = mg_study_trials(t->study), since = 0;
    if ((isnan(o->target) && o->patience == 0) || all == 0) return MG_OK;
    int64_t *order = mg__alloc_array(t->context, (size_t)all, sizeof *order);
    if (!order) return MG_OUT_OF_MEMORY;
    int64_t count = ended_in_order(t, order, all), whole = count / o->batch * o->batch;
    double best = NAN;
    for (int64_t i = 0; i < whole; i++) {
        mg_trial trial = mg_study_trial(t->study, order[i]);
        bool better = trial.state == MG_TRIAL_COMPLETE && (isnan(best) || is_better(t, trial.value, best));
        if (better) best = trial.value;
        since = better ? 0 : since + 1;
        bool batch_ends = (i + 1) % o->batch == 0;
        if (batch_ends && (best == o->target || is_better(t, best, o->target))) end(t, MG_TUNE_STOP_TARGET);
        if (batch_ends && o->patience > 0 && since >= o->patience && !isnan(best)) end(t, MG_TUNE_STOP_PATIENCE);
        if (t->ends) break;
    }
    mg__free(t->context, order);
    return MG_OK;
}

/* --- asking ------------------------------------------------------------------------------------------ */

static mg_status give(mg_tuning *t, const mg_trial *trial) {
    double left = mg__tune_left(t, mg__tune_end_seconds(t));
    mg__job *job = mg__alloc_zero(t->context, sizeof *job);
    if (!job) return MG_OUT_OF_MEMORY;
    job->number = trial->number;
    job->seconds = isfinite(left) ? fmax(left, 0.001) : 0;
    const mg__bar *bar = mg__study_bar(t->study, trial->number);
    if (bar) job->bar = *bar;
    memcpy(job->point, trial->point, (size_t)mg_space_dimensions(t->space) * sizeof *job->point);
    const mg__message bytes = { job, sizeof *job };
    mg_status status = mg__crew_give(t->crew, trial->number, &bytes);
    mg__free(t->context, job);
    return status;
}

/* *waits: what there is to do is not ours to do, for the moment. */
static mg_status ask(mg_tuning *t, bool *waits) {
    while (!t->ends && mg__crew_idle(t->crew) > 0) {
        mg_status status = mg_study_refresh(t->study);
        if (status == MG_OK) status = judge_batch(t);
        if (status != MG_OK) return status;
        if (mg_study_finished(t->study) >= t->wanted) end(t, MG_TUNE_STOP_TRIALS);
        if (mg__tune_left(t, mg__tune_end_seconds(t)) <= 0) end(t, MG_TUNE_STOP_TIME);
        if (t->ends) break;
        mg_trial trial;
        mg_asked asked = mg__study_ask(t->study, t->wanted < INT64_MAX ? t->wanted : 0, &trial);
        if (asked == MG_ASKED_FAILED) return mg_context_status(t->context);
        if (asked == MG_ASKED_LATER) return *waits = true, MG_OK;
        if (asked == MG_ASKED_NONE) {
            end(t, mg_study_finished(t->study) >= t->wanted ? MG_TUNE_STOP_TRIALS : MG_TUNE_STOP_EXHAUSTED);
            break;
        }
        status = give(t, &trial);
        if (status != MG_OK) return status;
    }
    return MG_OK;
}

/* --- telling ----------------------------------------------------------------------------------------- */

static mg_status tell(mg_tuning *t, int64_t number, const mg__outcome *outcome) {
    mg_status status = MG_OK;
    if (outcome->cut) return mg_study_tell(t->study, number, MG_TRIAL_FAILED, NAN, MG__INTERRUPTED);
    for (int64_t i = 0; i < outcome->steps && status == MG_OK; i++)
        status = mg_study_report(t->study, number, outcome->step[i], outcome->step_value[i], NULL);
    if (status == MG_OK) status = mg_study_tell(t->study, number, outcome->state, outcome->value, outcome->reason);
    if (status != MG_OK) return status;
    for (int64_t i = mg_study_trials(t->study) - 1; i >= 0; i--) {
        t->told = mg_study_trial(t->study, i);
        if (t->told.number == number) break;
    }
    mg__tune_tell(t, &t->told);
    return MG_OK;
}

static mg_status collect(mg_tuning *t) {
    int64_t number;
    mg__message bytes = { 0 };
    mg_status failed = MG_OK;
    char message[MG__MESSAGE_BYTES];
    mg_status status = mg__crew_take(t->crew, TICK, &number, &bytes, &failed, message);
    if (status != MG_OK || number < 0) return status;
    if (failed != MG_OK)
        status = mg_study_tell(t->study, number, MG_TRIAL_FAILED, NAN, message);
    else if (bytes.size == sizeof(mg__outcome))
        status = tell(t, number, bytes.data);
    mg__free(t->context, bytes.data);
    return status;
}

/* What runs beyond the end is ended; a training ends by itself, after what it is just doing. */
static void watch_ends(mg_tuning *t) {
    if (!mg__tune_tell(t, NULL)) end(t, MG_TUNE_STOP_INTERRUPTED);
    bool late = mg__tune_left(t, 0.5 * mg__tune_end_seconds(t)) <= 0;
    if (late) end(t, MG_TUNE_STOP_TIME);
    if (late || t->interrupted) mg__crew_stop(t->crew);
}

/* Until other processes have done something. */
static void rest(void) {
    const struct timespec moment = { .tv_nsec = 20000000 };
    nanosleep(&moment, NULL);
}

mg_status mg__tune_search(mg_tuning *t) {
    mg_status status = MG_OK;
    if (!mg__tune_tell(t, NULL)) end(t, MG_TUNE_STOP_INTERRUPTED);
    while (status == MG_OK) {
        bool waits = false;
        status = ask(t, &waits);
        if (status == MG_OK && t->ends && mg__crew_busy(t->crew) == 0) break;
        if (status != MG_OK) break;
        if (mg__crew_busy(t->crew) > 0)
            status = collect(t);
        else if (waits)
            rest();
        watch_ends(t);
    }
    return status;
}
