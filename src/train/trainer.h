/* A run of training, from inside. */
#ifndef MG_TRAINER_H
#define MG_TRAINER_H

#include "data/loader.h"
#include "train/model.h"

/* All zero but model and context is a trainer that can be closed. */
typedef struct mg__trainer {
    mg_context *context;
    mg_model *model; /* its options say how */
    mg__part training, validation, test;
    mg__loader loader;
    mg__runner full, rest; /* a step on `batch` rows, and on what the last batch of an epoch has */
    float *x;              /* a batch: inputs, and targets or labels */
    void *target;
    mg_train_callback *on_step, *on_epoch;
    void *user;
    /* as it runs */
    double began;
    mg_progress progress;
    uint64_t steps;  /* of the whole run */
    double loss_sum; /* of the epoch: loss times rows */
    int64_t loss_rows;
    bool diverged;
    mg_scores best; /* of the validation part in epoch progress.best_epoch */
    void *best_flat, *best_state;
} mg__trainer;

/* Runs epochs until there is a reason to stop; the model is left with the best weights, on failure too. */
mg_status mg__trainer_run(mg__trainer *trainer, mg_stop *stop);
void mg__trainer_close(mg__trainer *trainer);

#endif
