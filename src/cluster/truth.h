/* Groups beside a truth. */
#ifndef MG_CLUSTER_TRUTH_H
#define MG_CLUSTER_TRUTH_H

#include "base/base.h"

#include <micrograd/cluster.h>

/* The values of a column as numbers from 0; -1 where one is missing. truth: [rows]. */
mg_status mg__truth_of(mg_context *context, const mg_dataset *dataset, int64_t column, int32_t *truth);

/* The largest sum of counts [rows, columns], one of each row and at most one of each column or the other way around. */
mg_status mg__match(mg_context *context, const int64_t *count, int64_t rows, int64_t columns, int64_t *sum);

#endif
