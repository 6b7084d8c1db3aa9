/* Answers of a model: rows in fixed batches, the last one padded. */
#include "data/loader.h"
#include "train/model.h"
#include "train/temperature.h"

#include <string.h>

static mg_status open_inference(mg_model *model) {
    mg_context *context = model->context;
    size_t features = (size_t)mg_encoder_features(model->encoder);
    if (!model->batch) model->batch = mg__alloc_array(context, features * MG__INFERENCE_BATCH, sizeof(float));
    if (!model->batch) return MG_OUT_OF_MEMORY;
    if (!model->inference) model->inference = mg__build_inference(model, model->member[0].parameters, MG__INFERENCE_BATCH);
    if (!model->inference) return mg_context_status(context);
    if (!model->scratch.context) {
        const mg_program *programs[] = { model->inference };
        mg_status status = mg__scratch_open(&model->scratch, context, mg_context_threads(context), programs, 1);
        if (status != MG_OK) return mg__scratch_close(&model->scratch), status;
    }
    for (int64_t i = 0; i < model->members; i++) {
        mg__member *member = &model->member[i];
        if (!member->inference)
            member->inference = mg__session_create_in(context, model->inference, member->parameters, &model->scratch);
        if (!member->inference) return mg_context_status(context);
    }
    return MG_OK;
}

/* Runs the network on count <= batch rows of the part, from `first` on; outputs point into the session. */
static mg_status run_batch(const mg_model *model, mg_session *session, int64_t batch, const mg__part *part, int64_t first,
                           int64_t count, float *padded, const float **outputs) {
    size_t features = (size_t)mg_encoder_features(model->encoder);
    int64_t shape[4] = { batch };
    int rank = 1 + mg_encoder_shape(model->encoder, shape + 1);
    if (part->picked)
        mg__gather_rows(part->x, features * sizeof *part->x, part->picked + first, count, padded);
    else
        memcpy(padded, part->x + (size_t)first * features, (size_t)count * features * sizeof *part->x);
    memset(padded + (size_t)count * features, 0, (size_t)(batch - count) * features * sizeof *part->x);
    mg_tensor input = mg_tensor_borrow(MG_F32, rank, shape, padded), output = { 0 };
    mg_status status = mg_run(session, &input, &output);
    *outputs = output.data;
    return status;
}

mg_status mg__answer(const mg_model *model, mg_session *session, int64_t batch, const mg__part *part, float *padded,
                     double *out) {
    int64_t rows = part->rows, units = mg__head_units(model), answers = mg_model_outputs(model);
    mg_status status = MG_OK;
    for (int64_t first = 0; first < rows && status == MG_OK; first += batch) {
        int64_t left = rows - first, count = left < batch ? left : batch;
        const float *outputs = NULL;
        status = run_batch(model, session, batch, part, first, count, padded, &outputs);
        for (int64_t i = 0; i < count && status == MG_OK; i++)
            mg__head_add(model, outputs + i * units, out + (first + i) * answers);
    }
    return status;
}

/* From a sum over the members to an answer. */
static void finish_row(const mg_model *model, double *answer) {
    mg__head_finish(model, model->members, answer);
    if (model->temperature != 1) mg__temperature_apply(model->temperature, mg_model_outputs(model), answer);
}

mg_status mg__part_predict(mg_model *model, const mg__part *part, double *out) {
    int64_t rows = part->rows, outputs = mg_model_outputs(model);
    mg_status status = open_inference(model);
    if (rows > 0) memset(out, 0, (size_t)(rows * outputs) * sizeof *out);
    for (int64_t i = 0; i < model->members && status == MG_OK; i++)
        status = mg__answer(model, model->member[i].inference, MG__INFERENCE_BATCH, part, model->batch, out);
    for (int64_t r = 0; r < rows && status == MG_OK; r++) finish_row(model, out + r * outputs);
    return status;
}

mg_status mg_model_predict_encoded(mg_model *model, const float *x, int64_t rows, double *out) {
    if (!model || !mg__model_is_trained(model)) return MG_INVALID;
    mg__part part = { .rows = rows, .x = (float *)x }; /* only read */
    return mg__part_predict(model, &part, out);
}

/* Encodes and answers piece by piece, so that a large dataset is never held twice. */
mg_tensor *mg_model_predict(mg_model *model, const mg_dataset *dataset) {
    enum { PIECE = 16 * MG__INFERENCE_BATCH };
    if (!model || !dataset || !mg__model_is_trained(model)) return NULL;
    mg_context *context = model->context;
    int64_t rows = mg_dataset_rows(dataset), outputs = mg_model_outputs(model), shape[2] = { rows, outputs };
    mg_tensor *answers = mg_tensor_create(context, MG_F64, 2, shape);
    int64_t piece = rows < PIECE ? rows : PIECE, numbers[PIECE];
    float *x = mg__alloc_array(context, (size_t)piece, (size_t)mg_encoder_features(model->encoder) * sizeof *x);
    mg_status status = answers && x ? MG_OK : MG_OUT_OF_MEMORY;
    for (int64_t first = 0; first < rows && status == MG_OK; first += piece) {
        int64_t count = rows - first < piece ? rows - first : piece;
        for (int64_t i = 0; i < count; i++) numbers[i] = first + i;
        status = mg_encoder_inputs(context, model->encoder, dataset, numbers, count, x);
        if (status == MG_OK) status = mg_model_predict_encoded(model, x, count, (double *)answers->data + first * outputs);
    }
    mg__free(context, x);
    if (status == MG_OK) return answers;
    mg_tensor_destroy(answers);
    return NULL;
}
