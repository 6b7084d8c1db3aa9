/* Reductions, and what runs along an axis. The primitives keep reduced dimensions as 1; max, argmax, cumsum and argsort work
 * along the last axis, their builders bring another one there. */
#include "ops/ops.h"

#include <math.h>
#include <string.h>

/* --- sum --------------------------------------------------------------------------------------------- */

static bool sum_rule(mg_shape_rule *r) {
    mg_rule_same_as(r, 0);
    int64_t mask = ((const mg__axes *)r->attributes)->mask;
    if (r->dtype == MG_I32) return mg_rule_fail(r, "takes f32 or f64, got i32; convert with mg_cast");
    for (int i = 0; i < r->rank; i++)
        if (mask >> i & 1) r->shape[i] = 1;
    return true;
}
static void sum_gradient(const mg_rule *r) { r->dx[0] = mg_broadcast(r->dy, r->x[0]->shape->rank, r->x[0]->shape->dims); }
/* In f64, elements in row-major order; the total of output o sits at the same coordinates with reduced ones set to 0. */
static mg_status sum_reference(const mg_kernel_call *c) {
    const mg_tensor *x = &c->x[0];
    mg_tensor y = c->y;
    int64_t outputs = mg_tensor_count(&y), count = mg_tensor_count(x), at[MG_MAX_RANK] = { 0 };
    for (int64_t o = 0; o < outputs; o++) {
        /* coordinates of output o, then the sum over the reduced axes */
        int64_t rest = o, index[MG_MAX_RANK] = { 0 }, strides[MG_MAX_RANK], stride = 1;
        for (int i = x->rank; i-- > 0;) {
            strides[i] = stride;
            stride *= x->shape[i];
            index[i] = rest % y.shape[i];
            rest /= y.shape[i];
        }
        int64_t base = 0;
        for (int i = 0; i < x->rank; i++) base += index[i] * strides[i];
        memset(at, 0, sizeof at);
        double total = 0;
        bool done = count == 0;
        while (!done) {
            int64_t offset = base;
            for (int i = 0; i < x->rank; i++) offset += at[i] * strides[i];
            total += mg_tensor_get(x, offset);
            int i = x->rank - 1;
            for (; i >= 0; i--) {
                if (y.shape[i] == x->shape[i]) continue;
                if (++at[i] < x->shape[i]) break;
                at[i] = 0;
            }
            done = i < 0;
        }
        mg_tensor_put(&y, o, total);
    }
    return MG_OK;
}
static int sum_samples(int index, mg_sample *sample) {
    static const int64_t shapes[4][3] = { { 3, 4, 0 }, { 3, 5, 0 }, { 2, 3, 4 }, { 7, 0, 0 } };
    static const int ranks[4] = { 2, 2, 3, 1 };
    static const int64_t masks[4] = { 2, 1, 2, 1 };
    mg__sample_fill(sample, 1, ranks[index & 3], shapes[index & 3], -2, 2, 0);
    mg__sample_attributes(sample, &(mg__axes){ masks[index & 3] }, sizeof(mg__axes));
    return 4;
}
const mg_op mg__op_sum = { .size = sizeof(mg_op),
                           .name = "sum",
                           .inputs = 1,
                           .shape = sum_rule,
                           .gradient = sum_gradient,
                           .reference = sum_reference,
                           .sample = sum_samples,
                           .doc = "Sum over axes. The sum of nothing is 0.",
                           .kind = MG__SUM };

static mg_node *without_axes(mg_node *x, int64_t mask) {
    int64_t dims[MG_MAX_RANK];
    int rank = 0;
    for (int i = 0; i < x->shape->rank; i++)
        if (!(mask >> i & 1)) dims[rank++] = x->shape->dims[i];
    return mg_reshape(x, rank, dims);
}

static bool axes_mask(mg_node *x, const char *who, const int *axes, int count, int64_t *mask) {
    *mask = 0;
    if (!axes || count == 0) *mask = ((int64_t)1 << x->shape->rank) - 1;
    for (int i = 0; axes && i < count; i++) {
        int axis;
        if (!mg__axis(x, who, axes[i], &axis)) return false;
        *mask |= (int64_t)1 << axis;
    }
    return true;
}

/* What a window scatter adds somewhere in its image, a sum over the image adds anyway. */
static mg_node *without_scatter(mg_node *x, int64_t summed) {
    if (mg__kind_of(x) != MG__WINDOW_SCATTER) return x;
    for (int i = 1; i <= 2; i++)
        if (x->shape->dims[i] != 1 && !(summed >> i & 1)) return x;
    return mg__inputs(x)[0];
}

mg_node *mg_sum(mg_node *x, const int *axes, int count, bool keep) {
    if (mg_is_poison(x)) return x;
    int64_t mask;
    if (!axes_mask(x, "sum", axes, count, &mask)) return mg__graph(x)->poison;
    mg_node *y = x;
    /* axes of size 1 need no sum; of the others a node sums neighbours, the last ones first: rows, then columns */
    for (int i = x->shape->rank; i-- > 0;) {
        int64_t run = 0;
        for (; i >= 0 && ((mask >> i & 1) || x->shape->dims[i] == 1); i--)
            if (x->shape->dims[i] != 1) run |= (int64_t)1 << i;
        if (!run || mg_is_poison(y)) continue;
        y = without_scatter(y, run);
        y = mg_apply(&mg__op_sum, &y, 1, &(mg__axes){ run }, sizeof(mg__axes));
    }
    return keep || mg_is_poison(y) ? y : without_axes(y, mask);
}
mg_node *mg_sum_all(mg_node *x) { return mg_sum(x, NULL, 0, false); }
mg_node *mg_mean(mg_node *x, const int *axes, int count, bool keep) {
    mg_node *total = mg_sum(x, axes, count, keep);
    if (mg_is_poison(total)) return total;
    double per = (double)x->shape->count / (double)(total->shape->count ? total->shape->count : 1);
    return mg_mul_scalar(total, 1 / per);
}
mg_node *mg_mean_all(mg_node *x) { return mg_mean(x, NULL, 0, false); }
mg_node *mg_variance(mg_node *x, const int *axes, int count, bool keep) {
    mg_node *mean = mg_mean(x, axes, count, true);
    return mg_is_poison(mean) ? mean : mg_mean(mg_square(mg_sub(x, mean)), axes, count, keep);
}

/* --- along the last axis ----------------------------------------------------------------------------- */

typedef struct lanes {
    int64_t rows, columns;
} lanes;
static lanes lanes_of(const mg_tensor *x) {
    int64_t columns = x->rank ? x->shape[x->rank - 1] : 1;
    return (lanes){ columns ? mg_tensor_count(x) / columns : 0, columns };
}

static int64_t first_largest(const mg_tensor *x, int64_t start, int64_t count) {
    int64_t best = 0;
    double most = mg_tensor_get(x, start);
    for (int64_t i = 1; i < count; i++) {
        double value = mg_tensor_get(x, start + i);
        if (value > most || (value != value && most == most)) {
            most = value;
            best = i;
        }
    }
    return best;
}

static bool last_rule(mg_shape_rule *r) {
    mg_rule_same_as(r, 0);
    if (r->rank == 0) return mg_rule_fail(r, "takes at least one dimension, got a scalar");
    if (r->shape[r->rank - 1] == 0)
        return mg_rule_fail(r, "there is no largest of 0 elements (%s)", MG__SHAPE_TEXT(r->rank, r->shape));
    r->shape[r->rank - 1] = 1;
    return true;
}
static bool argmax_rule(mg_shape_rule *r) {
    bool fine = last_rule(r);
    r->dtype = MG_I32;
    return fine;
}
static mg_status max_reference(const mg_kernel_call *c) {
    lanes n = lanes_of(&c->x[0]);
    mg_tensor y = c->y;
    for (int64_t r = 0; r < n.rows; r++)
        mg_tensor_put(&y, r, mg_tensor_get(&c->x[0], r * n.columns + first_largest(&c->x[0], r * n.columns, n.columns)));
    return MG_OK;
}
static mg_status argmax_reference(const mg_kernel_call *c) {
    lanes n = lanes_of(&c->x[0]);
    for (int64_t r = 0; r < n.rows; r++) ((int32_t *)c->y.data)[r] = (int32_t)first_largest(&c->x[0], r * n.columns, n.columns);
    return MG_OK;
}
/* dx = dy where the index is the argmax, else 0. */
static void max_gradient(const mg_rule *r) {
    mg_node *x = r->x[0];
    mg_dtype dtype = (mg_dtype)x->dtype;
    int rank = x->shape->rank;
    const int64_t *dims = x->shape->dims;
    mg_node *winner = mg_broadcast(mg_cast(mg_apply(&mg__op_argmax, &x, 1, NULL, 0), dtype), rank, dims);
    mg_node *hit = mg_equal(mg_iota(r->graph, dtype, rank, dims, rank - 1), winner);
    r->dx[0] = mg_where(hit, mg_broadcast(r->dy, rank, dims), mg_zeros_like(x));
}
static int last_samples(int index, mg_sample *sample) {
    static const int64_t shapes[3][3] = { { 3, 4, 0 }, { 5, 0, 0 }, { 2, 3, 17 } };
    static const int ranks[3] = { 2, 1, 3 };
    mg__sample_fill(sample, 1, ranks[index % 3], shapes[index % 3], -2, 2, 0);
    return 3;
}
const mg_op mg__op_max = {
    .size = sizeof(mg_op),
    .name = "max",
    .inputs = 1,
    .shape = last_rule,
    .gradient = max_gradient,
    .reference = max_reference,
    .sample = last_samples,
    .doc = "The largest along the last axis. The gradient goes to the first of equal ones; NaN counts as the largest.",
    .kind = MG__MAX
};
const mg_op mg__op_argmax = {
    .size = sizeof(mg_op),
    .name = "argmax",
    .inputs = 1,
    .shape = argmax_rule,
    .gradient = MG_NO_GRADIENT,
    .reference = argmax_reference,
    .sample = last_samples,
    .doc = "The index (i32) of the first of the largest along the last axis; NaN counts as the largest. No gradient.",
    .kind = MG__ARGMAX
};

/* y = f(x) along any axis, by way of the last. */
static mg_node *to_last(mg_node *x, int axis) {
    int rank = x->shape->rank, order[MG_MAX_RANK], n = 0;
    if (axis == rank - 1) return x;
    for (int i = 0; i < rank; i++)
        if (i != axis) order[n++] = i;
    order[n] = axis;
    return mg_transpose(x, order);
}
static mg_node *from_last(mg_node *y, int axis) {
    int rank = y->shape->rank, order[MG_MAX_RANK];
    if (axis == rank - 1 || mg_is_poison(y)) return y;
    for (int i = 0; i < rank; i++) order[i] = i < axis ? i : i == axis ? rank - 1 : i - 1;
    return mg_transpose(y, order);
}
static mg_node *along(const mg_op *op, mg_node *x, int axis, const void *attributes, size_t bytes) {
    if (mg_is_poison(x)) return x;
    int at;
    if (!mg__axis(x, op->name, axis, &at)) return mg__graph(x)->poison;
    mg_node *last = to_last(x, at);
    return from_last(mg_apply(op, &last, 1, attributes, bytes), at);
}
static mg_node *keep_or_drop(mg_node *y, int axis, bool keep) {
    if (keep || mg_is_poison(y)) return y;
    return without_axes(y, (int64_t)1 << (axis < 0 ? axis + y->shape->rank : axis));
}

mg_node *mg_max(mg_node *x, int axis, bool keep) { return keep_or_drop(along(&mg__op_max, x, axis, NULL, 0), axis, keep); }
mg_node *mg_min(mg_node *x, int axis, bool keep) { return mg_neg(mg_max(mg_neg(x), axis, keep)); }
mg_node *mg_argmax(mg_node *x, int axis, bool keep) { return keep_or_drop(along(&mg__op_argmax, x, axis, NULL, 0), axis, keep); }

/* --- cumulative sum ---------------------------------------------------------------------------------- */

static bool ordered_rule(mg_shape_rule *r) {
    mg_rule_same_as(r, 0);
    return r->rank > 0 || mg_rule_fail(r, "takes at least one dimension, got a scalar");
}
static mg_status cumsum_reference(const mg_kernel_call *c) {
    lanes n = lanes_of(&c->x[0]);
    mg_tensor y = c->y;
    for (int64_t r = 0; r < n.rows; r++) {
        double total = 0;
        for (int64_t i = r * n.columns; i < (r + 1) * n.columns; i++) mg_tensor_put(&y, i, total += mg_tensor_get(&c->x[0], i));
    }
    return MG_OK;
}
static void cumsum_gradient(const mg_rule *r) { r->dx[0] = mg_flip(mg_cumsum(mg_flip(r->dy, -1), -1), -1); }
const mg_op mg__op_cumsum = { .size = sizeof(mg_op),
                              .name = "cumsum",
                              .inputs = 1,
                              .shape = ordered_rule,
                              .gradient = cumsum_gradient,
                              .reference = cumsum_reference,
                              .sample = last_samples,
                              .doc = "Sums of the first 1, 2, 3 ... elements along the last axis." };
mg_node *mg_cumsum(mg_node *x, int axis) { return along(&mg__op_cumsum, x, axis, NULL, 0); }

/* --- order ------------------------------------------------------------------------------------------- */

static bool argsort_rule(mg_shape_rule *r) {
    bool fine = ordered_rule(r);
    r->dtype = MG_I32;
    if (fine && r->shape[r->rank - 1] > INT32_MAX) return mg_rule_fail(r, "the axis is longer than an index can say");
    return fine;
}

/* Strictly before, equal values by their index: a total order, so that sorting in place is stable. NaN comes last. */
static bool before(const mg_tensor *x, int64_t start, int32_t i, int32_t j, bool descending) {
    double a = mg_tensor_get(x, start + i), b = mg_tensor_get(x, start + j);
    if (a != a || b != b) return a != a && b != b ? i < j : a == a;
    return a == b ? i < j : descending ? a > b : a < b;
}

/* Heapsort: n log n without scratch. */
static void sift(const mg_tensor *x, int64_t start, int32_t *order, int64_t root, int64_t count, bool descending) {
    int32_t moved = order[root];
    for (int64_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && before(x, start, order[child], order[child + 1], descending)) child++;
        if (!before(x, start, moved, order[child], descending)) break;
        order[root] = order[child];
    }
    order[root] = moved;
}

static mg_status argsort_reference(const mg_kernel_call *c) {
    lanes n = lanes_of(&c->x[0]);
    bool descending = ((const mg__sort *)c->attributes)->descending;
    for (int64_t r = 0; r < n.rows; r++) {
        int64_t start = r * n.columns;
        int32_t *order = (int32_t *)c->y.data + start;
        for (int64_t i = 0; i < n.columns; i++) order[i] = (int32_t)i;
        for (int64_t i = n.columns / 2; i-- > 0;) sift(&c->x[0], start, order, i, n.columns, descending);
        for (int64_t last = n.columns; last-- > 1;) {
            int32_t largest = order[0];
            order[0] = order[last];
            order[last] = largest;
            sift(&c->x[0], start, order, 0, last, descending);
        }
    }
    return MG_OK;
}
static int argsort_samples(int index, mg_sample *sample) {
    int count = last_samples(index, sample);
    mg__sample_attributes(sample, &(mg__sort){ index & 1 }, sizeof(mg__sort));
    return count;
}
const mg_op mg__op_argsort = {
    .size = sizeof(mg_op),
    .name = "argsort",
    .inputs = 1,
    .shape = argsort_rule,
    .gradient = MG_NO_GRADIENT,
    .reference = argsort_reference,
    .sample = argsort_samples,
    .doc = "Indices (i32) that sort along the last axis; stable, NaN last. No gradient through the order."
};
mg_node *mg_argsort(mg_node *x, int axis, bool descending) {
    return along(&mg__op_argsort, x, axis, &(mg__sort){ descending }, sizeof(mg__sort));
}

mg_node *mg_top_k(mg_node *x, int k, int axis, mg_node **indices) {
    if (indices) *indices = x;
    if (mg_is_poison(x)) return x;
    int at;
    if (!mg__axis(x, "top_k", axis, &at)) return mg__graph(x)->poison;
    if (k < 1 || k > x->shape->dims[at])
        return mg_graph_fail(mg__graph(x), MG_INVALID, "top_k: wanted k from 1 to %lld, got %d", (long long)x->shape->dims[at],
                             k);
    mg_node *last = to_last(x, at);
    mg_node *order = mg_slice(mg_argsort(last, -1, true), -1, 0, k, 1);
    if (indices) *indices = from_last(order, at);
    return from_last(mg_take_along(last, order), at);
}
