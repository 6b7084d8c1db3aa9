/* The plug-in for MPI: the table of src/tune/mpi.h on the calls of whatever MPI it was built with. The state is the process's, as
 * MPI's own is. */
#define _POSIX_C_SOURCE 200809L
#include "tune/mpi.h"

#include <limits.h>
#include <mpi.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PATIENCE 60 /* seconds for the rest of a message whose beginning is here */

static MPI_Comm ours = MPI_COMM_NULL; /* apart from what the program itself may send */
static bool begun, gone;

/* Waits for the other ranks, which would be for ever where one is gone. */
static void end(void) {
    int ended = 0;
    if (gone || MPI_Finalized(&ended) != MPI_SUCCESS || ended) return;
    MPI_Comm_free(&ours);
    MPI_Finalize();
}

static bool begin(int *rank, int *ranks) {
    int before = 0, level;
    if (!begun) {
        MPI_Initialized(&before);
        if (!before && MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level) != MPI_SUCCESS) return false;
        if (MPI_Comm_dup(MPI_COMM_WORLD, &ours) != MPI_SUCCESS) return false;
        MPI_Comm_set_errhandler(ours, MPI_ERRORS_RETURN);
        if (!before) atexit(end);
        begun = true;
    }
    return MPI_Comm_rank(ours, rank) == MPI_SUCCESS && MPI_Comm_size(ours, ranks) == MPI_SUCCESS;
}

static bool probe(int from, int *kind, size_t *bytes) {
    int flag = 0, count;
    MPI_Status status;
    if (MPI_Iprobe(from, MPI_ANY_TAG, ours, &flag, &status) != MPI_SUCCESS || !flag) return false;
    if (MPI_Get_count(&status, MPI_BYTE, &count) != MPI_SUCCESS || count < 0) return false;
    *kind = status.MPI_TAG;
    *bytes = (size_t)count;
    return true;
}

static bool receive(int from, int kind, void *data, size_t bytes) {
    MPI_Request request;
    time_t start = time(NULL);
    int flag = 0;
    if (MPI_Irecv(data, (int)bytes, MPI_BYTE, from, kind, ours, &request) != MPI_SUCCESS) return false;
    for (;;) {
        if (MPI_Test(&request, &flag, MPI_STATUS_IGNORE) != MPI_SUCCESS) return false;
        if (flag) return true;
        if (difftime(time(NULL), start) > PATIENCE) return false;
        nanosleep(&(struct timespec){ .tv_nsec = 20000 }, NULL);
    }
}

_Static_assert(sizeof(MPI_Request) <= sizeof(uint64_t), "a request fits into the table's");

static bool send(int to, int kind, const void *data, size_t bytes, mg__mpi_request *request) {
    MPI_Request own;
    if (bytes > INT_MAX || MPI_Isend(data, (int)bytes, MPI_BYTE, to, kind, ours, &own) != MPI_SUCCESS) return false;
    memcpy(&request->handle, &own, sizeof own);
    return true;
}

static bool sent(mg__mpi_request *request) {
    MPI_Request own;
    int flag = 0;
    memcpy(&own, &request->handle, sizeof own);
    if (MPI_Test(&own, &flag, MPI_STATUS_IGNORE) != MPI_SUCCESS) return true; /* it never will be */
    memcpy(&request->handle, &own, sizeof own);
    return flag != 0;
}

static void give_up(void) { gone = true; }

extern const mg__mpi mg__mpi_plugin;
const mg__mpi mg__mpi_plugin = {
    .size = sizeof(mg__mpi), .begin = begin, .probe = probe, .receive = receive, .send = send, .sent = sent, .give_up = give_up
};
