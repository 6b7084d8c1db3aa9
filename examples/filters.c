/* What a convolutional network looks for: the kernels that its first layer has learned on data/digits.csv, and where each of them
 * answers in four digits (its feature maps). Writes the picture filters.svg, or the file that is named. */
#include <micrograd.h>

#include <math.h>
#include <stdio.h>
enum { KERNELS = 8, SIDE = 8, CELL = 6, DIGITS = 4 };

/* A square of numbers: blue below 0, orange above, white at 0; the strongest colour at `most`. */
static void draw(FILE *f, double x, double y, const mg_tensor *t, int64_t first, int64_t step, int side, double cell,
                 double most) {
    for (int i = 0; i < side * side; i++) {
        double v = mg_tensor_get(t, first + i * step) / most, pale = 255 - 215 * fmin(fabs(v), 1);
        fprintf(f, "<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' fill='rgb(%.0f,%.0f,%.0f)'/>", x + cell * (i % side),
                y + cell * (i / side), cell, cell, v < 0 ? pale : 255, 255 - (255 - pale) * (v < 0 ? 0.5 : 0.4),
                v < 0 ? 255 : pale);
    }
    fprintf(f, "\n<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' fill='none' stroke='#94a3b8' stroke-width='.7'/>\n", x, y,
            cell * side, cell * side);
}

int main(int argc, char **argv) {
    mg_context *ctx = mg_context_create(NULL);
    mg_dataset *digits = mg_dataset_read(ctx, "data/digits.csv", NULL);
    mg_train_options options = mg_train_defaults();
    options.model = "conv(8, 3, padding=same) relu maxpool(2) conv(16, 3) relu flatten";
    options.image = "8x8";
    options.epochs = 30, options.members = 1;
    mg_model *model = digits ? mg_model_create_with(ctx, digits, &options) : NULL;
    mg_result result = mg_train(model, digits, &options);
    FILE *f = fopen(argc > 1 ? argv[1] : "filters.svg", "w");
    if (!f || mg_context_status(ctx) != MG_OK) return fprintf(stderr, "filters: %s\n", mg_context_message(ctx)), 1;
    printf("test accuracy %.4f\n", result.test.accuracy);
    mg_parameters *learned = mg_model_parameters(model, 0);
    mg_tensor kernel = mg_parameters_value(learned, mg_parameters_find(learned, "conv1.weight")); /* [3, 3, 1, kernels] */
    mg_graph *graph = mg_graph_create(ctx, MG_EAGER);
    mg_convolution same = { .stride = { 1, 1 }, .padding = { 1, 1, 1, 1 }, .dilation = { 1, 1 }, .groups = 1 };
    fputs("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 560 310' font-family='sans-serif' font-size='13' fill='#7c8798'>"
          "<text x='0' y='46'>kernels</text>\n",
          f);
    for (int k = 0; k < KERNELS; k++) draw(f, 92 + 58 * k, 20, &kernel, k, KERNELS, 3, 2.2 * CELL, 0.8);
    for (int d = 0; d < DIGITS; d++) {
        float pixels[SIDE * SIDE];
        for (int i = 0; i < SIDE * SIDE; i++)
            pixels[i] = (float)mg_dataset_number(digits, 6 + d, i) / 8 - 0.6f; /* about as scaled */
        mg_tensor image = mg_tensor_borrow(MG_F32, 4, (int64_t[]){ 1, SIDE, SIDE, 1 }, pixels);
        mg_node *maps = mg_relu(mg_conv2d(mg_variable_tensor(graph, &image), mg_variable_tensor(graph, &kernel), &same));
        mg_tensor answer = mg_value(maps);
        draw(f, 20, 80 + 58 * d, &image, 0, 1, SIDE, CELL, 1.4);
        for (int k = 0; k < KERNELS; k++) draw(f, 88 + 58 * k, 80 + 58 * d, &answer, k, KERNELS, SIDE, CELL, 3);
    }
    fputs("</svg>\n", f);
    int failed = fclose(f) || mg_context_status(ctx) != MG_OK;
    mg_graph_destroy(graph);
    mg_model_destroy(model);
    mg_dataset_destroy(digits);
    mg_context_destroy(ctx);
    return failed;
}
