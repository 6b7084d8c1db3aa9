/* A pool of threads that work through numbered tiles. One pool a context; see docs/decisions for why it is our own. */
#ifndef MG_THREADS_H
#define MG_THREADS_H

#include "base/base.h"

typedef struct mg__pool mg__pool;

/* A pool of `threads` workers, the caller being worker 0. NULL: no memory or the system gave no thread. */
mg__pool *mg__pool_create(mg_context *context, int threads);
void mg__pool_destroy(mg__pool *pool); /* NULL is fine */
int mg__pool_threads(const mg__pool *pool);

/* Runs function(user, worker) once on each of the workers 0..n-1 and returns when all are done. A program's run is one such
 * region ("fork once"): inside it, steps are separated by mg__pool_barrier and cut into tiles claimed by mg__pool_next.
 * Denormals are flushed to zero in all workers inside the region, the caller's mode restored after it. */
typedef void mg__region(void *user, int worker);
void mg__pool_run(mg__pool *pool, mg__region *function, void *user);

/* Inside a region. All workers wait for each other (about 20 us of spinning, then sleeping). */
void mg__pool_barrier(mg__pool *pool);

/* A counter of tiles that workers claim in turn: returns 0, 1, 2 ... below `count`, then -1. Which worker gets which tile is not
 * fixed; what a tile computes must not depend on it. `slot` (0 or 1) alternates from step to step, because a fast worker may
 * start the next step while a slow one still asks this one; mg__pool_reset_tiles(pool, slot) by one worker between barriers. */
int64_t mg__pool_next(mg__pool *pool, int slot, int64_t count);
void mg__pool_reset_tiles(mg__pool *pool, int slot);

/* The context's own pool, made at the first call; NULL where threads == 1 or none could be made (then work on one). */
mg__pool *mg__context_pool(mg_context *context);

/* Flush denormals to zero in this thread; returns the mode to restore. Does nothing where the machine has no such mode. */
unsigned mg__denormals_flush(void);
void mg__denormals_restore(unsigned mode);

#endif
