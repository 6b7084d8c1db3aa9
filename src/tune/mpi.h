/* MPI as the crew needs it: what the plug-in libmicrograd_mpi.so (src/mpi) offers. It is opened only where mpirun started several
 * ranks, so nothing else needs MPI or waits for it. All calls come from one thread. */
#ifndef MG_TUNE_MPI_H
#define MG_TUNE_MPI_H

#include "base/base.h"

/* A message on its way; the plug-in's own. */
typedef struct mg__mpi_request {
    uint64_t handle;
} mg__mpi_request;

typedef struct mg__mpi {
    size_t size; /* of this struct: a plug-in of another version is told by it */
    /* Begins MPI where the program has not; ends it when the program ends. */
    bool (*begin)(int *rank, int *ranks);
    /* Is there a message of this rank that was not received? */
    bool (*probe)(int from, int *kind, size_t *bytes);
    bool (*receive)(int from, int kind, void *data, size_t bytes); /* the one that was probed; false: it did not come whole */
    /* Begins to send; data must stay until it is sent. At most INT_MAX bytes. */
    bool (*send)(int to, int kind, const void *data, size_t bytes, mg__mpi_request *request);
    bool (*sent)(mg__mpi_request *request);
    /* A rank is gone: the program must end without waiting for it. */
    void (*give_up)(void);
} mg__mpi;

#define MG__MPI_FILE   "libmicrograd_mpi.so"
#define MG__MPI_SYMBOL "mg__mpi_plugin" /* a const mg__mpi */

/* Opens the plug-in: MICROGRAD_MPI (a file), or MG__MPI_FILE beside the program or library, in the folder of libraries where that
 * is installed, or where the system looks. NULL: MG_UNSUPPORTED. It stays open. */
const mg__mpi *mg__mpi_open(mg_context *context);

#endif
