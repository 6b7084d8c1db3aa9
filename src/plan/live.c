/* Which nodes are needed: what outputs, updates, predicates and the guard reach. */
#include "plan/plan.h"

static bool push(mg_graph *graph, size_t *top, mg_node *node) {
    if (!node) return true;
    if (!mg__stack_reserve(graph, *top + 1)) return false;
    graph->stack[(*top)++] = node;
    return true;
}

bool mg__live_find(mg__plan *plan) {
    mg_graph *graph = plan->graph;
    mg__live *live = &plan->live;
    live->ids = graph->count;
    live->place = mg__alloc_array(graph->context, live->ids, sizeof *live->place);
    if (!live->place) return false;
    size_t top = 0;
    bool fine = push(graph, &top, plan->guard);
    for (int i = 0; i < plan->output_count && fine; i++) fine = push(graph, &top, plan->outputs[i]);
    for (size_t i = 0; i < plan->update_count && fine; i++) {
        const mg__update *u = &plan->updates[i];
        fine = push(graph, &top, u->leaf) && push(graph, &top, u->value) && push(graph, &top, u->predicate);
    }
    for (size_t i = 0; i < graph->input_count && fine; i++) fine = push(graph, &top, graph->input_leaves[i]);
    while (top && fine) {
        mg_node *node = graph->stack[--top];
        if (live->place[node->id]) continue;
        live->place[node->id] = 1;
        live->count++;
        /* the value of a custom gradient is its first input; the others only serve its rule */
        int inputs = mg__kind_of(node) == MG__IDENTITY ? 1 : node->inputs;
        for (int i = 0; i < inputs && fine; i++) fine = push(graph, &top, mg__inputs(node)[i]);
    }
    if (fine) live->nodes = mg__alloc_array(graph->context, live->count, sizeof(mg_node *));
    if (!fine || !live->nodes) return false;
    uint32_t place = 0;
    for (size_t id = 0; id < live->ids; id++) {
        if (!live->place[id]) continue;
        live->nodes[place] = mg__node_at(graph, id);
        live->place[id] = ++place;
    }
    return true;
}

void mg__live_free(mg__plan *plan) {
    mg__free(plan->graph->context, plan->live.place);
    mg__free(plan->graph->context, plan->live.nodes);
}
