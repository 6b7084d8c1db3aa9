/* GFLOP/s of the cpu backend's convolutions on one thread, in all three directions: bench/convolution [threads].
 * bench/peers/onednn.c (where the library is) prints the same table for oneDNN. */
#define _DEFAULT_SOURCE
#include "convolutions.h"

#include <micrograd.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static mg_node *build(mg_graph *g, const bench_convolution *c, int direction) {
    int64_t pad = c->kernel / 2, size = c->size, out = (size + 2 * pad - c->kernel) / c->stride + 1;
    int64_t x[4] = { c->batch, size, size, c->channels }, w[4] = { c->kernel, c->kernel, c->channels / c->groups, c->outputs },
            y[4] = { c->batch, out, out, c->outputs };
    mg_convolution slide = mg_convolution_defaults();
    slide.groups = c->groups;
    for (int i = 0; i < 4; i++) slide.padding[i] = pad;
    for (int i = 0; i < 2; i++) slide.stride[i] = c->stride;
    mg_node *a = mg_input(g, "a", MG_F32, 4, direction == 1 ? y : x), *b = mg_input(g, "b", MG_F32, 4, direction == 2 ? y : w);
    return direction == 0   ? mg_conv2d(a, b, &slide)
           : direction == 1 ? mg_conv2d_data(a, b, size, size, &slide)
                            : mg_conv2d_weight(a, b, c->kernel, c->kernel, &slide);
}

static double measure(mg_context *ctx, const bench_convolution *c, int direction) {
    mg_graph *g = mg_graph_create(ctx, MG_STAGED);
    mg_node *y = build(g, c, direction);
    mg_program *program = mg_compile(g, MG_CPU, &y, 1);
    mg_session *session = program ? mg_session_create(ctx, program, NULL) : NULL;
    if (!session) {
        fprintf(stderr, "%s\n", mg_context_message(ctx));
        exit(1);
    }
    mg_tensor *in[2];
    for (int i = 0; i < 2; i++) {
        const mg_node *leaf = mg_node_input(y, i);
        in[i] = mg_tensor_create(ctx, MG_F32, 4, mg_node_shape(leaf));
        for (int64_t j = 0; j < mg_tensor_count(in[i]); j++) mg_tensor_put(in[i], j, (double)(j % 17) - 8);
    }
    mg_tensor inputs[2] = { *in[0], *in[1] }, out = { 0 };
    double best = 1e9, flops = mg_program_flops(program);
    for (double end = now() + 0.3; now() < end;) {
        double start = now();
        if (mg_run(session, inputs, &out) != MG_OK) exit(1);
        double took = now() - start;
        if (took < best) best = took;
    }
    for (int i = 0; i < 2; i++) mg_tensor_destroy(in[i]);
    mg_session_destroy(session);
    mg_program_destroy(program);
    mg_graph_destroy(g);
    return flops / best * 1e-9;
}

int main(int count, char **arguments) {
    mg_context_options options = mg_context_defaults();
    options.threads = count > 1 ? atoi(arguments[1]) : 1;
    mg_context *ctx = mg_context_create(&options);
    printf("%-44s %8s %8s %8s\n", "GFLOP/s", "forward", "data", "weights");
    for (size_t i = 0; i < BENCH_CONVOLUTIONS; i++) {
        const bench_convolution *c = &bench_convolutions[i];
        char name[80];
        snprintf(name, sizeof name, "%d x %d x %d^2 -> %d, %dx%d stride %d%s", (int)c->batch, (int)c->channels, (int)c->size,
                 (int)c->outputs, (int)c->kernel, (int)c->kernel, (int)c->stride, c->groups > 1 ? " depthwise" : "");
        printf("%-44s", name);
        for (int d = 0; d < 3; d++) printf(" %8.1f", measure(ctx, c, d));
        printf("\n");
        fflush(stdout);
    }
    mg_context_destroy(ctx);
    return 0;
}
