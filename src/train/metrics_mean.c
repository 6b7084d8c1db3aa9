/* Metrics that are a mean of something a row. */
#include "train/scoring.h"

#include <float.h>
#include <math.h>

static const double *row_of(const mg_scored *s, int64_t row) { return s->values + row * s->columns; }

int32_t mg__predicted_class(const mg_scored *s, int64_t row) {
    const double *p = row_of(s, row);
    int32_t best = 0;
    if (s->predicted) {
        best = s->predicted[row];
    } else {
        for (int32_t k = 1; k < s->columns; k++) best = p[k] > p[best] ? k : best;
    }
    return isnan(p[best]) ? -1 : best;
}

static double hit(const mg_scored *s, int64_t row) { return mg__predicted_class(s, row) == s->labels[row]; }

/* -ln max(p(label), epsilon), as scikit-learn cuts it */
static double surprise(const mg_scored *s, int64_t row) {
    double p = row_of(s, row)[s->labels[row]];
    return -log(p < DBL_EPSILON ? DBL_EPSILON : p);
}

/* Two classes: (p_1 - y)^2; more: sum over k of (p_k - [k is right])^2 (Brier 1950). */
static double brier(const mg_scored *s, int64_t row) {
    const double *p = row_of(s, row);
    double sum = 0;
    for (int64_t k = s->columns == 2 ? 1 : 0; k < s->columns; k++) {
        double error = p[k] - (s->labels[row] == k);
        sum += error * error;
    }
    return sum;
}

static double among_the_first(const mg_scored *s, int64_t row) {
    const double *p = row_of(s, row);
    int64_t k = s->columns - 1 < 3 ? s->columns - 1 : 3, better = 0, label = s->labels[row];
    if (isnan(p[label])) return 0;
    if (s->columns == 2) return mg__predicted_class(&(mg_scored){ .columns = 2, .values = p }, 0) == label;
    for (int64_t j = 0; j < s->columns; j++) better += p[j] > p[label] || (p[j] == p[label] && j > label);
    return better < (k > 1 ? k : 1);
}

static double absolute_error(const mg_scored *s, int64_t row) { return fabs(s->values[row] - s->targets[row]); }

static double squared_error(const mg_scored *s, int64_t row) {
    double error = s->values[row] - s->targets[row];
    return error * error;
}

static const mg__mean_metric metrics[] = {
    { .name = "accuracy", .task = MG_TASK_CLASSIFICATION, .of_row = hit, .share = true },
    { .name = "log_loss", .task = MG_TASK_CLASSIFICATION, .of_row = surprise },
    { .name = "brier", .task = MG_TASK_CLASSIFICATION, .of_row = brier },
    { .name = "top_k_accuracy", .task = MG_TASK_CLASSIFICATION, .of_row = among_the_first, .share = true },
    { .name = "rmse", .task = MG_TASK_REGRESSION, .of_row = squared_error, .root = true },
    { .name = "mae", .task = MG_TASK_REGRESSION, .of_row = absolute_error },
};

const mg__mean_metric *mg__mean_metric_row(int index) {
    return index >= 0 && index < (int)(sizeof metrics / sizeof *metrics) ? &metrics[index] : NULL;
}

static mg_status mean(const mg_scored *s, double (*of_row)(const mg_scored *, int64_t), double *value) {
    double sum = 0, weight = 0;
    for (int64_t i = 0; i < s->rows; i++) {
        double w = mg__weight_of(s->weights, i);
        weight += w;
        sum += w * of_row(s, i);
    }
    *value = weight > 0 ? sum / weight : NAN;
    return MG_OK;
}

mg_status mg_accuracy(mg_context *context, const mg_scored *scored, double *value) {
    (void)context;
    return mean(scored, hit, value);
}

mg_status mg_log_loss(mg_context *context, const mg_scored *scored, double *value) {
    (void)context;
    return mean(scored, surprise, value);
}

mg_status mg_brier(mg_context *context, const mg_scored *scored, double *value) {
    (void)context;
    return mean(scored, brier, value);
}

mg_status mg_top_k_accuracy(mg_context *context, const mg_scored *scored, double *value) {
    (void)context;
    return mean(scored, among_the_first, value);
}

mg_status mg_rmse(mg_context *context, const mg_scored *scored, double *value) {
    (void)context;
    mean(scored, squared_error, value);
    *value = sqrt(*value);
    return MG_OK;
}

mg_status mg_mae(mg_context *context, const mg_scored *scored, double *value) {
    (void)context;
    return mean(scored, absolute_error, value);
}
