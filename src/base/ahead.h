/* One thread that does the next piece of work while the caller does something else: reading and gathering ahead. */
#ifndef MG_AHEAD_H
#define MG_AHEAD_H

#include "base/base.h"

typedef struct mg__ahead mg__ahead;
typedef void mg__ahead_job(void *user);

/* NULL where there can be no thread: the caller then does the job itself. It is no failure, and leaves no message. */
mg__ahead *mg__ahead_create(mg_context *context, mg__ahead_job *job, void *user);
/* Has the job done once more beside the caller, after the one before where that is not done yet. */
void mg__ahead_start(mg__ahead *ahead);
/* Returns when every job that was started is done; what they wrote is then the caller's to read. NULL is fine. */
void mg__ahead_wait(mg__ahead *ahead);
/* Waits, and ends the thread. NULL is fine. */
void mg__ahead_destroy(mg__ahead *ahead);

#endif
