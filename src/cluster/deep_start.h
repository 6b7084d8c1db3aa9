/* Where centres in a code begin. */
#ifndef MG_CLUSTER_DEEP_START_H
#define MG_CLUSTER_DEEP_START_H

#include "cluster/method.h"

/* k-means among codes that were drawn together: each becomes the mean of itself and its nearest, again and again, so that rows
 * between which others lie close together meet, and those behind a gap do not. centre [k, columns]: means of the codes as they
 * were, of at most 10,000 rows. */
mg_status mg__deep_start(const mg__points *codes, int64_t k, uint64_t seed, double *centre);

#endif
