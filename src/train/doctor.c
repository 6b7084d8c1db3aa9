/* A visit: a brief training, its diagnosis, and trainings with what may help. */
#include "train/remedy.h"

#include <math.h>
#include <string.h>

enum {
    ROUNDS = 3,  /* of remedies on top of each other */
    TRIALS = 40, /* at most */
};

#define BETTER 0.002 /* of a score: less is chance */

typedef struct tried {
    mg__change change;
    mg_diagnosis diagnosis;
    char *model; /* text of its layers */
} tried;

struct mg_doctor {
    mg_context *context;
    const mg_dataset *dataset;
    mg_doctor_callback *callback;
    void *user;
    mg_model *first; /* its history and text */
    mg_network *network;
    mg__patient patient;
    tried tried[TRIALS];
    mg_doctor_trial trial[TRIALS];
    mg_visit visit;
};

/* --- one training ------------------------------------------------------------------------------------ */

/* Keeps what came out at the end of the trials; the model is the caller's. */
static mg_status train(mg_doctor *d, const mg__change *change, char *text, mg_model **out) {
    mg_train_options options = change->options;
    options.health = true;
    if (text) options.model = text, options.dropout = MG_AUTO;
    mg_model *model = mg_model_create_with(d->context, d->dataset, &options);
    if (!model) return mg_context_status(d->context);
    mg_result result = mg_train(model, d->dataset, &options);
    tried *t = &d->tried[d->visit.trials];
    mg_doctor_trial *trial = &d->trial[d->visit.trials];
    mg_status status = result.status;
    if (status == MG_OK) status = mg_model_diagnose(model, &d->visit.linear, &t->diagnosis);
    if (status != MG_OK) {
        mg_model_destroy(model);
        return status;
    }
    t->change = *change;
    t->model = mg__strdup(d->context, mg_model_text(model));
    *trial = (mg_doctor_trial){ .remedy = t->change.names,
                                .change = t->change.text,
                                .model = t->model,
                                .train = result.train,
                                .validation = result.validation,
                                .kind = mg_diagnosis_kind(&t->diagnosis) };
    d->visit.trials++;
    *out = model;
    return t->model ? MG_OK : MG_OUT_OF_MEMORY;
}

/* --- what everything is measured by ------------------------------------------------------------------ */

/* A brief training: so many epochs that all multiply-adds are about a second's. A convolution does many with each weight. */
static int64_t brief_epochs(const mg_model *model, const mg_train_options *options) {
    const mg_plan *plan = mg_model_plan(model);
    double work = (double)plan->parameters * (double)plan->rows[0] * (mg__network_slides(model->network) ? 64 : 1);
    double epochs = 1.5e9 / work;
    int64_t brief = epochs > 60 ? 60 : epochs < 3 ? 3 : (int64_t)epochs;
    return options->epochs != MG_AUTO && options->epochs < brief ? options->epochs : brief;
}

/* One network, few epochs, and no answer that comes from the test rows. */
static mg_status shape(mg_doctor *d, const mg_train_options *options, mg__change *change) {
    *change = (mg__change){ .options = *options };
    mg_train_options *own = &change->options;
    if (own->members == MG_AUTO) own->members = 1;
    own->on_step = own->on_epoch = NULL;
    own->trace = NULL;
    mg_model *model = mg_model_create_with(d->context, d->dataset, own);
    if (!model) return mg_context_status(d->context);
    mg_plan plan;
    mg_status status = mg_train_plan(model, d->dataset, own, &plan);
    if (status == MG_OK) own->epochs = brief_epochs(model, own);
    mg_model_destroy(model);
    return status;
}

/* The linear model on the same rows, with every setting of the network's left to itself. */
static mg_status train_linear(mg_doctor *d, const mg__change *change) {
    mg_train_options options = change->options;
    const mg_train_options usual = mg_train_defaults();
    options.model = "";
    options.dropout = MG_AUTO;
    options.init = usual.init;
    options.scale = usual.scale;
    options.optimizer = usual.optimizer;
    options.schedule = usual.schedule;
    options.learning_rate = options.momentum = options.weight_decay = options.l2 = MG_AUTO;
    options.batch = MG_AUTO;
    options.l1 = options.clip_norm = options.clip_value = 0;
    options.epochs = 60;
    mg_model *model = mg_model_create_with(d->context, d->dataset, &options);
    if (!model) return mg_context_status(d->context);
    mg_result result = mg_train(model, d->dataset, &options);
    d->visit.linear = result.validation;
    mg_model_destroy(model);
    return result.status;
}

/* --- choosing ---------------------------------------------------------------------------------------- */

static double score_of(const mg_doctor *d, int trial) {
    double value = mg_metric_value(d->visit.metric, &d->trial[trial].validation);
    if (d->tried[trial].diagnosis.findings > 0 && !isfinite(value)) return -INFINITY;
    return isnan(value) ? -INFINITY : d->visit.metric->more_is_better ? value : -value;
}

static bool is_well(const mg_doctor *d, int trial) {
    double linear = mg_metric_value(d->visit.metric, &d->visit.linear);
    if (!d->visit.metric->more_is_better) linear = -linear;
    return d->trial[trial].kind == MG_HEALTHY && !(score_of(d, trial) < linear - 0.01);
}

static unsigned bits_of(const mg_diagnosis *diagnosis) {
    unsigned bits = 0;
    for (int i = 0; i < diagnosis->findings; i++) bits |= 1u << diagnosis->finding[i].kind;
    return bits;
}

/* What is put right need not be as good: inputs without scale, or a network that saves what is left of rare classes. */
static bool is_better(const mg_doctor *d, int trial, int best) {
    double gain = score_of(d, trial) - score_of(d, best);
    bool cured = d->trial[trial].kind == MG_HEALTHY, was_cured = d->trial[best].kind == MG_HEALTHY;
    if (cured != was_cured && fabs(gain) <= 0.02) return cured;
    return gain > BETTER;
}

/* --- trying ------------------------------------------------------------------------------------------ */

static mg_status try_change(mg_doctor *d, const mg__change *change) {
    char *text = mg__network_edit(d->network, &change->edit);
    mg_model *model = NULL;
    if (!text) return MG_OUT_OF_MEMORY;
    bool edited = strcmp(text, mg_network_text(d->network)) != 0;
    mg_status status = train(d, change, edited || change->options.model ? text : NULL, &model);
    mg__free(d->context, text);
    mg_model_destroy(model);
    if (status != MG_SETTING && status != MG_INVALID) return status;
    mg_context_clear(d->context); /* it does not fit this network */
    return MG_OK;
}

/* Each remedy that fits on top of the best so far; false in *go_on: the caller wants no more. */
static mg_status try_all(mg_doctor *d, int base, unsigned ill, bool *go_on) {
    mg_status status = MG_OK;
    for (int i = 0; i < mg__remedies() && status == MG_OK && *go_on; i++) {
        mg__change change = d->tried[base].change;
        if (!(mg__remedy_row(i)->against & ill) || d->visit.trials == TRIALS) continue;
        if (!mg__remedy_apply(i, &d->patient, &change)) continue;
        *go_on = !d->callback || d->callback(d->user, change.text);
        if (*go_on) status = try_change(d, &change);
    }
    return status;
}

static mg_status cure(mg_doctor *d) {
    unsigned ill = bits_of(&d->visit.before);
    bool go_on = true;
    mg_status status = MG_OK;
    for (int round = 0; round < ROUNDS && status == MG_OK && go_on && !is_well(d, d->visit.chosen); round++) {
        int from = d->visit.trials, base = d->visit.chosen;
        status = try_all(d, base, ill | bits_of(&d->tried[base].diagnosis), &go_on);
        for (int i = from; i < d->visit.trials; i++)
            if (is_better(d, i, d->visit.chosen)) d->visit.chosen = i;
        if (d->visit.chosen == base) break;
    }
    return status;
}

/* --- the visit --------------------------------------------------------------------------------------- */

static mg_status examine(mg_doctor *d, const mg_train_options *options) {
    mg__change change;
    mg_status status = shape(d, options, &change);
    if (status == MG_OK) status = train_linear(d, &change);
    if (status == MG_OK) status = train(d, &change, NULL, &d->first);
    if (status != MG_OK) return status;
    d->network = mg_network_parse(d->context, mg_model_text(d->first));
    if (!d->network) return mg_context_status(d->context);
    d->patient = (mg__patient){ d->network, mg__network_contents(d->network), mg_model_trained_with(d->first) };
    d->visit.task = mg_model_task(d->first);
    d->visit.before = d->tried[0].diagnosis;
    d->visit.history = mg_model_history(d->first);
    bool rare = mg_diagnosis_kind(&d->visit.before) == MG_ILLNESS_IMBALANCE;
    d->visit.metric = mg_metric_find(rare ? "balanced_accuracy" : d->visit.task == MG_TASK_CLASSIFICATION ? "accuracy" : "r2");
    if (d->visit.before.findings > 0) status = cure(d);
    return status;
}

static void conclude(mg_doctor *d) {
    tried *chosen = &d->tried[d->visit.chosen];
    d->visit.trial = d->trial;
    d->visit.after = chosen->diagnosis;
    d->visit.options = chosen->change.options;
    if (!d->visit.chosen && !chosen->change.options.model) return;
    bool same = !strcmp(chosen->model, d->tried[0].model);
    if (same && !chosen->change.options.model) return;
    d->visit.options.model = chosen->model;
    d->visit.options.dropout = MG_AUTO;
}

mg_doctor *mg_doctor_examine(mg_context *context, const mg_dataset *dataset, const mg_train_options *options,
                             mg_doctor_callback *callback, void *user) {
    if (!context || !dataset) return NULL;
    mg_train_options defaults = mg_train_defaults();
    mg_doctor *d = mg__alloc_zero(context, sizeof *d);
    if (!d) return NULL;
    d->context = context;
    d->dataset = dataset;
    d->callback = callback;
    d->user = user;
    if (examine(d, options ? options : &defaults) != MG_OK) {
        mg_doctor_destroy(d);
        return NULL;
    }
    conclude(d);
    return d;
}

const mg_visit *mg_doctor_visit(const mg_doctor *doctor) { return &doctor->visit; }

void mg_doctor_destroy(mg_doctor *d) {
    if (!d) return;
    for (int i = 0; i < d->visit.trials; i++) mg__free(d->context, d->tried[i].model);
    mg_network_destroy(d->network);
    mg_model_destroy(d->first);
    mg__free(d->context, d);
}
