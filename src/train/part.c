/* Rows of a dataset as the trainer reads them, and their scores. */
#include "data/classes.h"
#include "data/loader.h"
#include "train/baseline.h"
#include "train/model.h"
#include "train/scoring.h"

#include <math.h>
#include <string.h>

mg_status mg__part_target(const mg_model *model, const mg_dataset *dataset, mg_target *target) {
    *target = (mg_target){ .column = mg_dataset_find(dataset, model->target), .task = model->task };
    if (target->column >= 0) return MG_OK;
    return mg__fail(model->context, MG_FORMAT, "%s: there is no column '%s', which the model predicts",
                    mg_dataset_source(dataset), model->target);
}

mg_status mg__part_rows(const mg_model *model, const mg_dataset *dataset, int64_t **rows, int64_t *count) {
    mg_context *context = model->context;
    int64_t all = mg_dataset_rows(dataset);
    mg_target target;
    *rows = NULL;
    *count = 0;
    mg_status status = mg__part_target(model, dataset, &target);
    if (status != MG_OK) return status;
    *rows = mg__alloc_array(context, (size_t)all, sizeof **rows);
    if (!*rows) return MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < all; i++) {
        if (!mg__target_missing(dataset, &target, i)) (*rows)[(*count)++] = i;
    }
    if (*count > 0) return MG_OK;
    return mg__fail(context, MG_FORMAT, "%s: no row has a value of '%s'", mg_dataset_source(dataset), model->target);
}

static mg_status encode_classes(const mg_model *model, const mg_dataset *dataset, const int64_t *rows, mg__part *part) {
    mg_context *context = model->context;
    part->labels = mg__alloc_array(context, (size_t)part->rows, sizeof *part->labels);
    if (!part->labels) return MG_OUT_OF_MEMORY;
    mg_status status = mg_encoder_labels(context, model->encoder, dataset, rows, part->rows, part->labels);
    if (status != MG_OK || mg__head_takes_labels(model)) return status;
    part->targets = mg__alloc_array(context, (size_t)part->rows, sizeof *part->targets);
    for (int64_t i = 0; part->targets && i < part->rows; i++) part->targets[i] = mg__head_target(model, part->labels[i]);
    return part->targets ? MG_OK : MG_OUT_OF_MEMORY;
}

static mg_status encode_values(const mg_model *model, const mg_dataset *dataset, const int64_t *rows, mg__part *part) {
    mg_context *context = model->context;
    int64_t column = mg_dataset_find(dataset, model->target);
    part->targets = mg__alloc_array(context, (size_t)part->rows, sizeof *part->targets);
    part->values = mg__alloc_array(context, (size_t)part->rows, sizeof *part->values);
    if (!part->targets || !part->values) return MG_OUT_OF_MEMORY;
    mg_status status = mg_encoder_targets(context, model->encoder, dataset, rows, part->rows, part->targets);
    for (int64_t i = 0; status == MG_OK && i < part->rows; i++) part->values[i] = mg_dataset_number(dataset, rows[i], column);
    return status;
}

/* How much the rows count, by the column that was named for it; a dataset without it counts all alike. */
static mg_status encode_importance(const mg_model *model, const mg_dataset *dataset, const int64_t *rows, mg__part *part) {
    const char *name = model->options.weight;
    int64_t column = name ? mg_dataset_find(dataset, name) : -1;
    if (column < 0) return MG_OK;
    part->importance = mg__alloc_array(model->context, (size_t)part->rows, sizeof *part->importance);
    if (!part->importance) return MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < part->rows; i++) {
        double weight = part->importance[i] = mg_dataset_number(dataset, rows[i], column);
        if (weight >= 0 && isfinite(weight)) continue;
        return mg__fail(model->context, MG_FORMAT,
                        "%s, line %lld: the weight '%s' is missing, negative or no number; correct it, or drop the row",
                        mg_dataset_source(dataset), (long long)mg_dataset_line(dataset, rows[i]), name);
    }
    return MG_OK;
}

static float *alloc_inputs(const mg_model *model, int64_t count) {
    size_t row_bytes = 0, bytes = 0;
    if (!mg__size_multiply((size_t)mg_encoder_features(model->encoder), sizeof(float), &row_bytes) ||
        !mg__size_multiply(row_bytes, (size_t)count, &bytes)) {
        mg__fail_memory(model->context, SIZE_MAX);
        return NULL;
    }
    return mg__alloc(model->context, bytes); /* not zeroed: it may be the largest block of all */
}

mg_status mg__part_encode(const mg_model *model, const mg_dataset *dataset, const int64_t *rows, int64_t count, mg__part *part) {
    *part = (mg__part){ .rows = count };
    if (count == 0) return MG_OK;
    part->x = alloc_inputs(model, count);
    if (!part->x) return MG_OUT_OF_MEMORY;
    mg_status status = mg_encoder_inputs(model->context, model->encoder, dataset, rows, count, part->x);
    if (status == MG_OK) status = encode_importance(model, dataset, rows, part);
    if (status != MG_OK) return status;
    return model->task == MG_TASK_CLASSIFICATION ? encode_classes(model, dataset, rows, part)
                                                 : encode_values(model, dataset, rows, part);
}

/* A copy of some rows (NULL: the first) of an array, where there is one. */
static bool take(mg_context *context, const void *from, size_t row_bytes, const int64_t *rows, int64_t count, void *out) {
    void **to = out;
    if (!from) return true;
    *to = mg__alloc_array(context, (size_t)count, row_bytes);
    if (*to && rows) mg__gather_rows(from, row_bytes, rows, count, *to);
    if (*to && !rows) memcpy(*to, from, (size_t)count * row_bytes);
    return *to != NULL;
}

mg_status mg__part_take(const mg_model *model, const mg__part *from, const int64_t *rows, int64_t count, mg__part *part) {
    mg_context *context = model->context;
    *part = (mg__part){ .rows = count };
    if (count == 0) return MG_OK;
    if (!take(context, rows, sizeof *rows, NULL, count, &part->picked)) return MG_OUT_OF_MEMORY;
    part->x = from->x;
    bool taken = take(context, from->labels, sizeof *from->labels, rows, count, &part->labels) &&
                 take(context, from->values, sizeof *from->values, rows, count, &part->values) &&
                 take(context, from->targets, sizeof *from->targets, rows, count, &part->targets) &&
                 take(context, from->weights, sizeof *from->weights, rows, count, &part->weights) &&
                 take(context, from->importance, sizeof *from->importance, rows, count, &part->importance);
    return taken ? MG_OK : MG_OUT_OF_MEMORY;
}

void mg__part_free(mg_context *context, mg__part *part) {
    if (!part->picked) mg__free(context, part->x);
    mg__free(context, part->picked);
    mg__free(context, part->labels);
    mg__free(context, part->values);
    mg__free(context, part->targets);
    mg__free(context, part->weights);
    mg__free(context, part->importance);
    *part = (mg__part){ 0 };
}

mg_scored mg__part_scored(const mg_model *model, const mg__part *part, const double *answers, const int32_t *predicted) {
    return (mg_scored){ .rows = part->rows,
                        .columns = mg_model_outputs(model),
                        .values = answers,
                        .labels = part->labels,
                        .targets = part->values,
                        .weights = part->importance,
                        .predicted = predicted };
}

/* Predicted classes where the threshold is not the middle; NULL: the most probable ones. */
static mg_status decide(const mg_model *model, const mg__part *part, const double *answers, int32_t **predicted) {
    *predicted = NULL;
    if (!part->labels || model->threshold == 0.5 || mg_model_outputs(model) != 2) return MG_OK;
    *predicted = mg__alloc_array(model->context, (size_t)part->rows, sizeof **predicted);
    if (!*predicted) return MG_OUT_OF_MEMORY;
    for (int64_t r = 0; r < part->rows; r++) (*predicted)[r] = (int32_t)mg_model_decide(model, answers + 2 * r);
    return MG_OK;
}

mg_status mg__score_answers(const mg_model *model, const mg__part *part, const double *answers, mg_scores *scores,
                            mg_intervals *intervals, int64_t *confusion) {
    int32_t *predicted;
    mg_status status = decide(model, part, answers, &predicted);
    if (status != MG_OK) return status;
    mg_scored scored = mg__part_scored(model, part, answers, predicted);
    status = mg_scores_of(model->context, model->task, &scored, scores);
    if (status == MG_OK && intervals)
        status = mg__bootstrap(model->context, model->task, &scored, (uint64_t)model->options.seed, intervals);
    if (status == MG_OK && confusion && part->labels) mg_confusion(&scored, confusion);
    mg__free(model->context, predicted);
    return status;
}

mg_status mg__part_score(mg_model *model, const mg__part *part, mg_scores *scores, mg_intervals *intervals, int64_t *confusion) {
    *scores = mg_scores_none();
    if (part->rows == 0) return MG_OK;
    double *answers = mg__alloc_array(model->context, (size_t)part->rows, (size_t)mg_model_outputs(model) * sizeof *answers);
    if (!answers) return MG_OUT_OF_MEMORY;
    mg_status status = mg__part_predict(model, part, answers);
    if (status == MG_OK) status = mg__score_answers(model, part, answers, scores, intervals, confusion);
    mg__free(model->context, answers);
    return status;
}

mg_status mg_model_evaluate(mg_model *model, const mg_dataset *dataset, mg_evaluation *evaluation, int64_t *confusion) {
    if (!model || !dataset || !mg__model_is_trained(model)) return MG_INVALID;
    int64_t *rows = NULL, count = 0;
    mg__part part = { 0 };
    mg_status status = mg__part_rows(model, dataset, &rows, &count);
    if (status == MG_OK) status = mg__part_encode(model, dataset, rows, count, &part);
    *evaluation = (mg_evaluation){ .intervals = mg_intervals_none() };
    if (status == MG_OK) status = mg__part_score(model, &part, &evaluation->scores, &evaluation->intervals, confusion);
    if (status == MG_OK) status = mg__constant_score(model, &part, &part, &evaluation->baseline);
    mg__part_free(model->context, &part);
    mg__free(model->context, rows);
    return status;
}
