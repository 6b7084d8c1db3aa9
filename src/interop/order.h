/* The order of numbers. */
#ifndef MG_ORDER_H
#define MG_ORDER_H

#include "base/base.h"

/* order[0 .. count) becomes the indices i of values[i * stride] from the lowest to the highest, equal ones (0 and -0 are) in the
 * order of their indices, NaN last. Linear time. */
mg_status mg__order_numbers(mg_context *context, const double *values, int64_t stride, int64_t count, int64_t *order);

#endif
