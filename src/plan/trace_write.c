/* A trace in Chrome's format. Numbers are written without a decimal point of the locale's. */
#include "plan/trace.h"

#include <stdio.h>

typedef struct printer {
    mg_writer *writer;
    void *user;
    bool fine, comma;
} printer;

static void print(printer *p, const char *format, ...) MG__PRINTF(2, 3);
static void print(printer *p, const char *format, ...) {
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    p->fine = p->fine && length >= 0 && (size_t)length < sizeof text && p->writer(p->user, text, (size_t)length);
}

/* A JSON string; what is not ASCII becomes '?', for names may be cut within a character. */
static void quote(printer *p, const char *text) {
    char out[600];
    size_t used = 0;
    out[used++] = '"';
    for (; *text && used + 4 < sizeof out; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') out[used++] = '\\';
        out[used++] = c < 0x20 || c > 0x7e ? '?' : *text;
    }
    out[used++] = '"';
    p->fine = p->fine && p->writer(p->user, out, used);
}

/* Each event begins a line. */
static void event(printer *p, const char *phase, int track) {
    print(p, "%s\n{\"ph\":\"%s\",\"pid\":1,\"tid\":%d", p->comma ? "," : "", phase, track);
    p->comma = true;
}

static void name_track(printer *p, int track, const char *name) {
    event(p, "M", track);
    print(p, ",\"name\":\"thread_name\",\"args\":{\"name\":");
    quote(p, name);
    print(p, "}}");
}

static void name_tracks(printer *p, const mg_trace *trace) {
    int threads = 0;
    for (const mg__recording *r = trace->first; r; r = r->next) {
        if (r->track >= MG__TRACK_BESIDE) name_track(p, r->track, r->name);
        if (r->track < MG__TRACK_BESIDE && r->track + r->lanes > threads) threads = r->track + r->lanes;
    }
    for (int i = 0; i < threads; i++) {
        char name[32];
        snprintf(name, sizeof name, "thread %d", i + 1);
        name_track(p, i, name);
    }
}

/* Microseconds, with all nanoseconds. */
static void print_time(printer *p, const char *key, int64_t nanoseconds) {
    print(p, ",\"%s\":%lld.%03d", key, (long long)(nanoseconds / 1000), (int)(nanoseconds % 1000));
}

static void print_span(printer *p, const mg__recording *r, const mg__stretch *span, int64_t first) {
    const mg_step_info *info = &r->info[span->row];
    event(p, "X", span->track);
    print_time(p, "ts", span->begin - first);
    print_time(p, "dur", span->end - span->begin);
    print(p, ",\"name\":");
    quote(p, span->row == r->rows ? r->name : info->op);
    if (span->row < r->rows) {
        print(p, ",\"cat\":");
        quote(p, mg_pass_name(info->pass));
        print(p, ",\"args\":{\"layer\":");
        quote(p, info->layer);
        print(p, ",\"shape\":");
        quote(p, info->shape);
        print(p, ",\"flops\":%.0f,\"bytes\":%.0f}", info->flops, info->bytes);
    }
    print(p, "}");
}

static int64_t first_time(const mg_trace *trace) {
    int64_t first = INT64_MAX;
    for (const mg__recording *r = trace->first; r; r = r->next)
        for (int i = 0; i < r->lanes; i++)
            for (size_t k = 0; k < r->lane[i].count; k++)
                if (r->lane[i].spans[k].begin < first) first = r->lane[i].spans[k].begin;
    return first;
}

mg_status mg_trace_write(const mg_trace *trace, mg_writer *writer, void *user) {
    if (!trace || !writer) return MG_INVALID;
    printer p = { writer, user, true, false };
    int64_t first = first_time(trace);
    size_t lost = 0;
    print(&p, "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[");
    name_tracks(&p, trace);
    for (const mg__recording *r = trace->first; r; r = r->next) {
        for (int i = 0; i < r->lanes; i++) {
            lost += r->lane[i].lost;
            for (size_t k = 0; k < r->lane[i].count && p.fine; k++) print_span(&p, r, &r->lane[i].spans[k], first);
        }
    }
    print(&p, "],\n\"otherData\":{\"left_out\":%zu}}\n", lost);
    return p.fine ? MG_OK : mg__fail(trace->context, MG_FILE, "the trace could not be written");
}
