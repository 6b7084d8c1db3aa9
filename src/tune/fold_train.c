/* One training of a cross-validation, and what it says about the rows that it did not see. */
#include "data/encoder.h"
#include "data/table.h"
#include "train/model.h"
#include "tune/frozen_folds.h"

#include <math.h>
#include <string.h>

#define SEEDS ((UINT64_C(1) << 53) - 1) /* as many as the setting has */

/* Places in the folds, not rows of the dataset. */
typedef struct places {
    int64_t *train, *judged;
    int64_t train_count, judged_count;
} places;

typedef struct fold_run {
    mg_context *context;
    const mg_dataset *dataset;
    const mg__frozen_folds *folds;
    int64_t index;
    mg_train_options options; /* of this training */
    char *drop;               /* what its text points to */
    places places;
    mg_dataset *train, *judged;
    mg_model *model;
} fold_run;

/* --- rows -------------------------------------------------------------------------------------------- */

static mg_status find_places(fold_run *r) {
    const mg__frozen_folds *f = r->folds;
    places *p = &r->places;
    p->train = mg__alloc_array(r->context, (size_t)f->rows, sizeof *p->train);
    p->judged = mg__alloc_array(r->context, (size_t)f->rows, sizeof *p->judged);
    if (!p->train || !p->judged) return MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < f->rows; i++) {
        if (mg__fold_trains(f, r->index, i)) p->train[p->train_count++] = i;
        if (mg__fold_judges(f, r->index, i)) p->judged[p->judged_count++] = i;
    }
    return MG_OK;
}

static int64_t *rows_of(const fold_run *r, const int64_t *place, int64_t count) {
    int64_t *rows = mg__alloc_array(r->context, (size_t)count, sizeof *rows);
    for (int64_t i = 0; rows && i < count; i++) rows[i] = r->folds->row[place[i]];
    return rows;
}

/* Rows of a split's part are places again. */
static int64_t take_places(const fold_run *r, const int64_t *rows, int64_t count, int64_t *place) {
    int64_t kept = 0;
    for (int64_t i = 0; i < r->places.train_count && kept < count; i++)
        if (r->folds->row[place[i]] == rows[kept]) place[kept++] = place[i];
    return kept;
}

/* A part that is split off is the beginning of one order, so the rest of a larger one holds that of a smaller one. By time what
 * is split off is the newest, which is what stays then. */
static mg_status keep_share(fold_run *r, double share) {
    const mg__frozen_folds *f = r->folds;
    places *p = &r->places;
    bool newest = f->kind == MG__SPLIT_TIME;
    mg__split split = { 0 };
    mg__split_request request = { .plan.kind = f->kind == MG__SPLIT_COLUMN ? MG__SPLIT_AUTO : f->kind,
                                  .count = p->train_count,
                                  .classes = (int32_t)f->classes.count,
                                  .test_fraction = newest ? share : 1 - share,
                                  .seed = (uint64_t)r->options.seed };
    if (share >= 1) return MG_OK;
    if (f->column >= 0) request.plan.column = mg_dataset_column_name(r->dataset, f->column);
    int64_t *rows = rows_of(r, p->train, p->train_count);
    int32_t *labels = f->label ? mg__alloc_array(r->context, (size_t)p->train_count, sizeof *labels) : NULL;
    mg_status status = rows && (labels || !f->label) ? MG_OK : MG_OUT_OF_MEMORY;
    for (int64_t i = 0; labels && i < p->train_count; i++) labels[i] = f->label[p->train[i]];
    request.rows = rows;
    request.labels = labels;
    if (status == MG_OK) status = mg__split_by(r->context, r->dataset, &request, &split);
    if (status == MG_OK)
        p->train_count = newest ? take_places(r, split.test, split.test_count, p->train)
                                : take_places(r, split.train, split.train_count, p->train);
    mg__split_free(r->context, &split);
    mg__free(r->context, labels);
    mg__free(r->context, rows);
    return status;
}

static mg_dataset *take(const fold_run *r, const int64_t *place, int64_t count) {
    int64_t *rows = rows_of(r, place, count);
    mg_dataset *taken = rows ? mg__dataset_take(r->context, r->dataset, rows, count) : NULL;
    mg__free(r->context, rows);
    return taken;
}

/* --- settings ---------------------------------------------------------------------------------------- */

/* The column that says folds is no feature: "NAME" beside what is dropped already, quoted as in a list of columns. */
static mg_status drop_column(fold_run *r, const char *name) {
    const char *before = r->options.drop ? r->options.drop : "";
    size_t used = 0, size = strlen(before) + 2 * strlen(name) + 4;
    r->drop = mg__alloc(r->context, size);
    if (!r->drop) return MG_OUT_OF_MEMORY;
    mg__append(r->drop, size, &used, "%s%s\"", before, *before ? "," : "");
    for (const char *c = name; *c; c++) mg__append(r->drop, size, &used, *c == '"' ? "\"\"" : "%c", *c);
    mg__append(r->drop, size, &used, "\"");
    r->options.drop = r->drop;
    return MG_OK;
}

/* Groups and times: is there more than one among the training rows, so that some can validate? */
static mg_status has_parts(const fold_run *r, bool *parts) {
    int64_t count = r->places.train_count, distinct = 0, *rows = rows_of(r, r->places.train, count),
            *group = mg__alloc_array(r->context, (size_t)count, sizeof *group);
    mg_status status = rows && group ? MG_OK : MG_OUT_OF_MEMORY;
    if (status == MG_OK) status = mg__split_groups(r->context, r->dataset, r->folds->column, rows, count, group, &distinct);
    *parts = distinct > 1;
    mg__free(r->context, rows);
    mg__free(r->context, group);
    return status;
}

static mg_status set_options(fold_run *r) {
    const mg__frozen_folds *f = r->folds;
    mg_train_options *own = &r->options;
    uint64_t repeat = (uint64_t)(r->index / f->folds);
    bool parts = true;
    mg_status status = MG_OK;
    own->target = mg_dataset_column_name(r->dataset, f->target);
    own->task = mg_task_name(f->task);
    own->test = NULL;
    own->test_fraction = 0;
    own->checkpoints = NULL;
    own->resume = false;
    own->trace = NULL;
    if (repeat > 0) own->seed = (int64_t)(mg__hash_mix((uint64_t)own->seed, repeat) & SEEDS);
    if (f->kind == MG__SPLIT_COLUMN) {
        own->split = "auto";
        return drop_column(r, mg_dataset_column_name(r->dataset, f->column));
    }
    if (f->kind == MG__SPLIT_GROUP || f->kind == MG__SPLIT_TIME) status = has_parts(r, &parts);
    if (!parts) own->val_fraction = 0;
    return status;
}

/* --- judging ----------------------------------------------------------------------------------------- */

/* Column of each of the model's classes among those of all rows. */
static mg_status map_classes(const fold_run *r, int64_t *column, bool *known) {
    const mg__classes *own = &r->model->encoder->classes;
    for (size_t k = 0; k < own->count; k++) {
        column[k] = mg__classes_find(&r->folds->classes, own->item[k].name, own->item[k].value);
        if (column[k] < 0) return mg__fail(r->context, MG_INVALID, "folds: a class that no row of them has");
        known[column[k]] = true;
    }
    return MG_OK;
}

/* answers [rows, own classes] -> prediction [rows, all classes], and the class that is predicted. */
static mg_status spread_answers(const fold_run *r, const double *answers, mg__fold_outcome *o) {
    const mg__frozen_folds *f = r->folds;
    int64_t rows = r->places.judged_count, own = mg_model_outputs(r->model), all = (int64_t)f->classes.count;
    int64_t *column = mg__alloc_array(r->context, (size_t)own, sizeof *column);
    bool *known = mg__alloc_array(r->context, (size_t)all, sizeof *known);
    o->predicted = mg__alloc_array(r->context, (size_t)rows, sizeof *o->predicted);
    mg_status status = column && known && o->predicted ? map_classes(r, column, known) : MG_OUT_OF_MEMORY;
    double *out = o->prediction->data;
    for (int64_t i = 0; i < rows && status == MG_OK; i++) {
        const double *answer = answers + i * own;
        for (int64_t k = 0; k < own; k++) out[i * all + column[k]] = answer[k];
        o->predicted[i] = (int32_t)column[mg_model_decide(r->model, answer)];
        o->strangers += !known[f->label[r->places.judged[i]]];
    }
    mg__free(r->context, column);
    mg__free(r->context, known);
    return status;
}

/* Whether a word among numbers happens to be among the rows that trained is no reason to refuse it. */
static void let_strays_in(mg_model *model) {
    for (size_t i = 0; i < model->encoder->features; i++) model->encoder->feature[i].strays = true;
}

static mg_status judge(fold_run *r, mg__fold_outcome *o) {
    const mg__frozen_folds *f = r->folds;
    int64_t rows = r->places.judged_count, shape[2] = { rows, f->label ? (int64_t)f->classes.count : 1 };
    r->judged = take(r, r->places.judged, rows);
    if (!r->judged) return mg_context_status(r->context);
    let_strays_in(r->model);
    mg_tensor *answers = mg_model_predict(r->model, r->judged);
    if (!answers) return mg_context_status(r->context);
    mg_status status = MG_OK;
    if (f->label) {
        o->prediction = mg_tensor_create(r->context, MG_F64, 2, shape);
        status = o->prediction ? spread_answers(r, answers->data, o) : MG_OUT_OF_MEMORY;
        mg_tensor_destroy(answers);
    } else {
        o->prediction = answers;
    }
    if (status == MG_OK)
        status = mg__fold_score(r->context, r->dataset, f, r->places.judged, rows, o->prediction->data, o->predicted,
                                r->options.weight, &o->scores);
    return status;
}

static mg_status weigh(mg_context *context, const mg_dataset *dataset, const mg__frozen_folds *f, const int64_t *place,
                       int64_t rows, const char *name, double *weights) {
    int64_t column = mg_dataset_find(dataset, name);
    if (column < 0) return mg__no_such_column(context, dataset, "weight", name);
    for (int64_t i = 0; i < rows; i++) {
        weights[i] = mg_dataset_number(dataset, f->row[place[i]], column);
        if (weights[i] >= 0 && isfinite(weights[i])) continue;
        return mg__fail(context, MG_FORMAT,
                        "%s, line %lld: the weight '%s' is missing, negative or no number; correct it, or drop the row",
                        mg_dataset_source(dataset), (long long)mg_dataset_line(dataset, f->row[place[i]]), name);
    }
    return MG_OK;
}

mg_status mg__fold_score(mg_context *context, const mg_dataset *dataset, const mg__frozen_folds *f, const int64_t *place,
                         int64_t rows, const double *answers, const int32_t *predicted, const char *weight, mg_scores *scores) {
    size_t count = (size_t)rows;
    int32_t *labels = f->label ? mg__alloc_array(context, count, sizeof *labels) : NULL;
    double *targets = f->label ? NULL : mg__alloc_array(context, count, sizeof *targets);
    double *weights = weight ? mg__alloc_array(context, count, sizeof *weights) : NULL;
    mg_status status = (labels || targets) && (weights || !weight) ? MG_OK : MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < rows && status == MG_OK; i++) {
        if (labels) labels[i] = f->label[place[i]];
        if (targets) targets[i] = mg_dataset_number(dataset, f->row[place[i]], f->target);
    }
    if (status == MG_OK && weights) status = weigh(context, dataset, f, place, rows, weight, weights);
    mg_scored scored = { .rows = rows,
                         .columns = f->label ? (int64_t)f->classes.count : 1,
                         .values = answers,
                         .labels = labels,
                         .targets = targets,
                         .weights = weights,
                         .predicted = predicted };
    if (status == MG_OK) status = mg_scores_of(context, f->task, &scored, scores);
    mg__free(context, labels);
    mg__free(context, targets);
    mg__free(context, weights);
    return status;
}

/* --- all of it --------------------------------------------------------------------------------------- */

static char *join_warnings(mg_context *context, const mg_result *result) {
    size_t size = 1, used = 0;
    for (int i = 0; i < result->warning_count; i++) size += strlen(result->warnings[i]) + 1;
    char *text = mg__alloc_zero(context, size);
    for (int i = 0; text && i < result->warning_count; i++) mg__append(text, size, &used, "%s\n", result->warnings[i]);
    return text;
}

/* Which fold it was matters where the rows are to blame, not where a setting is. */
static mg_status name_fold(const fold_run *r, mg_status status) {
    char message[MG__MESSAGE_BYTES];
    size_t used = 0;
    if (status != MG_FORMAT) return status;
    mg__append(message, sizeof message, &used, "%s", mg_context_message(r->context));
    return mg__fail(r->context, status, "fold %lld of %lld: %.900s", (long long)(r->index % r->folds->folds + 1),
                    (long long)r->folds->folds, message);
}

static mg_status train(fold_run *r, mg__fold_outcome *o) {
    r->train = take(r, r->places.train, r->places.train_count);
    if (!r->train) return mg_context_status(r->context);
    r->model = mg_model_create_with(r->context, r->train, &r->options);
    if (!r->model) return mg_context_status(r->context);
    mg_result result = mg_train(r->model, r->train, &r->options);
    if (result.status != MG_OK) return result.status;
    o->train = result.train;
    o->stopped = result.stopped;
    o->epochs = result.epochs;
    o->best_epoch = result.best_epoch;
    o->parameters = result.parameters;
    o->seconds = result.seconds;
    o->train_rows = r->places.train_count;
    o->warnings = join_warnings(r->context, &result);
    return o->warnings ? MG_OK : MG_OUT_OF_MEMORY;
}

mg_status mg__fold_train_share(mg_context *context, const mg_dataset *dataset, const mg__frozen_folds *frozen, int64_t index,
                               const mg_train_options *options, double share, bool predictions, mg__fold_outcome *outcome) {
    fold_run r = { .context = context, .dataset = dataset, .folds = frozen, .index = index, .options = *options };
    *outcome = (mg__fold_outcome){ .scores = mg_scores_none(), .train = mg_scores_none() };
    mg_status status = find_places(&r);
    if (status == MG_OK) status = keep_share(&r, share);
    if (status == MG_OK) status = set_options(&r);
    if (status == MG_OK) status = train(&r, outcome);
    if (status == MG_OK) status = judge(&r, outcome);
    if (status != MG_OK) status = name_fold(&r, status);
    if (status != MG_OK || !predictions) mg__fold_outcome_free(context, outcome);
    mg_model_destroy(r.model);
    mg_dataset_destroy(r.train);
    mg_dataset_destroy(r.judged);
    mg__free(context, r.drop);
    mg__free(context, r.places.train);
    mg__free(context, r.places.judged);
    return status;
}

mg_status mg__fold_train(mg_context *context, const mg_dataset *dataset, const mg__frozen_folds *frozen, int64_t index,
                         const mg_train_options *options, bool predictions, mg__fold_outcome *outcome) {
    return mg__fold_train_share(context, dataset, frozen, index, options, 1, predictions, outcome);
}

void mg__fold_outcome_free(mg_context *context, mg__fold_outcome *o) {
    mg_tensor_destroy(o->prediction);
    mg__free(context, o->predicted);
    mg__free(context, o->warnings);
    o->prediction = NULL;
    o->predicted = NULL;
    o->warnings = NULL;
}
