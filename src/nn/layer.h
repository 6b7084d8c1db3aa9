/* Layers, inside view: how a row of the layer table looks, and the layers without their scopes. A layer is one row (nn/layers.c
 * lists them); parsing, bounds, help and building derive from it. */
#ifndef MG_NN_LAYER_H
#define MG_NN_LAYER_H

#include "base/base.h"

#include <micrograd/nn.h>
#include <micrograd/ops.h>

#define MG__MAX_ARGUMENTS 8
#define MG__MAX_UNITS     (1 << 24)
#define MG__MAX_TAPS      1024 /* of a kernel's side in model text, its stride, padding and dilation */

#define MG__VALUE_BYTES 48 /* of a number as text */

typedef enum mg__argument_kind {
    MG__WHOLE,   /* a whole number */
    MG__NUMBER,  /* any number */
    MG__INIT,    /* the name of an initialiser that needs no value */
    MG__SWITCH,  /* true or false */
    MG__PADDING, /* valid (0), same (MG_SAME), or a whole number */
    MG__STRIDE,  /* size (0: that of the window), or a whole number */
    MG__TEXT,    /* layers */
} mg__argument_kind;

/* A word that stands for a number. */
typedef struct mg__word {
    const char *name; /* NULL: the end of the list */
    double number;
} mg__word;

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
    double number; /* also an mg_init, or what a word stands for */
    int text;      /* MG__TEXT: the first item, -1 for none */
} mg__value;

/* What a layer's build function works with. */
typedef struct mg__layer_call {
    mg_parameters *parameters;
    const char *name; /* of this layer, "dense1" */
    const mg__value *values;
    bool training;
    bool first;      /* nothing stands between it and the network's input */
    bool fold;       /* it may become part of the layer that gave x, which nothing else reads */
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
    bool slides;     /* a kernel goes over every pixel: many multiply-adds for each parameter */
    double steepest; /* an activation, element by element: its largest slope; 0: it is none */
    bool bounded;    /* it lies between two limits */
    bool stochastic; /* its scope has no number: random streams must not depend on how many layers stand before it */
} mg__layer;

const mg__layer *const *mg__layers(void); /* NULL-terminated */
const mg__layer *mg__layer_find(const char *name, size_t length);

/* The words of an argument's kind besides initialisers; an empty list where there are none. */
const mg__word *mg__words(mg__argument_kind kind);
/* An argument's number as model text has it; MG__TEXT has none. */
const char *mg__value_text(mg__argument_kind kind, double number, char buffer[MG__VALUE_BYTES]);
/* "units, init=auto, bias=true" */
void mg__layer_arguments(const mg__layer *layer, char *text, size_t size);

/* The layers themselves; the caller has pushed a scope that names them. */
mg_node *mg__dense(mg_node *x, mg_parameters *parameters, const char *name, int64_t units, const mg_dense_options *options);
typedef struct mg__batch_norm_options {
    bool training, fold;
    double momentum, epsilon;
} mg__batch_norm_options;
mg_node *mg__batch_norm(mg_node *x, mg_parameters *parameters, const char *name, const mg__batch_norm_options *options);
mg_node *mg__layer_norm(mg_node *x, mg_parameters *parameters, const char *name, double epsilon);
mg_node *mg__group_norm(mg_node *x, mg_parameters *parameters, const char *name, int64_t groups, double epsilon);

/* Declares <name>.<suffix> and returns its leaf; poison on failure, with the store's message. */
mg_node *mg__declare(mg_graph *graph, mg_parameters *parameters, const char *name, const char *suffix, mg_role role, int rank,
                     const int64_t *shape, mg_init init, double value);
/* Pushes "<kind> '<name>'". */
void mg__push_layer_scope(mg_graph *graph, const char *kind, const char *name);
/* false, and an error on the graph: no store, or one of another dtype than x. */
bool mg__check_layer_input(const mg_node *x, const mg_parameters *parameters);

/* --- images [n, height, width, channels] and sequences [n, length, channels], images of height 1 (nn/image.c) --- */

/* false, and an error on the graph: x is neither. */
bool mg__check_image(mg_node *x);
/* A sequence as the image that it is; an image stays. And back, to the rank of `like`. */
mg_node *mg__as_image(mg_node *x);
mg_node *mg__as_before(mg_node *y, const mg_node *like);
/* How something of `kernel` x `kernel` slides over x; over a sequence it is 1 x kernel. */
typedef struct mg__slide {
    int64_t kernel[2];
    mg_convolution at; /* its groups are the caller's */
} mg__slide;
mg__slide mg__slide_over(const mg_node *x, int64_t kernel, int64_t stride, int64_t padding, int64_t dilation);

/* scale y + shift, both [features], where y is what a dense layer or a convolution gave, as one such layer: its weights times
 * the scale, and one bias (nn/fold.c). NULL: y is something else, or its weights are more than its numbers. */
mg_node *mg__fold(mg_node *y, mg_node *scale, mg_node *shift);

/* The preset of that name; NULL: none. A list of all, for messages. */
const mg_preset *mg__preset_find(const char *name, size_t length);
void mg__preset_names(char *text, size_t size);

/* Builds the items of a layer's text argument (nn/network.c). */
mg_node *mg__build_text(mg__layer_call *call, int first, mg_node *x);

extern const mg__layer mg__layer_dense, mg__layer_dropout, mg__layer_flatten, mg__layer_batchnorm, mg__layer_layernorm,
    mg__layer_residual, mg__layer_periodic;
extern const mg__layer mg__layer_conv, mg__layer_conv1d, mg__layer_depthwise, mg__layer_maxpool, mg__layer_avgpool,
    mg__layer_globalavgpool, mg__layer_upsample, mg__layer_groupnorm;
extern const mg__layer mg__layer_relu, mg__layer_tanh, mg__layer_sigmoid, mg__layer_softplus, mg__layer_gelu, mg__layer_silu,
    mg__layer_elu, mg__layer_selu, mg__layer_leaky_relu, mg__layer_mish, mg__layer_hard_swish, mg__layer_softmax;

#endif
