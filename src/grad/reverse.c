/* Reverse mode: the graph of the gradient is built by walking back from y. Ids are a topological order, so there is no recursion.
 */
#include "graph/graph.h"

#include <micrograd/gradient.h>
#include <micrograd/ops.h>

#include <string.h>

enum { REACHED = 1, DEPENDS = 2 /* on one of the xs */ };

typedef struct reverse {
    mg_graph *graph;
    mg_node *y;
    unsigned char *state; /* by id, up to y's */
    mg_node **adjoints;   /* likewise; d y / d node where known */
    const char *scope;    /* of the node whose rule runs now; NULL: none has run */
    bool pushed;          /* a scope for it */
} reverse;

static bool is_float(const mg_node *node) { return node->dtype == MG_F32 || node->dtype == MG_F64; }

/* What y reaches. */
static bool reach(reverse *r) {
    mg_graph *graph = r->graph;
    size_t top = 0;
    if (!mg__stack_reserve(graph, 64)) return false;
    graph->stack[top++] = r->y;
    r->state[r->y->id] = REACHED;
    while (top) {
        mg_node *node = graph->stack[--top];
        if (!mg__stack_reserve(graph, top + node->inputs)) return false;
        for (int i = 0; i < node->inputs; i++) {
            mg_node *in = mg__inputs(node)[i];
            if (r->state[in->id]) continue;
            r->state[in->id] = REACHED;
            graph->stack[top++] = in;
        }
    }
    return true;
}

/* Among what is reached: what depends on the xs, given their ids marked DEPENDS. Integers carry no gradient. */
static void find_dependent(reverse *r) {
    for (size_t id = 0; id <= r->y->id; id++) {
        if (!(r->state[id] & REACHED)) continue;
        mg_node *node = mg__node_at(r->graph, id);
        for (int i = 0; i < node->inputs && !(r->state[id] & DEPENDS); i++)
            if (r->state[mg__inputs(node)[i]->id] & DEPENDS) r->state[id] |= DEPENDS;
        if (!is_float(node)) r->state[id] &= (unsigned char)~DEPENDS;
    }
}

static bool accept(reverse *r, const mg_node *node, mg_node *x, mg_node *dx) {
    if (mg_is_poison(dx)) return false;
    if (dx->shape != x->shape || dx->dtype != x->dtype) {
        mg_graph_fail(r->graph, MG_INVALID, "the gradient rule of %s gave %s %s for an input of %s %s", node->op->name,
                      mg_dtype_name((mg_dtype)dx->dtype), MG__NODE_SHAPE_TEXT(dx), mg_dtype_name((mg_dtype)x->dtype),
                      MG__NODE_SHAPE_TEXT(x));
        return false;
    }
    r->adjoints[x->id] = r->adjoints[x->id] ? mg_add(r->adjoints[x->id], dx) : dx;
    return true;
}

static void leave_scope(reverse *r) {
    if (r->pushed) mg_graph_pop_scope(r->graph);
    r->pushed = false;
}

/* Nodes made by a rule belong to the layer of the node that is differentiated. In a staged graph those of no layer are told from
 * what is computed forward as well. */
static void enter_scope(reverse *r, const mg_node *node) {
    const char *scope = mg__node_scope(node);
    if (r->scope && strcmp(scope, r->scope) == 0) return;
    char text[MG__SCOPE_BYTES];
    size_t used = 0;
    mg__append(text, sizeof text, &used, *scope ? MG__GRADIENT_SCOPE " of %s" : MG__GRADIENT_SCOPE "%s", scope);
    leave_scope(r);
    r->pushed = *scope || r->graph->mode == MG_STAGED;
    if (r->pushed) mg_graph_push_scope(r->graph, text);
    r->scope = scope;
}

static bool apply_rule(reverse *r, mg_node *node) {
    enum { FEW = 8 };
    bool few_needed[FEW], *needed = few_needed;
    mg_node *few_dx[FEW] = { 0 }, **dx = few_dx;
    mg_node *const *in = mg__inputs(node);
    mg_context *context = r->graph->context;
    bool fine = true;
    if (!node->op->gradient) {
        mg_graph_fail(r->graph, MG_INVALID, "op %s has no gradient rule; give it one, or MG_NO_GRADIENT", node->op->name);
        return false;
    }
    if (node->inputs > FEW) {
        needed = mg__alloc_array(context, node->inputs, sizeof *needed);
        dx = mg__alloc_array(context, node->inputs, sizeof *dx);
        fine = needed && dx;
    }
    if (fine) {
        for (int i = 0; i < node->inputs; i++) needed[i] = (r->state[in[i]->id] & DEPENDS) != 0;
        enter_scope(r, node);
        mg_rule rule = { r->graph, node, r->adjoints[node->id], node->inputs, in, mg__attributes_of(node), needed, dx };
        node->op->gradient(&rule);
        for (int i = 0; i < node->inputs && fine; i++)
            if (needed[i] && dx[i]) fine = accept(r, node, in[i], dx[i]);
    }
    if (needed != few_needed) mg__free(context, needed);
    if (dx != few_dx) mg__free(context, dx);
    return fine;
}

static bool sweep(reverse *r) {
    bool fine = true;
    for (size_t id = r->y->id + 1; id-- > 0 && fine;) {
        if (!r->adjoints[id] || !(r->state[id] & DEPENDS)) continue;
        mg_node *node = mg__node_at(r->graph, id);
        if (node->inputs) fine = apply_rule(r, node);
    }
    leave_scope(r);
    return fine;
}

static mg_status failed(mg_graph *graph) {
    if (graph->status == MG_OK) mg_graph_fail(graph, MG_OUT_OF_MEMORY, "out of memory for a gradient");
    return graph->status;
}

/* Fills adjoints[0..y->id]; xs NULL: every variable and parameter below y. */
static mg_status differentiate(mg_node *y, mg_node *dy, mg_node *const *xs, int count, mg_node **adjoints) {
    mg_graph *graph = mg__graph(y);
    reverse r = { .graph = graph, .y = y, .adjoints = adjoints };
    r.state = mg__alloc_zero(graph->context, (size_t)y->id + 1);
    bool fine = r.state && reach(&r);
    if (fine) {
        for (int i = 0; i < count; i++)
            if (xs[i]->id <= y->id) r.state[xs[i]->id] |= DEPENDS;
        for (size_t id = 0; !xs && id <= y->id; id++) {
            mg__kind kind = mg__kind_of(mg__node_at(graph, id));
            if (kind == MG__VARIABLE || kind == MG__PARAMETER) r.state[id] |= DEPENDS;
        }
        find_dependent(&r);
        if (r.state[y->id] & DEPENDS) adjoints[y->id] = dy;
        fine = sweep(&r);
    }
    mg__free(graph->context, r.state);
    return fine && graph->status == MG_OK ? MG_OK : failed(graph);
}

mg_status mg_vjp(mg_node *y, mg_node *dy, mg_node *const *xs, int count, mg_node **out) {
    if (!y || (count && (!xs || !out))) return MG_INVALID;
    mg_graph *graph = mg__graph(y);
    for (int i = 0; i < count; i++) out[i] = graph->poison;
    if (graph->status != MG_OK) return graph->status;
    for (int i = 0; i < count; i++) {
        if (mg_is_poison(xs[i]) || mg__graph(xs[i]) != graph || !is_float(xs[i])) {
            mg_graph_fail(graph, MG_INVALID, "gradient: x number %d is not a float node of y's graph", i);
            return graph->status;
        }
    }
    if (!dy) dy = mg_ones_like(y);
    if (!is_float(y) || dy->shape != y->shape || dy->dtype != y->dtype) {
        mg_graph_fail(graph, MG_INVALID, "gradient: y is %s %s, the incoming gradient %s %s; both must be the same float array",
                      mg_dtype_name((mg_dtype)y->dtype), MG__NODE_SHAPE_TEXT(y), mg_dtype_name((mg_dtype)dy->dtype),
                      MG__NODE_SHAPE_TEXT(dy));
        return graph->status;
    }
    mg_node **adjoints = mg__alloc_array(graph->context, (size_t)y->id + 1, sizeof *adjoints);
    mg_status status = adjoints ? differentiate(y, dy, xs, count, adjoints) : failed(graph);
    for (int i = 0; i < count && status == MG_OK; i++) {
        mg_node *adjoint = xs[i]->id <= y->id ? adjoints[xs[i]->id] : NULL;
        out[i] = adjoint ? adjoint : mg_zeros_like(xs[i]);
    }
    mg__free(graph->context, adjoints);
    return status;
}

mg_status mg_gradient(mg_node *y, mg_node *const *xs, int count, mg_node **out) { return mg_vjp(y, NULL, xs, count, out); }

/* --- the eager way ----------------------------------------------------------------------------------- */

mg_status mg_backward(mg_node *y) {
    if (!y) return MG_INVALID;
    mg_graph *graph = mg__graph(y);
    graph->adjoint_count = 0;
    if (graph->status != MG_OK) return graph->status;
    if (graph->mode != MG_EAGER || y->shape->count != 1 || !is_float(y)) {
        mg_graph_fail(graph, MG_INVALID, "mg_backward: wanted one float element of an eager graph, got %s %s%s",
                      mg_dtype_name((mg_dtype)y->dtype), MG__NODE_SHAPE_TEXT(y),
                      graph->mode == MG_EAGER ? "; reduce it, for example with mg_sum_all" : " of a staged one; use mg_gradient");
        return graph->status;
    }
    size_t count = (size_t)y->id + 1;
    if (!mg__grow(graph->context, &graph->adjoints, &graph->adjoint_capacity, count, sizeof *graph->adjoints))
        return failed(graph);
    memset(graph->adjoints, 0, count * sizeof *graph->adjoints);
    mg_status status = differentiate(y, mg_ones_like(y), NULL, 0, graph->adjoints);
    graph->adjoint_count = status == MG_OK ? count : 0;
    return status;
}

mg_node *mg_grad(mg_node *x) {
    if (mg_is_poison(x)) return x;
    mg_graph *graph = mg__graph(x);
    mg_node *adjoint = x->id < graph->adjoint_count ? graph->adjoints[x->id] : NULL;
    return adjoint ? adjoint : mg_zeros_like(x);
}
