/* The end of a search: the best trials once more, the winner, its model. */
#include "tune/tune.h"

#include "tune/program.h"
#include "tune/study.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static bool is_better(const mg_tuning *t, double a, double b) { return t->objective.maximise ? a > b : a < b; }

/* --- the best of the study --------------------------------------------------------------------------- */

/* Best first. */
static void find_leaders(mg_tuning *t, mg_trial *trial) {
    mg_tune_result *r = &t->result;
    for (int64_t i = 0; i < mg_study_trials(t->study); i++) {
        mg_trial now = mg_study_trial(t->study, i);
        if (now.state != MG_TRIAL_COMPLETE) continue;
        int at = r->leaders;
        while (at > 0 && mg__trial_is_better(&now, &trial[at - 1], t->objective.maximise)) at--;
        if (at == MG_LEADERS) continue;
        if (r->leaders < MG_LEADERS) r->leaders++;
        size_t behind = (size_t)(r->leaders - 1 - at);
        memmove(&r->leader[at + 1], &r->leader[at], behind * sizeof *r->leader);
        memmove(&trial[at + 1], &trial[at], behind * sizeof *trial);
        r->leader[at] = (mg_leader){ .number = now.number, .value = now.value, .again = NAN };
        trial[at] = now;
    }
}

/* The reason that most failed trials have. */
static mg_status nothing_came(mg_tuning *t) {
    const char *most = NULL;
    int64_t most_count = 0, trials = mg_study_trials(t->study);
    for (int64_t i = 0; i < trials; i++) {
        mg_trial trial = mg_study_trial(t->study, i);
        int64_t count = 0;
        if (trial.state != MG_TRIAL_FAILED || !trial.reason || !strcmp(trial.reason, MG__INTERRUPTED)) continue;
        for (int64_t j = i; j < trials; j++) {
            mg_trial other = mg_study_trial(t->study, j);
            count += other.state == MG_TRIAL_FAILED && other.reason && !strcmp(other.reason, trial.reason);
        }
        if (count > most_count) most = trial.reason, most_count = count;
    }
    if (t->result.failed == t->result.trials && most)
        return mg__fail(t->context, MG_INVALID, "tune: every trial failed, most often (%" PRId64 " of %" PRId64 ") because: %s",
                        most_count, t->result.failed, most);
    if (t->result.trials > 0) return mg__fail(t->context, MG_INVALID, "tune: no trial was complete: all others were pruned");
    return mg__fail(t->context, MG_INVALID, "tune: no trial ended within %g s; give more time, or trainings fewer epochs",
                    t->options.time);
}

static void count_trials(mg_tuning *t) {
    mg_tune_result *r = &t->result;
    int64_t complete = 0;
    for (int64_t i = 0; i < mg_study_trials(t->study); i++) {
        mg_trial_state state = mg_study_trial(t->study, i).state;
        complete += state == MG_TRIAL_COMPLETE;
        r->pruned += state == MG_TRIAL_PRUNED;
    }
    r->trials = mg_study_finished(t->study);
    r->failed = r->trials - r->pruned - complete;
}

static mg_status weigh_dimensions(mg_tuning *t) {
    enum { LEAST = 4 };
    if (t->result.trials - t->result.pruned - t->result.failed < LEAST) return MG_OK;
    t->importance = mg__alloc_array(t->context, (size_t)mg_space_dimensions(t->space), sizeof *t->importance);
    if (!t->importance) return MG_OUT_OF_MEMORY;
    mg_status status = mg_study_importance(t->study, t->importance);
    if (status == MG_OK) t->result.importance = t->importance;
    if (status != MG_INVALID) return status;
    mg_context_clear(t->context);
    return MG_OK;
}

/* --- once more --------------------------------------------------------------------------------------- */

enum { RUNS = MG_LEADERS * MG_AGAIN };

static mg_status give(mg_tuning *t, const mg_trial *trial, int64_t run) {
    mg__job *job = mg__alloc_zero(t->context, sizeof *job);
    if (!job) return MG_OUT_OF_MEMORY;
    double left = mg__tune_left(t, mg__tune_train_seconds(t));
    job->number = trial->number;
    job->again = 1 + run / t->result.leaders;
    job->seconds = isfinite(left) ? fmax(left, 0.001) : 0;
    memcpy(job->point, trial->point, (size_t)mg_space_dimensions(t->space) * sizeof *job->point);
    const mg__message bytes = { job, sizeof *job };
    mg_status status = mg__crew_give(t->crew, run, &bytes);
    mg__free(t->context, job);
    return status;
}

static mg_status collect(mg_tuning *t, double value[RUNS]) {
    int64_t run;
    mg__message bytes = { 0 };
    mg_status failed = MG_OK;
    char message[MG__MESSAGE_BYTES];
    mg_status status = mg__crew_take(t->crew, 0.1, &run, &bytes, &failed, message);
    if (status == MG_OK && run >= 0 && bytes.size == sizeof(mg__outcome)) {
        const mg__outcome *outcome = bytes.data;
        if (!outcome->cut && outcome->state == MG_TRIAL_COMPLETE) value[run] = outcome->value;
    }
    mg__free(t->context, bytes.data);
    return status;
}

/* Every leader on the same seeds, all first runs before the second ones. */
static mg_status run_again(mg_tuning *t, const mg_trial *trial, double value[RUNS]) {
    int64_t next = 0, runs = t->result.leaders * MG_AGAIN;
    mg_status status = MG_OK;
    t->doing = "again";
    while (status == MG_OK && (next < runs || mg__crew_busy(t->crew) > 0)) {
        bool late = mg__tune_left(t, mg__tune_train_seconds(t)) <= 0;
        if (late || t->interrupted) next = runs, mg__crew_stop(t->crew);
        for (; status == MG_OK && next < runs && mg__crew_idle(t->crew) > 0; next++)
            status = give(t, &trial[next % t->result.leaders], next);
        if (status == MG_OK && mg__crew_busy(t->crew) > 0) status = collect(t, value);
        mg__tune_tell(t, NULL);
    }
    return status;
}

/* The best mean over the study's value and the new runs, where every leader has as many of those. */
static void choose_best(mg_tuning *t, const double value[RUNS]) {
    mg_tune_result *r = &t->result;
    double best = NAN;
    int chosen = 0;
    bool comparable = true;
    for (int i = 0; i < r->leaders; i++) {
        mg_leader *leader = &r->leader[i];
        double sum = 0;
        for (int run = i; run < r->leaders * MG_AGAIN; run += r->leaders)
            if (!isnan(value[run])) sum += value[run], leader->runs++;
        if (leader->runs > 0) leader->again = sum / leader->runs;
        comparable = comparable && leader->runs == MG_AGAIN;
        double mean = (leader->value + sum) / (1 + leader->runs);
        if (isnan(best) || is_better(t, mean, best)) best = mean, chosen = i;
    }
    r->best = r->leader[comparable ? chosen : 0];
    double gap = r->best.value - r->best.again;
    r->optimism = t->objective.maximise ? gap : -gap;
}

/* --- the model --------------------------------------------------------------------------------------- */

typedef struct last_training {
    mg_tuning *tuning;
    double told;
} last_training;

static bool watch_epoch(void *user, const mg_progress *now) {
    const mg_train_options *train = &((last_training *)user)->tuning->train;
    return !train->on_epoch || train->on_epoch(train->user, now);
}

static bool watch_step(void *user, const mg_progress *now) {
    last_training *last = user;
    const mg_train_options *train = &last->tuning->train;
    bool go_on = !train->on_step || train->on_step(train->user, now);
    if (now->seconds - last->told < 0.1) return go_on;
    last->told = now->seconds;
    return mg__tune_tell(last->tuning, NULL) && go_on;
}

/* As the training command does it: on all threads, with the test part. */
static mg_status train_best(mg_tuning *t, const mg_trial *trial) {
    mg__objective as_given = t->objective;
    as_given.train = t->train;
    mg_status status = mg__trial_options(&as_given, t->space, trial->point, &t->result.options, &t->text);
    if (status != MG_OK || t->interrupted) return status;
    mg_train_options options = t->result.options;
    last_training last = { t, 0 };
    options.time = t->options.time > 0 ? fmax(mg__tune_left(t, 0.1), 0.001) : 0;
    options.on_step = watch_step;
    options.on_epoch = watch_epoch;
    options.user = &last;
    t->doing = "train";
    t->model = mg_model_create_with(t->context, t->dataset, &options);
    if (!t->model) return mg_context_status(t->context);
    mg_result result = mg_train(t->model, t->dataset, &options);
    t->result.cut = result.stopped == MG_STOP_TIME;
    if (t->result.cut)
        mg__tune_warn(t, "the time was up in the last training: the command, which has none, gives more than this model");
    if (!t->interrupted) return result.status;
    mg_model_destroy(t->model);
    t->model = NULL;
    return MG_OK;
}

/* --- the end ----------------------------------------------------------------------------------------- */

static void warn_of_few_rows(mg_tuning *t) {
    int64_t rows = t->result.validation_rows;
    if (t->objective.command || t->options.folds > 0 || rows >= 200 || strcmp(t->objective.metric->name, "accuracy")) return;
    mg__tune_warn(t, "trials are judged by %" PRId64 " rows, which tell accuracies apart by %.2g at best; folds (5) use all rows",
                  rows, 1.0 / (double)rows);
}

static const mg_trial *trial_of(const mg_tuning *t, const mg_trial *trial) {
    for (int i = 0; i < t->result.leaders; i++)
        if (trial[i].number == t->result.best.number) return &trial[i];
    return &trial[0];
}

mg_status mg__tune_end(mg_tuning *t) {
    mg_trial trial[MG_LEADERS + 1];
    double value[RUNS];
    mg_status status = MG_OK;
    for (int i = 0; i < RUNS; i++) value[i] = NAN;
    count_trials(t);
    find_leaders(t, trial);
    if (t->result.leaders == 0) return t->interrupted ? MG_OK : nothing_came(t);
    warn_of_few_rows(t);
    status = weigh_dimensions(t);
    if (status == MG_OK && !t->objective.command && !t->interrupted) status = run_again(t, trial, value);
    if (status != MG_OK) return status;
    choose_best(t, value);
    if (t->interrupted) t->result.stopped = MG_TUNE_STOP_INTERRUPTED;
    const mg_trial *best = trial_of(t, trial);
    if (!t->objective.command) return train_best(t, best);
    t->command = mg__program_text(t->context, t->space, t->objective.command, best->point);
    t->result.command = t->command;
    return t->command ? MG_OK : MG_OUT_OF_MEMORY;
}
