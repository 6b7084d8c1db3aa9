/* Products of points with matrices in double precision: rows are widened a block at a time. */
#ifndef MG_CLUSTER_ROW_PRODUCTS_H
#define MG_CLUSTER_ROW_PRODUCTS_H

#include "cluster/method.h"

/* y [rows, k] = (x - shift) b', of b [k, columns]. shift: [columns]. */
mg_status mg__rows_project(const mg__points *points, const double *shift, const double *b, int64_t k, double *y);
/* sum [k, columns] = y' (x - shift), of y [rows, k]; y NULL: (x - shift)' (x - shift), k = columns. */
mg_status mg__rows_gather(const mg__points *points, const double *shift, const double *y, int64_t k, double *sum);

#endif
