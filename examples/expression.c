/* An expression, its value, and the gradient of every node: what backpropagation is.
 *
 * Each line below makes nodes of a graph; nothing more is needed to differentiate it. Calling mg_backward(g) walks the graph from
 * g back to the leaves and applies the chain rule at every node: dg/dx = sum over the uses y of x of dg/dy dy/dx. */
#include <micrograd.h>

#include <stdio.h>

int main(int argc, char **argv) {
    mg_context *ctx = mg_context_create(NULL);
    mg_graph *graph = mg_graph_create(ctx, MG_EAGER);

    mg_node *a = mg_name(mg_variable(graph, -4), "a");
    mg_node *b = mg_name(mg_variable(graph, 2), "b");
    mg_node *c = mg_add(a, b);                                                       /* c = a + b */
    mg_node *d = mg_add(mg_mul(a, b), mg_pow_scalar(b, 3));                          /* d = a b + b^3 */
    c = mg_add(c, mg_add_scalar(c, 1));                                              /* c += c + 1 */
    c = mg_add(c, mg_sub(mg_add_scalar(c, 1), a));                                   /* c += 1 + c - a */
    d = mg_add(d, mg_add(mg_mul_scalar(d, 2), mg_relu(mg_add(b, a))));               /* d += 2 d + relu(b + a) */
    d = mg_add(d, mg_add(mg_mul_scalar(d, 3), mg_relu(mg_sub(b, a))));               /* d += 3 d + relu(b - a) */
    mg_node *e = mg_name(mg_sub(c, d), "e");                                         /* e = c - d */
    mg_node *f = mg_name(mg_square(e), "f");                                         /* f = e^2 */
    mg_node *g = mg_add(mg_mul_scalar(f, 0.5), mg_mul_scalar(mg_reciprocal(f), 10)); /* g = f/2 + 10/f */
    mg_name(g, "g");

    mg_backward(g);
    printf("g     = %.4f\n", mg_item(g));
    printf("dg/da = %.4f\n", mg_item(mg_grad(a)));
    printf("dg/db = %.4f\n", mg_item(mg_grad(b)));

    const char *path = argc > 1 ? argv[1] : "expression.dot"; /* draw it: dot -Tsvg expression.dot -o expression.svg */
    FILE *dot = fopen(path, "w");
    bool drawn = dot && mg_graph_write_dot(&g, 1, mg_write_file, dot) == MG_OK;
    if (dot && fclose(dot)) drawn = false;
    if (!drawn) fprintf(stderr, "%s cannot be written\n", path);
    int failed = mg_graph_status(graph) != MG_OK;
    if (failed) fprintf(stderr, "%s\n", mg_graph_message(graph));
    mg_graph_destroy(graph); /* one destroy frees every node */
    mg_context_destroy(ctx);
    return failed || !drawn;
}
