/* The crew's part on other ranks: rank 0 sends jobs and stop, the others send results, and a sign of life each second. */
#ifndef MG_TUNE_CREW_MPI_H
#define MG_TUNE_CREW_MPI_H

#include "tune/crew_threads.h"

typedef struct mg__ranks mg__ranks;

/* Meets the other ranks that mpirun started; seats: workers in this process. NULL on failure, on all ranks (see mg__crew_open).
 * Only where mg_ranks() > 1. */
mg__ranks *mg__ranks_open(mg_context *context, int seats, uint64_t alike);
/* Rank 0 says that it is done; the jobs of other ranks must have been taken, or be dropped. It waits until all have heard. */
void mg__ranks_close(mg__ranks *ranks);

int mg__ranks_rank(const mg__ranks *ranks);
int mg__ranks_count(const mg__ranks *ranks);
const char *mg__ranks_warning(const mg__ranks *ranks); /* as mg__crew_warning */

/* Rank 0: of all others together. */
int mg__ranks_seats(const mg__ranks *ranks);
int mg__ranks_busy(const mg__ranks *ranks);
mg_status mg__ranks_give(mg__ranks *ranks, int64_t tag, const mg__message *job);
/* A result that has arrived, without waiting; MG_LOST: a rank died. */
mg_status mg__ranks_take(mg__ranks *ranks, mg__done *done);
mg_status mg__ranks_stop(mg__ranks *ranks);

/* Other ranks: does with the squad what rank 0 asks for, until it is done. MG_LOST: rank 0 died. */
mg_status mg__ranks_serve(mg__ranks *ranks, mg__squad *squad);

/* A wait that begins short and grows: MPI has none that leaves the core to others. */
double mg__ranks_pause(double before);
void mg__ranks_rest(double seconds);

#endif
