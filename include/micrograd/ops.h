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

#ifdef __cplusplus
}
#endif
#endif
