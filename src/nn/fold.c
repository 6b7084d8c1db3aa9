/* A batch norm at rest is a scale and a shift of each feature. Behind a linear layer it is part of it:
 *
 *     s (x W + b) + t = x (W s) + (b s + t)
 *
 * for dense W [in, units] and kernels [kh, kw, in, channels] alike, as the features are their last axis. Zeros around an image
 * stay zeros, so this holds at its border too. The few weights are scaled once a run; the many numbers get one bias. */
#include "nn/layer.h"

#include "ops/ops.h"

static bool is_parameter(const mg_node *node) { return node->op == &mg__op_parameter; }

/* The parameter [features] that a node repeats for every row or pixel; NULL: it does not. */
static mg_node *repeated(mg_node *node) {
    if (node->op == &mg__op_broadcast) node = mg__inputs(node)[0];
    if (node->op == &mg__op_reshape) node = mg__inputs(node)[0];
    return is_parameter(node) && mg_node_rank(node) == 1 ? node : NULL;
}

/* The product or convolution with its weights scaled; NULL: it is none. */
static mg_node *scale_weights(mg_node *y, mg_node *scale) {
    if (y->inputs != 2) return NULL;
    mg_node *const *in = mg__inputs(y);
    if (!is_parameter(in[1]) || mg_node_count(in[1]) > mg_node_count(y)) return NULL;
    if (y->op == &mg__op_conv2d) return mg_conv2d(in[0], mg_mul(in[1], scale), &((const mg__conv *)mg__attributes_of(y))->slide);
    const mg__matmul *transposed = y->op == &mg__op_matmul ? mg__attributes_of(y) : NULL;
    if (!transposed || transposed->transpose_a || transposed->transpose_b || mg_node_rank(in[1]) != 2) return NULL;
    return mg_matmul(in[0], mg_mul(in[1], scale));
}

mg_node *mg__fold(mg_node *y, mg_node *scale, mg_node *shift) {
    int rank = mg_node_rank(y);
    if (y->op == &mg__op_reshape) { /* of a convolution over sequences */
        mg_node *image = mg__inputs(y)[0];
        if (mg_node_rank(image) != 4 || mg_node_shape(image)[3] != mg_node_shape(y)[rank - 1]) return NULL;
        mg_node *folded = mg__fold(image, scale, shift);
        return folded ? mg_reshape(folded, rank, mg_node_shape(y)) : NULL;
    }
    mg_node *bias = y->op == &mg__op_add ? repeated(mg__inputs(y)[1]) : NULL;
    mg_node *linear = scale_weights(bias ? mg__inputs(y)[0] : y, scale);
    if (!linear) return NULL;
    return mg_add(linear, bias ? mg_add(mg_mul(bias, scale), shift) : shift);
}
