/* The planner: from the nodes that outputs and updates need to steps. Stages, in order:
 *   live.c    which nodes are needed                          view.c   nodes that are other looks at the same memory
 *   fuse.c    which nodes become one loop or product step      lower.c  a group of nodes as a loop
 *   lower_step.c  a group as a step of any kind
 *   place.c   where values lie in the workspace               compile.c calls them */
#ifndef MG_PLAN_H
#define MG_PLAN_H

#include "plan/program.h"

typedef struct mg__live {
    mg_node **nodes; /* in the order of their ids */
    size_t count;
    uint32_t *place; /* by id: index + 1 in nodes; 0: not needed */
    size_t ids;
} mg__live;

#define MG__IN_PLACE (-1) /* by the loop that computes it */

typedef struct mg__plan {
    mg_graph *graph;
    mg_program *program;
    mg__live live;
    mg_node **outputs;
    int output_count;
    mg__update *updates;
    size_t update_count;
    mg_node *guard;
    int *buffer; /* by live index: -1 where there is none */
    int *commit; /* by update: MG__IN_PLACE, or the buffer that is written at the end of the run */
    struct mg__node_plan *nodes;
    struct mg__group *groups;
    size_t group_count, group_capacity;
    int placed; /* members of groups so far */
} mg__plan;

bool mg__live_find(mg__plan *plan);
void mg__live_free(mg__plan *plan);
static inline uint32_t mg__live_index(const mg__plan *plan, const mg_node *node) { return plan->live.place[node->id] - 1; }

/* The buffer of a leaf, made at its first use; -1 without memory. */
int mg__leaf_buffer(mg__plan *plan, mg_node *leaf);
/* A new workspace buffer for a node. */
int mg__node_buffer(mg__plan *plan, const mg_node *node);

/* One kernel step a node: what the reference backend runs. */
mg_status mg__lower_plain(mg__plan *plan, bool labels);
/* A kernel step for one node whose inputs all have buffers. */
mg_status mg__lower_kernel(mg__plan *plan, mg_node *node, const int *inputs, int output, bool label);
/* Whether a leaf is an output, the value or the predicate of an update, or the guard. */
bool mg__read_at_end(const mg__plan *plan, const mg_node *leaf);
/* The copies that write updates at the end of a run. */
mg_status mg__lower_commits(mg__plan *plan);
/* Groups, loops, products: what fast backends run. */
mg_status mg__lower_fused(mg__plan *plan);

/* Lifetimes and offsets of workspace buffers. */
mg_status mg__place(mg_program *program);

#endif
