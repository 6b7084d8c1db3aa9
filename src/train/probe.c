#include "train/probe.h"

#include "graph/graph.h"

#include <micrograd/gradient.h>
#include <micrograd/ops.h>

#include <string.h>

/* The layers of a network as they were built, while the program is made. */
typedef struct plan {
    mg_parameters *parameters;
    mg__build build;
    mg_node *loss;
    mg_node **gradients; /* of the store's entries */
    mg_node **outputs;
} plan;

/* --- which layers ------------------------------------------------------------------------------------ */

/* -1: it has no weights. */
static int weights_of(const plan *p, int layer) {
    char name[sizeof p->build.layers->name + 8];
    size_t used = 0;
    mg__append(name, sizeof name, &used, "%s.weight", p->build.layers[layer].name);
    return mg_parameters_find(p->parameters, name);
}

/* The activation that a layer's output goes into, through what has no weights; -1: none. */
static int activation_of(const plan *p, int layer) {
    const mg_node *at = p->build.nodes[layer].output;
    for (int i = layer + 1; i < p->build.layer_count; i++) {
        const mg_layer_nodes *next = &p->build.nodes[i];
        if (next->input != at) continue;
        if (weights_of(p, i) >= 0) return -1;
        if (next->steepest > 0) return i;
        at = next->output;
    }
    return -1;
}

/* --- what is measured of one ------------------------------------------------------------------------- */

static mg_node *flat(mg_node *x) { return mg_reshape(x, 1, (int64_t[]){ -1 }); }
static mg_node *as_one(mg_node *x) { return mg_reshape(x, 1, (int64_t[]){ 1 }); }

static int64_t units_of(const mg_node *x) { return mg_node_shape(x)[mg_node_rank(x) - 1]; }

/* [units]: the mean over all axes but the last. */
static mg_node *mean_by_unit(mg_node *x) {
    return mg_mean(mg_reshape(x, 2, (int64_t[]){ -1, units_of(x) }), (int[]){ 0 }, 1, false);
}

static int64_t common_divisor(int64_t a, int64_t b) { return b ? common_divisor(b, a % b) : a; }

/* Every so manieth value, so that all units and all rows have their share. */
static mg_node *sample(mg_node *y) {
    mg_node *all = flat(y);
    int64_t count = mg_node_shape(all)[0], step = (count + MG__PROBE_SAMPLED - 1) / MG__PROBE_SAMPLED;
    while (common_divisor(step, units_of(y)) > 1) step++;
    return mg_slice(all, 0, 0, count, step);
}

/* sqrt(n sum dz^2) for dz of the mean over n rows; divided by the largest first, lest squares leave the range of f32. */
static mg_node *signal(mg_node *dz) {
    mg_node *scale = mg_maximum(mg_max(flat(mg_abs(dz)), 0, false), mg_constant_like(dz, 1e-37));
    mg_node *squares = mg_sum_all(mg_square(mg_div(dz, scale)));
    return mg_mul(scale, mg_sqrt(mg_mul_scalar(squares, (double)mg_node_shape(dz)[0])));
}

static mg_node *slope_of(const mg_layer_nodes *activation) {
    mg_node *x = activation->input, *slope = NULL;
    return mg_vjp(activation->output, NULL, &x, 1, &slope) == MG_OK ? mg_abs(slope) : mg_graph_poison(mg_node_graph(x));
}

static void measure(plan *p, int layer, const mg__probed *probed, mg_node **out) {
    mg_node *z = p->build.nodes[layer].output, *dz = NULL;
    int activation = activation_of(p, layer);
    mg_node *y = activation >= 0 ? p->build.nodes[activation].output : z;
    mg_node *gradient = p->gradients[probed->entry];
    if (mg_gradient(p->loss, &z, 1, &dz) != MG_OK) dz = mg_graph_poison(mg_node_graph(z));
    out[MG__PROBE_GRADIENT] =
        gradient ? gradient : mg_zeros_like(mg_parameter_leaf(mg_node_graph(z), p->parameters, probed->entry));
    out[MG__PROBE_MEANS] = out[MG__PROBE_SLOPE] = mean_by_unit(z);
    out[MG__PROBE_SQUARES] = mean_by_unit(mg_square(z));
    out[MG__PROBE_SAMPLE] = sample(y);
    mg_node *figures[MG__PROBE_FIGURE_COUNT] = {
        [MG__PROBE_SIGNAL] = signal(dz),
        [MG__PROBE_MEAN] = mg_mean_all(y),
        [MG__PROBE_VARIANCE] = mg_variance(flat(y), (int[]){ 0 }, 1, false),
        [MG__PROBE_SATURATED] = mg_mean_all(y),
    };
    if (activation >= 0) {
        mg_node *slope = slope_of(&p->build.nodes[activation]);
        out[MG__PROBE_SLOPE] = mean_by_unit(slope);
        figures[MG__PROBE_SATURATED] =
            mg_mean_all(mg_less(slope, mg_constant_like(slope, 0.1 * p->build.nodes[activation].steepest)));
    }
    for (int i = 0; i < MG__PROBE_FIGURE_COUNT; i++) figures[i] = as_one(figures[i]);
    out[MG__PROBE_FIGURES] = mg_concat(figures, MG__PROBE_FIGURE_COUNT, 0);
}

/* --- the program ------------------------------------------------------------------------------------- */

static void find_layers(const plan *p, mg__probe *probe) {
    for (int i = 0; i < p->build.layer_count; i++) {
        int entry = weights_of(p, i), activation = activation_of(p, i);
        if (entry < 0) continue;
        mg__probed *probed = &probe->layer[probe->layers++];
        const mg_node *z = p->build.nodes[i].output;
        *probed = (mg__probed){ .entry = entry,
                                .units = units_of(z),
                                .activation = activation >= 0,
                                .bounded = activation >= 0 && p->build.nodes[activation].bounded };
        memcpy(probed->name, p->build.layers[i].name, sizeof probed->name);
    }
}

/* Batch statistics stay as they are: what the graph would update is forgotten. */
static mg_status compile(plan *p, const mg_model *model, bool weighted, mg__probe *probe) {
    mg_graph *graph = p->build.graph;
    p->loss = mg__build_loss(model, p->parameters, &p->build, weighted);
    mg_status status = mg_graph_status(graph);
    if (status == MG_OK) status = mg_loss_gradients(p->loss, p->parameters, p->gradients);
    if (status != MG_OK) return status;
    find_layers(p, probe);
    for (int i = 0, k = 0; i < p->build.layer_count; i++) {
        if (weights_of(p, i) < 0) continue;
        measure(p, i, &probe->layer[k], p->outputs + k * MG__PROBE_OUTPUTS);
        k++;
    }
    status = mg_graph_status(graph);
    if (status != MG_OK) return status;
    graph->update_count = 0;
    probe->program = mg_compile(graph, MG_CPU, p->outputs, probe->layers * MG__PROBE_OUTPUTS);
    return probe->program ? MG_OK : mg_context_status(model->context);
}

static mg_status count_layers(const mg_model *model, mg_parameters *parameters, int *layers) {
    mg__build build = { .batch = 1, .init = MG_INIT_auto };
    mg_status status = mg__build_network(model, parameters, &build);
    mg_graph_destroy(build.graph);
    *layers = build.layer_count;
    return status;
}

mg_status mg__probe_build(const mg_model *model, mg_parameters *parameters, int64_t rows, bool weighted, mg__probe *probe) {
    mg_context *context = model->context;
    int layers = 0;
    mg_status status = count_layers(model, parameters, &layers);
    if (status != MG_OK) return status;
    plan p = { .parameters = parameters,
               .build = { .batch = rows, .training = true, .init = MG_INIT_auto, .layer_capacity = layers } };
    probe->rows = rows;
    probe->layer = mg__alloc_array(context, (size_t)layers, sizeof *probe->layer);
    p.build.layers = mg__alloc_array(context, (size_t)layers, sizeof *p.build.layers);
    p.build.nodes = mg__alloc_array(context, (size_t)layers, sizeof *p.build.nodes);
    p.gradients = mg__alloc_array(context, (size_t)mg_parameters_count(parameters), sizeof *p.gradients);
    p.outputs = mg__alloc_array(context, (size_t)layers, MG__PROBE_OUTPUTS * sizeof *p.outputs);
    bool all = probe->layer && p.build.layers && p.build.nodes && p.gradients && p.outputs;
    status = all ? mg__build_network(model, parameters, &p.build) : MG_OUT_OF_MEMORY;
    if (status == MG_OK) status = compile(&p, model, weighted, probe);
    mg_graph_destroy(p.build.graph);
    void *blocks[] = { p.build.layers, p.build.nodes, p.gradients, p.outputs };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(context, blocks[i]);
    return status;
}

void mg__probe_free(mg_context *context, mg__probe *probe) {
    mg_program_destroy(probe->program);
    mg__free(context, probe->layer);
    *probe = (mg__probe){ 0 };
}
