/* micrograd/cluster.h: groups of rows that are alike, found without labels.
 *
 *     mg_cluster_options options = mg_cluster_defaults();
 *     options.k = 3;
 *     mg_clustering *groups = mg_cluster(ctx, iris, &options);
 *     const mg_clustering_result *result = mg_clustering_result_of(groups);
 *     printf("row 0 is in group %d of %lld\n", result->label[0], (long long)result->k);
 *     mg_clustering_destroy(groups);
 *
 * Rows are encoded as for training (micrograd/encoder.h), without a target. The same data, options and seed give the same bits,
 * whatever the number of threads.
 */
#ifndef MICROGRAD_CLUSTER_H
#define MICROGRAD_CLUSTER_H

#include <micrograd/encoder.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mg_cluster_options {
    const char *method;    /* a name of mg_cluster_method_name; default "kmeans" */
    int64_t k;             /* groups; MG_AUTO (default): the best of k_low .. k_high, or what the method finds */
    int64_t k_low, k_high; /* default 2 and 10 */
    const char *scale;     /* "none", "standard"; "auto" (default): none where all columns share a unit, else standard */
    const char *drop;      /* "id,name": columns that are not looked at; NULL (default): none */
    const char *truth;     /* column of the true groups, never looked at but for scores; NULL (default): none is known */
    const char *image;     /* "8x8": the columns are pixels (mg_encoder_options); NULL (default): they are not */
    int64_t starts;        /* k-means, mixtures: the best of so many; default 10 */
    int64_t iterations;    /* at most; default 300 */
    double tolerance; /* k-means: ends where the centres moved, squared and summed, at most so many mean variances of a column;
                         default 1e-4 */
    int64_t seed;     /* default 0 */
    const mg_tensor *centres; /* k-means: [k, features] to begin from, encoded, in place of starts; NULL (default): none */
} mg_cluster_options;
mg_cluster_options mg_cluster_defaults(void);

const char *mg_cluster_method_name(int index); /* NULL at the end */
const char *mg_cluster_method_doc(int index);  /* one sentence, with its source */

typedef struct mg_clustering mg_clustering;

typedef struct mg_clustering_result {
    const char *method;
    int64_t rows, features; /* of the encoded rows */
    int64_t k;
    const int32_t *label; /* [rows]: 0 .. k - 1, larger groups first; -1: in none (noise) */
    const int64_t *size;  /* [k] */
    const double *centre; /* [k, features]: mean of the rows, encoded */
    double inertia;       /* sum of squared distances to the centres, noise aside */
    int64_t iterations;   /* of the start that was best */
    const char *scale;    /* as used, and why: a sentence */
    const char *scale_reason;
    double seconds;
} mg_clustering_result;

/* NULL on failure: MG_SETTING (k above the rows, no such method), MG_FORMAT (no column is left, all rows are equal). */
mg_clustering *mg_cluster(mg_context *context, const mg_dataset *dataset, const mg_cluster_options *options);
void mg_clustering_destroy(mg_clustering *clustering); /* NULL is fine */
const mg_clustering_result *mg_clustering_result_of(const mg_clustering *clustering);
const mg_encoder *mg_clustering_encoder(const mg_clustering *clustering);

/* The groups of other rows: label [rows]. MG_FORMAT: a column is not there. */
mg_status mg_clustering_assign(mg_clustering *clustering, const mg_dataset *dataset, int32_t *label);

#ifdef __cplusplus
}
#endif
#endif
