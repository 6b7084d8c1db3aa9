/* A program as a Graphviz graph. */
#include "graph/parameters.h"
#include "plan/program.h"

#include <micrograd/trace.h>

#include <stdio.h>

typedef struct printer {
    const mg_program *program;
    mg_writer *writer;
    void *user;
    int *writers; /* by buffer: the step that wrote it last; -1: none yet */
    int step;
    bool fine;
} printer;

#define print(p, ...) ((p)->fine = (p)->fine && mg__write((p)->writer, (p)->user, __VA_ARGS__))

static const char *escaped(const char *text, char out[256]) {
    size_t used = 0;
    for (; *text && used + 3 < 256; text++) {
        if (*text == '"' || *text == '\\') out[used++] = '\\';
        out[used++] = *text == '\n' ? ' ' : *text;
    }
    out[used] = 0;
    return out;
}

/* Whole numbers: 25 kB. */
static const char *bytes_text(size_t bytes, char out[32]) {
    static const char *const units[] = { "B", "kB", "MB", "GB" };
    int unit = 0;
    while (bytes >= 10000 && unit < 3) bytes = (bytes + 500) / 1000, unit++;
    snprintf(out, 32, "%zu %s", bytes, units[unit]);
    return out;
}

/* --- boxes ------------------------------------------------------------------------------------------- */

static const char *colour_of(mg_pass pass) {
    return pass == MG_PASS_BACKWARD ? "#f9e6e2" : pass == MG_PASS_UPDATE ? "#e4f1e4" : "#f4f6fa";
}

static void print_step(printer *p, int index) {
    mg_step_info info;
    char layer[256], op[256];
    if (mg_program_step(p->program, index, &info) != MG_OK) return;
    print(p, "  s%d [label=\"%d: %s\\n%s%s%s%s%s\", fillcolor=\"%s\"];\n", index, index, escaped(info.op, op), info.shape,
          *info.layer ? "\\n" : "", escaped(info.layer, layer), *mg_pass_name(info.pass) ? "\\n" : "", mg_pass_name(info.pass),
          colour_of(info.pass));
}

static bool is_leaf(const mg__buffer *b) { return b->where == MG__IN_INPUT || b->where == MG__IN_PARAMETER; }

static void print_leaf(printer *p, int index) {
    const mg__buffer *b = &p->program->buffers[index];
    char name[256], bytes[32];
    if (!is_leaf(b)) return;
    print(p, "  b%d [shape=ellipse, fillcolor=\"#fff4d6\", label=\"", index);
    if (b->where == MG__IN_INPUT)
        print(p, "input %d", (int)b->index);
    else
        print(p, "%s", escaped(mg_parameters_entry(p->program->stores[b->index], (int)b->entry)->name, name));
    if (b->where == MG__IN_PARAMETER && b->slot >= 0) print(p, "\\nslot %d", (int)b->slot);
    print(p, "\\n%s %s\"];\n", MG__SHAPE_TEXT(b->rank, b->shape), bytes_text(b->bytes, bytes));
}

/* --- edges ------------------------------------------------------------------------------------------- */

static void print_read(void *user, int buffer, bool write, double used) {
    printer *p = user;
    const mg__buffer *b = &p->program->buffers[buffer];
    char bytes[32];
    (void)used;
    if (write) return;
    bytes_text(b->bytes, bytes);
    if (p->writers[buffer] >= 0)
        print(p, "  s%d -> s%d [label=\"%d: %s\"];\n", p->writers[buffer], p->step, buffer, bytes);
    else if (is_leaf(b))
        print(p, "  b%d -> s%d [label=\"%s\"];\n", buffer, p->step, bytes);
}

static void print_write(void *user, int buffer, bool write, double used) {
    printer *p = user;
    (void)used;
    if (!write) return;
    p->writers[buffer] = p->step;
    if (is_leaf(&p->program->buffers[buffer])) print(p, "  s%d -> b%d [style=dashed, constraint=false];\n", p->step, buffer);
}

static void print_output(printer *p, int index) {
    int buffer = p->program->outputs[index], from = p->writers[buffer];
    char bytes[32];
    print(p, "  o%d [shape=ellipse, label=\"output %d\\n%s\"];\n", index, index,
          bytes_text(p->program->buffers[buffer].bytes, bytes));
    if (from >= 0)
        print(p, "  s%d -> o%d [label=\"%d\"];\n", from, index, buffer);
    else if (is_leaf(&p->program->buffers[buffer]))
        print(p, "  b%d -> o%d;\n", buffer, index);
}

/* --- memory ------------------------------------------------------------------------------------------ */

static void print_table(printer *p) {
    const mg_program *program = p->program;
    char bytes[32];
    print(p,
          "  memory [shape=plain, style=\"\", label=<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\">\n"
          "    <tr><td colspan=\"5\">workspace: %s</td></tr>\n"
          "    <tr><td>buffer</td><td>shape</td><td>bytes</td><td>from</td><td>steps</td></tr>\n",
          bytes_text(program->workspace_bytes, bytes));
    for (size_t i = 0; i < program->buffer_count; i++) {
        const mg__buffer *b = &program->buffers[i];
        if (b->where != MG__IN_WORKSPACE || b->first < 0) continue;
        print(p, "    <tr><td>%zu</td><td>%s</td><td>%zu</td><td>%zu</td><td>%d to %d</td></tr>\n", i,
              MG__SHAPE_TEXT(b->rank, b->shape), b->bytes, b->offset, b->first, b->last);
    }
    print(p, "  </table>>];\n");
}

mg_status mg_program_write_dot(const mg_program *program, mg_writer *writer, void *user) {
    if (!program || !writer) return MG_INVALID;
    int *writers = mg__alloc_array(program->context, program->buffer_count + 1, sizeof *writers);
    if (!writers) return MG_OUT_OF_MEMORY;
    printer p = { program, writer, user, writers, 0, true };
    print(
        &p,
        "digraph micrograd {\n"
        "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#f4f6fa\", color=\"#5b6b8c\", fontname=\"Helvetica\", fontsize=11];\n"
        "  edge [color=\"#5b6b8c\", fontname=\"Helvetica\", fontsize=9];\n");
    for (size_t i = 0; i < program->buffer_count; i++) writers[i] = -1;
    for (size_t i = 0; i < program->buffer_count; i++) print_leaf(&p, (int)i);
    for (; p.step < (int)program->step_count && p.fine; p.step++) {
        print_step(&p, p.step);
        mg__step_buffers(program, &program->steps[p.step], print_read, &p);
        mg__step_buffers(program, &program->steps[p.step], print_write, &p);
    }
    for (int i = 0; i < program->output_count; i++) print_output(&p, i);
    print_table(&p);
    print(&p, "}\n");
    mg__free(program->context, writers);
    return p.fine ? MG_OK : mg__fail(program->context, MG_FILE, "the program could not be written");
}
