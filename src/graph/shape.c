/* Shapes: interning, broadcasting, printing. */
#include "graph/graph.h"

#include <string.h>

static uint64_t shape_hash(int rank, const int64_t *dims) {
    return mg__hash_bytes((uint64_t)rank, dims, (size_t)rank * sizeof *dims);
}

static bool shape_equal(const mg__shape *shape, int rank, const int64_t *dims) {
    return shape->rank == rank && memcmp(shape->dims, dims, (size_t)rank * sizeof *dims) == 0;
}

static void shape_insert(const mg__shape **table, size_t size, const mg__shape *shape) {
    size_t at = shape_hash(shape->rank, shape->dims) & (size - 1);
    while (table[at]) at = (at + 1) & (size - 1);
    table[at] = shape;
}

static bool shapes_grow(mg_graph *graph) {
    size_t size = graph->shape_size ? graph->shape_size * 2 : 64;
    const mg__shape **table = mg__alloc_array(graph->context, size, sizeof *table);
    if (!table) return false;
    for (size_t i = 0; i < graph->shape_size; i++)
        if (graph->shapes[i]) shape_insert(table, size, graph->shapes[i]);
    mg__free(graph->context, graph->shapes);
    graph->shapes = table;
    graph->shape_size = size;
    return true;
}

static bool shape_count(int rank, const int64_t *dims, int64_t *count) {
    size_t product = 1;
    for (int i = 0; i < rank; i++) {
        if (dims[i] < 0 || !mg__size_multiply(product, (size_t)dims[i], &product)) return false;
    }
    *count = (int64_t)product;
    return product <= (size_t)INT64_MAX / 8;
}

const mg__shape *mg__shape_intern(mg_graph *graph, int rank, const int64_t *dims) {
    if (rank == 0 && graph->scalar_shape) return graph->scalar_shape;
    if (graph->shape_count * 2 >= graph->shape_size && !shapes_grow(graph)) return NULL;
    size_t at = shape_hash(rank, dims) & (graph->shape_size - 1);
    for (; graph->shapes[at]; at = (at + 1) & (graph->shape_size - 1))
        if (shape_equal(graph->shapes[at], rank, dims)) return graph->shapes[at];
    mg__shape *shape = mg__graph_memory(graph, sizeof *shape);
    if (!shape) return NULL;
    *shape = (mg__shape){ .graph = graph, .rank = rank };
    if (rank > 0) memcpy(shape->dims, dims, (size_t)rank * sizeof *dims);
    if (!shape_count(rank, dims, &shape->count)) {
        mg_graph_fail(graph, MG_INVALID, "shape %s is too large", MG__SHAPE_TEXT(rank, dims));
        return NULL;
    }
    graph->shapes[at] = shape;
    graph->shape_count++;
    if (rank == 0) graph->scalar_shape = shape;
    return shape;
}

bool mg__shape_broadcast(int rank_a, const int64_t *a, int rank_b, const int64_t *b, int *rank, int64_t *dims) {
    *rank = rank_a > rank_b ? rank_a : rank_b;
    for (int i = 1; i <= *rank; i++) {
        int64_t x = i <= rank_a ? a[rank_a - i] : 1, y = i <= rank_b ? b[rank_b - i] : 1;
        if (x != y && x != 1 && y != 1) return false;
        dims[*rank - i] = x == 1 ? y : x;
    }
    return true;
}

const char *mg__shape_text(int rank, const int64_t *dims, char *buffer, size_t size) {
    size_t used = 0;
    mg__append(buffer, size, &used, "[");
    for (int i = 0; i < rank; i++) mg__append(buffer, size, &used, "%s%lld", i ? ", " : "", (long long)dims[i]);
    mg__append(buffer, size, &used, "]");
    return buffer;
}
