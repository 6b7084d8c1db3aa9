/* The order of steps: a group that updates in place runs as soon as its values are known and every read of the old ones has
 * happened, while the gradient is still in cache, and its gradient's memory is free from then on. All else keeps its order, which
 * is topological. */
#include "plan/group.h"

#include "base/switches.h"

typedef struct scheduler {
    mg__plan *plan;
    size_t count;
    bool *edge;   /* from * count + to */
    int *waiting; /* by group: open edges into it */
    bool *updates, *done;
} scheduler;

static void add_edge(scheduler *s, int from, int to) {
    if (from < 0 || from == to || s->edge[(size_t)from * s->count + (size_t)to]) return;
    s->edge[(size_t)from * s->count + (size_t)to] = true;
    s->waiting[to]++;
}

static int group_of(const mg__plan *plan, const mg_node *node) { return node ? mg__node_plan_of(plan, node)->group : -1; }

/* What a group reads from memory or from itself: number `index` of it (the member itself where it makes what it reads); NULL
 * behind the last. */
static const mg_node *read_of(const mg__plan *plan, const mg__group *group, size_t index) {
    mg__read read;
    if (group->bias && index-- == 0) return group->bias;
    if (!mg__group_read(plan, group, index, &read)) return NULL;
    return mg__generates(plan, read.member, read.view->base) ? read.member : read.view->base;
}

/* A group reads what others compute; an update in place comes after all other reads of its leaf, and after what decides whether
 * it is written. */
static void find_edges(scheduler *s) {
    mg__plan *plan = s->plan;
    for (int g = 0; g < (int)s->count; g++) {
        const mg_node *base;
        for (size_t i = 0; (base = read_of(plan, &plan->groups[g], i)); i++) {
            add_edge(s, group_of(plan, base), g);
            for (size_t k = 0; k < plan->update_count; k++)
                if (plan->commit[k] < 0 && plan->updates[k].leaf == base) add_edge(s, g, group_of(plan, plan->updates[k].value));
        }
    }
    for (size_t k = 0; k < plan->update_count; k++) {
        if (plan->commit[k] >= 0) continue;
        int g = group_of(plan, plan->updates[k].value);
        s->updates[g] = true;
        add_edge(s, group_of(plan, plan->guard), g);
        add_edge(s, group_of(plan, plan->updates[k].predicate), g);
    }
}

static int next(const scheduler *s) {
    int first = -1;
    for (int g = 0; g < (int)s->count; g++) {
        if (s->done[g] || s->waiting[g]) continue;
        if (s->updates[g]) return g;
        if (first < 0) first = g;
    }
    return first;
}

mg_status mg__schedule(mg__plan *plan, int *order) {
    mg_context *context = plan->graph->context;
    scheduler s = { .plan = plan, .count = plan->group_count };
    size_t cells;
    for (size_t i = 0; i < s.count; i++) order[i] = (int)i;
    if (!mg__switches_read().early || plan->update_count == 0 || s.count > 4096 || !mg__size_multiply(s.count, s.count, &cells))
        return MG_OK; /* the order that there is will do */
    s.edge = mg__alloc_array(context, cells, sizeof *s.edge);
    s.waiting = mg__alloc_array(context, s.count, sizeof *s.waiting);
    s.updates = mg__alloc_array(context, s.count, sizeof *s.updates);
    s.done = mg__alloc_array(context, s.count, sizeof *s.done);
    bool fine = s.edge && s.waiting && s.updates && s.done;
    if (fine) find_edges(&s);
    for (size_t i = 0; i < s.count && fine; i++) {
        int g = next(&s); /* every edge leads from a smaller number to a larger one: there is always one */
        order[i] = g;
        s.done[g] = true;
        for (size_t to = 0; to < s.count; to++) s.waiting[to] -= s.edge[(size_t)g * s.count + to];
    }
    mg__free(context, s.edge);
    mg__free(context, s.waiting);
    mg__free(context, s.updates);
    mg__free(context, s.done);
    return fine ? MG_OK : MG_OUT_OF_MEMORY;
}
