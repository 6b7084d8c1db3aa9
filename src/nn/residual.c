/* residual(text): x + f(x), the input going through a linear map where the shapes differ (He et al. 2015, "Deep residual
 * learning"). */
#include "nn/layer.h"

#include "graph/graph.h"

#include <micrograd/ops.h>

static mg_node *project(mg__layer_call *call, mg_node *x, mg_node *y) {
    mg_graph *graph = mg_node_graph(x);
    if (mg_node_rank(y) != 2 || mg_node_rank(x) < 2)
        return mg_graph_fail(graph, MG_INVALID,
                             "the input is %s and its layers give %s; wanted the same shape, or rows of features to project to",
                             MG__NODE_SHAPE_TEXT(x), MG__NODE_SHAPE_TEXT(y));
    char name[512];
    size_t used = 0;
    mg__append(name, sizeof name, &used, "%s.projection", call->name);
    int64_t units = mg_node_shape(y)[1];
    mg_dense_options options = { .init = MG_INIT_glorot_uniform, .bias = false };
    call->learned = call->multiply_adds = mg_node_count(x) / mg_node_shape(x)[0] * units;
    return mg__dense(x, call->parameters, name, units, &options);
}

static mg_node *build_residual(mg__layer_call *call, mg_node *x) {
    mg_node *y = mg__build_text(call, call->values[0].text, x);
    if (mg_is_poison(y) || mg_is_poison(x)) return y;
    bool same = mg_node_rank(x) == mg_node_rank(y);
    for (int i = 0; same && i < mg_node_rank(x); i++) same = mg_node_shape(x)[i] == mg_node_shape(y)[i];
    return mg_add(same ? x : project(call, x, y), y);
}

const mg__layer mg__layer_residual = {
    .name = "residual",
    .doc = "adds its input to what its layers give, through a linear map where the shapes differ",
    .arguments = { { "layers", MG__TEXT, true, 0, 0, 0, "model text" } },
    .build = build_residual,
    .before = MG_INIT_glorot_uniform,
    .stochastic = true,
};
