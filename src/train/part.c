/* Rows of a dataset as the trainer reads them, and their scores. */
#include "train/model.h"

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
        if (!mg_dataset_missing(dataset, i, target.column)) (*rows)[(*count)++] = i;
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

mg_status mg__part_encode(const mg_model *model, const mg_dataset *dataset, const int64_t *rows, int64_t count, mg__part *part) {
    mg_context *context = model->context;
    *part = (mg__part){ .rows = count };
    if (count == 0) return MG_OK;
    size_t row_bytes = 0, bytes = 0;
    if (!mg__size_multiply((size_t)mg_encoder_features(model->encoder), sizeof *part->x, &row_bytes) ||
        !mg__size_multiply(row_bytes, (size_t)count, &bytes)) {
        return mg__fail_memory(context, SIZE_MAX);
    }
    part->x = mg__alloc(context, bytes); /* not zeroed: it may be the largest block of all */
    if (!part->x) return MG_OUT_OF_MEMORY;
    mg_status status = mg_encoder_inputs(context, model->encoder, dataset, rows, count, part->x);
    if (status != MG_OK) return status;
    return model->task == MG_TASK_CLASSIFICATION ? encode_classes(model, dataset, rows, part)
                                                 : encode_values(model, dataset, rows, part);
}

void mg__part_free(mg_context *context, mg__part *part) {
    mg__free(context, part->x);
    mg__free(context, part->labels);
    mg__free(context, part->values);
    mg__free(context, part->targets);
    *part = (mg__part){ 0 };
}

mg_status mg__part_score(mg_model *model, const mg__part *part, mg_scores *scores, int64_t *confusion) {
    *scores = mg_scores_none();
    if (part->rows == 0) return MG_OK;
    int64_t outputs = mg_model_outputs(model);
    double *answers = mg__alloc_array(model->context, (size_t)part->rows, (size_t)outputs * sizeof *answers);
    if (!answers) return MG_OUT_OF_MEMORY;
    mg_status status = mg_model_predict_encoded(model, part->x, part->rows, answers);
    if (status == MG_OK) {
        mg_scored scored = {
            .rows = part->rows, .columns = outputs, .values = answers, .labels = part->labels, .targets = part->values
        };
        status = mg_scores_of(model->context, model->task, &scored, scores);
        if (confusion && part->labels) mg_confusion(&scored, confusion);
    }
    mg__free(model->context, answers);
    return status;
}

mg_status mg_model_evaluate(mg_model *model, const mg_dataset *dataset, mg_scores *scores, int64_t *confusion) {
    if (!model || !dataset || !mg__model_is_trained(model)) return MG_INVALID;
    int64_t *rows = NULL, count = 0;
    mg__part part = { 0 };
    mg_status status = mg__part_rows(model, dataset, &rows, &count);
    if (status == MG_OK) status = mg__part_encode(model, dataset, rows, count, &part);
    if (status == MG_OK) status = mg__part_score(model, &part, scores, confusion);
    mg__part_free(model->context, &part);
    mg__free(model->context, rows);
    return status;
}
