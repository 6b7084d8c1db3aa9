/* Layers, inside view: how a row of the layer table looks, and the layers without their scopes. A layer is one row (nn/layers.c
 * lists them); parsing, bounds, help and building derive from it. */
#ifndef MG_NN_LAYER_H
#define MG_NN_LAYER_H

#include "base/base.h"

#include <micrograd/nn.h>

#define MG__MAX_ARGUMENTS 6
#define MG__MAX_UNITS     (1 << 24)

typedef enum mg__argument_kind {
    MG__WHOLE,  /* a whole number */
    MG__NUMBER, /* any number */
    MG__INIT,   /* the name of an initialiser that needs no value */
    MG__SWITCH, /* true or false */
    MG__TEXT,   /* layers */
} mg__argument_kind;

typedef struct mg__argument {
    const char *name; /* NULL: the end of the list */
    mg__argument_kind kind;
    bool required;
    double value, low, high; /* default and bounds, inclusive */
    const char *help;
} mg__argument;

/* An argument as given in a text, or its default. */
typedef struct mg__value {
    bool given;
    double number; /* also an mg_init, or 0 and 1 of a switch */
    int text;      /* MG__TEXT: the first item, -1 for none */
} mg__value;

/* What a layer's build function works with. */
typedef struct mg__layer_call {
    mg_parameters *parameters;
    const char *name; /* of this layer, "dense1" */
    const mg__value *values;
    bool training;
    bool first;      /* nothing stands between it and the network's input */
    int64_t numbers; /* leading columns of the network's input that are scaled numbers; -1: all */
    mg_init init;    /* for weights: from the text, the options, or the activation that follows */
    /* result, for tables */
    int64_t learned;       /* elements declared */
    int64_t multiply_adds; /* a row */
    /* for layers that hold others */
    struct mg__builder *builder;
} mg__layer_call;

typedef struct mg__layer {
    const char *name;
    const char *doc;
    mg__argument arguments[MG__MAX_ARGUMENTS + 1];
    mg_node *(*build)(mg__layer_call *call, mg_node *x);
    /* What this layer wants of the linear layer before it; MG_INIT_auto: it says nothing, look at the next one. */
    mg_init before;
    bool stochastic; /* its scope has no number: random streams must not depend on how many layers stand before it */
} mg__layer;

const mg__layer *const *mg__layers(void); /* NULL-terminated */
const mg__layer *mg__layer_find(const char *name, size_t length);

/* "units, init=auto, bias=true" */
void mg__layer_arguments(const mg__layer *layer, char *text, size_t size);

/* The layers themselves; the caller has pushed a scope that names them. */
mg_node *mg__dense(mg_node *x, mg_parameters *parameters, const char *name, int64_t units, const mg_dense_options *options);
mg_node *mg__batch_norm(mg_node *x, mg_parameters *parameters, const char *name, bool training, double momentum, double epsilon);
mg_node *mg__layer_norm(mg_node *x, mg_parameters *parameters, const char *name, double epsilon);

/* Declares <name>.<suffix> and returns its leaf; poison on failure, with the store's message. */
mg_node *mg__declare(mg_graph *graph, mg_parameters *parameters, const char *name, const char *suffix, mg_role role, int rank,
                     const int64_t *shape, mg_init init, double value);
/* Pushes "<kind> '<name>'". */
void mg__push_layer_scope(mg_graph *graph, const char *kind, const char *name);
/* false, and an error on the graph: no store, or one of another dtype than x. */
bool mg__check_layer_input(const mg_node *x, const mg_parameters *parameters);

/* Builds the items of a layer's text argument (nn/network.c). */
mg_node *mg__build_text(mg__layer_call *call, int first, mg_node *x);

extern const mg__layer mg__layer_dense, mg__layer_dropout, mg__layer_flatten, mg__layer_batchnorm, mg__layer_layernorm,
    mg__layer_residual, mg__layer_periodic;
extern const mg__layer mg__layer_relu, mg__layer_tanh, mg__layer_sigmoid, mg__layer_softplus, mg__layer_gelu, mg__layer_silu,
    mg__layer_elu, mg__layer_selu, mg__layer_leaky_relu, mg__layer_mish, mg__layer_hard_swish, mg__layer_softmax;

#endif
