/* Metrics of predicted and right classes. With h hits, t rows and p predictions of class k, by weight, and n in all. */
#include "train/scoring.h"

#include <math.h>
#include <string.h>

mg_status mg__hits_open(mg_context *context, int64_t classes, mg__hits *sums) {
    double *block = mg__alloc_array(context, 3 * (size_t)classes + 1, sizeof *block);
    *sums = (mg__hits){ .classes = classes };
    if (block == NULL) return MG_OUT_OF_MEMORY;
    sums->hits = block;
    sums->labels = block + classes;
    sums->predicted = block + 2 * classes;
    return MG_OK;
}

void mg__hits_clear(mg__hits *sums) {
    sums->total = 0;
    memset(sums->hits, 0, (3 * (size_t)sums->classes + 1) * sizeof *sums->hits);
}

void mg__hits_close(mg_context *context, mg__hits *sums) { mg__free(context, sums->hits); }

/* mean of h / t over the classes that have rows */
static double balanced_accuracy(const mg__hits *sums) {
    double sum = 0;
    int64_t present = 0;
    for (int64_t k = 0; k < sums->classes; k++) {
        if (!(sums->labels[k] > 0)) continue;
        sum += sums->hits[k] / sums->labels[k];
        present++;
    }
    return present ? sum / (double)present : NAN;
}

/* mean of 2 h / (t + p) over the classes that have rows or are predicted */
static double f1_macro(const mg__hits *sums) {
    double sum = 0;
    int64_t present = 0;
    for (int64_t k = 0; k < sums->classes; k++) {
        double all = sums->labels[k] + sums->predicted[k];
        if (!(all > 0)) continue;
        sum += 2 * sums->hits[k] / all;
        present++;
    }
    return present ? sum / (double)present : NAN;
}

/* (n sum h - sum t p) / sqrt((n^2 - sum p^2) (n^2 - sum t^2)), with shares of n, so that nothing overflows */
static double mcc(const mg__hits *sums) {
    double n = sums->total, both = 0, predicted = 1, right = 1;
    if (!(n > 0)) return NAN;
    for (int64_t k = 0; k <= sums->classes; k++) {
        double p = sums->predicted[k] / n, t = k < sums->classes ? sums->labels[k] / n : 0;
        both += (k < sums->classes ? sums->hits[k] / n : 0) - t * p;
        predicted -= p * p;
        right -= t * t;
    }
    return predicted > 1e-15 && right > 1e-15 ? fmax(-1, fmin(both / sqrt(predicted * right), 1)) : 0; /* rounding aside */
}

static const mg__hits_metric metrics[] = {
    { "balanced_accuracy", balanced_accuracy },
    { "f1_macro", f1_macro },
    { "mcc", mcc },
};

const mg__hits_metric *mg__hits_metric_row(int index) {
    return index >= 0 && index < (int)(sizeof metrics / sizeof *metrics) ? &metrics[index] : NULL;
}

static mg_status of_hits(mg_context *context, const mg_scored *s, double (*metric)(const mg__hits *), double *value) {
    mg__hits sums;
    *value = NAN;
    if (mg__hits_open(context, s->columns, &sums) != MG_OK) return MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < s->rows; i++)
        mg__hits_add(&sums, s->labels[i], mg__predicted_class(s, i), mg__weight_of(s->weights, i));
    *value = metric(&sums);
    mg__hits_close(context, &sums);
    return MG_OK;
}

mg_status mg_balanced_accuracy(mg_context *context, const mg_scored *scored, double *value) {
    return of_hits(context, scored, balanced_accuracy, value);
}

mg_status mg_f1_macro(mg_context *context, const mg_scored *scored, double *value) {
    return of_hits(context, scored, f1_macro, value);
}

mg_status mg_mcc(mg_context *context, const mg_scored *scored, double *value) { return of_hits(context, scored, mcc, value); }

void mg_confusion(const mg_scored *s, int64_t *counts) {
    memset(counts, 0, (size_t)(s->columns * s->columns) * sizeof *counts);
    for (int64_t i = 0; i < s->rows; i++) {
        int32_t predicted = mg__predicted_class(s, i);
        counts[s->labels[i] * s->columns + (predicted < 0 ? 0 : predicted)]++;
    }
}
