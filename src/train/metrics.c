/* Metrics, in f64 and in the order of the rows. */
#include <micrograd/metrics.h>

#include <math.h>
#include <stddef.h>
#include <string.h>

static int64_t most_probable(const double *row, int64_t columns) {
    int64_t best = 0;
    for (int64_t j = 1; j < columns; j++) { best = row[j] > row[best] ? j : best; }
    return best;
}

double mg_accuracy(const mg_scored *s) {
    int64_t right = 0;
    for (int64_t i = 0; i < s->rows; i++) {
        const double *row = s->values + i * s->columns;
        int64_t predicted = most_probable(row, s->columns);
        right += predicted == s->labels[i] && !isnan(row[predicted]);
    }
    return s->rows ? (double)right / (double)s->rows : NAN;
}

/* -1/n sum ln max(p(label), 1e-15) */
double mg_log_loss(const mg_scored *s) {
    double sum = 0;
    for (int64_t i = 0; i < s->rows; i++) {
        double p = s->values[i * s->columns + s->labels[i]];
        sum -= log(p < 1e-15 ? 1e-15 : p);
    }
    return s->rows ? sum / (double)s->rows : NAN;
}

static double squared_error(const mg_scored *s) {
    double sum = 0;
    for (int64_t i = 0; i < s->rows; i++) {
        double error = s->values[i] - s->targets[i];
        sum += error * error;
    }
    return sum;
}

/* R^2 = 1 - sum (t - y)^2 / sum (t - mean t)^2 */
double mg_r2(const mg_scored *s) {
    double mean = 0, total = 0, error = squared_error(s);
    for (int64_t i = 0; i < s->rows; i++) { mean += s->targets[i] / (double)s->rows; }
    for (int64_t i = 0; i < s->rows; i++) { total += (s->targets[i] - mean) * (s->targets[i] - mean); }
    if (!s->rows) { return NAN; }
    return total > 0 ? 1 - error / total : error > 0 ? 0 : 1 - error;
}

double mg_rmse(const mg_scored *s) { return s->rows ? sqrt(squared_error(s) / (double)s->rows) : NAN; }

double mg_mae(const mg_scored *s) {
    double sum = 0;
    for (int64_t i = 0; i < s->rows; i++) { sum += fabs(s->values[i] - s->targets[i]); }
    return s->rows ? sum / (double)s->rows : NAN;
}

void mg_confusion(const mg_scored *s, int64_t *counts) {
    memset(counts, 0, (size_t)(s->columns * s->columns) * sizeof *counts);
    for (int64_t i = 0; i < s->rows; i++) {
        counts[s->labels[i] * s->columns + most_probable(s->values + i * s->columns, s->columns)]++;
    }
}

static const mg_metric rows[] = {
#define METRIC_ROW(id, of, more, text) \
    { .name = #id,                     \
      .doc = text,                     \
      .task = MG_TASK_##of,            \
      .more_is_better = more,          \
      .function = mg_##id,             \
      .offset = offsetof(mg_scores, id) },
    MG_METRIC_TABLE(METRIC_ROW)
#undef METRIC_ROW
};

const mg_metric *mg_metric_row(int index) {
    return index >= 0 && index < (int)(sizeof rows / sizeof *rows) ? &rows[index] : NULL;
}

double *mg_metric_field(const mg_metric *metric, mg_scores *scores) {
    return (double *)(void *)((char *)scores + metric->offset);
}

double mg_metric_value(const mg_metric *metric, const mg_scores *scores) {
    mg_scores copy = *scores;
    return *mg_metric_field(metric, &copy);
}

mg_scores mg_scores_none(void) {
    mg_scores scores = { 0 };
    for (int i = 0; mg_metric_row(i); i++) { *mg_metric_field(mg_metric_row(i), &scores) = NAN; }
    return scores;
}

mg_scores mg_scores_of(mg_task task, const mg_scored *scored) {
    mg_scores scores = mg_scores_none();
    scores.rows = scored->rows;
    for (int i = 0; mg_metric_row(i); i++) {
        const mg_metric *metric = mg_metric_row(i);
        if (metric->task == task) { *mg_metric_field(metric, &scores) = metric->function(scored); }
    }
    return scores;
}
