/* micrograd/graph.h: expressions.
 *
 * A graph is an arena of immutable nodes. A node is an expression: an op, its inputs, its attributes, and the shape and dtype
 * that follow from them. Op nodes and literals are hash-consed: the same expression is the same node. Leaves (variables, inputs,
 * parameters, random numbers) are never merged.
 *
 * Two ways to use a graph, one set of ops and gradients:
 *   eager   a value is computed when it is read and kept until a leaf below it changes;
 *   staged  nothing is computed: the graph is compiled (micrograd/program.h) and run many times.
 *
 * Errors are sticky. A builder that fails records the first message and returns the graph's poison node, which every builder
 * accepts and hands on; it never returns NULL. One check at the end is enough:
 *
 *     if (mg_graph_status(g) != MG_OK) fprintf(stderr, "%s\n", mg_graph_message(g));
 */
#ifndef MICROGRAD_GRAPH_H
#define MICROGRAD_GRAPH_H

#include <micrograd/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mg_graph mg_graph;
typedef struct mg_node mg_node;
typedef struct mg_op mg_op; /* micrograd/op.h */

typedef enum mg_mode { MG_EAGER, MG_STAGED } mg_mode;

/* NULL without memory. The graph's default float dtype is f64 when eager, f32 when staged. */
mg_graph *mg_graph_create(mg_context *context, mg_mode mode);
void mg_graph_destroy(mg_graph *graph); /* frees every node; NULL is fine */

mg_context *mg_graph_context(const mg_graph *graph);
mg_mode mg_graph_mode(const mg_graph *graph);
mg_dtype mg_graph_dtype(const mg_graph *graph);
void mg_graph_set_dtype(mg_graph *graph, mg_dtype dtype); /* MG_F32 or MG_F64, for leaves made from now on */
size_t mg_graph_count(const mg_graph *graph);             /* nodes that exist */

/* The first error since the graph was made or cleared; the message belongs to the graph and is also the context's. */
mg_status mg_graph_status(const mg_graph *graph);
const char *mg_graph_message(const mg_graph *graph);
void mg_graph_clear_error(mg_graph *graph); /* poisoned nodes stay poisoned */

/* For builders above this library: records an error in the same way and returns the poison node. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
mg_node *
mg_graph_fail(mg_graph *graph, mg_status status, const char *format, ...);
mg_node *mg_graph_poison(mg_graph *graph);
bool mg_is_poison(const mg_node *node);

/* Names for messages: while a scope is pushed, errors begin with it ("dense 'fc1' (layer 3): ..."), and random streams made
 * under it are told apart by it. Scopes are no part of an expression. The text is copied, up to 255 bytes. */
void mg_graph_push_scope(mg_graph *graph, const char *scope);
void mg_graph_pop_scope(mg_graph *graph);

/* Forgets the nodes made since the mark, with their values: a loop that builds, reads and releases runs in constant memory. Nodes
 * made since the mark must not be used afterwards. */
typedef struct mg_mark {
    size_t nodes, attributes;
} mg_mark;
mg_mark mg_graph_mark(const mg_graph *graph);
void mg_graph_release(mg_graph *graph, mg_mark mark);

/* --- leaves ------------------------------------------------------------------------------------------ */

/* A scalar of the graph's dtype that can be set. */
mg_node *mg_variable(mg_graph *graph, double value);
/* An array that can be set; the value is copied. */
mg_node *mg_variable_tensor(mg_graph *graph, const mg_tensor *value);
/* A literal: the graph's dtype, or that of `like`. Equal literals are one node. */
mg_node *mg_constant(mg_graph *graph, double value);
mg_node *mg_constant_like(const mg_node *like, double value); /* rank 0, the dtype of `like` */
/* A literal broadcast to a shape: costs no memory. */
mg_node *mg_full(mg_graph *graph, mg_dtype dtype, int rank, const int64_t *shape, double value);
mg_node *mg_full_like(const mg_node *like, double value); /* the dtype and shape of `like` */
mg_node *mg_zeros_like(const mg_node *like);
mg_node *mg_ones_like(const mg_node *like);
/* Staged: a value handed to each run, in the order in which the inputs were made. */
mg_node *mg_input(mg_graph *graph, const char *name, mg_dtype dtype, int rank, const int64_t *shape);

/* A rank-0 value computed in f64 on the host before each run of a session and never a reason to compile again. NULL function: the
 * session's scalar of that name (mg_session_set), or 0. Up to 4 arguments are copied. */
typedef struct mg_run_info {
    uint64_t step;        /* 1 in the first run of a session */
    double learning_rate; /* the session's scalar "learning_rate" */
} mg_run_info;
typedef double mg_scalar_function(const mg_run_info *info, const double *arguments);
mg_node *mg_run_scalar(mg_graph *graph, const char *name, mg_scalar_function *function, const double *arguments, int count);

/* --- looking at nodes -------------------------------------------------------------------------------- */

mg_graph *mg_node_graph(const mg_node *node);
const mg_op *mg_node_op(const mg_node *node);
mg_dtype mg_node_dtype(const mg_node *node);
int mg_node_rank(const mg_node *node);
const int64_t *mg_node_shape(const mg_node *node); /* belongs to the graph */
int64_t mg_node_count(const mg_node *node);        /* elements */
int mg_node_inputs(const mg_node *node);
mg_node *mg_node_input(const mg_node *node, int index); /* NULL out of range */
size_t mg_node_id(const mg_node *node);                 /* inputs have smaller ids than what uses them */

/* A name for printing and drawing; copied. mg_node_name gives "" where there is none. Returns the node. */
mg_node *mg_name(mg_node *node, const char *name);
const char *mg_node_name(const mg_node *node);

/* --- values, eager ----------------------------------------------------------------------------------- */

/* Changes a leaf made by mg_variable or mg_variable_tensor; values that depend on it are computed again when read. */
mg_status mg_set(mg_node *leaf, double value); /* every element */
mg_status mg_set_tensor(mg_node *leaf, const mg_tensor *value);

/* The value of a node with one element, NaN on failure. */
double mg_item(mg_node *node);
/* A view of a node's value, valid until a leaf below it changes or the node is released; its data is NULL on failure. */
mg_tensor mg_value(mg_node *node);

/* Gradients of y (one element) with respect to every variable and parameter below it. Calling it again starts anew: nothing
 * accumulates. */
mg_status mg_backward(mg_node *y);
/* dy/dx of the last mg_backward for any node that y reaches through: a node, so it can be read, printed and differentiated again.
 * Zeros where y does not depend on x. */
mg_node *mg_grad(mg_node *x);

/* Moves on to the next random numbers: dropout masks and noise below are drawn anew. */
void mg_graph_next_step(mg_graph *graph);

/* --- printing ---------------------------------------------------------------------------------------- */

/* Receives text in pieces; returns false to stop. */
typedef bool mg_writer(void *user, const char *text, size_t length);
/* A writer over a stdio stream: mg_write_file, with the FILE * as user. */
bool mg_write_file(void *user, const char *text, size_t length);

/* Graphviz DOT of what the outputs reach: op or name, shape, and in an eager graph value and (after mg_backward) gradient. */
mg_status mg_graph_write_dot(mg_node *const *outputs, int count, mg_writer *writer, void *user);
/* One line a node: %id = op(%inputs) dtype[shape] name. */
mg_status mg_graph_write_text(mg_node *const *outputs, int count, mg_writer *writer, void *user);

#ifdef __cplusplus
}
#endif
#endif
