/* The one table of settings. A setting is its row here and its field in micrograd/train.h; everything else is derived. */
#include <micrograd/nn.h>
#include <micrograd/optimizer.h>
#include <micrograd/train.h>

#include <math.h>
#include <string.h>

/* The words of a choice, in the order of the help. */
#define CHOICE(name, ...)                                                                       \
    static const char *name##_choice(int index) {                                               \
        static const char *const words[] = { __VA_ARGS__ };                                     \
        return index >= 0 && index < (int)(sizeof words / sizeof *words) ? words[index] : NULL; \
    }
CHOICE(task, "auto", "classification", "regression")
CHOICE(scale, "auto", "robust", "standard", "none")
CHOICE(separator, "auto", ",", ";", "tab", "|")
CHOICE(decimal, ".", ",")
CHOICE(header, "auto", "none", "first")
CHOICE(stage, "network", "plan", "training")
CHOICE(fit, "resize", "crop")
CHOICE(color, "auto", "grey", "color")
CHOICE(calibrate, "none", "temperature")
CHOICE(divergence, "stop", "retry")
CHOICE(covariance, "full", "diagonal", "tied")
CHOICE(linkage, "ward", "complete", "average", "single")
CHOICE(values, "auto", "plain", "double", "duelling", "both")
CHOICE(normalise, "auto", "none", "observations", "both")
CHOICE(solver, "auto", "exact", "randomised")
CHOICE(direction, "auto", "minimize", "maximize")
CHOICE(threshold, "none", "accuracy", "balanced_accuracy", "f1_macro", "mcc")

static const char *loss_choice(int index) {
    const mg_loss *row = index > 0 ? mg_loss_row(index - 1) : NULL;
    return index == 0 ? "auto" : row ? row->name : NULL;
}

static const char *init_choice(int index) { return index >= 0 && index < MG_INITS ? mg_init_name((mg_init)index) : NULL; }

static const char *optimizer_choice(int index) { return index == 0 ? "auto" : index > 0 ? mg_optimizer_name(index - 1) : NULL; }

static const char *metric_choice(int index) {
    const mg_metric *row = index > 0 ? mg_metric_row(index - 1) : NULL;
    return index == 0 ? "auto" : row ? row->name : NULL;
}

#define MODEL          "Model"
#define OPTIMISATION   "Optimisation"
#define REGULARISATION "Regularisation"
#define DATA           "Data"
#define CLUSTERING     "Clustering"
#define EMBEDDING      "Embedding"
#define PLAYING        "Playing"
#define GENERAL        "General"
#define CHOOSING       "Choosing"
#define EVERY_COMMAND  "train evaluate predict show graph inspect report watch doctor cross-validate curve tune cluster embed play"

#define AT(field) .offset = offsetof(mg_settings, field)
#define AUTO      .flags = MG_OPTION_MAY_BE_AUTO

#define READERS  "train evaluate predict inspect doctor cross-validate curve tune cluster embed"
#define TRAINING "train doctor cross-validate curve tune" /* what shapes a training */

static const mg_option table[] = {
/* A file for each group, in the order of the help, which clang-format would sort; the words above are theirs. */
/* clang-format off */
#include "train/settings/data.inc"
#include "train/settings/model.inc"
#include "train/settings/optimisation.inc"
#include "train/settings/regularisation.inc"
#include "train/settings/choosing.inc"
#include "train/settings/embedding.inc"
#include "train/settings/clustering.inc"
#include "train/settings/playing.inc"
#include "train/settings/general.inc"
    /* clang-format on */
    { .name = NULL },
};

const mg_option *mg_settings_table(void) { return table; }

bool mg_setting_of_training(const mg_option *option) {
    return option->offset < sizeof(mg_train_options) && mg_option_known_to(option, "train");
}

mg_settings mg_settings_defaults(void) {
    mg_settings settings;
    memset(&settings, 0, sizeof settings);
    mg_options_reset(table, &settings);
    return settings;
}

mg_train_options mg_train_defaults(void) { return mg_settings_defaults().train; }
