/* What the folds come to: means and intervals of each metric, pooled answers, comparisons. */
#include "train/model.h"
#include "tune/cross_validation.h"
#include "tune/paired.h"

#include <math.h>

/* --- each metric over the folds ----------------------------------------------------------------------- */

static void gather(const mg_cross_validated *c, const mg_metric *metric, bool train, double *value) {
    for (int64_t i = 0; i < c->folds; i++)
        value[i] = c->fold[i].done ? mg_metric_value(metric, train ? &c->fold[i].train : &c->fold[i].scores) : NAN;
}

/* Test rows by training rows, over the folds that are done. */
static double ratio_of(const mg_cross_validated *c) {
    int64_t test = 0, train = 0;
    for (int64_t i = 0; i < c->folds; i++)
        if (c->fold[i].done) test += c->fold[i].scores.rows, train += c->fold[i].train_rows;
    return train > 0 ? (double)test / (double)train : 0;
}

/* No mean of folds is better than the best that there is. */
static mg_interval within_best(const mg_metric *metric, mg_interval interval) {
    if (metric->more_is_better && interval.high > 1) interval.high = 1;
    if (!metric->more_is_better && interval.low < 0) interval.low = 0;
    return interval;
}

static void summarise_metric(const mg__validation *v, mg_cross_validated *c, const mg_metric *metric, double *value) {
    double *mean = mg__metric_field(metric, &c->mean), *deviation = mg__metric_field(metric, &c->deviation);
    if (metric->task != v->shown.task) return;
    gather(c, metric, true, value);
    mg__sample_of(value, c->folds, mg__metric_field(metric, &c->train), mg__metric_field(metric, &c->train_deviation));
    gather(c, metric, false, value);
    int64_t n = mg__sample_of(value, c->folds, mean, deviation);
    *mg__interval_field(metric, &c->intervals) = within_best(metric, mg__resampled_interval(*mean, *deviation, n, ratio_of(c)));
}

static void count_rows(mg_cross_validated *c) {
    c->mean.rows = c->train.rows = 0;
    for (int64_t i = 0; i < c->folds; i++) {
        if (!c->fold[i].done) continue;
        c->mean.rows += c->fold[i].scores.rows;
        c->train.rows += c->fold[i].train_rows;
    }
    c->deviation.rows = c->mean.rows;
    c->train_deviation.rows = c->train.rows;
}

/* --- all answers together ----------------------------------------------------------------------------- */

static bool is_answered(const mg__validation *v, const mg_cross_validated *c, int64_t at) {
    int32_t fold = v->folds.fold[at];
    return fold >= 0 && c->fold[at / v->folds.rows * v->folds.folds + fold].done;
}

static mg_status count_confusion(mg__validation *v, mg_cross_validated *c) {
    int64_t classes = v->shown.classes, *counts = mg__alloc_array(v->context, (size_t)classes, (size_t)classes * sizeof *counts);
    c->confusion = counts;
    if (!counts) return MG_OUT_OF_MEMORY;
    for (int64_t at = 0; at < v->folds.repeats * v->folds.rows; at++)
        if (is_answered(v, c, at)) counts[v->folds.label[at % v->folds.rows] * classes + c->prediction[at]]++;
    return MG_OK;
}

static mg_status pool(mg__validation *v, mg_cross_validated *c) {
    mg_context *context = v->context;
    int64_t places = v->folds.repeats * v->folds.rows, outputs = v->shown.outputs, count = 0;
    int64_t *place = mg__alloc_array(context, (size_t)places, sizeof *place);
    double *answer = mg__alloc_array(context, (size_t)places, (size_t)outputs * sizeof *answer);
    int32_t *predicted = c->prediction ? mg__alloc_array(context, (size_t)places, sizeof *predicted) : NULL;
    mg_status status = place && answer && (predicted || !c->prediction) ? MG_OK : MG_OUT_OF_MEMORY;
    for (int64_t at = 0; at < places && status == MG_OK; at++) {
        if (!is_answered(v, c, at)) continue;
        for (int64_t k = 0; k < outputs; k++) answer[count * outputs + k] = c->answer[at * outputs + k];
        if (predicted) predicted[count] = c->prediction[at];
        place[count++] = at % v->folds.rows;
    }
    if (status == MG_OK && count > 0)
        status = mg__fold_score(context, v->dataset, &v->folds, place, count, answer, predicted, v->given[0].options.weight,
                                &c->pooled);
    if (status == MG_OK && c->prediction) status = count_confusion(v, c);
    mg__free(context, place);
    mg__free(context, answer);
    mg__free(context, predicted);
    return status;
}

mg_status mg__validation_summarise(mg__validation *v) {
    double *value = mg__alloc_array(v->context, (size_t)v->candidate[0].folds, sizeof *value);
    mg_status status = value ? MG_OK : MG_OUT_OF_MEMORY;
    const mg_metric *metric;
    for (int i = 0; i < v->shown.candidates && status == MG_OK; i++) {
        mg_cross_validated *c = &v->candidate[i];
        c->mean = c->deviation = c->train = c->train_deviation = c->pooled = mg_scores_none();
        c->intervals = mg_intervals_none();
        count_rows(c);
        for (int m = 0; (metric = mg_metric_row(m)) != NULL; m++) summarise_metric(v, c, metric, value);
        if (v->how.answers) status = pool(v, c);
    }
    mg__free(v->context, value);
    return status;
}

/* --- comparing ---------------------------------------------------------------------------------------- */

mg_paired mg_cross_validation_compare(const mg_cross_validation *cv, const mg_metric *metric, int a, int b) {
    mg_paired none = { .difference = NAN, .low = NAN, .high = NAN, .t = NAN, .p = NAN };
    if (!cv || !metric || a < 0 || b < 0 || a >= cv->candidates || b >= cv->candidates) return none;
    mg_context *context = ((const mg__validation *)(const void *)cv)->context;
    const mg_cross_validated *x = &cv->candidate[a], *y = &cv->candidate[b];
    double *value = mg__alloc_array(context, 2 * (size_t)x->folds, sizeof *value);
    if (!value) return none;
    gather(x, metric, false, value);
    gather(y, metric, false, value + x->folds);
    mg_paired found = mg__paired_test(value, value + x->folds, x->folds, ratio_of(x));
    mg__free(context, value);
    return found;
}

/* Holm: the k-th smallest of m p's times m - k + 1, and never below those before it. */
static void adjust(double *p, int count) {
    bool done[256] = { false };
    int left = 0;
    double before = 0;
    for (int i = 0; i < count; i++) left += isfinite(p[i]);
    for (; left > 0; left--) {
        int least = -1;
        for (int i = 0; i < count; i++)
            if (!done[i] && isfinite(p[i]) && (least < 0 || p[i] < p[least])) least = i;
        done[least] = true;
        before = fmin(1, fmax(before, p[least] * left));
        p[least] = before;
    }
}

int mg_cross_validation_best(const mg_cross_validation *cv, const mg_metric *metric, double *p) {
    int best = -1;
    for (int i = 0; i < cv->candidates; i++) {
        double value = mg_metric_value(metric, &cv->candidate[i].mean);
        double record = best >= 0 ? mg_metric_value(metric, &cv->candidate[best].mean) : NAN;
        if (isfinite(value) && (best < 0 || (metric->more_is_better ? value > record : value < record))) best = i;
    }
    for (int i = 0; p && i < cv->candidates; i++)
        p[i] = i == best || best < 0 ? NAN : mg_cross_validation_compare(cv, metric, best, i).p;
    if (p) adjust(p, cv->candidates);
    return best;
}
