/* The table of optimisers, and what their rules share. */
#include "optim/optimizer.h"

#include <micrograd/ops.h>
#include <micrograd/program.h>

#include <math.h>
#include <string.h>

static const mg_optimizer_row *const rows[] = {
    &mg__optimizer_gd,      &mg__optimizer_momentum, &mg__optimizer_nesterov, &mg__optimizer_adagrad,
    &mg__optimizer_rmsprop, &mg__optimizer_adam,     &mg__optimizer_adamw,    &mg__optimizer_rprop,
};

const mg_optimizer_row *mg__optimizer_row(int index) {
    return index >= 0 && index < (int)(sizeof rows / sizeof *rows) ? rows[index] : NULL;
}

const mg_optimizer_row *mg__optimizer_find(const char *name) {
    for (int i = 0; name && mg__optimizer_row(i); i++)
        if (strcmp(rows[i]->name, name) == 0) return rows[i];
    return NULL;
}

const char *mg_optimizer_name(int index) {
    const mg_optimizer_row *row = mg__optimizer_row(index);
    return row ? row->name : NULL;
}

const char *mg_optimizer_doc(int index) {
    const mg_optimizer_row *row = mg__optimizer_row(index);
    return row ? row->doc : NULL;
}

mg_optimizer mg_optimizer_defaults(const char *name) {
    const mg_optimizer_row *row = mg__optimizer_find(name);
    if (!row) return (mg_optimizer){ .name = NULL };
    mg_optimizer options = row->defaults;
    options.name = row->name;
    options.accumulate = 1;
    return options;
}

double mg_optimizer_default_learning_rate(const char *name) {
    const mg_optimizer_row *row = mg__optimizer_find(name);
    return row ? row->defaults.learning_rate : NAN;
}

/* --- what rules share -------------------------------------------------------------------------------- */

double mg__learning_rate_scalar(const mg_run_info *info, const double *arguments) {
    (void)arguments;
    return info->learning_rate;
}

double mg__update_number(const mg_run_info *info, double accumulate) { return ceil((double)info->step / accumulate); }

mg_node *mg__step_slot(const mg__entry_step *step, int slot, double initial) {
    return mg_slot_leaf(mg_node_graph(step->p), step->parameters, step->index, slot, initial);
}

void mg__commit(const mg__entry_step *step, mg_node *leaf, mg_node *value) {
    mg_update(leaf, step->due ? mg_where(step->due, value, leaf) : value);
}

mg_node *mg__scaled(const mg__entry_step *step, mg_node *rate) {
    return step->scale == 1 ? rate : mg_mul_scalar(rate, step->scale);
}

void mg__descend(const mg__entry_step *step, mg_node *p, mg_node *rate, mg_node *direction) {
    mg__commit(step, step->p, mg_sub(p, mg_mul(mg__scaled(step, rate), direction)));
}

mg_node *mg__blend(mg_node *a, mg_node *b, double keep) { return mg_add(mg_mul_scalar(a, keep), mg_mul_scalar(b, 1 - keep)); }
