/* What the planner knows of nodes and groups while it fuses. A group becomes one step. */
#ifndef MG_GROUP_H
#define MG_GROUP_H

#include "plan/plan.h"

/* A node as a look at the memory of another: element at offset + sum of coordinate * stride. */
typedef struct mg__view {
    mg_node *base;
    int64_t offset, stride[MG_MAX_RANK]; /* by the node's own dimensions */
} mg__view;

typedef struct mg__node_plan {
    mg__view view;   /* base == the node itself: it has a value of its own */
    mg__view source; /* of a node that is a copy of a view: what it copies */
    int group;       /* that computes it; -1: a leaf, a generator or a view */
    int placed;      /* as the how-manieth member of a group, from 1; 0: not (yet) */
    int uses;        /* by live nodes, outputs, updates */
    mg__extent extent;
    bool after;    /* usable only by later groups, from memory */
    bool stored;   /* needs memory */
    bool copy;     /* a view or a generator that got memory of its own */
    bool permuted; /* a sum whose reduced axes are brought behind the kept ones */
} mg__node_plan;

typedef enum mg__group_kind {
    MG__GROUP_LOOP,
    MG__GROUP_PRODUCT,
    MG__GROUP_CONV,
    MG__GROUP_WINDOW,
    MG__GROUP_KERNEL
} mg__group_kind;

typedef struct mg__group {
    mg__group_kind kind;
    mg_dtype dtype;
    int rank, split; /* the space without dimensions of 1; rows are the first `split` of them, -1: not decided */
    int64_t dims[MG_MAX_RANK];
    mg_node **members; /* a loop's nodes in order; otherwise the node */
    size_t count, capacity;
    mg_node **again; /* nodes of earlier groups that this loop computes once more instead of reading them (recompute.c) */
    size_t again_count, again_capacity;
    mg_node *bias, *result; /* of a product or convolution: what it starts from (NULL: 0), and the node that its output is */
    bool relu;
} mg__group;

#define MG__GROUP_MEMBERS 40

static inline mg__node_plan *mg__node_plan_of(const mg__plan *plan, const mg_node *node) {
    return &plan->nodes[mg__live_index(plan, node)];
}

/* The view of a node from those of its inputs; false: its input must get memory of its own first. */
bool mg__view_make(mg__plan *plan, mg_node *node);
void mg__view_self(mg_node *node, mg__view *view);
/* true: the view is its base's memory from the first to the last element, in order. */
bool mg__view_dense(const mg_node *node, const mg__view *view);
/* The strides without those of dimensions of 1; returns how many are left. */
int mg__view_squeeze(const mg_node *node, const mg__view *view, int64_t *dims, int64_t *strides);
int mg__squeeze(const mg_node *node, int64_t *dims);
void mg__row_major(int rank, const int64_t *dims, int64_t *strides);
/* true: dimensions from `from` on can be walked with one stride. */
bool mg__strides_merge(int from, int rank, const int64_t *dims, const int64_t *strides);

/* For a reduction: the work shape without dimensions of 1 and which of them are reduced. */
int mg__reduction_axes(const mg_node *node, int64_t *dims, bool *reduced);

static inline bool mg__is_reduction(const mg_node *node) {
    mg__kind kind = mg__kind_of(node);
    return kind == MG__SUM || kind == MG__MAX || kind == MG__ARGMAX;
}
static inline bool mg__is_generator(const mg_node *node) {
    mg__kind kind = mg__kind_of(node);
    return kind == MG__IOTA || kind == MG__UNIFORM || kind == MG__NORMAL;
}
static inline bool mg__is_leaf(const mg_node *node) {
    mg__kind kind = mg__kind_of(node);
    return kind == MG__CONSTANT || kind == MG__INPUT || kind == MG__PARAMETER || kind == MG__RUN_SCALAR;
}

/* Members: how many inputs, and the view through which input i is read: that of the time when the member was placed, for the
 * input may have got memory of its own in a later group. */
int mg__member_inputs(const mg__plan *plan, const mg_node *member);
const mg__view *mg__member_view(const mg__plan *plan, const mg_node *member, int input, const mg_node **shape);
/* true: the member computes this base itself, a generator that had no memory when the member was placed. */
bool mg__generates(const mg__plan *plan, const mg_node *member, const mg_node *base);

/* What a group reads: the members' inputs in order, those of what it computes again behind them. false behind the last. */
typedef struct mg__read {
    mg_node *member; /* that reads */
    const mg__view *view;
    const mg_node *shape;
} mg__read;
bool mg__group_read(const mg__plan *plan, const mg__group *group, size_t index, mg__read *read);
/* true: the group computes this node of an earlier one again. */
bool mg__computes_again(const mg__group *group, const mg_node *node);
/* true: the read takes the value so computed: it reads it point by point. Others read the memory of the first. */
bool mg__reads_again(const mg__plan *plan, const mg__group *group, const mg_node *member, const mg_node *shape,
                     const mg__view *view);
/* Decides what is computed again, after groups have their members and before it is known what must be stored. false: no memory.
 */
bool mg__recompute(mg__plan *plan);

/* The order in which groups become steps: order[i] is the group of step i. */
mg_status mg__schedule(mg__plan *plan, int *order);
/* The group as a loop; false: no memory. */
bool mg__lower_loop(mg__plan *plan, int group);
/* The group as a step of the program. */
mg_status mg__lower_group(mg__plan *plan, int group);
/* A buffer that holds a node's values in order: of a leaf, or of a stored node. */
int mg__value_buffer(mg__plan *plan, mg_node *node);

#endif
