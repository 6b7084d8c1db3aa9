/* Rows near to others, by Euclidean distance: a k-d tree where there are few columns, else distances to all by the engine's
 * products. Distances that decide are f64. */
#ifndef MG_CLUSTER_NEIGHBOURS_H
#define MG_CLUSTER_NEIGHBOURS_H

#include "cluster/nearest.h"

#define MG__TREE_COLUMNS 15 /* more have no tree */

/* A box of rows. A leaf has no children (0). */
typedef struct mg__tree_node {
    int64_t begin, end; /* rows */
    int64_t low, high;  /* nodes */
} mg__tree_node;

/* Rows that are looked for. */
typedef struct mg__neighbours {
    mg_context *context;
    int64_t rows, columns;
    float *x;     /* [rows, columns]; with a tree in its order, else in their own */
    int64_t *row; /* [rows]: which of the given rows it is */
    /* The tree. */
    mg__tree_node *node;
    int64_t nodes;
    float *box; /* [nodes, 2, columns]: least, most */
    /* Without: 2 x, -|x|^2. */
    mg__nearest all;
    double largest; /* |x|^2 */
} mg__neighbours;

/* Keeps a copy of the rows. */
mg_status mg__neighbours_open(mg__neighbours *n, mg_context *context, const float *x, int64_t rows, int64_t columns);
void mg__neighbours_close(mg__neighbours *n); /* all zero is fine */

/* Of each of `queries` rows x: */
/* how many rows are within the radius, counted up to `most`; */
mg_status mg__neighbours_count(const mg__neighbours *n, const float *x, int64_t queries, double radius, int64_t most,
                               int64_t *count);
/* the nearest row within the radius, any of equally near ones; -1: there is none; */
mg_status mg__neighbours_nearest(const mg__neighbours *n, const float *x, int64_t queries, double radius, int64_t *nearest);
/* the distance to the k-th nearest row, 1 <= k <= rows. */
mg_status mg__neighbours_distance(const mg__neighbours *n, const float *x, int64_t queries, int64_t k, double *distance);

/* The rows that hang together by steps of at most the radius: component [rows], the first row of each. */
mg_status mg__neighbours_connect(const mg__neighbours *n, double radius, int64_t *component);

/* --- between the files of it -------------------------------------------------------------------------- */

/* The k nearest so far, the farthest first. */
typedef struct mg__heap {
    double *square;
    int64_t count, k;
} mg__heap;

void mg__heap_add(mg__heap *heap, double square);
double mg__square_between(const float *a, const float *b, int64_t columns);

mg_status mg__tree_build(mg__neighbours *n);
int64_t mg__tree_count(const mg__neighbours *n, const float *x, double square, int64_t most);
int64_t mg__tree_nearest(const mg__neighbours *n, const float *x, double square);
void mg__tree_distances(const mg__neighbours *n, const float *x, mg__heap *heap);
mg_status mg__tree_connect(const mg__neighbours *n, double square, int64_t *component);

#endif
