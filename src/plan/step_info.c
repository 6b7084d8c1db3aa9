/* What a step is called, what it reads and writes, and how much it does. A new kind of step has a case in each of the two
 * switches here, and in nothing else that looks at programs. */
#include "plan/program.h"

#include <micrograd/trace.h>

#include <string.h>

/* --- memory ------------------------------------------------------------------------------------------ */

/* Elements of an operand that a loop touches. */
static double touched(const mg__loop *loop, const mg__loop_operand *operand) {
    double count = operand->column_stride != 0 ? (double)loop->columns : 1;
    for (int d = 0; d < MG__LOOP_ROW_DIMS; d++)
        if (operand->row_stride[d] != 0) count *= (double)loop->row_dims[d];
    return count;
}

static bool is_written(const mg__loop *loop, int operand) {
    for (int i = 0; i < loop->count; i++)
        if (loop->code[i].operand == operand && loop->code[i].code >= MG__LOOP_STORE) return true;
    return false;
}

static double whole(const mg_program *program, int buffer) { return buffer >= 0 ? (double)program->buffers[buffer].bytes : 0; }

void mg__step_buffers(const mg_program *program, const mg__step *step, mg__buffer_visitor *visit, void *user) {
    switch (step->kind) {
    case MG__STEP_KERNEL:
        for (int i = 0; i < step->kernel.inputs; i++)
            visit(user, step->kernel.input[i], false, whole(program, step->kernel.input[i]));
        visit(user, step->kernel.output, true, whole(program, step->kernel.output));
        break;
    case MG__STEP_PRODUCT: {
        const mg__product_step *p = &step->product;
        visit(user, p->a, false, whole(program, p->a));
        visit(user, p->b, false, whole(program, p->b));
        if (p->bias >= 0) visit(user, p->bias, false, whole(program, p->bias));
        visit(user, p->c, true, whole(program, p->c));
        break;
    }
    case MG__STEP_CONV: {
        const mg__conv_step *c = &step->conv;
        visit(user, c->a, false, whole(program, c->a));
        visit(user, c->b, false, whole(program, c->b));
        if (c->bias >= 0) visit(user, c->bias, false, whole(program, c->bias));
        visit(user, c->c, true, whole(program, c->c));
        break;
    }
    case MG__STEP_WINDOW: {
        const mg__window_step *w = &step->window;
        visit(user, w->from, false, whole(program, w->from));
        if (w->index >= 0) visit(user, w->index, w->kind == MG__WINDOW_ARGMAX, whole(program, w->index));
        if (w->to >= 0) visit(user, w->to, true, whole(program, w->to));
        break;
    }
    case MG__STEP_LOOP:
        for (int i = 0; i < step->loop.operand_count; i++) {
            const mg__loop_operand *o = &step->loop.operands[i];
            visit(user, o->buffer, is_written(&step->loop, i), touched(&step->loop, o) * (double)mg_dtype_size(o->dtype));
            if (o->predicate >= 0) visit(user, o->predicate, false, 0);
            if (o->guarded && program->guard >= 0) visit(user, program->guard, false, 0);
        }
        break;
    case MG__STEP_COPY:
        visit(user, step->copy.from, false, whole(program, step->copy.from));
        visit(user, step->copy.to, true, whole(program, step->copy.to));
        if (step->copy.predicate >= 0) visit(user, step->copy.predicate, false, 0);
        break;
    }
}

static void add_bytes(void *user, int buffer, bool write, double bytes) {
    (void)buffer, (void)write;
    *(double *)user += bytes;
}

/* --- what it does ------------------------------------------------------------------------------------ */

static double loop_flops(const mg__loop *loop) {
    double flops = 0;
    for (int i = 0; i < loop->count; i++) {
        const mg__loop_instruction *c = &loop->code[i];
        bool fused = c->code == MG__LOOP_SCALAR && (c->scalar == MG__SCALAR_fma || c->scalar == MG__SCALAR_fnma);
        bool over_points = c->code == MG__LOOP_SUM_ROW || c->code == MG__LOOP_MAX_ROW || c->code == MG__LOOP_ARGMAX_ROW;
        if (c->code < MG__LOOP_UNIFORM || c->code == MG__LOOP_STORE ||
            (c->code == MG__LOOP_SCALAR && c->scalar == MG__SCALAR_copy))
            continue;
        mg__extent extent = over_points || c->code > MG__LOOP_STORE ? loop->code[c->a].extent : c->extent;
        double points =
            extent == MG__UNIFORM_VALUE ? 1 : (double)loop->rows * (extent == MG__FULL_VALUE ? (double)loop->columns : 1);
        flops += points * (fused ? 2 : 1);
    }
    return flops;
}

static const char *instruction_name(const mg__loop_instruction *c) {
    switch (c->code) {
    case MG__LOOP_UNIFORM: return "uniform";
    case MG__LOOP_NORMAL: return "normal";
    case MG__LOOP_SCALAR: return c->scalar == MG__SCALAR_copy ? NULL : mg__scalars[c->scalar].name;
    case MG__LOOP_SUM_ROW: return "sum_row";
    case MG__LOOP_MAX_ROW: return "max_row";
    case MG__LOOP_ARGMAX_ROW: return "argmax_row";
    case MG__LOOP_SUM_COLUMNS: return "sum_columns";
    case MG__LOOP_SUM_ALL: return "sum_all";
    case MG__LOOP_LITERAL:
    case MG__LOOP_LOAD:
    case MG__LOOP_INDEX:
    case MG__LOOP_STORE: break;
    }
    return NULL;
}

/* "loop sub exp sum_row": each of its instructions once. */
static void loop_name(const mg__loop *loop, mg_step_info *info) {
    size_t used = 0;
    mg__append(info->op, sizeof info->op, &used, "loop");
    for (int i = 0; i < loop->count; i++) {
        const char *name = instruction_name(&loop->code[i]);
        bool told = false;
        for (int k = 0; k < i && name && !told; k++) {
            const char *before = instruction_name(&loop->code[k]);
            told = before && strcmp(before, name) == 0;
        }
        if (!name || told) continue;
        bool fits = used + strlen(name) + 6 < sizeof info->op;
        mg__append(info->op, sizeof info->op, &used, " %s", fits ? name : "...");
        if (!fits) return;
    }
    if (used == strlen("loop")) mg__append(info->op, sizeof info->op, &used, " copy");
}

static void describe(const mg_program *program, const mg__step *step, mg_step_info *info) {
    size_t op = 0, shape = 0;
    switch (step->kind) {
    case MG__STEP_KERNEL: {
        const mg__buffer *b = &program->buffers[step->kernel.output];
        double count = 1;
        for (int d = 0; d < b->rank; d++) count *= (double)b->shape[d];
        mg__append(info->op, sizeof info->op, &op, "%s", step->kernel.op->name);
        mg__append(info->shape, sizeof info->shape, &shape, "%s", MG__SHAPE_TEXT(b->rank, b->shape));
        info->flops = step->kernel.op->scalar ? count : 0;
        break;
    }
    case MG__STEP_PRODUCT: {
        const mg__product_step *p = &step->product;
        mg__append(info->op, sizeof info->op, &op, "product%s%s%s%s", p->transpose_a ? " A'" : "", p->transpose_b ? " B'" : "",
                   p->bias >= 0 ? " + bias" : "", p->relu ? " relu" : "");
        if (p->batch > 1) mg__append(info->shape, sizeof info->shape, &shape, "%lld x ", (long long)p->batch);
        mg__append(info->shape, sizeof info->shape, &shape, "%lld x %lld x %lld", (long long)p->m, (long long)p->n,
                   (long long)p->k);
        info->flops = 2.0 * (double)p->batch * (double)p->m * (double)p->n * (double)p->k;
        break;
    }
    case MG__STEP_CONV: {
        static const char *const names[] = { "conv2d", "conv2d data", "conv2d weight" };
        const mg__conv_step *c = &step->conv;
        mg__append(info->op, sizeof info->op, &op, "%s%s%s", names[c->kind - MG__CONV], c->bias >= 0 ? " + bias" : "",
                   c->relu ? " relu" : "");
        mg__append(info->shape, sizeof info->shape, &shape, "%s * %s", MG__SHAPE_TEXT(4, c->x), MG__SHAPE_TEXT(4, c->w));
        info->flops = mg__conv_flops(c);
        break;
    }
    case MG__STEP_WINDOW: {
        static const char *const names[] = { "max", "gather", "scatter" };
        const mg__window_step *w = &step->window;
        mg__append(info->op, sizeof info->op, &op, "window %s%s", names[w->kind - MG__WINDOW_ARGMAX], w->relu ? " relu" : "");
        mg__append(info->shape, sizeof info->shape, &shape, "%lld x %lld of %s", (long long)w->window.kernel[0],
                   (long long)w->window.kernel[1], MG__SHAPE_TEXT(4, w->x));
        break;
    }
    case MG__STEP_LOOP:
        loop_name(&step->loop, info);
        mg__append(info->shape, sizeof info->shape, &shape, "%lld x %lld", (long long)step->loop.rows,
                   (long long)step->loop.columns);
        info->flops = loop_flops(&step->loop);
        break;
    case MG__STEP_COPY: {
        const mg__buffer *b = &program->buffers[step->copy.to];
        mg__append(info->op, sizeof info->op, &op, "copy");
        mg__append(info->shape, sizeof info->shape, &shape, "%s", MG__SHAPE_TEXT(b->rank, b->shape));
        break;
    }
    }
}

/* --- whose it is ------------------------------------------------------------------------------------- */

static bool after(const char **text, const char *word) {
    size_t length = strlen(word);
    if (strncmp(*text, word, length) != 0 || ((*text)[length] && (*text)[length] != ' ')) return false;
    *text += length;
    return true;
}

/* "gradient of dense 'a'" is dense 'a', backward; what encloses it goes before. */
static void find_layer(const char *scope, mg_step_info *info) {
    size_t used = 0;
    info->pass = MG_PASS_FORWARD;
    const char *part = scope;
    while (part) { /* the parts of the path, from the outermost */
        const char *next = strstr(part, ": ");
        if (after(&part, MG__GRADIENT_SCOPE)) {
            info->pass = MG_PASS_BACKWARD;
            after(&part, " of");
        } else if (after(&part, MG__UPDATE_SCOPE)) {
            info->pass = MG_PASS_UPDATE;
        }
        while (*part == ' ') part++;
        int length = next ? (int)(next - part) : (int)strlen(part);
        if (length > 0) mg__append(info->layer, sizeof info->layer, &used, "%s%.*s", used ? ": " : "", length, part);
        part = next ? next + 2 : NULL;
    }
}

const char *mg_pass_name(mg_pass pass) {
    static const char *const names[] = { "forward", "backward", "update", "" };
    return pass >= MG_PASS_FORWARD && pass <= MG_PASS_OTHER ? names[pass] : "";
}

int64_t mg_program_steps(const mg_program *program) { return program ? (int64_t)program->step_count : 0; }

mg_status mg_program_step(const mg_program *program, int64_t index, mg_step_info *info) {
    if (!info || index < 0 || index >= mg_program_steps(program)) return MG_INVALID;
    const mg__step *step = &program->steps[index];
    *info = (mg_step_info){ .pass = MG_PASS_FORWARD };
    find_layer(step->layer, info);
    describe(program, step, info);
    mg__step_buffers(program, step, add_bytes, &info->bytes);
    return MG_OK;
}
