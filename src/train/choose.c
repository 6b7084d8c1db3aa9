/* What follows from the data where nothing was asked for. The rules are rough and were found by trying them on tables and images
 * of 100 to 60,000 rows (docs/decisions); whoever knows better says so in the options. */
#include "train/model.h"

#include <stdio.h>
#include <string.h>

/* Tables: two hidden layers, which learn what one of them cannot in the same time (spirals, products of columns). Images: one
 * wide layer, thinned out. */
void mg__choose_network(const mg_dataset *dataset, double dropout, char *out, size_t size) {
    int64_t shape[3], rows = mg_dataset_rows(dataset);
    bool images = mg_dataset_image_shape(dataset, shape);
    int units = images ? 256 : rows < 1000 ? 64 : 128, layers = images ? 1 : 2;
    size_t used = 0;
    out[0] = 0;
    if (dropout == MG_AUTO) dropout = images ? 0.2 : 0;
    for (int i = 0; i < layers; i++) {
        mg__append(out, size, &used, "%sdense(%d) relu", i ? " " : "", units);
        if (dropout > 0) mg__append(out, size, &used, " dropout(0.%06d)", (int)(dropout * 1e6));
    }
}

static double between(double value, double low, double high) { return value < low ? low : value > high ? high : value; }
static int64_t clamp(int64_t value, int64_t low, int64_t high) { return value < low ? low : value > high ? high : value; }

/* Small tables need many steps, large ones products that are worth their while. */
static int64_t choose_batch(int64_t rows) { return rows < 2000 ? 16 : rows < 10000 ? 32 : rows < 30000 ? 64 : 128; }

/* The fewer the rows, the stronger: as a prior on the weights has less to weigh against. A regression is hurt by noise more than
 * by a few percent of bias, and the more so the more columns it has to fit noise with. */
static double choose_l2(mg_task task, int64_t rows, int64_t features) {
    double n = (double)rows;
    return task == MG_TASK_REGRESSION ? between(1.5 * (double)features / n, 0, 0.1) : between(2 / n, 3e-4, 0.02);
}

void mg__choose_settings(mg_train_options *options, mg_task task, int64_t rows, int64_t features) {
    bool all_rows = !strcmp(options->optimizer, "rprop");
    if (options->batch == MG_AUTO) options->batch = all_rows ? rows : choose_batch(rows);
    options->batch = clamp(options->batch, 1, rows);
    if (options->epochs == MG_AUTO) options->epochs = clamp(200000 / rows, 20, 500);
    if (options->patience == MG_AUTO) options->patience = clamp(options->epochs / 5, 5, 100);
    mg_optimizer optimizer = mg_optimizer_defaults(options->optimizer);
    if (options->momentum == MG_AUTO && mg__has_momentum(&optimizer)) options->momentum = optimizer.momentum;
    if (options->learning_rate == MG_AUTO) options->learning_rate = mg_optimizer_default_learning_rate(options->optimizer);
    if (options->l2 == MG_AUTO) options->l2 = choose_l2(task, rows, features);
}
