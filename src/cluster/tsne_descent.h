/* The descent of t-SNE. */
#ifndef MG_CLUSTER_TSNE_DESCENT_H
#define MG_CLUSTER_TSNE_DESCENT_H

#include "cluster/affinities.h"

typedef struct mg__tsne_descent {
    int dimensions;
    float theta;
    double learning_rate;
    int64_t iterations;                                               /* at most */
    bool (*told)(void *user, int64_t step, int64_t steps, double kl); /* now and then; false ends it */
    void *user;
    double kl;    /* written: of where it ended */
    int64_t done; /* written */
} mg__tsne_descent;

/* Moves y [rows, dimensions]. The first 250 steps with p times 12 and momentum 0.5, which lets heaps form; then momentum 0.8.
 * Ends early where the gradient vanishes, or KL has not fallen for 300 steps. */
mg_status mg__tsne_descend(mg_context *context, const mg__affinities *p, mg__tsne_descent *descent, double *y);

#endif
