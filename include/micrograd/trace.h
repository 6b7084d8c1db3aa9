/* micrograd/trace.h: what the steps of a program do, and how long they take.
 *
 *     mg_trace *trace = mg_trace_create(ctx, NULL);
 *     mg_session_trace(run, trace, "training");
 *     for (int i = 0; i < 100; i++) mg_run(run, inputs, &loss);
 *     mg_trace_row rows[64];
 *     int64_t count = mg_trace_rows(trace, rows, 64);  // slowest first
 *     mg_trace_write(trace, mg_write_file, file);      // for Perfetto or chrome://tracing
 *     mg_trace_destroy(trace);
 *
 * A session that is not traced pays one predictable branch a step for it.
 */
#ifndef MICROGRAD_TRACE_H
#define MICROGRAD_TRACE_H

#include <micrograd/program.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- the steps of a program -------------------------------------------------------------------------- */

typedef enum mg_pass { MG_PASS_FORWARD, MG_PASS_BACKWARD, MG_PASS_UPDATE, MG_PASS_OTHER } mg_pass;
const char *mg_pass_name(mg_pass pass); /* "forward", "backward", "update", "" */

typedef struct mg_step_info {
    char layer[96]; /* scope of the nodes that it computes, or of most of them; "" where there was none */
    char op[96];    /* "product A' relu", "loop sub exp sum_row", "gather" */
    char shape[64]; /* of a product "m x n x k", of a loop "rows x columns", else of what it gives */
    mg_pass pass;
    double flops; /* in one run: 2 m n k of a product, else an operation an element and instruction */
    double bytes; /* likewise: what it reads and writes, each element once */
} mg_step_info;

int64_t mg_program_steps(const mg_program *program);
/* MG_INVALID where there is no such step. */
mg_status mg_program_step(const mg_program *program, int64_t index, mg_step_info *info);

/* The program as a Graphviz graph: a box a step, an edge for each buffer from the step that wrote it to those that read it, with
 * its bytes; beside it a table of the buffers of the workspace: when they are alive and where they lie. */
mg_status mg_program_write_dot(const mg_program *program, mg_writer *writer, void *user);

/* --- traces ------------------------------------------------------------------------------------------ */

typedef struct mg_trace mg_trace;

typedef struct mg_trace_options {
    int64_t spans; /* of each session and thread that are kept for mg_trace_write, the first ones; 0 (default): none */
} mg_trace_options;

mg_trace_options mg_trace_defaults(void);

/* Holds what the sessions measure that are given it; it outlives them, and the context outlives it. NULL without memory. */
mg_trace *mg_trace_create(mg_context *context, const mg_trace_options *options);
void mg_trace_destroy(mg_trace *trace); /* NULL is fine */

/* From now on the session's runs are measured under this name; NULL: no longer. All memory is taken here, none in a run. Not
 * while another session of the trace is being added in another thread; running them at once is fine. */
mg_status mg_session_trace(mg_session *session, mg_trace *trace, const char *name);

/* What the steps of one layer, op and pass took, of all sessions of one name. */
typedef struct mg_trace_row {
    const char *session; /* the name; belongs to the trace */
    mg_step_info step;   /* flops and bytes: of all calls; shape: of the largest */
    int64_t calls;
    double seconds;        /* on the clock */
    double thread_seconds; /* times the threads that the run had */
} mg_trace_row;

/* Slowest first; returns how many there are (may exceed the capacity), -1 without memory. Between runs only, as the next. */
int64_t mg_trace_rows(const mg_trace *trace, mg_trace_row *rows, int64_t capacity);
/* JSON in Chrome's trace format, which Perfetto reads: a track a thread, a slice a step. Times count from the first of them. */
mg_status mg_trace_write(const mg_trace *trace, mg_writer *writer, void *user);

/* --- the machine ------------------------------------------------------------------------------------- */

/* What the threads of a context can do together, measured in about 50 ms: single-precision fused multiply-adds on registers (2
 * operations each; 0 where the processor has none that we know), and bytes read and written in a = a + b c over `bytes` of memory
 * in all. */
typedef struct mg_machine {
    int threads;
    double flops, bandwidth; /* a second */
} mg_machine;
mg_status mg_machine_measure(mg_context *context, size_t bytes, mg_machine *machine);

#ifdef __cplusplus
}
#endif
#endif
