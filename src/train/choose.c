/* What follows from the data where nothing was asked for, and why. How the rules were found: docs/defaults.md. Whoever knows
 * better says so in the options. */
#include "train/model.h"

#include "nn/text.h"
#include "optim/optimizer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static double between(double value, double low, double high) { return value < low ? low : value > high ? high : value; }
static int64_t clamp(int64_t value, int64_t low, int64_t high) { return value < low ? low : value > high ? high : value; }

/* --- the network ------------------------------------------------------------------------------------- */

void mg__choose_network(const mg_dataset *dataset, mg_task task, const mg_train_options *options, char *out, size_t size) {
    int64_t shape[3], rows = mg_dataset_rows(dataset);
    bool images = options->image || mg_dataset_image_shape(dataset, shape);
    int units = images ? 256 : rows < 1500 ? 64 : rows < 5000 ? 128 : 256, layers = images ? 1 : 2;
    const char *activation = images ? "relu" : task == MG_TASK_REGRESSION ? "mish" : "selu";
    double dropout = options->dropout != MG_AUTO ? options->dropout : images ? 0.2 : rows < 1500 ? 0.15 : 0.05;
    size_t used = 0;
    out[0] = 0;
    for (int i = 0; i < layers; i++) {
        mg__append(out, size, &used, "%sdense(%d) %s", i ? " " : "", units, activation);
        if (dropout > 0) mg__append(out, size, &used, " dropout(0.%06d)", (int)(dropout * 1e6));
    }
}

/* --- parts and encoder ------------------------------------------------------------------------------- */

static bool takes_all_rows(const mg_train_options *options) {
    const mg_optimizer_row *row = mg__optimizer_find(options->optimizer); /* "auto" is none yet */
    return row && row->all_rows;
}

/* One network that convolves has work enough. */
static int64_t choose_members(const mg_train_options *options, int64_t rows, bool convolves) {
    if (takes_all_rows(options) || rows < 10) return 1;
    if (convolves) return options->best ? 2 : 1;
    int64_t members = rows < 20000 ? 8 : 4;
    return options->fast ? members / 4 : options->best ? 2 * members : members;
}

/* Few pieces where rows are few, and none where they are few for so many columns: a class needs more of them than a number. Many
 * columns have fewer each, or none, lest the first layer takes all the time. */
static int64_t choose_bins(mg_task task, int64_t rows, int64_t columns) {
    if (columns < 1) return 0;
    int64_t rows_each = rows / columns, least = task == MG_TASK_REGRESSION ? 5 : 48, most = 1024 / columns;
    int64_t bins = rows >= 5000 ? 32 : rows >= 1500 || rows_each >= 150 ? 16 : 8;
    return rows_each < least || most < 4 ? 0 : clamp(bins, 0, most);
}

void mg__choose_parts(mg_model *model, int64_t rows, int64_t columns) {
    mg_train_options *options = &model->options;
    if (options->members == MG_AUTO) {
        bool convolves = mg__network_slides(model->network);
        options->members = choose_members(options, rows, convolves);
        mg__model_choose(model, "members",
                         options->members > 1 ? "the mean of several networks errs less than each of them"
                         : convolves          ? "a convolutional network takes its time; several err less"
                                              : "few rows, or an optimizer that takes them all at once",
                         "%lld", (long long)options->members);
    }
    if (options->val_fraction == MG_AUTO) {
        options->val_fraction = options->members > 1 || rows >= 20000 ? 0.1 : 0.2;
        mg__model_choose(model, "val-fraction",
                         options->members > 1 ? "each network holds back other rows, so none is lost"
                                              : "one network needs enough of them",
                         "%g", options->val_fraction);
    }
    if (options->bins == MG_AUTO) {
        options->bins = choose_bins(model->task, rows, columns);
        mg__model_choose(model, "bins",
                         columns < 1         ? "pixels are not cut"
                         : options->bins > 0 ? "enough rows to learn steps and bends in a single column"
                                             : "too few rows for so many columns, or too many columns, to learn steps in each",
                         "%lld", (long long)options->bins);
    }
}

/* --- training ---------------------------------------------------------------------------------------- */

/* Multiply-adds that a training may take, by the rows: those of half a second for a thousand, of twenty for 9,000 and more (on
 * two cores). */
static double budget(const mg_train_options *options, int64_t rows) {
    double work = between(6e9 * pow((double)rows / 1000, 2.5), 6e9, 1.5e12);
    return options->fast ? work / 4 : options->best ? work * 4 : work;
}

/* A row takes three times the multiply-adds of a prediction: one forward, two backward. */
static int64_t choose_epochs(const mg_train_options *options, int64_t rows, int64_t multiply_adds) {
    double epoch = 3 * (double)multiply_adds * (double)rows * (double)options->members;
    int64_t least = rows < 20000 ? 30 : clamp(1200000 / rows, 1, 12); /* a million steps of a row teach as much as they cost */
    return clamp((int64_t)(budget(options, rows) / epoch), options->fast ? clamp(least / 3, 1, least) : least,
                 options->best ? 300 : 100);
}

double mg__choose_learning_rate(const mg_model *model, const char *optimizer) {
    bool by_default = !strcmp(optimizer, "auto") || !strcmp(optimizer, "adamw");
    if (!by_default) return mg_optimizer_default_learning_rate(optimizer);
    return mg__network_slides(model->network) ? 0.002 : 0.005;
}

static void choose_optimizer(mg_model *model) {
    mg_train_options *options = &model->options;
    if (!strcmp(options->optimizer, "auto")) {
        options->optimizer = "adamw";
        mg__model_choose(model, "optimizer", "its weight decay is the same for all weights, however steep the loss", "adamw");
    }
    mg_optimizer row = mg_optimizer_defaults(options->optimizer);
    if (options->momentum == MG_AUTO && mg__has_momentum(&row)) options->momentum = row.momentum;
    if (options->learning_rate == MG_AUTO) {
        bool own = strcmp(options->optimizer, "adamw") != 0;
        options->learning_rate = mg__choose_learning_rate(model, options->optimizer);
        mg__model_choose(model, "lr", own ? "the optimizer's own" : "as high as it stays calm; the schedule lowers it", "%g",
                         options->learning_rate);
    }
    if (!strcmp(options->schedule, "auto")) {
        options->schedule = takes_all_rows(options) ? "constant" : "cosine";
        mg__model_choose(model, "schedule", "large steps first, small ones at the end", "%s", options->schedule);
    }
}

static void choose_penalties(mg_model *model, int64_t rows) {
    mg_train_options *options = &model->options;
    bool smooth = model->task == MG_TASK_CLASSIFICATION && !strcmp(options->loss, "cross_entropy");
    if (options->l2 == MG_AUTO) {
        options->l2 = 0;
        mg__model_choose(model, "l2", "weight decay does its work", "0");
    }
    if (options->weight_decay == MG_AUTO) {
        options->weight_decay = strcmp(options->optimizer, "adamw") ? 0 : between(20 / (double)rows, 0.01, 0.3);
        if (options->weight_decay > 0)
            mg__model_choose(model, "weight-decay", "the fewer the rows, the more", "%g", options->weight_decay);
    }
    if (options->label_smoothing == MG_AUTO) {
        options->label_smoothing = smooth ? 0.02 : 0;
        mg__model_choose(model, "label-smoothing",
                         smooth ? "a wrong label is not learned at any price" : "cross_entropy alone has it", "%g",
                         options->label_smoothing);
    }
}

void mg__choose_settings(mg_model *model, int64_t rows, int64_t multiply_adds) {
    mg_train_options *options = &model->options;
    choose_optimizer(model);
    choose_penalties(model, rows);
    if (options->batch == MG_AUTO) {
        options->batch = takes_all_rows(options) ? rows : rows < 1500 ? 16 : rows < 10000 ? 64 : 128;
        mg__model_choose(model, "batch", "few rows need many steps, many rows large ones", "%lld",
                         (long long)clamp(options->batch, 1, rows));
    }
    options->batch = clamp(options->batch, 1, rows);
    if (options->epochs == MG_AUTO) {
        options->epochs = choose_epochs(options, rows, multiply_adds);
        mg__model_choose(model, "epochs", "what the time for so many rows allows", "%lld", (long long)options->epochs);
    }
    if (options->patience == MG_AUTO) {
        options->patience = 0;
        mg__model_choose(model, "patience", "the schedule needs all epochs; the best one is kept", "0");
    }
}
