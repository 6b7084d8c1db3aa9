/* micrograd/metrics.h: how good predictions are. Everything is computed in f64, in the order of the rows.
 *
 *     mg_scored scored = { .rows = 4, .columns = 2, .values = probabilities, .labels = labels };
 *     mg_scores scores;
 *     if (mg_scores_of(ctx, MG_TASK_CLASSIFICATION, &scored, &scores) == MG_OK) printf("accuracy %.4f\n", scores.accuracy);
 *
 * What cannot be said of the rows at hand (the ROC of a single class) is NaN. Where scikit-learn gives a number, it is the same
 * one, but for two cases: it takes the average precision of a class without rows for 0, and the explained variance of a single
 * row for 1; here they are NaN.
 */
#ifndef MICROGRAD_METRICS_H
#define MICROGRAD_METRICS_H

#include <micrograd/dataset.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One row a metric: name, task, whether more is better, meaning. The first of a task is its main one. The best that can be had
 * is 1 where more is better, else 0. */
#define MG_METRIC_TABLE(X)                                                                                                    \
    X(accuracy, CLASSIFICATION, true, "share of rows whose predicted class is the right one")                                 \
    X(balanced_accuracy, CLASSIFICATION, true, "mean over the classes of the share of their rows that is predicted right")    \
    X(log_loss, CLASSIFICATION, false, "mean of -ln p(right class), p at least 2.2e-16")                                      \
    X(brier, CLASSIFICATION, false, "mean of (p - y)^2 of the second of two classes; of more, of the sum over all of them")   \
    X(roc_auc, CLASSIFICATION, true, "chance that a row of the class has more of its probability than a row of another")      \
    X(average_precision, CLASSIFICATION, true, "mean precision over the rows of the class, from the most probable one down")  \
    X(f1_macro, CLASSIFICATION, true, "mean over the classes of 2 hits / (rows of the class + rows predicted to be)")         \
    X(mcc, CLASSIFICATION, true, "Matthews' correlation of predicted and right classes: 0 is as good as chance")              \
    X(top_k_accuracy, CLASSIFICATION, true,                                                                                   \
      "share of rows whose class is among the k most probable, k = 3 or classes - 1 if less")                                 \
    X(calibration_error, CLASSIFICATION, false,                                                                               \
      "expected calibration error: mean over 15 bins of |share that is right - mean probability| of the most probable class") \
    X(r2, REGRESSION, true, "1 - sum (t - y)^2 / sum (t - mean t)^2: 1 is perfect, 0 is as good as the mean")                 \
    X(rmse, REGRESSION, false, "root of the mean squared error, in the target's unit")                                        \
    X(mae, REGRESSION, false, "mean absolute error, in the target's unit")                                                    \
    X(median_absolute_error, REGRESSION, false, "median of the absolute error, in the target's unit")                         \
    X(explained_variance, REGRESSION, true, "1 - variance of (t - y) / variance of t: r2 that forgives a constant offset")

/* What is scored: `columns` numbers a row, row after row. Classification: probabilities of `columns` classes and labels in 0 ..
 * columns - 1. Regression: columns is 1, and targets are in the unit of the values. */
typedef struct mg_scored {
    int64_t rows, columns;
    const double *values;
    const int32_t *labels;
    const double *targets;
    const double *weights;    /* of the rows, 0 or more; NULL: all 1. Every metric is one of so many equal rows */
    const int32_t *predicted; /* classes; NULL: the most probable, the first of equals */
} mg_scored;

/* Each metric as a function: mg_accuracy(context, scored, &value), ... value is NaN where it is not defined: without rows (or
 * weight), roc_auc of one class only, r2 and explained_variance of a single row. Fails with MG_OUT_OF_MEMORY alone.
 * - accuracy, balanced_accuracy, f1_macro and mcc judge the predicted class; the others the probabilities. A class counts in
 *   balanced_accuracy if it has rows, in f1_macro if it has rows or is predicted; mcc is 0 where only one class is there, or only
 *   one is predicted (Gorodkin 2004 for more than two).
 * - roc_auc and average_precision: two classes: of the second; more: mean of each against the rest, over the classes that have
 *   rows (roc_auc: and are not all rows). Equal probabilities share their place.
 * - calibration_error (Naeini et al. 2015; Guo et al. 2017): bins of equal width, weighed by their rows. Resamples of rows are
 *   always farther from it than the rows are, so it has no interval. scikit-learn has none.
 * - top_k_accuracy: of equal probabilities the later class is the more probable.
 * - r2 and explained_variance of a constant target: 1 if all is right, else 0.
 * - median_absolute_error: the middle between two where just half of the weight lies on either side.
 * A probability or value that is NaN is a wrong prediction, and makes every mean and rank NaN. */
#define MG_METRIC_FUNCTION(name, task, more, doc) \
    mg_status mg_##name(mg_context *context, const mg_scored *scored, double *value);
MG_METRIC_TABLE(MG_METRIC_FUNCTION)
#undef MG_METRIC_FUNCTION

/* counts[label * columns + predicted], columns * columns numbers of rows (weights do not count), overwritten. */
void mg_confusion(const mg_scored *scored, int64_t *counts);

/* All metrics of one part of the data; those of the other task are NaN. */
typedef struct mg_scores {
    int64_t rows; /* 0: there is no such part, and every metric is NaN */
#define MG_METRIC_FIELD(name, task, more, doc) double name;
    MG_METRIC_TABLE(MG_METRIC_FIELD)
#undef MG_METRIC_FIELD
} mg_scores;

mg_status mg_scores_of(mg_context *context, mg_task task, const mg_scored *scored, mg_scores *scores);
mg_scores mg_scores_none(void);

/* Where a metric lies on other rows of the same kind: 95 % confidence. NaN: not known. */
typedef struct mg_interval {
    double low, high;
} mg_interval;

typedef struct mg_intervals {
#define MG_METRIC_FIELD(name, task, more, doc) mg_interval name;
    MG_METRIC_TABLE(MG_METRIC_FIELD)
#undef MG_METRIC_FIELD
} mg_intervals;

mg_intervals mg_intervals_none(void);

typedef struct mg_metric {
    const char *name, *doc;
    mg_task task;
    bool more_is_better;
    mg_status (*function)(mg_context *context, const mg_scored *scored, double *value);
    size_t offset;          /* of its field in mg_scores */
    size_t interval_offset; /* in mg_intervals */
} mg_metric;

const mg_metric *mg_metric_row(int index);         /* NULL at the end */
const mg_metric *mg_metric_find(const char *name); /* NULL: there is none of that name */
double mg_metric_value(const mg_metric *metric, const mg_scores *scores);
mg_interval mg_metric_interval(const mg_metric *metric, const mg_intervals *intervals);

#ifdef __cplusplus
}
#endif
#endif
