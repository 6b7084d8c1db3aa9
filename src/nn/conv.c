/* Convolutions as layers: over images, over sequences, and each channel by itself. */
#include "nn/layer.h"

#include "graph/graph.h"
#include "graph/parameters.h"

#define MOST 32767 /* of a kernel's side, its stride, padding and dilation: positions cannot overflow */

mg_conv_options mg_conv_defaults(void) {
    return (mg_conv_options){ .stride = 1, .dilation = 1, .groups = 1, .init = MG_INIT_auto, .bias = true };
}

static bool within(mg_graph *graph, const char *what, int64_t value, int64_t low, int64_t high) {
    if (value >= low && value <= high) return true;
    mg_graph_fail(graph, MG_INVALID, "%s is %lld; wanted %lld to %lld", what, (long long)value, (long long)low, (long long)high);
    return false;
}

static bool check_settings(mg_node *x, int64_t channels, int64_t kernel, const mg_conv_options *options) {
    mg_graph *graph = mg_node_graph(x);
    int64_t in = mg_node_shape(x)[mg_node_rank(x) - 1], groups = options->groups;
    if (!within(graph, "channels", channels, 1, MG__MAX_UNITS) || !within(graph, "the kernel", kernel, 1, MOST) ||
        !within(graph, "the stride", options->stride, 1, MOST) ||
        !within(graph, "the padding", options->padding, MG_SAME, MOST) ||
        !within(graph, "the dilation", options->dilation, 1, MOST) || !within(graph, "groups", groups, 1, MG__MAX_UNITS))
        return false;
    if (in % groups == 0 && channels % groups == 0) return true;
    mg_graph_fail(graph, MG_INVALID, "%lld groups do not divide %lld channels into %lld; wanted a divisor of both",
                  (long long)groups, (long long)in, (long long)channels);
    return false;
}

/* <name>.weight. A pixel of the input reaches kh kw outputs of each channel, which the shape alone does not tell. */
static mg_node *declare_kernel(mg_graph *graph, mg_parameters *parameters, const char *name, const int64_t *shape,
                               const mg_conv_options *options) {
    mg_node *weight = mg__declare(graph, parameters, name, "weight", MG_WEIGHT, 4, shape, options->init, options->init_value);
    if (mg_is_poison(weight)) return weight;
    const mg__parameter_attributes *entry = mg__attributes_of(weight);
    mg__parameters_set_fans(parameters, (int)entry->index, shape[0] * shape[1] * shape[2], shape[0] * shape[1] * shape[3]);
    return weight;
}

static mg_node *convolve(mg_node *x, mg_parameters *parameters, const char *name, int64_t channels, int64_t kernel,
                         const mg_conv_options *options) {
    mg_graph *graph = mg_node_graph(x);
    mg_conv_options defaults = mg_conv_defaults();
    if (!options) options = &defaults;
    if (!mg__check_layer_input(x, parameters) || !mg__check_image(x) || !check_settings(x, channels, kernel, options))
        return mg_graph_poison(graph);
    mg__slide slide = mg__slide_over(x, kernel, options->stride, options->padding, options->dilation);
    slide.at.groups = options->groups;
    int64_t in = mg_node_shape(x)[mg_node_rank(x) - 1];
    mg_node *weight = declare_kernel(graph, parameters, name,
                                     (int64_t[]){ slide.kernel[0], slide.kernel[1], in / options->groups, channels }, options);
    mg_node *y = mg_conv2d(mg__as_image(x), weight, &slide.at);
    if (options->bias) y = mg_add(y, mg__declare(graph, parameters, name, "bias", MG_BIAS, 1, &channels, MG_INIT_zeros, 0));
    return mg__as_before(y, x);
}

mg_node *mg_conv(mg_node *x, mg_parameters *parameters, const char *name, int64_t channels, int64_t kernel,
                 const mg_conv_options *options) {
    mg_graph *graph = mg_node_graph(x);
    mg__push_layer_scope(graph, "conv", name);
    mg_node *y = convolve(x, parameters, name, channels, kernel, options);
    mg_graph_pop_scope(graph);
    return y;
}

/* --- in model text ----------------------------------------------------------------------------------- */

static mg_node *build(mg__layer_call *call, mg_node *x, int64_t channels, int64_t kernel, const mg_conv_options *options) {
    mg_node *y = convolve(x, call->parameters, call->name, channels, kernel, options);
    if (mg_is_poison(y)) return y;
    int rank = mg_node_rank(y);
    int64_t in = mg_node_shape(x)[rank - 1], pixels = mg_node_count(y) / mg_node_shape(y)[0] / channels;
    int64_t weights = (rank == 4 ? kernel : 1) * kernel * (in / options->groups) * channels;
    call->learned = weights + (options->bias ? channels : 0);
    if (__builtin_mul_overflow(pixels, weights, &call->multiply_adds)) call->multiply_adds = INT64_MAX;
    return y;
}

/* The arguments of conv and conv1d. */
static mg_node *build_from_values(mg__layer_call *call, mg_node *x) {
    const mg__value *values = call->values;
    mg_conv_options options = { .stride = (int64_t)values[2].number,
                                .padding = (int64_t)values[3].number,
                                .dilation = (int64_t)values[4].number,
                                .groups = (int64_t)values[5].number,
                                .init = call->init,
                                .bias = values[7].number != 0 };
    return build(call, x, (int64_t)values[0].number, (int64_t)values[1].number, &options);
}

static mg_node *build_conv(mg__layer_call *call, mg_node *x) { return build_from_values(call, x); }

/* An image of height 1 becomes a sequence, and so do its successors. */
static mg_node *build_conv1d(mg__layer_call *call, mg_node *x) {
    if (!mg__check_image(x)) return mg_graph_poison(mg_node_graph(x));
    const int64_t *s = mg_node_shape(x);
    if (mg_node_rank(x) == 3) return build_from_values(call, x);
    if (s[1] != 1)
        return mg_graph_fail(mg_node_graph(x), MG_INVALID,
                             "the input is %s; wanted sequences [n, length, channels] or images of height 1; conv is for others",
                             MG__NODE_SHAPE_TEXT(x));
    return build_from_values(call, mg_reshape(x, 3, (int64_t[]){ s[0], s[2], s[3] }));
}

static mg_node *build_depthwise(mg__layer_call *call, mg_node *x) {
    const mg__value *values = call->values;
    if (!mg__check_image(x)) return mg_graph_poison(mg_node_graph(x));
    int64_t channels = mg_node_shape(x)[mg_node_rank(x) - 1];
    mg_conv_options options = { .stride = (int64_t)values[1].number,
                                .padding = (int64_t)values[2].number,
                                .dilation = (int64_t)values[3].number,
                                .groups = channels,
                                .init = call->init,
                                .bias = values[5].number != 0 };
    return build(call, x, channels, (int64_t)values[0].number, &options);
}

#define CHANNELS \
    { "channels", MG__WHOLE, true, 0, 1, MG__MAX_UNITS, "how many numbers it gives for a pixel" }
#define KERNEL \
    { "kernel", MG__WHOLE, true, 0, 1, MG__MAX_TAPS, "pixels that it looks at, in each direction" }
#define STRIDE \
    { "stride", MG__WHOLE, false, 1, 1, MG__MAX_TAPS, "pixels from one output to the next" }
#define PADDING \
    { "padding", MG__PADDING, false, 0, 0, MG__MAX_TAPS, "zeros around the image; same: its size stays (stride 1)" }
#define DILATION \
    { "dilation", MG__WHOLE, false, 1, 1, MG__MAX_TAPS, "pixels from one tap of the kernel to the next" }
#define GROUPS \
    { "groups", MG__WHOLE, false, 1, 1, MG__MAX_UNITS, "of channels that do not see each other" }
#define INIT \
    { "init", MG__INIT, false, MG_INIT_auto, 0, MG_INITS - 1, "initialiser of the kernel" }
#define BIAS \
    { "bias", MG__SWITCH, false, 1, 0, 1, "whether a number is added to each channel" }

const mg__layer mg__layer_conv = {
    .name = "conv",
    .slides = true,
    .doc = "convolution: a kernel of so many pixels squared slides over the image",
    .arguments = { CHANNELS, KERNEL, STRIDE, PADDING, DILATION, GROUPS, INIT, BIAS },
    .build = build_conv,
    .before = MG_INIT_glorot_uniform,
};

const mg__layer mg__layer_conv1d = {
    .name = "conv1d",
    .slides = true,
    .doc = "convolution along a sequence: an image of height 1, or what a conv1d before it gave",
    .arguments = { CHANNELS, KERNEL, STRIDE, PADDING, DILATION, GROUPS, INIT, BIAS },
    .build = build_conv1d,
    .before = MG_INIT_glorot_uniform,
};

const mg__layer mg__layer_depthwise = {
    .name = "depthwise",
    .slides = true,
    .doc = "convolution of each channel by itself; conv(N, 1) behind it mixes them",
    .arguments = { KERNEL, STRIDE, PADDING, DILATION, INIT, BIAS },
    .build = build_depthwise,
    .before = MG_INIT_glorot_uniform,
};
