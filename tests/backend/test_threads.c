/* The same bits with any number of threads; failures in a step; two contexts at once. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <micrograd.h>

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 512, COLUMNS = 301, CLASSES = 70, RUNS = 4 };

/* A classifier's training step with dropout, a normalisation and a guard: above the work from which a run is threaded. */
typedef struct step {
    mg_context *ctx;
    mg_parameters *store;
    mg_program *program;
    mg_session *session;
} step;

static step step_make(int threads, mg_dtype dtype) {
    step s;
    mg_context_options options = mg_context_defaults();
    options.threads = threads;
    options.seed = 7;
    s.ctx = mg_context_create(&options);
    s.store = mg_parameters_create(s.ctx, dtype);
    mg_graph *g = mg_graph_create(s.ctx, MG_STAGED);
    mg_graph_set_dtype(g, dtype);
    mg_node *x = mg_input(g, "x", dtype, 2, (int64_t[]){ ROWS, COLUMNS });
    mg_node *w = mg_parameter_leaf(
        g, s.store, mg_parameters_add(s.store, "w", MG_WEIGHT, 2, (int64_t[]){ COLUMNS, 257 }, MG_INIT_he_normal, 0));
    mg_node *b = mg_parameter_leaf(g, s.store, mg_parameters_add(s.store, "b", MG_BIAS, 1, (int64_t[]){ 257 }, MG_INIT_zeros, 0));
    mg_node *v = mg_parameter_leaf(
        g, s.store, mg_parameters_add(s.store, "v", MG_WEIGHT, 2, (int64_t[]){ 257, CLASSES }, MG_INIT_he_normal, 0));
    int axis = 0;
    mg_node *h = mg_relu(mg_add(mg_matmul(x, w), b));
    mg_node *mean = mg_mean(h, &axis, 1, true), *variance = mg_variance(h, &axis, 1, true);
    h = mg_dropout(mg_div(mg_sub(h, mean), mg_sqrt(mg_add_scalar(variance, 1e-3))), 0.3);
    mg_node *p = mg_log_softmax(mg_matmul(h, v), 1);
    mg_node *loss = mg_neg(
        mg_mean_all(mg_mul(p, mg_softmax(mg_matmul(x, mg_random_normal(g, dtype, 2, (int64_t[]){ COLUMNS, CLASSES })), 1))));
    mg_node *leaves[] = { w, b, v }, *gradients[3];
    mg_gradient(loss, leaves, 3, gradients);
    for (int i = 0; i < 3; i++) mg_update(leaves[i], mg_sub(leaves[i], mg_mul_scalar(gradients[i], 0.5)));
    mg_graph_guard_updates(g, mg_is_finite(loss));
    mg_node *outputs[] = { loss, mg_argmax(p, 1, false) };
    s.program = mg_compile(g, MG_CPU, outputs, 2);
    if (!s.program) fail_msg("%s", mg_context_message(s.ctx));
    s.session = mg_session_create(s.ctx, s.program, NULL);
    assert_non_null(s.session);
    mg_graph_destroy(g);
    return s;
}

static void step_free(step *s) {
    mg_session_destroy(s->session);
    mg_program_destroy(s->program);
    mg_parameters_destroy(s->store);
    mg_context_destroy(s->ctx);
}

static double step_run(step *s, mg_dtype dtype) {
    mg_tensor *x = mg_tensor_create(s->ctx, dtype, 2, (int64_t[]){ ROWS, COLUMNS });
    for (int64_t i = 0; i < mg_tensor_count(x); i++) mg_tensor_put(x, i, sin(0.37 * (double)(i % 9973)));
    double loss = 0;
    for (int r = 0; r < RUNS; r++) {
        mg_tensor outputs[2] = { { 0 }, { 0 } };
        if (mg_run(s->session, x, outputs) != MG_OK) fail_msg("%s", mg_context_message(s->ctx));
        loss = mg_tensor_get(&outputs[0], 0);
    }
    mg_tensor_destroy(x);
    return loss;
}

static void same_bits(mg_dtype dtype) {
    static const int threads[] = { 1, 2, 3, 8 };
    step first = { 0 };
    double want = 0;
    for (int k = 0; k < 4; k++) {
        step s = step_make(threads[k], dtype);
        double loss = step_run(&s, dtype);
        assert_true(isfinite(loss));
        if (k == 0) {
            first = s;
            want = loss;
            continue;
        }
        assert_memory_equal(&loss, &want, sizeof loss);
        mg_tensor a = mg_parameters_flat(first.store), b = mg_parameters_flat(s.store);
        assert_memory_equal(a.data, b.data, mg_tensor_bytes(&a));
        step_free(&s);
    }
    step_free(&first);
}

static void f32_gives_the_same_bits_with_1_2_3_and_8_threads(void **state) {
    (void)state;
    same_bits(MG_F32);
}
static void f64_gives_the_same_bits_with_1_2_3_and_8_threads(void **state) {
    (void)state;
    same_bits(MG_F64);
}

/* A gather out of range after large threaded loops. */
static void an_error_in_a_step_leaves_parameters_alone_and_says_what(void **state) {
    (void)state;
    for (int threads = 1; threads <= 3; threads++) {
        mg_context_options options = mg_context_defaults();
        options.threads = threads;
        mg_context *ctx = mg_context_create(&options);
        mg_parameters *store = mg_parameters_create(ctx, MG_F32);
        mg_graph *g = mg_graph_create(ctx, MG_STAGED);
        mg_node *w =
            mg_parameter_leaf(g, store, mg_parameters_add(store, "w", MG_WEIGHT, 2, (int64_t[]){ 1000, 600 }, MG_INIT_ones, 0));
        mg_node *index = mg_input(g, "index", MG_I32, 1, (int64_t[]){ 2 });
        mg_node *picked = mg_gather(mg_exp(mg_neg(w)), index);
        mg_node *shift = mg_sum_all(picked);
        mg_update(w, mg_add(w, shift));
        mg_program *program = mg_compile(g, MG_CPU, &shift, 1);
        mg_session *session = mg_session_create(ctx, program, NULL);
        int32_t good[2] = { 0, 999 }, bad[2] = { 3, 1000 };
        mg_tensor input = mg_tensor_borrow(MG_I32, 1, (int64_t[]){ 2 }, bad), output = { 0 };
        assert_int_equal(mg_run(session, &input, &output), MG_INVALID);
        assert_non_null(strstr(mg_context_message(ctx), "gather"));
        assert_non_null(strstr(mg_context_message(ctx), "index 1000 at position 1 is outside 0..999"));
        mg_tensor value = mg_parameters_value(store, 0);
        for (int64_t i = 0; i < mg_tensor_count(&value); i++) assert_true(mg_tensor_get(&value, i) == 1);
        input.data = good;
        assert_int_equal(mg_run(session, &input, &output), MG_OK); /* the session is fine */
        assert_true(fabs(mg_tensor_get(&value, 0) - 1 - 1200 * exp(-1)) < 1e-3);
        mg_session_destroy(session);
        mg_program_destroy(program);
        mg_graph_destroy(g);
        mg_parameters_destroy(store);
        mg_context_destroy(ctx);
    }
}

typedef struct worker {
    double loss;
} worker;

static void *train(void *user) {
    worker *w = user;
    step s = step_make(2, MG_F32);
    w->loss = step_run(&s, MG_F32);
    step_free(&s);
    return NULL;
}

static void two_contexts_in_two_threads_do_not_meet(void **state) {
    (void)state;
    worker alone, two[2];
    train(&alone);
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) assert_int_equal(pthread_create(&threads[i], NULL, train, &two[i]), 0);
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < 2; i++) assert_memory_equal(&two[i].loss, &alone.loss, sizeof alone.loss);
}

/* One program, two sessions with stores of their own, in two threads at once. */
typedef struct shared {
    const mg_program *program;
    double loss;
} shared;

static void *run_shared(void *user) {
    shared *w = user;
    mg_context_options options = mg_context_defaults();
    options.threads = 1;
    options.seed = 7;
    step s = { .ctx = mg_context_create(&options) };
    s.store = mg_parameters_create(s.ctx, MG_F32);
    mg_parameters_add(s.store, "w", MG_WEIGHT, 2, (int64_t[]){ COLUMNS, 257 }, MG_INIT_he_normal, 0);
    mg_parameters_add(s.store, "b", MG_BIAS, 1, (int64_t[]){ 257 }, MG_INIT_zeros, 0);
    mg_parameters_add(s.store, "v", MG_WEIGHT, 2, (int64_t[]){ 257, CLASSES }, MG_INIT_he_normal, 0);
    s.session = mg_session_create(s.ctx, w->program, s.store);
    w->loss = step_run(&s, MG_F32);
    mg_session_destroy(s.session);
    mg_parameters_destroy(s.store);
    mg_context_destroy(s.ctx);
    return NULL;
}

static void a_program_is_shared_between_threads(void **state) {
    (void)state;
    step s = step_make(1, MG_F32);
    shared two[2] = { { s.program, 0 }, { s.program, 0 } };
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) assert_int_equal(pthread_create(&threads[i], NULL, run_shared, &two[i]), 0);
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    double want = step_run(&s, MG_F32);
    for (int i = 0; i < 2; i++) assert_memory_equal(&two[i].loss, &want, sizeof want);
    step_free(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(f32_gives_the_same_bits_with_1_2_3_and_8_threads),
        cmocka_unit_test(f64_gives_the_same_bits_with_1_2_3_and_8_threads),
        cmocka_unit_test(an_error_in_a_step_leaves_parameters_alone_and_says_what),
        cmocka_unit_test(two_contexts_in_two_threads_do_not_meet),
        cmocka_unit_test(a_program_is_shared_between_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
