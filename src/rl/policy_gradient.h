/* Learning by the gradient of what actions were worth: play, weigh each step by its advantage, climb. What PPO, A2C and
 * REINFORCE share; each adds its loss. */
#ifndef MG_RL_POLICY_GRADIENT_H
#define MG_RL_POLICY_GRADIENT_H

#include "rl/algorithm.h"

/* Of the steps in an update, [batch] each. */
typedef struct mg__loss_nodes {
    mg_node *log_probability; /* of the action taken, by the networks as they are now */
    mg_node *before;          /* and as they were when it was taken */
    mg_node *advantage;       /* mean 0, deviation 1 over the update */
} mg__loss_nodes;

typedef struct mg__gradient_method {
    /* Of each step, [batch]: what is to become small. */
    mg_node *(*loss)(const mg__loss_nodes *nodes, const mg_agent_options *options);
    bool episodes; /* only steps whose episode ended before the horizon did are learned from */
} mg__gradient_method;

/* -min(ratio A, clip(ratio, 1 +- options->clip) A), ratio = p_now / p_before (Schulman et al. 2017, equation 7). */
mg_node *mg__ppo_loss(const mg__loss_nodes *nodes, const mg_agent_options *options);

/* A horizon of steps, then passes over it in batches, each a step of Adam on
 *     mean(loss) + value_weight mean((v - return)^2)/2 - entropy mean(entropy)
 * of two networks that share nothing, until the run ends. */
mg_status mg__policy_gradient(mg__agent *agent, const mg__gradient_method *method);

#endif
