/* What an activation lets through: y = f(x), and its derivative dy/dx, which every gradient on its way back is multiplied by.
 * Writes the picture activations.svg, or the file that is named. */
#include <micrograd.h>

#include <stdio.h>

static const struct {
    const char *name;
    mg_node *(*f)(mg_node *x);
} rows[] = { { "sigmoid", mg_sigmoid }, { "tanh", mg_tanh }, { "relu", mg_relu }, { "gelu", mg_gelu } };

enum { POINTS = 161 }; /* x from -4 to 4 */

static void line(FILE *f, mg_node *y, const double *x, const char *style) {
    mg_tensor value = mg_value(y);
    fprintf(f, "<polyline %s points='", style);
    for (int i = 0; i < POINTS; i++) fprintf(f, "%.2f,%.3f ", x[i], -2 * mg_tensor_get(&value, i));
    fputs("'/>", f);
}

int main(int argc, char **argv) {
    double x[POINTS];
    for (int i = 0; i < POINTS; i++) x[i] = i / 20.0 - 4;
    mg_context *ctx = mg_context_create(NULL);
    mg_graph *graph = mg_graph_create(ctx, MG_EAGER);
    mg_tensor points = mg_tensor_borrow(MG_F64, 1, (int64_t[]){ POINTS }, x);
    mg_node *input = mg_variable_tensor(graph, &points);
    FILE *f = fopen(argc > 1 ? argv[1] : "activations.svg", "w");
    if (!f) return 1;
    fputs("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 760 200' font-family='sans-serif'>\n", f);
    for (int i = 0; i < 4; i++) {
        mg_node *y = rows[i].f(input);
        mg_backward(mg_sum_all(y)); /* the derivative of the sum is the derivative at every point */
        mg_tensor slope = mg_value(mg_grad(input));
        double steepest = 0;
        for (int j = 0; j < POINTS; j++)
            if (mg_tensor_get(&slope, j) > steepest) steepest = mg_tensor_get(&slope, j);
        printf("%-8s largest derivative %.4f, at x = -4 %.4f\n", rows[i].name, steepest, mg_tensor_get(&slope, 0));
        fprintf(f, "<svg x='%d' width='180' height='170' viewBox='-4.1 -4.5 8.2 7.7' fill='none' stroke-width='.1'>", i * 193);
        fprintf(f, "<path stroke='#94a3b8' stroke-width='.03' d='M-4 0h8M0 2.5V-4.5M-.1 -2h.2M-.1 -4h.2M-.1 2h.2'/>");
        fprintf(f, "<text x='-.6' y='-1.8' font-size='.55' fill='#7c8798'>1</text>");
        line(f, y, x, "stroke='#3b82f6'");
        line(f, mg_grad(input), x, "stroke='#f59e0b'");
        fprintf(
            f,
            "</svg><text x='%d' y='190' font-size='13' fill='#3b82f6'>%s<tspan dx='4' fill='#d97706'>and its slope</tspan></text>\n",
            i * 193 + 20, rows[i].name);
    }
    fputs("</svg>\n", f);
    int failed = fclose(f) || mg_graph_status(graph) != MG_OK;
    mg_graph_destroy(graph);
    mg_context_destroy(ctx);
    return failed;
}
