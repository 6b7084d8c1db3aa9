/* What follows from the data where nothing was asked for. How the rules were found: docs/defaults.md. Whoever knows better says
 * so in the options. */
#include "train/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double between(double value, double low, double high) { return value < low ? low : value > high ? high : value; }
static int64_t clamp(int64_t value, int64_t low, int64_t high) { return value < low ? low : value > high ? high : value; }

void mg__choose_network(const mg_dataset *dataset, mg_task task, const mg_train_options *options, char *out, size_t size) {
    int64_t shape[3], rows = mg_dataset_rows(dataset);
    bool images = mg_dataset_image_shape(dataset, shape);
    int units = images ? 256 : rows < 1000 ? 64 : rows < 5000 ? 128 : 256, layers = images ? 1 : rows < 5000 ? 2 : 3;
    double dropout = options->dropout;
    size_t used = 0;
    const char *activation = images ? "relu" : task == MG_TASK_REGRESSION ? "mish" : "selu";
    out[0] = 0;
    if (dropout == MG_AUTO) dropout = images ? 0.2 : 0.15;
    for (int i = 0; i < layers; i++) {
        mg__append(out, size, &used, "%sdense(%d) %s", i ? " " : "", units, activation);
        if (dropout > 0) mg__append(out, size, &used, " dropout(0.%06d)", (int)(dropout * 1e6));
    }
}

void mg__choose_parts(mg_model *model, int64_t rows, int64_t columns) {
    mg_train_options *options = &model->options;
    bool full_batch = !strcmp(options->optimizer, "rprop");
    (void)columns;
    if (options->members == MG_AUTO) {
        options->members = full_batch || rows < 10 ? 1 : rows < 20000 ? 8 : 4;
        mg__model_choose(model, "members", "averages of several networks are better than each", "%d", (int)options->members);
    }
    if (options->val_fraction == MG_AUTO) options->val_fraction = options->members > 1 ? 0.1 : 0.2;
    if (options->bins == MG_AUTO) options->bins = 0;
}

void mg__choose_settings(mg_model *model, int64_t rows, int64_t features) {
    mg_train_options *options = &model->options;
    bool classes = model->task == MG_TASK_CLASSIFICATION;
    (void)features;
    if (!strcmp(options->optimizer, "auto")) options->optimizer = "adamw";
    bool all_rows = !strcmp(options->optimizer, "rprop");
    if (!strcmp(options->schedule, "auto")) options->schedule = "cosine";
    if (options->batch == MG_AUTO)
        options->batch = all_rows ? rows : rows < 2000 ? 16 : rows < 10000 ? 32 : rows < 30000 ? 64 : 128;
    options->batch = clamp(options->batch, 1, rows);
    if (options->epochs == MG_AUTO) options->epochs = clamp(200000 / rows, 20, 200);
    if (options->patience == MG_AUTO) options->patience = 0;
    mg_optimizer optimizer = mg_optimizer_defaults(options->optimizer);
    if (options->momentum == MG_AUTO && mg__has_momentum(&optimizer)) options->momentum = optimizer.momentum;
    if (options->learning_rate == MG_AUTO)
        options->learning_rate =
            strcmp(options->optimizer, "adamw") ? mg_optimizer_default_learning_rate(options->optimizer) : 0.005;
    if (options->l2 == MG_AUTO) options->l2 = 0;
    if (options->weight_decay == MG_AUTO) options->weight_decay = between(20 / (double)rows, 0.01, 0.3);
    if (options->label_smoothing == MG_AUTO)
        options->label_smoothing = classes && !strcmp(options->loss, "cross_entropy") ? 0.02 : 0;
}
