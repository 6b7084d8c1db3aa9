/* Learning from steps, into a table. */
#include "rl/tabular.h"

#include "rl/exploration.h"

#include <math.h>
#include <string.h>

#define LOOK 100 /* steps between looks at the clock */

/* --- the table --------------------------------------------------------------------------------------- */

mg_status mg__table_open(mg__agent *a, mg__table *table) {
    if (a->options.model)
        return mg__fail(a->context, MG_SETTING,
                        "model: %s learns a table, which has no layers; leave it out, or choose dqn or ppo",
                        a->options.algorithm);
    mg_policy *p = a->policy = mg__policy_create(a->context, a->environment, &mg__head_best, "");
    if (!p) return mg_context_status(a->context);
    mg_status status = mg__policy_ready(p);
    if (status != MG_OK) return status;
    mg_tensor flat = mg_parameters_flat(p->parameters);
    memset(flat.data, 0, mg_tensor_bytes(&flat));
    mg_parameters_touch(p->parameters);
    int entry = mg_parameters_find(p->parameters, "output.weight");
    *table = (mg__table){ p->states, p->actions, mg_parameters_value(p->parameters, entry).data };
    return MG_OK;
}

int64_t mg__table_best(const mg__table *table, int64_t state) {
    const float *value = table->value + state * table->actions;
    int64_t best = 0;
    for (int64_t k = 1; k < table->actions; k++)
        if (value[k] > value[best]) best = k;
    return best;
}

float mg__after_taken(const mg__table *table, int64_t state, int64_t action) {
    return table->value[state * table->actions + action];
}

float mg__after_best(const mg__table *table, int64_t state, int64_t action) {
    (void)action;
    return mg__after_taken(table, state, mg__table_best(table, state));
}

void mg__table_learn(mg__table *table, const mg__move *move, mg__after *after, double rate, double gamma) {
    float *value = &table->value[move->state * table->actions + move->action];
    double next = move->terminated ? 0 : (double)after(table, move->next_state, move->next_action);
    *value += (float)(rate * (move->reward + gamma * next - (double)*value));
}

/* --- playing ----------------------------------------------------------------------------------------- */

typedef struct player {
    mg__agent *agent;
    mg__table table;
    mg__after *after;
    mg_environments *environments;
    mg__explorer explorer;
    float *action;
    int64_t *state;
} player;

static int64_t choose(player *p, int64_t i, int64_t state) {
    int64_t explored = mg__explorer_action(&p->explorer, i);
    return explored >= 0 ? explored : mg__table_best(&p->table, state);
}

static void learn_step(player *p, const mg_view *view) {
    const mg_agent_options *o = &p->agent->options;
    double rate = o->learning_rate * (1 - mg__agent_share(p->agent) * (1 - o->learning_rate_end));
    for (int64_t i = 0; i < view->count; i++) {
        mg__move move = { .state = p->state[i],
                          .action = (int64_t)p->action[i],
                          .next_state = (int64_t)view->last[i],
                          .reward = view->reward[i],
                          .terminated = view->terminated[i] };
        if (!move.terminated) move.next_action = choose(p, i, move.next_state);
        mg__table_learn(&p->table, &move, p->after, rate, o->discount);
        bool ended = view->terminated[i] || view->truncated[i];
        p->state[i] = (int64_t)view->observation[i];
        p->action[i] = (float)(ended ? choose(p, i, p->state[i]) : move.next_action);
    }
}

static mg_status play(player *p) {
    const mg_view *view = mg_environments_view(p->environments);
    mg_status status = MG_OK;
    bool more = true;
    for (int64_t i = 0; i < view->count; i++) {
        p->state[i] = (int64_t)view->observation[i];
        p->action[i] = (float)choose(p, i, p->state[i]);
    }
    for (int64_t t = 1; more && status == MG_OK; t++) {
        status = mg_environments_step(p->environments, p->action);
        if (status != MG_OK) return status;
        mg__agent_stepped(p->agent, view);
        mg__explorer_turn(&p->explorer, view);
        learn_step(p, view);
        if (t % LOOK && p->agent->result.steps < p->agent->options.steps) continue;
        mg_parameters_touch(p->agent->policy->parameters);
        status = mg__agent_go_on(p->agent, &more);
    }
    return status;
}

mg_status mg__tabular(mg__agent *agent, mg__after *after) {
    player p = { .agent = agent, .after = after };
    const mg_agent_options *o = &agent->options;
    size_t count = (size_t)o->environments;
    mg_status status = mg__table_open(agent, &p.table);
    if (status == MG_OK) status = mg__explorer_open(&p.explorer, agent);
    if (status == MG_OK) {
        p.environments = mg_environments_create(agent->context, agent->environment, o->environments, (uint64_t)o->seed);
        p.action = mg__alloc_array(agent->context, count, sizeof *p.action);
        p.state = mg__alloc_array(agent->context, count, sizeof *p.state);
        status = p.environments && p.action && p.state ? play(&p) : mg_context_status(agent->context);
    }
    mg__explorer_close(&p.explorer);
    mg_environments_destroy(p.environments);
    mg__free(agent->context, p.action);
    mg__free(agent->context, p.state);
    return status;
}

/* Where ice is slippery, one step tells little: small learning rates, and many steps. */
void mg__tabular_defaults(const mg_environment *environment, mg_agent_options *o) {
    mg__settle_count(&o->steps, environment->states > 32 ? 1000000 : 500000);
    mg__settle_count(&o->environments, 1);
    mg__settle(&o->learning_rate, 0.2);
    mg__settle(&o->learning_rate_end, 0.02);
    mg__settle(&o->discount, 0.99);
    mg__settle(&o->exploration, 1);
    mg__settle(&o->exploration_end, 0.1);
    mg__settle(&o->exploration_share, 0.5);
    mg__settle_count(&o->exploration_steps, 4);
}
