/* A model from hostile bytes (its checksum not looked at): a model that answers, or a message. */
#include "train/model.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void ask(mg_model *model) {
    int64_t features = mg_encoder_features(model->encoder), outputs = mg_model_outputs(model);
    if (features > 4096 || outputs > 4096) return;
    float *x = calloc((size_t)features, sizeof *x);
    double *answer = calloc((size_t)outputs, sizeof *answer);
    if (x && answer) mg_model_predict_encoded(model, x, 1, answer);
    free(x);
    free(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    mg_context_options options = mg_context_defaults();
    options.threads = 1;
    mg_context *context = mg_context_create(&options);
    mg_model *model = mg__model_parse(context, "fuzz", bytes, size, false);
    if (model) ask(model);
    if (!model && mg_context_status(context) == MG_OK) abort(); /* refused without a word */
    mg_model_destroy(model);
    mg_context_destroy(context);
    return 0;
}
