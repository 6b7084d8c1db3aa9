/* The tree of groups that become one after the other. */
#ifndef MG_CLUSTER_DENDROGRAM_H
#define MG_CLUSTER_DENDROGRAM_H

#include "cluster/method.h"

/* From merges in any order, whose a and b are rows of the two groups, to merges in order of height that name groups. A later one
 * of equal height stays later. */
mg_status mg__dendrogram_order(mg_context *context, mg_cluster_merge *merge, int64_t merges);
/* The groups before the last k - 1 merges, numbered in the order of their first rows. label: [merges + 1]. */
mg_status mg__dendrogram_cut(mg_context *context, const mg_cluster_merge *merge, int64_t merges, int64_t k, int32_t *label);

/* --- linkage ------------------------------------------------------------------------------------------ */

typedef enum mg__linkage { MG__WARD, MG__COMPLETE, MG__AVERAGE, MG__SINGLE, MG__LINKAGES } mg__linkage;

const char *mg__linkage_name(int linkage); /* NULL at the end */

#define MG__LINKAGE_ROWS 131072 /* at most */
#define MG__PAIRS_ROWS   16384  /* of a linkage that keeps the distances of all pairs */

/* merge: [rows - 1], not in order yet. */
mg_status mg__link(const mg__points *points, mg__linkage linkage, mg_cluster_merge *merge);

/* --- rows by columns ----------------------------------------------------------------------------------- */

/* square[i] += (x_i - own)^2 of the rows begin .. end - 1, over all columns; x: [columns, stride]. */
void mg__squares_from(const double *x, int64_t stride, int64_t columns, const double *own, int64_t begin, int64_t end,
                      double *square);
/* Points as [columns, rows]; NULL: no memory. */
double *mg__points_turned(const mg__points *points);

#endif
