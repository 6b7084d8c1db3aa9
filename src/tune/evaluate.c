/* A trial that is one training, or one on each fold. */
#include "tune/evaluate.h"

#include "base/system.h"
#include "tune/program.h"
#include "tune/space.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- outcomes ---------------------------------------------------------------------------------------- */

void mg__outcome_fail(mg__outcome *outcome, const char *format, ...) {
    va_list list;
    va_start(list, format);
    vsnprintf(outcome->reason, sizeof outcome->reason, format, list);
    va_end(list);
    outcome->state = MG_TRIAL_FAILED;
    outcome->value = NAN;
}

bool mg__outcome_step(const mg__objective *objective, const mg__job *job, mg__outcome *outcome, int64_t step, double value) {
    int64_t n = outcome->steps;
    if (n == MG__STEPS_MOST || !isfinite(value) || (n > 0 && step <= outcome->step[n - 1])) return false;
    outcome->step[n] = step;
    outcome->step_value[n] = value;
    outcome->steps = n + 1;
    if (job->again > 0 || job->bar.count == 0) return false;
    return objective->pruner->prune(&job->bar, objective->maximise, outcome->step, outcome->step_value, n + 1);
}

/* --- one training ------------------------------------------------------------------------------------ */

typedef struct watch {
    const mg__objective *objective;
    const mg__job *job;
    const atomic_bool *stop;
    mg__outcome *outcome;
    bool pruned;
} watch;

static bool watch_step(void *user, const mg_progress *now) {
    (void)now;
    return !atomic_load(((const watch *)user)->stop);
}

/* Of many epochs every so many-th is told. */
static bool watch_epoch(void *user, const mg_progress *now) {
    watch *w = user;
    int64_t every = (now->epochs + MG__STEPS_MOST - 1) / MG__STEPS_MOST;
    if (now->scores && now->epoch % (every > 0 ? every : 1) == 0) {
        double value = mg_metric_value(w->objective->metric, now->scores);
        bool prune = mg__outcome_step(w->objective, w->job, w->outcome, now->epoch, value);
        w->pruned = prune && now->epoch < now->epochs;
    }
    return !w->pruned && !atomic_load(w->stop);
}

mg_status mg__trial_options(const mg__objective *objective, const mg_space *space, const double *point, mg_train_options *options,
                            char **text) {
    *options = objective->train;
    *text = NULL;
    mg_status status = mg_space_apply(space, point, options);
    if (status != MG_OK || !objective->searches_model) return status;
    size_t length = mg_space_model(space, point, NULL, 0);
    *text = mg__alloc(space->context, length + 1);
    if (!*text) return MG_OUT_OF_MEMORY;
    mg_space_model(space, point, *text, length + 1);
    options->model = *text;
    return MG_OK;
}

/* What a result says of the trial: a value, or why there is none. */
static void judge(const mg__objective *objective, const watch *w, mg_stop stopped, int64_t epochs, double value) {
    mg__outcome *outcome = w->outcome;
    if (stopped == MG_STOP_INTERRUPTED && w->pruned)
        outcome->state = MG_TRIAL_PRUNED;
    else if (stopped == MG_STOP_INTERRUPTED || stopped == MG_STOP_TIME)
        outcome->cut = true;
    else if (stopped == MG_STOP_DIVERGED)
        mg__outcome_fail(outcome, "diverged: the loss was no longer finite in epoch %lld", (long long)epochs);
    else if (!isfinite(value))
        mg__outcome_fail(outcome, "the %s of the validation rows is not a finite number", objective->metric->name);
    else
        outcome->value = value;
}

/* Other runs have other seeds. */
static int64_t seed_of(const mg__objective *objective, int64_t again) {
    int64_t seed = objective->train.seed;
    if (again == 0) return seed;
    uint64_t mixed = mg__hash_mix(mg__hash_text((uint64_t)again, "again"), (uint64_t)seed);
    return (int64_t)(mixed & 0x1fffffffffffff);
}

static mg_status train_once(watch *w, mg_context *context, const mg_train_options *given) {
    const mg__objective *o = w->objective;
    mg_train_options options = *given;
    const mg_dataset *dataset = o->dataset;
    if (w->job->again > 0 && o->rest) {
        dataset = o->rest;
        options.test_fraction = 0;
        options.val_fraction = o->rest_validation;
    }
    options.time = w->job->seconds;
    options.on_step = watch_step;
    options.on_epoch = watch_epoch;
    options.user = w;
    mg_model *model = mg_model_create_with(context, dataset, &options);
    if (!model) return mg_context_status(context);
    mg_result result = mg_train(model, dataset, &options);
    if (result.status == MG_OK) judge(o, w, result.stopped, result.epochs, mg_metric_value(o->metric, &result.validation));
    mg_model_destroy(model);
    return result.status;
}

/* --- one on each fold -------------------------------------------------------------------------------- */

static mg_status train_fold(watch *w, mg_context *context, const mg_train_options *given, int64_t fold, double seconds,
                            double *value) {
    const mg__objective *o = w->objective;
    mg_train_options options = *given;
    mg__fold_outcome out = { 0 };
    options.time = seconds;
    options.on_step = watch_step;
    options.on_epoch = NULL;
    options.user = w;
    int64_t index = w->job->again % o->frozen->repeats * o->frozen->folds + fold;
    mg_status status = mg__fold_train(context, o->dataset, o->frozen, index, &options, false, &out);
    if (status != MG_OK) return status;
    *value = mg_metric_value(o->metric, &out.scores);
    mg__fold_outcome_free(context, &out);
    judge(o, w, out.stopped, out.epochs, *value);
    if (w->outcome->state == MG_TRIAL_FAILED) {
        char reason[MG__REASON_BYTES];
        memcpy(reason, w->outcome->reason, sizeof reason);
        mg__outcome_fail(w->outcome, "fold %lld: %.200s", (long long)fold + 1, reason);
    }
    return MG_OK;
}

static mg_status train_folds(watch *w, mg_context *context, const mg_train_options *options) {
    const int64_t folds = w->objective->frozen->folds;
    int64_t began = mg__clock();
    double sum = 0;
    mg__outcome *outcome = w->outcome;
    for (int64_t fold = 0; fold < folds; fold++) {
        double value = NAN, left = w->job->seconds - 1e-9 * (double)(mg__clock() - began);
        if (w->job->seconds > 0 && left <= 0) outcome->cut = true;
        if (w->job->seconds <= 0) left = 0;
        mg_status status = outcome->cut ? MG_OK : train_fold(w, context, options, fold, left, &value);
        if (status != MG_OK || outcome->cut || outcome->state != MG_TRIAL_COMPLETE) return status;
        sum += value;
        bool prune = mg__outcome_step(w->objective, w->job, outcome, fold, value);
        if (!prune || fold + 1 == folds) continue;
        outcome->state = MG_TRIAL_PRUNED;
        return MG_OK;
    }
    outcome->value = sum / (double)folds;
    return MG_OK;
}

/* --- the job ----------------------------------------------------------------------------------------- */

static mg_status train(watch *w, mg_context *context) {
    mg_train_options options;
    char *text = NULL;
    mg_space *space = mg__space_copy(context, w->objective->space); /* messages go to the worker's own context */
    mg_status status = space ? mg__trial_options(w->objective, space, w->job->point, &options, &text) : MG_OUT_OF_MEMORY;
    if (status == MG_OK) {
        options.seed = seed_of(w->objective, w->job->again);
        status = w->objective->frozen ? train_folds(w, context, &options) : train_once(w, context, &options);
    }
    mg__free(context, text);
    mg_space_destroy(space);
    return status;
}

/* A training that cannot be done is a trial that failed. */
mg_status mg__trial_work(void *user, mg_context *context, const mg__message *bytes, const atomic_bool *stop,
                         mg__message *result) {
    const mg__objective *objective = user;
    mg__outcome *outcome = mg__alloc_zero(context, sizeof *outcome);
    mg__job *job = mg__alloc(context, sizeof *job);
    if (!outcome || !job || bytes->size != sizeof *job) {
        mg__free(context, outcome);
        mg__free(context, job);
        return MG_OUT_OF_MEMORY;
    }
    memcpy(job, bytes->data, sizeof *job);
    int64_t began = mg__clock();
    outcome->state = MG_TRIAL_COMPLETE;
    outcome->value = NAN;
    watch w = { objective, job, stop, outcome, false };
    if (objective->command) {
        mg__program_evaluate(objective, context, job, stop, outcome);
    } else if (train(&w, context) != MG_OK) {
        mg__outcome_fail(outcome, "%.*s", MG__REASON_BYTES - 1, mg_context_message(context));
        mg_context_clear(context);
    }
    outcome->seconds = 1e-9 * (double)(mg__clock() - began);
    mg__free(context, job);
    *result = (mg__message){ outcome, sizeof *outcome };
    return MG_OK;
}
