/* A paired test against the best trial, as Optuna's WilcoxonPruner has it: steps are folds, the same in every trial. A trial ends
 * when it is worse on the folds that both have, p < 0.1 by the one-sided signed-rank test (which needs at least 4 of them),
 * unless its mean is as good as the best trial's. The bar is the best trial's values. */
#include "tune/pruner.h"

#include <math.h>
#include <string.h>

enum { EXACT_MOST = 50, LEAST = 2 };
static const double threshold = 0.1;

/* --- the test ---------------------------------------------------------------------------------------- */

/* Twice the rank of a difference's size among all: equal ones share the mean of theirs, so twice it is whole. */
static int64_t double_rank(const double *difference, int count, int i) {
    int64_t below = 0, equal = 0;
    for (int k = 0; k < count; k++) {
        below += fabs(difference[k]) < fabs(difference[i]);
        equal += fabs(difference[k]) == fabs(difference[i]);
    }
    return 2 * below + equal + 1;
}

/* P(sum of the ranks of those whose coin shows heads >= observed); share[s]: probability that the sum is s. */
static double exact_tail(const int64_t *rank, int count, int64_t observed) {
    double share[EXACT_MOST * (EXACT_MOST + 1) + 1] = { 1 };
    int64_t most = 0;
    for (int i = 0; i < count; i++) {
        most += rank[i];
        for (int64_t s = most; s >= 0; s--) share[s] = 0.5 * (share[s] + (s >= rank[i] ? share[s - rank[i]] : 0));
    }
    double tail = 0;
    for (int64_t s = most; s >= observed; s--) tail += share[s];
    return fmin(tail, 1);
}

double mg__signed_rank(const double *difference, int count) {
    int64_t rank[EXACT_MOST], observed = 0;
    double mean = 0, variance = 0;
    int used = 0;
    for (int i = 0; i < count; i++) {
        const int64_t r = double_rank(difference, count, i);
        if (difference[i] == 0) continue;
        if (difference[i] > 0) observed += r;
        mean += 0.5 * (double)r;
        variance += 0.25 * (double)r * (double)r;
        if (count <= EXACT_MOST) rank[used++] = r;
    }
    if (variance == 0) return 1;
    if (count <= EXACT_MOST) return exact_tail(rank, used, observed);
    return 0.5 * erfc(((double)observed - mean) / sqrt(2 * variance));
}

/* --- the pruner -------------------------------------------------------------------------------------- */

static mg_status draw(mg_context *context, const mg__known *known, mg__bar *bar) {
    const mg_trial *best = NULL;
    (void)context;
    for (int64_t i = 0; i < known->finished_count; i++) {
        const mg_trial *t = known->finished[i];
        if (t->state != MG_TRIAL_COMPLETE) continue;
        if (!best || (known->maximise ? t->value > best->value : t->value < best->value)) best = t;
    }
    bar->count = 0;
    for (int64_t i = 0; best && i < best->steps && i < MG__BAR_MOST; i++) {
        bar->step[i] = (double)best->step[i];
        bar->value[bar->count++] = best->step_value[i];
    }
    return MG_OK;
}

static double mean_of(const double *value, int64_t count) {
    double sum = 0;
    for (int64_t i = 0; i < count; i++) sum += value[i];
    return sum / (double)count;
}

static bool prune(const mg__bar *bar, bool maximise, const int64_t *step, const double *value, int64_t count) {
    double worse_by[MG__BAR_MOST];
    int both = 0;
    for (int64_t i = 0, k = 0; i < bar->count && k < count;) {
        if (bar->step[i] == (double)step[k]) {
            worse_by[both++] = maximise ? bar->value[i] - value[k] : value[k] - bar->value[i];
            i++, k++;
        } else if (bar->step[i] < (double)step[k]) {
            i++;
        } else {
            k++;
        }
    }
    if (both < LEAST) return false;
    const double best = mean_of(bar->value, bar->count), mean = mean_of(value, count);
    return (maximise ? mean < best : mean > best) && mg__signed_rank(worse_by, both) < threshold;
}

const mg__pruner mg__pruner_wilcoxon = {
    .name = "wilcoxon",
    .doc = "Over folds: a trial ends that is worse than the best one on the same folds, by the signed-rank test (p < 0.1).",
    .needs_folds = true,
    .draw = draw,
    .prune = prune,
};
