/* Models: making, and looking at them. */
#include "train/model.h"

#include <stdio.h>
#include <string.h>

mg_model *mg__model_new(mg_context *context) {
    mg_model *model = mg__alloc_zero(context, sizeof *model);
    if (model) model->context = context;
    return model;
}

void mg_model_destroy(mg_model *model) {
    if (!model) return;
    mg_context *context = model->context;
    mg__runner_close(&model->inference);
    mg_network_destroy(model->network);
    mg_encoder_destroy(model->encoder);
    mg_parameters_destroy(model->parameters);
    for (size_t i = 0; i < model->warnings.count; i++) mg__free(context, model->warnings.text[i]);
    mg__free(context, model->warnings.text);
    mg__free(context, model->batch);
    mg__free(context, model->target);
    mg__free(context, model);
}

/* --- making ------------------------------------------------------------------------------------------ */

static mg_task task_named(const char *name) {
    return !strcmp(name, "classification") ? MG_TASK_CLASSIFICATION
           : !strcmp(name, "regression")   ? MG_TASK_REGRESSION
                                           : MG_TASK_AUTO;
}

static mg_status check_options(mg_context *context, const mg_train_options *options) {
    char message[MG_OPTION_MESSAGE_BYTES];
    static const char *const read[] = { "task", "dropout" };
    for (int i = 0; i < 2; i++) {
        if (mg_option_check(mg_option_find(mg_settings_table(), NULL, read[i]), options, message) != MG_OK) {
            return mg__fail(context, MG_SETTING, "%s", message);
        }
    }
    if (!options->model || options->dropout == MG_AUTO) return MG_OK;
    return mg__fail(
        context, MG_SETTING,
        "dropout: it shapes the network that follows from the data, but a model text was given; write dropout(%g) into that text",
        options->dropout);
}

static mg_status choose(mg_model *model, const mg_dataset *dataset, const mg_train_options *options) {
    mg_target target;
    mg_status status = check_options(model->context, options);
    if (status == MG_OK) status = mg_dataset_target(model->context, dataset, options->target, task_named(options->task), &target);
    if (status != MG_OK) return status;
    char text[256];
    if (!options->model) mg__choose_network(dataset, options->dropout, text, sizeof text);
    model->network = mg_network_parse(model->context, options->model ? options->model : text);
    model->target = mg__strdup(model->context, mg_dataset_column_name(dataset, target.column));
    model->task = target.task;
    snprintf(model->reason, sizeof model->reason, "%s", target.reason);
    return model->network && model->target ? MG_OK : mg_context_status(model->context);
}

mg_model *mg_model_create_with(mg_context *context, const mg_dataset *dataset, const mg_train_options *options) {
    if (!context || !dataset) return NULL;
    mg_train_options defaults = mg_train_defaults();
    mg_model *model = mg__model_new(context);
    if (!model || choose(model, dataset, options ? options : &defaults) == MG_OK) return model;
    mg_model_destroy(model);
    return NULL;
}

mg_model *mg_model_create(mg_context *context, const mg_dataset *dataset, const char *text) {
    mg_train_options options = mg_train_defaults();
    options.model = text;
    return mg_model_create_with(context, dataset, &options);
}

/* --- warnings ---------------------------------------------------------------------------------------- */

void mg__model_warn(mg_model *model, const char *format, ...) {
    char text[MG__MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    mg__sentences *warnings = &model->warnings;
    char *copy = mg__strdup(model->context, text);
    if (copy && mg__grow(model->context, &warnings->text, &warnings->capacity, warnings->count + 1, sizeof *warnings->text)) {
        warnings->text[warnings->count++] = copy;
    } else {
        mg__free(model->context, copy);
    }
}

void mg__model_publish_warnings(mg_model *model) {
    model->result.warnings = (const char *const *)model->warnings.text;
    model->result.warning_count = (int)model->warnings.count;
}

/* --- looking ----------------------------------------------------------------------------------------- */

bool mg__model_is_trained(const mg_model *model) {
    if (model->parameters) return true;
    mg__fail(model->context, MG_INVALID, "the model has no weights yet: train it first");
    return false;
}

mg_task mg_model_task(const mg_model *model) { return model->task; }
const char *mg_model_target(const mg_model *model) { return model->target; }
const char *mg_model_reason(const mg_model *model) { return model->reason; }
const char *mg_model_text(const mg_model *model) { return mg_network_text(model->network); }
const char *mg_model_loss(const mg_model *model) { return model->loss ? model->loss->name : NULL; }
const mg_encoder *mg_model_encoder(const mg_model *model) { return model->encoder; }
mg_parameters *mg_model_parameters(mg_model *model) { return model->parameters; }
const mg_train_options *mg_model_trained_with(const mg_model *model) { return model->parameters ? &model->options : NULL; }
const mg_result *mg_model_result(const mg_model *model) { return model->parameters ? &model->result : NULL; }
const char *mg_model_version(const mg_model *model) { return model->parameters ? model->version : NULL; }

int64_t mg_model_outputs(const mg_model *model) {
    return model->task == MG_TASK_CLASSIFICATION && model->encoder ? mg_encoder_classes(model->encoder) : 1;
}
