/* Random numbers: leaves whose values are addressed by (seed, stream, step, row, position), never drawn in turn (base/random.h).
 */
#include "ops/ops.h"

#include "base/random.h"

#include <string.h>

static bool random_rule(mg_shape_rule *r) {
    const mg__random *a = r->attributes;
    r->dtype = (mg_dtype)a->dtype;
    r->rank = (int)a->rank;
    memcpy(r->shape, a->shape, sizeof r->shape);
    return true;
}

static mg_status random_reference(const mg_kernel_call *c, double (*draw)(const mg__stream *, uint64_t, uint64_t)) {
    const mg__random *a = c->attributes;
    mg__stream stream = { c->seed, a->stream, c->step };
    mg_tensor y = c->y;
    int64_t rows = y.rank ? y.shape[0] : 1, width = rows ? mg_tensor_count(&y) / rows : 0;
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = 0; i < width; i++)
            mg_tensor_put(&y, r * width + i, draw(&stream, c->first_row + (uint64_t)r, (uint64_t)i));
    return MG_OK;
}
static mg_status uniform_reference(const mg_kernel_call *c) { return random_reference(c, mg__random_uniform); }
static mg_status normal_reference(const mg_kernel_call *c) { return random_reference(c, mg__random_normal); }
static int random_samples(int index, mg_sample *sample) {
    memset(sample, 0, sizeof *sample);
    mg__random a = { .rank = 2, .dtype = MG_F64, .shape = { 4, index ? 33 : 5 }, .stream = 7 };
    mg__sample_attributes(sample, &a, sizeof a);
    return 2;
}

#define RANDOM(id, op_kind, words)                           \
    const mg_op mg__op_##id = { .size = sizeof(mg_op),       \
                                .name = #id,                 \
                                .inputs = 0,                 \
                                .shape = random_rule,        \
                                .gradient = MG_NO_GRADIENT,  \
                                .reference = id##_reference, \
                                .sample = random_samples,    \
                                .doc = words,                \
                                .kind = op_kind };
RANDOM(uniform, MG__UNIFORM, "Even in [0, 1), a multiple of 2^-24 in every dtype.")
RANDOM(normal, MG__NORMAL, "Mean 0, deviation 1 (Box-Muller).")

/* The hash of scope path, purpose and ordinal: the first ordinal that no random leaf of this graph has. */
static uint64_t new_stream(mg_graph *graph, const char *purpose) {
    uint64_t base = mg__hash_text(mg__hash_text(0, graph->scope_path), purpose);
    for (uint64_t ordinal = 0;; ordinal++) {
        uint64_t stream = mg__hash_mix(base, ordinal);
        bool taken = false;
        for (size_t id = 0; graph->random_streams && id < graph->count && !taken; id++) {
            const mg_node *node = mg__node_at(graph, id);
            if (mg__kind_of(node) == MG__UNIFORM || mg__kind_of(node) == MG__NORMAL)
                taken = ((const mg__random *)mg__attributes_of(node))->stream == stream;
        }
        if (!taken) return stream;
    }
}

static mg_node *draw(mg_graph *graph, const mg_op *op, mg_dtype dtype, int rank, const int64_t *shape) {
    if (!graph) return NULL;
    if (rank < 0 || rank > MG_MAX_RANK || (dtype != MG_F32 && dtype != MG_F64))
        return mg_graph_fail(graph, MG_INVALID, "%s: wanted a rank of 0 to %d and f32 or f64, got %d and %s", op->name,
                             MG_MAX_RANK, rank, mg_dtype_name(dtype));
    mg__random a = { .rank = rank, .dtype = dtype, .stream = new_stream(graph, op->name) };
    if (rank) memcpy(a.shape, shape, (size_t)rank * sizeof *shape);
    graph->random_streams++;
    return mg__apply(graph, op, NULL, 0, &a, sizeof a, true);
}

mg_node *mg_random_uniform(mg_graph *graph, mg_dtype dtype, int rank, const int64_t *shape) {
    return draw(graph, &mg__op_uniform, dtype, rank, shape);
}
mg_node *mg_random_normal(mg_graph *graph, mg_dtype dtype, int rank, const int64_t *shape) {
    return draw(graph, &mg__op_normal, dtype, rank, shape);
}
mg_node *mg_random_bernoulli(mg_graph *graph, mg_dtype dtype, int rank, const int64_t *shape, double probability) {
    mg_node *u = mg_random_uniform(graph, dtype, rank, shape);
    return mg_is_poison(u) ? u : mg_less(u, mg_constant_like(u, probability));
}

/* The mask has as many elements as `shape`, which broadcasts to that of x. */
static mg_node *drop(mg_node *x, double rate, const int64_t *shape) {
    if (rate == 0) return x;
    mg_graph *graph = mg__graph(x);
    if (!(rate >= 0 && rate < 1))
        return mg_graph_fail(graph, MG_INVALID, "dropout: wanted a rate of at least 0 and below 1, got %g", rate);
    mg_node *keep = mg_random_bernoulli(graph, (mg_dtype)x->dtype, x->shape->rank, shape, 1 - rate);
    return mg_where(keep, mg_mul_scalar(x, 1 / (1 - rate)), mg_zeros_like(x));
}

mg_node *mg_dropout(mg_node *x, double rate) { return mg_is_poison(x) ? x : drop(x, rate, x->shape->dims); }

mg_node *mg_dropout_channels(mg_node *x, double rate) {
    int64_t shape[MG_MAX_RANK];
    if (mg_is_poison(x)) return x;
    int rank = x->shape->rank;
    for (int d = 0; d < rank; d++) shape[d] = d == 0 || d == rank - 1 ? x->shape->dims[d] : 1;
    return drop(x, rate, shape);
}
