/* micrograd/parameters.h: what is learned. A store of named arrays, independent of graphs: several graphs (training, inference,
 * other batch sizes) share one.
 *
 * A store is declared, then frozen once: freezing lays out ONE flat block of weights, biases and gains (each at a 64-byte
 * boundary; order: decayed | not decayed | frozen) and one of state (running statistics), and fills them by their initialisers.
 * The numbers of an entry depend on the seed and on its name alone, so adding a layer changes no other layer's. Layout is plain:
 * dense [in, out].
 */
#ifndef MICROGRAD_PARAMETERS_H
#define MICROGRAD_PARAMETERS_H

#include <micrograd/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mg_parameters mg_parameters;

typedef enum mg_role {
    MG_WEIGHT, /* decayed by penalties */
    MG_BIAS,   /* not decayed */
    MG_GAIN,   /* of a normalisation: not decayed */
    MG_FROZEN, /* used, never updated by an optimiser */
    MG_STATE,  /* running statistics: no optimiser sees it */
} mg_role;

/* Initialisers. fan_in and fan_out are those of the entry's shape: dense [in, out].
 * glorot: Glorot & Bengio 2010; he: He et al. 2015; lecun: LeCun 1998; orthogonal: Saxe et al. 2013. */
#define MG_INIT_TABLE(X)                                                                                                        \
    X(auto, "chosen by the activation that follows: he_normal for the relu family, lecun_normal for selu, else glorot_uniform") \
    X(zeros, "0")                                                                                                               \
    X(ones, "1")                                                                                                                \
    X(constant, "one given value")                                                                                              \
    X(glorot_uniform, "even in +-sqrt(6/(fan_in + fan_out))")                                                                   \
    X(glorot_normal, "normal, deviation sqrt(2/(fan_in + fan_out))")                                                            \
    X(he_uniform, "even in +-sqrt(6/fan_in)")                                                                                   \
    X(he_normal, "normal, deviation sqrt(2/fan_in)")                                                                            \
    X(lecun_uniform, "even in +-sqrt(3/fan_in)")                                                                                \
    X(lecun_normal, "normal, deviation sqrt(1/fan_in)")                                                                         \
    X(orthogonal, "orthonormal rows or columns times the gain")                                                                 \
    X(normal, "normal with a given deviation")                                                                                  \
    X(uniform, "even in +-a given bound")

typedef enum mg_init {
#define MG_INIT_ENUM(name, text) MG_INIT_##name,
    MG_INIT_TABLE(MG_INIT_ENUM)
#undef MG_INIT_ENUM
        MG_INITS
} mg_init;

const char *mg_init_name(mg_init init);             /* "he_normal" */
const char *mg_init_text(mg_init init);             /* its formula */
bool mg_init_find(const char *name, mg_init *init); /* false: no such initialiser */

/* What is known of an entry. `name` belongs to the store. */
typedef struct mg_parameter {
    const char *name;
    mg_role role;
    int rank;
    int64_t shape[MG_MAX_RANK];
    mg_init init;
    double value; /* the constant, deviation or bound; the gain of orthogonal; 0 otherwise */
    int64_t fan_in, fan_out;
    double learning_rate_scale; /* default 1 */
    size_t offset;              /* elements from the start of its block; known once frozen */
} mg_parameter;

/* dtype: MG_F32 or MG_F64. NULL without memory. */
mg_parameters *mg_parameters_create(mg_context *context, mg_dtype dtype);
void mg_parameters_destroy(mg_parameters *parameters); /* NULL is fine */
mg_dtype mg_parameters_dtype(const mg_parameters *parameters);

/* Declares an entry and returns its index; with a name that exists and the same shape, that entry's. -1 on failure (another
 * shape, a frozen store, a bad name). fan_in and fan_out: 0 to take them from the shape (product of all but the last dimension,
 * and the last). */
int mg_parameters_add(mg_parameters *parameters, const char *name, mg_role role, int rank, const int64_t *shape, mg_init init,
                      double value);

int mg_parameters_count(const mg_parameters *parameters);                            /* entries */
int mg_parameters_find(const mg_parameters *parameters, const char *name);           /* -1: none */
const mg_parameter *mg_parameters_entry(const mg_parameters *parameters, int index); /* NULL out of range */
int64_t mg_parameters_learned(const mg_parameters *parameters); /* elements that optimisers update, without padding */

/* By name pattern (`*` and `?`): how many entries it matched. Before freezing. Learning-rate groups are the same as scales by
 * pattern. */
int mg_parameters_set_init(mg_parameters *parameters, const char *pattern, mg_init init, double value);
int mg_parameters_freeze_pattern(mg_parameters *parameters, const char *pattern); /* role becomes MG_FROZEN */
int mg_parameters_scale_learning_rate(mg_parameters *parameters, const char *pattern, double scale);

/* Lays out and fills the store; the second call does nothing. Sessions call it with the context's seed where it was not done. */
mg_status mg_parameters_freeze(mg_parameters *parameters, uint64_t seed);
bool mg_parameters_frozen(const mg_parameters *parameters);

/* An entry's values, borrowed; data is NULL before freezing. After writing through it call mg_parameters_touch. */
mg_tensor mg_parameters_value(const mg_parameters *parameters, int index);
void mg_parameters_touch(mg_parameters *parameters);
uint64_t mg_parameters_version(const mg_parameters *parameters);

/* The flat blocks: all that is learned or frozen (MG_WEIGHT ... MG_FROZEN), and the state. Elements, padding included. */
mg_tensor mg_parameters_flat(const mg_parameters *parameters);
mg_tensor mg_parameters_state(const mg_parameters *parameters);

/* Slots: further blocks in the same layout as the flat block (momentum, second moments ...), by number, made on demand, filled
 * with `value` (a checkpoint saves them all). Returns a borrowed tensor over the whole slot; data NULL without memory. */
mg_tensor mg_parameters_slot(mg_parameters *parameters, int slot, double value);
int mg_parameters_slots(const mg_parameters *parameters);

/* Copies all values (not slots) between frozen stores of one layout. */
mg_status mg_parameters_copy(mg_parameters *to, const mg_parameters *from);

/* The leaf of an entry in a graph: the same node each time, so that tied weights are one leaf used twice. `slot` -1: the value
 * itself; 0...: that slot's part for this entry. A leaf may be made before or after freezing; slots of unfrozen stores are made
 * when a session starts. */
mg_node *mg_parameter_leaf(mg_graph *graph, mg_parameters *parameters, int index);
mg_node *mg_slot_leaf(mg_graph *graph, mg_parameters *parameters, int index, int slot, double initial);

#ifdef __cplusplus
}
#endif
#endif
