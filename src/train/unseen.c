#include "train/unseen.h"

#include "data/classes.h"
#include "data/split.h"

#include <string.h>

/* The request that mg__rows_split made. */
static mg_status split_again(const mg_model *model, const mg_dataset *dataset, mg__split_request *request, mg__split *split) {
    const mg_train_options *options = &model->options;
    mg_status status = mg__split_parse(model->context, options->split, &request->plan);
    bool shared = options->members == 1 || request->plan.kind == MG__SPLIT_TIME || request->plan.kind == MG__SPLIT_COLUMN;
    request->test_fraction = options->test_fraction;
    request->validation_fraction = shared && options->val_fraction > 0 ? options->val_fraction : 0;
    request->seed = (uint64_t)options->seed;
    return status == MG_OK ? mg__split_by(model->context, dataset, request, split) : status;
}

static mg_status take(mg_context *context, const int64_t *from, int64_t count, int64_t **rows) {
    *rows = mg__alloc_array(context, (size_t)count, sizeof **rows);
    if (*rows) memcpy(*rows, from, (size_t)count * sizeof **rows);
    return *rows ? MG_OK : MG_OUT_OF_MEMORY;
}

mg_status mg__unseen_rows(const mg_model *model, const mg_dataset *dataset, int64_t **rows, int64_t *count, mg__seen *seen) {
    mg_context *context = model->context;
    int64_t *all = NULL, all_count = 0;
    int32_t *labels = NULL, classes = 0;
    mg__split split = { 0 };
    mg_target target;
    *rows = NULL;
    *count = 0;
    mg_status status = mg__part_target(model, dataset, &target);
    if (status == MG_OK) status = mg__target_rows(context, dataset, &target, &all, &all_count, &labels, &classes);
    if (status == MG_OK && all_count == 0)
        status = mg__fail(context, MG_FORMAT, "%s: no row has a value of '%s'", mg_dataset_source(dataset), model->target);
    mg__split_request request = { .rows = all, .count = all_count, .labels = labels, .classes = classes };
    if (status == MG_OK) status = split_again(model, dataset, &request, &split);
    if (status == MG_OK) {
        *seen = split.test_count > 0 ? MG__SEEN_NEVER : split.validation_count > 0 ? MG__SEEN_CHOOSE : MG__SEEN_LEARN;
        const int64_t *found[] = { split.test, split.validation, all };
        const int64_t counts[] = { split.test_count, split.validation_count, all_count };
        *count = counts[*seen];
        status = take(context, found[*seen], *count, rows);
    }
    mg__split_free(context, &split);
    mg__free(context, labels);
    mg__free(context, all);
    return status;
}
