/* A model from inside, and what the files of this floor share. */
#ifndef MG_TRAIN_MODEL_H
#define MG_TRAIN_MODEL_H

#include "base/base.h"
#include "plan/scratch.h"
#include "train/history.h"

#include <micrograd/model.h>
#include <micrograd/optimizer.h>

#define MG__INFERENCE_BATCH 256 /* fixed, so that a row's answer never depends on how many rows are asked about */
#define MG__MOST_MEMBERS    64

/* Sentences for the user. */
typedef struct mg__sentences {
    char **text;
    size_t count, capacity;
} mg__sentences;

/* What followed from the data; text is owned. */
typedef struct mg__choices {
    mg_choice *item;
    size_t count, capacity;
} mg__choices;

/* What a run, or the plan of one, tells. */
typedef struct mg__notes {
    mg__sentences warnings;
    mg__choices choices;
} mg__notes;

/* One of the networks whose answers are averaged. */
typedef struct mg__member {
    mg_parameters *parameters;
    mg_session *inference; /* made by the first prediction */
} mg__member;

struct mg_model {
    mg_context *context;
    mg_network *network;
    char *target;
    mg_task task;
    char reason[256];
    /* known once it was trained or loaded */
    mg_encoder *encoder;
    const mg_loss *loss;
    mg__member *member;
    int64_t members;    /* 0: it has no weights yet */
    double threshold;   /* two classes: the second is predicted from this probability on */
    double temperature; /* of probabilities (temperature.h); 1: they are as the networks give them */
    float *residuals;   /* of rows that the members that answered did not train on, |target - answer|, ascending; NULL: none */
    int64_t residual_count, residual_rows; /* how many were kept, of how many */
    mg_train_options
        options; /* as used: auto is gone where it was a choice of the whole run; text points at `target` and at the network's */
    mg_result result;
    char version[32];
    mg__notes notes;       /* of the training that made the weights, or that is under way */
    mg__notes attempt;     /* of a plan, or of a training that came to nothing, since then */
    mg__sentences texts;   /* of the options */
    mg__history history;   /* of the training under way or the last one */
    mg_plan plan;          /* members 0: there is none */
    int64_t *class_rows;   /* of the plan */
    mg_program *inference; /* compiled by the first prediction; the members share it */
    mg__scratch scratch;   /* of the members' sessions, which take turns */
    float *batch;          /* [256, features]: the last rows, padded */
};

/* An empty model. */
mg_model *mg__model_new(mg_context *context);
/* Adds a sentence; nothing happens without memory. */
void mg__model_warn(mg_model *model, const char *format, ...) MG__PRINTF(2, 3);
/* MG_INVALID on the context where it has no weights yet. */
bool mg__model_is_trained(const mg_model *model);
/* Adds a choice, likewise. The value is formatted, the reason static. */
void mg__model_choose(mg_model *model, const char *setting, const char *reason, const char *format, ...) MG__PRINTF(4, 5);
/* Warnings and choices as arrays of result and plan. */
void mg__model_publish(mg_model *model);
void mg__notes_free(mg_context *context, mg__notes *notes);
/* Puts a copy that belongs to the model in place of a text; NULL stays NULL. */
mg_status mg__model_keep_text(mg_model *model, const char **text);
/* Takes the members away. */
void mg__model_drop_members(mg_model *model);

/* --- head.c: what the output layer's numbers mean; it follows from the loss -------------------------- */

/* The loss by its name or "auto" for the model's task and classes. NULL: MG_SETTING, with the losses that fit. */
const mg_loss *mg__head_loss(mg_model *model, const char *name);
int64_t mg__head_units(const mg_model *model);               /* of the output layer */
bool mg__head_takes_labels(const mg_model *model);           /* i32 [n]; otherwise f32 [n, 1] */
float mg__head_target(const mg_model *model, int32_t label); /* of a two-class loss with one unit: 0 or 1, -1 or 1 */
/* Adds one member's outputs for a row, as probabilities of the classes or as the encoded value, to answer. */
void mg__head_add(const mg_model *model, const float *output, double *answer);
/* The sum over `members` -> probabilities of the classes, or the value in the target's unit. */
void mg__head_finish(const mg_model *model, int64_t members, double *answer);

/* --- build.c: the network as a graph ----------------------------------------------------------------- */

typedef struct mg__build {
    int64_t batch;
    bool training;
    bool fold; /* as in mg_network_options */
    mg_init init;
    mg_layer_info *layers; /* as in mg_network_options */
    int layer_capacity, layer_count;
    /* result; the nodes belong to the graph */
    mg_graph *graph;
    mg_node *input, *output;
} mg__build;

/* A new graph with the network on an input of `batch` rows; declares what it learns in `parameters`. The caller destroys
 * build->graph, on failure too. */
mg_status mg__build_network(const mg_model *model, mg_parameters *parameters, mg__build *build);
/* One step of training by the model's options, compiled: inputs x, targets and (where rows have weights) weights, output the
 * loss. */
mg_program *mg__build_step(const mg_model *model, mg_parameters *parameters, int64_t batch, bool weighted);
/* Inference on a batch: input x, output what the last layer gives. Answers that leave the library take MG__INFERENCE_BATCH. */
mg_program *mg__build_inference(const mg_model *model, mg_parameters *parameters, int64_t batch);
/* A store of the network's parameters with initial weights by the seed. */
mg_status mg__build_parameters(const mg_model *model, uint64_t seed, mg_parameters **parameters);
bool mg__has_momentum(const mg_optimizer *optimizer);  /* as a setting */
bool mg__has_weights(const mg_train_options *options); /* do rows count differently in the loss? */
/* The optimiser that the options ask for. MG_SETTING where a setting does not fit it. */
mg_status mg__build_optimizer(mg_context *context, const mg_train_options *options, mg_optimizer *optimizer);

/* --- choose.c: what follows from the data ------------------------------------------------------------ */

/* Of a first training with an optimizer, auto included. */
double mg__choose_learning_rate(const mg_model *model, const char *optimizer);
/* The hidden layers for a dataset, as text in out. */
void mg__choose_network(const mg_dataset *dataset, mg_task task, const mg_train_options *options, char *out, size_t size);
/* Replaces what is auto: what the split and the encoder need ... */
void mg__choose_parts(mg_model *model, int64_t rows, int64_t columns);
/* ... and the rest, for so many training rows and learned numbers of a network. */
void mg__choose_settings(mg_model *model, int64_t rows, int64_t multiply_adds);

/* --- part.c: rows of a dataset, encoded -------------------------------------------------------------- */

typedef struct mg__part {
    int64_t rows;
    float *x;           /* [rows, features], or that of another part ... */
    int64_t *picked;    /* ... whose rows these are; NULL: its own */
    int32_t *labels;    /* classification */
    double *values;     /* regression: in the target's unit, for metrics */
    float *targets;     /* what the loss takes where it takes no labels */
    float *weights;     /* how much each row counts in the loss; NULL: all alike */
    double *importance; /* the same from the weight column alone, for metrics; NULL: all alike */
} mg__part;

/* The model's target in a dataset; MG_FORMAT where it has no such column. */
mg_status mg__part_target(const mg_model *model, const mg_dataset *dataset, mg_target *target);
/* The rows of a dataset that have a value in the model's target column; *rows is freed by the caller. */
mg_status mg__part_rows(const mg_model *model, const mg_dataset *dataset, int64_t **rows, int64_t *count);
mg_status mg__part_encode(const mg_model *model, const mg_dataset *dataset, const int64_t *rows, int64_t count, mg__part *part);
/* Rows[0 .. count - 1] of a part that has its own: a copy but for the inputs, which may be large and stay `from`'s. */
mg_status mg__part_take(const mg_model *model, const mg__part *from, const int64_t *rows, int64_t count, mg__part *part);
void mg__part_free(mg_context *context, mg__part *part);
mg_scored mg__part_scored(const mg_model *model, const mg__part *part, const double *answers, const int32_t *predicted);
/* Answers of the model for the part, scored; decided by the model's threshold. `intervals` and `confusion` may be NULL. */
mg_status mg__part_score(mg_model *model, const mg__part *part, mg_scores *scores, mg_intervals *intervals, int64_t *confusion);
/* Answers that are there already. */
mg_status mg__score_answers(const mg_model *model, const mg__part *part, const double *answers, mg_scores *scores,
                            mg_intervals *intervals, int64_t *confusion);

/* --- predict.c --------------------------------------------------------------------------------------- */

/* One member's answers for the part, added to out [rows, outputs]. The session's program is for `batch` rows; `padded` has room
 * for them. */
mg_status mg__answer(const mg_model *model, mg_session *session, int64_t batch, const mg__part *part, float *padded, double *out);
/* All members' answers for the part. */
mg_status mg__part_predict(mg_model *model, const mg__part *part, double *out);

static inline double *mg__metric_field(const mg_metric *metric, mg_scores *scores) {
    return (double *)(void *)((char *)scores + metric->offset);
}
static inline mg_interval *mg__interval_field(const mg_metric *metric, mg_intervals *intervals) {
    return (mg_interval *)(void *)((char *)intervals + metric->interval_offset);
}

/* --- interval.c -------------------------------------------------------------------------------------- */

/* Keeps |targets - answers| of rows that the members that answered did not train on, or evenly many of them. */
mg_status mg__residuals_keep(mg_model *model, const double *targets, const double *answers, int64_t rows);

/* --- file.c ------------------------------------------------------------------------------------------ */

/* A model from a file's bytes; `path` is for messages. verify: refuse a file whose checksum is wrong (fuzzing skips it). */
mg_model *mg__model_parse(mg_context *context, const char *path, const void *bytes, size_t length, bool verify);

#endif
