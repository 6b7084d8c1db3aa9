/* micrograd/op.h: the op row. An op is one struct: its shape rule, its gradient rule and its reference kernel. The library's
 * own ops and yours are the same struct; nodes point to it.
 *
 * An op of your own, elementwise, whole:
 *
 *     static bool same(mg_shape_rule *r) { return mg_rule_same_as(r, 0); }
 *     static void cube_gradient(const mg_rule *r) {
 *         r->dx[0] = mg_mul(r->dy, mg_mul(mg_constant_like(r->x[0], 3), mg_square(r->x[0])));
 *     }
 *     static mg_status cube_kernel(const mg_kernel_call *c) {
 *         mg_tensor y = c->y;
 *         for (int64_t i = 0; i < mg_tensor_count(&y); i++) mg_tensor_put(&y, i, pow(mg_tensor_get(&c->x[0], i), 3));
 *         return MG_OK;
 *     }
 *     static const mg_op cube = { .size = sizeof(mg_op), .name = "cube", .inputs = 1, .shape = same,
 *                                 .gradient = cube_gradient, .reference = cube_kernel, .doc = "x^3" };
 *     mg_node *y = mg_apply(&cube, &x, 1, NULL, 0);
 */
#ifndef MICROGRAD_OP_H
#define MICROGRAD_OP_H

#include <micrograd/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a shape rule sees and fills in. The rule of an op runs when a node is built. */
typedef struct mg_shape_rule {
    mg_graph *graph;
    const mg_op *op;
    int inputs;
    mg_node *const *x;
    const void *attributes;
    /* result */
    mg_dtype dtype;
    int rank;
    int64_t shape[MG_MAX_RANK];
} mg_shape_rule;

/* Helpers for rules; each returns what the rule should return. */
bool mg_rule_same_as(mg_shape_rule *rule, int input); /* result = shape and dtype of that input */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
bool mg_rule_fail(mg_shape_rule *rule, const char *format, ...); /* "add: ..." on the graph; returns false */

/* What a gradient rule sees: y = op(x...), the incoming gradient dy (same shape as y), and which inputs need theirs. It sets
 * dx[i] (same shape and dtype as x[i]) for every needed i, or leaves it NULL where the gradient is zero. Rules must be linear in
 * dy. */
typedef struct mg_rule {
    mg_graph *graph;
    mg_node *y;
    mg_node *dy;
    int inputs;
    mg_node *const *x;
    const void *attributes;
    const bool *needed;
    mg_node **dx;
} mg_rule;

/* What a kernel sees. Data is dense and row-major; y must not be read before it is written. */
typedef struct mg_kernel_call {
    const mg_op *op;
    int inputs;
    const mg_tensor *x;
    mg_tensor y;
    const void *attributes;
    uint64_t seed, step; /* for random ops */
    uint64_t first_row;  /* index in the whole batch of this call's first row */
    mg_context *context; /* receives the message of a failure */
} mg_kernel_call;

/* For kernels that fail: records the message and returns the status. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
mg_status
mg_kernel_fail(const mg_kernel_call *call, mg_status status, const char *format, ...);

/* A case on which tests run an op: gradient check and kernels against the reference. */
typedef struct mg_sample {
    int inputs;
    mg_dtype dtype[4]; /* the float dtype is replaced by the one under test; MG_I32 stays */
    int rank[4];
    int64_t shape[4][MG_MAX_RANK];
    double low[4], high[4];       /* inputs are drawn evenly from here ... */
    double kink[4];               /* ... and kept away from multiples of this (0: no kinks) */
    unsigned char attributes[96]; /* as given to mg_apply */
    size_t attribute_bytes;
} mg_sample;

struct mg_op {
    size_t size;      /* sizeof(mg_op): later fields may be added */
    const char *name; /* unique */
    int inputs;       /* how many; MG_ANY_INPUTS for one or more */
    bool (*shape)(mg_shape_rule *rule);
    void (*gradient)(const mg_rule *rule); /* MG_NO_GRADIENT, said explicitly, where it is zero almost everywhere or undefined */
    mg_status (*reference)(const mg_kernel_call *call);
    const struct mg__scalar *scalar;             /* elementwise library ops: their instruction */
    int (*sample)(int index, mg_sample *sample); /* fills case `index`; returns how many cases there are */
    const char *doc;                             /* formula, convention at kinks and ties, dtypes */
    unsigned kind;    /* how the planner sees it; 0 for ops from outside: the reference kernel is run */
    double tolerance; /* of a cpu kernel, in units of eps times the sum of magnitudes; 0: 8 */
};

#define MG_ANY_INPUTS (-1)
void mg_no_gradient(const mg_rule *rule);
#define MG_NO_GRADIENT mg_no_gradient

/* The node op(x...): the existing one where the same expression exists. Attributes are copied (at most 4096 bytes; zero the
 * padding). */
mg_node *mg_apply(const mg_op *op, mg_node *const *x, int inputs, const void *attributes, size_t attribute_bytes);
const void *mg_node_attributes(const mg_node *node, size_t *bytes); /* belongs to the graph; NULL where there are none */

/* y with another gradient: the value is y's, and mg_gradient through it calls rule(user) with x in place of differentiating y.
 * Inputs x are those that the rule gives gradients for. */
typedef void mg_custom_rule(const mg_rule *rule, void *user);
mg_node *mg_custom_gradient(mg_node *y, mg_node *const *x, int inputs, mg_custom_rule *rule, void *user);

/* The library's primitives, NULL-terminated, in a fixed order: what tests and documentation walk. */
const mg_op *const *mg_ops(void);
const mg_op *mg_op_find(const char *name); /* NULL where there is none */

#ifdef __cplusplus
}
#endif
#endif
