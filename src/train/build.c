/* From a model's text to graphs and programs. */
#include "data/augment.h"
#include "optim/optimizer.h"
#include "train/model.h"

#include <micrograd/ops.h>

#include <string.h>

/* [n, width] -> [n, dense ...]: the codes of embedded columns become rows of their tables, beside all else. */
static mg_node *build_front(const mg_model *model, mg_node *x, mg_parameters *parameters) {
    enum { MOST = 256 };
    const mg_encoder *encoder = model->encoder;
    int64_t width = mg_encoder_features(encoder), embedded = mg_encoder_embeddings(encoder);
    mg_node *parts[MOST + 1];
    int count = 0;
    if (embedded == 0) return x;
    if (embedded > MOST)
        return mg_graph_fail(mg_node_graph(x), MG_INVALID, "%lld embedded columns; at most %d are possible", (long long)embedded,
                             MOST);
    if (width > embedded) parts[count++] = mg_slice(x, 1, 0, width - embedded, 1);
    for (int64_t i = 0; i < embedded; i++) {
        char name[32];
        size_t used = 0;
        int64_t rows, units, at = width - embedded + i, flat[1] = { -1 };
        mg_encoder_embedding(encoder, i, &rows, &units);
        mg__append(name, sizeof name, &used, "embedding%d", (int)i + 1);
        mg_node *code = mg_cast(mg_reshape(mg_slice(x, 1, at, at + 1, 1), 1, flat), MG_I32);
        parts[count++] = mg_embedding(code, parameters, name, rows, units);
    }
    return mg_concat(parts, count, 1);
}

mg_status mg__build_network(const mg_model *model, mg_parameters *parameters, mg__build *build) {
    int64_t shape[4] = { build->batch };
    int rank = 1 + mg_encoder_shape(model->encoder, shape + 1);
    mg_graph *graph = build->graph = mg_graph_create(model->context, MG_STAGED);
    if (!graph) return MG_OUT_OF_MEMORY;
    mg_network_options options = mg_network_defaults();
    options.training = build->training;
    options.fold = build->fold;
    options.outputs = mg__head_units(model);
    options.numbers = mg_encoder_numbers(model->encoder);
    options.init = build->init;
    options.layers = build->layers;
    options.nodes = build->nodes;
    options.layer_capacity = build->layer_capacity;
    options.layer_count = &build->layer_count;
    build->input = mg_input(graph, "x", MG_F32, rank, shape);
    mg_node *front = build_front(model, build->input, parameters);
    build->output = mg_name(mg_network_build(model->network, front, parameters, &options), "output");
    return mg_graph_status(graph);
}

bool mg__has_momentum(const mg_optimizer *optimizer) { return mg__optimizer_find(optimizer->name)->momentum; }

/* The text was understood when the options were taken. */
bool mg__mixes_rows(const mg_model *model) {
    mg__augment augment;
    return mg__augment_parse(model->context, model->options.augment, &augment) == MG_OK && mg__augment_mixes(&augment);
}

bool mg__has_weights(const mg_train_options *options) { return options->weight || options->class_weight; }

mg_status mg__build_optimizer(mg_context *context, const mg_train_options *options, mg_optimizer *optimizer) {
    *optimizer = mg_optimizer_defaults(options->optimizer);
    if (!optimizer->name) return mg__fail(context, MG_SETTING, "optimizer: '%s' is not known", options->optimizer);
    const char *name = optimizer->name;
    if (options->momentum != MG_AUTO && !mg__has_momentum(optimizer)) {
        return mg__fail(context, MG_SETTING,
                        "momentum: the optimizer '%s' has none; leave it out, or choose momentum, nesterov or rmsprop", name);
    }
    bool decays = mg__optimizer_find(name)->decay;
    if (options->weight_decay > 0 && !decays) {
        return mg__fail(
            context, MG_SETTING,
            "weight-decay: the optimizer '%s' has none; leave it out, or choose adamw; l2 is the penalty of the others", name);
    }
    if (decays && options->weight_decay != MG_AUTO) optimizer->weight_decay = options->weight_decay;
    if (options->momentum != MG_AUTO) optimizer->momentum = options->momentum;
    if (options->learning_rate != MG_AUTO) optimizer->learning_rate = options->learning_rate;
    optimizer->clip_norm = options->clip_norm;
    optimizer->clip_value = options->clip_value;
    optimizer->guard = options->check_finite;
    return MG_OK;
}

/* Weights of a batch's rows. The weighted mean of their losses, times the mean weight, is sum w l / n: so a row counts the same
 * whichever rows are beside it. A batch of weights 0 alone must not divide by their sum. */
static mg_node *build_weights(mg_graph *graph, const char *name, const int64_t *shape) {
    mg_node *weights = mg_input(graph, name, MG_F32, 1, shape);
    return mg_maximum(weights, mg_constant_like(weights, 1e-30));
}

/* The mean loss against one target of each row, as much as the row weighs in it. */
static mg_node *add_loss(const mg_model *model, mg__build *build, const char *target, const char *weight) {
    int64_t shape[2] = { build->batch, 1 };
    bool labels = mg__head_takes_labels(model);
    mg_loss_options with = mg_loss_defaults();
    mg_node *wanted = mg_input(build->graph, target, labels ? MG_I32 : MG_F32, labels ? 1 : 2, shape);
    if (weight) with.sample_weights = build_weights(build->graph, weight, shape);
    if (model->options.label_smoothing > 0) with.label_smoothing = model->options.label_smoothing;
    mg_node *loss = model->loss->build(build->output, wanted, &with);
    return weight ? mg_mul(loss, mg_mean_all(with.sample_weights)) : loss;
}

/* mean loss + penalties, and (with an optimiser) the updates that lower it */
static mg_node *add_step(const mg_model *model, mg_parameters *parameters, mg__build *build, mg_optimizer *optimizer,
                         bool weighted) {
    const mg_train_options *options = &model->options;
    bool mixed = mg__mixes_rows(model);
    mg_graph_push_scope(build->graph, "loss");
    mg_node *loss = add_loss(model, build, "target", weighted || mixed ? "weight" : NULL);
    if (mixed) loss = mg_add(loss, add_loss(model, build, "other target", "other weight"));
    if (options->l1 > 0 || options->l2 > 0) {
        loss = mg_add(loss, mg_penalty(build->graph, parameters, options->l1, options->l2));
    }
    loss = mg_name(loss, "loss");
    mg_graph_pop_scope(build->graph);
    if (optimizer) mg_minimise(loss, parameters, optimizer);
    return loss;
}

mg_node *mg__build_loss(const mg_model *model, mg_parameters *parameters, mg__build *build, bool weighted) {
    return add_step(model, parameters, build, NULL, weighted);
}

mg_program *mg__build_step(const mg_model *model, mg_parameters *parameters, int64_t batch, bool weighted) {
    mg_optimizer optimizer;
    if (mg__build_optimizer(model->context, &model->options, &optimizer) != MG_OK) return NULL;
    mg__build build = { .batch = batch, .training = true, .init = MG_INIT_auto };
    mg_program *program = NULL;
    if (mg__build_network(model, parameters, &build) == MG_OK) {
        mg_node *loss = add_step(model, parameters, &build, &optimizer, weighted);
        bool checked = model->options.check_finite;
        if (mg_graph_status(build.graph) == MG_OK) {
            program = checked ? mg_compile_checked(build.graph, MG_CPU, &loss, 1) : mg_compile(build.graph, MG_CPU, &loss, 1);
        }
    }
    mg_graph_destroy(build.graph);
    return program;
}

int mg_model_layers(mg_model *model, mg_layer_info *layers, int capacity) {
    if (!model || !mg__model_is_trained(model)) return -1;
    mg__build build = { .batch = 1, .init = MG_INIT_auto, .layers = layers, .layer_capacity = capacity };
    mg_status status = mg__build_network(model, model->member[0].parameters, &build);
    mg_graph_destroy(build.graph);
    return status == MG_OK ? build.layer_count : -1;
}

mg_status mg_model_write_dot(mg_model *model, mg_writer *writer, void *user) {
    if (!model || !mg__model_is_trained(model)) return MG_INVALID;
    mg__build build = { .batch = 1, .init = MG_INIT_auto };
    mg_status status = mg__build_network(model, model->member[0].parameters, &build);
    if (status == MG_OK) status = mg_graph_write_dot(&build.output, 1, writer, user);
    mg_graph_destroy(build.graph);
    return status;
}

mg_program *mg__build_inference(const mg_model *model, mg_parameters *parameters, int64_t batch) {
    mg__build build = { .batch = batch, .fold = true, .init = MG_INIT_auto };
    mg_status status = mg__build_network(model, parameters, &build);
    mg_program *program = status == MG_OK ? mg_compile(build.graph, MG_CPU, &build.output, 1) : NULL;
    mg_graph_destroy(build.graph);
    return program;
}

static mg_program *build_program(mg_model *model, bool training) {
    mg_parameters *parameters = model->member[0].parameters;
    return training ? mg__build_step(model, parameters, model->options.batch, mg__has_weights(&model->options))
                    : mg__build_inference(model, parameters, MG__INFERENCE_BATCH);
}

mg_status mg_model_write_plan_dot(mg_model *model, bool training, mg_writer *writer, void *user) {
    if (!model || !mg__model_is_trained(model)) return MG_INVALID;
    mg_program *program = build_program(model, training);
    mg_status status = program ? mg_program_write_dot(program, writer, user) : mg_context_status(model->context);
    mg_program_destroy(program);
    return status;
}

mg_status mg_model_memory(mg_model *model, bool training, mg_memory *memory) {
    if (!model || !mg__model_is_trained(model)) return MG_INVALID;
    mg_program *program = build_program(model, training);
    if (!program) return mg_context_status(model->context);
    *memory = mg_program_memory(program, mg_context_threads(model->context));
    size_t members =
        (size_t)model->members; /* each has a session of its own; the program they share, and predicting the scratch */
    if (training) memory->workspace *= members;
    memory->headers *= members;
    if (!training)
        memory->headers -=
            (members - 1) * mg__scratch_measure(mg_context_threads(model->context), (const mg_program *[]){ program }, 1).headers;
    memory->parameters *= members;
    mg_program_destroy(program);
    return MG_OK;
}
