/* Where k-means begins. */
#ifndef MG_CLUSTER_KMEANS_START_H
#define MG_CLUSTER_KMEANS_START_H

#include "cluster/method.h"

/* Greedy k-means++ (Arthur & Vassilvitskii 2007): each next centre is, of 2 + ln k rows drawn with probability in proportion to
 * the squared distance to the nearest centre so far, that which leaves the least sum of them. centre: [k, columns]. */
mg_status mg__kmeans_start(const mg__points *points, int64_t k, uint64_t seed, uint64_t start, double *centre);

#endif
