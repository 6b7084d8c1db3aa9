/* A clustering, as its files share it. */
#ifndef MG_CLUSTER_CLUSTERING_H
#define MG_CLUSTER_CLUSTERING_H

#include "cluster/prepare.h"

struct mg_clustering {
    mg_context *context;
    const mg__cluster_method *method;
    mg__prepared prepared;
    mg__found found; /* groups in order of size; centre is there, centred */
    int64_t *size;
    double *centre; /* not centred */
    mg_clustering_result result;
};

#endif
