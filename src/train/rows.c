#include "train/rows.h"

#include "data/classes.h"
#include "train/caution.h"
#include "train/folds.h"
#include "train/scoring.h"

/* --- splitting --------------------------------------------------------------------------------------- */

/* Few rows may leave a part empty that was asked for. */
static void warn_of_empty_parts(mg_model *model, const mg__split *split, bool validation) {
    const mg_train_options *options = &model->options;
    if (validation && options->val_fraction > 0 && split->validation_count == 0) {
        mg__model_warn(model, "the rows are too few for a validation part, so the last epoch is kept");
    }
    if (!options->test && options->test_fraction > 0 && split->test_count == 0) {
        mg__model_warn(model, "the rows are too few for a test part, so there is no honest score");
    }
}

/* By time and by a column of words, and in a stream, all members have the same validation rows. */
static bool shares_validation(const mg__trainer *t, const mg__split_plan *plan) {
    return t->model->options.members == 1 || t->source || plan->kind == MG__SPLIT_TIME || plan->kind == MG__SPLIT_COLUMN;
}

static mg_status split_rows(mg__trainer *t, const mg_dataset *dataset, mg__split_request *request, mg__split *split) {
    mg_model *model = t->model;
    const mg_train_options *options = &model->options;
    mg_status status = mg__split_parse(t->context, options->split, &request->plan);
    if (status != MG_OK) return status;
    if (t->source && request->plan.kind != MG__SPLIT_AUTO && request->plan.kind != MG__SPLIT_RANDOM)
        return mg__fail(t->context, MG_SETTING, "split: a stream is split at random; leave '%s' out", options->split);
    request->test_fraction = options->test ? 0 : options->test_fraction;
    request->validation_fraction = shares_validation(t, &request->plan) ? options->val_fraction : 0;
    status = t->source ? t->source->split(t->source, request, split) : mg__split_by(t->context, dataset, request, split);
    if (status == MG_OK) warn_of_empty_parts(model, split, request->validation_fraction > 0);
    return status;
}

mg_status mg__rows_split(mg__trainer *t, const mg_dataset *dataset, mg__split *split, int32_t *classes) {
    mg_model *model = t->model;
    int64_t *rows = NULL, count = 0;
    int32_t *labels = NULL;
    mg_target target;
    mg_status status = mg__part_target(model, dataset, &target);
    if (status == MG_OK) status = mg__target_rows(t->context, dataset, &target, &rows, &count, &labels, classes);
    if (status == MG_OK && count == 0)
        status = mg__fail(t->context, MG_FORMAT, "%s: no row has a value of '%s'", mg_dataset_source(dataset), model->target);
    if (status == MG_OK) mg__caution_missing(model, dataset, target.column, rows, count);
    if (status == MG_OK && labels) status = mg__caution_classes(model, dataset, target.column, rows, labels, count, *classes);
    if (status == MG_OK) {
        bool images = model->options.image || mg_dataset_image_shape(dataset, (int64_t[3]){ 0 });
        mg__choose_parts(model, count, images ? 0 : mg_dataset_columns(dataset) - 1);
        mg__split_request request = {
            .rows = rows, .count = count, .labels = labels, .classes = *classes, .seed = (uint64_t)model->options.seed
        };
        status = split_rows(t, dataset, &request, split);
    }
    mg__free(t->context, labels);
    mg__free(t->context, rows);
    return status;
}

mg_status mg__rows_split_column(const mg_model *model, const mg_dataset *dataset, bool *drop) {
    mg__split_plan plan;
    mg_status status = mg__split_parse(model->context, model->options.split, &plan);
    if (status != MG_OK || (plan.kind != MG__SPLIT_GROUP && plan.kind != MG__SPLIT_COLUMN)) return status;
    int64_t column = mg_dataset_find(dataset, plan.column); /* the split itself refuses what is not there */
    if (column >= 0) drop[column] = true;
    return MG_OK;
}

/* --- weights ----------------------------------------------------------------------------------------- */

static double weight_of(const mg__trainer *t, const mg__part *part, int64_t row) {
    return (part->importance ? part->importance[row] : 1) * (t->class_weight ? t->class_weight[part->labels[row]] : 1);
}

mg_status mg__rows_weigh(mg__trainer *t, mg__part *part) {
    if (!part->importance && !t->class_weight) return MG_OK;
    part->weights = mg__alloc_array(t->context, (size_t)part->rows, sizeof *part->weights);
    if (!part->weights) return MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < part->rows; i++) part->weights[i] = (float)(weight_of(t, part, i) / t->mean_weight);
    return MG_OK;
}

/* The classes' weights by the pool, and the mean that makes the loss as large as without weights. */
static mg_status measure_weights(mg__trainer *t) {
    const mg_encoder *encoder = t->model->encoder;
    const char *text = t->model->options.class_weight;
    int32_t classes = (int32_t)mg_encoder_classes(encoder);
    double sum = 0;
    if (text && classes == 0)
        return mg__fail(t->context, MG_SETTING, "class-weight: '%s' is a number, not a class; leave it out", t->model->target);
    if (text) {
        const char **names = mg__alloc_array(t->context, (size_t)classes, sizeof *names);
        t->class_weight = mg__alloc_array(t->context, (size_t)classes, sizeof *t->class_weight);
        for (int32_t k = 0; names && k < classes; k++) names[k] = mg_encoder_class(encoder, k);
        mg_status status = names && t->class_weight ? mg__class_weights(t->context, text, names, classes, t->pool.labels,
                                                                        t->pool.rows, t->class_weight)
                                                    : MG_OUT_OF_MEMORY;
        mg__free(t->context, names);
        if (status != MG_OK) return status;
    }
    for (int64_t i = 0; i < t->pool.rows; i++) sum += weight_of(t, &t->pool, i);
    t->mean_weight = sum / (double)t->pool.rows;
    if (t->mean_weight > 0) return MG_OK;
    return mg__fail(t->context, MG_FORMAT, "weight: all rows to train on have the weight 0 in '%s'", t->model->options.weight);
}

/* --- the pool ---------------------------------------------------------------------------------------- */

/* Training rows come first, then those that validate, for all members alike. */
static mg_status deal_fixed(mg__trainer *t, const mg__split *split) {
    int32_t *fixed = mg__alloc_array(t->context, (size_t)t->pool.rows, sizeof *fixed);
    if (!fixed) return MG_OUT_OF_MEMORY;
    for (int64_t i = split->train_count; i < t->pool.rows; i++) fixed[i] = 1;
    mg_status status = mg__folds_make(t, &(mg__deal){ .fixed = fixed });
    mg__free(t->context, fixed);
    return status;
}

/* Each member has a fold of its own; rows of one group stay together. */
static mg_status deal_folds(mg__trainer *t, const mg_dataset *dataset, const mg__split *split, const mg__split_plan *plan,
                            int32_t classes) {
    const mg_train_options *options = &t->model->options;
    double left = 1 - (options->test ? 0 : options->test_fraction), share = options->val_fraction;
    int64_t folds = share > 0 ? (int64_t)(left / share + 0.5) : 1, *group = NULL;
    mg__deal deal = { .labels = plan->kind == MG__SPLIT_RANDOM ? NULL : t->pool.labels, .classes = classes };
    mg_status status = MG_OK;
    if (plan->kind == MG__SPLIT_GROUP) {
        group = mg__alloc_array(t->context, (size_t)t->pool.rows, sizeof *group);
        if (!group) return MG_OUT_OF_MEMORY;
        status = mg__split_groups(t->context, dataset, mg_dataset_find(dataset, plan->column), split->train, t->pool.rows, group,
                                  &deal.groups);
        deal.group = group;
    }
    int64_t most = group ? deal.groups : t->pool.rows;
    deal.folds = folds < 2 && share > 0 ? 2 : folds;
    deal.folds = deal.folds > most ? most : deal.folds;
    if (status == MG_OK) status = mg__folds_make(t, &deal);
    mg__free(t->context, group);
    return status;
}

mg_status mg__rows_pool(mg__trainer *t, const mg_dataset *dataset, const mg__split *split, int32_t classes) {
    int64_t count = split->train_count + split->validation_count; /* the split's lists are one block, in this order */
    mg__split_plan plan;
    mg_status status = mg__split_parse(t->context, t->model->options.split, &plan);
    if (status == MG_OK) status = mg__part_encode(t->model, dataset, split->train, count, &t->pool);
    if (status == MG_OK) status = measure_weights(t);
    if (status == MG_OK) status = mg__rows_weigh(t, &t->pool);
    if (status != MG_OK) return status;
    t->members = t->model->options.members;
    t->shared = shares_validation(t, &plan);
    return t->shared ? deal_fixed(t, split) : deal_folds(t, dataset, split, &plan, classes);
}

mg_status mg__rows_test(mg__trainer *t, const mg_dataset *dataset, const mg__split *split) {
    const mg_dataset *test = t->model->options.test;
    int64_t *rows = NULL, count = 0;
    if (!test) return mg__part_encode(t->model, dataset, split->test, split->test_count, &t->test);
    mg_status status = mg__part_rows(t->model, test, &rows, &count);
    if (status == MG_OK) status = mg__part_encode(t->model, test, rows, count, &t->test);
    mg__free(t->context, rows);
    return status;
}
