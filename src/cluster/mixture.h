/* A mixture of Gaussians: p(x) = sum over j of weight_j N(x; mean_j, covariance_j). */
#ifndef MG_CLUSTER_MIXTURE_H
#define MG_CLUSTER_MIXTURE_H

#include "cluster/method.h"

#define MG__MIXTURE_ROWS  256               /* looked at together */
#define MG__MIXTURE_CELLS ((size_t)1 << 28) /* of all covariances, at most: 2 GB */

typedef enum mg__covariance { MG__COVARIANCE_FULL, MG__COVARIANCE_DIAGONAL, MG__COVARIANCE_TIED, MG__COVARIANCES } mg__covariance;

const char *mg__covariance_name(int kind); /* NULL at the end */

/* One covariance is [columns, columns], or of diagonal ones [columns]; of tied ones there is one alone. */
typedef struct mg__mixture {
    mg_context *context;
    mg__covariance kind;
    int64_t k, columns;
    int64_t matrices;   /* k, or 1 of tied ones */
    int64_t cells;      /* of one covariance */
    double *weight;     /* [k] */
    double *mean;       /* [k, columns], of the centred rows */
    double *covariance; /* [matrices, cells] */
    double *whiten;     /* the same shape: W W' = 1 / covariance, so that (x - mean) W has variance 1 in each direction */
    double *offset;     /* [k]: ln weight + ln det W - columns / 2 ln(2 pi) */
} mg__mixture;

mg_status mg__mixture_open(mg__mixture *mixture, mg_context *context, mg__covariance kind, int64_t k, int64_t columns);
void mg__mixture_close(mg__mixture *mixture);
/* Free numbers of the model: weights, means, covariances. */
double mg__mixture_parameters(const mg__mixture *mixture);

/* whiten and offset from the rest. A covariance that is none, by rounding, gets more and more on its diagonal, from `floor` on.
 * Returns in how many of the matrices some direction has no variance but the floor. */
mg_status mg__mixture_whiten(mg__mixture *mixture, double floor, int64_t *flat);

/* --- looking at rows ---------------------------------------------------------------------------------- */

/* Of one thread. */
typedef struct mg__mixture_hand {
    double *off;    /* [MG__MIXTURE_ROWS, columns]: x - mean */
    double *white;  /* likewise, times W */
    double *share;  /* [MG__MIXTURE_ROWS, k]: probabilities of the groups */
    double *square; /* [cells]: a sum over rows */
    void *scratch;
} mg__mixture_hand;

mg_status mg__mixture_hand_open(const mg__mixture *mixture, mg__mixture_hand *hand);
void mg__mixture_hand_close(mg_context *context, mg__mixture_hand *hand);
/* hand->off = x - mean of group j. */
void mg__mixture_off(const mg__mixture *mixture, int64_t group, const float *x, int64_t rows, mg__mixture_hand *hand);
/* Fills hand->share for up to MG__MIXTURE_ROWS rows; returns the sum of their ln p(x). */
double mg__mixture_look(const mg__mixture *mixture, const float *x, int64_t rows, mg__mixture_hand *hand);

/* Rows of mg__mixture as those of mg__cluster_method. */
mg_status mg__mixture_assign(const void *model, const mg__points *points, int32_t *label, double *probability);
/* The same, and the sum of ln p(x). */
mg_status mg__mixture_judge(const mg__mixture *mixture, const mg__points *points, int32_t *label, double *probability,
                            double *likelihood);
void mg__mixture_forget(mg_context *context, void *model);
size_t mg__mixture_store(const void *model, mg__safetensor tensor[MG__METHOD_TENSORS]);
mg_status mg__mixture_restore(const mg__safetensors *file, int64_t k, int64_t columns, void **model);

#endif
