/* Two moons: a line cannot part them, a small network can. 2 inputs, 16 and 16 relu units, 1 score; the sign of the score is the
 * class. Loss: hinge, max(0, 1 - t s) for label t = -1 or 1 and score s, plus a penalty on large weights that keeps the boundary
 * smooth. A step (forward, backward, update) is compiled once and run 100 times. Writes the picture moons.svg, or the file that
 * is named. */
#include <micrograd.h>

#include <math.h>
#include <stdio.h>

enum { N = 100, COLUMNS = 64, CELLS = COLUMNS * 40 }; /* points to learn from; cells of the picture, each 1/16 wide */

static mg_node *network(mg_node *x, mg_parameters *weights) { /* [n, 2] -> [n, 1]; each call shares the 337 weights */
    return mg_dense(mg_relu(mg_dense(mg_relu(mg_dense(x, weights, "first", 16)), weights, "second", 16)), weights, "score", 1);
}

int main(int argc, char **argv) {
    static float x[N][2], t[N][1], cell[CELLS][2];
    mg_tensor inputs[3] = { mg_tensor_borrow(MG_F32, 2, (int64_t[]){ N, 2 }, x),
                            mg_tensor_borrow(MG_F32, 2, (int64_t[]){ N, 1 }, t),
                            mg_tensor_borrow(MG_F32, 2, (int64_t[]){ CELLS, 2 }, cell) };
    for (int i = 0; i < N; i++) { /* half circles about (0, 0) and, upside down, about (1, 1/2), scattered a little */
        double angle = 3.14159265 * (i / 2) / (N / 2 - 1), moon = i % 2, side = 1 - 2 * moon;
        x[i][0] = (float)(moon + side * cos(angle) + 0.15 * sin(i * i));
        x[i][1] = (float)(moon / 2 + side * sin(angle) + 0.15 * sin(i * i + 1));
        t[i][0] = (float)side;
    }
    for (int i = 0; i < CELLS; i++) cell[i][0] = (float)(i % COLUMNS) / 16 - 1.5f, cell[i][1] = (float)(i / COLUMNS) / 16 - 1;

    mg_context *ctx = mg_context_create(NULL);
    mg_graph *graph = mg_graph_create(ctx, MG_STAGED);
    mg_parameters *weights = mg_parameters_create(ctx, MG_F32);
    mg_node *score = network(mg_input(graph, "x", MG_F32, 2, inputs[0].shape), weights);
    mg_node *hinge = mg_hinge(score, mg_input(graph, "t", MG_F32, 2, inputs[1].shape), NULL);
    mg_node *loss = mg_add(hinge, mg_penalty(graph, weights, 0, 2e-4)); /* + 1e-4 times the sum of all squared weights */
    mg_node *picture = network(mg_input(graph, "cells", MG_F32, 2, inputs[2].shape), weights);
    mg_optimizer momentum = mg_optimizer_defaults("momentum");
    mg_minimise(loss, weights, &momentum); /* adds the gradients and the updates of the weights to the graph */
    mg_program *step = mg_compile(graph, MG_CPU, (mg_node *[]){ loss, score, picture }, 3);
    mg_session *run = mg_session_create(ctx, step, NULL);
    mg_tensor out[3] = { { 0 } };
    for (int i = 1, right = 0; i <= 100 && mg_run(run, inputs, out) == MG_OK; i++, right = 0) {
        for (int j = 0; j < N; j++) right += t[j][0] * mg_tensor_get(&out[1], j) > 0;
        if (i % 10 == 0) printf("step %3d  loss %.4f  accuracy %d %%\n", i, mg_tensor_get(&out[0], 0), right);
        mg_session_set(run, "learning_rate", 0.2 * (1 - 0.9 * i / 100)); /* large steps first, small ones at the end */
    }

    FILE *f = fopen(argc > 1 ? argv[1] : "moons.svg", "w");
    if (!f || mg_context_status(ctx) != MG_OK) return fprintf(stderr, "moons: %s\n", mg_context_message(ctx)), 1;
    fputs("<svg xmlns='http://www.w3.org/2000/svg' viewBox='-1.5 -1.5 4 2.5'><g transform='scale(1 -1)' stroke-width='.012'>", f);
    for (int i = 0; i < CELLS; i++) /* the further from the boundary, the stronger the colour */
        fprintf(f, "<path d='M%g %gh.0625v.0625h-.0625z' fill='%s' opacity='%.2f' shape-rendering='crispEdges'/>\n", cell[i][0],
                cell[i][1], mg_tensor_get(&out[2], i) > 0 ? "#3b82f6" : "#f59e0b",
                fmin(0.8, fabs(mg_tensor_get(&out[2], i)) / 4));
    for (int i = 0; i < N; i++)
        fprintf(f, "<circle cx='%.3f' cy='%.3f' r='.035' fill='%s' stroke='white'/>\n", x[i][0], x[i][1],
                t[i][0] > 0 ? "#1d4ed8" : "#b45309");
    fputs("</g></svg>\n", f);
    return fclose(f) ? 1 : 0; /* the program ends: the system takes all memory back */
}
