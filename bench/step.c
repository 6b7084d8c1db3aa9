/* One workload of bench/run on micrograd: bench/step WORKLOAD THREADS SECONDS prints a JSON line with the best time of a training
 * step. peers/pytorch.py runs the same networks, data shapes and optimisers. */
#define _DEFAULT_SOURCE
#include <micrograd.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

typedef struct workload {
    const char *name;
    int64_t batch, inputs, hidden[3], outputs; /* hidden: 0 ends */
    const char *optimizer;
    double learning_rate;
} workload;

static const workload workloads[] = {
    { "moons-mlp", 100, 2, { 16, 16, 0 }, 1, "gd", 0.1 },
    { "mnist-mlp-128", 64, 784, { 128, 0, 0 }, 10, "adam", 1e-3 },
    { "mnist-mlp-1024", 128, 784, { 1024, 1024, 0 }, 10, "adam", 1e-3 },
};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static long resident(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss * 1024L;
}

static mg_program *compile(mg_graph *g, mg_parameters *store, const workload *w) {
    mg_node *x = mg_input(g, "x", MG_F32, 2, (int64_t[]){ w->batch, w->inputs });
    mg_node *h = x;
    for (int i = 0; i < 3 && w->hidden[i]; i++) {
        char name[16];
        snprintf(name, sizeof name, "hidden%d", i + 1);
        h = mg_relu(mg_dense(h, store, name, w->hidden[i]));
    }
    h = mg_dense(h, store, "output", w->outputs);
    mg_node *loss;
    if (w->outputs == 1)
        loss = mg_binary_cross_entropy(h, mg_input(g, "t", MG_F32, 2, (int64_t[]){ w->batch, 1 }), NULL);
    else
        loss = mg_cross_entropy(h, mg_input(g, "t", MG_I32, 1, &w->batch), NULL);
    mg_optimizer optimizer = mg_optimizer_defaults(w->optimizer);
    optimizer.learning_rate = w->learning_rate;
    if (mg_minimise(loss, store, &optimizer) != MG_OK) return NULL;
    return mg_compile(g, MG_CPU, &loss, 1);
}

static void fill(mg_tensor *t, int64_t classes, unsigned seed) {
    for (int64_t i = 0; i < mg_tensor_count(t); i++) {
        seed = seed * 1664525u + 1013904223u;
        double u = (seed >> 8) / 16777216.0;
        mg_tensor_put(t, i, classes == 0 ? 2 * u - 1 : classes == 1 ? (u > 0.5) : (double)(int64_t)(u * (double)classes));
    }
}

int main(int count, char **arguments) {
    const workload *w = NULL;
    for (size_t i = 0; i < sizeof workloads / sizeof *workloads && count > 3; i++)
        if (strcmp(arguments[1], workloads[i].name) == 0) w = &workloads[i];
    if (!w) {
        fprintf(stderr, "usage: step moons-mlp|mnist-mlp-128|mnist-mlp-1024 THREADS SECONDS\n");
        return 2;
    }
    mg_context_options options = mg_context_defaults();
    options.threads = atoi(arguments[2]);
    mg_context *ctx = mg_context_create(&options);
    mg_tensor *x = mg_tensor_create(ctx, MG_F32, 2, (int64_t[]){ w->batch, w->inputs });
    mg_tensor *t = w->outputs == 1 ? mg_tensor_create(ctx, MG_F32, 2, (int64_t[]){ w->batch, 1 })
                                   : mg_tensor_create(ctx, MG_I32, 1, &w->batch);
    fill(x, 0, 1);
    fill(t, w->outputs, 2);
    long before = resident();

    mg_graph *g = mg_graph_create(ctx, MG_STAGED);
    mg_parameters *store = mg_parameters_create(ctx, MG_F32);
    mg_program *program = compile(g, store, w);
    mg_session *session = program ? mg_session_create(ctx, program, NULL) : NULL;
    if (!session) {
        fprintf(stderr, "%s\n", mg_context_message(ctx));
        return 1;
    }
    double length = atof(arguments[3]), best = 1e9;
    int64_t chunk = 1;
    float loss = 0;
    mg_tensor out = mg_tensor_borrow(MG_F32, 0, NULL, &loss);
    for (double end = now() + length; now() < end;) {
        double start = now();
        for (int64_t i = 0; i < chunk; i++)
            if (mg_run(session, (mg_tensor[]){ *x, *t }, &out) != MG_OK) return 1;
        double each = (now() - start) / (double)chunk;
        if (each < best) best = each;
        if (each * (double)chunk < 0.02) chunk *= 2;
    }
    printf("{\"seconds\": %.9g, \"peak_bytes\": %ld, \"flops\": %.9g, \"parameters\": %lld, \"loss\": %.6g}\n", best,
           resident() - before, mg_program_flops(program), (long long)mg_parameters_learned(store), (double)loss);
    mg_session_destroy(session);
    mg_program_destroy(program);
    mg_graph_destroy(g);
    mg_parameters_destroy(store);
    mg_tensor_destroy(x);
    mg_tensor_destroy(t);
    mg_context_destroy(ctx);
    return 0;
}
