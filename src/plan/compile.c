/* From a staged graph to a program. */
#include "graph/parameters.h"
#include "plan/plan.h"

#include <micrograd/ops.h>

#include <string.h>

/* --- buffers ----------------------------------------------------------------------------------------- */

static mg__buffer buffer_of(const mg_node *node, mg__where where) {
    mg__buffer b = { .where = where, .dtype = (mg_dtype)node->dtype, .rank = node->shape->rank, .first = -1, .last = -1 };
    memcpy(b.shape, node->shape->dims, sizeof b.shape);
    b.bytes = (size_t)node->shape->count * mg_dtype_size(b.dtype);
    return b;
}

static bool constant_buffer(mg_program *program, const mg_node *leaf, mg__buffer *b) {
    double value;
    if (!mg__literal(leaf, &value)) return false;
    b->offset = program->constant_bytes;
    if (!mg__grow(program->context, &program->constants, &program->constant_capacity, program->constant_bytes + 16, 1))
        return false;
    mg_tensor room = mg_tensor_borrow(b->dtype, 0, NULL, program->constants + b->offset);
    mg_tensor_put(&room, 0, value);
    program->constant_bytes += 16;
    return true;
}

static bool scalar_buffer(mg_program *program, const mg_node *leaf, mg__buffer *b) {
    if (!mg__grow(program->context, &program->scalars, &program->scalar_capacity, program->scalar_count + 1,
                  sizeof *program->scalars))
        return false;
    b->index = (int64_t)program->scalar_count;
    memcpy(&program->scalars[program->scalar_count++], mg__attributes_of(leaf), sizeof *program->scalars);
    return true;
}

static bool parameter_buffer(mg__plan *plan, const mg_node *leaf, mg__buffer *b) {
    mg_program *program = plan->program;
    mg__parameter_attributes a;
    memcpy(&a, mg__attributes_of(leaf), sizeof a);
    for (size_t i = 0; i < program->store_count; i++)
        if (program->stores[i] == a.store) b->index = (int64_t)i;
    b->entry = a.index;
    b->slot = a.slot;
    if (a.slot < 0) return true;
    for (size_t i = 0; i < program->slot_count; i++)
        if (program->slots[i].store == b->index && program->slots[i].slot == a.slot) return true;
    if (!mg__grow(program->context, &program->slots, &program->slot_capacity, program->slot_count + 1, sizeof *program->slots))
        return false;
    program->slots[program->slot_count++] = (mg__slot_use){ b->index, a.slot, a.store->slots[a.slot].initial };
    return true;
}

int mg__leaf_buffer(mg__plan *plan, mg_node *leaf) {
    uint32_t at = mg__live_index(plan, leaf);
    if (plan->buffer[at] >= 0) return plan->buffer[at];
    mg__buffer b = buffer_of(leaf, MG__IN_WORKSPACE);
    bool fine = true;
    switch (mg__kind_of(leaf)) {
    case MG__CONSTANT:
        b.where = MG__IN_CONSTANT;
        fine = constant_buffer(plan->program, leaf, &b);
        break;
    case MG__INPUT:
        b.where = MG__IN_INPUT;
        b.index = mg__input_attributes_of(leaf)->index;
        break;
    case MG__PARAMETER:
        b.where = MG__IN_PARAMETER;
        fine = parameter_buffer(plan, leaf, &b);
        break;
    case MG__RUN_SCALAR:
        b.where = MG__IN_SCALAR;
        fine = scalar_buffer(plan->program, leaf, &b);
        break;
    default: fine = false;
    }
    if (!fine) return -1;
    return plan->buffer[at] = mg__program_buffer(plan->program, &b);
}

int mg__node_buffer(mg__plan *plan, const mg_node *node) {
    mg__buffer b = buffer_of(node, MG__IN_WORKSPACE);
    return mg__program_buffer(plan->program, &b);
}

/* --- the plain way ----------------------------------------------------------------------------------- */

static bool is_leaf(const mg_node *node) {
    mg__kind kind = mg__kind_of(node);
    return kind == MG__CONSTANT || kind == MG__INPUT || kind == MG__PARAMETER || kind == MG__RUN_SCALAR;
}

static char *label_of(mg__plan *plan, const mg_node *node) {
    char text[192];
    size_t used = 0;
    const char *scope = mg__node_scope(node), *name = mg_node_name(node);
    mg__append(text, sizeof text, &used, "%s%s%s", scope, *scope && *name ? ", " : "", name);
    char *copy = mg__program_memory(plan->program, used + 1);
    if (copy) memcpy(copy, text, used + 1);
    return copy;
}

mg_status mg__lower_kernel(mg__plan *plan, mg_node *node, const int *inputs, int output, bool label) {
    mg_program *program = plan->program;
    if (!node->op->reference)
        return mg__fail(plan->graph->context, MG_UNSUPPORTED, "%s cannot be compiled: it has no kernel", node->op->name);
    mg__step *step = mg__program_step(program, MG__STEP_KERNEL);
    if (!step) return MG_OUT_OF_MEMORY;
    mg__kernel_step *k = &step->kernel;
    size_t bytes = node->attributes ? node->attributes->bytes : 0;
    *k = (mg__kernel_step){ .op = node->op, .inputs = node->inputs, .output = output };
    k->input = mg__program_memory(program, (size_t)(node->inputs + 1) * sizeof *k->input);
    void *attributes = bytes ? mg__program_memory(program, bytes) : NULL;
    k->x = mg__program_memory(program, (size_t)(node->inputs + 1) * sizeof *k->x);
    if (!k->input || !k->x || (bytes && !attributes)) return MG_OUT_OF_MEMORY;
    memcpy(k->input, inputs, node->inputs * sizeof *inputs);
    for (int i = 0; i < node->inputs; i++) {
        const mg_node *x = mg__inputs(node)[i];
        k->x[i] = mg_tensor_borrow((mg_dtype)x->dtype, x->shape->rank, x->shape->dims, NULL);
    }
    if (bytes) memcpy(attributes, mg__attributes_of(node), bytes);
    k->attributes = attributes;
    if (label && !(k->label = label_of(plan, node))) return MG_OUT_OF_MEMORY;
    if (!(step->layer = mg__program_layer(program, mg__node_scope(node)))) return MG_OUT_OF_MEMORY;
    size_t room = node->inputs > MG__KERNEL_INPUTS ? node->inputs * sizeof(mg_tensor) : 0;
    if (room > program->shared_bytes) program->shared_bytes = room;
    program->work += (double)node->shape->count;
    return MG_OK;
}

mg_status mg__lower_plain(mg__plan *plan, bool labels) {
    int few[4];
    for (size_t i = 0; i < plan->live.count; i++) {
        mg_node *node = plan->live.nodes[i];
        if (is_leaf(node)) {
            if (mg__leaf_buffer(plan, node) < 0) return MG_OUT_OF_MEMORY;
            continue;
        }
        if (mg__kind_of(node) == MG__VARIABLE) /* only behind a custom rule's unused input */
            return mg__fail(plan->graph->context, MG_INVALID, "an eager variable is part of the staged graph");
        int *inputs = node->inputs <= 4 ? few : mg__alloc_array(plan->graph->context, node->inputs, sizeof *inputs);
        if (!inputs) return MG_OUT_OF_MEMORY;
        for (int k = 0; k < node->inputs; k++) {
            mg_node *x = mg__inputs(node)[k];
            inputs[k] = plan->live.place[x->id] ? plan->buffer[mg__live_index(plan, x)] : -1;
            if (inputs[k] < 0) inputs[k] = inputs[0]; /* a custom gradient's inputs beyond the first are not read */
        }
        plan->buffer[i] = mg__node_buffer(plan, node);
        mg_status status = plan->buffer[i] < 0 ? MG_OUT_OF_MEMORY : mg__lower_kernel(plan, node, inputs, plan->buffer[i], labels);
        if (inputs != few) mg__free(plan->graph->context, inputs);
        if (status != MG_OK) return status;
    }
    return mg__lower_commits(plan);
}

/* Of an update: it belongs where the new value was computed. */
static bool copy_step(mg_program *program, mg__copy_step copy, const mg_node *value) {
    mg__step *step = mg__program_step(program, MG__STEP_COPY);
    if (!step) return false;
    step->copy = copy;
    return (step->layer = mg__program_layer(program, mg__node_scope(value))) != NULL;
}

bool mg__read_at_end(const mg__plan *plan, const mg_node *leaf) {
    bool read = plan->guard == leaf;
    for (int i = 0; i < plan->output_count; i++) read = read || plan->outputs[i] == leaf;
    for (size_t i = 0; i < plan->update_count; i++)
        read = read || plan->updates[i].value == leaf || plan->updates[i].predicate == leaf;
    return read;
}

/* Copies at the end of the run. A leaf that is written now and read at the end is set aside first: parameters may change places.
 */
mg_status mg__lower_commits(mg__plan *plan) {
    mg_program *program = plan->program;
    for (size_t i = 0; i < plan->update_count; i++) {
        mg_node *leaf = plan->updates[i].leaf;
        int *buffer = &plan->buffer[mg__live_index(plan, leaf)], old = *buffer;
        if (plan->commit[i] == MG__IN_PLACE) continue;
        plan->commit[i] = old;
        if (!mg__read_at_end(plan, leaf)) continue;
        *buffer = mg__node_buffer(plan, leaf);
        if (*buffer < 0 || !copy_step(program, (mg__copy_step){ old, *buffer, -1, false }, plan->updates[i].value))
            return MG_OUT_OF_MEMORY;
    }
    for (size_t i = 0; i < plan->update_count; i++) {
        const mg__update *u = &plan->updates[i];
        if (plan->commit[i] == MG__IN_PLACE) continue;
        mg__copy_step copy = { .from = plan->buffer[mg__live_index(plan, u->value)],
                               .to = plan->commit[i],
                               .predicate = u->predicate ? plan->buffer[mg__live_index(plan, u->predicate)] : -1,
                               .guarded = plan->guard != NULL };
        if (!copy_step(program, copy, u->value)) return MG_OUT_OF_MEMORY;
    }
    return MG_OK;
}

/* --- compiling --------------------------------------------------------------------------------------- */

static bool finish_io(mg__plan *plan) {
    mg_program *p = plan->program;
    mg_context *context = p->context;
    p->input_count = (int)plan->graph->input_count;
    p->output_count = plan->output_count;
    p->inputs = mg__alloc_array(context, plan->graph->input_count + 1, sizeof *p->inputs);
    p->outputs = mg__alloc_array(context, (size_t)plan->output_count + 1, sizeof *p->outputs);
    if (!p->inputs || !p->outputs) return false;
    for (int i = 0; i < p->input_count; i++)
        if ((p->inputs[i] = mg__leaf_buffer(plan, plan->graph->input_leaves[i])) < 0) return false;
    for (int i = 0; i < p->output_count; i++) p->outputs[i] = plan->buffer[mg__live_index(plan, plan->outputs[i])];
    p->guard = plan->guard ? plan->buffer[mg__live_index(plan, plan->guard)] : -1;
    p->writes = plan->update_count > 0;
    return true;
}

static mg_status lower(mg__plan *plan, mg_backend_id backend, bool labels) {
    mg_context *context = plan->graph->context;
    mg_program *p = plan->program;
    p->store_count = plan->graph->store_count;
    p->stores = mg__alloc_array(context, p->store_count + 1, sizeof *p->stores);
    plan->buffer = mg__alloc_array(context, plan->live.count + 1, sizeof *plan->buffer);
    plan->commit = mg__alloc_array(context, plan->update_count + 1, sizeof *plan->commit);
    if (!p->stores || !plan->buffer || !plan->commit) return MG_OUT_OF_MEMORY;
    for (size_t i = 0; i < p->store_count; i++) p->stores[i] = plan->graph->stores[i];
    for (size_t i = 0; i < plan->live.count; i++) plan->buffer[i] = -1;
    mg_status status = backend == MG_REFERENCE ? mg__lower_plain(plan, labels) : mg__lower_fused(plan);
    if (status == MG_OK && !finish_io(plan)) status = MG_OUT_OF_MEMORY;
    if (status == MG_OK) status = mg__place(p);
    if (status != MG_OK) return status;
#ifdef MG__HAVE_CPU
    if (backend == MG_CPU) return mg__backend_cpu.finish(p);
#endif
    return mg__backend_reference.finish(p);
}

static mg_status compile(mg_graph *graph, mg_backend_id backend, mg_node *const *outputs, int count, bool labels,
                         mg_program **result) {
    mg_context *context = graph->context;
    mg__plan plan = { .graph = graph,
                      .outputs = (mg_node **)outputs,
                      .output_count = count,
                      .updates = graph->updates,
                      .update_count = graph->update_count };
    plan.guard = graph->update_count ? graph->guard : NULL;
    plan.program = mg__alloc_zero(context, sizeof *plan.program);
    if (!plan.program) return MG_OUT_OF_MEMORY;
    plan.program->context = context;
    plan.program->backend = backend;
    plan.program->guard = -1;
    plan.program->learning_rate = graph->learning_rate;
    mg_status status = mg__live_find(&plan) ? lower(&plan, backend, labels) : MG_OUT_OF_MEMORY;
    mg__live_free(&plan);
    mg__free(context, plan.buffer);
    mg__free(context, plan.commit);
    if (status != MG_OK) {
        mg_program_destroy(plan.program);
        plan.program = NULL;
    }
    *result = plan.program;
    return status;
}

static mg_program *compile_checked(mg_graph *graph, mg_backend_id backend, mg_node *const *outputs, int count, bool replay) {
    if (!graph) return NULL;
    mg_context *context = graph->context;
    if (graph->status != MG_OK) {
        mg__fail(context, graph->status, "%s", graph->message);
        return NULL;
    }
    bool sound = graph->mode == MG_STAGED && count >= 0 && (count == 0 || outputs);
    for (int i = 0; i < count && sound; i++) sound = !mg_is_poison(outputs[i]) && mg__graph(outputs[i]) == graph;
    if (!sound) {
        mg__fail(context, MG_INVALID, "mg_compile: wanted a staged graph and outputs that are its nodes");
        return NULL;
    }
#ifndef MG__HAVE_CPU
    backend = MG_REFERENCE;
#endif
    mg_program *program = NULL;
    mg_status status = compile(graph, backend, outputs, count, false, &program);
    if (status == MG_OK && replay) status = compile(graph, MG_REFERENCE, outputs, count, true, &program->replay);
    if (status == MG_OK) return program;
    if (status == MG_OUT_OF_MEMORY) mg__fail(context, status, "out of memory for a program of %zu nodes", graph->count);
    mg_program_destroy(program);
    return NULL;
}

mg_program *mg_compile(mg_graph *graph, mg_backend_id backend, mg_node *const *outputs, int count) {
    return compile_checked(graph, backend, outputs, count, false);
}
mg_program *mg_compile_checked(mg_graph *graph, mg_backend_id backend, mg_node *const *outputs, int count) {
    return compile_checked(graph, backend, outputs, count, true);
}
