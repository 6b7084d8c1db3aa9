/* The median rule, as Optuna's MedianPruner has it: once 5 trials are complete, a trial ends whose best value so far is worse
 * than the median of the complete trials' values at the same step. The bar is those medians. */
#include "tune/pruner.h"

#include <math.h>

enum { STARTUP = 5 };

/* Where the first step at or above `step` stands; steps: none. */
static int64_t find_step(const mg_trial *t, double step) {
    int64_t low = 0, high = t->steps;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if ((double)t->step[middle] >= step)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static bool is_complete(const mg_trial *t) { return t->state == MG_TRIAL_COMPLETE; }

/* The least step of a complete trial that is `least` or more; infinity: none. */
static double step_from(const mg__known *known, double least) {
    double step = INFINITY;
    for (int64_t i = 0; i < known->finished_count; i++) {
        const mg_trial *t = known->finished[i];
        const int64_t at = is_complete(t) ? find_step(t, least) : t->steps;
        if (at < t->steps) step = fmin(step, (double)t->step[at]);
    }
    return step;
}

static double median_at(const mg__known *known, double step, double *value) {
    int64_t count = 0;
    for (int64_t i = 0; i < known->finished_count; i++) {
        const mg_trial *t = known->finished[i];
        const int64_t at = is_complete(t) ? find_step(t, step) : t->steps;
        if (at < t->steps && (double)t->step[at] == step) value[count++] = t->step_value[at];
    }
    return 0.5 * (mg__kth(value, count, (count - 1) / 2) + mg__kth(value, count, count / 2));
}

/* Where there are more steps than a bar holds, every second, third ... of them. */
static mg_status draw(mg_context *context, const mg__known *known, mg__bar *bar) {
    int64_t complete = 0, steps = 0;
    bar->count = 0;
    for (int64_t i = 0; i < known->finished_count; i++) complete += is_complete(known->finished[i]);
    if (complete < STARTUP) return MG_OK;
    double *value = mg__alloc_array(context, (size_t)complete, sizeof *value);
    if (!value) return MG_OUT_OF_MEMORY;
    for (double s = step_from(known, -INFINITY); s < INFINITY; s = step_from(known, s + 1)) steps++;
    const int64_t apart = (steps + MG__BAR_MOST - 1) / MG__BAR_MOST;
    int64_t index = 0;
    for (double s = step_from(known, -INFINITY); s < INFINITY; s = step_from(known, s + 1)) {
        if (++index % apart) continue;
        bar->step[bar->count] = s;
        bar->value[bar->count++] = median_at(known, s, value);
    }
    mg__free(context, value);
    return MG_OK;
}

static bool prune(const mg__bar *bar, bool maximise, const int64_t *step, const double *value, int64_t count) {
    int64_t at = 0;
    while (at < bar->count && bar->step[at] != (double)step[count - 1]) at++;
    if (at == bar->count) return false;
    double best = value[0];
    for (int64_t i = 1; i < count; i++) best = maximise ? fmax(best, value[i]) : fmin(best, value[i]);
    return maximise ? best < bar->value[at] : best > bar->value[at];
}

const mg__pruner mg__pruner_median = {
    .name = "median",
    .doc = "After 5 complete trials, a trial ends whose best value is worse than the median of theirs at the same step.",
    .draw = draw,
    .prune = prune,
};
