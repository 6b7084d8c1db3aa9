/* From a table to a saved model: read, create, train, look, save. Run it where data/digits.csv is, or name another CSV file. */
#include <micrograd.h>

#include <stdio.h>

/* Called after every epoch; returning false would end the training. */
static bool show(void *user, const mg_progress *progress) {
    (void)user;
    if (progress->epoch % 10 == 0)
        printf("epoch %3d  loss %.4f  validation accuracy %.4f\n", (int)progress->epoch, progress->loss,
               progress->scores->accuracy);
    return true;
}

int main(int argc, char **argv) {
    mg_context *ctx = mg_context_create(NULL);
    mg_dataset *digits = mg_dataset_read(ctx, argc > 1 ? argv[1] : "data/digits.csv", NULL);
    mg_model *model = mg_model_create(ctx, digits, "dense(64) relu dropout(0.1)"); /* the output layer follows from the data */

    mg_train_options options =
        mg_train_defaults(); /* 60 % of the rows to learn from, 20 % to choose the epoch, 20 % for the score */
    options.epochs = 60;
    options.on_epoch = show;
    mg_result result = mg_train(model, digits, &options);
    if (result.status == MG_OK)
        printf("test accuracy %.4f, best epoch %d of %d, stopped: %s\n", result.test.accuracy, (int)result.best_epoch,
               (int)result.epochs, mg_stop_name(result.stopped));
    mg_model_save(model, "digits.safetensors"); /* weights, scaling, class names: all that `micrograd predict` needs */

    int failed = mg_context_status(ctx) != MG_OK; /* calls that are handed NULL do nothing: one check at the end is enough */
    if (failed) fprintf(stderr, "%s\n", mg_context_message(ctx));
    mg_model_destroy(model);
    mg_dataset_destroy(digits);
    mg_context_destroy(ctx);
    return failed;
}
