#include "cluster/slices.h"

int64_t mg__slice_count(int64_t rows, size_t bytes) {
    int64_t wanted = (rows + 1023) / 1024, room = bytes > 0 ? (int64_t)(((size_t)1 << 26) / bytes) : MG__SLICES;
    wanted = wanted < MG__SLICES ? wanted : MG__SLICES;
    wanted = wanted < room ? wanted : room;
    return wanted > 1 ? wanted : 1;
}

int64_t mg__slice_begin(int64_t rows, int64_t slices, int64_t slice) {
    int64_t longer = rows % slices; /* the first ones have a row more */
    return rows / slices * slice + (slice < longer ? slice : longer);
}

typedef struct region {
    mg__pool *pool;
    int64_t slices;
    mg__slice_work *work;
    void *user;
} region;

static void take(void *user, int worker) {
    region *r = user;
    for (int64_t slice; (slice = mg__pool_next(r->pool, 0, r->slices)) >= 0;) r->work(r->user, slice, worker);
}

int mg__slice_workers(mg_context *context) {
    mg__pool *pool = mg__context_pool(context);
    return pool ? mg__pool_threads(pool) : 1;
}

void mg__slices_run(mg_context *context, int64_t slices, mg__slice_work *work, void *user) {
    region r = { .pool = slices > 1 ? mg__context_pool(context) : NULL, .slices = slices, .work = work, .user = user };
    if (r.pool) {
        mg__pool_reset_tiles(r.pool, 0);
        mg__pool_run(r.pool, take, &r);
    } else {
        for (int64_t slice = 0; slice < slices; slice++) work(user, slice, 0);
    }
}
