/* From a model's text to graphs and programs. */
#include "train/model.h"

#include <micrograd/ops.h>

#include <string.h>

mg_status mg__build_network(const mg_model *model, mg_parameters *parameters, mg__build *build) {
    int64_t shape[4] = { build->batch };
    int rank = 1 + mg_encoder_shape(model->encoder, shape + 1);
    mg_graph *graph = build->graph = mg_graph_create(model->context, MG_STAGED);
    if (!graph) return MG_OUT_OF_MEMORY;
    mg_network_options options = mg_network_defaults();
    options.training = build->training;
    options.outputs = mg__head_units(model);
    options.init = build->init;
    options.layers = build->layers;
    options.layer_capacity = build->layer_capacity;
    options.layer_count = &build->layer_count;
    build->input = mg_input(graph, "x", MG_F32, rank, shape);
    build->output = mg_name(mg_network_build(model->network, build->input, parameters, &options), "output");
    return mg_graph_status(graph);
}

bool mg__has_momentum(const mg_optimizer *optimizer) {
    return !strcmp(optimizer->name, "momentum") || !strcmp(optimizer->name, "nesterov") || !strcmp(optimizer->name, "rmsprop");
}

mg_status mg__build_optimizer(mg_context *context, const mg_train_options *options, mg_optimizer *optimizer) {
    *optimizer = mg_optimizer_defaults(options->optimizer);
    if (!optimizer->name) return mg__fail(context, MG_SETTING, "optimizer: '%s' is not known", options->optimizer);
    const char *name = optimizer->name;
    if (options->momentum != MG_AUTO && !mg__has_momentum(optimizer)) {
        return mg__fail(context, MG_SETTING,
                        "momentum: the optimizer '%s' has none; leave it out, or choose momentum, nesterov or rmsprop", name);
    }
    if (options->momentum != MG_AUTO) optimizer->momentum = options->momentum;
    if (options->learning_rate != MG_AUTO) optimizer->learning_rate = options->learning_rate;
    optimizer->clip_norm = options->clip_norm;
    optimizer->clip_value = options->clip_value;
    optimizer->guard = options->check_finite;
    return MG_OK;
}

/* mean loss + penalties, and the updates that lower it */
static mg_node *add_step(const mg_model *model, mg__build *build, mg_optimizer *optimizer) {
    const mg_train_options *options = &model->options;
    int64_t shape[2] = { build->batch, 1 };
    bool labels = mg__head_takes_labels(model);
    mg_node *target = mg_input(build->graph, "target", labels ? MG_I32 : MG_F32, labels ? 1 : 2, shape);
    mg_node *loss = model->loss->build(build->output, target, NULL);
    if (options->l1 > 0 || options->l2 > 0) {
        loss = mg_add(loss, mg_penalty(build->graph, model->parameters, options->l1, options->l2));
    }
    loss = mg_name(loss, "loss");
    mg_minimise(loss, model->parameters, optimizer);
    return loss;
}

mg_program *mg__build_step(const mg_model *model, int64_t batch) {
    mg_optimizer optimizer;
    if (mg__build_optimizer(model->context, &model->options, &optimizer) != MG_OK) return NULL;
    mg__build build = { .batch = batch, .training = true, .init = MG_INIT_auto };
    mg_program *program = NULL;
    if (mg__build_network(model, model->parameters, &build) == MG_OK) {
        mg_node *loss = add_step(model, &build, &optimizer);
        bool checked = model->options.check_finite;
        if (mg_graph_status(build.graph) == MG_OK) {
            program = checked ? mg_compile_checked(build.graph, MG_CPU, &loss, 1) : mg_compile(build.graph, MG_CPU, &loss, 1);
        }
    }
    mg_graph_destroy(build.graph);
    return program;
}

void mg__runner_close(mg__runner *runner) {
    mg_session_destroy(runner->session);
    mg_program_destroy(runner->program);
    *runner = (mg__runner){ 0 };
}

int mg_model_layers(mg_model *model, mg_layer_info *layers, int capacity) {
    if (!model || !mg__model_is_trained(model)) return -1;
    mg__build build = { .batch = 1, .init = MG_INIT_auto, .layers = layers, .layer_capacity = capacity };
    mg_status status = mg__build_network(model, model->parameters, &build);
    mg_graph_destroy(build.graph);
    return status == MG_OK ? build.layer_count : -1;
}

mg_status mg_model_write_dot(mg_model *model, mg_writer *writer, void *user) {
    if (!model || !mg__model_is_trained(model)) return MG_INVALID;
    mg__build build = { .batch = 1, .init = MG_INIT_auto };
    mg_status status = mg__build_network(model, model->parameters, &build);
    if (status == MG_OK) status = mg_graph_write_dot(&build.output, 1, writer, user);
    mg_graph_destroy(build.graph);
    return status;
}

mg_program *mg__build_inference(const mg_model *model) {
    mg__build build = { .batch = MG__INFERENCE_BATCH, .init = MG_INIT_auto };
    mg_status status = mg__build_network(model, model->parameters, &build);
    mg_program *program = status == MG_OK ? mg_compile(build.graph, MG_CPU, &build.output, 1) : NULL;
    mg_graph_destroy(build.graph);
    return program;
}

mg_status mg_model_memory(mg_model *model, bool training, mg_memory *memory) {
    if (!model || !mg__model_is_trained(model)) return MG_INVALID;
    mg_program *program = training ? mg__build_step(model, model->options.batch) : mg__build_inference(model);
    if (!program) return mg_context_status(model->context);
    *memory = mg_program_memory(program, mg_context_threads(model->context));
    mg_program_destroy(program);
    return MG_OK;
}
