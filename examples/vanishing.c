/* A gradient vanishes in twelve sigmoid layers, and what helps: what comes back to each layer, from the input (top) to the output
 * (bottom), as the network learns data/digits.csv (to the right). Writes the picture vanishing.svg, or the file that is named. */
#include <micrograd.h>

#include <math.h>
#include <stdio.h>

static const struct {
    const char *name, *model, *init, *optimizer;
    double rate;
} cases[6] = {
    { "sigmoid", "12*[dense(32) sigmoid]", "auto", "adam", 0.001 },
    { "learning rate x 10", "12*[dense(32) sigmoid]", "auto", "adam", 0.01 },
    { "optimizer rmsprop", "12*[dense(32) sigmoid]", "auto", "rmsprop", MG_AUTO },
    { "residual connections", "dense(32) sigmoid 11*[residual(dense(32) sigmoid)]", "auto", "adam", 0.001 },
    { "relu and its initialisation", "12*[dense(32) relu]", "he_normal", "adam", 0.001 },
    { "normalisation", "12*[dense(32) batchnorm sigmoid]", "auto", "adam", 0.001 },
};

/* Every measured step; 1 is yellow, a hundred-millionth dark blue. */
static void draw(FILE *f, int index, const mg_history *history, double accuracy) {
    double x = 10 + index % 3 * 232, y = 20 + index / 3 * 150, wide = 210.0 / (double)history->healths;
    fprintf(f, "<text x='%.0f' y='%.0f' fill='#7c8798'>%s: %.2f</text>\n", x, y - 5, cases[index].name, accuracy);
    for (int64_t k = 0; k < history->healths; k++)
        for (int64_t i = 0; i < history->layers; i++) {
            double signal = history->health[k].layer[i].signal, t = fmin(1, fmax(0, 1 + log10(fmax(signal, 1e-9)) / 8));
            fprintf(f, "<rect x='%.1f' y='%.0f' width='%.1f' height='9' fill='rgb(%.0f,%.0f,%.0f)'/>\n", x + wide * (double)k,
                    y + 9 * (double)i, wide + 0.3, 30 + 220 * t, 40 + 165 * t * t, 90 + 60 * sin(3.14 * t) - 40 * t);
        }
}

int main(int argc, char **argv) {
    mg_context *ctx = mg_context_create(NULL);
    mg_dataset *digits = mg_dataset_read(ctx, "data/digits.csv", NULL);
    FILE *f = fopen(argc > 1 ? argv[1] : "vanishing.svg", "w");
    if (!f || !digits) return fprintf(stderr, "vanishing: %s\n", mg_context_message(ctx)), 1;
    fputs("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 716 300' font-family='sans-serif' font-size='13'>\n", f);
    for (int i = 0; i < 6; i++) {
        mg_train_options options = mg_train_defaults();
        options.members = 1, options.epochs = 30, options.seed = 1, options.health = true;
        options.init = cases[i].init, options.optimizer = cases[i].optimizer, options.learning_rate = cases[i].rate;
        mg_model *model = mg_model_create(ctx, digits, cases[i].model);
        mg_result result = mg_train(model, digits, &options);
        const mg_history *history = mg_model_history(model);
        const mg_layer_health *first = history->health[0].layer;
        printf("%-27s comes back: %.1e to the first layer, %.2f to the last; test accuracy %.2f\n", cases[i].name, first->signal,
               first[history->layers - 1].signal, result.test.accuracy);
        draw(f, i, history, result.test.accuracy);
        mg_model_destroy(model);
    }
    fputs("</svg>\n", f);
    mg_dataset_destroy(digits);
    int failed = fclose(f) || mg_context_status(ctx) != MG_OK;
    mg_context_destroy(ctx);
    return failed;
}
