/* What this machine can do, to compare with. */
#include "base/system.h"
#include "base/threads.h"

#include <micrograd/trace.h>

#ifdef MG__HAVE_CPU
#include "backend/cpu/machine.h"
#endif

#define SECONDS 0.02 /* of each of the two */

typedef struct measuring {
    mg__pool *pool;
    size_t count;  /* elements of each array, a thread */
    float *memory; /* three arrays a thread */
    double *rates; /* [2 a thread]: operations, bytes */
} measuring;

/* Bytes a second of a = a + b c: three reads and a write of each element, the best of several goes. */
static double stream(float *a, const float *b, const float *c, size_t count) {
    double best = 0;
    size_t repeat = 200000 / count + 1;
    int64_t begin = mg__clock(), now = begin;
    do {
        int64_t start = now;
        for (size_t r = 0; r < repeat; r++) {
            for (size_t i = 0; i < count; i++) a[i] += b[i] * c[i];
#if defined(__GNUC__)
            __asm__ volatile("" : : "r"(a) : "memory"); /* each round is carried out */
#endif
        }
        now = mg__clock();
        double rate = 16.0 * (double)count * (double)repeat / ((double)(now - start) * 1e-9 + 1e-12);
        if (rate > best) best = rate;
    } while ((double)(now - begin) * 1e-9 < SECONDS);
    return best;
}

/* All threads do the same at once: what they get together is what a step could get. */
static void measure(void *user, int worker) {
    measuring *m = user;
    float *a = m->memory + (size_t)worker * 3 * m->count;
    for (size_t i = 0; i < 3 * m->count; i++) a[i] = 1e-3f;
    if (m->pool) mg__pool_barrier(m->pool);
#ifdef MG__HAVE_CPU
    m->rates[2 * worker] = mg__machine_flops(SECONDS);
#endif
    if (m->pool) mg__pool_barrier(m->pool);
    m->rates[2 * worker + 1] = stream(a, a + m->count, a + 2 * m->count, m->count);
}

mg_status mg_machine_measure(mg_context *context, size_t bytes, mg_machine *machine) {
    if (!context || !machine) return MG_INVALID;
    measuring m = { .pool = mg__context_pool(context) };
    int threads = mg__pool_threads(m.pool);
    *machine = (mg_machine){ .threads = threads };
    m.count = bytes / sizeof(float) / 3 / (size_t)threads / 16 * 16;
    if (m.count < 1024) m.count = 1024;
    m.memory = mg__alloc_array(context, m.count, 3 * sizeof *m.memory * (size_t)threads);
    m.rates = mg__alloc_array(context, (size_t)threads, 2 * sizeof *m.rates);
    if (m.memory && m.rates) {
        if (m.pool)
            mg__pool_run(m.pool, measure, &m);
        else
            measure(&m, 0);
        for (int i = 0; i < threads; i++) {
            machine->flops += m.rates[2 * i];
            machine->bandwidth += m.rates[2 * i + 1];
        }
    }
    bool fine = m.memory && m.rates;
    mg__free(context, m.memory);
    mg__free(context, m.rates);
    return fine ? MG_OK : MG_OUT_OF_MEMORY;
}
