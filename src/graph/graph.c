/* The arena of nodes: making, finding again, marking and releasing. */
#include "graph/graph.h"

#include <stdio.h>
#include <string.h>

mg_graph *mg_graph_create(mg_context *context, mg_mode mode) {
    if (!context) return NULL;
    mg_graph *graph = mg__alloc_zero(context, sizeof *graph);
    if (!graph) return NULL;
    graph->context = context;
    graph->mode = mode;
    graph->dtype = mode == MG_EAGER ? MG_F64 : MG_F32;
    graph->learning_rate = 0.01;
    graph->clock = 1;
    graph->step = 1;
    graph->poison = mg__apply(graph, &mg__op_poison, NULL, 0, NULL, 0, true);
    if (!graph->poison) {
        mg_graph_destroy(graph);
        return NULL;
    }
    return graph;
}

static void drop_values(mg_graph *graph, size_t from) {
    for (size_t id = from; id < graph->count; id++) mg__node_drop_value(mg__node_at(graph, id));
}

void mg_graph_destroy(mg_graph *graph) {
    if (!graph) return;
    mg_context *context = graph->context;
    drop_values(graph, 0);
    size_t chunks = (graph->count + MG__CHUNK - 1) >> MG__CHUNK_BITS;
    for (size_t i = 0; i < chunks || (i < graph->chunk_capacity && graph->chunks[i]); i++) mg__free(context, graph->chunks[i]);
    mg__arena_free(context, &graph->arena);
    mg__arena_free(context, &graph->many);
    for (size_t i = 0; i < graph->attribute_count; i++) mg__free(context, graph->attributes[i]);
    for (size_t i = 0; i < graph->name_count; i++) mg__free(context, graph->names[i].text);
    for (size_t i = 0; i < graph->scope_count; i++) mg__free(context, graph->scopes[i].path);
    void *arrays[] = { graph->chunks, graph->table, graph->shapes,   graph->attributes,   graph->attribute_table, graph->names,
                       graph->scopes, graph->stack, graph->adjoints, graph->input_leaves, graph->updates,         graph->stores };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) mg__free(context, arrays[i]);
    mg__free(context, graph);
}

mg_context *mg_graph_context(const mg_graph *graph) { return graph->context; }
mg_mode mg_graph_mode(const mg_graph *graph) { return graph->mode; }
mg_dtype mg_graph_dtype(const mg_graph *graph) { return graph->dtype; }
size_t mg_graph_count(const mg_graph *graph) { return graph->count; }
void mg_graph_set_dtype(mg_graph *graph, mg_dtype dtype) {
    if (dtype == MG_F32 || dtype == MG_F64)
        graph->dtype = dtype;
    else
        mg_graph_fail(graph, MG_INVALID, "mg_graph_set_dtype: wanted f32 or f64, got %s", mg_dtype_name(dtype));
}

void *mg__graph_memory(mg_graph *graph, size_t bytes) {
    void *memory = mg__arena_take(graph->context, &graph->arena, bytes);
    if (!memory) mg_graph_fail(graph, MG_OUT_OF_MEMORY, "out of memory for the graph (%zu nodes)", graph->count);
    return memory;
}

/* --- attributes -------------------------------------------------------------------------------------- */

static void attribute_insert(mg_graph *graph, size_t index) {
    size_t at = graph->attributes[index]->hash & (graph->attribute_table_size - 1);
    while (graph->attribute_table[at]) at = (at + 1) & (graph->attribute_table_size - 1);
    graph->attribute_table[at] = (uint32_t)index + 1;
}

static bool attributes_grow(mg_graph *graph) {
    size_t size = graph->attribute_table_size ? graph->attribute_table_size * 2 : 64;
    uint32_t *table = mg__alloc_array(graph->context, size, sizeof *table);
    if (!table) return false;
    mg__free(graph->context, graph->attribute_table);
    graph->attribute_table = table;
    graph->attribute_table_size = size;
    for (size_t i = 0; i < graph->attribute_count; i++) attribute_insert(graph, i);
    return true;
}

static const mg__attributes *attributes_intern(mg_graph *graph, const void *bytes, size_t count) {
    if (graph->attribute_count * 2 >= graph->attribute_table_size && !attributes_grow(graph)) return NULL;
    uint64_t hash = mg__hash_bytes(count, bytes, count);
    size_t at = hash & (graph->attribute_table_size - 1);
    for (; graph->attribute_table[at]; at = (at + 1) & (graph->attribute_table_size - 1)) {
        const mg__attributes *found = graph->attributes[graph->attribute_table[at] - 1];
        if (found->hash == hash && found->bytes == count && memcmp(MG__ATTRIBUTE_BYTES(found), bytes, count) == 0) return found;
    }
    if (!mg__grow(graph->context, &graph->attributes, &graph->attribute_capacity, graph->attribute_count + 1,
                  sizeof *graph->attributes))
        return NULL;
    mg__attributes *made = mg__alloc(graph->context, 16 + count);
    if (!made) return NULL;
    *made = (mg__attributes){ hash, count };
    memcpy(MG__ATTRIBUTE_BYTES(made), bytes, count);
    graph->attributes[graph->attribute_count++] = made;
    graph->attribute_table[at] = (uint32_t)graph->attribute_count;
    return made;
}

/* --- nodes ------------------------------------------------------------------------------------------- */

mg_node *mg__node_at(const mg_graph *graph, size_t id) { return &graph->chunks[id >> MG__CHUNK_BITS][id & (MG__CHUNK - 1)]; }

static uint32_t node_hash(const mg_op *op, mg_node *const *x, int inputs, const mg__attributes *attributes) {
    uint64_t hash = mg__hash_mix((uint64_t)(uintptr_t)op, attributes ? attributes->hash : 0);
    for (int i = 0; i < inputs; i++) hash = mg__hash_mix(hash, x[i]->id);
    return (uint32_t)(hash ^ hash >> 32);
}

/* An entry of the table: hash above, id + 1 below, so that probing looks at no node but the right one. 0 is free. */
static uint64_t entry_of(uint32_t hash, uint32_t id) { return (uint64_t)hash << 32 | (id + 1); }

static void table_insert(uint64_t *table, size_t size, uint64_t entry) {
    size_t at = entry >> 32 & (size - 1);
    while (table[at]) at = (at + 1) & (size - 1);
    table[at] = entry;
}

static bool table_grow(mg_graph *graph) {
    size_t size = graph->table_size ? graph->table_size * 2 : 1024;
    uint64_t *table = mg__alloc_array(graph->context, size, sizeof *table);
    if (!table) return false;
    /* in the order of ids, so that releasing can undo insertions from the last one back */
    for (size_t id = 0; id < graph->count; id++) {
        const mg_node *node = mg__node_at(graph, id);
        if (!(node->flags & MG__LEAF)) table_insert(table, size, entry_of(node->hash, node->id));
    }
    mg__free(graph->context, graph->table);
    graph->table = table;
    graph->table_size = size;
    return true;
}

static mg_node *node_new(mg_graph *graph) {
    size_t chunk = graph->count >> MG__CHUNK_BITS;
    if (graph->count >= UINT32_MAX - 1) return NULL;
    if (chunk >= graph->chunk_capacity) {
        size_t before = graph->chunk_capacity;
        if (!mg__grow(graph->context, &graph->chunks, &graph->chunk_capacity, chunk + 1, sizeof *graph->chunks)) return NULL;
        memset(graph->chunks + before, 0, (graph->chunk_capacity - before) * sizeof *graph->chunks);
    }
    if (!graph->chunks[chunk]) {
        graph->chunks[chunk] = mg__alloc(graph->context, MG__CHUNK * sizeof(mg_node));
        if (!graph->chunks[chunk]) return NULL;
    }
    mg_node *node = &graph->chunks[chunk][graph->count & (MG__CHUNK - 1)];
    memset(node, 0, sizeof *node);
    node->id = (uint32_t)graph->count;
    return node;
}

static bool same_expression(const mg_node *node, const mg_op *op, mg_node *const *x, int inputs,
                            const mg__attributes *attributes) {
    if (node->op != op || node->attributes != attributes || node->inputs != inputs) return false;
    mg_node *const *in = mg__inputs(node);
    for (int i = 0; i < inputs; i++)
        if (in[i] != x[i]) return false;
    return true;
}

static mg_node *no_memory(mg_graph *graph) {
    return mg_graph_fail(graph, MG_OUT_OF_MEMORY, "out of memory for the graph (%zu nodes)", graph->count);
}

/* false where an input cannot be used: poison, NULL or of another graph. */
static bool inputs_sound(mg_graph *graph, const mg_op *op, mg_node *const *x, int inputs) {
    bool sound = true;
    for (int i = 0; i < inputs; i++) {
        if (!x[i]) {
            mg_graph_fail(graph, MG_INVALID, "%s: input %d is NULL", op->name, i);
            return false;
        }
        if (mg__graph(x[i]) != graph) {
            mg_graph_fail(mg__graph(x[i]), MG_INVALID, "%s: its inputs are nodes of two graphs", op->name);
            mg_graph_fail(graph, MG_INVALID, "%s: input %d is a node of another graph", op->name, i);
            return false;
        }
        sound = sound && x[i] != graph->poison;
    }
    return sound;
}

static const mg__shape *infer(mg_graph *graph, const mg_op *op, mg_node *const *x, int inputs, const void *attributes,
                              mg_dtype *dtype) {
    mg_shape_rule rule;
    rule.graph = graph;
    rule.op = op;
    rule.inputs = inputs;
    rule.x = x;
    rule.attributes = attributes;
    rule.rank = 0;
    rule.dtype = graph->dtype;
    if (!op->shape(&rule)) {
        if (graph->status == MG_OK) mg_graph_fail(graph, MG_INVALID, "%s: its operands do not fit", op->name);
        return NULL;
    }
    *dtype = rule.dtype;
    const mg__shape *shape = mg__shape_intern(graph, rule.rank, rule.shape);
    if (!shape) no_memory(graph);
    return shape;
}

mg_node *mg__apply(mg_graph *graph, const mg_op *op, mg_node *const *x, int inputs, const void *attributes, size_t bytes,
                   bool unique) {
    if (!inputs_sound(graph, op, x, inputs)) return graph->poison;
    if ((op->inputs >= 0 && op->inputs != inputs) || inputs > UINT16_MAX || bytes > 4096)
        return mg_graph_fail(graph, MG_INVALID, "%s: takes %d inputs, got %d", op->name, op->inputs, inputs);
    const mg__attributes *interned = NULL;
    if (bytes && !(interned = attributes_intern(graph, attributes, bytes))) return no_memory(graph);

    uint32_t hash = node_hash(op, x, inputs, interned);
    if (!unique) {
        if (graph->table_used * 2 >= graph->table_size && !table_grow(graph)) return no_memory(graph);
        for (size_t at = hash & (graph->table_size - 1); graph->table[at]; at = (at + 1) & (graph->table_size - 1)) {
            if (graph->table[at] >> 32 != hash) continue;
            mg_node *found = mg__node_at(graph, (uint32_t)graph->table[at] - 1);
            if (same_expression(found, op, x, inputs, interned)) return found;
        }
    }

    mg_dtype dtype = graph->dtype;
    const mg__shape *shape = infer(graph, op, x, inputs, interned ? MG__ATTRIBUTE_BYTES(interned) : NULL, &dtype);
    if (!shape) return graph->poison;
    mg_node *node = node_new(graph);
    if (!node) return no_memory(graph);
    node->op = op;
    node->shape = shape;
    node->attributes = interned;
    node->hash = hash;
    node->inputs = (uint16_t)inputs;
    node->dtype = (uint8_t)dtype;
    node->flags = unique ? MG__LEAF : 0;
    if (inputs > 2) {
        node->in.many = mg__arena_take(graph->context, &graph->many, (size_t)inputs * sizeof *x);
        if (!node->in.many) return no_memory(graph);
        memcpy(node->in.many, x, (size_t)inputs * sizeof *x);
    } else {
        for (int i = 0; i < inputs; i++) node->in.few[i] = x[i];
    }
    graph->count++;
    if (!unique) {
        table_insert(graph->table, graph->table_size, entry_of(hash, node->id));
        graph->table_used++;
    }
    return node;
}

mg_node *mg_apply(const mg_op *op, mg_node *const *x, int inputs, const void *attributes, size_t attribute_bytes) {
    for (int i = 0; i < inputs; i++)
        if (x[i]) return mg__apply(mg__graph(x[i]), op, x, inputs, attributes, attribute_bytes, false);
    return NULL; /* no input, no graph: only leaves have none */
}

/* --- mark and release -------------------------------------------------------------------------------- */

mg_mark mg_graph_mark(const mg_graph *graph) { return (mg_mark){ graph->count, graph->attribute_count }; }

/* Linear probing without deletions: what was inserted last can be taken out by clearing its place. */
static void table_remove(mg_graph *graph, const mg_node *node) {
    size_t at = node->hash & (graph->table_size - 1);
    while (graph->table[at] != entry_of(node->hash, node->id)) at = (at + 1) & (graph->table_size - 1);
    graph->table[at] = 0;
    graph->table_used--;
}

static void attribute_remove(mg_graph *graph, size_t index) {
    size_t at = graph->attributes[index]->hash & (graph->attribute_table_size - 1);
    while (graph->attribute_table[at] != index + 1) at = (at + 1) & (graph->attribute_table_size - 1);
    graph->attribute_table[at] = 0;
    mg__free(graph->context, graph->attributes[index]);
}

void mg_graph_release(mg_graph *graph, mg_mark mark) {
    if (mark.nodes < 1 || mark.nodes > graph->count || mark.attributes > graph->attribute_count) {
        mg_graph_fail(graph, MG_INVALID, "mg_graph_release: the mark is not of this graph or was released before");
        return;
    }
    for (size_t id = graph->count; id-- > mark.nodes;) {
        mg_node *node = mg__node_at(graph, id);
        mg__node_drop_value(node);
        if (node->inputs > 2) mg__arena_rewind(graph->context, &graph->many, node->in.many);
        if (!(node->flags & MG__LEAF)) table_remove(graph, node);
    }
    graph->count = mark.nodes;
    while (graph->attribute_count > mark.attributes) attribute_remove(graph, --graph->attribute_count);
    size_t kept = 0;
    for (size_t i = 0; i < graph->name_count; i++) {
        if (graph->names[i].id < mark.nodes)
            graph->names[kept++] = graph->names[i];
        else
            mg__free(graph->context, graph->names[i].text);
    }
    graph->name_count = kept;
    while (graph->scope_count && graph->scopes[graph->scope_count - 1].first >= mark.nodes)
        mg__free(graph->context, graph->scopes[--graph->scope_count].path);
    while (graph->input_count && graph->input_leaves[graph->input_count - 1]->id >= mark.nodes) graph->input_count--;
    while (graph->update_count && graph->updates[graph->update_count - 1].value->id >= mark.nodes) graph->update_count--;
    graph->adjoint_count = 0;
}

/* --- looking at nodes -------------------------------------------------------------------------------- */

mg_graph *mg_node_graph(const mg_node *node) { return mg__graph(node); }
const mg_op *mg_node_op(const mg_node *node) { return node->op; }
mg_dtype mg_node_dtype(const mg_node *node) { return (mg_dtype)node->dtype; }
int mg_node_rank(const mg_node *node) { return node->shape->rank; }
const int64_t *mg_node_shape(const mg_node *node) { return node->shape->dims; }
int64_t mg_node_count(const mg_node *node) { return node->shape->count; }
int mg_node_inputs(const mg_node *node) { return node->inputs; }
mg_node *mg_node_input(const mg_node *node, int index) {
    return index >= 0 && index < node->inputs ? mg__inputs(node)[index] : NULL;
}
size_t mg_node_id(const mg_node *node) { return node->id; }
const void *mg_node_attributes(const mg_node *node, size_t *bytes) {
    if (bytes) *bytes = node->attributes ? node->attributes->bytes : 0;
    return mg__attributes_of(node);
}
