/* What DBSCAN finds, for assigning other rows. */
#ifndef MG_CLUSTER_DBSCAN_H
#define MG_CLUSTER_DBSCAN_H

#include "cluster/method.h"
#include "cluster/neighbours.h"

/* Rows that have enough neighbours, and their groups. */
typedef struct mg__cores {
    mg_context *context;
    double radius;
    int64_t count, columns;
    float *x;       /* [count, columns], of the centred rows */
    int32_t *label; /* [count] */
    mg__neighbours near;
} mg__cores;

void mg__cores_close(mg__cores *cores);

/* Where the distances to the min_points-th nearest row, itself the first, begin to rise; of a sample of the rows. */
mg_status mg__suggest_radius(const mg__points *points, const mg__neighbours *neighbours, int64_t min_points, int64_t seed,
                             double *radius, int64_t *sampled);

/* As in mg__cluster_method. */
mg_status mg__cores_assign(const void *model, const mg__points *points, int32_t *label, double *probability);
void mg__cores_forget(mg_context *context, void *model);
size_t mg__cores_store(const void *model, mg__safetensor tensor[MG__METHOD_TENSORS]);
mg_status mg__cores_restore(const mg__safetensors *file, int64_t k, int64_t columns, void **model);

#endif
