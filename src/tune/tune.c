/* A search from beginning to end. */
#include "tune/tune.h"

#include "base/system.h"
#include "data/table.h"
#include "tune/program.h"
#include "tune/space.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- small things ------------------------------------------------------------------------------------ */

const char *mg_tune_stop_name(mg_tune_stop stop) {
    switch (stop) {
#define CASE(id, name, doc) \
    case MG_TUNE_STOP_##id: return name;
        MG_TUNE_STOP_TABLE(CASE)
#undef CASE
    case MG_TUNE_STOP_NONE: break;
    }
    return "none";
}

const char *mg_tune_stop_doc(mg_tune_stop stop) {
    switch (stop) {
#define CASE(id, name, doc) \
    case MG_TUNE_STOP_##id: return doc;
        MG_TUNE_STOP_TABLE(CASE)
#undef CASE
    case MG_TUNE_STOP_NONE: break;
    }
    return "nothing was searched";
}

double mg__tune_seconds(const mg_tuning *t) { return 1e-9 * (double)(mg__clock() - t->began); }

double mg__tune_left(const mg_tuning *t, double reserve) {
    return t->options.time > 0 ? t->options.time - reserve - mg__tune_seconds(t) : INFINITY;
}

void mg__tune_warn(mg_tuning *t, const char *format, ...) {
    int n = t->result.warning_count;
    if (n == MG__TUNE_WARNINGS) return;
    va_list list;
    va_start(list, format);
    vsnprintf(t->warning_text[n], sizeof t->warning_text[n], format, list);
    va_end(list);
    t->warning[n] = t->warning_text[n];
    t->result.warnings = t->warning;
    t->result.warning_count = n + 1;
}

/* Finished and running trials of the file. */
static void count(const mg_tuning *t, mg_tune_progress *now) {
    for (int64_t i = 0; i < mg_study_trials(t->study); i++) {
        mg_trial trial = mg_study_trial(t->study, i);
        now->pruned += trial.state == MG_TRIAL_PRUNED;
        now->running += trial.state == MG_TRIAL_RUNNING;
    }
    now->trials = mg_study_finished(t->study);
    int64_t complete = 0;
    for (int64_t i = 0; i < mg_study_trials(t->study); i++) complete += mg_study_trial(t->study, i).state == MG_TRIAL_COMPLETE;
    now->failed = now->trials - now->pruned - complete;
}

/* By the time that trials took so far, or by what is left of it. */
static double estimate_left(const mg_tuning *t, const mg_tune_progress *now) {
    double by_time = mg__tune_left(t, 0), seconds = 0, known = 0;
    for (int64_t i = 0; i < mg_study_trials(t->study); i++) {
        mg_trial trial = mg_study_trial(t->study, i);
        if (trial.state != MG_TRIAL_COMPLETE && trial.state != MG_TRIAL_PRUNED) continue;
        seconds += trial.seconds;
        known++;
    }
    double by_trials = INFINITY;
    if (known > 0 && now->wanted > 0)
        by_trials = seconds / known * (double)(now->wanted - now->trials) / t->workers + mg__tune_end_seconds(t);
    double left = by_time < by_trials ? by_time : by_trials;
    return isfinite(left) && left > 0 ? left : NAN;
}

bool mg__tune_tell(mg_tuning *t, const mg_trial *told) {
    if (!t->options.callback || t->interrupted) return !t->interrupted;
    const mg_trial *best = mg_study_best(t->study);
    mg_tune_progress now = { .doing = t->doing,
                             .outer = t->outer,
                             .outer_folds = t->options.outer_folds,
                             .wanted = t->wanted < INT64_MAX ? t->wanted : 0,
                             .best = best ? best->value : NAN,
                             .seconds = mg__tune_seconds(t),
                             .told = told };
    count(t, &now);
    now.left = estimate_left(t, &now);
    t->interrupted = !t->options.callback(t->options.user, &now);
    return !t->interrupted;
}

/* --- before the first trial -------------------------------------------------------------------------- */

static mg_status no_such(mg_tuning *t, const char *what, const char *name, const char *(*there)(int index)) {
    char list[256];
    size_t used = 0;
    for (int i = 0; there(i); i++) mg__append(list, sizeof list, &used, "%s%s", i ? ", " : "", there(i));
    return mg__fail(t->context, MG_SETTING, "tune: there is no %s '%s'; there are %s", what, name, list);
}

static mg_status check_options(mg_tuning *t) {
    const mg_tune_options *o = &t->options;
    const mg__pruner *pruner = t->objective.pruner = mg__pruner_find(o->pruner);
    const mg__sampler *sampler = mg__sampler_find(o->sampler);
    if (!sampler) return no_such(t, "sampler", o->sampler, mg_sampler_name);
    if (!pruner) return no_such(t, "pruner", o->pruner, mg_pruner_name);
    if (pruner->needs_folds && o->folds < 2)
        return mg__fail(t->context, MG_SETTING,
                        "tune: the pruner %s compares folds, and there are none; give folds (5), or another pruner",
                        pruner->name);
    if (o->folds == 1 || o->folds < 0 || o->outer_folds == 1 || o->outer_folds < 0)
        return mg__fail(t->context, MG_SETTING, "tune: folds are 2 or more, or 0 for none");
    if (mg_space_dimensions(t->space) == 0)
        return mg__fail(t->context, MG_SETTING,
                        "tune: there is nothing to search; give at least one range, as lr=log:1e-4..1e-1");
    return sampler->check ? sampler->check(t->context, t->space) : MG_OK;
}

static mg_status choose_direction(mg_tuning *t) {
    const mg_metric *metric = t->objective.metric;
    const char *said = t->options.direction;
    bool maximise = metric ? metric->more_is_better : !strcmp(said, "maximize");
    if (strcmp(said, "auto") && strcmp(said, maximise ? "maximize" : "minimize"))
        return mg__fail(t->context, MG_SETTING, "tune: direction: %s of %s is better, so '%s' does not fit; leave it out",
                        maximise ? "more" : "less", metric->name, said);
    t->objective.maximise = t->result.maximise = maximise;
    return MG_OK;
}

/* The training without what is searched, planned: everything that is wrong with it is told before any trial. */
static mg_status plan(mg_tuning *t, int64_t *validation, mg_task *task) {
    mg_train_options options = t->train;
    mg_plan plan;
    if (t->objective.searches_model) options.model = NULL;
    mg_model *model = mg_model_create_with(t->context, t->dataset, &options);
    mg_status status = model ? mg_train_plan(model, t->dataset, &options, &plan) : mg_context_status(t->context);
    if (status == MG_OK) {
        *task = mg_model_task(model);
        *validation = plan.rows[1];
        t->members = plan.members;
        t->epoch_share = (double)plan.epochs;
        mg_model_destroy(model);
        /* A trial is one network. */
        options.members = options.members == MG_AUTO ? 1 : options.members;
        model = mg_model_create_with(t->context, t->dataset, &options);
        status = model ? mg_train_plan(model, t->dataset, &options, &plan) : mg_context_status(t->context);
        if (status == MG_OK) *validation = plan.rows[1];
        if (status == MG_OK) t->epoch_share /= (double)plan.epochs;
        if (status == MG_OK) t->members = t->members > plan.members ? t->members : 1;
    }
    mg_model_destroy(model);
    return status;
}

static mg_status choose_metric(mg_tuning *t, mg_task task) {
    bool usual = !strcmp(t->train.metric, "auto");
    const mg_metric *metric = usual ? NULL : mg_metric_find(t->train.metric);
    for (int i = 0; !metric && mg_metric_row(i); i++)
        if (mg_metric_row(i)->task == task) metric = mg_metric_row(i); /* the first is the main one */
    if (metric->task != task)
        return mg__fail(t->context, MG_SETTING, "tune: metric %s is of a %s, and this is a %s", metric->name,
                        mg_task_name(metric->task), mg_task_name(task));
    t->objective.metric = t->result.metric = metric;
    return MG_OK;
}

/* What other seeds may see: the same rows as the study's own trainings. Where the seed does not choose the test rows, a run with
 * another one keeps them out by itself. */
static bool needs_rest(const mg_train_options *train) {
    bool fixed = !strncmp(train->split, "column:", 7) || !strncmp(train->split, "time:", 5);
    return train->test_fraction > 0 && !fixed;
}

static mg_status freeze(mg_tuning *t) {
    mg__objective *o = &t->objective;
    int64_t folds = t->options.folds;
    bool rest = folds == 0 && needs_rest(&t->train);
    if (folds == 0 && !rest) return MG_OK;
    mg_status status =
        mg__frozen_folds_make(t->context, t->dataset, &o->train, folds ? folds : 2, folds ? 1 + MG_AGAIN : 1, true, &t->frozen);
    if (status != MG_OK) return status;
    if (folds > 0) {
        o->frozen = &t->frozen;
        return MG_OK;
    }
    t->rest = mg__dataset_take(t->context, t->dataset, t->frozen.row, t->frozen.rows);
    o->rest = t->rest;
    double share = o->train.val_fraction;
    o->rest_validation = share == MG_AUTO ? MG_AUTO : share / (1 - o->train.test_fraction);
    return t->rest ? MG_OK : mg_context_status(t->context);
}

static mg_status begin_training(mg_tuning *t, const mg_train_options *train) {
    mg__objective *o = &t->objective;
    int64_t validation = 0;
    mg_task task = MG_TASK_AUTO;
    t->train = *train;
    t->train.time = 0;
    mg_status status = plan(t, &validation, &task);
    if (status == MG_OK) status = choose_metric(t, task);
    if (status != MG_OK) return status;
    o->dataset = t->dataset;
    o->train = t->train;
    o->train.members = t->train.members == MG_AUTO ? 1 : t->train.members;
    o->train.test = NULL;
    o->train.health = false;
    o->train.brief = true;
    o->train.trace = NULL;
    o->train.checkpoints = NULL;
    o->train.resume = false;
    if (t->options.folds == 0 && validation == 0)
        return mg__fail(t->context, MG_SETTING,
                        "tune: there are no validation rows to judge trials by; give a val-fraction above 0, or folds");
    status = freeze(t);
    t->result.validation_rows = t->options.folds > 0 ? t->frozen.rows : validation;
    return status;
}

static mg_status open_study(mg_tuning *t, const char *purpose) {
    mg_study_options options = mg_study_defaults();
    const char *path = t->options.study;
    if (path) t->path = !strcmp(path, "auto") ? mg__tune_path(t, purpose) : mg__strdup(t->context, path);
    options.path = t->result.study = t->path;
    options.sampler = t->options.sampler;
    options.pruner = t->options.pruner;
    options.maximise = t->objective.maximise;
    options.seed = t->options.seed;
    options.batch = t->options.batch;
    options.trials = t->options.trials == MG_AUTO ? 0 : t->options.trials;
    options.purpose = purpose;
    if (path && !t->path) return MG_OUT_OF_MEMORY;
    t->study = mg_study_open(t->context, t->space, &options);
    if (t->study) return MG_OK;
    char message[MG__MESSAGE_BYTES];
    mg_status status = mg_context_status(t->context);
    if (status != MG_SETTING) return status;
    snprintf(message, sizeof message, "%s", mg_context_message(t->context)); /* the settings are right: the file is not theirs */
    return mg__fail(t->context, MG_FILE, "%s", message);
}

/* --- the whole --------------------------------------------------------------------------------------- */

static mg_tuning *create(mg_context *context, const mg_dataset *dataset, const mg_space *space, const mg_tune_options *options) {
    mg_tuning *t = mg__alloc_zero(context, sizeof *t);
    if (!t) return NULL;
    t->context = context;
    t->dataset = dataset;
    t->options = options ? *options : mg_tune_defaults();
    t->began = mg__clock();
    t->doing = "search";
    t->wanted = t->options.trials != MG_AUTO ? t->options.trials : t->options.time > 0 ? INT64_MAX : MG__TUNE_TRIALS;
    t->workers = 1;
    t->result.best = (mg_leader){ .number = -1, .value = NAN, .again = NAN };
    t->result.optimism = t->result.nested_mean = t->result.nested_deviation = NAN;
    t->space = mg__space_copy(context, space);
    t->objective.space = t->space;
    if (t->space) return t;
    mg_tuning_destroy(t);
    return NULL;
}

/* More workers than a batch has trials would have nothing to do; so would threads beyond those. */
static mg_status open_crew(mg_tuning *t, const char *purpose) {
    int64_t batch = t->options.batch, asked = t->options.workers;
    int threads = mg_context_threads(t->context);
    if (asked > batch)
        mg__tune_warn(t, "%" PRId64 " workers, but trials are suggested %" PRId64 " at a time: so many run at once at most",
                      asked, batch);
    int workers = asked == MG_AUTO ? (threads > batch ? (int)batch : MG_AUTO) : (int)(asked < batch ? asked : batch);
    t->crew = mg__crew_open(t->context, workers, mg__hash_mix(mg__hash_text(0, purpose), mg__space_hash(t->space)),
                            mg__trial_work, &t->objective);
    if (!t->crew) return mg_context_status(t->context);
    t->workers = mg__crew_workers(t->crew);
    t->result.served = mg__crew_served(t->crew);
    if (mg__crew_warning(t->crew)) mg__tune_warn(t, "%s", mg__crew_warning(t->crew));
    return MG_OK;
}

static mg_status run(mg_tuning *t) {
    char *purpose = mg__tune_purpose(t);
    mg_status status = purpose ? open_crew(t, purpose) : MG_OUT_OF_MEMORY;
    if (status == MG_OK && !t->result.served) {
        status = open_study(t, purpose);
        if (status == MG_OK) status = mg__tune_search(t);
        if (status == MG_OK) status = mg__tune_end(t);
    }
    mg__crew_close(t->crew);
    t->crew = NULL;
    mg__free(t->context, purpose);
    t->result.seconds = mg__tune_seconds(t);
    return status;
}

static mg_tuning *finished(mg_tuning *t, mg_status status) {
    if (status == MG_OK) return t;
    mg_tuning_destroy(t);
    return NULL;
}

mg_tuning *mg_tune(mg_context *context, const mg_dataset *dataset, const mg_space *space, const mg_train_options *train,
                   const mg_tune_options *options) {
    if (!context || !dataset || !space) return NULL;
    mg_train_options defaults = mg_train_defaults();
    mg_tuning *t = create(context, dataset, space, options);
    if (!t) return NULL;
    if (!train) train = &defaults;
    t->objective.searches_model = space->model.text != NULL;
    mg_status status = check_options(t);
    if (status == MG_OK) status = mg_space_check(t->space, train);
    if (status == MG_OK) status = begin_training(t, train);
    if (status == MG_OK) status = choose_direction(t);
    if (status == MG_OK && t->options.outer_folds > 0) status = mg__tune_nested(t, train);
    if (status == MG_OK) status = run(t);
    return finished(t, status);
}

mg_tuning *mg_tune_command(mg_context *context, const char *command, const mg_space *space, const mg_tune_options *options) {
    if (!context || !command || !space) return NULL;
    mg_tuning *t = create(context, NULL, space, options);
    if (!t) return NULL;
    t->objective.command = command;
    mg_status status = check_options(t);
    if (status == MG_OK && !mg__program_there())
        status = mg__fail(context, MG_UNSUPPORTED, "tune: this system has no programs that could be run");
    if (status == MG_OK && (t->options.folds > 0 || t->options.outer_folds > 0))
        status = mg__fail(context, MG_SETTING, "tune: a program has no folds of ours; leave folds out");
    if (status == MG_OK) status = mg_space_check_fill(t->space, command);
    if (status == MG_OK) status = choose_direction(t);
    if (status == MG_OK) status = run(t);
    return finished(t, status);
}

const mg_tune_result *mg_tuning_result(const mg_tuning *tuning) { return &tuning->result; }
const mg_study *mg_tuning_study(const mg_tuning *tuning) { return tuning->study; }
mg_model *mg_tuning_model(mg_tuning *tuning) { return tuning->model; }

void mg_tuning_destroy(mg_tuning *t) {
    if (!t) return;
    mg__crew_close(t->crew);
    mg_study_close(t->study);
    mg_model_destroy(t->model);
    mg_dataset_destroy(t->rest);
    mg__frozen_folds_free(&t->frozen);
    mg_space_destroy(t->space);
    void *blocks[] = { t->text, t->command, t->path, t->importance, t->nested };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(t->context, blocks[i]);
    mg__free(t->context, t);
}
