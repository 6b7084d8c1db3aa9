/* The one table of settings. A setting is its row here and its field in micrograd/train.h; everything else is derived. */
#include <micrograd/nn.h>
#include <micrograd/optimizer.h>
#include <micrograd/train.h>

#include <math.h>
#include <string.h>

static const char *word_at(const char *const *words, int count, int index) {
    return index >= 0 && index < count ? words[index] : NULL;
}

static const char *task_choice(int index) {
    static const char *const words[] = { "auto", "classification", "regression" };
    return word_at(words, 3, index);
}

static const char *scale_choice(int index) {
    static const char *const words[] = { "auto", "robust", "standard", "none" };
    return word_at(words, 4, index);
}

static const char *separator_choice(int index) {
    static const char *const words[] = { "auto", ",", ";", "tab", "|" };
    return word_at(words, 5, index);
}

static const char *decimal_choice(int index) {
    static const char *const words[] = { ".", "," };
    return word_at(words, 2, index);
}

static const char *header_choice(int index) {
    static const char *const words[] = { "auto", "none", "first" };
    return word_at(words, 3, index);
}

static const char *stage_choice(int index) {
    static const char *const words[] = { "network", "plan", "training" };
    return word_at(words, 3, index);
}

static const char *fit_choice(int index) {
    static const char *const words[] = { "resize", "crop" };
    return word_at(words, 2, index);
}

static const char *color_choice(int index) {
    static const char *const words[] = { "auto", "grey", "color" };
    return word_at(words, 3, index);
}

static const char *loss_choice(int index) {
    const mg_loss *row = index > 0 ? mg_loss_row(index - 1) : NULL;
    return index == 0 ? "auto" : row ? row->name : NULL;
}

static const char *init_choice(int index) { return index >= 0 && index < MG_INITS ? mg_init_name((mg_init)index) : NULL; }

static const char *optimizer_choice(int index) { return index == 0 ? "auto" : index > 0 ? mg_optimizer_name(index - 1) : NULL; }

static const char *schedule_choice(int index) { return index == 0 ? "auto" : index > 0 ? mg_schedule_name(index - 1) : NULL; }

static const char *metric_choice(int index) {
    const mg_metric *row = index > 0 ? mg_metric_row(index - 1) : NULL;
    return index == 0 ? "auto" : row ? row->name : NULL;
}

static const char *threshold_choice(int index) {
    static const char *const words[] = { "none", "accuracy", "balanced_accuracy", "f1_macro", "mcc" };
    return word_at(words, 5, index);
}

#define MODEL          "Model"
#define OPTIMISATION   "Optimisation"
#define REGULARISATION "Regularisation"
#define DATA           "Data"
#define GENERAL        "General"
#define EVERY_COMMAND  "train evaluate predict show graph inspect"

#define AT(field)  .offset = offsetof(mg_settings, field)
#define AUTO       .flags = MG_OPTION_MAY_BE_AUTO
#define AUTO_ABOVE .flags = MG_OPTION_MAY_BE_AUTO | MG_OPTION_ABOVE_LOW

#define READERS "train evaluate predict inspect"

static const mg_option table[] = {
    { .name = "separator",
      .argument = "WHICH",
      .type = MG_OPTION_CHOICE,
      AT(separator),
      .initial = "auto",
      .choice = separator_choice,
      .group = DATA,
      .commands = READERS,
      .help = "What stands between the cells of a CSV; auto: what the first lines have most of." },
    { .name = "decimal",
      .argument = "MARK",
      .type = MG_OPTION_CHOICE,
      AT(decimal),
      .initial = ".",
      .choice = decimal_choice,
      .group = DATA,
      .commands = READERS,
      .help = "Decimal mark of numbers: 3.14 or 3,14." },
    { .name = "header",
      .argument = "WHERE",
      .type = MG_OPTION_CHOICE,
      AT(header),
      .initial = "auto",
      .choice = header_choice,
      .group = DATA,
      .commands = READERS,
      .help = "Does the first line name the columns; auto: unless it looks like the lines below." },
    { .name = "types",
      .argument = "LIST",
      .type = MG_OPTION_TEXT,
      AT(types),
      .group = DATA,
      .commands = READERS,
      .help = "Kinds of columns that you know better: age=number,zip=category (see `micrograd help kinds`)." },
    { .name = "skip-bad",
      .argument = "N",
      .type = MG_OPTION_INT,
      AT(skip_bad),
      .initial = "0",
      .low = 0,
      .high = 1e12,
      .unit = "rows",
      .group = DATA,
      .commands = READERS,
      .help = "Ragged rows, and rows whose cells are not of the kind in --types, that may be left out; one more is refused." },
    { .name = "target",
      .argument = "NAME",
      .type = MG_OPTION_TEXT,
      AT(train.target),
      .group = DATA,
      .commands = "train inspect",
      .help = "Column to predict; without it the last one." },
    { .name = "task",
      .argument = "TASK",
      .type = MG_OPTION_CHOICE,
      AT(train.task),
      .initial = "auto",
      .choice = task_choice,
      .group = DATA,
      .commands = "train inspect",
      .help = "Predict a class or a number; auto: text, or at most 20 distinct whole numbers, are classes." },
    { .name = "scale",
      .argument = "HOW",
      .type = MG_OPTION_CHOICE,
      AT(train.scale),
      .initial = "auto",
      .choice = scale_choice,
      .group = DATA,
      .commands = "train",
      .help =
          "Scale numbers by median and quartiles, far ones bent back (robust), or by mean and deviation (standard); auto: robust for tables." },
    { .name = "bins",
      .argument = "N",
      .type = MG_OPTION_INT,
      AUTO,
      AT(train.bins),
      .initial = "auto",
      .low = 0,
      .high = 64,
      .group = DATA,
      .commands = "train",
      .help = "Pieces that each number is cut into at its quantiles, besides its scaled value; 0: none." },
    { .name = "drop",
      .argument = "NAMES",
      .type = MG_OPTION_TEXT,
      AT(train.drop),
      .group = DATA,
      .commands = "train inspect",
      .help = "Columns that are not learned from, separated by commas." },
    { .name = "image",
      .argument = "SIZE",
      .type = MG_OPTION_TEXT,
      AT(train.image),
      .group = DATA,
      .commands = "train",
      .help =
          "The columns besides the target are the pixels of an image: HEIGHTxWIDTH or HEIGHTxWIDTHxCHANNELS (8x8, 32x32x3), row by row, a pixel's channels together." },
    { .name = "image-size",
      .argument = "SIZE",
      .type = MG_OPTION_TEXT,
      AT(image_size),
      .group = DATA,
      .commands = "train inspect",
      .help = "Size that PNG and JPEG pictures get, HEIGHTxWIDTH; without it the one that most of them have." },
    { .name = "image-fit",
      .argument = "HOW",
      .type = MG_OPTION_CHOICE,
      AT(image_fit),
      .initial = "resize",
      .choice = fit_choice,
      .group = DATA,
      .commands = "train inspect",
      .help = "Pictures of other proportions are stretched (resize), or keep their middle and lose their edges (crop)." },
    { .name = "image-color",
      .argument = "HOW",
      .type = MG_OPTION_CHOICE,
      AT(image_color),
      .initial = "auto",
      .choice = color_choice,
      .group = DATA,
      .commands = "train inspect",
      .help = "Pictures have one channel (grey) or three (color); auto: three if any of them is in colour." },
    { .name = "split",
      .argument = "HOW",
      .type = MG_OPTION_TEXT,
      AT(train.split),
      .initial = "auto",
      .group = DATA,
      .commands = "train",
      .help =
          "random, stratified, time:COLUMN (the newest rows are the test), group:COLUMN (a group stays together) or column:COLUMN (its cells say train, validation or test); auto: stratified for classes." },
    { .name = "class-weight",
      .argument = "WEIGHTS",
      .type = MG_OPTION_TEXT,
      AT(train.class_weight),
      .group = DATA,
      .commands = "train",
      .help = "'balanced', so that rare classes count as much as frequent ones, or a list: yes=5,no=1." },
    { .name = "weight",
      .argument = "COLUMN",
      .type = MG_OPTION_TEXT,
      AT(train.weight),
      .group = DATA,
      .commands = "train",
      .help = "Column that says how much each row counts." },
    { .name = "threshold",
      .argument = "METRIC",
      .type = MG_OPTION_CHOICE,
      AT(train.threshold),
      .initial = "none",
      .choice = threshold_choice,
      .group = DATA,
      .commands = "train",
      .help =
          "Two classes: choose the probability from which the second is predicted on validation rows, by this metric; none: 0.5." },
    { .name = "val-fraction",
      .argument = "X",
      .type = MG_OPTION_REAL,
      .flags = MG_OPTION_MAY_BE_AUTO | MG_OPTION_BELOW_HIGH,
      AT(train.val_fraction),
      .initial = "auto",
      .low = 0,
      .high = 1,
      .group = DATA,
      .commands = "train",
      .help = "Share of all rows that chooses the best epoch, another one for each member; 0: none, the last epoch is kept." },
    { .name = "test-fraction",
      .argument = "X",
      .type = MG_OPTION_REAL,
      .flags = MG_OPTION_BELOW_HIGH,
      AT(train.test_fraction),
      .initial = "0.2",
      .low = 0,
      .high = 1,
      .group = DATA,
      .commands = "train",
      .help = "Share of all rows kept for the final score; 0: none." },
    { .name = "test",
      .argument = "FILE",
      .type = MG_OPTION_TEXT,
      AT(test),
      .group = DATA,
      .commands = "train",
      .help = "File of test rows, in place of a test fraction." },
    { .name = "keep",
      .argument = "NAMES",
      .type = MG_OPTION_TEXT,
      AT(keep),
      .group = DATA,
      .commands = "predict",
      .help = "Columns of the file that are written before the prediction, separated by commas." },
    { .name = "interval",
      .argument = "X",
      .type = MG_OPTION_REAL,
      .flags = MG_OPTION_BELOW_HIGH,
      AT(interval),
      .initial = "0",
      .low = 0,
      .high = 1,
      .group = DATA,
      .commands = "predict",
      .help =
          "Numbers: columns lower and upper, between which the truth lies for a share X of rows like those trained on; 0: none." },

    { .name = "model",
      .argument = "TEXT",
      .type = MG_OPTION_TEXT,
      .flags = MG_OPTION_MAY_BE_EMPTY,
      AT(train.model),
      .group = MODEL,
      .commands = "train",
      .help =
          "Hidden layers, for example 'dense(64) relu dropout(0.1)', of images '@lenet5' (help models), or '' for none (a linear model); without it they follow from the data." },
    { .name = "dropout",
      .argument = "X",
      .type = MG_OPTION_REAL,
      .flags = MG_OPTION_MAY_BE_AUTO | MG_OPTION_BELOW_HIGH,
      AT(train.dropout),
      .initial = "auto",
      .low = 0,
      .high = 1,
      .group = MODEL,
      .commands = "train",
      .help = "Dropout rate of the network that follows from the data." },
    { .name = "loss",
      .argument = "NAME",
      .type = MG_OPTION_CHOICE,
      AT(train.loss),
      .initial = "auto",
      .choice = loss_choice,
      .group = MODEL,
      .commands = "train",
      .help = "What is minimised; auto: cross_entropy for classes, mean_squared_error for numbers." },
    { .name = "init",
      .argument = "NAME",
      .type = MG_OPTION_CHOICE,
      AT(train.init),
      .initial = "auto",
      .choice = init_choice,
      .group = MODEL,
      .commands = "train",
      .help = "Initial weights of layers that do not say; auto follows from the activation." },

    { .name = "members",
      .argument = "N",
      .type = MG_OPTION_INT,
      AUTO,
      AT(train.members),
      .initial = "auto",
      .low = 1,
      .high = 64,
      .unit = "networks",
      .group = OPTIMISATION,
      .commands = "train",
      .help = "Networks whose answers are averaged; each is validated on another part of the rows." },
    { .name = "optimizer",
      .argument = "NAME",
      .type = MG_OPTION_CHOICE,
      AT(train.optimizer),
      .initial = "auto",
      .choice = optimizer_choice,
      .group = OPTIMISATION,
      .commands = "train",
      .help = "How weights follow gradients; rprop takes all rows in one batch." },
    { .name = "lr",
      .argument = "X",
      .type = MG_OPTION_REAL,
      AUTO_ABOVE,
      AT(train.learning_rate),
      .initial = "auto",
      .low = 0,
      .high = 1000,
      .group = OPTIMISATION,
      .commands = "train",
      .help = "Learning rate; auto: the optimizer's own." },
    { .name = "schedule",
      .argument = "NAME",
      .type = MG_OPTION_CHOICE,
      AT(train.schedule),
      .initial = "auto",
      .choice = schedule_choice,
      .group = OPTIMISATION,
      .commands = "train",
      .help = "How the learning rate changes from the first step to the last." },
    { .name = "momentum",
      .argument = "X",
      .type = MG_OPTION_REAL,
      .flags = MG_OPTION_MAY_BE_AUTO | MG_OPTION_BELOW_HIGH,
      AT(train.momentum),
      .initial = "auto",
      .low = 0,
      .high = 1,
      .group = OPTIMISATION,
      .commands = "train",
      .help = "Of momentum, nesterov and rmsprop; auto: the optimizer's own." },
    { .name = "batch",
      .argument = "N",
      .type = MG_OPTION_INT,
      AUTO,
      AT(train.batch),
      .initial = "auto",
      .low = 1,
      .high = 1e6,
      .unit = "rows",
      .group = OPTIMISATION,
      .commands = "train",
      .help = "Rows of a step; auto follows from the number of training rows." },
    { .name = "epochs",
      .argument = "N",
      .type = MG_OPTION_INT,
      AUTO,
      AT(train.epochs),
      .initial = "auto",
      .low = 1,
      .high = 1e6,
      .unit = "epochs",
      .group = OPTIMISATION,
      .commands = "train",
      .help = "Passes over the training rows, at most; auto follows from their number." },
    { .name = "patience",
      .argument = "N",
      .type = MG_OPTION_INT,
      AUTO,
      AT(train.patience),
      .initial = "auto",
      .low = 0,
      .high = 1e6,
      .unit = "epochs",
      .group = OPTIMISATION,
      .commands = "train",
      .help = "Epochs without a better validation metric before the run stops; 0: never stops early." },
    { .name = "metric",
      .argument = "NAME",
      .type = MG_OPTION_CHOICE,
      AT(train.metric),
      .initial = "auto",
      .choice = metric_choice,
      .group = OPTIMISATION,
      .commands = "train",
      .help = "Metric of the validation rows that chooses the best epoch." },
    { .name = "clip-norm",
      .argument = "X",
      .type = MG_OPTION_REAL,
      AT(train.clip_norm),
      .initial = "0",
      .low = 0,
      .high = INFINITY,
      .group = OPTIMISATION,
      .commands = "train",
      .help = "Longest gradient, over all weights together; 0: off." },
    { .name = "clip-value",
      .argument = "X",
      .type = MG_OPTION_REAL,
      AT(train.clip_value),
      .initial = "0",
      .low = 0,
      .high = INFINITY,
      .group = OPTIMISATION,
      .commands = "train",
      .help = "Largest element of the gradient; 0: off." },

    { .name = "l1",
      .argument = "X",
      .type = MG_OPTION_REAL,
      AT(train.l1),
      .initial = "0",
      .low = 0,
      .high = 1000,
      .group = REGULARISATION,
      .commands = "train",
      .help = "Adds X times the sum of |w| over the weights to the mean loss." },
    { .name = "l2",
      .argument = "X",
      .type = MG_OPTION_REAL,
      AUTO,
      AT(train.l2),
      .initial = "auto",
      .low = 0,
      .high = 1000,
      .group = REGULARISATION,
      .commands = "train",
      .help = "Adds X/2 times the sum of w^2 over the weights to the mean loss; auto follows from the data." },
    { .name = "weight-decay",
      .argument = "X",
      .type = MG_OPTION_REAL,
      AUTO,
      AT(train.weight_decay),
      .initial = "auto",
      .low = 0,
      .high = 1000,
      .group = REGULARISATION,
      .commands = "train",
      .help = "Of adamw: each step takes lr times X times the weight off every weight." },
    { .name = "label-smoothing",
      .argument = "X",
      .type = MG_OPTION_REAL,
      .flags = MG_OPTION_MAY_BE_AUTO | MG_OPTION_BELOW_HIGH,
      AT(train.label_smoothing),
      .initial = "auto",
      .low = 0,
      .high = 1,
      .group = REGULARISATION,
      .commands = "train",
      .help = "Share of each label that goes to all classes alike, for cross_entropy." },

    { .name = "fast",
      .type = MG_OPTION_FLAG,
      AT(train.fast),
      .group = GENERAL,
      .commands = "train",
      .help = "Less time for a little less quality." },
    { .name = "best",
      .type = MG_OPTION_FLAG,
      AT(train.best),
      .group = GENERAL,
      .commands = "train",
      .help = "More time for a little more quality." },
    { .name = "seed",
      .argument = "N",
      .type = MG_OPTION_INT,
      AT(train.seed),
      .initial = "0",
      .low = 0,
      .high = 9007199254740992.0,
      .group = GENERAL,
      .commands = "train",
      .help = "Of split, initial weights, order of rows and dropout: the same seed gives the same model." },
    { .name = "check-finite",
      .type = MG_OPTION_FLAG,
      AT(train.check_finite),
      .group = GENERAL,
      .commands = "train",
      .help = "Stop at the first NaN or infinity and name the layer, the op, the step and the rows where it arose." },
    { .name = "threads",
      .argument = "N",
      .type = MG_OPTION_INT,
      AUTO,
      AT(threads),
      .initial = "auto",
      .low = 1,
      .high = 256,
      .group = GENERAL,
      .commands = "train evaluate predict",
      .help = "Threads to work on; auto: one a core. Results do not depend on it." },
    { .name = "out",
      .argument = "FILE",
      .type = MG_OPTION_TEXT,
      AT(out),
      .group = GENERAL,
      .commands = "train",
      .help = "Model file to write; without it the data's name with .safetensors, in the current folder." },
    { .name = "out",
      .argument = "FILE",
      .type = MG_OPTION_TEXT,
      AT(out),
      .group = GENERAL,
      .commands = "graph",
      .help = "File to write; a name that ends in .svg asks for a picture. Without it DOT goes to standard output." },
    { .name = "out",
      .argument = "FILE",
      .type = MG_OPTION_TEXT,
      AT(out),
      .group = GENERAL,
      .commands = "predict",
      .help = "File to write, whole or not at all; without it CSV goes to standard output." },
    { .name = "from",
      .argument = "MODEL",
      .type = MG_OPTION_TEXT,
      AT(from),
      .group = GENERAL,
      .commands = "train",
      .help = "Go on from a model's weights, with its encoder and network and a tenth of the usual learning rate, on new data." },
    { .name = "config",
      .argument = "FILE",
      .type = MG_OPTION_TEXT,
      AT(config),
      .group = GENERAL,
      .commands = "train",
      .help = "File of settings, a line each: name = value; what the command line says goes before." },
    { .name = "stream",
      .type = MG_OPTION_FLAG,
      AT(stream),
      .group = GENERAL,
      .commands = "train",
      .help = "Read the data a piece at a time, again in each epoch: for files that do not fit in memory." },
    { .name = "dry-run",
      .type = MG_OPTION_FLAG,
      AT(dry_run),
      .group = GENERAL,
      .commands = "train",
      .help = "Say what would be done, with memory and time, and do not train." },
    { .name = "explain",
      .type = MG_OPTION_FLAG,
      AT(explain),
      .group = GENERAL,
      .commands = "train",
      .help = "Say why each setting that was left open is what it is." },
    { .name = "profile",
      .type = MG_OPTION_FLAG,
      AT(profile),
      .group = GENERAL,
      .commands = "train",
      .help = "Say afterwards where the time went: by layer and op, beside what this machine can do." },
    { .name = "trace",
      .argument = "FILE",
      .type = MG_OPTION_TEXT,
      AT(trace),
      .group = GENERAL,
      .commands = "train",
      .help = "File to write the first steps to, on each thread, for Perfetto or chrome://tracing." },
    { .name = "stage",
      .argument = "NAME",
      .type = MG_OPTION_CHOICE,
      AT(stage),
      .initial = "network",
      .choice = stage_choice,
      .group = GENERAL,
      .commands = "graph",
      .help = "What is drawn: the network; the plan, which is the program that predicts; or that of a step of training." },
    { .name = "json",
      .type = MG_OPTION_FLAG,
      AT(json),
      .group = GENERAL,
      .commands = "train evaluate show inspect",
      .help = "Print the result as one JSON object." },
    { .name = "quiet",
      .type = MG_OPTION_FLAG,
      AT(quiet),
      .group = GENERAL,
      .commands = "train evaluate predict inspect",
      .help = "No progress and no remarks on standard error." },
    { .name = "help", .type = MG_OPTION_FLAG, AT(help), .group = GENERAL, .commands = EVERY_COMMAND, .help = "Print this help." },
    { .name = NULL },
};

const mg_option *mg_settings_table(void) { return table; }

bool mg_setting_of_training(const mg_option *option) { return option->offset < sizeof(mg_train_options); }

mg_settings mg_settings_defaults(void) {
    mg_settings settings;
    memset(&settings, 0, sizeof settings);
    mg_options_reset(table, &settings);
    return settings;
}

mg_dataset_options mg_settings_data(const mg_settings *settings) {
    mg_dataset_options data = mg_dataset_defaults();
    const char *separator = settings->separator;
    data.separator = !strcmp(separator, "auto") ? 0 : !strcmp(separator, "tab") ? '\t' : *separator;
    data.decimal = *settings->decimal;
    data.header = !strcmp(settings->header, "none")    ? MG_HEADER_NONE
                  : !strcmp(settings->header, "first") ? MG_HEADER_FIRST
                                                       : MG_HEADER_AUTO;
    data.types = settings->types;
    data.skip_bad = settings->skip_bad;
    data.image_size = settings->image_size;
    data.image_fit = !strcmp(settings->image_fit, "crop") ? MG_FIT_CROP : MG_FIT_RESIZE;
    data.image_color = !strcmp(settings->image_color, "grey")    ? MG_COLOR_GREY
                       : !strcmp(settings->image_color, "color") ? MG_COLOR_COLOR
                                                                 : MG_COLOR_AUTO;
    return data;
}

mg_train_options mg_train_defaults(void) { return mg_settings_defaults().train; }

const char *mg_stop_name(mg_stop stop) {
    switch (stop) {
    case MG_STOP_NONE: break;
#define STOP_NAME(id, name, doc) \
    case MG_STOP_##id: return name;
        MG_STOP_TABLE(STOP_NAME)
#undef STOP_NAME
    }
    return "none";
}
