/* micrograd/model.h: a network, its weights and its encoder, and the one file that holds them.
 *
 *     mg_dataset *digits = mg_dataset_read(ctx, "data/digits.csv", NULL);
 *     mg_model *model = mg_model_create(ctx, digits, "dense(64) relu dropout(0.1)");
 *     mg_result result = mg_train(model, digits, NULL);
 *     mg_model_save(model, "digits.safetensors");
 *     if (mg_context_status(ctx) != MG_OK) fprintf(stderr, "%s\n", mg_context_message(ctx)); // the one check
 *     mg_model_destroy(model);
 *     mg_dataset_destroy(digits);
 *
 * A model belongs to its context's thread. A row's prediction depends on that row alone: not on its neighbours, not on the number
 * of threads.
 */
#ifndef MICROGRAD_MODEL_H
#define MICROGRAD_MODEL_H

#include <micrograd/encoder.h>
#include <micrograd/nn.h>
#include <micrograd/program.h>
#include <micrograd/train.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A model for a dataset: its target is the last column. `text` describes the hidden layers (micrograd/nn.h; the output layer is
 * always added); NULL: chosen by the size of the data. Nothing is learned yet. NULL on failure: MG_SETTING with the column of the
 * text, or for a target that cannot be one. */
mg_model *mg_model_create(mg_context *context, const mg_dataset *dataset, const char *text);
/* The same by options: target, task, model, dropout. dropout together with model is refused. */
mg_model *mg_model_create_with(mg_context *context, const mg_dataset *dataset, const mg_train_options *options);
/* The same for a file of any size, which is read through once: mg_train_file (micrograd/train.h). */
mg_model *mg_model_create_for(mg_context *context, const char *path, const mg_dataset_options *data,
                              const mg_train_options *options);
void mg_model_destroy(mg_model *model); /* NULL is fine */

/* Would saving to this path work? Asked before a long training; writes nothing. */
mg_status mg_model_can_save(mg_context *context, const char *path);
/* Writes the model atomically as a safetensors file: docs/model-format.md. MG_INVALID before the first training; MG_FILE. */
mg_status mg_model_save(mg_model *model, const char *path);
/* Reads a model. Everything is checked before it is believed: NULL with MG_FILE or MG_FORMAT. */
mg_model *mg_model_load(mg_context *context, const char *path);
/* What a file of ours holds: "network", "clustering" or "policy" (in static storage), each with a function of its own that loads
 * it. MG_FILE; MG_FORMAT: no safetensors file, or one of a kind that is not known. */
mg_status mg_file_kind(mg_context *context, const char *path, const char **kind);

/* What a file of ours holds: *kind becomes "network", "clustering" (micrograd/cluster.h) or "policy". Only its header is
 * believed; loading checks the rest. MG_FILE; MG_FORMAT: not a file of ours, or of a later kind. */
mg_status mg_file_kind(mg_context *context, const char *path, const char **kind);

/* Answers for all rows, f64 [rows, outputs]: probabilities of the classes, or values in the target's unit. The dataset needs the
 * model's feature columns, by name; its target column, if any, is not looked at. NULL on failure (MG_FORMAT: a column is not
 * there ...). Destroy it with mg_tensor_destroy. */
mg_tensor *mg_model_predict(mg_model *model, const mg_dataset *dataset);
/* The same for rows that are encoded already: x [rows, mg_encoder_features], out [rows, mg_model_outputs]. Allocates nothing
 * after the first call. */
mg_status mg_model_predict_encoded(mg_model *model, const float *x, int64_t rows, double *out);
int64_t mg_model_outputs(const mg_model *model); /* classes, or 1 */

/* The class that a row's probabilities stand for: the first of the most probable; of two classes with a threshold of their own,
 * the second where its probability reaches it (mg_train_options.threshold). */
int64_t mg_model_decide(const mg_model *model, const double *answer);
double mg_model_threshold(const mg_model *model); /* 0.5 where none was chosen */
/* T: the probabilities are those of the networks, p^(1/T) normalised (mg_train_options.calibrate); 1: as they are. */
double mg_model_temperature(const mg_model *model);
/* Regression: answer +- *width holds the truth for at least a share `level` of rows like those trained on (split conformal
 * prediction; Vovk et al. 2005, on rows that the members that answered did not train on). MG_INVALID: no regression, a level
 * outside (0, 1), or too few such rows for that level. */
mg_status mg_model_interval(const mg_model *model, double level, double *width);

/* How good a model is on some rows. */
typedef struct mg_evaluation {
    mg_scores scores;
    mg_intervals intervals; /* 95 % bootstrap, of the scores */
    mg_scores baseline;     /* of always answering the most frequent class of these rows, at its share, or their mean */
} mg_evaluation;

/* Scores the model on the rows of a dataset that have a target. `confusion` (NULL allowed) receives classes^2 counts,
 * [label][predicted]. MG_FORMAT: no row has a target, or a column is not there. */
mg_status mg_model_evaluate(mg_model *model, const mg_dataset *dataset, mg_evaluation *evaluation, int64_t *confusion);

/* --- looking at a model ------------------------------------------------------------------------------ */

mg_task mg_model_task(const mg_model *model);
const char *mg_model_target(const mg_model *model);
const char *mg_model_reason(const mg_model *model); /* why this target and task: a sentence; "" for a loaded model */
const char *mg_model_text(const mg_model *model);   /* of its hidden layers, in normal form */
const char *mg_model_loss(const mg_model *model);   /* its name; NULL before the first training, as the next three */
const mg_encoder *mg_model_encoder(const mg_model *model);
/* The networks whose answers are averaged, and their weights; 0 and NULL before the first training. */
int64_t mg_model_members(const mg_model *model);
mg_parameters *mg_model_parameters(mg_model *model, int64_t member);
/* How it was trained: the options as used, and what came out. Text belongs to the model; pointers to data and callbacks are NULL.
 */
const mg_train_options *mg_model_trained_with(const mg_model *model);
const mg_result *mg_model_result(const mg_model *model);

/* The library version that trained it ("X.Y.Z"); NULL before the first training. */
const char *mg_model_version(const mg_model *model);

/* A row a layer, at a batch of 1; returns how many there are (may exceed the capacity), -1 on failure. */
int mg_model_layers(mg_model *model, mg_layer_info *layers, int capacity);
/* Exactly what a session of inference (a batch of 256) or of training (the batch and optimiser it was trained with) takes. */
mg_status mg_model_memory(mg_model *model, bool training, mg_memory *memory);
/* The program of inference, or of a step of training, as mg_model_memory means them, drawn by mg_program_write_dot. */
mg_status mg_model_write_plan_dot(mg_model *model, bool training, mg_writer *writer, void *user);
/* The network on one row as a Graphviz graph. */
mg_status mg_model_write_dot(mg_model *model, mg_writer *writer, void *user);

#ifdef __cplusplus
}
#endif
#endif
