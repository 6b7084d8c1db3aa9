/* What the families of ops share. One file a family; each row stands beside its gradient and its kernel. */
#ifndef MG_OPS_INTERNAL_H
#define MG_OPS_INTERNAL_H

#include "graph/graph.h"
#include "graph/scalar.h"

#include <micrograd/ops.h>

/* Attributes, all 8-byte fields so that there is no padding to zero. */
typedef struct mg__axes {
    int64_t mask; /* bit i: axis i */
} mg__axes;
typedef struct mg__shape_attributes {
    int64_t rank, dims[MG_MAX_RANK];
} mg__shape_attributes;
typedef struct mg__order {
    int64_t rank, axis[MG_MAX_RANK]; /* y's dimension i is x's dimension axis[i] */
} mg__order;
typedef struct mg__slice {
    int64_t axis, start, stop, step;
} mg__slice;
typedef struct mg__pad {
    int64_t axis, low, high, interior;
} mg__pad;
typedef struct mg__matmul {
    int64_t transpose_a, transpose_b;
} mg__matmul;
typedef struct mg__random {
    int64_t rank, dtype, shape[MG_MAX_RANK];
    uint64_t stream;
} mg__random;
typedef struct mg__iota {
    int64_t rank, dtype, shape[MG_MAX_RANK], axis;
} mg__iota;
typedef struct mg__sort {
    int64_t descending;
} mg__sort;
typedef struct mg__scatter {
    int64_t rows;
} mg__scatter;

typedef struct mg__conv {
    mg_convolution slide;
    int64_t extent[2]; /* of the result: height and width (data), those of the kernel (weight); else 0 */
} mg__conv;
typedef struct mg__window {
    mg_window window;
    int64_t extent[2]; /* height and width of the result (scatter); else 0 */
} mg__window;

/* Every primitive: what mg_ops() walks. One row here and one definition in its family's file. */
#define MG__OP_TABLE(X)                                                                                                       \
    X(neg)                                                                                                                    \
    X(abs)                                                                                                                    \
    X(sign)                                                                                                                   \
    X(square)                                                                                                                 \
    X(reciprocal) X(sqrt) X(exp) X(expm1) X(log) X(log1p) X(sin) X(cos) X(tanh) X(sigmoid) X(erf) X(floor) X(ceil) X(round)   \
        X(is_finite) X(relu) X(add) X(sub) X(mul) X(div) X(pow) X(maximum) X(minimum) X(equal) X(less) X(less_equal) X(where) \
            X(cast) X(sum) X(max) X(argmax) X(cumsum) X(argsort) X(broadcast) X(reshape) X(transpose) X(flip) X(slice) X(pad) \
                X(concat) X(matmul) X(conv2d) X(conv2d_data) X(conv2d_weight) X(window_argmax) X(window_gather)               \
                    X(window_scatter) X(iota) X(gather) X(scatter_add) X(uniform) X(normal) X(stop_gradient) X(custom_gradient)

#define MG__OP_EXTERN(name) extern const mg_op mg__op_##name;
MG__OP_TABLE(MG__OP_EXTERN)
#undef MG__OP_EXTERN

/* Negative axes count from the end. false, with the message, when it is out of range. */
bool mg__axis(mg_node *x, const char *who, int axis, int *result);

/* A case for the tests: f inputs of one shape, drawn from [low, high] away from multiples of kink. */
void mg__sample_fill(mg_sample *sample, int inputs, int rank, const int64_t *shape, double low, double high, double kink);
int mg__sample_shapes(int index, mg_sample *sample, int inputs, double low, double high, double kink);
void mg__sample_attributes(mg_sample *sample, const void *attributes, size_t bytes);

#define MG__DIMS(...) \
    (const int64_t[]) { __VA_ARGS__ }

#endif
