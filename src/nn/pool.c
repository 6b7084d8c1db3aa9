/* Layers that make images smaller or larger and learn nothing: pooling over windows and over the whole image, upsampling. */
#include "nn/layer.h"

#include <string.h>

/* The window of a layer's arguments (size, stride, padding). */
static mg_node *pool(mg__layer_call *call, mg_node *x, mg_node *(*over)(mg_node *x, const mg_window *window)) {
    const mg__value *values = call->values;
    if (!mg__check_image(x)) return mg_graph_poison(mg_node_graph(x));
    int64_t size = (int64_t)values[0].number, stride = (int64_t)values[1].number;
    mg__slide slide = mg__slide_over(x, size, stride ? stride : size, (int64_t)values[2].number, 1);
    mg_window window;
    memcpy(window.kernel, slide.kernel, sizeof window.kernel);
    memcpy(window.stride, slide.at.stride, sizeof window.stride);
    memcpy(window.padding, slide.at.padding, sizeof window.padding);
    return mg__as_before(over(mg__as_image(x), &window), x);
}

static mg_node *build_maxpool(mg__layer_call *call, mg_node *x) { return pool(call, x, mg_max_pool); }
static mg_node *build_avgpool(mg__layer_call *call, mg_node *x) { return pool(call, x, mg_average_pool); }

#define WINDOW                                                                                           \
    {                                                                                                    \
        { "size", MG__WHOLE, true, 0, 1, MG__MAX_TAPS, "pixels of a window, in each direction" },        \
            { "stride", MG__STRIDE, false, 0, 1, MG__MAX_TAPS, "pixels from one window to the next" }, { \
            "padding", MG__PADDING, false, 0, 0, MG__MAX_TAPS,                                           \
                "pixels around the image that a window may reach over; they count as nothing"            \
        }                                                                                                \
    }

const mg__layer mg__layer_maxpool = {
    .name = "maxpool",
    .doc = "the largest of each window; pixels at the end that fill no window are left out",
    .arguments = WINDOW,
    .build = build_maxpool,
    .before = MG_INIT_auto,
};

const mg__layer mg__layer_avgpool = {
    .name = "avgpool",
    .doc = "the mean of each window; pixels at the end that fill no window are left out",
    .arguments = WINDOW,
    .build = build_avgpool,
    .before = MG_INIT_auto,
};

/* [n, ..., channels] -> [n, channels] */
static mg_node *build_globalavgpool(mg__layer_call *call, mg_node *x) {
    (void)call;
    if (!mg__check_image(x)) return mg_graph_poison(mg_node_graph(x));
    return mg_mean(x, (int[]){ 1, 2 }, mg_node_rank(x) - 2, false);
}

const mg__layer mg__layer_globalavgpool = {
    .name = "globalavgpool",
    .doc = "the mean of each channel over the whole image",
    .build = build_globalavgpool,
    .before = MG_INIT_auto,
};

static mg_node *build_upsample(mg__layer_call *call, mg_node *x) {
    if (!mg__check_image(x)) return mg_graph_poison(mg_node_graph(x));
    int64_t factor = (int64_t)call->values[0].number;
    mg_node *image = mg__as_image(x);
    const int64_t *s = mg_node_shape(image);
    if (s[1] > INT32_MAX || s[2] > INT32_MAX) return mg_graph_fail(mg_node_graph(x), MG_INVALID, "the image is too large");
    int64_t height = mg_node_rank(x) == 4 ? s[1] * factor : 1;
    return mg__as_before(mg_resize(image, height, s[2] * factor, call->values[1].number != 0), x);
}

const mg__layer mg__layer_upsample = {
    .name = "upsample",
    .doc = "so many times higher and wider: pixels repeated, or blended",
    .arguments = { { "factor", MG__WHOLE, true, 0, 1, MG__MAX_TAPS, "how many times" },
                   { "bilinear", MG__SWITCH, false, 0, 0, 1, "whether pixels between are blended" } },
    .build = build_upsample,
    .before = MG_INIT_auto,
};
