/* Proximal policy optimisation (Schulman et al. 2017): several passes over the same steps, and no gain from leaving the
 * probabilities that they were taken with by more than a little. */
#include "rl/policy_gradient.h"

#include <micrograd/ops.h>

#include <string.h>

mg_node *mg__ppo_loss(const mg__loss_nodes *n, const mg_agent_options *o) {
    mg_node *ratio = mg_exp(mg_sub(n->log_probability, n->before));
    mg_node *clipped = mg_clip(ratio, 1 - o->clip, 1 + o->clip);
    return mg_neg(mg_minimum(mg_mul(ratio, n->advantage), mg_mul(clipped, n->advantage)));
}

/* What solves the environments that are built in; found by trying (docs/reinforcement.md). */
static void settle_known(const char *name, mg_agent_options *o) {
    if (!strcmp(name, "cartpole")) {
        mg__settle_count(&o->steps, 500000);
        mg__settle_count(&o->horizon, 64);
        mg__settle_count(&o->passes, 10);
        mg__settle(&o->learning_rate, 1e-3);
        mg__settle(&o->discount, 0.98);
        mg__settle(&o->trace, 0.9);
        mg__settle(&o->entropy, 0);
    } else if (!strcmp(name, "acrobot")) {
        mg__settle(&o->trace, 0.94);
        mg__settle(&o->entropy, 0);
    } else if (!strcmp(name, "mountaincar")) {
        mg__settle_count(&o->steps, 2000000);
        mg__settle_count(&o->horizon, 64);
        mg__settle(&o->learning_rate, 1e-3);
        mg__settle(&o->trace, 0.98);
        mg__settle(&o->entropy, 0);
    } else if (!strcmp(name, "pendulum")) {
        mg__settle_count(&o->steps, 2000000);
        mg__settle_count(&o->passes, 10);
        mg__settle(&o->learning_rate, 1e-3);
        mg__settle(&o->discount, 0.9);
        mg__settle(&o->entropy, 0);
    }
}

static void defaults(const mg_environment *environment, mg_agent_options *o) {
    settle_known(environment->name, o);
    mg__settle_count(&o->steps, 1000000);
    mg__settle_count(&o->environments, 16);
    mg__settle_count(&o->horizon, 128);
    mg__settle_count(&o->passes, 4);
    mg__settle_count(&o->batch, o->horizon * o->environments % 256 ? o->horizon * o->environments : 256);
    mg__settle(&o->learning_rate, 3e-4);
    mg__settle(&o->learning_rate_end, 0);
    mg__settle(&o->discount, 0.99);
    mg__settle(&o->trace, 0.95);
    mg__settle(&o->clip, 0.2);
    mg__settle(&o->entropy, environment->actions > 0 ? 0.01 : 0);
    mg__settle(&o->value_weight, 0.5);
    mg__settle(&o->clip_norm, 0.5);
    if (!strcmp(o->normalise, "auto")) o->normalise = !strcmp(environment->name, "cartpole") ? "none" : "both";
}

static mg_status learn(mg__agent *agent) { return mg__policy_gradient(agent, &(mg__gradient_method){ .loss = mg__ppo_loss }); }

const mg__algorithm mg__ppo = {
    .name = "ppo",
    .doc = "several passes over the same steps, with no gain from going far from how they were chosen (Schulman et al. 2017)",
    .counted = true,
    .numbers = true,
    .observed = true,
    .defaults = defaults,
    .learn = learn,
};
