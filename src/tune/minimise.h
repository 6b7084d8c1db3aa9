/* The least value of a smooth function in a box. */
#ifndef MG_TUNE_MINIMISE_H
#define MG_TUNE_MINIMISE_H

#include "base/base.h"

/* The function's value at x[count]; fills its gradient. Infinite or NaN: x is no good. */
typedef double mg__smooth(void *user, const double *x, double *gradient);

/* From x, within the bounds, downhill to x by BFGS with projection onto the box (Bertsekas 1982): at most so many evaluations of
 * the function. Returns its value there. work: mg__minimise_work(count) numbers. */
double mg__minimise(mg__smooth *function, void *user, int count, double *x, const double *low, const double *high,
                    int evaluations, double *work);
size_t mg__minimise_work(int count);

#endif
