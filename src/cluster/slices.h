/* Rows cut into slices by their number alone, done by all threads; what slices give is added up in their order. */
#ifndef MG_CLUSTER_SLICES_H
#define MG_CLUSTER_SLICES_H

#include "base/threads.h"

#define MG__SLICES 32 /* at most */

/* How many slices so many rows have, where each takes `bytes` of memory: at most 64 MB together. */
int64_t mg__slice_count(int64_t rows, size_t bytes);
/* Where one begins; slice == slices: where the last ends. */
int64_t mg__slice_begin(int64_t rows, int64_t slices, int64_t slice);

/* Does work(user, slice, worker) for each; worker < mg__slice_workers(context). */
typedef void mg__slice_work(void *user, int64_t slice, int worker);
void mg__slices_run(mg_context *context, int64_t slices, mg__slice_work *work, void *user);
int mg__slice_workers(mg_context *context);

#endif
