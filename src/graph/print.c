/* Graphs as text and as Graphviz DOT. */
#include "graph/graph.h"

#include <stdio.h>
#include <string.h>

bool mg_write_file(void *user, const char *text, size_t length) { return fwrite(text, 1, length, user) == length; }

typedef struct printer {
    mg_graph *graph;
    mg_writer *writer;
    void *user;
    bool fine;
} printer;

bool mg__write(mg_writer *writer, void *user, const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0) return true;
    return writer(user, text, (size_t)length < sizeof text ? (size_t)length : sizeof text - 1);
}

#define print(p, ...) ((p)->fine = (p)->fine && mg__write((p)->writer, (p)->user, __VA_ARGS__))

/* Marks what the outputs reach. */
static bool mark(mg_graph *graph, mg_node *const *outputs, int count) {
    size_t top = 0;
    if (!mg__stack_reserve(graph, (size_t)count + 1)) return false;
    for (int i = 0; i < count; i++) graph->stack[top++] = outputs[i];
    while (top) {
        mg_node *node = graph->stack[--top];
        if (node->flags & MG__TOUCHED) continue;
        node->flags |= MG__TOUCHED;
        if (!mg__stack_reserve(graph, top + node->inputs)) return false;
        for (int i = 0; i < node->inputs; i++) graph->stack[top++] = mg__inputs(node)[i];
    }
    return true;
}

static void unmark(mg_graph *graph) {
    for (size_t id = 0; id < graph->count; id++) mg__node_at(graph, id)->flags &= (uint8_t)~MG__TOUCHED;
}

static mg_status walk(mg_node *const *outputs, int count, mg_writer *writer, void *user, void (*head)(printer *),
                      void (*each)(printer *, mg_node *), void (*tail)(printer *)) {
    if (count < 1 || !outputs || !outputs[0]) return MG_INVALID;
    printer p = { mg__graph(outputs[0]), writer, user, true };
    if (p.graph->status != MG_OK) return p.graph->status;
    bool memory = mark(p.graph, outputs, count);
    if (memory) {
        head(&p);
        for (size_t id = 0; id < p.graph->count && p.fine; id++) {
            mg_node *node = mg__node_at(p.graph, id);
            if (node->flags & MG__TOUCHED) each(&p, node);
        }
        tail(&p);
    }
    unmark(p.graph);
    if (!memory) return MG_OUT_OF_MEMORY;
    return p.fine ? MG_OK : mg__fail(p.graph->context, MG_FILE, "the graph could not be written");
}

static void nothing(printer *p) { (void)p; }

static void text_node(printer *p, mg_node *node) {
    print(p, "%%%u = %s(", node->id, node->op->name);
    for (int i = 0; i < node->inputs; i++) print(p, "%s%%%u", i ? ", " : "", mg__inputs(node)[i]->id);
    double literal;
    if (mg__kind_of(node) == MG__CONSTANT && mg__literal(node, &literal)) print(p, "%.9g", literal);
    const char *name = mg_node_name(node), *scope = mg__node_scope(node);
    print(p, ") %s%s%s%s%s%s\n", mg_dtype_name((mg_dtype)node->dtype), MG__NODE_SHAPE_TEXT(node), *name ? " " : "", name,
          *scope ? "  # " : "", scope);
}

mg_status mg_graph_write_text(mg_node *const *outputs, int count, mg_writer *writer, void *user) {
    return walk(outputs, count, writer, user, nothing, text_node, nothing);
}

/* --- DOT --------------------------------------------------------------------------------------------- */

static void dot_head(printer *p) {
    print(
        p,
        "digraph micrograd {\n  rankdir=LR;\n  node [shape=box, style=\"rounded,filled\", fillcolor=\"#f4f6fa\", color=\"#5b6b8c\", "
        "fontname=\"Helvetica\", fontsize=11];\n  edge [color=\"#5b6b8c\"];\n");
}
static void dot_tail(printer *p) { print(p, "}\n"); }

static void dot_escape(const char *text, char *out, size_t size) {
    size_t used = 0;
    for (; *text && used + 3 < size; text++) {
        if (*text == '"' || *text == '\\') out[used++] = '\\';
        out[used++] = *text == '\n' ? ' ' : *text;
    }
    out[used] = 0;
}

static void dot_node(printer *p, mg_node *node) {
    char name[128];
    dot_escape(mg_node_name(node), name, sizeof name);
    double literal;
    bool leaf = node->inputs == 0;
    print(p, "  n%u [label=\"", node->id);
    if (mg__kind_of(node) == MG__CONSTANT && mg__literal(node, &literal))
        print(p, "%.6g", literal);
    else if (*name)
        print(p, "%s%s%s", name, leaf ? "" : " = ", leaf ? "" : node->op->name);
    else
        print(p, "%s", node->op->name);
    if (node->shape->rank) print(p, "\\n%s", MG__NODE_SHAPE_TEXT(node));
    bool fresh = p->graph->mode == MG_EAGER && node->shape->count == 1 && mg__kind_of(node) != MG__CONSTANT;
    if (fresh && node->changed) {
        mg_tensor value = mg__node_value(node);
        print(p, "\\nvalue %.4f", mg_tensor_get(&value, 0));
        mg_node *gradient = node->id < p->graph->adjoint_count ? p->graph->adjoints[node->id] : NULL;
        if (gradient && gradient->changed) {
            mg_tensor slope = mg__node_value(gradient);
            print(p, "\\ngrad %.4f", mg_tensor_get(&slope, 0));
        }
    }
    print(p, "\"%s];\n", leaf ? ", fillcolor=\"#fff4d6\"" : "");
    for (int i = 0; i < node->inputs; i++) print(p, "  n%u -> n%u;\n", mg__inputs(node)[i]->id, node->id);
}

mg_status mg_graph_write_dot(mg_node *const *outputs, int count, mg_writer *writer, void *user) {
    if (count < 1 || !outputs || !outputs[0]) return MG_INVALID;
    mg_graph *graph = mg__graph(outputs[0]);
    for (int i = 0; graph->mode == MG_EAGER && i < count; i++) {
        if (mg__evaluate(outputs[i]) != MG_OK) return graph->status;
    }
    /* gradients that a user could read are shown: make them fresh too */
    for (size_t id = 0; graph->mode == MG_EAGER && id < graph->adjoint_count; id++)
        if (graph->adjoints[id] && mg__evaluate(graph->adjoints[id]) != MG_OK) return graph->status;
    return walk(outputs, count, writer, user, dot_head, dot_node, dot_tail);
}
