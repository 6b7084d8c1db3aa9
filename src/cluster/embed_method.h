/* Methods of embedding: a row and a file each. */
#ifndef MG_CLUSTER_EMBED_METHOD_H
#define MG_CLUSTER_EMBED_METHOD_H

#include "cluster/method.h"

#include <micrograd/embed.h>

/* What a method finds. y comes allocated (zero); the rest a method fills as far as it has it. */
typedef struct mg__embedded {
    double *y;         /* [rows, dimensions] */
    double *variance;  /* [dimensions], and */
    double *explained; /* [dimensions] its share of all: allocated by the method; NULL: it has none */
    double error;      /* these three are NaN unless the method sets them */
    double kl;
    double perplexity;
    int64_t iterations;
    const char *solver;
    char warning[160]; /* a sentence without a full stop; empty: none */
    void *model;       /* the method's own, for applying */
} mg__embedded;

typedef struct mg__embed_method {
    const char *name, *doc;
    int64_t most_dimensions; /* 0: as many as there are columns */
    mg_status (*fit)(const mg__points *points, const mg_embed_options *options, mg__embedded *found);
    /* Other rows, centred by the same mean. NULL: there is no way. */
    mg_status (*apply)(const void *model, const mg__points *points, double *y);
    void (*forget)(mg_context *context, void *model); /* NULL: there is no model */
} mg__embed_method;

extern const mg__embed_method mg__embed_pca, mg__embed_tsne;

const mg__embed_method *mg__embed_method_find(const char *name); /* NULL: there is none */
void mg__embedded_free(mg_context *context, const mg__embed_method *method, mg__embedded *found);

#endif
