/* micrograd/history.h: how a training went, epoch by epoch.
 *
 *     const mg_history *history = mg_model_history(model);
 *     for (int64_t i = 0; i < history->epochs; i++) printf("%g\n", history->epoch[i].loss);
 */
#ifndef MICROGRAD_HISTORY_H
#define MICROGRAD_HISTORY_H

#include <micrograd/metrics.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mg_model mg_model; /* micrograd/model.h */

/* One epoch, of all members that went through it together. */
typedef struct mg_epoch {
    int64_t epoch;        /* from 1 */
    int64_t rows, steps;  /* trained on, and done, in the whole run up to its end, by all members */
    double seconds;       /* of the run up to its end */
    double learning_rate; /* of its last step */
    double loss;          /* mean of the training loss, penalties included; NaN where it was not finite */
    mg_scores validation; /* mean over the members; rows 0: there is no such part; a metric that was not computed is NaN */
    int64_t best_epoch;   /* so far; of members that of the last that became better */
} mg_epoch;

/* The health of one layer that has weights, at one step of the first member: measured where mg_train_options.health asks for it.
 * Undefined values are NaN. */
typedef struct mg_layer_health {
    double gradient_norm; /* L2 norm of the gradient of its weights */
    double gradient_snr;  /* |mean| / standard deviation of the gradient's elements over the last steps, the mean over elements */
    double update_ratio;  /* L2 norm of the step's change of its weights, divided by that of the weights */
    double activation_mean; /* of what the layer gives, after its activation */
    double activation_std;
    double saturated; /* share of its outputs where the activation's slope is below a tenth of its largest */
    double dead;      /* share of its units whose slope is zero on every row of the batch */
} mg_layer_health;

/* All layers at one step. */
typedef struct mg_health {
    int64_t epoch, step;          /* step of the whole run, from 1 */
    const mg_layer_health *layer; /* [history->layers] */
} mg_health;

typedef struct mg_history {
    const mg_epoch *epoch;
    int64_t epochs;
    const char *const *layer; /* names of the layers whose health is measured, from the input to the output */
    int64_t layers;           /* 0: health was not asked for */
    const mg_health *health;
    int64_t healths;
} mg_history;

/* Of the training under way or the last one of this process, its resumed parts included; a model that was loaded has none (no
 * epochs). Belongs to the model, until it is trained again or destroyed. */
const mg_history *mg_model_history(const mg_model *model);

#ifdef __cplusplus
}
#endif

#endif
