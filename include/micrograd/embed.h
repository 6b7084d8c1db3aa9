/* micrograd/embed.h: rows as points in few dimensions, to be looked at.
 *
 *     mg_embed_options options = mg_embed_defaults();
 *     options.method = "tsne";
 *     options.truth = "species";
 *     mg_map *map = mg_embed(ctx, iris, &options);
 *     const mg_map_result *result = mg_map_result_of(map);
 *     printf("row 0 lies at %.3f, %.3f\n", result->y[0], result->y[1]);
 *     mg_map_destroy(map);
 *
 * Rows are encoded and scaled as for clustering (micrograd/cluster.h), and their mean is taken off. The same data, options and
 * seed give the same bits, whatever the number of threads.
 */
#ifndef MICROGRAD_EMBED_H
#define MICROGRAD_EMBED_H

#include <micrograd/encoder.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How far the method is. steps 0: not known. */
typedef struct mg_embed_progress {
    const char *stage; /* "neighbours", "descent", "training" */
    int64_t step, steps;
    double value;   /* what is descended on; NaN: not measured */
    double seconds; /* since the stage began */
} mg_embed_progress;

/* Called from the thread of mg_embed, now and then. false ends the descent; what was found so far is the result. */
typedef bool mg_embed_callback(void *user, const mg_embed_progress *progress);

typedef struct mg_embed_options {
    const char *method; /* a name of mg_embed_method_name; default "pca" */
    int64_t dimensions; /* default 2; t-SNE: 2 or 3 */
    const char *scale;  /* these four as in mg_cluster_options; truth is never looked at, it gives result->truth */
    const char *drop;
    const char *truth;
    const char *image;
    const char *solver; /* PCA: "exact", "randomised"; default "auto": randomised where there are more than 500 columns and
                           rows, and at most a tenth of the smaller number is wanted */
    double perplexity;  /* t-SNE: how many neighbours a row has, about, 1 or more; default 30; drawn in to a third of the rows */
    double theta;       /* t-SNE: cells of the tree that are smaller than theta times their distance are one point, 0 (exact) to
                           1; default 0.5 */
    double learning_rate;           /* t-SNE: default 0: the larger of 50 and rows / 48 */
    int64_t iterations;             /* at most; MG_AUTO (default): as the method has it (t-SNE: 1000) */
    int64_t seed;                   /* default 0 */
    mg_embed_callback *on_progress; /* default NULL */
    void *user;
} mg_embed_options;
mg_embed_options mg_embed_defaults(void);

const char *mg_embed_method_name(int index); /* NULL at the end */
const char *mg_embed_method_doc(int index);  /* one sentence, with its source */

typedef struct mg_map mg_map;

typedef struct mg_map_result {
    const char *method;
    int64_t rows, features; /* of the encoded rows */
    int64_t dimensions;
    const double *y;         /* [rows, dimensions] */
    const double *variance;  /* [dimensions] PCA: of the rows along each component, over rows - 1; NULL: others */
    const double *explained; /* [dimensions] PCA: its share of the variance of all columns; NULL: others */
    double error;            /* mean squared error of an encoded number that is built again from y; NaN: the method cannot */
    double kl;               /* t-SNE: Kullback-Leibler divergence of the neighbourhoods; NaN: others */
    double perplexity;       /* as used; NaN: others */
    int64_t iterations;      /* 0: none were needed */
    const char *solver;      /* PCA: as used; NULL: others */
    const char *scale;       /* as used, and why: a sentence's end */
    const char *scale_reason;
    const int32_t *truth;          /* [rows], -1: not known; NULL: no truth was named */
    const char *const *truth_name; /* [truths], in order */
    int64_t truths;
    const char *const *warning; /* sentences without a full stop; those of the encoder are its own */
    int64_t warnings;
    double seconds, fit_seconds; /* all of it; without encoding */
} mg_map_result;

/* NULL on failure: MG_SETTING (no such method, more dimensions than columns or rows allow, a learning rate with which the descent
 * leaves all bounds), MG_FORMAT (no column is left, all rows are equal, too few rows). */
mg_map *mg_embed(mg_context *context, const mg_dataset *dataset, const mg_embed_options *options);
void mg_map_destroy(mg_map *map); /* NULL is fine */
const mg_map_result *mg_map_result_of(const mg_map *map);
const mg_encoder *mg_map_encoder(const mg_map *map);

/* Other rows in the same coordinates: y [rows, dimensions]. MG_FORMAT: a column is not there. MG_UNSUPPORTED: the method has no
 * way (t-SNE). */
mg_status mg_map_apply(mg_map *map, const mg_dataset *dataset, double *y);

#ifdef __cplusplus
}
#endif
#endif
