#include "train/remedy.h"

#include <stdio.h>
#include <string.h>

#define SAY(...) (snprintf(said, 256, __VA_ARGS__), true)

/* --- settings ---------------------------------------------------------------------------------------- */

static bool scale(const mg__patient *patient, mg__change *change, char said[256]) {
    (void)patient;
    if (!strcmp(change->options.scale, "auto") || !strcmp(change->options.scale, "robust")) return false;
    change->options.scale = "auto";
    return SAY("inputs are scaled");
}

/* By what follows: He et al. 2015 for the relu family, Glorot & Bengio 2010 for sigmoid and tanh. */
static bool initialise(const mg__patient *patient, mg__change *change, char said[256]) {
    bool says = patient->contents.inits > 0;
    if (!strcmp(change->options.init, "auto") && !says) return false;
    change->options.init = "auto";
    change->edit.no_init = change->edit.no_init || says;
    return SAY("weights begin as the activation behind them wants it");
}

static bool clip(const mg__patient *patient, mg__change *change, char said[256]) {
    (void)patient;
    if (change->options.clip_norm > 0) return false;
    change->options.clip_norm = 1;
    return SAY("gradients longer than 1 are shortened to 1");
}

static bool usual_rate(const mg__patient *patient, mg__change *change, char said[256]) {
    (void)patient;
    if (change->options.learning_rate == MG_AUTO) return false;
    change->options.learning_rate = MG_AUTO;
    return SAY("the optimizer's own learning rate");
}

static double rate_now(const mg__patient *patient, const mg__change *change) {
    return change->options.learning_rate != MG_AUTO ? change->options.learning_rate : patient->used->learning_rate;
}

static bool lower_rate(const mg__patient *patient, mg__change *change, char said[256]) {
    change->options.learning_rate = rate_now(patient, change) / 10;
    return SAY("a tenth of the learning rate, %g", change->options.learning_rate);
}

static bool higher_rate(const mg__patient *patient, mg__change *change, char said[256]) {
    double rate = rate_now(patient, change) * 10;
    if (rate > 1000) return false;
    change->options.learning_rate = rate;
    return SAY("ten times the learning rate, %g", rate);
}

/* The old optimiser's learning rate and momentum mean nothing to the new one. */
static bool optimise(const mg__patient *patient, mg__change *change, char said[256], const char *name, const char *what) {
    if (!strcmp(patient->used->optimizer, name) || (!strcmp(name, "adam") && !strcmp(patient->used->optimizer, "adamw")))
        return false;
    change->options.optimizer = name;
    change->options.learning_rate = change->options.momentum = change->options.weight_decay = MG_AUTO;
    return SAY("%s (%s) with its own learning rate", name, what);
}

static bool momentum(const mg__patient *patient, mg__change *change, char said[256]) {
    return optimise(patient, change, said, "momentum", "Polyak 1964");
}
static bool adagrad(const mg__patient *patient, mg__change *change, char said[256]) {
    return optimise(patient, change, said, "adagrad", "Duchi et al. 2011");
}
static bool rmsprop(const mg__patient *patient, mg__change *change, char said[256]) {
    return optimise(patient, change, said, "rmsprop", "Tieleman & Hinton 2012");
}
static bool adam(const mg__patient *patient, mg__change *change, char said[256]) {
    return optimise(patient, change, said, "adam", "Kingma & Ba 2015");
}

static bool balance(const mg__patient *patient, mg__change *change, char said[256]) {
    (void)patient;
    if (change->options.class_weight) return false;
    change->options.class_weight = "balanced";
    return SAY("rare classes count as much as frequent ones");
}

static bool penalise(const mg__patient *patient, mg__change *change, char said[256]) {
    if (change->options.l2 > 1e-3) return false;
    (void)patient;
    change->options.l2 = 1e-2;
    return SAY("large weights cost: l2 of 0.01");
}

/* --- the network ------------------------------------------------------------------------------------- */

/* Nair & Hinton 2010; Maas, Hannun & Ng 2013. Its weights begin as it needs them. */
static bool activate(const mg__patient *patient, mg__change *change, char said[256]) {
    if (patient->contents.activations == 0) return false;
    bool bounded = patient->contents.bounded > 0;
    if (!bounded && !patient->contents.rectified) return false;
    change->edit.activation = bounded ? "relu" : "leaky_relu";
    initialise(patient, change, said);
    return SAY("%s in place of what %s, weights begin as it wants", change->edit.activation,
               bounded ? "is flat at both ends" : "is 0 below 0");
}

static bool normalise(const mg__patient *patient, mg__change *change, char said[256]) {
    if (patient->contents.activations == 0 || patient->contents.norms >= patient->contents.activations) return false;
    change->edit.norm = "batchnorm";
    return SAY("each batch is normalised before every activation (Ioffe & Szegedy 2015)");
}

static bool connect(const mg__patient *patient, mg__change *change, char said[256]) {
    if (patient->contents.blocks < 3 || patient->contents.residuals > 0) return false;
    change->edit.residual = true;
    return SAY("each block adds to what it gets: residual connections (He et al. 2015)");
}

static bool shorten(const mg__patient *patient, mg__change *change, char said[256]) {
    if (patient->contents.blocks < 2 || patient->contents.residuals > 0) return false;
    change->edit.half = true;
    return SAY("half as many layers: %d", (patient->contents.blocks + 1) / 2);
}

static bool widen(const mg__patient *patient, mg__change *change, char said[256]) {
    if (patient->contents.blocks == 0) return false;
    change->edit.width = 2;
    return SAY("layers twice as wide");
}

static bool drop(const mg__patient *patient, mg__change *change, char said[256]) {
    if (patient->contents.activations == 0 || patient->contents.dropouts > 0) return false;
    change->edit.dropout = 0.3;
    return SAY("dropout of 0.3 behind every activation (Srivastava et al. 2014)");
}

/* --- the table --------------------------------------------------------------------------------------- */

#define BIT(kind) (1u << MG_ILLNESS_##kind)

/* In the order in which they are tried, the mildest first. */
static const mg__remedy table[] = {
    { "scaling", BIT(UNSCALED) | BIT(SATURATED) | BIT(EXPLODING) | BIT(RATE_HIGH) | BIT(DEAD), scale },
    { "initialisation", BIT(SYMMETRIC) | BIT(EXPLODING) | BIT(SATURATED) | BIT(VANISHING) | BIT(DEAD), initialise },
    { "learning rate", BIT(RATE_HIGH) | BIT(RATE_LOW) | BIT(DEAD) | BIT(SATURATED) | BIT(EXPLODING), usual_rate },
    { "lower learning rate", BIT(RATE_HIGH) | BIT(DEAD) | BIT(EXPLODING), lower_rate },
    { "higher learning rate", BIT(RATE_LOW) | BIT(UNDERFITTING), higher_rate },
    { "clipping", BIT(EXPLODING) | BIT(RATE_HIGH), clip },
    { "activation", BIT(VANISHING) | BIT(SATURATED) | BIT(DEAD), activate },
    { "normalisation", BIT(VANISHING) | BIT(SATURATED) | BIT(EXPLODING) | BIT(DEAD), normalise },
    { "residual connections", BIT(VANISHING), connect },
    { "depth", BIT(VANISHING) | BIT(EXPLODING), shorten },
    { "optimizer momentum", BIT(RATE_LOW), momentum },
    { "optimizer adagrad", BIT(RATE_LOW) | BIT(VANISHING), adagrad },
    { "optimizer rmsprop", BIT(RATE_LOW) | BIT(VANISHING), rmsprop },
    { "optimizer adam", BIT(RATE_LOW) | BIT(VANISHING) | BIT(RATE_HIGH) | BIT(UNDERFITTING), adam },
    { "class weights", BIT(IMBALANCE), balance },
    { "dropout", BIT(OVERFITTING), drop },
    { "penalty", BIT(OVERFITTING), penalise },
    { "width", BIT(UNDERFITTING), widen },
};

int mg__remedies(void) { return (int)(sizeof table / sizeof *table); }
const mg__remedy *mg__remedy_row(int index) { return &table[index]; }

bool mg__remedy_apply(int index, const mg__patient *patient, mg__change *change) {
    char said[256] = "";
    if (change->done >> index & 1 || !table[index].apply(patient, change, said)) return false;
    bool first = change->done == 0;
    size_t names = strlen(change->names), text = strlen(change->text);
    change->done |= 1u << index;
    mg__append(change->names, sizeof change->names, &names, "%s%s", first ? "" : " + ", table[index].name);
    mg__append(change->text, sizeof change->text, &text, "%s%s", first ? "" : "; ", said);
    return true;
}
