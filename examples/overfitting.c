/* Ninety digits learned by heart, and six cures, each a setting: losses after every epoch, as overfitting.svg or as named. */
#include <micrograd.h>

#include <stdio.h>

enum { CURES = 7, EPOCHS = 150 };
static const char *const cures[CURES][3] = { { "no cure", "l2", "0" },
                                             { "L1", "l1", "0.0005" },
                                             { "L2", "l2", "0.02" },
                                             { "dropout", "model", "2*[dense(128) relu dropout(0.5)]" },
                                             { "augmentation", "augment", "shift(0.7) rotate(10)" },
                                             { "five times the data", "val-fraction", "0.75" },
                                             { "early stopping", "patience", "15" } };

static double up(double loss) { return 176 - 190 * (loss < 0.8 ? loss : 0.8); }
static double across(int64_t epoch) { return 30 + 150.0 * (double)epoch / EPOCHS; }

static void draw(FILE *f, int panel, const mg_history *run, int64_t best) {
    fprintf(f, "<g transform='translate(%d %d)'><text x='30' y='14' font-weight='bold'>%s</text><g stroke-width='.6'>\n",
            panel % 4 * 192, panel / 4 * 200, cures[panel][0]);
    for (int tick = 0; tick <= 4; tick++)
        fprintf(f, "<g transform='translate(0 %.0f)'><text x='8' y='4'>0.%d</text><path stroke='#94a3b8' d='M30 0h150'/></g>\n",
                up(tick / 5.0), 2 * tick);
    fputs("</g><g fill='none' stroke-width='2'><polyline stroke='#3b82f6' points='", f);
    for (int i = 0; i < run->epochs; i++) fprintf(f, "%.1f,%.1f ", across(i + 1), up(run->epoch[i].loss));
    fputs("'/>\n<polyline stroke='#d97706' points='", f);
    for (int i = 0; i < run->epochs; i++) fprintf(f, "%.1f,%.1f ", across(i + 1), up(run->epoch[i].validation.log_loss));
    fprintf(f, "'/><path stroke='#059669' stroke-dasharray='3' d='M%.1f 24v152'/></g></g>\n", across(best));
}

int main(int argc, char **argv) {
    mg_context *ctx = mg_context_create(NULL);
    mg_dataset *digits = mg_dataset_read(ctx, "data/digits.csv", NULL);
    FILE *f = fopen(argc > 1 ? argv[1] : "overfitting.svg", "w");
    if (!f || !digits) return fprintf(stderr, "overfitting: %s\n", mg_context_message(ctx)), 1;
    fputs("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 772 390' font-family='sans-serif' font-size='12' fill='#789'>",
          f);
    for (int i = 0; i < CURES; i++) {
        char why[MG_OPTION_MESSAGE_BYTES];
        mg_train_options options = mg_train_defaults();
        options.model = "2*[dense(128) relu]", options.image = "8x8", options.val_fraction = 0.95, options.members = 1;
        options.optimizer = "adam", options.learning_rate = 0.002, options.schedule = "constant", options.metric = "log_loss";
        options.batch = 15, options.epochs = EPOCHS, options.patience = 0;
        options.l2 = options.label_smoothing = options.test_fraction = 0;
        if (mg_option_set(mg_option_find(mg_settings_table(), "train", cures[i][1]), &options, cures[i][2], why)) return 1;
        mg_model *model = mg_model_create_with(ctx, digits, &options);
        mg_result result = mg_train(model, digits, &options);
        const mg_history *run = mg_model_history(model);
        const mg_epoch *end = &run->epoch[(options.patience ? result.best_epoch : run->epochs) - 1];
        printf("%-20s loss %.4f  validation %.4f, accuracy %.4f  (epoch %lld, best %lld)\n", cures[i][0], end->loss,
               end->validation.log_loss, end->validation.accuracy, (long long)end->epoch, (long long)result.best_epoch);
        draw(f, i, run, result.best_epoch);
        mg_model_destroy(model);
    }
    fputs("</svg>\n", f);
    mg_dataset_destroy(digits);
    mg_context_destroy(ctx);
    return fclose(f) != 0;
}
