/* The gradient checker: analytic gradients against central differences, in f64, signed, element by element. */
#include "base/random.h"
#include "graph/graph.h"

#include <micrograd/gradient.h>
#include <micrograd/ops.h>

#include <math.h>

mg_check_options mg_check_defaults(void) { return (mg_check_options){ .order = 1, .step = 1e-5, .all_zero = NULL }; }

/* Fixed numbers in [0.5, 1.5): coefficients of the head and directions of the second order. */
static mg_node *fixed(mg_node *like, uint64_t stream) {
    mg_context *context = mg__graph(like)->context;
    mg_tensor *value = mg_tensor_create(context, MG_F64, like->shape->rank, like->shape->dims);
    if (!value) return mg_graph_fail(mg__graph(like), MG_OUT_OF_MEMORY, "out of memory for a gradient check");
    mg__stream s = { 0x6d67, stream, 0 };
    for (int64_t i = 0; i < like->shape->count; i++) mg_tensor_put(value, i, 0.5 + mg__random_uniform(&s, 0, (uint64_t)i));
    mg_node *node = mg_variable_tensor(mg__graph(like), value);
    mg_tensor_destroy(value);
    return node;
}

/* sum(sin(c y)): its second derivative is not zero wherever its first is not. */
static mg_node *head(mg_node *y) { return mg_sum_all(mg_sin(mg_mul(fixed(y, 1), y))); }

typedef struct check {
    mg_context *context;
    mg_graph *graph;
    mg_node **xs, **gradients;
    mg_node *scalar; /* what is differentiated */
    int count;
} check;

static bool build(check *c, mg_function *f, void *user, const mg_tensor *points, int order) {
    mg_node **differentiable = c->gradients; /* float ones first, the same order */
    int floats = 0;
    for (int i = 0; i < c->count; i++) c->xs[i] = mg_variable_tensor(c->graph, &points[i]);
    mg_node *y = f(c->graph, c->xs, user);
    if (mg_is_poison(y)) return false;
    c->scalar = head(y);
    for (int i = 0; i < c->count; i++)
        if (points[i].dtype == MG_F64) c->xs[floats++] = c->xs[i];
    c->count = floats;
    if (floats == 0) return true;
    if (mg_gradient(c->scalar, c->xs, floats, c->gradients) != MG_OK) return false;
    if (order == 2) {
        mg_node *along = NULL;
        for (int i = 0; i < floats; i++) {
            mg_node *term = mg_sum_all(mg_mul(differentiable[i], fixed(c->xs[i], 10 + (uint64_t)i)));
            along = along ? mg_add(along, term) : term;
        }
        c->scalar = along;
        if (mg_gradient(c->scalar, c->xs, floats, c->gradients) != MG_OK) return false;
    }
    return c->graph->status == MG_OK;
}

/* The largest error over one input's elements. */
static double compare(check *c, int input, double step, bool *all_zero) {
    mg_node *x = c->xs[input];
    int64_t count = x->shape->count;
    double worst = 0;
    mg_tensor *point = mg_tensor_create(c->context, MG_F64, x->shape->rank, x->shape->dims);
    mg_tensor *analytic = mg_tensor_create(c->context, MG_F64, x->shape->rank, x->shape->dims);
    mg_tensor now = mg_value(x), slope = mg_value(c->gradients[input]);
    if (!point || !analytic || !now.data || !slope.data) worst = NAN;
    for (int64_t i = 0; i < count && worst == worst; i++) {
        mg_tensor_put(point, i, mg_tensor_get(&now, i));
        mg_tensor_put(analytic, i, mg_tensor_get(&slope, i));
    }
    for (int64_t i = 0; i < count && worst == worst; i++) {
        double at = mg_tensor_get(point, i), exact = mg_tensor_get(analytic, i), side[2];
        for (int s = 0; s < 2; s++) {
            mg_tensor_put(point, i, at + (s ? step : -step));
            mg_set_tensor(x, point);
            side[s] = mg_item(c->scalar);
        }
        mg_tensor_put(point, i, at);
        double numeric = (side[1] - side[0]) / (2 * step);
        double error = fabs(exact - numeric) / fmax(1, fmax(fabs(exact), fabs(numeric)));
        if (error != error || error > worst) worst = error;
        if (exact != 0) *all_zero = false;
    }
    if (point) mg_set_tensor(x, point);
    mg_tensor_destroy(point);
    mg_tensor_destroy(analytic);
    return worst;
}

double mg_check_gradient(mg_context *context, mg_function *f, void *user, const mg_tensor *points, int count,
                         const mg_check_options *options) {
    mg_check_options o = options ? *options : mg_check_defaults();
    if (count < 1 || !f || !points || (o.order != 1 && o.order != 2)) {
        mg__fail(context, MG_INVALID, "mg_check_gradient: wanted a function, at least one point and order 1 or 2");
        return NAN;
    }
    check c = { .context = context, .graph = mg_graph_create(context, MG_EAGER), .count = count };
    c.xs = mg__alloc_array(context, (size_t)count, sizeof *c.xs);
    c.gradients = mg__alloc_array(context, (size_t)count, sizeof *c.gradients);
    double worst = NAN;
    bool all_zero = true;
    if (c.graph && c.xs && c.gradients && build(&c, f, user, points, o.order)) {
        worst = 0;
        for (int i = 0; i < c.count && worst == worst; i++) {
            double error = compare(&c, i, o.step, &all_zero);
            if (!(error <= worst)) worst = error;
        }
    }
    if (o.all_zero) *o.all_zero = all_zero;
    mg_graph_destroy(c.graph);
    mg__free(context, c.xs);
    mg__free(context, c.gradients);
    return worst;
}
