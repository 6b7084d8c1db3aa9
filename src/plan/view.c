/* Views: broadcast, reshape, transpose, flip and slice cost nothing; they are strides over the memory of another node. */
#include "plan/group.h"

#include "ops/ops.h"

#include <string.h>

void mg__row_major(int rank, const int64_t *dims, int64_t *strides) {
    int64_t stride = 1;
    for (int i = rank; i-- > 0; stride *= dims[i]) strides[i] = stride;
}

void mg__view_self(mg_node *node, mg__view *view) {
    *view = (mg__view){ .base = node };
    mg__row_major(node->shape->rank, node->shape->dims, view->stride);
}

int mg__squeeze(const mg_node *node, int64_t *dims) {
    int rank = 0;
    for (int i = 0; i < node->shape->rank; i++)
        if (node->shape->dims[i] != 1) dims[rank++] = node->shape->dims[i];
    return rank;
}

int mg__view_squeeze(const mg_node *node, const mg__view *view, int64_t *dims, int64_t *strides) {
    int rank = 0;
    for (int i = 0; i < node->shape->rank; i++) {
        if (node->shape->dims[i] == 1) continue;
        dims[rank] = node->shape->dims[i];
        strides[rank++] = view->stride[i];
    }
    return rank;
}

bool mg__strides_merge(int from, int rank, const int64_t *dims, const int64_t *strides) {
    for (int i = from; i + 1 < rank; i++)
        if (strides[i] != strides[i + 1] * dims[i + 1]) return false;
    return true;
}

bool mg__view_dense(const mg_node *node, const mg__view *view) {
    int64_t dims[MG_MAX_RANK], strides[MG_MAX_RANK], plain[MG_MAX_RANK];
    int rank = mg__view_squeeze(node, view, dims, strides);
    mg__row_major(rank, dims, plain);
    return view->offset == 0 && node->shape->count == view->base->shape->count &&
           (node->shape->count == 0 || memcmp(strides, plain, (size_t)rank * sizeof *plain) == 0);
}

/* Strides of a new shape over the same elements, without copying. Old dimensions are taken in runs that one stride walks; each
 * run must be the product of a run of new dimensions. */
static bool reshape_strides(const mg_node *x, const mg__view *from, const mg_node *y, int64_t *strides) {
    int64_t dims[MG_MAX_RANK], old[MG_MAX_RANK];
    int rank = mg__view_squeeze(x, from, dims, old), next = 0, r = y->shape->rank;
    const int64_t *new_dims = y->shape->dims;
    memset(strides, 0, MG_MAX_RANK * sizeof *strides);
    if (y->shape->count == 0) {
        mg__row_major(r, new_dims, strides);
        return true;
    }
    for (int i = 0; i < rank;) {
        int end = i + 1, first = next;
        int64_t have = dims[i], want = 1;
        while (next < r && new_dims[next] == 1) next++;
        first = next;
        if (next < r) want = new_dims[next++];
        while (have != want) {
            if (have < want) {
                if (end >= rank) return false;
                have *= dims[end++];
            } else {
                if (next >= r) return false;
                want *= new_dims[next++];
            }
        }
        for (int k = i; k + 1 < end; k++)
            if (old[k] != old[k + 1] * dims[k + 1]) return false;
        int64_t stride = old[end - 1];
        for (int k = next; k-- > first; stride *= new_dims[k]) strides[k] = stride;
        i = end;
    }
    return true;
}

bool mg__view_make(mg__plan *plan, mg_node *node) {
    mg__view *view = &mg__node_plan_of(plan, node)->view;
    mg_node *x = node->inputs ? mg__inputs(node)[0] : NULL;
    const mg__view *in = x ? &mg__node_plan_of(plan, x)->view : NULL;
    switch (mg__kind_of(node)) {
    case MG__IDENTITY: *view = *in; return true;
    case MG__BROADCAST:
        *view = *in;
        for (int i = 0; i < node->shape->rank; i++)
            if (x->shape->dims[i] != node->shape->dims[i]) view->stride[i] = 0;
        return true;
    case MG__RESHAPE: *view = *in; return reshape_strides(x, in, node, view->stride);
    case MG__TRANSPOSE: {
        const mg__order *order = mg__attributes_of(node);
        *view = *in;
        for (int i = 0; i < node->shape->rank; i++) view->stride[i] = in->stride[order->axis[i]];
        return true;
    }
    case MG__FLIP: {
        int64_t axis = *(const int64_t *)mg__attributes_of(node);
        *view = *in;
        if (node->shape->dims[axis]) view->offset += in->stride[axis] * (node->shape->dims[axis] - 1);
        view->stride[axis] = -in->stride[axis];
        return true;
    }
    case MG__SLICE: {
        const mg__slice *a = mg__attributes_of(node);
        *view = *in;
        view->offset += in->stride[a->axis] * a->start;
        view->stride[a->axis] = in->stride[a->axis] * a->step;
        return true;
    }
    default: mg__view_self(node, view); return true;
    }
}

int mg__reduction_axes(const mg_node *node, int64_t *dims, bool *reduced) {
    const mg_node *x = mg__inputs(node)[0];
    int64_t mask =
        mg__kind_of(node) == MG__SUM ? ((const mg__axes *)mg__attributes_of(node))->mask : (int64_t)1 << (x->shape->rank - 1);
    int rank = 0;
    for (int i = 0; i < x->shape->rank; i++) {
        if (x->shape->dims[i] == 1) continue;
        dims[rank] = x->shape->dims[i];
        reduced[rank++] = mask >> i & 1;
    }
    return rank;
}
