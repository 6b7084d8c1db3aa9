/* micrograd/ranks.h: a program that mpirun started several times.
 *
 *     if (mg_rank() == 0) printf("accuracy %.4f\n", score);
 *
 * mg_tune and mg_cross_validate spread their work over all ranks; each rank must call them alike. On ranks other than 0 they do
 * what rank 0 asks for, and their result says that this rank only served. Everything else runs in each rank for itself. Needs the
 * plug-in libmicrograd_mpi.so; see docs/guide/many-machines.md. */
#ifndef MICROGRAD_RANKS_H
#define MICROGRAD_RANKS_H

#ifdef __cplusplus
extern "C" {
#endif

/* This process among those that mpirun (or srun with PMI or PMIx) started, from 0, and their number: read from the environment,
 * without MPI. 0 and 1 without mpirun, and where the environment says MICROGRAD_MPI=off. */
int mg_rank(void);
int mg_ranks(void);

#ifdef __cplusplus
}
#endif
#endif
