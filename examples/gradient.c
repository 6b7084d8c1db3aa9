/* The smallest whole program: a value and its gradients.
 * `gradient graph.dot` also writes the graph; `dot -Tsvg graph.dot -o graph.svg` draws it. */
#include <micrograd.h>

#include <stdio.h>

int main(int argc, char **argv) {
    mg_context *ctx = mg_context_create(NULL);
    mg_graph *g = mg_graph_create(ctx, MG_EAGER);

    mg_node *w = mg_name(mg_variable(g, 0.5), "w");
    mg_node *x = mg_name(mg_variable(g, 3.0), "x");
    mg_node *b = mg_name(mg_variable(g, -1.0), "b");
    mg_node *y = mg_name(mg_sigmoid(mg_add(mg_mul(w, x), b)), "y"); /* y = sigmoid(w x + b) */
    mg_backward(y);
    printf("y %.4f  dy/dw %.4f  dy/dx %.4f  dy/db %.4f\n", mg_item(y), mg_item(mg_grad(w)), mg_item(mg_grad(x)),
           mg_item(mg_grad(b)));
    mg_set(b, -3.0); /* change a leaf and read again: what depends on it follows */
    printf("with b = -3: y %.4f\n", mg_item(y));
    mg_set(b, -1.0);

    FILE *dot = argc > 1 ? fopen(argv[1], "w") : NULL;
    if (dot) {
        mg_backward(y);
        mg_graph_write_dot(&y, 1, mg_write_file, dot);
        fclose(dot);
    }
    mg_graph_destroy(g); /* one destroy frees every node */
    mg_context_destroy(ctx);
    return argc > 1 && !dot;
}
