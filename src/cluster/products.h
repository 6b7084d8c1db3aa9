/* Small products in f64, by the engine's kernels where they are. */
#ifndef MG_CLUSTER_PRODUCTS_H
#define MG_CLUSTER_PRODUCTS_H

#include "base/base.h"

/* C [m, n] = op(A) [m, k] B [k, n], all of it dense; transposed: A is stored [k, m]. The scratch is 64-byte aligned, of as many
 * bytes as mg__product64_scratch says. */
void mg__product64(bool transposed, int64_t m, int64_t n, int64_t k, const double *a, const double *b, double *c, void *scratch);
size_t mg__product64_scratch(bool transposed, int64_t m, int64_t n, int64_t k);

#endif
