/* The pool of threads: what it promises about workers, barriers and tiles; for any number of threads, also more than cores. */
#include "base/threads.h"

#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/failing_allocator.h"

#define MOST  8
#define STEPS 50
#define TILES 97

typedef struct job {
    mg__pool *pool;
    int calls[MOST];             /* by worker */
    int64_t owner[STEPS][TILES]; /* 1 + the worker that took the tile */
    int64_t values[2][TILES];    /* plain memory: only the barriers order it */
    int wrong;
    double tiny;
    double flushed[MOST];
} job;

static mg_context *context_of(int threads) {
    mg_context_options options = mg_context_defaults();
    options.threads = threads;
    return mg_context_create(&options);
}

static void count_call(void *user, int worker) { ((job *)user)->calls[worker]++; }

static void each_worker_runs_a_region_once(void **state) {
    (void)state;
    for (int threads = 1; threads <= MOST; threads++) {
        mg_context *context = context_of(threads);
        mg__pool *pool = mg__pool_create(context, threads);
        assert_non_null(pool);
        int workers = mg__pool_threads(pool);
        assert_in_range(workers, 1, threads);
        job work = { .pool = pool };
        for (int run = 0; run < 100; run++) mg__pool_run(pool, count_call, &work);
        for (int i = 0; i < MOST; i++) assert_int_equal(work.calls[i], i < workers ? 100 : 0);
        mg__pool_destroy(pool);
        mg_context_destroy(context);
    }
    mg__pool_destroy(NULL);
    assert_int_equal(mg__pool_threads(NULL), 1);
}

/* Step s: values[s % 2][t] = values[other][t] + values[other][t + 1] + s, tiles claimed in any order. */
static void claim_tiles(void *user, int worker) {
    job *work = user;
    for (int step = 0; step < STEPS; step++) {
        const int64_t *from = work->values[(step + 1) % 2];
        int64_t *to = work->values[step % 2];
        for (int64_t tile; (tile = mg__pool_next(work->pool, step % 2, TILES)) >= 0;) {
            work->owner[step][tile] += worker + 1;
            to[tile] = (from[tile] + from[(tile + 1) % TILES] + step) % 1000003;
        }
        if (worker == 0) mg__pool_reset_tiles(work->pool, (step + 1) % 2);
        mg__pool_barrier(work->pool);
    }
}

static void every_tile_is_claimed_once_and_barriers_order_memory(void **state) {
    (void)state;
    int64_t wanted[2][TILES];
    for (int threads = 1; threads <= MOST; threads++) {
        mg_context *context = context_of(threads);
        job work = { .pool = mg__pool_create(context, threads) };
        assert_non_null(work.pool);
        for (int64_t i = 0; i < TILES; i++) work.values[1][i] = i * i;
        mg__pool_run(work.pool, claim_tiles, &work);
        for (int step = 0; step < STEPS; step++)
            for (int tile = 0; tile < TILES; tile++) assert_in_range(work.owner[step][tile], 1, MOST);
        if (threads == 1) memcpy(wanted, work.values, sizeof wanted);
        assert_memory_equal(work.values, wanted, sizeof wanted);
        mg__pool_destroy(work.pool);
        mg_context_destroy(context);
    }
}

/* Worker `step % workers` is slow, so that the others fall asleep in the barrier. */
static void wait_for_a_slow_worker(void *user, int worker) {
    job *work = user;
    int workers = mg__pool_threads(work->pool);
    for (int step = 0; step < 20; step++) {
        if (step % workers == worker) {
            volatile double sink = 0;
            for (int i = 0; i < 300000; i++) sink = sink + 1;
            work->values[0][0]++;
        }
        mg__pool_barrier(work->pool);
        if (work->values[0][0] != step + 1) work->flushed[worker] = 1;
        mg__pool_barrier(work->pool);
    }
}

static void sleeping_workers_are_woken(void **state) {
    (void)state;
    static const int counts[] = { 2, 3, 8 };
    for (size_t i = 0; i < 3; i++) {
        mg_context *context = context_of(counts[i]);
        job work = { .pool = mg__pool_create(context, counts[i]) };
        mg__pool_run(work.pool, wait_for_a_slow_worker, &work);
        assert_int_equal(work.values[0][0], 20);
        for (int k = 0; k < MOST; k++) assert_true(work.flushed[k] == 0);
        mg__pool_destroy(work.pool);
        mg_context_destroy(context);
    }
}

static void nothing_is_allocated_in_a_region(void **state) {
    (void)state;
    failing_allocator memory = { 0 };
    mg_context *context = failing_allocator_context(&memory);
    static job work;
    work = (job){ .pool = mg__pool_create(context, 2) };
    size_t before = memory.calls;
    mg__pool_run(work.pool, claim_tiles, &work);
    assert_int_equal(memory.calls, before);
    mg__pool_destroy(work.pool);
    mg_context_destroy(context);
    assert_int_equal(memory.blocks, 0);
}

static bool create_a_pool(mg_context *context, void *user) {
    (void)user;
    mg__pool *pool = mg__pool_create(context, 2);
    mg__pool_destroy(pool);
    return pool != NULL;
}

static void a_pool_without_memory_fails_cleanly(void **state) {
    (void)state;
    assert_int_equal(failing_allocator_exhaust(create_a_pool, NULL), 2);
}

static void halve_a_tiny_number(void *user, int worker) {
    job *work = user;
    volatile double half = work->tiny;
    half = half / 2;
    work->flushed[worker] = half;
}

static void denormals_are_flushed_inside_and_kept_outside(void **state) {
    (void)state;
    volatile double tiny = DBL_MIN;
    unsigned mode = mg__denormals_flush();
    volatile double inside = tiny / 2;
    mg__denormals_restore(mode);
    assert_true(tiny / 2 > 0);
    mg_context *context = context_of(2);
    job work = { .pool = mg__pool_create(context, 2), .tiny = DBL_MIN };
    mg__pool_run(work.pool, halve_a_tiny_number, &work);
    assert_true(tiny / 2 > 0);
    for (int i = 0; i < mg__pool_threads(work.pool); i++) assert_true(work.flushed[i] == inside);
#if defined(__SSE2__) || defined(__aarch64__)
    assert_true(inside == 0);
#endif
    mg__pool_destroy(work.pool);
    mg_context_destroy(context);
}

static void a_context_of_one_thread_has_no_pool(void **state) {
    (void)state;
    mg_context *context = context_of(1);
    assert_null(mg__context_pool(context));
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_worker_runs_a_region_once),
        cmocka_unit_test(every_tile_is_claimed_once_and_barriers_order_memory),
        cmocka_unit_test(sleeping_workers_are_woken),
        cmocka_unit_test(nothing_is_allocated_in_a_region),
        cmocka_unit_test(a_pool_without_memory_fails_cleanly),
        cmocka_unit_test(denormals_are_flushed_inside_and_kept_outside),
        cmocka_unit_test(a_context_of_one_thread_has_no_pool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
