/* The rank, as launchers tell it. */
#if (defined(__unix__) || defined(__APPLE__)) && !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L /* unsetenv */
#endif
#include "tune/ranks.h"

#include <micrograd/ranks.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The variables of a launcher. Slurm's own are set for every srun; only with PMI beside them can ranks find each other. */
typedef struct launcher {
    const char *rank, *ranks;
} launcher;

static const launcher launchers[] = {
    { "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE" }, /* Open MPI's mpirun */
    { "PMI_RANK", "PMI_SIZE" },                         /* MPICH, Intel MPI; srun --mpi=pmi2 */
    { "PMIX_RANK", "SLURM_STEP_NUM_TASKS" },            /* srun --mpi=pmix */
};

/* -1: no whole number. */
static int variable(const char *name) {
    const char *text = getenv(name);
    char *end;
    if (!text || !*text) return -1;
    long value = strtol(text, &end, 10);
    return *end || value < 0 || value > INT_MAX ? -1 : (int)value;
}

static void find(int *rank, int *ranks) {
    *rank = 0, *ranks = 1;
    const char *how = getenv("MICROGRAD_MPI");
    if (how && strcmp(how, "off") == 0) return;
    for (size_t i = 0; i < sizeof launchers / sizeof *launchers; i++) {
        int r = variable(launchers[i].rank), n = variable(launchers[i].ranks);
        if (r < 0 || n <= r) continue;
        *rank = r, *ranks = n;
        return;
    }
}

int mg_rank(void) {
    int rank, ranks;
    find(&rank, &ranks);
    return rank;
}

int mg_ranks(void) {
    int rank, ranks;
    find(&rank, &ranks);
    return ranks;
}

#if defined(__unix__) || defined(__APPLE__)
void mg__ranks_forget(void) {
    for (size_t i = 0; i < sizeof launchers / sizeof *launchers; i++) unsetenv(launchers[i].rank);
}
#else
void mg__ranks_forget(void) {}
#endif
