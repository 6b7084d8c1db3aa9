/* Rows of the layer table without parameters: activations and dropout. */
#include "nn/layer.h"

#include <micrograd/ops.h>

/* An activation of no argument. `init` is what keeps the variance through it: He et al. 2015 for the relu family, LeCun 1998 for
 * selu (Klambauer et al. 2017), Glorot & Bengio 2010 for what is near the identity at 0. `slope` is the largest there is. */
#define ACTIVATION(function, init, slope, limits, text)                  \
    static mg_node *build_##function(mg__layer_call *call, mg_node *x) { \
        (void)call;                                                      \
        return mg_##function(x);                                         \
    }                                                                    \
    const mg__layer mg__layer_##function = { .name = #function,          \
                                             .doc = text,                \
                                             .build = build_##function,  \
                                             .before = MG_INIT_##init,   \
                                             .steepest = slope,          \
                                             .bounded = limits };

ACTIVATION(relu, he_normal, 1, false, "max(x, 0)")
ACTIVATION(tanh, glorot_uniform, 1, true, "hyperbolic tangent")
ACTIVATION(sigmoid, glorot_uniform, 0.25, true, "1/(1 + exp(-x))")
ACTIVATION(softplus, glorot_uniform, 1, false, "ln(1 + exp(x))")
ACTIVATION(gelu, he_normal, 1.129, false, "x times the normal distribution's cumulative probability of x")
ACTIVATION(silu, he_normal, 1.0998, false, "x sigmoid(x)")
ACTIVATION(selu, lecun_normal, 1.7581, false, "self-normalising: scaled elu")
ACTIVATION(mish, he_normal, 1.0885, false, "x tanh(softplus(x))")
ACTIVATION(hard_swish, he_normal, 1.5, false, "x min(max(x + 3, 0), 6)/6")

static mg_node *build_elu(mg__layer_call *call, mg_node *x) { return mg_elu(x, call->values[0].number); }

const mg__layer mg__layer_elu = {
    .name = "elu",
    .doc = "x, or alpha (exp(x) - 1) below 0",
    .arguments = { { "alpha", MG__NUMBER, false, 1, 0, 100, "minus the limit at -infinity" } },
    .build = build_elu,
    .before = MG_INIT_he_normal,
    .steepest = 1,
};

static mg_node *build_leaky_relu(mg__layer_call *call, mg_node *x) { return mg_leaky_relu(x, call->values[0].number); }

const mg__layer mg__layer_leaky_relu = {
    .name = "leaky_relu",
    .doc = "x, or slope x below 0",
    .arguments = { { "slope", MG__NUMBER, false, 0.01, 0, 1, "factor below 0" } },
    .build = build_leaky_relu,
    .before = MG_INIT_he_normal,
    .steepest = 1,
};

static mg_node *build_softmax(mg__layer_call *call, mg_node *x) {
    (void)call;
    return mg_softmax(x, -1);
}

const mg__layer mg__layer_softmax = { .name = "softmax",
                                      .doc = "exp(x) divided by its sum over the last axis",
                                      .build = build_softmax,
                                      .before = MG_INIT_glorot_uniform };

static mg_node *build_dropout(mg__layer_call *call, mg_node *x) {
    if (!call->training) return x;
    double rate = call->values[0].number;
    return call->values[1].number != 0 ? mg_dropout_channels(x, rate) : mg_dropout(x, rate);
}

const mg__layer mg__layer_dropout = {
    .name = "dropout",
    .doc =
        "in training, each number, or each whole channel of an image, is 0 with the given probability, the others are scaled up",
    .arguments = { { "rate", MG__NUMBER, true, 0, 0, 0.999, "the probability" },
                   { "channels", MG__SWITCH, false, 0, 0, 1, "whole channels" } },
    .build = build_dropout,
    .before = MG_INIT_auto,
    .stochastic = true,
};
