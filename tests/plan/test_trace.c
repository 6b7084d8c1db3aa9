/* What steps are said to do, what they are measured to take, and how programs are drawn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_allocator.h"

#include <micrograd.h>

enum { BATCH = 64, INPUTS = 50, HIDDEN = 96, CLASSES = 7, RUNS = 5 };

typedef struct text {
    char all[200000];
    size_t used;
} text;

static bool keep(void *user, const char *bytes, size_t count) {
    text *t = user;
    if (t->used + count >= sizeof t->all) return false;
    memcpy(t->all + t->used, bytes, count);
    t->all[t->used += count] = 0;
    return true;
}

static bool refuse(void *user, const char *bytes, size_t count) {
    (void)user, (void)bytes, (void)count;
    return false;
}

typedef struct training {
    mg_context *ctx;
    mg_graph *g;
    mg_parameters *store;
    mg_program *program;
    mg_session *session;
} training;

static training start(mg_backend_id backend, int threads) {
    mg_context_options options = mg_context_defaults();
    options.threads = threads;
    training t = { .ctx = mg_context_create(&options) };
    t.g = mg_graph_create(t.ctx, MG_STAGED);
    t.store = mg_parameters_create(t.ctx, MG_F32);
    mg_node *x = mg_input(t.g, "x", MG_F32, 2, (int64_t[]){ BATCH, INPUTS });
    mg_node *target = mg_input(t.g, "target", MG_I32, 1, (int64_t[]){ BATCH });
    mg_node *h = mg_relu(mg_dense(x, t.store, "one", HIDDEN));
    mg_node *loss = mg_cross_entropy(mg_dense(h, t.store, "out", CLASSES), target, NULL);
    mg_optimizer adam = mg_optimizer_defaults("adam");
    assert_int_equal(mg_minimise(loss, t.store, &adam), MG_OK);
    t.program = mg_compile(t.g, backend, &loss, 1);
    t.session = mg_session_create(t.ctx, t.program, NULL);
    assert_non_null(t.session);
    return t;
}

static void finish(training *t) {
    mg_session_destroy(t->session);
    mg_program_destroy(t->program);
    mg_graph_destroy(t->g);
    mg_parameters_destroy(t->store);
    mg_context_destroy(t->ctx);
}

static void run(training *t) {
    static float x[BATCH * INPUTS];
    static int32_t target[BATCH];
    for (int i = 0; i < BATCH * INPUTS; i++) x[i] = (float)(i % 13) / 13;
    for (int i = 0; i < BATCH; i++) target[i] = i % CLASSES;
    mg_tensor inputs[] = { mg_tensor_borrow(MG_F32, 2, (int64_t[]){ BATCH, INPUTS }, x),
                           mg_tensor_borrow(MG_I32, 1, (int64_t[]){ BATCH }, target) };
    for (int i = 0; i < RUNS; i++) assert_int_equal(mg_run(t->session, inputs, &(mg_tensor){ 0 }), MG_OK);
}

static void steps_tell_layer_pass_and_work(void **state) {
    (void)state;
    training t = start(MG_CPU, 1);
    double flops = 0;
    int forward = 0, backward = 0, updates = 0;
    for (int64_t i = 0; i < mg_program_steps(t.program); i++) {
        mg_step_info info;
        assert_int_equal(mg_program_step(t.program, i, &info), MG_OK);
        assert_true(info.bytes > 0 && *info.op);
        if (strncmp(info.op, "product", 7) == 0) flops += info.flops;
        bool one = strstr(info.layer, "dense 'one'") != NULL;
        if (one && strcmp(info.shape, "64 x 96 x 50") == 0) {
            forward += info.pass == MG_PASS_FORWARD;
            assert_true(info.flops == 2.0 * BATCH * INPUTS * HIDDEN);
            assert_true(info.bytes == 4.0 * (BATCH * INPUTS + INPUTS * HIDDEN + HIDDEN + BATCH * HIDDEN));
        }
        if (one && strcmp(info.shape, "50 x 96 x 64") == 0) backward += info.pass == MG_PASS_BACKWARD;
        updates += info.pass == MG_PASS_UPDATE && strcmp(info.layer, "'one.weight'") == 0;
    }
    assert_int_equal(forward, 1);
    assert_int_equal(backward, 1);
    assert_int_equal(updates, 1);
    assert_true(flops == mg_program_flops(t.program));
    assert_int_equal(mg_program_step(t.program, -1, &(mg_step_info){ 0 }), MG_INVALID);
    assert_int_equal(mg_program_step(t.program, mg_program_steps(t.program), &(mg_step_info){ 0 }), MG_INVALID);
    assert_string_equal(mg_pass_name(MG_PASS_BACKWARD), "backward");
    finish(&t);
}

/* Elements that are read again and again count once. */
static void a_loop_tells_operations_and_bytes(void **state) {
    (void)state;
    mg_context *ctx = mg_context_create(NULL);
    mg_graph *g = mg_graph_create(ctx, MG_STAGED);
    mg_node *x = mg_input(g, "x", MG_F32, 2, (int64_t[]){ 8, 100 }), *b = mg_input(g, "b", MG_F32, 1, (int64_t[]){ 100 });
    mg_node *y = mg_exp(mg_add(x, b));
    mg_program *program = mg_compile(g, MG_CPU, &y, 1);
    mg_step_info info;
    assert_int_equal(mg_program_steps(program), 1);
    assert_int_equal(mg_program_step(program, 0, &info), MG_OK);
    assert_string_equal(info.op, "loop add exp");
    assert_string_equal(info.shape, "8 x 100");
    assert_true(info.flops == 2 * 800 && info.bytes == 4 * (800 + 100 + 800));
    assert_int_equal(info.pass, MG_PASS_FORWARD);
    mg_program_destroy(program);
    mg_graph_destroy(g);
    mg_context_destroy(ctx);
}

static void a_trace_counts_every_step_of_every_run(void **state) {
    (void)state;
    static const mg_backend_id backends[] = { MG_REFERENCE, MG_CPU };
    for (int k = 0; k < 4; k++) {
        training t = start(backends[k / 2], 1 + k % 2);
        mg_trace *trace = mg_trace_create(t.ctx, NULL);
        run(&t);
        assert_int_equal(mg_session_trace(t.session, trace, "training"), MG_OK);
        run(&t);
        assert_int_equal(mg_session_trace(t.session, NULL, NULL), MG_OK);
        run(&t);
        static mg_trace_row rows[500];
        int64_t count = mg_trace_rows(trace, rows, 500), calls = 0;
        assert_true(count > 5 && count <= 500);
        for (int64_t i = 0; i < count; i++) {
            calls += rows[i].calls;
            assert_string_equal(rows[i].session, "training");
            assert_true(rows[i].seconds >= 0 && rows[i].thread_seconds >= rows[i].seconds);
            assert_true(i == 0 || rows[i].seconds <= rows[i - 1].seconds);
        }
        assert_int_equal(calls, RUNS * mg_program_steps(t.program));
        assert_int_equal(mg_trace_rows(trace, rows, 1), count);
        assert_int_equal(mg_trace_rows(trace, NULL, 3), -1);
        mg_trace_destroy(trace);
        finish(&t);
    }
}

static int occurrences(const char *all, const char *word) {
    int count = 0;
    for (const char *at = all; (at = strstr(at, word)); at += strlen(word)) count++;
    return count;
}

static void a_trace_is_written_as_json_and_says_what_it_left_out(void **state) {
    (void)state;
    static text out;
    training t = start(MG_CPU, 1);
    mg_trace_options options = mg_trace_defaults();
    options.spans = 2 * (mg_program_steps(t.program) + 1);
    mg_trace *trace = mg_trace_create(t.ctx, &options);
    assert_int_equal(mg_session_trace(t.session, trace, "a \"name\""), MG_OK);
    run(&t);
    out.used = 0;
    assert_int_equal(mg_trace_write(trace, keep, &out), MG_OK);
    assert_int_equal(occurrences(out.all, "\"ph\":\"X\""), options.spans);
    assert_int_equal(occurrences(out.all, "a \\\"name\\\""), 2);
    assert_non_null(strstr(out.all, "\"name\":\"thread 1\""));
    char left[64];
    snprintf(left, sizeof left, "\"left_out\":%d}", (int)((RUNS - 2) * (mg_program_steps(t.program) + 1)));
    assert_non_null(strstr(out.all, left));
    assert_int_equal(mg_trace_write(trace, refuse, NULL), MG_FILE);
    mg_trace_destroy(trace);
    finish(&t);
}

static void a_program_is_drawn_with_its_buffers(void **state) {
    (void)state;
    static text out;
    training t = start(MG_CPU, 1);
    out.used = 0;
    assert_int_equal(mg_program_write_dot(t.program, keep, &out), MG_OK);
    for (int64_t i = 0; i < mg_program_steps(t.program); i++) {
        char box[32];
        snprintf(box, sizeof box, "  s%d [label=\"%d: ", (int)i, (int)i);
        assert_non_null(strstr(out.all, box));
    }
    assert_non_null(strstr(out.all, "one.weight\\nslot 1"));
    assert_non_null(strstr(out.all, "output 0"));
    assert_non_null(strstr(out.all, "<td>buffer</td>"));
    assert_non_null(strstr(out.all, "backward"));
    assert_int_equal(mg_program_write_dot(t.program, refuse, NULL), MG_FILE);
    finish(&t);
}

static void the_machine_can_do_something(void **state) {
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        mg_context_options options = mg_context_defaults();
        options.threads = threads;
        mg_context *ctx = mg_context_create(&options);
        mg_machine machine;
        assert_int_equal(mg_machine_measure(ctx, 1 << 20, &machine), MG_OK);
        assert_true(machine.bandwidth > 0 && machine.flops >= 0 && machine.threads >= 1 && machine.threads <= threads);
        assert_int_equal(mg_machine_measure(ctx, 0, &machine), MG_OK);
        mg_context_destroy(ctx);
    }
}

static bool trace_once(mg_context *context, void *user) {
    (void)user;
    mg_graph *g = mg_graph_create(context, MG_STAGED);
    mg_node *x = g ? mg_input(g, "x", MG_F32, 1, (int64_t[]){ 4 }) : NULL, *y = g ? mg_exp(x) : NULL;
    mg_program *program = g ? mg_compile(g, MG_CPU, &y, 1) : NULL;
    mg_session *session = program ? mg_session_create(context, program, NULL) : NULL;
    mg_trace_options options = { .spans = 3 };
    mg_trace *trace = session ? mg_trace_create(context, &options) : NULL;
    bool done = trace && mg_session_trace(session, trace, "one") == MG_OK;
    float values[4] = { 0 };
    mg_tensor in = mg_tensor_borrow(MG_F32, 1, (int64_t[]){ 4 }, values);
    if (session) assert_int_equal(mg_run(session, &in, &(mg_tensor){ 0 }), MG_OK); /* traced or not */
    mg_trace_row row;
    mg_machine machine;
    text *out = malloc(sizeof *out);
    out->used = 0;
    done = done && mg_trace_rows(trace, &row, 1) == 1 && mg_trace_write(trace, keep, out) == MG_OK;
    done = done && mg_program_write_dot(program, keep, out) == MG_OK;
    done = done && mg_machine_measure(context, 1000, &machine) == MG_OK;
    free(out);
    mg_session_destroy(session);
    mg_trace_destroy(trace);
    mg_program_destroy(program);
    mg_graph_destroy(g);
    return done;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(trace_once, NULL) > 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_tell_layer_pass_and_work),
        cmocka_unit_test(a_loop_tells_operations_and_bytes),
        cmocka_unit_test(a_trace_counts_every_step_of_every_run),
        cmocka_unit_test(a_trace_is_written_as_json_and_says_what_it_left_out),
        cmocka_unit_test(a_program_is_drawn_with_its_buffers),
        cmocka_unit_test(the_machine_can_do_something),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
