/* Where values lie in the workspace: buffers whose lifetimes do not meet share memory. Largest first, each at the lowest place
 * that is free while it is alive (greedy by size, Pisarchyk & Lee 2020). */
#include "base/switches.h"
#include "plan/program.h"

#include <stdlib.h>

static void use(mg_program *program, int buffer, int step) {
    if (buffer < 0) return;
    mg__buffer *b = &program->buffers[buffer];
    if (b->first < 0) b->first = step;
    if (step > b->last) b->last = step;
}

static void find_lifetimes(mg_program *program) {
    int end = (int)program->step_count;
    for (int s = 0; s < end; s++) {
        const mg__step *step = &program->steps[s];
        switch (step->kind) {
        case MG__STEP_KERNEL:
            for (int i = 0; i < step->kernel.inputs; i++) use(program, step->kernel.input[i], s);
            use(program, step->kernel.output, s);
            break;
        case MG__STEP_PRODUCT:
            use(program, step->product.a, s);
            use(program, step->product.b, s);
            use(program, step->product.bias, s);
            use(program, step->product.c, s);
            break;
        case MG__STEP_CONV:
            use(program, step->conv.a, s);
            use(program, step->conv.b, s);
            use(program, step->conv.bias, s);
            use(program, step->conv.c, s);
            break;
        case MG__STEP_WINDOW:
            use(program, step->window.from, s);
            use(program, step->window.index, s);
            use(program, step->window.to, s);
            break;
        case MG__STEP_LOOP:
            for (int i = 0; i < step->loop.operand_count; i++) {
                use(program, step->loop.operands[i].buffer, s);
                use(program, step->loop.operands[i].predicate, s);
                if (step->loop.operands[i].guarded) use(program, program->guard, s);
            }
            break;
        case MG__STEP_COPY:
            use(program, step->copy.from, s);
            use(program, step->copy.to, s);
            use(program, step->copy.predicate, s);
            break;
        }
    }
    for (int i = 0; i < program->output_count; i++) use(program, program->outputs[i], end);
    use(program, program->guard, end);
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
