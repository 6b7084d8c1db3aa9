/* k-means a few rows at a time, from inside: on points in memory, and on a file that is read in pieces. */
#ifndef MG_CLUSTER_MINIBATCH_H
#define MG_CLUSTER_MINIBATCH_H

#include "cluster/method.h"

typedef struct mg__minibatch {
    mg_context *context;
    int64_t k, columns;
    double *centre; /* [k, columns] */
    int64_t *count; /* [k]: rows that each has had */
    int64_t steps;
    double last;          /* mean squared distance of the last batch, to the centres before it */
    double average, best; /* of it, moving */
    int64_t waited;
    int32_t *label; /* [room], of a batch */
    int64_t room;
} mg__minibatch;

mg_status mg__minibatch_open(mg__minibatch *minibatch, mg_context *context, int64_t k, int64_t columns);
void mg__minibatch_close(mg__minibatch *minibatch);
/* Begins by k-means++ (or the options' centres) and goes on until it has settled, or for the options' iterations. */
mg_status mg__minibatch_run(mg__minibatch *minibatch, const mg__points *points, const mg_cluster_options *options);
mg_status mg__minibatch_step(mg__minibatch *minibatch, const mg__points *batch);
/* Has the moving average, in which the last batch weighs so much, not fallen for some steps? */
bool mg__minibatch_settled(mg__minibatch *minibatch, double weight);

#endif
