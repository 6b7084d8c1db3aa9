/* Recordings: what one session, or one network's data, spent its time on. Public half: micrograd/trace.h. */
#ifndef MG_PLAN_TRACE_H
#define MG_PLAN_TRACE_H

#include "base/base.h"
#include "base/system.h"

#include <micrograd/trace.h>

typedef struct mg__stretch {
    int64_t begin, end; /* of mg__clock */
    int row, track;
} mg__stretch;

/* What one thread writes, on cache lines of its own. */
typedef struct mg__lane {
    mg__stretch *spans;
    size_t count, lost;
    int64_t begin[2], end[2]; /* of the step under way, by a slot that alternates */
    char line[64];
} mg__lane;

typedef struct mg__recording {
    struct mg__recording *next;
    char *name;
    int rows, lanes;
    mg_step_info *info;       /* [rows + 1]: the last is the whole run */
    int64_t *calls, *elapsed; /* [rows + 1]; elapsed: nanoseconds on the clock */
    int64_t *worked;          /* times threads */
    mg__lane *lane;           /* [lanes] */
    size_t capacity;          /* spans of a lane */
    int track;                /* of lane 0; the others follow */
} mg__recording;

struct mg_trace {
    mg_context *context;
    mg_trace_options options;
    mg__recording *first; /* in the order of their making */
};

#define MG__TRACK_BESIDE 1000 /* tracks from here on are no threads of a pool: they have their recording's name */

/* A recording of so many rows, whose infos are the caller's to fill; it belongs to the trace. NULL without memory. */
mg__recording *mg__recording_open(mg_trace *trace, const char *name, int rows, int lanes);

/* One of a single row and lane, which needs no more; beside: on a track of its own. */
mg__recording *mg__recording_one(mg_trace *trace, const char *name, const char *op, bool beside);

/* A span of a lane that is in the trace alone, */
void mg__recording_span(mg__recording *recording, int lane, int row, int64_t begin, int64_t end);
/* and one that counts: by the thread that speaks for all `threads`. The first phase of a step counts as a call. */
void mg__recording_count(mg__recording *recording, int row, int phase, int threads, int64_t begin, int64_t end);

/* A phase of a step that all threads of a region work on: what each did, */
void mg__recording_share(mg__recording *recording, int lane, int row, int slot, int64_t begin);
/* and, once they have met, by one of them: from the first that began to the last that ended. */
void mg__recording_meet(mg__recording *recording, int row, int phase, int slot, int threads);

/* Around what is measured; where nothing is, a branch. */
static inline int64_t mg__recording_begin(const mg__recording *recording) { return recording ? mg__clock() : 0; }
static inline void mg__recording_end(mg__recording *recording, int row, int phase, int threads, int64_t begin) {
    if (!recording) return;
    int64_t end = mg__clock();
    mg__recording_span(recording, 0, row, begin, end);
    mg__recording_count(recording, row, phase, threads, begin, end);
}

#endif
