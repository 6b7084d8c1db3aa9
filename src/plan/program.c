/* Programs: their memory and what can be asked of them. */
#include "plan/program.h"

#include <string.h>

void *mg__program_memory(mg_program *program, size_t bytes) { return mg__arena_take(program->context, &program->arena, bytes); }

int mg__program_buffer(mg_program *program, const mg__buffer *buffer) {
    if (!mg__grow(program->context, &program->buffers, &program->buffer_capacity, program->buffer_count + 1,
                  sizeof *program->buffers))
        return -1;
    program->buffers[program->buffer_count] = *buffer;
    return (int)program->buffer_count++;
}

mg__step *mg__program_step(mg_program *program, mg__step_kind kind) {
    if (!mg__grow(program->context, &program->steps, &program->step_capacity, program->step_count + 1, sizeof *program->steps))
        return NULL;
    mg__step *step = &program->steps[program->step_count++];
    memset(step, 0, sizeof *step);
    step->kind = kind;
    step->layer = "";
    return step;
}

const char *mg__program_layer(mg_program *program, const char *scope) {
    if (!*scope) return "";
    for (size_t i = program->layer_count; i-- > 0;)
        if (strcmp(program->layers[i], scope) == 0) return program->layers[i];
    size_t bytes = strlen(scope) + 1;
    char *copy = mg__program_memory(program, bytes);
    if (!copy || !mg__grow(program->context, &program->layers, &program->layer_capacity, program->layer_count + 1,
                           sizeof *program->layers))
        return NULL;
    memcpy(copy, scope, bytes);
    return program->layers[program->layer_count++] = copy;
}

void mg_program_destroy(mg_program *program) {
    if (!program) return;
    mg_context *context = program->context;
    mg_program_destroy(program->replay);
    mg__arena_free(context, &program->arena);
    void *arrays[] = { program->buffers, program->steps, program->inputs,    program->outputs, program->scalars,
                       program->stores,  program->slots, program->constants, program->layers };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) mg__free(context, arrays[i]);
    mg__free(context, program);
}

int mg_program_inputs(const mg_program *program) { return program->input_count; }
int mg_program_outputs(const mg_program *program) { return program->output_count; }
double mg_program_flops(const mg_program *program) { return program->flops; }

/* A store's blocks: what is learned, state, and the slots up to the highest that is used. */
static void add_store(const mg_program *program, size_t index, mg_memory *memory) {
    const mg_parameters *store = program->stores[index];
    size_t flat = 0, state = 0, slots = 0, size = mg_dtype_size(mg_parameters_dtype(store));
    for (int e = 0; e < mg_parameters_count(store); e++) {
        const mg_parameter *entry = mg_parameters_entry(store, e);
        size_t count = size;
        for (int d = 0; d < entry->rank; d++) count *= (size_t)entry->shape[d];
        *(entry->role == MG_STATE ? &state : &flat) += (count + 63) & ~(size_t)63;
    }
    for (size_t s = 0; s < program->slot_count; s++) {
        const mg__slot_use *use = &program->slots[s];
        if (use->store == (int64_t)index && (size_t)use->slot + 1 > slots) slots = (size_t)use->slot + 1;
    }
    memory->parameters += flat * (1 + slots) + state;
    memory->headers += (2 + slots) * MG__BLOCK_HEADER;
}

static void add_session(const mg_program *program, int threads, mg_memory *memory) {
    mg__scratch_size scratch = mg__scratch_measure(threads, &program, 1);
    memory->workspace += scratch.values;
    memory->headers += mg__session_headers(program) + scratch.headers;
    memory->program += sizeof *program + program->arena.bytes + program->buffer_capacity * sizeof *program->buffers +
                       program->step_capacity * sizeof *program->steps + program->constant_capacity;
}

mg_memory mg_program_memory(const mg_program *program, int threads) {
    mg_memory memory = { 0 };
    if (threads < 1) threads = 1;
    add_session(program, threads, &memory);
    if (program->replay) add_session(program->replay, threads, &memory);
    for (size_t i = 0; i < program->store_count; i++) add_store(program, i, &memory);
    for (int i = 0; i < program->input_count; i++) memory.inputs += program->buffers[program->inputs[i]].bytes;
    for (int i = 0; i < program->output_count; i++) memory.outputs += program->buffers[program->outputs[i]].bytes;
    return memory;
}

/* --- text -------------------------------------------------------------------------------------------- */

typedef struct line {
    char text[2048];
    size_t used;
} line;

static const char *const place_names[] = { "w", "in", "p", "const", "scalar" };

static void add_buffer(const mg_program *program, line *l, int index) {
    const mg__buffer *b = &program->buffers[index];
    mg__append(l->text, sizeof l->text, &l->used, " %s%d%s", place_names[b->where], index, MG__SHAPE_TEXT(b->rank, b->shape));
}

static void loop_line(const mg_program *program, const mg__loop *loop, line *l) {
    static const char *const names[] = { "literal", "load",    "index",      "uniform", "normal",      "scalar",
                                         "sum_row", "max_row", "argmax_row", "store",   "sum_columns", "sum_all" };
    mg__append(l->text, sizeof l->text, &l->used, "loop %lld x %lld:", (long long)loop->rows, (long long)loop->columns);
    for (int i = 0; i < loop->count; i++) {
        const mg__loop_instruction *c = &loop->code[i];
        if (c->code == MG__LOOP_LITERAL)
            mg__append(l->text, sizeof l->text, &l->used, " %g", c->literal);
        else
            mg__append(l->text, sizeof l->text, &l->used, " %s",
                       c->code == MG__LOOP_SCALAR ? mg__scalars[c->scalar].name : names[c->code]);
        if (c->operand >= 0) add_buffer(program, l, loop->operands[c->operand].buffer);
    }
}

static void conv_line(const mg_program *program, const mg__conv_step *c, line *l) {
    static const char *const names[] = { "", "_data", "_weight" };
    mg__append(l->text, sizeof l->text, &l->used, "conv2d%s %s * %s%s%s", names[c->kind - MG__CONV], MG__SHAPE_TEXT(4, c->x),
               MG__SHAPE_TEXT(4, c->w), c->bias >= 0 ? " + bias" : "", c->relu ? " relu" : "");
    add_buffer(program, l, c->c);
}

static void window_line(const mg_program *program, const mg__window_step *w, line *l) {
    static const char *const names[] = { "max", "gather", "scatter" };
    mg__append(l->text, sizeof l->text, &l->used, "window %s %lld x %lld of %s%s", names[w->kind - MG__WINDOW_ARGMAX],
               (long long)w->window.kernel[0], (long long)w->window.kernel[1], MG__SHAPE_TEXT(4, w->x), w->relu ? " relu" : "");
    if (w->to >= 0) add_buffer(program, l, w->to);
    if (w->index >= 0) add_buffer(program, l, w->index);
}

mg_status mg_program_write_text(const mg_program *program, mg_writer *writer, void *user) {
    for (size_t i = 0; i < program->step_count; i++) {
        const mg__step *step = &program->steps[i];
        line l = { .used = 0 };
        if (step->kind == MG__STEP_KERNEL) {
            mg__append(l.text, sizeof l.text, &l.used, "kernel %s", step->kernel.op->name);
            add_buffer(program, &l, step->kernel.output);
            mg__append(l.text, sizeof l.text, &l.used, " <-");
            for (int k = 0; k < step->kernel.inputs; k++) add_buffer(program, &l, step->kernel.input[k]);
        } else if (step->kind == MG__STEP_PRODUCT) {
            const mg__product_step *p = &step->product;
            mg__append(l.text, sizeof l.text, &l.used, "product %lld x (%lld, %lld, %lld)%s%s%s%s", (long long)p->batch,
                       (long long)p->m, (long long)p->n, (long long)p->k, p->transpose_a ? " A'" : "",
                       p->transpose_b ? " B'" : "", p->bias >= 0 ? " + bias" : "", p->relu ? " relu" : "");
            add_buffer(program, &l, p->c);
        } else if (step->kind == MG__STEP_CONV) {
            conv_line(program, &step->conv, &l);
        } else if (step->kind == MG__STEP_WINDOW) {
            window_line(program, &step->window, &l);
        } else if (step->kind == MG__STEP_LOOP) {
            loop_line(program, &step->loop, &l);
        } else {
            mg__append(l.text, sizeof l.text, &l.used, "copy");
            add_buffer(program, &l, step->copy.to);
        }
        mg__append(l.text, sizeof l.text, &l.used, "\n");
        if (!writer(user, l.text, l.used)) return mg__fail(program->context, MG_FILE, "the program could not be written");
    }
    return MG_OK;
}
