/* What follows from the data where nothing was asked for. */
#include "train/model.h"

#include <stdio.h>
#include <string.h>

/* One hidden layer: on tables of a few hundred rows more layers only add variance, on images of MNIST's size 256 units reach what
 * a plain net can. A regression of few rows gets a small one. */
void mg__choose_network(const mg_dataset *dataset, const mg_target *target, double dropout, char *out, size_t size) {
    int64_t rows = mg_dataset_rows(dataset), shape[3];
    bool images = mg_dataset_image_shape(dataset, shape);
    int units = images ? 256 : rows < 1000 && target->task == MG_TASK_REGRESSION ? 16 : rows < 10000 ? 64 : 128;
    int layers = !images && rows >= 10000 ? 2 : 1;
    if (dropout == MG_AUTO) dropout = images ? 0.2 : 0;
    char item[64];
    size_t used = 0;
    out[0] = 0;
    snprintf(item, sizeof item, dropout > 0 ? "dense(%d) relu dropout(%d.%04d)" : "dense(%d) relu", units, 0,
             (int)(dropout * 10000));
    for (int i = 0; i < layers; i++) mg__append(out, size, &used, "%s%s", i ? " " : "", item);
}

static int64_t at_most(int64_t value, int64_t limit) { return value < limit ? value : limit; }

/* Small tables: batches of 32 give enough steps an epoch; large ones: 128, so that products are worth their while. */
static int64_t choose_batch(int64_t rows) { return rows < 4000 ? 32 : rows < 20000 ? 64 : 128; }

/* About 20,000 steps' worth for small data, 20 passes for large. */
static int64_t choose_epochs(int64_t rows) { return rows < 2000 ? 200 : rows < 20000 ? 60 : 20; }

void mg__choose_settings(mg_train_options *options, mg_task task, int64_t rows) {
    bool full = !strcmp(options->optimizer, "rprop");
    if (options->batch == MG_AUTO) options->batch = full ? rows : choose_batch(rows);
    options->batch = at_most(options->batch, rows);
    if (options->epochs == MG_AUTO) options->epochs = choose_epochs(rows);
    if (options->patience == MG_AUTO) options->patience = options->epochs >= 200 ? 40 : options->epochs >= 60 ? 15 : 5;
    if (options->learning_rate == MG_AUTO) options->learning_rate = mg_optimizer_default_learning_rate(options->optimizer);
    if (options->l2 == MG_AUTO) options->l2 = rows >= 10000 ? 0 : task == MG_TASK_REGRESSION ? 1e-2 : 1e-3;
}
