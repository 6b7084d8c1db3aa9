/* Metrics of the order of probabilities: one class against the rest, from the most probable row down. */
#include "interop/order.h"
#include "train/scoring.h"

#include <math.h>

bool mg__is_ranking(const mg_metric *metric) {
    return metric->function == mg_roc_auc || metric->function == mg_average_precision;
}

int64_t mg__ranking_count(const mg_scored *s) { return s->columns == 2 ? 1 : s->columns; }

mg_status mg__ranking_open(mg_context *context, const mg_scored *s, int64_t index, mg__ranking *ranking) {
    int64_t class = s->columns == 2 ? 1 : index, n = s->rows;
    const double *p = s->values + class;
    *ranking = (mg__ranking){ .rows = n, .defined = true };
    ranking->order = mg__alloc_array(context, (size_t)n, sizeof *ranking->order);
    ranking->mark = mg__alloc_array(context, (size_t)n, sizeof *ranking->mark);
    if (!ranking->order || !ranking->mark || mg__order_numbers(context, p, s->columns, n, ranking->order) != MG_OK) {
        mg__ranking_close(context, ranking);
        return MG_OUT_OF_MEMORY;
    }
    for (int64_t i = 0, j = n - 1; i < j; i++, j--) { /* highest first */
        int64_t kept = ranking->order[i];
        ranking->order[i] = ranking->order[j];
        ranking->order[j] = kept;
    }
    for (int64_t i = 0; i < n; i++) {
        int64_t row = ranking->order[i];
        bool last = i + 1 == n || p[ranking->order[i + 1] * s->columns] != p[row * s->columns];
        ranking->mark[i] = (unsigned char)((s->labels[row] == class ? MG__RANK_POSITIVE : 0) | (last ? MG__RANK_LAST : 0));
        if (isnan(p[row * s->columns])) ranking->defined = false;
    }
    return MG_OK;
}

void mg__ranking_close(mg_context *context, mg__ranking *ranking) {
    mg__free(context, ranking->order);
    mg__free(context, ranking->mark);
    *ranking = (mg__ranking){ 0 };
}

/* With a rows of the class and b others at or above a probability (weights): the ROC runs through (b, a), straight over equal
 * probabilities, and precision there is a / (a + b). */
mg__ranked mg__ranking_value(const mg__ranking *ranking, const double *weights) {
    double a = 0, b = 0, a_before = 0, b_before = 0, area = 0, precision = 0;
    for (int64_t i = 0; i < ranking->rows; i++) {
        double w = mg__weight_of(weights, ranking->order[i]);
        if (ranking->mark[i] & MG__RANK_POSITIVE)
            a += w;
        else
            b += w;
        if (!(ranking->mark[i] & MG__RANK_LAST)) continue;
        area += (b - b_before) * (a + a_before) / 2;
        if (a > a_before) precision += (a - a_before) * (a / (a + b));
        a_before = a;
        b_before = b;
    }
    if (!ranking->defined) return (mg__ranked){ NAN, NAN };
    return (mg__ranked){ a > 0 && b > 0 ? area / (a * b) : NAN, a > 0 ? precision / a : NAN };
}

/* Means over the classes for which a metric is defined. */
typedef struct means {
    double area, precision;
    int64_t areas, precisions;
    bool undefined;
} means;

static void add(means *sums, const mg__ranking *ranking, const double *weights) {
    mg__ranked one = mg__ranking_value(ranking, weights);
    if (!isnan(one.roc_auc)) sums->area += one.roc_auc, sums->areas++;
    if (!isnan(one.average_precision)) sums->precision += one.average_precision, sums->precisions++;
    sums->undefined = sums->undefined || !ranking->defined;
}

static mg__ranked finish(const means *sums) {
    return (mg__ranked){ sums->areas && !sums->undefined ? sums->area / (double)sums->areas : NAN,
                         sums->precisions && !sums->undefined ? sums->precision / (double)sums->precisions : NAN };
}

mg__ranked mg__ranking_mean(const mg__ranking *rankings, int64_t count, const double *weights) {
    means sums = { 0 };
    for (int64_t k = 0; k < count; k++) add(&sums, &rankings[k], weights);
    return finish(&sums);
}

/* One class after the other, so that only one order is in memory. */
mg_status mg__rank_all(mg_context *context, const mg_scored *s, mg__ranked *value) {
    means sums = { 0 };
    *value = (mg__ranked){ NAN, NAN };
    for (int64_t k = 0; k < mg__ranking_count(s); k++) {
        mg__ranking ranking;
        if (mg__ranking_open(context, s, k, &ranking) != MG_OK) return MG_OUT_OF_MEMORY;
        add(&sums, &ranking, s->weights);
        mg__ranking_close(context, &ranking);
    }
    *value = finish(&sums);
    return MG_OK;
}

mg_status mg_roc_auc(mg_context *context, const mg_scored *scored, double *value) {
    mg__ranked ranked;
    mg_status status = mg__rank_all(context, scored, &ranked);
    *value = ranked.roc_auc;
    return status;
}

mg_status mg_average_precision(mg_context *context, const mg_scored *scored, double *value) {
    mg__ranked ranked;
    mg_status status = mg__rank_all(context, scored, &ranked);
    *value = ranked.average_precision;
    return status;
}
