/* Dense layers (fully connected), and embeddings, which are dense layers on one-hot rows without the product. */
#include "nn/layer.h"

#include "graph/graph.h"

#include <micrograd/ops.h>

#include <math.h>

mg_dense_options mg_dense_defaults(void) { return (mg_dense_options){ .init = MG_INIT_auto, .init_value = 0, .bias = true }; }

/* [n, ...] -> [n, features] */
static mg_node *as_rows(mg_node *x) {
    if (mg_node_rank(x) <= 2) return x;
    return mg_reshape(x, 2, (int64_t[]){ mg_node_shape(x)[0], mg_node_count(x) / mg_node_shape(x)[0] });
}

/* A weight of that name that other inputs were learned for. */
static bool weight_takes(mg_node *x, const mg_parameters *parameters, const char *name, int64_t units) {
    char full[512];
    size_t used = 0;
    mg__append(full, sizeof full, &used, "%s.weight", name);
    const mg_parameter *weight = mg_parameters_entry(parameters, mg_parameters_find(parameters, full));
    int64_t in = mg_node_shape(x)[1];
    if (!weight || (weight->rank == 2 && weight->shape[0] == in && weight->shape[1] == units)) return true;
    mg_graph *graph = mg_node_graph(x);
    if (weight->rank == 2 && weight->shape[1] == units)
        mg_graph_fail(graph, MG_INVALID, "input is %s but its weight is %s; the layer before it should give %lld features",
                      MG__NODE_SHAPE_TEXT(x), MG__SHAPE_TEXT(weight->rank, weight->shape), (long long)weight->shape[0]);
    else
        mg_graph_fail(graph, MG_INVALID,
                      "%lld units for inputs %s, but the store has '%s' as %s; give one of the two another name",
                      (long long)units, MG__NODE_SHAPE_TEXT(x), weight->name, MG__SHAPE_TEXT(weight->rank, weight->shape));
    return false;
}

mg_node *mg__dense(mg_node *x, mg_parameters *parameters, const char *name, int64_t units, const mg_dense_options *options) {
    mg_graph *graph = mg_node_graph(x);
    mg_dense_options defaults = mg_dense_defaults();
    if (!options) options = &defaults;
    if (!mg__check_layer_input(x, parameters)) return mg_graph_poison(graph);
    if (units < 1 || units > MG__MAX_UNITS)
        return mg_graph_fail(graph, MG_INVALID, "%lld units; wanted 1 to %d", (long long)units, MG__MAX_UNITS);
    if (mg_node_rank(x) < 2 || mg_node_shape(x)[0] < 1)
        return mg_graph_fail(graph, MG_INVALID, "input is %s; wanted [rows, features]: give it a dimension with mg_reshape",
                             MG__NODE_SHAPE_TEXT(x));
    x = as_rows(x);
    if (mg_is_poison(x) || !weight_takes(x, parameters, name, units)) return mg_graph_poison(graph);
    int64_t in = mg_node_shape(x)[1];
    mg_node *weight = mg__declare(graph, parameters, name, "weight", MG_WEIGHT, 2, (int64_t[]){ in, units }, options->init,
                                  options->init_value);
    mg_node *y = mg_matmul(x, weight);
    if (!options->bias) return y;
    return mg_add(y, mg__declare(graph, parameters, name, "bias", MG_BIAS, 1, &units, MG_INIT_zeros, 0));
}

mg_node *mg_dense_with(mg_node *x, mg_parameters *parameters, const char *name, int64_t units, const mg_dense_options *options) {
    mg_graph *graph = mg_node_graph(x);
    mg__push_layer_scope(graph, "dense", name);
    mg_node *y = mg__dense(x, parameters, name, units, options);
    mg_graph_pop_scope(graph);
    return y;
}

mg_node *mg_dense(mg_node *x, mg_parameters *parameters, const char *name, int64_t units) {
    return mg_dense_with(x, parameters, name, units, NULL);
}

static mg_node *build_dense(mg__layer_call *call, mg_node *x) {
    const mg__value *values = call->values;
    int64_t units = (int64_t)values[0].number;
    mg_dense_options options = { .init = call->init, .bias = values[2].number != 0 };
    mg_node *y = mg__dense(x, call->parameters, call->name, units, &options);
    if (!mg_is_poison(y)) {
        call->multiply_adds = mg_node_count(x) / mg_node_shape(x)[0] * units;
        call->learned = call->multiply_adds + (options.bias ? units : 0);
    }
    return y;
}

const mg__layer mg__layer_dense = {
    .name = "dense",
    .doc = "fully connected: x W + b; an image is flattened",
    .arguments = { { "units", MG__WHOLE, true, 0, 1, MG__MAX_UNITS, "how many numbers it gives for a row" },
                   { "init", MG__INIT, false, MG_INIT_auto, 0, MG_INITS - 1, "initialiser of the weight" },
                   { "bias", MG__SWITCH, false, 1, 0, 1, "whether b is there" } },
    .build = build_dense,
    .before = MG_INIT_glorot_uniform,
};

/* [n, ...] -> [n, features] */
static mg_node *build_flatten(mg__layer_call *call, mg_node *x) {
    (void)call;
    return as_rows(x);
}

const mg__layer mg__layer_flatten = {
    .name = "flatten", .doc = "every row as one list of numbers", .build = build_flatten, .before = MG_INIT_auto
};

mg_node *mg_embedding(mg_node *index, mg_parameters *parameters, const char *name, int64_t count, int64_t width) {
    mg_graph *graph = mg_node_graph(index);
    if (mg_is_poison(index)) return index;
    mg__push_layer_scope(graph, "embedding", name);
    mg_node *y;
    if (!parameters)
        y = mg_graph_fail(graph, MG_INVALID, "there is no store of parameters");
    else if (mg_node_dtype(index) != MG_I32)
        y = mg_graph_fail(graph, MG_INVALID, "the indices are %s; wanted i32", mg_dtype_name(mg_node_dtype(index)));
    else if (count < 1 || count > INT32_MAX || width < 1 || width > MG__MAX_UNITS)
        y = mg_graph_fail(graph, MG_INVALID, "%lld rows of %lld; wanted 1 to %d rows of 1 to %d", (long long)count,
                          (long long)width, INT32_MAX, MG__MAX_UNITS);
    else
        y = mg_gather(mg__declare(graph, parameters, name, "weight", MG_WEIGHT, 2, (int64_t[]){ count, width }, MG_INIT_normal,
                                  1 / sqrt((double)width)),
                      index);
    mg_graph_pop_scope(graph);
    return y;
}
