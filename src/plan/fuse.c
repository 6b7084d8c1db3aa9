/* Fusion: which nodes become one step. Nodes are taken in the order of their ids; each joins the first group that can compute it,
 * or begins one. A group's number is its place in time: every input of a group comes from a group with a smaller number or from
 * itself, so there are no cycles. */
#include "plan/group.h"

#include "base/switches.h"
#include "ops/ops.h"

#include <string.h>

static int group_new(mg__plan *plan, mg__group_kind kind, mg_dtype dtype) {
    if (!mg__grow(plan->graph->context, &plan->groups, &plan->group_capacity, plan->group_count + 1, sizeof *plan->groups))
        return -1;
    plan->groups[plan->group_count] = (mg__group){ .kind = kind, .dtype = dtype, .split = -1 };
    return (int)plan->group_count++;
}

static bool group_add(mg__plan *plan, int g, mg_node *node) {
    mg__group *group = &plan->groups[g];
    if (!mg__grow(plan->graph->context, &group->members, &group->capacity, group->count + 1, sizeof *group->members))
        return false;
    group->members[group->count++] = node;
    mg__node_plan_of(plan, node)->group = g;
    mg__node_plan_of(plan, node)->placed = ++plan->placed;
    return true;
}

/* --- what a member reads ----------------------------------------------------------------------------- */

int mg__member_inputs(const mg__plan *plan, const mg_node *member) {
    return mg__node_plan_of(plan, member)->copy ? 1 : member->inputs;
}

/* Whether a copy was made before the member was placed. */
static bool sees_copy(const mg__plan *plan, const mg_node *member, const mg_node *node) {
    const mg__node_plan *m = mg__node_plan_of(plan, member), *p = mg__node_plan_of(plan, node);
    return p->copy && (m->placed == 0 || p->placed < m->placed);
}

const mg__view *mg__member_view(const mg__plan *plan, const mg_node *member, int input, const mg_node **shape) {
    const mg__node_plan *p = mg__node_plan_of(plan, member);
    *shape = p->copy ? member : mg__inputs(member)[input];
    if (p->copy) return &p->source;
    const mg__node_plan *x = mg__node_plan_of(plan, *shape);
    return x->copy && !sees_copy(plan, member, *shape) ? &x->source : &x->view;
}

bool mg__generates(const mg__plan *plan, const mg_node *member, const mg_node *base) {
    return mg__is_generator(base) && (base == member || mg__node_plan_of(plan, base)->group < 0 ||
                                      (mg__node_plan_of(plan, base)->copy && !sees_copy(plan, member, base)));
}

bool mg__group_read(const mg__plan *plan, const mg__group *group, size_t index, mg__read *read) {
    for (size_t m = 0; m < group->count + group->again_count; m++) {
        mg_node *member = m < group->count ? group->members[m] : group->again[m - group->count];
        size_t inputs = (size_t)(group->kind == MG__GROUP_LOOP ? mg__member_inputs(plan, member) : member->inputs);
        if (index < inputs) {
            read->member = member;
            read->view = mg__member_view(plan, member, (int)index, &read->shape);
            return true;
        }
        index -= inputs;
    }
    return false;
}

/* The first group in which an input can be used. */
static int earliest(const mg__plan *plan, const mg__view *view) {
    const mg__node_plan *base = mg__node_plan_of(plan, view->base);
    return base->group < 0 ? 0 : base->after ? base->group + 1 : base->group;
}

/* --- what fits into a group -------------------------------------------------------------------------- */

typedef struct work {
    mg_node *node;
    int rank, split; /* the shape that is worked on, without dimensions of 1; split: what the node asks for, -1: nothing */
    int64_t dims[MG_MAX_RANK];
    bool reduced[MG_MAX_RANK]; /* of a reduction */
} work;

static bool same_dims(int rank, const int64_t *a, const int64_t *b) {
    return rank == 0 || memcmp(a, b, (size_t)rank * sizeof *a) == 0;
}

/* An input computed in the same group must be read in the lane in which it was made. */
static bool in_lane(const mg__plan *plan, const mg__group *group, const mg__view *view, const mg_node *shape, mg__extent extent) {
    int64_t dims[MG_MAX_RANK], strides[MG_MAX_RANK], plain[MG_MAX_RANK];
    int rank = mg__view_squeeze(shape, view, dims, strides);
    mg__extent made = mg__node_plan_of(plan, view->base)->extent;
    if (view->offset != 0 || (extent == MG__ROW_VALUE && made == MG__FULL_VALUE)) return false;
    int lanes = made == MG__FULL_VALUE ? group->rank : group->split;
    mg__row_major(lanes, group->dims, plain);
    for (int i = 0; i < rank; i++)
        if (strides[i] != (i < lanes ? plain[i] : 0)) return false;
    return true;
}

/* With this split, every read of every member must walk the columns with one stride. */
static bool columns_walk(const mg__plan *plan, const mg__group *group, int split) {
    for (size_t m = 0; m < group->count; m++) {
        for (int i = 0; i < mg__member_inputs(plan, group->members[m]); i++) {
            const mg_node *shape;
            const mg__view *view = mg__member_view(plan, group->members[m], i, &shape);
            int64_t dims[MG_MAX_RANK], strides[MG_MAX_RANK];
            int rank = mg__view_squeeze(shape, view, dims, strides);
            if (rank == group->rank && !mg__strides_merge(split, rank, dims, strides)) return false;
        }
    }
    return true;
}

static bool fits(const mg__plan *plan, const mg__group *group, int g, const work *w, mg__extent *extent) {
    if (group->kind != MG__GROUP_LOOP || group->count >= MG__GROUP_MEMBERS) return false;
    if (mg__node_plan_of(plan, group->members[0])->permuted) return false;
    if (w->rank == group->rank && same_dims(w->rank, w->dims, group->dims)) {
        *extent = MG__FULL_VALUE;
        if (w->split >= 0 && group->split >= 0 && w->split != group->split) return false;
        if (w->split >= 0 && group->split < 0 && !columns_walk(plan, group, w->split)) return false;
    } else if (group->split >= 0 && w->rank == group->split && w->split < 0 && same_dims(w->rank, w->dims, group->dims)) {
        *extent = MG__ROW_VALUE;
    } else {
        return false;
    }
    int split = w->split >= 0 ? w->split : group->split;
    for (int i = 0; i < mg__member_inputs(plan, w->node); i++) {
        const mg_node *shape;
        const mg__view *view = mg__member_view(plan, w->node, i, &shape);
        const mg__node_plan *base = mg__node_plan_of(plan, view->base);
        int64_t dims[MG_MAX_RANK], strides[MG_MAX_RANK];
        int rank = mg__view_squeeze(shape, view, dims, strides);
        if (base->group == g && !base->after) {
            if (!in_lane(plan, group, view, shape, *extent)) return false;
        } else if (*extent == MG__FULL_VALUE && split >= 0 && !mg__strides_merge(split, rank, dims, strides)) {
            return false;
        }
        if (mg__is_generator(view->base) && base->group < 0 && (*extent != MG__FULL_VALUE || !mg__view_dense(shape, view)))
            return false;
    }
    return true;
}

/* --- joining ----------------------------------------------------------------------------------------- */

/* A view or a generator gets memory of its own. */
static bool make_copy(mg__plan *plan, mg_node *node);

static mg_dtype arithmetic(const mg__plan *plan, const work *w) {
    const mg_node *shape;
    if (mg__kind_of(w->node) == MG__ARGMAX && !mg__node_plan_of(plan, w->node)->copy) {
        mg__member_view(plan, w->node, 0, &shape);
        return (mg_dtype)shape->dtype;
    }
    return w->node->dtype == MG_I32 ? MG_F64 : (mg_dtype)w->node->dtype; /* indices are copied exactly in f64 */
}

static bool join(mg__plan *plan, work *w) {
    enum {
        TRIES = 24
    }; /* groups after the earliest possible one, and the last ones: what reads leaves alone goes with its sum */
    int first = 0;
    for (int i = 0; i < mg__member_inputs(plan, w->node); i++) {
        const mg_node *shape;
        int at = earliest(plan, mg__member_view(plan, w->node, i, &shape));
        if (at > first) first = at;
    }
    mg__node_plan *p = mg__node_plan_of(plan, w->node);
    mg_dtype dtype = arithmetic(plan, w);
    int chosen = -1;
    const int count = (int)plan->group_count;
    for (int g = first; g < count && chosen < 0 && !p->permuted; g++) {
        if (g == first + TRIES && g < count - TRIES) g = count - TRIES;
        if (plan->groups[g].dtype == dtype && fits(plan, &plan->groups[g], g, w, &p->extent)) chosen = g;
    }
    if (chosen < 0) {
        chosen = group_new(plan, MG__GROUP_LOOP, dtype);
        if (chosen < 0) return false;
        mg__group *group = &plan->groups[chosen];
        group->rank = w->rank;
        memcpy(group->dims, w->dims, sizeof group->dims);
        p->extent = MG__FULL_VALUE;
    }
    if (w->split >= 0) plan->groups[chosen].split = w->split;
    return group_add(plan, chosen, w->node);
}

/* Brings what belongs to kept dimensions to the front: the reduced ones become columns. */
static void permute(int rank, int64_t *items, const bool *reduced) {
    int64_t old[MG_MAX_RANK];
    int at = 0;
    memcpy(old, items, sizeof old);
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < rank; i++)
            if (reduced[i] == (pass == 1)) items[at++] = old[i];
}

/* Inputs that the group could not read as they are get memory of their own before the node is placed. */
static bool prepare_inputs(mg__plan *plan, work *w) {
    for (int i = 0; i < mg__member_inputs(plan, w->node); i++) {
        const mg_node *shape;
        const mg__view *view = mg__member_view(plan, w->node, i, &shape);
        int64_t dims[MG_MAX_RANK], strides[MG_MAX_RANK];
        int rank = mg__view_squeeze(shape, view, dims, strides);
        bool generated = mg__is_generator(view->base) && mg__node_plan_of(plan, view->base)->group < 0;
        if (mg__node_plan_of(plan, w->node)->permuted) permute(rank, strides, w->reduced);
        bool walks = w->split < 0 || mg__strides_merge(w->split, rank, w->dims, strides);
        if (generated && !mg__view_dense(shape, view)) {
            mg_node *base = view->base;
            if (!make_copy(plan, base)) return false;
        } else if (generated && mg__node_plan_of(plan, w->node)->permuted) {
            mg_node *base = view->base;
            if (!make_copy(plan, base)) return false;
        }
        if (!walks && !make_copy(plan, (mg_node *)mg__inputs(w->node)[i])) return false;
    }
    return true;
}

static bool make_copy(mg__plan *plan, mg_node *node) {
    mg__node_plan *p = mg__node_plan_of(plan, node);
    if (p->copy) return true;
    mg_node *base = p->view.base;
    bool generated = mg__is_generator(base) && base != node && mg__node_plan_of(plan, base)->group < 0;
    if (generated && !mg__view_dense(node, &p->view) && !make_copy(plan, base)) return false;
    p->source = p->view;
    p->copy = true;
    work w = { .node = node, .split = -1 };
    w.rank = mg__squeeze(node, w.dims);
    if (!join(plan, &w)) return false;
    mg__view_self(node, &p->view);
    p->stored = true;
    p->after = false;
    return true;
}

/* --- the kinds of nodes ------------------------------------------------------------------------------ */

static bool add_elementwise(mg__plan *plan, mg_node *node) {
    work w = { .node = node, .split = -1 };
    w.rank = mg__squeeze(node, w.dims);
    return prepare_inputs(plan, &w) && join(plan, &w);
}

static bool add_opaque(mg__plan *plan, mg_node *node, mg__group_kind kind);

static bool add_reduction(mg__plan *plan, mg_node *node) {
    mg__node_plan *p = mg__node_plan_of(plan, node);
    work w = { .node = node, .split = -1 };
    bool *reduced = w.reduced;
    w.rank = mg__reduction_axes(node, w.dims, reduced);
    int kept = 0, trailing = w.rank, leading = 0, runs = 0;
    for (int i = 0; i < w.rank; i++) {
        kept += !reduced[i];
        runs += reduced[i] && (i == 0 || !reduced[i - 1]);
    }
    while (trailing > 0 && reduced[trailing - 1]) trailing--;
    while (leading < w.rank && reduced[leading]) leading++;
    bool is_sum = mg__kind_of(node) == MG__SUM;
    if (is_sum && kept == 0) { /* a total: ends its loop, unless the loop's rows are one */
        p->after = p->stored = true;
    } else if (trailing == kept) {
        w.split = kept;
    } else if (leading == w.rank - kept) {
        w.split = leading;
        p->after = p->stored = true;
    } else if (runs == 1) {
        p->permuted = true;
        permute(w.rank, w.dims, reduced);
        w.split = kept;
    } else { /* no single stride walks what is reduced; mg_sum builds no such node */
        return add_opaque(plan, node, MG__GROUP_KERNEL);
    }
    if (!prepare_inputs(plan, &w) || !join(plan, &w)) return false;
    if (p->after && kept == 0 && plan->groups[p->group].split == 0 && p->extent == MG__FULL_VALUE)
        p->after = false; /* a row result of the one row */
    if (!p->after) p->extent = MG__ROW_VALUE;
    if (mg__kind_of(node) == MG__ARGMAX) p->stored = p->stored || node->dtype == MG_I32;
    return true;
}

static bool dense_input(mg__plan *plan, mg_node *x) {
    mg__node_plan *p = mg__node_plan_of(plan, x);
    if (!mg__view_dense(x, &p->view) || (mg__is_generator(p->view.base) && mg__node_plan_of(plan, p->view.base)->group < 0))
        if (!make_copy(plan, x)) return false;
    mg__node_plan_of(plan, p->view.base)->stored = true;
    return true;
}

static bool add_opaque(mg__plan *plan, mg_node *node, mg__group_kind kind) {
    for (int i = 0; i < node->inputs; i++)
        if (!dense_input(plan, mg__inputs(node)[i])) return false;
    int g = group_new(plan, kind, (mg_dtype)node->dtype);
    if (g < 0 || !group_add(plan, g, node)) return false;
    mg__node_plan *p = mg__node_plan_of(plan, node);
    p->after = p->stored = true;
    p->extent = MG__FULL_VALUE;
    plan->groups[g].result = node;
    return true;
}

/* --- products and convolutions take a bias and a relu along, pools a relu ---------------------------- */

/* The group whose result x is, where nothing else reads x. */
static mg__group *giver_of(const mg__plan *plan, const mg_node *x) {
    const mg__node_plan *p = mg__node_plan_of(plan, x);
    if (p->group < 0 || p->uses != 1) return NULL;
    mg__group *group = &plan->groups[p->group];
    bool starts = (group->kind == MG__GROUP_PRODUCT && x->shape->rank == 2) ||
                  (group->kind == MG__GROUP_CONV && mg__kind_of(group->members[0]) == MG__CONV);
    bool pools = group->kind == MG__GROUP_WINDOW && mg__kind_of(group->members[0]) == MG__WINDOW_ARGMAX;
    return (starts || pools) && group->result == x && !group->relu ? group : NULL;
}

/* A row that every row of the result starts from: a leaf, or what an earlier group computes. */
static bool is_bias(const mg__plan *plan, const mg__group *group, const mg_node *x) {
    if (group->bias || group->kind == MG__GROUP_WINDOW) return false;
    const mg__view *view = &mg__node_plan_of(plan, x)->view;
    const mg__node_plan *base = mg__node_plan_of(plan, view->base);
    const int last = x->shape->rank - 1;
    bool repeats = x->shape->dims[last] == 1 || view->stride[last] == 1;
    for (int i = 0; i < last; i++) repeats = repeats && (x->shape->dims[i] == 1 || view->stride[i] == 0);
    double literal;
    bool known = mg__is_leaf(view->base)
                     ? !mg__literal(view->base, &literal)
                     : base->group >= 0 && &plan->groups[base->group] < group && base->view.base == view->base;
    return repeats && known && view->offset == 0 && view->base->dtype == x->dtype &&
           view->base->shape->count == x->shape->dims[last];
}

static bool absorb(mg__plan *plan, mg_node *node) {
    mg__group *group = NULL;
    mg_node *const *x = mg__inputs(node);
    if (node->op == &mg__op_relu && (group = giver_of(plan, x[0]))) {
        group->relu = true;
    } else if (node->op == &mg__op_add) {
        for (int i = 0; i < 2 && !group; i++) {
            mg__group *candidate = giver_of(plan, x[i]);
            if (!candidate || x[0] == x[1] || !is_bias(plan, candidate, x[1 - i])) continue;
            group = candidate;
            group->bias = mg__node_plan_of(plan, x[1 - i])->view.base;
            mg__node_plan_of(plan, group->bias)->stored = true;
        }
    }
    if (!group) return false;
    mg__node_plan *p = mg__node_plan_of(plan, node);
    p->group = mg__node_plan_of(plan, group->result)->group;
    mg__node_plan_of(plan, group->result)->stored = false;
    p->after = p->stored = true;
    p->extent = MG__FULL_VALUE;
    group->result = node;
    return true;
}

/* --- pooling ----------------------------------------------------------------------------------------- */

/* A gather or scatter at places that a window_argmax with the same windows over the same image gives: they need no check. */
static bool at_own_places(const mg_node *node) {
    const mg_node *index = mg__inputs(node)[1];
    if (mg__kind_of(index) != MG__WINDOW_ARGMAX) return false;
    const mg__window *a = mg__attributes_of(node), *b = mg__attributes_of(index);
    const mg_node *image = mg__kind_of(node) == MG__WINDOW_GATHER ? mg__inputs(node)[0] : node;
    return memcmp(&a->window, &b->window, sizeof a->window) == 0 && image->shape == mg__inputs(index)[0]->shape;
}

/* The largest values come with their places. */
static bool join_argmax(mg__plan *plan, mg_node *node) {
    mg_node *index = mg__inputs(node)[1];
    const int g = mg__node_plan_of(plan, index)->group;
    mg__group *group = g < 0 ? NULL : &plan->groups[g];
    if (!group || group->kind != MG__GROUP_WINDOW || group->result != index || mg__inputs(index)[0] != mg__inputs(node)[0])
        return false;
    mg__node_plan *p = mg__node_plan_of(plan, node);
    p->group = g;
    p->after = p->stored = true;
    p->extent = MG__FULL_VALUE;
    group->result = node;
    mg__node_plan_of(plan, index)->stored = mg__node_plan_of(plan, index)->uses > 1;
    return true;
}

static bool add_window(mg__plan *plan, mg_node *node) {
    if (mg__kind_of(node) == MG__WINDOW_ARGMAX) return add_opaque(plan, node, MG__GROUP_WINDOW);
    if (!at_own_places(node)) return add_opaque(plan, node, MG__GROUP_KERNEL);
    if (mg__kind_of(node) == MG__WINDOW_GATHER && join_argmax(plan, node)) return true;
    return add_opaque(plan, node, MG__GROUP_WINDOW);
}

/* --- any node ---------------------------------------------------------------------------------------- */

static bool is_float(const mg_node *node) { return node->dtype == MG_F32 || node->dtype == MG_F64; }

static bool loops_over(const mg_node *node) {
    if (mg__kind_of(node) == MG__CAST || mg__kind_of(node) == MG__ELEMENTWISE) return is_float(node);
    if (!mg__is_reduction(node)) return false;
    const mg_node *x = mg__inputs(node)[0];
    return is_float(x) && x->shape->count > 0 && (mg__kind_of(node) == MG__SUM || x->shape->dims[x->shape->rank - 1] > 1);
}

static bool add_node(mg__plan *plan, mg_node *node) {
    if (!mg__view_make(plan, node)) {
        if (!make_copy(plan, mg__inputs(node)[0]) || !mg__view_make(plan, node)) return false;
    }
    if (mg__is_leaf(node) || mg__node_plan_of(plan, node)->view.base != node) return true;
    if (mg__is_generator(node) && is_float(node)) return true;
    if (mg__kind_of(node) == MG__MATMUL && is_float(node) && node->shape->count > 0)
        return add_opaque(plan, node, MG__GROUP_PRODUCT);
    if (mg__kind_of(node) >= MG__CONV && mg__kind_of(node) <= MG__CONV_WEIGHT) return add_opaque(plan, node, MG__GROUP_CONV);
    if (mg__kind_of(node) >= MG__WINDOW_ARGMAX && mg__kind_of(node) <= MG__WINDOW_SCATTER) return add_window(plan, node);
    if (!loops_over(node)) return add_opaque(plan, node, MG__GROUP_KERNEL);
    if (mg__is_reduction(node)) return add_reduction(plan, node);
    return absorb(plan, node) || add_elementwise(plan, node);
}

static void count_uses(mg__plan *plan) {
    for (size_t i = 0; i < plan->live.count; i++) {
        mg_node *node = plan->live.nodes[i];
        int inputs = mg__kind_of(node) == MG__IDENTITY ? 1 : node->inputs;
        plan->nodes[i].group = -1;
        for (int k = 0; k < inputs; k++) mg__node_plan_of(plan, mg__inputs(node)[k])->uses++;
    }
    for (int i = 0; i < plan->output_count; i++) mg__node_plan_of(plan, plan->outputs[i])->uses++;
    for (size_t i = 0; i < plan->update_count; i++) {
        mg__node_plan_of(plan, plan->updates[i].value)->uses++;
        if (plan->updates[i].predicate) mg__node_plan_of(plan, plan->updates[i].predicate)->uses++;
    }
    if (plan->guard) mg__node_plan_of(plan, plan->guard)->uses++;
}

/* What the world outside wants in memory, as a value of its own. */
static bool keep(mg__plan *plan, mg_node *node) {
    if (!node || mg__is_leaf(node)) return true;
    mg__node_plan *p = mg__node_plan_of(plan, node);
    if (p->view.base != node || (mg__is_generator(node) && p->group < 0)) return make_copy(plan, node);
    p->stored = true;
    return true;
}

/* What a later group reads must be in memory. */
static void store_what_leaves(mg__plan *plan) {
    for (size_t g = 0; g < plan->group_count; g++) {
        const mg__group *group = &plan->groups[g];
        mg__read read;
        for (size_t i = 0; group->kind == MG__GROUP_LOOP && mg__group_read(plan, group, i, &read); i++) {
            mg_node *base = read.view->base;
            mg__node_plan *b = mg__node_plan_of(plan, base);
            if (b->group >= 0 && b->group != (int)g && !mg__generates(plan, read.member, base) &&
                !mg__reads_again(plan, group, read.member, read.shape, read.view))
                b->stored = true;
        }
    }
}

/* --- updates in place -------------------------------------------------------------------------------- */

static bool reads_elsewhere(const mg__plan *plan, const mg_node *leaf, int g) {
    for (int h = g; h < (int)plan->group_count; h++) {
        const mg__group *group = &plan->groups[h];
        mg__read read;
        if (group->bias == leaf && h > g) return true;
        for (size_t i = 0; mg__group_read(plan, group, i, &read); i++) {
            if (read.view->base != leaf) continue;
            if (h > g || !mg__view_dense(read.shape, read.view) || mg__node_plan_of(plan, read.member)->extent != MG__FULL_VALUE)
                return true;
        }
    }
    return false;
}

/* The guard is then read from where its old value is set aside at the end. */
static bool guard_is_updated(const mg__plan *plan) {
    bool updated = false;
    for (size_t i = 0; i < plan->update_count; i++) updated = updated || plan->updates[i].leaf == plan->guard;
    return updated;
}

static bool known_before(const mg__plan *plan, const mg_node *node, int g) {
    return !node || mg__is_leaf(node) || mg__node_plan_of(plan, node)->group < g;
}

/* The value is stored straight into the leaf where every read of the old one has happened by then: in an earlier step, or in the
 * same lane of the same loop. */
static void place_updates(mg__plan *plan) {
    for (size_t i = 0; i < plan->update_count; i++) {
        const mg__update *u = &plan->updates[i];
        const mg__node_plan *p = mg__node_plan_of(plan, u->value);
        bool loop =
            p->group >= 0 && plan->groups[p->group].kind == MG__GROUP_LOOP && p->view.base == u->value && !p->after && !p->copy;
        bool full = loop && p->extent == MG__FULL_VALUE;
        if (full && !mg__read_at_end(plan, u->leaf) && !guard_is_updated(plan) && known_before(plan, plan->guard, p->group) &&
            known_before(plan, u->predicate, p->group) && !reads_elsewhere(plan, u->leaf, p->group))
            plan->commit[i] = MG__IN_PLACE;
    }
}

/* --- all of it --------------------------------------------------------------------------------------- */

/* Every node has its group, and what must be in memory is known. */
static bool assign(mg__plan *plan) {
    bool fine = true;
    count_uses(plan);
    for (size_t i = 0; i < plan->live.count && fine; i++)
        fine = mg__kind_of(plan->live.nodes[i]) != MG__VARIABLE && add_node(plan, plan->live.nodes[i]);
    for (int i = 0; i < plan->output_count && fine; i++) fine = keep(plan, plan->outputs[i]);
    for (size_t i = 0; i < plan->update_count && fine; i++) {
        const mg__update *u = &plan->updates[i];
        fine = keep(plan, u->predicate);
        if (fine && mg__node_plan_of(plan, u->value)->view.base != u->value) fine = keep(plan, u->value);
    }
    fine = fine && keep(plan, plan->guard);
    if (!fine) return false;
    if (mg__switches_read().recompute && !mg__recompute(plan)) return false;
    place_updates(plan);
    for (size_t i = 0; i < plan->update_count && fine; i++)
        if (plan->commit[i] != MG__IN_PLACE) fine = keep(plan, plan->updates[i].value);
    store_what_leaves(plan);
    return fine;
}

static mg_status lower_groups(mg__plan *plan) {
    mg_context *context = plan->graph->context;
    int *order = mg__alloc_array(context, plan->group_count + 1, sizeof *order);
    mg_status status = order ? mg__schedule(plan, order) : MG_OUT_OF_MEMORY;
    for (size_t i = 0; i < plan->group_count && status == MG_OK; i++) status = mg__lower_group(plan, order[i]);
    for (size_t i = 0; i < plan->live.count && status == MG_OK; i++) /* leaves that are outputs or the targets of updates */
        if (mg__is_leaf(plan->live.nodes[i]) && mg__leaf_buffer(plan, plan->live.nodes[i]) < 0) status = MG_OUT_OF_MEMORY;
    mg__free(context, order);
    return status;
}

mg_status mg__lower_fused(mg__plan *plan) {
    mg_context *context = plan->graph->context;
    plan->nodes = mg__alloc_array(context, plan->live.count + 1, sizeof *plan->nodes);
    mg_status status = plan->nodes && assign(plan) ? lower_groups(plan) : MG_OUT_OF_MEMORY;
    if (status == MG_OK) status = mg__lower_commits(plan);
    for (size_t g = 0; g < plan->group_count; g++) {
        mg__free(context, plan->groups[g].members);
        mg__free(context, plan->groups[g].again);
    }
    mg__free(context, plan->groups);
    mg__free(context, plan->nodes);
    plan->groups = NULL;
    plan->nodes = NULL;
    return status;
}
