/* Models: making, and looking at them. */
#include "train/model.h"

#include "data/extent.h"

#include <stdio.h>
#include <string.h>

mg_model *mg__model_new(mg_context *context) {
    mg_model *model = mg__alloc_zero(context, sizeof *model);
    if (!model) return NULL;
    model->context = context;
    model->threshold = 0.5;
    model->temperature = 1;
    return model;
}

void mg__model_drop_members(mg_model *model) {
    for (int64_t i = 0; i < model->members; i++) {
        mg_session_destroy(model->member[i].inference);
        mg_parameters_destroy(model->member[i].parameters);
    }
    mg__free(model->context, model->member);
    mg__scratch_close(&model->scratch);
    mg_program_destroy(model->inference);
    mg__free(model->context, model->batch);
    model->member = NULL;
    model->members = 0;
    model->inference = NULL;
    model->batch = NULL;
}

void mg_model_destroy(mg_model *model) {
    if (!model) return;
    mg_context *context = model->context;
    mg__model_drop_members(model);
    mg__notes_free(context, &model->notes);
    mg__notes_free(context, &model->attempt);
    mg__history_free(context, &model->history);
    mg_network_destroy(model->network);
    mg_encoder_destroy(model->encoder);
    for (size_t i = 0; i < model->texts.count; i++) mg__free(context, model->texts.text[i]);
    mg__free(context, model->texts.text);
    mg__free(context, model->residuals);
    mg__free(context, model->class_rows);
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
    int64_t image[3];
    mg_status status = mg__extent_parse(context, "image", options->image, true, image);
    if (status != MG_OK || !options->model || options->dropout == MG_AUTO) return status;
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
    if (!options->model) mg__choose_network(dataset, target.task, options, text, sizeof text);
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

mg_status mg__model_keep_text(mg_model *model, const char **text) {
    mg__sentences *texts = &model->texts;
    if (!*text) return MG_OK;
    char *copy = mg__strdup(model->context, *text);
    if (!copy || !mg__grow(model->context, &texts->text, &texts->capacity, texts->count + 1, sizeof *texts->text)) {
        mg__free(model->context, copy);
        return MG_OUT_OF_MEMORY;
    }
    *text = texts->text[texts->count++] = copy;
    return MG_OK;
}

/* --- warnings ---------------------------------------------------------------------------------------- */

void mg__model_warn(mg_model *model, const char *format, ...) {
    char text[MG__MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    mg__sentences *warnings = &model->notes.warnings;
    char *copy = mg__strdup(model->context, text);
    if (copy && mg__grow(model->context, &warnings->text, &warnings->capacity, warnings->count + 1, sizeof *warnings->text)) {
        warnings->text[warnings->count++] = copy;
    } else {
        mg__free(model->context, copy);
    }
}

void mg__model_choose(mg_model *model, const char *setting, const char *reason, const char *format, ...) {
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    mg__choices *choices = &model->notes.choices;
    char *copies[] = { mg__strdup(model->context, setting), mg__strdup(model->context, text),
                       mg__strdup(model->context, reason) };
    if (copies[0] && copies[1] && copies[2] &&
        mg__grow(model->context, &choices->item, &choices->capacity, choices->count + 1, sizeof *choices->item)) {
        choices->item[choices->count++] = (mg_choice){ copies[0], copies[1], copies[2] };
        return;
    }
    for (int i = 0; i < 3; i++) mg__free(model->context, copies[i]);
}

void mg__model_publish(mg_model *model) {
    const mg__notes *notes = &model->notes;
    model->result.warnings = (const char *const *)notes->warnings.text;
    model->result.warning_count = (int)notes->warnings.count;
    model->result.choices = notes->choices.item;
    model->result.choice_count = (int)notes->choices.count;
    model->plan.warnings = model->result.warnings;
    model->plan.warning_count = model->result.warning_count;
    model->plan.choices = model->result.choices;
    model->plan.choice_count = model->result.choice_count;
}

void mg__notes_free(mg_context *context, mg__notes *notes) {
    for (size_t i = 0; i < notes->warnings.count; i++) mg__free(context, notes->warnings.text[i]);
    for (size_t i = 0; i < notes->choices.count; i++) {
        const mg_choice *choice = &notes->choices.item[i];
        mg__free(context, (void *)(uintptr_t)choice->setting); /* owned, but const to readers */
        mg__free(context, (void *)(uintptr_t)choice->value);
        mg__free(context, (void *)(uintptr_t)choice->reason);
    }
    mg__free(context, notes->warnings.text);
    mg__free(context, notes->choices.item);
    *notes = (mg__notes){ 0 };
}

/* --- looking ----------------------------------------------------------------------------------------- */

bool mg__model_is_trained(const mg_model *model) {
    if (model->members > 0) return true;
    mg__fail(model->context, MG_INVALID, "the model has no weights yet: train it first");
    return false;
}

mg_task mg_model_task(const mg_model *model) { return model->task; }
const char *mg_model_target(const mg_model *model) { return model->target; }
const char *mg_model_reason(const mg_model *model) { return model->reason; }
const char *mg_model_text(const mg_model *model) { return mg_network_text(model->network); }
const char *mg_model_loss(const mg_model *model) { return model->loss ? model->loss->name : NULL; }
const mg_encoder *mg_model_encoder(const mg_model *model) { return model->encoder; }
int64_t mg_model_members(const mg_model *model) { return model->members; }

mg_parameters *mg_model_parameters(mg_model *model, int64_t member) {
    return member >= 0 && member < model->members ? model->member[member].parameters : NULL;
}

double mg_model_threshold(const mg_model *model) { return model->threshold; }
double mg_model_temperature(const mg_model *model) { return model->temperature; }

int64_t mg_model_decide(const mg_model *model, const double *answer) {
    int64_t classes = model->encoder ? mg_encoder_classes(model->encoder) : 0, best = 0;
    if (classes == 2 && model->threshold != 0.5) return answer[1] >= model->threshold;
    for (int64_t c = 1; c < classes; c++) best = answer[c] > answer[best] ? c : best;
    return best;
}

const mg_train_options *mg_model_trained_with(const mg_model *model) { return model->members ? &model->options : NULL; }
const mg_result *mg_model_result(const mg_model *model) { return model->members ? &model->result : NULL; }
const mg_plan *mg_model_plan(const mg_model *model) { return model->plan.members ? &model->plan : NULL; }
const char *mg_model_version(const mg_model *model) { return model->members ? model->version : NULL; }

int64_t mg_model_outputs(const mg_model *model) {
    return model->task == MG_TASK_CLASSIFICATION && model->encoder ? mg_encoder_classes(model->encoder) : 1;
}
