/* Eigenvalues and eigenvectors of a symmetric matrix. */
#ifndef MG_CLUSTER_EIGEN_H
#define MG_CLUSTER_EIGEN_H

#include "base/base.h"

/* a [n, n] symmetric becomes its eigenvectors, a row each, orthonormal; value [n], the largest first. Only the first `wanted`
 * rows are made; what the others hold means nothing. */
mg_status mg__eigen_symmetric(mg_context *context, int64_t n, int64_t wanted, double *a, double *value);

#endif
