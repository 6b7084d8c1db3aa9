/* Graph floor, inside view. Public half: micrograd/graph.h, micrograd/op.h. */
#ifndef MG_GRAPH_H
#define MG_GRAPH_H

#include "base/arena.h"
#include "base/base.h"
#include "graph/kind.h"

#include <micrograd/op.h>
#include <micrograd/parameters.h>

/* Interned: two nodes of one graph have the same shape exactly when the pointers are equal. */
typedef struct mg__shape {
    mg_graph *graph;
    int64_t count; /* elements */
    int rank;
    int64_t dims[MG_MAX_RANK];
} mg__shape;

/* Interned bytes. */
typedef struct mg__attributes {
    uint64_t hash;
    size_t bytes;
    /* the bytes follow, 16-byte aligned */
} mg__attributes;
#define MG__ATTRIBUTE_BYTES(a) ((void *)((unsigned char *)(a) + 16))

enum {
    MG__LEAF = 1 /* never merged */,
    MG__OWNS_DATA = 2,
    MG__BORROWS_DATA = 4,
    MG__TOUCHED = 8 /* scratch mark of a traversal */
};

struct mg_node {
    const mg_op *op;
    const mg__shape *shape;
    const mg__attributes *attributes;
    union {
        mg_node *few[2]; /* up to two inputs */
        mg_node **many;  /* in the graph's second arena */
    } in;
    union { /* one element: the value itself in the node's dtype; else a pointer to it */
        double f64;
        float f32;
        int32_t i32;
        void *data;
    } value;
    uint64_t changed; /* clock at which the value last changed; 0: there is none */
    uint64_t checked; /* clock at which it was last known to be fresh */
    uint32_t id, hash;
    uint16_t inputs;
    uint8_t dtype, flags;
};

#define MG__CHUNK_BITS 12
#define MG__CHUNK      ((size_t)1 << MG__CHUNK_BITS)

typedef struct mg__name {
    uint32_t id;
    char *text;
} mg__name;

typedef struct mg__scope {
    uint32_t first; /* nodes from this id on were made under ... */
    char *path;     /* ... this scope */
} mg__scope;

typedef struct mg__update {
    mg_node *leaf, *value, *predicate;
} mg__update;

struct mg_graph {
    mg_context *context;
    mg_mode mode;
    mg_dtype dtype;
    mg_status status;
    char message[MG__MESSAGE_BYTES];

    mg_node **chunks;
    size_t chunk_capacity, count;
    uint64_t *table; /* nodes by hash, linear probing */
    size_t table_size, table_used;

    const mg__shape **shapes; /* by hash, likewise */
    size_t shape_size, shape_count;
    const mg__shape *scalar_shape;

    mg__attributes **attributes; /* in the order of their making */
    size_t attribute_count, attribute_capacity;
    uint32_t *attribute_table;
    size_t attribute_table_size;
    mg__arena arena; /* shapes */
    mg__arena many;  /* inputs of nodes with more than two, in the order of the nodes: releasing takes them back */

    mg_node *poison;
    mg__name *names;
    size_t name_count, name_capacity;
    mg__scope *scopes;
    size_t scope_count, scope_capacity;
    char scope_path[512];
    size_t scope_lengths[16];
    int scope_depth;
    uint32_t random_streams; /* ordinal of the next one */

    /* eager */
    uint64_t clock, step, store_versions;
    mg_node **stack;
    size_t stack_capacity;
    mg_node **adjoints; /* of the last mg_backward, by id */
    size_t adjoint_count, adjoint_capacity;

    /* staged */
    mg_node **input_leaves;
    size_t input_count, input_capacity;
    mg__update *updates;
    size_t update_count, update_capacity;
    mg_node *guard;
    double learning_rate; /* of the optimiser: where the scalar of a session starts */
    mg_parameters **stores;
    size_t store_count, store_capacity;
};

/* The node op(x...); `unique` makes a leaf that is never merged. Shape rule first; poison in, poison out. */
mg_node *mg__apply(mg_graph *graph, const mg_op *op, mg_node *const *x, int inputs, const void *attributes, size_t bytes,
                   bool unique);

static inline mg_node *const *mg__inputs(const mg_node *node) { return node->inputs <= 2 ? node->in.few : node->in.many; }
static inline mg_graph *mg__graph(const mg_node *node) { return node->shape->graph; }
static inline mg__kind mg__kind_of(const mg_node *node) { return (mg__kind)node->op->kind; }
static inline const void *mg__attributes_of(const mg_node *node) {
    return node->attributes ? MG__ATTRIBUTE_BYTES(node->attributes) : NULL;
}
mg_node *mg__node_at(const mg_graph *graph, size_t id);

/* NULL: no memory (recorded). */
const mg__shape *mg__shape_intern(mg_graph *graph, int rank, const int64_t *dims);
/* NumPy's rule: the common shape of two; false where there is none. */
bool mg__shape_broadcast(int rank_a, const int64_t *a, int rank_b, const int64_t *b, int *rank, int64_t *dims);
/* "[128, 64]" */
const char *mg__shape_text(int rank, const int64_t *dims, char *buffer, size_t size);
#define MG__SHAPE_TEXT(rank, dims) mg__shape_text(rank, dims, (char[160]){ 0 }, 160)
#define MG__NODE_SHAPE_TEXT(node)  MG__SHAPE_TEXT((node)->shape->rank, (node)->shape->dims)

/* Memory that lives as long as the graph. */
void *mg__graph_memory(mg_graph *graph, size_t bytes);

#define MG__SCOPE_BYTES    256         /* of one scope, at most */
#define MG__GRADIENT_SCOPE "gradient"  /* begins the scope of nodes that a gradient rule made: "gradient of dense 'fc1'" */
#define MG__UPDATE_SCOPE   "update of" /* likewise of an optimiser's nodes */
/* The scope path under which a node was made: "" or "layer 'dense1'". */
const char *mg__node_scope(const mg_node *node);

/* true for a literal, or one seen through broadcasts and reshapes, of this value (bits are compared, +0 and -0 both count as 0).
 */
bool mg__is_literal(const mg_node *node, double value);
bool mg__literal(const mg_node *node, double *value);

/* A literal of any dtype. */
mg_node *mg__constant(mg_graph *graph, mg_dtype dtype, double value);
/* The leaf of a store's entry: always the same node. */
mg_node *mg__leaf_parameter(mg_graph *graph, mg_parameters *parameters, int index, int slot);

/* Attributes of leaves. */
typedef struct mg__parameter_attributes {
    mg_parameters *store;
    int64_t index, slot;
} mg__parameter_attributes;
typedef struct mg__input_attributes {
    int64_t index;
    char name[56];
} mg__input_attributes;
typedef struct mg__run_scalar_attributes {
    mg_scalar_function *function;
    double arguments[4];
    char name[40];
} mg__run_scalar_attributes;

const mg__input_attributes *mg__input_attributes_of(const mg_node *node);

extern const mg_op mg__op_poison, mg__op_constant, mg__op_variable, mg__op_input, mg__op_parameter, mg__op_run_scalar;

/* Eager: makes the value of a node fresh. */
mg_status mg__evaluate(mg_node *node);
/* A view of the value as it is. */
mg_tensor mg__node_value(mg_node *node);
void mg__node_drop_value(mg_node *node);

/* Prints to a writer, at most 1023 bytes; false where the writer refuses. */
bool mg__write(mg_writer *writer, void *user, const char *format, ...) MG__PRINTF(3, 4);

/* Explicit stack of traversals; false without memory. */
bool mg__stack_reserve(mg_graph *graph, size_t count);

#endif
