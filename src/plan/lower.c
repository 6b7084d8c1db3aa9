/* A group of nodes as a loop in SSA form. */
#include "plan/group.h"

#include "ops/ops.h"

#include <string.h>

typedef struct lowering {
    mg__plan *plan;
    mg__group *group;
    int number;
    mg__loop loop;
    size_t code_capacity, operand_capacity;
    int64_t (*strides)[MG_MAX_RANK]; /* of each operand over the group's dimensions */
    size_t stride_capacity;
    int16_t *value; /* by member: the instruction that computes it */
    bool fine;
} lowering;

/* --- operands and instructions ----------------------------------------------------------------------- */

static int add_operand(lowering *l, int buffer, int64_t offset, const int64_t *strides) {
    mg__loop *loop = &l->loop;
    mg_context *context = l->plan->graph->context;
    l->fine = l->fine && buffer >= 0 && loop->operand_count < INT16_MAX &&
              mg__grow(context, &loop->operands, &l->operand_capacity, (size_t)loop->operand_count + 1, sizeof *loop->operands) &&
              mg__grow(context, &l->strides, &l->stride_capacity, (size_t)loop->operand_count + 1, sizeof *l->strides);
    if (!l->fine) return -1;
    loop->operands[loop->operand_count] = (mg__loop_operand){
        .buffer = buffer, .dtype = l->plan->program->buffers[buffer].dtype, .offset = offset, .predicate = -1
    };
    memcpy(l->strides[loop->operand_count], strides, MG_MAX_RANK * sizeof *strides);
    return loop->operand_count++;
}

static int emit(lowering *l, mg__loop_instruction instruction) {
    mg__loop *loop = &l->loop;
    l->fine = l->fine && loop->count < MG__LOOP_CODE &&
              mg__grow(l->plan->graph->context, &loop->code, &l->code_capacity, (size_t)loop->count + 1, sizeof *loop->code);
    if (!l->fine) return -1;
    loop->code[loop->count] = instruction;
    return loop->count++;
}

static mg__loop_instruction instruction(mg__loop_code code) {
    return (mg__loop_instruction){ .code = code, .a = -1, .b = -1, .c = -1, .operand = -1 };
}

static int16_t emit_on(lowering *l, mg__loop_code code, mg__extent extent, int16_t a, int operand) {
    mg__loop_instruction c = instruction(code);
    c.extent = extent;
    c.a = a;
    c.operand = (int16_t)operand;
    return (int16_t)emit(l, c);
}

static int16_t emit_scalar(lowering *l, mg__scalar_id scalar, int16_t a, int16_t b, int16_t d) {
    mg__loop_instruction c = instruction(MG__LOOP_SCALAR);
    c.scalar = scalar;
    c.a = a;
    c.b = b;
    c.c = d;
    return (int16_t)emit(l, c);
}

static int16_t literal(lowering *l, double value) {
    for (int i = 0; i < l->loop.count; i++)
        if (l->loop.code[i].code == MG__LOOP_LITERAL && memcmp(&l->loop.code[i].literal, &value, sizeof value) == 0)
            return (int16_t)i;
    mg__loop_instruction c = instruction(MG__LOOP_LITERAL);
    c.literal = value;
    return (int16_t)emit(l, c);
}

static int16_t load(lowering *l, int buffer, int64_t offset, const int64_t *strides) {
    for (int i = 0; i < l->loop.count; i++) {
        const mg__loop_instruction *c = &l->loop.code[i];
        if (c->code != MG__LOOP_LOAD || l->loop.operands[c->operand].buffer != buffer ||
            l->loop.operands[c->operand].offset != offset)
            continue;
        if (memcmp(l->strides[c->operand], strides, (size_t)l->group->rank * sizeof *strides) == 0) return (int16_t)i;
    }
    int operand = add_operand(l, buffer, offset, strides);
    return emit_on(l, MG__LOOP_LOAD, MG__UNIFORM_VALUE, -1, operand);
}

static int16_t generate(lowering *l, const mg_node *node) {
    mg__loop_instruction c = instruction(MG__LOOP_INDEX);
    c.extent = MG__FULL_VALUE;
    c.inner = c.size = 1;
    if (mg__kind_of(node) == MG__IOTA) {
        const mg__iota *a = mg__attributes_of(node);
        c.size = a->shape[a->axis];
        for (int64_t i = a->axis + 1; i < a->rank; i++) c.inner *= a->shape[i];
    } else {
        const mg__random *a = mg__attributes_of(node);
        c.code = mg__kind_of(node) == MG__UNIFORM ? MG__LOOP_UNIFORM : MG__LOOP_NORMAL;
        c.stream = a->stream;
        c.inner = a->rank && a->shape[0] ? node->shape->count / a->shape[0] : 1;
        if (c.inner == 0) c.inner = 1;
    }
    for (int i = 0; i < l->loop.count; i++) {
        const mg__loop_instruction *old = &l->loop.code[i];
        if (old->code == c.code && old->inner == c.inner && old->size == c.size && old->stream == c.stream) return (int16_t)i;
    }
    return (int16_t)emit(l, c);
}

/* Strides over the group's dimensions; a permuted sum brings kept dimensions to the front. */
static void group_strides(const lowering *l, const mg_node *member, const mg_node *shape, const mg__view *view, int64_t *out) {
    int64_t dims[MG_MAX_RANK], strides[MG_MAX_RANK];
    bool reduced[MG_MAX_RANK];
    int rank = mg__view_squeeze(shape, view, dims, strides), at = 0;
    memset(out, 0, MG_MAX_RANK * sizeof *out);
    if (!mg__node_plan_of(l->plan, member)->permuted) {
        memcpy(out, strides, (size_t)rank * sizeof *strides);
        return;
    }
    mg__reduction_axes(member, dims, reduced);
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < rank; i++)
            if (reduced[i] == (pass == 1)) out[at++] = strides[i];
}

static int16_t input_value(lowering *l, const mg_node *member, int input) {
    const mg_node *shape;
    const mg__view *view = mg__member_view(l->plan, member, input, &shape);
    const mg__node_plan *base = mg__node_plan_of(l->plan, view->base);
    double constant;
    int64_t strides[MG_MAX_RANK];
    if (mg__kind_of(view->base) == MG__CONSTANT && mg__literal(view->base, &constant)) return literal(l, constant);
    if (mg__generates(l->plan, member, view->base)) return generate(l, view->base);
    if ((base->group == l->number && !base->after) || mg__reads_again(l->plan, l->group, member, shape, view))
        return l->value[mg__live_index(l->plan, view->base)];
    group_strides(l, member, shape, view, strides);
    return load(l, mg__value_buffer(l->plan, view->base), view->offset, strides);
}

/* A value with one element for each point, or each row, where it may have fewer. */
static int16_t widen(lowering *l, int16_t value, mg__extent extent) {
    mg__loop_instruction c = instruction(MG__LOOP_SCALAR);
    c.scalar = MG__SCALAR_copy;
    c.extent = extent;
    c.a = value;
    return (int16_t)emit(l, c);
}

static int16_t compute(lowering *l, mg_node *member) {
    const mg__node_plan *p = mg__node_plan_of(l->plan, member);
    int16_t x[3] = { -1, -1, -1 };
    int inputs = mg__member_inputs(l->plan, member);
    for (int i = 0; i < inputs && i < 3; i++) x[i] = input_value(l, member, i);
    if (p->copy || mg__kind_of(member) == MG__CAST) return emit_scalar(l, MG__SCALAR_copy, x[0], -1, -1);
    if (mg__is_reduction(member)) {
        mg__loop_code code = mg__kind_of(member) == MG__SUM   ? MG__LOOP_SUM_ROW
                             : mg__kind_of(member) == MG__MAX ? MG__LOOP_MAX_ROW
                                                              : MG__LOOP_ARGMAX_ROW;
        if (p->after) return widen(l, x[0], p->extent);
        l->loop.whole_rows = true;
        return emit_on(l, code, MG__ROW_VALUE, widen(l, x[0], MG__FULL_VALUE), -1);
    }
    mg__scalar_id scalar = (mg__scalar_id)(member->op->scalar - mg__scalars);
    return emit_scalar(l, scalar, x[0], x[1], x[2]);
}

/* --- stores ------------------------------------------------------------------------------------------ */

static int store(lowering *l, mg_node *member, int buffer) {
    const mg__node_plan *p = mg__node_plan_of(l->plan, member);
    const mg__group *group = l->group;
    int64_t strides[MG_MAX_RANK] = { 0 };
    int16_t value = l->value[mg__live_index(l->plan, member)];
    mg__loop_code code = MG__LOOP_STORE;
    if (p->after) {
        int64_t dims[MG_MAX_RANK];
        bool reduced[MG_MAX_RANK], all = true;
        int rank = mg__reduction_axes(member, dims, reduced);
        for (int i = 0; i < rank; i++) all = all && reduced[i];
        code = all ? MG__LOOP_SUM_ALL : MG__LOOP_SUM_COLUMNS;
        if (!all) mg__row_major(group->rank - group->split, group->dims + group->split, strides + group->split);
    } else if (p->extent == MG__ROW_VALUE) {
        mg__row_major(group->split, group->dims, strides);
        value = widen(l, value, MG__ROW_VALUE);
    } else {
        mg__row_major(group->rank, group->dims, strides);
        value = widen(l, value, MG__FULL_VALUE);
    }
    int operand = add_operand(l, buffer, 0, strides);
    emit_on(l, code, MG__UNIFORM_VALUE, value, operand);
    return operand;
}

static void store_member(lowering *l, mg_node *member) {
    mg__plan *plan = l->plan;
    uint32_t at = mg__live_index(plan, member);
    if (!mg__node_plan_of(plan, member)->stored) return;
    if (plan->buffer[at] < 0) plan->buffer[at] = mg__node_buffer(plan, member);
    store(l, member, plan->buffer[at]);
}

/* After all other stores: they may still read what is overwritten here. */
static void store_update(lowering *l, mg_node *member) {
    mg__plan *plan = l->plan;
    for (size_t i = 0; i < plan->update_count && l->fine; i++) {
        const mg__update *u = &plan->updates[i];
        if (u->value != member || plan->commit[i] != MG__IN_PLACE) continue;
        int operand = store(l, member, mg__leaf_buffer(plan, u->leaf));
        if (operand < 0) return;
        l->loop.operands[operand].guarded = plan->guard != NULL;
        if (u->predicate) l->loop.operands[operand].predicate = mg__value_buffer(plan, u->predicate);
    }
}

/* --- the space --------------------------------------------------------------------------------------- */

static bool mergeable(const lowering *l, const int64_t *dims, int i) {
    for (int o = 0; o < l->loop.operand_count; o++)
        if (l->strides[o][i] != l->strides[o][i + 1] * dims[i + 1]) return false;
    return true;
}

/* Adjacent dimensions that every operand walks with one stride become one; then rows are all but the last. */
static void choose_space(lowering *l) {
    mg__loop *loop = &l->loop;
    int64_t dims[MG_MAX_RANK + 1];
    int rank = l->group->rank, split = l->group->split;
    memcpy(dims, l->group->dims, (size_t)rank * sizeof *dims);
    for (int i = rank - 2; i >= 0; i--) {
        if (i + 1 == split || !mergeable(l, dims, i)) continue;
        dims[i] *= dims[i + 1];
        for (int k = i + 1; k + 1 < rank; k++) dims[k] = dims[k + 1];
        for (int o = 0; o < loop->operand_count; o++)
            for (int k = i; k + 1 < rank; k++) l->strides[o][k] = l->strides[o][k + 1];
        if (split > i + 1) split--;
        rank--;
    }
    int row_rank = rank > 0 ? rank - 1 : 0;
    if (split >= 0 && split != row_rank) l->fine = false; /* fits() lets nothing in that would need two column strides */
    loop->columns = rank > row_rank ? dims[rank - 1] : 1;
    loop->rows = 1;
    for (int d = 0; d < MG__LOOP_ROW_DIMS; d++) loop->row_dims[d] = 1;
    for (int d = 0; d < row_rank; d++) {
        loop->row_dims[MG__LOOP_ROW_DIMS - row_rank + d] = dims[d];
        loop->rows *= dims[d];
    }
    for (int o = 0; o < loop->operand_count; o++) {
        mg__loop_operand *operand = &loop->operands[o];
        for (int d = 0; d < row_rank; d++) operand->row_stride[MG__LOOP_ROW_DIMS - row_rank + d] = l->strides[o][d];
        operand->column_stride = rank > row_rank ? l->strides[o][rank - 1] : 0;
    }
}

/* --- extents, dead code, fused multiply-add ---------------------------------------------------------- */

static mg__extent extent_of(const mg__loop *loop, int value) { return value < 0 ? MG__UNIFORM_VALUE : loop->code[value].extent; }

/* Code that depends on rows alone, or on nothing, runs once a row or once. */
static void find_extents(mg__loop *loop) {
    for (int i = 0; i < loop->count; i++) {
        mg__loop_instruction *c = &loop->code[i];
        if (c->code == MG__LOOP_LOAD) {
            const mg__loop_operand *o = &loop->operands[c->operand];
            bool rows = false;
            for (int d = 0; d < MG__LOOP_ROW_DIMS; d++) rows = rows || (o->row_stride[d] != 0 && loop->row_dims[d] > 1);
            c->extent = o->column_stride != 0 && loop->columns > 1 ? MG__FULL_VALUE : rows ? MG__ROW_VALUE : MG__UNIFORM_VALUE;
        } else if (c->code == MG__LOOP_SCALAR) {
            mg__extent widest = extent_of(loop, c->a);
            if (extent_of(loop, c->b) > widest) widest = extent_of(loop, c->b);
            if (extent_of(loop, c->c) > widest) widest = extent_of(loop, c->c);
            bool asked = c->scalar == MG__SCALAR_copy && c->extent > widest; /* by widen() */
            if (!asked) c->extent = widest;
        }
    }
}

static void redirect(mg__loop *loop, int from, int16_t to) {
    for (int i = 0; i < loop->count; i++) {
        mg__loop_instruction *c = &loop->code[i];
        if (c->a == from) c->a = to;
        if (c->b == from) c->b = to;
        if (c->c == from) c->c = to;
    }
}

static int uses_of(const mg__loop *loop, int value) {
    int uses = 0;
    for (int i = 0; i < loop->count; i++)
        uses += (loop->code[i].a == value) + (loop->code[i].b == value) + (loop->code[i].c == value);
    return uses;
}

/* Copies of what already has one element for each point. */
static void drop_copies(mg__loop *loop) {
    for (int i = 0; i < loop->count; i++) {
        const mg__loop_instruction *c = &loop->code[i];
        if (c->code == MG__LOOP_SCALAR && c->scalar == MG__SCALAR_copy && extent_of(loop, c->a) == c->extent)
            redirect(loop, i, c->a);
    }
}

/* A product that serves nothing but instruction i, on as many elements. */
static bool only_feeds(const mg__loop *loop, int16_t value, int i) {
    const mg__loop_instruction *m = &loop->code[value];
    return m->code == MG__LOOP_SCALAR && m->scalar == MG__SCALAR_mul && m->extent == loop->code[i].extent &&
           uses_of(loop, value) == 1;
}

/* a b + c, and c - a b, in one rounding, where the product serves nothing else. */
static void fuse_multiply_add(mg__loop *loop) {
    for (int i = 0; i < loop->count; i++) {
        mg__loop_instruction *c = &loop->code[i];
        bool add = c->scalar == MG__SCALAR_add;
        if (c->code != MG__LOOP_SCALAR || (!add && c->scalar != MG__SCALAR_sub)) continue;
        for (int side = 1; side >= !add; side--) { /* of a difference only what is subtracted */
            int16_t product = side ? c->b : c->a, other = side ? c->a : c->b;
            if (product == other || !only_feeds(loop, product, i)) continue;
            c->scalar = add ? MG__SCALAR_fma : MG__SCALAR_fnma;
            c->a = loop->code[product].a;
            c->b = loop->code[product].b;
            c->c = other;
            break;
        }
    }
}

static void drop_dead(mg__loop *loop) {
    int16_t place[MG__LOOP_CODE];
    bool used[MG__LOOP_CODE] = { false };
    for (int i = loop->count; i-- > 0;) {
        const mg__loop_instruction *c = &loop->code[i];
        if (!used[i] && c->code < MG__LOOP_STORE) continue;
        used[i] = true;
        if (c->a >= 0) used[c->a] = true;
        if (c->b >= 0) used[c->b] = true;
        if (c->c >= 0) used[c->c] = true;
    }
    int kept = 0;
    for (int i = 0; i < loop->count; i++) {
        place[i] = (int16_t)kept;
        if (!used[i]) continue;
        mg__loop_instruction c = loop->code[i];
        if (c.a >= 0) c.a = place[c.a];
        if (c.b >= 0) c.b = place[c.b];
        if (c.c >= 0) c.c = place[c.c];
        loop->code[kept++] = c;
    }
    loop->count = kept;
}

/* --- one loop ---------------------------------------------------------------------------------------- */

/* That of most members; of as many, the first. */
static const char *layer_of(const mg__group *group) {
    const char *best = "";
    int most = 0;
    for (size_t i = 0; i < group->count; i++) {
        const char *scope = mg__node_scope(group->members[i]);
        int count = 0;
        for (size_t k = i; k < group->count; k++) count += strcmp(mg__node_scope(group->members[k]), scope) == 0;
        if (count > most) best = scope, most = count;
    }
    return best;
}

static bool keep_loop(lowering *l) {
    mg_program *program = l->plan->program;
    mg__loop loop = l->loop;
    size_t code = (size_t)loop.count * sizeof *loop.code, operands = (size_t)loop.operand_count * sizeof *loop.operands;
    loop.code = mg__program_memory(program, code + 1);
    loop.operands = mg__program_memory(program, operands + 1);
    mg__step *step = mg__program_step(program, MG__STEP_LOOP);
    if (!loop.code || !loop.operands || !step) return false;
    if (!(step->layer = mg__program_layer(program, layer_of(l->group)))) return false;
    memcpy(loop.code, l->loop.code, code);
    if (operands) memcpy(loop.operands, l->loop.operands, operands);
    step->loop = loop;
    program->work += (double)loop.rows * (double)loop.columns * loop.count;
    return true;
}

bool mg__lower_loop(mg__plan *plan, int number) {
    mg_context *context = plan->graph->context;
    mg__group *group = &plan->groups[number];
    lowering l = { .plan = plan, .group = group, .number = number, .fine = true };
    l.loop.dtype = group->dtype;
    l.value = mg__alloc_array(context, plan->live.count + 1, sizeof *l.value);
    l.fine = l.value != NULL;
    for (size_t m = 0; m < group->again_count && l.fine; m++)
        l.value[mg__live_index(plan, group->again[m])] = compute(&l, group->again[m]);
    for (size_t m = 0; m < group->count && l.fine; m++)
        l.value[mg__live_index(plan, group->members[m])] = compute(&l, group->members[m]);
    for (size_t m = 0; m < group->count && l.fine; m++) store_member(&l, group->members[m]);
    for (size_t m = 0; m < group->count && l.fine; m++) store_update(&l, group->members[m]);
    if (l.fine) {
        choose_space(&l);
        find_extents(&l.loop);
        drop_copies(&l.loop);
        fuse_multiply_add(&l.loop);
        drop_dead(&l.loop);
        l.fine = l.fine && keep_loop(&l);
    }
    mg__free(context, l.value);
    mg__free(context, l.strides);
    mg__free(context, l.loop.code);
    mg__free(context, l.loop.operands);
    return l.fine;
}
