/* The health of the first member's gradients, measured while it learns. What it measures does not change what is learned. */
#ifndef MG_TRAIN_HEALTH_H
#define MG_TRAIN_HEALTH_H

#include "train/probe.h"

#define MG__HEALTH_EVERY  64 /* steps, once it is past them; before, at every power of 2 */
#define MG__HEALTH_RECENT 4  /* measured steps on none of which a dead unit is alive */

/* What is remembered of a layer from one measured step to the next. */
typedef struct mg__vitals {
    float *mean;   /* [weights]: of the gradient */
    double square; /* the mean of its squared norm */
    float *before; /* [weights]: as they were before the step under way */
    int64_t weights;
    int64_t *alive; /* [units]: the last measured step, from 1, at which the unit's slope was not 0; 0: none yet */
} mg__vitals;

/* All zero can be closed. */
typedef struct mg__health {
    mg_context *context; /* of the learner */
    const mg__probe *probe;
    mg_parameters *parameters;
    mg_session *session;
    mg__vitals *vitals; /* [layers] */
    mg_tensor *outputs; /* of the probe */
    int64_t measured;   /* steps */
    /* measured since they were recorded last */
    mg_health *step;
    mg_layer_health *layer; /* [steps][layers] */
    size_t steps, step_capacity, layer_capacity;
} mg__health;

mg_status mg__health_open(mg__health *health, mg_context *context, const mg__probe *probe, mg_parameters *parameters,
                          uint64_t seed);
void mg__health_close(mg__health *health);
/* Is the step, from 1, on so many rows one to measure? */
bool mg__health_is_due(const mg__health *health, uint64_t step, int64_t rows);
/* Around a step that is: before it with its inputs, and after it. */
mg_status mg__health_before(mg__health *health, int64_t epoch, uint64_t step, const mg_tensor *inputs);
void mg__health_after(mg__health *health);
/* Moves what was measured to the end of a history, in the thread of its context. */
mg_status mg__health_record(mg__health *health, mg_context *context, mg__history *history);

/* Looks at the columns of encoded rows; rows NULL: 0 .. count - 1. */
mg_status mg__health_inputs(const mg_model *model, const mg__part *pool, const int64_t *rows, int64_t count,
                            mg_input_health *inputs);

#endif
