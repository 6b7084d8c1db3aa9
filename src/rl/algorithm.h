/* The algorithms, one row and one file each, and what they share of a run. */
#ifndef MG_RL_ALGORITHM_H
#define MG_RL_ALGORITHM_H

#include "rl/policy.h"

enum { MG__RECENT = 100 };

/* A run under way. */
typedef struct mg__agent {
    mg_context *context;
    const mg_environment *environment;
    mg_agent_options options; /* resolved: nothing is MG_AUTO */
    mg_policy *policy;        /* made by the algorithm; what judgements look at */
    mg_agent_result result;
    double began, recent[MG__RECENT]; /* returns of the last episodes, a ring */
    int64_t judged_at;                /* steps */
    /* The best policy so far. */
    mg_returns best;
    float *best_flat;
    mg__normaliser best_normaliser;
} mg__agent;

typedef struct mg__algorithm {
    const char *name, *doc;
    bool counted, numbers, observed; /* actions that are counted, that are numbers; observations other than states */
    /* Fills in what is MG_AUTO. */
    void (*defaults)(const mg_environment *environment, mg_agent_options *options);
    mg_status (*learn)(mg__agent *agent);
} mg__algorithm;

extern const mg__algorithm mg__ppo, mg__a2c, mg__reinforce, mg__dqn, mg__sac, mg__q_learning, mg__sarsa, mg__value_iteration_row;

const mg__algorithm *mg__algorithm_at(int index);          /* NULL at the end */
const mg__algorithm *mg__algorithm_find(const char *name); /* NULL: none */

/* An option that is MG_AUTO becomes `value`. */
static inline void mg__settle(double *option, double value) { *option = *option == MG_AUTO ? value : *option; }
static inline void mg__settle_count(int64_t *option, int64_t value) { *option = *option == MG_AUTO ? value : *option; }

/* Counts a step of all environments, and the episodes that ended with it. */
void mg__agent_stepped(mg__agent *agent, const mg_view *view);
/* After an update: judges the policy where that is due, tells the callback, and answers in *more whether to go on. */
mg_status mg__agent_go_on(mg__agent *agent, bool *more);
/* The share of the steps that are done, 0 to 1. */
double mg__agent_share(const mg__agent *agent);

#endif
