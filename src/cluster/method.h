/* Methods of clustering: a row and a file each. */
#ifndef MG_CLUSTER_METHOD_H
#define MG_CLUSTER_METHOD_H

#include "base/base.h"

#include <micrograd/cluster.h>

/* Encoded rows, centred: their mean is taken off, which changes no distance and keeps products exact. */
typedef struct mg__points {
    mg_context *context;
    int64_t rows, columns;
    float *x;     /* [rows, columns] */
    double *mean; /* [columns]: what was taken off */
} mg__points;

/* What a method finds; fitted with k groups. All zero is empty. */
typedef struct mg__found {
    int64_t k;
    int32_t *label; /* [rows] */
    double *centre; /* [k, columns], of the centred rows; NULL: the means of the groups */
    int64_t iterations;
    void *model; /* the method's own, for assigning */
} mg__found;

typedef struct mg__cluster_method {
    const char *name, *doc;
    bool finds_k; /* takes no k: it finds how many there are */
    mg_status (*fit)(const mg__points *points, const mg_cluster_options *options, int64_t k, mg__found *found);
    /* Groups of other rows, centred by the same mean. NULL: the nearest centre. */
    mg_status (*assign)(const void *model, const mg__points *points, int32_t *label);
    void (*forget)(mg_context *context, void *model);
} mg__cluster_method;

extern const mg__cluster_method mg__method_kmeans;

const mg__cluster_method *mg__cluster_method_find(const char *name); /* NULL: there is none */
void mg__found_free(mg_context *context, const mg__cluster_method *method, mg__found *found);

#endif
