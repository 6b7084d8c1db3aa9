/* Convolutions and pools of the cpu backend: odd geometries against the reference in f64, the bits for any number of threads,
 * rows that do not see their neighbours, what is fused, and what is refused. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"

#include <micrograd.h>
#ifdef MG__HAVE_CPU
#include "backend/cpu/isa.h"
#endif

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const isas[] = { "plain", "avx2", "avx512" };

static bool available(int isa) {
#ifdef MG__HAVE_CPU
    return mg__isa_available((mg__isa)isa);
#else
    return isa == 0;
#endif
}

static mg_context *results_context; /* results outlive the context of their run */

typedef struct geometry {
    int64_t x[4], kernel[4];
    mg_convolution slide;
} geometry;

static int64_t pick(uint64_t number, int what, int64_t low, int64_t high) {
    mg__stream stream = { 21, number, 0 };
    return low + (int64_t)(mg__random_uniform(&stream, 0, (uint64_t)what) * (double)(high - low + 1));
}

/* Strides, dilations and paddings beyond the kernel, groups down to depthwise, channels around the width of vectors. */
static geometry draw(uint64_t number) {
    static const int64_t widths[] = { 1, 2, 3, 5, 8, 16, 17, 31, 33, 48 };
    geometry g = { .slide = mg_convolution_defaults() };
    for (uint64_t attempt = 0;; attempt += 1000) {
        uint64_t k = number + attempt;
        int64_t inner = widths[pick(k, 0, 0, 9)], outer = widths[pick(k, 1, 0, 9)], kind = pick(k, 2, 0, 5);
        g.slide.groups = kind == 0 ? 2 : kind == 1 ? inner : 1;
        if (kind == 1) outer = inner = 1;
        memcpy(g.x, (int64_t[4]){ pick(k, 3, 1, 5), pick(k, 4, 1, 12), pick(k, 5, 1, 17), inner * g.slide.groups }, sizeof g.x);
        memcpy(g.kernel, (int64_t[4]){ pick(k, 6, 1, 5), pick(k, 7, 1, 5), inner, outer * g.slide.groups }, sizeof g.kernel);
        bool fits = true;
        for (int i = 0; i < 2; i++) {
            g.slide.stride[i] = pick(k, 8 + i, 1, 3);
            g.slide.dilation[i] = pick(k, 10 + i, 1, 2);
            g.slide.padding[2 * i] = pick(k, 12 + i, 0, g.kernel[i]);
            g.slide.padding[2 * i + 1] = pick(k, 14 + i, 0, g.kernel[i]);
            fits = fits && mg_convolution_size(g.x[1 + i], g.slide.padding[2 * i] + g.slide.padding[2 * i + 1], g.kernel[i],
                                               g.slide.stride[i], g.slide.dilation[i]) > 0;
        }
        if (fits) return g;
    }
}

static mg_tensor *numbers(mg_context *ctx, mg_dtype dtype, int rank, const int64_t *shape, uint64_t stream_number) {
    mg_tensor *t = mg_tensor_create(ctx, dtype, rank, shape);
    mg__stream stream = { 4, stream_number, 0 };
    for (int64_t i = 0; i < mg_tensor_count(t); i++)
        mg_tensor_put(t, i, (double)(float)(2 * mg__random_uniform(&stream, 0, (uint64_t)i) - 1));
    return t;
}

enum { OUTPUTS = 4 };
typedef struct outcome {
    mg_tensor *values[OUTPUTS];
} outcome;

static bool append(void *user, const char *text, size_t length) {
    char *all = user;
    strncat(all, text, length < 16000 - strlen(all) ? length : 0);
    return true;
}

/* relu(conv(x, w) + b) and the gradients of the sum of its sines. */
static outcome run(const geometry *g, mg_backend_id backend, mg_dtype dtype, int threads, char *text) {
    mg_context_options options = mg_context_defaults();
    options.threads = threads;
    mg_context *ctx = mg_context_create(&options);
    mg_graph *graph = mg_graph_create(ctx, MG_STAGED);
    mg_tensor *values[3] = { numbers(ctx, dtype, 4, g->x, 0), numbers(ctx, dtype, 4, g->kernel, 1),
                             numbers(ctx, dtype, 1, g->kernel + 3, 2) };
    mg_node *leaves[3] = { mg_input(graph, "x", dtype, 4, g->x), mg_input(graph, "w", dtype, 4, g->kernel),
                           mg_input(graph, "b", dtype, 1, g->kernel + 3) };
    mg_node *outputs[OUTPUTS];
    outputs[0] = mg_relu(mg_add(mg_conv2d(leaves[0], leaves[1], &g->slide), leaves[2]));
    assert_int_equal(mg_gradient(mg_sum_all(mg_sin(outputs[0])), leaves, 3, outputs + 1), MG_OK);
    mg_program *program = mg_compile(graph, backend, outputs, OUTPUTS);
    if (!program) fail_msg("%s", mg_context_message(ctx));
    if (text) mg_program_write_text(program, append, text);
    mg_session *session = mg_session_create(ctx, program, NULL);
    outcome o;
    mg_tensor inputs[3], results[OUTPUTS];
    for (int i = 0; i < 3; i++) inputs[i] = *values[i];
    for (int i = 0; i < OUTPUTS; i++) {
        o.values[i] = mg_tensor_create(results_context, dtype, mg_node_rank(outputs[i]), mg_node_shape(outputs[i]));
        assert_non_null(o.values[i]);
        results[i] = *o.values[i];
    }
    for (int repeat = 0; repeat < 2; repeat++) assert_int_equal(mg_run(session, inputs, results), MG_OK);
    for (int i = 0; i < 3; i++) mg_tensor_destroy(values[i]);
    mg_session_destroy(session);
    mg_program_destroy(program);
    mg_graph_destroy(graph);
    mg_context_destroy(ctx);
    return o;
}

static void destroy(outcome *o) {
    for (int i = 0; i < OUTPUTS; i++) mg_tensor_destroy(o->values[i]);
}

static void compare(uint64_t number, const char *where, const outcome *got, const outcome *want, mg_dtype dtype) {
    for (int i = 0; i < OUTPUTS; i++) {
        double largest = 1;
        for (int64_t j = 0; j < mg_tensor_count(want->values[i]); j++)
            largest = fmax(largest, fabs(mg_tensor_get(want->values[i], j)));
        double bound = 400 * (dtype == MG_F32 ? FLT_EPSILON : DBL_EPSILON) * largest;
        for (int64_t j = 0; j < mg_tensor_count(want->values[i]); j++) {
            double a = mg_tensor_get(got->values[i], j), b = mg_tensor_get(want->values[i], j);
            if (!(fabs(a - b) <= bound))
                fail_msg("geometry %d, %s, output %d, element %lld: %.9g, wanted %.9g", (int)number, where, i, (long long)j, a,
                         b);
        }
    }
}

static void odd_geometries_agree_with_the_reference_on_every_instruction_set(void **state) {
    (void)state;
    for (uint64_t k = 0; k < 120; k++) {
        geometry g = draw(k);
        outcome want = run(&g, MG_REFERENCE, MG_F64, 1, NULL);
        for (int isa = 0; isa < 3; isa++) {
            if (!available(isa)) continue;
            setenv("MICROGRAD_ISA", isas[isa], 1);
            for (int dtype = MG_F32; dtype <= MG_F64; dtype++) {
                char text[16001] = "";
                outcome got = run(&g, MG_CPU, (mg_dtype)dtype, 1, text);
                compare(k, isas[isa], &got, &want, (mg_dtype)dtype);
#ifdef MG__HAVE_CPU
                assert_non_null(strstr(text, "+ bias relu"));
                assert_non_null(strstr(text, "conv2d_data"));
                assert_non_null(strstr(text, "conv2d_weight"));
                assert_null(strstr(text, "kernel conv2d"));
#endif
                destroy(&got);
            }
            unsetenv("MICROGRAD_ISA");
        }
        destroy(&want);
    }
}

static void any_number_of_threads_gives_the_same_bits(void **state) {
    (void)state;
    static const geometry shapes[] = {
        { { 40, 14, 14, 32 }, { 5, 5, 32, 64 }, { { 1, 1 }, { 2, 2, 2, 2 }, { 1, 1 }, 1 } },
        { { 40, 20, 20, 16 }, { 3, 3, 16, 32 }, { { 2, 2 }, { 1, 1, 1, 1 }, { 1, 1 }, 1 } },
        { { 3, 60, 60, 40 }, { 3, 3, 1, 40 }, { { 1, 1 }, { 1, 1, 1, 1 }, { 1, 1 }, 40 } },
        { { 40, 24, 24, 24 }, { 1, 1, 24, 40 }, { { 1, 1 }, { 0, 0, 0, 0 }, { 1, 1 }, 1 } },
    };
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        outcome one = run(&shapes[s], MG_CPU, MG_F32, 1, NULL);
        for (int threads = 2; threads <= 5; threads += 3) {
            outcome more = run(&shapes[s], MG_CPU, MG_F32, threads, NULL);
            for (int i = 0; i < OUTPUTS; i++)
                assert_memory_equal(more.values[i]->data, one.values[i]->data, mg_tensor_bytes(one.values[i]));
            destroy(&more);
        }
        destroy(&one);
    }
}

static void an_image_does_not_see_its_neighbours(void **state) {
    (void)state;
    for (uint64_t k = 0; k < 40; k++) {
        geometry g = draw(k);
        outcome all = run(&g, MG_CPU, MG_F32, 1, NULL);
        geometry first = g;
        first.x[0] = 1;
        outcome alone = run(&first, MG_CPU, MG_F32, 1, NULL);
        for (int i = 0; i < 2; i++) /* the result and the gradient of x: the first image's numbers are the same */
            assert_memory_equal(alone.values[i]->data, all.values[i]->data, mg_tensor_bytes(alone.values[i]));
        destroy(&all);
        destroy(&alone);
    }
}

/* --- pools ------------------------------------------------------------------------------------------- */

typedef mg_node *pool(mg_node *x, const mg_window *window);

static outcome run_pool(pool *build, const mg_window *w, const int64_t *shape, mg_backend_id backend, mg_dtype dtype,
                        char *text) {
    mg_context *ctx = mg_context_create(NULL);
    mg_graph *graph = mg_graph_create(ctx, MG_STAGED);
    mg_tensor *value = numbers(ctx, dtype, 4, shape, 3);
    for (int64_t i = 0; i < mg_tensor_count(value); i++) mg_tensor_put(value, i, round(4 * mg_tensor_get(value, i))); /* ties */
    mg_node *x = mg_input(graph, "x", dtype, 4, shape), *outputs[2];
    outputs[0] = build(mg_relu(mg_add_scalar(x, 0.5)), w);
    if (mg_gradient(mg_sum_all(mg_sin(outputs[0])), &x, 1, outputs + 1) != MG_OK) fail_msg("%s", mg_graph_message(graph));
    mg_program *program = mg_compile(graph, backend, outputs, 2);
    assert_non_null(program);
    if (text) mg_program_write_text(program, append, text);
    mg_session *session = mg_session_create(ctx, program, NULL);
    outcome o = { { NULL } };
    mg_tensor results[2];
    for (int i = 0; i < 2; i++) {
        o.values[i] = mg_tensor_create(results_context, dtype, 4, mg_node_shape(outputs[i]));
        results[i] = *o.values[i];
    }
    assert_int_equal(mg_run(session, value, results), MG_OK);
    mg_tensor_destroy(value);
    mg_session_destroy(session);
    mg_program_destroy(program);
    mg_graph_destroy(graph);
    mg_context_destroy(ctx);
    return o;
}

static void pools_agree_with_the_reference_and_take_their_relu_along(void **state) {
    (void)state;
    static const struct {
        int64_t shape[4];
        mg_window window;
    } cases[] = {
        { { 3, 8, 8, 32 }, { { 2, 2 }, { 2, 2 }, { 0, 0, 0, 0 } } },
        { { 2, 7, 9, 5 }, { { 2, 2 }, { 2, 2 }, { 0, 0, 0, 0 } } },
        { { 1, 7, 6, 17 }, { { 3, 3 }, { 2, 2 }, { 1, 1, 1, 1 } } },
        { { 2, 5, 5, 3 }, { { 3, 2 }, { 1, 1 }, { 0, 1, 1, 0 } } },
        { { 2, 9, 9, 16 }, { { 2, 2 }, { 3, 3 }, { 0, 0, 0, 0 } } },
        { { 1, 4, 4, 33 }, { { 4, 4 }, { 1, 1 }, { 0, 0, 0, 0 } } },
        { { 70, 16, 16, 16 }, { { 2, 2 }, { 2, 2 }, { 0, 0, 0, 0 } } },
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        for (int average = 0; average < 2; average++) {
            pool *build = average ? mg_average_pool : mg_max_pool;
            outcome want = run_pool(build, &cases[c].window, cases[c].shape, MG_REFERENCE, MG_F64, NULL);
            for (int isa = 0; isa < 3; isa++) {
                if (!available(isa)) continue;
                setenv("MICROGRAD_ISA", isas[isa], 1);
                for (int dtype = MG_F32; dtype <= MG_F64; dtype++) {
                    char text[16001] = "";
                    outcome got = run_pool(build, &cases[c].window, cases[c].shape, MG_CPU, (mg_dtype)dtype, text);
                    for (int i = 0; i < 2; i++)
                        for (int64_t j = 0; j < mg_tensor_count(want.values[i]); j++)
                            assert_float_equal(mg_tensor_get(got.values[i], j), mg_tensor_get(want.values[i], j), 2e-5);
#ifdef MG__HAVE_CPU
                    if (!average) {
                        assert_non_null(strstr(text, "window max"));
                        assert_non_null(strstr(text, " relu"));
                        assert_null(strstr(text, "gather")); /* the values come with their places */
                        assert_null(strstr(text, "kernel"));
                    }
#endif
                    mg_tensor_destroy(got.values[0]);
                    mg_tensor_destroy(got.values[1]);
                }
                unsetenv("MICROGRAD_ISA");
            }
            mg_tensor_destroy(want.values[0]);
            mg_tensor_destroy(want.values[1]);
        }
    }
}

static void nan_is_the_largest_of_a_window(void **state) {
    (void)state;
    mg_context *ctx = mg_context_create(NULL);
    mg_graph *g = mg_graph_create(ctx, MG_STAGED);
    const int64_t shape[4] = { 1, 2, 2, 1 };
    mg_node *x = mg_input(g, "x", MG_F32, 4, shape);
    mg_node *y = mg_max_pool(x, &(mg_window){ { 2, 2 }, { 2, 2 }, { 0 } });
    mg_program *program = mg_compile(g, MG_CPU, &y, 1);
    mg_session *session = mg_session_create(ctx, program, NULL);
    float values[4] = { 1, NAN, 3, 2 };
    mg_tensor in = mg_tensor_borrow(MG_F32, 4, shape, values), out = { 0 };
    assert_int_equal(mg_run(session, &in, &out), MG_OK);
    assert_true(isnan(mg_tensor_get(&out, 0)));
    mg_session_destroy(session);
    mg_program_destroy(program);
    mg_graph_destroy(g);
    mg_context_destroy(ctx);
}

/* Half-way between the pixels, edges repeated: what bilinear resizing without aligned corners gives. */
static void resizing_gives_known_values(void **state) {
    (void)state;
    mg_context *ctx = mg_context_create(NULL);
    mg_graph *g = mg_graph_create(ctx, MG_EAGER);
    const int64_t shape[4] = { 1, 1, 2, 1 };
    double values[2] = { 0, 4 };
    mg_tensor image = mg_tensor_borrow(MG_F64, 4, shape, values);
    mg_node *x = mg_variable_tensor(g, &image);
    mg_node *smooth = mg_resize(x, 1, 4, true), *near = mg_resize(x, 2, 4, false);
    const double want[4] = { 0, 1, 3, 4 }, nearest[8] = { 0, 0, 4, 4, 0, 0, 4, 4 };
    mg_tensor a = mg_value(smooth), b = mg_value(near);
    for (int i = 0; i < 4; i++) assert_float_equal(mg_tensor_get(&a, i), want[i], 1e-12);
    for (int i = 0; i < 8; i++) assert_float_equal(mg_tensor_get(&b, i), nearest[i], 1e-12);
    mg_graph_destroy(g);
    mg_context_destroy(ctx);
}

static void a_sum_over_an_image_does_not_wait_for_its_scatter(void **state) {
    (void)state;
    mg_context *ctx = mg_context_create(NULL);
    mg_graph *g = mg_graph_create(ctx, MG_EAGER);
    mg_tensor *value = numbers(ctx, MG_F64, 4, (int64_t[]){ 2, 5, 4, 3 }, 6);
    mg_node *x = mg_variable_tensor(g, value);
    const mg_window window = { { 3, 2 }, { 2, 2 }, { 0 } };
    mg_node *index = mg_window_argmax(x, &window), *windows = mg_window_gather(x, index, &window);
    mg_node *image = mg_window_scatter(windows, index, 5, 4, &window);
    const int axes[3] = { 0, 1, 2 }, few[2] = { 0, 1 };
    mg_node *direct = mg_sum(windows, axes, 3, false), *through = mg_sum(image, axes, 3, false);
    assert_ptr_equal(direct, through);
    mg_node *slowly = mg_sum(mg_sum(image, few, 2, true), axes + 2, 1, false); /* over columns alone: the scatter is needed */
    mg_tensor a = mg_value(through), b = mg_value(slowly);
    for (int i = 0; i < 3; i++) assert_float_equal(mg_tensor_get(&a, i), mg_tensor_get(&b, i), 1e-12);
    mg_tensor_destroy(value);
    mg_graph_destroy(g);
    mg_context_destroy(ctx);
}

static void bad_shapes_are_refused_with_their_cure(void **state) {
    (void)state;
    mg_context *ctx = mg_context_create(NULL);
    static const struct {
        int64_t x[4], w[4], stride, groups;
        const char *words;
    } cases[] = {
        { { 1, 2, 2, 1 }, { 3, 3, 1, 1 }, 1, 1, "larger than its input" },
        { { 1, 5, 5, 1 }, { 3, 3, 1, 1 }, 0, 1, "stride is 0" },
        { { 1, 5, 5, 3 }, { 3, 3, 1, 4 }, 1, 2, "do not divide" },
        { { 1, 5, 5, 3 }, { 3, 3, 2, 4 }, 1, 1, "channels a group" },
        { { 0, 5, 5, 3 }, { 3, 3, 3, 4 }, 1, 1, "at least one image" },
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        mg_graph *g = mg_graph_create(ctx, MG_STAGED);
        mg_convolution slide = mg_convolution_defaults();
        slide.stride[0] = slide.stride[1] = cases[c].stride;
        slide.groups = cases[c].groups;
        mg_node *y = mg_conv2d(mg_input(g, "x", MG_F32, 4, cases[c].x), mg_input(g, "w", MG_F32, 4, cases[c].w), &slide);
        assert_true(mg_is_poison(y));
        if (!strstr(mg_graph_message(g), cases[c].words)) fail_msg("case %d: %s", (int)c, mg_graph_message(g));
        mg_graph_destroy(g);
    }
    mg_graph *g = mg_graph_create(ctx, MG_STAGED);
    mg_node *x = mg_input(g, "x", MG_F32, 4, (int64_t[]){ 1, 3, 3, 1 });
    assert_true(mg_is_poison(mg_max_pool(x, &(mg_window){ { 4, 4 }, { 1, 1 }, { 0 } })));
    assert_non_null(strstr(mg_graph_message(g), "larger than its input"));
    mg_graph_destroy(g);
    mg_context_destroy(ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odd_geometries_agree_with_the_reference_on_every_instruction_set),
        cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
        cmocka_unit_test(an_image_does_not_see_its_neighbours),
        cmocka_unit_test(pools_agree_with_the_reference_and_take_their_relu_along),
        cmocka_unit_test(nan_is_the_largest_of_a_window),
        cmocka_unit_test(resizing_gives_known_values),
        cmocka_unit_test(a_sum_over_an_image_does_not_wait_for_its_scatter),
        cmocka_unit_test(bad_shapes_are_refused_with_their_cure),
    };
    results_context = mg_context_create(NULL);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    mg_context_destroy(results_context);
    return failed;
}
