/* The pool: POSIX threads around one barrier. A worker that has nothing to do has arrived at the barrier already, so starting a
 * region is the caller's own arrival, and the end of a region is one more:
 *
 *     caller:  set function | barrier | function(0) | barrier | return
 *     worker:                 barrier | function(i) | barrier | (again)
 *
 * What the caller wrote before a barrier is seen by all after it: each arrival releases, the last one acquires them all and
 * publishes the next round, which each waiter acquires. */
#if defined(__unix__) || defined(__APPLE__)
#if !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif
#elif !defined(MG__NO_THREADS)
#define MG__NO_THREADS
#endif
#if defined(__STDC_NO_ATOMICS__) && !defined(MG__NO_THREADS)
#define MG__NO_THREADS
#endif

#include "base/threads.h"

#include <string.h>

#if !defined(MG__NO_THREADS)

#include "base/system.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <time.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define LINE         64    /* what different workers write lies on different cache lines */
#define SPIN_NS      20000 /* a sleep and a wake-up cost about as much */
#define SPINS_A_LOOK 32    /* pauses between two looks at the clock */
#define YIELDS       16    /* where workers outnumber cores, the one that is waited for may need this very core */
#define SPINS_LIMIT  65536 /* a clock that stands still must not keep a core busy */

typedef struct worker {
    mg__pool *pool;
    int index;
    pthread_t thread;
} worker;

struct mg__pool {
    alignas(LINE) _Atomic int arrived;    /* workers that reached the barrier of this round */
    alignas(LINE) _Atomic unsigned round; /* goes up when the last one arrives: what the others wait for */
    alignas(LINE) _Atomic int sleepers;   /* waiters that sleep, or are about to */
    pthread_mutex_t mutex;                /* held around sleeping and waking only */
    pthread_cond_t wake;
    alignas(LINE) _Atomic int64_t tiles[2 * LINE / sizeof(int64_t)]; /* two counters, a line each */
    alignas(LINE) mg__region *function;                              /* NULL in a region: the workers leave */
    void *user;
    mg_context *context;
    int threads;
    bool crowded;
    worker workers[];
};

static void pause_briefly(void) {
#if defined(__SSE2__)
    _mm_pause();
#elif defined(__aarch64__) && defined(__GNUC__)
    __asm__ volatile("yield");
#endif
}

static int64_t now_ns(void) {
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) return 0;
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool passed(mg__pool *pool, unsigned round) { return atomic_load_explicit(&pool->round, memory_order_acquire) != round; }

/* true: the round has passed. false: waited long enough to sleep. */
static bool spin(mg__pool *pool, unsigned round) {
    int64_t start = 0;
    for (int i = 1; i <= SPINS_LIMIT; i++) {
        if (passed(pool, round)) return true;
        pause_briefly();
        if (i % SPINS_A_LOOK) continue;
        int64_t now = now_ns();
        if (!start) start = now;
        if (now - start > SPIN_NS) return false;
    }
    return false;
}

static bool yield_core(mg__pool *pool, unsigned round) {
    for (int i = 0; i < YIELDS; i++) {
        if (passed(pool, round)) return true;
        sched_yield();
    }
    return false;
}

/* A sleeper announces itself and then looks at the round; round_end raises the round and then looks for sleepers. All four are
 * sequentially consistent, so at least one of the two sees the other, and the mutex covers the time from the look to the sleep.
 */
static void sleep_through(mg__pool *pool, unsigned round) {
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->sleepers, 1);
    while (atomic_load(&pool->round) == round) pthread_cond_wait(&pool->wake, &pool->mutex);
    atomic_fetch_sub(&pool->sleepers, 1);
    pthread_mutex_unlock(&pool->mutex);
}

static void round_end(mg__pool *pool) {
    atomic_store_explicit(&pool->arrived, 0, memory_order_relaxed);
    atomic_fetch_add(&pool->round, 1);
    if (atomic_load(&pool->sleepers) == 0) return;
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
}

void mg__pool_barrier(mg__pool *pool) {
    if (pool->threads == 1) return;
    unsigned round = atomic_load_explicit(&pool->round, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&pool->arrived, 1, memory_order_acq_rel) == pool->threads - 1) {
        round_end(pool);
    } else if (!(pool->crowded ? yield_core(pool, round) : spin(pool, round))) {
        sleep_through(pool, round);
    }
}

static void *worker_main(void *user) {
    worker *self = user;
    mg__pool *pool = self->pool;
    pthread_mutex_lock(&pool->mutex); /* the creator holds it until it knows how many workers there are */
    pthread_mutex_unlock(&pool->mutex);
    mg__denormals_flush();
    for (;;) {
        mg__pool_barrier(pool);
        if (!pool->function) return NULL;
        pool->function(pool->user, self->index);
        mg__pool_barrier(pool);
    }
}

void mg__pool_run(mg__pool *pool, mg__region *function, void *user) {
    unsigned mode = mg__denormals_flush();
    pool->function = function;
    pool->user = user;
    mg__pool_barrier(pool);
    function(user, 0);
    mg__pool_barrier(pool);
    mg__denormals_restore(mode);
}

/* Signals are the program's business: its handlers run in its own threads, so the workers block them all. */
static void start_workers(mg__pool *pool, int wanted) {
    sigset_t all, before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return;
    pthread_mutex_lock(&pool->mutex);
    while (pool->threads < wanted) {
        worker *next = &pool->workers[pool->threads];
        *next = (worker){ .pool = pool, .index = pool->threads };
        if (pthread_create(&next->thread, NULL, worker_main, next) != 0) break;
        pool->threads++;
    }
    pool->crowded = pool->threads > mg__system_cores();
    pthread_mutex_unlock(&pool->mutex);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

mg__pool *mg__pool_create(mg_context *context, int threads) {
    if (threads < 1) threads = 1;
    mg__pool *pool = mg__alloc_zero(context, sizeof *pool + (size_t)threads * sizeof *pool->workers);
    if (!pool) return NULL;
    pool->context = context;
    pool->threads = 1;
    if (pthread_mutex_init(&pool->mutex, NULL) != 0) {
        mg__free(context, pool);
        return NULL;
    }
    if (pthread_cond_init(&pool->wake, NULL) != 0) {
        pthread_mutex_destroy(&pool->mutex);
        mg__free(context, pool);
        return NULL;
    }
    start_workers(pool, threads);
    if (pool->threads > 1 || threads == 1) return pool;
    mg__pool_destroy(pool);
    return NULL;
}

void mg__pool_destroy(mg__pool *pool) {
    if (!pool) return;
    pool->function = NULL;
    mg__pool_barrier(pool);
    for (int i = 1; i < pool->threads; i++) pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->mutex);
    mg__free(pool->context, pool);
}

static _Atomic int64_t *tile_counter(mg__pool *pool, int slot) { return &pool->tiles[(size_t)slot * (LINE / sizeof(int64_t))]; }

int64_t mg__pool_next(mg__pool *pool, int slot, int64_t count) {
    int64_t tile = atomic_fetch_add_explicit(tile_counter(pool, slot), 1, memory_order_relaxed);
    return tile < count ? tile : -1;
}

void mg__pool_reset_tiles(mg__pool *pool, int slot) { atomic_store_explicit(tile_counter(pool, slot), 0, memory_order_relaxed); }

#else /* one thread: the caller */

struct mg__pool {
    mg_context *context;
    int64_t tiles[2];
    int threads;
};

mg__pool *mg__pool_create(mg_context *context, int threads) {
    (void)threads;
    mg__pool *pool = mg__alloc_zero(context, sizeof *pool);
    if (!pool) return NULL;
    pool->context = context;
    pool->threads = 1;
    return pool;
}

void mg__pool_destroy(mg__pool *pool) {
    if (pool) mg__free(pool->context, pool);
}

void mg__pool_run(mg__pool *pool, mg__region *function, void *user) {
    (void)pool;
    unsigned mode = mg__denormals_flush();
    function(user, 0);
    mg__denormals_restore(mode);
}

void mg__pool_barrier(mg__pool *pool) { (void)pool; }

int64_t mg__pool_next(mg__pool *pool, int slot, int64_t count) { return pool->tiles[slot] < count ? pool->tiles[slot]++ : -1; }

void mg__pool_reset_tiles(mg__pool *pool, int slot) { pool->tiles[slot] = 0; }

#endif

int mg__pool_threads(const mg__pool *pool) { return pool ? pool->threads : 1; }

/* A pool that cannot be made is no error: the work is done on one thread, with the same results, and nobody asks again. */
mg__pool *mg__context_pool(mg_context *context) {
    if (context->pool || context->threads == 1) return context->pool;
    mg_status status = context->status;
    char message[MG__MESSAGE_BYTES];
    memcpy(message, context->message, sizeof message);
    context->pool = mg__pool_create(context, context->threads);
    context->threads = mg__pool_threads(context->pool);
    if (context->threads == 1) {
        mg__pool_destroy(context->pool);
        context->pool = NULL;
    }
    context->status = status;
    memcpy(context->message, message, sizeof message);
    return context->pool;
}
