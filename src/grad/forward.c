/* Forward mode and curvature, derived from reverse mode: no op has a second rule. */
#include "graph/graph.h"

#include <micrograd/gradient.h>
#include <micrograd/ops.h>

/* sum over i of <gs[i], vs[i]> */
static mg_node *inner_product(mg_graph *graph, mg_node *const *gs, mg_node *const *vs, int count) {
    mg_node *total = NULL;
    for (int i = 0; i < count; i++) {
        if (mg_is_poison(vs[i]) || vs[i]->shape != gs[i]->shape)
            return mg_graph_fail(graph, MG_INVALID, "direction %d must have the shape %s of its x", i,
                                 MG__NODE_SHAPE_TEXT(gs[i]));
        mg_node *term = mg_sum_all(mg_mul(gs[i], vs[i]));
        total = total ? mg_add(total, term) : term;
    }
    return total;
}

/* A leaf that nothing will ever read: what depends on it is removed, because every gradient rule is linear in the incoming
 * gradient. */
static mg_node *placeholder(mg_node *like) {
    mg_graph *graph = mg__graph(like);
    struct {
        int64_t rank, dtype, shape[MG_MAX_RANK];
    } type = { .rank = like->shape->rank, .dtype = like->dtype };
    for (int i = 0; i < like->shape->rank; i++) type.shape[i] = like->shape->dims[i];
    mg_node *leaf = mg__apply(graph, &mg__op_variable, NULL, 0, &type, sizeof type, true);
    if (!mg_is_poison(leaf) && graph->mode == MG_EAGER) mg_set(leaf, 0);
    return leaf;
}

mg_node *mg_jvp(mg_node *y, mg_node *const *xs, mg_node *const *vs, int count) {
    if (mg_is_poison(y) || count < 1) return y;
    mg_graph *graph = mg__graph(y);
    mg_node **gs = mg__alloc_array(graph->context, (size_t)count, sizeof *gs), *result = graph->poison;
    mg_node *u = placeholder(y);
    if (gs && mg_vjp(y, u, xs, count, gs) == MG_OK) {
        mg_node *s = inner_product(graph, gs, vs, count);
        mg_gradient(s, &u, 1, &result);
    }
    mg__free(graph->context, gs);
    return result;
}

mg_status mg_hessian_vector(mg_node *y, mg_node *const *xs, mg_node *const *vs, int count, mg_node **out) {
    if (mg_is_poison(y) || count < 1) return MG_INVALID;
    mg_graph *graph = mg__graph(y);
    if (y->shape->count != 1) {
        mg_graph_fail(graph, MG_INVALID, "mg_hessian_vector: wanted a y of one element, got %s", MG__NODE_SHAPE_TEXT(y));
        return graph->status;
    }
    mg_node **gs = mg__alloc_array(graph->context, (size_t)count, sizeof *gs);
    mg_status status = gs ? mg_gradient(y, xs, count, gs) : MG_OUT_OF_MEMORY;
    if (status == MG_OK) {
        mg_node *s = inner_product(graph, gs, vs, count);
        status = mg_gradient(s, xs, count, out);
    }
    mg__free(graph->context, gs);
    return status;
}
