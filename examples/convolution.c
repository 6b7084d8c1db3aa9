/* A kernel that finds edges, by hand and learned.
 *
 * A convolution puts a small kernel on every place of an image and gives the sum of their products. Sobel's kernel subtracts the
 * pixels on the left from those on the right: it answers where the image changes from dark to bright. The second kernel starts
 * from zeros and is only shown the image and that answer; its nine numbers are shared by all places, so few examples teach it. */
#include <micrograd.h>

#include <stdio.h>

enum { SIDE = 8, OUT = SIDE - 2 };

static mg_node *variable(mg_graph *graph, const double *values, int height, int width) {
    mg_tensor tensor = mg_tensor_borrow(MG_F64, 4, (int64_t[]){ 1, height, width, 1 }, (void *)values);
    return mg_variable_tensor(graph, &tensor);
}

static void print(const char *what, mg_node *node, int height, int width, const char *format) {
    mg_tensor value = mg_value(node);
    printf("%s\n", what);
    for (int i = 0; i < height * width; i++) {
        printf(format, mg_tensor_get(&value, i));
        if (i % width == width - 1) printf("\n");
    }
}

int main(void) {
    const double sobel[9] = { -1, 0, 1, -2, 0, 2, -1, 0, 1 }, zeros[9] = { 0 };
    double image[SIDE * SIDE]; /* a bright square on a dark ground */
    for (int i = 0; i < SIDE * SIDE; i++) image[i] = i / SIDE >= 2 && i / SIDE < 6 && i % SIDE >= 2 && i % SIDE < 6;

    mg_context *ctx = mg_context_create(NULL);
    mg_graph *graph = mg_graph_create(ctx, MG_EAGER);
    const int64_t kernel[4] = { 3, 3, 1, 1 }; /* height, width, channels in, channels out */
    mg_node *x = variable(graph, image, SIDE, SIDE);
    mg_node *edges = mg_conv2d(x, mg_reshape(variable(graph, sobel, 3, 3), 4, kernel), NULL);
    print("image", x, SIDE, SIDE, "%3.0f");
    print("edges", edges, OUT, OUT, "%3.0f");

    mg_node *w = variable(graph, zeros, 3, 3);
    mg_node *guess = mg_conv2d(x, mg_reshape(w, 4, kernel), NULL);
    mg_node *loss = mg_mean_all(mg_square(mg_sub(guess, edges)));
    for (int epoch = 0; epoch < 2000; epoch++) {
        mg_backward(loss);
        mg_tensor weight = mg_value(w), slope = mg_value(mg_grad(w));
        double next[9];
        for (int i = 0; i < 9; i++) next[i] = mg_tensor_get(&weight, i) - 0.2 * mg_tensor_get(&slope, i);
        mg_tensor values = mg_tensor_borrow(MG_F64, 4, (int64_t[]){ 1, 3, 3, 1 }, next);
        mg_set_tensor(w, &values);
    }
    print("learned kernel", w, 3, 3, "%7.3f");

    int failed = mg_graph_status(graph) != MG_OK;
    if (failed) fprintf(stderr, "%s\n", mg_graph_message(graph));
    mg_graph_destroy(graph);
    mg_context_destroy(ctx);
    return failed;
}
