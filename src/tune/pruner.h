/* Pruners: a row and a file each. When a trial begins, a pruner draws from the finished trials a bar, plain numbers that can be
 * handed to another thread or machine; while it runs, each reported value is held against that bar. So what is pruned depends on
 * the batches before, never on timing. */
#ifndef MG_TUNE_PRUNER_H
#define MG_TUNE_PRUNER_H

#include "tune/sampler.h"

#define MG__BAR_MOST 512

typedef struct mg__bar {
    int64_t count; /* 0: nothing is pruned */
    double step[MG__BAR_MOST], value[MG__BAR_MOST];
} mg__bar;

typedef struct mg__pruner {
    const char *name, *doc;
    bool needs_folds; /* its steps are the same folds in every trial */
    mg_status (*draw)(mg_context *context, const mg__known *known, mg__bar *bar);
    /* Is what the bar stands for better than this? Values so far, finite, of steps ascending; the last is new. */
    bool (*prune)(const mg__bar *bar, bool maximise, const int64_t *step, const double *value, int64_t count);
} mg__pruner;

extern const mg__pruner mg__pruner_none, mg__pruner_median, mg__pruner_asha, mg__pruner_wilcoxon;

const mg__pruner *mg__pruner_find(const char *name); /* NULL: there is none */

/* The k-th least (from 0) of values, which change their places. */
double mg__kth(double *values, int64_t count, int64_t k);

/* wilcoxon.c: the probability, where the signs of the differences are those of fair coins, that the ranks of the positive ones
 * come to so much or more (Wilcoxon 1945; zeros are split, Pratt 1959). Exact up to 50 differences, then by the normal
 * distribution. */
double mg__signed_rank(const double *difference, int count);

#endif
