/* The cpu backend: loops by the tile interpreter, products by their kernels, both cut into tiles that follow from the shapes;
 * everything else by its plain kernel.
 *
 * A run is one region of the pool. Steps with one tile are done by worker 0; before and after a step with several all workers
 * meet. */
#include "backend/cpu/loop.h"
#include "backend/cpu/product.h"
#include "base/threads.h"

#include <string.h>

/* Below this much work (elements and eighths of a multiply-add) a run stays on one thread: meeting would cost more. */
#define WORK_FOR_THREADS 400000.0

typedef struct step_plan {
    int64_t tiles; /* that workers claim */
    union {
        mg__tile_plan loop;
        mg__product_plan product;
    };
} step_plan;

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static mg_status finish(mg_program *program) {
    mg__isa isa = mg__isa_best();
    for (size_t i = 0; i < program->step_count; i++) {
        mg__step *step = &program->steps[i];
        step_plan *plan = mg__program_memory(program, sizeof *plan);
        if (!plan) return MG_OUT_OF_MEMORY;
        step->plan = plan;
        plan->tiles = 1;
        if (step->kind == MG__STEP_LOOP) {
            if (!mg__tile_plan_make(program, &step->loop, isa, &plan->loop)) return MG_OUT_OF_MEMORY;
            plan->tiles = plan->loop.blocks;
            program->worker_bytes = larger(program->worker_bytes, plan->loop.worker_bytes);
            program->shared_bytes = larger(program->shared_bytes, plan->loop.shared_bytes);
        } else if (step->kind == MG__STEP_PRODUCT) {
            const mg__product_step *p = &step->product;
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
            plan->tiles = plan->product.tiles * p->batch;
            program->worker_bytes = larger(program->worker_bytes, plan->product.worker_bytes);
        }
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

static mg_status run_tile(mg_session *session, const mg__step *step, int worker, int64_t tile) {
    const step_plan *plan = step->plan;
    switch (step->kind) {
    case MG__STEP_LOOP: mg__tile_run(session, &plan->loop, session->shared, session->workers[worker], tile); break;
    case MG__STEP_PRODUCT: run_product(session, step, session->workers[worker], tile); break;
    case MG__STEP_COPY: mg__run_copy(session, step); break;
    case MG__STEP_KERNEL: return mg__run_kernel(session, step);
    }
    return MG_OK;
}

static void finish_step(mg_session *session, const mg__step *step) {
    const step_plan *plan = step->plan;
    if (step->kind == MG__STEP_LOOP && plan->loop.sums) mg__tile_combine(session, &plan->loop, session->shared);
}

/* --- one thread -------------------------------------------------------------------------------------- */

static mg_status run_alone(mg_session *session) {
    const mg_program *program = session->program;
    mg_status status = MG_OK;
    unsigned mode = mg__denormals_flush();
    for (size_t i = 0; i < program->step_count && status == MG_OK; i++) {
        const mg__step *step = &program->steps[i];
        int64_t tiles = ((const step_plan *)step->plan)->tiles, begin = mg__recording_begin(session->recording);
        for (int64_t t = 0; t < tiles && status == MG_OK; t++) status = run_tile(session, step, 0, t);
        finish_step(session, step);
        mg__recording_end(session->recording, (int)i, 1, begin);
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

static void work(void *user, int worker) {
    team *t = user;
    const mg_program *program = t->session->program;
    mg__recording *recording = t->session->recording;
    int threads = mg__pool_threads(t->pool);
    bool alone = true; /* worker 0 has done steps that the others have not seen */
    int slot = 0;
    for (size_t i = 0; i < program->step_count; i++) {
        const mg__step *step = &program->steps[i];
        int64_t tiles = ((const step_plan *)step->plan)->tiles;
        if (tiles <= 1) {
            if (worker == 0 && t->status == MG_OK) {
                int64_t begin = mg__recording_begin(recording);
                for (int64_t k = 0; k < tiles && t->status == MG_OK; k++) t->status = run_tile(t->session, step, 0, k);
                finish_step(t->session, step);
                mg__recording_end(recording, (int)i, threads, begin);
            }
            alone = true;
            continue;
        }
        if (alone) mg__pool_barrier(t->pool);
        alone = false;
        if (t->status != MG_OK) return; /* all workers see the same */
        if (worker == 0) mg__pool_reset_tiles(t->pool, 1 - slot);
        int64_t begin = mg__recording_begin(recording);
        for (int64_t k; (k = mg__pool_next(t->pool, slot, tiles)) >= 0;) run_tile(t->session, step, worker, k);
        if (recording) mg__recording_share(recording, worker, (int)i, slot, begin);
        mg__pool_barrier(t->pool);
        int64_t combined = 0;
        if (step->kind == MG__STEP_LOOP && ((const step_plan *)step->plan)->loop.sums) {
            begin = mg__recording_begin(recording);
            if (worker == 0) finish_step(t->session, step);
            combined = mg__recording_begin(recording) - begin;
            alone = true;
        }
        if (recording && worker == 0) mg__recording_meet(recording, (int)i, slot, threads, combined);
        slot = 1 - slot;
    }
}

static mg__pool *pool_for(const mg_session *session) {
    return session->program->work >= WORK_FOR_THREADS ? mg__context_pool(session->context) : NULL;
}

static void open(mg_session *session) { pool_for(session); }

static mg_status run(mg_session *session) {
    mg__pool *pool = pool_for(session);
    if (!pool || mg__pool_threads(pool) > session->threads) return run_alone(session);
    team t = { session, pool, MG_OK };
    mg__pool_reset_tiles(pool, 0);
    mg__pool_run(pool, work, &t);
    return t.status;
}

const mg__backend mg__backend_cpu = { "cpu", finish, open, run };
