/* Scores from inside: what metrics, intervals and the choice of a threshold share. */
#ifndef MG_TRAIN_SCORING_H
#define MG_TRAIN_SCORING_H

#include "base/base.h"

#include <micrograd/metrics.h>

static inline double mg__weight_of(const double *weights, int64_t row) { return weights ? weights[row] : 1; }

/* --- while training ---------------------------------------------------------------------------------- */

/* The score of an epoch, cheaply: the task's main metric, the one that chooses (NULL: the main one), and the one that breaks
 * ties (log_loss or rmse); the others are NaN. */
mg_status mg__scores_quick(mg_context *context, mg_task task, const mg_metric *chooses, const mg_scored *scored,
                           mg_scores *scores);
/* Is a better than b by that metric? A tie, and a metric that is undefined in both, is decided by log_loss or rmse. Not a number
 * is never better. */
bool mg__scores_better(mg_task task, const mg_metric *chooses, const mg_scores *a, const mg_scores *b);
/* false: the answers were not finite. */
bool mg__scores_finite(mg_task task, const mg_scores *scores);
const mg_metric *mg__metric_main(mg_task task);

/* --- metrics_mean.c: metrics that are a mean of something a row ---------------------------------------- */

typedef struct mg__mean_metric {
    const char *name;
    mg_task task;
    double (*of_row)(const mg_scored *scored, int64_t row);
    bool root;  /* of the mean */
    bool share; /* of rows: each gives 0 or 1 */
} mg__mean_metric;

const mg__mean_metric *mg__mean_metric_row(int index); /* NULL at the end */

/* The predicted class; -1 where its probability is NaN. */
int32_t mg__predicted_class(const mg_scored *scored, int64_t row);

/* --- metrics_classes.c: metrics of predicted and right classes ----------------------------------------- */

/* Weights of rows by class. */
typedef struct mg__hits {
    int64_t classes;
    double total;
    double *hits, *labels; /* predicted right; in all */
    double *predicted;     /* [classes + 1]: the last is of rows without a prediction */
} mg__hits;

mg_status mg__hits_open(mg_context *context, int64_t classes, mg__hits *sums);
void mg__hits_clear(mg__hits *sums);
void mg__hits_close(mg_context *context, mg__hits *sums);
static inline void mg__hits_add(mg__hits *sums, int32_t label, int32_t predicted, double weight) {
    sums->total += weight;
    sums->labels[label] += weight;
    sums->predicted[predicted < 0 ? sums->classes : predicted] += weight;
    if (label == predicted) sums->hits[label] += weight;
}

typedef struct mg__hits_metric {
    const char *name;
    double (*value)(const mg__hits *sums);
} mg__hits_metric;

const mg__hits_metric *mg__hits_metric_row(int index); /* NULL at the end */

/* --- metrics_ranking.c: metrics of the order of probabilities ------------------------------------------ */

/* The rows from the highest probability of a class to the lowest. */
typedef struct mg__ranking {
    int64_t rows;
    int64_t *order;
    unsigned char *mark; /* by place: MG__RANK_POSITIVE: a row of the class; MG__RANK_LAST: the last of equal probabilities */
    bool defined;        /* no probability is NaN */
} mg__ranking;

enum { MG__RANK_POSITIVE = 1, MG__RANK_LAST = 2 };

typedef struct mg__ranked {
    double roc_auc, average_precision;
} mg__ranked;

int64_t mg__ranking_count(const mg_scored *scored); /* 1 for two classes, else one a class */
mg_status mg__ranking_open(mg_context *context, const mg_scored *scored, int64_t index, mg__ranking *ranking);
mg__ranked mg__ranking_value(const mg__ranking *ranking, const double *weights);
void mg__ranking_close(mg_context *context, mg__ranking *ranking);
bool mg__is_ranking(const mg_metric *metric); /* is its value one of mg__ranked? */
/* Of all classes. */
mg_status mg__rank_all(mg_context *context, const mg_scored *scored, mg__ranked *value);
/* Means over the classes for which they are defined. */
mg__ranked mg__ranking_mean(const mg__ranking *rankings, int64_t count, const double *weights);

/* --- metrics_regression.c ------------------------------------------------------------------------------ */

/* Targets and errors less their means, so that sums of their squares keep their digits. */
typedef struct mg__spread {
    double target, error; /* the means */
} mg__spread;

typedef struct mg__moments {
    double weight, target, target_square, error, error_square; /* centred */
    double square;                                             /* of the error as it is */
} mg__moments;

mg__spread mg__spread_of(const mg_scored *scored);
static inline void mg__moments_add(mg__moments *sums, const mg__spread *centre, double target, double error, double weight) {
    double t = target - centre->target, e = error - centre->error;
    sums->weight += weight;
    sums->target += weight * t;
    sums->target_square += weight * t * t;
    sums->error += weight * e;
    sums->error_square += weight * e * e;
    sums->square += weight * error * error;
}
double mg__moments_r2(const mg__moments *sums);
double mg__moments_explained(const mg__moments *sums);
/* The median of values in an order (ascending, NaN last). */
double mg__median_of(const double *values, const int64_t *order, int64_t count, const double *weights);

/* --- intervals, thresholds ------------------------------------------------------------------------------ */

/* 95 % bootstrap intervals (percentiles; Efron 1979) of every metric of the task: 1000 resamples, fewer (at least 100) for
 * roc_auc and average_precision where rows times classes are many. Of more than 10,000 rows m = 10,000 are drawn once, and the
 * deviations that they show are shrunk by sqrt(m / rows) (Bickel, Goetze, van Zwet 1997: m out of n), so that the time does not
 * grow. NaN: not defined, or the resamples do not differ, in which case they tell nothing; but accuracy and top_k_accuracy of 0
 * or 1 then have the exact binomial bound at the other end (1 - 0.025^(1/rows)). A function of the seed and the rows. */
mg_status mg__bootstrap(mg_context *context, mg_task task, const mg_scored *scored, uint64_t seed, mg_intervals *intervals);

/* Two classes: the probability of the second class from which on (>=) it should be predicted, for the best `metric`: accuracy,
 * balanced_accuracy, f1_macro or mcc. The middle between neighbouring probabilities; of equally good ones the nearest to 0.5.
 * 0.5 where only one class is there. MG_SETTING: another metric; MG_INVALID: not two classes. */
mg_status mg__threshold_choose(mg_context *context, const mg_scored *scored, const char *metric, double *threshold);

/* --- class weights ------------------------------------------------------------------------------------- */

/* Weights of classes from the text of a setting: "balanced": count / (classes present * rows of the class) as scikit-learn; or
 * "a=2,b=1": by name (quoted as in CSV where it has commas, quotes or blanks at its ends), 1 for those not named. NULL: all 1.
 * out [classes]. MG_SETTING: no such class (the message lists those there are), a weight that is not above 0. */
mg_status mg__class_weights(mg_context *context, const char *text, const char *const *names, int32_t classes,
                            const int32_t *labels, int64_t count, double *out);

#endif
