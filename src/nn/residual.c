/* residual(text): x + f(x), the input going through a linear map where the shapes differ (He et al. 2015, "Deep residual
 * learning"). */
#include "nn/layer.h"

#include "graph/graph.h"

#include <micrograd/ops.h>

/* Pixels from one to the next, so that `in` of them become `out`; 0: no such stride. */
static int64_t stride_between(int64_t in, int64_t out) {
    int64_t stride = (in - 1) / out + 1;
    return (in - 1) / stride + 1 == out ? stride : 0;
}

/* A convolution of single pixels that takes images of x to the size of y. NULL: there is none. */
static mg_node *project_image(mg__layer_call *call, const char *name, mg_node *x, mg_node *y) {
    const int64_t *from = mg_node_shape(x), *to = mg_node_shape(y), shape[4] = { 1, 1, from[3], to[3] };
    mg_convolution at = mg_convolution_defaults();
    for (int i = 0; i < 2; i++)
        if ((at.stride[i] = stride_between(from[1 + i], to[1 + i])) == 0) return NULL;
    call->learned = from[3] * to[3];
    call->multiply_adds = mg_node_count(y) / to[0] * from[3];
    return mg_conv2d(
        x, mg__declare(mg_node_graph(x), call->parameters, name, "weight", MG_WEIGHT, 4, shape, MG_INIT_glorot_uniform, 0), &at);
}

static mg_node *project_rows(mg__layer_call *call, const char *name, mg_node *x, mg_node *y) {
    int64_t units = mg_node_shape(y)[1];
    mg_dense_options options = { .init = MG_INIT_glorot_uniform, .bias = false };
    call->learned = call->multiply_adds = mg_node_count(x) / mg_node_shape(x)[0] * units;
    return mg__dense(x, call->parameters, name, units, &options);
}

static mg_node *project(mg__layer_call *call, mg_node *x, mg_node *y) {
    char name[512];
    size_t used = 0;
    mg__append(name, sizeof name, &used, "%s.projection", call->name);
    int from = mg_node_rank(x), to = mg_node_rank(y);
    mg_node *projected = NULL;
    if (to == 2 && from >= 2) projected = project_rows(call, name, x, y);
    if ((to == 3 || to == 4) && (from == 3 || from == 4)) {
        mg_node *image = project_image(call, name, mg__as_image(x), mg__as_image(y));
        projected = image ? mg__as_before(image, y) : NULL;
    }
    if (projected) return projected;
    return mg_graph_fail(mg_node_graph(x), MG_INVALID,
                         "the input is %s and its layers give %s; wanted the same shape, an image of which every second, third, "
                         "... pixel is left (padding=same in convolutions), or rows of features",
                         MG__NODE_SHAPE_TEXT(x), MG__NODE_SHAPE_TEXT(y));
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
    .doc = "adds its input to what its layers give, through a linear map (of images: of each pixel) where the shapes differ",
    .arguments = { { "layers", MG__TEXT, true, 0, 0, 0, "model text" } },
    .build = build_residual,
    .before = MG_INIT_glorot_uniform,
    .stochastic = true,
};
