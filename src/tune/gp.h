/* Gaussian process regression on the unit cube (Rasmussen & Williams 2006, chapters 2 and 5). */
#ifndef MG_TUNE_GP_H
#define MG_TUNE_GP_H

#include "base/base.h"

/* k(a, b) = signal M(r), M(r) = (1 + s + s^2 / 3) exp(-s), s = sqrt(5) r (Matern 5/2), r^2 = sum over i of rate_i distance_i^2;
 * distance: |a_i - b_i|, of words 0 or 1. What is measured is f + noise. */
typedef struct mg__gp {
    mg_context *context;
    int dimensions;
    const bool *word; /* [dimensions] */
    int64_t count;    /* points */
    double *x;        /* [count][dimensions] */
    double *y;        /* [count] */
    double *rate;     /* [dimensions]: 1 / length scale^2 */
    double signal, noise;
    double *factor; /* U of U'U = k + noise I: [count][count], the upper triangle */
    double *alpha;  /* (k + noise I)^-1 y */
} mg__gp;

/* An empty one with room for so many points. false: no memory; to be freed all the same. */
bool mg__gp_open(mg__gp *gp, mg_context *context, int dimensions, const bool *word, int64_t room);
void mg__gp_close(mg__gp *gp);
void mg__gp_add(mg__gp *gp, const double *x, double y);

/* Rates, signal and noise of the greatest marginal likelihood times their priors, of the y that should have mean 0 and deviation
 * 1, from two places. Then as mg__gp_condition. */
mg_status mg__gp_fit(mg__gp *gp);
/* What the points say under rates, signal and noise as they are. false: the matrix is not positive definite. */
bool mg__gp_condition(mg__gp *gp);

double mg__gp_distance(const mg__gp *gp, const double *a, const double *b); /* r^2 */

/* Mean and variance of f at x; with their gradients (NULL: not asked), of words 0. work: 3 numbers a point. */
void mg__gp_predict(const mg__gp *gp, const double *x, double *work, double *mean, double *variance, double *mean_gradient,
                    double *variance_gradient);

#endif
