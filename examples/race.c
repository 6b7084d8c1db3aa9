/* Five optimisers on one surface: a long valley, f(x, y) = x^2/2 + 10 y^2, steep across and almost flat along. All start at
 * (-9, 1.8) and want to reach the bottom, f(0, 0) = 0. Prints the height after every tenth step; the picture goes to race.svg, or
 * the named file. */
#include <micrograd.h>

#include <math.h>
#include <stdio.h>

enum { STEPS = 60 };
static const struct racer {
    const char *name, *colour;
    double rate; /* chosen by hand to show how each one moves */
} racers[] = { { "gd", "#3b82f6", 0.09 },
               { "momentum", "#d97706", 0.02 },
               { "adagrad", "#059669", 1 },
               { "rmsprop", "#ef4444", 0.2 },
               { "adam", "#a855f7", 0.5 } };

/* The place (x, y) is a store of two weights, as in a network. */
static void race(FILE *f, mg_context *ctx, const struct racer *racer, int panel) {
    mg_graph *graph = mg_graph_create(ctx, MG_STAGED);
    mg_parameters *place = mg_parameters_create(ctx, MG_F64);
    mg_node *x = mg_parameter_leaf(graph, place, mg_parameters_add(place, "x", MG_WEIGHT, 0, NULL, MG_INIT_constant, -9));
    mg_node *y = mg_parameter_leaf(graph, place, mg_parameters_add(place, "y", MG_WEIGHT, 0, NULL, MG_INIT_constant, 1.8));
    mg_node *height = mg_add(mg_mul_scalar(mg_square(x), 0.5), mg_mul_scalar(mg_square(y), 10));
    mg_optimizer optimizer = mg_optimizer_defaults(racer->name);
    optimizer.learning_rate = racer->rate;
    mg_minimise(height, place, &optimizer); /* adds both gradients and the updates of x and y */
    mg_node *told[3] = { height, mg_mul_scalar(x, 10), mg_mul_scalar(y, 10) };
    mg_session *run = mg_session_create(ctx, mg_compile(graph, MG_CPU, told, 3), NULL);
    fprintf(f, "<g transform='translate(%d %d)'><text x='6' y='142' fill='%s'>%s, rate %g</text>", panel % 2 * 388,
            panel / 2 * 160, racer->colour, racer->name, racer->rate);
    fputs("<svg width='372' height='124' viewBox='-102 -24 144 48' fill='none' stroke='#94a3b8' stroke-width='.2'>", f);
    for (double h = 0.25; h < 200; h *= 2) /* contour lines: every one twice as high as the one inside */
        fprintf(f, "<ellipse rx='%.2f' ry='%.2f'/>", 10 * sqrt(2 * h), 10 * sqrt(h / 10));
    double last[2] = { -90, 18 };
    mg_tensor out[3] = { { 0 } };
    for (int i = 0; i <= STEPS && mg_run(run, NULL, out) == MG_OK; i++) { /* a run tells the values from before its update */
        double at[2] = { mg_tensor_get(&out[1], 0), mg_tensor_get(&out[2], 0) };
        fprintf(f, "<g stroke='%s' stroke-linecap='round'><path stroke-width='.5' d='M%.2f %.2fL%.2f %.2f'/>", racer->colour,
                last[0], last[1], at[0], at[1]);
        fprintf(f, "<path stroke-width='1.6' d='M%.2f %.2fh0'/></g>\n", at[0], at[1]);
        if (i % 10 == 0) printf("%10.2g", mg_tensor_get(&out[0], 0));
        last[0] = at[0], last[1] = at[1];
    }
    fputs("</svg></g>\n", f);
    printf("  %s\n", racer->name);
}

int main(int argc, char **argv) {
    mg_context *ctx = mg_context_create(NULL);
    FILE *f = fopen(argc > 1 ? argv[1] : "race.svg", "w");
    if (!f) return 1;
    fputs("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 760 470' font-family='sans-serif' font-size='13'>\n", f);
    for (int i = 0; i < 5; i++) race(f, ctx, &racers[i], i);
    fputs("</svg>\n", f);
    return fclose(f) || mg_context_status(ctx) != MG_OK; /* the program ends: the system takes all memory back */
}
