/* A program outside the tree: 3^2 and its gradient. */
#include <micrograd.h>

#include <stdio.h>
#include <string.h>

int main(void) {
    mg_context *ctx = mg_context_create(NULL);
    mg_graph *g = mg_graph_create(ctx, MG_EAGER);
    mg_node *x = mg_variable(g, 3), *y = mg_square(x);
    mg_backward(y);
    printf("%s %g %g\n", mg_version(), mg_item(y), mg_item(mg_grad(x)));
    int failed = mg_item(y) != 9 || mg_item(mg_grad(x)) != 6 || strlen(mg_version()) < 5;
    mg_graph_destroy(g);
    mg_context_destroy(ctx);
    return failed;
}
