/* Value iteration (Bellman 1957): where it is known what actions lead to, nothing need be tried. */
#include "rl/tabular.h"

#include <math.h>

#define MOST_SWEEPS 100000
#define STILL       1e-12

static double expected(const mg_environment *row, int64_t state, int64_t action, double gamma, const double *value) {
    mg_outcome outcome[MG_OUTCOMES];
    int count = row->outcomes(row, state, action, outcome);
    double sum = 0;
    for (int k = 0; k < count; k++) {
        double after = outcome[k].terminated ? 0 : gamma * value[outcome[k].state];
        sum += outcome[k].probability * (outcome[k].reward + after);
    }
    return sum;
}

int64_t mg__value_iteration(const mg_environment *row, double gamma, double *value, mg__table *table) {
    for (int64_t s = 0; s < table->states; s++) value[s] = 0;
    for (int64_t sweep = 1; sweep <= MOST_SWEEPS; sweep++) {
        double moved = 0, greatest = 0;
        for (int64_t s = 0; s < table->states; s++) {
            double best = -INFINITY;
            for (int64_t k = 0; k < table->actions; k++) {
                double q = expected(row, s, k, gamma, value);
                table->value[s * table->actions + k] = (float)q;
                best = fmax(best, q);
            }
            moved = fmax(moved, fabs(best - value[s]));
            greatest = fmax(greatest, fabs(best));
            value[s] = best;
        }
        if (moved <= STILL * greatest) return sweep;
    }
    return 0;
}

static mg_status learn(mg__agent *a) {
    mg__table table;
    bool more;
    if (!a->environment->outcomes)
        return mg__fail(
            a->context, MG_SETTING,
            "algorithm: value-iteration needs to know what actions lead to, which '%s' does not tell; choose q-learning",
            a->environment->name);
    mg_status status = mg__table_open(a, &table);
    double *value = status == MG_OK ? mg__alloc_array(a->context, (size_t)table.states, sizeof *value) : NULL;
    if (!value) return mg_context_status(a->context);
    bool settled = mg__value_iteration(a->environment, a->options.discount, value, &table) > 0;
    mg__free(a->context, value);
    if (!settled)
        return mg__fail(a->context, MG_SETTING,
                        "discount: values still move after %d sweeps over the states; below 1 they settle", MOST_SWEEPS);
    mg_parameters_touch(a->policy->parameters);
    a->result.stopped = MG_STOP_CONVERGED;
    return mg__agent_go_on(a, &more);
}

const mg__algorithm mg__value_iteration_row = {
    .name = "value-iteration",
    .doc = "A table of values, worked out from what actions are known to lead to (Bellman 1957).",
    .counted = true,
    .defaults = mg__tabular_defaults,
    .learn = learn,
};
