/* Sticky errors, scopes and names. */
#include "graph/graph.h"

#include <stdio.h>
#include <string.h>

static mg_node *fail_list(mg_graph *graph, mg_status status, const char *before, const char *format, va_list arguments) {
    if (graph->status != MG_OK) return graph->poison;
    graph->status = status;
    size_t used = 0;
    if (graph->scope_depth) mg__append(graph->message, sizeof graph->message, &used, "%s: ", graph->scope_path);
    if (before) mg__append(graph->message, sizeof graph->message, &used, "%s: ", before);
    vsnprintf(graph->message + used, sizeof graph->message - used, format, arguments);
    mg__fail(graph->context, status, "%s", graph->message);
    return graph->poison;
}

mg_node *mg_graph_fail(mg_graph *graph, mg_status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    mg_node *poison = fail_list(graph, status, NULL, format, arguments);
    va_end(arguments);
    return poison;
}

bool mg_rule_fail(mg_shape_rule *rule, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fail_list(rule->graph, MG_INVALID, rule->op->name, format, arguments);
    va_end(arguments);
    return false;
}

mg_status mg_kernel_fail(const mg_kernel_call *call, mg_status status, const char *format, ...) {
    char text[MG__MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return mg__fail(call->context, status, "%s: %s", call->op->name, text);
}

bool mg_rule_same_as(mg_shape_rule *rule, int input) {
    const mg_node *x = rule->x[input];
    rule->dtype = (mg_dtype)x->dtype;
    rule->rank = x->shape->rank;
    memcpy(rule->shape, x->shape->dims, (size_t)x->shape->rank * sizeof *rule->shape);
    return true;
}

mg_status mg_graph_status(const mg_graph *graph) { return graph ? graph->status : MG_OUT_OF_MEMORY; }
const char *mg_graph_message(const mg_graph *graph) {
    return !graph ? "there is no graph" : graph->status == MG_OK ? "" : graph->message;
}
void mg_graph_clear_error(mg_graph *graph) {
    graph->status = MG_OK;
    graph->message[0] = 0;
    mg_context_clear(graph->context);
}
mg_node *mg_graph_poison(mg_graph *graph) { return graph->poison; }
bool mg_is_poison(const mg_node *node) { return !node || node->op == &mg__op_poison; }

/* --- scopes ------------------------------------------------------------------------------------------ */

static void scope_record(mg_graph *graph) {
    if (!mg__grow(graph->context, &graph->scopes, &graph->scope_capacity, graph->scope_count + 1, sizeof *graph->scopes)) return;
    char *path = mg__strdup(graph->context, graph->scope_path);
    if (path) graph->scopes[graph->scope_count++] = (mg__scope){ (uint32_t)graph->count, path };
}

void mg_graph_push_scope(mg_graph *graph, const char *scope) {
    size_t used = strlen(graph->scope_path);
    if (graph->scope_depth < 16) graph->scope_lengths[graph->scope_depth] = used;
    graph->scope_depth++;
    if (graph->scope_depth > 16) return;
    mg__append(graph->scope_path, sizeof graph->scope_path, &used, "%s%.255s", used ? ": " : "", scope);
    scope_record(graph);
}

void mg_graph_pop_scope(mg_graph *graph) {
    if (!graph->scope_depth) return;
    graph->scope_depth--;
    if (graph->scope_depth >= 16) return;
    graph->scope_path[graph->scope_lengths[graph->scope_depth]] = 0;
    scope_record(graph);
}

const char *mg__node_scope(const mg_node *node) {
    const mg_graph *graph = mg__graph(node);
    size_t low = 0, high = graph->scope_count; /* the last record with first <= id */
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (graph->scopes[middle].first <= node->id)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? graph->scopes[low - 1].path : "";
}

/* --- names ------------------------------------------------------------------------------------------- */

static mg__name *name_find(const mg_node *node) {
    const mg_graph *graph = mg__graph(node);
    for (size_t i = graph->name_count; i-- > 0;)
        if (graph->names[i].id == node->id) return &graph->names[i];
    return NULL;
}

mg_node *mg_name(mg_node *node, const char *name) {
    if (mg_is_poison(node)) return node;
    mg_graph *graph = mg__graph(node);
    char *text = mg__strdup(graph->context, name);
    mg__name *found = name_find(node);
    if (!text) return mg_graph_fail(graph, MG_OUT_OF_MEMORY, "out of memory for the name '%.40s'", name);
    if (found) {
        mg__free(graph->context, found->text);
        found->text = text;
    } else if (mg__grow(graph->context, &graph->names, &graph->name_capacity, graph->name_count + 1, sizeof *graph->names)) {
        graph->names[graph->name_count++] = (mg__name){ node->id, text };
    } else {
        mg__free(graph->context, text);
        return mg_graph_fail(graph, MG_OUT_OF_MEMORY, "out of memory for the name '%.40s'", name);
    }
    return node;
}

const char *mg_node_name(const mg_node *node) {
    const mg__name *found = name_find(node);
    if (found) return found->text;
    if (mg__kind_of(node) == MG__INPUT) return mg__input_attributes_of(node)->name;
    if (mg__kind_of(node) == MG__RUN_SCALAR) return ((const mg__run_scalar_attributes *)mg__attributes_of(node))->name;
    return "";
}
