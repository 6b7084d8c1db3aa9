/* Networks with a name: each is built to tell its size. */
#include "cli/topics_models.h"

#include "cli/cli.h"

#include <micrograd/nn.h>

#include <inttypes.h>

#define LAYERS 256

typedef struct network_size {
    int64_t parameters, multiply_adds;
} network_size;

static void add_up(const mg_layer_info *layers, int count, network_size *size) {
    for (int i = 0; i < count && i < LAYERS; i++) {
        size->parameters += layers[i].parameters;
        size->multiply_adds += layers[i].multiply_adds;
    }
}

/* Of the preset on one image; false where there is no memory. */
static bool measure(mg_context *context, const mg_preset *preset, network_size *size) {
    mg_layer_info layers[LAYERS];
    int count = 0;
    mg_graph *graph = mg_graph_create(context, MG_STAGED);
    mg_parameters *parameters = mg_parameters_create(context, MG_F32);
    mg_network *network = mg_network_parse(context, preset->text);
    bool good = graph && parameters && network;
    if (good) {
        mg_network_options options = mg_network_defaults();
        options.outputs = preset->outputs;
        options.layers = layers;
        options.layer_capacity = LAYERS;
        options.layer_count = &count;
        const int64_t shape[4] = { 1, preset->image[0], preset->image[1], preset->image[2] };
        good = !mg_is_poison(mg_network_build(network, mg_input(graph, "x", MG_F32, 4, shape), parameters, &options));
    }
    add_up(layers, good ? count : 0, size);
    mg_network_destroy(network);
    mg_parameters_destroy(parameters);
    mg_graph_destroy(graph);
    return good;
}

static void print_table(FILE *stream, mg_context *context) {
    char parameters[32], work[32];
    cli_grid grid = cli_grid_begin("llrrr");
    cli_grid_add(&grid, "model");
    cli_grid_add(&grid, "images");
    cli_grid_add(&grid, "classes");
    cli_grid_add(&grid, "parameters");
    cli_grid_add(&grid, "multiply-adds a row");
    const mg_preset *preset;
    for (int i = 0; (preset = mg_preset_row(i)) != NULL; i++) {
        network_size size = { 0 };
        if (!measure(context, preset, &size)) continue;
        cli_grid_add(&grid, "@%s", preset->name);
        cli_grid_add(&grid, "%" PRId64 "x%" PRId64 "x%" PRId64, preset->image[0], preset->image[1], preset->image[2]);
        cli_grid_add(&grid, "%" PRId64, preset->outputs);
        cli_grid_add(&grid, "%s", cli_count(size.parameters, parameters));
        cli_grid_add(&grid, "%s", cli_count(size.multiply_adds, work));
    }
    cli_grid_print(&grid, stream, 2, true);
}

void cli_topic_models(FILE *stream) {
    fputs(
        "Networks with a name, for images: --model @lenet5. A name stands for its layers, so more may stand before and behind it;\n"
        "images of other sizes and other numbers of classes work too. Sizes with the output layer:\n\n",
        stream);
    mg_context_options options = mg_context_defaults();
    options.threads = 1;
    mg_context *context = mg_context_create(&options);
    if (context) print_table(stream, context);
    mg_context_destroy(context);
    const mg_preset *preset;
    for (int i = 0; (preset = mg_preset_row(i)) != NULL; i++) {
        fprintf(stream, "\n  %s@%s%s  %s\n    ", cli_style_text(stream, CLI_BOLD), preset->name,
                cli_style_text(stream, CLI_PLAIN), preset->doc);
        cli_wrap(stream, preset->text, 4, 4, cli_text_width());
    }
}
