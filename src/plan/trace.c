/* Traces: recordings, and the rows that they add up to. */
#include "plan/trace.h"

#include "plan/program.h"

#include <stdlib.h>
#include <string.h>

mg_trace_options mg_trace_defaults(void) { return (mg_trace_options){ 0 }; }

mg_trace *mg_trace_create(mg_context *context, const mg_trace_options *options) {
    if (!context) return NULL;
    mg_trace_options defaults = mg_trace_defaults();
    mg_trace *trace = mg__alloc_zero(context, sizeof *trace);
    if (!trace) return NULL;
    trace->context = context;
    trace->options = options ? *options : defaults;
    return trace;
}

static void free_recording(mg_context *context, mg__recording *r) {
    for (int i = 0; r->lane && i < r->lanes; i++) mg__free(context, r->lane[i].spans);
    void *blocks[] = { r->name, r->info, r->calls, r->elapsed, r->worked, r->lane, r };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(context, blocks[i]);
}

void mg_trace_destroy(mg_trace *trace) {
    if (!trace) return;
    for (mg__recording *r = trace->first, *next; r; r = next) {
        next = r->next;
        free_recording(trace->context, r);
    }
    mg__free(trace->context, trace);
}

/* --- recording --------------------------------------------------------------------------------------- */

mg__recording *mg__recording_open(mg_trace *trace, const char *name, int rows, int lanes) {
    mg_context *context = trace->context;
    mg__recording *r = mg__alloc_zero(context, sizeof *r);
    if (!r) return NULL;
    size_t count = (size_t)rows + 1;
    *r = (mg__recording){ .rows = rows, .lanes = lanes, .capacity = trace->options.spans > 0 ? (size_t)trace->options.spans : 0 };
    r->name = mg__strdup(context, name);
    r->info = mg__alloc_array(context, count, sizeof *r->info);
    r->calls = mg__alloc_array(context, count, sizeof *r->calls);
    r->elapsed = mg__alloc_array(context, count, sizeof *r->elapsed);
    r->worked = mg__alloc_array(context, count, sizeof *r->worked);
    r->lane = mg__alloc_array(context, (size_t)lanes, sizeof *r->lane);
    bool fine = r->name && r->info && r->calls && r->elapsed && r->worked && r->lane;
    for (int i = 0; i < lanes && fine && r->capacity; i++)
        fine = (r->lane[i].spans = mg__alloc_array(context, r->capacity, sizeof(mg__stretch))) != NULL;
    if (!fine) {
        free_recording(context, r);
        return NULL;
    }
    mg__recording **end = &trace->first;
    while (*end) end = &(*end)->next;
    return *end = r;
}

mg__recording *mg__recording_one(mg_trace *trace, const char *name, const char *op, bool beside) {
    int tracks = 0;
    size_t used = 0;
    for (const mg__recording *r = trace->first; r; r = r->next) tracks += r->track >= MG__TRACK_BESIDE;
    mg__recording *one = mg__recording_open(trace, name, 1, 1);
    if (!one) return NULL;
    one->track = beside ? MG__TRACK_BESIDE + tracks : 0;
    one->info[0].pass = MG_PASS_OTHER;
    mg__append(one->info[0].op, sizeof one->info[0].op, &used, "%s", op);
    return one;
}

void mg__recording_span(mg__recording *r, int lane, int row, int64_t begin, int64_t end) {
    mg__lane *l = &r->lane[lane];
    if (l->count < r->capacity)
        l->spans[l->count++] = (mg__stretch){ begin, end, row, r->track + lane };
    else
        l->lost++;
}

void mg__recording_count(mg__recording *r, int row, int phase, int threads, int64_t begin, int64_t end) {
    r->calls[row] += phase == 0;
    r->elapsed[row] += end - begin;
    r->worked[row] += (end - begin) * threads;
}

void mg__recording_share(mg__recording *r, int lane, int row, int slot, int64_t begin) {
    mg__lane *l = &r->lane[lane];
    l->begin[slot] = begin;
    l->end[slot] = mg__clock();
    mg__recording_span(r, lane, row, begin, l->end[slot]);
}

void mg__recording_meet(mg__recording *r, int row, int phase, int slot, int threads) {
    int64_t begin = r->lane[0].begin[slot], end = r->lane[0].end[slot];
    for (int i = 0; i < threads; i++) {
        const mg__lane *l = &r->lane[i];
        if (l->begin[slot] < begin) begin = l->begin[slot];
        if (l->end[slot] > end) end = l->end[slot];
    }
    mg__recording_count(r, row, phase, threads, begin, end);
}

mg_status mg_session_trace(mg_session *session, mg_trace *trace, const char *name) {
    if (!session) return MG_INVALID;
    session->recording = NULL;
    if (!trace) return MG_OK;
    const mg_program *program = session->program;
    int rows = (int)program->step_count;
    mg__recording *r = mg__recording_open(trace, name ? name : "", rows, session->scratch.threads);
    if (!r) return MG_OUT_OF_MEMORY;
    for (int i = 0; i < rows; i++) mg_program_step(program, i, &r->info[i]);
    session->recording = r;
    return MG_OK;
}

/* --- rows -------------------------------------------------------------------------------------------- */

static bool same_row(const mg_trace_row *row, const char *session, const mg_step_info *step) {
    return row->step.pass == step->pass && strcmp(row->session, session) == 0 && strcmp(row->step.layer, step->layer) == 0 &&
           strcmp(row->step.op, step->op) == 0;
}

static int slowest_first(const void *a, const void *b) {
    const mg_trace_row *x = a, *y = b;
    return x->seconds < y->seconds ? 1 : x->seconds > y->seconds ? -1 : strcmp(x->step.op, y->step.op);
}

/* Adds a recording's row i to the one of its kind. */
static void add_row(mg_trace_row *rows, int64_t *count, const mg__recording *r, int i, double *largest) {
    const mg_step_info *step = &r->info[i];
    int64_t at = 0;
    if (r->calls[i] == 0) return;
    while (at < *count && !same_row(&rows[at], r->name, step)) at++;
    if (at == *count) {
        rows[(*count)++] = (mg_trace_row){ .session = r->name, .step = *step };
        rows[at].step.flops = rows[at].step.bytes = 0;
        largest[at] = -1;
    }
    mg_trace_row *row = &rows[at];
    row->step.flops += step->flops * (double)r->calls[i];
    row->step.bytes += step->bytes * (double)r->calls[i];
    row->calls += r->calls[i];
    row->seconds += (double)r->elapsed[i] * 1e-9;
    row->thread_seconds += (double)r->worked[i] * 1e-9;
    if (step->bytes <= largest[at]) return;
    largest[at] = step->bytes;
    memcpy(row->step.shape, step->shape, sizeof step->shape);
}

int64_t mg_trace_rows(const mg_trace *trace, mg_trace_row *rows, int64_t capacity) {
    if (!trace || capacity < 0 || (capacity && !rows)) return -1;
    size_t all = 0;
    int64_t count = 0;
    for (const mg__recording *r = trace->first; r; r = r->next) all += (size_t)r->rows;
    mg_trace_row *made = mg__alloc_array(trace->context, all + 1, sizeof *made);
    double *largest = mg__alloc_array(trace->context, all + 1, sizeof *largest);
    if (made && largest) {
        for (const mg__recording *r = trace->first; r; r = r->next)
            for (int i = 0; i < r->rows; i++) add_row(made, &count, r, i, largest);
        qsort(made, (size_t)count, sizeof *made, slowest_first);
        for (int64_t i = 0; i < count && i < capacity; i++) rows[i] = made[i];
    } else {
        count = -1;
    }
    mg__free(trace->context, made);
    mg__free(trace->context, largest);
    return count;
}
