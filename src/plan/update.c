/* Updates: what a run writes back. */
#include "graph/graph.h"

#include <micrograd/ops.h>
#include <micrograd/program.h>

static mg_status fail(mg_graph *graph, const char *text) {
    mg_graph_fail(graph, MG_INVALID, "mg_update: %s", text);
    return graph->status;
}

mg_status mg_update_if(mg_node *leaf, mg_node *node, mg_node *predicate) {
    if (!leaf || !node) return MG_INVALID;
    mg_graph *graph = mg__graph(node);
    if (mg_is_poison(leaf) || mg_is_poison(node) || (predicate && mg_is_poison(predicate)))
        return graph->status != MG_OK ? graph->status : MG_INVALID;
    if (mg__graph(leaf) != graph || (predicate && mg__graph(predicate) != graph))
        return fail(graph, "leaf, value and predicate are nodes of different graphs");
    if (graph->mode != MG_STAGED)
        return fail(graph, "only staged graphs have updates; in an eager one use mg_set or mg_parameters_value");
    if (mg__kind_of(leaf) != MG__PARAMETER) return fail(graph, "the leaf must come from mg_parameter_leaf or mg_slot_leaf");
    if (predicate && predicate->shape->count != 1) return fail(graph, "the predicate must have one element");
    if (leaf->shape != node->shape || leaf->dtype != node->dtype) {
        mg_graph_fail(graph, MG_INVALID, "mg_update: the leaf is %s %s, its new value %s %s",
                      mg_dtype_name((mg_dtype)leaf->dtype), MG__NODE_SHAPE_TEXT(leaf), mg_dtype_name((mg_dtype)node->dtype),
                      MG__NODE_SHAPE_TEXT(node));
        return graph->status;
    }
    for (size_t i = 0; i < graph->update_count; i++)
        if (graph->updates[i].leaf == leaf) return fail(graph, "this leaf has an update already");
    if (!mg__grow(graph->context, &graph->updates, &graph->update_capacity, graph->update_count + 1, sizeof *graph->updates)) {
        mg_graph_fail(graph, MG_OUT_OF_MEMORY, "out of memory for an update");
        return graph->status;
    }
    graph->updates[graph->update_count++] = (mg__update){ leaf, node, predicate };
    return MG_OK;
}

mg_status mg_update(mg_node *leaf, mg_node *node) { return mg_update_if(leaf, node, NULL); }

mg_status mg_graph_guard_updates(mg_graph *graph, mg_node *predicate) {
    if (!graph || mg_is_poison(predicate)) return MG_INVALID;
    if (mg__graph(predicate) != graph || predicate->shape->count != 1)
        return fail(graph, "the guard must be one element of this graph");
    graph->guard = predicate;
    return MG_OK;
}
