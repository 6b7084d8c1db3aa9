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

/* How values are distributed: how many lie in each of the bins of equal width between the least and the largest. Values that are
 * not finite are left out; without any other the ends are NaN. */
#define MG_HISTOGRAM_BINS 30 /* as many as TensorBoard draws */
typedef struct mg_histogram {
    double low, high;
    int64_t bin[MG_HISTOGRAM_BINS]; /* a value on an inner border counts above it; all are in the first bin where low = high */
} mg_histogram;

/* The health of one layer that has weights (z = its own output; y = f(z): what its activation makes of that, through a
 * normalisation between the two; y = z where it has none), at one step of the first member: measured where
 * mg_train_options.health asks for it, on the rows and weights of that step and before it changes them. Undefined values are NaN.
 */
typedef struct mg_layer_health {
    double gradient_norm;   /* L2 norm of the gradient of its weights, of the mean loss over the batch */
    double gradient_snr;    /* |mean| / sqrt(mean |g - mean|^2) of that gradient g over the measured steps so far, each of which
                               counts    0.8 of the next; pure noise has about 1/3. NaN at the first */
    double signal;          /* what comes back to it: root of the mean, over the rows, of |d (the row's loss) / dz|^2 */
    double update_ratio;    /* L2 norm of the step's change of its weights, divided by that of the weights */
    double activation_mean; /* of y, over rows and units */
    double activation_std;
    double saturated; /* share of y where f's slope is below a tenth of its largest; NaN for an f without two limits */
    double dead;      /* share of its units where f's slope is 0 on every row of this batch and the three measured before; NaN
                         without an activation */
    double alike;     /* share of its units whose z has the mean and the mean square over the rows that the first unit's has, to
                         1e-5 of their size; NaN for one unit */
    mg_histogram gradients;   /* of the elements of the gradient of its weights */
    mg_histogram activations; /* of y; where there are more than 16,384, of so many at most, evenly chosen */
} mg_layer_health;

/* The figures above by name, the histograms apart: index 0 and up; NULL at the end. */
typedef struct mg_health_figure {
    const char *name; /* "gradient_norm" */
    size_t offset;    /* in mg_layer_health */
} mg_health_figure;
const mg_health_figure *mg_health_figure_row(int index);
static inline double mg_health_value(const mg_health_figure *figure, const mg_layer_health *layer) {
    return *(const double *)(const void *)((const char *)layer + figure->offset);
}

/* The histograms likewise: "gradients", "activations". */
const mg_health_figure *mg_health_histogram_row(int index);
static inline const mg_histogram *mg_health_histogram(const mg_health_figure *row, const mg_layer_health *layer) {
    return (const mg_histogram *)(const void *)((const char *)layer + row->offset);
}

/* All layers at one step. */
typedef struct mg_health {
    int64_t epoch, step;          /* step of the whole run, from 1 */
    const mg_layer_health *layer; /* [history->layers] */
} mg_health;

/* The columns of the encoded training rows, without codes of embeddings and columns that are 0: root mean squares. */
typedef struct mg_input_health {
    int64_t columns;
    double largest, median, smallest;
    int64_t largest_column; /* which of the encoded columns, from 0 */
} mg_input_health;

typedef struct mg_history {
    const mg_epoch *epoch;
    int64_t epochs;
    const char *const *layer; /* names of the layers whose health is measured, from the input to the output */
    int64_t layers;           /* 0: health was not asked for */
    const mg_health *health;  /* steps 1, 2, 4, 8, 16, 32, 64 and every 64th; only steps on a whole batch, where there is one */
    int64_t healths;
    mg_input_health inputs; /* columns 0: health was not asked for */
} mg_history;

/* Of the training under way or the last one of this process, its resumed parts included; a model that was loaded has none (no
 * epochs). Belongs to the model, until it is trained again or destroyed. */
const mg_history *mg_model_history(const mg_model *model);

#ifdef __cplusplus
}
#endif

#endif
