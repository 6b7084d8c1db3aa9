/* Writes a golden model and its answers: make NAME DATA TEXT [LOSS], in the project's root. Run once for each format, when it is
 * new; the files are then kept for ever: make iris-1 iris "dense(8) relu" make diabetes-1 diabetes "dense(8) batchnorm tanh
 * residual(dense(4) relu) dropout(0.1)" huber */
#include <micrograd/model.h>

#include <stdio.h>

int main(int count, char **argument) {
    if (count < 4) return 2;
    char path[512];
    mg_context *context = mg_context_create(NULL);
    snprintf(path, sizeof path, "data/%s.csv", argument[2]);
    mg_dataset *dataset = mg_dataset_read(context, path, NULL);
    mg_train_options options = mg_train_defaults();
    options.epochs = 20;
    if (count > 4) options.loss = argument[4];
    mg_model *model = mg_model_create(context, dataset, argument[3]);
    mg_result result = mg_train(model, dataset, &options);
    snprintf(path, sizeof path, "tests/golden_models/%s.safetensors", argument[1]);
    mg_model_save(model, path);
    mg_tensor *answers = mg_model_predict(model, dataset);
    snprintf(path, sizeof path, "tests/golden_models/%s.txt", argument[1]);
    FILE *file = fopen(path, "w");
    for (int64_t i = 0; file && answers && i < mg_tensor_count(answers); i++) fprintf(file, "%.9g\n", mg_tensor_get(answers, i));
    bool done = file && fclose(file) == 0 && result.status == MG_OK && mg_context_status(context) == MG_OK;
    if (!done) fprintf(stderr, "%s\n", mg_context_message(context));
    mg_tensor_destroy(answers);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
    return !done;
}
