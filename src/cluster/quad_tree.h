/* Points of a plane or of space in cells that halve, quarter ... (Barnes & Hut 1986): far ones are felt as one. */
#ifndef MG_CLUSTER_QUAD_TREE_H
#define MG_CLUSTER_QUAD_TREE_H

#include "base/base.h"

#define MG__TREE_GROUP 8 /* points that look at the tree together, and at most in a leaf that can be parted */

/* Cells lie in the order of a walk that goes down first; those below a cell are between it and `next`. */
typedef struct mg__tree_cell {
    float middle[3];      /* the mean of its points */
    float square;         /* of its width */
    int32_t first, count; /* its points, in the tree's order */
    int32_t next;
} mg__tree_cell;

/* Belongs to one thread while it is built; then any number of them may look. */
typedef struct mg__quad_tree {
    int dimensions; /* 2 or 3 */
    int64_t rows;
    int64_t cells;
    mg__tree_cell *cell;  /* [2 rows] */
    int32_t *order;       /* [rows]: which point comes where; near ones are together (Morton 1966) */
    float *place;         /* [dimensions, rows + MG__TREE_GROUP] in that order */
    uint64_t *code;       /* [rows] in that order */
    uint64_t *other_code; /* for sorting */
    int32_t *other_order;
} mg__quad_tree;

mg_status mg__quad_tree_open(mg_context *context, mg__quad_tree *tree, int64_t rows, int dimensions);
void mg__quad_tree_close(mg_context *context, mg__quad_tree *tree);
/* y [rows, dimensions], finite. */
void mg__quad_tree_build(mg__quad_tree *tree, const double *y);

/* What drives the points first .. first + MG__TREE_GROUP - 1 of the order apart: force [dimensions, MG__TREE_GROUP] = sum over
 * the others j of q^2 (y - y_j), q = 1 / (1 + |y - y_j|^2), and weight [MG__TREE_GROUP] = sum of q. A cell is one point where its
 * width is below theta times the distance. Returns how many cells were looked at. */
int64_t mg__quad_tree_push(const mg__quad_tree *tree, int64_t first, float theta, float *force, float *weight);

#endif
