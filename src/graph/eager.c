/* Values on demand. A value is stale when something below it changed after it was computed; reading evaluates what is stale, with
 * an explicit stack. Two stamps a node do it: `changed`, when its value last changed, and `checked`, when it was last known to be
 * fresh. */
#include "graph/graph.h"

#include "graph/scalar.h"

#include <math.h>
#include <string.h>

bool mg__stack_reserve(mg_graph *graph, size_t count) {
    return mg__grow(graph->context, &graph->stack, &graph->stack_capacity, count, sizeof *graph->stack);
}

static bool is_scalar_inline(const mg_node *node) { return node->shape->count == 1 && !(node->flags & MG__BORROWS_DATA); }

mg_tensor mg__node_value(mg_node *node) {
    void *data = is_scalar_inline(node) ? (void *)&node->value : node->value.data;
    return mg_tensor_borrow((mg_dtype)node->dtype, node->shape->rank, node->shape->dims, data);
}

void mg__node_drop_value(mg_node *node) {
    if (node->flags & MG__OWNS_DATA) mg__free(mg__graph(node)->context, node->value.data);
    node->flags &= (uint8_t) ~(MG__OWNS_DATA | MG__BORROWS_DATA);
    node->changed = node->checked = 0;
}

/* Memory for the value, kept from one evaluation to the next. */
static bool value_room(mg_node *node) {
    if (is_scalar_inline(node) || (node->flags & MG__OWNS_DATA)) return true;
    mg_graph *graph = mg__graph(node);
    node->value.data = mg__alloc(graph->context, (size_t)node->shape->count * mg_dtype_size((mg_dtype)node->dtype));
    if (!node->value.data) {
        mg_graph_fail(graph, MG_OUT_OF_MEMORY, "out of memory for the value of %s %s", node->op->name, MG__NODE_SHAPE_TEXT(node));
        return false;
    }
    node->flags |= MG__OWNS_DATA;
    return true;
}

/* --- leaves ------------------------------------------------------------------------------------------ */

static bool evaluate_leaf(mg_node *node) {
    mg_graph *graph = mg__graph(node);
    switch (mg__kind_of(node)) {
    case MG__CONSTANT:
    case MG__VARIABLE: return true;
    case MG__PARAMETER: {
        mg__parameter_attributes a;
        memcpy(&a, mg__attributes_of(node), sizeof a);
        mg_tensor value = mg_parameters_value(a.store, (int)a.index);
        if (!value.data || a.slot >= 0) {
            mg_graph_fail(graph, MG_INVALID, "parameter '%s' has no value yet; freeze the store first",
                          mg_parameters_entry(a.store, (int)a.index)->name);
            return false;
        }
        node->value.data = value.data;
        node->flags |= MG__BORROWS_DATA;
        node->changed = graph->clock;
        return true;
    }
    case MG__RUN_SCALAR: {
        mg__run_scalar_attributes a;
        memcpy(&a, mg__attributes_of(node), sizeof a);
        mg_run_info info = { graph->step, 0.01 };
        double value = a.function ? a.function(&info, a.arguments) : 0;
        if (node->dtype == MG_F32)
            node->value.f32 = (float)value;
        else
            node->value.f64 = value;
        node->changed = graph->clock;
        return true;
    }
    default: return false;
    }
}

/* --- op nodes ---------------------------------------------------------------------------------------- */

static bool evaluate_scalar(mg_node *node) {
    mg_node *const *in = mg__inputs(node);
    double x[3] = { 0, 0, 0 };
    for (int i = 0; i < node->inputs; i++) {
        if (in[i]->flags & MG__BORROWS_DATA) return false;
        x[i] = in[i]->value.f64;
    }
    node->value.f64 = node->op->scalar->function(x[0], x[1], x[2]);
    return true;
}

static bool evaluate_kernel(mg_node *node) {
    mg_graph *graph = mg__graph(node);
    mg_node *const *in = mg__inputs(node);
    if (!node->op->reference) {
        mg_graph_fail(graph, MG_INVALID, "%s has no value in an eager graph", node->op->name);
        return false;
    }
    if (!value_room(node)) return false;
    mg_tensor few[4], *x = few;
    if (node->inputs > 4 && !(x = mg__alloc_array(graph->context, node->inputs, sizeof *x))) return false;
    for (int i = 0; i < node->inputs; i++) x[i] = mg__node_value(in[i]);
    mg_kernel_call call = { .op = node->op,
                            .inputs = node->inputs,
                            .x = x,
                            .y = mg__node_value(node),
                            .attributes = mg__attributes_of(node),
                            .seed = graph->context->seed,
                            .step = graph->step,
                            .context = graph->context };
    mg_status status = node->op->reference(&call);
    if (x != few) mg__free(graph->context, x);
    if (status != MG_OK) {
        if (graph->context->status != status) mg__fail(graph->context, status, "%s: %s", node->op->name, mg_status_text(status));
        char text[MG__MESSAGE_BYTES];
        memcpy(text, graph->context->message, sizeof text);
        mg_graph_fail(graph, status, "%s", text);
    }
    return status == MG_OK;
}

static bool is_random(const mg_node *node) { return mg__kind_of(node) == MG__UNIFORM || mg__kind_of(node) == MG__NORMAL; }

/* All inputs are fresh. */
static bool refresh(mg_node *node) {
    mg_graph *graph = mg__graph(node);
    mg_node *const *in = mg__inputs(node);
    uint64_t newest = 1;
    for (int i = 0; i < node->inputs; i++)
        if (in[i]->changed > newest) newest = in[i]->changed;
    bool stale = node->changed < newest || node->changed == 0;
    if (stale) {
        bool one = node->op->scalar && node->shape->count == 1 && node->dtype == MG_F64 && !(node->flags & MG__OWNS_DATA);
        bool done = false;
        if (node->inputs == 0 && !node->op->reference) {
            if (!evaluate_leaf(node)) return false;
            done = true;
        }
        if (!done && !(one && evaluate_scalar(node)) && !evaluate_kernel(node)) return false;
        if (!done) node->changed = newest;
        if (is_random(node)) node->changed = graph->clock;
    }
    node->checked = graph->clock;
    return true;
}

/* Parameters change behind the graph's back: their versions are looked at once a read. */
static void notice_stores(mg_graph *graph) {
    uint64_t versions = 0;
    for (size_t i = 0; i < graph->store_count; i++) versions += mg_parameters_version(graph->stores[i]);
    if (versions == graph->store_versions) return;
    graph->store_versions = versions;
    graph->clock++;
    for (size_t id = 0; id < graph->count; id++) {
        mg_node *node = mg__node_at(graph, id);
        if (mg__kind_of(node) == MG__PARAMETER) node->changed = 0;
    }
}

mg_status mg__evaluate(mg_node *root) {
    mg_graph *graph = mg__graph(root);
    if (graph->mode != MG_EAGER) {
        mg_graph_fail(graph, MG_INVALID,
                      "values are read from eager graphs; compile a staged one and run it (mg_compile, mg_run)");
        return graph->status;
    }
    if (mg_is_poison(root)) return graph->status != MG_OK ? graph->status : MG_INVALID;
    notice_stores(graph);
    size_t top = 0;
    if (!mg__stack_reserve(graph, 64)) return MG_OUT_OF_MEMORY;
    graph->stack[top++] = root;
    while (top) {
        mg_node *node = graph->stack[top - 1];
        if (node->checked == graph->clock) {
            top--;
            continue;
        }
        mg_node *const *in = mg__inputs(node);
        bool ready = true;
        if (!mg__stack_reserve(graph, top + node->inputs)) return MG_OUT_OF_MEMORY;
        for (int i = node->inputs; i-- > 0;) {
            if (in[i]->checked == graph->clock) continue;
            graph->stack[top++] = in[i];
            ready = false;
        }
        if (!ready) continue;
        if (!refresh(node)) {
            if (graph->status == MG_OK)
                mg_graph_fail(graph, MG_OUT_OF_MEMORY, "out of memory for the value of %s", node->op->name);
            return graph->status;
        }
        top--;
    }
    return MG_OK;
}

double mg_item(mg_node *node) {
    if (mg_is_poison(node)) return NAN;
    if (node->shape->count != 1) {
        mg_graph_fail(mg__graph(node), MG_INVALID, "mg_item: wanted one element, got %s; read arrays with mg_value",
                      MG__NODE_SHAPE_TEXT(node));
        return NAN;
    }
    if (mg__evaluate(node) != MG_OK) return NAN;
    mg_tensor value = mg__node_value(node);
    return mg_tensor_get(&value, 0);
}

mg_tensor mg_value(mg_node *node) {
    if (mg_is_poison(node) || mg__evaluate(node) != MG_OK) return (mg_tensor){ 0 };
    return mg__node_value(node);
}

/* --- setting ----------------------------------------------------------------------------------------- */

static mg_status settable(mg_node *leaf, const char *who) {
    mg_graph *graph = mg__graph(leaf);
    if (mg_is_poison(leaf)) return graph->status != MG_OK ? graph->status : MG_INVALID;
    if (mg__kind_of(leaf) == MG__VARIABLE) return value_room(leaf) ? MG_OK : graph->status;
    mg_graph_fail(graph, MG_INVALID, "%s: only leaves made by mg_variable can be set, this is the result of %s", who,
                  leaf->op->name);
    return graph->status;
}

mg_status mg_set(mg_node *leaf, double value) {
    mg_status status = settable(leaf, "mg_set");
    if (status != MG_OK) return status;
    mg_tensor room = mg__node_value(leaf);
    for (int64_t i = 0; i < leaf->shape->count; i++) mg_tensor_put(&room, i, value);
    leaf->changed = ++mg__graph(leaf)->clock;
    return MG_OK;
}

mg_status mg_set_tensor(mg_node *leaf, const mg_tensor *value) {
    mg_status status = settable(leaf, "mg_set_tensor");
    if (status != MG_OK) return status;
    mg_tensor room = mg__node_value(leaf);
    if (value->dtype != room.dtype || value->rank != room.rank ||
        (room.rank && memcmp(value->shape, room.shape, (size_t)room.rank * sizeof *room.shape) != 0)) {
        mg_graph_fail(mg__graph(leaf), MG_INVALID, "mg_set_tensor: wanted %s %s, got %s %s", mg_dtype_name(room.dtype),
                      MG__SHAPE_TEXT(room.rank, room.shape), mg_dtype_name(value->dtype),
                      MG__SHAPE_TEXT(value->rank, value->shape));
        return mg__graph(leaf)->status;
    }
    if (mg_tensor_bytes(&room)) memcpy(room.data, value->data, mg_tensor_bytes(&room));
    leaf->changed = ++mg__graph(leaf)->clock;
    return MG_OK;
}

void mg_graph_next_step(mg_graph *graph) {
    graph->step++;
    graph->clock++;
    for (size_t id = 0; id < graph->count; id++) {
        mg_node *node = mg__node_at(graph, id);
        if (is_random(node) || mg__kind_of(node) == MG__RUN_SCALAR) node->changed = 0;
    }
}
