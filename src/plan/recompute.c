/* Recomputation: a large value that costs a few cheap instructions is computed again by each loop that reads it, in registers,
 * instead of being stored by the one and loaded by the others. Steps are instances of nodes: the node is there once, the
 * instructions twice. Only where no reader loads more than before: what the instructions need is read there anyway, is small
 * (a row, a column, one number), or is one large value in place of the one that is no longer there. */
#include "plan/group.h"

#include "base/switches.h"

#include <stdlib.h>
#include <string.h>

enum {
    MOST_COST = 8,
    MOST_AGAIN = 16,            /* nodes a group */
    SMALLEST_BYTES = 32 * 1024, /* below, a value stays in the first cache anyway */
    SMALL_SHARE = 8             /* an operand this many times smaller is no traffic */
};

bool mg__computes_again(const mg__group *group, const mg_node *node) {
    for (size_t i = 0; i < group->again_count; i++)
        if (group->again[i] == node) return true;
    return false;
}

static bool point_by_point(const mg__plan *plan, const mg_node *member, const mg_node *shape, const mg__view *view) {
    return mg__view_dense(shape, view) && shape->shape->count == view->base->shape->count &&
           mg__node_plan_of(plan, member)->extent == MG__FULL_VALUE;
}

bool mg__reads_again(const mg__plan *plan, const mg__group *group, const mg_node *member, const mg_node *shape,
                     const mg__view *view) {
    return mg__computes_again(group, view->base) && point_by_point(plan, member, shape, view);
}

/* --- what it costs ----------------------------------------------------------------------------------- */

static int cost_of(const mg_node *node) {
    if (mg__kind_of(node) == MG__CAST) return 1;
    switch ((mg__scalar_id)(node->op->scalar - mg__scalars)) {
    case MG__SCALAR_exp:
    case MG__SCALAR_expm1:
    case MG__SCALAR_log:
    case MG__SCALAR_log1p:
    case MG__SCALAR_sin:
    case MG__SCALAR_cos:
    case MG__SCALAR_tanh:
    case MG__SCALAR_sigmoid:
    case MG__SCALAR_erf:
    case MG__SCALAR_pow: return MOST_COST + 1;
    case MG__SCALAR_div:
    case MG__SCALAR_sqrt:
    case MG__SCALAR_reciprocal: return 3;
    default: return 1;
    }
}

/* The nodes that computing one again takes, and the values in memory that they read. */
typedef struct again {
    mg_node *nodes[MOST_COST], *from[3 * MOST_COST];
    int count, from_count, cost;
} again;

static bool in_loop(const mg__plan *plan, const mg_node *node) {
    const mg__node_plan *p = mg__node_plan_of(plan, node);
    return p->group >= 0 && plan->groups[p->group].kind == MG__GROUP_LOOP && !p->after && !p->copy && !p->permuted;
}

static bool is_elementwise(const mg__plan *plan, const mg_node *node) {
    mg__kind kind = mg__kind_of(node);
    return in_loop(plan, node) && mg__node_plan_of(plan, node)->extent == MG__FULL_VALUE &&
           (kind == MG__ELEMENTWISE || kind == MG__CAST);
}

static bool has(mg_node *const *nodes, int count, const mg_node *node) {
    for (int i = 0; i < count; i++)
        if (nodes[i] == node) return true;
    return false;
}

/* false: dear, or made of random numbers. Inputs come before what reads them. */
static bool collect(const mg__plan *plan, again *a, mg_node *node) {
    if (has(a->nodes, a->count, node)) return true;
    if ((a->cost += cost_of(node)) > MOST_COST) return false;
    for (int i = 0; i < mg__member_inputs(plan, node); i++) {
        const mg_node *shape;
        const mg__view *view = mg__member_view(plan, node, i, &shape);
        mg_node *base = view->base;
        if (mg__generates(plan, node, base)) return false;
        bool same_lane = is_elementwise(plan, base) && !mg__node_plan_of(plan, base)->stored && mg__view_dense(shape, view) &&
                         mg__node_plan_of(plan, base)->group == mg__node_plan_of(plan, node)->group;
        bool known = mg__computes_again(&plan->groups[mg__node_plan_of(plan, node)->group], base);
        if (same_lane || known) {
            if (!collect(plan, a, base)) return false;
        } else if (!has(a->from, a->from_count, base)) {
            a->from[a->from_count++] = base;
        }
    }
    a->nodes[a->count++] = node;
    return true;
}

/* --- who reads it ------------------------------------------------------------------------------------ */

typedef struct reader {
    uint32_t base; /* live index */
    int group;
} reader;

typedef struct readers {
    reader *all; /* by base, then group */
    size_t count;
} readers;

static int by_base(const void *a, const void *b) {
    const reader *x = a, *y = b;
    if (x->base != y->base) return x->base < y->base ? -1 : 1;
    return x->group < y->group ? -1 : x->group > y->group;
}

static bool find_readers(const mg__plan *plan, readers *r) {
    mg__read read;
    size_t count = 0;
    for (size_t g = 0; g < plan->group_count; g++)
        for (size_t i = 0; mg__group_read(plan, &plan->groups[g], i, &read); i++) count++;
    r->all = mg__alloc_array(plan->graph->context, count + 1, sizeof *r->all);
    if (!r->all) return false;
    for (size_t g = 0; g < plan->group_count; g++)
        for (size_t i = 0; mg__group_read(plan, &plan->groups[g], i, &read); i++)
            r->all[r->count++] = (reader){ mg__live_index(plan, read.view->base), (int)g };
    qsort(r->all, r->count, sizeof *r->all, by_base);
    return true;
}

static size_t first_reader(const readers *r, uint32_t base) {
    size_t low = 0, high = r->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->all[middle].base < base)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_large(const mg_node *x, const mg_node *node) { return x->shape->count >= node->shape->count / SMALL_SHARE; }

/* A node's values in the order of the group's points, and every input walked with one stride along its columns. */
static bool lanes_fit(const mg__plan *plan, const mg__group *group, const mg_node *node) {
    int64_t dims[MG_MAX_RANK], strides[MG_MAX_RANK];
    int rank = mg__squeeze(node, dims);
    if (rank != group->rank || (rank && memcmp(dims, group->dims, (size_t)rank * sizeof *dims) != 0)) return false;
    for (int i = 0; i < mg__member_inputs(plan, node) && group->split >= 0; i++) {
        const mg_node *shape;
        const mg__view *view = mg__member_view(plan, node, i, &shape);
        rank = mg__view_squeeze(shape, view, dims, strides);
        if (!mg__strides_merge(group->split, rank, dims, strides)) return false;
    }
    return true;
}

/* Whether a group can compute the node instead of reading it, and loads nothing more. */
static bool can_compute(const mg__plan *plan, int g, const mg_node *node, const again *a) {
    const mg__group *group = &plan->groups[g], *home = &plan->groups[mg__node_plan_of(plan, node)->group];
    if (group->kind != MG__GROUP_LOOP || group->dtype != home->dtype || group->again_count + (size_t)a->count > MOST_AGAIN ||
        mg__node_plan_of(plan, group->members[0])->permuted)
        return false;
    for (int i = 0; i < a->count; i++)
        if (!lanes_fit(plan, group, a->nodes[i])) return false;
    bool read_already[3 * MOST_COST] = { false };
    mg__read read;
    for (size_t i = 0; mg__group_read(plan, group, i, &read); i++) {
        if (read.view->base == node && !point_by_point(plan, read.member, read.shape, read.view)) return false;
        for (int k = 0; k < a->from_count; k++) read_already[k] = read_already[k] || a->from[k] == read.view->base;
    }
    int more = 0;
    for (int k = 0; k < a->from_count; k++) more += is_large(a->from[k], node) && !read_already[k];
    return more <= 1;
}

/* --- deciding ---------------------------------------------------------------------------------------- */

static int by_id(const void *a, const void *b) {
    const mg_node *x = *(mg_node *const *)a, *y = *(mg_node *const *)b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static bool add_again(mg__plan *plan, int g, const again *a) {
    mg__group *group = &plan->groups[g];
    if (!mg__grow(plan->graph->context, &group->again, &group->again_capacity, group->again_count + (size_t)a->count,
                  sizeof *group->again))
        return false;
    for (int i = 0; i < a->count; i++)
        if (!mg__computes_again(group, a->nodes[i])) group->again[group->again_count++] = a->nodes[i];
    qsort(group->again, group->again_count, sizeof(mg_node *), by_id);
    return true;
}

bool mg__recompute(mg__plan *plan) {
    readers r = { .count = 0 };
    int64_t smallest = mg__switches_read().thresholds ? SMALLEST_BYTES : 0;
    bool fine = find_readers(plan, &r);
    for (size_t n = 0; n < plan->live.count && fine; n++) {
        mg_node *node = plan->live.nodes[n];
        again a = { .count = 0 };
        size_t first = first_reader(&r, (uint32_t)n), end = first;
        if (!is_elementwise(plan, node) || mg__node_plan_of(plan, node)->stored ||
            node->shape->count * (int64_t)mg_dtype_size((mg_dtype)node->dtype) < smallest)
            continue;
        int home = mg__node_plan_of(plan, node)->group, others = 0;
        bool possible = collect(plan, &a, node);
        for (; end < r.count && r.all[end].base == n && possible; end++) {
            if (r.all[end].group == home) continue;
            others++;
            possible = can_compute(plan, r.all[end].group, node, &a);
        }
        for (size_t i = first; i < end && possible && others && fine; i++)
            if (r.all[i].group != home) fine = add_again(plan, r.all[i].group, &a);
    }
    mg__free(plan->graph->context, r.all);
    return fine;
}
