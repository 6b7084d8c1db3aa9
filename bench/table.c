/* The workload table-mlp of bench/run: bench/table FILE.csv THREADS trains the default model for tables on a CSV for three epochs
 * and prints, as JSON, the best time of an epoch - every member once through its training rows by the loader, and its validation
 * rows scored -, peak memory above the data (as read, and as encoded), and what was trained, so that a peer can do the same. */
#define _DEFAULT_SOURCE
#include "measure.h"

#include <micrograd.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { EPOCHS = 3 };

typedef struct clock_of_epochs {
    double last, best; /* best 0: none yet */
} clock_of_epochs;

/* The first epoch is the warm-up: what comes before it is not known. */
static bool epoch_done(void *user, const mg_progress *progress) {
    clock_of_epochs *clock = user;
    double time = now();
    if (progress->epoch > 1 && (clock->best == 0 || time - clock->last < clock->best)) clock->best = time - clock->last;
    clock->last = time;
    return true;
}

static void print(const mg_model *model, const mg_result *result, const mg_plan *plan, double seconds, long peak) {
    const mg_train_options *used = mg_model_trained_with(model);
    printf("{\"version\": \"%s\", \"seconds\": %.6g, \"peak_bytes\": %ld, \"model\": \"%s\", \"features\": %" PRId64
           ", \"outputs\": %" PRId64,
           mg_version(), seconds, peak, mg_model_text(model), (int64_t)mg_encoder_features(mg_model_encoder(model)),
           mg_model_outputs(model));
    printf(", \"members\": %" PRId64 ", \"batch\": %" PRId64 ", \"training_rows\": %" PRId64 ", \"validation_rows\": %" PRId64,
           result->members, result->batch, plan->rows[0], plan->rows[1]);
    printf(", \"optimizer\": \"%s\", \"learning_rate\": %g, \"weight_decay\": %g, \"label_smoothing\": %g}\n", used->optimizer,
           used->learning_rate, used->weight_decay, used->label_smoothing);
}

int main(int count, char **arguments) {
    mg_context_options settings = mg_context_defaults();
    settings.threads = count > 2 ? atoi(arguments[2]) : 1;
    mg_context *ctx = mg_context_create(&settings);
    if (count != 3 || !ctx) {
        fprintf(stderr, "usage: table FILE.csv THREADS\n");
        return 2;
    }
    mg_dataset *rows = mg_dataset_read(ctx, arguments[1], NULL);
    long before = begin_peak();
    clock_of_epochs clock = { 0 };
    mg_train_options options = mg_train_defaults();
    options.epochs = EPOCHS;
    options.on_epoch = epoch_done;
    options.user = &clock;
    mg_model *model = mg_model_create_with(ctx, rows, &options);
    mg_result result = mg_train(model, rows, &options);
    bool ok = model && result.status == MG_OK && clock.best > 0;
    if (ok) {
        const mg_plan *plan = mg_model_plan(model);
        print(model, &result, plan, clock.best, peak_since(before) - (long)plan->row_bytes);
    } else {
        fprintf(stderr, "table: %s\n", mg_context_message(ctx));
    }
    mg_model_destroy(model);
    mg_dataset_destroy(rows);
    mg_context_destroy(ctx);
    return ok ? 0 : 1;
}
