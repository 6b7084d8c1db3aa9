/* What layers over images share. A sequence [n, length, channels] is an image of height 1. */
#include "nn/layer.h"

#include "graph/graph.h"

bool mg__check_image(mg_node *x) {
    if (mg_is_poison(x)) return false;
    int rank = mg_node_rank(x);
    if ((rank == 3 || rank == 4) && mg_node_count(x) > 0) return true;
    mg_graph_fail(
        mg_node_graph(x), MG_INVALID,
        "the input is %s; wanted images [n, height, width, channels]: tell a table's image shape with --image HxWxC, and "
        "put dense and flatten behind",
        MG__NODE_SHAPE_TEXT(x));
    return false;
}

mg_node *mg__as_image(mg_node *x) {
    const int64_t *s = mg_node_shape(x);
    return mg_node_rank(x) == 3 ? mg_reshape(x, 4, (int64_t[]){ s[0], 1, s[1], s[2] }) : x;
}

mg_node *mg__as_before(mg_node *y, const mg_node *like) {
    const int64_t *s = mg_node_shape(y);
    return !mg_is_poison(y) && mg_node_rank(like) == 3 ? mg_reshape(y, 3, (int64_t[]){ s[0], s[2], s[3] }) : y;
}

/* Zeros before and after an axis. same: as many as make the output ceil(size / stride), the odd one after. */
static void pad(int64_t size, int64_t reach, int64_t stride, int64_t padding, int64_t out[2]) {
    int64_t outputs = (size - 1) / stride + 1, wanted = (outputs - 1) * stride + reach - size;
    if (wanted < 0) wanted = 0;
    out[0] = padding == MG_SAME ? wanted / 2 : padding;
    out[1] = padding == MG_SAME ? wanted - wanted / 2 : padding;
}

mg__slide mg__slide_over(const mg_node *x, int64_t kernel, int64_t stride, int64_t padding, int64_t dilation) {
    mg__slide slide = { .kernel = { 1, 1 }, .at = mg_convolution_defaults() };
    bool image = mg_node_rank(x) == 4;
    for (int i = image ? 0 : 1; i < 2; i++) {
        slide.kernel[i] = kernel;
        slide.at.stride[i] = stride;
        slide.at.dilation[i] = dilation;
        pad(mg_node_shape(x)[image ? 1 + i : 1], dilation * (kernel - 1) + 1, stride, padding, slide.at.padding + 2 * i);
    }
    return slide;
}
