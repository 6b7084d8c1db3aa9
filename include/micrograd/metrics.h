/* micrograd/metrics.h: how good predictions are. Everything is computed in f64, in the order of the rows. */
#ifndef MICROGRAD_METRICS_H
#define MICROGRAD_METRICS_H

#include <micrograd/dataset.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One row a metric: name, task, whether more is better, meaning. The first of a task is its main one: it chooses the best epoch.
 */
#define MG_METRIC_TABLE(X)                                                                                    \
    X(accuracy, CLASSIFICATION, true, "share of rows whose most probable class is the right one")             \
    X(log_loss, CLASSIFICATION, false, "mean of -ln p(right class), p at least 1e-15")                        \
    X(r2, REGRESSION, true, "1 - sum (t - y)^2 / sum (t - mean t)^2: 1 is perfect, 0 is as good as the mean") \
    X(rmse, REGRESSION, false, "root of the mean squared error, in the target's unit")                        \
    X(mae, REGRESSION, false, "mean absolute error, in the target's unit")

/* What is scored: `columns` numbers a row, row after row. Classification: probabilities of `columns` classes and labels in 0 ..
 * columns - 1. Regression: columns is 1, and targets are in the unit of the values. */
typedef struct mg_scored {
    int64_t rows, columns;
    const double *values;
    const int32_t *labels;
    const double *targets;
} mg_scored;

/* Each metric as a function: mg_accuracy(const mg_scored *), ... NaN where there are no rows; r2 of a constant target: 1 if all
 * is right, else 0. The first of equal probabilities counts. A probability or value that is NaN is wrong, and makes every mean
 * NaN. */
#define MG_METRIC_FUNCTION(name, task, more, doc) double mg_##name(const mg_scored *scored);
MG_METRIC_TABLE(MG_METRIC_FUNCTION)
#undef MG_METRIC_FUNCTION

/* counts[label * columns + predicted], columns * columns numbers, overwritten. */
void mg_confusion(const mg_scored *scored, int64_t *counts);

/* All metrics of one part of the data; those of the other task are NaN. */
typedef struct mg_scores {
    int64_t rows; /* 0: there is no such part, and every metric is NaN */
#define MG_METRIC_FIELD(name, task, more, doc) double name;
    MG_METRIC_TABLE(MG_METRIC_FIELD)
#undef MG_METRIC_FIELD
} mg_scores;

mg_scores mg_scores_of(mg_task task, const mg_scored *scored);
mg_scores mg_scores_none(void);

typedef struct mg_metric {
    const char *name, *doc;
    mg_task task;
    bool more_is_better;
    double (*function)(const mg_scored *scored);
    size_t offset; /* of its field in mg_scores */
} mg_metric;

const mg_metric *mg_metric_row(int index); /* NULL at the end */
double *mg_metric_field(const mg_metric *metric, mg_scores *scores);
double mg_metric_value(const mg_metric *metric, const mg_scores *scores);

#ifdef __cplusplus
}
#endif
#endif
