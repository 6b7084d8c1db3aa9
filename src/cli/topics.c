/* Topics of help, each from the library's own table. */
#include "cli/topics.h"

#include "cli/topics_models.h"
#include "cli/topics_playing.h"
#include "cli/topics_schedules.h"
#include "cli/topics_text.h"

#include <micrograd/augment.h>
#include <micrograd/cluster.h>
#include <micrograd/embed.h>
#include <micrograd/optimizer.h>

#include <string.h>

#define LAYERS 64

static void print_layers(FILE *stream) {
    mg_layer_row rows[LAYERS];
    int count = mg_layers(rows, LAYERS);
    fputs("Layers that a model text can name; `micrograd help model` tells how they are put together.\n\n", stream);
    for (int i = 0; i < count && i < LAYERS; i++) {
        char arguments[200] = "";
        if (*rows[i].arguments) snprintf(arguments, sizeof arguments, "(%s)", rows[i].arguments);
        cli_topic_entry(stream, rows[i].name, arguments, rows[i].doc);
    }
}

static void print_model(FILE *stream) {
    fputs("A model text lists the hidden layers from input to output. The output layer, as wide as the target\n"
          "needs, is added by itself.\n"
          "\n"
          "  text  = item {\" \" item}\n"
          "  item  = [N \"*\"] (layer | \"[\" text \"]\" | \"@\" preset)\n"
          "  layer = name [\"(\" arg {\",\" arg} \")\"]\n"
          "  arg   = [key \"=\"] (number | word | text)\n"
          "\n"
          "  dense(64) relu dropout(0.1)                 one hidden layer of 64 units\n"
          "  3*[dense(64) relu]                          the same block three times\n"
          "  dense(64, init=he_normal) tanh              a setting of one layer\n"
          "  residual(dense(64) relu dense(64))          its input is added to its output\n"
          "  conv(32, 3, padding=same) relu maxpool(2)   of images: 32 kernels of 3 x 3, then half the size\n"
          "  @lenet5                                     a network with a name\n"
          "\n"
          "`micrograd help layers` lists the layers, `micrograd help models` the networks with a name.\n",
          stream);
}

static void print_augment_items(FILE *stream, bool images, bool tables) {
    mg_augment_row rows[LAYERS];
    int count = mg_augments(rows, LAYERS);
    for (int i = 0; i < count && i < LAYERS; i++) {
        char arguments[64], text[512];
        if (rows[i].images != images || rows[i].tables != tables) continue;
        snprintf(arguments, sizeof arguments, "(%s)", rows[i].argument);
        snprintf(text, sizeof text, "%s; %s", rows[i].doc, rows[i].wanted);
        cli_topic_entry(stream, rows[i].name, arguments, text);
    }
}

static void print_augment(FILE *stream) {
    const mg_augment_preset *preset;
    fputs("Training rows varied anew in each epoch: --augment \"shift(2) rotate(10) cutout(8)\". Without a value an\n"
          "item has its default; u is drawn evenly from -1 to 1. Validation and test rows stay as they are.\n"
          "`micrograd inspect FILE --augment TEXT --out sheet.png` shows images beside their variants.\n\nImages\n",
          stream);
    print_augment_items(stream, true, false);
    fputs("\nTables\n", stream);
    print_augment_items(stream, false, true);
    fputs("\nBoth\n", stream);
    print_augment_items(stream, true, true);
    fputs("\nPresets\n", stream);
    for (int i = 0; (preset = mg_augment_preset_row(i)) != NULL; i++) {
        char name[40], text[512];
        snprintf(name, sizeof name, "@%s", preset->name);
        snprintf(text, sizeof text, "%s: %s", preset->text, preset->doc);
        cli_topic_entry(stream, name, "", text);
    }
}

static void print_optimizers(FILE *stream) {
    const char *name;
    fputs("Words of --optimizer.\n\n", stream);
    for (int i = 0; (name = mg_optimizer_name(i)) != NULL; i++) {
        char text[1024], rate[32];
        snprintf(text, sizeof text, "%s. Learning rate %s unless --lr says otherwise.", mg_optimizer_doc(i),
                 cli_double_text(mg_optimizer_default_learning_rate(name), rate));
        cli_topic_entry(stream, name, "", text);
    }
}

static void print_losses(FILE *stream) {
    const mg_loss *loss;
    fputs("Words of --loss.\n\n", stream);
    for (int i = 0; (loss = mg_loss_row(i)) != NULL; i++) {
        cli_topic_entry(stream, loss->name, loss->classification ? " (classes)" : "", loss->doc);
    }
}

static void print_initializers(FILE *stream) {
    fputs("Words of --init, and of init= in a layer.\n\n", stream);
    for (int i = 0; i < MG_INITS; i++) cli_topic_entry(stream, mg_init_name((mg_init)i), "", mg_init_text((mg_init)i));
}

static void print_metrics(FILE *stream) {
    const mg_metric *metric;
    fputs("How models are scored, and words of --metric. The first of a task chooses the best epoch.\n\n", stream);
    for (int i = 0; (metric = mg_metric_row(i)) != NULL; i++) {
        char text[512];
        snprintf(text, sizeof text, "%s; %s is better (%s)", metric->doc, metric->more_is_better ? "more" : "less",
                 mg_task_name(metric->task));
        cli_topic_entry(stream, metric->name, "", text);
    }
}

static void print_clustering(FILE *stream) {
    const char *name;
    fputs("How groups are found: words of --method of `micrograd cluster`.\n\n", stream);
    for (int i = 0; (name = mg_cluster_method_name(i)) != NULL; i++) cli_topic_entry(stream, name, "", mg_cluster_method_doc(i));
}

static void print_embedding(FILE *stream) {
    const char *name;
    fputs("How rows become places: words of --method of `micrograd embed`.\n\n", stream);
    for (int i = 0; (name = mg_embed_method_name(i)) != NULL; i++) cli_topic_entry(stream, name, "", mg_embed_method_doc(i));
}

static void print_stops(FILE *stream) {
    fputs("Why a training ended: `stopped` in its result.\n\n", stream);
#define ENTRY(id, name, doc) cli_topic_entry(stream, name, "", doc);
    MG_STOP_TABLE(ENTRY)
#undef ENTRY
}

static void print_codes(FILE *stream) {
    fputs("What a command returns to its caller.\n\n", stream);
    cli_topic_entry(stream, "0", "", "all is done");
    cli_topic_entry(stream, "1", "", "data, files or the run failed");
    cli_topic_entry(stream, "2", "", "the command line is wrong: an option, a setting or a model text");
    cli_topic_entry(stream, "130", "", "ended by Ctrl-C; what was learned so far is saved");
    cli_topic_entry(stream, "143", "", "ended by SIGTERM; likewise");
}

/* Every setting, a line each. */
static void print_settings(FILE *stream) {
    fputs("Every setting; `micrograd help NAME` explains one, `micrograd help COMMAND` those of a command.\n\n", stream);
    cli_grid grid = cli_grid_begin("lll");
    cli_grid_add(&grid, "setting");
    cli_grid_add(&grid, "default");
    cli_grid_add(&grid, "of");
    for (const mg_option *row = mg_settings_table(); row->name; row++) {
        cli_grid_add(&grid, "--%s%s%s", row->name, row->argument ? " " : "", row->argument ? row->argument : "");
        cli_grid_add(&grid, "%s", row->initial ? row->initial : "");
        cli_grid_add(&grid, "%s", row->commands);
    }
    cli_grid_print(&grid, stream, 2, true);
}

static const cli_topic topics[] = {
    { "data", "what files are read", cli_topic_data },
    { "kinds", "what a column can mean: words of --types", cli_topic_kinds },
    { "encoding", "what becomes of columns, missing cells, categories, dates", cli_topic_encoding },
    { "splits", "training, validation and test rows: words of --split", cli_topic_splits },
    { "metrics", "how models are scored: words of --metric", print_metrics },
    { "intervals", "how sure scores and predictions are", cli_topic_intervals },
    { "weights", "rare classes, rows that count more, thresholds", cli_topic_weights },
    { "model", "how a network is written", print_model },
    { "layers", "what a model text can name", print_layers },
    { "models", "networks with a name, for images: --model @resnet20", cli_topic_models },
    { "losses", "words of --loss", print_losses },
    { "optimizers", "words of --optimizer", print_optimizers },
    { "schedules", "words of --schedule", cli_topic_schedules },
    { "initializers", "words of --init", print_initializers },
    { "augment", "how training rows are varied: words of --augment", print_augment },
    { "clustering", "how groups are found: words of --method", print_clustering },
    { "embedding", "how rows become places in a picture", print_embedding },
    { "environments", "worlds to act in, of `micrograd play`", cli_topic_environments },
    { "algorithms", "how agents learn: words of --algorithm", cli_topic_algorithms },
    { "stops", "why a training ends", print_stops },
    { "speed", "time and memory", cli_topic_speed },
    { "settings", "every setting of every command", print_settings },
    { "config", "a file of settings", cli_topic_config },
    { "codes", "what a command returns to its caller", print_codes },
};

const cli_topic *cli_topic_row(int index) {
    return index >= 0 && index < (int)(sizeof topics / sizeof *topics) ? &topics[index] : NULL;
}

const cli_topic *cli_topic_find(const char *name) {
    const cli_topic *row;
    for (int i = 0; (row = cli_topic_row(i)) != NULL; i++) {
        if (strcmp(row->name, name) == 0) return row;
    }
    return NULL;
}

void cli_option_text(const mg_option *option, char *out, size_t size) {
    char wanted[512] = "";
    int used = snprintf(out, size, "%s", option->help);
    bool text = option->type == MG_OPTION_TEXT || option->type == MG_OPTION_TEXTS;
    if (option->type == MG_OPTION_FLAG || text) return;
    mg_option_wanted(option, wanted, sizeof wanted);
    if (used < (int)size) snprintf(out + used, size - (size_t)used, " Default %s; %s.", option->initial, wanted);
}
