/* A dimension as the interval from 0 to 1. A whole number v of a log range has the share of [v - 1/2, v + 1/2]. */
#include "tune/sampler.h"

#include <math.h>

/* The ends between which its values lie evenly. */
static void ends(const mg_dimension *d, double *low, double *high) {
    const double half = d->kind == MG_DIMENSION_REAL ? 0 : 0.5;
    *low = d->low - half;
    *high = d->high + half;
    if (d->log) {
        *low = log(*low);
        *high = log(*high);
    }
}

double mg__unit_of(const mg_dimension *dimension, double value) {
    double low, high;
    ends(dimension, &low, &high);
    return ((dimension->log ? log(value) : value) - low) / (high - low);
}

double mg__value_at(const mg_dimension *dimension, double unit) {
    double low, high;
    ends(dimension, &low, &high);
    double value = low * (1 - unit) + high * unit;
    if (dimension->log) value = exp(value);
    if (unit <= 0) value = dimension->low;
    if (unit >= 1) value = dimension->high;
    if (dimension->kind != MG_DIMENSION_REAL) value = floor(value + 0.5);
    return value < dimension->low ? dimension->low : value > dimension->high ? dimension->high : value;
}

int64_t mg__values(const mg_dimension *dimension) {
    return dimension->kind == MG_DIMENSION_REAL ? 0 : (int64_t)(dimension->high - dimension->low) + 1;
}
