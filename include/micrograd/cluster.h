/* micrograd/cluster.h: groups of rows that are alike, found without labels.
 *
 *     mg_cluster_options options = mg_cluster_defaults();
 *     options.k = 3;
 *     mg_clustering *groups = mg_cluster(ctx, iris, &options);
 *     const mg_clustering_result *result = mg_clustering_result_of(groups);
 *     printf("row 0 is in group %d of %lld\n", result->label[0], (long long)result->k);
 *     mg_clustering_save(groups, "groups.safetensors");
 *     mg_clustering_destroy(groups);
 *
 * Rows are encoded as for training (micrograd/encoder.h), without a target and without embeddings: a category of up to 4096
 * values is one-hot, one of more is not looked at. The same data, options and seed give the same bits, whatever the number of
 * threads.
 */
#ifndef MICROGRAD_CLUSTER_H
#define MICROGRAD_CLUSTER_H

#include <micrograd/encoder.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How far a stage is that may take its time. */
typedef struct mg_cluster_progress {
    const char *stage; /* "choosing k", "training", "refining" */
    int64_t step, steps;
    double seconds; /* since the stage began */
} mg_cluster_progress;

/* Called from the thread of mg_cluster, now and then. */
typedef void mg_cluster_callback(void *user, const mg_cluster_progress *progress);

typedef struct mg_cluster_options {
    const char *method;    /* a name of mg_cluster_method_name; default "kmeans" */
    int64_t k;             /* groups; MG_AUTO (default): the best of k_low .. k_high, or what the method finds */
    int64_t k_low, k_high; /* default 2 and 10; an end beyond what the rows allow is drawn in */
    const char *scale;     /* "none", "standard" (one-hot and yes-no columns stay as they are); "auto" (default): none where all
                              columns share a unit, else standard. They do where they are pixels, or at least 16 columns of whole
                              numbers from 0 to one largest of at most 255 that half of the columns reach half of */
    const char *drop;      /* "id,name": columns that are not looked at; NULL (default): none */
    const char *truth;     /* column of the true groups, never looked at but for scores; NULL (default): none is known */
    const char *image;     /* "8x8": the columns are pixels (mg_encoder_options); NULL (default): they are not */
    int64_t starts;        /* k-means, mixtures: the best of so many; default 10 */
    int64_t iterations;    /* at most; mini-batches: passes over the rows; default 300 */
    double tolerance;      /* k-means: ends where the centres moved, squared and summed, at most so many mean variances of a
                              column; mixtures: where the mean log-likelihood of a row changed by less; default 1e-4 */
    int64_t batch;         /* mini-batches: rows a step; default 1024 */
    int64_t seed;          /* default 0 */
    const char
        *covariance; /* mixtures: "full" (default): a matrix for each group; "tied": one for all; "diagonal": variances alone */
    const char *linkage; /* hierarchical: "ward" (default), "complete", "average", "single" */
    double radius;       /* dbscan: rows so near, in the scaled unit, are neighbours; MG_AUTO (default): the largest
                            distance to a min_points-th row that is usual (Tukey's fence) */
    int64_t min_points;  /* dbscan: a row with so many rows within the radius, itself among them, is in a group; default 5 */
    mg_cluster_callback *on_progress; /* default NULL */
    void *user;
    const mg_tensor
        *centres; /* k-means, mixtures: [k, features] to begin from, encoded, in place of starts; NULL (default): none */
} mg_cluster_options;
mg_cluster_options mg_cluster_defaults(void);

const char *mg_cluster_method_name(int index); /* NULL at the end */
const char *mg_cluster_method_doc(int index);  /* one sentence, with its source */

/* --- how good groups are ----------------------------------------------------------------------------- */

/* Of the groups alone. Rows in no group (-1) are left out; NaN where there are not 2 .. rows - 1 groups. */
typedef struct mg_cluster_scores {
    double silhouette;        /* mean of (b - a) / max(a, b): a the mean distance to the rows of the own group, b to those of the
                                 nearest other; 0 for a row alone; -1 to 1, more is better (Rousseeuw 1987) */
    double davies_bouldin;    /* mean over the groups of the largest (s_i + s_j) / |c_i - c_j|, s the mean distance to the centre:
                                 less is better (Davies & Bouldin 1979) */
    double calinski_harabasz; /* between (k - 1) and within (n - k) variance, their ratio: more is better (1974) */
} mg_cluster_scores;

/* Beside true groups. Rows in no group count as one more group, and as never right. */
typedef struct mg_cluster_agreement {
    double ari;      /* adjusted Rand index: pairs that both put together or apart, 0 by chance, 1 all (Hubert & Arabie 1985) */
    double nmi;      /* mutual information by the mean of both entropies */
    double purity;   /* share of rows whose truth is the most frequent of their group */
    double accuracy; /* share of rows that are right where each truth is matched with one group at most, as well as can be */
} mg_cluster_agreement;

/* x [rows, features]; label: 0 .. , or -1. Time grows with the square of the rows. MG_INVALID: no matrix, a label below -1. */
mg_status mg_cluster_scores_of(mg_context *context, const mg_tensor *x, const int32_t *label, mg_cluster_scores *scores);
/* Rows whose truth is below 0 are left out; without any the values are NaN. */
mg_status mg_cluster_agreement_of(mg_context *context, const int32_t *label, const int32_t *truth, int64_t rows,
                                  mg_cluster_agreement *agreement);

/* --- clustering -------------------------------------------------------------------------------------- */

typedef struct mg_clustering mg_clustering;

/* What was found with one number of groups; NaN: not measured. */
typedef struct mg_cluster_trial {
    int64_t k;
    double inertia;
    double silhouette;
    double gap, gap_deviation; /* E ln W of evenly spread rows - ln W (Tibshirani, Walther & Hastie 2001), and how sure it is */
    double stability;          /* mean adjusted Rand index of what two samples of 80 % say of the rows in both */
    double bic;                /* methods that are probability models: less is better */
} mg_cluster_trial;

/* Two groups that became one. Groups 0 .. rows - 1 are the rows, group rows + i is what merge i made. */
typedef struct mg_cluster_merge {
    int64_t a, b;  /* a < b */
    double height; /* how far apart they were, by the linkage; does not fall from one merge to the next */
    int64_t rows;  /* of the new group */
} mg_cluster_merge;

typedef struct mg_clustering_result {
    const char *method;
    const char *details;    /* of the method, a few words: "full covariances"; NULL: there are none */
    int64_t rows, features; /* of the encoded rows */
    int64_t k;
    const int32_t
        *label; /* [rows]: 0 .. k - 1, larger groups first; -1: in none (noise). NULL of one that was loaded, or of a file */
    const int64_t *size;  /* [k] */
    const double *centre; /* [k, features]: mean of the rows, encoded; of mixtures weighed by how much each row belongs */
    double inertia;       /* sum of squared distances to the centres, noise aside */
    int64_t iterations;   /* of the start that was best */
    const char *scale;    /* as used, and why: a sentence's end */
    const char *scale_reason;
    mg_cluster_scores scores; /* the silhouette of a sample of the rows, where all would take more than a second */
    int64_t silhouette_rows;
    mg_cluster_agreement agreement; /* NaN without a truth */
    const mg_cluster_merge *merge;  /* [merges]: the tree of hierarchical, from the rows to one group; NULL of others and of one
                                       that was loaded */
    int64_t merges;
    /* How k was chosen, or found: the numbers that were tried, and a sentence; 0 and NULL where it was given. */
    const mg_cluster_trial *trial;
    int64_t trials;
    const char *k_reason;
    const char *const *warning; /* sentences without a full stop; those of the encoder are its own */
    int64_t warnings;
    double seconds, fit_seconds; /* all of it; without reading, encoding and scores */
} mg_clustering_result;

/* NULL on failure: MG_SETTING (no such method, more groups than different rows), MG_FORMAT (no column is left, all rows are
 * equal).
 *
 * k is chosen so: each number is tried. The lowest BIC decides for methods that have one, else the highest mean silhouette. The
 * gap statistic (1 where no gap is larger by more than its deviation; else the lowest k from 2 on whose gap is not below the next
 * one's less its deviation) and the stability, both on a sample of at most 1000 rows, are told beside it. */
mg_clustering *mg_cluster(mg_context *context, const mg_dataset *dataset, const mg_cluster_options *options);
/* The same, by mini-batches, of a file that need not fit in memory: method must be "minibatch" (MG_SETTING). Encoder, k, first
 * centres and scores are of a sample of at most 100,000 rows; then every row of the file moves a centre once, and is counted;
 * result->label is NULL. The file is read three times: MG_UNSUPPORTED for standard input that is longer than its sample, and for
 * images. */
mg_clustering *mg_cluster_file(mg_context *context, const char *path, const mg_dataset_options *data,
                               const mg_cluster_options *options);
void mg_clustering_destroy(mg_clustering *clustering); /* NULL is fine */
const mg_clustering_result *mg_clustering_result_of(const mg_clustering *clustering);
const mg_encoder *mg_clustering_encoder(const mg_clustering *clustering);

/* The groups of other rows: label [rows]; probability [rows, k], NULL: not wanted. MG_FORMAT: a column is not there. MG_INVALID:
 * probabilities of a method that has none. */
mg_status mg_clustering_assign(mg_clustering *clustering, const mg_dataset *dataset, int32_t *label, double *probability);
bool mg_clustering_has_probabilities(const mg_clustering *clustering);

/* What sets a group apart. */
typedef struct mg_cluster_trait {
    const char *column;
    const char *category; /* of which `value` is the share; NULL: a number or date (then days since 1970) */
    double value;         /* the group's mean in the column's own unit, or the category's share */
    double usual;         /* the same of all rows */
    double apart;         /* (value - usual) / deviation of all rows */
} mg_cluster_trait;

/* The traits of one group, the largest |apart| first; a row a column (a category each). Returns how many there are, of which at
 * most `capacity` are written; 0 of images, whose centres are pictures; -1: no memory. */
int64_t mg_clustering_traits(const mg_clustering *clustering, int64_t group, mg_cluster_trait *trait, int64_t capacity);

/* Writes and reads the file of a clustering: docs/model-format.md. MG_FILE; MG_FORMAT: damaged, or no clustering. */
mg_status mg_clustering_save(const mg_clustering *clustering, const char *path);
mg_clustering *mg_clustering_load(mg_context *context, const char *path);

#ifdef __cplusplus
}
#endif
#endif
