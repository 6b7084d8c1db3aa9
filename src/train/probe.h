/* A program that looks at a step before it is done: gradients, what comes back to each layer and what it gives. It writes
 * nothing, so training does not notice. */
#ifndef MG_TRAIN_PROBE_H
#define MG_TRAIN_PROBE_H

#include "train/model.h"

/* What the program gives of each layer, one after the other. */
enum {
    MG__PROBE_GRADIENT, /* of the weights */
    MG__PROBE_FIGURES,  /* [MG__PROBE_FIGURE_COUNT] */
    MG__PROBE_SLOPE,    /* [units]: mean of the activation's |slope| over the rows; without one: any numbers */
    MG__PROBE_MEANS,    /* [units]: of z over the rows */
    MG__PROBE_SQUARES,  /* [units]: mean squares of z */
    MG__PROBE_SAMPLE,   /* of y: MG__PROBE_SAMPLED values at most */
    MG__PROBE_OUTPUTS,
};

enum {
    MG__PROBE_SIGNAL, /* as in mg_layer_health, and so the next */
    MG__PROBE_MEAN,   /* of y */
    MG__PROBE_VARIANCE,
    MG__PROBE_SATURATED,
    MG__PROBE_FIGURE_COUNT,
};

#define MG__PROBE_SAMPLED 16384

typedef struct mg__probed {
    char name[64];
    int entry;     /* of its weights in the store */
    int64_t units; /* of its output */
    bool activation, bounded;
} mg__probed;

typedef struct mg__probe {
    mg_program *program; /* inputs as of a step; outputs [layers][MG__PROBE_OUTPUTS] */
    int64_t rows;        /* of the batch */
    mg__probed *layer;
    int layers;
} mg__probe;

mg_status mg__probe_build(const mg_model *model, mg_parameters *parameters, int64_t rows, bool weighted, mg__probe *probe);
void mg__probe_free(mg_context *context, mg__probe *probe);

#endif
