/* A program of the build: emit_chains FILE writes the chains of networks that people train as C, one function a chain, which is
 * then compiled for each instruction set (backend/cpu/chain.h). The networks below are the list: what they do not bring about is
 * interpreted. */
#include "backend/cpu/loop.h"

#include <micrograd.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CHAINS = 4096 };

typedef struct emitter {
    FILE *file;
    char *keys[MOST_CHAINS];
    int count;
    const mg__tile_plan *plan;
} emitter;

/* --- a chain as C ------------------------------------------------------------------------------------ */

static void emit_operand(emitter *e, const mg__chain *chain, int m, int k) {
    int at = mg__chain_operand(e->plan, chain, m, k);
    fprintf(e->file, at >= 0 ? "v%d" : "x%d", at >= 0 ? at : -1 - at);
}

/* The points n, from i on: everything is read before anything is written, for updates are in place. */
static void emit_body(emitter *e, const mg__chain *chain) {
    for (int r = 0; r < chain->read_count; r++)
        if (!chain->reads[r].single) fprintf(e->file, "    const vec x%d = load_some(in%d + i, n); \\\n", r, r);
    for (int m = 0; m < chain->count; m++) {
        const mg__scalar *scalar = &mg__scalars[e->plan->loop->code[chain->members[m]].scalar];
        fprintf(e->file, "    const vec v%d = do_%s(", m, scalar->name);
        for (int k = 0; k < 3; k++) {
            if (k) fprintf(e->file, ", ");
            if (k < scalar->arity)
                emit_operand(e, chain, m, k);
            else
                fprintf(e->file, "zero()");
        }
        fprintf(e->file, "); \\\n");
    }
    for (int m = 0; m < chain->count; m++)
        if (chain->output[m]) fprintf(e->file, "    store_some(out%d + i, v%d, n); \\\n", m, m);
}

static void emit_function(emitter *e, const mg__chain *chain, const char *key) {
    int memory = 0, read_count = chain->read_count;
    fprintf(e->file, "\n/* %s */\n#define BODY(n) \\\n", key);
    emit_body(e, chain);
    fprintf(e->file, "\nstatic void chain_%d(void *const *memory, const int64_t *step, int64_t period, int64_t count) {\n",
            e->count);
    for (; memory < read_count; memory++) fprintf(e->file, "    const real *in%d = memory[%d];\n", memory, memory);
    for (int m = 0; m < chain->count; m++)
        if (chain->output[m]) fprintf(e->file, "    real *out%d = memory[%d];\n", m, memory++);
    fprintf(e->file, "    for (int64_t left = count; left > 0; left -= period) {\n"
                     "        const int64_t points = left < period ? left : period;\n        int64_t i = 0;\n");
    for (int r = 0; r < read_count; r++)
        if (chain->reads[r].single) fprintf(e->file, "        const vec x%d = splat(*in%d);\n", r, r);
    fprintf(e->file, "        for (; i + LANES <= points; i += LANES) { BODY(LANES) }\n"
                     "        if (i < points) { BODY(points - i) }\n");
    for (memory = 0; memory < read_count; memory++) fprintf(e->file, "        in%d += step[%d];\n", memory, memory);
    for (int m = 0; m < chain->count; m++)
        if (chain->output[m]) fprintf(e->file, "        out%d += step[%d];\n", m, memory++);
    fprintf(e->file, "    }\n}\n#undef BODY\n");
}

static bool emit_chain(void *user, const mg__chain *chain) {
    emitter *e = user;
    char key[MG__CHAIN_KEY];
    mg__chain_key(e->plan, chain, key);
    for (int i = 0; i < e->count; i++)
        if (strcmp(e->keys[i], key) == 0) return true;
    if (e->count == MOST_CHAINS) return false;
    emit_function(e, chain, key);
    e->keys[e->count] = malloc(strlen(key) + 1);
    if (!e->keys[e->count]) return false;
    strcpy(e->keys[e->count++], key);
    return true;
}

static void emit_head(emitter *e) {
    fprintf(e->file, "/* Written by src/emit/chains.c at build time. */\n#define MG__REAL 32\n\n"
                     "#include \"backend/cpu/vecmath_pow_f32.h\"\n\n#include \"backend/cpu/chain.h\"\n"
                     "#include \"backend/cpu/tile_instruction.h\"\n");
}

static void emit_table(emitter *e) {
    fprintf(e->file, "\n#define TABLE MG__PASTE(mg__chains_, MG__ISA)\nextern const mg__chain_entry TABLE[];\n"
                     "const mg__chain_entry TABLE[] = {\n");
    for (int i = 0; i < e->count; i++) fprintf(e->file, "    { \"%s\", chain_%d },\n", e->keys[i], i);
    fprintf(e->file, "    { NULL, NULL }\n};\n");
}

static bool emit_program(emitter *e, mg_program *program) {
    bool fine = true;
    for (size_t i = 0; i < program->step_count && fine; i++) {
        mg__tile_plan plan;
        if (program->steps[i].kind != MG__STEP_LOOP) continue;
        fine = mg__tile_plan_make(program, &program->steps[i].loop, MG__ISA_PLAIN, &plan);
        e->plan = &plan;
        fine = fine && mg__chains_find(&plan, emit_chain, e);
    }
    return fine;
}

/* --- the networks ------------------------------------------------------------------------------------ */

typedef struct network {
    const char *text;
    int64_t rows, outputs;
    const char *loss, *optimizer; /* NULL: prediction alone */
    double clip;
} network;

/* FEW rows of values that are read again from memory, MANY of such that are computed again (plan/recompute.c); rows LONG
 * enough to be taken one at a time; WIDE: a unit of a loop is a part of a row. */
enum { FEW = 48, MANY = 4096, FEATURES = 7, CLASSES = 5, LONG = 100, WIDE = 6000 };

static mg_node *add_step(mg_node *output, mg_parameters *store, const network *n) {
    mg_graph *g = mg_node_graph(output);
    const int64_t shape[2] = { n->rows, n->outputs };
    const mg_loss *loss = mg_loss_find(n->loss);
    mg_node *target = loss->classification ? mg_input(g, "target", MG_I32, 1, shape) : mg_input(g, "target", MG_F32, 2, shape);
    mg_optimizer optimizer = mg_optimizer_defaults(n->optimizer);
    optimizer.clip_norm = n->clip;
    mg_node *value = loss->build(output, target, NULL);
    mg_minimise(value, store, &optimizer);
    return value;
}

static bool emit_network(emitter *e, mg_context *context, const network *n) {
    mg_graph *g = mg_graph_create(context, MG_STAGED);
    mg_parameters *store = mg_parameters_create(context, MG_F32);
    mg_network *parsed = mg_network_parse(context, n->text);
    mg_network_options options = mg_network_defaults();
    options.outputs = n->outputs;
    options.training = n->loss != NULL;
    mg_node *x = mg_input(g, "x", MG_F32, 2, (int64_t[]){ n->rows, FEATURES });
    mg_node *y = parsed ? mg_network_build(parsed, x, store, &options) : mg_graph_poison(g);
    if (n->loss)
        y = add_step(y, store, n);
    else if (n->outputs > 1)
        y = mg_softmax(y, -1);
    mg_program *program = mg_compile(g, MG_CPU, &y, 1);
    bool fine = program && emit_program(e, program);
    mg_program_destroy(program);
    mg_network_destroy(parsed);
    mg_parameters_destroy(store);
    mg_graph_destroy(g);
    return fine;
}

/* Layers of one size share an updating loop, and so do biases as long as the last layer's weight: hence several depths. A dense
 * layer stands for a convolution too: what surrounds it are the same loops. */
static const char *const bodies[] = {
    "",
    "dense(24) relu",
    "2*[dense(16) relu]",
    "3*[dense(16) relu]",
    "4*[dense(16) relu]",
    "dense(24) relu dropout(0.2)",
    "2*[dense(24) batchnorm relu]",
    "2*[dense(24) layernorm relu]",
    "2*[dense(24) tanh]",
    "2*[dense(24) sigmoid]",
    "2*[dense(24) gelu]",
    "2*[dense(24) silu]",
    "2*[dense(24) layernorm gelu dropout(0.2)]",
    "dense(24) batchnorm relu 2*[residual(dense(24) batchnorm relu dense(24) batchnorm) relu]"
};
static const struct {
    const char *loss;
    int64_t outputs;
} ends[] = { { "cross_entropy", CLASSES }, { "binary_cross_entropy", 1 }, { "mean_squared_error", 1 }, { NULL, CLASSES } };

static bool emit_bodies(emitter *e, mg_context *context) {
    bool fine = true;
    for (size_t b = 0; b < sizeof bodies / sizeof *bodies; b++)
        for (size_t k = 0; k < sizeof ends / sizeof *ends; k++)
            for (int64_t rows = FEW; rows <= MANY && fine; rows += MANY - FEW)
                fine = emit_network(e, context, &(network){ bodies[b], rows, ends[k].outputs, ends[k].loss, "gd", 0 });
    return fine;
}

static bool emit_optimizers(emitter *e, mg_context *context) {
    bool fine = true;
    for (int i = 0; mg_optimizer_name(i); i++)
        for (int b = 1; b < 4; b++)
            for (int k = 0; k < 4 && fine; k++) {
                bool labels = k % 2;
                fine = emit_network(e, context,
                                    &(network){ bodies[b], FEW, labels ? CLASSES : 1,
                                                labels ? "cross_entropy" : "mean_squared_error", mg_optimizer_name(i), k / 2 });
            }
    return fine;
}

/* Single operations on rows and columns, as between layers and in evaluation. */
static bool emit_pieces(emitter *e, mg_context *context) {
    mg_graph *g = mg_graph_create(context, MG_STAGED);
    const int64_t shape[2] = { MANY, CLASSES };
    mg_node *x = mg_input(g, "x", MG_F32, 2, shape), *y = mg_input(g, "y", MG_F32, 2, shape),
            *a = mg_input(g, "a", MG_F32, 1, shape + 1), *b = mg_input(g, "b", MG_F32, 1, shape + 1),
            *zero = mg_constant_like(x, 0);
    mg_node *outputs[] = { mg_relu(mg_add(x, a)),
                           mg_relu(mg_add(x, y)),
                           mg_mul(mg_sub(x, a), b),
                           mg_add(mg_mul(x, a), b),
                           mg_relu(mg_add(mg_mul(x, a), b)),
                           mg_where(mg_less(zero, x), y, zero),
                           mg_mul(y, mg_less(zero, x)),
                           mg_sum(mg_square(mg_sub(x, a)), (int[]){ 0 }, 1, false),
                           mg_mul(y, mg_sub(mg_constant_like(x, 1), mg_square(x))),
                           mg_mul(y, mg_mul(x, mg_sub(mg_constant_like(x, 1), x))) };
    bool fine = true;
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs && fine; i++) { /* each in a loop of its own */
        mg_program *program = mg_compile(g, MG_CPU, &outputs[i], 1);
        fine = program && emit_program(e, program);
        mg_program_destroy(program);
    }
    mg_graph_destroy(g);
    return fine;
}

static bool emit_all(emitter *e, mg_context *context) {
    return emit_pieces(e, context) && emit_bodies(e, context) && emit_optimizers(e, context) &&
           emit_network(e, context, &(network){ "2*[dense(100) layernorm relu]", FEW, LONG, "cross_entropy", "gd", 0 }) &&
           emit_network(e, context, &(network){ "2*[dense(100) layernorm gelu]", MANY, LONG, "cross_entropy", "gd", 0 }) &&
           emit_network(e, context, &(network){ "", FEW, LONG, NULL, NULL, 0 }) &&
           emit_network(e, context, &(network){ "", FEW, WIDE, "cross_entropy", "gd", 0 }) &&
           emit_network(e, context, &(network){ "", FEW, WIDE, NULL, NULL, 0 });
}

int main(int count, char **arguments) {
    static emitter e;
    e.file = count == 2 ? fopen(arguments[1], "w") : NULL;
    mg_context *context = mg_context_create(NULL);
    if (!e.file || !context) {
        fprintf(stderr, "usage: emit_chains FILE\n");
        return 2;
    }
    emit_head(&e);
    bool fine = emit_all(&e, context);
    emit_table(&e);
    if (!fine) fprintf(stderr, "emit_chains: %s\n", mg_context_message(context));
    fine = fclose(e.file) == 0 && fine;
    for (int i = 0; i < e.count; i++) free(e.keys[i]);
    mg_context_destroy(context);
    return fine ? 0 : 1;
}
