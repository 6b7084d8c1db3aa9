/* An autoencoder: 64 pixels of a handwritten digit pass through 4 numbers, its code, and are built again from those. Nobody tells
 * it which digit it is, but images of one digit get codes that are alike. */
#include <micrograd.h>

#include <stdio.h>

enum { ROWS = 1797, PIXELS = 64, CODE = 4, DIGITS = 10 };
static float x[ROWS][PIXELS];

static mg_node *encoder(mg_node *seen, mg_parameters *weights) { /* [n, 64] -> [n, 4] */
    return mg_dense(mg_relu(mg_dense(seen, weights, "look", 64)), weights, "code", CODE);
}

static mg_node *decoder(mg_node *code, mg_parameters *weights) { /* [n, 4] -> [n, 64] */
    return mg_dense(mg_relu(mg_dense(code, weights, "draw", 64)), weights, "pixels", PIXELS);
}

int main(void) {
    mg_context *ctx = mg_context_create(NULL);
    mg_dataset *digits = mg_dataset_read(ctx, "data/digits.csv", NULL);
    if (!digits) return fprintf(stderr, "%s\n", mg_context_message(ctx)), 1;
    for (int i = 0; i < ROWS * PIXELS; i++)
        x[i / PIXELS][i % PIXELS] = (float)mg_dataset_number(digits, i / PIXELS, i % PIXELS) / 16;
    mg_parameters *weights = mg_parameters_create(ctx, MG_F32);
    mg_graph *g = mg_graph_create(ctx, MG_STAGED);
    mg_tensor rows = mg_tensor_borrow(MG_F32, 2, (int64_t[]){ ROWS, PIXELS }, x);
    mg_node *seen = mg_input(g, "x", MG_F32, 2, rows.shape), *code = encoder(seen, weights);
    mg_node *error = mg_mean_squared_error(decoder(code, weights), seen, NULL);
    mg_optimizer adam = mg_optimizer_defaults("adam");
    adam.learning_rate = 0.005;
    mg_minimise(error, weights, &adam);
    mg_node *wanted[] = { error, code };
    mg_program *program = mg_compile(g, MG_CPU, wanted, 2);
    mg_session *step = mg_session_create(ctx, program, NULL);
    mg_tensor out[2] = { { 0 } };
    for (int i = 0; i <= 400 && mg_run(step, &rows, out) == MG_OK; i++)
        if (i % 100 == 0) printf("step %3d  mean squared error of a pixel %.4f\n", i, mg_tensor_get(&out[0], 0));
    double mean[DIGITS][CODE] = { { 0 } }, count[DIGITS] = { 0 }; /* of the codes of each digit */
    for (int r = 0; r < ROWS && out[1].data; r++) {
        int digit = (int)mg_dataset_number(digits, r, PIXELS);
        count[digit]++;
        for (int c = 0; c < CODE; c++) mean[digit][c] += (mg_tensor_get(&out[1], r * CODE + c) - mean[digit][c]) / count[digit];
    }
    for (int d = 0; d < DIGITS; d++)
        printf("digit %d  mean code %6.2f %6.2f %6.2f %6.2f\n", d, mean[d][0], mean[d][1], mean[d][2], mean[d][3]);
    int failed = mg_context_status(ctx) != MG_OK;
    if (failed) fprintf(stderr, "%s\n", mg_context_message(ctx));
    mg_session_destroy(step);
    mg_program_destroy(program);
    mg_graph_destroy(g);
    mg_parameters_destroy(weights);
    mg_dataset_destroy(digits);
    mg_context_destroy(ctx);
    return failed;
}
