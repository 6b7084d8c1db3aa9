/* Indices: iota, gather and its transpose scatter_add. */
#include "ops/ops.h"

#include <string.h>

static bool iota_rule(mg_shape_rule *r) {
    const mg__iota *a = r->attributes;
    r->dtype = (mg_dtype)a->dtype;
    r->rank = (int)a->rank;
    memcpy(r->shape, a->shape, sizeof r->shape);
    return true;
}
static mg_status iota_reference(const mg_kernel_call *c) {
    const mg__iota *a = c->attributes;
    mg_tensor y = c->y;
    int64_t inner = 1, size = a->rank ? y.shape[a->axis] : 1;
    for (int i = (int)a->axis + 1; i < y.rank; i++) inner *= y.shape[i];
    for (int64_t i = 0; i < mg_tensor_count(&y); i++) mg_tensor_put(&y, i, (double)(i / inner % size));
    return MG_OK;
}
static int iota_samples(int index, mg_sample *sample) {
    memset(sample, 0, sizeof *sample);
    mg__iota a = { 2, MG_F64, { 3, 5 }, index & 1 };
    mg__sample_attributes(sample, &a, sizeof a);
    return 2;
}
const mg_op mg__op_iota = { .size = sizeof(mg_op),
                            .name = "iota",
                            .inputs = 0,
                            .shape = iota_rule,
                            .gradient = MG_NO_GRADIENT,
                            .reference = iota_reference,
                            .sample = iota_samples,
                            .doc = "The index along an axis.",
                            .kind = MG__IOTA };

mg_node *mg_iota(mg_graph *graph, mg_dtype dtype, int rank, const int64_t *shape, int axis) {
    if (!graph) return NULL;
    if (rank < 1 || rank > MG_MAX_RANK || axis >= rank || axis < -rank || dtype > MG_I32)
        return mg_graph_fail(graph, MG_INVALID, "iota: wanted a rank of 1 to %d and an axis below it, got rank %d, axis %d",
                             MG_MAX_RANK, rank, axis);
    mg__iota a = { .rank = rank, .dtype = dtype, .axis = axis < 0 ? axis + rank : axis };
    memcpy(a.shape, shape, (size_t)rank * sizeof *shape);
    return mg__apply(graph, &mg__op_iota, NULL, 0, &a, sizeof a, false);
}

/* --- gather: y[i..., ...] = x[index[i...], ...] ------------------------------------------------------ */

static bool index_fits(mg_shape_rule *r, int at) {
    if (r->x[at]->dtype == MG_I32) return true;
    return mg_rule_fail(r, "the index must be i32, got %s; convert with mg_cast", mg_dtype_name((mg_dtype)r->x[at]->dtype));
}

static bool gather_rule(mg_shape_rule *r) {
    const mg__shape *x = r->x[0]->shape, *index = r->x[1]->shape;
    if (!index_fits(r, 1)) return false;
    if (x->rank < 1) return mg_rule_fail(r, "takes rows of at least one dimension, got a scalar");
    r->rank = index->rank + x->rank - 1;
    if (r->rank > MG_MAX_RANK)
        return mg_rule_fail(r, "the result would have %d dimensions, at most %d are possible", r->rank, MG_MAX_RANK);
    r->dtype = (mg_dtype)r->x[0]->dtype;
    memcpy(r->shape, index->dims, sizeof index->dims);
    for (int i = 1; i < x->rank; i++) r->shape[index->rank + i - 1] = x->dims[i];
    return true;
}
static void gather_gradient(const mg_rule *r) {
    if (r->needed[0]) r->dx[0] = mg_scatter_add(r->dy, r->x[1], r->x[0]->shape->dims[0]);
}
static mg_status out_of_range(const mg_kernel_call *c, int64_t at, int64_t rows) {
    return mg_kernel_fail(c, MG_INVALID, "index %d at position %lld is outside 0..%lld", ((const int32_t *)c->x[1].data)[at],
                          (long long)at, (long long)rows - 1);
}
static mg_status gather_reference(const mg_kernel_call *c) {
    int64_t rows = c->x[0].shape[0], count = mg_tensor_count(&c->x[1]);
    const int32_t *index = c->x[1].data;
    size_t bytes = rows ? mg_tensor_bytes(&c->x[0]) / (size_t)rows : 0;
    for (int64_t i = 0; i < count; i++) {
        if (index[i] < 0 || index[i] >= rows) return out_of_range(c, i, rows);
        if (bytes)
            memcpy((unsigned char *)c->y.data + (size_t)i * bytes, (const unsigned char *)c->x[0].data + (size_t)index[i] * bytes,
                   bytes);
    }
    return MG_OK;
}
static void index_input(mg_sample *sample, int at, int rank, const int64_t *shape, int64_t rows) {
    sample->dtype[at] = MG_I32;
    sample->rank[at] = rank;
    memset(sample->shape[at], 0, sizeof sample->shape[at]);
    memcpy(sample->shape[at], shape, (size_t)rank * sizeof *shape);
    sample->low[at] = 0;
    sample->high[at] = (double)rows;
    sample->kink[at] = 0;
}
static int gather_samples(int index, mg_sample *sample) {
    mg__sample_fill(sample, 2, index ? 1 : 2, MG__DIMS(5, 3), -2, 2, 0);
    index_input(sample, 1, index ? 2 : 1, index ? MG__DIMS(2, 3) : MG__DIMS(4), 5);
    return 2;
}
const mg_op mg__op_gather = { .size = sizeof(mg_op),
                              .name = "gather",
                              .inputs = 2,
                              .shape = gather_rule,
                              .gradient = gather_gradient,
                              .reference = gather_reference,
                              .sample = gather_samples,
                              .doc = "Rows by an i32 index. An index out of range is an error of the run." };
mg_node *mg_gather(mg_node *x, mg_node *index) { return mg_apply(&mg__op_gather, (mg_node *[2]){ x, index }, 2, NULL, 0); }

/* --- scatter_add: y[index[i...], ...] += x[i..., ...] ------------------------------------------------ */

static bool scatter_rule(mg_shape_rule *r) {
    const mg__shape *x = r->x[0]->shape, *index = r->x[1]->shape;
    if (!index_fits(r, 1)) return false;
    bool fits = x->rank >= index->rank && r->x[0]->dtype != MG_I32;
    for (int i = 0; fits && i < index->rank; i++) fits = x->dims[i] == index->dims[i];
    if (!fits)
        return mg_rule_fail(r, "rows %s do not begin with the index's shape %s", MG__NODE_SHAPE_TEXT(r->x[0]),
                            MG__NODE_SHAPE_TEXT(r->x[1]));
    r->rank = 1 + x->rank - index->rank;
    r->dtype = (mg_dtype)r->x[0]->dtype;
    r->shape[0] = ((const mg__scatter *)r->attributes)->rows;
    for (int i = index->rank; i < x->rank; i++) r->shape[1 + i - index->rank] = x->dims[i];
    return true;
}
static void scatter_gradient(const mg_rule *r) {
    if (r->needed[0]) r->dx[0] = mg_gather(r->dy, r->x[1]);
}
static mg_status scatter_reference(const mg_kernel_call *c) {
    int64_t rows = c->y.shape[0], count = mg_tensor_count(&c->x[1]), width = rows ? mg_tensor_count(&c->y) / rows : 0;
    const int32_t *index = c->x[1].data;
    mg_tensor y = c->y;
    if (mg_tensor_bytes(&y)) memset(y.data, 0, mg_tensor_bytes(&y));
    for (int64_t i = 0; i < count; i++) {
        if (index[i] < 0 || index[i] >= rows) return out_of_range(c, i, rows);
        for (int64_t j = 0; j < width; j++) {
            int64_t at = index[i] * width + j;
            mg_tensor_put(&y, at, mg_tensor_get(&y, at) + mg_tensor_get(&c->x[0], i * width + j));
        }
    }
    return MG_OK;
}
static int scatter_samples(int index, mg_sample *sample) {
    mg__sample_fill(sample, 2, index ? 1 : 2, MG__DIMS(6, 3), -2, 2, 0);
    index_input(sample, 1, 1, MG__DIMS(6), 4);
    mg__sample_attributes(sample, &(mg__scatter){ 4 }, sizeof(mg__scatter));
    return 2;
}
const mg_op mg__op_scatter_add = {
    .size = sizeof(mg_op),
    .name = "scatter_add",
    .inputs = 2,
    .shape = scatter_rule,
    .gradient = scatter_gradient,
    .reference = scatter_reference,
    .sample = scatter_samples,
    .doc = "Adds rows where an i32 index says, in order. An index out of range is an error of the run."
};
mg_node *mg_scatter_add(mg_node *x, mg_node *index, int64_t rows) {
    if (!mg_is_poison(x) && rows < 0)
        return mg_graph_fail(mg__graph(x), MG_INVALID, "scatter_add: wanted rows >= 0, got %lld", (long long)rows);
    return mg_apply(&mg__op_scatter_add, (mg_node *[2]){ x, index }, 2, &(mg__scatter){ rows }, sizeof(mg__scatter));
}

/* --- compositions ------------------------------------------------------------------------------------ */

/* With x as [rows, columns] in one line, element (r, j) is number r columns + j. */
mg_node *mg_take_along(mg_node *x, mg_node *index) {
    if (mg_is_poison(x) || mg_is_poison(index)) return mg_is_poison(x) ? x : index;
    mg_graph *graph = mg__graph(x);
    int rank = x->shape->rank;
    bool fits = rank > 0 && index->shape->rank == rank && index->dtype == MG_I32;
    for (int i = 0; fits && i < rank - 1; i++) fits = x->shape->dims[i] == index->shape->dims[i];
    if (!fits || x->shape->count > INT32_MAX)
        return mg_graph_fail(graph, MG_INVALID,
                             "take_along: wanted an i32 index that agrees with %s but for the last axis, got %s %s",
                             MG__NODE_SHAPE_TEXT(x), mg_dtype_name((mg_dtype)index->dtype), MG__NODE_SHAPE_TEXT(index));
    int64_t columns = x->shape->dims[rank - 1], picked = index->shape->dims[rank - 1],
            rows = columns ? x->shape->count / columns : 0;
    int64_t grid[2] = { rows, picked };
    mg_node *start = mg_mul(mg_iota(graph, MG_I32, 2, grid, 0), mg__constant(graph, MG_I32, (double)columns));
    mg_node *column = mg_reshape(index, 2, grid),
            *none = mg__constant(graph, MG_I32, -1); /* not a row's neighbour: an error of the run */
    mg_node *inside = mg_mul(mg_less(none, column), mg_less(column, mg__constant(graph, MG_I32, (double)columns)));
    mg_node *flat = mg_where(inside, mg_add(column, start), none);
    return mg_reshape(mg_gather(mg_reshape(x, 1, MG__DIMS(-1)), flat), rank, index->shape->dims);
}

mg_node *mg_one_hot(mg_node *index, int64_t classes, mg_dtype dtype) {
    if (mg_is_poison(index)) return index;
    int rank = index->shape->rank + 1;
    int64_t dims[MG_MAX_RANK], column[MG_MAX_RANK];
    if (rank > MG_MAX_RANK || classes < 1)
        return mg_graph_fail(mg__graph(index), MG_INVALID,
                             "one_hot: wanted at least one class and room for a dimension, got %lld classes, index %s",
                             (long long)classes, MG__NODE_SHAPE_TEXT(index));
    memcpy(dims, index->shape->dims, sizeof dims);
    memcpy(column, index->shape->dims, sizeof column);
    dims[rank - 1] = classes;
    column[rank - 1] = 1;
    mg_node *label = mg_broadcast(mg_reshape(mg_cast(index, dtype), rank, column), rank, dims);
    return mg_equal(mg_iota(mg__graph(index), dtype, rank, dims, rank - 1), label);
}
