/* The memory that a session works in: the workspace, what its threads share, and what each has of its own. Nothing in it outlives
 * a run but the outputs, so sessions that never run at once can take the same. */
#ifndef MG_SCRATCH_H
#define MG_SCRATCH_H

#include <micrograd/program.h>

typedef struct mg__scratch {
    mg_context *context;
    int threads;
    size_t workspace_bytes, shared_bytes, worker_bytes;
    unsigned char *workspace, *shared, **workers;
} mg__scratch;

/* Room for every program of the list, zeroed; NULL ones are left out. Closed by the caller, on failure too. */
mg_status mg__scratch_open(mg__scratch *scratch, mg_context *context, int threads, const mg_program *const *programs,
                           size_t count);
void mg__scratch_close(mg__scratch *scratch);
/* What open asks the allocator for: bytes that hold values, and what comes on top. */
typedef struct mg__scratch_size {
    size_t values, headers;
} mg__scratch_size;
mg__scratch_size mg__scratch_measure(int threads, const mg_program *const *programs, size_t count);

/* A session that works in the scratch of others: it must be wide enough, and outlive the session. */
mg_session *mg__session_create_in(mg_context *context, const mg_program *program, mg_parameters *parameters,
                                  const mg__scratch *scratch);

#endif
