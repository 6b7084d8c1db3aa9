/* Normalisations: batch (Ioffe & Szegedy 2015), layer (Ba, Kiros & Hinton 2016) and group (Wu & He 2018). */
#include "nn/layer.h"

#include "graph/graph.h"

#include <micrograd/gradient.h>
#include <micrograd/ops.h>
#include <micrograd/program.h>

#include <string.h>

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

/* The same at rest as part of the layer that gave x, where that is linear. */
static mg_node *absorb(mg_node *x, mg_node *mean, mg_node *variance, mg_node *gain, mg_node *bias, double epsilon) {
    mg_node *scale = mg_mul(gain, mg_reciprocal(mg_sqrt(mg_add_scalar(variance, epsilon))));
    mg_node *shift = mg_sub(bias, mg_mul(mean, scale));
    return mg_is_poison(shift) ? NULL : mg__fold(x, scale, shift);
}

/* Mean and variance over all but the last axis, in one pass over x: with d = x - x_0, x_0 the first row, which is about as far
 * from the mean as any, variance = mean(d^2) - mean(d)^2 loses few digits. */
static void moments(mg_node *x, const int *axes, int count, mg_node **mean, mg_node **variance) {
    int64_t features = mg_is_poison(x) ? 1 : mg_node_shape(x)[count], flat[2] = { -1, features };
    mg_node *first = mg_stop_gradient(mg_reshape(mg_slice(mg_reshape(x, 2, flat), 0, 0, 1, 1), 1, &features));
    mg_node *d = mg_sub(x, first), *m = mg_mean(d, axes, count, false);
    *mean = mg_add(first, m);
    *variance = mg_relu(mg_sub(mg_mean(mg_square(d), axes, count, false), mg_square(m)));
}

/* With N rows, x^ = (x - mean) scale and y = gain x^ + bias: dbias = sum dy, dgain = sum dy x^,
 *     dx = gain scale (dy - (dbias + x^ dgain) / N).
 * Two passes over dy and x, where differentiating the formulas of mean and variance takes more. */
static void batch_gradient(const mg_rule *r, void *user) {
    (void)user;
    mg_node *x = r->x[0], *gain = r->x[1], *mean = r->x[3], *scale = r->x[4];
    int last = mg_node_rank(x) - 1, axes[MG_MAX_RANK];
    for (int i = 0; i < last; i++) axes[i] = i;
    const double rows = (double)mg_node_count(x) / (double)mg_node_shape(x)[last];
    mg_node *centred = mg_sub(x, mean);
    mg_node *dbias = mg_sum(r->dy, axes, last, false);
    mg_node *dgain = mg_mul(mg_sum(mg_mul(r->dy, centred), axes, last, false), scale);
    r->dx[1] = dgain;
    r->dx[2] = dbias;
    mg_node *k = mg_mul(gain, scale), *share = mg_mul_scalar(k, 1 / rows);
    mg_node *spread = mg_mul(mg_mul(share, dgain), scale);
    r->dx[0] = mg_sub(mg_sub(mg_mul(r->dy, k), mg_mul(centred, spread)), mg_mul(share, dbias));
}

mg_node *mg__batch_norm(mg_node *x, mg_parameters *parameters, const char *name, const mg__batch_norm_options *options) {
    mg_graph *graph = mg_node_graph(x);
    double momentum = options->momentum, epsilon = options->epsilon;
    if (!check_norm(x, parameters, epsilon)) return mg_graph_poison(graph);
    if (!(momentum >= 0 && momentum <= 1)) return mg_graph_fail(graph, MG_INVALID, "momentum is %g; wanted 0 to 1", momentum);
    int last = mg_node_rank(x) - 1, axes[MG_MAX_RANK];
    int64_t features = mg_node_shape(x)[last], rows = mg_node_count(x) / features;
    for (int i = 0; i < last; i++) axes[i] = i;
    mg_node *gain = mg__declare(graph, parameters, name, "gain", MG_GAIN, 1, &features, MG_INIT_ones, 0);
    mg_node *bias = mg__declare(graph, parameters, name, "bias", MG_BIAS, 1, &features, MG_INIT_zeros, 0);
    mg_node *running_mean = mg__declare(graph, parameters, name, "mean", MG_STATE, 1, &features, MG_INIT_zeros, 0);
    mg_node *running_variance = mg__declare(graph, parameters, name, "variance", MG_STATE, 1, &features, MG_INIT_ones, 0);
    if (!options->training) {
        mg_node *y = options->fold ? absorb(x, running_mean, running_variance, gain, bias, epsilon) : NULL;
        return y ? y : normalize(x, running_mean, running_variance, gain, bias, epsilon);
    }
    mg_node *mean, *variance;
    moments(x, axes, last, &mean, &variance);
    if (mg_graph_mode(graph) == MG_STAGED && !mg_is_poison(variance)) {
        /* the running variance is the unbiased one, as in the paper */
        mg_node *unbiased = rows > 1 ? mg_mul_scalar(variance, (double)rows / (double)(rows - 1)) : variance;
        update_running(running_mean, mean, momentum);
        update_running(running_variance, unbiased, momentum);
    }
    mg_node *scale = mg_reciprocal(mg_sqrt(mg_add_scalar(variance, epsilon)));
    mg_node *y = mg_add(mg_mul(mg_mul(mg_sub(x, mean), scale), gain), bias);
    return mg_custom_gradient(y, (mg_node *[5]){ x, gain, bias, mean, scale }, 5, batch_gradient, NULL);
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

/* [n, ..., channels] as [n, pixels, groups, channels / groups] */
mg_node *mg__group_norm(mg_node *x, mg_parameters *parameters, const char *name, int64_t groups, double epsilon) {
    mg_graph *graph = mg_node_graph(x);
    if (!check_norm(x, parameters, epsilon)) return mg_graph_poison(graph);
    int rank = mg_node_rank(x);
    int64_t rows = mg_node_shape(x)[0], channels = mg_node_shape(x)[rank - 1];
    if (groups < 1 || channels % groups)
        return mg_graph_fail(graph, MG_INVALID, "%lld groups do not divide %lld channels; wanted a divisor", (long long)groups,
                             (long long)channels);
    int64_t grouped[4] = { rows, mg_node_count(x) / rows / channels, groups, channels / groups }, shape[MG_MAX_RANK];
    memcpy(shape, mg_node_shape(x), (size_t)rank * sizeof *shape);
    mg_node *gain = mg__declare(graph, parameters, name, "gain", MG_GAIN, 1, &channels, MG_INIT_ones, 0);
    mg_node *bias = mg__declare(graph, parameters, name, "bias", MG_BIAS, 1, &channels, MG_INIT_zeros, 0);
    mg_node *parts = mg_reshape(x, 4, grouped);
    const int axes[2] = { 1, 3 };
    mg_node *centred = mg_sub(parts, mg_mean(parts, axes, 2, true));
    mg_node *scale = mg_reciprocal(mg_sqrt(mg_add_scalar(mg_variance(parts, axes, 2, true), epsilon)));
    return mg_add(mg_mul(mg_reshape(mg_mul(centred, scale), rank, shape), gain), bias);
}

mg_node *mg_batch_norm(mg_node *x, mg_parameters *parameters, const char *name, bool training, double momentum, double epsilon) {
    mg_graph *graph = mg_node_graph(x);
    mg__push_layer_scope(graph, "batch norm", name);
    mg__batch_norm_options options = { .training = training, .momentum = momentum, .epsilon = epsilon };
    mg_node *y = mg__batch_norm(x, parameters, name, &options);
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

mg_node *mg_group_norm(mg_node *x, mg_parameters *parameters, const char *name, int64_t groups, double epsilon) {
    mg_graph *graph = mg_node_graph(x);
    mg__push_layer_scope(graph, "group norm", name);
    mg_node *y = mg__group_norm(x, parameters, name, groups, epsilon);
    mg_graph_pop_scope(graph);
    return y;
}

static void count_gain_and_bias(mg__layer_call *call, const mg_node *y) {
    if (!mg_is_poison(y)) call->learned = 2 * mg_node_shape(y)[mg_node_rank(y) - 1];
}

static mg_node *build_batchnorm(mg__layer_call *call, mg_node *x) {
    mg__batch_norm_options options = {
        .training = call->training, .fold = call->fold, .momentum = call->values[0].number, .epsilon = call->values[1].number
    };
    mg_node *y = mg__batch_norm(x, call->parameters, call->name, &options);
    count_gain_and_bias(call, y);
    return y;
}

const mg__layer mg__layer_batchnorm = {
    .name = "batchnorm",
    .doc = "every feature (of an image: every channel) to mean 0 and deviation 1 over the batch, then a learned gain and bias",
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
    .doc = "every row (of an image: every pixel) to mean 0 and deviation 1 over its features, then a learned gain and bias",
    .arguments = { { "epsilon", MG__NUMBER, false, 1e-5, 1e-12, 1, "added to the variance" } },
    .build = build_layernorm,
    .before = MG_INIT_auto,
};

static mg_node *build_groupnorm(mg__layer_call *call, mg_node *x) {
    mg_node *y = mg__group_norm(x, call->parameters, call->name, (int64_t)call->values[0].number, call->values[1].number);
    count_gain_and_bias(call, y);
    return y;
}

const mg__layer mg__layer_groupnorm = {
    .name = "groupnorm",
    .doc = "every group of channels of an image to mean 0 and deviation 1, then a learned gain and bias",
    .arguments = { { "groups", MG__WHOLE, true, 0, 1, MG__MAX_UNITS, "how many; a divisor of the channels" },
                   { "epsilon", MG__NUMBER, false, 1e-5, 1e-12, 1, "added to the variance" } },
    .build = build_groupnorm,
    .before = MG_INIT_auto,
};
