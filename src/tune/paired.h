/* What folds tell of a mean and of a difference: Student's t with the variance of overlapping training sets. */
#ifndef MG_TUNE_PAIRED_H
#define MG_TUNE_PAIRED_H

#include <micrograd/cross_validation.h>

/* Student's t of `freedom` > 0 degrees: P(T <= t), and the t below which lies a share p in (0, 1). */
double mg__student_below(double t, double freedom);
double mg__student_quantile(double p, double freedom);

/* Mean and deviation (n - 1) of what is finite among the values; returns how many that are. */
int64_t mg__sample_of(const double *value, int64_t count, double *mean, double *deviation);
/* The 95 % interval of a mean of n folds; ratio: test rows / training rows. */
mg_interval mg__resampled_interval(double mean, double deviation, int64_t n, double ratio);
/* Of a[i] - b[i] where both are finite. */
mg_paired mg__paired_test(const double *a, const double *b, int64_t count, double ratio);

#endif
