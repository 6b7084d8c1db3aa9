/* Normalisations: batch (Ioffe & Szegedy 2015) and layer (Ba, Kiros & Hinton 2016). */
#include "nn/layer.h"

#include "graph/graph.h"

#include <micrograd/gradient.h>
#include <micrograd/ops.h>
#include <micrograd/program.h>

static bool check_norm(mg_node *x, const mg_parameters *parameters, double epsilon) {
    if (!mg__check_layer_input(x, parameters)) return false;
    if (mg_node_rank(x) < 2 || mg_node_count(x) < 1)
        mg_graph_fail(mg_node_graph(x), MG_INVALID, "input is %s; wanted [rows, ..., features]", MG__NODE_SHAPE_TEXT(x));
    else if (!(epsilon > 0))
        mg_graph_fail(mg_node_graph(x), MG_INVALID, "epsilon is %g; wanted more than 0", epsilon);
    else
        return true;
    return false;
}

/* gain (x - mean) / sqrt(variance + epsilon) + bias */
static mg_node *normalize(mg_node *x, mg_node *mean, mg_node *variance, mg_node *gain, mg_node *bias, double epsilon) {
    mg_node *scale = mg_reciprocal(mg_sqrt(mg_add_scalar(variance, epsilon)));
    return mg_add(mg_mul(mg_mul(mg_sub(x, mean), scale), gain), bias);
}

/* old + (1 - momentum) (batch - old) */
static void update_running(mg_node *running, mg_node *batch, double momentum) {
    mg_update(running, mg_add(mg_mul_scalar(running, momentum), mg_mul_scalar(mg_stop_gradient(batch), 1 - momentum)));
}

mg_node *mg__batch_norm(mg_node *x, mg_parameters *parameters, const char *name, bool training, double momentum, double epsilon) {
    mg_graph *graph = mg_node_graph(x);
    if (!check_norm(x, parameters, epsilon)) return mg_graph_poison(graph);
    if (!(momentum >= 0 && momentum <= 1)) return mg_graph_fail(graph, MG_INVALID, "momentum is %g; wanted 0 to 1", momentum);
    int last = mg_node_rank(x) - 1, axes[MG_MAX_RANK];
    int64_t features = mg_node_shape(x)[last], rows = mg_node_count(x) / features;
    for (int i = 0; i < last; i++) axes[i] = i;
    mg_node *gain = mg__declare(graph, parameters, name, "gain", MG_GAIN, 1, &features, MG_INIT_ones, 0);
    mg_node *bias = mg__declare(graph, parameters, name, "bias", MG_BIAS, 1, &features, MG_INIT_zeros, 0);
    mg_node *running_mean = mg__declare(graph, parameters, name, "mean", MG_STATE, 1, &features, MG_INIT_zeros, 0);
    mg_node *running_variance = mg__declare(graph, parameters, name, "variance", MG_STATE, 1, &features, MG_INIT_ones, 0);
    if (!training) return normalize(x, running_mean, running_variance, gain, bias, epsilon);
    mg_node *mean = mg_mean(x, axes, last, false), *variance = mg_variance(x, axes, last, false);
    if (mg_graph_mode(graph) == MG_STAGED && !mg_is_poison(variance)) {
        /* the running variance is the unbiased one, as in the paper */
        mg_node *unbiased = rows > 1 ? mg_mul_scalar(variance, (double)rows / (double)(rows - 1)) : variance;
        update_running(running_mean, mean, momentum);
        update_running(running_variance, unbiased, momentum);
    }
    return normalize(x, mean, variance, gain, bias, epsilon);
}

mg_node *mg__layer_norm(mg_node *x, mg_parameters *parameters, const char *name, double epsilon) {
    mg_graph *graph = mg_node_graph(x);
    if (!check_norm(x, parameters, epsilon)) return mg_graph_poison(graph);
    int axis = -1;
    int64_t features = mg_node_shape(x)[mg_node_rank(x) - 1];
    mg_node *gain = mg__declare(graph, parameters, name, "gain", MG_GAIN, 1, &features, MG_INIT_ones, 0);
    mg_node *bias = mg__declare(graph, parameters, name, "bias", MG_BIAS, 1, &features, MG_INIT_zeros, 0);
    return normalize(x, mg_mean(x, &axis, 1, true), mg_variance(x, &axis, 1, true), gain, bias, epsilon);
}

mg_node *mg_batch_norm(mg_node *x, mg_parameters *parameters, const char *name, bool training, double momentum, double epsilon) {
    mg_graph *graph = mg_node_graph(x);
    mg__push_layer_scope(graph, "batch norm", name);
    mg_node *y = mg__batch_norm(x, parameters, name, training, momentum, epsilon);
    mg_graph_pop_scope(graph);
    return y;
}

mg_node *mg_layer_norm(mg_node *x, mg_parameters *parameters, const char *name, double epsilon) {
    mg_graph *graph = mg_node_graph(x);
    mg__push_layer_scope(graph, "layer norm", name);
    mg_node *y = mg__layer_norm(x, parameters, name, epsilon);
    mg_graph_pop_scope(graph);
    return y;
}

static void count_gain_and_bias(mg__layer_call *call, const mg_node *y) {
    if (!mg_is_poison(y)) call->learned = 2 * mg_node_shape(y)[mg_node_rank(y) - 1];
}

static mg_node *build_batchnorm(mg__layer_call *call, mg_node *x) {
    mg_node *y = mg__batch_norm(x, call->parameters, call->name, call->training, call->values[0].number, call->values[1].number);
    count_gain_and_bias(call, y);
    return y;
}

const mg__layer mg__layer_batchnorm = {
    .name = "batchnorm",
    .doc = "every feature to mean 0 and deviation 1 over the batch, then a learned gain and bias",
    .arguments = { { "momentum", MG__NUMBER, false, 0.9, 0, 1, "how much of the running statistics a step keeps" },
                   { "epsilon", MG__NUMBER, false, 1e-5, 1e-12, 1, "added to the variance" } },
    .build = build_batchnorm,
    .before = MG_INIT_auto,
};

static mg_node *build_layernorm(mg__layer_call *call, mg_node *x) {
    mg_node *y = mg__layer_norm(x, call->parameters, call->name, call->values[0].number);
    count_gain_and_bias(call, y);
    return y;
}

const mg__layer mg__layer_layernorm = {
    .name = "layernorm",
    .doc = "every row to mean 0 and deviation 1, then a learned gain and bias",
    .arguments = { { "epsilon", MG__NUMBER, false, 1e-5, 1e-12, 1, "added to the variance" } },
    .build = build_layernorm,
    .before = MG_INIT_auto,
};
