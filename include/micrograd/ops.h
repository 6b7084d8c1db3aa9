/* micrograd/ops.h: what expressions are made of.
 *
 * Elementwise functions broadcast their operands by NumPy's rules (explicit broadcast nodes, never materialised), take operands
 * of one dtype (else an error that names mg_cast), and give f32 for f32, f64 for f64. Axes count from 0, negative ones from the
 * end.
 */
#ifndef MICROGRAD_OPS_H
#define MICROGRAD_OPS_H

#include <micrograd/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- elementwise, one operand: y = f(x), dy/dx beside it --------------------------------------------- */
mg_node *mg_neg(mg_node *x);        /* -x                  -1 */
mg_node *mg_abs(mg_node *x);        /* |x|                 sign(x), 0 at 0 */
mg_node *mg_sign(mg_node *x);       /* -1, 0 or 1          no gradient */
mg_node *mg_square(mg_node *x);     /* x^2                 2x */
mg_node *mg_reciprocal(mg_node *x); /* 1/x                 -y^2 */
mg_node *mg_sqrt(mg_node *x);       /* x^(1/2)             1/(2y) */
mg_node *mg_exp(mg_node *x);        /* e^x                 y */
mg_node *mg_expm1(mg_node *x);      /* e^x - 1             y + 1 */
mg_node *mg_log(mg_node *x);        /* ln x                1/x */
mg_node *mg_log1p(mg_node *x);      /* ln(1 + x)           1/(1 + x) */
mg_node *mg_sin(mg_node *x);        /* sin x               cos x */
mg_node *mg_cos(mg_node *x);        /* cos x               -sin x */
mg_node *mg_tanh(mg_node *x);       /* tanh x              1 - y^2 */
mg_node *mg_sigmoid(mg_node *x);    /* 1/(1 + e^-x)        y(1 - y) */
mg_node *mg_erf(mg_node *x);        /* error function      2/sqrt(pi) e^(-x^2) */
mg_node *mg_floor(mg_node *x);      /* no gradient, nor the next two */
mg_node *mg_ceil(mg_node *x);
mg_node *mg_round(mg_node *x);     /* half to even */
mg_node *mg_is_finite(mg_node *x); /* 1 or 0; no gradient */
mg_node *mg_relu(mg_node *x);      /* max(x, 0)           1 where x > 0, 0 at 0 */

/* Activations composed of the above; all of them are exact and stable for |x| up to 1e4 and beyond. */
mg_node *mg_softplus(mg_node *x);                 /* ln(1 + e^x) */
mg_node *mg_silu(mg_node *x);                     /* x sigmoid(x) */
mg_node *mg_gelu(mg_node *x);                     /* x (1 + erf(x/sqrt 2))/2, exact (Hendrycks 2016) */
mg_node *mg_elu(mg_node *x, double alpha);        /* x, or alpha (e^x - 1) where x <= 0 (Clevert 2015) */
mg_node *mg_selu(mg_node *x);                     /* Klambauer 2017 */
mg_node *mg_leaky_relu(mg_node *x, double slope); /* x, or slope x where x <= 0 */
mg_node *mg_mish(mg_node *x);                     /* x tanh(softplus(x)) (Misra 2019) */
mg_node *mg_hard_swish(mg_node *x);               /* x min(max(x + 3, 0), 6)/6 (Howard 2019) */

/* --- elementwise, more operands ---------------------------------------------------------------------- */
mg_node *mg_add(mg_node *a, mg_node *b);
mg_node *mg_sub(mg_node *a, mg_node *b);
mg_node *mg_mul(mg_node *a, mg_node *b);
mg_node *mg_div(mg_node *a, mg_node *b);
mg_node *mg_pow(mg_node *a, mg_node *b);     /* d/da = b a^(b-1), 0 where b = 0; d/db = y ln a, 0 where a = 0 */
mg_node *mg_maximum(mg_node *a, mg_node *b); /* a tie gives the gradient to a */
mg_node *mg_minimum(mg_node *a, mg_node *b); /* a tie gives the gradient to a */
mg_node *mg_equal(mg_node *a, mg_node *b);   /* comparisons: 1 or 0 in the operands' dtype, no gradient */
mg_node *mg_not_equal(mg_node *a, mg_node *b);
mg_node *mg_less(mg_node *a, mg_node *b);
mg_node *mg_less_equal(mg_node *a, mg_node *b);
mg_node *mg_greater(mg_node *a, mg_node *b);
mg_node *mg_greater_equal(mg_node *a, mg_node *b);
mg_node *mg_where(mg_node *condition, mg_node *a, mg_node *b); /* a where condition != 0, else b; all of one dtype */
mg_node *mg_clip(mg_node *x, double low, double high);         /* gradient 1 inside and on the bounds' inner side */

/* With a literal of the other operand's dtype. */
mg_node *mg_add_scalar(mg_node *x, double value);
mg_node *mg_mul_scalar(mg_node *x, double value);
mg_node *mg_pow_scalar(mg_node *x, double exponent);

mg_node *mg_cast(mg_node *x, mg_dtype dtype); /* towards zero for MG_I32; the gradient is cast back, none through MG_I32 */

/* --- reductions. axes NULL or count 0: all. keep: reduced dimensions stay, as 1 ---------------------- */
mg_node *mg_sum(mg_node *x, const int *axes, int count, bool keep);
mg_node *mg_mean(mg_node *x, const int *axes, int count, bool keep);
mg_node *mg_variance(mg_node *x, const int *axes, int count, bool keep); /* mean of squared deviations (divided by N) */
mg_node *mg_max(mg_node *x, int axis, bool keep);    /* the gradient goes to the first of equal maxima; NaN is the largest */
mg_node *mg_min(mg_node *x, int axis, bool keep);    /* likewise */
mg_node *mg_argmax(mg_node *x, int axis, bool keep); /* i32; the first of equal maxima; no gradient */
mg_node *mg_sum_all(mg_node *x);                     /* a scalar */
mg_node *mg_mean_all(mg_node *x);
mg_node *mg_logsumexp(mg_node *x, int axis, bool keep); /* ln sum e^x, stable */
mg_node *mg_softmax(mg_node *x, int axis);
mg_node *mg_log_softmax(mg_node *x, int axis);
mg_node *mg_cumsum(mg_node *x, int axis);                   /* y_i = x_0 + ... + x_i */
mg_node *mg_argsort(mg_node *x, int axis, bool descending); /* i32, stable, NaN last; no gradient */
/* The k largest along an axis in descending order, first of equals first; the gradient flows through the values, not the order.
 */
mg_node *mg_top_k(mg_node *x, int k, int axis, mg_node **indices /* i32, may be NULL */);

/* --- movement ---------------------------------------------------------------------------------------- */
mg_node *mg_broadcast(mg_node *x, int rank, const int64_t *shape);
mg_node *mg_reshape(mg_node *x, int rank, const int64_t *shape); /* one dimension may be -1: what is left */
mg_node *mg_transpose(mg_node *x, const int *order);             /* NULL: the last two dimensions change places */
mg_node *mg_flip(mg_node *x, int axis);
mg_node *mg_slice(mg_node *x, int axis, int64_t start, int64_t stop,
                  int64_t step); /* step >= 1; negative start and stop count from the end */
mg_node *mg_pad(mg_node *x, int axis, int64_t low, int64_t high,
                int64_t interior); /* zeros before, after, and between elements */
mg_node *mg_concat(mg_node *const *xs, int count, int axis);

/* --- products ---------------------------------------------------------------------------------------- */
/* [..., m, k] x [..., k, n] -> [..., m, n]; leading dimensions broadcast. */
mg_node *mg_matmul(mg_node *a, mg_node *b);
/* With the last two dimensions of a or b taken as transposed. */
mg_node *mg_matmul_transposed(mg_node *a, bool transpose_a, mg_node *b, bool transpose_b);

/* --- images: [n, height, width, channels] ------------------------------------------------------------ */

/* How a kernel slides over an image; by [down, right]. */
typedef struct mg_convolution {
    int64_t stride[2];   /* default 1, 1 */
    int64_t padding[4];  /* zeros above, below, left, right; 0 or more; default 0 */
    int64_t dilation[2]; /* pixels from one tap of the kernel to the next; default 1, 1 */
    int64_t groups;      /* channels are cut into so many groups that do not see each other; default 1 */
} mg_convolution;
mg_convolution mg_convolution_defaults(void);
/* Outputs along an axis: (size + padding - dilation (kernel - 1) - 1) / stride + 1, rounded down; 0 where the kernel does not
 * fit. */
int64_t mg_convolution_size(int64_t size, int64_t padding, int64_t kernel, int64_t stride, int64_t dilation);

/* Cross-correlation, as the field says convolution: x [n, h, w, c], kernel [kh, kw, c / groups, o] -> y [n, oh, ow, o],
 *     y[n, i, j, o] = sum over a, b, c of x[n, i stride + a dilation - above, j stride + b dilation - left, c] kernel[a, b, c,
 * o], x being 0 outside. options NULL: the defaults. An empty batch is refused. */
mg_node *mg_conv2d(mg_node *x, mg_node *kernel, const mg_convolution *options);
/* Its transpose in x, also called a transposed convolution: dy [n, oh, ow, o] -> [n, height, width, c]. */
mg_node *mg_conv2d_data(mg_node *dy, mg_node *kernel, int64_t height, int64_t width, const mg_convolution *options);
/* Its transpose in the kernel: -> [kernel_height, kernel_width, c / groups, o]. */
mg_node *mg_conv2d_weight(mg_node *x, mg_node *dy, int64_t kernel_height, int64_t kernel_width, const mg_convolution *options);

/* A window that slides over each channel. Only padding (0 to below the kernel) lies outside the image, and counts as nothing. */
typedef struct mg_window {
    int64_t kernel[2], stride[2], padding[4];
} mg_window;
/* i32 [n, oh, ow, c]: where in its window (row kernel[1] + column) the largest lies; the first of equals, NaN is the largest. */
mg_node *mg_window_argmax(mg_node *x, const mg_window *window);
/* y[n, i, j, c] = x at position index[n, i, j, c] of window (i, j); a position that is not there is an error of the run. */
mg_node *mg_window_gather(mg_node *x, mg_node *index, const mg_window *window);
/* Its transpose: adds each element where its index says, into [n, height, width, c]. */
mg_node *mg_window_scatter(mg_node *x, mg_node *index, int64_t height, int64_t width, const mg_window *window);

mg_node *mg_max_pool(mg_node *x, const mg_window *window);
/* The mean over the pixels of the window that lie in the image. */
mg_node *mg_average_pool(mg_node *x, const mg_window *window);
/* Pixel centres keep their relative place; bilinear (edges repeat), else the nearest. */
mg_node *mg_resize(mg_node *x, int64_t height, int64_t width, bool bilinear);

/* --- indices (i32) ----------------------------------------------------------------------------------- */
mg_node *mg_iota(mg_graph *graph, mg_dtype dtype, int rank, const int64_t *shape, int axis); /* the index along an axis */
mg_node *mg_gather(mg_node *x,
                   mg_node *index); /* rows x[index]: [n, ...], [i...] -> [i..., ...]; out of range is an error of the run */
mg_node *mg_scatter_add(mg_node *x, mg_node *index,
                        int64_t rows); /* [i..., ...] -> [rows, ...]: adds the rows of x in order; out of range likewise */
mg_node *mg_take_along(mg_node *x,
                       mg_node *index); /* along the last axis: y[..., j] = x[..., index[..., j]]; out of range likewise */
mg_node *mg_one_hot(mg_node *index, int64_t classes, mg_dtype dtype); /* [...] -> [..., classes] */

/* --- random numbers: leaves; drawn anew each step, addressed by (seed, stream, step, row, position) --- */
mg_node *mg_random_uniform(mg_graph *graph, mg_dtype dtype, int rank, const int64_t *shape); /* [0, 1) */
mg_node *mg_random_normal(mg_graph *graph, mg_dtype dtype, int rank, const int64_t *shape);
mg_node *mg_random_bernoulli(mg_graph *graph, mg_dtype dtype, int rank, const int64_t *shape,
                             double probability); /* 1 with the probability, else 0 */
/* x with each element zero with probability `rate` (0 <= rate < 1) and the others multiplied by 1/(1 - rate) (Srivastava 2014).
 */
mg_node *mg_dropout(mg_node *x, double rate);
/* The same for whole channels: x [n, ..., channels]; all positions of a row share the fate of their channel (Tompson et al.
 * 2015). Of [n, features] it is mg_dropout. */
mg_node *mg_dropout_channels(mg_node *x, double rate);

#ifdef __cplusplus
}
#endif
#endif
