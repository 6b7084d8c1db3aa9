/* Distances of many rows to some centres: |x - c|^2 = |x|^2 - (2 x.c - |c|^2), the bracket by the engine's products. */
#ifndef MG_CLUSTER_NEAREST_H
#define MG_CLUSTER_NEAREST_H

#include "base/base.h"

#define MG__NEAREST_ROWS 256 /* at once */

/* Centres, ready for products. Belongs to one thread at a time but for mg__nearest_scores. */
typedef struct mg__nearest {
    int64_t k, columns;
    float *twice;   /* [k, columns]: 2 c */
    float *offset;  /* [k]: -|c|^2 */
    double *square; /* [k]: |c|^2 */
} mg__nearest;

mg_status mg__nearest_open(mg_context *context, mg__nearest *nearest, int64_t k, int64_t columns);
void mg__nearest_close(mg_context *context, mg__nearest *nearest);
void mg__nearest_set(mg__nearest *nearest, const double *centre);
/* Scratch in bytes for one thread, 64-byte aligned. */
size_t mg__nearest_scratch(const mg__nearest *nearest);
/* score[i, j] = 2 x_i.c_j - |c_j|^2 for up to MG__NEAREST_ROWS rows. A score depends on its row and centre alone. */
void mg__nearest_scores(const mg__nearest *nearest, const float *x, int64_t rows, void *scratch, float *score);

#endif
