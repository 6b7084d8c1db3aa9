/* GFLOP/s of oneDNN's convolutions on one thread, in all three directions, its own choice of memory layout for the kernel, images
 * [n, h, w, c]. What bench/convolution is measured against; builds with oneDNN 2.x (Debian: libdnnl-dev) and 3.x:
 *
 *     cc -O2 bench/peers/onednn.c -o build/bench/onednn -ldnnl && OMP_NUM_THREADS=1 build/bench/onednn */
#define _DEFAULT_SOURCE
#include "../convolutions.h"

#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void must(dnnl_status_t status, const char *what) {
    if (status == dnnl_success) return;
    fprintf(stderr, "oneDNN: %s: status %d\n", what, (int)status);
    exit(1);
}

typedef struct memories {
    dnnl_engine_t engine;
    dnnl_memory_t all[4];
    dnnl_exec_arg_t arguments[4];
    int count;
} memories;

static void add(memories *m, int argument, const_dnnl_primitive_desc_t primitive, dnnl_query_t query, int index) {
#if DNNL_VERSION_MAJOR >= 3
    const_dnnl_memory_desc_t desc = dnnl_primitive_desc_query_md(primitive, query, index);
#else
    const dnnl_memory_desc_t *desc = dnnl_primitive_desc_query_md(primitive, query, index);
#endif
    must(dnnl_memory_create(&m->all[m->count], desc, m->engine, DNNL_MEMORY_ALLOCATE), "memory");
    void *data;
    must(dnnl_memory_get_data_handle(m->all[m->count], &data), "data");
    size_t bytes = dnnl_memory_desc_get_size(desc);
    for (size_t i = 0; i < bytes / sizeof(float); i++) ((float *)data)[i] = (float)(i % 17) - 8;
    m->arguments[m->count] = (dnnl_exec_arg_t){ argument, m->all[m->count] };
    m->count++;
}

typedef dnnl_memory_desc_t description;

static void describe(description *d, int rank, const dnnl_dim_t *dims, dnnl_format_tag_t tag) {
#if DNNL_VERSION_MAJOR >= 3
    must(dnnl_memory_desc_create_with_tag(d, rank, dims, dnnl_f32, tag), "description");
#else
    must(dnnl_memory_desc_init_by_tag(d, rank, dims, dnnl_f32, tag), "description");
#endif
}

static dnnl_primitive_desc_t forward_of(dnnl_engine_t engine, description *x, description *w, description *y,
                                        const dnnl_dim_t *stride, const dnnl_dim_t *pad, const dnnl_dim_t *dilation) {
    dnnl_primitive_desc_t result;
#if DNNL_VERSION_MAJOR >= 3
    must(dnnl_convolution_forward_primitive_desc_create(&result, engine, dnnl_forward_training, dnnl_convolution_direct, *x, *w,
                                                        NULL, *y, stride, dilation, pad, pad, NULL),
         "forward");
#else
    dnnl_convolution_desc_t d;
    must(dnnl_dilated_convolution_forward_desc_init(&d, dnnl_forward_training, dnnl_convolution_direct, x, w, NULL, y, stride,
                                                    dilation, pad, pad),
         "forward");
    must(dnnl_primitive_desc_create(&result, &d, NULL, engine, NULL), "forward");
#endif
    return result;
}

static dnnl_primitive_desc_t backward_of(dnnl_engine_t engine, int direction, description *x, description *w, description *y,
                                         const dnnl_dim_t *stride, const dnnl_dim_t *pad, const dnnl_dim_t *dilation,
                                         dnnl_primitive_desc_t forward) {
    dnnl_primitive_desc_t result;
#if DNNL_VERSION_MAJOR >= 3
    if (direction == 1)
        must(dnnl_convolution_backward_data_primitive_desc_create(&result, engine, dnnl_convolution_direct, *x, *w, *y, stride,
                                                                  dilation, pad, pad, forward, NULL),
             "data");
    else
        must(dnnl_convolution_backward_weights_primitive_desc_create(&result, engine, dnnl_convolution_direct, *x, *w, NULL, *y,
                                                                     stride, dilation, pad, pad, forward, NULL),
             "weights");
#else
    dnnl_convolution_desc_t d;
    if (direction == 1)
        must(dnnl_dilated_convolution_backward_data_desc_init(&d, dnnl_convolution_direct, x, w, y, stride, dilation, pad, pad),
             "data");
    else
        must(dnnl_dilated_convolution_backward_weights_desc_init(&d, dnnl_convolution_direct, x, w, NULL, y, stride, dilation,
                                                                 pad, pad),
             "weights");
    must(dnnl_primitive_desc_create(&result, &d, NULL, engine, forward), "backward");
#endif
    return result;
}

static double measure(dnnl_engine_t engine, dnnl_stream_t stream, const bench_convolution *c, int direction) {
    const int64_t pad1 = c->kernel / 2, out = (c->size + 2 * pad1 - c->kernel) / c->stride + 1;
    dnnl_dims_t xs = { c->batch, c->channels, c->size, c->size }, ys = { c->batch, c->outputs, out, out };
    dnnl_dims_t plain = { c->outputs, c->channels, c->kernel, c->kernel };
    dnnl_dims_t grouped = { c->groups, c->outputs / c->groups, c->channels / c->groups, c->kernel, c->kernel };
    dnnl_dims_t stride = { c->stride, c->stride }, pad = { pad1, pad1 }, dilation = { 0 };
    description x, w, y;
    describe(&x, 4, xs, dnnl_nhwc);
    describe(&y, 4, ys, dnnl_nhwc);
    describe(&w, c->groups > 1 ? 5 : 4, c->groups > 1 ? grouped : plain, dnnl_format_tag_any);
    dnnl_primitive_desc_t forward = forward_of(engine, &x, &w, &y, stride, pad, dilation);
    dnnl_primitive_desc_t chosen =
        direction == 0 ? forward : backward_of(engine, direction, &x, &w, &y, stride, pad, dilation, forward);
    memories m = { .engine = engine };
    if (direction != 1) add(&m, DNNL_ARG_SRC, chosen, dnnl_query_src_md, 0);
    if (direction == 1) add(&m, DNNL_ARG_DIFF_SRC, chosen, dnnl_query_diff_src_md, 0);
    if (direction != 2) add(&m, DNNL_ARG_WEIGHTS, chosen, dnnl_query_weights_md, 0);
    if (direction == 2) add(&m, DNNL_ARG_DIFF_WEIGHTS, chosen, dnnl_query_diff_weights_md, 0);
    if (direction == 0) add(&m, DNNL_ARG_DST, chosen, dnnl_query_dst_md, 0);
    if (direction != 0) add(&m, DNNL_ARG_DIFF_DST, chosen, dnnl_query_diff_dst_md, 0);
    dnnl_primitive_t primitive;
    must(dnnl_primitive_create(&primitive, chosen), "primitive");
    double best = 1e9,
           flops = 2.0 * (double)(c->batch * out * out * c->outputs * c->kernel * c->kernel * c->channels / c->groups);
    for (double end = now() + 0.3; now() < end;) {
        double start = now();
        must(dnnl_primitive_execute(primitive, stream, m.count, m.arguments), "run");
        must(dnnl_stream_wait(stream), "wait");
        double took = now() - start;
        if (took < best) best = took;
    }
    dnnl_primitive_destroy(primitive);
    if (direction != 0) dnnl_primitive_desc_destroy(chosen);
    dnnl_primitive_desc_destroy(forward);
    for (int i = 0; i < m.count; i++) dnnl_memory_destroy(m.all[i]);
    return flops / best * 1e-9;
}

int main(void) {
    setenv("OMP_NUM_THREADS", "1", 1);
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    must(dnnl_engine_create(&engine, dnnl_cpu, 0), "engine");
    must(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags), "stream");
    const dnnl_version_t *version = dnnl_version();
    printf("oneDNN %d.%d.%d %23s %8s %8s %8s\n", version->major, version->minor, version->patch, "GFLOP/s", "forward", "data",
           "weights");
    for (size_t i = 0; i < BENCH_CONVOLUTIONS; i++) {
        const bench_convolution *c = &bench_convolutions[i];
        char name[80];
        snprintf(name, sizeof name, "%d x %d x %d^2 -> %d, %dx%d stride %d%s", (int)c->batch, (int)c->channels, (int)c->size,
                 (int)c->outputs, (int)c->kernel, (int)c->kernel, (int)c->stride, c->groups > 1 ? " depthwise" : "");
        printf("%-44s", name);
        for (int d = 0; d < 3; d++) printf(" %8.1f", measure(engine, stream, c, d));
        printf("\n");
        fflush(stdout);
    }
    return 0;
}
