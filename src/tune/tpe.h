/* The two densities of TPE over the points of a space: `below` of the few best trials, `above` of the others. Each is a mixture
 * of a kernel a trial and one that is even over everything, and a kernel is a product over dimensions: a normal around the
 * trial's number, cut off at the ends of its range; of words, mostly the trial's. A dimension that the trial does not have is
 * even.
 *
 * All densities are relative to the even one, so what is not there, and what is even, counts 1: the logarithm is 0. Whole numbers
 * of up to MG__TPE_TABLED values are shares of the normal, the others are taken as real. */
#ifndef MG_TUNE_TPE_H
#define MG_TUNE_TPE_H

#include "tune/sampler.h"

enum { MG__TPE_BEST = 25, MG__TPE_CANDIDATES = 24, MG__TPE_TABLED = 64 };

/* Where a value stands in a dimension. */
typedef struct mg__share {
    double unit;      /* NaN: it is not there */
    double low, high; /* of its share, where the dimension is tabled */
} mg__share;

bool mg__tpe_tabled(const mg_dimension *dimension); /* words, and few whole numbers */
mg__share mg__tpe_share(const mg_dimension *dimension, double value);
double mg__normal_mass(double low, double high); /* of the standard normal */
/* log density of a normal (middle, width) at a share, relative to the even one. mass: of the normal between 0 and 1. */
double mg__tpe_normal(const mg_dimension *dimension, const mg__share *at, double middle, double width, double mass);
/* Likewise of words: the kernel's has 1 + p, each other p, of 1 + words p, where p is 1 / kernels. */
double mg__tpe_word(const mg_dimension *dimension, bool same, int64_t kernels);

/* --- the few: each kernel has widths of its own ------------------------------------------------------ */

typedef struct mg__tpe_below mg__tpe_below;

mg__tpe_below *mg__tpe_below_create(mg_context *context, const mg_space *space);
void mg__tpe_below_destroy(mg_context *context, mg__tpe_below *below);
/* Kernels at these points, count to MG__TPE_BEST. */
void mg__tpe_below_set(mg__tpe_below *below, const double *const *point, int count);
/* A point of it, from the random numbers of candidate `candidate`. */
void mg__tpe_below_sample(const mg__tpe_below *below, const mg__known *known, int candidate, double *point);
double mg__tpe_below_log(const mg__tpe_below *below, const double *point);

/* --- the many: one width for all --------------------------------------------------------------------- */

typedef struct mg__tpe_above mg__tpe_above;

mg__tpe_above *mg__tpe_above_create(mg_context *context, const mg_space *space);
void mg__tpe_above_destroy(mg_context *context, mg__tpe_above *above);
/* Kernel number `at`, made or made anew. */
mg_status mg__tpe_above_put(mg__tpe_above *above, int64_t at, const double *point);
/* The log density at each candidate. weight: [count], 0: the kernel is left out; `kernels` are not. */
mg_status mg__tpe_above_log(mg__tpe_above *above, const float *weight, int64_t count, int64_t kernels, const double *candidates,
                            double *log_density);

#endif
