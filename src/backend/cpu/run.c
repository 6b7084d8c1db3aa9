/* The cpu backend: loops by the tile interpreter, products by their kernels, both cut into tiles that follow from the shapes;
 * everything else by its plain kernel.
 *
 * A run is one region of the pool. A step has one or more phases. Phases with one tile are done by worker 0; before and after a
 * phase with several all workers meet. */
#include "backend/cpu/convolution.h"
#include "backend/cpu/loop.h"
#include "backend/cpu/product.h"
#include "backend/cpu/window.h"
#include "base/threads.h"

#include <string.h>

/* Below this much work (elements and eighths of a multiply-add) a run stays on one thread: meeting would cost more. */
#define WORK_FOR_THREADS 400000.0

enum { PHASES = 2 };

typedef struct step_plan {
    int phases;
    int64_t tiles[PHASES]; /* that workers claim */
    union {
        mg__tile_plan loop;
        mg__product_plan product;
        mg__conv_plan conv;
        mg__window_plan window;
    };
} step_plan;

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static void want(mg_program *program, size_t worker_bytes, size_t shared_bytes) {
    program->worker_bytes = larger(program->worker_bytes, worker_bytes);
    program->shared_bytes = larger(program->shared_bytes, shared_bytes);
}

static void plan_product(mg_program *program, const mg__product_step *p, mg__isa isa, step_plan *plan) {
    mg__product product = { .dtype = program->buffers[p->c].dtype,
                            .transpose_a = p->transpose_a,
                            .transpose_b = p->transpose_b,
                            .m = p->m,
                            .n = p->n,
                            .k = p->k,
                            .lda = p->transpose_a ? p->m : p->k,
                            .ldb = p->transpose_b ? p->k : p->n,
                            .ldc = p->n,
                            .bias = p->bias >= 0,
                            .relu = p->relu };
    mg__product_plan_make(&plan->product, &product, isa);
    plan->tiles[0] = plan->product.tiles * p->batch;
    want(program, plan->product.worker_bytes, 0);
}

static bool plan_step(mg_program *program, mg__step *step, mg__isa isa, step_plan *plan) {
    plan->phases = 1;
    plan->tiles[0] = 1;
    switch (step->kind) {
    case MG__STEP_LOOP:
        if (!mg__tile_plan_make(program, &step->loop, isa, &plan->loop)) return false;
        plan->phases = plan->loop.sums ? 2 : 1; /* the second combines */
        plan->tiles[0] = plan->loop.blocks;
        plan->tiles[1] = 1;
        want(program, plan->loop.worker_bytes, plan->loop.shared_bytes);
        break;
    case MG__STEP_PRODUCT: plan_product(program, &step->product, isa, plan); break;
    case MG__STEP_CONV:
        if (!mg__conv_plan_make(program, &step->conv, isa, &plan->conv)) return false;
        plan->phases = plan->conv.phases;
        for (int i = 0; i < plan->phases; i++) plan->tiles[i] = plan->conv.tiles[i];
        want(program, plan->conv.worker_bytes, plan->conv.shared_bytes);
        break;
    case MG__STEP_WINDOW:
        mg__window_plan_make(&step->window, program->buffers[step->window.from].dtype, isa, &plan->window);
        plan->tiles[0] = plan->window.tiles;
        break;
    case MG__STEP_KERNEL:
    case MG__STEP_COPY: break;
    }
    return true;
}

static mg_status finish(mg_program *program) {
    mg__isa isa = mg__isa_best();
    for (size_t i = 0; i < program->step_count; i++) {
        step_plan *plan = mg__program_memory(program, sizeof *plan);
        if (!plan || !plan_step(program, &program->steps[i], isa, plan)) return MG_OUT_OF_MEMORY;
        program->steps[i].plan = plan;
    }
    return MG_OK;
}

/* --- one tile ---------------------------------------------------------------------------------------- */

static void run_product(const mg_session *session, const mg__step *step, void *worker, int64_t tile) {
    const mg__product_step *p = &step->product;
    const mg__product_plan *plan = &((const step_plan *)step->plan)->product;
    void *const *at = session->pointers;
    size_t size = mg_dtype_size(plan->product.dtype);
    int64_t batch = tile / plan->tiles;
    mg__product_run(plan, (const unsigned char *)at[p->a] + (size_t)(batch * p->m * p->k) * size,
                    (const unsigned char *)at[p->b] + (size_t)(batch * p->k * p->n) * size, p->bias >= 0 ? at[p->bias] : NULL,
                    (unsigned char *)at[p->c] + (size_t)(batch * p->m * p->n) * size, worker, tile % plan->tiles);
}

static void run_conv(const mg_session *session, const mg__step *step, void *worker, int phase, int64_t tile) {
    const mg__conv_step *c = &step->conv;
    void *const *at = session->pointers;
    mg__conv_run(&((const step_plan *)step->plan)->conv, at[c->a], at[c->b], c->bias >= 0 ? at[c->bias] : NULL, at[c->c],
                 session->scratch.shared, worker, phase, tile);
}

static void run_window(const mg_session *session, const mg__step *step, int64_t tile) {
    const mg__window_step *w = &step->window;
    void *const *at = session->pointers;
    mg__window_run(&((const step_plan *)step->plan)->window, at[w->from], w->index >= 0 ? at[w->index] : NULL,
                   w->to >= 0 ? at[w->to] : NULL, tile);
}

static mg_status run_tile(mg_session *session, const mg__step *step, int worker, int phase, int64_t tile) {
    const step_plan *plan = step->plan;
    void *scratch = session->scratch.workers[worker];
    switch (step->kind) {
    case MG__STEP_LOOP:
        if (phase == 0)
            mg__tile_run(session, &plan->loop, session->scratch.shared, scratch, tile);
        else
            mg__tile_combine(session, &plan->loop, session->scratch.shared);
        break;
    case MG__STEP_PRODUCT: run_product(session, step, scratch, tile); break;
    case MG__STEP_CONV: run_conv(session, step, scratch, phase, tile); break;
    case MG__STEP_WINDOW: run_window(session, step, tile); break;
    case MG__STEP_COPY: mg__run_copy(session, step); break;
    case MG__STEP_KERNEL: return mg__run_kernel(session, step);
    }
    return MG_OK;
}

/* --- one thread -------------------------------------------------------------------------------------- */

static mg_status run_alone(mg_session *session) {
    const mg_program *program = session->program;
    mg_status status = MG_OK;
    unsigned mode = mg__denormals_flush();
    for (size_t i = 0; i < program->step_count && status == MG_OK; i++) {
        const mg__step *step = &program->steps[i];
        const step_plan *plan = step->plan;
        const int64_t begin = mg__recording_begin(session->recording);
        for (int phase = 0; phase < plan->phases; phase++)
            for (int64_t t = 0; t < plan->tiles[phase] && status == MG_OK; t++) status = run_tile(session, step, 0, phase, t);
        mg__recording_end(session->recording, (int)i, 0, 1, begin);
    }
    mg__denormals_restore(mode);
    return status;
}

/* --- several ----------------------------------------------------------------------------------------- */

typedef struct team {
    mg_session *session;
    mg__pool *pool;
    mg_status status; /* written by worker 0 between meetings, read after them */
} team;

typedef struct place {
    int worker, slot;
    bool alone; /* worker 0 has done phases that the others have not seen */
} place;

/* false: the run has failed. */
static bool work_phase(team *t, int index, int phase, place *at) {
    const mg__step *step = &t->session->program->steps[index];
    mg__recording *recording = t->session->recording;
    const int threads = mg__pool_threads(t->pool);
    const int64_t tiles = ((const step_plan *)step->plan)->tiles[phase];
    if (tiles <= 1) {
        if (at->worker == 0 && tiles == 1 && t->status == MG_OK) {
            int64_t begin = mg__recording_begin(recording);
            t->status = run_tile(t->session, step, 0, phase, 0);
            mg__recording_end(recording, index, phase, threads, begin);
        }
        at->alone = true;
        return true;
    }
    if (at->alone) mg__pool_barrier(t->pool);
    at->alone = false;
    if (t->status != MG_OK) return false; /* all workers see the same */
    if (at->worker == 0) mg__pool_reset_tiles(t->pool, 1 - at->slot);
    int64_t begin = mg__recording_begin(recording);
    for (int64_t k; (k = mg__pool_next(t->pool, at->slot, tiles)) >= 0;) run_tile(t->session, step, at->worker, phase, k);
    if (recording) mg__recording_share(recording, at->worker, index, at->slot, begin);
    mg__pool_barrier(t->pool);
    if (recording && at->worker == 0) mg__recording_meet(recording, index, phase, at->slot, threads);
    at->slot = 1 - at->slot;
    return true;
}

static void work(void *user, int worker) {
    team *t = user;
    const mg_program *program = t->session->program;
    place at = { .worker = worker, .alone = true };
    for (size_t i = 0; i < program->step_count; i++) {
        const int phases = ((const step_plan *)program->steps[i].plan)->phases;
        for (int phase = 0; phase < phases; phase++)
            if (!work_phase(t, (int)i, phase, &at)) return;
    }
}

static mg__pool *pool_for(const mg_session *session) {
    return session->program->work >= WORK_FOR_THREADS ? mg__context_pool(session->context) : NULL;
}

static void open(mg_session *session) { pool_for(session); }

static mg_status run(mg_session *session) {
    mg__pool *pool = pool_for(session);
    if (!pool || mg__pool_threads(pool) > session->scratch.threads) return run_alone(session);
    team t = { session, pool, MG_OK };
    mg__pool_reset_tiles(pool, 0);
    mg__pool_run(pool, work, &t);
    return t.status;
}

const mg__backend mg__backend_cpu = { "cpu", finish, open, run };
