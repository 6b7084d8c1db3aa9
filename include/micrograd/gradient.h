/* micrograd/gradient.h: differentiation as a transformation of graphs. */
#ifndef MICROGRAD_GRADIENT_H
#define MICROGRAD_GRADIENT_H

#include <micrograd/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* out[i] = d(sum of y) / d xs[i], as nodes of the same graph, by reverse accumulation. Any y of a float dtype, any nodes xs
 * (leaves or not). An x that y does not reach gets zeros. The result can be differentiated again. */
mg_status mg_gradient(mg_node *y, mg_node *const *xs, int count, mg_node **out);

/* The same with an incoming gradient dy of y's shape (NULL: ones): out[i] = (d y / d xs[i])^T dy. */
mg_status mg_vjp(mg_node *y, mg_node *dy, mg_node *const *xs, int count, mg_node **out);

/* Forward mode: (d y / d xs) vs, summed over the xs; derived by differentiating a vjp, which is linear in its dy, with respect to
 * it. */
mg_node *mg_jvp(mg_node *y, mg_node *const *xs, mg_node *const *vs, int count);

/* out[i] = sum over j of (d^2 y / d xs[i] d xs[j]) vs[j] for a y of one element. */
mg_status mg_hessian_vector(mg_node *y, mg_node *const *xs, mg_node *const *vs, int count, mg_node **out);

/* x, without a gradient. */
mg_node *mg_stop_gradient(mg_node *x);

/* Compares gradients with central differences, in an eager f64 graph: builds f(x...) at the given points and returns the largest
 * |analytic - numeric| / max(1, |analytic|, |numeric|) over all elements of all inputs, through the head sum(sin(c_i y_i)); NaN
 * on failure (message on the context). order 2 checks the gradient's own gradient along a fixed random direction. `all_zero`, if
 * not NULL, tells whether every gradient was zero. */
typedef mg_node *mg_function(mg_graph *graph, mg_node *const *x, void *user);
typedef struct mg_check_options {
    int order;      /* 1 or 2; default 1 */
    double step;    /* default 1e-5 */
    bool *all_zero; /* default NULL */
} mg_check_options;
mg_check_options mg_check_defaults(void);
double mg_check_gradient(mg_context *context, mg_function *f, void *user, const mg_tensor *points, int count,
                         const mg_check_options *options);

#ifdef __cplusplus
}
#endif
#endif
