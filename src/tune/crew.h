/* A crew does jobs side by side: on threads of this process, or on the other ranks under mpirun. A job and its result are plain
 * bytes; what a job comes to must depend on its bytes alone, so that it does not matter who did it. One thread hands out and
 * collects. */
#ifndef MG_TUNE_CREW_H
#define MG_TUNE_CREW_H

#include "base/base.h"

/* Bytes of the worker's own context; the crew frees them. */
typedef struct mg__bytes {
    void *data;
    size_t size;
} mg__bytes;

typedef struct mg__crew mg__crew;

/* Does one job. Runs in a thread of its own with a context of its own, of one thread, unless there is but one worker, which has
 * the caller's number of threads. `*stop` becomes true when it should end early. */
typedef mg_status mg__crew_work(void *user, mg_context *context, const mg__bytes *job, const atomic_bool *stop,
                                mg__bytes *result);

/* workers: 1 to 256. Under MPI (mg__mpi_open found ranks) the other ranks work instead of threads. NULL on failure. */
mg__crew *mg__crew_open(mg_context *context, int workers, mg__crew_work *work, void *user);
void mg__crew_close(mg__crew *crew); /* tells running jobs to stop, and waits for them */

int mg__crew_idle(const mg__crew *crew); /* workers without a job */
int mg__crew_busy(const mg__crew *crew);
/* Gives a job, copied, to an idle worker. `tag` comes back with its result. */
mg_status mg__crew_give(mg__crew *crew, int64_t tag, const mg__bytes *job);
/* Waits up to so many seconds for a result; *tag -1: none came. A job's failure is `failed` and its message, not an error of the
 * crew; an error of the crew is a rank that died. The result is the caller's to free. */
mg_status mg__crew_take(mg__crew *crew, double seconds, int64_t *tag, mg__bytes *result, mg_status *failed,
                        char message[MG__MESSAGE_BYTES]);
void mg__crew_stop(mg__crew *crew); /* tells running jobs to end early; results still come */

#endif
