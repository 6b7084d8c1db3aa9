/* A crew does jobs side by side: on threads of this process, and under mpirun on the other ranks too. A job and its result are
 * plain bytes; what a job comes to must depend on its bytes alone (and on what every rank has alike: data and settings), so that
 * it does not matter who did it. One thread hands out and collects; in which order results come depends on timing, so their
 * order must be that of their tags.
 *
 * Under mpirun every rank runs the same program on the same command line, and comes to the same mg__crew_open calls in the same
 * order, also a rank 0 that finds nothing to do. Rank 0 goes on from there. On the others the call does rank 0's jobs until it
 * closes the crew; then mg__crew_served is true, and all that is left to do is to close the crew and to return a result that says
 * so: nothing is written or printed but by rank 0.
 *
 *     mg__crew *crew = mg__crew_open(context, MG_AUTO, alike, work, user);
 *     if (!crew) return mg_context_status(context);
 *     while (status == MG_OK && !mg__crew_served(crew) && ...) {
 *         while (mg__crew_idle(crew) && ...) mg__crew_give(crew, tag, &job);
 *         status = mg__crew_take(crew, 0.1, &tag, &result, &failed, message);
 *         ...
 *     }
 *     mg__crew_close(crew);
 */
#ifndef MG_TUNE_CREW_H
#define MG_TUNE_CREW_H

#include "base/base.h"

#include <stdatomic.h>

#define MG__CREW_MOST 256 /* workers of a process */

/* What workers are told and tell: bytes of a context's memory. */
typedef struct mg__message {
    void *data;
    size_t size;
} mg__message;

typedef struct mg__crew mg__crew;

/* Does one job. Runs in a thread of its own, several at once, with a context of its own, of one thread, unless there is but one
 * worker, which has the caller's number of threads. `*stop` becomes true when it should end early. The result is allocated in
 * `context`; what a job that failed left there is freed. */
typedef mg_status mg__crew_work(void *user, mg_context *context, const mg__message *job, const atomic_bool *stop,
                                mg__message *result);

/* workers: 1 to MG__CREW_MOST in this process and, under mpirun, in each rank, rank 0 included; MG_AUTO: as many as the context
 * has threads, under mpirun one a rank. alike: a hash of all that jobs depend on besides their bytes, which every rank must have
 * alike. NULL on failure: MG_OUT_OF_MEMORY, MG_INVALID (workers out of range; a rank has another `alike`), MG_UNSUPPORTED (under
 * mpirun without the plug-in for MPI, or with that of another MPI). */
mg__crew *mg__crew_open(mg_context *context, int workers, uint64_t alike, mg__crew_work *work, void *user);
/* Tells running jobs to stop, waits for them and drops their results. NULL is fine. */
void mg__crew_close(mg__crew *crew);

bool mg__crew_served(const mg__crew *crew); /* this is not rank 0, and rank 0 is done */
/* A sentence for the user, or NULL: a rank runs another build, so that results may differ in their last digits. */
const char *mg__crew_warning(const mg__crew *crew);
int mg__crew_ranks(const mg__crew *crew); /* 1 without mpirun */

int mg__crew_workers(const mg__crew *crew); /* of all ranks */
int mg__crew_idle(const mg__crew *crew);    /* workers without a job */
int mg__crew_busy(const mg__crew *crew);    /* jobs whose result was not taken */
/* Gives a job, copied, to an idle worker. `tag` comes back with its result. */
mg_status mg__crew_give(mg__crew *crew, int64_t tag, const mg__message *job);
/* Waits up to so many seconds for a result; *tag -1: none came, or no job is running. A job's failure is `failed` and its
 * message, not an error of the crew; an error of the crew is a rank that died (MG_LOST). The result is the caller's to
 * free. Without threads the job is done in this call. */
mg_status mg__crew_take(mg__crew *crew, double seconds, int64_t *tag, mg__message *result, mg_status *failed,
                        char message[MG__MESSAGE_BYTES]);
void mg__crew_stop(mg__crew *crew); /* tells the jobs that run now to end early; their results still come */

#endif
