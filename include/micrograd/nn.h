/* micrograd/nn.h: layers, losses and networks described by text. All of it composes micrograd/ops.h. */
#ifndef MICROGRAD_NN_H
#define MICROGRAD_NN_H

#include <micrograd/parameters.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- layers by hand: each declares what it learns in the store, under its name, and returns its output --- */

/* x [n, in] -> x W + b, [n, units]. Learns <name>.weight [in, units] and <name>.bias [units]. */
mg_node *mg_dense(mg_node *x, mg_parameters *parameters, const char *name, int64_t units);
typedef struct mg_dense_options {
    mg_init init;      /* of the weight; default MG_INIT_auto */
    double init_value; /* for initialisers with a value */
    bool bias;         /* default true */
} mg_dense_options;
mg_dense_options mg_dense_defaults(void);
mg_node *mg_dense_with(mg_node *x, mg_parameters *parameters, const char *name, int64_t units, const mg_dense_options *options);

#define MG_SAME (-1) /* a padding: as many zeros as make the output ceil(size / stride); an odd one goes below or right */
typedef struct mg_conv_options {
    int64_t stride;   /* default 1; this and the next two 1 to 32767 */
    int64_t padding;  /* zeros on each side, or MG_SAME; default 0 */
    int64_t dilation; /* pixels from one tap of the kernel to the next; default 1 */
    int64_t groups;   /* a divisor of both channel counts; default 1 */
    mg_init init;     /* of the weight; default MG_INIT_auto */
    double init_value;
    bool bias; /* default true; before a batch norm it has no effect */
} mg_conv_options;
mg_conv_options mg_conv_defaults(void);

/* A kernel of kernel x kernel slides over images [n, height, width, in] -> [n, oh, ow, channels], a kernel of 1 x kernel over
 * sequences [n, length, in] -> [n, ol, channels]; mg_conv2d has the formula. Learns <name>.weight [kh, kw, in / groups, channels]
 * and <name>.bias [channels]. groups = in = channels: each channel by itself (depthwise). */
mg_node *mg_conv(mg_node *x, mg_parameters *parameters, const char *name, int64_t channels, int64_t kernel,
                 const mg_conv_options *options);

/* Normalises each feature over the batch (Ioffe & Szegedy 2015): gain (x - mean)/sqrt(variance + epsilon) + bias, over all axes
 * but the last. training: batch statistics, and an update of the running ones (<name>.mean, <name>.variance; new = momentum old +
 * (1 - momentum) batch); else the running ones. */
mg_node *mg_batch_norm(mg_node *x, mg_parameters *parameters, const char *name, bool training, double momentum, double epsilon);
/* Normalises each row over its last axis (Ba et al. 2016). */
mg_node *mg_layer_norm(mg_node *x, mg_parameters *parameters, const char *name, double epsilon);
/* Normalises each row over all its pixels and one of `groups` equal groups of channels at a time (Wu & He 2018); x [n, ...,
 * channels]. One group: the whole row; as many as channels: instance norm. */
mg_node *mg_group_norm(mg_node *x, mg_parameters *parameters, const char *name, int64_t groups, double epsilon);

/* index i32 [...] -> [..., width], rows of <name>.weight [count, width]. */
mg_node *mg_embedding(mg_node *index, mg_parameters *parameters, const char *name, int64_t count, int64_t width);

/* --- losses: the mean over the batch, a scalar ------------------------------------------------------- */

typedef struct mg_loss_options {
    double label_smoothing;  /* cross-entropy: 0 (default) to below 1 */
    double delta;            /* Huber: default 1 */
    mg_node *class_weights;  /* cross-entropy: [classes], or NULL (default); the mean is then weighted */
    mg_node *sample_weights; /* [n], or NULL (default); likewise */
} mg_loss_options;
mg_loss_options mg_loss_defaults(void);

/* Predictions and targets of one shape [n, k] (k averaged over); options may be NULL. */
mg_node *mg_mean_squared_error(mg_node *prediction, mg_node *target, const mg_loss_options *options);
mg_node *mg_mean_absolute_error(mg_node *prediction, mg_node *target, const mg_loss_options *options);
mg_node *mg_huber(mg_node *prediction, mg_node *target, const mg_loss_options *options);
/* logits [n] or [n, 1], target of that shape in 0..1: -t ln p - (1 - t) ln(1 - p), p = sigmoid(logit), stable. */
mg_node *mg_binary_cross_entropy(mg_node *logits, mg_node *target, const mg_loss_options *options);
/* logits [n, classes], labels i32 [n]: -ln softmax(logits)[label]; NaN for a label outside 0..classes-1. */
mg_node *mg_cross_entropy(mg_node *logits, mg_node *labels, const mg_loss_options *options);
/* scores [n] or [n, 1], targets -1 or 1: max(0, 1 - t s). */
mg_node *mg_hinge(mg_node *scores, mg_node *target, const mg_loss_options *options);
/* scores [n, classes], labels i32 [n]: mean over the other classes of max(0, 1 - s_label + s_other); NaN for a label outside
 * 0..classes-1. */
mg_node *mg_multi_hinge(mg_node *scores, mg_node *labels, const mg_loss_options *options);

/* One row a loss, as named on the command line. */
typedef struct mg_loss {
    const char *name; /* "cross_entropy" ... */
    const char *doc;
    bool classification; /* takes i32 labels and logits of `classes` units; else a float target of the prediction's shape */
    mg_node *(*build)(mg_node *output, mg_node *target, const mg_loss_options *options);
} mg_loss;
const mg_loss *mg_loss_find(const char *name); /* NULL: none */
const mg_loss *mg_loss_row(int index);         /* NULL at the end */

/* Penalties over the entries of role MG_WEIGHT: l1 sum |w| + l2/2 sum w^2, a scalar of the store's dtype. */
mg_node *mg_penalty(mg_graph *graph, mg_parameters *parameters, double l1, double l2);

/* --- networks by text -------------------------------------------------------------------------------- */

/*     text  = item {" " item}
 *     item  = [N "*"] (layer | "[" text "]" | "@" preset)
 *     layer = name ["(" arg {"," arg} ")"]
 *     arg   = [key "="] (number | word | text)
 *
 * for example "3*[dense(64) relu] dropout(0.1)", "dense(64, init=he_normal)", "residual(dense(64) relu dense(64))",
 * "conv(32, 3, padding=same) relu maxpool(2)", "@lenet5". */

typedef struct mg_network mg_network;

/* Parses; NULL on failure: MG_SETTING with the column, the word and what is wanted there. "" is the network without hidden
 * layers. */
mg_network *mg_network_parse(mg_context *context, const char *text);
void mg_network_destroy(mg_network *network);           /* NULL is fine */
const char *mg_network_text(const mg_network *network); /* in normal form */

typedef struct mg_network_options {
    bool training;                /* dropout and batch statistics; default false */
    int64_t outputs;              /* units of the output layer that is always added ("output"); 0: none */
    int64_t numbers;              /* columns that the input begins with and that periodic() takes; default -1: all */
    mg_init init;                 /* of weights whose layer says nothing; default MG_INIT_auto */
    bool fold;                    /* not training: a batch norm becomes part of the convolution or dense layer before it, which
                                     agrees to rounding and is faster; default false */
    struct mg_layer_info *layers; /* NULL (default), or an array that receives a row a layer */
    struct mg_layer_nodes *nodes; /* NULL (default), or likewise: what each layer reads and gives */
    int layer_capacity;           /* of both */
    int *layer_count;             /* how many rows there are (may exceed the capacity); NULL allowed */
} mg_network_options;
mg_network_options mg_network_defaults(void);

typedef struct mg_layer_info {
    char name[64]; /* "dense1", "output": what parameters are named after; counts up per kind, inside a residual
                      "residual1.dense1" */
    char text[64]; /* "dense(64)"; ends in "..." where it is longer */
    int rank;
    int64_t shape[MG_MAX_RANK]; /* of its output, batch included */
    int64_t parameters;
    int64_t multiply_adds; /* a row */
} mg_layer_info;

/* A layer's place in the graph, to which the nodes belong. */
typedef struct mg_layer_nodes {
    mg_node *input, *output;
    double steepest; /* largest slope of an elementwise activation; 0: the layer is none */
    bool bounded;    /* an activation that lies between two limits: far from 0 it is flat on both sides */
} mg_layer_nodes;

/* Adds the network's layers to the graph on input x [n, ...]; returns the output node. Errors name the layer, its number, the
 * shapes and the cure. */
mg_node *mg_network_build(const mg_network *network, mg_node *x, mg_parameters *parameters, const mg_network_options *options);

/* One row a layer that text can name: what help prints. */
typedef struct mg_layer_row {
    const char *name, *doc;
    char arguments[192]; /* "units, init=auto, bias=true" */
} mg_layer_row;
int mg_layers(mg_layer_row *rows, int capacity); /* returns how many there are */

/* Networks that text can name: "@lenet5" stands for its layers. */
typedef struct mg_preset {
    const char *name, *doc, *text;
    int64_t image[3], outputs; /* what it was made for: height, width, channels; classes. Others work too */
} mg_preset;
const mg_preset *mg_preset_row(int index); /* NULL at the end */

#ifdef __cplusplus
}
#endif
#endif
