/* Leaves: what expressions begin with. */
#include "graph/graph.h"

#include <math.h>
#include <string.h>

/* A leaf's shape and dtype are given, not inferred: they stand at the start of what the shape rule reads. */
typedef struct leaf_type {
    int64_t rank, dtype, shape[MG_MAX_RANK];
} leaf_type;

static bool scalar_rule(mg_shape_rule *rule) {
    rule->rank = 0;
    return true;
}

static bool typed_rule(mg_shape_rule *rule) {
    leaf_type type;
    memcpy(&type, rule->attributes, sizeof type);
    rule->rank = (int)type.rank;
    rule->dtype = (mg_dtype)type.dtype;
    memcpy(rule->shape, type.shape, sizeof type.shape);
    return true;
}

static bool constant_rule(mg_shape_rule *rule) {
    rule->rank = 0;
    rule->dtype = (mg_dtype)((const int64_t *)rule->attributes)[1];
    return true;
}

#define LEAF(id, text, rule, leaf_kind, words)     \
    const mg_op id = { .size = sizeof(mg_op),      \
                       .name = text,               \
                       .inputs = 0,                \
                       .shape = rule,              \
                       .gradient = MG_NO_GRADIENT, \
                       .kind = leaf_kind,          \
                       .doc = words }

LEAF(mg__op_poison, "poison", scalar_rule, MG__POISON, "Stands for every expression that could not be built.");
LEAF(mg__op_constant, "constant", constant_rule, MG__CONSTANT, "A literal of rank 0.");
LEAF(mg__op_variable, "variable", typed_rule, MG__VARIABLE, "A leaf that can be set.");
LEAF(mg__op_run_scalar, "run_scalar", scalar_rule, MG__RUN_SCALAR, "A value computed on the host before each run.");

LEAF(mg__op_input, "input", typed_rule, MG__INPUT, "A value handed to each run.");

static bool parameter_rule(mg_shape_rule *rule) {
    mg__parameter_attributes a;
    memcpy(&a, rule->attributes, sizeof a);
    const mg_parameter *entry = mg_parameters_entry(a.store, (int)a.index);
    if (!entry) return mg_rule_fail(rule, "the store has no entry %lld", (long long)a.index);
    rule->dtype = mg_parameters_dtype(a.store);
    rule->rank = entry->rank;
    memcpy(rule->shape, entry->shape, sizeof rule->shape);
    return true;
}
LEAF(mg__op_parameter, "parameter", parameter_rule, MG__PARAMETER, "An entry of a parameter store, or of one of its slots.");

void mg_no_gradient(const mg_rule *rule) { (void)rule; }

/* --- making them ------------------------------------------------------------------------------------- */

static bool good_shape(mg_graph *graph, const char *who, mg_dtype dtype, int rank, const int64_t *shape) {
    if (dtype > MG_I32) {
        mg_graph_fail(graph, MG_INVALID, "%s: wanted dtype f32, f64 or i32, got %s", who, mg_dtype_name(dtype));
        return false;
    }
    if (rank < 0 || rank > MG_MAX_RANK || (rank && !shape)) {
        mg_graph_fail(graph, MG_INVALID, "%s: wanted a rank of 0 to %d, got %d", who, MG_MAX_RANK, rank);
        return false;
    }
    for (int i = 0; i < rank; i++) {
        if (shape[i] < 0) {
            mg_graph_fail(graph, MG_INVALID, "%s: dimension %d of the shape is %lld", who, i, (long long)shape[i]);
            return false;
        }
    }
    return true;
}

static leaf_type type_of(mg_dtype dtype, int rank, const int64_t *shape) {
    leaf_type type = { .rank = rank, .dtype = dtype };
    if (rank) memcpy(type.shape, shape, (size_t)rank * sizeof *shape);
    return type;
}

mg_node *mg_variable_tensor(mg_graph *graph, const mg_tensor *value) {
    if (!graph) return NULL;
    if (!value || !value->data) return mg_graph_fail(graph, MG_INVALID, "mg_variable_tensor: there is no value");
    if (!good_shape(graph, "mg_variable_tensor", value->dtype, value->rank, value->shape)) return graph->poison;
    if (graph->mode != MG_EAGER)
        return mg_graph_fail(graph, MG_INVALID,
                             "mg_variable: variables live in eager graphs; a staged graph takes mg_input or mg_parameter_leaf");
    leaf_type type = type_of(value->dtype, value->rank, value->shape);
    mg_node *node = mg__apply(graph, &mg__op_variable, NULL, 0, &type, sizeof type, true);
    return mg_is_poison(node) || mg_set_tensor(node, value) == MG_OK ? node : graph->poison;
}

mg_node *mg_variable(mg_graph *graph, double value) {
    if (!graph) return NULL;
    if (graph->mode != MG_EAGER)
        return mg_graph_fail(graph, MG_INVALID,
                             "mg_variable: variables live in eager graphs; a staged graph takes mg_input or mg_parameter_leaf");
    leaf_type type = type_of(graph->dtype, 0, NULL);
    mg_node *node = mg__apply(graph, &mg__op_variable, NULL, 0, &type, sizeof type, true);
    if (!mg_is_poison(node)) mg_set(node, value);
    return node;
}

mg_node *mg__constant(mg_graph *graph, mg_dtype dtype, double value) {
    struct {
        double value;
        int64_t dtype;
    } a = { value, dtype };
    int32_t whole = 0;
    mg_tensor_put(&(mg_tensor){ .dtype = MG_I32, .data = &whole }, 0, value); /* towards zero, within range */
    if (dtype == MG_F32) a.value = (double)(float)value;
    if (dtype == MG_I32) a.value = whole;
    mg_node *node = mg__apply(graph, &mg__op_constant, NULL, 0, &a, sizeof a, false);
    if (mg_is_poison(node) || node->changed) return node;
    if (dtype == MG_F32)
        node->value.f32 = (float)value;
    else if (dtype == MG_F64)
        node->value.f64 = value;
    else
        node->value.i32 = whole;
    node->changed = 1;
    return node;
}

mg_node *mg_constant(mg_graph *graph, double value) { return graph ? mg__constant(graph, graph->dtype, value) : NULL; }
mg_node *mg_constant_like(const mg_node *like, double value) { return mg__constant(mg__graph(like), mg_node_dtype(like), value); }

bool mg__literal(const mg_node *node, double *value) {
    while (mg__kind_of(node) == MG__BROADCAST || mg__kind_of(node) == MG__RESHAPE) node = mg__inputs(node)[0];
    if (mg__kind_of(node) != MG__CONSTANT) return false;
    memcpy(value, mg__attributes_of(node), sizeof *value);
    return true;
}
bool mg__is_literal(const mg_node *node, double value) {
    double found;
    return mg__literal(node, &found) && found == value;
}

mg_node *mg_input(mg_graph *graph, const char *name, mg_dtype dtype, int rank, const int64_t *shape) {
    if (!graph) return NULL;
    if (!good_shape(graph, "mg_input", dtype, rank, shape)) return graph->poison;
    if (graph->mode != MG_STAGED)
        return mg_graph_fail(graph, MG_INVALID,
                             "mg_input: inputs live in staged graphs; an eager graph takes mg_variable_tensor");
    if (!mg__grow(graph->context, &graph->input_leaves, &graph->input_capacity, graph->input_count + 1,
                  sizeof *graph->input_leaves))
        return mg_graph_fail(graph, MG_OUT_OF_MEMORY, "out of memory for input '%s'", name);
    struct {
        leaf_type type;
        mg__input_attributes input;
    } a = { .type = type_of(dtype, rank, shape), .input = { .index = (int64_t)graph->input_count } };
    size_t used = 0;
    mg__append(a.input.name, sizeof a.input.name, &used, "%s", name ? name : "");
    mg_node *node = mg__apply(graph, &mg__op_input, NULL, 0, &a, sizeof a, true);
    if (!mg_is_poison(node)) graph->input_leaves[graph->input_count++] = node;
    return node;
}

mg_node *mg_run_scalar(mg_graph *graph, const char *name, mg_scalar_function *function, const double *arguments, int count) {
    if (!graph) return NULL;
    mg__run_scalar_attributes a;
    memset(&a, 0, sizeof a);
    if (count < 0 || count > 4)
        return mg_graph_fail(graph, MG_INVALID, "mg_run_scalar '%s': takes at most 4 arguments, got %d", name, count);
    a.function = function;
    if (count) memcpy(a.arguments, arguments, (size_t)count * sizeof *arguments);
    size_t used = 0;
    mg__append(a.name, sizeof a.name, &used, "%s", name ? name : "");
    return mg__apply(graph, &mg__op_run_scalar, NULL, 0, &a, sizeof a, false);
}

mg_node *mg__leaf_parameter(mg_graph *graph, mg_parameters *parameters, int index, int slot) {
    if (!graph) return NULL;
    if (!parameters) return mg_graph_fail(graph, MG_INVALID, "mg_parameter_leaf: there is no store");
    bool known = false;
    for (size_t i = 0; i < graph->store_count; i++) known = known || graph->stores[i] == parameters;
    if (!known) {
        if (!mg__grow(graph->context, &graph->stores, &graph->store_capacity, graph->store_count + 1, sizeof *graph->stores))
            return mg_graph_fail(graph, MG_OUT_OF_MEMORY, "out of memory for a parameter leaf");
        graph->stores[graph->store_count++] = parameters;
    }
    mg__parameter_attributes a = { parameters, index, slot };
    return mg__apply(graph, &mg__op_parameter, NULL, 0, &a, sizeof a, false);
}

const mg__input_attributes *mg__input_attributes_of(const mg_node *node) {
    return (const void *)((const unsigned char *)mg__attributes_of(node) + sizeof(leaf_type));
}
