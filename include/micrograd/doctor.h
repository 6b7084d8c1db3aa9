/* micrograd/doctor.h: what ails a network that does not learn, and what helps.
 *
 *     mg_doctor *doctor = mg_doctor_examine(ctx, digits, &options, NULL, NULL);
 *     const mg_diagnosis *found = &mg_doctor_visit(doctor)->before;
 *     for (int i = 0; i < found->findings; i++) puts(found->finding[i].evidence);
 *     mg_doctor_destroy(doctor);
 *
 * A diagnosis follows from what was measured while a network learned (micrograd/history.h): gradients, activations, updates,
 * inputs and scores; never from the network's text.
 */
#ifndef MICROGRAD_DOCTOR_H
#define MICROGRAD_DOCTOR_H

#include <micrograd/history.h>
#include <micrograd/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a network can have, causes before what follows from them: identifier, name, meaning, where the rule is from. The order is
 * that of a diagnosis: of several, the first is the worst. */
#define MG_ILLNESS_TABLE(X)                                                                                                      \
    X(SYMMETRIC, "symmetric", "the units of a layer begin alike, so they stay alike: together they are one unit",                \
      "Rumelhart, Hinton & Williams 1986")                                                                                       \
    X(UNSCALED, "unscaled", "inputs are so large, so small or so unlike that no learning rate suits all their weights",          \
      "LeCun, Bottou, Orr & Mueller 1998")                                                                                       \
    X(EXPLODING, "exploding", "numbers grow from layer to layer, so that gradients are huge or not finite",                      \
      "Pascanu, Mikolov & Bengio 2013; He et al. 2015")                                                                          \
    X(RATE_HIGH, "learning-rate-high", "steps are so long that they overwrite what was learned", "Bengio 2012")                  \
    X(DEAD, "dead", "units give 0 for every row, so that no gradient reaches their weights", "Maas, Hannun & Ng 2013")           \
    X(SATURATED, "saturated", "activations lie where they are flat, so that hardly any gradient passes", "Glorot & Bengio 2010") \
    X(VANISHING, "vanishing", "the gradient shrinks on its way back, so that early layers hardly learn",                         \
      "Hochreiter 1991; Glorot & Bengio 2010")                                                                                   \
    X(RATE_LOW, "learning-rate-low", "steps are so short that the weights stay where they began", "Bengio 2012")                 \
    X(IMBALANCE, "imbalance", "rare classes are given up for the frequent ones", "He & Garcia 2009")                             \
    X(OVERFITTING, "overfitting", "rows that were trained on are known by heart, others are not understood",                     \
      "Geman, Bienenstock & Doursat 1992")                                                                                       \
    X(UNDERFITTING, "underfitting", "even the rows that were trained on are not learned", "Geman, Bienenstock & Doursat 1992")

typedef enum mg_illness {
    MG_HEALTHY,
#define MG_ILLNESS_ENUM(id, name, doc, source) MG_ILLNESS_##id,
    MG_ILLNESS_TABLE(MG_ILLNESS_ENUM)
#undef MG_ILLNESS_ENUM
        MG_ILLNESSES
} mg_illness;

const char *mg_illness_name(mg_illness illness);   /* "vanishing"; "healthy" */
const char *mg_illness_doc(mg_illness illness);    /* its meaning */
const char *mg_illness_source(mg_illness illness); /* the papers */

enum { MG_FINDING_LAYERS = 32 };

/* One thing that was found, with the layers (of mg_history.layer) that show it, the first of them where they are many, and the
 * figures as a sentence. */
typedef struct mg_finding {
    mg_illness kind;
    int64_t layer[MG_FINDING_LAYERS];
    int layers;
    char evidence[512];
} mg_finding;

typedef struct mg_diagnosis {
    mg_finding finding[MG_ILLNESSES]; /* the worst first, each kind once */
    int findings;                     /* 0: healthy */
} mg_diagnosis;

mg_illness mg_diagnosis_kind(const mg_diagnosis *diagnosis); /* the worst, or MG_HEALTHY */

/* Judges the model's last training, which must have measured its health (mg_train_options.health); otherwise MG_INVALID. Most
 * rules ask first whether the network falls short of a linear model's scores on the validation rows (NULL: what the result says
 * of a linear model): one that learns well is healthy, whatever its layers look like. */
mg_status mg_model_diagnose(const mg_model *model, const mg_scores *linear, mg_diagnosis *diagnosis);

/* --- trying what helps ------------------------------------------------------------------------------- */

/* A brief training with some changes; text belongs to the doctor. */
typedef struct mg_doctor_trial {
    const char *remedy; /* "activation", or several: "activation, normalisation" */
    const char *change; /* what was done, a sentence */
    const char *model;  /* the text of its hidden layers */
    mg_status status;   /* else the remedy does not fit this network: no scores */
    mg_scores train, validation;
    mg_illness kind; /* what ails it still */
} mg_doctor_trial;

typedef struct mg_visit {
    mg_task task;
    const mg_metric *metric; /* by which trials are compared */
    mg_diagnosis before, after;
    const mg_history *history;    /* of the first trial */
    mg_scores linear;             /* of a linear model, on the validation rows */
    const mg_doctor_trial *trial; /* [0]: nothing was changed */
    int trials, chosen;           /* 0 chosen: nothing helped, or nothing was to be done */
    mg_train_options options;     /* of the chosen one: training with them gives what it had. Text belongs to the doctor */
} mg_visit;

typedef struct mg_doctor mg_doctor;
/* Told before each trial; returns false to end the visit with what is known. */
typedef bool mg_doctor_callback(void *user, const char *change);

/* Trains briefly (one network, unless options.members says otherwise; at most options.epochs), diagnoses, and where something is
 * found trains with each remedy that fits, from the same seed and split; then with more of them together, until one is as good as
 * the linear model and healthy. Test rows are not looked at. NULL on failure: as mg_train. The same data and options give the
 * same visit. */
mg_doctor *mg_doctor_examine(mg_context *context, const mg_dataset *dataset, const mg_train_options *options,
                             mg_doctor_callback *callback, void *user);
const mg_visit *mg_doctor_visit(const mg_doctor *doctor);
void mg_doctor_destroy(mg_doctor *doctor); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
