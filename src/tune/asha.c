/* Successive halving without waiting (Li et al. 2020, "A System for Massively Parallel Hyperparameter Tuning"), as Optuna's
 * SuccessiveHalvingPruner has it: rungs stand at steps r, 4r, 16r ..., r a hundredth of the longest trial's steps and at least 1.
 * A trial goes on from a rung where its value is in the best quarter of those that came there, itself included; while they are
 * fewer than 4, it has to be the best. Those that came are the finished trials of the batches before, the first one too (Optuna
 * leaves it out unless r is given). The bar is the worst value that goes on. */
#include "tune/pruner.h"

enum { REDUCTION = 4, HUNDREDTHS = 100 };

static double longest(const mg__known *known) {
    int64_t last = 0;
    for (int64_t i = 0; i < known->finished_count; i++) {
        const mg_trial *t = known->finished[i];
        if (t->state == MG_TRIAL_COMPLETE && t->steps > 0 && t->step[t->steps - 1] > last) last = t->step[t->steps - 1];
    }
    return (double)last;
}

/* The first value reported at the rung or behind it. */
static bool value_at(const mg_trial *t, double rung, double *value) {
    int64_t at = 0;
    while (at < t->steps && (double)t->step[at] < rung) at++;
    if ((t->state != MG_TRIAL_COMPLETE && t->state != MG_TRIAL_PRUNED) || at == t->steps) return false;
    *value = t->step_value[at];
    return true;
}

static mg_status draw(mg_context *context, const mg__known *known, mg__bar *bar) {
    const double last = longest(known), sign = known->maximise ? -1 : 1;
    bar->count = 0;
    if (last < 1) return MG_OK;
    double *value = mg__alloc_array(context, (size_t)known->finished_count, sizeof *value);
    if (!value) return MG_OUT_OF_MEMORY;
    const int64_t first = (int64_t)last / HUNDREDTHS;
    for (double rung = first > 1 ? (double)first : 1; rung <= last; rung *= REDUCTION) {
        int64_t count = 0;
        for (int64_t i = 0; i < known->finished_count; i++)
            if (value_at(known->finished[i], rung, &value[count])) value[count] *= sign, count++;
        const int64_t go_on = (count + 1) / REDUCTION;
        bar->step[bar->count] = rung;
        bar->value[bar->count++] = sign * mg__kth(value, count, go_on > 0 ? go_on - 1 : 0);
    }
    mg__free(context, value);
    return MG_OK;
}

static bool prune(const mg__bar *bar, bool maximise, const int64_t *step, const double *value, int64_t count) {
    for (int64_t i = 0; i < bar->count; i++) {
        const bool reached = bar->step[i] <= (double)step[count - 1] && (count == 1 || bar->step[i] > (double)step[count - 2]);
        if (reached && (maximise ? value[count - 1] < bar->value[i] : value[count - 1] > bar->value[i])) return true;
    }
    return false;
}

const mg__pruner mg__pruner_asha = {
    .name = "asha",
    .doc = "At steps 1, 4, 16 ... only the best quarter goes on (asynchronous successive halving, Li et al. 2020).",
    .draw = draw,
    .prune = prune,
};
