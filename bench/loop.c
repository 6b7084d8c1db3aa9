/* Loops as networks have them, on one thread: bench/loop [NAME [ROWS COLUMNS]] prints the best time of a run, GB/s of the bytes
 * that must be moved, and what part it is of the same passes over memory as plain compiled loops, measured in turn. */
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

/* x, y: [rows, columns]; v: [columns]. */
typedef struct loop_case {
    const char *name;
    struct {
        int reads, writes;
    } pass[PASSES]; /* over rows x columns elements, that cannot be one */
    made (*make)(mg_graph *g, mg_parameters *store, mg_node *x, mg_node *y, mg_node *v);
} loop_case;

#define MAKE(name)                                                                            \
    static made name(mg_graph *g, mg_parameters *store, mg_node *x, mg_node *y, mg_node *v) { \
        (void)g, (void)store, (void)y, (void)v, (void)x;
#define ROWS (int[]){ 0 }, 1, false

MAKE(column_sum) return (made){ { mg_sum(x, ROWS) }, 1 };
}
MAKE(relu_gradient)
mg_node *loss = mg_sum_all(mg_mul(mg_relu(mg_add(x, v)), y)), *d[2];
if (mg_gradient(loss, (mg_node *[]){ x, v }, 2, d) != MG_OK) return (made){ .outputs = 0 };
return (made){ { d[0], d[1] }, 2 };
}
MAKE(scale) return (made){ { mg_mul(mg_sub(x, v), mg_add_scalar(v, 1)) }, 1 };
}
MAKE(bias_relu) return (made){ { mg_relu(mg_add(x, v)) }, 1 };
}
MAKE(batch_norm) return (made){ { mg_batch_norm(x, store, "norm", true, 0.9, 1e-5) }, 1 };
}
MAKE(batch_norm_step)
mg_node *b = mg_batch_norm(x, store, "norm", true, 0.9, 1e-5), *dx;
mg_node *loss = mg_sum_all(mg_mul(b, y));
if (mg_gradient(loss, (mg_node *[]){ x }, 1, &dx) != MG_OK) return (made){ .outputs = 0 };
return (made){ { dx, loss }, 2 };
}
MAKE(layer_norm) return (made){ { mg_layer_norm(x, store, "norm", 1e-5) }, 1 };
}
MAKE(softmax) return (made){ { mg_softmax(x, -1) }, 1 };
}
MAKE(adam)
const int64_t shape[2] = { mg_node_shape(x)[0], mg_node_shape(x)[1] };
mg_node *w = mg_parameter_leaf(g, store, mg_parameters_add(store, "w", MG_WEIGHT, 2, shape, MG_INIT_zeros, 0));
mg_optimizer o = mg_optimizer_defaults("adam");
mg_node *loss = mg_sum_all(v);
mg_apply_gradients(loss, store, &x, &o);
return (made){ { loss }, 1 };
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
    { "batch_norm_step", { READ, READ, READ_TWO, READ_TWO, MAP_TWO }, batch_norm_step },
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
#define CLONES __attribute__((target_clones("avx512f", "avx2", "default"), noinline))
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

/* The best times of the loop and of its passes as plain loops, in turn. */
static bool measure(mg_session *session, const mg_tensor *inputs, const loop_case *which, size_t n, double *loop, double *limit) {
    float *memory[3];
    bool fine = true;
    double best[PASSES];
    for (int i = 0; i < 3; i++) fine = (memory[i] = aligned_alloc(1 << 21, (n * 4 + (1 << 21) - 1) >> 21 << 21)) && fine;
    for (int i = 0; i < 3 && fine; i++) memset(memory[i], 0, n * 4);
    for (int p = 0; p < PASSES; p++) best[p] = 1e9;
    *loop = 1e9;
    for (double end = now() + 0.4; now() < end && fine;) {
        for (int i = 0; i < 3 && fine; i++) {
            mg_tensor out[4] = { 0 };
            double start = now();
            fine = mg_run(session, inputs, out) == MG_OK;
            double each = now() - start;
            if (each < *loop) *loop = each;
        }
        for (int p = 0; p < PASSES; p++)
            for (int i = 0; i < 3 && which->pass[p].reads; i++) {
                double start = now();
                pass(which->pass[p].reads, which->pass[p].writes, memory[0], memory[1], memory[2], n);
                double each = now() - start;
                if (each < best[p]) best[p] = each;
            }
    }
    *limit = 0;
    for (int p = 0; p < PASSES; p++)
        if (which->pass[p].reads) *limit += best[p];
    for (int i = 0; i < 3; i++) free(memory[i]);
    return fine;
}

static bool show(const loop_case *c, int64_t rows, int64_t columns) {
    mg_context_options options = mg_context_defaults();
    options.threads = 1;
    mg_context *ctx = mg_context_create(&options);
    mg_graph *g = mg_graph_create(ctx, MG_STAGED);
    mg_parameters *store = mg_parameters_create(ctx, MG_F32);
    int64_t shape[2] = { rows, columns };
    mg_tensor *t[INPUTS] = { mg_tensor_create(ctx, MG_F32, 2, shape), mg_tensor_create(ctx, MG_F32, 2, shape),
                             mg_tensor_create(ctx, MG_F32, 1, shape + 1) };
    for (int k = 0; k < INPUTS; k++)
        for (int64_t i = 0; i < mg_tensor_count(t[k]); i++)
            ((float *)t[k]->data)[i] = (float)((i * 7919 + k * 31) % 1024) / 512.0f - 1.0f;
    mg_node *x = mg_input(g, "x", MG_F32, 2, shape), *y = mg_input(g, "y", MG_F32, 2, shape),
            *v = mg_input(g, "v", MG_F32, 1, shape + 1);
    made m = c->make(g, store, x, y, v);
    mg_program *program = mg_compile(g, MG_CPU, m.out, m.outputs);
    mg_session *session = program ? mg_session_create(ctx, program, NULL) : NULL;
    double loop = 0, limit = 0, bytes = 0;
    for (int p = 0; p < PASSES; p++) bytes += 4.0 * (double)(rows * columns) * (c->pass[p].reads + c->pass[p].writes);
    bool fine = session && measure(session, (mg_tensor[]){ *t[0], *t[1], *t[2] }, c, (size_t)(rows * columns), &loop, &limit);
    if (fine)
        printf("%-16s %7lld x %-5lld %9.1f us %6.1f GB/s %5.0f %%\n", c->name, (long long)rows, (long long)columns, 1e6 * loop,
               1e-9 * bytes / loop, 100 * limit / loop);
    else
        fprintf(stderr, "%s: %s\n", c->name, mg_context_message(ctx));
    mg_session_destroy(session);
    mg_program_destroy(program);
    mg_graph_destroy(g);
    mg_parameters_destroy(store);
    for (int k = 0; k < INPUTS; k++) mg_tensor_destroy(t[k]);
    mg_context_destroy(ctx);
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
