/* micrograd show: what a model holds. */
#include "cli/commands.h"
#include "cli/open.h"
#include "cli/score.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_SHOWN 30

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
    return memory->workspace + memory->parameters + memory->inputs + memory->outputs + memory->program;
}

/* --- for people -------------------------------------------------------------------------------------- */

static void heading(const char *text) {
    printf("\n%s%s%s\n", cli_style_text(stdout, CLI_BOLD), text, cli_style_text(stdout, CLI_PLAIN));
}

/* "n x 8 x 8 x 1": the batch is written n. */
static void shape_text(const mg_layer_info *layer, char *out, size_t size) {
    int used = snprintf(out, size, "n");
    for (int i = 1; i < layer->rank && used < (int)size; i++) {
        used += snprintf(out + used, size - (size_t)used, " x %" PRId64, layer->shape[i]);
    }
}

static void print_layers(const model_view *view) {
    char shape[128], parameters[32], work[32];
    heading("Layers");
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
    const size_t parts[] = { memory->parameters, memory->workspace, memory->inputs + memory->outputs, memory->program,
                             total_bytes(memory) };
    char text[32];
    cli_grid_add(grid, "%s", what);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) cli_grid_add(grid, "%s", cli_bytes((double)parts[i], text));
}

static void print_memory(const model_view *view) {
    static const char *const header[] = { "", "parameters", "workspace", "inputs, outputs", "program", "total" };
    heading("Memory");
    cli_grid grid = cli_grid_begin("lrrrrr");
    for (int i = 0; i < 6; i++) cli_grid_add(&grid, "%s", header[i]);
    add_memory(&grid, "inference (batch 256)", &view->inference);
    add_memory(&grid, "training", &view->training);
    cli_grid_print(&grid, stdout, 2, true);
}

/* Days since 1970 as a date: 19730 -> 2024-01-08 (Howard Hinnant's algorithm). */
static const char *day_text(double days, char *out, size_t size) {
    int64_t z = (int64_t)(days < 0 ? days - 1 : days) + 719468, era = (z >= 0 ? z : z - 146096) / 146097, day = z - era * 146097;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int64_t day_of_year = day - (365 * year + year / 4 - year / 100), month = (5 * day_of_year + 2) / 153;
    int written = snprintf(out, size, "%04" PRId64 "-%02" PRId64 "-%02" PRId64, year + era * 400 + (month >= 10),
                           month < 10 ? month + 3 : month - 9, day_of_year - (153 * month + 2) / 5 + 1);
    if (written < 0 || (size_t)written >= size) *out = '\0';
    return out;
}

/* index: as of mg_encoder_scaling */
static void add_scaling(cli_grid *grid, const mg_encoder *encoder, int64_t index, mg_kind kind) {
    double centre, spread;
    char text[80];
    mg_encoder_scaling(encoder, index, &centre, &spread);
    if (kind == MG_KIND_BOOLEAN || kind == MG_KIND_CATEGORY) {
        cli_grid_add(grid, "%s", "");
        cli_grid_add(grid, "%s", "");
    } else if (kind == MG_KIND_DATE) {
        cli_grid_add(grid, "%s", day_text(centre, text, sizeof text));
        cli_grid_add(grid, "%.6g days", spread);
    } else {
        cli_grid_add(grid, "%.6g", centre);
        cli_grid_add(grid, "%.6g", spread);
    }
}

static void add_column(cli_grid *grid, const mg_encoder *encoder, int64_t index) {
    mg_kind kind = mg_encoder_column_kind(encoder, index);
    cli_grid_add(grid, "%s", mg_encoder_column(encoder, index));
    cli_grid_add(grid, "%s", mg_kind_name(kind));
    cli_grid_add(grid, "%s", mg_encoder_column_text(encoder, index));
    add_scaling(grid, encoder, index, kind);
}

static void add_channel(cli_grid *grid, const mg_encoder *encoder, int64_t index) {
    cli_grid_add(grid, "channel %" PRId64, index);
    cli_grid_add(grid, "pixels");
    cli_grid_add(grid, "%s scale", mg_encoder_scale(encoder) == MG_SCALE_NONE ? "no" : "standard");
    add_scaling(grid, encoder, index, MG_KIND_NUMBER);
}

static void add_target(cli_grid *grid, const model_view *view) {
    const mg_encoder *encoder = mg_model_encoder(view->model);
    cli_grid_add(grid, "%s", mg_model_target(view->model));
    cli_grid_add(grid, "target");
    cli_grid_add(grid, "%s", mg_encoder_target_is_log(encoder) ? "standard scale of its logarithm" : "standard scale");
    add_scaling(grid, encoder, -1, MG_KIND_NUMBER);
}

static const char *scale_name(const mg_encoder *encoder) {
    mg_scale scale = mg_encoder_scale(encoder);
    return scale == MG_SCALE_NONE ? "none" : scale == MG_SCALE_ROBUST ? "robust" : "standard";
}

static void print_left_out(const mg_encoder *encoder) {
    int64_t count = mg_encoder_left_out(encoder);
    for (int64_t i = 0; i < count && i < COLUMNS_SHOWN; i++) {
        const char *reason, *name = mg_encoder_left_out_column(encoder, i, &reason);
        printf("%s%s (%s)", i == 0 ? "  left out: " : ", ", name, reason);
    }
    if (count > 0) puts(count > COLUMNS_SHOWN ? " ..." : "");
}

static void print_inputs(const model_view *view) {
    const mg_encoder *encoder = mg_model_encoder(view->model);
    int64_t shape[3], columns = mg_encoder_columns(encoder), shown = columns < COLUMNS_SHOWN ? columns : COLUMNS_SHOWN;
    heading(mg_encoder_scale(encoder) == MG_SCALE_NONE     ? "Inputs (numbers not scaled)"
            : mg_encoder_scale(encoder) == MG_SCALE_ROBUST ? "Inputs: numbers x -> 2 asinh(z/2), z = (x - centre) / spread"
                                                           : "Inputs: numbers x -> (x - centre) / spread");
    cli_grid grid = cli_grid_begin("lllrr");
    cli_grid_add(&grid, "column");
    cli_grid_add(&grid, "kind");
    cli_grid_add(&grid, "encoding");
    cli_grid_add(&grid, "centre");
    cli_grid_add(&grid, "spread");
    if (mg_encoder_shape(encoder, shape) == 3) {
        for (int64_t c = 0; c < shape[2]; c++) add_channel(&grid, encoder, c);
    } else {
        for (int64_t i = 0; i < shown; i++) add_column(&grid, encoder, i);
    }
    if (mg_model_task(view->model) == MG_TASK_REGRESSION) add_target(&grid, view);
    cli_grid_print(&grid, stdout, 2, true);
    if (shown < columns) printf("  ... and %" PRId64 " more columns\n", columns - shown);
    print_left_out(encoder);
}

/* The settings that differ from their defaults, as they would be written. */
static void print_settings(const mg_train_options *used) {
    const mg_settings defaults = mg_settings_defaults();
    bool any = false;
    for (const mg_option *row = mg_settings_table(); row->name; row++) {
        char value[1024], usual[1024];
        if (!mg_setting_of_training(row)) continue;
        mg_option_get(row, used, value, sizeof value);
        mg_option_get(row, &defaults.train, usual, sizeof usual);
        if (strcmp(value, usual) == 0) continue;
        if (!any) printf("  settings: ");
        if (row->type == MG_OPTION_FLAG)
            printf("%s--%s", any ? " " : "", row->name);
        else
            printf(strchr(value, ' ') ? "%s--%s '%s'" : "%s--%s %s", any ? " " : "", row->name, value);
        any = true;
    }
    puts(any ? "" : "  settings: all defaults");
}

static void print_training(const model_view *view) {
    const mg_result *result = mg_model_result(view->model);
    bool classes = mg_model_task(view->model) == MG_TASK_CLASSIFICATION;
    const cli_part parts[] = { { "train", &result->train, NULL },
                               { "validation", &result->validation, NULL },
                               { "test", &result->test, &result->intervals },
                               { "linear model", &result->linear, NULL },
                               { classes ? "majority class" : "mean", &result->baseline, NULL } };
    heading("Training");
    print_settings(mg_model_trained_with(view->model));
    printf("  best epoch %" PRId64 " of %" PRId64 ", stopped: %s, by micrograd %s\n", result->best_epoch, result->epochs,
           mg_stop_name(result->stopped), mg_model_version(view->model));
    cli_print_scores(stdout, mg_model_task(view->model), parts, 5);
}

static void print_classes(const mg_encoder *encoder) {
    int64_t classes = mg_encoder_classes(encoder);
    printf("%-9s %" PRId64, "classes", classes);
    for (int64_t i = 0; i < classes && i < COLUMNS_SHOWN; i++) printf("%s%s", i == 0 ? ": " : ", ", mg_encoder_class(encoder, i));
    puts(classes > COLUMNS_SHOWN ? " ..." : "");
}

static void print_text(const model_view *view) {
    const char *text = mg_model_text(view->model);
    printf("%-9s %s\n", "model", view->arguments->operands[0]);
    printf("%-9s %s of %s\n", "task", mg_task_name(mg_model_task(view->model)), mg_model_target(view->model));
    if (mg_model_task(view->model) == MG_TASK_CLASSIFICATION) print_classes(mg_model_encoder(view->model));
    printf("%-9s %s\n", "network", text && *text ? text : "no hidden layer");
    print_layers(view);
    print_memory(view);
    print_inputs(view);
    print_training(view);
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

static void json_scaling(cli_json *json, const mg_encoder *encoder, int64_t index) {
    double centre, spread;
    mg_encoder_scaling(encoder, index, &centre, &spread);
    cli_json_number(json, "centre", centre);
    cli_json_number(json, "spread", spread);
}

static void json_column(cli_json *json, const mg_encoder *encoder, int64_t index) {
    mg_kind kind = mg_encoder_column_kind(encoder, index);
    cli_json_object(json, NULL);
    cli_json_string(json, "name", mg_encoder_column(encoder, index));
    cli_json_string(json, "kind", mg_kind_name(kind));
    cli_json_string(json, "encoding", mg_encoder_column_text(encoder, index));
    if (kind == MG_KIND_NUMBER || kind == MG_KIND_DATE)
        json_scaling(json, encoder, index);
    else
        cli_json_integer(json, "categories", mg_encoder_column_categories(encoder, index));
    cli_json_end(json);
}

static void json_inputs(cli_json *json, const mg_encoder *encoder) {
    int64_t shape[3];
    cli_json_array(json, "inputs");
    if (mg_encoder_shape(encoder, shape) == 3) {
        for (int64_t c = 0; c < shape[2]; c++) {
            cli_json_object(json, NULL);
            json_scaling(json, encoder, c);
            cli_json_end(json);
        }
    }
    for (int64_t i = 0; i < mg_encoder_columns(encoder); i++) json_column(json, encoder, i);
    cli_json_end(json);
    cli_json_array(json, "left_out");
    for (int64_t i = 0; i < mg_encoder_left_out(encoder); i++) {
        const char *reason;
        cli_json_object(json, NULL);
        cli_json_string(json, "name", mg_encoder_left_out_column(encoder, i, &reason));
        cli_json_string(json, "reason", reason);
        cli_json_end(json);
    }
    cli_json_end(json);
    if (mg_encoder_task(encoder) != MG_TASK_REGRESSION) return;
    cli_json_object(json, "target_scaling");
    cli_json_string(json, "of", mg_encoder_target_is_log(encoder) ? "logarithm" : "value");
    json_scaling(json, encoder, -1);
    cli_json_end(json);
}

static void json_training(cli_json *json, const model_view *view) {
    const mg_result *result = mg_model_result(view->model);
    const mg_train_options *used = mg_model_trained_with(view->model);
    mg_task task = mg_model_task(view->model);
    cli_json_object(json, "settings");
    for (const mg_option *row = mg_settings_table(); row->name; row++) {
        char value[1024];
        if (!mg_setting_of_training(row)) continue;
        mg_option_get(row, used, value, sizeof value);
        cli_json_string(json, row->name, value);
    }
    cli_json_end(json);
    cli_json_object(json, "metrics");
    cli_json_scores(json, "train", task, &result->train);
    cli_json_scores(json, "validation", task, &result->validation);
    cli_json_scores(json, "test", task, &result->test);
    cli_json_end(json);
    cli_json_integer(json, "epochs", result->epochs);
    cli_json_integer(json, "best_epoch", result->best_epoch);
    cli_json_string(json, "stopped", mg_stop_name(result->stopped));
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
    cli_json_string(&json, "network", mg_model_text(view->model));
    json_layers(&json, view);
    cli_json_integer(&json, "parameters", total_parameters(view));
    cli_json_integer(&json, "multiply_adds", total_multiply_adds(view));
    cli_json_object(&json, "memory");
    cli_json_integer(&json, "inference", (int64_t)total_bytes(&view->inference));
    cli_json_integer(&json, "training", (int64_t)total_bytes(&view->training));
    cli_json_end(&json);
    cli_json_string(&json, "scale", scale_name(encoder));
    json_inputs(&json, encoder);
    json_training(&json, view);
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
    mg_model *model = context ? cli_load_model(context, arguments->operands[0]) : NULL;
    model_view view = { .arguments = arguments, .context = context, .model = model };
    int code = model ? show(&view) : CLI_FAILED;
    mg_model_destroy(model);
    mg_context_destroy(context);
    return code;
}
