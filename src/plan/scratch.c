#include "plan/scratch.h"

#include "plan/program.h"

#define SLACK 64 /* no block is empty */

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static void widen(mg__scratch *s, const mg_program *const *programs, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const mg_program *p = programs[i];
        if (!p) continue;
        s->workspace_bytes = larger(s->workspace_bytes, p->workspace_bytes);
        s->shared_bytes = larger(s->shared_bytes, p->shared_bytes);
        s->worker_bytes = larger(s->worker_bytes, p->worker_bytes);
    }
}

mg__scratch_size mg__scratch_measure(int threads, const mg_program *const *programs, size_t count) {
    mg__scratch s = { .threads = threads };
    size_t all = (size_t)threads, blocks = 3 + all;
    widen(&s, programs, count);
    return (mg__scratch_size){ .values = s.workspace_bytes + s.shared_bytes + all * s.worker_bytes,
                               .headers = all * sizeof *s.workers + (2 + all) * SLACK + blocks * MG__BLOCK_HEADER };
}

mg_status mg__scratch_open(mg__scratch *s, mg_context *context, int threads, const mg_program *const *programs, size_t count) {
    *s = (mg__scratch){ .context = context, .threads = threads };
    widen(s, programs, count);
    s->workspace = mg__alloc_zero(context, s->workspace_bytes + SLACK);
    s->shared = mg__alloc_zero(context, s->shared_bytes + SLACK);
    s->workers = mg__alloc_array(context, (size_t)threads, sizeof *s->workers);
    bool all = s->workspace && s->shared && s->workers;
    for (int i = 0; all && i < threads; i++) all = (s->workers[i] = mg__alloc_zero(context, s->worker_bytes + SLACK)) != NULL;
    return all ? MG_OK : MG_OUT_OF_MEMORY;
}

void mg__scratch_close(mg__scratch *s) {
    if (!s->context) return;
    for (int i = 0; s->workers && i < s->threads; i++) mg__free(s->context, s->workers[i]);
    mg__free(s->context, s->workers);
    mg__free(s->context, s->shared);
    mg__free(s->context, s->workspace);
    *s = (mg__scratch){ 0 };
}
