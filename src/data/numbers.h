/* The finite numbers among some cells, in order: what quantiles, means and deviations are computed from. */
#ifndef MG_NUMBERS_H
#define MG_NUMBERS_H

#include "data/table.h"

typedef struct mg__numbers {
    double *value; /* [distinct], ascending */
    int64_t *upto; /* [distinct]: cells with this value or a lower one */
    size_t distinct;
    int64_t count; /* cells */
} mg__numbers;

/* Of values[0 .. count), the i-th being there weights[i] times (NULL: once). What is not finite is left out. */
mg_status mg__numbers_make(mg_context *context, const double *values, const int64_t *weights, size_t count, mg__numbers *numbers);
/* Of a column's rows (NULL: 0 .. count - 1). */
mg_status mg__numbers_of(mg_context *context, const mg__column *column, const int64_t *rows, int64_t count, mg__numbers *numbers);
void mg__numbers_free(mg_context *context, mg__numbers *numbers);

/* How many of the rows have each code of a column's dictionary; the caller's to free. NULL: no memory. */
int64_t *mg__count_codes(mg_context *context, const mg__column *column, const int64_t *rows, int64_t count);

/* p from 0 to 1: the value at p (count - 1), between two values in proportion (as numpy.quantile). There must be one. */
double mg__numbers_quantile(const mg__numbers *numbers, double p);

/* Of f(x), f the identity or the logarithm: mean = sum f / n, deviation = sqrt(sum (f - mean)^2 / n), skewness = sum (f -
 * mean)^3 / n / deviation^3. Where all are the same x: x, 0, 0. */
typedef struct mg__distribution {
    double mean, deviation, skewness;
} mg__distribution;
mg__distribution mg__numbers_describe(const mg__numbers *numbers, bool logarithm);

#endif
