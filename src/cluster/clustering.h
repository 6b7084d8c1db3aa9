/* A clustering, as its files share it. */
#ifndef MG_CLUSTER_CLUSTERING_H
#define MG_CLUSTER_CLUSTERING_H

#include "cluster/prepare.h"

enum { MG__CLUSTER_WARNINGS = 8 };

struct mg_clustering {
    mg_context *context;
    const mg__cluster_method *method;
    mg__prepared prepared; /* points.x NULL: it was loaded */
    mg__found found;       /* label and centre (centred) in order of size; the model's own numbers are not */
    int32_t *rank;         /* [k]: where the method's group went */
    int64_t *size;         /* [k] */
    double *centre;        /* [k, columns]: not centred */
    double *deviation;     /* [columns] of all rows */
    mg_cluster_trial *trial;
    int64_t trials;
    char k_reason[320];
    char warning[MG__CLUSTER_WARNINGS][320];
    const char *warning_list[MG__CLUSTER_WARNINGS];
    int64_t warnings;
    mg_clustering_result result;
};

/* A sentence without a full stop; one too many is lost. */
void mg__cluster_warn(mg_clustering *clustering, const char *format, ...) MG__PRINTF(2, 3);

/* Fills what the result says of the clustering itself. */
void mg__cluster_describe(mg_clustering *clustering);

/* mg_clustering_load from a copy of bytes in memory; `path` is for messages. */
mg_clustering *mg__clustering_parse(mg_context *context, const char *path, const void *bytes, size_t length);

/* --- groups.c ---------------------------------------------------------------------------------------- */

/* Sum of squared distances to the centres (NULL: the means) of the groups. NaN: no memory. */
double mg__inertia(const mg__points *points, const mg__found *found);
/* Fills sizes, centres and deviations and puts groups in order: larger ones first, of equal ones the one whose first row is
 * earlier. */
mg_status mg__order_groups(mg_clustering *clustering);
/* At least so many different rows? Counts up to `most`. -1: no memory. */
int64_t mg__distinct_rows(const mg__points *points, int64_t most);

/* --- choose_k.c -------------------------------------------------------------------------------------- */

/* Tries k_low .. k_high, takes the best into clustering->found, and says why. */
mg_status mg__choose_k(mg_clustering *clustering, const mg_cluster_options *options);

/* --- assign.c ---------------------------------------------------------------------------------------- */

mg_status mg__assign_nearest(const mg__points *points, int64_t k, const double *centre, int32_t *label);

#endif
