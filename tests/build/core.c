/* The core alone, without files, threads or any library: an expression differentiated, and a small net trained by the reference
 * backend. */
#include <micrograd/gradient.h>
#include <micrograd/nn.h>
#include <micrograd/ops.h>
#include <micrograd/optimizer.h>
#include <micrograd/program.h>

#include <math.h>
#include <stdio.h>

/* e = c - d, g = e^2/2 + 10/e^2 of a = -4, b = 2: the figures of micrograd in Python. */
static int differentiate(mg_context *ctx) {
    mg_graph *graph = mg_graph_create(ctx, MG_EAGER);
    mg_node *a = mg_variable(graph, -4), *b = mg_variable(graph, 2);
    mg_node *c = mg_add(a, b), *d = mg_add(mg_mul(a, b), mg_pow_scalar(b, 3));
    c = mg_add(c, mg_add_scalar(c, 1));
    c = mg_add(c, mg_sub(mg_add_scalar(c, 1), a));
    d = mg_add(d, mg_add(mg_mul_scalar(d, 2), mg_relu(mg_add(b, a))));
    d = mg_add(d, mg_add(mg_mul_scalar(d, 3), mg_relu(mg_sub(b, a))));
    mg_node *f = mg_square(mg_sub(c, d));
    mg_node *g = mg_add(mg_mul_scalar(f, 0.5), mg_div(mg_constant(graph, 10), f));
    mg_backward(g);
    double value = mg_item(g), da = mg_item(mg_grad(a)), db = mg_item(mg_grad(b));
    int failed = mg_graph_status(graph) != MG_OK || !(fabs(value - 24.7041) < 1e-4) || !(fabs(da - 138.8338) < 1e-4) ||
                 !(fabs(db - 645.5773) < 1e-4);
    printf("g %.4f, dg/da %.4f, dg/db %.4f %s\n", value, da, db, mg_graph_message(graph));
    mg_graph_destroy(graph);
    return failed;
}

/* Exclusive or: four rows, eight hidden units. */
static int train(mg_context *ctx) {
    float x[] = { 0, 0, 0, 1, 1, 0, 1, 1 }, t[] = { 0, 1, 1, 0 }, loss_value = 1;
    int64_t x_shape[] = { 4, 2 }, t_shape[] = { 4, 1 };
    mg_graph *graph = mg_graph_create(ctx, MG_STAGED);
    mg_parameters *store = mg_parameters_create(ctx, MG_F32);
    mg_node *input = mg_input(graph, "x", MG_F32, 2, x_shape), *target = mg_input(graph, "t", MG_F32, 2, t_shape);
    mg_node *hidden = mg_tanh(mg_dense(input, store, "hidden", 8));
    mg_node *loss = mg_binary_cross_entropy(mg_dense(hidden, store, "output", 1), target, NULL);
    mg_optimizer optimizer = mg_optimizer_defaults("adam");
    mg_minimise(loss, store, &optimizer);
    mg_program *program = mg_compile(graph, MG_REFERENCE, &loss, 1);
    mg_session *session = mg_session_create(ctx, program, store);
    mg_session_set(session, "learning_rate", 0.05);
    mg_tensor inputs[] = { mg_tensor_borrow(MG_F32, 2, x_shape, x), mg_tensor_borrow(MG_F32, 2, t_shape, t) };
    mg_tensor output = mg_tensor_borrow(MG_F32, 0, NULL, &loss_value);
    for (int step = 0; step < 300; step++)
        if (mg_run(session, inputs, &output) != MG_OK) break;
    printf("loss %.4f %s\n", (double)loss_value, mg_context_message(ctx));
    int failed = mg_context_status(ctx) != MG_OK || !(loss_value < 0.05f);
    mg_session_destroy(session);
    mg_program_destroy(program);
    mg_parameters_destroy(store);
    mg_graph_destroy(graph);
    return failed;
}

int main(void) {
    mg_context *ctx = mg_context_create(NULL);
    int failed = !ctx || differentiate(ctx) | train(ctx);
    mg_context_destroy(ctx);
    return failed;
}
