/* Movement: the same elements elsewhere. */
#include "ops/ops.h"

#include <string.h>

/* Copies x to y element by element, y row-major, x's element at base + sum of coordinate * stride. Elements outside count as
 * kept. */
static void copy_strided(const mg_tensor *x, int64_t base, const int64_t *strides, const mg_tensor *y) {
    size_t size = mg_dtype_size(y->dtype);
    int64_t count = mg_tensor_count(y), at[MG_MAX_RANK] = { 0 }, offset = base;
    const unsigned char *from = x->data;
    unsigned char *to = y->data;
    for (int64_t i = 0; i < count; i++) {
        memcpy(to + (size_t)i * size, from + (size_t)offset * size, size);
        for (int d = y->rank - 1; d >= 0; d--) {
            offset += strides[d];
            if (++at[d] < y->shape[d]) break;
            offset -= strides[d] * y->shape[d];
            at[d] = 0;
        }
    }
}

static void row_major(const mg_tensor *x, int64_t *strides) {
    int64_t stride = 1;
    for (int i = x->rank; i-- > 0; stride *= x->shape[i]) strides[i] = stride;
}

#define MOVEMENT(id, count, rule, derivative, kernel, cases, words, op_kind) \
    const mg_op mg__op_##id = { .size = sizeof(mg_op),                       \
                                .name = #id,                                 \
                                .inputs = count,                             \
                                .shape = rule,                               \
                                .gradient = derivative,                      \
                                .reference = kernel,                         \
                                .sample = cases,                             \
                                .doc = words,                                \
                                .kind = op_kind };

/* --- broadcast --------------------------------------------------------------------------------------- */

static bool broadcast_rule(mg_shape_rule *r) {
    const mg__shape_attributes *a = r->attributes;
    const mg__shape *x = r->x[0]->shape;
    bool fits = x->rank == a->rank;
    for (int i = 0; fits && i < x->rank; i++) fits = x->dims[i] == a->dims[i] || x->dims[i] == 1;
    if (!fits)
        return mg_rule_fail(r, "%s does not broadcast to %s", MG__NODE_SHAPE_TEXT(r->x[0]),
                            MG__SHAPE_TEXT((int)a->rank, a->dims));
    r->dtype = (mg_dtype)r->x[0]->dtype;
    r->rank = (int)a->rank;
    memcpy(r->shape, a->dims, sizeof r->shape);
    return true;
}
static void broadcast_gradient(const mg_rule *r) {
    int axes[MG_MAX_RANK], count = 0;
    for (int i = 0; i < r->y->shape->rank; i++)
        if (r->x[0]->shape->dims[i] != r->y->shape->dims[i]) axes[count++] = i;
    r->dx[0] = mg_sum(r->dy, axes, count, true);
}
static mg_status broadcast_reference(const mg_kernel_call *c) {
    int64_t strides[MG_MAX_RANK];
    row_major(&c->x[0], strides);
    for (int i = 0; i < c->y.rank; i++)
        if (c->x[0].shape[i] == 1) strides[i] = 0;
    copy_strided(&c->x[0], 0, strides, &c->y);
    return MG_OK;
}
static mg__shape_attributes shape_attributes(int rank, const int64_t *dims) {
    mg__shape_attributes a = { .rank = rank };
    if (rank) memcpy(a.dims, dims, (size_t)rank * sizeof *dims);
    return a;
}
static int broadcast_samples(int index, mg_sample *sample) {
    mg__sample_fill(sample, 1, 3, index ? MG__DIMS(2, 1, 5) : MG__DIMS(1, 4, 1), -2, 2, 0);
    mg__shape_attributes a = index ? shape_attributes(3, MG__DIMS(2, 3, 5)) : shape_attributes(3, MG__DIMS(3, 4, 2));
    mg__sample_attributes(sample, &a, sizeof a);
    return 2;
}
MOVEMENT(broadcast, 1, broadcast_rule, broadcast_gradient, broadcast_reference, broadcast_samples,
         "Dimensions of 1 repeated. Never materialised when compiled.", MG__BROADCAST)

mg_node *mg_broadcast(mg_node *x, int rank, const int64_t *shape) {
    if (mg_is_poison(x)) return x;
    int64_t dims[MG_MAX_RANK];
    int own = x->shape->rank;
    if (rank < own || rank > MG_MAX_RANK || (rank && !shape))
        return mg_graph_fail(mg__graph(x), MG_INVALID, "broadcast: %s does not broadcast to rank %d", MG__NODE_SHAPE_TEXT(x),
                             rank);
    if (rank > own) {
        for (int i = 0; i < rank; i++) dims[i] = i < rank - own ? 1 : x->shape->dims[i - (rank - own)];
        x = mg_reshape(x, rank, dims);
    }
    mg__shape_attributes a = shape_attributes(rank, shape);
    if (memcmp(x->shape->dims, a.dims, (size_t)rank * sizeof *a.dims) == 0) return x;
    if (mg__kind_of(x) == MG__BROADCAST) return mg_broadcast(mg__inputs(x)[0], rank, shape);
    return mg_apply(&mg__op_broadcast, &x, 1, &a, sizeof a);
}

/* --- reshape ----------------------------------------------------------------------------------------- */

static bool reshape_rule(mg_shape_rule *r) {
    const mg__shape_attributes *a = r->attributes;
    int64_t count = 1;
    for (int i = 0; i < a->rank; i++) count *= a->dims[i];
    if (count != r->x[0]->shape->count)
        return mg_rule_fail(r, "%s has %lld elements, %s would have %lld", MG__NODE_SHAPE_TEXT(r->x[0]),
                            (long long)r->x[0]->shape->count, MG__SHAPE_TEXT((int)a->rank, a->dims), (long long)count);
    r->dtype = (mg_dtype)r->x[0]->dtype;
    r->rank = (int)a->rank;
    memcpy(r->shape, a->dims, sizeof r->shape);
    return true;
}
static void reshape_gradient(const mg_rule *r) { r->dx[0] = mg_reshape(r->dy, r->x[0]->shape->rank, r->x[0]->shape->dims); }
static mg_status copy_reference(const mg_kernel_call *c) {
    if (mg_tensor_bytes(&c->y)) memcpy(c->y.data, c->x[0].data, mg_tensor_bytes(&c->y));
    return MG_OK;
}
static int reshape_samples(int index, mg_sample *sample) {
    mg__sample_fill(sample, 1, index ? 3 : 2, index ? MG__DIMS(2, 3, 4) : MG__DIMS(3, 4), -2, 2, 0);
    mg__shape_attributes a = index ? shape_attributes(2, MG__DIMS(4, 6)) : shape_attributes(3, MG__DIMS(2, 1, 6));
    mg__sample_attributes(sample, &a, sizeof a);
    return 2;
}
MOVEMENT(reshape, 1, reshape_rule, reshape_gradient, copy_reference, reshape_samples,
         "Another shape over the same elements in row-major order.", MG__RESHAPE)

mg_node *mg_reshape(mg_node *x, int rank, const int64_t *shape) {
    if (mg_is_poison(x)) return x;
    if (rank < 0 || rank > MG_MAX_RANK || (rank && !shape))
        return mg_graph_fail(mg__graph(x), MG_INVALID, "reshape: wanted a rank of 0 to %d, got %d", MG_MAX_RANK, rank);
    mg__shape_attributes a = shape_attributes(rank, shape);
    int64_t known = 1;
    int left = -1;
    for (int i = 0; i < rank; i++) {
        if (a.dims[i] == -1 && left < 0)
            left = i;
        else if (a.dims[i] < 0)
            return mg_graph_fail(mg__graph(x), MG_INVALID, "reshape: dimension %d is %lld; one may be -1, none below", i,
                                 (long long)a.dims[i]);
        else if (a.dims[i] && known > INT64_MAX / a.dims[i])
            return mg_graph_fail(mg__graph(x), MG_INVALID, "reshape: the shape %s is too large", MG__SHAPE_TEXT(rank, a.dims));
        else
            known *= a.dims[i];
    }
    if (left >= 0) a.dims[left] = known && x->shape->count % known == 0 ? x->shape->count / known : 0;
    if (rank == x->shape->rank && memcmp(a.dims, x->shape->dims, (size_t)rank * sizeof *a.dims) == 0) return x;
    if (mg__kind_of(x) == MG__RESHAPE) return mg_reshape(mg__inputs(x)[0], rank, a.dims);
    return mg_apply(&mg__op_reshape, &x, 1, &a, sizeof a);
}

/* --- transpose --------------------------------------------------------------------------------------- */

static bool transpose_rule(mg_shape_rule *r) {
    const mg__order *a = r->attributes;
    const mg__shape *x = r->x[0]->shape;
    int64_t seen = 0;
    for (int i = 0; i < x->rank; i++) {
        if (a->rank != x->rank || a->axis[i] < 0 || a->axis[i] >= x->rank || (seen >> a->axis[i] & 1))
            return mg_rule_fail(r, "the order is no permutation of the %d axes", x->rank);
        seen |= (int64_t)1 << a->axis[i];
        r->shape[i] = x->dims[a->axis[i]];
    }
    r->rank = x->rank;
    r->dtype = (mg_dtype)r->x[0]->dtype;
    return true;
}
static void transpose_gradient(const mg_rule *r) {
    const mg__order *a = r->attributes;
    int back[MG_MAX_RANK];
    for (int i = 0; i < a->rank; i++) back[a->axis[i]] = i;
    r->dx[0] = mg_transpose(r->dy, back);
}
static mg_status transpose_reference(const mg_kernel_call *c) {
    const mg__order *a = c->attributes;
    int64_t own[MG_MAX_RANK], strides[MG_MAX_RANK];
    row_major(&c->x[0], own);
    for (int i = 0; i < a->rank; i++) strides[i] = own[a->axis[i]];
    copy_strided(&c->x[0], 0, strides, &c->y);
    return MG_OK;
}
static int transpose_samples(int index, mg_sample *sample) {
    mg__sample_fill(sample, 1, index ? 3 : 2, index ? MG__DIMS(2, 3, 4) : MG__DIMS(3, 5), -2, 2, 0);
    mg__order a = index ? (mg__order){ 3, { 2, 0, 1 } } : (mg__order){ 2, { 1, 0 } };
    mg__sample_attributes(sample, &a, sizeof a);
    return 2;
}
MOVEMENT(transpose, 1, transpose_rule, transpose_gradient, transpose_reference, transpose_samples, "Axes in another order.",
         MG__TRANSPOSE)

mg_node *mg_transpose(mg_node *x, const int *order) {
    if (mg_is_poison(x)) return x;
    int rank = x->shape->rank;
    mg__order a = { .rank = rank };
    bool same = true;
    if (!order && rank < 2)
        return mg_graph_fail(mg__graph(x), MG_INVALID, "transpose: wanted at least two dimensions, got %s",
                             MG__NODE_SHAPE_TEXT(x));
    for (int i = 0; i < rank; i++) {
        a.axis[i] = order ? (order[i] < 0 ? order[i] + rank : order[i]) : i < rank - 2 ? i : 2 * rank - 3 - i;
        same = same && a.axis[i] == i;
    }
    if (same) return x;
    if (mg__kind_of(x) == MG__TRANSPOSE) {
        const mg__order *inner = mg__attributes_of(x);
        int joined[MG_MAX_RANK];
        for (int i = 0; i < rank; i++) {
            if (a.axis[i] < 0 || a.axis[i] >= rank) return mg_apply(&mg__op_transpose, &x, 1, &a, sizeof a);
            joined[i] = (int)inner->axis[a.axis[i]];
        }
        return mg_transpose(mg__inputs(x)[0], joined);
    }
    return mg_apply(&mg__op_transpose, &x, 1, &a, sizeof a);
}

/* --- flip, slice, pad -------------------------------------------------------------------------------- */

static bool flip_rule(mg_shape_rule *r) { return mg_rule_same_as(r, 0); }
static void flip_gradient(const mg_rule *r) { r->dx[0] = mg_flip(r->dy, (int)*(const int64_t *)r->attributes); }
static mg_status flip_reference(const mg_kernel_call *c) {
    int64_t axis = *(const int64_t *)c->attributes, strides[MG_MAX_RANK];
    row_major(&c->x[0], strides);
    int64_t base = strides[axis] * (c->x[0].shape[axis] - 1);
    strides[axis] = -strides[axis];
    copy_strided(&c->x[0], base, strides, &c->y);
    return MG_OK;
}
static int flip_samples(int index, mg_sample *sample) {
    mg__sample_fill(sample, 1, 2, MG__DIMS(3, 4), -2, 2, 0);
    mg__sample_attributes(sample, &(int64_t){ index }, sizeof(int64_t));
    return 2;
}
MOVEMENT(flip, 1, flip_rule, flip_gradient, flip_reference, flip_samples, "The order along an axis reversed.", MG__FLIP)

mg_node *mg_flip(mg_node *x, int axis) {
    int at;
    if (mg_is_poison(x)) return x;
    if (!mg__axis(x, "flip", axis, &at)) return mg__graph(x)->poison;
    return mg_apply(&mg__op_flip, &x, 1, &(int64_t){ at }, sizeof(int64_t));
}

static bool slice_rule(mg_shape_rule *r) {
    const mg__slice *a = r->attributes;
    mg_rule_same_as(r, 0);
    int64_t size = r->shape[a->axis];
    if (a->step < 1 || a->start < 0 || a->stop < a->start || a->stop > size)
        return mg_rule_fail(r, "wanted 0 <= start <= stop <= %lld and a step of at least 1, got %lld:%lld:%lld", (long long)size,
                            (long long)a->start, (long long)a->stop, (long long)a->step);
    r->shape[a->axis] = a->stop > a->start ? (a->stop - a->start - 1) / a->step + 1 : 0;
    return true;
}
static void slice_gradient(const mg_rule *r) {
    const mg__slice *a = r->attributes;
    int64_t n = r->y->shape->dims[a->axis], covered = n ? (n - 1) * a->step + 1 : 0;
    r->dx[0] = mg_pad(r->dy, (int)a->axis, a->start, r->x[0]->shape->dims[a->axis] - a->start - covered, a->step - 1);
}
static mg_status slice_reference(const mg_kernel_call *c) {
    const mg__slice *a = c->attributes;
    int64_t strides[MG_MAX_RANK];
    row_major(&c->x[0], strides);
    int64_t base = a->start * strides[a->axis];
    strides[a->axis] *= a->step;
    copy_strided(&c->x[0], base, strides, &c->y);
    return MG_OK;
}
static int slice_samples(int index, mg_sample *sample) {
    mg__sample_fill(sample, 1, 2, MG__DIMS(5, 6), -2, 2, 0);
    mg__slice a = index ? (mg__slice){ 1, 1, 6, 2 } : (mg__slice){ 0, 1, 4, 1 };
    mg__sample_attributes(sample, &a, sizeof a);
    return 2;
}
MOVEMENT(slice, 1, slice_rule, slice_gradient, slice_reference, slice_samples,
         "start, start + step, ... below stop along an axis.", MG__SLICE)

mg_node *mg_slice(mg_node *x, int axis, int64_t start, int64_t stop, int64_t step) {
    int at;
    if (mg_is_poison(x)) return x;
    if (!mg__axis(x, "slice", axis, &at)) return mg__graph(x)->poison;
    int64_t size = x->shape->dims[at];
    mg__slice a = { at, start < 0 ? start + size : start, stop < 0 ? stop + size : stop, step };
    if (a.start >= 0 && a.stop <= size && step > size) a.step = size > 0 ? size : 1; /* the first element alone */
    if (a.start == 0 && a.stop == size && a.step == 1) return x;
    return mg_apply(&mg__op_slice, &x, 1, &a, sizeof a);
}

static bool pad_rule(mg_shape_rule *r) {
    const mg__pad *a = r->attributes;
    mg_rule_same_as(r, 0);
    int64_t n = r->shape[a->axis];
    if (a->low < 0 || a->high < 0 || a->interior < 0)
        return mg_rule_fail(r, "wanted no negative padding, got %lld, %lld, %lld", (long long)a->low, (long long)a->high,
                            (long long)a->interior);
    const int64_t most = INT64_MAX / 8; /* elements that could be addressed at all */
    if (a->low > most || a->high > most || n > most || (n > 1 && a->interior > most / (n - 1)))
        return mg_rule_fail(r, "%lld, %lld and %lld zeros are too many", (long long)a->low, (long long)a->high,
                            (long long)a->interior);
    r->shape[a->axis] = a->low + a->high + n + (n > 1 ? (n - 1) * a->interior : 0);
    return true;
}
static void pad_gradient(const mg_rule *r) {
    const mg__pad *a = r->attributes;
    int64_t size = r->y->shape->dims[a->axis];
    r->dx[0] = mg_slice(r->dy, (int)a->axis, a->low, size - a->high, a->interior + 1);
}
static mg_status pad_reference(const mg_kernel_call *c) {
    const mg__pad *a = c->attributes;
    const mg_tensor *x = &c->x[0];
    int64_t inner = 1, outer = 1, n = x->shape[a->axis], m = c->y.shape[a->axis];
    for (int i = 0; i < x->rank; i++) {
        if (i < a->axis) outer *= x->shape[i];
        if (i > a->axis) inner *= x->shape[i];
    }
    size_t bytes = (size_t)inner * mg_dtype_size(x->dtype);
    if (mg_tensor_bytes(&c->y)) memset(c->y.data, 0, mg_tensor_bytes(&c->y));
    for (int64_t o = 0; o < outer; o++)
        for (int64_t i = 0; i < n && bytes; i++)
            memcpy((unsigned char *)c->y.data + (size_t)(o * m + a->low + i * (a->interior + 1)) * bytes,
                   (const unsigned char *)x->data + (size_t)(o * n + i) * bytes, bytes);
    return MG_OK;
}
static int pad_samples(int index, mg_sample *sample) {
    mg__sample_fill(sample, 1, 2, MG__DIMS(3, 4), -2, 2, 0);
    mg__pad a = index ? (mg__pad){ 1, 0, 1, 2 } : (mg__pad){ 0, 1, 2, 0 };
    mg__sample_attributes(sample, &a, sizeof a);
    return 2;
}
MOVEMENT(pad, 1, pad_rule, pad_gradient, pad_reference, pad_samples,
         "Zeros before, after and between the elements along an axis.", MG__OPAQUE)

mg_node *mg_pad(mg_node *x, int axis, int64_t low, int64_t high, int64_t interior) {
    int at;
    if (mg_is_poison(x)) return x;
    if (!mg__axis(x, "pad", axis, &at)) return mg__graph(x)->poison;
    mg__pad a = { at, low, high, x->shape->dims[at] < 2 ? 0 : interior };
    if (low == 0 && high == 0 && a.interior == 0) return x;
    return mg_apply(&mg__op_pad, &x, 1, &a, sizeof a);
}

/* --- concat ------------------------------------------------------------------------------------------ */

static bool concat_rule(mg_shape_rule *r) {
    int64_t axis = *(const int64_t *)r->attributes;
    mg_rule_same_as(r, 0);
    for (int i = 1; i < r->inputs; i++) {
        const mg__shape *x = r->x[i]->shape;
        bool fits = x->rank == r->rank && r->x[i]->dtype == r->x[0]->dtype;
        for (int d = 0; fits && d < r->rank; d++) fits = d == axis || x->dims[d] == r->shape[d];
        if (!fits)
            return mg_rule_fail(r, "input %d is %s %s, the first is %s %s; all but axis %lld must agree", i,
                                mg_dtype_name((mg_dtype)r->x[i]->dtype), MG__NODE_SHAPE_TEXT(r->x[i]), mg_dtype_name(r->dtype),
                                MG__NODE_SHAPE_TEXT(r->x[0]), (long long)axis);
        r->shape[axis] += x->dims[axis];
    }
    return true;
}
static void concat_gradient(const mg_rule *r) {
    int axis = (int)*(const int64_t *)r->attributes;
    int64_t start = 0;
    for (int i = 0; i < r->inputs; i++) {
        int64_t size = r->x[i]->shape->dims[axis];
        if (r->needed[i]) r->dx[i] = mg_slice(r->dy, axis, start, start + size, 1);
        start += size;
    }
}
static mg_status concat_reference(const mg_kernel_call *c) {
    int64_t axis = *(const int64_t *)c->attributes, inner = 1, outer = 1, start = 0;
    for (int i = 0; i < c->y.rank; i++) {
        if (i < axis) outer *= c->y.shape[i];
        if (i > axis) inner *= c->y.shape[i];
    }
    size_t size = (size_t)inner * mg_dtype_size(c->y.dtype), row = size * (size_t)c->y.shape[axis];
    for (int i = 0; i < c->inputs; i++) {
        size_t bytes = size * (size_t)c->x[i].shape[axis];
        for (int64_t o = 0; o < outer && bytes; o++)
            memcpy((unsigned char *)c->y.data + (size_t)o * row + (size_t)start * size,
                   (const unsigned char *)c->x[i].data + (size_t)o * bytes, bytes);
        start += c->x[i].shape[axis];
    }
    return MG_OK;
}
static int concat_samples(int index, mg_sample *sample) {
    mg__sample_fill(sample, 3, 2, MG__DIMS(3, 4), -2, 2, 0);
    for (int i = 0; i < 3; i++) sample->shape[i][index & 1] = i + 1;
    mg__sample_attributes(sample, &(int64_t){ index & 1 }, sizeof(int64_t));
    return 2;
}
MOVEMENT(concat, MG_ANY_INPUTS, concat_rule, concat_gradient, concat_reference, concat_samples,
         "One after another along an axis.", MG__OPAQUE)

mg_node *mg_concat(mg_node *const *xs, int count, int axis) {
    if (count < 1 || !xs || mg_is_poison(xs[0])) return count < 1 || !xs ? NULL : xs[0];
    int at;
    if (!mg__axis(xs[0], "concat", axis, &at)) return mg__graph(xs[0])->poison;
    if (count == 1) return xs[0];
    return mg_apply(&mg__op_concat, xs, count, &(int64_t){ at }, sizeof(int64_t));
}
