/* The memory of a session: told to the byte before it is made, and none is asked for in a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/failing_allocator.h"

#include <micrograd.h>

enum { BATCH = 64, INPUTS = 50, HIDDEN = 96, CLASSES = 7 };

typedef struct training {
    mg_context *ctx;
    mg_graph *g;
    mg_parameters *store;
    mg_node *loss;
} training;

static mg_context *context_of(failing_allocator *memory, int threads) {
    mg_context_options options = mg_context_defaults();
    options.allocator = failing_allocator_hook(memory);
    options.threads = threads;
    return mg_context_create(&options);
}

/* A dense network with Adam. */
static training build(mg_context *ctx) {
    training t = { .ctx = ctx, .g = mg_graph_create(ctx, MG_STAGED), .store = mg_parameters_create(ctx, MG_F32) };
    mg_node *x = mg_input(t.g, "x", MG_F32, 2, (int64_t[]){ BATCH, INPUTS });
    mg_node *target = mg_input(t.g, "target", MG_I32, 1, (int64_t[]){ BATCH });
    mg_node *h = mg_relu(mg_dense(x, t.store, "one", HIDDEN));
    h = mg_dropout(mg_relu(mg_dense(h, t.store, "two", HIDDEN)), 0.2);
    t.loss = mg_cross_entropy(mg_dense(h, t.store, "out", CLASSES), target, NULL);
    mg_optimizer adam = mg_optimizer_defaults("adam");
    assert_int_equal(mg_minimise(t.loss, t.store, &adam), MG_OK);
    return t;
}

static void finish(training *t) {
    mg_graph_destroy(t->g);
    mg_parameters_destroy(t->store);
}

static void run_often(mg_session *session, failing_allocator *memory) {
    static float x[BATCH * INPUTS];
    static int32_t target[BATCH];
    for (int i = 0; i < BATCH * INPUTS; i++) x[i] = (float)(i % 13) / 13;
    for (int i = 0; i < BATCH; i++) target[i] = i % CLASSES;
    mg_tensor inputs[] = { mg_tensor_borrow(MG_F32, 2, (int64_t[]){ BATCH, INPUTS }, x),
                           mg_tensor_borrow(MG_I32, 1, (int64_t[]){ BATCH }, target) };
    size_t calls = memory->calls;
    for (int i = 0; i < 100; i++) assert_int_equal(mg_run(session, inputs, &(mg_tensor){ 0 }), MG_OK);
    assert_int_equal(memory->calls, calls);
}

typedef mg_program *compiler(mg_graph *, mg_backend_id, mg_node *const *, int);

static void check(compiler *compile, mg_backend_id backend, int threads) {
    failing_allocator memory = { 0 };
    mg_context *ctx = context_of(&memory, threads);
    training first = build(ctx), t = build(ctx);
    mg_program *warm = compile(first.g, backend, &first.loss, 1), *program = compile(t.g, backend, &t.loss, 1);
    mg_session *threads_are_made = mg_session_create(ctx, warm, NULL);
    assert_non_null(threads_are_made);
    mg_memory told = mg_program_memory(program, mg_context_threads(ctx));
    size_t before = memory.bytes;
    mg_session *session = mg_session_create(ctx, program, NULL);
    assert_non_null(session);
    assert_int_equal(memory.bytes - before, told.workspace + told.parameters + told.headers);
    run_often(session, &memory);
    run_often(threads_are_made, &memory);
    mg_session_destroy(threads_are_made);
    mg_session_destroy(session);
    mg_program_destroy(warm);
    mg_program_destroy(program);
    finish(&first);
    finish(&t);
    mg_context_destroy(ctx);
    assert_int_equal(memory.bytes, 0);
    assert_int_equal(memory.mistakes, 0);
}

static void a_session_takes_what_was_told_and_its_runs_nothing(void **state) {
    (void)state;
    static const mg_backend_id backends[] = { MG_REFERENCE, MG_CPU };
    for (int b = 0; b < 2; b++)
        for (int threads = 1; threads <= 2; threads++) check(mg_compile, backends[b], threads);
}

static void so_does_one_that_can_explain_itself(void **state) {
    (void)state;
    check(mg_compile_checked, MG_CPU, 1);
    check(mg_compile_checked, MG_CPU, 2);
}

/* Its kernel has more inputs than fit on the stack. */
static void a_kernel_of_many_inputs_allocates_nothing(void **state) {
    (void)state;
    static const mg_backend_id backends[] = { MG_REFERENCE, MG_CPU };
    for (int b = 0; b < 2; b++) {
        failing_allocator memory = { 0 };
        mg_context *ctx = context_of(&memory, 1);
        mg_graph *g = mg_graph_create(ctx, MG_STAGED);
        mg_node *x = mg_input(g, "x", MG_F32, 1, (int64_t[]){ 5 }), *parts[12];
        for (int i = 0; i < 12; i++) parts[i] = mg_add_scalar(x, i);
        mg_node *y = mg_concat(parts, 12, 0);
        mg_program *program = mg_compile(g, backends[b], &y, 1);
        mg_memory told = mg_program_memory(program, 1);
        size_t before = memory.bytes;
        mg_session *session = mg_session_create(ctx, program, NULL);
        assert_int_equal(memory.bytes - before, told.workspace + told.parameters + told.headers);
        mg_tensor in = mg_tensor_borrow(MG_F32, 1, (int64_t[]){ 5 }, (float[]){ 1, 2, 3, 4, 5 }), out = { 0 };
        size_t calls = memory.calls;
        assert_int_equal(mg_run(session, &in, &out), MG_OK);
        assert_true(mg_tensor_get(&out, 59) == 16);
        assert_int_equal(memory.calls, calls);
        mg_session_destroy(session);
        mg_program_destroy(program);
        mg_graph_destroy(g);
        mg_context_destroy(ctx);
    }
}

/* Tracing takes its memory when it begins. */
static void a_traced_run_allocates_nothing(void **state) {
    (void)state;
    failing_allocator memory = { 0 };
    mg_context *ctx = context_of(&memory, 2);
    training t = build(ctx);
    mg_program *program = mg_compile(t.g, MG_CPU, &t.loss, 1);
    mg_session *session = mg_session_create(ctx, program, NULL);
    mg_trace_options options = { .spans = 50 };
    mg_trace *trace = mg_trace_create(ctx, &options);
    assert_int_equal(mg_session_trace(session, trace, "training"), MG_OK);
    run_often(session, &memory);
    mg_session_destroy(session);
    mg_program_destroy(program);
    mg_trace_destroy(trace);
    finish(&t);
    mg_context_destroy(ctx);
    assert_int_equal(memory.bytes, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_takes_what_was_told_and_its_runs_nothing),
        cmocka_unit_test(so_does_one_that_can_explain_itself),
        cmocka_unit_test(a_kernel_of_many_inputs_allocates_nothing),
        cmocka_unit_test(a_traced_run_allocates_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
