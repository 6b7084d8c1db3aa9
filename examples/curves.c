/* Five optimisers on one network: the loss on the training rows of data/digits.csv after every epoch, each optimiser with its own
 * default learning rate. Writes the picture curves.svg, or the file that is named. */
#include <micrograd.h>

#include <math.h>
#include <stdio.h>

enum { EPOCHS = 25 };
static const char *const racers[5][2] = {
    { "gd", "#3b82f6" }, { "momentum", "#d97706" }, { "adagrad", "#059669" }, { "rmsprop", "#ef4444" }, { "adam", "#a855f7" }
};

static double across(double epoch) { return 60 + 600 * epoch / EPOCHS; }
static double up(double loss) { return 26 + 85 * (0.4 - log10(loss)); } /* a factor of ten is 85 points */

static bool remember(void *user, const mg_progress *progress) {
    ((double *)user)[progress->epoch] = progress->loss;
    return true;
}

int main(int argc, char **argv) {
    mg_context *ctx = mg_context_create(NULL);
    mg_dataset *digits = mg_dataset_read(ctx, "data/digits.csv", NULL);
    FILE *f = fopen(argc > 1 ? argv[1] : "curves.svg", "w");
    if (!f || !digits) return fprintf(stderr, "curves: %s\n", mg_context_message(ctx)), 1;
    fputs("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 760 395' font-family='sans-serif' font-size='13' "
          "fill='#7c8798' stroke='none'><g text-anchor='end'>\n",
          f);
    for (double loss = 1; loss > 5e-4; loss /= 10)
        fprintf(f, "<text x='52' y='%.0f'>%g</text><path stroke='#94a3b8' stroke-width='.6' d='M60 %.1fh600'/>\n", up(loss) + 4,
                loss, up(loss));
    fputs("</g><text x='60' y='12'>training loss after each epoch</text>", f);
    for (int epoch = 0; epoch <= EPOCHS; epoch += 5)
        fprintf(f, "<text x='%.0f' y='384' text-anchor='middle'>%d</text>\n", across(epoch), epoch);

    for (int i = 0; i < 5; i++) {
        double loss[EPOCHS + 1] = { 0 };
        mg_train_options options = mg_train_defaults();
        options.optimizer = racers[i][0];
        options.members = 1, options.schedule = "constant";
        options.l2 = options.label_smoothing = 0; /* the loss of the data alone */
        options.epochs = EPOCHS;
        options.on_epoch = remember;
        options.user = loss;
        mg_model *model = mg_model_create(ctx, digits, "dense(64) relu");
        mg_result result = mg_train(model, digits, &options);
        printf("%-9s loss after 1, 10, 25 epochs %.4f %.4f %.4f  test accuracy %.4f\n", racers[i][0], loss[1], loss[10], loss[25],
               result.test.accuracy);
        fprintf(f, "<g fill='%s' stroke-width='2.5'><polyline fill='none' stroke='%s' points='", racers[i][1], racers[i][1]);
        for (int epoch = 1; epoch <= EPOCHS; epoch++) fprintf(f, "%.1f,%.1f ", across(epoch), up(loss[epoch]));
        fprintf(f, "'/><text x='666' y='%.1f' font-weight='bold'>%s</text></g>\n", up(loss[EPOCHS]) + 4, racers[i][0]);
        mg_model_destroy(model);
    }
    fputs("</svg>\n", f);
    mg_dataset_destroy(digits);
    int failed = fclose(f) || mg_context_status(ctx) != MG_OK;
    mg_context_destroy(ctx);
    return failed;
}
