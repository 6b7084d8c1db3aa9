/* Programs and sessions: updates, predicates, the guard and its explanation, memory, inputs and outputs. Each on both backends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/failing_allocator.h"

#include <micrograd.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static const int backends[] = { MG_REFERENCE, MG_CPU };
#define EACH_BACKEND(b) for (int b##_ = 0, b = backends[0]; b##_ < 2; b = backends[++b##_ & 1])

/* A store of f64 with entries of 4 elements, and a staged f64 graph over it. */
typedef struct bench {
    mg_context *ctx;
    mg_parameters *store;
    mg_graph *g;
    mg_program *program;
    mg_session *session;
} bench;

static bench bench_make(void) {
    bench b = { .ctx = mg_context_create(NULL) };
    b.store = mg_parameters_create(b.ctx, MG_F64);
    b.g = mg_graph_create(b.ctx, MG_STAGED);
    mg_graph_set_dtype(b.g, MG_F64);
    return b;
}
static mg_node *entry(bench *b, const char *name, double value) {
    return mg_parameter_leaf(b->g, b->store,
                             mg_parameters_add(b->store, name, MG_WEIGHT, 1, (int64_t[]){ 4 }, MG_INIT_constant, value));
}
static void start(bench *b, int backend, mg_node *const *outputs, int count) {
    b->program = mg_compile_checked(b->g, (mg_backend_id)backend, outputs, count);
    if (!b->program) fail_msg("%s", mg_context_message(b->ctx));
    b->session = mg_session_create(b->ctx, b->program, NULL);
    if (!b->session) fail_msg("%s", mg_context_message(b->ctx));
}
static void bench_free(bench *b) {
    mg_session_destroy(b->session);
    mg_program_destroy(b->program);
    mg_graph_destroy(b->g);
    mg_parameters_destroy(b->store);
    mg_context_destroy(b->ctx);
}
static double first(const bench *b, const char *name) {
    mg_tensor x = mg_parameters_value(b->store, mg_parameters_find(b->store, name));
    double value = mg_tensor_get(&x, 0);
    for (int64_t i = 1; i < mg_tensor_count(&x); i++) assert_true(mg_tensor_get(&x, i) == value || value != value);
    return value;
}

/* --- updates ----------------------------------------------------------------------------------------- */

static void every_read_of_a_run_sees_the_old_values(void **state) {
    (void)state;
    EACH_BACKEND(backend) {
        bench b = bench_make();
        mg_node *a = entry(&b, "a", 1), *c = entry(&b, "c", 10), *d = entry(&b, "d", 100);
        mg_update(a, c); /* change places */
        mg_update(c, a);
        mg_update(d, mg_add(d, a)); /* reads what is overwritten */
        mg_node *outputs[] = { a, mg_add(a, c), d };
        start(&b, backend, outputs, 3);
        mg_tensor y[3] = { { 0 } };
        for (int run = 0; run < 3; run++) {
            double old_a = first(&b, "a"), old_d = first(&b, "d");
            memset(y, 0, sizeof y);
            assert_int_equal(mg_run(b.session, NULL, y), MG_OK);
            assert_true(mg_tensor_get(&y[0], 3) == old_a);
            assert_true(mg_tensor_get(&y[1], 2) == 11);
            assert_true(mg_tensor_get(&y[2], 1) == old_d);
            assert_true(first(&b, "a") == 11 - old_a);
            assert_true(first(&b, "d") == old_d + old_a);
        }
        bench_free(&b);
    }
}

static void a_predicate_decides_about_its_update_alone(void **state) {
    (void)state;
    EACH_BACKEND(backend) {
        bench b = bench_make();
        mg_node *a = entry(&b, "a", 1), *c = entry(&b, "c", 1), *x = mg_input(b.g, "x", MG_F64, 0, NULL);
        mg_update_if(a, mg_add_scalar(a, 1), mg_less(mg_constant_like(x, 0), x));
        mg_update(c, mg_add_scalar(c, 1));
        start(&b, backend, NULL, 0);
        for (double value = -1; value <= 1; value += 2) {
            mg_tensor input = mg_tensor_borrow(MG_F64, 0, NULL, &value);
            assert_int_equal(mg_run(b.session, &input, NULL), MG_OK);
        }
        assert_true(first(&b, "a") == 2);
        assert_true(first(&b, "c") == 3);
        bench_free(&b);
    }
}

static void a_predicate_that_is_itself_updated_counts_as_it_was(void **state) {
    (void)state;
    EACH_BACKEND(backend) {
        bench b = bench_make();
        mg_node *a = entry(&b, "a", 0);
        mg_node *p = mg_parameter_leaf(b.g, b.store, mg_parameters_add(b.store, "p", MG_STATE, 0, NULL, MG_INIT_ones, 0));
        mg_update(p, mg_sub(mg_constant_like(p, 1), p));
        mg_update_if(a, mg_add_scalar(a, 1), p);
        start(&b, backend, NULL, 0);
        for (int run = 0; run < 5; run++) mg_run(b.session, NULL, NULL);
        assert_true(first(&b, "a") == 3); /* runs 1, 3 and 5 */
        bench_free(&b);
    }
}

static void accumulation_adds_up_in_a_slot(void **state) {
    (void)state;
    EACH_BACKEND(backend) {
        bench b = bench_make();
        mg_node *a = entry(&b, "a", 2), *sum = mg_slot_leaf(b.g, b.store, 0, 0, 0);
        mg_node *loss = mg_sum_all(mg_square(a)), *g;
        mg_gradient(loss, &a, 1, &g);
        mg_update(sum, mg_add(sum, g));
        start(&b, backend, &loss, 1);
        for (int run = 0; run < 3; run++) assert_int_equal(mg_run(b.session, NULL, &(mg_tensor){ 0 }), MG_OK);
        mg_tensor slot = mg_parameters_slot(b.store, 0, 0);
        for (int i = 0; i < 4; i++) assert_true(mg_tensor_get(&slot, i) == 12);
        assert_true(first(&b, "a") == 2);
        bench_free(&b);
    }
}

static void a_false_guard_leaves_everything_and_says_so(void **state) {
    (void)state;
    EACH_BACKEND(backend) {
        bench b = bench_make();
        mg_node *a = entry(&b, "a", 1), *moment = mg_slot_leaf(b.g, b.store, 0, 0, 5),
                *x = mg_input(b.g, "x", MG_F64, 1, (int64_t[]){ 4 });
        mg_node *loss = mg_sum_all(mg_log(mg_mul(a, x))), *g;
        mg_gradient(loss, &a, 1, &g);
        mg_update(moment, mg_add(moment, g));
        mg_update(a, mg_sub(a, mg_mul_scalar(mg_add(g, moment), 0.1)));
        mg_graph_guard_updates(b.g, mg_mul(mg_is_finite(loss), mg_is_finite(mg_sum_all(mg_square(g)))));
        start(&b, backend, &loss, 1);
        double values[4] = { 1, 2, -3, 4 };
        mg_tensor input = mg_tensor_borrow(MG_F64, 1, (int64_t[]){ 4 }, values), y = { 0 };
        assert_int_equal(mg_run(b.session, &input, &y), MG_NOT_FINITE);
        assert_true(isnan(mg_tensor_get(&y, 0)));
        assert_true(first(&b, "a") == 1);
        mg_tensor slot = mg_parameters_slot(b.store, 0, 0);
        assert_true(mg_tensor_get(&slot, 0) == 5);
        values[2] = 3;
        assert_int_equal(mg_run(b.session, &input, &y), MG_OK);
        assert_true(fabs(first(&b, "a") - (1 - 0.1 * 6)) < 1e-12);
        bench_free(&b);
    }
}

/* --- explanation ------------------------------------------------------------------------------------- */

static void explain(int backend, double parameter, const double x[4], bool exponential, const char *const *wanted) {
    bench b = bench_make();
    mg_node *a = entry(&b, "a", parameter), *in = mg_input(b.g, "x", MG_F64, 2, (int64_t[]){ 4, 1 });
    mg_graph_push_scope(b.g, "dense 'hidden' (layer 2)");
    mg_node *h = mg_mul(in, mg_reshape(a, 2, (int64_t[]){ 1, 4 }));
    mg_node *y = mg_name(exponential ? mg_exp(h) : mg_log(h), "response");
    mg_graph_pop_scope(b.g);
    mg_node *loss = mg_sum_all(y), *g;
    mg_gradient(loss, &a, 1, &g);
    mg_update(a, mg_sub(a, g));
    mg_graph_guard_updates(b.g, mg_is_finite(loss));
    start(&b, backend, &loss, 1);
    double copy[4];
    memcpy(copy, x, sizeof copy);
    mg_tensor input = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ 4, 1 }, copy);
    mg_session_set_step(b.session, 41);
    assert_int_equal(mg_run(b.session, &input, &(mg_tensor){ 0 }), MG_NOT_FINITE);
    char message[600];
    assert_int_equal(mg_session_explain(b.session, &input, message, sizeof message), MG_OK);
    for (; *wanted; wanted++)
        if (!strstr(message, *wanted)) fail_msg("'%s' is not in '%s'", *wanted, message);
    bench_free(&b);
}

static void the_explanation_names_layer_op_step_rows_and_ranges(void **state) {
    (void)state;
    EACH_BACKEND(backend) {
        explain(backend, 1, (double[]){ 1, -2, 3, -4 }, false,
                (const char *[]){ "step 42", "dense 'hidden' (layer 2)", "response", "op log", "NaN", "rows 1, 3", "-4 ... 3",
                                  NULL });
        explain(backend, 1, (double[]){ 1, 2, 800, 4 }, true,
                (const char *[]){ "step 42", "dense 'hidden' (layer 2)", "op exp", "infinity", "rows 2", "1 ... 800", NULL });
        explain(backend, 1, (double[]){ 1, NAN, 3, 4 }, false, (const char *[]){ "step 42", "input 0", "NaN", "rows 1", NULL });
        explain(backend, NAN, (double[]){ 1, 2, 3, 4 }, false, (const char *[]){ "step 42", "parameter 'a'", "NaN", NULL });
    }
}

static void an_explanation_needs_a_checked_program(void **state) {
    (void)state;
    bench b = bench_make();
    mg_node *a = entry(&b, "a", 1);
    b.program = mg_compile(b.g, MG_CPU, &a, 1);
    b.session = mg_session_create(b.ctx, b.program, NULL);
    char message[100];
    assert_int_equal(mg_session_explain(b.session, NULL, message, sizeof message), MG_INVALID);
    assert_non_null(strstr(mg_context_message(b.ctx), "mg_compile_checked"));
    bench_free(&b);
}

/* --- memory ------------------------------------------------------------------------------------------ */

static void memory_is_told_exactly_and_a_run_allocates_nothing(void **state) {
    (void)state;
    EACH_BACKEND(backend) {
        failing_allocator memory = { 0 };
        mg_context *ctx = failing_allocator_context(&memory);
        mg_parameters *store = mg_parameters_create(ctx, MG_F32);
        mg_graph *g = mg_graph_create(ctx, MG_STAGED);
        mg_node *x = mg_input(g, "x", MG_F32, 2, (int64_t[]){ 64, 33 });
        mg_node *w =
            mg_parameter_leaf(g, store, mg_parameters_add(store, "w", MG_WEIGHT, 2, (int64_t[]){ 33, 17 }, MG_INIT_ones, 0));
        mg_node *b = mg_parameter_leaf(g, store, mg_parameters_add(store, "b", MG_BIAS, 1, (int64_t[]){ 17 }, MG_INIT_ones, 0));
        mg_node *loss = mg_mean_all(mg_square(mg_softmax(mg_relu(mg_add(mg_matmul(x, w), b)), 1))), *leaves[] = { w, b },
                *gradients[2];
        mg_gradient(loss, leaves, 2, gradients);
        for (int i = 0; i < 2; i++) {
            mg_node *m = mg_slot_leaf(g, store, i, 0, 0);
            mg_update(m, gradients[i]);
            mg_update(leaves[i], mg_sub(leaves[i], mg_add(m, gradients[i])));
        }
        mg_program *program = mg_compile(g, (mg_backend_id)backend, &loss, 1);
        assert_non_null(program);
        mg_memory told = mg_program_memory(program, 1);
        size_t before = memory.bytes;
        mg_session *session = mg_session_create(ctx, program, NULL);
        assert_int_equal(memory.bytes - before, told.workspace + told.parameters + told.headers);
        assert_int_equal(told.parameters, 2 * ((33 * 17 * 4 + 63) / 64 * 64 + (17 * 4 + 63) / 64 * 64));
        assert_int_equal(told.inputs, 64 * 33 * 4);
        assert_int_equal(told.outputs, 4);
        mg_tensor *input = mg_tensor_create(ctx, MG_F32, 2, (int64_t[]){ 64, 33 });
        size_t calls = memory.calls;
        for (int run = 0; run < 5; run++) assert_int_equal(mg_run(session, input, &(mg_tensor){ 0 }), MG_OK);
        assert_int_equal(memory.calls, calls);
        mg_tensor_destroy(input);
        mg_session_destroy(session);
        mg_program_destroy(program);
        mg_graph_destroy(g);
        mg_parameters_destroy(store);
        mg_context_destroy(ctx);
        assert_int_equal(memory.bytes, 0);
    }
}

/* --- in and out -------------------------------------------------------------------------------------- */

static void inputs_and_outputs_must_fit(void **state) {
    (void)state;
    EACH_BACKEND(backend) {
        bench b = bench_make();
        mg_node *x = mg_input(b.g, "x", MG_F64, 1, (int64_t[]){ 3 }), *y = mg_mul_scalar(x, 2);
        start(&b, backend, &y, 1);
        double in[3] = { 1, 2, 3 }, out[4] = { 0 };
        mg_tensor good = mg_tensor_borrow(MG_F64, 1, (int64_t[]){ 3 }, in),
                  bad = mg_tensor_borrow(MG_F32, 1, (int64_t[]){ 4 }, in);
        mg_tensor output = mg_tensor_borrow(MG_F64, 1, (int64_t[]){ 3 }, out),
                  wrong = mg_tensor_borrow(MG_F64, 1, (int64_t[]){ 4 }, out);
        assert_int_equal(mg_run(b.session, &good, &output), MG_OK);
        assert_true(out[0] == 2 && out[2] == 6);
        assert_int_equal(mg_run(b.session, &bad, &output), MG_INVALID);
        assert_non_null(strstr(mg_context_message(b.ctx), "f64 [3], got f32 [4]"));
        assert_int_equal(mg_run(b.session, NULL, &output), MG_INVALID);
        assert_int_equal(mg_run(b.session, &good, &wrong), MG_INVALID);
        assert_int_equal(mg_session_set(b.session, "nonsense", 1), MG_INVALID);
        assert_int_equal(mg_run(b.session, &good, &output), MG_OK);
        bench_free(&b);
    }
}

/* A batch cut in two draws the numbers of the whole one. */
static void random_numbers_belong_to_rows_of_the_whole_batch(void **state) {
    (void)state;
    EACH_BACKEND(backend) {
        mg_context *ctx = mg_context_create(NULL);
        double values[3][8 * 5];
        for (int part = 0; part < 3; part++) {
            int64_t rows = part == 0 ? 8 : part == 1 ? 3 : 5;
            mg_graph *g = mg_graph_create(ctx, MG_STAGED);
            mg_node *y[] = { mg_add(mg_random_uniform(g, MG_F64, 2, (int64_t[]){ rows, 5 }),
                                    mg_random_normal(g, MG_F64, 2, (int64_t[]){ rows, 5 })) };
            mg_program *program = mg_compile(g, (mg_backend_id)backend, y, 1);
            mg_session *session = mg_session_create(ctx, program, NULL);
            mg_session_set_seed(session, 77);
            mg_session_set_step(session, 3);
            mg_session_set_first_row(session, part == 2 ? 3 : 0);
            mg_tensor out = { 0 };
            assert_int_equal(mg_run(session, NULL, &out), MG_OK);
            memcpy(values[part], out.data, mg_tensor_bytes(&out));
            mg_session_destroy(session);
            mg_program_destroy(program);
            mg_graph_destroy(g);
        }
        assert_memory_equal(values[0], values[1], 3 * 5 * sizeof(double));
        assert_memory_equal(values[0] + 15, values[2], 5 * 5 * sizeof(double));
        mg_context_destroy(ctx);
    }
}

static void empty_arrays_are_computed(void **state) {
    (void)state;
    EACH_BACKEND(backend) {
        bench b = bench_make();
        mg_node *x = mg_input(b.g, "x", MG_F64, 2, (int64_t[]){ 0, 3 }), *w = entry(&b, "w", 2), *three = mg_slice(w, 0, 0, 3, 1);
        mg_node *h = mg_relu(mg_add(mg_mul_scalar(x, 2), three)), *rows = mg_sum(h, (int[]){ 0 }, 1, false),
                *loss = mg_add(mg_sum_all(h), mg_sum_all(mg_exp(w))), *g;
        mg_node *product = mg_matmul_transposed(x, true, x, false),
                *joined = mg_concat((mg_node *[]){ x, mg_reshape(three, 2, (int64_t[]){ 1, 3 }) }, 2, 0);
        assert_int_equal(mg_gradient(loss, &w, 1, &g), MG_OK);
        mg_update(w, mg_sub(w, g));
        mg_node *outputs[] = { h,
                               rows,
                               loss,
                               product,
                               joined,
                               mg_transpose(h, NULL),
                               mg_softmax(x, 1),
                               mg_random_normal(b.g, MG_F64, 1, (int64_t[]){ 0 }) };
        start(&b, backend, outputs, 8);
        mg_tensor input = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ 0, 3 }, NULL), y[8] = { { 0 } };
        assert_int_equal(mg_run(b.session, &input, y), MG_OK);
        assert_true(fabs(mg_tensor_get(&y[2], 0) - 4 * exp(2)) < 1e-12);
        for (int i = 0; i < 3; i++) assert_true(mg_tensor_get(&y[1], i) == 0 && mg_tensor_get(&y[4], i) == 2);
        for (int i = 0; i < 9; i++) assert_true(mg_tensor_get(&y[3], i) == 0);
        assert_true(fabs(first(&b, "w") - (2 - exp(2))) < 1e-12);
        bench_free(&b);
    }
}

static double doubled(const mg_run_info *info, const double *arguments) {
    return (double)info->step * arguments[0] + info->learning_rate;
}

static void scalars_follow_the_session(void **state) {
    (void)state;
    EACH_BACKEND(backend) {
        bench b = bench_make();
        mg_node *y[] = { mg_run_scalar(b.g, "f", doubled, (double[]){ 10 }, 1), mg_run_scalar(b.g, "beta", NULL, NULL, 0) };
        start(&b, backend, y, 2);
        assert_int_equal(mg_session_set(b.session, "beta", 7), MG_OK);
        assert_int_equal(mg_session_set(b.session, "learning_rate", 0.5), MG_OK);
        for (int run = 1; run <= 3; run++) {
            mg_tensor out[2] = { { 0 }, { 0 } };
            mg_run(b.session, NULL, out);
            assert_true(mg_tensor_get(&out[0], 0) == 10 * run + 0.5);
            assert_true(mg_tensor_get(&out[1], 0) == 7);
        }
        assert_int_equal(mg_session_step(b.session), 3);
        bench_free(&b);
    }
}

static void misuse_of_updates_is_refused(void **state) {
    (void)state;
    bench b = bench_make();
    mg_node *a = entry(&b, "a", 1), *x = mg_input(b.g, "x", MG_F64, 0, NULL);
    assert_int_equal(mg_update(x, x), MG_INVALID);
    assert_non_null(strstr(mg_graph_message(b.g), "mg_parameter_leaf"));
    mg_graph_clear_error(b.g);
    assert_int_equal(mg_update(a, x), MG_INVALID);
    assert_non_null(strstr(mg_graph_message(b.g), "[4]"));
    mg_graph_clear_error(b.g);
    assert_int_equal(mg_update(a, mg_neg(a)), MG_OK);
    assert_int_equal(mg_update(a, mg_neg(a)), MG_INVALID); /* twice */
    assert_null(mg_compile(b.g, MG_CPU, &a, 1));           /* a failed graph does not compile */
    assert_int_equal(mg_context_status(b.ctx), MG_INVALID);
    bench_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_read_of_a_run_sees_the_old_values),
        cmocka_unit_test(a_predicate_decides_about_its_update_alone),
        cmocka_unit_test(a_predicate_that_is_itself_updated_counts_as_it_was),
        cmocka_unit_test(accumulation_adds_up_in_a_slot),
        cmocka_unit_test(a_false_guard_leaves_everything_and_says_so),
        cmocka_unit_test(the_explanation_names_layer_op_step_rows_and_ranges),
        cmocka_unit_test(an_explanation_needs_a_checked_program),
        cmocka_unit_test(memory_is_told_exactly_and_a_run_allocates_nothing),
        cmocka_unit_test(inputs_and_outputs_must_fit),
        cmocka_unit_test(random_numbers_belong_to_rows_of_the_whole_batch),
        cmocka_unit_test(empty_arrays_are_computed),
        cmocka_unit_test(scalars_follow_the_session),
        cmocka_unit_test(misuse_of_updates_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
