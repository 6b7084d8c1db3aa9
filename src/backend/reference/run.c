/* The reference backend: every node by its plain kernel, one after the other. It also runs the steps of fused programs, plainly:
 * their oracle. */
#include "plan/program.h"

#include <string.h>

mg_status mg__run_kernel(mg_session *session, const mg__step *step) {
    const mg_program *program = session->program;
    const mg__kernel_step *k = &step->kernel;
    mg_tensor few[MG__KERNEL_INPUTS], *x = k->inputs > MG__KERNEL_INPUTS ? (mg_tensor *)(void *)session->shared : few;
    for (int i = 0; i < k->inputs; i++) {
        x[i] = k->x[i];
        x[i].data = session->pointers[k->input[i]];
    }
    const mg__buffer *b = &program->buffers[k->output];
    mg_kernel_call call = { .op = k->op,
                            .inputs = k->inputs,
                            .x = x,
                            .y = mg_tensor_borrow(b->dtype, b->rank, b->shape, session->pointers[k->output]),
                            .attributes = k->attributes,
                            .seed = session->seed,
                            .step = session->step,
                            .first_row = session->first_row,
                            .context = session->context };
    mg_status status = k->op->reference(&call);
    if (status == MG_OK || session->context->status == status) return status;
    return mg__fail(session->context, status, "%s: %s", k->op->name, mg_status_text(status));
}

void mg__run_copy(mg_session *session, const mg__step *step) {
    const mg__copy_step *c = &step->copy;
    size_t bytes = session->program->buffers[c->to].bytes;
    if (bytes && mg__update_allowed(session, c->guarded, c->predicate))
        memcpy(session->pointers[c->to], session->pointers[c->from], bytes);
}

static mg_tensor memory_of(const mg_session *session, int buffer) {
    const mg__buffer *b = &session->program->buffers[buffer];
    return mg_tensor_borrow(b->dtype, b->rank, b->shape, session->pointers[buffer]);
}

/* c = op(a) op(b) + bias, at least 0 with relu. */
static void run_product(mg_session *session, const mg__product_step *p) {
    mg_tensor a = memory_of(session, p->a), b = memory_of(session, p->b), c = memory_of(session, p->c), bias = c;
    if (p->bias >= 0) bias = memory_of(session, p->bias);
    for (int64_t s = 0; s < p->batch; s++) {
        for (int64_t i = 0; i < p->m; i++) {
            for (int64_t j = 0; j < p->n; j++) {
                double total = p->bias >= 0 ? mg_tensor_get(&bias, j) : 0;
                for (int64_t l = 0; l < p->k; l++)
                    total += mg_tensor_get(&a, s * p->m * p->k + (p->transpose_a ? l * p->m + i : i * p->k + l)) *
                             mg_tensor_get(&b, s * p->k * p->n + (p->transpose_b ? j * p->k + l : l * p->n + j));
                mg_tensor_put(&c, (s * p->m + i) * p->n + j, p->relu && total <= 0 ? 0 : total);
            }
        }
    }
}

static mg_status run(mg_session *session) {
    const mg_program *program = session->program;
    for (size_t i = 0; i < program->step_count; i++) {
        const mg__step *step = &program->steps[i];
        int64_t begin = mg__recording_begin(session->recording);
        mg_status status = MG_OK;
        switch (step->kind) {
        case MG__STEP_KERNEL: status = mg__run_kernel(session, step); break;
        case MG__STEP_COPY: mg__run_copy(session, step); break;
        case MG__STEP_LOOP: status = mg__loop_reference(session, &step->loop) ? MG_OK : MG_OUT_OF_MEMORY; break;
        case MG__STEP_PRODUCT: run_product(session, &step->product); break;
        }
        if (status != MG_OK) return status;
        mg__recording_end(session->recording, (int)i, 1, begin);
    }
    return MG_OK;
}

static mg_status finish(mg_program *program) {
    (void)program;
    return MG_OK;
}

static void open(mg_session *session) { (void)session; }

const mg__backend mg__backend_reference = { "reference", finish, open, run };
