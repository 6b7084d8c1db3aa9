/* Every allocation of the core fails once: no leak, no crash, MG_OUT_OF_MEMORY. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/failing_allocator.h"

#include <micrograd.h>

#include <math.h>

static bool eager(mg_context *ctx, void *user) {
    (void)user;
    mg_graph *g = mg_graph_create(ctx, MG_EAGER);
    if (!g) return false;
    mg_mark mark = mg_graph_mark(g);
    mg_graph_push_scope(g, "layer 'a'");
    mg_node *x = mg_variable_tensor(g, &(mg_tensor){ MG_F64, 2, { 3, 2 }, (double[]){ 1, 2, 3, 4, 5, 6 }, NULL });
    mg_node *y =
        mg_name(mg_sum_all(mg_softplus(mg_concat(
                    (mg_node *[]){ x, mg_dropout(x, 0.5), mg_max(x, 1, true), mg_cumsum(x, 0), mg_top_k(x, 1, 1, NULL) }, 5, 1))),
                "y");
    mg_graph_pop_scope(g);
    mg_backward(y);
    mg_tensor slope = mg_value(mg_grad(x));
    double value = mg_item(y);
    mg_node *v = x, *jvp = mg_jvp(y, &x, &v, 1), *hv;
    mg_hessian_vector(y, &x, &v, 1, &hv);
    double forward = mg_item(jvp);
    bool fine = mg_graph_status(g) == MG_OK && slope.data && isfinite(value) && isfinite(forward);
    if (fine) mg_graph_release(g, mark);
    mg_graph_destroy(g);
    return fine;
}

static void eager_graphs(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(eager, NULL) > 30);
}

static bool staged(mg_context *ctx, void *user) {
    mg_backend_id backend = *(mg_backend_id *)user;
    mg_graph *g = mg_graph_create(ctx, MG_STAGED);
    mg_parameters *store = g ? mg_parameters_create(ctx, MG_F32) : NULL;
    mg_program *program = NULL;
    mg_session *session = NULL;
    bool fine = store != NULL;
    if (fine) {
        mg_node *x = mg_input(g, "x", MG_F32, 2, (int64_t[]){ 5, 3 }), *index = mg_input(g, "i", MG_I32, 1, (int64_t[]){ 5 });
        mg_node *w =
            mg_parameter_leaf(g, store, mg_parameters_add(store, "w", MG_WEIGHT, 2, (int64_t[]){ 3, 4 }, MG_INIT_orthogonal, 1));
        mg_node *b = mg_parameter_leaf(g, store, mg_parameters_add(store, "b", MG_BIAS, 1, (int64_t[]){ 4 }, MG_INIT_zeros, 0));
        mg_node *h = mg_relu(mg_add(mg_matmul(x, w), b)), *p = mg_log_softmax(mg_gather(h, index), 1),
                *loss = mg_neg(mg_mean_all(p)), *g2[2], *leaves[] = { w, b };
        mg_gradient(loss, leaves, 2, g2);
        for (int i = 0; i < 2; i++) {
            mg_node *m = mg_slot_leaf(g, store, i, 0, 0),
                    *next = mg_add(mg_mul(m, mg_run_scalar(g, "beta", NULL, NULL, 0)), g2[i]);
            mg_update(m, next);
            mg_update(leaves[i], mg_sub(leaves[i], next));
        }
        mg_graph_guard_updates(g, mg_is_finite(loss));
        program = mg_compile_checked(g, backend, (mg_node *[]){ loss, mg_transpose(h, NULL) }, 2);
        session = program ? mg_session_create(ctx, program, NULL) : NULL;
        float numbers[15] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -2, -3, 0.5f, 0.25f, 0 };
        int32_t rows[5] = { 0, 4, 2, 2, 1 };
        mg_tensor inputs[] = { mg_tensor_borrow(MG_F32, 2, (int64_t[]){ 5, 3 }, numbers),
                               mg_tensor_borrow(MG_I32, 1, (int64_t[]){ 5 }, rows) },
                  outputs[2] = { { 0 }, { 0 } };
        fine = session && mg_run(session, inputs, outputs) == MG_OK;
    }
    mg_session_destroy(session);
    mg_program_destroy(program);
    mg_graph_destroy(g);
    mg_parameters_destroy(store);
    return fine;
}

static void compiled_graphs(void **state) {
    (void)state;
    mg_backend_id backend = MG_CPU;
    assert_true(failing_allocator_exhaust(staged, &backend) > 40);
    backend = MG_REFERENCE;
    assert_true(failing_allocator_exhaust(staged, &backend) > 40);
}

static bool network(mg_context *ctx, void *user) {
    (void)user;
    mg_parameters *store = mg_parameters_create(ctx, MG_F32);
    mg_graph *g = store ? mg_graph_create(ctx, MG_STAGED) : NULL;
    mg_network *net =
        g ? mg_network_parse(ctx, "2*[dense(6) batchnorm relu] residual(dense(6) tanh) layernorm dropout(0.2) dense(3)") : NULL;
    mg_program *program = NULL;
    mg_session *session = NULL;
    bool fine = net != NULL;
    if (fine) {
        mg_node *x = mg_input(g, "x", MG_F32, 2, (int64_t[]){ 4, 5 }), *t = mg_input(g, "t", MG_I32, 1, (int64_t[]){ 4 });
        mg_optimizer optimizer = mg_optimizer_defaults("adam");
        mg_network_options options = mg_network_defaults();
        options.training = true;
        mg_node *y = mg_network_build(net, x, store, &options), *loss = mg_cross_entropy(y, t, NULL);
        mg_minimise(loss, store, &optimizer);
        program = mg_compile(g, MG_CPU, &loss, 1);
        session = program ? mg_session_create(ctx, program, NULL) : NULL;
        float numbers[20] = { 1, 2, 3, 4, 5, -1 };
        int32_t labels[4] = { 0, 1, 2, 0 };
        mg_tensor inputs[] = { mg_tensor_borrow(MG_F32, 2, (int64_t[]){ 4, 5 }, numbers),
                               mg_tensor_borrow(MG_I32, 1, (int64_t[]){ 4 }, labels) };
        fine = session && mg_run(session, inputs, &(mg_tensor){ 0 }) == MG_OK;
    }
    mg_session_destroy(session);
    mg_program_destroy(program);
    mg_network_destroy(net);
    mg_graph_destroy(g);
    mg_parameters_destroy(store);
    return fine;
}

static void networks_and_optimisers(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(network, NULL) > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eager_graphs),
        cmocka_unit_test(compiled_graphs),
        cmocka_unit_test(networks_and_optimisers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
