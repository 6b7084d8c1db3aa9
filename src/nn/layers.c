/* The table of layers, and what they share. */
#include "nn/layer.h"

#include "base/number.h"
#include "graph/graph.h"

#include <string.h>

static const mg__layer *const layers[] = {
    &mg__layer_dense,     &mg__layer_relu,          &mg__layer_tanh,      &mg__layer_sigmoid,
    &mg__layer_softplus,  &mg__layer_gelu,          &mg__layer_silu,      &mg__layer_elu,
    &mg__layer_selu,      &mg__layer_leaky_relu,    &mg__layer_mish,      &mg__layer_hard_swish,
    &mg__layer_softmax,   &mg__layer_dropout,       &mg__layer_batchnorm, &mg__layer_layernorm,
    &mg__layer_groupnorm, &mg__layer_flatten,       &mg__layer_residual,  &mg__layer_periodic,
    &mg__layer_conv,      &mg__layer_conv1d,        &mg__layer_depthwise, &mg__layer_maxpool,
    &mg__layer_avgpool,   &mg__layer_globalavgpool, &mg__layer_upsample,  NULL,
};

const mg__layer *const *mg__layers(void) { return layers; }

const mg__layer *mg__layer_find(const char *name, size_t length) {
    for (int i = 0; layers[i]; i++)
        if (strlen(layers[i]->name) == length && memcmp(layers[i]->name, name, length) == 0) return layers[i];
    return NULL;
}

const mg__word *mg__words(mg__argument_kind kind) {
    static const mg__word words[MG__TEXT + 1][3] = {
        [MG__SWITCH] = { { "true", 1 }, { "false", 0 }, { NULL, 0 } },
        [MG__PADDING] = { { "valid", 0 }, { "same", MG_SAME }, { NULL, 0 } },
        [MG__STRIDE] = { { "size", 0 }, { NULL, 0 } },
    };
    return words[kind];
}

const char *mg__value_text(mg__argument_kind kind, double number, char buffer[MG__VALUE_BYTES]) {
    _Static_assert(MG__VALUE_BYTES >= MG__NUMBER_BYTES, "a number fits");
    if (kind == MG__INIT) return mg_init_name((mg_init)number);
    for (const mg__word *word = mg__words(kind); word->name; word++)
        if (word->number == number) return word->name;
    size_t used = 0;
    if (kind == MG__NUMBER)
        mg__format_double(number, buffer);
    else
        mg__append(buffer, MG__VALUE_BYTES, &used, "%lld", (long long)number);
    return buffer;
}

void mg__layer_arguments(const mg__layer *layer, char *text, size_t size) {
    size_t used = 0;
    mg__append(text, size, &used, "%s", "");
    for (const mg__argument *argument = layer->arguments; argument->name; argument++) {
        mg__append(text, size, &used, "%s%s", argument == layer->arguments ? "" : ", ", argument->name);
        if (!argument->required)
            mg__append(text, size, &used, "=%s", mg__value_text(argument->kind, argument->value, (char[MG__VALUE_BYTES]){ 0 }));
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
