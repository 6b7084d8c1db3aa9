/* What a trial comes to: a job of a crew. Objective and job decide the outcome, whoever does it. */
#ifndef MG_TUNE_EVALUATE_H
#define MG_TUNE_EVALUATE_H

#include "tune/crew.h"
#include "tune/frozen_folds.h"
#include "tune/pruner.h"

#include <micrograd/tune.h>

enum {
    MG__STEPS_MOST = 128, /* values on the way that are told */
    MG__REASON_BYTES = 256,
};

/* What all trials of a search share; read alone while they run. */
typedef struct mg__objective {
    const mg_space *space;
    const mg__pruner *pruner;
    bool maximise;
    /* A training. */
    const mg_dataset *dataset;
    mg_train_options train; /* what is not searched */
    bool searches_model;    /* its text comes from the space */
    const mg_metric *metric;
    const mg__frozen_folds *frozen; /* repeat 0 is the study's, the others are for running again; NULL: one training */
    const mg_dataset *rest;         /* without the test part, where another seed would choose another */
    double rest_validation;         /* share of it */
    /* A program. */
    const char *command; /* NULL: a training */
} mg__objective;

typedef struct mg__job {
    int64_t number;
    int64_t again;  /* 0: a trial of the study; else which new run, from 1 */
    double seconds; /* that it may take; 0: as it needs */
    mg__bar bar;
    double point[MG_SPACE_MOST];
} mg__job;

typedef struct mg__outcome {
    mg_trial_state state;
    bool cut; /* it was ended from outside: it does not count */
    double value, seconds;
    int64_t steps;
    int64_t step[MG__STEPS_MOST];
    double step_value[MG__STEPS_MOST];
    char reason[MG__REASON_BYTES];
} mg__outcome;

/* The fixed settings with those of a point. text receives the model's; the space belongs to the calling thread. */
mg_status mg__trial_options(const mg__objective *objective, const mg_space *space, const double *point, mg_train_options *options,
                            char **text);

/* mg__crew_work: user is an mg__objective, the job's bytes are an mg__job, the result's an mg__outcome. */
mg_status mg__trial_work(void *user, mg_context *context, const mg__message *job, const atomic_bool *stop, mg__message *result);

/* A value on the way; true: the trial is not worth going on with. */
bool mg__outcome_step(const mg__objective *objective, const mg__job *job, mg__outcome *outcome, int64_t step, double value);
void mg__outcome_fail(mg__outcome *outcome, const char *format, ...) MG__PRINTF(2, 3);

#endif
