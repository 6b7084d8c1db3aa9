/* A group as a step: a loop (lower.c), a product, a convolution, a pooling, or a kernel. */
#include "plan/group.h"

#include "ops/ops.h"

#include <string.h>

static int input_buffer(mg__plan *plan, const mg_node *member, int input) {
    const mg_node *shape;
    return mg__value_buffer(plan, mg__member_view(plan, member, input, &shape)->base);
}

static bool lower_product(mg__plan *plan, mg__group *group) {
    mg_program *program = plan->program;
    mg_node *node = group->members[0], *a = mg__inputs(node)[0];
    const mg__matmul *t = mg__attributes_of(node);
    int rank = a->shape->rank;
    mg__product_step p = {
        .batch = 1, .transpose_a = t->transpose_a, .transpose_b = t->transpose_b, .relu = group->relu, .bias = -1
    };
    for (int i = 0; i < rank - 2; i++) p.batch *= a->shape->dims[i];
    p.m = node->shape->dims[rank - 2];
    p.n = node->shape->dims[rank - 1];
    p.k = a->shape->dims[rank - (t->transpose_a ? 2 : 1)];
    p.a = input_buffer(plan, node, 0);
    p.b = input_buffer(plan, node, 1);
    if (group->bias) p.bias = mg__value_buffer(plan, group->bias);
    p.c = plan->buffer[mg__live_index(plan, group->result)] = mg__node_buffer(plan, group->result);
    mg__step *step =
        p.a >= 0 && p.b >= 0 && p.c >= 0 && (!group->bias || p.bias >= 0) ? mg__program_step(program, MG__STEP_PRODUCT) : NULL;
    if (!step) return false;
    step->product = p;
    if (!(step->layer = mg__program_layer(program, mg__node_scope(node)))) return false;
    double flops = 2.0 * (double)p.batch * (double)p.m * (double)p.n * (double)p.k;
    program->flops += flops;
    program->work += flops / 8;
    return true;
}

static void shape_of(const mg_node *node, int64_t shape[4]) { memcpy(shape, node->shape->dims, 4 * sizeof *shape); }

/* What the image, the kernel and the result of a convolution are to each of the three. */
static bool lower_conv(mg__plan *plan, mg__group *group) {
    mg_program *program = plan->program;
    const mg_node *node = group->members[0], *a = mg__inputs(node)[0], *b = mg__inputs(node)[1];
    mg__conv_step c = { .kind = mg__kind_of(node), .relu = group->relu, .bias = -1 };
    c.attributes = *(const mg__conv *)mg__attributes_of(node);
    shape_of(c.kind == MG__CONV_DATA ? node : a, c.x);
    shape_of(c.kind == MG__CONV_WEIGHT ? node : b, c.w);
    shape_of(c.kind == MG__CONV ? node : c.kind == MG__CONV_DATA ? a : b, c.y);
    c.a = input_buffer(plan, node, 0);
    c.b = input_buffer(plan, node, 1);
    if (group->bias) c.bias = mg__value_buffer(plan, group->bias);
    c.c = plan->buffer[mg__live_index(plan, group->result)] = mg__node_buffer(plan, group->result);
    mg__step *step =
        c.a >= 0 && c.b >= 0 && c.c >= 0 && (!group->bias || c.bias >= 0) ? mg__program_step(program, MG__STEP_CONV) : NULL;
    if (!step) return false;
    step->conv = c;
    if (!(step->layer = mg__program_layer(program, mg__node_scope(node)))) return false;
    double flops = mg__conv_flops(&c);
    program->flops += flops;
    program->work += flops / 8;
    return true;
}

static int own_buffer(mg__plan *plan, const mg_node *node) {
    return plan->buffer[mg__live_index(plan, node)] = mg__node_buffer(plan, node);
}

static bool lower_window(mg__plan *plan, mg__group *group) {
    mg_program *program = plan->program;
    const mg_node *node = group->members[0], *from = mg__inputs(node)[0];
    mg__window_step w = { .kind = mg__kind_of(node), .relu = group->relu, .index = -1, .to = -1 };
    w.window = ((const mg__window *)mg__attributes_of(node))->window;
    shape_of(w.kind == MG__WINDOW_SCATTER ? node : from, w.x);
    shape_of(w.kind == MG__WINDOW_SCATTER ? from : node, w.y);
    w.from = input_buffer(plan, node, 0);
    bool fine = w.from >= 0;
    if (w.kind != MG__WINDOW_ARGMAX) fine = fine && (w.index = input_buffer(plan, node, 1)) >= 0;
    if (w.kind == MG__WINDOW_ARGMAX && mg__node_plan_of(plan, node)->stored)
        fine = fine && (w.index = own_buffer(plan, node)) >= 0;
    if (group->result != node || w.kind != MG__WINDOW_ARGMAX) fine = fine && (w.to = own_buffer(plan, group->result)) >= 0;
    mg__step *step = fine ? mg__program_step(program, MG__STEP_WINDOW) : NULL;
    if (!step) return false;
    step->window = w;
    if (!(step->layer = mg__program_layer(program, mg__node_scope(node)))) return false;
    program->work += (double)(w.x[0] * w.x[1] * w.x[2] * w.x[3]);
    return true;
}

static mg_status lower_kernel(mg__plan *plan, mg__group *group) {
    mg_node *node = group->members[0];
    mg_context *context = plan->graph->context;
    int *inputs = mg__alloc_array(context, (size_t)node->inputs + 1, sizeof *inputs);
    mg_status status = inputs ? MG_OK : MG_OUT_OF_MEMORY;
    for (int i = 0; i < node->inputs && status == MG_OK; i++)
        if ((inputs[i] = input_buffer(plan, node, i)) < 0) status = MG_OUT_OF_MEMORY;
    int output = status == MG_OK ? mg__node_buffer(plan, node) : -1;
    if (output >= 0) {
        plan->buffer[mg__live_index(plan, node)] = output;
        status = mg__lower_kernel(plan, node, inputs, output, false);
    } else {
        status = MG_OUT_OF_MEMORY;
    }
    mg__free(context, inputs);
    return status;
}

int mg__value_buffer(mg__plan *plan, mg_node *node) {
    mg_node *base = mg__node_plan_of(plan, node)->view.base;
    return mg__is_leaf(base) ? mg__leaf_buffer(plan, base) : plan->buffer[mg__live_index(plan, base)];
}

mg_status mg__lower_group(mg__plan *plan, int number) {
    mg__group *group = &plan->groups[number];
    if (group->kind == MG__GROUP_KERNEL) return lower_kernel(plan, group);
    bool fine = group->kind == MG__GROUP_LOOP      ? mg__lower_loop(plan, number)
                : group->kind == MG__GROUP_PRODUCT ? lower_product(plan, group)
                : group->kind == MG__GROUP_CONV    ? lower_conv(plan, group)
                                                   : lower_window(plan, group);
    return fine ? MG_OK : MG_OUT_OF_MEMORY;
}
