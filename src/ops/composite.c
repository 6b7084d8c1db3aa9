/* Functions that compose primitives. Stable for large |x|: no exponent of a positive number is taken without bounding it. */
#include "ops/ops.h"

#include <micrograd/gradient.h>

mg_node *mg_full_like(const mg_node *like, double value) {
    return mg_broadcast(mg_constant_like(like, value), like->shape->rank, like->shape->dims);
}
mg_node *mg_zeros_like(const mg_node *like) { return mg_full_like(like, 0); }
mg_node *mg_ones_like(const mg_node *like) { return mg_full_like(like, 1); }
mg_node *mg_full(mg_graph *graph, mg_dtype dtype, int rank, const int64_t *shape, double value) {
    return graph ? mg_broadcast(mg__constant(graph, dtype, value), rank, shape) : NULL;
}

mg_node *mg_add_scalar(mg_node *x, double value) { return mg_is_poison(x) ? x : mg_add(x, mg_constant_like(x, value)); }
mg_node *mg_mul_scalar(mg_node *x, double value) { return mg_is_poison(x) ? x : mg_mul(x, mg_constant_like(x, value)); }
mg_node *mg_pow_scalar(mg_node *x, double exponent) {
    if (mg_is_poison(x) || exponent == 1) return x;
    if (exponent == 2) return mg_square(x);
    if (exponent == 0.5) return mg_sqrt(x);
    if (exponent == -1) return mg_reciprocal(x);
    return mg_pow(x, mg_constant_like(x, exponent));
}
mg_node *mg_clip(mg_node *x, double low, double high) {
    if (mg_is_poison(x)) return x;
    if (!(low <= high)) return mg_graph_fail(mg__graph(x), MG_INVALID, "clip: wanted low <= high, got %g and %g", low, high);
    return mg_minimum(mg_maximum(x, mg_constant_like(x, low)), mg_constant_like(x, high));
}

/* --- activations ------------------------------------------------------------------------------------- */

static mg_node *positive(mg_node *x) { return mg_less(mg_zeros_like(x), x); }

/* max(x, 0) + ln(1 + e^-|x|). Its derivative is the sigmoid everywhere, which the composition would miss at 0 alone. */
static void softplus_rule(const mg_rule *r, void *user) {
    (void)user;
    r->dx[0] = mg_mul(r->dy, mg_sigmoid(r->x[0]));
}
mg_node *mg_softplus(mg_node *x) {
    if (mg_is_poison(x)) return x;
    mg_node *y = mg_add(mg_relu(x), mg_log1p(mg_exp(mg_neg(mg_abs(x)))));
    return mg_custom_gradient(y, &x, 1, softplus_rule, NULL);
}
mg_node *mg_silu(mg_node *x) { return mg_mul(x, mg_sigmoid(x)); }
mg_node *mg_gelu(mg_node *x) {
    return mg_mul(mg_mul_scalar(x, 0.5), mg_add_scalar(mg_erf(mg_mul_scalar(x, 0.70710678118654752440)), 1));
}
mg_node *mg_elu(mg_node *x, double alpha) {
    if (mg_is_poison(x)) return x;
    mg_node *below = mg_mul_scalar(mg_expm1(mg_minimum(x, mg_constant_like(x, 0))), alpha);
    return mg_where(positive(x), x, below);
}
mg_node *mg_selu(mg_node *x) { return mg_mul_scalar(mg_elu(x, 1.6732632423543772848), 1.0507009873554804934); }
mg_node *mg_leaky_relu(mg_node *x, double slope) {
    return mg_is_poison(x) ? x : mg_where(positive(x), x, mg_mul_scalar(x, slope));
}
mg_node *mg_mish(mg_node *x) { return mg_mul(x, mg_tanh(mg_softplus(x))); }
mg_node *mg_hard_swish(mg_node *x) { return mg_mul(x, mg_mul_scalar(mg_clip(mg_add_scalar(x, 3), 0, 6), 1.0 / 6)); }

/* --- rows -------------------------------------------------------------------------------------------- */

/* The largest is subtracted and is a constant to the gradient: it cancels. */
static mg_node *shifted(mg_node *x, int axis) { return mg_sub(x, mg_stop_gradient(mg_max(x, axis, true))); }
mg_node *mg_softmax(mg_node *x, int axis) {
    mg_node *e = mg_exp(shifted(x, axis));
    return mg_div(e, mg_sum(e, &axis, 1, true));
}
mg_node *mg_log_softmax(mg_node *x, int axis) {
    mg_node *z = shifted(x, axis);
    return mg_sub(z, mg_log(mg_sum(mg_exp(z), &axis, 1, true)));
}
mg_node *mg_logsumexp(mg_node *x, int axis, bool keep) {
    if (mg_is_poison(x)) return x;
    mg_node *most = mg_stop_gradient(mg_max(x, axis, true));
    if (mg_is_poison(most)) return most;
    mg_node *shift = mg_where(mg_is_finite(most), most, mg_zeros_like(most)); /* a row of -inf gives -inf, not NaN */
    mg_node *y = mg_add(mg_log(mg_sum(mg_exp(mg_sub(x, shift)), &axis, 1, true)), shift);
    return keep || mg_is_poison(y) ? y : mg_sum(y, &axis, 1, false);
}
