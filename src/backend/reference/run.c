/* The reference backend: every node by its plain kernel, one after the other. It also runs the steps of fused programs, plainly:
 * their oracle. */
#include "plan/program.h"

#include <string.h>

mg_status mg__run_kernel(mg_session *session, const mg__step *step) {
    const mg_program *program = session->program;
    const mg__kernel_step *k = &step->kernel;
    mg_tensor few[MG__KERNEL_INPUTS], *x = k->inputs > MG__KERNEL_INPUTS ? (mg_tensor *)(void *)session->scratch.shared : few;
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

/* By the op's own kernel; bias and relu after it. */
static mg_status run_conv(mg_session *session, const mg__conv_step *s) {
    static const mg_op *const ops[] = { &mg__op_conv2d, &mg__op_conv2d_data, &mg__op_conv2d_weight };
    const mg_op *op = ops[s->kind - MG__CONV];
    const int64_t *shapes[3][3] = { { s->x, s->w, s->y }, { s->y, s->w, s->x }, { s->x, s->y, s->w } };
    const int64_t *const *shape = shapes[s->kind - MG__CONV];
    mg_dtype dtype = session->program->buffers[s->c].dtype;
    mg_tensor x[2] = { mg_tensor_borrow(dtype, 4, shape[0], session->pointers[s->a]),
                       mg_tensor_borrow(dtype, 4, shape[1], session->pointers[s->b]) };
    mg_tensor y = mg_tensor_borrow(dtype, 4, shape[2], session->pointers[s->c]);
    mg_kernel_call call = { .op = op, .inputs = 2, .x = x, .y = y, .attributes = &s->attributes, .context = session->context };
    mg_status status = op->reference(&call);
    if (s->bias < 0 && !s->relu) return status;
    mg_tensor bias = s->bias >= 0 ? memory_of(session, s->bias) : y;
    for (int64_t i = 0; i < mg_tensor_count(&y); i++) {
        double value = mg_tensor_get(&y, i) + (s->bias >= 0 ? mg_tensor_get(&bias, i % s->y[3]) : 0);
        mg_tensor_put(&y, i, s->relu && value <= 0 ? 0 : value);
    }
    return status;
}

static mg_status call_window(mg_session *session, const mg_op *op, const mg__window *attributes, mg_tensor from, mg_tensor *index,
                             mg_tensor to) {
    mg_tensor x[2] = { from };
    if (index) x[1] = *index;
    mg_kernel_call call = { .op = op, .inputs = index ? 2 : 1, .x = x, .y = to, .attributes = attributes };
    call.context = session->context;
    return op->reference(&call);
}

static mg_status run_window(mg_session *session, const mg__window_step *s) {
    mg__window attributes = { s->window, { s->x[1], s->x[2] } };
    bool scatter = s->kind == MG__WINDOW_SCATTER;
    mg_dtype dtype = session->program->buffers[s->from].dtype;
    mg_tensor from = mg_tensor_borrow(dtype, 4, scatter ? s->y : s->x, session->pointers[s->from]);
    mg_tensor to = mg_tensor_borrow(dtype, 4, scatter ? s->x : s->y, s->to >= 0 ? session->pointers[s->to] : NULL);
    mg_tensor *own = NULL, index = { 0 };
    mg_status status = MG_OK;
    if (s->index >= 0) {
        index = mg_tensor_borrow(MG_I32, 4, s->y, session->pointers[s->index]);
    } else if (!(own = mg_tensor_create(session->context, MG_I32, 4, s->y))) {
        return MG_OUT_OF_MEMORY;
    } else {
        index = *own;
    }
    if (s->kind == MG__WINDOW_ARGMAX) status = call_window(session, &mg__op_window_argmax, &attributes, from, NULL, index);
    if (status == MG_OK && s->to >= 0)
        status = call_window(session, scatter ? &mg__op_window_scatter : &mg__op_window_gather, &attributes, from, &index, to);
    for (int64_t i = 0; s->relu && status == MG_OK && i < mg_tensor_count(&to); i++)
        if (mg_tensor_get(&to, i) <= 0) mg_tensor_put(&to, i, 0);
    mg_tensor_destroy(own);
    return status;
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
        case MG__STEP_CONV: status = run_conv(session, &step->conv); break;
        case MG__STEP_WINDOW: status = run_window(session, &step->window); break;
        }
        if (status != MG_OK) return status;
        mg__recording_end(session->recording, (int)i, 0, 1, begin);
    }
    return MG_OK;
}

static mg_status finish(mg_program *program) {
    (void)program;
    return MG_OK;
}

static void open(mg_session *session) { (void)session; }

const mg__backend mg__backend_reference = { "reference", finish, open, run };
