/* Where values lie in the workspace: buffers whose lifetimes do not meet share memory. Largest first, each at the lowest place
 * that is free while it is alive (greedy by size, Pisarchyk & Lee 2020). */
#include "base/switches.h"
#include "plan/program.h"

#include <stdlib.h>

typedef struct placing {
    mg_program *program;
    int step;
} placing;

static void use(void *user, int buffer, bool write, double bytes) {
    const placing *p = user;
    (void)write, (void)bytes;
    if (buffer < 0) return;
    mg__buffer *b = &p->program->buffers[buffer];
    if (b->first < 0) b->first = p->step;
    if (p->step > b->last) b->last = p->step;
}

static void find_lifetimes(mg_program *program) {
    placing p = { program, 0 };
    for (; p.step < (int)program->step_count; p.step++) mg__step_buffers(program, &program->steps[p.step], use, &p);
    for (int i = 0; i < program->output_count; i++) use(&p, program->outputs[i], false, 0);
    use(&p, program->guard, false, 0);
}

static int by_size(const void *a, const void *b) {
    const mg__buffer *x = *(mg__buffer *const *)a, *y = *(mg__buffer *const *)b;
    if (x->bytes != y->bytes) return x->bytes < y->bytes ? 1 : -1;
    return x < y ? -1 : x > y;
}
static int by_offset(const void *a, const void *b) {
    const mg__buffer *x = *(mg__buffer *const *)a, *y = *(mg__buffer *const *)b;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static size_t rounded(size_t bytes) { return (bytes + 63) & ~(size_t)63; }

mg_status mg__place(mg_program *program) {
    bool sharing = mg__switches_read().sharing;
    find_lifetimes(program);
    size_t count = 0;
    mg__buffer **order = mg__alloc_array(program->context, program->buffer_count + 1, sizeof *order);
    mg__buffer **busy = mg__alloc_array(program->context, program->buffer_count + 1, sizeof *busy);
    if (!order || !busy) {
        mg__free(program->context, order);
        mg__free(program->context, busy);
        return MG_OUT_OF_MEMORY;
    }
    for (size_t i = 0; i < program->buffer_count; i++)
        if (program->buffers[i].where == MG__IN_WORKSPACE && program->buffers[i].first >= 0)
            order[count++] = &program->buffers[i];
    qsort(order, count, sizeof *order, by_size);
    for (size_t i = 0; i < count; i++) {
        mg__buffer *b = order[i];
        size_t meets = 0, at = 0;
        for (size_t j = 0; j < i; j++)
            if (!sharing || (order[j]->first <= b->last && b->first <= order[j]->last)) busy[meets++] = order[j];
        qsort(busy, meets, sizeof *busy, by_offset);
        for (size_t j = 0; j < meets; j++) {
            if (busy[j]->offset >= at + rounded(b->bytes)) break;
            size_t end = busy[j]->offset + rounded(busy[j]->bytes);
            if (end > at) at = end;
        }
        b->offset = at;
        if (at + rounded(b->bytes) > program->workspace_bytes) program->workspace_bytes = at + rounded(b->bytes);
    }
    mg__free(program->context, order);
    mg__free(program->context, busy);
    return MG_OK;
}
