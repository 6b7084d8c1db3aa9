/* From a parsed text to nodes: repetitions written out, names given, initialisers chosen by what follows. */
#include "nn/text.h"

#include <string.h>

#define NAME_BYTES 256

/* Where rows about layers go, and what all layers of one network share. */
typedef struct mg__builder {
    const mg_network *network;
    mg_parameters *parameters;
    const mg_network_options *options;
    int layers; /* rows so far */
} builder;

/* One text: the network itself, or the argument of a residual. Names count up in it. */
typedef struct sequence {
    int *items; /* written out */
    int count;
    int *ordinals;      /* of each row of the layer table */
    const char *prefix; /* "" or "residual1." */
} sequence;

mg_network_options mg_network_defaults(void) { return (mg_network_options){ .init = MG_INIT_auto, .numbers = -1 }; }

int mg_layers(mg_layer_row *rows, int capacity) {
    int count = 0;
    for (; mg__layers()[count]; count++) {
        if (!rows || count >= capacity) continue;
        rows[count] = (mg_layer_row){ .name = mg__layers()[count]->name, .doc = mg__layers()[count]->doc };
        mg__layer_arguments(mg__layers()[count], rows[count].arguments, sizeof rows[count].arguments);
    }
    return count;
}

/* --- writing out ------------------------------------------------------------------------------------- */

static int count_items(const mg_network *network, int first) {
    int count = 0;
    for (int i = first; i >= 0; i = network->items[i].next) {
        const mg__item *item = &network->items[i];
        count += item->repeat * (item->layer ? 1 : count_items(network, item->first)); /* at most MG__TEXT_LAYERS */
    }
    return count;
}

static void write_out(const mg_network *network, int first, sequence *out) {
    for (int i = first; i >= 0; i = network->items[i].next) {
        const mg__item *item = &network->items[i];
        for (int repeat = 0; repeat < item->repeat; repeat++) {
            if (item->layer)
                out->items[out->count++] = i;
            else
                write_out(network, item->first, out);
        }
    }
}

bool mg__network_slides(const mg_network *network) {
    bool slides = false;
    for (int i = 0; i < network->item_count; i++) slides = slides || (network->items[i].layer && network->items[i].layer->slides);
    return slides;
}

/* --- one layer --------------------------------------------------------------------------------------- */

/* The next layer that says something decides. */
static mg_init look_ahead(const mg_network *network, const sequence *sequence, int position) {
    for (int i = position + 1; i < sequence->count; i++) {
        mg_init wanted = network->items[sequence->items[i]].layer->before;
        if (wanted != MG_INIT_auto) return wanted;
    }
    return MG_INIT_glorot_uniform;
}

static mg_init choose_init(const builder *b, const sequence *sequence, int position) {
    const mg__item *item = &b->network->items[sequence->items[position]];
    for (int i = 0; item->layer->arguments[i].name; i++)
        if (item->layer->arguments[i].kind == MG__INIT && (mg_init)item->values[i].number != MG_INIT_auto)
            return (mg_init)item->values[i].number;
    return b->options->init != MG_INIT_auto ? b->options->init : look_ahead(b->network, sequence, position);
}

static void record(builder *b, const mg__layer_call *call, const char *text, const mg_layer_nodes *nodes) {
    const mg_network_options *options = b->options;
    const mg_node *y = nodes->output;
    if (options->nodes && b->layers < options->layer_capacity) options->nodes[b->layers] = *nodes;
    if (options->layers && b->layers < options->layer_capacity && !mg_is_poison(y)) {
        mg_layer_info *info = &options->layers[b->layers];
        size_t used = 0;
        *info = (mg_layer_info){ .rank = mg_node_rank(y), .parameters = call->learned, .multiply_adds = call->multiply_adds };
        mg__append(info->name, sizeof info->name, &used, "%s", call->name);
        used = 0;
        mg__append(info->text, sizeof info->text, &used, "%s", text);
        for (int i = 0; i < info->rank; i++) info->shape[i] = mg_node_shape(y)[i];
    }
    b->layers++;
    if (options->layer_count) *options->layer_count = b->layers;
}

/* "dense 'dense1' (layer 3)"; without the number where the scope tells random streams apart. */
static void push_scope(mg_graph *graph, const char *kind, const char *name, int number) {
    char scope[64];
    size_t used = 0;
    mg__append(scope, sizeof scope, &used, "%s '%.32s'", kind, name);
    if (number > 0) mg__append(scope, sizeof scope, &used, " (layer %d)", number);
    mg_graph_push_scope(graph, scope);
}

static mg_node *build_layer(builder *b, sequence *sequence, int position, mg_node *x) {
    int index = sequence->items[position];
    const mg__item *item = &b->network->items[index];
    const mg__layer *layer = item->layer;
    int row = 0;
    while (mg__layers()[row] != layer) row++;
    char name[NAME_BYTES], text[sizeof((mg_layer_info *)0)->text];
    size_t used = 0;
    mg__append(name, sizeof name, &used, "%s%s%d", sequence->prefix, layer->name, ++sequence->ordinals[row]);
    mg__layer_call call = { .parameters = b->parameters,
                            .name = name,
                            .values = item->values,
                            .training = b->options->training,
                            .first = b->layers == 0,
                            .fold = b->options->fold && position > 0, /* a residual adds what its first layer gets */
                            .numbers = b->options->numbers,
                            .init = choose_init(b, sequence, position),
                            .builder = b };
    push_scope(mg_node_graph(x), layer->name, name, layer->stochastic ? 0 : position + 1);
    mg_node *y = layer->build(&call, x);
    mg_graph_pop_scope(mg_node_graph(x));
    mg__print_layer(b->network, index, text, sizeof text);
    record(b, &call, text, &(mg_layer_nodes){ x, y, layer->steepest, layer->bounded });
    return y;
}

/* --- texts ------------------------------------------------------------------------------------------- */

static mg_node *no_memory(mg_node *x) {
    return mg_graph_fail(mg_node_graph(x), MG_OUT_OF_MEMORY, "no memory for the list of layers");
}

static mg_node *build_sequence(builder *b, int first, const char *prefix, mg_node *x) {
    mg_context *context = b->network->context;
    int count = count_items(b->network, first);
    sequence sequence = { .prefix = prefix };
    sequence.items = mg__alloc_array(context, (size_t)count, sizeof *sequence.items);
    sequence.ordinals = mg__alloc_array(context, (size_t)mg_layers(NULL, 0), sizeof *sequence.ordinals);
    if (sequence.items && sequence.ordinals) {
        write_out(b->network, first, &sequence);
        for (int i = 0; i < sequence.count && !mg_is_poison(x); i++) x = build_layer(b, &sequence, i, x);
    } else {
        x = no_memory(x);
    }
    mg__free(context, sequence.items);
    mg__free(context, sequence.ordinals);
    return x;
}

mg_node *mg__build_text(mg__layer_call *call, int first, mg_node *x) {
    char prefix[NAME_BYTES];
    size_t used = 0;
    mg__append(prefix, sizeof prefix, &used, "%s.", call->name);
    if (used + 1 >= sizeof prefix / 2)
        return mg_graph_fail(mg_node_graph(x), MG_SETTING, "layers lie too deep in each other for their names");
    return build_sequence(call->builder, first, prefix, x);
}

static mg_node *build_output(builder *b, mg_node *x) {
    int64_t units = b->options->outputs;
    mg_init init = b->options->init != MG_INIT_auto ? b->options->init : MG_INIT_glorot_uniform;
    mg_dense_options options = { .init = init, .bias = true };
    push_scope(mg_node_graph(x), "dense", "output", 0);
    mg_node *y = mg__dense(x, b->parameters, "output", units, &options);
    mg_graph_pop_scope(mg_node_graph(x));
    if (mg_is_poison(y)) return y;
    char text[32];
    size_t used = 0;
    mg__append(text, sizeof text, &used, "dense(%lld)", (long long)units);
    int64_t products = mg_node_count(x) / mg_node_shape(x)[0] * units;
    record(b, &(mg__layer_call){ .name = "output", .learned = products + units, .multiply_adds = products }, text,
           &(mg_layer_nodes){ .input = x, .output = y });
    return y;
}

mg_node *mg_network_build(const mg_network *network, mg_node *x, mg_parameters *parameters, const mg_network_options *options) {
    mg_network_options defaults = mg_network_defaults();
    builder b = { .network = network, .parameters = parameters, .options = options ? options : &defaults };
    if (b.options->layer_count) *b.options->layer_count = 0;
    if (mg_is_poison(x)) return x;
    if (!network || !parameters)
        return mg_graph_fail(mg_node_graph(x), MG_INVALID, "mg_network_build: there is no %s",
                             network ? "store of parameters" : "network");
    if (mg_node_rank(x) < 2 || mg_node_count(x) < 1)
        return mg_graph_fail(mg_node_graph(x), MG_INVALID, "mg_network_build: the input has rank %d; wanted [rows, features]",
                             mg_node_rank(x));
    x = build_sequence(&b, network->first, "", x);
    return b.options->outputs > 0 && !mg_is_poison(x) ? build_output(&b, x) : x;
}
