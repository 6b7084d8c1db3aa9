/* Cross-validation: trainings handed out to a crew, and what comes back. */
#include "tune/cross_validation.h"

#include "data/table.h"
#include "train/learner.h"
#include "tune/crew.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FOLDS_TOLD   5 /* of one kind of trouble */
#define TAKE_SECONDS 0.1

mg_cross_validation_options mg_cross_validation_defaults(void) {
    return (mg_cross_validation_options){ .folds = 5, .repeats = 1, .workers = MG_AUTO, .answers = true };
}

/* --- a job: one training, as bytes -------------------------------------------------------------------- */

/* Fold after fold, all candidates of one before the next: what is there early can be compared. */
typedef struct job {
    int32_t candidate;
    int64_t index; /* of the fold */
} job;

/* A result: this, then the answers [rows, outputs], the predicted classes [rows] and the warnings. */
typedef struct packed {
    mg__fold_outcome outcome; /* its pointers mean nothing */
    uint64_t answer_bytes, predicted_bytes, warning_bytes;
} packed;

static bool go_on(void *user, const mg_progress *progress) {
    (void)progress;
    const atomic_bool *stop = user;
    return !atomic_load(stop);
}

static mg_status pack(mg_context *context, const mg__fold_outcome *o, mg__message *result) {
    const char *warnings = o->warnings ? o->warnings : "";
    packed head = { .outcome = *o, .warning_bytes = strlen(warnings) + 1 };
    if (o->prediction) head.answer_bytes = mg_tensor_bytes(o->prediction);
    if (o->predicted) head.predicted_bytes = (uint64_t)o->prediction->shape[0] * sizeof *o->predicted;
    result->size = sizeof head + head.answer_bytes + head.predicted_bytes + head.warning_bytes;
    char *at = result->data = mg__alloc(context, result->size);
    if (!at) return MG_OUT_OF_MEMORY;
    head.outcome.prediction = NULL;
    head.outcome.predicted = NULL;
    head.outcome.warnings = NULL;
    const void *parts[] = { &head, o->prediction ? o->prediction->data : NULL, o->predicted, warnings };
    const uint64_t bytes[] = { sizeof head, head.answer_bytes, head.predicted_bytes, head.warning_bytes };
    for (int i = 0; i < 4; i++) {
        if (bytes[i] > 0) memcpy(at, parts[i], bytes[i]);
        at += bytes[i];
    }
    return MG_OK;
}

static mg_status train(void *user, mg_context *context, const mg__message *bytes, const atomic_bool *stop, mg__message *result) {
    const mg__validation *v = user;
    const job *j = bytes->data;
    mg_train_options options = v->given[j->candidate].options;
    mg__fold_outcome outcome;
    options.weight = v->given[0].options.weight;
    options.on_step = options.on_epoch = go_on;
    options.user = (void *)stop; /* only read */
    mg_status status = mg__fold_train_share(context, v->dataset, &v->folds, j->index, &options, v->given[j->candidate].share,
                                            v->how.answers, &outcome);
    if (status == MG_OK && atomic_load(stop)) outcome.stopped = MG_STOP_INTERRUPTED;
    if (status == MG_OK) status = pack(context, &outcome, result);
    mg__fold_outcome_free(context, &outcome);
    return status;
}

/* --- what comes back ---------------------------------------------------------------------------------- */

mg_status mg__validation_warn(mg__validation *v, const char *format, ...) {
    char text[MG__MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (!mg__grow(v->context, &v->warning, &v->warning_capacity, v->warnings + 1, sizeof *v->warning)) return MG_OUT_OF_MEMORY;
    v->warning[v->warnings] = mg__strdup(v->context, text);
    if (!v->warning[v->warnings]) return MG_OUT_OF_MEMORY;
    v->warnings++;
    return MG_OK;
}

/* The first candidate's first fold speaks for all. */
static mg_status keep_warnings(mg__validation *v, const char *text) {
    mg_status status = MG_OK;
    for (const char *end; status == MG_OK && (end = strchr(text, '\n')) != NULL; text = end + 1)
        status = mg__validation_warn(v, "%.*s", (int)(end - text), text);
    return status;
}

/* The answers of a fold's rows go to those rows' places. */
static void keep_answers(mg__validation *v, const job *j, const double *answers, const int32_t *predicted) {
    mg_cross_validated *c = &v->candidate[j->candidate];
    int64_t rows = v->folds.rows, outputs = v->shown.outputs, first = j->index / v->folds.folds * rows, at = 0;
    double *answer = (double *)c->answer + first * outputs; /* ours */
    int32_t *prediction = (int32_t *)c->prediction;
    for (int64_t i = 0; i < rows; i++) {
        if (!mg__fold_judges(&v->folds, j->index, i)) continue;
        memcpy(answer + i * outputs, answers + at * outputs, (size_t)outputs * sizeof *answer);
        if (prediction) prediction[first + i] = predicted[at];
        at++;
    }
}

static mg_status keep(mg__validation *v, const job *j, const mg__message *result) {
    const packed *head = result->data;
    const mg__fold_outcome *o = &head->outcome;
    const char *at = (const char *)result->data + sizeof *head;
    mg_fold *fold = (mg_fold *)&v->candidate[j->candidate].fold[j->index];
    if (o->stopped == MG_STOP_INTERRUPTED) return MG_OK; /* half a training is none */
    *fold = (mg_fold){ .repeat = j->index / v->folds.folds,
                       .fold = j->index % v->folds.folds,
                       .done = true,
                       .scores = o->scores,
                       .train = o->train,
                       .stopped = o->stopped,
                       .train_rows = o->train_rows,
                       .epochs = o->epochs,
                       .best_epoch = o->best_epoch,
                       .parameters = o->parameters,
                       .strangers = o->strangers,
                       .seconds = o->seconds };
    v->candidate[j->candidate].done++;
    if (v->how.answers)
        keep_answers(v, j, (const double *)(const void *)at, (const int32_t *)(const void *)(at + head->answer_bytes));
    if (j->candidate > 0 || j->index > 0) return MG_OK;
    return keep_warnings(v, at + head->answer_bytes + head->predicted_bytes);
}

/* --- all of them -------------------------------------------------------------------------------------- */

typedef struct run {
    mg__validation *v;
    mg__crew *crew;
    int64_t given, back, total; /* jobs */
    int64_t failed;             /* the first job, in their order, that failed; -1: none did */
    mg_status status;           /* how */
    char message[MG__MESSAGE_BYTES];
    double began;
} run;

static job job_of(const run *r, int64_t tag) {
    return (job){ (int32_t)(tag % r->v->shown.candidates), tag / r->v->shown.candidates };
}

static mg_status give(run *r) {
    mg_status status = MG_OK;
    while (status == MG_OK && r->failed < 0 && !r->v->shown.interrupted && r->given < r->total && mg__crew_idle(r->crew) > 0) {
        job next = job_of(r, r->given);
        status = mg__crew_give(r->crew, r->given, &(mg__message){ &next, sizeof next });
        r->given += status == MG_OK;
    }
    return status;
}

static mg_status take(run *r) {
    mg__message result = { 0 };
    mg_status failed = MG_OK, status;
    char message[MG__MESSAGE_BYTES];
    int64_t tag;
    status = mg__crew_take(r->crew, TAKE_SECONDS, &tag, &result, &failed, message);
    if (status != MG_OK || tag < 0) return status;
    job done = job_of(r, tag);
    r->back++;
    if (failed == MG_OK) {
        status = keep(r->v, &done, &result);
    } else if (!r->v->shown.interrupted && (r->failed < 0 || tag < r->failed)) {
        r->failed = tag;
        r->status = failed;
        memcpy(r->message, message, sizeof message);
    }
    mg__free(r->v->context, result.data);
    return status;
}

static void tell(run *r) {
    mg__validation *v = r->v;
    mg_cross_validation_progress progress = { r->back, r->total, mg__now() - r->began };
    if (v->shown.interrupted || !v->how.callback || v->how.callback(v->how.user, &progress)) return;
    v->shown.interrupted = true;
    mg__crew_stop(r->crew);
}

/* Jobs are given in their order, so the first that fails is the same on any crew: those before it are waited for. */
static mg_status run_all(run *r) {
    mg_status status = give(r);
    while (status == MG_OK && r->back < r->given) {
        status = take(r);
        if (status == MG_OK) tell(r);
        if (status == MG_OK) status = give(r);
    }
    if (status == MG_OK && r->failed >= 0) status = mg__fail(r->v->context, r->status, "%s", r->message);
    return status;
}

/* All that jobs depend on: data, folds, settings. */
static uint64_t hash_of(const mg__validation *v) {
    uint64_t hash = mg__hash_mix(mg__dataset_hash(v->dataset), (uint64_t)v->shown.candidates);
    hash = mg__hash_bytes(hash, v->folds.fold, (size_t)(v->folds.repeats * v->folds.rows) * sizeof *v->folds.fold);
    for (int i = 0; i < v->shown.candidates; i++) {
        hash = mg__hash_bytes(hash, &v->given[i].share, sizeof v->given[i].share);
        for (const mg_option *row = mg_settings_table(); row->name; row++) {
            char text[1024];
            if (!mg_setting_of_training(row)) continue;
            mg_option_get(row, &v->given[i].options, text, sizeof text);
            hash = mg__hash_text(hash, text);
        }
    }
    return hash;
}

static mg_status train_all(mg__validation *v) {
    run r = { .v = v, .failed = -1, .began = mg__now() };
    r.total = v->shown.candidates * v->folds.folds * v->folds.repeats;
    r.crew = mg__crew_open(v->context, (int)v->how.workers, hash_of(v), train, v);
    if (!r.crew) return mg_context_status(v->context);
    v->shown.served = mg__crew_served(r.crew);
    v->shown.workers = mg__crew_workers(r.crew);
    mg_status status = MG_OK;
    if (mg__crew_warning(r.crew)) status = mg__validation_warn(v, "%s", mg__crew_warning(r.crew));
    if (status == MG_OK && !v->shown.served) status = run_all(&r);
    mg__crew_close(r.crew);
    v->shown.seconds = mg__now() - r.began;
    return status;
}

/* --- before and after --------------------------------------------------------------------------------- */

static mg_status check(mg_context *context, const mg_candidate *candidates, int count, const mg_cross_validation_options *how) {
    if (!candidates || count < 1 || count > 256)
        return mg__fail(context, MG_INVALID, "cross-validation: %d candidates; wanted 1 to 256", count);
    for (int i = 0; i < count; i++)
        if (!(candidates[i].share > 0 && candidates[i].share <= 1))
            return mg__fail(context, MG_INVALID, "cross-validation: a share of %g; wanted above 0, and at most 1",
                            candidates[i].share);
    if (how->workers != MG_AUTO && (how->workers < 1 || how->workers > 256))
        return mg__fail(context, MG_SETTING, "workers: %lld; wanted 1 to 256", (long long)how->workers);
    return MG_OK;
}

static mg_status open_answers(mg__validation *v, mg_cross_validated *c) {
    size_t places, values;
    if (!mg__size_multiply((size_t)v->folds.repeats, (size_t)v->folds.rows, &places) ||
        !mg__size_multiply(places, (size_t)v->shown.outputs, &values))
        return mg__fail_memory(v->context, SIZE_MAX);
    double *answer = mg__alloc_array(v->context, values, sizeof *answer);
    int32_t *prediction = v->folds.label ? mg__alloc_array(v->context, places, sizeof *prediction) : NULL;
    for (size_t i = 0; answer && i < values; i++) answer[i] = NAN;
    for (size_t i = 0; prediction && i < places; i++) prediction[i] = -1;
    c->answer = answer;
    c->prediction = prediction;
    return answer && (prediction || !v->folds.label) ? MG_OK : MG_OUT_OF_MEMORY;
}

static mg_status open_candidates(mg__validation *v, int count) {
    v->candidate = mg__alloc_array(v->context, (size_t)count, sizeof *v->candidate);
    if (!v->candidate) return MG_OUT_OF_MEMORY;
    v->shown.candidate = v->candidate;
    v->shown.candidates = count;
    for (int i = 0; i < count; i++) {
        mg_cross_validated *c = &v->candidate[i];
        const mg_candidate *g = &v->given[i];
        c->folds = v->folds.folds * v->folds.repeats;
        c->fold = mg__alloc_array(v->context, (size_t)c->folds, sizeof *c->fold);
        c->name = mg__strdup(v->context, g->name ? g->name : g->options.model ? g->options.model : "auto");
        if (!c->fold || !c->name) return MG_OUT_OF_MEMORY;
        mg_status status = v->how.answers ? open_answers(v, c) : MG_OK;
        if (status != MG_OK) return status;
    }
    return MG_OK;
}

static mg_status show_folds(mg__validation *v) {
    mg_cross_validation *s = &v->shown;
    const mg__frozen_folds *f = &v->folds;
    s->task = f->task;
    s->target = f->target;
    s->folds = f->folds;
    s->repeats = f->repeats;
    s->rows = f->rows;
    s->row = f->row;
    s->fold = f->fold;
    s->label = f->label;
    s->classes = (int64_t)f->classes.count;
    s->outputs = f->label ? s->classes : 1;
    v->class_name = mg__alloc_array(v->context, f->classes.count, sizeof *v->class_name);
    for (size_t k = 0; v->class_name && k < f->classes.count; k++) v->class_name[k] = f->classes.item[k].name;
    s->class_name = v->class_name;
    return v->class_name ? MG_OK : MG_OUT_OF_MEMORY;
}

/* Of all candidates together, by fold. */
static mg_status warn_of_folds(mg__validation *v, bool (*is_so)(const mg_fold *fold), const char *what) {
    char list[128];
    size_t used = 0;
    int64_t count = 0;
    *list = 0;
    for (int64_t i = 0; i < v->candidate[0].folds; i++) {
        bool so = false;
        for (int c = 0; c < v->shown.candidates; c++)
            so = so || (v->candidate[c].fold[i].done && is_so(&v->candidate[c].fold[i]));
        if (!so) continue;
        if (count < FOLDS_TOLD)
            mg__append(list, sizeof list, &used, "%s%lld", count ? ", " : "", (long long)i % v->folds.folds + 1);
        count++;
    }
    if (count > FOLDS_TOLD) mg__append(list, sizeof list, &used, " and %lld more", (long long)(count - FOLDS_TOLD));
    return count > 0 ? mg__validation_warn(v, "in fold%s %s %s", count > 1 ? "s" : "", list, what) : MG_OK;
}

static bool has_strangers(const mg_fold *fold) { return fold->strangers > 0; }
static bool diverged(const mg_fold *fold) { return fold->stopped == MG_STOP_DIVERGED; }

static mg_status conclude(mg__validation *v) {
    mg_status status = mg__validation_summarise(v);
    if (status == MG_OK)
        status = warn_of_folds(v, has_strangers,
                               "are rows of a class that no row outside has: they count as mistakes, whatever is predicted");
    if (status == MG_OK)
        status = warn_of_folds(v, diverged, "the loss was no longer finite; the best epoch before that was kept");
    v->shown.warning = (const char *const *)v->warning;
    v->shown.warnings = (int)v->warnings;
    v->dataset = NULL;
    v->given = NULL;
    return status;
}

mg_cross_validation *mg_cross_validate_all(mg_context *context, const mg_dataset *dataset, const mg_candidate *candidates,
                                           int count, const mg_cross_validation_options *how) {
    if (!context || !dataset) return NULL;
    mg_cross_validation_options defaults = mg_cross_validation_defaults();
    if (!how) how = &defaults;
    if (check(context, candidates, count, how) != MG_OK) return NULL;
    mg__validation *v = mg__alloc_zero(context, sizeof *v);
    if (!v) return NULL;
    *v = (mg__validation){ .context = context, .dataset = dataset, .given = candidates, .how = *how };
    mg_status status =
        mg__frozen_folds_make(context, dataset, &candidates[0].options, how->folds, how->repeats, false, &v->folds);
    if (status == MG_OK) status = show_folds(v);
    if (status == MG_OK) status = open_candidates(v, count);
    if (status == MG_OK) status = train_all(v);
    if (status == MG_OK && !v->shown.served) status = conclude(v);
    if (status == MG_OK) return &v->shown;
    mg_cross_validation_destroy(&v->shown);
    return NULL;
}

mg_cross_validation *mg_cross_validate(mg_context *context, const mg_dataset *dataset, const mg_train_options *options,
                                       const mg_cross_validation_options *how) {
    mg_candidate one = { .options = options ? *options : mg_train_defaults(), .share = 1 };
    return mg_cross_validate_all(context, dataset, &one, 1, how);
}

void mg_cross_validation_destroy(mg_cross_validation *cv) {
    if (!cv) return;
    mg__validation *v = (mg__validation *)(void *)cv;
    mg_context *context = v->context;
    for (int i = 0; i < v->shown.candidates; i++) {
        mg_cross_validated *c = &v->candidate[i];
        const void *blocks[] = { c->name, c->fold, c->confusion, c->answer, c->prediction };
        for (int k = 0; k < 5; k++) mg__free(context, (void *)blocks[k]);
    }
    for (size_t i = 0; i < v->warnings; i++) mg__free(context, v->warning[i]);
    mg__free(context, v->warning);
    mg__free(context, v->candidate);
    mg__free(context, v->class_name);
    mg__frozen_folds_free(&v->folds);
    mg__free(context, v);
}
