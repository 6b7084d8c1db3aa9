/* The code of an autoencoder as coordinates. The code is linear in the last hidden layer, and each of its numbers has mean 0 and
 * deviation 1. */
#include "cluster/autoencoder.h"
#include "cluster/embed_method.h"

#include "base/system.h"

#include <string.h>

#define NOISE 0.1
enum { PASSES = 40, LEAST_STEPS = 1000 };

typedef struct telling {
    const mg_embed_options *options;
    int64_t began;
} telling;

static bool tell(void *user, int64_t pass, int64_t passes, double loss) {
    const telling *t = user;
    const mg_embed_progress progress = {
        .stage = "training", .step = pass, .steps = passes, .value = loss, .seconds = 1e-9 * (double)(mg__clock() - t->began)
    };
    return t->options->on_progress(t->options->user, &progress);
}

static mg_status apply(const void *model, const mg__points *points, double *y) {
    const mg__autoencoder *a = model;
    size_t count = (size_t)points->rows * (size_t)a->code;
    float *code = mg__alloc_array(a->context, count, sizeof *code);
    mg_status status = code ? mg__autoencoder_encode(a, points, code) : MG_OUT_OF_MEMORY;
    for (size_t i = 0; i < count && status == MG_OK; i++) y[i] = (double)code[i];
    mg__free(a->context, code);
    return status;
}

static void forget(mg_context *context, void *model) {
    if (model) mg__autoencoder_close(model);
    mg__free(context, model);
}

static mg_status fit(const mg__points *points, const mg_embed_options *options, mg__embedded *found) {
    mg__autoencoder *a = mg__alloc_zero(points->context, sizeof *a);
    if (!a) return MG_OUT_OF_MEMORY;
    telling t = { options, mg__clock() };
    const mg__autoencoder_options learning = { .code = options->dimensions,
                                               .layers = options->model,
                                               .passes = options->iterations,
                                               .least_passes = PASSES,
                                               .least_steps = LEAST_STEPS,
                                               .noise = NOISE,
                                               .seed = (uint64_t)options->seed,
                                               .on_pass = options->on_progress ? tell : NULL,
                                               .user = &t };
    found->model = a;
    mg_status status = mg__autoencoder_fit(points, &learning, a);
    if (status == MG_OK) status = apply(a, points, found->y);
    if (status == MG_OK) status = mg__autoencoder_error(a, points, &found->error);
    found->iterations = a->passes;
    return status;
}

const mg__embed_method mg__embed_autoencoder = {
    .name = "autoencoder",
    .doc = "The code of a network that rebuilds rows through so few numbers, from rows with a tenth of their numbers missing "
           "(Hinton & Salakhutdinov 2006; Vincent et al. 2008).",
    .fit = fit,
    .apply = apply,
    .forget = forget,
};
