/* The head of a network: which loss it may have, how many units that takes, and what their numbers mean.
 *
 *     loss                               units     target        answer
 *     cross_entropy, multi_hinge         classes   i32 label     softmax
 *     binary_cross_entropy               1         0 or 1        1 - p, p = sigmoid
 *     hinge                              1         -1 or 1       likewise
 *     losses of a regression             1         standardised  unit of the target
 */
#include "train/model.h"

#include <math.h>
#include <string.h>

/* Takes a float target, but one made of two classes. */
static bool is_binary(const mg_loss *loss) { return loss->build == mg_binary_cross_entropy || loss->build == mg_hinge; }

static bool fits(const mg_model *model, const mg_loss *loss) {
    if (model->task == MG_TASK_REGRESSION) return !loss->classification && !is_binary(loss);
    return loss->classification || (is_binary(loss) && mg_encoder_classes(model->encoder) == 2);
}

const mg_loss *mg__head_loss(mg_model *model, const char *name) {
    bool regression = model->task == MG_TASK_REGRESSION;
    if (!strcmp(name, "auto")) return mg_loss_find(regression ? "mean_squared_error" : "cross_entropy");
    if (!strcmp(name, "hinge") && !regression && mg_encoder_classes(model->encoder) > 2) name = "multi_hinge";
    const mg_loss *loss = mg_loss_find(name);
    if (loss && fits(model, loss)) return loss;
    char known[256] = "";
    size_t used = 0;
    for (int i = 0; mg_loss_row(i); i++) {
        if (fits(model, mg_loss_row(i))) mg__append(known, sizeof known, &used, "%s%s", used ? ", " : "", mg_loss_row(i)->name);
    }
    mg__fail(model->context, MG_SETTING, "loss: '%s' does not fit the target '%s' (%s, %lld classes); give one of %s", name,
             model->target, mg_task_name(model->task), (long long)mg_encoder_classes(model->encoder), known);
    return NULL;
}

int64_t mg__head_units(const mg_model *model) { return model->loss->classification ? mg_encoder_classes(model->encoder) : 1; }

bool mg__head_takes_labels(const mg_model *model) { return model->loss->classification; }

float mg__head_target(const mg_model *model, int32_t label) {
    return model->loss->build == mg_hinge ? (label ? 1.0f : -1.0f) : (float)label;
}

#define KEPT 32 /* classes whose power is not computed twice */

/* Adds e^(z - max z) / sum. */
static void add_softmax(const float *z, int64_t count, double *p) {
    double power[KEPT], largest = (double)z[0], sum = 0;
    for (int64_t j = 1; j < count; j++) largest = (double)z[j] > largest ? (double)z[j] : largest;
    for (int64_t j = 0; j < count; j++) {
        double e = exp((double)z[j] - largest);
        sum += e;
        if (j < KEPT) power[j] = e;
    }
    for (int64_t j = 0; j < count; j++) p[j] += (j < KEPT ? power[j] : exp((double)z[j] - largest)) / sum;
}

/* 1 / (1 + e^-z), without a difference that cancels */
static double sigmoid(double z) { return z >= 0 ? 1 / (1 + exp(-z)) : exp(z) / (1 + exp(z)); }

void mg__head_add(const mg_model *model, const float *output, double *answer) {
    if (model->loss->classification) {
        add_softmax(output, mg_encoder_classes(model->encoder), answer);
    } else if (model->task == MG_TASK_CLASSIFICATION) {
        answer[0] += sigmoid(-(double)output[0]);
        answer[1] += sigmoid((double)output[0]);
    } else {
        answer[0] += (double)output[0];
    }
}

void mg__head_finish(const mg_model *model, int64_t members, double *answer) {
    int64_t outputs = mg_model_outputs(model);
    for (int64_t j = 0; members > 1 && j < outputs; j++) answer[j] /= (double)members;
    if (model->task == MG_TASK_REGRESSION) answer[0] = mg_encoder_unscale(model->encoder, answer[0]);
}
