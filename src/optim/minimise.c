/* From a loss to updates: gradients, accumulation, clipping, the guard, then a row's rule for each entry. */
#include "graph/graph.h"
#include "optim/optimizer.h"

#include <micrograd/gradient.h>
#include <micrograd/ops.h>
#include <micrograd/program.h>

#include <math.h>
#include <stdio.h>

/* --- gradients --------------------------------------------------------------------------------------- */

static bool is_learned(mg_role role) { return role == MG_WEIGHT || role == MG_BIAS || role == MG_GAIN; }

/* leaves[i]: the leaf of entry i, where the graph has it and it is learned. */
static void find_leaves(const mg_graph *graph, const mg_parameters *parameters, mg_node **leaves) {
    for (size_t id = 0; id < mg_graph_count(graph); id++) {
        mg_node *node = mg__node_at(graph, id);
        if (node->op != &mg__op_parameter) continue;
        const mg__parameter_attributes *leaf = mg__attributes_of(node);
        if (leaf->store == parameters && leaf->slot < 0 && is_learned(mg_parameters_entry(parameters, (int)leaf->index)->role))
            leaves[leaf->index] = node;
    }
}

static bool check_loss(const mg_node *loss, const mg_parameters *parameters) {
    mg_graph *graph = mg_node_graph(loss);
    if (mg_graph_status(graph) != MG_OK) return false;
    if (!parameters)
        mg_graph_fail(graph, MG_INVALID, "minimise: there is no store of parameters");
    else if (mg_node_count(loss) != 1)
        mg_graph_fail(graph, MG_INVALID, "minimise: the loss is %s; wanted one element (see mg_mean_all)",
                      MG__NODE_SHAPE_TEXT(loss));
    return mg_graph_status(graph) == MG_OK;
}

static mg_status gradients_of(mg_node *loss, const mg_parameters *parameters, mg_node **gradients, mg_node **leaves,
                              mg_node **results) {
    int count = 0, entries = mg_parameters_count(parameters);
    find_leaves(mg_node_graph(loss), parameters, gradients);
    for (int i = 0; i < entries; i++)
        if (gradients[i]) leaves[count++] = gradients[i];
    mg_status status = mg_gradient(loss, leaves, count, results);
    for (int i = 0, next = 0; i < entries; i++) {
        if (!gradients[i]) continue;
        gradients[i] = status == MG_OK ? results[next] : NULL;
        if (gradients[i] && mg__is_literal(gradients[i], 0)) /* the loss does not depend on it */
            gradients[i] = NULL;
        next++;
    }
    return status;
}

mg_status mg_loss_gradients(mg_node *loss, mg_parameters *parameters, mg_node **gradients) {
    if (!check_loss(loss, parameters)) return mg_graph_status(mg_node_graph(loss));
    mg_context *context = mg_graph_context(mg_node_graph(loss));
    size_t entries = (size_t)mg_parameters_count(parameters);
    for (size_t i = 0; i < entries; i++) gradients[i] = NULL;
    mg_node **leaves = mg__alloc_array(context, entries, sizeof *leaves),
            **results = mg__alloc_array(context, entries, sizeof *results);
    mg_status status = MG_OUT_OF_MEMORY;
    if (leaves && results) status = gradients_of(loss, parameters, gradients, leaves, results);
    mg__free(context, leaves);
    mg__free(context, results);
    return status;
}

/* --- options ----------------------------------------------------------------------------------------- */

typedef struct bound {
    const char *name;
    double value, low, high;
    bool open; /* high itself is excluded */
} bound;

static const mg_optimizer_row *check_options(mg_graph *graph, const mg_optimizer *o) {
    const mg_optimizer_row *row = mg__optimizer_find(o ? o->name : NULL);
    if (!row) {
        char list[256];
        size_t used = 0;
        for (int i = 0; mg_optimizer_name(i); i++)
            mg__append(list, sizeof list, &used, "%s%s", i ? ", " : "", mg_optimizer_name(i));
        mg_graph_fail(graph, MG_SETTING, "unknown optimizer '%s'; optimizers are %s", o && o->name ? o->name : "", list);
        return NULL;
    }
    double rate = o->learning_rate == MG_AUTO ? row->defaults.learning_rate : o->learning_rate;
    const bound bounds[] = {
        { "learning rate", rate, 0, 1e6, false },
        { "momentum", o->momentum, 0, 1, true },
        { "beta1", o->beta1, 0, 1, true },
        { "beta2", o->beta2, 0, 1, true },
        { "alpha", o->alpha, 0, 1, true },
        { "epsilon", o->epsilon, 0, 1, false },
        { "weight decay", o->weight_decay, 0, 1e6, false },
        { "value to clip at", o->clip_value, 0, 1e300, false },
        { "norm to clip at", o->clip_norm, 0, 1e300, false },
        { "runs to accumulate", o->accumulate, 1, 1e9, false },
    };
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        const bound *b = &bounds[i];
        if (b->value >= b->low && (b->open ? b->value < b->high : b->value <= b->high)) continue;
        mg_graph_fail(graph, MG_SETTING, "%s: the %s is %g; wanted %g to %s%g", o->name, b->name, b->value, b->low,
                      b->open ? "below " : "", b->high);
        return NULL;
    }
    return row;
}

/* --- what happens to gradients before a rule sees them ----------------------------------------------- */

/* 1 in every Nth run, else 0. */
static double is_due(const mg_run_info *info, const double *arguments) {
    return fmod((double)info->step, arguments[0]) == 0 ? 1 : 0;
}

/* sum += g in every run; in those that update, the mean comes out and the sum starts anew. */
static mg_node *accumulated(const mg__entry_step *step, int slot) {
    mg_node *sum = mg__step_slot(step, slot, 0), *next = mg_add(sum, step->g);
    mg_update(sum, mg_where(step->due, mg_zeros_like(next), next));
    return mg_mul_scalar(next, 1.0 / step->options->accumulate);
}

/* min(1, limit/norm); Pascanu, Mikolov & Bengio 2013. The small number is PyTorch's. */
static mg_node *norm_factor(mg_node *squares, double limit) {
    mg_node *norm = mg_add_scalar(mg_sqrt(squares), 1e-6);
    return mg_minimum(mg_div(mg_constant_like(norm, limit), norm), mg_constant_like(norm, 1));
}

static void guard_updates(mg_node *loss, mg_node *squares) {
    mg_node *scalar = mg_reshape(loss, 0, NULL), *finite = mg_is_finite(scalar);
    if (squares) finite = mg_mul(finite, mg_cast(mg_is_finite(squares), mg_node_dtype(finite)));
    mg_graph_guard_updates(mg_node_graph(loss), finite);
}

/* --- updates ----------------------------------------------------------------------------------------- */

/* What all entries share while updates are built. */
typedef struct plan {
    const mg_optimizer_row *row;
    mg_optimizer options; /* with the learning rate resolved */
    mg_parameters *parameters;
    int entries;
    mg_node *shared[MG__SHARED_SCALARS];
    mg_node *due;
} plan;

/* The square of the norm of all gradients together; NULL where there are none. Each term carries its entry's name into messages.
 */
static mg_node *squared_norm(const plan *p, mg_graph *graph, mg_node *const *gradients) {
    mg_node *sum = NULL;
    for (int i = 0; i < p->entries; i++) {
        if (!gradients[i]) continue;
        char scope[64];
        snprintf(scope, sizeof scope, "gradient norm of '%.40s'", mg_parameters_entry(p->parameters, i)->name);
        mg_graph_push_scope(graph, scope);
        mg_node *squares = mg_sum_all(mg_square(gradients[i]));
        mg_graph_pop_scope(graph);
        sum = sum ? mg_add(sum, squares) : squares;
    }
    return sum;
}

static mg__entry_step step_of(const plan *p, mg_graph *graph, int index, mg_node *gradient) {
    const mg_parameter *entry = mg_parameters_entry(p->parameters, index);
    return (mg__entry_step){ .options = &p->options,
                             .parameters = p->parameters,
                             .index = index,
                             .p = mg_parameter_leaf(graph, p->parameters, index),
                             .g = gradient,
                             .shared = p->shared,
                             .scale = entry->learning_rate_scale,
                             .decayed = entry->role == MG_WEIGHT,
                             .due = p->due };
}

/* Rank-0 nodes of the store's dtype. */
static void share_scalars(plan *p, mg_graph *graph) {
    mg_dtype dtype = mg_graph_dtype(graph);
    mg_graph_set_dtype(graph, mg_parameters_dtype(p->parameters));
    if (p->row->share)
        p->row->share(graph, &p->options, p->shared);
    else
        p->shared[0] = mg_run_scalar(graph, "learning_rate", mg__learning_rate_scalar, NULL, 0);
    if (p->options.accumulate > 1) p->due = mg_run_scalar(graph, "update_is_due", is_due, (double[]){ p->options.accumulate }, 1);
    mg_graph_set_dtype(graph, dtype);
}

static void accumulate_all(const plan *p, mg_graph *graph, mg_node **gradients) {
    for (int i = 0; i < p->entries; i++) {
        if (!gradients[i]) continue;
        mg__entry_step step = step_of(p, graph, i, gradients[i]);
        gradients[i] = accumulated(&step, p->row->slots);
    }
}

static void clip_all(const plan *p, mg_node **gradients, mg_node *squares) {
    mg_node *factor = p->options.clip_norm > 0 && squares ? norm_factor(squares, p->options.clip_norm) : NULL;
    for (int i = 0; factor && i < p->entries; i++)
        if (gradients[i]) gradients[i] = mg_mul(gradients[i], factor);
}

static void add_updates(const plan *p, mg_node *loss, mg_node **gradients) {
    mg_graph *graph = mg_node_graph(loss);
    if (p->due) accumulate_all(p, graph, gradients);
    for (int i = 0; p->options.clip_value > 0 && i < p->entries; i++)
        if (gradients[i]) gradients[i] = mg_clip(gradients[i], -p->options.clip_value, p->options.clip_value);
    bool wants_norm = p->options.clip_norm > 0 || p->options.guard;
    mg_node *squares = wants_norm ? squared_norm(p, graph, gradients) : NULL;
    clip_all(p, gradients, squares);
    for (int i = 0; i < p->entries; i++) {
        if (!gradients[i]) continue;
        mg__entry_step step = step_of(p, graph, i, gradients[i]);
        char scope[64];
        snprintf(scope, sizeof scope, MG__UPDATE_SCOPE " '%.40s'", mg_parameters_entry(p->parameters, i)->name);
        mg_graph_push_scope(graph, scope);
        p->row->update(&step);
        mg_graph_pop_scope(graph);
    }
    if (p->options.guard) guard_updates(loss, squares);
}

mg_status mg_apply_gradients(mg_node *loss, mg_parameters *parameters, mg_node *const *gradients, const mg_optimizer *optimizer) {
    mg_graph *graph = mg_node_graph(loss);
    if (!check_loss(loss, parameters)) return mg_graph_status(graph);
    plan p = { .row = check_options(graph, optimizer), .parameters = parameters, .entries = mg_parameters_count(parameters) };
    if (!p.row) return mg_graph_status(graph);
    p.options = *optimizer;
    if (p.options.learning_rate == MG_AUTO) p.options.learning_rate = p.row->defaults.learning_rate;
    graph->learning_rate = p.options.learning_rate;
    mg_node **own = mg__alloc_array(graph->context, (size_t)p.entries, sizeof *own);
    if (!own) return MG_OUT_OF_MEMORY;
    for (int i = 0; i < p.entries; i++) own[i] = gradients[i];
    share_scalars(&p, graph);
    add_updates(&p, loss, own);
    mg__free(graph->context, own);
    return mg_graph_status(graph);
}

mg_status mg_minimise(mg_node *loss, mg_parameters *parameters, const mg_optimizer *optimizer) {
    mg_graph *graph = mg_node_graph(loss);
    if (!check_loss(loss, parameters)) return mg_graph_status(graph);
    mg_node **gradients = mg__alloc_array(graph->context, (size_t)mg_parameters_count(parameters), sizeof *gradients);
    if (!gradients) return MG_OUT_OF_MEMORY;
    mg_status status = mg_loss_gradients(loss, parameters, gradients);
    if (status == MG_OK) status = mg_apply_gradients(loss, parameters, gradients, optimizer);
    mg__free(graph->context, gradients);
    return status;
}
