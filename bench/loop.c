/* Loops as networks have them, on one thread: bench/loop [NAME [ROWS COLUMNS]]. Beside the best time of a run: GB/s of the bytes
 * that must be moved, what part it is of the same passes over memory as plain compiled loops, and how many times as long it takes
 * without compiled chains, without recomputation either, and without huge pages alone; all in turn. */
#define _DEFAULT_SOURCE
#include <micrograd.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { INPUTS = 3, PASSES = 6 };

typedef struct made {
    mg_node *out[4];
    int outputs;
} made;

typedef struct network {
    mg_graph *graph;
    mg_parameters *store;
    mg_node *x, *y, *v; /* inputs: x, y [rows, columns], v [columns] */
} network;

typedef struct loop_case {
    const char *name;
    struct {
        int reads, writes;
    } pass[PASSES]; /* over rows x columns elements, that cannot be one */
    made (*make)(network *n);
} loop_case;

static made one(mg_node *x) { return (made){ { x }, 1 }; }

static made column_sum(network *n) { return one(mg_sum(n->x, (int[]){ 0 }, 1, false)); }
static made scale(network *n) { return one(mg_mul(mg_sub(n->x, n->v), mg_add_scalar(n->v, 1))); }
static made bias_relu(network *n) { return one(mg_relu(mg_add(n->x, n->v))); }
static made batch_norm(network *n) { return one(mg_batch_norm(n->x, n->store, "norm", true, 0.9, 1e-5)); }
static made layer_norm(network *n) { return one(mg_layer_norm(n->x, n->store, "norm", 1e-5)); }
static made softmax(network *n) { return one(mg_softmax(n->x, -1)); }

/* The gradient of relu where its result is at hand, and of a bias before it. */
static made relu_gradient(network *n) {
    mg_node *d = mg_where(mg_less(mg_constant_like(n->x, 0), n->x), n->y, mg_constant_like(n->y, 0));
    return (made){ { d, mg_sum(d, (int[]){ 0 }, 1, false) }, 2 };
}

/* Batch norm and relu, forwards and backwards, y being the gradient that comes in. */
static made batch_norm_step(network *n) {
    mg_node *h = mg_relu(mg_batch_norm(n->x, n->store, "norm", true, 0.9, 1e-5)), *loss = mg_sum_all(mg_mul(h, n->y)), *d[3];
    mg_node *gain = mg_parameter_leaf(n->graph, n->store, mg_parameters_find(n->store, "norm.gain")),
            *bias = mg_parameter_leaf(n->graph, n->store, mg_parameters_find(n->store, "norm.bias"));
    if (mg_gradient(loss, (mg_node *[]){ n->x, gain, bias }, 3, d) != MG_OK) return (made){ .outputs = 0 };
    return (made){ { h, d[0], d[1], d[2] }, 4 };
}

static made adam(network *n) {
    mg_parameters_add(n->store, "w", MG_WEIGHT, 2, mg_node_shape(n->x), MG_INIT_zeros, 0);
    mg_node *loss = mg_sum_all(n->v);
    mg_optimizer o = mg_optimizer_defaults("adam");
    mg_parameter_leaf(n->graph, n->store, 0);
    mg_apply_gradients(loss, n->store, &n->x, &o);
    return one(loss);
}

#define READ \
    { 1, 0 }
#define READ_TWO \
    { 2, 0 }
#define MAP \
    { 1, 1 }
#define MAP_TWO \
    { 2, 1 }
#define ADJUST \
    { 3, 1 }
static const loop_case cases[] = {
    { "column_sum", { READ }, column_sum },
    { "relu_gradient", { MAP_TWO }, relu_gradient },
    { "scale", { MAP }, scale },
    { "bias_relu", { MAP }, bias_relu },
    { "batch_norm", { READ, READ, MAP }, batch_norm },
    { "batch_norm_step", { READ, READ, MAP, READ_TWO, READ_TWO, MAP_TWO }, batch_norm_step },
    { "layer_norm", { MAP }, layer_norm },
    { "softmax", { MAP }, softmax },
    { "adam", { ADJUST, ADJUST }, adam },
};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Plain loops that read one or two arrays and write none or another: what the memory allows. */
#if defined(__x86_64__)
#define CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CLONES
#endif
CLONES static void pass(int reads, int writes, float *restrict a, const float *restrict b, const float *restrict c, size_t n) {
    enum { LANES = 64 };
    static float sums[LANES];
    float s[LANES] = { 0 };
    for (size_t i = 0; i + LANES <= n; i += LANES)
        if (writes && reads == 1)
            for (size_t l = 0; l < LANES; l++) a[i + l] = b[i + l] * 1.5f + 0.5f;
        else if (writes && reads == 2)
            for (size_t l = 0; l < LANES; l++) a[i + l] = b[i + l] * c[i + l];
        else if (writes) /* in place, as an optimiser's moments */
            for (size_t l = 0; l < LANES; l++) a[i + l] += b[i + l] * c[i + l];
        else if (reads == 1)
            for (size_t l = 0; l < LANES; l++) s[l] += b[i + l];
        else
            for (size_t l = 0; l < LANES; l++) s[l] += b[i + l] * c[i + l];
    memcpy(sums, s, sizeof s);
    __asm__ volatile("" : : "r"(a), "r"(sums) : "memory");
}

typedef struct subject {
    mg_context *context;
    network network;
    mg_program *program;
    mg_session *session;
} subject;

static void close_subject(subject *s) {
    mg_session_destroy(s->session);
    mg_program_destroy(s->program);
    mg_graph_destroy(s->network.graph);
    mg_parameters_destroy(s->network.store);
    mg_context_destroy(s->context);
}

static bool open_subject(subject *s, const loop_case *c, const char *without, const int64_t *shape) {
    mg_context_options options = mg_context_defaults();
    options.threads = 1;
    setenv("MICROGRAD_WITHOUT", without, 1);
    s->context = mg_context_create(&options);
    s->network = (network){ .graph = mg_graph_create(s->context, MG_STAGED), .store = mg_parameters_create(s->context, MG_F32) };
    s->network.x = mg_input(s->network.graph, "x", MG_F32, 2, shape);
    s->network.y = mg_input(s->network.graph, "y", MG_F32, 2, shape);
    s->network.v = mg_input(s->network.graph, "v", MG_F32, 1, shape + 1);
    made m = c->make(&s->network);
    s->program = m.outputs ? mg_compile(s->network.graph, MG_CPU, m.out, m.outputs) : NULL;
    s->session = s->program ? mg_session_create(s->context, s->program, NULL) : NULL;
    if (!s->session) fprintf(stderr, "%s: %s\n", c->name, mg_context_message(s->context));
    return s->session != NULL;
}

static const char *const without[] = { "", "compiled", "compiled,recompute", "pages" };
enum { WAYS = 4, ROUNDS = 3, MEMORY = 3 };

/* The best times of the ways and of the passes as plain loops, in turn. */
static bool measure(subject *subjects, const mg_tensor *inputs, const loop_case *which, size_t n, double *way, double *limit) {
    float *memory[MEMORY];
    bool fine = true;
    double best[PASSES];
    for (int i = 0; i < MEMORY; i++) fine = (memory[i] = aligned_alloc(1 << 21, (n * 4 + (1 << 21) - 1) >> 21 << 21)) && fine;
    for (int i = 0; i < MEMORY && fine; i++) memset(memory[i], 0, n * 4);
    for (int p = 0; p < PASSES; p++) best[p] = 1e9;
    for (int w = 0; w < WAYS; w++) way[w] = 1e9;
    for (double end = now() + 1; now() < end && fine;) {
        for (int i = 0; i < WAYS * ROUNDS && fine; i++) {
            mg_tensor out[4] = { 0 };
            double start = now();
            fine = mg_run(subjects[i / ROUNDS].session, inputs, out) == MG_OK;
            double each = now() - start;
            if (each < way[i / ROUNDS]) way[i / ROUNDS] = each;
        }
        for (int i = 0; i < PASSES * ROUNDS; i++) {
            int p = i / ROUNDS;
            if (!which->pass[p].reads) continue;
            double start = now();
            pass(which->pass[p].reads, which->pass[p].writes, memory[0], memory[1], memory[2], n);
            double each = now() - start;
            if (each < best[p]) best[p] = each;
        }
    }
    *limit = 0;
    for (int p = 0; p < PASSES; p++)
        if (which->pass[p].reads) *limit += best[p];
    for (int i = 0; i < MEMORY; i++) free(memory[i]);
    return fine;
}

static bool show(const loop_case *c, int64_t rows, int64_t columns) {
    subject subjects[WAYS] = { { .context = NULL } };
    int64_t shape[2] = { rows, columns };
    bool fine = true;
    for (int w = 0; w < WAYS; w++) fine = open_subject(&subjects[w], c, without[w], shape) && fine;
    setenv("MICROGRAD_WITHOUT", "", 1); /* the inputs are the same for all */
    mg_tensor *t[INPUTS] = { NULL };
    for (int k = 0; k < INPUTS && fine; k++) {
        t[k] = mg_tensor_create(subjects[0].context, MG_F32, k == 2 ? 1 : 2, k == 2 ? shape + 1 : shape);
        for (int64_t i = 0; i < mg_tensor_count(t[k]); i++)
            ((float *)t[k]->data)[i] = (float)((i * 7919 + k * 31) % 1024) / 512.0f - 1.0f;
    }
    double way[WAYS], limit = 0, bytes = 0;
    for (int p = 0; p < PASSES; p++) bytes += 4.0 * (double)(rows * columns) * (c->pass[p].reads + c->pass[p].writes);
    fine = fine && measure(subjects, (mg_tensor[]){ *t[0], *t[1], *t[2] }, c, (size_t)(rows * columns), way, &limit);
    if (fine)
        printf("%-16s %7lld x %-5lld %8.1f us %6.1f GB/s %4.0f %%   %5.2f %5.2f %5.2f\n", c->name, (long long)rows,
               (long long)columns, 1e6 * way[0], 1e-9 * bytes / way[0], 100 * limit / way[0], way[1] / way[0], way[2] / way[0],
               way[3] / way[0]);
    for (int k = 0; k < INPUTS; k++) mg_tensor_destroy(t[k]);
    for (int w = 0; w < WAYS; w++) close_subject(&subjects[w]);
    return fine;
}

int main(int count, char **arguments) {
    static const int64_t shapes[][2] = { { 65536, 16 }, { 32768, 32 }, { 16384, 64 }, { 52428, 20 }, { 1024, 1024 } };
    bool fine = true;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (count > 1 && strcmp(arguments[1], cases[i].name) != 0) continue;
        if (count > 3) fine = show(&cases[i], atoll(arguments[2]), atoll(arguments[3])) && fine;
        for (size_t s = 0; s < sizeof shapes / sizeof *shapes && count <= 3; s++)
            fine = show(&cases[i], shapes[s][0], shapes[s][1]) && fine;
    }
    return fine ? 0 : 1;
}
