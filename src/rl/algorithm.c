/* The table of algorithms, and which one an environment is learned with. */
#include "rl/algorithm.h"

#include <string.h>

static const mg__algorithm *const rows[] = { &mg__ppo, &mg__a2c,        &mg__reinforce, &mg__dqn,
                                             &mg__sac, &mg__q_learning, &mg__sarsa,     &mg__value_iteration_row };

const mg__algorithm *mg__algorithm_at(int index) {
    return index >= 0 && index < (int)(sizeof rows / sizeof *rows) ? rows[index] : NULL;
}

const mg__algorithm *mg__algorithm_find(const char *name) {
    const mg__algorithm *row;
    for (int i = 0; name && (row = mg__algorithm_at(i)) != NULL; i++)
        if (!strcmp(row->name, name)) return row;
    return NULL;
}

const char *mg_algorithm_name(int index) {
    const mg__algorithm *row = mg__algorithm_at(index);
    return row ? row->name : NULL;
}

const char *mg_algorithm_doc(int index) {
    const mg__algorithm *row = mg__algorithm_at(index);
    return row ? row->doc : NULL;
}

mg_agent_options mg_settings_agent(const mg_settings *settings) {
    mg_agent_options options = settings->agent;
    options.seed = settings->train.seed;
    options.time = settings->train.time;
    options.learning_rate = settings->train.learning_rate;
    options.batch = settings->train.batch;
    options.model = settings->train.model;
    return options;
}

mg_agent_options mg_agent_defaults(void) {
    const mg_settings settings = mg_settings_defaults();
    return mg_settings_agent(&settings);
}

static bool can_act(const mg__algorithm *row, const mg_environment *environment) {
    return (environment->actions > 0 ? row->counted : row->numbers) && (environment->states > 0 || row->observed);
}

static mg_status refuse(mg_context *context, const mg_environment *environment, const char *name, const mg__algorithm *row) {
    char known[256] = "";
    size_t used = 0;
    for (int i = 0; mg__algorithm_at(i); i++)
        if (!row || can_act(mg__algorithm_at(i), environment))
            mg__append(known, sizeof known, &used, "%s%s", used ? ", " : "", mg__algorithm_at(i)->name);
    if (!row) return mg__fail(context, MG_SETTING, "algorithm: '%s' is not known; there are %s", name, known);
    return mg__fail(context, MG_SETTING, "algorithm: '%s' cannot act in '%s', whose %s; choose one of %s", name,
                    environment->name,
                    environment->states == 0 && !row->observed ? "observations are no states"
                    : environment->actions > 0                 ? "actions are counted"
                                                               : "actions are numbers",
                    known);
}

/* What learns soonest there, found by trying (docs/reinforcement.md): a table where observations are states, memories where
 * rewards are rare or actions are numbers, else the gradient of a policy. */
static const char *algorithm_for(const mg_environment *environment) {
    if (environment->actions == 0) return mg__sac.name;
    if (environment->states > 0) return mg__q_learning.name;
    return !strcmp(environment->name, "mountaincar") ? mg__dqn.name : mg__ppo.name;
}

mg_status mg_agent_resolve(mg_context *context, const mg_environment *environment, mg_agent_options *options) {
    const char *name = options->algorithm && strcmp(options->algorithm, "auto") ? options->algorithm : algorithm_for(environment);
    const mg__algorithm *row = mg__algorithm_find(name);
    if (!row || !can_act(row, environment)) return refuse(context, environment, name, row);
    options->algorithm = row->name;
    row->defaults(environment, options);
    return MG_OK;
}
