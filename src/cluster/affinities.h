/* How much rows are neighbours: the probabilities that t-SNE keeps. */
#ifndef MG_CLUSTER_AFFINITIES_H
#define MG_CLUSTER_AFFINITIES_H

#include "cluster/nearest_rows.h"

/* A symmetric table with few numbers in each row: those of row i are [begin[i], begin[i + 1]). They sum to 1. */
typedef struct mg__affinities {
    int64_t rows;
    int64_t *begin; /* [rows + 1] */
    int32_t *other; /* ascending in each row */
    float *p;
} mg__affinities;

/* p(j|i) ~ exp(-d_ij^2 beta_i), beta_i such that the entropy is ln perplexity; p_ij = (p(j|i) + p(i|j)) / (2 rows). */
mg_status mg__affinities_make(mg_context *context, const mg__nearest_rows *near, double perplexity, mg__affinities *made);
void mg__affinities_free(mg_context *context, mg__affinities *made);

/* The p(j|i) of one row: p [k], of squared distances [k]. */
void mg__affinities_of_row(const double *square, int64_t k, double perplexity, double *p);

#endif
