/* Methods of clustering: a row and a file each. */
#ifndef MG_CLUSTER_METHOD_H
#define MG_CLUSTER_METHOD_H

#include "base/base.h"
#include "interop/safetensors.h"

#include <micrograd/cluster.h>

/* Encoded rows, centred: their mean is taken off, which changes no distance and keeps products exact. */
typedef struct mg__points {
    mg_context *context;
    int64_t rows, columns;
    float *x;         /* [rows, columns] */
    double *mean;     /* [columns]: what was taken off */
    int64_t image[3]; /* the columns are pixels: height, width, channels; 0: they are not */
} mg__points;

/* What a method finds; fitted with k groups, which it numbers as it likes. All zero is empty. */
typedef struct mg__found {
    int64_t k;
    int32_t *label; /* [rows]; -1: none */
    double *centre; /* [k, columns], of the centred rows; NULL: the means of the groups */
    int64_t iterations;
    double bic;              /* of methods that have one */
    void *model;             /* the method's own, for assigning */
    mg_cluster_merge *merge; /* [merges] */
    int64_t merges;
    bool doubtful;     /* a BIC that says nothing for it: k is chosen among the others, where there are some */
    char details[160]; /* a few words: "full covariances" */
    char reason[320];  /* of finds_k: how, a sentence without a full stop */
    char warning[320]; /* likewise; "": none */
} mg__found;

#define MG__METHOD_TENSORS 12

typedef struct mg__cluster_method {
    const char *name, *doc;
    bool finds_k;       /* takes no k: it finds how many there are */
    bool has_bic;       /* fills found->bic, and that chooses k */
    bool probabilities; /* assign gives them */
    bool slow;          /* is not run again on samples, for the stability */
    mg_status (*fit)(const mg__points *points, const mg_cluster_options *options, int64_t k, mg__found *found);
    /* The same from what was found with another k. NULL: it is fitted anew. */
    mg_status (*cut)(const mg__points *points, const mg__found *whole, int64_t k, mg__found *found);
    /* Groups of other rows, centred by the same mean. probability: [rows, k] or NULL. NULL: the nearest centre. */
    mg_status (*assign)(const void *model, const mg__points *points, int32_t *label, double *probability);
    void (*forget)(mg_context *context, void *model);
    /* The model as tensors of a file, whose data stay its own; returns how many. And back: MG_FORMAT where they do not fit. NULL:
     * there is no model. */
    size_t (*store)(const void *model, mg__safetensor tensor[MG__METHOD_TENSORS]);
    mg_status (*restore)(const mg__safetensors *file, int64_t k, int64_t columns, void **model);
} mg__cluster_method;

/* Tells the options' callback, where there is one. began: by mg__clock. */
void mg__cluster_tell(const mg_cluster_options *options, const char *stage, int64_t step, int64_t steps, int64_t began);

extern const mg__cluster_method mg__method_kmeans, mg__method_minibatch, mg__method_gmm, mg__method_dbscan,
    mg__method_hierarchical, mg__method_deep;

const mg__cluster_method *mg__cluster_method_find(const char *name); /* NULL: there is none */
void mg__found_free(mg_context *context, const mg__cluster_method *method, mg__found *found);

#endif
