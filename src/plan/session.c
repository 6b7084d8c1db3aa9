/* Sessions: a program with its memory, and running it. Nothing is allocated in a run. */
#include "graph/parameters.h"
#include "plan/program.h"

#include "base/threads.h"

#include <math.h>
#include <string.h>

static bool same_layout(const mg_parameters *a, const mg_parameters *b) {
    bool same = mg_parameters_dtype(a) == mg_parameters_dtype(b) && mg_parameters_count(a) == mg_parameters_count(b);
    for (int i = 0; same && i < mg_parameters_count(a); i++) {
        const mg_parameter *x = mg_parameters_entry(a, i), *y = mg_parameters_entry(b, i);
        same = strcmp(x->name, y->name) == 0 && x->rank == y->rank &&
               memcmp(x->shape, y->shape, (size_t)x->rank * sizeof *x->shape) == 0;
    }
    return same;
}

static mg_status bind_stores(mg_session *session, mg_parameters *parameters) {
    const mg_program *program = session->program;
    for (size_t i = 0; i < program->store_count; i++) {
        session->stores[i] = program->stores[i];
        if (parameters && program->store_count == 1) {
            if (!same_layout(parameters, program->stores[0]))
                return mg__fail(session->context, MG_INVALID,
                                "mg_session_create: the store's entries differ from those that the program was compiled with");
            session->stores[i] = parameters;
        }
        mg_status status = mg_parameters_freeze(session->stores[i], session->seed);
        if (status != MG_OK) return status;
    }
    for (size_t i = 0; i < program->slot_count; i++) {
        const mg__slot_use *s = &program->slots[i];
        if (!mg__parameters_want_slot(session->stores[s->store], (int)s->slot, s->initial)) return MG_OUT_OF_MEMORY;
    }
    return MG_OK;
}

static void bind_buffers(mg_session *session, double *scalars) {
    const mg_program *program = session->program;
    for (size_t i = 0; i < program->buffer_count; i++) {
        const mg__buffer *b = &program->buffers[i];
        switch (b->where) {
        case MG__IN_WORKSPACE: session->pointers[i] = session->scratch.workspace + b->offset; break;
        case MG__IN_INPUT: session->pointers[i] = NULL; break;
        case MG__IN_PARAMETER:
            session->pointers[i] = mg__parameter_data(session->stores[b->index], (int)b->entry, (int)b->slot);
            break;
        case MG__IN_CONSTANT: session->pointers[i] = program->constants + b->offset; break;
        case MG__IN_SCALAR: session->pointers[i] = scalars + b->index; break;
        }
    }
}

size_t mg__session_headers(const mg_program *p) {
    return sizeof(mg_session) + (p->store_count + 1) * sizeof(mg_parameters *) + (p->buffer_count + 1) * sizeof(void *) +
           (2 * p->scalar_count + 2) * sizeof(double) + 4 * MG__BLOCK_HEADER;
}

/* What mg_program_memory tells. */
static mg_status allocate(mg_session *session) {
    const mg_program *p = session->program;
    mg_context *context = session->context;
    session->stores = mg__alloc_array(context, p->store_count + 1, sizeof *session->stores);
    session->pointers = mg__alloc_array(context, p->buffer_count + 1, sizeof *session->pointers);
    session->named = mg__alloc_array(context, 2 * p->scalar_count + 2, sizeof *session->named);
    if (!session->stores || !session->pointers || !session->named) return MG_OUT_OF_MEMORY;
    return session->lent ? MG_OK : mg__scratch_open(&session->scratch, context, mg_context_threads(context), &p, 1);
}

static const mg__backend *backend_of(const mg_program *program) {
#ifdef MG__HAVE_CPU
    if (program->backend == MG_CPU) return &mg__backend_cpu;
#endif
    (void)program;
    return &mg__backend_reference;
}

/* lent NULL: it gets a scratch of its own. */
static mg_session *create(mg_context *context, const mg_program *program, mg_parameters *parameters, const mg__scratch *lent) {
    mg_session *session = mg__alloc_zero(context, sizeof *session);
    if (!session) return NULL;
    session->context = context;
    session->program = program;
    session->lent = lent != NULL;
    if (lent) session->scratch = *lent;
    session->seed = mg_context_seed(context);
    session->learning_rate = program->learning_rate;
    mg_status status = allocate(session);
    if (status == MG_OK) status = bind_stores(session, parameters);
    if (status == MG_OK && program->replay && !(session->replay = mg_session_create(context, program->replay, parameters)))
        status = MG_OUT_OF_MEMORY;
    if (status != MG_OK) {
        mg_session_destroy(session);
        return NULL;
    }
    backend_of(program)->open(session);
    bind_buffers(session, session->named + program->scalar_count + 1); /* named values first, then those of the run */
    return session;
}

mg_session *mg_session_create(mg_context *context, const mg_program *program, mg_parameters *parameters) {
    return context && program ? create(context, program, parameters, NULL) : NULL;
}

mg_session *mg__session_create_in(mg_context *context, const mg_program *program, mg_parameters *parameters,
                                  const mg__scratch *scratch) {
    return create(context, program, parameters, scratch);
}

void mg_session_destroy(mg_session *session) {
    if (!session) return;
    mg_context *context = session->context;
    mg_session_destroy(session->replay);
    if (!session->lent) mg__scratch_close(&session->scratch);
    void *arrays[] = { session->stores, session->pointers, session->named };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) mg__free(context, arrays[i]);
    mg__free(context, session);
}

/* --- a run ------------------------------------------------------------------------------------------- */

static bool same_type(const mg_tensor *t, const mg__buffer *b) {
    return t->dtype == b->dtype && t->rank == b->rank &&
           (t->rank == 0 || memcmp(t->shape, b->shape, (size_t)t->rank * sizeof *t->shape) == 0);
}

static mg_status bind_inputs(mg_session *session, const mg_tensor *inputs) {
    const mg_program *program = session->program;
    for (int i = 0; i < program->input_count; i++) {
        const mg__buffer *b = &program->buffers[program->inputs[i]];
        if (!inputs || !same_type(&inputs[i], b) || (!inputs[i].data && b->bytes))
            return mg__fail(session->context, MG_INVALID, "mg_run: input %d: wanted %s %s, got %s %s", i, mg_dtype_name(b->dtype),
                            MG__SHAPE_TEXT(b->rank, b->shape), inputs ? mg_dtype_name(inputs[i].dtype) : "nothing",
                            inputs ? MG__SHAPE_TEXT(inputs[i].rank, inputs[i].shape) : "");
        session->pointers[program->inputs[i]] = inputs[i].data;
    }
    return MG_OK;
}

static void compute_scalars(mg_session *session) {
    const mg_program *program = session->program;
    mg_run_info info = { session->step, session->learning_rate };
    for (size_t i = 0; i < program->buffer_count; i++) {
        const mg__buffer *b = &program->buffers[i];
        if (b->where != MG__IN_SCALAR) continue;
        const mg__run_scalar_attributes *s = &program->scalars[b->index];
        double value = s->function                             ? s->function(&info, s->arguments)
                       : strcmp(s->name, "learning_rate") == 0 ? session->learning_rate
                                                               : session->named[b->index];
        if (b->dtype == MG_F32)
            *(float *)session->pointers[i] = (float)value;
        else
            *(double *)session->pointers[i] = value;
    }
}

static mg_status hand_out(mg_session *session, mg_tensor *outputs) {
    const mg_program *program = session->program;
    for (int i = 0; i < program->output_count; i++) {
        const mg__buffer *b = &program->buffers[program->outputs[i]];
        void *value = session->pointers[program->outputs[i]];
        if (!outputs[i].data) {
            outputs[i] = mg_tensor_borrow(b->dtype, b->rank, b->shape, value);
        } else if (same_type(&outputs[i], b)) {
            if (b->bytes) memcpy(outputs[i].data, value, b->bytes);
        } else {
            return mg__fail(session->context, MG_INVALID, "mg_run: output %d: wanted %s %s, got %s %s", i,
                            mg_dtype_name(b->dtype), MG__SHAPE_TEXT(b->rank, b->shape), mg_dtype_name(outputs[i].dtype),
                            MG__SHAPE_TEXT(outputs[i].rank, outputs[i].shape));
        }
    }
    return MG_OK;
}

bool mg__update_allowed(const mg_session *session, bool guarded, int predicate) {
    int tests[2] = { guarded ? session->program->guard : -1, predicate };
    for (int i = 0; i < 2; i++) {
        if (tests[i] < 0) continue;
        const mg__buffer *b = &session->program->buffers[tests[i]];
        mg_tensor value = mg_tensor_borrow(b->dtype, 0, NULL, session->pointers[tests[i]]);
        if (mg_tensor_get(&value, 0) == 0) return false;
    }
    return true;
}

mg_status mg_run(mg_session *session, const mg_tensor *inputs, mg_tensor *outputs) {
    if (!session) return MG_INVALID;
    const mg_program *program = session->program;
    int64_t begin = mg__recording_begin(session->recording);
    mg_status status = bind_inputs(session, inputs);
    if (status != MG_OK) return status;
    session->step++;
    compute_scalars(session);
    status = backend_of(program)->run(session);
    if (program->writes)
        for (size_t i = 0; i < program->store_count; i++) mg_parameters_touch(session->stores[i]);
    if (status == MG_OK && program->output_count && outputs) status = hand_out(session, outputs);
    if (status == MG_OK && program->guard >= 0 && !mg__update_allowed(session, true, -1))
        status = mg__fail(session->context, MG_NOT_FINITE, "step %llu: the loss or a gradient is not finite; nothing was updated",
                          (unsigned long long)session->step);
    mg__recording_end(session->recording, (int)program->step_count, 0, 1, begin);
    return status;
}

mg_status mg__replay_begin(mg_session *session, const mg_tensor *inputs) {
    mg_status status = bind_inputs(session, inputs);
    if (status == MG_OK) compute_scalars(session);
    return status;
}

/* --- settings ---------------------------------------------------------------------------------------- */

mg_status mg_session_set(mg_session *session, const char *name, double value) {
    if (!session || !name) return MG_INVALID;
    bool found = strcmp(name, "learning_rate") == 0;
    if (found) session->learning_rate = value;
    for (size_t i = 0; i < session->program->scalar_count; i++) {
        const mg__run_scalar_attributes *s = &session->program->scalars[i];
        if (s->function || strcmp(s->name, name) != 0) continue;
        session->named[i] = value;
        found = true;
    }
    if (session->replay) mg_session_set(session->replay, name, value);
    return found ? MG_OK : mg__fail(session->context, MG_INVALID, "mg_session_set: the program has no scalar '%s'", name);
}
void mg_session_set_seed(mg_session *session, uint64_t seed) { session->seed = seed; }
void mg_session_set_step(mg_session *session, uint64_t step) { session->step = step; }
uint64_t mg_session_step(const mg_session *session) { return session->step; }
void mg_session_set_first_row(mg_session *session, uint64_t row) { session->first_row = row; }
