/* Two classes: from which probability on the second is predicted. */
#include "interop/order.h"
#include "train/scoring.h"

#include <math.h>
#include <string.h>

#define CLOSE 1e-12 /* metrics this near are the same but for rounding */

static double accuracy(const mg__hits *sums) { return (sums->hits[0] + sums->hits[1]) / sums->total; }

typedef double metric(const mg__hits *sums);

static metric *metric_named(const char *name) {
    if (!strcmp(name, "accuracy")) return accuracy;
    for (int i = 0; mg__hits_metric_row(i); i++)
        if (!strcmp(mg__hits_metric_row(i)->name, name)) return mg__hits_metric_row(i)->value;
    return NULL;
}

typedef struct choice {
    double threshold, value;
} choice;

static void consider(choice *best, double threshold, double value) {
    bool same = fabs(value - best->value) <= CLOSE, nearer = fabs(threshold - 0.5) < fabs(best->threshold - 0.5);
    if (isnan(best->value) || value > best->value + CLOSE || (same && nearer)) *best = (choice){ threshold, value };
}

/* Above a, and not above b. */
static double between(double a, double b) {
    double middle = a + (b - a) / 2;
    return middle > a ? middle : b;
}

/* From the lowest probability up: first all rows are predicted to be of the second class, in the end none. */
static choice sweep(const mg_scored *s, const int64_t *order, int64_t rows, mg__hits *sums, metric *of) {
    const double *p = s->values + 1;
    choice best = { 0.5, NAN };
    for (int64_t i = 0; i < rows; i++) mg__hits_add(sums, s->labels[order[i]], 1, mg__weight_of(s->weights, order[i]));
    if (rows == 0 || !(sums->labels[0] > 0 && sums->labels[1] > 0)) return best;
    consider(&best, fmin(p[2 * order[0]], p[2 * order[0]] / 2), of(sums));
    for (int64_t i = 0; i < rows; i++) {
        int64_t row = order[i];
        double w = mg__weight_of(s->weights, row), here = p[2 * row], next = i + 1 < rows ? p[2 * order[i + 1]] : 1;
        sums->predicted[1] -= w;
        sums->predicted[0] += w;
        if (s->labels[row] == 1)
            sums->hits[1] -= w;
        else
            sums->hits[0] += w;
        if (next > here) consider(&best, between(here, next), of(sums));
    }
    return best;
}

mg_status mg__threshold_choose(mg_context *context, const mg_scored *s, const char *name, double *threshold) {
    metric *of = metric_named(name);
    *threshold = 0.5;
    if (!of) return mg__fail(context, MG_SETTING, "threshold: '%s'; wanted accuracy, balanced_accuracy, f1_macro or mcc", name);
    if (s->columns != 2)
        return mg__fail(context, MG_INVALID, "threshold: there are %lld classes; wanted two", (long long)s->columns);
    mg__hits sums = { 0 };
    int64_t *order = mg__alloc_array(context, (size_t)s->rows, sizeof *order), rows = s->rows;
    mg_status status = order ? mg__hits_open(context, 2, &sums) : MG_OUT_OF_MEMORY;
    if (status == MG_OK) status = mg__order_numbers(context, s->values + 1, 2, s->rows, order);
    if (status == MG_OK) {
        while (rows > 0 && isnan(s->values[2 * order[rows - 1] + 1])) rows--;
        *threshold = sweep(s, order, rows, &sums, of).threshold;
    }
    mg__hits_close(context, &sums);
    mg__free(context, order);
    return status;
}
