/* Products. */
#include "ops/ops.h"

#include <string.h>

typedef struct product {
    int64_t batch, m, n, k;
} product;

static product product_of(const mg_tensor *a, const mg_tensor *b, const mg__matmul *t) {
    const int64_t *x = a->shape + a->rank - 2, *y = b->shape + b->rank - 2;
    product p = { 1, x[t->transpose_a ? 1 : 0], y[t->transpose_b ? 0 : 1], x[t->transpose_a ? 0 : 1] };
    for (int i = 0; i < a->rank - 2; i++) p.batch *= a->shape[i];
    return p;
}

static bool matmul_rule(mg_shape_rule *r) {
    const mg__matmul *t = r->attributes;
    const mg__shape *a = r->x[0]->shape, *b = r->x[1]->shape;
    if (r->x[0]->dtype != r->x[1]->dtype || r->x[0]->dtype == MG_I32)
        return mg_rule_fail(r, "takes two f32 or two f64, got %s and %s; convert with mg_cast",
                            mg_dtype_name((mg_dtype)r->x[0]->dtype), mg_dtype_name((mg_dtype)r->x[1]->dtype));
    bool fits = a->rank >= 2 && a->rank == b->rank;
    for (int i = 0; fits && i < a->rank - 2; i++) fits = a->dims[i] == b->dims[i];
    int64_t inner_a = fits ? a->dims[a->rank - (t->transpose_a ? 2 : 1)] : 0,
            inner_b = fits ? b->dims[b->rank - (t->transpose_b ? 1 : 2)] : 0;
    if (!fits || inner_a != inner_b)
        return mg_rule_fail(r, "%s%s by %s%s: the inner dimensions must agree", MG__NODE_SHAPE_TEXT(r->x[0]),
                            t->transpose_a ? " transposed" : "", MG__NODE_SHAPE_TEXT(r->x[1]),
                            t->transpose_b ? " transposed" : "");
    mg_rule_same_as(r, 0);
    r->shape[r->rank - 2] = a->dims[a->rank - (t->transpose_a ? 1 : 2)];
    r->shape[r->rank - 1] = b->dims[b->rank - (t->transpose_b ? 2 : 1)];
    return true;
}

/* With A' = op(A), B' = op(B), C = A' B': dA' = dC B'^T, dB' = A'^T dC. */
static void matmul_gradient(const mg_rule *r) {
    const mg__matmul *t = r->attributes;
    bool ta = t->transpose_a, tb = t->transpose_b;
    mg_node *a = r->x[0], *b = r->x[1];
    if (r->needed[0]) r->dx[0] = ta ? mg_matmul_transposed(b, tb, r->dy, true) : mg_matmul_transposed(r->dy, false, b, !tb);
    if (r->needed[1]) r->dx[1] = tb ? mg_matmul_transposed(r->dy, true, a, ta) : mg_matmul_transposed(a, !ta, r->dy, false);
}

static mg_status matmul_reference(const mg_kernel_call *c) {
    const mg__matmul *t = c->attributes;
    product p = product_of(&c->x[0], &c->x[1], t);
    mg_tensor y = c->y;
    for (int64_t s = 0; s < p.batch; s++) {
        int64_t a0 = s * p.m * p.k, b0 = s * p.k * p.n;
        for (int64_t i = 0; i < p.m; i++) {
            for (int64_t j = 0; j < p.n; j++) {
                double total = 0;
                for (int64_t l = 0; l < p.k; l++)
                    total += mg_tensor_get(&c->x[0], a0 + (t->transpose_a ? l * p.m + i : i * p.k + l)) *
                             mg_tensor_get(&c->x[1], b0 + (t->transpose_b ? j * p.k + l : l * p.n + j));
                mg_tensor_put(&y, (s * p.m + i) * p.n + j, total);
            }
        }
    }
    return MG_OK;
}

static int matmul_samples(int index, mg_sample *sample) {
    mg__matmul t = { index & 1, index >> 1 & 1 };
    int rank = index < 4 ? 2 : 3;
    mg__sample_fill(sample, 2, rank, MG__DIMS(2, 2, 2), -2, 2, 0);
    int64_t *a = sample->shape[0] + rank - 2, *b = sample->shape[1] + rank - 2;
    int64_t m = index < 4 ? 3 : 7, n = index < 4 ? 5 : 2, k = 4;
    a[t.transpose_a ? 1 : 0] = m;
    a[t.transpose_a ? 0 : 1] = k;
    b[t.transpose_b ? 1 : 0] = k;
    b[t.transpose_b ? 0 : 1] = n;
    mg__sample_attributes(sample, &t, sizeof t);
    return 8;
}
const mg_op mg__op_matmul = { .size = sizeof(mg_op),
                              .name = "matmul",
                              .inputs = 2,
                              .shape = matmul_rule,
                              .gradient = matmul_gradient,
                              .reference = matmul_reference,
                              .sample = matmul_samples,
                              .doc = "[..., m, k] by [..., k, n] gives [..., m, n]; either may be taken transposed.",
                              .kind = MG__MATMUL };

/* A transposition of the last two dimensions becomes the product's flag. */
static mg_node *absorb_transpose(mg_node *x, bool *transposed) {
    if (mg__kind_of(x) != MG__TRANSPOSE) return x;
    const mg__order *order = mg__attributes_of(x);
    int rank = x->shape->rank;
    for (int i = 0; i < rank - 2; i++)
        if (order->axis[i] != i) return x;
    *transposed = !*transposed;
    return mg__inputs(x)[0];
}

static mg_node *with_batch(mg_node *x, int rank, const int64_t *batch) {
    int64_t dims[MG_MAX_RANK];
    memcpy(dims, batch, sizeof dims);
    dims[rank - 2] = x->shape->dims[x->shape->rank - 2];
    dims[rank - 1] = x->shape->dims[x->shape->rank - 1];
    return mg_broadcast(x, rank, dims);
}

mg_node *mg_matmul_transposed(mg_node *a, bool transpose_a, mg_node *b, bool transpose_b) {
    if (mg_is_poison(a) || mg_is_poison(b)) return mg_is_poison(a) ? a : b;
    mg_graph *graph = mg__graph(a);
    if (a->shape->rank < 2 || b->shape->rank < 2)
        return mg_graph_fail(graph, MG_INVALID, "matmul: wanted at least two dimensions each, got %s and %s",
                             MG__NODE_SHAPE_TEXT(a), MG__NODE_SHAPE_TEXT(b));
    a = absorb_transpose(a, &transpose_a);
    b = absorb_transpose(b, &transpose_b);
    int ra = a->shape->rank, rb = b->shape->rank;
    if (ra > 2 && rb == 2 && !transpose_a) { /* rows of all the batch at once */
        int64_t dims[MG_MAX_RANK];
        memcpy(dims, a->shape->dims, sizeof dims);
        int64_t flat[2] = { -1, dims[ra - 1] };
        if (a->shape->count) {
            mg_node *y = mg_matmul_transposed(mg_reshape(a, 2, flat), false, b, transpose_b);
            if (mg_is_poison(y)) return y;
            dims[ra - 1] = y->shape->dims[1];
            return mg_reshape(y, ra, dims);
        }
    }
    if (ra > 2 || rb > 2) {
        int rank;
        int64_t batch[MG_MAX_RANK] = { 0 };
        if (!mg__shape_broadcast(ra - 2, a->shape->dims, rb - 2, b->shape->dims, &rank, batch))
            return mg_graph_fail(graph, MG_INVALID, "matmul: the leading dimensions of %s and %s do not broadcast",
                                 MG__NODE_SHAPE_TEXT(a), MG__NODE_SHAPE_TEXT(b));
        a = with_batch(a, rank + 2, batch);
        b = with_batch(b, rank + 2, batch);
    }
    mg__matmul t = { transpose_a, transpose_b };
    return mg_apply(&mg__op_matmul, (mg_node *[2]){ a, b }, 2, &t, sizeof t);
}

mg_node *mg_matmul(mg_node *a, mg_node *b) { return mg_matmul_transposed(a, false, b, false); }
