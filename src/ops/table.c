/* The table of primitives, and what its rows share. */
#include "ops/ops.h"

#include <string.h>

static const mg_op *const table[] = {
#define ENTRY(name) &mg__op_##name,
    MG__OP_TABLE(ENTRY)
#undef ENTRY
        NULL
};

const mg_op *const *mg_ops(void) { return table; }

const mg_op *mg_op_find(const char *name) {
    for (const mg_op *const *op = table; *op; op++)
        if (strcmp((*op)->name, name) == 0) return *op;
    return NULL;
}

bool mg__axis(mg_node *x, const char *who, int axis, int *result) {
    int rank = x->shape->rank;
    *result = axis < 0 ? axis + rank : axis;
    if (*result >= 0 && *result < rank) return true;
    mg_graph_fail(mg__graph(x), MG_INVALID, "%s: axis %d of %s, which has %d", who, axis, MG__NODE_SHAPE_TEXT(x), rank);
    return false;
}

void mg__sample_fill(mg_sample *sample, int inputs, int rank, const int64_t *shape, double low, double high, double kink) {
    memset(sample, 0, sizeof *sample);
    sample->inputs = inputs;
    for (int i = 0; i < inputs; i++) {
        sample->dtype[i] = MG_F64;
        sample->rank[i] = rank;
        if (rank) memcpy(sample->shape[i], shape, (size_t)rank * sizeof *shape);
        sample->low[i] = low;
        sample->high[i] = high;
        sample->kink[i] = kink;
    }
}

int mg__sample_shapes(int index, mg_sample *sample, int inputs, double low, double high, double kink) {
    static const int64_t shapes[3][2] = { { 3, 4 }, { 0, 0 }, { 37, 0 } };
    static const int ranks[3] = { 2, 0, 1 };
    mg__sample_fill(sample, inputs, ranks[index % 3], shapes[index % 3], low, high, kink);
    return 3;
}

void mg__sample_attributes(mg_sample *sample, const void *attributes, size_t bytes) {
    memcpy(sample->attributes, attributes, bytes);
    sample->attribute_bytes = bytes;
}
