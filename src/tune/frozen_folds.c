/* Which rows are in which fold. */
#include "tune/frozen_folds.h"

#include "data/table.h"

#include <string.h>

/* --- what is to be learned --------------------------------------------------------------------------- */

static mg_task task_named(const char *name) {
    return !strcmp(name, "classification") ? MG_TASK_CLASSIFICATION
           : !strcmp(name, "regression")   ? MG_TASK_REGRESSION
                                           : MG_TASK_AUTO;
}

static mg_status find_rows(const mg_dataset *dataset, const mg_train_options *options, mg__frozen_folds *f) {
    mg_target target;
    int32_t classes = 0;
    mg_status status = mg_dataset_target(f->context, dataset, options->target, task_named(options->task), &target);
    if (status != MG_OK) return status;
    f->task = target.task;
    f->target = target.column;
    status = mg__target_rows(f->context, dataset, &target, &f->row, &f->rows, &f->label, &classes);
    if (status == MG_OK && f->label)
        status = mg__classes_collect(f->context, dataset, target.column, NULL, mg_dataset_rows(dataset), &f->classes);
    return status;
}

static mg_status find_column(const mg_dataset *dataset, const mg__split_plan *plan, mg__frozen_folds *f) {
    f->kind = plan->kind;
    f->column = -1;
    if (!plan->column) return MG_OK;
    f->column = mg_dataset_find(dataset, plan->column);
    if (f->column < 0) return mg__no_such_column(f->context, dataset, "split", plan->column);
    if (f->column != f->target) return MG_OK;
    return mg__fail(f->context, MG_SETTING, "split: '%.100s' is the target; wanted another column", plan->column);
}

/* Rows of the test part leave. */
static mg_status leave_test(const mg_dataset *dataset, const mg__split_plan *plan, const mg_train_options *options,
                            mg__frozen_folds *f) {
    mg__split split = { 0 };
    mg__split_request request = { .plan = *plan,
                                  .rows = f->row,
                                  .count = f->rows,
                                  .labels = f->label,
                                  .classes = (int32_t)f->classes.count,
                                  .test_fraction = options->test ? 0 : options->test_fraction,
                                  .seed = (uint64_t)options->seed };
    mg_status status = mg__split_by(f->context, dataset, &request, &split);
    int64_t kept = 0, next = 0;
    for (int64_t i = 0; status == MG_OK && i < f->rows; i++) {
        bool test = next < split.test_count && split.test[next] == f->row[i];
        next += test;
        if (test) continue;
        if (f->label) f->label[kept] = f->label[i];
        f->row[kept++] = f->row[i];
    }
    if (status == MG_OK) f->rows = kept;
    mg__split_free(f->context, &split);
    return status;
}

/* --- dealing ----------------------------------------------------------------------------------------- */

static mg_status check_folds(mg__frozen_folds *f, int64_t most, const char *what) {
    if (f->folds == -1) f->folds = most;
    if (f->folds >= 2 && f->folds <= most && f->folds <= INT32_MAX) return MG_OK;
    return mg__fail(f->context, MG_SETTING, "folds: %lld; wanted at least 2, and at most the number of %s, %lld",
                    (long long)f->folds, what, (long long)most);
}

static mg_status check_repeats(const mg__frozen_folds *f, bool always_the_same, const char *why) {
    if (f->repeats >= 1 && f->repeats <= 1000 && (f->repeats == 1 || !always_the_same)) return MG_OK;
    return mg__fail(f->context, MG_SETTING, "repeats: %lld; %s", (long long)f->repeats,
                    always_the_same ? why : "wanted 1 to 1000");
}

static mg_status open_folds(mg__frozen_folds *f) {
    size_t count = 0;
    if (!mg__size_multiply((size_t)f->repeats, (size_t)f->rows, &count)) return mg__fail_memory(f->context, SIZE_MAX);
    f->fold = mg__alloc_array(f->context, count, sizeof *f->fold);
    return f->fold ? MG_OK : MG_OUT_OF_MEMORY;
}

static mg_status by_chance(mg__frozen_folds *f, const int32_t *labels, uint64_t seed) {
    bool all = f->folds == -1;
    mg_status status = check_folds(f, f->rows, "rows");
    if (status == MG_OK) status = check_repeats(f, all, "each row is a fold already, however often they are dealt; leave it out");
    if (status == MG_OK) status = open_folds(f);
    for (int64_t r = 0; r < f->repeats && status == MG_OK; r++)
        status = mg__split_folds(f->context, f->rows, labels, (int32_t)f->classes.count, (int32_t)f->folds, (uint64_t)r, seed,
                                 f->fold + r * f->rows);
    return status;
}

static mg_status by_group(const mg_dataset *dataset, mg__frozen_folds *f, uint64_t seed) {
    int64_t groups = 0, *group = mg__alloc_array(f->context, (size_t)f->rows, sizeof *group);
    bool all = f->folds == -1;
    mg_status status =
        group ? mg__split_groups(f->context, dataset, f->column, f->row, f->rows, group, &groups) : MG_OUT_OF_MEMORY;
    if (status == MG_OK) status = check_folds(f, groups, "groups");
    if (status == MG_OK)
        status = check_repeats(f, all, "each group is a fold already, however often they are dealt; leave it out");
    if (status == MG_OK) status = open_folds(f);
    for (int64_t r = 0; r < f->repeats && status == MG_OK; r++)
        status = mg__split_group_folds(f->context, f->rows, group, groups, (int32_t)f->folds, (uint64_t)r, seed,
                                       f->fold + r * f->rows);
    mg__free(f->context, group);
    return status;
}

/* Blocks of n / (folds + 1) rows; what is left over goes to the first, which only trains. */
static mg_status by_time(const mg_dataset *dataset, mg__frozen_folds *f) {
    int64_t distinct, *place = mg__alloc_array(f->context, (size_t)f->rows, sizeof *place);
    mg_status status = place ? check_folds(f, f->rows - 1, "rows but one") : MG_OUT_OF_MEMORY;
    if (status == MG_OK) status = check_repeats(f, true, "blocks of time are always the same; leave it out");
    if (status == MG_OK) status = open_folds(f);
    if (status == MG_OK) status = mg__split_places(f->context, dataset, f->column, f->row, f->rows, place, &distinct);
    int64_t block = f->rows / (f->folds + 1), first = f->rows - block * f->folds;
    for (int64_t i = 0; i < f->rows && status == MG_OK; i++)
        f->fold[i] = place[i] < first ? -1 : (int32_t)((place[i] - first) / block);
    mg__free(f->context, place);
    return status;
}

static mg_status by_column(const mg_dataset *dataset, mg__frozen_folds *f) {
    const char *name = mg_dataset_column_name(dataset, f->column);
    int64_t *rank = mg__alloc_array(f->context, (size_t)f->rows, sizeof *rank);
    mg_status status =
        rank ? mg__split_ranks(f->context, dataset, f->column, f->row, f->rows, rank, &f->folds) : MG_OUT_OF_MEMORY;
    if (status == MG_OK) status = check_repeats(f, true, "a column gives the same folds each time; leave it out");
    if (status == MG_OK && (f->folds < 2 || f->folds > INT32_MAX))
        status = mg__fail(f->context, MG_FORMAT,
                          "split: the column '%.100s' of %s has one value only, and each value is a fold; wanted another column",
                          name, mg_dataset_source(dataset));
    if (status == MG_OK) status = open_folds(f);
    for (int64_t i = 0; i < f->rows && status == MG_OK; i++) {
        f->fold[i] = (int32_t)rank[i];
        if (rank[i] >= 0) continue;
        status = mg__fail(f->context, MG_FORMAT,
                          "%s, line %lld: the column '%.100s', by which rows are split, is missing; wanted the name of a fold",
                          mg_dataset_source(dataset), (long long)mg_dataset_line(dataset, f->row[i]), name);
    }
    mg__free(f->context, rank);
    return status;
}

static mg_status deal(const mg_dataset *dataset, const mg_train_options *options, bool keep_test, mg__frozen_folds *f) {
    uint64_t seed = (uint64_t)options->seed;
    switch (f->kind) {
    case MG__SPLIT_GROUP: return by_group(dataset, f, seed);
    case MG__SPLIT_TIME: return by_time(dataset, f);
    case MG__SPLIT_COLUMN: return keep_test ? by_chance(f, f->label, seed) : by_column(dataset, f);
    case MG__SPLIT_RANDOM: return by_chance(f, NULL, seed);
    case MG__SPLIT_STRATIFIED:
        if (!f->label)
            return mg__fail(f->context, MG_SETTING,
                            "split: stratified keeps classes in proportion, but the target is a number; wanted random, "
                            "time:COLUMN, group:COLUMN or column:COLUMN");
        break;
    case MG__SPLIT_AUTO: break;
    }
    return by_chance(f, f->label, seed);
}

mg_status mg__frozen_folds_make(mg_context *context, const mg_dataset *dataset, const mg_train_options *options, int64_t folds,
                                int64_t repeats, bool keep_test, mg__frozen_folds *frozen) {
    mg__split_plan plan;
    *frozen = (mg__frozen_folds){ .context = context, .folds = folds, .repeats = repeats };
    mg_status status = find_rows(dataset, options, frozen);
    if (status == MG_OK) status = mg__split_parse(context, options->split, &plan);
    if (status == MG_OK) status = find_column(dataset, &plan, frozen);
    if (status == MG_OK && keep_test) status = leave_test(dataset, &plan, options, frozen);
    if (status == MG_OK) status = deal(dataset, options, keep_test, frozen);
    if (status != MG_OK) mg__frozen_folds_free(frozen);
    return status;
}

void mg__frozen_folds_free(mg__frozen_folds *f) {
    mg__free(f->context, f->row);
    mg__free(f->context, f->fold);
    mg__free(f->context, f->label);
    mg__classes_free(f->context, &f->classes);
    *f = (mg__frozen_folds){ 0 };
}

/* --- looking ----------------------------------------------------------------------------------------- */

static int32_t fold_of(const mg__frozen_folds *f, int64_t index, int64_t i) { return f->fold[index / f->folds * f->rows + i]; }

bool mg__fold_judges(const mg__frozen_folds *f, int64_t index, int64_t i) {
    return fold_of(f, index, i) == (int32_t)(index % f->folds);
}

bool mg__fold_trains(const mg__frozen_folds *f, int64_t index, int64_t i) {
    int32_t fold = fold_of(f, index, i), judged = (int32_t)(index % f->folds);
    return f->kind == MG__SPLIT_TIME ? fold < judged : fold != judged;
}
