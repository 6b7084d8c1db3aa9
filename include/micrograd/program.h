/* micrograd/program.h: compiling a staged graph and running it.
 *
 * A program is what outputs and updates of a graph compile to: immutable, shareable between threads. A session binds it to
 * parameters and workspace and runs it; nothing is allocated in a run. A whole training step (forward, backward, clipping,
 * optimiser) is one program.
 *
 *     mg_program *step = mg_compile(g, MG_CPU, &loss, 1);
 *     mg_session *run = mg_session_create(ctx, step, NULL);
 *     for (int i = 0; i < 100; i++) mg_run(run, (mg_tensor[]){ x, t }, &value);
 */
#ifndef MICROGRAD_PROGRAM_H
#define MICROGRAD_PROGRAM_H

#include <micrograd/parameters.h>

#ifdef __cplusplus
extern "C" {
#endif

/* leaf := node after each run; every read in a run sees the value from before it. The leaf is one of mg_parameter_leaf or
 * mg_slot_leaf. An update with a predicate (one element; NULL: always) is only written where that is not 0: if false, nothing is.
 */
mg_status mg_update(mg_node *leaf, mg_node *node);
mg_status mg_update_if(mg_node *leaf, mg_node *node, mg_node *predicate);

/* Every update of the graph, made before or after, is written only where this is not 0 as well (for example "loss and gradient
 * norm are finite"); where it is 0, mg_run says MG_NOT_FINITE. */
mg_status mg_graph_guard_updates(mg_graph *graph, mg_node *predicate);

typedef enum mg_backend_id {
    MG_REFERENCE, /* every node by its plain kernel: slow and obviously right */
    MG_CPU,       /* fused loops, vector instructions, threads; the reference where the build has no cpu backend */
} mg_backend_id;

typedef struct mg_program mg_program;

/* Compiles the outputs and all updates of a staged graph; the graph may be destroyed afterwards. NULL on failure, with the
 * message on the context. */
mg_program *mg_compile(mg_graph *graph, mg_backend_id backend, mg_node *const *outputs, int count);
void mg_program_destroy(mg_program *program); /* after its sessions; NULL is fine */

int mg_program_inputs(const mg_program *program);
int mg_program_outputs(const mg_program *program);

/* What a session of this program takes, to the byte, known before it runs: mg_session_create asks the allocator for workspace +
 * headers, and, where its stores have no memory yet, for parameters; mg_run asks for none. (The context's threads, made with the
 * first session that works on several, are not counted.) Inputs and outputs are the caller's. */
typedef struct mg_memory {
    size_t workspace;  /* values between steps, scratch of the threads included */
    size_t parameters; /* weights, state and optimiser slots of the stores it uses */
    size_t headers;    /* pointers, scalars, and what blocks of memory take beside their contents */
    size_t inputs, outputs;
    size_t program; /* the instructions themselves */
} mg_memory;
mg_memory mg_program_memory(const mg_program *program, int threads);

/* One line a step: what it does, on which shapes, how many operations. For people and tests. */
mg_status mg_program_write_text(const mg_program *program, mg_writer *writer, void *user);
double mg_program_flops(const mg_program *program); /* of the products in one run: 2 m n k each */

typedef struct mg_session mg_session;

/* Binds a program to its store (NULL: the one that the graph was built with; otherwise a store of the same layout). Freezes the
 * store if that was not done. The context is the one whose threads run it. NULL on failure. */
mg_session *mg_session_create(mg_context *context, const mg_program *program, mg_parameters *parameters);
void mg_session_destroy(mg_session *session); /* NULL is fine */

/* Runs once: inputs in the order of mg_input, outputs in the order of mg_compile (each either borrowed memory of the right size
 * or, with data NULL, pointed at the session's own memory, valid until the next run). MG_NOT_FINITE where an update's predicate
 * was false; nothing was written then. */
mg_status mg_run(mg_session *session, const mg_tensor *inputs, mg_tensor *outputs);

/* Scalars of the session: "learning_rate" (default 0.01), or the name of any mg_run_scalar without a function. */
mg_status mg_session_set(mg_session *session, const char *name, double value);
void mg_session_set_seed(mg_session *session, uint64_t seed); /* of random numbers; default: the context's */
void mg_session_set_step(mg_session *session, uint64_t step); /* the number of runs done; the next is step + 1 */
uint64_t mg_session_step(const mg_session *session);
void mg_session_set_first_row(mg_session *session,
                              uint64_t row); /* of this call's rows in the whole batch, for random numbers; default 0 */

/* After a run that was not finite: runs the same step again, unfused, on the reference interpreter, without writing anything, and
 * puts into the message the first node that gave a value that is not finite: layer (scope), op, step, first rows, and the range
 * of the op's inputs. Needs mg_compile_checked. */
mg_status mg_session_explain(mg_session *session, const mg_tensor *inputs, char *message, size_t size);
/* As mg_compile, keeping what mg_session_explain needs. */
mg_program *mg_compile_checked(mg_graph *graph, mg_backend_id backend, mg_node *const *outputs, int count);

#ifdef __cplusplus
}
#endif
#endif
