/* The gradient of a large scalar expression, built node by node: bench/expression NODES prints, as JSON, the seconds to build,
 * evaluate and differentiate it. */
#define _DEFAULT_SOURCE
#include "measure.h"

#include <micrograd.h>

#include <stdio.h>
#include <stdlib.h>

int main(int count, char **arguments) {
    long nodes = count == 2 ? atol(arguments[1]) : 0;
    mg_context *ctx = mg_context_create(NULL);
    if (nodes < 4 || !ctx) {
        fprintf(stderr, "usage: expression NODES\n");
        return 2;
    }
    double start = now();
    mg_graph *g = mg_graph_create(ctx, MG_EAGER);
    mg_node *w = mg_variable(g, 0.9), *b = mg_variable(g, 0.1), *y = mg_variable(g, 0.5);
    for (long i = 0; i < nodes / 3; i++) y = mg_tanh(mg_add(mg_mul(w, y), b));
    double value = mg_item(y);
    mg_status status = mg_backward(y);
    double slope = mg_item(mg_grad(w)), seconds = now() - start;
    if (status == MG_OK)
        printf("{\"seconds\": %.6g, \"value\": %.9g, \"gradient\": %.9g}\n", seconds, value, slope);
    else
        fprintf(stderr, "expression: %s\n", mg_context_message(ctx));
    mg_graph_destroy(g);
    mg_context_destroy(ctx);
    return status == MG_OK ? 0 : 1;
}
