/* One neuron learns a rule from three examples.
 *
 * The neuron answers p = sigmoid(w x + b). Its loss is the sum of (p - t)^2 over the points (x, t): how wrong it is. Gradient
 * descent asks for d loss/dw and d loss/db, takes a small step against them, and asks again: w := w - rate d loss/dw, and b
 * likewise. */
#include <micrograd.h>

#include <stdio.h>

int main(void) {
    const double x[3] = { 0, 1, 2 }, label[3] = { 0, 1, 1 };
    const double rate = 0.1;
    mg_context *ctx = mg_context_create(NULL);
    mg_graph *graph = mg_graph_create(ctx, MG_EAGER);
    mg_node *w = mg_name(mg_variable(graph, 0), "w");
    mg_node *b = mg_name(mg_variable(graph, 0), "b");

    /* The expression is written once. Nothing is computed yet: values follow when they are asked for. */
    mg_node *loss = mg_constant(graph, 0);
    for (int i = 0; i < 3; i++) {
        mg_node *p = mg_sigmoid(mg_add(mg_mul_scalar(w, x[i]), b));
        loss = mg_add(loss, mg_square(mg_add_scalar(p, -label[i])));
    }

    for (int epoch = 1; epoch <= 1000; epoch++) {
        mg_backward(loss); /* both gradients, by the chain rule from the loss down to w and b */
        double dw = mg_item(mg_grad(w)), db = mg_item(mg_grad(b));
        mg_set(w, mg_item(w) - rate * dw); /* what depends on w is computed anew when it is read next */
        mg_set(b, mg_item(b) - rate * db);
        if (epoch % 100 == 0) printf("epoch %4d  loss %.4f\n", epoch, mg_item(loss));
    }

    mg_node *p = mg_sigmoid(mg_add(mg_mul_scalar(w, 3), b)); /* a point that it has never seen */
    printf("w %.4f  b %.4f  prediction at 3: %.4f\n", mg_item(w), mg_item(b), mg_item(p));

    int failed = mg_graph_status(graph) != MG_OK; /* errors stay in the graph: one check at the end is enough */
    if (failed) fprintf(stderr, "%s\n", mg_graph_message(graph));
    mg_graph_destroy(graph);
    mg_context_destroy(ctx);
    return failed;
}
