/* Graphs: merging, simplification, sticky errors, scopes, mark and release, size. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "graph/graph.h"
#include "support/failing_allocator.h"

#include <micrograd.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

typedef struct world {
    mg_context *ctx;
    mg_graph *g;
} world;

static world world_make(mg_mode mode) {
    world w = { .ctx = mg_context_create(NULL) };
    w.g = mg_graph_create(w.ctx, mode);
    return w;
}
static void world_free(world *w) {
    mg_graph_destroy(w->g);
    mg_context_destroy(w->ctx);
}

/* --- merging ----------------------------------------------------------------------------------------- */

static void the_same_expression_is_the_same_node(void **state) {
    (void)state;
    world w = world_make(MG_EAGER);
    mg_node *a = mg_variable(w.g, 2), *b = mg_variable(w.g, 2);
    assert_ptr_not_equal(a, b); /* leaves are never merged */
    mg_node *y = mg_add(mg_mul(a, b), mg_sin(a));
    size_t count = mg_graph_count(w.g);
    assert_ptr_equal(y, mg_add(mg_mul(a, b), mg_sin(a)));
    assert_int_equal(mg_graph_count(w.g), count);
    assert_ptr_not_equal(mg_mul(a, b), mg_mul(b, a));
    assert_ptr_not_equal(mg_random_uniform(w.g, MG_F64, 0, NULL), mg_random_uniform(w.g, MG_F64, 0, NULL));
    world_free(&w);
}

static void literals_are_merged_by_their_bits(void **state) {
    (void)state;
    world w = world_make(MG_EAGER);
    assert_ptr_equal(mg_constant(w.g, 0.1), mg_constant(w.g, 0.1));
    assert_ptr_not_equal(mg_constant(w.g, 0.0), mg_constant(w.g, -0.0));
    assert_ptr_equal(mg_constant(w.g, NAN), mg_constant(w.g, NAN));
    assert_true(signbit(mg_item(mg_constant(w.g, -0.0))));
    assert_false(signbit(mg_item(mg_constant(w.g, 0.0))));
    world_free(&w);
}

static void nothing_that_is_not_finite_is_simplified_away(void **state) {
    (void)state;
    world w = world_make(MG_EAGER);
    mg_node *x = mg_variable(w.g, INFINITY);
    assert_true(isnan(mg_item(mg_mul_scalar(x, 0))));
    assert_true(isnan(mg_item(mg_sub(x, x))));
    assert_true(isnan(mg_item(mg_div(x, x))));
    assert_ptr_equal(mg_add_scalar(x, 0), x);
    assert_ptr_equal(mg_add(mg_constant(w.g, 0), x), x);
    assert_ptr_equal(mg_sub(x, mg_constant(w.g, 0)), x);
    assert_ptr_equal(mg_mul_scalar(x, 1), x);
    assert_ptr_equal(mg_div(x, mg_constant(w.g, 1)), x);
    assert_ptr_equal(mg_neg(mg_neg(x)), x);
    mg_node *m = mg_variable_tensor(w.g, &(mg_tensor){ MG_F64, 2, { 2, 1 }, (double[]){ 1, 2 }, NULL });
    assert_ptr_not_equal(mg_add(x, mg_zeros_like(m)), x); /* it broadcasts */
    assert_int_equal(mg_node_rank(mg_add(x, mg_zeros_like(m))), 2);
    world_free(&w);
}

/* --- errors ------------------------------------------------------------------------------------------ */

static mg_node *matrix(mg_graph *g, int64_t rows, int64_t columns) {
    static double numbers[4096];
    return mg_variable_tensor(g, &(mg_tensor){ MG_F64, 2, { rows, columns }, numbers, NULL });
}

static void the_first_message_stays_until_it_is_cleared(void **state) {
    (void)state;
    world w = world_make(MG_EAGER);
    mg_node *a = matrix(w.g, 3, 4), *b = matrix(w.g, 5, 2);
    mg_node *bad = mg_add(a, b);
    assert_true(mg_is_poison(bad));
    assert_int_equal(mg_graph_status(w.g), MG_INVALID);
    char message[200];
    snprintf(message, sizeof message, "%s", mg_graph_message(w.g));
    assert_non_null(strstr(message, "add"));
    assert_non_null(strstr(message, "[3, 4]"));
    assert_non_null(strstr(message, "[5, 2]"));
    mg_matmul(a, b);
    mg_reshape(a, 1, (int64_t[]){ 7 });
    assert_string_equal(mg_graph_message(w.g), message);
    assert_string_equal(mg_context_message(w.ctx), message);
    mg_graph_clear_error(w.g);
    assert_int_equal(mg_graph_status(w.g), MG_OK);
    assert_true(mg_item(mg_sum_all(mg_add(a, a))) == 0);
    mg_matmul(a, b);
    assert_non_null(strstr(mg_graph_message(w.g), "[3, 4] by [5, 2]"));
    world_free(&w);
}

static void every_builder_and_accessor_takes_poison(void **state) {
    (void)state;
    world w = world_make(MG_EAGER);
    mg_node *p = mg_graph_poison(w.g), *x = mg_variable(w.g, 1), *out[2], *xs[2] = { x, p };
    const int64_t dims[] = { 2, 3 };
    mg_node *(*const unary[])(mg_node *) = { mg_neg,       mg_abs,        mg_sign,     mg_square,   mg_reciprocal,   mg_sqrt,
                                             mg_exp,       mg_expm1,      mg_log,      mg_log1p,    mg_sin,          mg_cos,
                                             mg_tanh,      mg_sigmoid,    mg_erf,      mg_floor,    mg_ceil,         mg_round,
                                             mg_is_finite, mg_relu,       mg_softplus, mg_silu,     mg_gelu,         mg_selu,
                                             mg_mish,      mg_hard_swish, mg_sum_all,  mg_mean_all, mg_stop_gradient };
    for (size_t i = 0; i < sizeof unary / sizeof *unary; i++) {
        assert_true(mg_is_poison(unary[i](p)));
        assert_true(mg_is_poison(unary[i](NULL)));
    }
    mg_node *(*const binary[])(mg_node *, mg_node *) = { mg_add,           mg_sub,     mg_mul,        mg_div,
                                                         mg_pow,           mg_maximum, mg_minimum,    mg_equal,
                                                         mg_not_equal,     mg_less,    mg_less_equal, mg_greater,
                                                         mg_greater_equal, mg_matmul,  mg_gather,     mg_take_along };
    for (size_t i = 0; i < sizeof binary / sizeof *binary; i++) {
        assert_true(mg_is_poison(binary[i](p, x)));
        assert_true(mg_is_poison(binary[i](x, p)));
        assert_true(mg_is_poison(binary[i](p, p)));
    }
    mg_node *others[] = { mg_where(p, x, x),
                          mg_where(x, x, p),
                          mg_clip(p, 0, 1),
                          mg_add_scalar(p, 1),
                          mg_mul_scalar(p, 1),
                          mg_pow_scalar(p, 3),
                          mg_cast(p, MG_F32),
                          mg_sum(p, NULL, 0, true),
                          mg_mean(p, NULL, 0, false),
                          mg_variance(p, NULL, 0, false),
                          mg_max(p, 0, true),
                          mg_min(p, 0, false),
                          mg_argmax(p, 0, false),
                          mg_logsumexp(p, 0, false),
                          mg_softmax(p, 0),
                          mg_log_softmax(p, 0),
                          mg_cumsum(p, 0),
                          mg_argsort(p, 0, false),
                          mg_top_k(p, 1, 0, NULL),
                          mg_broadcast(p, 2, dims),
                          mg_reshape(p, 2, dims),
                          mg_transpose(p, NULL),
                          mg_flip(p, 0),
                          mg_slice(p, 0, 0, 1, 1),
                          mg_pad(p, 0, 1, 1, 0),
                          mg_concat(xs, 2, 0),
                          mg_scatter_add(p, x, 3),
                          mg_one_hot(p, 3, MG_F64),
                          mg_dropout(p, 0.5),
                          mg_elu(p, 1),
                          mg_leaky_relu(p, 0.1),
                          mg_grad(p),
                          mg_name(p, "p"),
                          mg_jvp(p, &x, &x, 1),
                          mg_custom_gradient(p, &x, 1, NULL, NULL) };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!mg_is_poison(others[i])) fail_msg("builder %zu made something of poison", i);
    assert_true(isnan(mg_item(p)));
    assert_null(mg_value(p).data);
    assert_int_not_equal(mg_backward(p), MG_OK);
    assert_int_not_equal(mg_set(p, 1), MG_OK);
    assert_int_not_equal(mg_gradient(p, xs, 2, out), MG_OK);
    assert_true(mg_is_poison(out[0]));
    assert_int_equal(mg_node_rank(p), 0);
    assert_int_equal(mg_node_count(p), 1);
    assert_ptr_equal(mg_node_graph(p), w.g);
    assert_string_equal(mg_node_name(p), "");
    world_free(&w);
}

static void nodes_of_two_graphs_poison_both(void **state) {
    (void)state;
    world a = world_make(MG_EAGER);
    mg_graph *other = mg_graph_create(a.ctx, MG_EAGER);
    mg_node *x = mg_variable(a.g, 1), *y = mg_variable(other, 2);
    assert_true(mg_is_poison(mg_add(x, y)));
    assert_int_equal(mg_graph_status(a.g), MG_INVALID);
    assert_int_equal(mg_graph_status(other), MG_INVALID);
    assert_non_null(strstr(mg_graph_message(a.g), "graph"));
    mg_graph_clear_error(a.g);
    mg_graph_clear_error(other);
    assert_true(mg_is_poison(mg_add(mg_variable_tensor(a.g, &(mg_tensor){ MG_F64, 1, { 3 }, (double[3]){ 0 }, NULL }),
                                    y))); /* through a broadcast too */
    assert_int_equal(mg_graph_status(a.g), MG_INVALID);
    assert_int_equal(mg_graph_status(other), MG_INVALID);
    mg_graph_destroy(other);
    world_free(&a);
}

static void messages_say_who_what_and_the_cure(void **state) {
    (void)state;
    world w = world_make(MG_EAGER);
    mg_graph_push_scope(w.g, "dense 'fc1' (layer 3)");
    mg_matmul(matrix(w.g, 128, 6), matrix(w.g, 8, 10));
    mg_graph_pop_scope(w.g);
    assert_non_null(strstr(mg_graph_message(w.g), "dense 'fc1' (layer 3): matmul: [128, 6] by [8, 10]"));
    int n = 0;
#define CASE(expression, ...)                                                                                                 \
    do {                                                                                                                      \
        mg_graph_clear_error(w.g);                                                                                            \
        mg_node *made = expression;                                                                                           \
        const char *wanted[] = { __VA_ARGS__, NULL };                                                                         \
        assert_true(mg_is_poison(made));                                                                                      \
        for (int i = 0; wanted[i]; i++)                                                                                       \
            if (!strstr(mg_graph_message(w.g), wanted[i])) fail_msg("'%s' is not in '%s'", wanted[i], mg_graph_message(w.g)); \
        n++;                                                                                                                  \
    } while (0)

    mg_node *a = matrix(w.g, 3, 4), *f = mg_cast(a, MG_F32), *i = mg_cast(a, MG_I32);
    CASE(mg_add(a, f), "add", "f64", "f32", "mg_cast");
    CASE(mg_reshape(a, 1, (int64_t[]){ 7 }), "reshape", "[3, 4]", "12", "[7]");
    CASE(mg_sum(a, (int[]){ 2 }, 1, false), "sum", "axis 2", "[3, 4]");
    CASE(mg_max(a, -3, false), "max", "axis -3");
    CASE(mg_slice(a, 1, 2, 9, 1), "slice", "2:9:1", "4");
    CASE(mg_pad(a, 0, -1, 0, 0), "pad", "-1");
    CASE(mg_pad(a, 1, INT64_MAX, INT64_MAX, INT64_MAX), "pad", "too many");
    CASE(mg_pad(a, 1, 0, 0, INT64_MAX), "pad", "too many");
    CASE(mg_slice(a, 1, INT64_MIN, INT64_MAX, INT64_MAX), "slice");
    CASE(mg_concat((mg_node *[]){ a, f }, 2, 0), "concat", "f32");
    CASE(mg_gather(a, a), "gather", "i32", "mg_cast");
    CASE(mg_sum_all(i), "sum", "i32", "mg_cast");
    CASE(mg_clip(a, 2, 1), "clip", "low <= high");
    CASE(mg_dropout(a, 1), "dropout", "below 1");
    CASE(mg_top_k(a, 5, 1, NULL), "top_k", "1 to 4", "5");
    CASE(mg_transpose(a, (int[]){ 0, 0 }), "transpose", "permutation");
    CASE(mg_broadcast(a, 2, (int64_t[]){ 3, 5 }), "broadcast", "[3, 4]", "[3, 5]");
    CASE(mg_input(w.g, "x", MG_F32, 0, NULL), "mg_input", "mg_variable_tensor");
    CASE(mg_full(w.g, MG_F64, 2, (int64_t[]){ INT64_MAX / 2, 1024 }, 1), "large");
    CASE(mg_one_hot(i, 0, MG_F64), "one_hot", "class");
    mg_graph_clear_error(w.g);
    assert_true(isnan(mg_item(a)));
    assert_non_null(strstr(mg_graph_message(w.g), "mg_value"));
    mg_graph_clear_error(w.g);
    mg_backward(a);
    assert_non_null(strstr(mg_graph_message(w.g), "mg_sum_all"));
    mg_graph_clear_error(w.g);
    mg_set(mg_neg(a), 1);
    assert_non_null(strstr(mg_graph_message(w.g), "mg_variable"));
    assert_int_equal(n, 20);
    mg_graph_clear_error(w.g);
    assert_int_equal(mg_node_shape(mg_slice(a, 1, 1, 4, INT64_MAX))[1], 1);
    assert_true(mg_item(mg_sum_all(mg_cast(mg_clip(i, -1e300, 1e300), MG_F64))) == 0);
    assert_int_equal(mg_graph_status(w.g), MG_OK);
    world_free(&w);
}

/* --- mark and release -------------------------------------------------------------------------------- */

static void a_hundred_thousand_steps_run_in_constant_memory(void **state) {
    (void)state;
    failing_allocator memory = { 0 };
    mg_context *ctx = failing_allocator_context(&memory);
    mg_graph *g = mg_graph_create(ctx, MG_EAGER);
    mg_node *w = mg_variable(g, 0.3), *b = mg_variable_tensor(g, &(mg_tensor){ MG_F64, 1, { 3 }, (double[]){ 1, 2, 3 }, NULL });
    size_t bytes = 0, nodes = 0;
    for (int i = 0; i < 100000; i++) {
        mg_mark mark = mg_graph_mark(g);
        mg_graph_push_scope(g, "step");
        mg_node *x = mg_constant(g, (double)i);
        mg_node *y = mg_name(mg_sum_all(mg_relu(mg_sub(mg_tanh(mg_mul(mg_add(w, x), b)), mg_elu(w, 1)))), "y");
        mg_graph_pop_scope(g);
        mg_backward(y);
        double slope = mg_item(mg_grad(w));
        mg_set(w, mg_item(w) - 1e-6 * slope - 1e-7 * mg_item(y));
        mg_graph_release(g, mark);
        if (i == 1000) {
            bytes = memory.bytes;
            nodes = mg_graph_count(g);
        }
    }
    assert_int_equal(mg_graph_status(g), MG_OK);
    assert_int_equal(memory.bytes, bytes);
    assert_int_equal(mg_graph_count(g), nodes);
    mg_graph_destroy(g);
    mg_context_destroy(ctx);
    assert_int_equal(memory.bytes, 0);
}

static void a_mark_is_refused_where_it_does_not_fit(void **state) {
    (void)state;
    world w = world_make(MG_EAGER);
    mg_node *x = mg_variable(w.g, 1);
    mg_mark mark = mg_graph_mark(w.g);
    mg_neg(x);
    mg_mark late = mg_graph_mark(w.g);
    mg_graph_release(w.g, mark);
    mg_graph_release(w.g, late);
    assert_int_equal(mg_graph_status(w.g), MG_INVALID);
    mg_graph_clear_error(w.g);
    mg_graph_release(w.g, mark); /* twice is nothing */
    assert_int_equal(mg_graph_status(w.g), MG_OK);
    mg_node *again = mg_neg(x);
    assert_ptr_equal(again, mg_neg(x));
    assert_true(mg_item(again) == -1);
    world_free(&w);
}

/* Random marks and releases against rebuilt expressions: the table of expressions must survive. */
static void expressions_are_found_again_after_releases(void **state) {
    (void)state;
    world w = world_make(MG_EAGER);
    mg_node *x = mg_variable(w.g, 0.5);
    for (int round = 0; round < 300; round++) {
        mg_mark mark = mg_graph_mark(w.g);
        mg_node *y = x;
        for (int i = 0; i < round % 50; i++) y = mg_sin(mg_add_scalar(y, (double)(i * (round % 7 + 1))));
        mg_node *again = x;
        for (int i = 0; i < round % 50; i++) again = mg_sin(mg_add_scalar(again, (double)(i * (round % 7 + 1))));
        assert_ptr_equal(y, again);
        assert_true(fabs(mg_item(y)) <= 1);
        if (round % 3) mg_graph_release(w.g, mark);
    }
    assert_int_equal(mg_graph_status(w.g), MG_OK);
    world_free(&w);
}

/* --- size -------------------------------------------------------------------------------------------- */

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void a_million_nodes_are_built_and_differentiated_within_400_megabytes(void **state) {
    (void)state;
    failing_allocator memory = { 0 };
    mg_context *ctx = failing_allocator_context(&memory);
    mg_graph *g = mg_graph_create(ctx, MG_EAGER);
    mg_node *x = mg_variable(g, 0.5), *y = x;
    double start = now();
    while (mg_graph_count(g) < 1000000) y = mg_mul(mg_add(y, x), mg_tanh(y)); /* one chain: no recursion could follow it */
    mg_node *slope;
    assert_int_equal(mg_gradient(y, &x, 1, &slope), MG_OK);
    double built = now() - start;
    size_t bytes = memory.bytes;
    assert_true(isfinite(mg_item(slope)));
    if (getenv("VERBOSE"))
        printf("built and differentiated in %.2f s, %zu nodes, %.0f MB; evaluated in %.2f s\n", built, mg_graph_count(g),
               (double)bytes / 1e6, now() - start - built);
    assert_true(bytes < 400000000);
    assert_true(built < 20); /* 1 s on an idle machine; bounded loosely for busy and instrumented ones */
    mg_graph_destroy(g);
    mg_context_destroy(ctx);
    assert_int_equal(memory.bytes, 0);
}

static void a_node_is_at_most_80_bytes(void **state) {
    (void)state;
    assert_true(sizeof(mg_node) <= 80);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_expression_is_the_same_node),
        cmocka_unit_test(literals_are_merged_by_their_bits),
        cmocka_unit_test(nothing_that_is_not_finite_is_simplified_away),
        cmocka_unit_test(the_first_message_stays_until_it_is_cleared),
        cmocka_unit_test(every_builder_and_accessor_takes_poison),
        cmocka_unit_test(nodes_of_two_graphs_poison_both),
        cmocka_unit_test(messages_say_who_what_and_the_cure),
        cmocka_unit_test(a_hundred_thousand_steps_run_in_constant_memory),
        cmocka_unit_test(a_mark_is_refused_where_it_does_not_fit),
        cmocka_unit_test(expressions_are_found_again_after_releases),
        cmocka_unit_test(a_million_nodes_are_built_and_differentiated_within_400_megabytes),
        cmocka_unit_test(a_node_is_at_most_80_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
