/* Principal components: the orthogonal directions along which rows vary most (Pearson 1901; Hotelling 1933). */
#ifndef MG_CLUSTER_PCA_H
#define MG_CLUSTER_PCA_H

#include "cluster/method.h"

typedef struct mg__pca {
    int64_t columns, dimensions;
    double *shift; /* [columns]: the mean of the rows, which rounding leaves a little of */
    double
        *component;   /* [dimensions, columns] orthonormal, the largest number of each above 0; all 0 where no variance is left */
    double *variance; /* [dimensions] over rows - 1, the largest first */
    double total;     /* variance of all columns */
    bool randomised;
} mg__pca;

/* solver as in mg_embed_options; at most as many dimensions as columns, and as rows. */
mg_status mg__pca_fit(const mg__points *points, int64_t dimensions, const char *solver, int64_t seed, mg__pca *pca);
/* y [rows, dimensions]. */
mg_status mg__pca_project(const mg__pca *pca, const mg__points *points, double *y);
void mg__pca_free(mg_context *context, mg__pca *pca);

/* randomised_pca.c: component and variance of what shift leaves (Halko, Martinsson & Tropp 2011). */
mg_status mg__pca_randomised(const mg__points *points, int64_t seed, mg__pca *pca);

#endif
