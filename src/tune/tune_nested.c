/* Nested cross-validation (Varma & Simon 2006): what the whole search, its choosing included, comes to on rows that no part of it
 * has seen. */
#include "data/table.h"
#include "tune/tune.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct outer {
    mg_tuning *tuning;
    int64_t fold;
} outer;

static bool tell_outer(void *user, const mg_tune_progress *progress) {
    const outer *o = user;
    mg_tuning *t = o->tuning;
    mg_tune_progress now = *progress;
    now.outer = o->fold + 1;
    now.outer_folds = t->options.outer_folds;
    now.seconds = mg__tune_seconds(t);
    if (t->options.callback && !t->options.callback(t->options.user, &now)) t->interrupted = true;
    return !t->interrupted;
}

/* The rows that are on the fold's one side. */
static mg_dataset *side(mg_tuning *t, const mg__frozen_folds *folds, int64_t fold, bool judged) {
    int64_t count = 0, *rows = mg__alloc_array(t->context, (size_t)folds->rows, sizeof *rows);
    if (!rows) return NULL;
    for (int64_t i = 0; i < folds->rows; i++)
        if (judged ? mg__fold_judges(folds, fold, i) : mg__fold_trains(folds, fold, i)) rows[count++] = folds->row[i];
    mg_dataset *dataset = mg__dataset_take(t->context, t->dataset, rows, count);
    mg__free(t->context, rows);
    return dataset;
}

static mg_status search_without(mg_tuning *t, const mg_train_options *train, const mg__frozen_folds *folds, int64_t fold,
                                const char *path) {
    outer user = { t, fold };
    char own[4096];
    mg_dataset *rest = side(t, folds, fold, false), *judged = rest ? side(t, folds, fold, true) : NULL;
    mg_train_options without = *train;
    without.test = judged;
    without.test_fraction = 0;
    mg_tune_options options = t->options;
    options.outer_folds = 0;
    options.callback = tell_outer;
    options.user = &user;
    if (options.time > 0) options.time = fmax(mg__tune_left(t, 0) / (double)(folds->folds + 1 - fold), 0.001);
    snprintf(own, sizeof own, "%s.outer%lld", path ? path : "", (long long)fold + 1);
    options.study = path ? own : NULL;
    mg_tuning *tuning = judged ? mg_tune(t->context, rest, t->space, &without, &options) : NULL;
    mg_status status = tuning ? MG_OK : mg_context_status(t->context);
    if (tuning && tuning->model) {
        t->nested[fold] = mg_metric_value(t->objective.metric, &mg_model_result(tuning->model)->test);
        t->result.nested_folds = fold + 1;
    }
    mg_tuning_destroy(tuning);
    mg_dataset_destroy(judged);
    mg_dataset_destroy(rest);
    return status;
}

static void sum_up(mg_tuning *t) {
    mg_tune_result *r = &t->result;
    double n = (double)r->nested_folds, sum = 0, squares = 0;
    for (int64_t i = 0; i < r->nested_folds; i++) sum += t->nested[i];
    r->nested_mean = sum / n;
    for (int64_t i = 0; i < r->nested_folds; i++) squares += (t->nested[i] - r->nested_mean) * (t->nested[i] - r->nested_mean);
    r->nested_deviation = n > 1 ? sqrt(squares / (n - 1)) : NAN;
}

mg_status mg__tune_nested(mg_tuning *t, const mg_train_options *train) {
    mg__frozen_folds folds = { 0 };
    char *purpose = mg__tune_purpose(t), *path = NULL;
    bool named = t->options.study != NULL;
    if (purpose && named)
        path = strcmp(t->options.study, "auto") ? mg__strdup(t->context, t->options.study) : mg__tune_path(t, purpose);
    mg_status status = purpose && (path || !named) ? MG_OK : MG_OUT_OF_MEMORY;
    if (status == MG_OK)
        status = mg__frozen_folds_make(t->context, t->dataset, &t->objective.train, t->options.outer_folds, 1, true, &folds);
    if (status == MG_OK) t->nested = mg__alloc_array(t->context, (size_t)folds.folds, sizeof *t->nested);
    if (status == MG_OK && !t->nested) status = MG_OUT_OF_MEMORY;
    t->result.nested = t->nested;
    /* An interruption ends each of them at once: the other ranks of a crew do not know of it. */
    for (int64_t fold = 0; status == MG_OK && fold < folds.folds; fold++) status = search_without(t, train, &folds, fold, path);
    if (status == MG_OK && t->result.nested_folds > 0) sum_up(t);
    mg__frozen_folds_free(&folds);
    mg__free(t->context, purpose);
    mg__free(t->context, path);
    return status;
}
