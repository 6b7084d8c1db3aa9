/* micrograd show: what a model holds. */
#include "cli/show.h"
#include "cli/cluster_show.h"
#include "cli/commands.h"
#include "cli/open.h"

#include <inttypes.h>
#include <stdlib.h>

#define CLASSES_SHOWN 30

typedef struct model_view {
    const cli_arguments *arguments;
    mg_context *context;
    mg_model *model;
    mg_layer_info *layers;
    int layer_count;
    mg_memory inference, training;
} model_view;

static int64_t total_parameters(const model_view *view) {
    int64_t total = 0;
    for (int i = 0; i < view->layer_count; i++) total += view->layers[i].parameters;
    return total;
}

static int64_t total_multiply_adds(const model_view *view) {
    int64_t total = 0;
    for (int i = 0; i < view->layer_count; i++) total += view->layers[i].multiply_adds;
    return total;
}

static size_t total_bytes(const mg_memory *memory) {
    return memory->workspace + memory->parameters + memory->inputs + memory->outputs + memory->program + memory->headers;
}

void cli_show_heading(const char *text) {
    printf("\n%s%s%s\n", cli_style_text(stdout, CLI_BOLD), text, cli_style_text(stdout, CLI_PLAIN));
}

/* --- for people -------------------------------------------------------------------------------------- */

/* "n x 8 x 8 x 1": the batch is written n. */
static void shape_text(const mg_layer_info *layer, char *out, size_t size) {
    int used = snprintf(out, size, "n");
    for (int i = 1; i < layer->rank && used < (int)size; i++) {
        used += snprintf(out + used, size - (size_t)used, " x %" PRId64, layer->shape[i]);
    }
}

static void print_layers(const model_view *view) {
    char shape[128], parameters[32], work[32];
    cli_show_heading("Layers");
    cli_grid grid = cli_grid_begin("lllrr");
    cli_grid_add(&grid, "name");
    cli_grid_add(&grid, "layer");
    cli_grid_add(&grid, "output");
    cli_grid_add(&grid, "parameters");
    cli_grid_add(&grid, "multiply-adds a row");
    for (int i = 0; i < view->layer_count; i++) {
        const mg_layer_info *layer = &view->layers[i];
        shape_text(layer, shape, sizeof shape);
        cli_grid_add(&grid, "%s", layer->name);
        cli_grid_add(&grid, "%s", layer->text);
        cli_grid_add(&grid, "%s", shape);
        cli_grid_add(&grid, "%s", cli_count(layer->parameters, parameters));
        cli_grid_add(&grid, "%s", cli_count(layer->multiply_adds, work));
    }
    cli_grid_add(&grid, "total");
    cli_grid_add(&grid, "%s", "");
    cli_grid_add(&grid, "%s", "");
    cli_grid_add(&grid, "%s", cli_count(total_parameters(view), parameters));
    cli_grid_add(&grid, "%s", cli_count(total_multiply_adds(view), work));
    cli_grid_print(&grid, stdout, 2, true);
}

static void add_memory(cli_grid *grid, const char *what, const mg_memory *memory) {
    const size_t parts[] = { memory->parameters, memory->workspace, memory->inputs + memory->outputs,
                             memory->program + memory->headers, total_bytes(memory) };
    char text[32];
    cli_grid_add(grid, "%s", what);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) cli_grid_add(grid, "%s", cli_bytes((double)parts[i], text));
}

static void print_memory(const model_view *view) {
    static const char *const header[] = { "", "parameters", "workspace", "inputs, outputs", "program, headers", "total" };
    cli_show_heading("Memory");
    cli_grid grid = cli_grid_begin("lrrrrr");
    for (int i = 0; i < 6; i++) cli_grid_add(&grid, "%s", header[i]);
    add_memory(&grid, "inference (batch 256)", &view->inference);
    add_memory(&grid, "training", &view->training);
    cli_grid_print(&grid, stdout, 2, true);
}

/* "classes   3: setosa, versicolor, virginica" */
static void print_classes(const mg_encoder *encoder) {
    int64_t classes = mg_encoder_classes(encoder);
    char text[CLASSES_SHOWN * 260 + 64], name[256];
    size_t used = (size_t)snprintf(text, sizeof text, "%" PRId64, classes);
    for (int64_t i = 0; i < classes && i < CLASSES_SHOWN; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i == 0 ? ": " : ", ",
                                 cli_short(mg_encoder_class(encoder, i), 40, name));
    if (classes > CLASSES_SHOWN) snprintf(text + used, sizeof text - used, " ...");
    cli_disarm(text);
    printf("%-9s ", "classes");
    cli_wrap(stdout, text, 10, 10, cli_columns());
}

static void print_text(const model_view *view) {
    const char *text = mg_model_text(view->model);
    double threshold = mg_model_threshold(view->model);
    const mg_encoder *encoder = mg_model_encoder(view->model);
    printf("%-9s %s\n", "model", view->arguments->operands[0]);
    char name[256];
    printf("%-9s %s of %s\n", "task", mg_task_name(mg_model_task(view->model)),
           cli_short(mg_model_target(view->model), 60, name));
    if (mg_model_task(view->model) == MG_TASK_CLASSIFICATION) print_classes(encoder);
    if (threshold != 0.5)
        printf("%-9s '%s' is predicted from a probability of %.4g on\n", "threshold",
               cli_short(mg_encoder_class(encoder, 1), 40, name), threshold);
    if (mg_model_temperature(view->model) != 1)
        printf("%-9s probabilities have the temperature %.4g\n", "calibrated", mg_model_temperature(view->model));
    printf("%-9s ", "network");
    cli_wrap(stdout, text && *text ? text : "no hidden layer", 10, 10, cli_columns());
    if (mg_model_members(view->model) > 1)
        printf("%-9s %" PRId64 " such networks, whose answers are averaged\n", "members", mg_model_members(view->model));
    print_layers(view);
    print_memory(view);
    cli_show_inputs(view->model);
    cli_show_training(view->model);
}

/* --- for programs ------------------------------------------------------------------------------------ */

static void json_layers(cli_json *json, const model_view *view) {
    cli_json_array(json, "layers");
    for (int i = 0; i < view->layer_count; i++) {
        const mg_layer_info *layer = &view->layers[i];
        cli_json_object(json, NULL);
        cli_json_string(json, "name", layer->name);
        cli_json_string(json, "layer", layer->text);
        cli_json_array(json, "shape"); /* of one row */
        for (int d = 1; d < layer->rank; d++) cli_json_integer(json, NULL, layer->shape[d]);
        cli_json_end(json);
        cli_json_integer(json, "parameters", layer->parameters);
        cli_json_integer(json, "multiply_adds", layer->multiply_adds);
        cli_json_end(json);
    }
    cli_json_end(json);
}

/* Totals, and of what. */
static void json_memory(cli_json *json, const model_view *view) {
    cli_json_object(json, "memory");
    cli_json_unsigned(json, "inference", total_bytes(&view->inference));
    cli_json_unsigned(json, "training", total_bytes(&view->training));
    cli_json_unsigned(json, "inference_parameters", view->inference.parameters);
    cli_json_unsigned(json, "inference_workspace", view->inference.workspace);
    cli_json_unsigned(json, "training_parameters", view->training.parameters);
    cli_json_unsigned(json, "training_workspace", view->training.workspace);
    cli_json_end(json);
}

static void print_json(const model_view *view) {
    const mg_encoder *encoder = mg_model_encoder(view->model);
    cli_json json = cli_json_begin(stdout);
    cli_json_object(&json, NULL);
    cli_json_string(&json, "model", view->arguments->operands[0]);
    cli_json_string(&json, "version", mg_model_version(view->model));
    cli_json_string(&json, "task", mg_task_name(mg_model_task(view->model)));
    cli_json_string(&json, "target", mg_model_target(view->model));
    cli_json_array(&json, "classes");
    for (int64_t i = 0; i < mg_encoder_classes(encoder); i++) cli_json_string(&json, NULL, mg_encoder_class(encoder, i));
    cli_json_end(&json);
    if (mg_model_task(view->model) == MG_TASK_CLASSIFICATION) {
        cli_json_number(&json, "threshold", mg_model_threshold(view->model));
        cli_json_number(&json, "temperature", mg_model_temperature(view->model));
    }
    cli_json_string(&json, "network", mg_model_text(view->model));
    cli_json_integer(&json, "members", mg_model_members(view->model));
    json_layers(&json, view);
    cli_json_integer(&json, "parameters", total_parameters(view));
    cli_json_integer(&json, "multiply_adds", total_multiply_adds(view));
    json_memory(&json, view);
    cli_json_string(&json, "scale", cli_scale_name(encoder));
    cli_show_inputs_json(&json, encoder);
    cli_show_training_json(&json, view->model);
    cli_json_end(&json);
}

/* --- the command ------------------------------------------------------------------------------------- */

static int show(model_view *view) {
    view->layer_count = mg_model_layers(view->model, NULL, 0);
    if (view->layer_count >= 0) view->layers = calloc((size_t)view->layer_count + 1, sizeof *view->layers);
    if (!view->layers)
        return cli_fail(CLI_FAILED, "%s", view->layer_count < 0 ? mg_context_message(view->context) : "out of memory");

    int code = CLI_OK;
    if (mg_model_layers(view->model, view->layers, view->layer_count) < 0 ||
        mg_model_memory(view->model, false, &view->inference) != MG_OK ||
        mg_model_memory(view->model, true, &view->training) != MG_OK) {
        code = cli_fail(CLI_FAILED, "%s", mg_context_message(view->context));
    } else if (view->arguments->settings.json) {
        print_json(view);
    } else {
        print_text(view);
    }
    free(view->layers);
    return code;
}

int cli_show(const cli_arguments *arguments) {
    mg_context *context = cli_context(&arguments->settings);
    if (context && cli_holds(context, arguments->operands[0], "clustering")) {
        int done = cli_show_clustering(arguments, context);
        mg_context_destroy(context);
        return done;
    }
    mg_model *model = context ? cli_load_model(context, arguments->operands[0]) : NULL;
    model_view view = { .arguments = arguments, .context = context, .model = model };
    int code = model ? show(&view) : CLI_FAILED;
    mg_model_destroy(model);
    mg_context_destroy(context);
    return code;
}
