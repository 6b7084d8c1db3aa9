/* Values of actions in states, written down one by one. */
#ifndef MG_RL_TABULAR_H
#define MG_RL_TABULAR_H

#include "rl/algorithm.h"

/* As the weights of a network without hidden layers, which reads a state as one of many: the file of a table is that of a policy
 * like any other. */
typedef struct mg__table {
    int64_t states, actions;
    float *value; /* [states][actions] */
} mg__table;

/* Makes the agent's policy, and its table full of zeros, which belongs to it. MG_SETTING: a model was asked for. */
mg_status mg__table_open(mg__agent *agent, mg__table *table);
int64_t mg__table_best(const mg__table *table, int64_t state); /* the action of greatest value, the first of equals */

/* What comes after a step, by the table: of `state`, where `action` will be taken. */
typedef float mg__after(const mg__table *table, int64_t state, int64_t action);
mg__after mg__after_best, mg__after_taken;

/* A step that was taken. */
typedef struct mg__move {
    int64_t state, action, next_state, next_action;
    double reward;
    bool terminated; /* nothing comes after; a truncated episode would have gone on */
} mg__move;

/* Temporal difference (Sutton & Barto 2018, chapter 6): Q(s, a) += rate (r + gamma after(s', a') - Q(s, a)). */
void mg__table_learn(mg__table *table, const mg__move *move, mg__after *after, double rate, double gamma);

/* Plays and learns of each step. */
mg_status mg__tabular(mg__agent *agent, mg__after *after);
void mg__tabular_defaults(const mg_environment *environment, mg_agent_options *options);

/* Sweeps Q(s, a) = sum p (r + gamma max_a' Q(s', a')) over all states until no value moves by more than 1e-12 of the greatest.
 * value [states] is room for max_a Q. Returns the number of sweeps, 0: they did not settle. */
int64_t mg__value_iteration(const mg_environment *environment, double gamma, double *value, mg__table *table);

#endif
