/* The table of layers, and what they share. */
#include "nn/layer.h"

#include "base/number.h"
#include "graph/graph.h"

#include <string.h>

static const mg__layer *const layers[] = {
    &mg__layer_dense,     &mg__layer_relu,       &mg__layer_tanh,     &mg__layer_sigmoid,  &mg__layer_softplus,
    &mg__layer_gelu,      &mg__layer_silu,       &mg__layer_elu,      &mg__layer_selu,     &mg__layer_leaky_relu,
    &mg__layer_mish,      &mg__layer_hard_swish, &mg__layer_softmax,  &mg__layer_dropout,  &mg__layer_batchnorm,
    &mg__layer_layernorm, &mg__layer_flatten,    &mg__layer_residual, &mg__layer_periodic, NULL,
};

const mg__layer *const *mg__layers(void) { return layers; }

const mg__layer *mg__layer_find(const char *name, size_t length) {
    for (int i = 0; layers[i]; i++)
        if (strlen(layers[i]->name) == length && memcmp(layers[i]->name, name, length) == 0) return layers[i];
    return NULL;
}

static void append_default(const mg__argument *argument, char *text, size_t size, size_t *used) {
    char number[MG__NUMBER_BYTES];
    switch (argument->kind) {
    case MG__INIT: mg__append(text, size, used, "=%s", mg_init_name((mg_init)argument->value)); break;
    case MG__SWITCH: mg__append(text, size, used, "=%s", argument->value != 0 ? "true" : "false"); break;
    case MG__WHOLE: mg__append(text, size, used, "=%lld", (long long)argument->value); break;
    case MG__NUMBER:
        mg__format_double(argument->value, number);
        mg__append(text, size, used, "=%s", number);
        break;
    case MG__TEXT: break;
    }
}

void mg__layer_arguments(const mg__layer *layer, char *text, size_t size) {
    size_t used = 0;
    mg__append(text, size, &used, "%s", "");
    for (const mg__argument *argument = layer->arguments; argument->name; argument++) {
        mg__append(text, size, &used, "%s%s", argument == layer->arguments ? "" : ", ", argument->name);
        if (!argument->required) append_default(argument, text, size, &used);
    }
}

mg_node *mg__declare(mg_graph *graph, mg_parameters *parameters, const char *name, const char *suffix, mg_role role, int rank,
                     const int64_t *shape, mg_init init, double value) {
    char full[512];
    size_t used = 0;
    mg__append(full, sizeof full, &used, "%s.%s", name, suffix);
    int index = mg_parameters_add(parameters, full, role, rank, shape, init, value);
    if (index >= 0) return mg_parameter_leaf(graph, parameters, index);
    char reason[MG__MESSAGE_BYTES]; /* a copy: the message that is being written is the context's own */
    used = 0;
    mg__append(reason, sizeof reason, &used, "%s", mg_context_message(mg_graph_context(graph)));
    return mg_graph_fail(graph, mg_context_status(mg_graph_context(graph)), "%s", reason);
}

void mg__push_layer_scope(mg_graph *graph, const char *kind, const char *name) {
    char scope[64];
    size_t used = 0;
    mg__append(scope, sizeof scope, &used, "%s '%.40s'", kind, name ? name : "");
    mg_graph_push_scope(graph, scope);
}

bool mg__check_layer_input(const mg_node *x, const mg_parameters *parameters) {
    if (mg_is_poison(x)) return false;
    if (!parameters) {
        mg_graph_fail(mg_node_graph(x), MG_INVALID, "there is no store of parameters");
        return false;
    }
    if (mg_node_dtype(x) == mg_parameters_dtype(parameters)) return true;
    mg_graph_fail(mg_node_graph(x), MG_INVALID, "the input is %s, the parameters are %s; cast the input with mg_cast",
                  mg_dtype_name(mg_node_dtype(x)), mg_dtype_name(mg_parameters_dtype(parameters)));
    return false;
}
