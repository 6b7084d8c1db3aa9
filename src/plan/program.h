/* The inside of programs and sessions. */
#ifndef MG_PROGRAM_H
#define MG_PROGRAM_H

#include "graph/graph.h"
#include "ops/ops.h"
#include "plan/loop.h"
#include "plan/scratch.h"
#include "plan/trace.h"

#include <micrograd/program.h>

typedef enum mg__where {
    MG__IN_WORKSPACE,
    MG__IN_INPUT,     /* index: which */
    MG__IN_PARAMETER, /* index: store; entry; slot */
    MG__IN_CONSTANT,  /* offset in the program's constants */
    MG__IN_SCALAR,    /* index: run scalar */
} mg__where;

typedef struct mg__buffer {
    mg__where where;
    mg_dtype dtype;
    int rank;
    int64_t shape[MG_MAX_RANK];
    int64_t index, entry, slot;
    size_t offset, bytes; /* workspace, constants */
    int first, last;      /* steps between which it is alive */
} mg__buffer;

typedef struct mg__kernel_step {
    const mg_op *op;
    const void *attributes; /* copied into the program */
    int inputs;
    int *input;   /* buffers */
    mg_tensor *x; /* the inputs' types: a buffer may be read in another shape; without data */
    int output;
    char *label; /* checked programs: scope and name */
} mg__kernel_step;

typedef struct mg__product_step {
    int64_t batch, m, n, k;
    bool transpose_a, transpose_b, relu;
    int a, b, bias /* -1: none */, c;
    void *plan; /* the cpu backend's */
} mg__product_step;

/* c = conv2d(a, b) + bias, at least 0 with relu; or one of its transposes, without them. */
typedef struct mg__conv_step {
    mg__kind kind; /* MG__CONV, MG__CONV_DATA, MG__CONV_WEIGHT */
    mg__conv attributes;
    int64_t x[4], w[4], y[4]; /* the image's shape, the kernel's, that of the convolution's result */
    int a, b, bias /* -1: none */, c;
    bool relu;
} mg__conv_step;

/* Multiplications and additions: of every product that meets in an element of the result, those with the zeros of the padding
 * too.
 */
static inline double mg__conv_flops(const mg__conv_step *c) {
    return 2.0 * (double)c->y[0] * (double)c->y[1] * (double)c->y[2] * (double)c->y[3] * (double)c->w[0] * (double)c->w[1] *
           (double)c->w[2];
}

/* The largest of each window (at least 0 with relu), its place or both; or a gather or scatter at such places. */
typedef struct mg__window_step {
    mg__kind kind; /* MG__WINDOW_ARGMAX, MG__WINDOW_GATHER, MG__WINDOW_SCATTER */
    mg_window window;
    int64_t x[4], y[4];  /* the image's shape, that of the windows */
    int from, index, to; /* of argmax index or to may be -1: not wanted */
    bool relu;
} mg__window_step;

typedef enum mg__step_kind {
    MG__STEP_KERNEL,
    MG__STEP_PRODUCT,
    MG__STEP_CONV,
    MG__STEP_WINDOW,
    MG__STEP_LOOP,
    MG__STEP_COPY
} mg__step_kind;

typedef struct mg__copy_step {
    int from, to, predicate;
    bool guarded;
} mg__copy_step;

typedef struct mg__step {
    mg__step_kind kind;
    union {
        mg__kernel_step kernel;
        mg__product_step product;
        mg__conv_step conv;
        mg__window_step window;
        mg__loop loop;
        mg__copy_step copy;
    };
    void *plan;        /* the backend's own */
    const char *layer; /* scope of the nodes that it was made from; the program's */
} mg__step;

typedef struct mg__slot_use {
    int64_t store, slot;
    double initial;
} mg__slot_use;

struct mg_program {
    mg_context *context;
    mg_backend_id backend;
    mg__buffer *buffers;
    size_t buffer_count, buffer_capacity;
    mg__step *steps;
    size_t step_count, step_capacity;
    int *inputs, *outputs; /* buffers */
    int input_count, output_count;
    int guard;            /* buffer, or -1 */
    double learning_rate; /* where that of a session starts */
    bool writes;
    mg__run_scalar_attributes *scalars;
    size_t scalar_count, scalar_capacity;
    mg_parameters **stores;
    size_t store_count;
    mg__slot_use *slots;
    size_t slot_count, slot_capacity;
    const char **layers; /* of the steps, each once */
    size_t layer_count, layer_capacity;
    unsigned char *constants;
    size_t constant_bytes, constant_capacity;
    size_t workspace_bytes, shared_bytes, worker_bytes;
    double flops, work;        /* work: elements and multiply-adds, to tell small programs from large ones */
    mg__arena arena;           /* everything that steps point to */
    struct mg_program *replay; /* checked programs: the same graph, a kernel a node */
};

/* Memory that lives as long as the program; zeroed. */
void *mg__program_memory(mg_program *program, size_t bytes);
/* -1 without memory. */
int mg__program_buffer(mg_program *program, const mg__buffer *buffer);
mg__step *mg__program_step(mg_program *program, mg__step_kind kind);
/* The program's own copy of a scope; NULL without memory. */
const char *mg__program_layer(mg_program *program, const char *scope);

/* What a step reads and writes: each buffer, and how many bytes of it. A new kind of step is told of in step_info.c. */
typedef void mg__buffer_visitor(void *user, int buffer, bool write, double bytes);
void mg__step_buffers(const mg_program *program, const mg__step *step, mg__buffer_visitor *visit, void *user);

struct mg_session {
    mg_context *context;
    const mg_program *program;
    mg_parameters **stores;
    void **pointers; /* by buffer */
    mg__scratch scratch;
    bool lent; /* the scratch is others' */
    uint64_t step, seed, first_row;
    double learning_rate;
    double *named; /* by run scalar: what mg_session_set gave */
    bool failed_guard;
    mg_session *replay;
    mg__recording *recording; /* NULL: its runs are not measured */
};

/* Of a session's blocks without its scratch: the pointers, and what the allocator is asked for beside them. */
size_t mg__session_headers(const mg_program *program);

/* A backend: finishes a program (plans of its own, scratch sizes) and runs its steps. */
typedef struct mg__backend {
    const char *name;
    mg_status (*finish)(mg_program *program);
    void (*open)(mg_session *session); /* makes what runs of all sessions share, so that none of them does */
    mg_status (*run)(mg_session *session);
} mg__backend;
extern const mg__backend mg__backend_reference;
#ifdef MG__HAVE_CPU
extern const mg__backend mg__backend_cpu;
#endif

#define MG__KERNEL_INPUTS 8 /* a kernel with more has its inputs' list in the session's shared memory */

/* Runs one kernel step, or one copy, with the session's pointers. */
mg_status mg__run_kernel(mg_session *session, const mg__step *step);
void mg__run_copy(mg_session *session, const mg__step *step);
/* Whether an update may be written now. */
bool mg__update_allowed(const mg_session *session, bool guarded, int predicate);

/* Binds inputs and computes the run's scalars, without running anything. */
mg_status mg__replay_begin(mg_session *session, const mg_tensor *inputs);

/* The reference interpreter of a loop, an element at a time in f64. false: no memory. */
bool mg__loop_reference(mg_session *session, const mg__loop *loop);

#endif
